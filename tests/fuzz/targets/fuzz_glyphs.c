/* Names as they come from registers, through the characters' rules and the
 * fonts' coverage: an answer for every sequence of bytes. */
#include <assert.h>

#include "letter/letter.h"
#include "letter/glyphs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_of((const char *)data, size), rest = text;
	struct glyphs_cluster c;
	struct err err = { 0 };
	size_t n = 0;
	while (rest.n && is_ok(glyphs_next(&rest, true, &c, &err)))
		n += c.text.n;
	assert(n + rest.n == text.n);
	struct result r = letter_text_check(text, &err);
	if (rest.n)
		assert(is_err(r));
	if (is_err(r))
		assert(err.code && err.what[0]);
	return 0;
}
