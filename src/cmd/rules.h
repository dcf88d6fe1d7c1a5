/* What the commands of the rule language share. */
#ifndef MUSUBI_CMD_RULES_H
#define MUSUBI_CMD_RULES_H

#include "rule/why.h"

enum { RULES_FILE_MAX = 16 << 20 };

/* Noon in Japan of a date; the clock's time without one. */
MUST struct result rules_now(struct str date, int64_t *ret_us, struct err *err);
/* As it would be written: texts quoted. */
struct str rules_text(struct arena *a, const struct feel_value *v);
/* To standard output, in Japanese and English. */
void rules_explain(const struct why *why);
/* Says in both languages why it ended, "musubi feel: …" or "FILE:3:1: …"; gives the
 * exit code. */
int rules_failed(const char *before, const struct err *err);
struct str rule_diag_ja(struct arena *a, const struct feel_diag *d);

#endif
