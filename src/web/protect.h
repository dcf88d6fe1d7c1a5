/* A person who came under protection (支援措置対象者) after she applied: what the
 * application copied from the register is shown without where she lives, to the
 * office and on her own pages (who holds her phone may not be her). What was
 * copied before is all this is about: records mask themselves where they are
 * read (record/record.h). */
#ifndef MUSUBI_WEB_PROTECT_H
#define MUSUBI_WEB_PROTECT_H

#include "apply/case.h"

/* By the register as it is today, not as it was when she applied. */
MUST struct result protect_asked(struct db *db, struct arena *a, const struct apply_case *c,
                                 bool *ret, struct err *err);
/* c->facts without addresses, and with her marked as protected, so that no page
 * and no letter made from it can show one. */
void protect_facts(struct arena *a, const struct procedure *p, struct apply_case *c);
/* Letters keep what they said when they were issued: those from before *ret_since
 * may say where a protected person lives, hers or of somebody else the application
 * speaks of. 0: nobody is protected; INT64_MAX: since when is not known. */
MUST struct result protect_letters(struct db *db, struct arena *a, const struct apply_case *c,
                                   const struct procedure *p, int64_t *ret_since,
                                   struct err *err);
/* 支援措置担当: whose work it is to know such addresses. */
bool protect_may_see(const struct case_actor *who);
/* An answer that the form prefills with where she lives. */
bool protect_hides(const struct pack_field *field);

#endif
