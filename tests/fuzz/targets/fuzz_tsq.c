/* Time-stamp queries: whatever comes, the reader ends; what it takes has a
 * digest of its algorithm's length and a bounded nonce. */
#include "trust/tsa.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tsa_request r = { 0 };
	enum tsa_fail fail = TSA_FAIL_NONE;
	struct str der = str_of((const char *)data, size);
	if (!tsa_request_parse(der, &r, &fail)) {
		if (fail == TSA_FAIL_NONE)
			__builtin_trap();
		return 0;
	}
	if (r.alg == DIGEST_SHA1 || r.hash.n != digest_size(r.alg) || r.nonce.n > TSA_NONCE_MAX ||
	    r.imprint.p < der.p || r.imprint.p + r.imprint.n > der.p + der.n)
		__builtin_trap();
	return 0;
}
