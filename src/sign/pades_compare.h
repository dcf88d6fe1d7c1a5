/* Inside of pades_change.c and pades_change_field.c: two revisions beside each other. */
#ifndef MUSUBI_SIGN_PADES_COMPARE_H
#define MUSUBI_SIGN_PADES_COMPARE_H

#include "sign/pades_priv.h"

enum { CHANGED = 1, TOLD = 2 };

struct compare {
	struct pades_changes *c;
	struct pades_graph *g;
	struct pdf *old, *now;
	struct arena *a;
	size_t n;
	uint8_t *state;           /* of each object number */
	bool form_new;            /* the form had no fields: its members are new with it */
	bool needs_looks;         /* NeedAppearances: a reader draws the fields anew */
	int64_t root;
};

/* A finding. With a key, it is never allowed. */
void compare_add(struct compare *x, enum ades_change_kind kind, int need, struct str where,
                 const char *ja, const char *en);
/* The same for a field, which locks may hold. */
void compare_add_field(struct compare *x, enum ades_change_kind kind, int need, struct str field,
                       const char *ja, const char *en);
void compare_add_key(struct compare *x, enum ades_change_kind kind, struct str where,
                     struct str key, const char *ja, const char *en);
/* "page 2", "object 14" */
struct str compare_where_of(struct compare *x, int64_t num);

struct member {
	struct str key;
	const struct pdf_value *old, *now; /* NULL: not there */
};

/* Calls fn for every key whose value differs. */
typedef struct result member_fn(struct compare *x, const struct member *m, void *ctx,
                                struct err *err);
MUST struct result compare_members(struct compare *x, const struct pdf_value *old,
                                   const struct pdf_value *now, member_fn *fn, void *ctx,
                                   struct err *err);
bool compare_is(const struct member *m, const char *key);
bool compare_one_of(const struct member *m, const char *const *keys);
MUST struct result compare_both(struct compare *x, const struct member *m,
                                struct pdf_value *ret_old, struct pdf_value *ret_now,
                                struct err *err);

/* ---- pades_change_field.c ---- */
MUST struct result compare_field_changed(struct compare *x, const struct pdf_value *old,
                                         const struct pdf_value *now, struct err *err);
/* Fields, Kids, Annots. */
MUST struct result compare_list_changed(struct compare *x, const struct pdf_value *old,
                                        const struct pdf_value *now, struct err *err);
MUST struct result compare_gone_item(struct compare *x, const struct pdf_value *item,
                                     struct err *err);
/* Is there a value that changed, here or in the field above this widget? */
bool compare_value_changed(struct compare *x, const struct pdf_value *field);

#endif
