/* Making PAdES: seals, signatures of every level, and their renewal.
 *
 * ETSI EN 319 142-1 §6.2: B, then T by a signature time stamp in the CMS, LT by the
 * DSS, LTA by a document time stamp over all of it; each but the first two is an
 * incremental update of its own, so that every stage is a file that holds. */
#include "sign/pades_make.h"

#include "base/utf8.h"
#include "crypto/digest.h"

enum { MAKE_ARENA = 512 << 20, RESERVE_DEFAULT = 8192, RESERVE_STAMP = 16384 };

static struct result checked(const struct pades_options *o, struct err *err)
{
	if (o->reserve > PADES_CMS_MAX || str_empty(o->name) || !utf8_valid(o->name) ||
	    !utf8_valid(o->reason) || !utf8_valid(o->place) || !utf8_valid(o->field) || o->certify < 0 ||
	    o->certify > 3)
		return fail(err, ERR_INTERNAL, "letter.field", NULL, "signing without a signer or a name");
	return ok();
}

/* A letter of ours is sealed once, and then nothing may change. */
static struct result fresh(struct arena *a, struct str pdf, const struct pades_options *o,
                           struct err *err)
{
	struct pdf doc;
	struct pdf_value ref, cat, page_ref, page;
	TRY(pdf_open(a, pdf, &doc, err));
	TRY(pdf_catalog(&doc, &ref, &cat, err));
	if (pdf_get(&cat, "AcroForm") || pdf_get(&cat, "Perms"))
		return fail(err, ERR_INPUT, "letter.sealed", NULL, "the file has a form or a signature already");
	TRY(pdf_page(&doc, o->spot.width > 0 ? o->spot.page : 0, &page_ref, err));
	TRY(pdf_resolve(&doc, &page_ref, &page, err));
	if (pdf_get(&page, "Annots"))
		return fail(err, ERR_INPUT, "letter.sealed", NULL, "the page has annotations already");
	return ok();
}

struct result pades_seal(struct str pdf, const struct pades_options *o, struct buf *out,
                         struct err *err)
{
	ARENA_AUTO a = arena_new(MAKE_ARENA);
	struct pades_options seal = *o;
	struct pades_make m = { .o = &seal, .certify = 1, .sign = o->sign, .ctx = o->ctx,
		                .reserve = o->reserve ? o->reserve : RESERVE_DEFAULT };
	size_t before = out->n;
	seal.field = STR("seal");
	TRY(checked(&seal, err));
	if (!o->sign)
		return fail(err, ERR_INTERNAL, "letter.field", NULL, "sealing without a signer");
	TRY(fresh(a, pdf, &seal, err));
	struct result r = pades_append(a, pdf, &m, out, err);
	if (is_err(r))
		out->n = before;
	return r;
}

/* ---- signers ---- */

/* The CMS of another function, with a signature time stamp. */
struct stamped {
	pades_sign_fn *sign;
	void *ctx;
	const struct ades_options *o;
};

static struct result sign_stamped(void *ctx, const struct str *slices, size_t n,
                                  struct buf *ret_der, struct err *err)
{
	const struct stamped *s = ctx;
	ARENA_AUTO a = arena_new(4 << 20);
	struct str der;
	BUF_AUTO cms;
	buf_init(&cms, PADES_CMS_MAX);
	TRY(s->sign(s->ctx, slices, n, &cms, err));
	TRY(pades_stamp_cms(a, buf_str(&cms), s->o, &der, err));
	buf_add(ret_der, der);
	return ok();
}

/* A document time stamp: the token over the ranges (EN 319 142-1 §5.4.3). */
static struct result sign_time(void *ctx, const struct str *slices, size_t n, struct buf *ret_der,
                               struct err *err)
{
	const struct ades_options *o = ctx;
	ARENA_AUTO a = arena_new(4 << 20);
	uint8_t hash[DIGEST_SIZE_MAX];
	struct str token;
	DIGEST_AUTO d;
	digest_init(&d, DIGEST_SHA256);
	for (size_t i = 0; i < n; i++)
		digest_add(&d, slices[i]);
	(void)digest_done(&d, hash);
	TRY(o->stamp(o->stamp_ctx, a, DIGEST_SHA256, str_of((char *)hash, SHA256_SIZE), &token, err));
	buf_add(ret_der, token);
	return ok();
}

/* ---- stages ---- */

static struct result add_time(struct arena *a, struct str pdf, const struct ades_options *ades,
                              struct buf *out, struct err *err)
{
	static const struct pades_options none;
	struct pades_make m = { .o = &none, .stamp = true, .sign = sign_time,
		                .ctx = (void *)(uintptr_t)ades, .reserve = RESERVE_STAMP };
	return pades_append(a, pdf, &m, out, err);
}

static bool has_material(const struct ades_options *ades)
{
	const struct ades_values *v = ades->material;
	return v && v->ncerts + v->ncrls + v->nocsps;
}

static struct result extend(struct arena *a, struct str pdf, const struct ades_options *ades,
                            struct buf *out, struct err *err)
{
	BUF_AUTO middle;
	buf_init(&middle, PDF_BYTES_MAX);
	bool dss = ades->level >= ADES_LT && has_material(ades), time = ades->level != ADES_LT;
	if (ades->level == ADES_LT && !dss)
		return fail(err, ERR_INTERNAL, "pades.material", "EN 319 142-1 §5.4.2", "LT without material");
	if (time && !ades->stamp)
		return fail(err, ERR_INTERNAL, "pades.stamp", NULL, "a time stamp without an authority");
	if (dss && !time)
		return pades_append_dss(a, pdf, ades->material, out, err);
	if (dss)
		TRY(pades_append_dss(a, pdf, ades->material, &middle, err));
	return add_time(a, dss ? buf_str(&middle) : pdf, ades, out, err);
}

struct result pades_extend(struct str pdf, const struct ades_options *ades, struct buf *out,
                           struct err *err)
{
	ARENA_AUTO a = arena_new(MAKE_ARENA);
	size_t before = out->n;
	struct result r = extend(a, pdf, ades, out, err);
	if (is_err(r))
		out->n = before;
	return r;
}

static size_t reserve_for(const struct pades_options *o, const struct ades_options *ades)
{
	size_t n = RESERVE_DEFAULT + ades->signer.cert.n;
	for (size_t i = 0; i < ades->signer.nchain; i++)
		n += ades->signer.chain[i].n;
	n += ades->level >= ADES_T ? RESERVE_STAMP : 0;
	return o->reserve ? o->reserve : n < PADES_CMS_MAX ? n : PADES_CMS_MAX;
}

static struct result sign(struct arena *a, struct str pdf, const struct pades_options *o,
                          const struct ades_options *ades, struct buf *out, struct err *err)
{
	struct stamped st = { o->sign ? o->sign : pades_sign_cms,
		              o->sign ? o->ctx : (void *)(uintptr_t)&ades->signer, ades };
	bool time = ades->level >= ADES_T;
	struct pades_make m = { .o = o, .certify = o->certify, .reserve = reserve_for(o, ades),
		                .sign = time ? sign_stamped : st.sign, .ctx = time ? (void *)&st : st.ctx };
	BUF_AUTO first;
	buf_init(&first, PDF_BYTES_MAX);
	if (time && !ades->stamp)
		return fail(err, ERR_INTERNAL, "pades.stamp", NULL, "a time stamp without an authority");
	if (ades->level < ADES_LT)
		return pades_append(a, pdf, &m, out, err);
	TRY(pades_append(a, pdf, &m, &first, err));
	return extend(a, buf_str(&first), ades, out, err);
}

struct result pades_sign(struct str pdf, const struct pades_options *o,
                         const struct ades_options *ades, struct buf *out, struct err *err)
{
	ARENA_AUTO a = arena_new(MAKE_ARENA);
	size_t before = out->n;
	TRY(checked(o, err));
	struct result r = sign(a, pdf, o, ades, out, err);
	if (is_err(r))
		out->n = before;
	return r;
}
