/* musubi key list | roll: the keys of a node, and the next generation of one.
 *
 * A seal: a new key and a certificate of the government's authority that begins on
 * the day named; the server takes the newest that has begun when it starts. The
 * old key and certificate stay, so that old letters verify until they end. The
 * journal: the next start signs with the new key; heads of before are trusted. */
#include <stdio.h>

#include "base/calendar.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/file.h"
#include "cmd/commands.h"
#include "cmd/key_names.h"
#include "store/journal.h"
#include "trust/ca.h"

enum { LIST_MAX = 1 << 18, BUNDLE_MAX = 4 << 20, PEM_LINE = 64 };

struct roll {
	struct arena *arena;
	struct node *node;
	struct str config, name, from;
	char next[KEY_GENERATION_NAME];
	int64_t at;
};

int cmd_key_list(int argc, char **args)
{
	struct str config;
	struct err err = { 0 };
	struct node *n;
	int code;
	const struct option_row rows[] = {
		{ "config", OPTION_TEXT, "FILE", "configuration of the node (musubi.yaml)",
		  .required = true, .text = &config },
	};
	struct usage u = { .command = "key list", .rows = rows, .nrows = 1 };
	if (!command_begin(&u, argc, args, &code))
		return code;
	if (is_err(node_open_store(config, &n, &err)))
		return command_failed(u.command, &err);
	BUF_AUTO b;
	buf_init(&b, LIST_MAX);
	struct result r = key_names_write(n, &b, &err);
	fwrite(b.p, 1, b.n, stdout);
	node_close(n);
	return is_ok(r) ? EXIT_TRUE : command_failed(u.command, &err);
}

/* ---- roll ---- */

static const struct config_org *org_of(const struct roll *r)
{
	const struct config *c = &r->node->config;
	struct str prefix = STR("seal-");
	for (size_t i = 0; str_starts(r->name, prefix) && i < c->norgs; i++)
		if (str_eq(str_from(r->name, prefix.n), c->orgs[i].id))
			return &c->orgs[i];
	return NULL;
}

/* RFC 7468 §5.1: who checks letters off-line reads it there. */
static struct result publish(struct roll *r, struct str der, struct err *err)
{
	struct str path = node_path(r->node, "trust", STR("bundle"), ".pem"), old,
	           text = base64_encode(r->arena, der);
	BUF_AUTO b;
	buf_init(&b, BUNDLE_MAX);
	TRY(file_read(r->arena, path, BUNDLE_MAX, &old, err));
	buf_add(&b, old);
	buf_printf(&b, "%s\n-----BEGIN CERTIFICATE-----\n", r->next);
	for (size_t i = 0; i < text.n; i += PEM_LINE) {
		buf_add(&b, str_sub(text, i, PEM_LINE));
		buf_add_char(&b, '\n');
	}
	buf_add_c(&b, "-----END CERTIFICATE-----\n\n");
	if (buf_over(&b))
		return fail(err, ERR_TOO_LARGE, "cmd.key.bundle", NULL, "the bundle is too large");
	return file_write(path, buf_str(&b), 0644, err);
}

static struct result roll_seal(struct roll *r, const struct config_org *o, struct err *err)
{
	KEY_AUTO ca_key = NULL;
	KEY_AUTO key = NULL;
	struct ca *ca;
	struct cert_issued issued;
	struct cert_request q = { .profile = PROFILE_SEAL, .subject = o->id, .name = o->head_title,
		.prefecture = o->prefecture, .municipality = o->name[LANG_JA],
		.organization = o->name[LANG_JA], .organization_id = o->id, .office = o->office };
	TRY(node_key(r->node, "ca-government", KEY_P256, false, &ca_key, err));
	TRY(node_key(r->node, r->next, KEY_P256, true, &key, err));
	TRY(trust_csr_make(r->arena, key, &q.csr, err));
	TRY(trust_ca_open(r->node->app.store, r->node->config.ca, CA_GOVERNMENT, ca_key, &ca, err));
	struct result done = trust_cert_issue(ca, r->arena, &q, r->at, &issued, err);
	trust_ca_close(ca);
	TRY(done);
	TRY(publish(r, issued.der, err));
	return file_write(node_path(r->node, "trust", str_c(r->next), ".der"), issued.der, 0644, err);
}

static struct result enter(struct roll *r, struct err *err)
{
	struct json_object *o = json_object_new(r->arena);
	STORE_TX_AUTO tx = NULL;
	json_put_str(o, STR("key"), str_c(r->next));
	json_put_int(o, STR("from"), r->at);
	TRY(store_begin(r->node->app.store, &tx, err));
	TRY(journal_add(tx, &(struct journal_entry){ .org = STR("node"), .event = STR("key.roll"),
		.actor = STR("operator"), .object = str_c(r->next), .detail = json_object_done(o) }, err));
	return store_commit(&tx, err);
}

static struct result roll(struct roll *r, struct err *err)
{
	struct date from = jst_today();
	bool journal = str_eq(r->name, STR("journal"));
	const char *name = arena_cstr(r->arena, r->name);
	if (r->from.n && !date_parse(r->from, &from))
		return fail(err, ERR_INPUT, "cmd.usage", NULL, "--from is YYYY-MM-DD, not %.*s",
		            STR_ARG(r->from));
	r->at = r->from.n ? jst_start(from) : clock_now_us();
	TRY(node_open_store(r->config, &r->node, err));
	const struct config_org *o = org_of(r);
	if (!journal && !o)
		return fail(err, ERR_INPUT, "cmd.key.name", NULL,
		            "journal or seal-ORGANIZATION can be rolled over, not %s", name);
	unsigned last = key_generation_last(r->node, journal ? "keys" : "trust",
	                                    journal ? ".key" : ".der", name);
	if (last == KEY_GENERATIONS)
		return fail(err, ERR_LIMIT, "cmd.key.name", NULL, "%s was rolled over too often", name);
	key_generation_name(name, last + 1, r->next);
	if (journal) {
		KEY_AUTO key = NULL;
		TRY(node_key(r->node, r->next, KEY_ED25519, true, &key, err));
	} else {
		TRY(roll_seal(r, o, err));
	}
	TRY(enter(r, err));
	printf("%s is there, to be used from the first start after %.*s. %s stays for what it signed.\n",
	       r->next, STR_ARG(time_format(r->arena, r->at)), name);
	return ok();
}

int cmd_key_roll(int argc, char **args)
{
	struct roll r = { 0 };
	struct err err = { 0 };
	int code;
	struct operands names = { .names = "NAME", .min = 1, .max = 1 };
	const struct option_row rows[] = {
		{ "config", OPTION_TEXT, "FILE", "configuration of the node (musubi.yaml)",
		  .required = true, .text = &r.config },
		{ "from", OPTION_TEXT, "DATE", "a seal is used from this day on (now)", .text = &r.from },
	};
	struct usage u = { .command = "key roll", .rows = rows, .nrows = 2, .operands = &names };
	if (!command_begin(&u, argc, args, &code))
		return code;
	r.arena = arena_new(0);
	r.name = names.v[0];
	struct result done = roll(&r, &err);
	node_close(r.node);
	arena_free(r.arena);
	return is_ok(done) ? EXIT_TRUE : command_failed(u.command, &err);
}
