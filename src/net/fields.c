/* Fields of queries and url-encoded bodies (WHATWG URL §5.1), read strictly, and
 * the choice of the body's reader by its content type. */
#include "net/http.h"
#include "net/multipart.h"
#include "net/uri.h"

static size_t count_char(struct str s, char c)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == c;
	return n;
}

static struct result parse_pair(struct arena *a, struct str pair, struct http_field *ret,
                                struct err *err)
{
	struct str name, value;
	str_cut(pair, '=', &name, &value);
	TRY(uri_decode_field(a, name, &ret->name, err));
	return uri_decode_field(a, value, &ret->value, err);
}

struct result http_urlencoded(struct arena *a, struct str text, struct http_fields *ret,
                              struct err *err)
{
	size_t max = count_char(text, '&') + 1;
	if (max > HTTP_FIELDS_MAX)
		return fail(err, ERR_INPUT, "http.fields", NULL, "%zu fields, at most %d", max,
		            HTTP_FIELDS_MAX);
	struct http_field *items = ARENA_ARRAY(a, struct http_field, max);
	size_t n = 0;
	bool more = true;
	while (more) {
		struct str pair;
		more = str_cut(text, '&', &pair, &text);
		if (str_empty(pair))
			continue;
		items[n] = (struct http_field){ .filename = STR(""), .content_type = STR("") };
		TRY(parse_pair(a, pair, &items[n], err));
		n++;
	}
	*ret = (struct http_fields){ n, items };
	return ok();
}

struct result http_query_fields(const struct http_request *r, struct http_fields *ret,
                                struct err *err)
{
	return http_urlencoded(r->arena, r->query, ret, err);
}

struct result http_form_fields(const struct http_request *r, struct http_fields *ret,
                               struct err *err)
{
	struct str type = http_header_get(r, STR("content-type")), media, params;
	str_cut(type, ';', &media, &params);
	media = str_trim(media);
	if (str_empty(media) && str_empty(r->body)) {
		*ret = (struct http_fields){ 0, NULL };
		return ok();
	}
	if (str_eq_nocase(media, STR("application/x-www-form-urlencoded")))
		return http_urlencoded(r->arena, r->body, ret, err);
	if (str_eq_nocase(media, STR("multipart/form-data"))) {
		struct str boundary;
		TRY(multipart_boundary(r->arena, type, &boundary, err));
		return multipart_parse(r->arena, boundary, r->body, ret, err);
	}
	return fail(err, ERR_INPUT, "http.form.type", "RFC 9110 §8.3",
	            "a form body must be urlencoded or multipart, not %.60s",
	            arena_cstr(r->arena, media));
}

struct str http_field_get(const struct http_fields *f, struct str name)
{
	size_t i = 0;
	for (const struct http_field *x; (x = http_field_next(f, name, &i));)
		if (!x->file)
			return x->value;
	return STR("");
}

const struct http_field *http_field_next(const struct http_fields *f, struct str name, size_t *i)
{
	while (*i < f->n) {
		const struct http_field *x = &f->items[(*i)++];
		if (str_eq(x->name, name))
			return x;
	}
	return NULL;
}
