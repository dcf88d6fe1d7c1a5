/* The letter of a decision, as case_act asks for it: the pack's words filled
 * from the application, rendered, given its QR code and the office's seal. */
#ifndef MUSUBI_WEB_LETTERS_H
#define MUSUBI_WEB_LETTERS_H

#include "apply/case.h"

/* The `letter` function of struct case_office; app: a struct app.
 * ERR_UNAVAILABLE "letter.no_seal" when the organization cannot seal. */
MUST struct result app_letter(void *app, struct arena *a, const struct apply_case *c,
                              const struct procedure *p, const struct pack_letter *l,
                              struct form *f, struct str *ret_pdf, struct err *err);

/* A value as it stands in a letter: dates as 令和8年11月20日, yes and no in words,
 * lists with 、 between. */
struct str letter_value(struct arena *a, const struct json *v);
/* {name} in a text filled from an object of texts; an unknown name stays. */
struct str letter_fill(struct arena *a, struct str text, const struct json *values);

#endif
