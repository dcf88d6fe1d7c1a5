/* Percent coding of fields and paths; see uri.h for what is refused and why. */
#include "net/uri.h"

#include "base/encode.h"
#include "base/utf8.h"

static struct result check_text(struct str s, struct err *err)
{
	if (str_find_char(s, '\0') != STR_NONE)
		return fail(err, ERR_INPUT, "http.nul", NULL, "text contains NUL");
	if (!utf8_valid(s))
		return fail(err, ERR_INPUT, "http.utf8", "RFC 3629 §3", "text is not valid UTF-8");
	return ok();
}

struct result uri_decode_field(struct arena *a, struct str s, struct str *ret, struct err *err)
{
	struct str out = s;
	if (str_find_char(s, '%') != STR_NONE || str_find_char(s, '+') != STR_NONE)
		TRY(form_decode(a, s, &out, err));
	TRY(check_text(out, err));
	*ret = out;
	return ok();
}

static struct result bad_path(struct err *err, const char *why)
{
	return fail(err, ERR_INPUT, "http.path", "RFC 3986 §3.3", "path refused: %s", why);
}

/* Dot segments are refused and not removed: no honest client sends them, and a
 * path that means what it says cannot be read in two ways. */
static struct result check_segments(struct str path, struct err *err)
{
	struct str rest = str_from(path, 1), seg;
	bool more = true;
	while (more) {
		more = str_cut(rest, '/', &seg, &rest);
		if (str_empty(seg) && more)
			return bad_path(err, "empty segment");
		if (str_eq(seg, STR(".")) || str_eq(seg, STR("..")))
			return bad_path(err, "dot segment");
	}
	return ok();
}

static struct result check_characters(struct str path, struct err *err)
{
	for (size_t i = 0; i < path.n; i++) {
		unsigned char c = (unsigned char)path.p[i];
		if (c < 0x20 || c == 0x7f)
			return bad_path(err, "control character");
		if (c == '\\')
			return bad_path(err, "backslash");
	}
	return ok();
}

/* RFC 6960 §A.1.1 puts base64 into a path, where "/" is a letter of the alphabet.
 * Below /ocsp/ it is one segment, and comes out as base64url without padding. */
#define OCSP_PATH "/ocsp/"
static struct result ocsp_path(struct arena *a, struct str s, struct str *ret, struct err *err)
{
	struct str text = str_from(s, sizeof OCSP_PATH - 1);
	if (str_find_char(text, '%') != STR_NONE)
		TRY(percent_decode(a, text, &text, err));
	while (str_ends(text, STR("=")))
		text.n--;
	char *p = arena_alloc(a, text.n + 1);
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
		if (!plain && c != '+' && c != '/')
			return bad_path(err, "not base64");
		p[i] = c == '+' ? '-' : c == '/' ? '_' : c;
	}
	*ret = arena_join(a, STR(OCSP_PATH), str_of(p, text.n));
	return ok();
}

struct result uri_decode_path(struct arena *a, struct str s, struct str *ret, struct err *err)
{
	if (s.n == 0 || s.p[0] != '/')
		return bad_path(err, "does not start with /");
	if (str_starts(s, STR(OCSP_PATH)) && s.n >= sizeof OCSP_PATH)
		return ocsp_path(a, s, ret, err);
	if (str_find(s, STR("%2F")) != STR_NONE || str_find(s, STR("%2f")) != STR_NONE)
		return bad_path(err, "encoded slash");
	struct str out = s;
	if (str_find_char(s, '%') != STR_NONE)
		TRY(percent_decode(a, s, &out, err));
	TRY(check_text(out, err));
	TRY(check_characters(out, err));
	TRY(check_segments(out, err));
	*ret = out;
	return ok();
}
