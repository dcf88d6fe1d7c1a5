/* The answers of an application as sections of rows, for whoever reads them:
 * the citizen before and after she sends them, the officer beside the register.
 * A section has `section`, `nth`, `rows`, `has_rows`; a row has `label`,
 * `answer` (both marked), `files`, `has_files` and `blank`. */
#ifndef MUSUBI_WEB_ANSWERS_H
#define MUSUBI_WEB_ANSWERS_H

#include "apply/form.h"
#include "web/app.h"

struct answer_place {
	const struct pack_page *page;
	int item;                       /* FORM_NO_ITEM outside of groups */
	const struct form_field *ff;    /* asked */
};

struct answers_reader {
	struct visit *v;
	struct form *form;
	const void *ctx;
	/* What this reader gets beside label and answer; may be NULL. */
	void (*more)(const void *ctx, const struct answer_place *at, struct json_object *row);
	/* Instead of the answer, or "": what she may not read. May be NULL. */
	struct str (*instead)(const void *ctx, const struct answer_place *at);
	/* The files of a question, or NULL. */
	struct json_array *(*files)(const void *ctx, const struct answer_place *at);
};

/* `sections` and has_sections. */
MUST struct result answers_put(const struct answers_reader *r, struct json_object *o,
                               struct err *err);
/* What the procedure computes of them: `values` and has_values, each with
 * `value_label` and `value`; those without a label are not for reading. */
MUST struct result answers_put_values(struct visit *v, struct form *form, struct json_object *o,
                                      struct err *err);
/* A file's row. */
const struct json *answers_file(struct visit *v, struct str name, struct str kind,
                                int64_t size, struct str href);

#endif
