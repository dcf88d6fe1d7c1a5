/* The tables of this room, one place for all its *_store.c files, and the
 * column list of an application. */
#ifndef MUSUBI_APPLY_TABLES_H
#define MUSUBI_APPLY_TABLES_H

#include "apply/case.h"

/* 32 hex digits, in the arena: the millisecond and 80 random bits. What is made
 * together lies together in every index, however large the table is. */
struct str apply_new_id(struct arena *a);

/* Reads the columns of APPLY_CASE_COLUMNS, in that order. */
#define APPLY_CASE_COLUMNS \
	"org, id, receipt, number, subject, portal, portal_subject, procedure, version, state," \
	" applicant_name, answers, facts, decision, comments, once_key, document, cms, proposed_by," \
	" assigned_to, submitted_at, entered_at, due_at, decided_at, rev"
/* The same without what only its own page shows: answers, facts, decision,
 * comments, document and signature read as if there were none. */
#define APPLY_CASE_SUMMARY \
	"org, id, receipt, number, subject, portal, portal_subject, procedure, version, state," \
	" applicant_name, '', '', '', '', once_key, '', '', proposed_by," \
	" assigned_to, submitted_at, entered_at, due_at, decided_at, rev"
MUST struct result apply_case_row(struct arena *a, const struct rows *r, size_t row,
                                  struct apply_case *ret, struct err *err);
/* NULL and "" become NULL. */
MUST struct result apply_json_cell(struct arena *a, const struct rows *r, size_t row, size_t col,
                                   const struct json **ret, struct err *err);
struct str apply_json_text(struct arena *a, const struct json *j); /* "" for NULL */

/* An event of the application, numbered within it. */
MUST struct result apply_event_put(struct db *tx, struct arena *a, const struct apply_case *c,
                                   const struct case_event *e, struct err *err);
/* The same for a new application: numbered 1 without asking. */
MUST struct result apply_event_first(struct db *tx, struct arena *a, const struct apply_case *c,
                                     const struct case_event *e, struct err *err);
/* The next running number of `name` in the organization, from 1. */
MUST struct result apply_next_number(struct db *tx, struct arena *a, struct str org,
                                     struct str name, int64_t *ret, struct err *err);

/* Letters and their pointers at the portal. */
struct letter_put {
	struct str title, number, sealed; /* sealed: the PDF under the data key */
	struct str id;
	int64_t size;
};
MUST struct result apply_letter_put(struct db *tx, const struct apply_case *c,
                                    const struct letter_put *l, int64_t now, struct err *err);

/* As draft_start; *ret_new: it was not there before. */
MUST struct result apply_draft_start(struct db *tx, struct arena *a, const struct draft *d,
                                     int64_t now, struct draft *ret, bool *ret_new,
                                     struct err *err);

/* Attachments change hands sealed: copy, then remove what was there. By id where
 * only those count that an answer names (ERR_CONFLICT when one is gone). */
MUST struct result apply_attachments_take(struct db *tx, struct str from_org,
                                          struct str from_owner, struct str to_org,
                                          struct str to_owner, const struct str *ids, size_t n,
                                          struct err *err);
MUST struct result apply_attachments_copy(struct db *tx, struct str from_org,
                                          struct str from_owner, struct str to_org,
                                          struct str to_owner, struct err *err);
MUST struct result apply_attachments_drop(struct db *tx, struct str org, struct str owner,
                                          struct err *err);

#endif
