/* The bridge from a signature in a PDF to the keys of the trust room, and a signature
 * time stamp into a CMS that was just made (ETSI EN 319 122-1 §5.3). */
#include "sign/cades_priv.h"
#include "sign/pades_make.h"

struct result pades_sign_cms(void *ctx, const struct str *slices, size_t nslices,
                             struct buf *ret_der, struct err *err)
{
	ARENA_AUTO a = arena_new(1 << 20);
	struct str der;
	/* No signing-time attribute: in PAdES the time stands in the PDF (EN 319 142-1 §6.3). */
	TRY(trust_cms_sign_detached(a, ctx, slices, nslices, 0, &der, err));
	buf_add(ret_der, der);
	return ok();
}

/* The elements of a constructed value, all but the last, as they are. */
static struct str but_last(struct der_in in, struct str *ret_last)
{
	const uint8_t *from = in.p, *last = in.p;
	while (der_peek(&in) >= 0) {
		last = in.p;
		(void)der_get_raw(&in, 0);
	}
	*ret_last = str_of((const char *)last, (size_t)(in.p - last));
	return str_of((const char *)from, (size_t)(last - from));
}

struct result pades_stamp_cms(struct arena *a, struct str cms, const struct ades_options *o,
                              struct str *ret, struct err *err)
{
	struct cms_signed c;
	struct str token, signers;
	TRY(cms_signed_read(a, cms, &c, err));
	if (c.nsigners != 1 || c.signers[0].unsigned_raw.n)
		return fail(err, ERR_INTERNAL, "pades.cms", NULL, "one signer without unsigned attributes expected");
	const struct cms_signer_info *si = &c.signers[0];
	struct str hash = cades_hash_of(a, sign_digest_of(DIGEST_SHA256), si->value);
	TRY(o->stamp(o->stamp_ctx, a, DIGEST_SHA256, hash, &token, err));
	struct der_in raw = der_read(si->raw), all = der_read(c.der), box = der_enter(&all, DER_SEQ);
	struct str type = der_get_raw(&box, DER_OID);
	struct der_in ctx = der_enter(&box, DER_CTXC(0)), body = der_enter(&ctx, DER_SEQ);
	struct str info = arena_join(a, der_get(&raw, DER_SEQ),
	                             cades_tlv(a, DER_CTXC(1), cades_attribute(a, CADES_STAMP, token)));
	struct str head = but_last(body, &signers);
	struct str set = cades_tlv(a, DER_SET, cades_tlv(a, DER_SEQ, info));
	struct str sd = cades_tlv(a, DER_SEQ, arena_join(a, head, set));
	*ret = cades_tlv(a, DER_SEQ, arena_join(a, type, cades_tlv(a, DER_CTXC(0), sd)));
	return ok();
}
