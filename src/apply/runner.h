/* How a form behaves, for the scenario tests of packs: the same engine that
 * citizens meet (apply/form.h) behind the seam of pack/test.h. */
#ifndef MUSUBI_APPLY_RUNNER_H
#define MUSUBI_APPLY_RUNNER_H

#include "pack/test.h"

const struct pack_runner *apply_pack_runner(void);

#endif
