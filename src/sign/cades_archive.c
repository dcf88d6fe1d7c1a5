/* Archive time stamps: what exactly they are over.
 *
 * ETSI EN 319 122-1 §5.5.2 (ats-hash-index-v3) and §5.5.3 (archive-time-stamp-v3), with
 * the older indexes of TS 101 733 v2.2.1 §6.4.2 and EN 319 122-1 v1.0.0; version 2 by
 * TS 101 733 v1.8.3 §6.4.1. Every digest in an index has to be found in the file: one
 * that is not is a thing that was removed. */
#include "sign/cades_priv.h"

/* ---- the index ---- */

static const struct {
	const char *oid;
	int version;
} index_rows[] = { { CADES_INDEX_V3, 3 }, { CADES_INDEX_V2, 2 }, { CADES_INDEX_V1, 1 } };

static bool read_list(struct arena *a, struct der_in *in, struct cades_items *ret)
{
	struct cades_items raw = cades_items(a, der_get(in, DER_SEQ));
	for (size_t i = 0; i < raw.n; i++) {
		struct der_in one = der_read(raw.v[i]);
		raw.v[i] = der_get(&one, DER_OCTETS);
		if (one.bad)
			der_fault(in);
	}
	*ret = raw;
	return !in->bad;
}

/* hashIndAlgorithm has SHA-256 for its default in version 1 only. */
static bool read_index(struct arena *a, struct str raw, int version, struct cades_index *ret)
{
	char oid[DER_OID_TEXT];
	struct cades_index x = { .raw = raw, .version = version,
		.alg = sign_digest_of(DIGEST_SHA256) };
	struct der_in in = der_read(raw), seq = der_enter(&in, DER_SEQ), look = seq;
	struct der_in first = der_enter(&look, DER_SEQ);
	if (version > 1 || der_peek(&first) == DER_OID) {
		struct der_in alg = der_enter(&seq, DER_SEQ);
		der_get_oid(&alg, oid);
		x.alg = alg.bad ? NULL : sign_digest_oid(oid);
	}
	for (size_t i = 0; i < 3; i++)
		if (!read_list(a, &seq, &x.hashes[i]))
			return false;
	der_leave(&in, &seq);
	*ret = x;
	return der_done(&in) && x.alg;
}

bool cades_index_read(struct arena *a, const struct stamp *token, struct cades_index *ret)
{
	const struct cms_attrs *list = &token->cms.signers[0].unsigned_attrs;
	for (size_t i = 0; i < sizeof index_rows / sizeof *index_rows; i++) {
		struct str raw = cms_attr_value(list, index_rows[i].oid, NULL);
		if (raw.n)
			return read_index(a, raw, index_rows[i].version, ret);
	}
	return false;
}

/* Version 3: attrType and one value, one after the other; before, the Attribute. */
struct str cades_index_attr(struct arena *a, const struct cms_attr *at, struct str value,
                            const struct sign_digest *alg, int version)
{
	CADES_HASH_AUTO h = { NULL, NULL };
	struct der_in in = der_read(at->raw), seq = der_enter(&in, DER_SEQ);
	if (version < 3)
		return cades_hash_of(a, alg, at->raw);
	if (is_err(cades_hash_begin(&h, alg, NULL)))
		return STR("");
	cades_hash_add(&h, der_get_raw(&seq, DER_OID));
	cades_hash_add(&h, value);
	return cades_hash_end(&h, a);
}

bool cades_index_has(const struct cades_index *x, int list, struct str hash)
{
	for (size_t i = 0; i < x->hashes[list].n; i++)
		if (hash.n && str_eq(x->hashes[list].v[i], hash))
			return true;
	return false;
}

static struct str list_of(struct arena *a, struct str *hashes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		hashes[i] = cades_tlv(a, DER_OCTETS, hashes[i]);
	return cades_tlv(a, DER_SEQ, cades_concat(a, hashes, n));
}

static struct str list_of_items(struct arena *a, const struct cades_items *x,
                                const struct sign_digest *alg)
{
	struct str *hashes = ARENA_ARRAY(a, struct str, x->n + 1);
	for (size_t i = 0; i < x->n; i++)
		hashes[i] = cades_hash_of(a, alg, x->v[i]);
	return list_of(a, hashes, x->n);
}

struct str cades_index_make(struct arena *a, const struct cades_cms *cms,
                            const struct cms_signer_info *si, const struct sign_digest *alg)
{
	const struct cms_attrs *attrs = &si->unsigned_attrs;
	struct str *hashes = ARENA_ARRAY(a, struct str, CMS_ATTRS_MAX * 8);
	size_t n = 0;
	for (size_t i = 0; i < attrs->n; i++) {
		struct cades_items values = cades_items(a, attrs->list[i].values);
		for (size_t k = 0; k < values.n && n < CMS_ATTRS_MAX * 8; k++)
			hashes[n++] = cades_index_attr(a, &attrs->list[i], values.v[k], alg, 3);
	}
	struct str parts[4] = { cades_tlv(a, DER_SEQ, cades_oid(a, alg->oid)),
		list_of_items(a, &cms->certs, alg), list_of_items(a, &cms->crls, alg),
		list_of(a, hashes, n) };
	return cades_tlv(a, DER_SEQ, cades_concat(a, parts, 4));
}

/* ---- version 3 ---- */

/* version, sid, digestAlgorithm, signedAttrs, signatureAlgorithm, signature as they
 * stand: all of the SignerInfo but its unsigned attributes. */
static struct str signed_fields(const struct cms_signer_info *si)
{
	struct der_in in = der_read(si->raw);
	struct str body = der_get(&in, DER_SEQ);
	return str_sub(body, 0, body.n - si->unsigned_raw.n);
}

struct result cades_imprint_v3(struct arena *a, const struct cades_cms *cms,
                               const struct cms_signer_info *si, struct cades_content *c,
                               const struct sign_digest *alg, struct str index,
                               struct str *ret, struct err *err)
{
	CADES_HASH_AUTO h = { NULL, NULL };
	struct str content;
	TRY(cades_content_digest(c, a, alg, &content, err));
	TRY(cades_hash_begin(&h, alg, err));
	cades_hash_add(&h, cms->frame.type_raw);
	cades_hash_add(&h, content);
	cades_hash_add(&h, signed_fields(si));
	cades_hash_add(&h, index);
	*ret = cades_hash_end(&h, a);
	return ok();
}

/* ---- version 2 ---- */

static struct result add_content(struct cades_hash *h, struct arena *a,
                                 const struct cades_cms *cms, struct cades_content *c,
                                 struct err *err)
{
	const struct cades_frame *f = &cms->frame;
	struct str octets = f->octets ? cades_header(a, DER_OCTETS, f->size) : STR("");
	struct str box = cades_header(a, DER_CTXC(0), octets.n + f->size);
	if (!f->attached) {
		cades_hash_add(h, cades_tlv(a, DER_SEQ, f->type_raw));
	} else {
		cades_hash_add(h, cades_header(a, DER_SEQ, f->type_raw.n + box.n + octets.n + f->size));
		cades_hash_add(h, f->type_raw);
		cades_hash_add(h, box);
		cades_hash_add(h, octets);
	}
	return cades_hash_ranges(h, c->source, c->ranges, c->nranges, err);
}

/* The SignerInfo with only the covered ones of its unsigned attributes. */
static struct str covered_info(struct arena *a, const struct cms_signer_info *si,
                               const bool *covered, bool sorted)
{
	struct str list[CMS_ATTRS_MAX];
	size_t n = 0;
	for (size_t i = 0; i < si->unsigned_attrs.n; i++)
		if (covered[i])
			list[n++] = si->unsigned_attrs.list[i].raw;
	if (sorted)
		cades_sort(list, n);
	struct str attrs = cades_concat(a, list, n);
	return arena_join(a, signed_fields(si), n ? cades_tlv(a, DER_CTXC(1), attrs) : STR(""));
}

struct result cades_imprint_v2(struct arena *a, const struct cades_cms *cms,
                               const struct cms_signer_info *si, struct cades_content *c,
                               const struct sign_digest *alg, const bool *covered,
                               struct str wanted, struct str *ret, struct err *err)
{
	CADES_HASH_AUTO common = { NULL, NULL };
	struct str first = STR("");
	TRY(cades_hash_begin(&common, alg, err));
	TRY(add_content(&common, a, cms, c, err));
	cades_hash_add(&common, cms->c.certs_raw);
	cades_hash_add(&common, cms->c.crls_raw);
	for (int reading = 0; reading < 4; reading++) {
		struct cades_hash h;
		struct str info = covered_info(a, si, covered, reading & 2);
		cades_hash_copy(&h, &common);
		if (reading & 1)
			cades_hash_add(&h, cades_header(a, DER_SEQ, info.n));
		cades_hash_add(&h, info);
		struct str got = cades_hash_end(&h, a);
		if (!first.n)
			first = got;
		if (str_eq(got, wanted))
			first = got;
	}
	*ret = first;
	return ok();
}
