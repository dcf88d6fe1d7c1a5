/* Signing, signing together, countersigning and extending: the verbs of cades.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sign/cades_model.h"

static struct result add_signer(struct cades_model *m, struct cades_content *c,
                                const struct ades_options *o, struct err *err)
{
	struct str digest;
	struct ades_values own = { .ncerts = 0 };
	const struct sign_digest *d = cades_signer_digest(o);
	if (m->nsigners == CMS_SIGNERS_MAX)
		return fail(err, ERR_TOO_LARGE, "sign.cades", NULL, "more than %d signers",
		            CMS_SIGNERS_MAX);
	if (!c->source)
		return fail(err, ERR_INPUT, "sign.cades", NULL, "the content is not here");
	TRY(cades_content_digest(c, m->arena, d, &digest, err));
	TRY(cades_signer_make(m->arena, o, m->type_raw, digest, false,
	                      &m->signers[m->nsigners].fixed, err));
	m->nsigners++;
	cades_value_put(own.certs, &own.ncerts, o->signer.cert);
	for (size_t i = 0; i < o->signer.nchain; i++)
		cades_value_put(own.certs, &own.ncerts, o->signer.chain[i]);
	TRY(cades_model_material(m, &own, err));
	return cades_model_put(m, m->digests, &m->ndigests, 16, cades_digest_id(m->arena, d), err);
}

struct result cades_sign(struct arena *a, const struct source *content,
                         const struct ades_options *o, struct cades_out *ret, struct err *err)
{
	struct cades_model *m = ARENA_NEW(a, struct cades_model);
	struct cades_content c;
	if (o->packaging == ADES_ENVELOPED)
		return fail(err, ERR_INPUT, "sign.option", NULL, "a CMS is detached or holds its content");
	cades_content_of(a, content, &c);
	cades_model_new(a, m);
	m->attached = o->packaging == ADES_ENVELOPING;
	m->source = content;
	m->ranges = c.ranges;
	m->nranges = c.nranges;
	m->size = content->size;
	TRY(add_signer(m, &c, o, err));
	TRY(cades_raise(m, &c, o, err));
	return cades_model_out(m, ret, err);
}

static struct result open_file(struct arena *a, const struct source *given,
                               const struct source *detached, struct cades_model *m,
                               struct cades_content *c, struct err *err)
{
	struct source *file = ARENA_NEW(a, struct source);
	TRY(cades_unarmor(a, given, file, err));
	TRY(cades_model_open(a, file, m, err));
	cades_content_of(a, detached, c);
	if (m->attached)
		*c = (struct cades_content){ .source = file, .ranges = m->ranges, .nranges = m->nranges };
	return ok();
}

/* Only the new signer is raised: the others keep what they have. */
struct result cades_sign_more(struct arena *a, const struct source *file,
                              const struct source *detached, const struct ades_options *o,
                              struct cades_out *ret, struct err *err)
{
	struct cades_model *m = ARENA_NEW(a, struct cades_model);
	struct cades_content c;
	TRY(open_file(a, file, detached, m, &c, err));
	if (m->keep_order)
		return fail(err, ERR_CONFLICT, "sign.cades.v2", "ETSI TS 101 733 6.4.1",
		            "an archive time stamp of version 2 in the file allows no further signer");
	TRY(add_signer(m, &c, o, err));
	struct cades_model_signer *all = m->signers;
	size_t n = m->nsigners;
	m->signers += n - 1;
	m->nsigners = 1;
	TRY(cades_raise(m, &c, o, err));
	m->signers = all;
	m->nsigners = n;
	return cades_model_out(m, ret, err);
}

struct result cades_countersign(struct arena *a, const struct source *file, size_t which,
                                const struct ades_options *o, struct cades_out *ret,
                                struct err *err)
{
	struct cades_model *m = ARENA_NEW(a, struct cades_model);
	struct cades_content none;
	struct cms_signer_info si;
	struct ades_values own = { .ncerts = 1, .certs = { o->signer.cert } };
	struct str fixed, attr = STR("");
	TRY(open_file(a, file, NULL, m, &none, err));
	if (which >= m->nsigners)
		return fail(err, ERR_NOT_FOUND, "sign.cades", NULL, "the file has %zu signers", m->nsigners);
	if (o->level > ADES_T)
		return fail(err, ERR_INPUT, "sign.option", NULL, "a counter signature is B or T; extend the file");
	struct cades_model_signer *s = &m->signers[which];
	if (m->keep_order || cades_model_has(m, s, CADES_ARCHIVE_V3))
		return fail(err, ERR_CONFLICT, "sign.cades.archived", "EN 319 122-1 5.5.3",
		            "the signature has an archive time stamp already, which would not cover this");
	TRY(cms_signer_read(a, cades_model_info(m, s), &si, err));
	struct str digest = cades_hash_of(a, cades_signer_digest(o), si.value);
	TRY(cades_signer_make(a, o, STR(""), digest, true, &fixed, err));
	if (o->level == ADES_T) {
		struct cms_signer_info mine;
		TRY(cms_signer_read(a, cades_tlv(a, DER_SEQ, fixed), &mine, err));
		TRY(cades_stamp_attr(a, o, mine.digest, mine.value, &attr, err));
		attr = cades_tlv(a, DER_CTXC(1), attr);
	}
	struct str info = cades_tlv(a, DER_SEQ, arena_join(a, fixed, attr));
	TRY(cades_model_attr(s, cades_attribute(a, CADES_COUNTER, info), err));
	TRY(cades_model_material(m, &own, err));
	return cades_model_out(m, ret, err);
}

struct result cades_extend(struct arena *a, const struct source *file,
                           const struct source *detached, const struct ades_options *o,
                           struct cades_out *ret, struct err *err)
{
	struct cades_model *m = ARENA_NEW(a, struct cades_model);
	struct cades_content c;
	TRY(open_file(a, file, detached, m, &c, err));
	if (m->nsigners == 0)
		return fail(err, ERR_INPUT, "sign.cades", NULL, "nobody signed this file");
	TRY(cades_raise(m, &c, o, err));
	return cades_model_out(m, ret, err);
}

/* ---- out ---- */

struct result cades_out_bytes(struct arena *a, const struct cades_out *o, size_t most,
                              struct str *ret, struct err *err)
{
	if (o->size > most)
		return fail(err, ERR_TOO_LARGE, "sign.cades", NULL, "%llu bytes, at most %zu",
		            (unsigned long long)o->size, most);
	struct str *parts = ARENA_ARRAY(a, struct str, o->n + 1);
	for (size_t i = 0; i < o->n; i++) {
		parts[i] = o->pieces[i].bytes;
		if (o->pieces[i].from)
			TRY(source_read(a, o->pieces[i].from, o->pieces[i].range, most, &parts[i], err));
	}
	*ret = cades_concat(a, parts, o->n);
	return ok();
}

static struct result broken(struct err *err, const char *path)
{
	return fail(err, ERR_UNAVAILABLE, "sign.file", NULL, "%s: %s", path, strerror(errno));
}

static struct result put(int fd, struct str s, const char *path, struct err *err)
{
	while (s.n) {
		ssize_t n = write(fd, s.p, s.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return broken(err, path);
		s = str_from(s, (size_t)n);
	}
	return ok();
}

static struct result put_piece(int fd, const struct cades_piece *p, const char *path,
                               struct err *err)
{
	enum { PIECE = 12 * 1024 }; /* fits the first block of an arena, which a reset keeps */
	ARENA_AUTO a = arena_new(8 * PIECE);
	if (!p->from)
		return put(fd, p->bytes, path, err);
	for (uint64_t at = 0; at < p->range.n;) {
		uint64_t left = p->range.n - at;
		struct str bytes;
		struct range one = { p->range.at + at, left < PIECE ? left : PIECE };
		TRY(source_read(a, p->from, one, PIECE, &bytes, err));
		TRY(put(fd, bytes, path, err));
		arena_reset(a);
		at += one.n;
	}
	return ok();
}

static struct result sync_dir(struct arena *a, const char *path, struct err *err)
{
	size_t slash = str_rfind_char(str_c(path), '/');
	const char *dir = slash == STR_NONE ? "." : slash == 0 ? "/"
	                  : arena_cstr(a, str_of(path, slash));
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return broken(err, dir);
	int failed = fsync(fd);
	close(fd);
	return failed ? broken(err, dir) : ok();
}

struct result cades_out_save(const struct cades_out *o, const char *path, struct err *err)
{
	struct result r = ok();
	ARENA_AUTO a = arena_new(65536);
	char *name = (char *)arena_cstr(a, arena_printf(a, "%s.XXXXXX", path));
	int fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		return broken(err, path);
	for (size_t i = 0; i < o->n && is_ok(r); i++)
		r = put_piece(fd, &o->pieces[i], path, err);
	if (is_ok(r) && (fchmod(fd, 0644) != 0 || fsync(fd) != 0))
		r = broken(err, path);
	close(fd);
	if (is_ok(r) && rename(name, path) != 0)
		r = broken(err, path);
	if (is_err(r))
		unlink(name);
	return is_ok(r) ? sync_dir(a, path, err) : r;
}
