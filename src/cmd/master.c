#include "cmd/master.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/secret_file.h"

static const struct str credential = STR_INIT("credential:"), people = STR_INIT("operators:");

struct str master_operators_path(struct arena *a, const struct config *c)
{
	return file_join(a, c->data, STR("operators.json"));
}

bool master_typed(const struct config *c)
{
	return str_eq(c->master, STR("operators"));
}

void master_forget(struct operator *who, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		secret_done(&who[i].passphrase);
}

/* ---- from files ---- */

static struct result read_line(struct arena *a, struct str path, struct secret *ret,
                               struct err *err)
{
	struct stat st;
	size_t n;
	SECRET_AUTO room = secret_new(PASSWORD_MAX + 2);
	if (stat(arena_cstr(a, path), &st) == 0 && st.st_mode & 077)
		return fail(err, ERR_FORBIDDEN, "cmd.master.mode", NULL,
		            "%.*s can be read by others: chmod 600", STR_ARG(path));
	TRY(file_read_into(path, room.p, room.n, &n, err));
	struct str text = str_of((char *)room.p, n);
	size_t end = str_find_char(text, '\n');
	*ret = secret_of(end == STR_NONE ? text : str_sub(text, 0, end));
	return ok();
}

struct result master_read_people(struct arena *a, const struct config *c, struct str list,
                                 struct operator *who, unsigned *ret_n, struct err *err)
{
	struct str one, rest = list, path;
	unsigned n = 0;
	*ret_n = 0;
	while (rest.n) {
		str_cut(rest, ',', &one, &rest);
		if (n == SHARE_MAX || !str_cut(one, '=', &who[n].name, &path) || !path.n)
			return fail(err, ERR_INPUT, "cmd.master", NULL,
			            "operators are named NAME=FILE,NAME=FILE, at most %d", SHARE_MAX);
		if (path.p[0] != '/')
			path = file_join(a, c->dir, path);
		TRY(read_line(a, path, &who[n].passphrase, err));
		*ret_n = ++n;
	}
	return ok();
}

/* ---- from a terminal ---- */

struct result master_ask(struct str name, const char *what, struct secret *ret, struct err *err)
{
	struct termios was, quiet;
	char line[PASSWORD_MAX + 2];
	if (tcgetattr(STDIN_FILENO, &was) != 0)
		return fail(err, ERR_INPUT, "cmd.master.terminal", NULL,
		            "the passphrase of %.*s is to be typed, and there is no terminal",
		            STR_ARG(name));
	quiet = was;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	fprintf(stderr, "%.*s: %s: ", STR_ARG(name), what);
	const char *got = fgets(line, sizeof line, stdin);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
	fputs("\n", stderr);
	if (!got)
		return fail(err, ERR_INPUT, "cmd.master.terminal", NULL, "nothing was typed");
	struct str typed = str_c(line);
	size_t end = str_find_char(typed, '\n');
	*ret = secret_of(end == STR_NONE ? typed : str_sub(typed, 0, end));
	explicit_bzero(line, sizeof line);
	return ok();
}

/* The first `need` who come: names are typed by them. */
static struct result ask_people(struct arena *a, const struct operators *o, struct operator *who,
                                unsigned *ret_n, struct err *err)
{
	char line[OPERATORS_NAME_MAX + 2];
	for (unsigned i = 0; i < o->need; i++) {
		fprintf(stderr, "Operator %u of %u, name: ", i + 1, o->need);
		if (!fgets(line, sizeof line, stdin))
			return fail(err, ERR_INPUT, "cmd.master.terminal", NULL,
			            "%u operators are to type their passphrases", o->need);
		who[i].name = arena_str(a, str_trim(str_c(line)));
		TRY(master_ask(who[i].name, "passphrase", &who[i].passphrase, err));
		*ret_n = i + 1;
	}
	return ok();
}

/* ---- the ways ---- */

static struct result from_operators(struct arena *a, const struct config *c, struct secret *ret,
                                    struct err *err)
{
	struct operator who[SHARE_MAX] = { 0 };
	struct operators o;
	struct str text;
	unsigned n = 0;
	TRY(file_read(a, master_operators_path(a, c), OPERATORS_FILE_MAX, &text, err));
	TRY(operators_read(text, a, &o, err));
	struct result r = master_typed(c)
	        ? ask_people(a, &o, who, &n, err)
	        : master_read_people(a, c, str_from(c->master, people.n), who, &n, err);
	if (is_ok(r))
		r = operators_open(text, who, n, a, ret, err);
	master_forget(who, SHARE_MAX);
	return r;
}

static struct result from_credential(struct arena *a, struct str name, struct secret *ret,
                                     struct err *err)
{
	struct str dir = str_c(getenv("CREDENTIALS_DIRECTORY"));
	if (!dir.n || !name.n || str_find_char(name, '/') != STR_NONE)
		return fail(err, ERR_INPUT, "cmd.master", NULL,
		            "master: credential:NAME needs $CREDENTIALS_DIRECTORY, as systemd sets it");
	struct str path = file_join(a, dir, name);
	if (!file_exists(path)) /* never made here: it would not outlive the service */
		return fail(err, ERR_NOT_FOUND, "cmd.master", NULL, "there is no credential %.*s",
		            STR_ARG(name));
	return secret_file(path, MASTER_BYTES, ret, err);
}

struct result master_open(struct arena *a, const struct config *c, struct secret *ret,
                          struct err *err)
{
	struct str m = c->master;
	if (!m.n || str_eq(m, STR("file"))) {
		if (file_exists(master_operators_path(a, c)))
			return fail(err, ERR_CONFLICT, "cmd.master", NULL,
			            "data/operators.json is there: the configuration must say master: operators");
		return secret_file(file_join(a, c->data, STR("node.key")), MASTER_BYTES, ret, err);
	}
	if (str_starts(m, credential))
		return from_credential(a, str_from(m, credential.n), ret, err);
	if (master_typed(c) || str_starts(m, people))
		return from_operators(a, c, ret, err);
	return fail(err, ERR_INPUT, "cmd.master", NULL,
	            "master: file, credential:NAME, operators or operators:NAME=FILE,… is expected, "
	            "not %.*s", STR_ARG(m));
}
