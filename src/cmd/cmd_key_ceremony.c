/* musubi key ceremony: the master key goes from a file into the hands of several
 * people, of whom `need` together open it.
 *
 * What is sealed stays as it is: the master key is the same. The new file is
 * written and opened again with the passphrases just given before the old one
 * goes; a ceremony that is interrupted leaves the node as it was. The transcript
 * holds no secret: print it, sign it, keep it. Its digest is in the journal. */
#include <stdio.h>

#include "base/calendar.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/file.h"
#include "cmd/commands.h"
#include "cmd/key_names.h"
#include "cmd/master.h"
#include "cmd/node.h"
#include "store/journal.h"

enum { TRANSCRIPT_MAX = 1 << 18, NEED_MIN = 2 };

struct ceremony {
	struct arena *arena;
	struct node *node;
	struct str config, names, files, text; /* text: of operators.json */
	int64_t need;
	struct operator who[SHARE_MAX];
	unsigned n;
	struct buf transcript;
};

static struct result ask_twice(struct operator *o, struct err *err)
{
	SECRET_AUTO again = { 0 };
	TRY(master_ask(o->name, "new passphrase", &o->passphrase, err));
	TRY(master_ask(o->name, "once more", &again, err));
	if (!str_eq_secret(secret_str(&again), secret_str(&o->passphrase)))
		return fail(err, ERR_INPUT, "cmd.key.different", NULL, "%.*s typed two different ones",
		            STR_ARG(o->name));
	return ok();
}

static struct result gather(struct ceremony *c, struct err *err)
{
	struct str rest = c->names, name;
	if (c->files.n)
		return master_read_people(c->arena, &c->node->config, c->files, c->who, &c->n, err);
	while (rest.n && c->n < SHARE_MAX) {
		str_cut(rest, ',', &name, &rest);
		c->who[c->n++].name = str_trim(name);
		TRY(ask_twice(&c->who[c->n - 1], err));
	}
	return ok();
}

static struct result seal(struct ceremony *c, struct err *err)
{
	SECRET_AUTO again = { 0 };
	struct str master = secret_str(&c->node->kek),
	           path = master_operators_path(c->arena, &c->node->config);
	if (c->need < NEED_MIN || (unsigned)c->need > c->n)
		return fail(err, ERR_INPUT, "cmd.key.need", NULL,
		            "%d operators at least must be needed, of the %u who are here", NEED_MIN, c->n);
	TRY(operators_seal(master, c->who, c->n, (unsigned)c->need, password_cost_default(), c->arena,
	                   &c->text, err));
	TRY(operators_open(c->text, c->who, c->n, c->arena, &again, err));
	if (!str_eq_secret(secret_str(&again), master))
		return fail(err, ERR_INTERNAL, "cmd.key.ceremony", NULL, "the shares give another key");
	return file_write(path, c->text, 0600, err);
}

static struct result write_transcript(struct ceremony *c, struct err *err)
{
	struct buf *b = &c->transcript;
	struct operators o;
	TRY(operators_read(c->text, c->arena, &o, err));
	buf_printf(b, "鍵の儀式の記録 / Transcript of a key ceremony\n\n");
	buf_printf(b, "node        %.*s\n", STR_ARG(c->node->config.origin));
	buf_printf(b, "time        %.*s\n", STR_ARG(time_format(c->arena, clock_now_us())));
	buf_printf(b, "ceremony    %.*s\n", STR_ARG(o.id));
	buf_printf(b, "file        operators.json, SHA-256 %.*s\n",
	           STR_ARG(sha256_hex(c->arena, c->text)));
	buf_printf(b, "needed      %u of %u\n", o.need, o.n);
	for (unsigned i = 0; i < o.n; i++)
		buf_printf(b, "operator    %.*s\n", STR_ARG(o.names[i]));
	buf_add_char(b, '\n');
	TRY(key_names_write(c->node, b, err));
	buf_add_c(b, "\nSigned by the operators / 署名:\n\n");
	for (unsigned i = 0; i < o.n; i++)
		buf_printf(b, "%-24.*s ____________________________\n\n", STR_ARG(o.names[i]));
	return ok();
}

static struct result enter(struct ceremony *c, struct err *err)
{
	struct json_object *o = json_object_new(c->arena);
	STORE_TX_AUTO tx = NULL;
	json_put_int(o, STR("need"), c->need);
	json_put_int(o, STR("operators"), c->n);
	json_put_str(o, STR("transcript"), sha256_hex(c->arena, buf_str(&c->transcript)));
	TRY(store_begin(c->node->app.store, &tx, err));
	TRY(journal_add(tx, &(struct journal_entry){ .org = STR("node"),
		.event = STR("key.ceremony"), .actor = STR("operator"),
		.detail = json_object_done(o) }, err));
	return store_commit(&tx, err);
}

static struct result hold(struct ceremony *c, struct err *err)
{
	TRY(node_open_store(c->config, &c->node, err));
	TRY(gather(c, err));
	TRY(seal(c, err));
	TRY(write_transcript(c, err));
	TRY(enter(c, err));
	TRY(file_write(file_join(c->arena, c->node->config.data, STR("ceremony.txt")),
	               buf_str(&c->transcript), 0600, err));
	fwrite(c->transcript.p, 1, c->transcript.n, stdout);
	TRY(file_remove(file_join(c->arena, c->node->config.data, STR("node.key")), err));
	fputs("The master key's file is gone. musubi.yaml must say now:\n\n  master: operators\n\n",
	      stdout);
	return ok();
}

int cmd_key_ceremony(int argc, char **args)
{
	struct ceremony c = { .need = NEED_MIN };
	struct err err = { 0 };
	int code;
	const struct option_row rows[] = {
		{ "config", OPTION_TEXT, "FILE", "configuration of the node (musubi.yaml)",
		  .required = true, .text = &c.config },
		{ "operators", OPTION_TEXT, "A,B", "who they are; each types a passphrase of her own",
		  .text = &c.names },
		{ "passphrases", OPTION_TEXT, "A=FILE,B=FILE", "instead of typing: the first line of files",
		  .text = &c.files },
		{ "need", OPTION_NUMBER, "N", "so many of them open it together (2)", .min = NEED_MIN,
		  .max = SHARE_MAX, .number = &c.need },
	};
	struct usage u = { .command = "key ceremony", .rows = rows, .nrows = 4 };
	if (!command_begin(&u, argc, args, &code))
		return code;
	c.arena = arena_new(0);
	buf_init(&c.transcript, TRANSCRIPT_MAX);
	struct result r = hold(&c, &err);
	master_forget(c.who, SHARE_MAX);
	node_close(c.node);
	buf_done(&c.transcript);
	arena_free(c.arena);
	return is_ok(r) ? EXIT_TRUE : command_failed(u.command, &err);
}
