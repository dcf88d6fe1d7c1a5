#include "base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#if defined(__has_include)
#if __has_include(<sanitizer/asan_interface.h>)
#include <sanitizer/asan_interface.h>
#endif
#endif

#include "base/mem.h"

enum { ARENA_FIRST_BLOCK = 16 * 1024, ARENA_MAX_STEP = 1024 * 1024 };

/* Under ASan every piece has its own bounds: the block is poisoned, a piece is
 * freed for use to the byte, and a gap stays behind it. */
#ifdef __SANITIZE_ADDRESS__
#define ARENA_WATCHED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_WATCHED 1
#endif
#endif
#ifdef ARENA_WATCHED
enum { GAP = 16 };
#define HIDE(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define SHOW(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#else
enum { GAP = 0 };
#define HIDE(p, n) ((void)(p), (void)(n))
#define SHOW(p, n) ((void)(p), (void)(n))
#endif

struct block {
	struct block *next; /* older */
	size_t used, cap;
	max_align_t data[];
};

struct arena {
	struct block *top;
	size_t cap, used;
};

static struct block *block_new(size_t cap, struct block *next)
{
	struct block *b = mem_new(sizeof *b + cap);
	b->cap = cap;
	b->next = next;
	HIDE(b->data, cap);
	return b;
}

static struct block *block_drop(struct block *b)
{
	struct block *next = b->next;
	SHOW(b->data, b->cap);
	mem_free(b);
	return next;
}

struct arena *arena_new(size_t cap)
{
	struct arena *a = MEM_NEW(struct arena);
	a->cap = cap ? cap : (size_t)64 << 20;
	a->top = block_new(ARENA_FIRST_BLOCK, NULL);
	return a;
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	while (a->top)
		a->top = block_drop(a->top);
	mem_free(a);
}

void arena_reset(struct arena *a)
{
	while (a->top->next)
		a->top = block_drop(a->top);
	SHOW(a->top->data, a->top->cap);
	memset(a->top->data, 0, a->top->used);
	HIDE(a->top->data, a->top->cap);
	a->top->used = 0;
	a->used = 0;
}

bool arena_over(const struct arena *a)
{
	return a->used > a->cap;
}

size_t arena_used(const struct arena *a)
{
	return a->used;
}

size_t arena_left(const struct arena *a)
{
	return a->used < a->cap ? a->cap - a->used : 0;
}

void *arena_alloc(struct arena *a, size_t n)
{
	const size_t align = _Alignof(max_align_t);
	assert(n < SIZE_MAX / 4);
	size_t asked = n;
	n = (n + align - 1) / align * align;
	a->used += n;
	n += GAP;
	assert(a->used / 2 <= a->cap + ARENA_FIRST_BLOCK); /* the hard stop */
	struct block *b = a->top;
	if (b->cap - b->used < n) {
		size_t step = b->cap * 2 < ARENA_MAX_STEP ? b->cap * 2 : ARENA_MAX_STEP;
		b = a->top = block_new(n > step ? n : step, b);
	}
	void *p = (char *)b->data + b->used;
	b->used += n;
	SHOW(p, asked);
	return p;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	size_t n;
	bool wraps = __builtin_mul_overflow(count, size, &n);
	assert(!wraps);
	return arena_alloc(a, n);
}

struct str arena_str(struct arena *a, struct str s)
{
	return str_of(arena_cstr(a, s), s.n);
}

const char *arena_cstr(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	return p;
}

struct str arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	char *p = arena_alloc(a, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return str_of(p, (size_t)n);
}

struct str arena_join(struct arena *a, struct str x, struct str y)
{
	char *p = arena_alloc(a, x.n + y.n + 1);
	if (x.n)
		memcpy(p, x.p, x.n);
	if (y.n)
		memcpy(p + x.n, y.p, y.n);
	return str_of(p, x.n + y.n);
}
