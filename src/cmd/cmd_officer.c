/* musubi officer add, roles, remove. A new one has a fresh TOTP secret. The password comes
 * from standard input or is made; it is never an argument, because everybody on
 * a machine can read the arguments of a program. */
#include <stdio.h>

#include "base/encode.h"
#include "base/mem.h"
#include "base/random.h"
#include "cmd/commands.h"
#include "cmd/node.h"
#include "crypto/password.h"
#include "crypto/totp.h"
#include "store/journal.h"

enum { PASSWORD_MIN = 12, PASSWORD_BYTES = 15 };

struct add {
	struct str config, org, id, name, title, roles;
	bool from_stdin;
	char password[PASSWORD_MAX + 2];
	uint8_t totp[TOTP_SECRET];
};

static struct result read_password(struct add *x, struct err *err)
{
	if (!x->from_stdin) {
		uint8_t raw[PASSWORD_BYTES];
		random_bytes(raw, sizeof raw);
		size_t n = encode_to(ENCODING_BASE32, raw, sizeof raw, x->password);
		x->password[n] = '\0';
		mem_wipe(raw, sizeof raw);
		return ok();
	}
	if (!fgets(x->password, sizeof x->password, stdin))
		return fail(err, ERR_INPUT, "cmd.officer.password", NULL, "no password on standard input");
	x->password[strcspn(x->password, "\r\n")] = '\0';
	size_t n = strlen(x->password);
	if (n < PASSWORD_MIN || n > PASSWORD_MAX)
		return fail(err, ERR_INPUT, "cmd.officer.password", NULL,
		            "a password has %d to %d bytes", PASSWORD_MIN, PASSWORD_MAX);
	return ok();
}

static bool known_org(const struct node *n, struct str id)
{
	for (size_t i = 0; i < n->config.norgs; i++)
		if (str_eq(n->config.orgs[i].id, id))
			return true;
	return false;
}

static struct result write_officer(struct node *n, struct add *x, struct err *err)
{
	if (!known_org(n, x->org))
		return fail(err, ERR_NOT_FOUND, "cmd.officer.org", NULL,
		            "no organization %.*s on this node", STR_ARG(x->org));
	TRY(read_password(x, err));
	random_bytes(x->totp, sizeof x->totp);
	const struct officer_new o = { .org = x->org, .id = x->id, .name = x->name,
		.title = x->title, .roles = x->roles, .password = str_c(x->password),
		.totp = str_of((const char *)x->totp, sizeof x->totp) };
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(n->app.store, &tx, err));
	TRY(officer_add(tx, &o, secret_str(&n->app.officer_key), err));
	TRY(journal_add(tx, &(struct journal_entry){ .org = x->org, .event = STR("officer.add"),
		.actor = STR("system"), .object = x->id }, err));
	return store_commit(&tx, err);
}

/* The secrets are shown once, here. */
static void show(const struct add *x)
{
	char text[64];
	size_t n = encode_to(ENCODING_BASE32, x->totp, sizeof x->totp, text);
	printf("%.*s / %.*s added\n", STR_ARG(x->org), STR_ARG(x->id));
	if (!x->from_stdin)
		printf("password: %s\n", x->password);
	printf("totp:     %.*s   (musubi totp %.*s)\n", (int)n, text, (int)n, text);
	mem_wipe(text, sizeof text);
}

int cmd_officer_add(int argc, char **args)
{
	struct add x = { .roles = STR("clerk") };
	struct err err = { 0 };
	struct node *n;
	int code;
	const struct option_row rows[] = {
		{ "config", OPTION_TEXT, "FILE", "configuration of the node (musubi.yaml)",
		  .required = true, .text = &x.config },
		{ "org", OPTION_TEXT, "ID", "organization (172065)", .required = true, .text = &x.org },
		{ "id", OPTION_TEXT, "ID", "what the officer logs in with", .required = true,
		  .text = &x.id },
		{ "name", OPTION_TEXT, "NAME", "shown to colleagues", .required = true, .text = &x.name },
		{ "title", OPTION_TEXT, "TITLE", "her office and post", .text = &x.title },
		{ "roles", OPTION_TEXT, "WORDS", "clerk, approver, admin, protection (clerk)", .text = &x.roles },
		{ "password-stdin", OPTION_FLAG, .help = "read the password from standard input; else one is made",
		  .flag = &x.from_stdin },
	};
	struct usage u = { .command = "officer add", .rows = rows, .nrows = 7 };
	if (!command_begin(&u, argc, args, &code))
		return code;
	if (is_err(node_open_store(x.config, &n, &err)))
		return command_failed(u.command, &err);
	struct result r = write_officer(n, &x, &err);
	node_close(n);
	if (is_ok(r))
		show(&x);
	mem_wipe(x.password, sizeof x.password);
	mem_wipe(x.totp, sizeof x.totp);
	return is_ok(r) ? EXIT_TRUE : command_failed(u.command, &err);
}

/* ---- changing ---- */

struct change { struct str config, org, id, roles; };

static struct result write_change(struct node *n, const struct change *x, bool remove,
                                  struct err *err)
{
	STORE_TX_AUTO tx = NULL;
	struct json_object *detail = json_object_new(n->app.arena);
	json_put_str(detail, STR("roles"), x->roles);
	TRY(store_begin(n->app.store, &tx, err));
	TRY(remove ? officer_remove(tx, x->org, x->id, err)
	           : officer_set_roles(tx, x->org, x->id, x->roles, err));
	TRY(journal_add(tx, &(struct journal_entry){ .org = x->org,
		.event = remove ? STR("officer.remove") : STR("officer.change"), .actor = STR("system"),
		.object = x->id, .detail = remove ? NULL : json_object_done(detail) }, err));
	return store_commit(&tx, err);
}

static int change_officer(int argc, char **args, bool remove)
{
	struct change x = { 0 };
	struct err err = { 0 };
	struct node *n;
	int code;
	const struct option_row rows[] = {
		{ "config", OPTION_TEXT, "FILE", "configuration of the node (musubi.yaml)",
		  .required = true, .text = &x.config },
		{ "org", OPTION_TEXT, "ID", "organization (172065)", .required = true, .text = &x.org },
		{ "id", OPTION_TEXT, "ID", "what the officer logs in with", .required = true,
		  .text = &x.id },
		{ "roles", OPTION_TEXT, "WORDS", "clerk, approver, admin, protection", .required = true,
		  .text = &x.roles },
	};
	struct usage u = { .command = remove ? "officer remove" : "officer roles", .rows = rows,
		.nrows = remove ? 3 : 4 };
	if (!command_begin(&u, argc, args, &code))
		return code;
	if (is_err(node_open_store(x.config, &n, &err)))
		return command_failed(u.command, &err);
	struct result r = write_change(n, &x, remove, &err);
	node_close(n);
	return is_ok(r) ? EXIT_TRUE : command_failed(u.command, &err);
}

int cmd_officer_roles(int argc, char **args)
{
	return change_officer(argc, args, false);
}

int cmd_officer_remove(int argc, char **args)
{
	return change_officer(argc, args, true);
}
