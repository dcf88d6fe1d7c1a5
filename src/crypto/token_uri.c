/* RFC 7512, as far as it names a token, its module and where its PIN lies. */
#include "crypto/key_token.h"

static struct result bad(struct err *err, const char *what, struct str at)
{
	return fail(err, ERR_INPUT, "crypto.token.uri", "RFC 7512 §2.3", "%s: %.*s", what, STR_ARG(at));
}

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10
	     : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool decode(struct str s, struct arena *a, struct str *ret)
{
	char *out = arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		int high, low;
		if (s.p[i] != '%') {
			out[n++] = s.p[i];
			continue;
		}
		if (s.n - i < 3 || (high = hex(s.p[i + 1])) < 0 || (low = hex(s.p[i + 2])) < 0 ||
		    (high | low) == 0)
			return false;
		out[n++] = (char)(high << 4 | low);
		i += 2;
	}
	*ret = str_of(out, n);
	return true;
}

static struct result attributes(struct str part, char between, bool query, struct arena *a,
                                struct token_uri *u, struct err *err)
{
	struct str one, name, value, *to;
	while (part.n) {
		str_cut(part, between, &one, &part);
		if (!str_cut(one, '=', &name, &value) || !value.n)
			return bad(err, "not an attribute", one);
		to = !query && str_eq(name, STR("token"))       ? &u->token
		   : query && str_eq(name, STR("module-path")) ? &u->module_path
		   : query && str_eq(name, STR("pin-source"))  ? &u->pin_source : NULL;
		if (query && str_eq(name, STR("pin-value")))
			return bad(err, "a PIN belongs into a file", STR("use pin-source=file:PATH"));
		if (!to)
			return bad(err, "unknown attribute", name);
		if (to->n || !decode(value, a, to))
			return bad(err, "there twice, or badly encoded", name);
	}
	return ok();
}

struct result token_uri_parse(struct str uri, struct arena *a, struct token_uri *ret,
                              struct err *err)
{
	struct token_uri u = { 0 };
	struct str path, query, file = STR("file:");
	if (!str_starts(uri, STR("pkcs11:")))
		return bad(err, "pkcs11: is expected", uri);
	str_cut(str_from(uri, 7), '?', &path, &query);
	TRY(attributes(path, ';', false, a, &u, err));
	TRY(attributes(query, '&', true, a, &u, err));
	if (str_starts(u.pin_source, file))
		u.pin_source = str_from(u.pin_source, file.n);
	if (!u.token.n || u.token.n > TOKEN_LABEL_MAX || !u.module_path.n || !u.pin_source.n)
		return bad(err, "token, module-path and pin-source are needed", uri);
	*ret = u;
	return ok();
}
