/* An application as its applicant sees it: where it stands, in one line. Shared
 * by her home, the list and the page of one. */
#ifndef MUSUBI_WEB_PORTAL_CASE_H
#define MUSUBI_WEB_PORTAL_CASE_H

#include "web/portal.h"

/* What the tag says; `returned` and `running` are open. */
enum case_stand { CASE_RUNNING, CASE_RETURNED, CASE_GRANTED, CASE_REFUSED, CASE_WITHDRAWN };

struct case_view {
	const struct apply_case *c;
	const struct procedure *p;      /* of the packs the caller holds; NULL: not published */
	const struct pack_state *state; /* NULL with p */
	enum case_stand stand;
};
struct case_view case_view_of(const struct pack_set *packs, const struct apply_case *c);
static inline bool case_is_open(const struct case_view *x)
{
	return x->stand == CASE_RUNNING || x->stand == CASE_RETURNED;
}
/* title, org, office, receipt, href, tag, tag_class, state, until, late: for a card. */
struct json_object *case_card(struct visit *v, const struct case_view *x);

#endif
