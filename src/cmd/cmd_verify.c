/* musubi verify FILE: is it genuine? A letter gets a plain answer: with --trust
 * nothing but the file of certificates is needed; with --config the node's own
 * bundle, and whether the seal's certificate was revoked. Everything else that is
 * signed, and whatever is asked with --content, --at or --report, is judged by
 * EN 319 102-1 (verify_file.c). */
#include <stdio.h>

#include "base/calendar.h"
#include "base/clock.h"
#include "base/file.h"
#include "cmd/commands.h"
#include "cmd/node.h"
#include "cmd/verify_file.h"
#include "letter/verify.h"
#include "trust/ca.h"

enum { LETTER_FILE_MAX = 64 << 20, BUNDLE_MAX = 16 << 20 };

struct check {
	struct arena *arena;
	struct str file, trust, config, content, how, at;
	bool good, other;       /* the answer, and whether it was printed already */
	struct anchors *anchors;
	struct node *node;
	struct db *db;
	struct trust_status_ctx status;
	struct letter_report report;
};

static struct result trust_of_node(struct check *c, struct letter_trust *t, struct err *err)
{
	TRY(node_open_store(c->config, &c->node, err));
	TRY(store_reader(c->node->app.store, &c->db, err));
	c->status = (struct trust_status_ctx){ c->db, c->node->config.ca };
	t->status = trust_status_from_store;
	t->status_ctx = &c->status;
	return ok();
}

/* *ret_done: it was no letter, and its report is printed. */
static struct result run_other(struct check *c, bool *ret_done, struct err *err)
{
	struct verify_file v = { .file = c->file, .content = c->content, .trust = c->trust,
		.report = c->how, .at = clock_now_us() };
	if (c->at.n && !time_parse(c->at, &v.at))
		return fail(err, ERR_INPUT, "cmd.usage", NULL,
		            "--at wants a time as 2026-05-01T00:00:00Z, not %.*s", STR_ARG(c->at));
	*ret_done = c->content.n || c->how.n || c->at.n || verify_file_other(c->arena, &v);
	return *ret_done ? verify_file_run(c->arena, &v, &c->good, err) : ok();
}

static struct result run(struct check *c, struct err *err)
{
	struct letter_trust t;
	struct letter_trust with_status = { 0 };
	struct str bytes, pem;
	if (c->config.n) {
		TRY(trust_of_node(c, &with_status, err));
		if (c->trust.n == 0)
			c->trust = node_path(c->node, "trust", STR("bundle"), ".pem");
	}
	TRY(run_other(c, &c->other, err));
	if (c->other)
		return ok();
	if (c->trust.n == 0)
		return fail(err, ERR_INPUT, "cmd.usage", NULL,
		            "say whom to trust: --trust bundle.pem, or --config musubi.yaml");
	TRY(file_read(c->arena, c->file, LETTER_FILE_MAX, &bytes, err));
	TRY(file_read(c->arena, c->trust, BUNDLE_MAX, &pem, err));
	TRY(letter_trust_load(c->arena, pem, &t, &c->anchors, err));
	t.status = with_status.status;
	t.status_ctx = with_status.status_ctx;
	return letter_verify(c->arena, bytes, &t, clock_now_us(), &c->report, err);
}

int cmd_verify(int argc, char **args)
{
	struct check c = { 0 };
	struct err err = { 0 };
	struct operands file = { .names = "FILE", .min = 1, .max = 1 };
	const struct option_row rows[] = {
		{ "trust", OPTION_TEXT, "PEM", "certificates to believe (data/trust/bundle.pem of a node)",
		  .text = &c.trust },
		{ "config", OPTION_TEXT, "FILE", "a node: its bundle, and its list of revoked certificates",
		  .text = &c.config },
		{ "content", OPTION_TEXT, "FILE", "what a detached signature is about", .text = &c.content },
		{ "at", OPTION_TEXT, "TIME", "judge as of that time (2026-05-01T00:00:00Z)", .text = &c.at },
		{ "report", OPTION_TEXT, "KIND", "text, json or xml (ETSI TS 119 102-2)",
		  .text = &c.how },
	};
	struct usage u = { .command = "verify", .rows = rows, .nrows = 5, .operands = &file,
		.more = "FILE is a letter (PDF), a text file with the content of its QR code, or any\n"
		        "file with an electronic signature (PDF, CMS, XML, JWS, ASiC).\n"
		        "Exit code: 0 genuine, 1 not to be relied on, 2 it could not be checked." };
	int code;
	if (!command_begin(&u, argc, args, &code))
		return code;
	c.file = file.v[0];
	c.arena = arena_new(256 << 20);
	struct result r = run(&c, &err);
	if (is_ok(r) && c.other) {
		code = c.good ? EXIT_TRUE : EXIT_FALSE;
	} else if (is_ok(r)) {
		printf("%.*s\n%.*s\n", STR_ARG(c.report.ja), STR_ARG(c.report.en));
		code = letter_verdict_row(c.report.verdict)->trust ? EXIT_TRUE : EXIT_FALSE;
	} else {
		code = command_failed(u.command, &err);
	}
	anchors_unref(c.anchors);
	store_reader_done(&c.db);
	node_close(c.node);
	arena_free(c.arena);
	return code;
}
