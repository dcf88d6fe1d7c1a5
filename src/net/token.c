/* Tokens, field values and parameters of HTTP headers, RFC 9110 §5.6. */
#include "net/token.h"

bool http_is_tchar(char c)
{
	static const bool yes[256] = {
		['!'] = true, ['#'] = true, ['$'] = true, ['%'] = true, ['&'] = true, ['\''] = true,
		['*'] = true, ['+'] = true, ['-'] = true, ['.'] = true, ['^'] = true, ['_'] = true,
		['`'] = true, ['|'] = true, ['~'] = true,
		['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true,
	};
	return yes[(unsigned char)c];
}

bool http_is_token(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!http_is_tchar(s.p[i]))
			return false;
	return s.n > 0;
}

bool http_is_field_value(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

static struct result bad(struct err *err, const char *why)
{
	return fail(err, ERR_INPUT, "http.parameter", "RFC 9110 §5.6.6", "header parameter: %s", why);
}

/* s starts behind the opening quote. Only \" and \\ are escapes: browsers send
 * the back slashes of a file name as they are. */
static struct result quoted(struct arena *a, struct str *s, struct str *ret, struct err *err)
{
	char *out = NULL;
	size_t n = 0;
	for (size_t i = 0; i < s->n; i++) {
		char c = s->p[i];
		if (c == '"') {
			*ret = out ? str_of(out, n) : str_sub(*s, 0, i);
			*s = str_from(*s, i + 1);
			return ok();
		}
		if (c == '\\' && i + 1 < s->n && (s->p[i + 1] == '"' || s->p[i + 1] == '\\')) {
			if (!out) {
				out = arena_alloc(a, s->n);
				memcpy(out, s->p, i);
				n = i;
			}
			c = s->p[++i];
		}
		if (out)
			out[n++] = c;
	}
	return bad(err, "a quote is not closed");
}

static struct str take_token(struct str *s)
{
	size_t n = 0;
	while (n < s->n && http_is_tchar(s->p[n]))
		n++;
	struct str t = str_sub(*s, 0, n);
	*s = str_from(*s, n);
	return t;
}

static struct result one_param(struct arena *a, struct str *s, struct http_params *p,
                               struct err *err)
{
	if (p->n == HTTP_HEADER_PARAMS_MAX)
		return bad(err, "too many");
	struct str name = take_token(s), value;
	if (str_empty(name) || !str_starts(*s, STR("=")))
		return bad(err, "expected name=value");
	*s = str_from(*s, 1);
	if (str_starts(*s, STR("\""))) {
		*s = str_from(*s, 1);
		TRY(quoted(a, s, &value, err));
	} else {
		value = take_token(s);
		if (str_empty(value))
			return bad(err, "expected a value");
	}
	if (http_params_get(p, name, &(struct str){ 0 }))
		return bad(err, "the same name twice");
	p->names[p->n] = name;
	p->values[p->n++] = value;
	return ok();
}

struct result http_params_parse(struct arena *a, struct str s, struct http_params *ret,
                                struct err *err)
{
	struct http_params p = { 0 };
	size_t semi = str_find_char(s, ';');
	p.value = str_trim(semi == STR_NONE ? s : str_sub(s, 0, semi));
	s = semi == STR_NONE ? str_of(s.p, 0) : str_from(s, semi);
	while (!str_empty(s = str_trim(s))) {
		if (s.p[0] != ';')
			return bad(err, "expected a semicolon");
		s = str_trim(str_from(s, 1));
		if (str_empty(s))
			return bad(err, "expected a parameter after the semicolon");
		TRY(one_param(a, &s, &p, err));
	}
	*ret = p;
	return ok();
}

bool http_params_get(const struct http_params *p, struct str name, struct str *ret)
{
	for (size_t i = 0; i < p->n; i++) {
		if (str_eq_nocase(p->names[i], name)) {
			*ret = p->values[i];
			return true;
		}
	}
	return false;
}
