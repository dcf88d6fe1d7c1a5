/* Forms and applications for the tests of src/apply: the pack of packs/t (every
 * type of field, every kind of step) or the real packs of the repository.
 *
 * It is noon of 2026-11-20 in Japan unless a test says otherwise. */
#ifndef MUSUBI_TESTS_UNIT_APPLY_SUPPORT_H
#define MUSUBI_TESTS_UNIT_APPLY_SUPPORT_H

#include "apply/case.h"

#define NOON INT64_C(1795143600000000) /* 2026-11-20T12:00:00+09:00 */

/* Loaded once for the program; NULL never. dir below the repository. */
const struct procedure *given_procedure(const char *dir, const char *id);
#define ALL_FIELDS given_procedure("tests/unit/apply/packs", "all_fields")

/* Fails the test with the message of err. */
void good(struct result r, const struct err *err);
/* `text` as JSON, ' for ". */
const struct json *json_of(struct arena *a, const char *text);
/* The same, as the tests compare it. */
#define assert_json(a, j, text) assert_str((j) ? json_to_str((a), (j)) : STR("(none)"), \
	json_to_str((a), json_of((a), (text))))
void assert_str_at(struct str is, struct str want, const char *file, int line);
#define assert_str(is, want) assert_str_at((is), (want), __FILE__, __LINE__)

/* The woman of these tests: 加賀 花子 with a husband and two children. */
const struct json *given_facts(struct arena *a);
/* Answers to all_fields without a mistake. */
extern const char given_answers[];
struct form *open_form(struct arena *a, const struct procedure *p, const struct json *facts,
                       const struct json *answers);
struct form *open_at(struct arena *a, const struct procedure *p, const struct json *facts,
                     const struct json *answers, int64_t now);
/* all_fields with given_facts. */
struct form *open_all(struct arena *a, const char *answers);

const struct pack_page *page_of(const struct form *f, const char *id);
const struct pack_field *field_of(const struct form *f, const char *page, const char *field);
/* "who words numbers": the pages that are asked. */
struct str pages_text(struct arena *a, struct form *f);
/* "words.short=form.error.required kids.0.raise=…": all that is wrong; the
 * Japanese of a check that has its own message. */
struct str errors_text(struct arena *a, const struct form_error *e, size_t n);
struct str all_errors(struct arena *a, struct form *f);

#define RAW(n, v) { STR_INIT(n), STR_INIT(v) }
#define TAKE(a, f, page, item, ...) take_page((a), (f), (page), (item), \
	(const struct form_raw[]){ __VA_ARGS__ }, \
	sizeof((const struct form_raw[]){ __VA_ARGS__ }) / sizeof(struct form_raw))
struct form_taken take_page(struct arena *a, struct form *f, const char *page, int item,
                            const struct form_raw *raw, size_t n);

/* Pictures as small as they can be. Whole, and of the given size in pixels. */
struct str make_jpeg(struct arena *a, unsigned width, unsigned height);
struct str make_png(struct arena *a, uint32_t width, uint32_t height);
struct str make_heic(struct arena *a, uint32_t width, uint32_t height);
struct str make_pdf(struct arena *a);

#endif
