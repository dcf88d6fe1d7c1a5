#include "cmd/node.h"

#include "api/api.h"
#include "apply/case.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "cmd/key_names.h"
#include "cmd/node_trust.h"
#include "notice/notice.h"
#include "record/record.h"
#include "store/journal.h"
#include "trust/ca.h"
#include "web/choice.h"
#include "web/routes.h"

enum { CERT_FILE_MAX = 64 * 1024, NODE_ARENA = 256 << 20 };

void node_migrations(void)
{
	trust_migrations();
	ident_migrations();
	record_migrations();
	notice_migrations();
	apply_migrations();
	web_migrations();
}

struct str node_path(struct node *n, const char *folder, struct str name, const char *suffix)
{
	return arena_printf(n->arena, "%.*s/%s/%.*s%s", STR_ARG(n->config.data), folder,
	                    STR_ARG(name), suffix);
}

struct result node_cert(struct node *n, struct arena *a, const char *name, struct str *ret,
                        struct err *err)
{
	return file_read(a, node_path(n, "trust", str_c(name), ".der"), CERT_FILE_MAX, ret, err);
}

static struct result open_keys(struct node *n, bool apart, struct err *err)
{
	struct arena *a = n->arena;
	TRY(file_make_dirs(n->config.data, 0700, err));
	TRY(apart ? node_keys_apart(n, err) : node_keys_here(n, err));
	TRY(codes_open(file_join(a, n->config.data, STR("codes.key")), &n->app.codes, err));
	TRY(node_derive(n, STR("data"), &n->app.data_key, err));
	TRY(node_derive(n, STR("officer"), &n->app.officer_key, err));
	char newest[KEY_GENERATION_NAME];
	key_generation_name("journal", key_generation_last(n, "keys", ".key", "journal"), newest);
	return node_key(n, newest, KEY_ED25519, true, &n->journal_key, err);
}

/* Heads that former generations signed stay good. */
static struct result trust_former_keys(struct node *n, struct err *err)
{
	unsigned last = key_generation_last(n, "keys", ".key", "journal");
	for (unsigned g = last > JOURNAL_KEYS_MAX ? last - JOURNAL_KEYS_MAX : 1; g < last; g++) {
		char name[KEY_GENERATION_NAME];
		KEY_AUTO k = NULL;
		key_generation_name("journal", g, name);
		TRY(node_key(n, name, KEY_ED25519, false, &k, err));
		store_trust_journal_key(n->app.store, k);
	}
	return ok();
}

static struct result open_store(struct str config_path, bool apart, struct node **ret,
                                struct err *err)
{
	struct node *n = MEM_NEW(struct node);
	n->arena = arena_new(NODE_ARENA);
	n->app.arena = n->arena;
	struct result r = config_load(n->arena, config_path, &n->config, err);
	if (is_ok(r))
		r = open_keys(n, apart, err);
	if (is_ok(r)) {
		node_migrations();
		r = store_open(n->config.store, &n->app.store, err);
	}
	if (is_ok(r)) {
		store_set_journal_key(n->app.store, n->journal_key);
		r = trust_former_keys(n, err);
	}
	if (is_err(r)) {
		node_close(n);
		return r;
	}
	*ret = n;
	return ok();
}

struct result node_open_store(struct str config_path, struct node **ret, struct err *err)
{
	return open_store(config_path, false, ret, err);
}

/* ---- organizations and trust ---- */

static struct result open_seal(struct node *n, struct org *o, struct err *err)
{
	char name[64], newest[KEY_GENERATION_NAME];
	struct str path;
	size_t len = o->id.n < 40 ? o->id.n : 40;
	memcpy(name, "seal-", 5);
	memcpy(name + 5, o->id.p, len);
	name[5 + len] = '\0';
	path = node_path(n, "trust", str_c(name), ".der");
	if (!file_exists(path))
		return ok(); /* an organization that issues no letters */
	key_generation_name(name, key_generation_of_seal(n, name, clock_now_us()), newest);
	TRY(node_key(n, newest, KEY_P256, false, &o->seal_key, err));
	TRY(node_cert(n, n->arena, newest, &o->seal_cert, err));
	o->nchain = 1;
	return node_cert(n, n->arena, "ca-government", &o->seal_chain[0], err);
}

struct result node_open_orgs(struct node *n, struct err *err)
{
	struct app *app = &n->app;
	app->norgs = n->config.norgs;
	app->orgs = ARENA_ARRAY(n->arena, struct org, app->norgs + 1);
	for (size_t i = 0; i < app->norgs; i++) {
		const struct config_org *c = &n->config.orgs[i];
		struct org *o = &app->orgs[i];
		*o = (struct org){ .id = c->id, .roles = c->roles, .prefecture = c->prefecture,
			.head_title = c->head_title, .head_name = c->head_name, .office = c->office,
			.address = c->address, .phone = c->phone };
		memcpy(o->name.t, c->name, sizeof o->name.t);
		TRY(open_seal(n, o, err));
	}
	app->portal = n->config.portal;
	app->ca = n->config.ca;
	return ok();
}

/* Whose certificates hold here. Companies are optional: a node that was made
 * before they had an authority, or that has no business with them, knows none. */
static struct result open_anchors(struct node *n, struct err *err)
{
	static const struct { const char *name; bool optional; } names[] = {
		{ "ca-citizen-auth", false }, { "ca-citizen-sign", false }, { "ca-government", false },
		{ "ca-corporate", true },
	};
	n->app.anchors = anchors_new();
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct str der;
		if (names[i].optional &&
		    !file_exists(node_path(n, "trust", str_c(names[i].name), ".der")))
			continue;
		TRY(node_cert(n, n->arena, names[i].name, &der, err));
		TRY(anchors_add(n->app.anchors, der, err));
	}
	return ok();
}

/* ---- pages ---- */

static struct result open_packs(struct node *n, struct err *err)
{
	const struct pack_issue *issues = NULL;
	size_t count = 0;
	struct str dir = file_join(n->arena, n->config.share, STR("packs"));
	struct result r = pack_load(dir, n->arena, &n->app.packs, &issues, &count, err);
	if (is_err(r) && count)
		return fail(err, r.kind, "pack.mistakes", NULL,
		            "%zu mistakes; the first: %.*s:%u: %.*s (musubi pack check %.*s)", count,
		            STR_ARG(issues[0].file), issues[0].line, STR_ARG(issues[0].message),
		            STR_ARG(dir));
	return r;
}

static struct result open_pages(struct node *n, struct err *err)
{
	struct arena *a = n->arena;
	struct app *app = &n->app;
	struct str web = file_join(a, n->config.share, STR("web"));
	app->origin = n->config.origin;
	app->phone_url = n->config.phone_url;
	app->share_dir = n->config.share;
	app->data_dir = n->config.data;
	app->service = STR("page.service");
	TRY(texts_load(file_join(a, web, STR("text")), &app->texts, err));
	TRY(templates_load(file_join(a, web, STR("templates")), app->texts, &app->templates, err));
	TRY(app_open_statics(app, file_join(a, web, STR("static")), err));
	app->router = router_new();
	portal_routes(app);
	counter_routes(app);
	api_phone_routes(app);
	api_status_routes(app);
	api_verifier_routes(app);
	return ok();
}

struct result node_open(struct str config_path, bool apart, struct node **ret, struct err *err)
{
	struct node *n;
	TRY(open_store(config_path, apart, &n, err));
	struct result r = node_open_orgs(n, err);
	if (is_ok(r))
		r = open_anchors(n, err);
	if (is_ok(r))
		r = node_open_status(n, err);
	if (is_ok(r))
		r = open_packs(n, err);
	if (is_ok(r))
		r = open_pages(n, err);
	if (is_err(r)) {
		node_close(n);
		return r;
	}
	*ret = n;
	return ok();
}

void node_close(struct node *n)
{
	if (!n)
		return;
	struct app *app = &n->app;
	app_close_pages(app);
	node_close_status(n);
	pack_unref(app->packs);
	anchors_unref(app->anchors);
	for (size_t i = 0; i < app->norgs; i++)
		key_unref(app->orgs[i].seal_key);
	store_close(app->store);
	codes_close(app->codes);
	key_unref(n->journal_key);
	secret_done(&app->data_key);
	secret_done(&app->officer_key);
	node_keys_close(n);
	arena_free(n->arena);
	mem_free(n);
}
