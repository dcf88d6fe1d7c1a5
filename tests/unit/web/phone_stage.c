#include "phone_stage.h"

#include "base/clock.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

/* ---- the portal ---- */

static void portal_serve(void *app, const struct http_request *q, struct http_response *r)
{
	struct stage *s = app;
	struct stage_call *c = str_eq(q->path, STR("/api/phone/open")) ? &s->open
	                       : str_eq(q->path, STR("/api/phone/approve")) ? &s->approve : &s->refuse;
	pthread_mutex_lock(&s->lock);
	c->times++;
	c->asked = arena_str(s->a, q->body);
	r->status = c->status;
	http_body(r, STR("application/json"), c->body);
	pthread_mutex_unlock(&s->lock);
}

static size_t portal_body_max(void *app, enum http_method m, struct str path)
{
	(void)app;
	(void)m;
	(void)path;
	return 1 << 20;
}

static void *run(void *arg)
{
	struct stage *s = arg;
	struct err err;
	if (is_err(server_run(s->portal, &err)))
		abort();
	return NULL;
}

static void portal_on(struct stage *s)
{
	struct err err;
	struct server_config c = { .listen = STR("127.0.0.1:0"), .workers = 2, .serve = portal_serve,
		.body_max = portal_body_max, .app = s };
	must_ok(server_open(&c, &s->portal, &err), &err, "portal");
	s->origin = arena_printf(s->a, "http://127.0.0.1:%u", server_port(s->portal));
	assert_int_equal(pthread_create(&s->thread, NULL, run, s), 0);
}

void stage_portal_off(struct stage *s)
{
	if (s->portal_gone)
		return;
	server_stop(s->portal);
	pthread_join(s->thread, NULL);
	server_close(s->portal);
	s->portal_gone = true;
}

/* ---- the phone ---- */

static void add_wallet(struct stage *s, const char *id, bool signs)
{
	struct err err;
	struct wallet_new w = purse_new(s->p);
	w.issuer_url = s->origin;
	if (!signs)
		w.sign_cert = STR("");
	must_ok(wallet_create(arena_printf(s->a, "%.*s/%s", STR_ARG(s->wallets), id), &w, &err), &err,
	        id);
}

static void open_phone(struct stage *s)
{
	static const struct org orgs[] = {
		{ .id = STR_INIT("portal"), .name.t = { STR_INIT("ポータル"), STR_INIT("Portal"),
		                                        STR_INIT("ポータル") } },
		{ .id = STR_INIT("172065"), .name.t = { STR_INIT("加賀市"), STR_INIT("Kaga City"),
		                                        STR_INIT("{加賀市|かがし}") } },
	};
	struct err err;
	struct phone_config c = { .wallets = s->wallets, .portal = s->origin,
		.url = STR("http://phone.test"), .share = str_c(getenv("MUSUBI_SOURCE")),
		.org = STR("portal"), .norgs = 2, .orgs = orgs };
	must_ok(phone_app_open(&c, &s->app, &err), &err, "phone");
}

int stage_setup(void **state)
{
	static unsigned number;
	struct stage *s = MEM_NEW(struct stage);
	struct err err;
	log_level_set(LOG_LEVEL_OFF);
	clock_set_for_test(NATION_NOW);
	s->p = *state;
	s->a = arena_new(0);
	pthread_mutex_init(&s->lock, NULL);
	s->open.status = s->approve.status = s->refuse.status = 200;
	s->approve.body = STR("{\"accepted\":true}");
	s->refuse.body = STR("{\"accepted\":false}");
	s->wallets = arena_printf(s->a, "%s/stage-%u/phones", test_dir(), number++);
	must_ok(file_make_dirs(s->wallets, 0700, &err), &err, "wallets");
	portal_on(s);
	add_wallet(s, "hanako", true);
	add_wallet(s, "aoi", false);
	open_phone(s);
	*state = s;
	return 0;
}

int stage_teardown(void **state)
{
	struct stage *s = *state;
	stage_portal_off(s);
	phone_app_close(s->app);
	pthread_mutex_destroy(&s->lock);
	arena_free(s->a);
	*state = s->p;
	mem_free(s);
	clock_set_for_test(CLOCK_REAL);
	return 0;
}

/* ---- the browser ---- */

static void keep_cookie(struct stage *s, struct str header)
{
	struct str pair, rest, name, value;
	str_cut(header, ';', &pair, &rest);
	str_cut(pair, '=', &name, &value);
	size_t i = 0;
	while (i < s->ncookies && !str_eq(s->names[i], name))
		i++;
	assert_true(i < STAGE_COOKIES);
	s->names[i] = arena_str(s->a, name);
	s->values[i] = arena_str(s->a, value);
	if (i == s->ncookies)
		s->ncookies++;
}

static struct str cookies(struct stage *s)
{
	struct str out = STR("");
	for (size_t i = 0; i < s->ncookies; i++)
		out = arena_printf(s->a, "%.*s%s%.*s=%.*s", STR_ARG(out), i ? "; " : "",
		                   STR_ARG(s->names[i]), STR_ARG(s->values[i]));
	return s->lang.n ? arena_printf(s->a, "%.*s%slang=%.*s", STR_ARG(out), out.n ? "; " : "",
	                                STR_ARG(s->lang)) : out;
}

static struct shown ask(struct stage *s, enum http_method m, const char *target, struct str body)
{
	struct str path, query;
	/* A request arena of its own, as in the server: what it leaves behind shows. */
	struct arena *a = arena_new(0);
	str_cut(str_c(target), '?', &path, &query);
	struct http_header headers[] = {
		{ STR("Cookie"), cookies(s) },
		{ STR("Content-Type"), STR("application/x-www-form-urlencoded") },
		{ STR("Origin"), STR("http://phone.test") },
	};
	struct http_request q = { .method = m, .path = path, .query = query, .nheaders = 3,
		.headers = headers, .body = arena_str(a, body), .trace = STR("trace"), .arena = a };
	struct http_response r = { .status = 200 };
	buf_init(&r.body, 4 << 20);
	app_serve(s->app, &q, &r);
	struct shown x = { .status = r.status, .body = arena_str(s->a, buf_str(&r.body)),
	                   .location = STR("") };
	for (size_t i = 0; i < r.nheaders; i++) {
		if (str_eq_nocase(r.headers[i].name, STR("Location")))
			x.location = arena_str(s->a, r.headers[i].value);
		if (str_eq_nocase(r.headers[i].name, STR("Set-Cookie")))
			keep_cookie(s, r.headers[i].value);
	}
	buf_done(&r.body);
	arena_free(a);
	return x;
}

struct shown stage_get(struct stage *s, const char *path)
{
	return ask(s, HTTP_GET, path, STR(""));
}

struct shown stage_post(struct stage *s, const char *path, struct shown page, const char *form)
{
	struct str csrf = stage_field(page, s->a, "csrf");
	return ask(s, HTTP_POST, path, arena_printf(s->a, "csrf=%.*s&%s", STR_ARG(csrf), form));
}

void stage_forget(struct stage *s)
{
	s->ncookies = 0;
}

void stage_choose(struct stage *s, const char *wallet)
{
	struct shown page = stage_get(s, "/phones");
	page = stage_post(s, "/phones", page, arena_printf(s->a, "wallet=%s", wallet).p);
	assert_int_equal(page.status, 303);
}

struct str stage_field(struct shown page, struct arena *a, const char *name)
{
	struct str start = arena_printf(a, "name=\"%s\" value=\"", name), value, rest;
	size_t at = str_find(page.body, start);
	if (at == STR_NONE)
		return STR("");
	str_cut(str_from(page.body, at + start.n), '"', &value, &rest);
	return value;
}

bool stage_says(struct shown page, const char *text)
{
	return str_find(page.body, str_c(text)) != STR_NONE;
}

/* ---- documents ---- */

struct stage_doc stage_login(struct stage *s)
{
	int64_t now = NATION_NOW / CLOCK_SECOND;
	return (struct stage_doc){ .kind = DOCUMENT_LOGIN, .origin = s->origin, .tx = STR(STAGE_TX),
		.nonce = STR("00112233445566778899aabbccddeeff"), .issued = now - 5,
		.expires = now + 175, .more = STR("") };
}

struct stage_doc stage_sign(struct stage *s, const char *application)
{
	struct stage_doc d = stage_login(s);
	d.kind = DOCUMENT_APPLICATION;
	d.application = str_c(application);
	return d;
}

static struct str quoted(struct arena *a, struct str text)
{
	return json_to_str(a, json_str(a, text));
}

struct str stage_offer(struct stage *s, struct stage_doc d)
{
	struct arena *a = s->a;
	struct str inner = d.application.n
		? arena_printf(a, "\"document\":%.*s,", STR_ARG(quoted(a, d.application))) : STR("");
	struct str body = arena_printf(a, "{%.*s\"expires\":%lld,\"issued\":%lld,\"nonce\":%.*s,"
		"\"origin\":%.*s,\"transaction\":%.*s%.*s}", STR_ARG(inner), (long long)d.expires,
		(long long)d.issued, STR_ARG(quoted(a, d.nonce)), STR_ARG(quoted(a, d.origin)),
		STR_ARG(quoted(a, d.tx)), STR_ARG(d.more));
	struct str document = trust_document(a, d.kind, body);
	pthread_mutex_lock(&s->lock);
	s->open.body = arena_printf(a, "{\"purpose\":\"login\",\"origin\":%.*s,\"name\":\"ポータル\","
		"\"match\":\"42\",\"document\":%.*s,\"asker\":%s}", STR_ARG(quoted(a, d.origin)),
		STR_ARG(quoted(a, document)), d.asker ? d.asker : "null");
	pthread_mutex_unlock(&s->lock);
	return document;
}
