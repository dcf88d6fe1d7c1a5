/* Memory of a request: taken in pieces, given back at once.
 *
 * Allocation never returns NULL. Past its cap the arena still serves (up to
 * the hard stop of twice the cap, where the process ends) but arena_over()
 * becomes true; the edge of each room that reads foreign bytes checks it and
 * answers ERR_TOO_LARGE. Secrets never enter an arena. Not thread-safe. */
#ifndef MUSUBI_BASE_ARENA_H
#define MUSUBI_BASE_ARENA_H

#include "base/str.h"
#include "base/err.h"

struct arena;

struct arena *arena_new(size_t cap); /* bytes; 0 means 64 MiB */
void arena_free(struct arena *a);    /* NULL is fine */
/* Forgets everything, keeps the first block for the next request. */
void arena_reset(struct arena *a);
bool arena_over(const struct arena *a);
size_t arena_used(const struct arena *a);
/* Bytes until the cap, 0 past it: ask before taking what foreign input sizes. */
size_t arena_left(const struct arena *a);

/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *a, size_t n);
void *arena_array(struct arena *a, size_t count, size_t size); /* checks overflow */
#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, count) ((type *)arena_array((a), (count), sizeof(type)))

/* Copies; the copy has a NUL behind it that does not count. */
struct str arena_str(struct arena *a, struct str s);
const char *arena_cstr(struct arena *a, struct str s);
struct str arena_printf(struct arena *a, const char *fmt, ...) PRINTF(2, 3);
/* Two strings as one. */
struct str arena_join(struct arena *a, struct str x, struct str y);

static inline void arena_free_p(struct arena **a) { arena_free(*a); }
#define ARENA_AUTO __attribute__((cleanup(arena_free_p))) struct arena *

#endif
