/* Changes of a resident's basic entry that reach beyond the register
 * (公的個人認証法 §12, §15: 署名用 ends when one of the four facts changes).
 *
 * record_put lets such a change pass only from who says that it follows it up
 * (struct record_new.followed): apply/register.h is that one verb, so that no
 * way into the register can forget the certificates. */
#ifndef MUSUBI_RECORD_BASIC_H
#define MUSUBI_RECORD_BASIC_H

#include "base/json.h"
#include "store/store.h"

#define BASIC_DATASET "resident.basic"

enum basic_change {
	BASIC_SAME,        /* nothing that a certificate says */
	BASIC_ATTRIBUTES,  /* name, address, birth or sex; a move out as well */
	BASIC_DIED,
	BASIC_LEFT,        /* out of the country */
};
/* old: the newest entry until now, or NULL. */
enum basic_change basic_change_of(const struct json *old, const struct json *new);

/* Against what stands in the register, unmasked. For the same transaction. */
MUST struct result record_basic_change(struct db *tx, struct arena *a, struct str org,
                                       struct str subject, const struct json *new,
                                       enum basic_change *ret, struct err *err);

/* The newest basic entry, unmasked, NULL when there is none: only to write the
 * next version from it, never to be shown. */
MUST struct result record_basic_raw(struct db *tx, struct arena *a, struct str org,
                                    struct str subject, const struct json **ret,
                                    struct err *err);

#endif
