/* Status of certificates and time stamps over HTTP.
 *
 *   POST /ocsp, GET /ocsp/{base64}            RFC 6960 §A.1, RFC 5019 §6
 *   GET  /crl/{ca}                            the full CRL, application/pkix-crl
 *   GET  /crl/{ca}/{prefecture}/{city}        the part of one municipality
 *   GET  /ca/{ca}                             the authority's certificate
 *   POST /tsa                                 RFC 3161 §3.4
 *
 * No session, no cookie, no page: an answer of these protocols is an answer for
 * every request, also for a bad one. What everybody may have alike says so in its
 * cache headers; what was made for one request is never stored. */
#include "api/api.h"
#include "api/status.h"
#include "base/calendar.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/log.h"
#include "net/limit.h"

/* ---- cache headers ---- */

/* RFC 9110 §5.6.7 */
static struct str http_date(struct arena *a, int64_t us)
{
	static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int32_t day = (int32_t)(us / CLOCK_DAY);
	struct date d = date_from_days(day);
	int64_t s = us % CLOCK_DAY / CLOCK_SECOND;
	return arena_printf(a, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", days + 3 * date_weekday(d),
	                    d.day, months + 3 * (d.month - 1), d.year, (int)(s / 3600),
	                    (int)(s / 60 % 60), (int)(s % 60));
}

/* RFC 5019 §6.2: until it is over, but never longer than `most`. */
static void cacheable(struct visit *v, int64_t from, int64_t until, int64_t most, struct str etag)
{
	int64_t left = until - v->now > 0 ? until - v->now : 0;
	if (left > most)
		left = most;
	http_set(v->r, STR("Cache-Control"),
	         arena_printf(v->a, "public, no-transform, must-revalidate, max-age=%lld",
	                      (long long)(left / CLOCK_SECOND)));
	http_set(v->r, STR("Last-Modified"), http_date(v->a, from));
	http_set(v->r, STR("Expires"), http_date(v->a, v->now + left));
	http_set(v->r, STR("ETag"), arena_printf(v->a, "\"%.*s\"", STR_ARG(etag)));
}

static bool not_modified(struct visit *v, struct str etag)
{
	struct str asked = http_header_get(v->q, STR("If-None-Match"));
	if (!asked.n || str_find(asked, etag) == STR_NONE)
		return false;
	v->r->status = 304;
	return true;
}

static struct result here(const struct visit *v, const void *part, struct err *err)
{
	if (v->app->status && part)
		return ok();
	return fail(err, ERR_NOT_FOUND, "web.no_path", NULL, "no such authority on this node");
}

/* ---- OCSP ---- */

static struct result ocsp(struct visit *v, struct str request, struct err *err)
{
	struct ocsp_answer ans;
	struct err why = { 0 };
	TRY(here(v, v->app->status ? v->app->status->ocsp : NULL, err));
	ocsp_answer(v->app->status->ocsp, v->a, request, v->now, &ans, &why);
	if (why.code)
		log_warn("ocsp.trouble", LOG_STR("trace", v->q->trace), LOG_ERR(&why));
	http_body(v->r, STR("application/ocsp-response"), ans.der);
	if (ans.cacheable && v->q->method != HTTP_POST)
		cacheable(v, ans.this_update, ans.next_update, CLOCK_DAY,
		          str_sub(sha256_hex(v->a, ans.der), 0, 40));
	return ok();
}

static struct result post_ocsp(struct visit *v, struct err *err)
{
	return ocsp(v, v->q->body, err);
}

static struct result get_ocsp(struct visit *v, struct err *err)
{
	struct str request = STR("");
	/* net/uri.h gives base64url; what is none is malformed, and told so in OCSP */
	if (is_err(base64url_decode(v->a, v->q->param[0], &request, NULL)))
		request = STR("");
	return ocsp(v, request, err);
}

/* ---- CRL and the authorities' certificates ---- */

static struct result find_ca(struct visit *v, struct ca **ret, struct err *err)
{
	enum ca_kind kind;
	if (!ca_kind_parse(v->q->param[0], &kind))
		return here(v, NULL, err);
	TRY(here(v, v->app->status ? v->app->status->ca[kind] : NULL, err));
	*ret = v->app->status->ca[kind];
	return ok();
}

static struct result crl(struct visit *v, const struct str *shard, struct err *err)
{
	struct ca *ca = NULL;
	struct crl_answer ans;
	TRY(find_ca(v, &ca, err));
	TRY(crl_desk_get(v->app->status->crl, ca, v->a, shard, v->now, &ans, err));
	struct str etag = str_sub(hex_encode(v->a, str_of((char *)ans.digest, sizeof ans.digest)), 0, 40);
	cacheable(v, ans.this_update, ans.next_update, 10 * CLOCK_MINUTE, etag);
	if (!not_modified(v, etag))
		http_body(v->r, STR("application/pkix-crl"), ans.der);
	return ok();
}

static struct result get_crl(struct visit *v, struct err *err)
{
	return crl(v, NULL, err);
}

static struct result get_shard(struct visit *v, struct err *err)
{
	struct str shard = arena_printf(v->a, "%.*s/%.*s", STR_ARG(v->q->param[1]),
	                                STR_ARG(v->q->param[2]));
	return crl(v, &shard, err);
}

static struct result get_ca(struct visit *v, struct err *err)
{
	struct ca *ca = NULL;
	TRY(find_ca(v, &ca, err));
	struct str der = trust_ca_cert(ca), etag = str_sub(sha256_hex(v->a, der), 0, 40);
	cacheable(v, v->now, v->now + CLOCK_DAY, CLOCK_DAY, etag);
	if (!not_modified(v, etag))
		http_body(v->r, STR("application/pkix-cert"), der);
	return ok();
}

/* ---- time stamps ---- */

/* Each token is a signature and an entry of the journal for ever: 100 at once, then ten
 * a second for one peer. */
static const struct limit by_peer = { "tsa", 100, CLOCK_SECOND / 10 };

static struct result post_tsa(struct visit *v, struct err *err)
{
	struct tsa_answer ans;
	struct err why = { 0 };
	struct limiter *l = v->app->limits;
	TRY(here(v, v->app->status ? v->app->status->tsa : NULL, err));
	if (l && !limiter_take(l, &by_peer, limit_peer(v->a, v->q->peer), NULL))
		return fail(err, ERR_LIMIT, "api.tsa.limit", NULL, "too many time stamps for one peer");
	tsa_answer(v->app->status->tsa, v->a, v->q->body, &ans, &why);
	if (why.code)
		log_warn("tsa.refused", LOG_STR("trace", v->q->trace), LOG_ERR(&why));
	http_body(v->r, STR("application/timestamp-reply"), ans.der);
	return ok();
}

static const struct web_route rows[] = {
	{ HTTP_POST, "/ocsp", WHO_MACHINE, post_ocsp, .body_max = OCSP_BYTES_MAX, .no_csrf = true,
	  .about = "status of certificates (RFC 6960)" },
	{ HTTP_GET, "/ocsp/{request}", WHO_MACHINE, get_ocsp, .no_csrf = true,
	  .about = "status of a certificate, cacheable (RFC 5019)" },
	{ HTTP_GET, "/crl/{ca}", WHO_MACHINE, get_crl, .no_csrf = true, .about = "the full CRL" },
	{ HTTP_GET, "/crl/{ca}/{prefecture}/{municipality}", WHO_MACHINE, get_shard, .no_csrf = true,
	  .about = "the CRL of one municipality" },
	{ HTTP_GET, "/ca/{ca}", WHO_MACHINE, get_ca, .no_csrf = true,
	  .about = "an authority's certificate" },
	{ HTTP_POST, "/tsa", WHO_MACHINE, post_tsa, .body_max = TSA_REQUEST_MAX, .no_csrf = true,
	  .about = "a time stamp (RFC 3161)" },
};

void api_status_routes(struct app *app)
{
	app_add_routes(app, rows, sizeof rows / sizeof *rows);
}
