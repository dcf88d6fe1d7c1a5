#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void out_of_memory(void)
{
	static const char line[] = "{\"level\":\"fatal\",\"msg\":\"out of memory\"}\n";
	if (write(STDERR_FILENO, line, sizeof line - 1) < 0)
		_exit(71);
	_exit(71); /* EX_OSERR: the supervisor starts another */
}

void *mem_new(size_t n)
{
	void *p = calloc(1, n ? n : 1);
	if (!p)
		out_of_memory();
	return p;
}

void *mem_array(size_t count, size_t size)
{
	size_t n;
	if (__builtin_mul_overflow(count, size, &n))
		out_of_memory();
	return mem_new(n);
}

void *mem_resize(void *p, size_t n)
{
	void *q = realloc(p, n ? n : 1);
	if (!q)
		out_of_memory();
	return q;
}

void mem_free(void *p)
{
	free(p);
}

char *mem_cstr(const char *p, size_t n)
{
	char *c = mem_new(n + 1);
	if (n)
		memcpy(c, p, n);
	return c;
}

void mem_wipe(void *p, size_t n)
{
	explicit_bzero(p, n);
}
