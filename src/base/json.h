/* JSON (RFC 8259) as an immutable tree in an arena: strict in, canonical out.
 *
 * Strict: UTF-8 only, no duplicate keys, no lone surrogates, no control
 * characters, no leading zeros, no trailing bytes, depth at most
 * JSON_DEPTH_MAX. Numbers keep their text, so no digit is ever lost. The YAML
 * reader (base/yaml.h) builds the same tree; templates and rules read it. */
#ifndef MUSUBI_BASE_JSON_H
#define MUSUBI_BASE_JSON_H

#include "base/arena.h"
#include "base/buf.h"

enum { JSON_DEPTH_MAX = 64 };

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
	enum json_kind kind;
	bool boolean;
	uint32_t line, col;       /* 1-based, where it came from; 0 when built in code */
	struct str text;          /* a string's value, or a number as written */
	size_t n;                 /* items of an array, members of an object */
	const struct json *items; /* n values */
	const struct str *keys;   /* n keys of an object, in the order of the source */
};

MUST struct result json_parse(struct arena *a, struct str text, const struct json **ret,
                              struct err *err);

/* Readers. They take NULL and wrong kinds calmly: a missing member, an item out
 * of range, or a step into something that is no object gives NULL / the
 * fallback. So chains need no checks. */
const struct json *json_get(const struct json *j, struct str key);
const struct json *json_at(const struct json *j, size_t i);
const struct json *json_path(const struct json *j, struct str dotted); /* "a.b.c" */
size_t json_len(const struct json *j);
struct str json_text(const struct json *j);                     /* "" unless a string */
struct str json_text_or(const struct json *j, struct str dflt);
bool json_int(const struct json *j, int64_t *ret);              /* an integer number */
int64_t json_int_or(const struct json *j, int64_t dflt);
bool json_bool_or(const struct json *j, bool dflt);
static inline bool json_is(const struct json *j, enum json_kind k) { return j && j->kind == k; }
bool json_equal(const struct json *x, const struct json *y); /* order of keys ignored */

/* Makers; everything lives in the arena, text is borrowed unless said. */
const struct json *json_null(void);
const struct json *json_bool(bool v);
const struct json *json_str(struct arena *a, struct str s);
const struct json *json_num(struct arena *a, int64_t v);
const struct json *json_num_text(struct arena *a, struct str digits); /* must be a JSON number */

/* Growing objects and arrays. put replaces the value of a known key. */
struct json_object;
struct json_array;
struct json_object *json_object_new(struct arena *a);
struct json_object *json_object_from(struct arena *a, const struct json *j); /* a copy to change */
void json_put(struct json_object *o, struct str key, const struct json *v);
void json_put_str(struct json_object *o, struct str key, struct str s);
void json_put_int(struct json_object *o, struct str key, int64_t v);
void json_put_bool(struct json_object *o, struct str key, bool v);
void json_remove(struct json_object *o, struct str key);
const struct json *json_object_done(struct json_object *o);
struct json_array *json_array_new(struct arena *a);
void json_push(struct json_array *x, const struct json *v);
const struct json *json_array_done(struct json_array *x);
/* The tree with the value at a dotted path set (objects made on the way). */
const struct json *json_with(struct arena *a, const struct json *j, struct str dotted,
                             const struct json *v);

/* Whether every reader sees this very number: at most 15 significant digits, or
 * an integer within ±2^53. */
bool json_number_is_exact(struct str text);
/* Compact text in source order; and RFC 8785 (JCS) canonical text, whose numbers
 * must be exact (ERR_INPUT otherwise). */
void json_write(struct buf *b, const struct json *j);
struct str json_to_str(struct arena *a, const struct json *j);
MUST struct result json_canonical(struct arena *a, const struct json *j, struct str *ret,
                                  struct err *err);

#endif
