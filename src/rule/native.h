/* Functions that other rooms bring: values in the facts that FEEL can call,
 * such as "option label". They must be pure and allocate in call->arena only;
 * a limit reached inside them ends the evaluation without returning. */
#ifndef MUSUBI_RULE_NATIVE_H
#define MUSUBI_RULE_NATIVE_H

#include "rule/value.h"

struct feel_call {
	struct arena *arena;
	const struct feel_scope *scope;
	void *context; /* as given to feel_native_value */
};

typedef struct feel_value feel_native(const struct feel_call *call, const struct feel_value *args,
                                      size_t n);

/* A function with nparams parameters; params may be NULL when it is only called
 * by position. Everything is borrowed. */
struct feel_value feel_native_value(struct arena *a, feel_native *fn, void *context,
                                    const struct str *params, size_t nparams);

#endif
