/* The arguments of a subcommand, by table: strict, so that a slip of the
 * operator is named instead of guessed.
 *
 * Options are `--name VALUE` or `--name=VALUE`; a flag takes no value. `--`
 * ends them. Each may stand once. What is left are operands. `--help` anywhere
 * before `--` wins over every mistake. */
#ifndef MUSUBI_CMD_OPTIONS_H
#define MUSUBI_CMD_OPTIONS_H

#include "base/err.h"

enum option_kind { OPTION_TEXT, OPTION_NUMBER, OPTION_FLAG };

struct option_row {
	const char *name;       /* "people", without the dashes */
	enum option_kind kind;
	const char *value;      /* "N", for the help; not for flags */
	const char *help;       /* one line */
	bool required;
	int64_t min, max;       /* OPTION_NUMBER, both included */
	/* Where it goes, untouched when the option is not there: */
	struct str *text;       /* OPTION_TEXT; not "" */
	int64_t *number;
	bool *flag;
};

enum { OPERANDS_MAX = 8 };
struct operands {
	const char *names;      /* "FILE", for the help */
	size_t min, max;        /* at most OPERANDS_MAX */
	size_t n;
	struct str v[OPERANDS_MAX];
};

struct usage {
	const char *command;    /* "demo make" */
	const char *en, *ja;    /* what it does, one line each */
	const struct option_row *rows;
	size_t nrows;
	struct operands *operands; /* NULL: none */
	const char *more;       /* further lines of help, or NULL */
};

/* args: what follows the name of the subcommand. *ret_help: help was asked for,
 * nothing else was read. ERR_INPUT "cmd.usage" names the argument. */
MUST struct result options_parse(const struct usage *u, int argc, char *const *args,
                                 bool *ret_help, struct err *err);
struct buf;
void options_help(const struct usage *u, struct buf *out);

#endif
