/* The officer's pages: one function per row of counter.c, and what they share.
 *
 * An officer sees her own organization only: the guard has compared the first
 * part of the path with her session before any of these runs, and every query
 * names the organization again. */
#ifndef MUSUBI_WEB_COUNTER_H
#define MUSUBI_WEB_COUNTER_H

#include "apply/attach.h"
#include "apply/case.h"
#include "web/app.h"

/* counter_login.c */
MUST struct result counter_chooser(struct visit *v, struct err *err);
MUST struct result counter_login_page(struct visit *v, struct err *err);
MUST struct result counter_login_post(struct visit *v, struct err *err);
MUST struct result counter_logout(struct visit *v, struct err *err);
/* counter_queue.c */
MUST struct result counter_queue(struct visit *v, struct err *err);
/* counter_case.c */
MUST struct result counter_case(struct visit *v, struct err *err);
MUST struct result counter_file(struct visit *v, struct err *err);
/* counter_letters.c */
MUST struct result counter_letter(struct visit *v, struct err *err);
/* counter_act.c */
MUST struct result counter_act(struct visit *v, struct err *err);
MUST struct result counter_note(struct visit *v, struct err *err);
MUST struct result counter_assign(struct visit *v, struct err *err);
/* counter_residents.c */
MUST struct result counter_residents(struct visit *v, struct err *err);
MUST struct result counter_resident(struct visit *v, struct err *err);
MUST struct result counter_resident_open(struct visit *v, struct err *err);
/* counter_reports.c */
MUST struct result counter_reports(struct visit *v, struct err *err);
MUST struct result counter_report_done(struct visit *v, struct err *err);
/* counter_keys.c */
MUST struct result counter_keys(struct visit *v, struct err *err);
MUST struct result counter_keys_post(struct visit *v, struct err *err);

/* counter_companies.c */
MUST struct result counter_companies(struct visit *v, struct err *err);
MUST struct result counter_company(struct visit *v, struct err *err);
MUST struct result counter_company_propose(struct visit *v, struct err *err);
MUST struct result counter_company_decide(struct visit *v, struct err *err);
/* Is this the counter of a registrar (商業登記)? */
bool counter_is_registrar(const struct visit *v);

/* ---- what every page of the counter has ---- */

/* "/counter/172065" */
struct str counter_base(struct visit *v);
/* The places of the counter, `here` marked, the body class, and her shortcuts.
 * Reads the store: no reader may be open. */
MUST struct result counter_put_frame(struct visit *v, struct json_object *o, const char *here,
                                     struct err *err);
/* counter_keys.c: whether she wants single-key shortcuts. */
MUST struct result counter_put_keys(struct visit *v, struct json_object *o, struct err *err);
struct case_actor counter_who(const struct visit *v);
/* A colleague as people call her: title and name; the id of one who is gone. */
struct str counter_officer_name(struct visit *v, struct db *db, struct str id);
/* Free text of an officer: trimmed, LF only. ERR_INPUT "counter.text" for
 * control characters or more than max characters. */
MUST struct result counter_text(struct visit *v, struct str typed, size_t max, struct str *ret,
                                struct err *err);
/* あと3日, marked; and the class of its tag. */
struct str counter_due_text(struct visit *v, int64_t due_at);
const char *counter_due_class(const struct visit *v, int64_t due_at);
/* The label of a state in the visitor's language, marked; the id when unknown. */
struct str counter_state(struct visit *v, const struct procedure *p, struct str state);

/* ---- the queue's filters, which stay in the query ---- */

struct counter_filter {
	struct str state, procedure, words;
	bool mine, overdue, paged;
	int64_t after_due;
	struct str after_id;
};
MUST struct result counter_filter_read(struct visit *v, struct counter_filter *ret,
                                       struct err *err);
/* "state=survey&mine=1", or "": without a leading "?". */
struct str counter_filter_query(struct visit *v, const struct counter_filter *f);
MUST struct result counter_filter_list(struct visit *v, struct db *db,
                                       const struct counter_filter *f, size_t limit,
                                       const struct apply_case **ret, size_t *ret_n,
                                       struct err *err);
/* One row of a list of cases. */
struct json_object *counter_card(struct visit *v, const struct pack_set *packs,
                                 const struct apply_case *c, const struct counter_filter *f);
/* "/counter/172065/cases/ID?filters" */
struct str counter_case_href(struct visit *v, struct str id, const struct counter_filter *f);

/* ---- one case, opened ---- */

struct counter_desk {
	struct apply_case c;       /* what is protected since is left out of its facts */
	struct pack_set *packs;
	const struct procedure *p; /* the version it was made under, of the packs held */
	struct form *form;
	struct case_actor who;
	struct counter_filter filter;
	bool is_protected;         /* 支援措置対象者, as of now */
	size_t natt;
	const struct attachment *att;
	/* A form that came back: shown again. */
	const struct http_fields *typed;
	const struct form_error *errors; /* of the decision fields */
	size_t nerrors;
	struct str problem;        /* text key of what is wrong, or "" */
	struct str done;           /* what was done by this very request, or "" */
	bool stale;                /* a colleague was faster */
};
MUST struct result counter_open(struct visit *v, struct counter_desk *ret, struct err *err);
void counter_close(struct counter_desk *d);
#define DESK_AUTO __attribute__((cleanup(counter_close))) struct counter_desk
/* The page of the case; 200, or 409/400 with what was typed. */
MUST struct result counter_case_page(struct visit *v, struct counter_desk *d, int status,
                                     struct err *err);

/* Its parts, each filling the page's context. */
MUST struct result counter_put_answers(struct visit *v, struct counter_desk *d,
                                       struct json_object *o, struct err *err);
MUST struct result counter_put_register(struct visit *v, struct counter_desk *d,
                                        struct json_object *o, struct err *err);
MUST struct result counter_put_signature(struct visit *v, struct counter_desk *d,
                                         struct json_object *o, struct err *err);
MUST struct result counter_put_history(struct visit *v, struct counter_desk *d,
                                       struct json_object *o, struct err *err);
MUST struct result counter_put_letters(struct visit *v, struct counter_desk *d,
                                       struct json_object *o, struct err *err);
MUST struct result counter_put_actions(struct visit *v, struct counter_desk *d,
                                       struct json_object *o, struct err *err);
MUST struct result counter_put_side(struct visit *v, struct counter_desk *d,
                                    struct json_object *o, struct err *err);
/* What was typed beside the answers: field path -> text, for case_act. */
MUST struct result counter_take_comments(struct visit *v, struct counter_desk *d,
                                         const struct json **ret, struct err *err);

/* ---- a record as rows of text ---- */

/* The rows of a dataset's items: label and value, both marked. With both bodies
 * given each row has `then`, `now` and `differs`. */
struct counter_bodies {
	const struct json *then, *now;
	bool masked;               /* addresses are left out: say so */
};
const struct json *counter_dataset_rows(struct visit *v, const struct pack_set *packs,
                                        struct str dataset, const struct counter_bodies *b,
                                        size_t *ret_differ);
/* The dataset's title, marked; its id when no pack declares it. */
struct str counter_dataset_title(struct visit *v, const struct pack_set *packs, struct str id);

#endif
