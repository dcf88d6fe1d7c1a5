/* Borrowed text: a pointer and a length, never owned, never NUL-terminated.
 * Every room speaks in `struct str`; C strings stay at the edge of libc. */
#ifndef MUSUBI_BASE_STR_H
#define MUSUBI_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *p;
	size_t n;
};

/* A literal as a str; STR_INIT for static tables. */
#define STR_INIT(lit) { ("" lit), sizeof(lit) - 1 }
#define STR(lit) ((struct str)STR_INIT(lit))
/* For printf-like functions: "%.*s" with STR_ARG(s). */
#define STR_ARG(s) (int)(s).n, (s).p

static inline struct str str_of(const char *p, size_t n) { return (struct str){ p, n }; }
static inline struct str str_c(const char *c) { return (struct str){ c, c ? strlen(c) : 0 }; }
static inline bool str_empty(struct str s) { return s.n == 0; }

bool str_eq(struct str a, struct str b);
bool str_eq_nocase(struct str a, struct str b); /* ASCII only */
int str_cmp(struct str a, struct str b);        /* byte order; <0, 0, >0 */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);

#define STR_NONE ((size_t)-1)
/* Offset of the first match, or STR_NONE. */
size_t str_find(struct str s, struct str needle);
size_t str_find_char(struct str s, char c);
size_t str_rfind_char(struct str s, char c);

/* From `from`, at most `n` bytes; clamped to s. */
struct str str_sub(struct str s, size_t from, size_t n);
struct str str_from(struct str s, size_t from);
/* Without ASCII white space at both ends. */
struct str str_trim(struct str s);
/* Cuts at the first `sep`: the part before goes to *ret_head, the part after
 * to *ret_tail. False (head = s, tail = empty) when there is no `sep`. */
bool str_cut(struct str s, char sep, struct str *ret_head, struct str *ret_tail);

/* The whole of s as a decimal integer without sign games: "-"? digits, no
 * leading '+', no spaces, no overflow. False leaves *ret alone. */
bool str_to_i64(struct str s, int64_t *ret);
bool str_to_u64(struct str s, uint64_t *ret);
/* Equal without a timing difference; for secrets and tokens. */
bool str_eq_secret(struct str a, struct str b);

/* FNV-1a; for hash maps, never for security. */
uint64_t str_hash(struct str s);

#endif
