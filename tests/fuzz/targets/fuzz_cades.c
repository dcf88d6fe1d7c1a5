/* CMS files of anybody: whatever comes, the reader ends; what it says about a
 * signature stays inside of the file and of its own limits. */
#include "sign/cades.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
	if (!held)
		__builtin_trap();
}

static void look(const struct ades_signature *s, unsigned depth)
{
	must(depth < 8 && s->values && s->nobjects <= 1 && s->nstamps <= ADES_STAMPS_MAX);
	must(!s->value_ok || s->cert.n);
	for (size_t i = 0; i < s->nstamps; i++) {
		const struct ades_stamp *t = &s->stamps[i];
		must(t->ncerts <= s->values->ncerts && t->ncrls <= s->values->ncrls);
		must(t->nocsps <= s->values->nocsps && t->nstamps <= i);
		must(!t->hash.n || (t->alg && t->hash.n == t->alg->size));
	}
	for (size_t i = 0; i < s->ncounters; i++)
		look(&s->counters[i], depth + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ARENA_AUTO a = arena_new(32 << 20);
	struct ades_file f = { .n = 0 };
	struct source file = source_bytes(STR("f"), str_of((const char *)data, size));
	struct source content = source_bytes(STR(""), STR("content"));
	const struct ades_detached d = { &content, 1 };
	if (is_err(cades_read(a, &file, size & 1 ? &d : NULL, &f, NULL)))
		return 0;
	must(f.n <= ADES_SIGNATURES_MAX && f.values.ncerts <= ADES_VALUES_MAX);
	for (size_t i = 0; i < f.n; i++)
		look(&f.signatures[i], 0);
	return 0;
}
