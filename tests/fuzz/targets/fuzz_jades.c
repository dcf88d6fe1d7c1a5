/* JWS and JAdES: whatever comes, the reader ends within its bounds, and nothing of
 * a stranger holds without a certificate. */
#include "sign/jades.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(const struct ades_signature *s, unsigned depth)
{
	if (depth > JADES_NEST_MAX || s->nstamps > ADES_STAMPS_MAX || (s->value_ok && !s->cert.n) ||
	    (s->value_ok && s->malformed.n && !s->value.n))
		__builtin_trap();
	for (size_t i = 0; i < s->ncounters; i++)
		look(&s->counters[i], depth + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ARENA_AUTO a = arena_new((size_t)128 << 20);
	struct source s = source_bytes(STR("x"), str_of((const char *)data, size));
	struct source beside = source_bytes(STR(""), STR("hello"));
	struct ades_detached d = { &beside, 1 };
	struct ades_file f;
	if (is_err(jades_read(a, &s, &d, &f, NULL)))
		return 0;
	for (size_t i = 0; i < f.n; i++)
		look(&f.signatures[i], 0);
	return 0;
}
