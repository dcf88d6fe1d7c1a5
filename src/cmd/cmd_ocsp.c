/* musubi ocsp ask | answer: is this certificate good, asked of its responder; and the
 * answer of this node's own responder to a request in a file. */
#include <stdio.h>

#include "base/clock.h"
#include "base/calendar.h"
#include "base/file.h"
#include "base/random.h"
#include "cmd/commands.h"
#include "cmd/node.h"
#include "cmd/node_trust.h"
#include "net/client.h"
#include "sign/revocation.h"
#include "sign/trust_pem.h"

enum { CERT_MAX = 1 << 20, NONCE = 16 };
/* How far clocks may be apart, and how long an answer without an end is news. */
#define SLACK (5 * CLOCK_MINUTE)

struct asking {
	struct arena *a;
	struct str cert_path, issuer_path, url, out;
	bool no_nonce;
	struct sign_cert cert, issuer;
	struct revocation answer;
};

/* PEM or DER. */
static struct result read_cert(struct arena *a, struct str path, struct sign_cert *ret,
                               struct err *err)
{
	struct str bytes, found[ADES_VALUES_MAX];
	struct ades_values *more = ARENA_NEW(a, struct ades_values);
	size_t n = 0;
	TRY(file_read(a, path, CERT_MAX, &bytes, err));
	if (str_find(bytes, STR("-----BEGIN")) != STR_NONE) {
		TRY(trust_pem_read(a, bytes, found, &n, more, err));
		bytes = n ? found[0] : more->ncerts ? more->certs[0] : STR("");
	}
	if (!sign_cert_read(bytes, ret))
		return fail(err, ERR_INPUT, "cmd.cert", "RFC 5280 §4.1", "no certificate: %.*s",
		            STR_ARG(path));
	return ok();
}

/* Of RFC 8954 §2.1: the answer must carry the nonce. Nothing else in it can hold those
 * 16 random octets, and its signature covers it. */
static bool has_nonce(struct str answer, struct str nonce)
{
	return nonce.n == 0 || str_find(answer, nonce) != STR_NONE;
}

static struct result judge(struct asking *q, struct str der, struct str nonce, struct err *err)
{
	int64_t now = clock_now_us();
	if (!revocation_ocsp(der, &q->cert, &q->issuer, &q->answer))
		return fail(err, ERR_INPUT, "cmd.ocsp.answer", "RFC 6960 §3.2",
		            "the answer is an error, not about this certificate or not signed with authority");
	if (!has_nonce(der, nonce))
		return fail(err, ERR_INPUT, "cmd.ocsp.nonce", "RFC 8954 §2.1",
		            "the answer does not carry the nonce (--no-nonce takes kept answers)");
	if (q->answer.this_update > now + SLACK ||
	    (q->answer.next_update && q->answer.next_update + SLACK < now))
		return fail(err, ERR_INPUT, "cmd.ocsp.old", "RFC 6960 §3.2",
		            "the answer is too old or from the future");
	return ok();
}

static struct result ask(struct asking *q, struct err *err)
{
	static const struct http_header type[] = {
		{ STR_INIT("Content-Type"), STR_INIT("application/ocsp-request") } };
	uint8_t raw[NONCE];
	struct str request, nonce = STR("");
	struct http_answer got;
	TRY(read_cert(q->a, q->cert_path, &q->cert, err));
	TRY(read_cert(q->a, q->issuer_path, &q->issuer, err));
	random_bytes(raw, sizeof raw);
	if (!q->no_nonce)
		nonce = str_of((char *)raw, sizeof raw);
	TRY(ocsp_request_make(q->a, q->issuer.der, q->cert.serial, DIGEST_SHA256, nonce, &request,
	                      err));
	struct http_call call = { .method = HTTP_POST, .url = q->url, .headers = type, .nheaders = 1,
	                          .body = request };
	TRY(http_call(q->a, &call, &got, err));
	if (got.status != 200)
		return fail(err, ERR_UNAVAILABLE, "cmd.ocsp.http", NULL, "%.*s answered %d",
		            STR_ARG(q->url), got.status);
	TRY(judge(q, got.body, nonce, err));
	return q->out.n ? file_write(q->out, got.body, 0644, err) : ok();
}

static void say(const struct asking *q)
{
	static const struct { const char *ja, *en; } words[] = {
		[REV_GOOD] = { "有効です", "good" }, [REV_REVOKED] = { "失効しています", "revoked" },
		[REV_HELD] = { "一時停止中です", "on hold" },
		[REV_UNKNOWN] = { "発行者はこの証明書を知りません", "unknown to its issuer" },
	};
	const struct revocation *r = &q->answer;
	struct str serial = sign_serial_text(q->a, q->cert.serial);
	struct str from = time_format(q->a, r->this_update);
	printf("%.*s: %s\n%.*s: %s\n", STR_ARG(serial), words[r->status].ja, STR_ARG(serial),
	       words[r->status].en);
	if (r->status == REV_REVOKED || r->status == REV_HELD) {
		const char *reason = revoke_reason_name((enum revoke_reason)r->reason);
		struct str at = time_format(q->a, r->at);
		printf("  at %.*s, reason %s\n", STR_ARG(at), reason ? reason : "not stated");
	}
	printf("  as of %.*s\n", STR_ARG(from));
}

int cmd_ocsp_ask(int argc, char **args)
{
	struct asking q = { 0 };
	struct err err = { 0 };
	struct operands file = { .names = "CERTIFICATE", .min = 1, .max = 1 };
	const struct option_row rows[] = {
		{ "issuer", OPTION_TEXT, "FILE", "the authority's certificate", .required = true,
		  .text = &q.issuer_path },
		{ "url", OPTION_TEXT, "URL", "of the responder, as https://node.example/ocsp",
		  .required = true, .text = &q.url },
		{ "no-nonce", OPTION_FLAG, NULL, "take an answer that was signed before",
		  .flag = &q.no_nonce },
		{ "out", OPTION_TEXT, "FILE", "keep the answer (DER)", .text = &q.out },
	};
	struct usage u = { .command = "ocsp ask", .rows = rows, .nrows = 4, .operands = &file,
		.more = "Certificates are PEM or DER.\n"
		        "Exit code: 0 good, 1 revoked, held or unknown, 2 no answer to rely on." };
	int code;
	if (!command_begin(&u, argc, args, &code))
		return code;
	q.cert_path = file.v[0];
	q.a = arena_new(32 << 20);
	struct result r = ask(&q, &err);
	if (is_ok(r)) {
		say(&q);
		code = q.answer.status == REV_GOOD ? EXIT_TRUE : EXIT_FALSE;
	} else {
		code = command_failed(u.command, &err);
	}
	arena_free(q.a);
	return code;
}

/* ---- answer ---- */

static struct result answer(struct str config, struct str in, struct str out, struct node **ret,
                            enum ocsp_status *ret_status, struct err *err)
{
	struct str request;
	struct ocsp_answer ans;
	TRY(node_open_store(config, ret, err));
	struct node *n = *ret;
	TRY(node_open_status(n, err));
	if (!n->app.status)
		return fail(err, ERR_INPUT, "cmd.ca.none", NULL,
		            "no organization of this node has the role ca");
	TRY(file_read(n->arena, in, OCSP_BYTES_MAX, &request, err));
	ocsp_answer(n->app.status->ocsp, n->arena, request, clock_now_us(), &ans, err);
	*ret_status = ans.status;
	return file_write(out, ans.der, 0644, err);
}

int cmd_ocsp_answer(int argc, char **args)
{
	static const struct { const char *ja, *en; } words[] = {
		[OCSP_SUCCESSFUL] = { "回答しました", "answered" },
		[OCSP_MALFORMED] = { "要求の形式が正しくありません", "malformedRequest" },
		[OCSP_INTERNAL] = { "内部の障害です", "internalError" },
		[OCSP_TRY_LATER] = { "いまは回答できません", "tryLater" },
		[OCSP_UNAUTHORIZED] = { "この認証局の証明書ではありません", "unauthorized" },
	};
	struct err err = { 0 };
	struct str config = STR(""), out = STR("");
	struct node *n = NULL;
	enum ocsp_status status = OCSP_INTERNAL;
	struct operands file = { .names = "REQUEST", .min = 1, .max = 1 };
	const struct option_row rows[] = {
		{ "config", OPTION_TEXT, "FILE", "configuration of the node (musubi.yaml)",
		  .required = true, .text = &config },
		{ "out", OPTION_TEXT, "FILE", "where the answer goes (DER)", .required = true,
		  .text = &out },
	};
	struct usage u = { .command = "ocsp answer", .rows = rows, .nrows = 2, .operands = &file,
		.more = "REQUEST is an OCSPRequest (DER), as openssl ocsp -reqout writes it.\n"
		        "Exit code: 0 answered, 1 an OCSP error was written, 2 nothing was." };
	int code;
	if (!command_begin(&u, argc, args, &code))
		return code;
	struct result r = answer(config, file.v[0], out, &n, &status, &err);
	if (is_ok(r)) {
		printf("%s\n%s\n", words[status].ja, words[status].en);
		code = status == OCSP_SUCCESSFUL ? EXIT_TRUE : EXIT_FALSE;
	} else {
		code = command_failed(u.command, &err);
	}
	node_close(n);
	return code;
}
