/* Values between the house and PostgreSQL's binary format, and `?` -> `$n`.
 * Private to this room. */
#ifndef MUSUBI_STORE_PG_VALUE_H
#define MUSUBI_STORE_PG_VALUE_H

#include "base/buf.h"
#include "store/store.h"

struct pg_result;

enum { PG_BINDS_MAX = 128 };

/* Values as libpq takes them; borrows the binds. */
struct pg_params {
	int n;
	const char *values[PG_BINDS_MAX];
	int lengths[PG_BINDS_MAX];
	int formats[PG_BINDS_MAX];
	char ints[PG_BINDS_MAX][8];
};
MUST struct result pg_params_fill(struct pg_params *p, const struct bind *binds, size_t n,
                                  struct err *err);
/* The types the values have; and a text that tells sets of types apart. */
void pg_types(const struct bind *binds, size_t n, unsigned types[PG_BINDS_MAX],
              char kinds[PG_BINDS_MAX + 1]);

/* `?` outside of quotes and comments becomes $1, $2 …; NUL-terminated. The
 * number of values must be n. */
MUST struct result pg_text(const char *sql, size_t n, struct buf *b, struct err *err);

/* All cells of a result in binary format. Integers, text, bytea, booleans as
 * 0 and 1, and whole numerics (sum() of BIGINT is one). */
MUST struct result pg_rows(const struct pg_result *res, struct arena *a, struct rows *ret,
                           struct err *err);

#endif
