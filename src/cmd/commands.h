/* The subcommands: one row each. `musubi help` and the dispatcher read the same
 * table; src/cmd/cmd_*.c and demo_make.c hold the functions.
 *
 * Exit codes, everywhere: 0 it is done, or true; 1 it is not true (an unsound
 * journal, mistakes in a pack, a letter not to be relied on); 2 it could not be
 * done, with one line on standard error. */
#ifndef MUSUBI_CMD_COMMANDS_H
#define MUSUBI_CMD_COMMANDS_H

#include "cmd/options.h"

enum { EXIT_TRUE = 0, EXIT_FALSE = 1, EXIT_FAILED = 2 };

struct command {
	const char *name;    /* "serve", "demo make" */
	const char *en, *ja; /* one line each */
	int (*run)(int argc, char **args);
};

const struct command *commands_all(size_t *ret_n);
/* The row for args[0], or for args[0] and args[1]; *ret_used is 1 or 2. NULL:
 * none. */
const struct command *commands_find(int argc, char **args, int *ret_used);
int commands_run(int argc, char **argv);

/* What every subcommand begins with: reads the arguments; false when the
 * command is over, with *ret_exit (help was shown, or a slip). The words of the
 * help come from the command's row. */
bool command_begin(struct usage *u, int argc, char **args, int *ret_exit);
/* And ends with when it failed: one line for people; EXIT_FAILED. */
int command_failed(const char *command, const struct err *err);

int cmd_ca_crl(int argc, char **args);
int cmd_ca_event(int argc, char **args);
int cmd_ca_list(int argc, char **args);
int cmd_ca_revoke(int argc, char **args);
int cmd_demo_make(int argc, char **args);
int cmd_dmn_check(int argc, char **args);
int cmd_dmn_run(int argc, char **args);
int cmd_feel(int argc, char **args);
int cmd_help(int argc, char **args);
int cmd_key_ceremony(int argc, char **args);
int cmd_key_list(int argc, char **args);
int cmd_key_roll(int argc, char **args);
int cmd_key_host(int argc, char **args);
int cmd_journal_verify(int argc, char **args);
int cmd_ocsp_answer(int argc, char **args);
int cmd_ocsp_ask(int argc, char **args);
int cmd_officer_add(int argc, char **args);
int cmd_officer_roles(int argc, char **args);
int cmd_officer_remove(int argc, char **args);
int cmd_pack_check(int argc, char **args);
int cmd_pack_publish(int argc, char **args);
int cmd_pack_test(int argc, char **args);
int cmd_phone(int argc, char **args);
int cmd_serve(int argc, char **args);
int cmd_sign(int argc, char **args);
int cmd_sign_extend(int argc, char **args);
int cmd_ts_stamp(int argc, char **args);
int cmd_ts_verify(int argc, char **args);
int cmd_totp(int argc, char **args);
int cmd_verifier_add(int argc, char **args);
int cmd_verifier_certify(int argc, char **args);
int cmd_verifier_list(int argc, char **args);
int cmd_verifier_suspend(int argc, char **args);
int cmd_verifier_usage(int argc, char **args);
int cmd_verify(int argc, char **args);
int cmd_version(int argc, char **args);

#endif
