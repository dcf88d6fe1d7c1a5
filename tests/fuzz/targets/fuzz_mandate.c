/* Mandates as somebody hands them in: what is read is exactly what would be written,
 * and nothing else is. */
#include <assert.h>

#include "ident/mandate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ARENA_AUTO a = arena_new(0);
	struct str text = str_of((const char *)data, size);
	struct mandate m = { 0 }, again;
	if (is_err(mandate_read(a, text, &m, NULL)))
		return 0;
	assert(str_eq(m.text, text) && m.nactions > 0 && m.nactions <= MANDATE_ACTIONS);
	again = m;
	assert(is_ok(mandate_write(a, &again, NULL)) && str_eq(again.id, m.id));
	for (size_t i = 0; i < m.nactions; i++)
		assert(mandate_covers(m.actions[i], m.actions[i]));
	return 0;
}
