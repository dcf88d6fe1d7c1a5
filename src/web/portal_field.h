/* One question as the template draws it: labels in the visitor's language, the
 * value (or what was typed and refused), the error beside it. */
#ifndef MUSUBI_WEB_PORTAL_FIELD_H
#define MUSUBI_WEB_PORTAL_FIELD_H

#include "web/portal.h"

struct field_look {
	struct visit *v;
	const struct portal_draft *d;
	const struct pack_page *page;
	int item;
	const struct http_fields *typed;  /* shown again after a refusal; or NULL */
	const struct form_error *errors;
	size_t nerrors;
	const struct form_attachment *att;
	size_t natt;
};

/* NULL when the field is not asked. */
MUST struct result field_context(const struct field_look *look, const struct pack_field *field,
                                 const struct json **ret, struct err *err);
/* The same for a field whose value the caller has: an officer's `decide`, where
 * look->d needs its form, procedure and authority. */
const struct json *field_context_of(const struct field_look *look, const struct form_field *ff);
/* The id of a field in the page. */
struct str field_anchor(struct arena *a, struct str id);
/* What is said of an error, in the visitor's language, as safe HTML. */
struct str field_error_html(struct visit *v, const struct form_error *e);
/* The list for the summary at the top; NULL when there is nothing wrong. */
const struct json *field_error_summary(struct visit *v, const struct form_error *errors,
                                       size_t n);
/* 出典: 加賀市 住民基本台帳 2026年11月20日時点 */
struct str field_source(const struct field_look *look, const struct pack_field *field);

#endif
