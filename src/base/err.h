/* One result type and one error record for the whole house.
 *
 * A function that can fail returns `struct result` and is marked MUST. The
 * caller passes a `struct err` (or NULL) for the detail. Outputs are named
 * ret_… and stay untouched on failure. A verdict of the domain (revoked, two
 * tries left, not eligible) is a typed output, not an error. */
#ifndef MUSUBI_BASE_ERR_H
#define MUSUBI_BASE_ERR_H

#include "base/str.h"

#define MUST __attribute__((warn_unused_result))
#define PRINTF(f, a) __attribute__((format(printf, f, a), nonnull(f)))

/* What went wrong in kind; decides the HTTP status and whether a retry makes
 * sense (err_kind_http, err_kind_retry). */
enum err_kind {
	ERR_NONE = 0,
	ERR_INPUT,       /* what came in is malformed or breaks a rule: 400 */
	ERR_AUTH,        /* nobody is logged in, or the proof failed: 401 */
	ERR_FORBIDDEN,   /* somebody is, but may not: 403 */
	ERR_NOT_FOUND,   /* 404 */
	ERR_CONFLICT,    /* somebody was faster, or it was done already: 409 */
	ERR_TOO_LARGE,   /* 413 */
	ERR_LIMIT,       /* too many, too often: 429 */
	ERR_UNAVAILABLE, /* a disk, a database or a peer is down: 503, retry */
	ERR_INTERNAL,    /* our own mistake: 500 */
};

struct result {
	enum err_kind kind;
};

struct err {
	enum err_kind kind;
	const char *code;   /* stable, dotted, a row of web/text: "apply.draft.gone" */
	const char *clause; /* "RFC 9112 §3.2", or NULL */
	char what[240];     /* one English sentence for the log: expected, found */
};

static inline struct result ok(void) { return (struct result){ ERR_NONE }; }
static inline bool is_ok(struct result r) { return r.kind == ERR_NONE; }
static inline bool is_err(struct result r) { return r.kind != ERR_NONE; }

/* Fills *err (when not NULL) and returns the failing result:
 *   return fail(err, ERR_INPUT, "json.depth", "RFC 8259 §9", "depth %d, at most %d", d, max); */
struct result fail(struct err *err, enum err_kind kind, const char *code, const char *clause,
                   const char *fmt, ...) PRINTF(5, 6);

int err_kind_http(enum err_kind kind);
bool err_kind_retry(enum err_kind kind);
const char *err_kind_name(enum err_kind kind);

/* Passes a failure on. Use only where cleanup attributes own what is open. */
#define TRY(expr) do { \
	struct result try_ = (expr); \
	if (is_err(try_)) \
		return try_; \
} while (0)

#endif
