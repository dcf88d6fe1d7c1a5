/* Drafts and applications of all_fields in a store, and a small office. */
#ifndef MUSUBI_TESTS_UNIT_APPLY_CASE_SUPPORT_H
#define MUSUBI_TESTS_UNIT_APPLY_CASE_SUPPORT_H

#include "../support/test_store.h"
#include "apply/attach.h"
#include "apply/case.h"
#include "support.h"

#define PORTAL STR("portal")
#define CITY STR("172065")

/* The tables of the rooms that an application writes; before the first store. */
void case_rooms(void);
/* 32 bytes, the same for the whole program; forgotten by case_rooms_done. */
const struct secret *case_key(void);
void case_rooms_done(void);

/* The code at the city of somebody whose code at the portal is `subject`. */
struct str city_code(struct arena *a, struct str subject);

/* A draft of `subject` with these answers, saved. */
struct draft begin(struct test_store *t, const char *subject, const char *answers);
void save(struct test_store *t, struct draft *d, const struct json *answers);
/* Adds a file to a field of the draft and names it in its answers. */
struct attachment add_file(struct test_store *t, struct draft *d, const char *field,
                           struct str bytes);

/* Opens the form as the portal does and submits. Any thread, with its own arena. */
struct result submit_in(struct store *s, struct arena *a, const struct draft *d, int64_t now,
                        struct apply_case *ret, bool *ret_again, struct err *err);
struct apply_case submit(struct test_store *t, const struct draft *d);
/* given_answers with another word, submitted. */
struct apply_case submitted(struct test_store *t, const char *subject, const char *word);

struct apply_case load(struct test_store *t, const struct apply_case *c);

/* Officers: c1, c2 clerks; a1 approver; b1 both; x1 everything in another city. */
struct case_actor officer(const char *id);
extern bool letter_fails; /* the office's letters cannot be made */
extern unsigned letters_made;

struct step {
	const char *action, *comments, *decision, *reasons;
};
struct result act(struct test_store *t, const struct apply_case *c, const char *who,
                  struct step step, struct apply_case *ret, struct err *err);
/* The step must succeed. */
struct apply_case acted(struct test_store *t, const struct apply_case *c, const char *who,
                        struct step step);
/* The step must fail with that code and change nothing. */
void refused(struct test_store *t, const struct apply_case *c, const char *who, struct step step,
             enum err_kind kind, const char *code);

/* One number by constant SQL. */
int64_t number_of(struct test_store *t, const char *sql);
/* "submit>received note propose>proposed": the history. */
struct str history_text(struct test_store *t, const struct apply_case *c, bool internal);

#endif
