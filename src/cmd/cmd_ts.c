/* musubi ts stamp | verify: that a file existed, by a time-stamping authority over
 * HTTP or this node's own unit (RFC 3161). Files of any size. */
#include <stdio.h>

#include "base/calendar.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/random.h"
#include "cmd/commands.h"
#include "cmd/node.h"
#include "cmd/node_trust.h"
#include "sign/stamp.h"
#include "sign/trust_pem.h"
#include "sign/tsa_client.h"
#include "trust/path.h"

enum { TOKEN_MAX = 1 << 20, NONCE = 8 };

struct work {
	struct arena *a;
	struct str file, token, trust, url, config, out, ca_file;
	struct node *node;
	struct stamp stamp;
	const char *ja, *en; /* the verdict */
	bool good;
};

static struct result digest_of_file(struct work *w, const struct sign_digest *alg,
                                    uint8_t ret[DIGEST_SIZE_MAX], struct err *err)
{
	struct source s;
	TRY(source_open(arena_printf(w->a, "%.*s", STR_ARG(w->file)).p, &s, err));
	struct result r = source_digest(&s, &(struct range){ 0, s.size }, 1, alg, ret, err);
	source_close(&s);
	return r;
}

/* ---- stamp ---- */

static struct result own_unit(struct work *w, struct str hash, struct str *ret, struct err *err)
{
	uint8_t raw[NONCE];
	struct str request;
	struct tsa_answer ans;
	random_bytes(raw, sizeof raw);
	raw[0] = (raw[0] & 0x7f) | 0x40; /* a positive INTEGER in its shortest form */
	TRY(node_open_store(w->config, &w->node, err));
	TRY(node_open_status(w->node, err));
	if (!w->node->app.status || !w->node->app.status->tsa)
		return fail(err, ERR_INPUT, "cmd.ts.none", NULL, "this node has no time-stamping unit");
	TRY(tsa_request_make(w->a, DIGEST_SHA256, hash, str_of((char *)raw, sizeof raw), true, &request,
	                     err));
	struct err why = { 0 };
	tsa_answer(w->node->app.status->tsa, w->a, request, &ans, &why);
	if (ans.fail != TSA_FAIL_NONE)
		return fail(err, ERR_UNAVAILABLE, "cmd.ts.refused", "RFC 3161 §2.4.2",
		            "the unit refuses (%d): %s", (int)ans.fail, why.what);
	*ret = ans.token;
	return ok();
}

static struct result make_stamp(struct work *w, struct err *err)
{
	uint8_t hash[DIGEST_SIZE_MAX];
	struct str token, digest = str_of((char *)hash, SHA256_SIZE);
	if ((w->url.n > 0) == (w->config.n > 0))
		return fail(err, ERR_INPUT, "cmd.usage", NULL, "either --url or --config is needed");
	TRY(digest_of_file(w, sign_digest_of(DIGEST_SHA256), hash, err));
	struct tsa_client client = { .url = w->url, .ca_file = w->ca_file };
	TRY(w->url.n ? tsa_client_stamp(&client, w->a, DIGEST_SHA256, digest, &token, err)
	             : own_unit(w, digest, &token, err));
	TRY(stamp_read(w->a, token, NULL, 0, &w->stamp, err));
	return file_write(w->out, token, 0644, err);
}

static void say_time(struct work *w)
{
	struct str at = time_format(w->a, w->stamp.at), ja = time_format_jst(w->a, w->stamp.at);
	printf("%.*s (%.*s)\n", STR_ARG(at), STR_ARG(ja));
}

static int finish(struct work *w, const char *command, struct result r, const struct err *err)
{
	int code = EXIT_TRUE;
	if (is_err(r)) {
		code = command_failed(command, err);
	} else {
		if (w->en)
			printf("%s\n%s\n", w->ja, w->en);
		if (!w->en || w->good)
			say_time(w);
		code = w->en && !w->good ? EXIT_FALSE : EXIT_TRUE;
	}
	node_close(w->node);
	arena_free(w->a);
	return code;
}

int cmd_ts_stamp(int argc, char **args)
{
	struct work w = { 0 };
	struct err err = { 0 };
	struct operands file = { .names = "FILE", .min = 1, .max = 1 };
	const struct option_row rows[] = {
		{ "url", OPTION_TEXT, "URL", "of a time-stamping authority, as https://node.example/tsa",
		  .text = &w.url },
		{ "ca-file", OPTION_TEXT, "PEM", "whom to believe for https", .text = &w.ca_file },
		{ "config", OPTION_TEXT, "FILE", "this node's own unit (musubi.yaml)", .text = &w.config },
		{ "out", OPTION_TEXT, "FILE", "where the token goes (DER)", .required = true,
		  .text = &w.out },
	};
	struct usage u = { .command = "ts stamp", .rows = rows, .nrows = 4, .operands = &file,
		.more = "Only the SHA-256 of FILE leaves this machine.\n"
		        "Exit code: 0 stamped, 2 there is no stamp." };
	int code;
	if (!command_begin(&u, argc, args, &code))
		return code;
	w.file = file.v[0];
	w.a = arena_new(64 << 20);
	return finish(&w, u.command, make_stamp(&w, &err), &err);
}

/* ---- verify ---- */

static void verdict(struct work *w, bool good, const char *ja, const char *en)
{
	w->good = good;
	w->ja = ja;
	w->en = en;
}

/* The unit's certificate at the time it stamped, up to a certificate that the caller
 * believes; only for time stamps (RFC 3161 §2.3). */
static struct result check_unit(struct work *w, struct err *err)
{
	struct sign_cert unit;
	struct str pem, anchors[ADES_VALUES_MAX];
	size_t n = 0;
	struct ades_values *more = ARENA_NEW(w->a, struct ades_values);
	struct path_output out;
	struct trust_verdict v;
	TRY(file_read(w->a, w->trust, TRUST_PEM_MAX, &pem, err));
	TRY(trust_pem_read(w->a, pem, anchors, &n, more, err));
	struct path_input in = { .cert = w->stamp.cert, .anchors = anchors,
		.nanchors = n < PATH_CERTS_MAX ? n : PATH_CERTS_MAX, .certs = w->stamp.cms.certs,
		.ncerts = w->stamp.cms.ncerts, .at = w->stamp.at, .no_crls = true };
	if (!sign_cert_read(w->stamp.cert, &unit) || !unit.eku_only || !(unit.eku & EKU_TIME_STAMP)) {
		verdict(w, false, "タイムスタンプ用の証明書ではありません。",
		        "The certificate is not for time stamps.");
		return ok();
	}
	TRY(trust_path_check(w->a, &in, &v, &out, err));
	if (v.verdict == VERDICT_OK)
		verdict(w, true, "タイムスタンプは有効です。", "The time stamp is valid.");
	else
		verdict(w, false, "タイムスタンプ局を信頼できません。",
		        "The time-stamping authority is not one to believe.");
	return ok();
}

static struct result check(struct work *w, struct err *err)
{
	uint8_t hash[DIGEST_SIZE_MAX];
	struct str token;
	TRY(file_read(w->a, w->token, TOKEN_MAX, &token, err));
	TRY(stamp_read(w->a, token, NULL, 0, &w->stamp, err));
	const struct stamp *s = &w->stamp;
	if (!s->digest || !s->intact || !s->value_ok || s->what.n || s->cert.n == 0) {
		verdict(w, false, "トークンの署名が正しくありません。", "The token's signature does not hold.");
		return ok();
	}
	TRY(digest_of_file(w, s->digest, hash, err));
	if (!stamp_covers(s, s->digest, str_of((char *)hash, s->digest->size))) {
		verdict(w, false, "このファイルのタイムスタンプではありません（変更されたか、別のファイルです）。",
		        "The stamp is not of this file: it was changed, or is another one.");
		return ok();
	}
	return check_unit(w, err);
}

int cmd_ts_verify(int argc, char **args)
{
	struct work w = { 0 };
	struct err err = { 0 };
	struct operands file = { .names = "FILE", .min = 1, .max = 1 };
	const struct option_row rows[] = {
		{ "token", OPTION_TEXT, "FILE", "the time stamp token (DER)", .required = true,
		  .text = &w.token },
		{ "trust", OPTION_TEXT, "PEM", "certificates to believe", .required = true,
		  .text = &w.trust },
	};
	struct usage u = { .command = "ts verify", .rows = rows, .nrows = 2, .operands = &file,
		.more = "Whether the unit's certificate was revoked is not looked at here (musubi verify\n"
		        "does, for signed files).\n"
		        "Exit code: 0 valid, 1 not to be relied on, 2 it could not be checked." };
	int code;
	if (!command_begin(&u, argc, args, &code))
		return code;
	w.file = file.v[0];
	w.a = arena_new(64 << 20);
	return finish(&w, u.command, check(&w, &err), &err);
}
