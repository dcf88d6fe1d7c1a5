/* musubi verifier add | certify | list | suspend | usage: who is accredited to ask
 * (署名検証者), with which certificate, and what it owes. Holds at once for a server
 * that runs on the same store. */
#include <stdio.h>

#include "base/calendar.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/file.h"
#include "cmd/commands.h"
#include "cmd/node.h"
#include "cmd/node_trust.h"
#include "ident/company.h"
#include "ident/verifier.h"
#include "store/journal.h"

enum { CSR_MAX = 16 * 1024, PEM_MAX = 64 * 1024, PEM_LINE = 64 };

struct desk {
	struct node *node;
	struct verifier who;
	struct str config, id, csr, cert, month;
	bool resume;
};

/* ---- PEM (RFC 7468), as openssl req writes it and curl reads it ---- */

static struct result read_csr(struct arena *a, struct str path, struct str *ret, struct err *err)
{
	struct str text;
	TRY(file_read(a, path, CSR_MAX, &text, err));
	return company_csr_read(a, text, ret, err);
}

static void add_pem(struct arena *a, struct buf *b, struct str der)
{
	struct str text = base64_encode(a, der);
	buf_add_c(b, "-----BEGIN CERTIFICATE-----\n");
	for (size_t i = 0; i < text.n; i += PEM_LINE) {
		buf_add(b, str_sub(text, i, PEM_LINE));
		buf_add_char(b, '\n');
	}
	buf_add_c(b, "-----END CERTIFICATE-----\n");
}

/* A TLS-node certificate of the government's authority, for its host alone. */
static struct result certify(struct desk *d, const struct verifier *who, struct err *err)
{
	struct arena *a = d->node->arena;
	struct ca *ca;
	struct cert_issued issued;
	BUF_AUTO pem;
	struct cert_request r = { .profile = PROFILE_TLS_NODE, .name = who->host, .dns = &who->host,
		.ndns = 1, .organization = who->name[LANG_JA],
		.subject = arena_printf(a, "verifier-%.*s", STR_ARG(who->id)) };
	buf_init(&pem, PEM_MAX);
	TRY(read_csr(a, d->csr, &r.csr, err));
	TRY(node_ca(d->node, CA_GOVERNMENT, &ca, err));
	struct result done = trust_cert_issue(ca, a, &r, clock_now_us(), &issued, err);
	if (is_ok(done)) {
		add_pem(a, &pem, issued.der);
		add_pem(a, &pem, trust_ca_cert(ca));
		done = file_write(d->cert, buf_str(&pem), 0644, err);
	}
	trust_ca_close(ca);
	return done;
}

static struct result note(struct desk *d, struct db *tx, const char *event, struct err *err)
{
	return journal_add(tx, &(struct journal_entry){ .org = d->node->config.ca,
		.event = str_c(event), .actor = STR("system"), .object = d->id }, err);
}

/* ---- add, certify ---- */

static struct result opened(struct desk *d, struct err *err)
{
	TRY(node_open_store(d->config, &d->node, err));
	if (d->node->config.ca.n == 0)
		return fail(err, ERR_INPUT, "cmd.ca.none", NULL,
		            "no organization of this node has the role ca");
	if (d->csr.n && !d->cert.n)
		return fail(err, ERR_INPUT, "cmd.usage", NULL, "--csr needs --cert: where to write it");
	return ok();
}

static struct result add(struct desk *d, struct err *err)
{
	TRY(opened(d, err));
	d->who.id = d->id;
	d->who.added_at = clock_now_us();
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(d->node->app.store, &tx, err));
	TRY(verifier_add(tx, d->node->config.ca, &d->who, err));
	TRY(note(d, tx, "verifier.add", err));
	TRY(store_commit(&tx, err));
	return d->csr.n ? certify(d, &d->who, err) : ok();
}

static struct result renew(struct desk *d, struct err *err)
{
	struct verifier who;
	STORE_READER_AUTO db = NULL;
	TRY(opened(d, err));
	TRY(store_reader(d->node->app.store, &db, err));
	TRY(verifier_find(db, d->node->arena, d->node->config.ca, d->id, &who, err));
	store_reader_done(&db);
	return certify(d, &who, err);
}

static int finish(struct desk *d, const char *command, struct result r, const struct err *err)
{
	node_close(d->node);
	return is_ok(r) ? EXIT_TRUE : command_failed(command, err);
}

#define CONFIG_ROW(d) { "config", OPTION_TEXT, "FILE", "configuration of the node (musubi.yaml)", \
	.required = true, .text = &(d).config }
#define ID_ROW(d) { "id", OPTION_TEXT, "ID", "of the verifier (bank1)", .required = true, \
	.text = &(d).id }
#define CSR_ROW(d, must) { "csr", OPTION_TEXT, "FILE", "its PKCS#10 request, PEM or DER", \
	.required = must, .text = &(d).csr }
#define CERT_ROW(d, must) { "cert", OPTION_TEXT, "FILE", "where its certificate goes, PEM", \
	.required = must, .text = &(d).cert }

int cmd_verifier_add(int argc, char **args)
{
	struct desk d = { .who.day_limit = VERIFIER_DAY_LIMIT };
	struct err err = { 0 };
	int code;
	const struct option_row rows[] = {
		CONFIG_ROW(d), ID_ROW(d),
		{ "host", OPTION_TEXT, "NAME", "host name in its client certificate", .required = true,
		  .text = &d.who.host },
		{ "ja", OPTION_TEXT, "NAME", "its name in Japanese", .required = true,
		  .text = &d.who.name[LANG_JA] },
		{ "en", OPTION_TEXT, "NAME", "in English", .required = true, .text = &d.who.name[LANG_EN] },
		{ "easy", OPTION_TEXT, "NAME", "in easy Japanese, with readings: {銀行|ぎんこう}",
		  .required = true, .text = &d.who.name[LANG_EASY] },
		{ "day-limit", OPTION_NUMBER, "N", "questions a day (100000)", .min = 1, .max = 100000000,
		  .number = &d.who.day_limit },
		{ "yen", OPTION_NUMBER, "N", "for each billed question (0)", .min = 0, .max = 1000000,
		  .number = &d.who.yen },
		CSR_ROW(d, false), CERT_ROW(d, false),
	};
	struct usage u = { .command = "verifier add", .rows = rows, .nrows = sizeof rows / sizeof *rows };
	if (!command_begin(&u, argc, args, &code))
		return code;
	return finish(&d, u.command, add(&d, &err), &err);
}

int cmd_verifier_certify(int argc, char **args)
{
	struct desk d = { 0 };
	struct err err = { 0 };
	int code;
	const struct option_row rows[] = { CONFIG_ROW(d), ID_ROW(d), CSR_ROW(d, true),
	                                   CERT_ROW(d, true) };
	struct usage u = { .command = "verifier certify", .rows = rows, .nrows = 4 };
	if (!command_begin(&u, argc, args, &code))
		return code;
	return finish(&d, u.command, renew(&d, &err), &err);
}

/* ---- list, suspend ---- */

static struct result list(struct desk *d, struct err *err)
{
	const struct verifier *all;
	size_t n;
	STORE_READER_AUTO db = NULL;
	TRY(opened(d, err));
	TRY(store_reader(d->node->app.store, &db, err));
	TRY(verifier_list(db, d->node->arena, d->node->config.ca, &all, &n, err));
	for (size_t i = 0; i < n; i++)
		printf("%-16.*s  %-32.*s  %-9s  %lld a day, %lld yen  %.*s\n", STR_ARG(all[i].id),
		       STR_ARG(all[i].host), all[i].suspended ? "suspended" : "active",
		       (long long)all[i].day_limit, (long long)all[i].yen, STR_ARG(all[i].name[LANG_JA]));
	printf("%zu verifiers\n", n);
	return ok();
}

int cmd_verifier_list(int argc, char **args)
{
	struct desk d = { 0 };
	struct err err = { 0 };
	int code;
	const struct option_row rows[] = { CONFIG_ROW(d) };
	struct usage u = { .command = "verifier list", .rows = rows, .nrows = 1 };
	if (!command_begin(&u, argc, args, &code))
		return code;
	return finish(&d, u.command, list(&d, &err), &err);
}

static struct result suspend(struct desk *d, struct err *err)
{
	TRY(opened(d, err));
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(d->node->app.store, &tx, err));
	TRY(verifier_suspend(tx, d->node->config.ca, d->id, !d->resume, err));
	TRY(note(d, tx, "verifier.suspend", err));
	return store_commit(&tx, err);
}

int cmd_verifier_suspend(int argc, char **args)
{
	struct desk d = { 0 };
	struct err err = { 0 };
	int code;
	const struct option_row rows[] = { CONFIG_ROW(d), ID_ROW(d),
		{ "resume", OPTION_FLAG, NULL, "let it ask again", .flag = &d.resume } };
	struct usage u = { .command = "verifier suspend", .rows = rows, .nrows = 3 };
	if (!command_begin(&u, argc, args, &code))
		return code;
	return finish(&d, u.command, suspend(&d, &err), &err);
}

/* ---- the month's list ---- */

static struct result bill(struct desk *d, struct err *err)
{
	const struct verifier_use *use;
	struct verifier who = { 0 };
	int64_t sum = 0;
	size_t n;
	struct arena *a;
	STORE_READER_AUTO db = NULL;
	TRY(opened(d, err));
	a = d->node->arena;
	TRY(store_reader(d->node->app.store, &db, err));
	TRY(verifier_usage(db, a, d->node->config.ca, d->month, &use, &n, err));
	for (size_t i = 0; i < n; i++) {
		const struct ask_row *ask = ask_row(use[i].kind);
		if (!str_eq(who.id, use[i].verifier))
			TRY(verifier_find(db, a, d->node->config.ca, use[i].verifier, &who, err));
		int64_t yen = ask->billed ? use[i].n * who.yen : 0;
		printf("%-16.*s  %-12s  %10lld  %10lld yen\n", STR_ARG(use[i].verifier), ask->name,
		       (long long)use[i].n, (long long)yen);
		sum += yen;
	}
	printf("%.*s: %lld yen\n", STR_ARG(d->month), (long long)sum);
	return ok();
}

int cmd_verifier_usage(int argc, char **args)
{
	struct desk d = { 0 };
	struct err err = { 0 };
	int code;
	const struct option_row rows[] = { CONFIG_ROW(d),
		{ "month", OPTION_TEXT, "YYYY-MM", "2026-11", .required = true, .text = &d.month } };
	struct usage u = { .command = "verifier usage", .rows = rows, .nrows = 2 };
	if (!command_begin(&u, argc, args, &code))
		return code;
	return finish(&d, u.command, bill(&d, &err), &err);
}
