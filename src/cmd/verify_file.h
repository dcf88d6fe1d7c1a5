/* Any signed file, judged by EN 319 102-1 (sign/validate.h): what `musubi verify` says
 * about everything but letters. */
#ifndef MUSUBI_CMD_VERIFY_FILE_H
#define MUSUBI_CMD_VERIFY_FILE_H

#include "base/arena.h"

struct verify_file {
	struct str file, content;   /* paths; content "" when none is given */
	struct str trust;           /* path of PEM, "" for none */
	struct str report;          /* "", "text", "json", "xml" */
	int64_t at;                 /* microseconds UTC */
};

/* Does it hold a signature that is no seal of a letter? Unreadable files do not. */
bool verify_file_other(struct arena *a, const struct verify_file *v);
/* Prints the report; *ret_good: TOTAL-PASSED for every signature. */
MUST struct result verify_file_run(struct arena *a, const struct verify_file *v, bool *ret_good,
                                   struct err *err);

#endif
