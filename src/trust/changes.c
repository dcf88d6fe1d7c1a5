/* What changed since, for those outside of the room (trust/ca.h). */
#include "trust/trust_store.h"

struct result trust_cert_changes(struct db *db, struct arena *a, struct str org,
                                 enum ca_kind kind, int64_t after, size_t limit,
                                 const struct cert_change **ret, size_t *ret_n, struct err *err)
{
	const struct changed_row *rows;
	size_t n;
	TRY(cert_rows_changed(db, a, org, kind, after, limit, &rows, &n, err));
	struct cert_change *list = ARENA_ARRAY(a, struct cert_change, n + 1);
	for (size_t i = 0; i < n; i++)
		list[i] = (struct cert_change){ rows[i].serial, rows[i].change };
	*ret = list;
	*ret_n = n;
	return ok();
}
