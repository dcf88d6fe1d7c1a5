/* The time stamps of a signer: what each must be over (ETSI EN 319 122-1 §5.2.8,
 * §5.3, §5.5, Annex A.1) and what it therefore proves to be older than itself. */
#include <stdlib.h>

#include "sign/cades_priv.h"

enum { LEFT_MIN = 1 << 20 }; /* of the arena, before one more stamp is taken apart */

static const struct {
	const char *oid;
	enum ades_stamp_kind kind;
} kinds[] = {
	{ CADES_CONTENT_STAMP, STAMP_CONTENT }, { CADES_STAMP, STAMP_SIGNATURE },
	{ CADES_ESC_STAMP, STAMP_REFS }, { CADES_REFS_STAMP, STAMP_REFS },
	{ CADES_ARCHIVE_V1, STAMP_ARCHIVE }, { CADES_ARCHIVE_V2, STAMP_ARCHIVE },
	{ CADES_ARCHIVE_V3, STAMP_ARCHIVE }, { CADES_LONG_TERM, STAMP_ARCHIVE },
};

bool cades_stamp_kind(const char *oid, enum ades_stamp_kind *ret)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].oid, oid) == 0) {
			*ret = kinds[i].kind;
			return true;
		}
	return false;
}

struct found {
	struct ades_stamp s;
	const char *oid;
	int64_t at;          /* INT64_MAX: unreadable */
	size_t order;
	bool is_signed;
	size_t attr;         /* of the unsigned attributes */
	struct stamp token;
	bool readable;
	bool covered[CMS_ATTRS_MAX];        /* unsigned attributes */
	struct ades_values *values;         /* covered */
};

struct stamps {
	struct cades_reading *r;
	const struct cms_signer_info *si;
	struct found *list;
	size_t n;
};

/* ---- collecting ---- */

/* poeValue of long-term-validation, [0] EXPLICIT, where it is a token. */
static struct str long_term(struct str value)
{
	struct der_in in = der_read(value), seq = der_enter(&in, DER_SEQ);
	(void)der_get(&seq, DER_GENTIME);
	struct der_in box = der_enter(&seq, DER_CTXC(0));
	struct str token = der_get_raw(&box, DER_SEQ);
	return box.bad ? STR("") : token;
}

static void add(struct stamps *x, const struct cms_attr *at, size_t attr, bool is_signed,
                struct str value)
{
	struct found *f = &x->list[x->n];
	*f = (struct found){ .oid = at->oid, .at = INT64_MAX, .order = x->n, .is_signed = is_signed,
		.attr = attr };
	x->n++;
	if (!cades_stamp_kind(at->oid, &f->s.kind))
		return;
	f->s.token = strcmp(at->oid, CADES_LONG_TERM) == 0 ? long_term(value) : value;
	f->readable = is_ok(stamp_read(x->r->arena, f->s.token, x->r->cms->c.certs,
	                               x->r->cms->c.ncerts, &f->token, NULL)) &&
	              f->token.cms.nsigners == 1;
	if (!f->readable) {
		f->s.what = STR("not a time-stamp token");
		return;
	}
	f->at = f->token.at;
	f->s.alg = f->token.digest;
}

static void collect(struct stamps *x, const struct cms_attrs *list, bool is_signed)
{
	enum ades_stamp_kind kind;
	for (size_t i = 0; i < list->n; i++) {
		if (!cades_stamp_kind(list->list[i].oid, &kind) || (kind == STAMP_CONTENT) != is_signed)
			continue;
		struct cades_items values = cades_items(x->r->arena, list->list[i].values);
		for (size_t k = 0; k < values.n && x->n < ADES_STAMPS_MAX &&
		     arena_left(x->r->arena) > LEFT_MIN; k++)
			add(x, &list->list[i], i, is_signed, values.v[k]);
	}
}

static int by_time(const void *x, const void *y)
{
	const struct found *f = x, *g = y;
	if (f->at != g->at)
		return f->at < g->at ? -1 : 1;
	if (f->s.kind != g->s.kind)
		return f->s.kind < g->s.kind ? -1 : 1;
	return f->order < g->order ? -1 : f->order > g->order;
}

/* ---- what each is over ---- */

static void add_bodies(struct stamps *x, struct found *f, struct cades_hash *h, const char *oid)
{
	for (size_t i = 0; i < x->si->unsigned_attrs.n; i++) {
		const struct cms_attr *at = &x->si->unsigned_attrs.list[i];
		if (strcmp(at->oid, oid) != 0)
			continue;
		struct der_in in = der_read(at->raw);
		cades_hash_add(h, der_get(&in, DER_SEQ));
		f->covered[i] = true;
	}
}

/* Annex A.1.5: without type and length of each. */
static struct result over_refs(struct stamps *x, struct found *f, struct err *err)
{
	CADES_HASH_AUTO h = { NULL, NULL };
	TRY(cades_hash_begin(&h, f->s.alg, err));
	if (strcmp(f->oid, CADES_ESC_STAMP) == 0) {
		cades_hash_add(&h, x->si->value);
		add_bodies(x, f, &h, CADES_STAMP);
	}
	add_bodies(x, f, &h, CADES_CERT_REFS);
	add_bodies(x, f, &h, CADES_REV_REFS);
	f->s.hash = cades_hash_end(&h, x->r->arena);
	return ok();
}

static void cover_root(struct stamps *x, struct found *f, const struct cades_index *index)
{
	const struct cades_items *certs = &x->r->cms->certs, *crls = &x->r->cms->crls;
	struct arena *a = x->r->arena;
	for (size_t i = 0; i < certs->n; i++)
		if (!index || cades_index_has(index, 0, cades_hash_of(a, index->alg, certs->v[i])))
			cades_value_cert(f->values, certs->v[i]);
	for (size_t i = 0; i < crls->n; i++)
		if (!index || cades_index_has(index, 1, cades_hash_of(a, index->alg, crls->v[i])))
			cades_value_crl(f->values, crls->v[i]);
}

/* Is every digest of the list one of something that is there? */
static bool all_there(struct arena *a, const struct cades_index *x, int list,
                      const struct cades_items *items)
{
	struct str *have = ARENA_ARRAY(a, struct str, items->n + 1);
	for (size_t i = 0; i < items->n; i++)
		have[i] = cades_hash_of(a, x->alg, items->v[i]);
	for (size_t k = 0; k < x->hashes[list].n; k++) {
		bool there = false;
		for (size_t i = 0; i < items->n && !there; i++)
			there = str_eq(have[i], x->hashes[list].v[k]);
		if (!there)
			return false;
	}
	return true;
}

/* Marks the attributes that the index names; false when it names one that is gone. */
static bool cover_attrs(struct stamps *x, struct found *f, const struct cades_index *index)
{
	struct arena *a = x->r->arena;
	size_t named = 0;
	bool used[CMS_LISTED_MAX] = { false };
	for (size_t i = 0; i < x->si->unsigned_attrs.n; i++) {
		const struct cms_attr *at = &x->si->unsigned_attrs.list[i];
		struct cades_items values = cades_items(a, at->values);
		f->covered[i] = values.n > 0;
		for (size_t v = 0; v < values.n; v++) {
			struct str hash = cades_index_attr(a, at, values.v[v], index->alg, index->version);
			f->covered[i] = f->covered[i] && cades_index_has(index, 2, hash);
			for (size_t k = 0; k < index->hashes[2].n; k++)
				used[k] = used[k] || str_eq(index->hashes[2].v[k], hash);
		}
	}
	for (size_t k = 0; k < index->hashes[2].n; k++)
		named += used[k];
	return named == index->hashes[2].n;
}

static struct result over_archive_v3(struct stamps *x, struct found *f, struct err *err)
{
	struct cades_index index;
	struct arena *a = x->r->arena;
	if (!cades_index_read(a, &f->token, &index)) {
		f->s.what = STR("no ats-hash-index in the token (EN 319 122-1 5.5.2)");
		return ok();
	}
	bool whole = cover_attrs(x, f, &index);
	if (!whole || !all_there(a, &index, 0, &x->r->cms->certs) ||
	    !all_there(a, &index, 1, &x->r->cms->crls)) {
		memset(f->covered, 0, sizeof f->covered);
		f->s.what = STR("the ats-hash-index names what is no longer there (EN 319 122-1 5.5.2)");
		return ok();
	}
	cover_root(x, f, &index);
	return cades_imprint_v3(a, x->r->cms, x->si, x->r->content, f->s.alg, index.raw, &f->s.hash,
	                        err);
}

static struct result over_archive_v2(struct stamps *x, struct found *f, struct err *err)
{
	for (size_t i = 0; i < x->si->unsigned_attrs.n; i++)
		f->covered[i] = true;
	for (size_t i = 0; i < x->n; i++)
		if (x->list[i].s.kind == STAMP_ARCHIVE && !x->list[i].is_signed &&
		    &x->list[i] >= f)
			f->covered[x->list[i].attr] = false;
	cover_root(x, f, NULL);
	return cades_imprint_v2(x->r->arena, x->r->cms, x->si, x->r->content, f->s.alg, f->covered,
	                        f->token.imprint, &f->s.hash, err);
}

static struct result over(struct stamps *x, struct found *f, struct err *err)
{
	static struct ades_values none;
	if (arena_left(x->r->arena) < LEFT_MIN)
		return fail(err, ERR_TOO_LARGE, "sign.cades", NULL, "too much in the time stamps");
	bool covers = f->s.kind == STAMP_REFS || f->s.kind == STAMP_ARCHIVE;
	f->values = covers ? ARENA_NEW(x->r->arena, struct ades_values) : &none;
	if (!f->readable || !f->s.alg)
		return ok();
	if (f->s.kind == STAMP_SIGNATURE) {
		f->s.hash = cades_hash_of(x->r->arena, f->s.alg, x->si->value);
		return ok();
	}
	if (f->s.kind == STAMP_REFS)
		return over_refs(x, f, err);
	if (strcmp(f->oid, CADES_LONG_TERM) == 0) {
		f->s.what = STR("long-term-validation is withdrawn and not evaluated (EN 319 122-1 5.5.1)");
		return ok();
	}
	if (!x->r->content->source) {
		f->s.what = STR("the content that it is over is not here");
		return ok();
	}
	if (f->s.kind == STAMP_CONTENT)
		return cades_content_digest(x->r->content, x->r->arena, f->s.alg, &f->s.hash, err);
	return strcmp(f->oid, CADES_ARCHIVE_V3) == 0 ? over_archive_v3(x, f, err)
	                                             : over_archive_v2(x, f, err);
}

/* ---- what is older ---- */

static void values_of_covered(struct stamps *x, struct found *f)
{
	if (f->s.kind != STAMP_REFS && f->s.kind != STAMP_ARCHIVE)
		return;
	for (size_t i = 0; i < x->si->unsigned_attrs.n; i++)
		if (f->covered[i])
			cades_values_attr(f->values, &x->si->unsigned_attrs.list[i]);
	for (size_t i = 0; i < x->n; i++)
		if (x->list[i].readable && (x->list[i].is_signed ? f->s.kind == STAMP_ARCHIVE
		                                                 : f->covered[x->list[i].attr]))
			cades_values_token(f->values, &x->list[i].token);
}

static void put_all(struct ades_values *to, const struct ades_values *from)
{
	for (size_t i = 0; i < from->ncerts; i++)
		cades_value_put(to->certs, &to->ncerts, from->certs[i]);
	for (size_t i = 0; i < from->ncrls; i++)
		cades_value_put(to->crls, &to->ncrls, from->crls[i]);
	for (size_t i = 0; i < from->nocsps; i++)
		cades_value_put(to->ocsps, &to->nocsps, from->ocsps[i]);
}

static size_t prefix(const struct str *all, size_t n, const struct str *part, size_t npart)
{
	for (size_t i = 0; i < n; i++) {
		bool there = false;
		for (size_t k = 0; k < npart && !there; k++)
			there = str_eq(all[i], part[k]);
		if (!there)
			return i;
	}
	return n;
}

static size_t older(const struct stamps *x, const struct found *f)
{
	size_t n = 0;
	for (; &x->list[n] < f; n++) {
		const struct found *g = &x->list[n];
		bool in = g->is_signed || (f->s.kind != STAMP_CONTENT && f->covered[g->attr]);
		if (!in || f->s.kind == STAMP_CONTENT)
			break;
	}
	return n;
}

/* Values come in the order in which stamps cover them, so that "the first n" can be
 * said; what no stamp covers comes last. */
static void arrange(struct stamps *x)
{
	struct ades_values *all = x->r->values, *rest = ARENA_NEW(x->r->arena, struct ades_values);
	for (size_t i = 0; i < x->n; i++) {
		values_of_covered(x, &x->list[i]);
		put_all(all, x->list[i].values);
	}
	for (size_t i = 0; i < x->r->cms->certs.n; i++)
		cades_value_cert(rest, x->r->cms->certs.v[i]);
	for (size_t i = 0; i < x->r->cms->crls.n; i++)
		cades_value_crl(rest, x->r->cms->crls.v[i]);
	for (size_t i = 0; i < x->si->unsigned_attrs.n; i++)
		cades_values_attr(rest, &x->si->unsigned_attrs.list[i]);
	for (size_t i = 0; i < x->n; i++)
		if (x->list[i].readable)
			cades_values_token(rest, &x->list[i].token);
	put_all(all, rest);
	for (size_t i = 0; i < x->n; i++) {
		struct found *f = &x->list[i];
		f->s.ncerts = prefix(all->certs, all->ncerts, f->values->certs, f->values->ncerts);
		f->s.ncrls = prefix(all->crls, all->ncrls, f->values->crls, f->values->ncrls);
		f->s.nocsps = prefix(all->ocsps, all->nocsps, f->values->ocsps, f->values->nocsps);
		f->s.nstamps = older(x, f);
	}
}

static size_t most(const struct cms_signer_info *si)
{
	enum ades_stamp_kind kind;
	for (size_t i = 0; i < si->unsigned_attrs.n; i++)
		if (cades_stamp_kind(si->unsigned_attrs.list[i].oid, &kind))
			return ADES_STAMPS_MAX;
	return cades_attr_count(&si->attrs, CADES_CONTENT_STAMP) ? ADES_STAMPS_MAX : 0;
}

struct result cades_stamps_read(struct cades_reading *r, const struct cms_signer_info *si,
                                struct ades_signature *ret, struct err *err)
{
	struct stamps *x = ARENA_NEW(r->arena, struct stamps);
	x->r = r;
	x->si = si;
	x->list = ARENA_ARRAY(r->arena, struct found, most(si) + 1);
	collect(x, &si->attrs, true);
	collect(x, &si->unsigned_attrs, false);
	if (x->n)
		qsort(x->list, x->n, sizeof *x->list, by_time);
	for (size_t i = 0; i < x->n; i++)
		TRY(over(x, &x->list[i], err));
	arrange(x);
	struct ades_stamp *out = ARENA_ARRAY(r->arena, struct ades_stamp, x->n + 1);
	for (size_t i = 0; i < x->n; i++)
		out[i] = x->list[i].s;
	ret->stamps = out;
	ret->nstamps = x->n;
	return ok();
}
