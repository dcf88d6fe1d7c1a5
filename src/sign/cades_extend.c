/* Levels T, LT and LTA (ETSI EN 319 122-1 §5.3, §5.4, §5.5, §6.3). A token that the
 * authority gives is looked at before it is put in: over the right thing, sound. */
#include "sign/cades_model.h"

static const struct sign_digest *stamp_digest(const struct sign_digest *of_signer)
{
	const struct sign_digest *sha256 = sign_digest_of(DIGEST_SHA256);
	return of_signer == sign_digest_of(DIGEST_SHA384) || of_signer == sign_digest_of(DIGEST_SHA512)
	       ? of_signer : sha256;
}

static enum digest_alg alg_of(const struct sign_digest *d)
{
	for (int i = DIGEST_SHA256; i < DIGEST_COUNT; i++)
		if (sign_digest_of((enum digest_alg)i) == d)
			return (enum digest_alg)i;
	return DIGEST_SHA256;
}

static struct result ask(struct arena *a, const struct ades_options *o, const struct sign_digest *d,
                         struct str hash, struct str *ret, struct err *err)
{
	struct stamp s;
	if (!o->stamp)
		return fail(err, ERR_INPUT, "sign.stamp", NULL,
		            "the level %s needs a time-stamping authority", ades_level_name(o->level));
	TRY(o->stamp(o->stamp_ctx, a, alg_of(d), hash, ret, err));
	TRY(stamp_read(a, *ret, NULL, 0, &s, err));
	if (!stamp_covers(&s, d, hash) || !s.value_ok || !s.intact || s.what.n)
		return fail(err, ERR_UNAVAILABLE, "sign.stamp", "RFC 3161 §2.4.2",
		            "the time-stamping authority gave a token that does not hold");
	return ok();
}

struct result cades_stamp_attr(struct arena *a, const struct ades_options *o,
                               const struct sign_digest *d, struct str value, struct str *ret,
                               struct err *err)
{
	struct str token;
	d = stamp_digest(d);
	TRY(ask(a, o, d, cades_hash_of(a, d, value), &token, err));
	*ret = cades_attribute(a, CADES_STAMP, token);
	return ok();
}

static struct result info_of(struct cades_model *m, const struct cades_model_signer *s,
                             struct cms_signer_info *ret, struct err *err)
{
	return cms_signer_read(m->arena, cades_model_info(m, s), ret, err);
}

static struct result to_t(struct cades_model *m, struct cades_model_signer *s,
                          const struct ades_options *o, struct err *err)
{
	struct cms_signer_info si;
	struct str attr;
	if (cades_model_has(m, s, CADES_STAMP))
		return ok();
	TRY(info_of(m, s, &si, err));
	TRY(cades_stamp_attr(m->arena, o, si.digest, si.value, &attr, err));
	return cades_model_attr(s, attr, err);
}

/* The index stands in the token, among what its authority did not sign. */
static struct result with_index(struct arena *a, struct str token, struct str index,
                                struct str *ret, struct err *err)
{
	struct cades_model *m = ARENA_NEW(a, struct cades_model);
	struct source *file = ARENA_NEW(a, struct source);
	struct cades_out out;
	*file = source_bytes(STR(""), token);
	TRY(cades_model_open(a, file, m, err));
	if (m->nsigners != 1)
		return fail(err, ERR_UNAVAILABLE, "sign.stamp", NULL, "a token with %zu signers",
		            m->nsigners);
	TRY(cades_model_attr(&m->signers[0], cades_attribute(a, CADES_INDEX_V3, index), err));
	TRY(cades_model_out(m, &out, err));
	return cades_out_bytes(a, &out, CADES_FRAME_MAX, ret, err);
}

static struct result to_lta(struct cades_model *m, struct cades_model_signer *s,
                            struct cades_content *c, const struct ades_options *o,
                            struct err *err)
{
	struct arena *a = m->arena;
	struct cms_signer_info si;
	struct str hash, token, whole;
	struct cades_cms *now = ARENA_NEW(a, struct cades_cms);
	now->frame.type_raw = m->type_raw;
	now->certs = (struct cades_items){ m->ncerts, m->certs };
	now->crls = (struct cades_items){ m->ncrls, m->crls };
	TRY(info_of(m, s, &si, err));
	const struct sign_digest *d = stamp_digest(si.digest);
	struct str index = cades_index_make(a, now, &si, d);
	TRY(cades_imprint_v3(a, now, &si, c, d, index, &hash, err));
	TRY(ask(a, o, d, hash, &token, err));
	TRY(with_index(a, token, index, &whole, err));
	TRY(cades_model_put(m, m->digests, &m->ndigests, 16, cades_digest_id(a, d), err));
	return cades_model_attr(s, cades_attribute(a, CADES_ARCHIVE_V3, whole), err);
}

struct result cades_raise(struct cades_model *m, struct cades_content *c,
                          const struct ades_options *o, struct err *err)
{
	for (size_t i = 0; o->level >= ADES_T && i < m->nsigners; i++)
		TRY(to_t(m, &m->signers[i], o, err));
	if (o->level >= ADES_LT && o->material)
		TRY(cades_model_material(m, o->material, err));
	if (o->level >= ADES_LT && m->ncrls == 0)
		return fail(err, ERR_INPUT, "sign.material", "EN 319 122-1 5.4",
		            "the level %s needs CRLs or OCSP answers", ades_level_name(o->level));
	if (o->level == ADES_LTA && !c->source)
		return fail(err, ERR_INPUT, "sign.cades", "EN 319 122-1 5.5.3",
		            "an archive time stamp is over the content, which is not here");
	for (size_t i = 0; o->level == ADES_LTA && i < m->nsigners; i++)
		TRY(to_lta(m, &m->signers[i], c, o, err));
	return ok();
}
