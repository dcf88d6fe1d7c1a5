#include "web/phone_app.h"

#include "base/file.h"
#include "base/log.h"
#include "web/phone.h"
#include "web/portal.h"
#include "web/routes.h"

enum { PHONE_ARENA = 64 << 20, PERSONAS_MAX = 1 << 20 };

static const struct web_route rows[] = {
	{ HTTP_GET, "/", WHO_PHONE, phone_start, .about = "This browser's phone, or the chooser" },
	{ HTTP_GET, "/phones", WHO_PHONE, phone_chooser, .about = "Which phone is this?" },
	{ HTTP_POST, "/phones", WHO_PHONE, phone_choose_post, .body_max = PHONE_FORM_MAX,
	  .about = "This browser is that phone from now on" },
	{ HTTP_GET, "/w/{wallet}", WHO_PHONE, phone_home,
	  .about = "Home of the phone: certificates, tries left" },
	{ HTTP_POST, "/w/{wallet}/code", WHO_PHONE, phone_code_post, .body_max = PHONE_FORM_MAX,
	  .about = "A transaction by its code instead of the camera" },
	{ HTTP_GET, "/w/{wallet}/change/{use}", WHO_PHONE, phone_change_show,
	  .about = "New PIN (login) or password (sign)" },
	{ HTTP_POST, "/w/{wallet}/change/{use}", WHO_PHONE, phone_change_post,
	  .body_max = PHONE_FORM_MAX, .about = "Changes it; counts as a try" },
	{ HTTP_GET, "/t/{tx}", WHO_PHONE, phone_sheet_show,
	  .about = "Who asks, for what: where the QR code leads" },
	{ HTTP_POST, "/t/{tx}/approve", WHO_PHONE, phone_sheet_approve, .body_max = PHONE_FORM_MAX,
	  .about = "Signs with the PIN or password and answers the portal" },
	{ HTTP_POST, "/t/{tx}/refuse", WHO_PHONE, phone_sheet_refuse, .body_max = PHONE_FORM_MAX,
	  .about = "Declines" },
	{ HTTP_GET, "/done", WHO_PHONE, phone_done, .about = "What was done, and where to go on" },
	{ HTTP_GET, "/help", WHO_PHONE, phone_help, .about = "How the phone is used" },
	{ HTTP_GET, "/settings/lang/{code}", WHO_PHONE, portal_set_lang, .about = "Language" },
	{ HTTP_GET, "/settings/size/{size}", WHO_PHONE, portal_set_size, .about = "Text size" },
};

void phone_routes(struct app *app)
{
	app_add_routes(app, rows, sizeof rows / sizeof *rows);
}

/* Beside the wallets' directory; a phone outside of a demo has none. */
static const struct json *read_personas(struct app *app)
{
	const struct json *j;
	struct str text, dir = app->phone->wallets;
	while (dir.n > 1 && dir.p[dir.n - 1] == '/')
		dir.n--;
	size_t slash = str_rfind_char(dir, '/');
	struct str parent = slash == STR_NONE ? STR(".") : str_sub(dir, 0, slash);
	struct str path = file_join(app->arena, parent, STR("personas.json"));
	struct err err = { 0 };
	if (!file_exists(path))
		return NULL;
	struct result r = file_read(app->arena, path, PERSONAS_MAX, &text, &err);
	if (is_ok(r))
		r = json_parse(app->arena, text, &j, &err);
	if (is_err(r)) {
		log_warn("phone.personas", LOG_ERR(&err));
		return NULL;
	}
	return json_get(j, STR("people"));
}

/* Labels of the signature sheet; without them it shows the keys. */
static void read_packs(struct app *app)
{
	const struct pack_issue *issues;
	size_t n;
	struct err err = { 0 };
	if (is_err(pack_load(file_join(app->arena, app->share_dir, STR("packs")), app->arena,
	                     &app->packs, &issues, &n, &err)))
		log_warn("phone.packs", LOG_ERR(&err));
}

static struct result open_pages(struct app *app, struct err *err)
{
	struct arena *a = app->arena;
	struct str web = file_join(a, app->share_dir, STR("web"));
	TRY(texts_load(file_join(a, web, STR("text")), &app->texts, err));
	TRY(templates_load(file_join(a, web, STR("templates")), app->texts, &app->templates, err));
	TRY(app_open_statics(app, file_join(a, web, STR("static")), err));
	app->router = router_new();
	phone_routes(app);
	return ok();
}

struct result phone_app_open(const struct phone_config *c, struct app **ret, struct err *err)
{
	struct arena *a = arena_new(PHONE_ARENA);
	struct app *app = ARENA_NEW(a, struct app);
	app->arena = a;
	app->phone = ARENA_NEW(a, struct phone);
	app->phone->wallets = arena_str(a, c->wallets);
	app->phone->portal = arena_str(a, c->portal);
	app->phone->ca_file = arena_str(a, c->ca_file);
	app->origin = app->phone_url = arena_str(a, c->url);
	app->share_dir = arena_str(a, c->share);
	app->service = STR("phone.service");
	app->portal = arena_str(a, c->org);
	app->norgs = c->norgs;
	app->orgs = ARENA_ARRAY(a, struct org, c->norgs + 1);
	if (c->norgs)
		memcpy(app->orgs, c->orgs, c->norgs * sizeof *c->orgs);
	struct result r = file_is_dir(c->wallets)
		? open_pages(app, err)
		: fail(err, ERR_NOT_FOUND, "phone.wallets", NULL, "no directory of wallets at %.*s",
		       STR_ARG(c->wallets));
	if (is_err(r)) {
		phone_app_close(app);
		return r;
	}
	app->phone->personas = read_personas(app);
	read_packs(app);
	*ret = app;
	return ok();
}

void phone_app_close(struct app *app)
{
	if (!app)
		return;
	app_close_pages(app);
	pack_unref(app->packs);
	arena_free(app->arena);
}
