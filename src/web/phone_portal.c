/* The three calls to the portal (src/api/phone.c answers them). Only to the
 * configured portal; what comes back is foreign: a code is used only when we
 * have words for it. */
#include "base/clock.h"
#include "base/encode.h"
#include "net/client.h"
#include "web/asker.h"
#include "web/phone.h"

enum { CALL_MS = 8000, ANSWER_MAX = 1 << 20, CODE_MAX = 64 };

static struct result call(struct visit *v, const char *verb, const struct json *body,
                          struct http_answer *ret, struct err *err)
{
	static const struct http_header headers[] = {
		{ STR_INIT("Content-Type"), STR_INIT("application/json") },
		{ STR_INIT("Accept"), STR_INIT("application/json") },
	};
	const struct phone *p = v->app->phone;
	struct http_call c = { .method = HTTP_POST, .headers = headers, .nheaders = 2,
		.url = arena_printf(v->a, "%.*s/api/phone/%s", STR_ARG(p->portal), verb),
		.body = json_to_str(v->a, body), .timeout_ms = CALL_MS, .max_bytes = ANSWER_MAX,
		.ca_file = p->ca_file };
	return http_call(v->a, &c, ret, err);
}

static enum err_kind kind_of(int status)
{
	switch (status) {
	case 404: return ERR_NOT_FOUND;
	case 409: return ERR_CONFLICT;
	case 413: return ERR_TOO_LARGE;
	case 429: return ERR_LIMIT;
	case 503: return ERR_UNAVAILABLE;
	default: return status >= 500 ? ERR_UNAVAILABLE : ERR_FORBIDDEN;
	}
}

/* The portal's own reason, when it is one of those we can put into words. */
static struct result refused(struct visit *v, const struct http_answer *x, struct err *err)
{
	const struct json *j = NULL;
	struct str code = STR("");
	if (is_ok(json_parse(v->a, x->body, &j, NULL)))
		code = json_text(json_get(j, STR("error")));
	bool known = code.n && code.n <= CODE_MAX &&
	             text_has(v->app->texts, arena_join(v->a, STR("error."), code));
	return fail(err, kind_of(x->status), known ? arena_cstr(v->a, code) : "phone.portal", NULL,
	            "the portal answered %d", x->status);
}

static struct result answer(struct visit *v, const struct http_answer *x,
                            const struct json **ret, struct err *err)
{
	if (x->status != 200)
		return refused(v, x, err);
	if (is_err(json_parse(v->a, x->body, ret, NULL)) || !json_is(*ret, JSON_OBJECT))
		return fail(err, ERR_UNAVAILABLE, "phone.portal", NULL, "the portal's answer is no JSON");
	return ok();
}

/* `here`: this phone's own place, so that the portal can say how near it is. */
static struct json_object *about(struct visit *v, const struct phone_call *c)
{
	struct phone_asker me = asker_of(v);
	struct json_object *o = json_object_new(v->a), *here = json_object_new(v->a);
	json_put_str(o, STR("id"), c->tx);
	json_put_str(o, STR("claim"), c->claim);
	json_put_str(o, STR("device"), c->device);
	json_put_str(here, STR("browser"), me.browser);
	json_put_str(here, STR("system"), me.system);
	json_put_str(here, STR("network"), me.network);
	json_put(o, STR("here"), json_object_done(here));
	return o;
}

static void read_asker(const struct json *j, struct phone_request *q)
{
	struct str network = json_text(json_get(j, STR("network")));
	q->browser = asker_browser(json_text(json_get(j, STR("browser"))));
	q->system = asker_system(json_text(json_get(j, STR("system"))));
	q->network = str_eq(network, STR("same")) || str_eq(network, STR("other")) ? network
	                                                                       : STR("unknown");
	q->same_device = json_bool_or(json_get(j, STR("same_device")), false);
	q->began = json_int_or(json_get(j, STR("began")), q->issued);
	if (q->began < q->issued - CLOCK_MINUTE || q->began > q->expires)
		q->began = q->issued;
}

struct result phone_portal_open(struct visit *v, const struct phone_call *c,
                                struct phone_request *ret, struct err *err)
{
	struct http_answer x;
	const struct json *j;
	struct phone_request q;
	if (is_err(call(v, "open", json_object_done(about(v, c)), &x, err)))
		return fail(err, ERR_UNAVAILABLE, "phone.unreachable", NULL, "the portal does not answer");
	TRY(answer(v, &x, &j, err));
	TRY(phone_document_read(v->a, json_text(json_get(j, STR("document"))), v->app->phone->portal,
	                        c->tx, v->now, &q, err));
	q.match = str_sub(json_text(json_get(j, STR("match"))), 0, 2);
	q.name = json_text(json_get(j, STR("name")));
	read_asker(json_get(j, STR("asker")), &q);
	*ret = q;
	return ok();
}

/* A verdict is a key of ours, never a text of theirs. */
static struct str refusal(struct visit *v, const struct json *j)
{
	struct str key = json_text(json_get(j, STR("verdict")));
	bool verdict = str_starts(key, STR("trust.verdict.")) || str_starts(key, STR("ident.phone."));
	return verdict && text_has(v->app->texts, key) ? key : STR("phone.refused");
}

struct result phone_portal_approve(struct visit *v, const struct phone_call *c, struct str cms,
                                   struct str *ret_refusal, struct err *err)
{
	struct http_answer x;
	const struct json *j;
	struct json_object *o = about(v, c);
	json_put_str(o, STR("cms"), base64_encode(v->a, cms));
	if (is_err(call(v, "approve", json_object_done(o), &x, err)))
		return fail(err, ERR_UNAVAILABLE, "phone.unsure", NULL, "no answer to the approval");
	TRY(answer(v, &x, &j, err));
	*ret_refusal = json_bool_or(json_get(j, STR("accepted")), false) ? STR("") : refusal(v, j);
	return ok();
}

struct result phone_portal_refuse(struct visit *v, const struct phone_call *c, bool unexpected,
                                  struct err *err)
{
	struct http_answer x;
	const struct json *j;
	struct json_object *o = about(v, c);
	if (unexpected)
		json_put_str(o, STR("why"), STR("unexpected"));
	if (is_err(call(v, "refuse", json_object_done(o), &x, err)))
		return fail(err, ERR_UNAVAILABLE, "phone.unsure", NULL, "no answer to the refusal");
	return answer(v, &x, &j, err);
}

struct result phone_portal_reset(struct visit *v, const struct phone_call *c, struct err *err)
{
	struct http_answer x;
	const struct json *j;
	if (is_err(call(v, "reset", json_object_done(about(v, c)), &x, err)))
		return fail(err, ERR_UNAVAILABLE, "phone.unreachable", NULL, "the portal does not answer");
	return answer(v, &x, &j, err);
}
