/* Containers: whatever comes, the reader ends; members lie inside of the file, one
 * after the other; what is intact has a name. */
#include "sign/asic.h"
#include "sign/asic_zip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at_zip(struct arena *a, const struct source *s)
{
	ZIP_AUTO z = NULL;
	uint64_t inside = 0;
	if (is_err(zip_open(a, s, &z, NULL)))
		return;
	for (size_t i = 0; i < zip_count(z); i++) {
		const struct zip_member *m = zip_at(z, i);
		inside += m->end - m->at;
		if (m->end > s->size || m->data + m->packed > m->end || m->data < m->at ||
		    m->name.n == 0 || m->name.p[0] == '/' || str_starts(m->name, STR("../")))
			__builtin_trap();
	}
	if (inside > s->size)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ARENA_AUTO a = arena_new((size_t)128 << 20);
	struct source s = source_bytes(STR("x"), str_of((const char *)data, size));
	struct ades_file f;
	look_at_zip(a, &s);
	if (is_err(asic_read(a, &s, NULL, &f, NULL)))
		return 0;
	for (size_t i = 0; i < f.n; i++)
		for (size_t k = 0; k < f.signatures[i].nobjects; k++)
			if (f.signatures[i].objects[k].intact && !f.signatures[i].objects[k].found)
				__builtin_trap();
	return 0;
}
