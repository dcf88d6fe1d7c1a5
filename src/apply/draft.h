/* Drafts: an application on its way, saved at every answer, resumed on any
 * device. They belong to the portal and the citizen; a draft keeps the version
 * of the procedure it began with. */
#ifndef MUSUBI_APPLY_DRAFT_H
#define MUSUBI_APPLY_DRAFT_H

#include "base/json.h"
#include "store/store.h"

struct draft {
	struct str org, subject, id; /* portal, her code there, 128-bit random hex */
	struct str procedure, version, authority;
	struct str case_id;          /* set while an application is being corrected */
	struct str sign_tx;          /* the phone transaction under way, or "" */
	const struct json *answers;
	const struct json *open_fields; /* correction: list of field ids that may change, or NULL */
	int64_t started_at, saved_at, rev;
};

/* The open draft for that procedure and authority, or a new one. */
MUST struct result draft_start(struct db *tx, struct arena *a, const struct draft *d,
                               int64_t now, struct draft *ret, struct err *err);
/* ERR_NOT_FOUND "apply.draft.gone" when it is not hers or not there. */
MUST struct result draft_load(struct db *db, struct arena *a, struct str org,
                              struct str subject, struct str id, struct draft *ret,
                              struct err *err);
/* All answers together, as JSON: what is too long for its question is kept until
 * it is corrected, but not without end. */
enum { DRAFT_BYTES_MAX = 1 << 20 };

/* ERR_TOO_LARGE "form.too_large" above DRAFT_BYTES_MAX; ERR_CONFLICT
 * "apply.draft.changed" when rev is not the stored one (another device saved
 * meanwhile). Saving makes a pending signature void. */
MUST struct result draft_save(struct db *tx, struct arena *a, const struct draft *d,
                              const struct json *answers, int64_t now, int64_t *ret_rev,
                              struct err *err);
MUST struct result draft_set_sign_tx(struct db *tx, const struct draft *d, struct str sign_tx,
                                     struct err *err);
MUST struct result draft_discard(struct db *tx, struct str org, struct str subject,
                                 struct str id, struct err *err);
MUST struct result draft_list(struct db *db, struct arena *a, struct str org,
                              struct str subject, const struct draft **ret, size_t *ret_n,
                              struct err *err);

#endif
