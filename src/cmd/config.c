#include "cmd/config.h"

#include <stddef.h>

#include "base/file.h"
#include "base/yaml.h"

enum { CONFIG_BYTES_MAX = 1 << 20 };

enum key_kind { KEY_TEXT, KEY_PATH, KEY_STORE };

/* Scalars of the top level. */
static const struct key_row {
	const char *name;
	enum key_kind kind;
	bool required;
	size_t offset;
} keys[] = {
	{ "listen", KEY_TEXT, true, offsetof(struct config, listen) },
	{ "origin", KEY_TEXT, true, offsetof(struct config, origin) },
	{ "hosts", KEY_TEXT, false, offsetof(struct config, hosts) },
	{ "tls_cert", KEY_PATH, false, offsetof(struct config, tls_cert) },
	{ "tls_key", KEY_PATH, false, offsetof(struct config, tls_key) },
	{ "verifier_listen", KEY_TEXT, false, offsetof(struct config, verifier_listen) },
	{ "verifier_tls_cert", KEY_PATH, false, offsetof(struct config, verifier_tls_cert) },
	{ "verifier_tls_key", KEY_PATH, false, offsetof(struct config, verifier_tls_key) },
	{ "store", KEY_STORE, true, offsetof(struct config, store) },
	{ "share", KEY_PATH, true, offsetof(struct config, share) },
	{ "data", KEY_PATH, true, offsetof(struct config, data) },
	{ "master", KEY_TEXT, false, offsetof(struct config, master) },
	{ "key", KEY_TEXT, false, offsetof(struct config, key) },
	{ "tsa_clock", KEY_TEXT, false, offsetof(struct config, tsa_clock) },
	{ "phone_listen", KEY_TEXT, false, offsetof(struct config, phone_listen) },
	{ "phone_url", KEY_TEXT, false, offsetof(struct config, phone_url) },
	{ "phone_wallets", KEY_PATH, false, offsetof(struct config, phone_wallets) },
};

/* Scalars of an organization. */
static const struct {
	const char *name;
	bool required;
	size_t offset;
} org_keys[] = {
	{ "id", true, offsetof(struct config_org, id) },
	{ "roles", true, offsetof(struct config_org, roles) },
	{ "prefecture", false, offsetof(struct config_org, prefecture) },
	{ "head_title", false, offsetof(struct config_org, head_title) },
	{ "head_name", false, offsetof(struct config_org, head_name) },
	{ "office", false, offsetof(struct config_org, office) },
	{ "address", false, offsetof(struct config_org, address) },
	{ "phone", false, offsetof(struct config_org, phone) },
};

static struct result mistake(struct err *err, const struct config *c, const struct json *at,
                             const char *what, struct str name)
{
	return fail(err, ERR_INPUT, "config", NULL, "%.*s:%u: %s: %.*s", STR_ARG(c->path),
	            at ? at->line : 1, what, STR_ARG(name));
}

static struct str absolute(struct arena *a, const struct config *c, struct str path)
{
	return path.n && path.p[0] != '/' ? file_join(a, c->dir, path) : path;
}

static struct str value_of(struct arena *a, const struct config *c, enum key_kind kind,
                           struct str v)
{
	struct str sqlite = STR("sqlite:");
	if (kind == KEY_PATH)
		return absolute(a, c, v);
	if (kind == KEY_STORE && str_starts(v, sqlite))
		return arena_join(a, sqlite, absolute(a, c, str_from(v, sqlite.n)));
	return v;
}

static struct result read_scalars(struct arena *a, const struct json *j, struct config *c,
                                  struct err *err)
{
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		const struct json *v = json_get(j, str_c(keys[i].name));
		if (!v && keys[i].required)
			return mistake(err, c, j, "missing", str_c(keys[i].name));
		if (v && v->kind != JSON_STRING)
			return mistake(err, c, v, "text is expected", str_c(keys[i].name));
		if (v)
			*(struct str *)(void *)((char *)c + keys[i].offset) =
				value_of(a, c, keys[i].kind, v->text);
	}
	return ok();
}

static bool known_key(struct str name)
{
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (str_eq(name, str_c(keys[i].name)))
			return true;
	return str_eq(name, STR("workers")) || str_eq(name, STR("max_per_peer")) ||
	       str_eq(name, STR("organizations"));
}

static struct result read_org(const struct config *c, const struct json *j,
                              struct config_org *o, struct err *err)
{
	for (size_t i = 0; i < sizeof org_keys / sizeof *org_keys; i++) {
		const struct json *v = json_get(j, str_c(org_keys[i].name));
		if (v ? v->kind != JSON_STRING : org_keys[i].required)
			return mistake(err, c, v ? v : j, "text is expected", str_c(org_keys[i].name));
		if (v)
			*(struct str *)(void *)((char *)o + org_keys[i].offset) = v->text;
	}
	for (size_t i = 0; i < LANG_COUNT; i++) {
		const struct json *name = json_get(j, STR("name"));
		o->name[i] = json_text(json_get(name, lang_name((enum lang)i)));
		if (o->name[i].n == 0)
			return mistake(err, c, name ? name : j, "a name is missing in",
			               lang_name((enum lang)i));
	}
	return ok();
}

static bool has_role(struct str roles, struct str role)
{
	struct str word, rest = roles;
	while (rest.n) {
		str_cut(rest, ' ', &word, &rest);
		if (str_eq(word, role))
			return true;
	}
	return false;
}

static struct result read_orgs(struct arena *a, const struct json *j, struct config *c,
                               struct err *err)
{
	const struct json *list = json_get(j, STR("organizations"));
	if (!json_is(list, JSON_ARRAY) || list->n == 0)
		return mistake(err, c, j, "missing", STR("organizations"));
	struct config_org *orgs = ARENA_ARRAY(a, struct config_org, list->n);
	for (size_t i = 0; i < list->n; i++) {
		TRY(read_org(c, &list->items[i], &orgs[i], err));
		if (has_role(orgs[i].roles, STR("portal")))
			c->portal = orgs[i].id;
		if (has_role(orgs[i].roles, STR("ca")))
			c->ca = orgs[i].id;
	}
	c->orgs = orgs;
	c->norgs = list->n;
	return ok();
}

struct result config_load(struct arena *a, struct str path, struct config *ret,
                          struct err *err)
{
	struct config c = { .path = path };
	struct str text;
	const struct json *j;
	size_t slash = str_rfind_char(path, '/');
	c.dir = slash == STR_NONE ? STR(".") : str_of(path.p, slash ? slash : 1);
	TRY(file_read(a, path, CONFIG_BYTES_MAX, &text, err));
	TRY(yaml_parse(a, text, &j, NULL, err));
	if (!json_is(j, JSON_OBJECT))
		return mistake(err, &c, j, "a mapping is expected", path);
	for (size_t i = 0; i < j->n; i++)
		if (!known_key(j->keys[i]))
			return mistake(err, &c, &j->items[i], "unknown key", j->keys[i]);
	TRY(read_scalars(a, j, &c, err));
	TRY(read_orgs(a, j, &c, err));
	if (c.verifier_listen.n && (!c.verifier_tls_cert.n || !c.verifier_tls_key.n))
		return mistake(err, &c, json_get(j, STR("verifier_listen")), "needs verifier_tls_cert and",
		               STR("verifier_tls_key"));
	c.workers = json_int_or(json_get(j, STR("workers")), 0);
	c.max_per_peer = json_int_or(json_get(j, STR("max_per_peer")), 0);
	if (c.max_per_peer < 0 || c.max_per_peer > 1000000)
		return mistake(err, &c, json_get(j, STR("max_per_peer")), "0 to 1,000,000 connections",
		               STR("max_per_peer"));
	*ret = c;
	return ok();
}
