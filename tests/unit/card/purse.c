#include "purse.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

int purse_setup(void **state)
{
	struct purse *p = MEM_NEW(struct purse);
	void *store = (void *)(uintptr_t)"sqlite";
	trust_migrations();
	if (test_store_setup(&store) != 0)
		return -1;
	p->t = store;
	p->n = nation_new(p->t);
	p->login = nation_person(p->n, PROFILE_CITIZEN_AUTH, KEY_P256);
	p->sign = nation_person(p->n, PROFILE_CITIZEN_SIGN, KEY_RSA_2048);
	*state = p;
	return 0;
}

int purse_teardown(void **state)
{
	struct purse *p = *state;
	void *store = p->t;
	nation_free(p->n);
	mem_free(p);
	return test_store_teardown(&store);
}

struct wallet_new purse_new(struct purse *p)
{
	return (struct wallet_new){ .name = STR("加賀 花子"),
		.issuer_url = STR("http://localhost:8080"), .login_key = p->login.key,
		.sign_key = p->sign.key, .login_cert = p->login.issued.der,
		.sign_cert = p->sign.issued.der, .pin = PURSE_PIN, .password = PURSE_PASSWORD };
}

struct str purse_wallet(struct purse *p)
{
	static unsigned number;
	struct err err;
	struct wallet_new w = purse_new(p);
	struct str dir = arena_printf(p->n->a, "%s/wallet-%u", test_dir(), number++);
	must_ok(wallet_create(dir, &w, &err), &err, "create");
	return dir;
}

struct wallet *purse_open(struct str dir)
{
	struct wallet *w;
	struct err err;
	must_ok(wallet_open(dir, &w, &err), &err, "open");
	return w;
}

unsigned purse_tries(struct str dir, enum wallet_use use)
{
	WALLET_AUTO w = purse_open(dir);
	return wallet_tries(w, use);
}

struct str purse_document(struct purse *p, enum wallet_use use)
{
	return trust_document(p->n->a, use == WALLET_LOGIN ? DOCUMENT_LOGIN : DOCUMENT_APPLICATION,
	                      STR("{\"origin\":\"http://localhost:8080\"}"));
}

struct outcome purse_sign(struct purse *p, struct str dir, enum wallet_use use, struct str secret)
{
	WALLET_AUTO w = purse_open(dir);
	struct outcome o = { .verdict = WALLET_OK, .tries = 99 };
	o.r = wallet_sign(w, p->n->a, use, secret, purse_document(p, use), NATION_NOW, &o.verdict,
	                  &o.tries, &o.cms, &o.err);
	return o;
}

struct outcome purse_change(struct str dir, enum wallet_use use, struct str old, struct str fresh)
{
	WALLET_AUTO w = purse_open(dir);
	struct outcome o = { .verdict = WALLET_OK, .tries = 99 };
	o.r = wallet_change(w, use, old, fresh, &o.verdict, &o.tries, &o.err);
	return o;
}
