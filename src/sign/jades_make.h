/* Inside of JAdES: making. */
#ifndef MUSUBI_SIGN_JADES_MAKE_H
#define MUSUBI_SIGN_JADES_MAKE_H

#include "sign/jades_priv.h"

struct made_jws {
	struct str protected_text, payload_text, value_text;
};
/* counter: over contents[0], which is not written down. */
MUST struct result jades_make_one(struct arena *a, const struct source *contents, size_t n,
                                  const struct ades_options *o, bool counter,
                                  struct made_jws *ret, struct err *err);
MUST struct result jades_refused(struct err *err, const char *what);

#endif
