/* OCSP requests: whatever comes, the reader ends; what it takes is bounded and
 * reads the same again. */
#include "trust/ocsp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ocsp_request r, again;
	struct str der = str_of((const char *)data, size);
	if (is_err(ocsp_request_parse(der, &r, NULL)))
		return 0;
	if (r.n < 1 || r.n > OCSP_ITEMS_MAX || r.nonce.n > OCSP_NONCE_MAX || size > OCSP_BYTES_MAX)
		__builtin_trap();
	for (size_t i = 0; i < r.n; i++)
		if (r.ids[i].raw.p < der.p || r.ids[i].raw.p + r.ids[i].raw.n > der.p + der.n ||
		    r.ids[i].serial.n == 0)
			__builtin_trap();
	if (is_err(ocsp_request_parse(der, &again, NULL)) || again.n != r.n)
		__builtin_trap();
	return 0;
}
