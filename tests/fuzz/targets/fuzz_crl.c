/* CRLs: whatever comes, the reader ends; entries are slices of what came, and every
 * one of them is found again. */
#include "trust/crl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ARENA_AUTO a = arena_new(16 << 20);
	struct str der = str_of((const char *)data, size);
	struct crl c, again;
	if (is_err(crl_parse(a, der, &c, NULL)))
		return 0;
	if (c.n > size)
		__builtin_trap();
	for (size_t i = 0; i < c.n; i++) {
		const struct crl_entry *e = &c.entries[i];
		if (e->n == 0 || e->serial < der.p || e->serial + e->n > der.p + der.n ||
		    !crl_find(&c, str_of(e->serial, e->n)))
			__builtin_trap();
	}
	if (is_err(crl_parse(a, der, &again, NULL)) || again.n != c.n)
		__builtin_trap();
	return 0;
}
