/* XML signatures: the safe reader, Ids, references with transforms, canonical
 * forms, properties, stamps. Nobody's key is known here but those of the corpus,
 * so what must hold is: bounded, and what is malformed says so. What could be
 * read can be written and read again with the same signatures in it. */
#include <assert.h>

#include "sign/xades_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct ades_signature *s, size_t depth)
{
	assert(depth <= XADES_COUNTER_DEPTH);
	assert(s->id.n);
	assert(!s->value_ok || (s->cert.n && s->alg_known));
	assert(s->nstamps <= ADES_STAMPS_MAX && s->nobjects <= ADES_OBJECTS_MAX);
	for (size_t i = 0; i < s->nobjects; i++)
		assert(!s->objects[i].intact || (s->objects[i].found && s->objects[i].alg));
	for (size_t i = 0; i < s->nstamps; i++)
		assert(s->stamps[i].hash.n || s->stamps[i].what.n);
	for (size_t i = 0; i < s->ncounters; i++)
		check(&s->counters[i], depth + 1);
}

static void again(struct arena *a, struct str bytes, size_t n)
{
	XML_SAFE_AUTO x = { 0 };
	XML_SAFE_AUTO y = { 0 };
	struct str text;
	if (is_err(xml_safe_open(a, bytes, &x, NULL)) || is_err(dom_dump(a, &x, &text, NULL)))
		return;
	assert(is_ok(xml_safe_open(a, text, &y, NULL)));
	assert(xades_find(&y, NULL, 0) == n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ARENA_AUTO a = arena_new(256 << 20);
	struct str bytes = str_of((const char *)data, size);
	struct source file = source_bytes(STR(""), bytes);
	struct source beside[] = { source_bytes(STR("b.txt"), STR("two")),
		source_bytes(STR("c.xml"), bytes) };
	struct ades_detached d = { beside, 2 };
	struct ades_file f;
	if (size > 1 << 20 || is_err(xades_read(a, &file, &d, &f, NULL)))
		return 0;
	for (size_t i = 0; i < f.n; i++)
		check(&f.signatures[i], 0);
	again(a, bytes, f.n);
	return 0;
}
