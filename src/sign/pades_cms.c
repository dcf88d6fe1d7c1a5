/* The bridge from a seal to the keys of the trust room. */
#include "sign/pades.h"
#include "trust/cms.h"

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
