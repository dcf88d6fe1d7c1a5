/* Serials of time-stamping units: one row each, counted up by blocks. */
#include "trust/tsa_priv.h"

struct result tsa_row_take(struct db *tx, struct arena *a, struct str org, struct str name,
                           int64_t n, int64_t *ret_first, struct err *err)
{
	struct rows rows;
	int64_t changed = 0;
	TRY(db_exec(tx, "UPDATE trust_tsa SET serial_next = serial_next + ? WHERE org = ? AND name = ?",
	            BINDS(B_INT(n), B_TEXT(org), B_TEXT(name)), &changed, err));
	if (!changed)
		TRY(db_exec(tx, "INSERT INTO trust_tsa (org, name, serial_next) VALUES (?, ?, ?)",
		            BINDS(B_TEXT(org), B_TEXT(name), B_INT(n + 1)), NULL, err));
	TRY(db_query(tx, a, "SELECT serial_next FROM trust_tsa WHERE org = ? AND name = ?",
	             BINDS(B_TEXT(org), B_TEXT(name)), &rows, err));
	*ret_first = rows_int(&rows, 0, 0) - n;
	return ok();
}
