/* Static files from memory; see static.h. */
#include "net/static.h"

#include "base/map.h"
#include "base/mem.h"
#include "crypto/digest.h"
#include "net/dir.h"

enum { STATIC_BYTES_MAX = 256 << 20, VERSION_CHARS = 16 };

struct file {
	struct str bytes, type, version, etag, url;
};

struct static_files {
	struct arena *arena;
	struct str prefix, version;
	struct map by_path; /* "/static/a.css" -> struct file */
	struct digest_stream all;
};

static struct str type_of(struct str name)
{
	static const struct {
		struct str suffix, type;
	} rows[] = {
		{ STR_INIT(".css"), STR_INIT("text/css; charset=utf-8") },
		{ STR_INIT(".js"), STR_INIT("text/javascript; charset=utf-8") },
		{ STR_INIT(".json"), STR_INIT("application/json") },
		{ STR_INIT(".webmanifest"), STR_INIT("application/manifest+json") },
		{ STR_INIT(".svg"), STR_INIT("image/svg+xml") },
		{ STR_INIT(".png"), STR_INIT("image/png") },
		{ STR_INIT(".jpg"), STR_INIT("image/jpeg") },
		{ STR_INIT(".webp"), STR_INIT("image/webp") },
		{ STR_INIT(".ico"), STR_INIT("image/vnd.microsoft.icon") },
		{ STR_INIT(".woff2"), STR_INIT("font/woff2") },
		{ STR_INIT(".txt"), STR_INIT("text/plain; charset=utf-8") },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (str_ends(name, rows[i].suffix))
			return rows[i].type;
	return STR("");
}

static struct result add_file(void *ctx, const struct dir_file *f, struct err *err)
{
	struct static_files *s = ctx;
	struct str type = type_of(f->name);
	if (str_empty(type))
		return fail(err, ERR_INPUT, "static.type", NULL, "%.*s: no content type for this suffix",
		            STR_ARG(f->path));
	struct file *x = ARENA_NEW(s->arena, struct file);
	struct str hash = sha256_hex(s->arena, f->bytes);
	struct str path = arena_join(s->arena, s->prefix, f->name);
	x->bytes = arena_str(s->arena, f->bytes);
	x->type = type;
	x->version = str_sub(hash, 0, VERSION_CHARS);
	x->etag = arena_printf(s->arena, "\"%.*s\"", STR_ARG(str_sub(hash, 0, 32)));
	x->url = arena_printf(s->arena, "%.*s?v=%.*s", STR_ARG(path), STR_ARG(x->version));
	map_put(&s->by_path, path, x);
	digest_add(&s->all, path);
	digest_add(&s->all, hash);
	return ok();
}

struct result static_load(struct str dir, struct str prefix, struct static_files **ret,
                          struct err *err)
{
	struct static_files *s = MEM_NEW(struct static_files);
	s->arena = arena_new(STATIC_BYTES_MAX);
	s->prefix = arena_str(s->arena, prefix);
	map_init(&s->by_path, s->arena);
	digest_init(&s->all, DIGEST_SHA256);
	struct result r = dir_each(dir, STR(""), add_file, s, err);
	if (is_err(r)) {
		static_free(s);
		return r;
	}
	uint8_t sum[DIGEST_SIZE_MAX];
	size_t n = digest_done(&s->all, sum);
	s->version = str_sub(sha256_hex(s->arena, str_of((const char *)sum, n)), 0, VERSION_CHARS);
	*ret = s;
	return ok();
}

void static_free(struct static_files *f)
{
	if (!f)
		return;
	digest_drop(&f->all);
	arena_free(f->arena);
	mem_free(f);
}

/* If-None-Match: a list of tags, weak ones too (RFC 9110 §13.1.2). */
static bool matches(struct str list, struct str etag)
{
	bool more = true;
	while (more) {
		struct str tag;
		more = str_cut(list, ',', &tag, &list);
		tag = str_trim(tag);
		if (str_starts(tag, STR("W/")))
			tag = str_from(tag, 2);
		if (str_eq(tag, etag) || str_eq(tag, STR("*")))
			return true;
	}
	return false;
}

bool static_serve(const struct static_files *f, const struct http_request *q,
                  struct http_response *r)
{
	if (q->method != HTTP_GET && q->method != HTTP_HEAD)
		return false;
	if (!str_starts(q->path, f->prefix))
		return false;
	const struct file *x = map_get(&f->by_path, q->path);
	if (!x)
		return false;
	struct str v = str_starts(q->query, STR("v=")) ? str_from(q->query, 2) : STR("");
	bool versioned = str_eq(v, x->version) || str_eq(v, f->version);
	/* Another version than asked for must not be kept under that name. */
	http_set(r, STR("Cache-Control"), versioned ? STR("public, max-age=31536000, immutable")
	                                            : STR("no-cache"));
	http_set(r, STR("ETag"), x->etag);
	if (matches(http_header_get(q, STR("if-none-match")), x->etag)) {
		r->status = 304;
		return true;
	}
	http_set(r, STR("Content-Type"), x->type);
	r->shared = x->bytes;
	return true;
}

struct str static_url(const struct static_files *f, struct str name)
{
	for (size_t i = 0; i < f->by_path.n; i++)
		if (str_eq(str_from(f->by_path.entries[i].key, f->prefix.n), name))
			return ((const struct file *)f->by_path.entries[i].value)->url;
	return STR("");
}

struct str static_version(const struct static_files *f)
{
	return f->version;
}
