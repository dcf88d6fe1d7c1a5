/* From a handler's context to a page: what every page shows is put around it. */
#include "net/day_text.h"
#include "base/clock.h"
#include "base/encode.h"
#include "store/journal.h"
#include "web/app_priv.h"

enum { PAGE_MAX = 4 << 20 };

struct str visit_html(struct visit *v, const struct ptext *t)
{
	return text_html(v->a, t->t[v->lang]);
}

struct str visit_plain(struct visit *v, const struct ptext *t)
{
	return text_plain(v->a, t->t[v->lang]);
}

struct str visit_text(struct visit *v, struct str key)
{
	return text_plain(v->a, text_get(v->app->texts, v->lang, key));
}

struct str visit_text_with(struct visit *v, struct str key, const struct json *values)
{
	struct str s = visit_text(v, key), out = STR("");
	size_t open;
	while ((open = str_find_char(s, '{')) != STR_NONE) {
		size_t close = str_find_char(str_from(s, open), '}');
		if (close == STR_NONE)
			break;
		const struct json *x = json_path(values, str_sub(s, open + 1, close - 1));
		struct str value = json_is(x, JSON_STRING) ? x->text : x ? json_to_str(v->a, x) : STR("");
		out = arena_printf(v->a, "%.*s%.*s%.*s", STR_ARG(out), (int)open, s.p, STR_ARG(value));
		s = str_from(s, open + close + 1);
	}
	return arena_join(v->a, out, s);
}

/* ---- dates ---- */

/* Plain, so やさしい日本語 has it as Japanese has; with readings: web/show.h. */
static enum lang plain_lang(const struct visit *v)
{
	return v->lang == LANG_EASY ? LANG_JA : v->lang;
}

static struct str date_text(struct visit *v, struct date d)
{
	return day_text(v->a, d, plain_lang(v));
}

struct str visit_date(struct visit *v, int64_t us)
{
	return us ? date_text(v, jst_date(us)) : STR("");
}

struct str visit_iso_date(struct visit *v, struct str iso)
{
	struct date d;
	return date_parse(iso, &d) ? date_text(v, d) : iso;
}

struct str visit_time(struct visit *v, int64_t us)
{
	return arena_printf(v->a, "%.*s%s%.*s", STR_ARG(visit_date(v, us)),
	                    v->lang == LANG_EN ? ", " : " ",
	                    STR_ARG(clock_text(v->a, jst_from_us(us), plain_lang(v))));
}

/* ---- the frame ---- */

static const struct json *languages(struct visit *v)
{
	/* Each in itself; with readings for who wants them everywhere. */
	static const char *const labels[2][LANG_COUNT] = {
		{ "日本語", "English", "やさしい日本語" },
		{ "{日本語|にほんご}", "English", "やさしい{日本語|にほんご}" } };
	struct json_array *list = json_array_new(v->a);
	for (int i = 0; i < LANG_COUNT; i++) {
		struct json_object *o = json_object_new(v->a);
		json_put_str(o, STR("code"), lang_name((enum lang)i));
		json_put_str(o, STR("html"), lang_html((enum lang)i));
		json_put_str(o, STR("label"), str_c(labels[v->lang == LANG_EASY][i]));
		json_put_bool(o, STR("current"), v->lang == (enum lang)i);
		json_push(list, json_object_done(o));
	}
	return json_array_done(list);
}

static void put_size(struct visit *v, struct json_object *o)
{
	struct str size = http_cookie_get(v->q, STR("size"));
	bool l = str_eq(size, STR("l")), xl = str_eq(size, STR("xl"));
	json_put_str(o, STR("size"), l || xl ? size : STR("m"));
	json_put_str(o, STR("size_next"), l ? STR("xl") : xl ? STR("m") : STR("l"));
}

static void put_user(struct visit *v, struct json_object *o)
{
	bool officer = v->session.kind == SESSION_OFFICER;
	bool desk = v->route && v->route->who == WHO_OFFICER;
	struct str home = desk ? arena_printf(v->a, "/counter/%.*s", STR_ARG(v->q->param[0]))
	                       : STR("/");
	const struct org *org = app_org(v->app, officer ? v->session.org : v->app->portal);
	json_put_str(o, STR("home"), home);
	json_put_str(o, STR("body_name"), org ? org->name.t[v->lang] : STR(""));
	json_put_bool(o, STR("user"), v->session.kind != 0);
	json_put_str(o, STR("user_name"), v->session.name);
	json_put_str(o, STR("logout_path"),
	             officer ? arena_printf(v->a, "/counter/%.*s/logout", STR_ARG(v->session.org))
	                     : STR("/logout"));
	json_put_bool(o, STR("show_login"), v->session.kind == 0 && v->route &&
	              v->route->who == WHO_ANYBODY && str_starts(v->q->path, STR("/counter/")) == false &&
	              v->app->portal.n > 0);
}

/* Where the language links lead back to: this page when it was a GET. */
static struct str back_path(struct visit *v)
{
	if (v->q->method != HTTP_GET && v->q->method != HTTP_HEAD)
		return STR("%2F");
	struct str full = v->q->query.n
		? arena_printf(v->a, "%.*s?%.*s", STR_ARG(v->q->path), STR_ARG(v->q->query))
		: v->q->path;
	return percent_encode(v->a, full);
}

static void put_frame(struct visit *v, struct json_object *o)
{
	struct app *app = v->app;
	json_put_str(o, STR("lang"), lang_name(v->lang));
	json_put_str(o, STR("html_lang"), lang_html(v->lang));
	json_put(o, STR("languages"), languages(v));
	json_put_str(o, STR("service_name"), visit_text(v, app->service));
	json_put_str(o, STR("css_url"), arena_printf(v->a, "/static/musubi.css?v=%.*s",
	                                             STR_ARG(app->asset_version)));
	json_put_str(o, STR("js_url"), arena_printf(v->a, "/static/musubi.js?v=%.*s",
	                                            STR_ARG(app->asset_version)));
	json_put_str(o, STR("back"), back_path(v));
	json_put_str(o, STR("path"), v->q->path);
	json_put_str(o, STR("csrf"), visit_csrf(v));
	json_put_str(o, STR("trace"), v->q->trace);
	put_size(v, o);
	put_user(v, o);
}

/* `title` in the context is plain text; `title_key` a row of web/text. */
static void put_title(struct visit *v, struct json_object *frame, const struct json *page)
{
	struct str key = json_text(json_get(page, STR("title_key")));
	struct str title = json_text(json_get(page, STR("title")));
	json_put_str(frame, STR("title"), key.n ? visit_text_with(v, key, page) : title);
	json_put_bool(frame, STR("has_errors"), json_get(page, STR("errors")) != NULL);
}

struct result visit_page(struct visit *v, int status, struct str template_name,
                         struct json_object *context, struct err *err)
{
	const struct json *page = json_object_done(context);
	struct json_object *frame = json_object_new(v->a);
	put_frame(v, frame);
	for (size_t i = 0; i < page->n; i++)
		json_put(frame, page->keys[i], &page->items[i]);
	put_title(v, frame, page);
	BUF_AUTO out;
	buf_init(&out, PAGE_MAX);
	TRY(template_render(v->app->templates, template_name, v->lang, json_object_done(frame),
	                    &out, err));
	if (buf_over(&out))
		return fail(err, ERR_INTERNAL, "web.page.large", NULL, "a page above %d bytes", PAGE_MAX);
	v->r->status = status;
	http_body(v->r, STR("text/html; charset=utf-8"), buf_str(&out));
	return ok();
}

void visit_redirect(struct visit *v, struct str path)
{
	http_redirect(v->r, path);
}

struct str web_safe_path(struct str to)
{
	bool own = to.n > 0 && to.n < 1024 && to.p[0] == '/' && !str_starts(to, STR("//")) &&
	           str_find_char(to, '\\') == STR_NONE;
	for (size_t i = 0; own && i < to.n; i++)
		own = (unsigned char)to.p[i] > ' ' && to.p[i] != 127;
	return own ? to : STR("/");
}

void visit_file(struct visit *v, struct str mime, struct str name, struct str bytes)
{
	/* RFC 6266 §4.3: the name as UTF-8, percent coded. */
	http_set(v->r, STR("Content-Disposition"),
	         arena_printf(v->a, "inline; filename*=UTF-8''%.*s",
	                      STR_ARG(percent_encode(v->a, name))));
	http_body(v->r, mime, bytes);
}

struct result visit_form(struct visit *v, struct http_fields *ret, struct err *err)
{
	if (!v->form_read)
		TRY(http_form_fields(v->q, &v->form, err));
	v->form_read = true;
	*ret = v->form;
	return ok();
}

/* ---- failures ---- */

/* A rule of a pack that came to its end (rule/eval.c): nobody asked too often, and
 * asking again does not help. */
static bool too_hard(const struct err *e)
{
	return e->kind == ERR_LIMIT && e->code && str_starts(str_c(e->code), STR("feel."));
}

static struct str kind_key(struct visit *v, const struct err *e, const char *part)
{
	if (too_hard(e))
		return arena_printf(v->a, "error.too_hard.%s", part);
	if (e->code && str_eq(str_c(e->code), STR("error.method")))
		return arena_printf(v->a, "error.method.%s", part);
	return arena_printf(v->a, "error.%s.%s", err_kind_name(e->kind), part);
}

/* The code's own sentence where there is one ("error.CODE", or a verdict's row,
 * which is its code), else that of its kind. */
static struct str sentence_key(struct visit *v, const struct err *e)
{
	struct str code = str_c(e->code ? e->code : "none");
	struct str own = arena_printf(v->a, "error.%.*s", STR_ARG(code));
	if (text_has(v->app->texts, own))
		return own;
	return text_has(v->app->texts, code) ? code : kind_key(v, e, "message");
}

void visit_error_page(struct visit *v, const struct err *e)
{
	struct err late = { 0 };
	struct json_object *o = json_object_new(v->a);
	struct str heading_key = kind_key(v, e, "title"), message_key = sentence_key(v, e);
	struct str heading = visit_text(v, heading_key), message = visit_text(v, message_key);
	int status = too_hard(e) ? 422 : err_kind_http(e->kind);
	json_put_str(o, STR("title"), heading);
	json_put_str(o, STR("heading"), heading);
	json_put_str(o, STR("heading_key"), heading_key);
	json_put_str(o, STR("message"), message);
	json_put_str(o, STR("message_key"), message_key);
	struct str accept = http_header_get(v->q, STR("Accept"));
	if ((v->route && v->route->no_csrf) || str_eq(accept, STR("application/json"))) {
		struct json_object *j = json_object_new(v->a);
		json_put_str(j, STR("error"), str_c(e->code ? e->code : err_kind_name(e->kind)));
		json_put_str(j, STR("message"), message);
		json_put_str(j, STR("trace"), v->q->trace);
		v->r->status = status;
		http_body(v->r, STR("application/json"), json_to_str(v->a, json_object_done(j)));
		return;
	}
	if (is_ok(visit_page(v, status, v->app->phone ? STR("phone/error") : STR("error"), o, &late)))
		return;
	v->r->status = status;
	http_body(v->r, STR("text/plain; charset=utf-8"), heading);
}

/* Before a request could be parsed there is no language and no session: one
 * line in both. */
void app_refuse(void *ctx, int status, const char *code, struct http_response *r)
{
	static const struct { int status; struct str line; } lines[] = {
		{ 400, STR_INIT("要求を読み取れませんでした。何も保存していません。 The request could not be read. Nothing was saved.\n") },
		{ 408, STR_INIT("時間内に届きませんでした。もう一度お試しください。 The request took too long. Please try again.\n") },
		{ 413, STR_INIT("送られたデータが大きすぎます。何も保存していません。 Too large. Nothing was saved.\n") },
		{ 503, STR_INIT("混み合っています。少し待ってお試しください。 Busy. Please try again shortly.\n") },
	};
	struct str line = lines[0].line;
	(void)ctx;
	(void)code;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (lines[i].status == status)
			line = lines[i].line;
	r->status = status;
	http_body(r, STR("text/plain; charset=utf-8"), line);
}

/* ---- verbs that many handlers need ---- */

struct result visit_code(struct visit *v, struct str org, struct str *ret, struct err *err)
{
	return code_convert(v->app->codes, v->a, v->session.org, v->session.subject, org, ret, err);
}

struct result visit_journal(struct visit *v, struct str org, struct str subject,
                            struct str object, struct str purpose, struct err *err)
{
	struct str actor = v->session.kind == SESSION_OFFICER
		? arena_printf(v->a, "officer:%.*s:%.*s", STR_ARG(v->session.org),
		               STR_ARG(v->session.subject))
		: STR("citizen");
	STORE_TX_AUTO tx = NULL;
	if (!v->route->event)
		return ok();
	TRY(store_begin(v->app->store, &tx, err));
	TRY(journal_add(tx, &(struct journal_entry){ .org = org, .subject = subject,
		.event = str_c(v->route->event), .actor = actor, .object = object,
		.purpose = purpose }, err));
	return store_commit(&tx, err);
}
