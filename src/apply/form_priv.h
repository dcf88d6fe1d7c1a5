/* What the files of the form engine share. Private to src/apply/form*.c.
 *
 * form_open settles the form once, from the first page to the last: which
 * pages and fields are asked, and what stands in each. `effective` are the
 * answers as settled: what is not asked is gone, what the register fills is
 * in. Everything after that only looks up. */
#ifndef MUSUBI_APPLY_FORM_PRIV_H
#define MUSUBI_APPLY_FORM_PRIV_H

#include "apply/form.h"

struct form_slot {
	bool asked, prefilled;
	const struct json *value;   /* NULL: nothing yet */
	const struct json *members; /* FIELD_MEMBERS: who may be ticked */
};

struct form_page_state {
	bool asked;
	size_t nitems;           /* 1 for a page that is no group */
	struct form_slot *slots; /* nitems × nfields */
};

struct typing; /* form_scope.c: field by path */

struct form {
	struct arena *arena;
	struct form_input in;
	const struct json *effective;
	const struct feel_value *names; /* scope of everything settled so far */
	struct form_page_state *pages;
	size_t nasked;
	const struct pack_page **asked; /* the visible pages, in order */
	struct typing *typing;
	const struct feel_value *facts_value; /* converted once */
	struct form *before;                  /* a correction: as submitted, opened when needed */
	struct form_value *values;            /* one per value of the procedure */
};

static inline bool form_is_group(const struct pack_page *page)
{
	return page->group.n > 0;
}

size_t form_page_index(const struct form *f, const struct pack_page *page);
/* The slot, or NULL when page or item do not exist. */
struct form_slot *form_slot_of(struct form *f, const struct pack_page *page, int item,
                               const struct pack_field *field);

/* Of somebody in 世帯.members; the id itself when nobody there has it. */
struct str form_member_name(struct form *f, struct str id);

/* One field: is it asked, and what stands in it. `stored` is the answer or NULL. */
MUST struct result form_settle_field(struct form *f, const struct feel_value *names,
                                     const struct pack_field *field, const struct json *stored,
                                     struct form_slot *slot, struct err *err);

/* form_matters.c: can the answer still change what its `matters` says? */
MUST struct result form_matters(struct form *f, const struct pack_page *page,
                                const struct pack_field *field, bool *ret, struct err *err);

/* The item of a list that a settled item is: by its id where the register gave
 * one, else by its place. NULL when there is none. */
const struct json *form_same_item(const struct json *items, const struct json *item, size_t at);
/* "" stands for a prefilled answer that somebody emptied: the register does not
 * fill it again behind her back. */
static inline bool form_is_emptied(const struct json *v)
{
	return v && v->kind == JSON_STRING && v->text.n == 0;
}
/* Editable at all, by its declaration. */
static inline bool form_editable(const struct pack_field *field)
{
	return !field->locked && field->type != FIELD_SHOWN;
}
/* A correction may add and remove items of that group. */
bool form_group_open(const struct form *f, const struct pack_page *page);
/* This answer may not change, and was as wrong when it was submitted. */
MUST struct result form_wrong_before(struct form *f, const struct pack_page *page, int item,
                                     const struct pack_field *field, bool *ret,
                                     struct err *err);
/* "id", or "group.id" for a field of an item. */
struct str form_full_id(struct arena *a, const struct pack_page *page,
                        const struct pack_field *field);

/* --- scope --- */
/* Names for expressions: facts, effective answers, decision, case. */
const struct feel_value *form_scope(struct form *f, const struct json *answers);
/* The same, with `item` set: the fields of one group item. */
const struct feel_value *form_scope_item(struct form *f, const struct pack_page *page,
                                         const struct json *item);
MUST struct result form_eval_in(struct form *f, const struct feel_value *names,
                                const struct feel_expr *e, const struct json **ret,
                                struct err *err);
/* True only when the expression is true (null and errors of type are not). */
MUST struct result form_true_in(struct form *f, const struct feel_value *names,
                                const struct feel_expr *e, bool *ret, struct err *err);
/* The names for one item of a page; the form's own names when it is no group. */
const struct feel_value *form_names_for(struct form *f, const struct pack_page *page, int item);

/* Evaluates one of the procedure's values and adds it to the form's names. */
MUST struct result form_value_settle(struct form *f, const struct pack_value *decl,
                                     const struct json **ret, struct err *err);

/* --- checking --- */
/* Wrong by type alone (too long, no such option, …): the text key, or "". */
struct str form_type_fault(struct form *f, const struct pack_field *field,
                           const struct form_slot *slot, const struct json *value,
                           int64_t *ret_limit);
/* *ret: something is wrong with that field, and *e (key or text, limit) says what. */
MUST struct result form_field_fault(struct form *f, const struct feel_value *names,
                                    const struct pack_field *field,
                                    const struct form_slot *slot, struct form_error *e,
                                    bool *ret, struct err *err);

/* --- raw input --- */
enum raw_state { RAW_ABSENT, RAW_EMPTY, RAW_VALUE, RAW_BAD };
/* Reads one field from what the browser sent; RAW_BAD leaves the text key. */
enum raw_state form_raw_read(struct arena *a, const struct pack_field *field,
                             const struct form_raw *raw, size_t nraw,
                             const struct json **ret, struct str *ret_key);

#endif
