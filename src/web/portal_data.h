/* What a city holds about her, shared by "my data" and "this is wrong". */
#ifndef MUSUBI_WEB_PORTAL_DATA_H
#define MUSUBI_WEB_PORTAL_DATA_H

#include "record/record.h"
#include "web/portal.h"

/* The rows of a record that she may see: {item, label, answer, members}, labels
 * and order from the dataset's declaration; hidden items are left out. */
const struct json *data_rows(struct visit *v, const struct pack_set *packs,
                             const struct dataset *set, const struct record *r);
/* Her records at an organization, with her code there. */
MUST struct result data_load(struct visit *v, struct str org, struct str *ret_code,
                             const struct record **ret, size_t *ret_n, struct err *err);
/* 住民基本台帳の記録, marked; the id when no pack declares it any more. */
struct str data_title(const struct visit *v, const struct dataset *set, struct str id);

#endif
