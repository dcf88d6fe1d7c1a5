/* The seam between scenario tests and the engine of forms: this room knows what
 * a test expects, `apply` knows how a form behaves. */
#ifndef MUSUBI_PACK_TEST_H
#define MUSUBI_PACK_TEST_H

#include "pack/pack.h"

/* What a test gives. */
struct pack_scenario {
	const struct procedure *procedure;
	int64_t now_us;              /* noon in Japan of the test's `today` */
	const struct json *facts;    /* {"申請者": {…}}; never NULL */
	const struct json *answers;  /* never NULL */
	const struct json *decision; /* or NULL */
	const struct json *about;    /* case.…: receipt, number, submitted */
};

struct pack_outcome_value {
	struct str name;
	const struct json *value; /* NULL: null */
};

/* Each answers one question in arena a. A callback may be NULL: a test that
 * expects what it tells then fails and says so. */
struct pack_runner {
	void *ctx;
	struct result (*eligible)(void *ctx, const struct pack_scenario *s, struct arena *a,
	                          bool *ret, struct err *err);
	/* Ids of the pages asked, in order. */
	struct result (*pages)(void *ctx, const struct pack_scenario *s, struct arena *a,
	                       const struct str **ret, size_t *ret_n, struct err *err);
	/* What is wrong: full ids of fields ("damage.date", in a group "children.name"),
	 * or the page's id when it is the page's own (too few items). */
	struct result (*errors)(void *ctx, const struct pack_scenario *s, struct arena *a,
	                        const struct str **ret, size_t *ret_n, struct err *err);
	struct result (*values)(void *ctx, const struct pack_scenario *s, struct arena *a,
	                        const struct pack_outcome_value **ret, size_t *ret_n,
	                        struct err *err);
	/* The `once` key. */
	struct result (*once)(void *ctx, const struct pack_scenario *s, struct arena *a,
	                      struct str *ret, struct err *err);
	/* One expression in the scenario's scope: used for the record's body. */
	struct result (*eval)(void *ctx, const struct pack_scenario *s, struct arena *a,
	                      const struct feel_expr *e, const struct json **ret, struct err *err);
};

#endif
