/* See nation.h. */
#include "nation.h"

#include "base/file.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { KEYS = 16 };
static struct key *pool[KEY_ALG_COUNT][KEYS];

void must_ok(struct result r, const struct err *err, const char *what)
{
	if (is_err(r))
		fail_msg("%s: %s: %s", what, err->code, err->what);
}

static void drop_pool(void)
{
	for (size_t i = 0; i < KEY_ALG_COUNT; i++)
		for (size_t j = 0; j < KEYS; j++)
			key_unref(pool[i][j]);
}

struct key *nation_key(enum key_alg alg, size_t number)
{
	static bool registered;
	struct err err;
	assert_true(number < KEYS);
	if (!registered)
		atexit(drop_pool);
	registered = true;
	if (!pool[alg][number])
		must_ok(key_generate(alg, &pool[alg][number], &err), &err, "key");
	return pool[alg][number];
}

struct nation *nation_new(struct test_store *t)
{
	static const enum key_alg algs[CA_COUNT] = { KEY_RSA_2048, KEY_RSA_2048, KEY_P256 };
	struct nation *n = MEM_NEW(struct nation);
	struct err err;
	n->t = t;
	n->s = t->s;
	n->a = arena_new(64 << 20);
	n->anchors = anchors_new();
	for (size_t i = 0; i < CA_COUNT; i++) {
		must_ok(trust_ca_create(n->s, STR("jlis"), (enum ca_kind)i, nation_key(algs[i], 7 - i),
		                        NATION_NOW, &n->ca[i], &err), &err, "ca");
		must_ok(anchors_add(n->anchors, trust_ca_cert(n->ca[i]), &err), &err, "anchor");
	}
	return n;
}

void nation_free(struct nation *n)
{
	for (size_t i = 0; i < CA_COUNT; i++)
		trust_ca_close(n->ca[i]);
	anchors_unref(n->anchors);
	arena_free(n->a);
	mem_free(n);
}

struct cert_request nation_request(struct nation *n, enum profile_id p, struct key *key)
{
	static const struct str hosts[] = { STR_INIT("portal.example"), STR_INIT("www.portal.example") };
	struct cert_request r = {
		.profile = p, .subject = STR("c0ffee"), .prefecture = STR("石川県"),
		.municipality = STR("加賀市"),
		.holder = { .name = STR("加賀　花子"), .address = STR("石川県加賀市大聖寺南町ニ41番地"),
		            .sex = CERT_SEX_FEMALE, .year = 1990, .month = 1, .day = 2 },
	};
	struct err err;
	enum subject_shape shape = profile_row(p)->subject;
	if (shape != SUBJECT_OPAQUE && shape != SUBJECT_RESIDENT) {
		r.organization = STR("加賀市");
		r.organization_id = STR("172065");
		r.office = STR("総務部");
		r.name = shape == SUBJECT_HOST ? STR("portal.example") : STR("加賀市長");
	}
	if (shape == SUBJECT_COMPANY) {
		r.organization = STR("試験株式会社");
		r.organization_id = STR("2000012345678");
		r.office = STR("石川県加賀市大聖寺南町ニ41番地");
		r.name = STR("代表取締役　加賀太郎");
	}
	if (shape == SUBJECT_OFFICER)
		r.organization_id = STR("u12");
	if (shape == SUBJECT_HOST) {
		r.dns = hosts;
		r.ndns = 2;
	}
	must_ok(trust_csr_make(n->a, key, &r.csr, &err), &err, "csr");
	return r;
}

struct person nation_person(struct nation *n, enum profile_id p, enum key_alg alg)
{
	struct person who = { .key = nation_key(alg, p) };
	struct cert_request r = nation_request(n, p, who.key);
	struct err err;
	must_ok(trust_cert_issue(n->ca[profile_row(p)->ca], n->a, &r, NATION_NOW, &who.issued, &err),
	        &err, "issue");
	return who;
}

struct person nation_service(struct nation *n, enum profile_id p, enum ca_kind kind,
                             enum key_alg alg)
{
	struct person who = { .key = nation_key(alg, 13 - kind) };
	struct cert_request r = nation_request(n, p, who.key);
	struct err err;
	r.municipality = r.prefecture = STR("");
	must_ok(trust_cert_issue(n->ca[kind], n->a, &r, NATION_NOW, &who.issued, &err), &err, "issue");
	return who;
}

struct verify_for nation_verify(struct nation *n, unsigned profiles)
{
	return (struct verify_for){ .anchors = n->anchors, .at = NATION_NOW, .profiles = profiles,
	                            .no_status = true };
}

const char *nation_file(struct nation *n, const char *name, struct str content)
{
	struct err err;
	const char *path = arena_printf(n->a, "%s/%s", test_dir(), name).p;
	must_ok(file_write(str_c(path), content, 0600, &err), &err, path);
	return path;
}

struct str nation_run(struct nation *n, int *ret_status, const char *fmt, ...)
{
	char line[2048], *out = arena_alloc(n->a, 65536);
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	FILE *f = popen(line, "r");
	assert_non_null(f);
	size_t got = fread(out, 1, 65535, f);
	*ret_status = pclose(f);
	return str_of(out, got);
}
