/* PostgreSQL's binary formats (documentation §55.2 "Formats and Format Codes",
 * src/backend/utils/adt: int8send, textsend, byteasend, numeric_send). */
#include "store/pg_value.h"

#include <libpq-fe.h>
#include <limits.h>

/* Of catalog pg_type. */
enum {
	OID_BOOL = 16, OID_BYTEA = 17, OID_NAME = 19, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23,
	OID_TEXT = 25, OID_UNKNOWN = 705, OID_BPCHAR = 1042, OID_VARCHAR = 1043,
	OID_NUMERIC = 1700, OID_VOID = 2278
};

static void put_i64(char out[8], int64_t v)
{
	for (int i = 7; i >= 0; i--, v >>= 8)
		out[i] = (char)(v & 0xff);
}

static int64_t get_int(const unsigned char *p, int n)
{
	uint64_t v = n > 0 && p[0] & 0x80 ? UINT64_MAX : 0;

	for (int i = 0; i < n; i++)
		v = v << 8 | p[i];
	return (int64_t)v;
}

struct result pg_params_fill(struct pg_params *p, const struct bind *binds, size_t n,
                             struct err *err)
{
	if (n > PG_BINDS_MAX)
		return fail(err, ERR_INTERNAL, "store.binds", NULL, "%zu values, at most %d", n,
		            PG_BINDS_MAX);
	p->n = (int)n;
	for (size_t i = 0; i < n; i++) {
		const struct bind *b = &binds[i];

		if (b->s.n > INT_MAX)
			return fail(err, ERR_TOO_LARGE, "store.large", NULL, "a value of %zu bytes", b->s.n);
		p->formats[i] = 1;
		p->lengths[i] = (int)b->s.n;
		p->values[i] = b->kind == BIND_NULL ? NULL : b->s.p ? b->s.p : "";
		if (b->kind == BIND_INT) {
			put_i64(p->ints[i], b->i);
			p->values[i] = p->ints[i];
			p->lengths[i] = 8;
		}
	}
	return ok();
}

void pg_types(const struct bind *binds, size_t n, unsigned types[PG_BINDS_MAX],
              char kinds[PG_BINDS_MAX + 1])
{
	static const struct {
		Oid oid;
		char kind;
	} of[] = {
		[BIND_NULL] = { 0, 'n' }, /* the server infers */
		[BIND_INT] = { OID_INT8, 'i' },
		[BIND_TEXT] = { OID_TEXT, 't' },
		[BIND_BLOB] = { OID_BYTEA, 'b' },
	};

	for (size_t i = 0; i < n; i++) {
		enum bind_kind k = binds[i].kind;

		if (k == BIND_NULL && binds[i].i > BIND_NULL && binds[i].i <= BIND_BLOB)
			k = (enum bind_kind)binds[i].i;
		types[i] = of[k].oid;
		kinds[i] = of[k].kind;
	}
	kinds[n] = '\0';
}

/* The length of what is copied as it stands: a quoted text, a name, a comment. */
static size_t verbatim(const char *p)
{
	const char *end = NULL;

	if (*p == '\'' || *p == '"')
		end = strchr(p + 1, *p);
	else if (p[0] == '-' && p[1] == '-')
		end = strchr(p, '\n');
	else if (p[0] == '/' && p[1] == '*' && (end = strstr(p + 2, "*/")) != NULL)
		end++;
	else if (!(p[0] == '/' && p[1] == '*'))
		return 1;
	return end ? (size_t)(end - p) + 1 : strlen(p);
}

struct result pg_text(const char *sql, size_t n, struct buf *b, struct err *err)
{
	size_t found = 0;

	for (const char *p = sql; *p;) {
		size_t len = verbatim(p);

		if (*p == '?')
			buf_printf(b, "$%zu", ++found);
		else
			buf_add(b, str_of(p, len));
		p += len;
	}
	buf_add_char(b, '\0');
	if (buf_over(b))
		return fail(err, ERR_INTERNAL, "store.sql", NULL, "statement too long: %.80s", sql);
	if (found != n)
		return fail(err, ERR_INTERNAL, "store.binds", NULL, "%zu values expected, %zu given: %.80s",
		            found, n, sql);
	return ok();
}

/* numeric: ndigits, weight, sign, dscale (int16 each), then digits base 10,000
 * where the first is worth 10,000^weight. */
static bool numeric_whole(const unsigned char *p, int len, int64_t *ret)
{
	int64_t v = 0;

	if (len < 8)
		return false;
	int64_t ndigits = get_int(p, 2), weight = get_int(p + 2, 2), sign = get_int(p + 4, 2);

	if ((sign != 0 && sign != 0x4000) || len != 8 + 2 * ndigits || ndigits > weight + 1)
		return false;
	for (int64_t i = 0; i <= weight; i++) {
		int64_t digit = i < ndigits ? get_int(p + 8 + 2 * i, 2) : 0;

		if (__builtin_mul_overflow(v, 10000, &v) ||
		    __builtin_add_overflow(v, sign ? -digit : digit, &v))
			return false;
	}
	*ret = v;
	return true;
}

static struct result cell_of(const PGresult *res, int row, int col, struct arena *a,
                             struct bind *ret, struct err *err)
{
	const char *p = PQgetvalue(res, row, col);
	int len = PQgetlength(res, row, col);
	int64_t v;

	if (PQgetisnull(res, row, col)) {
		*ret = B_NULL;
		return ok();
	}
	switch (PQftype(res, col)) {
	case OID_BOOL: case OID_INT2: case OID_INT4: case OID_INT8:
		*ret = B_INT(get_int((const unsigned char *)p, len));
		return ok();
	case OID_NUMERIC:
		if (!numeric_whole((const unsigned char *)p, len, &v))
			break;
		*ret = B_INT(v);
		return ok();
	case OID_TEXT: case OID_VARCHAR: case OID_BPCHAR: case OID_NAME: case OID_UNKNOWN:
	case OID_VOID:
		*ret = B_TEXT(arena_str(a, str_of(p, (size_t)len)));
		return ok();
	case OID_BYTEA:
		*ret = B_BLOB(arena_str(a, str_of(p, (size_t)len)));
		return ok();
	default:
		break;
	}
	return fail(err, ERR_INTERNAL, "store.type", NULL, "column %d (%.40s) is no integer, text or blob",
	            col + 1, PQfname(res, col));
}

struct result pg_rows(const PGresult *res, struct arena *a, struct rows *ret, struct err *err)
{
	size_t n = (size_t)PQntuples(res), cols = (size_t)PQnfields(res);
	struct bind *cells;

	if (n > ROWS_MAX)
		return fail(err, ERR_TOO_LARGE, "store.rows", NULL,
		            "more than %d rows; the query must page", ROWS_MAX);
	cells = ARENA_ARRAY(a, struct bind, n * cols);
	for (size_t i = 0; i < n * cols; i++)
		TRY(cell_of(res, (int)(i / cols), (int)(i % cols), a, &cells[i], err));
	*ret = (struct rows){ n, cols, cells };
	return ok();
}
