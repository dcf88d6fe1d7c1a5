/* The form engine: a procedure, the facts of the register and the answers so
 * far, at one moment. Says which pages and fields are asked, what stands in
 * them, what is wrong, and what is finally signed. Pure: no store, no HTTP.
 *
 * Answers are a JSON object by dotted field id. How a type is kept:
 *   text kana phone email address   string (normalised)
 *   number money                    number
 *   date                            "YYYY-MM-DD"
 *   choice                          the option's code
 *   choices                         list of codes, in the order of the options
 *   yesno                           true / false
 *   account                         {bank, branch, kind, number, holder}
 *   file                            list of attachment ids
 *   members                         list of member ids of 世帯.members
 *   a group                         list of objects with the item's fields
 * In FEEL dates are dates, members are the contexts of 世帯.members, and every
 * string of the facts that is a whole ISO date is a date. */
#ifndef MUSUBI_APPLY_FORM_H
#define MUSUBI_APPLY_FORM_H

#include "pack/pack.h"

struct form;

/* A text of more than 100 characters is asked for in a text area. */
static inline bool field_is_long(const struct pack_field *f)
{
	return f->type == FIELD_TEXT && f->max > 100;
}

struct form_input {
	const struct procedure *procedure;
	const struct json *facts;    /* {"申請者": {…}, "世帯": {…}}; or NULL */
	const struct json *answers;  /* or NULL */
	const struct json *decision; /* the officer's, or NULL */
	const struct json *about;    /* "case.…": receipt, number, submitted; or NULL */
	int64_t now_us;              /* UTC microseconds; today() is its date in JST */
	/* A correction: the answers as they were submitted, and the ids that the office
	 * commented on (items as group.id). Both NULL otherwise. */
	const struct json *submitted, *open_fields;
};

MUST struct result form_open(struct arena *a, const struct form_input *in, struct form **ret,
                             struct err *err);
const struct procedure *form_procedure(const struct form *f);

/* The applicant may use this procedure. */
MUST struct result form_eligible(struct form *f, bool *ret, struct err *err);
/* The `once` key, or "" when the procedure has none or it is not known yet. */
MUST struct result form_once(struct form *f, struct str *ret, struct err *err);
/* Who shares that one application, by `once_for`; "" for the applicant alone. */
MUST struct result form_once_for(struct form *f, struct str *ret, struct err *err);

/* Pages that are asked, in order. A page without any asked field is left out. */
MUST struct result form_pages(struct form *f, const struct pack_page *const **ret,
                              size_t *ret_n, struct err *err);

enum { FORM_NO_ITEM = -1 }; /* the page is no group */

/* How many items a group has (what the register knows counts until changed). */
MUST struct result form_items(struct form *f, const struct pack_page *page, size_t *ret,
                              struct err *err);

/* The page that lists a group's items, as opposed to one item's questions. */
static inline bool form_is_list(const struct pack_page *page, int item)
{
	return page->group.n > 0 && item < 0;
}

struct form_field {
	const struct pack_field *field;
	bool asked;               /* false: its `when` is not true; the rest is empty */
	bool prefilled;           /* value comes from the register */
	const struct json *value; /* NULL: nothing yet */
	size_t nmembers;          /* FIELD_MEMBERS: who may be ticked */
	const struct json *members;
};
MUST struct result form_field(struct form *f, const struct pack_page *page, int item,
                              const struct pack_field *field, struct form_field *ret,
                              struct err *err);

/* False in a correction for what was submitted and not commented on. What the
 * correction newly asks for was never answered, so it is open. A group's items
 * may be added and removed only while one of its fields is commented on. */
bool form_may_change(const struct form *f, const struct pack_page *page, int item,
                     const struct pack_field *field);
/* The first answer that differs from what was submitted though the office did not
 * ask for it: what case_submit refuses. */
bool form_strays(struct form *f, const struct json *submitted, const struct json *open_fields,
                 struct str *ret_id);

/* One thing wrong. `message` for people: either the check's own, or a row of
 * web/text (key) with its {label}. */
struct form_error {
	const struct pack_page *page;
	int item;
	const struct pack_field *field; /* NULL: the page (too few items) */
	struct str key;                 /* "form.error.required", or "" when text is set */
	const struct ptext *text;
	int64_t limit;                  /* for {limit} in the row's text */
};
/* Of one page (one item), or with page NULL of everything that is asked. In a
 * correction an answer that may not change is wrong only when the correction made
 * it so: what time alone has made wrong was right when it was submitted. */
MUST struct result form_errors(struct form *f, const struct pack_page *page, int item,
                               const struct form_error **ret, size_t *ret_n, struct err *err);

/* What the browser sent for one page: names are field ids; dates come as
 * ID.year ID.month ID.day and ID.era, accounts as ID.bank … ID.holder. */
struct form_raw { struct str name, value; };
/* What came of it. `answers` are new answers with the page's fields set,
 * normalised (width, spaces, hyphens, kana); what could not be understood is
 * left out and has an error. Locked fields, files, fields not asked and those a
 * correction keeps closed cannot be set from outside. `more`: an answer made
 * further fields of this page appear that the browser could not know: show the
 * page again. ERR_NOT_FOUND "form.item.gone" for an item that does not exist; the
 * list page of a group takes nothing and reports what is wrong in the group. */
struct form_taken {
	struct form *form;             /* opened anew with the answers */
	const struct json *answers;
	const struct form_error *errors; /* of this page (and item) */
	size_t nerrors;
	bool more;
};
MUST struct result form_take(struct form *f, const struct pack_page *page, int item,
                             const struct form_raw *raw, size_t nraw, struct form_taken *ret,
                             struct err *err);
/* New answers with one field set to a value from our own side: the attachment
 * ids of a file field. */
const struct json *form_put(struct form *f, const struct pack_page *page, int item,
                            const struct pack_field *field, const struct json *value);
/* Adds an empty item to a group, or removes one. */
MUST struct result form_item_add(struct form *f, const struct pack_page *page,
                                 const struct json **ret_answers, struct err *err);
MUST struct result form_item_remove(struct form *f, const struct pack_page *page, size_t item,
                                    const struct json **ret_answers, struct err *err);

/* Only what is asked, with prefilled values in place: what is submitted. Items
 * that the register knows keep its `id`. */
MUST struct result form_clean(struct form *f, const struct json **ret, struct err *err);
/* The procedure's computed values: [{name, label, value}]. */
struct form_value { const struct pack_value *decl; const struct json *value; };
MUST struct result form_values(struct form *f, const struct form_value **ret, size_t *ret_n,
                               struct err *err);
/* Is there a field of that id (items as group.id)? */
bool form_knows(const struct procedure *p, struct str field_id);
const struct pack_field *form_find(const struct procedure *p, struct str field_id); /* or NULL */
/* One of the officer's `decide` fields: asked or not, and what stands in it: the
 * decision so far, else what its `from` says. */
MUST struct result form_decide_field(struct form *f, const struct pack_field *field,
                                     struct form_field *ret, struct err *err);
/* The officer's `decide` fields from raw input, checked by type and by their own
 * checks. *ret is what was understood, complete when there are no errors. */
MUST struct result form_decision(struct form *f, const struct form_raw *raw, size_t nraw,
                                 const struct json **ret, const struct form_error **ret_errors,
                                 size_t *ret_nerrors, struct err *err);
/* The decision that the form was opened with is complete and right. */
MUST struct result form_decision_fine(struct form *f, bool *ret, struct err *err);
/* Evaluates one of the procedure's expressions in this form's scope. */
MUST struct result form_eval(struct form *f, const struct feel_expr *e, const struct json **ret,
                             struct err *err);

/* A value as people read it: dates with 元号, money with 円, labels of options,
 * names of members. Ruby markup may be in it in やさしい日本語: {{~x}}. */
struct str form_show(struct form *f, const struct pack_field *field, const struct json *value,
                     enum lang lang);
/* In Japanese, for rules and letters: no markup in it, and nothing quoted. */
struct str form_show_plain(struct form *f, const struct pack_field *field, const struct json *v);

/* The ids of the attachments that answers name, in the order of the questions. */
const struct json *form_files(struct form *f);

/* The document that is signed: RFC 8785 canonical JSON of procedure, version,
 * authority, applicant code, answers, facts shown, the names of the members that
 * answers name by id, and the SHA-256 of every attachment that an answer names (files of questions that are not asked any
 * more stay outside). ERR_CONFLICT "apply.attachment.gone" when an answer names
 * a file that is not among them. */
struct form_attachment { struct str field, id, name, kind; size_t size; struct str sha256_hex; };
MUST struct result form_document(struct form *f, struct str authority, struct str applicant,
                                 const struct form_attachment *att, size_t natt,
                                 struct str *ret, struct err *err);

#endif
