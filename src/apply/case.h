/* Applications (申請) at the authority: submitted, returned, decided.
 *
 * The workflow is the procedure's own rows. Every step writes the new state,
 * its event and its journal entry in one transaction; a decision also writes
 * the record, the letter and the notice there. `rev` guards against two
 * officers at once. */
#ifndef MUSUBI_APPLY_CASE_H
#define MUSUBI_APPLY_CASE_H

#include "apply/draft.h"
#include "apply/form.h"
#include "crypto/secret.h"

struct apply_case {
	struct str org, id, receipt;    /* receipt: "1720-6512-3456-7890"-like, check digit inside */
	int64_t number;                 /* running number of the year in the org */
	struct str subject;             /* her code in org */
	struct str portal, portal_subject;
	struct str procedure, version, state;
	struct str applicant_name;      /* for the queue; masked data never goes here */
	const struct json *answers, *facts, *decision, *comments; /* comments: field id -> text */
	struct str once_key;
	struct str document, cms;       /* what was signed, and the signature (DER) or "" */
	struct str proposed_by, assigned_to;
	int64_t submitted_at, entered_at, due_at, decided_at, rev;
};

/* --- the citizen's side --- */

struct case_submit {
	const struct draft *draft;
	const struct procedure *procedure;
	struct form *form;              /* of the draft: checked complete by the caller */
	struct str subject;             /* her code at the authority */
	struct str applicant_name;
	const struct json *facts;
	struct str document, cms;
};
/* Idempotent by the draft: a second submit gives the first receipt back with
 * *ret_again true. ERR_CONFLICT "apply.case.once" ("apply.case.once_shared" with
 * `once_for`) when an open or favourably decided application has the same key, "apply.attachment.gone" when an
 * answer names a file that is not there any more. With draft.case_id it is the
 * resubmission of a returned case; "apply.correction.closed" when something was
 * changed that the office had not asked for. */
MUST struct result case_submit(struct store *s, struct arena *a, const struct case_submit *c,
                               int64_t now, struct apply_case *ret, bool *ret_again,
                               struct err *err);
/* Before she signs: ERR_CONFLICT "apply.case.once", or "apply.case.once_shared"
 * when the other one may be somebody else's of her household. What decides is
 * case_submit, in its one transaction. */
MUST struct result case_once_free(struct db *db, struct arena *a, const struct case_submit *c,
                                  struct err *err);
/* Hers, newest first: through the portal's pointers. */
MUST struct result case_list_of(struct db *db, struct arena *a, struct str portal,
                                struct str portal_subject, const struct apply_case **ret,
                                size_t *ret_n, struct err *err);
MUST struct result case_load_of(struct db *db, struct arena *a, struct str portal,
                                struct str portal_subject, struct str id,
                                struct apply_case *ret, struct err *err);
/* Which application came of that draft: for a second "send" after the first
 * went through. ERR_NOT_FOUND "apply.draft.gone" when none did. */
MUST struct result case_of_draft(struct db *db, struct arena *a, struct str portal,
                                 struct str portal_subject, struct str draft_id,
                                 struct str *ret_case_id, struct err *err);
/* A draft for correcting a returned case: only the commented answers open.
 * ERR_CONFLICT "apply.case.not_returned" when it was not returned. */
MUST struct result case_correct(struct store *s, struct arena *a, const struct apply_case *c,
                                int64_t now, struct draft *ret, struct err *err);
MUST struct result case_withdraw(struct store *s, struct arena *a, const struct apply_case *c,
                                 const struct procedure *p, int64_t now, struct err *err);

/* --- the office's side --- */

struct case_filter {
	struct str state;      /* "" any open; "closed"; or a state id */
	struct str procedure;  /* "" any */
	struct str words;      /* part of a receipt number or of a name, folded */
	struct str officer;    /* mine: assigned to */
	bool overdue;
	int64_t after_due;     /* keyset: continue behind this due_at and id (closed: id) */
	struct str after_id;
	size_t limit;          /* at most 200 */
};
/* Without answers, facts, decision, comments, document and signature. */
MUST struct result case_queue(struct db *db, struct arena *a, struct str org,
                              const struct case_filter *f, int64_t now,
                              const struct apply_case **ret, size_t *ret_n, struct err *err);
struct case_count { struct str procedure, state; int64_t open, overdue; };
MUST struct result case_counts(struct db *db, struct arena *a, struct str org, int64_t now,
                               const struct case_count **ret, size_t *ret_n, struct err *err);
/* ERR_NOT_FOUND for a case of another organization. */
MUST struct result case_load(struct db *db, struct arena *a, struct str org, struct str id,
                             struct apply_case *ret, struct err *err);

struct case_event {
	int64_t at, seq;
	struct str actor, actor_name, action, from_state, to_state, text; /* text: reasons, comment, note */
	bool internal;         /* an opinion note: never shown to the citizen */
	const struct json *detail;
	bool detail_internal;  /* the step is public, its detail (a proposal) is not */
};
MUST struct result case_history(struct db *db, struct arena *a, struct str org, struct str id,
                                bool with_internal, const struct case_event **ret,
                                size_t *ret_n, struct err *err);

/* Who acts. */
struct case_actor { struct str org, id, name, roles; };

/* Actions this officer may take now. */
size_t case_actions(const struct procedure *p, const struct apply_case *c,
                    const struct case_actor *who, const struct pack_action **ret,
                    struct arena *a);

struct case_step {
	struct str action;
	int64_t rev;                    /* as the officer saw it */
	const struct json *comments;    /* FLOW_RETURN: field id -> what to correct */
	const struct json *decision;    /* FLOW_PROPOSE/APPROVE: answers to `decide` */
	struct str reasons;             /* FLOW_REFUSE */
};
/* What a decision needs from outside; letters are rendered and sealed before
 * the transaction begins. */
struct case_office {
	const struct secret *data_key;
	/* For procedures whose record is the resident register itself (apply/register.h);
	 * NULL: such a decision is refused as a failure of ours. */
	const struct register_desk *desk;
	/* Renders and seals: ctx is web/app's. */
	struct result (*letter)(void *ctx, struct arena *a, const struct apply_case *c,
	                        const struct procedure *p, const struct pack_letter *l,
	                        struct form *f, struct str *ret_pdf, struct err *err);
	void *ctx;
};
/* ERR_FORBIDDEN "apply.second_person" when proposer and approver are one;
 * ERR_CONFLICT "apply.case.changed" when rev is stale, "apply.decision.changed"
 * when a second person approves something else than was proposed; ERR_INPUT with
 * a row of text when comments, reasons or decision fields are missing. */
MUST struct result case_act(struct store *s, struct arena *a, const struct apply_case *c,
                            const struct procedure *p, const struct case_actor *who,
                            const struct case_step *step, const struct case_office *office,
                            int64_t now, struct apply_case *ret, struct err *err);
/* case.… in FEEL: receipt, number, and the date of the first submission (JST). */
const struct json *case_about(struct arena *a, const struct apply_case *c);
/* The form of an application as it was submitted and decided so far. */
MUST struct result case_form(struct arena *a, const struct apply_case *c,
                             const struct procedure *p, int64_t now, struct form **ret,
                             struct err *err);
/* 防災第142号: what the letter and its row carry. */
struct str case_letter_number(struct arena *a, const struct apply_case *c,
                              const struct pack_letter *l);
/* An opinion note (意見), kept inside the office. */
MUST struct result case_note(struct store *s, struct arena *a, const struct apply_case *c,
                             const struct case_actor *who, struct str text, int64_t now,
                             struct err *err);
/* From whom it was with as the officer saw it (c->assigned_to), to `officer`:
 * ERR_CONFLICT "apply.case.assigned" when a colleague was faster. */
MUST struct result case_assign(struct store *s, struct arena *a, const struct apply_case *c,
                               const struct case_actor *who, struct str officer, int64_t now,
                               struct err *err);

/* --- letters kept --- */
struct letter_kept {
	struct str org, id, case_id, title, number;
	int64_t at, size;
};
MUST struct result letter_list_of(struct db *db, struct arena *a, struct str portal,
                                  struct str portal_subject, const struct letter_kept **ret,
                                  size_t *ret_n, struct err *err);
MUST struct result letter_read_of(struct db *db, struct arena *a, const struct secret *data_key,
                                  struct str portal, struct str portal_subject, struct str id,
                                  struct letter_kept *ret, struct str *ret_pdf, struct err *err);

void apply_migrations(void);

#endif
