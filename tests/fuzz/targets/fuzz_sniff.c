/* Uploaded bytes: what they are, and that it does not hang on what lies behind. */
#include "apply/attach.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = str_of((const char *)data, size);
	struct str kind = sniff_kind(s);
	if (kind.n && str_eq(sniff_mime(kind), STR("application/octet-stream")))
		__builtin_trap();
	if (!str_eq(kind, sniff_kind(s)))
		__builtin_trap();
	/* Fewer bytes than any of these need. */
	if (size < 16 && kind.n)
		__builtin_trap();
	return 0;
}
