/* musubi.yaml of a demo nation. Every value is a JSON string, which YAML reads
 * as it stands. */
#include "cmd/demo_make.h"

#include "base/buf.h"
#include "cmd/demo_personas.h"

enum { CONFIG_MAX = 1 << 16 };

static void line(struct buf *b, struct arena *a, const char *key, struct str value)
{
	buf_printf(b, "%s: ", key);
	json_write(b, json_str(a, value));
	buf_add_char(b, '\n');
}

static void org(struct buf *b, struct arena *a, const char *id, const char *roles,
                const char *ja, const char *en, const char *easy)
{
	line(b, a, "  - id", str_c(id));
	line(b, a, "    roles", str_c(roles));
	buf_add_c(b, "    name:\n");
	line(b, a, "      ja", str_c(ja));
	line(b, a, "      en", str_c(en));
	line(b, a, "      easy", str_c(easy));
}

static void city(struct buf *b, struct arena *a, const struct demo_nation *n, size_t i)
{
	const struct demo_city *c = demo_city(i);
	org(b, a, c->id, "municipality", c->ja, c->en, c->easy);
	line(b, a, "    prefecture", str_c(c->prefecture));
	line(b, a, "    head_title", str_c(c->head_title));
	line(b, a, "    head_name", demo_head_name(n, a, i));
	line(b, a, "    office", str_c(c->office));
	line(b, a, "    address", str_c(c->hall_address));
	line(b, a, "    phone", str_c(c->phone));
}

struct str demo_config(struct arena *a, const struct demo_plan *p, const struct demo_nation *n)
{
	BUF_AUTO b;
	long long port = p->port, phone = p->port + 1;
	buf_init(&b, CONFIG_MAX);
	buf_printf(&b, "# A demo nation (musubi demo make, seed %lld). Paths are relative to this file.\n",
	           (long long)p->seed);
	line(&b, a, "listen", arena_printf(a, "127.0.0.1:%lld", port));
	line(&b, a, "origin", arena_printf(a, "http://localhost:%lld", port));
	line(&b, a, "hosts", STR("localhost,127.0.0.1"));
	line(&b, a, "phone_listen", arena_printf(a, "127.0.0.1:%lld", phone));
	line(&b, a, "phone_url", arena_printf(a, "http://localhost:%lld", phone));
	line(&b, a, "phone_wallets", STR("phones"));
	line(&b, a, "store", p->store);
	line(&b, a, "share", p->share);
	line(&b, a, "data", STR("data"));
	if (p->key.n)
		line(&b, a, "key", p->key);
	buf_add_c(&b, "organizations:\n");
	org(&b, a, "portal", "portal core", "ポータル", "Portal", "ポータル");
	org(&b, a, "jpki", "ca", "認証局", "Certification authority",
	    "{証明書|しょうめいしょ}を{出|だ}すところ");
	org(&b, a, "houmu", "registrar", "法務局（商業登記）", "Company registrar",
	    "{会社|かいしゃ}を{登録|とうろく}するところ");
	for (size_t i = 0; i < DEMO_CITIES; i++)
		city(&b, a, n, i);
	return arena_str(a, buf_str(&b));
}
