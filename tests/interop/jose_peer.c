/* jose_peer COMMAND DIR …: our side of tests/interop/jose.py.
 *
 *   make DIR        for each algorithm: ALG.p8 (PKCS #8), ALG.pub (SPKI), ALG.crt (DER), ALG.jws,
 *                   ALG.json (LTA); and containers s-cades.asics … e-xades.asice (LTA)
 *   judge DIR FILE… a line each: name, format, level, value holds, all intact, sound, uncovered */
#include <stdio.h>

#include "../unit/sign/foreign.h"
#include "base/clock.h"
#include "base/file.h"
#include "sign/asic.h"
#include "sign/jades.h"

#include "../unit/support/asserts.h"

static struct arena *a;
static struct party ca, unit;
static int64_t now;
static struct ades_values material;

static void put(const char *dir, const char *name, struct str s)
{
	assert_ok(file_write(file_join(a, str_c(dir), str_c(name)), s, 0600, &err_));
}

static struct result authority(void *ctx, struct arena *into, enum digest_alg alg, struct str hash,
                               struct str *ret, struct err *err)
{
	(void)ctx;
	(void)err;
	assert_int_equal(alg, DIGEST_SHA256);
	*ret = stamp_make(into, &unit, &ca, hash, now);
	return ok();
}

static void make_world(void)
{
	now = clock_now_us() / CLOCK_SECOND * CLOCK_SECOND;
	party_make(a, &(struct party_options){ .name = "Root", .from = now - CLOCK_DAY,
	           .to = now + 900 * CLOCK_DAY, .ca = true }, &ca);
	party_make(a, &(struct party_options){ .name = "TSU", .issuer = &ca, .from = now - CLOCK_DAY,
	           .to = now + 900 * CLOCK_DAY, .eku = "critical,timeStamping" }, &unit);
	material = (struct ades_values){ .ncerts = 1, .ncrls = 1 };
	material.certs[0] = ca.der;
	material.crls[0] = crl_make(a, &(struct crl_options){ .issuer = &ca, .from = now - CLOCK_HOUR,
	                            .to = now + CLOCK_DAY, .reason = -1 });
}

static struct ades_options options(const struct key *k, struct str cert, enum ades_level level)
{
	return (struct ades_options){ .level = level, .packaging = ADES_ENVELOPING,
		.signer = { .key = k, .cert = cert }, .time = now, .stamp = authority,
		.material = &material };
}

static struct str cert_for(const struct key *k)
{
	struct party p;
	const unsigned char *der = (const unsigned char *)key_spki(k).p;
	EVP_PKEY *pub = d2i_PUBKEY(NULL, &der, (long)key_spki(k).n);
	party_make(a, &(struct party_options){ .name = "Signer", .issuer = &ca, .from = now - CLOCK_DAY,
	           .to = now + 900 * CLOCK_DAY, .key = pub }, &p);
	struct str s = arena_str(a, p.der);
	party_free(&p);
	EVP_PKEY_free(pub);
	return s;
}

static void make_containers(const char *dir, const struct key *k, struct str cert)
{
	static const char *const names[] = { "s-cades.asics", "s-xades.asics", "e-cades.asice",
		"e-xades.asice" };
	struct source files[2] = { source_bytes(STR("a.txt"), STR("hello")),
		source_bytes(STR("書類/b.txt"), STR("world")) };
	for (int i = 0; i < 4; i++) {
		struct ades_options o = options(k, cert, ADES_LTA);
		struct cades_out out;
		struct str bytes;
		assert_ok(asic_make(a, files, i < 2 ? 1 : 2, i < 2 ? ADES_ASIC_S : ADES_ASIC_E,
		                    i % 2 ? ADES_XADES : ADES_CADES, &o, &out, &err_));
		assert_ok(cades_out_bytes(a, &out, 1 << 24, &bytes, &err_));
		put(dir, names[i], bytes);
	}
}

static int make(const char *dir)
{
	static const enum key_alg algs[] = { KEY_RSA_2048, KEY_P256, KEY_P384, KEY_ED25519 };
	make_world();
	for (size_t i = 0; i < sizeof algs / sizeof *algs; i++) {
		KEY_AUTO k = NULL;
		SECRET_AUTO p8 = { 0 };
		struct str jws, cert;
		struct source s = source_bytes(STR("x"), STR("hello 世界"));
		assert_ok(key_generate(algs[i], &k, &err_));
		assert_ok(key_export(k, &p8, &err_));
		const char *name = sig_alg_row(key_sig_of(k))->jose;
		cert = cert_for(k);
		put(dir, arena_printf(a, "%s.p8", name).p, secret_str(&p8));
		put(dir, arena_printf(a, "%s.pub", name).p, key_spki(k));
		put(dir, arena_printf(a, "%s.crt", name).p, cert);
		struct ades_options o = options(k, cert, ADES_B);
		assert_ok(jades_sign(a, &s, 1, &o, &jws, &err_));
		put(dir, arena_printf(a, "%s.jws", name).p, jws);
		o.level = ADES_LTA;
		assert_ok(jades_sign(a, &s, 1, &o, &jws, &err_));
		put(dir, arena_printf(a, "%s.json", name).p, jws);
		if (algs[i] == KEY_P256)
			make_containers(dir, k, cert);
	}
	party_free(&ca);
	party_free(&unit);
	return 0;
}

static void judge(const char *path)
{
	struct source s;
	struct ades_file *f = ARENA_NEW(a, struct ades_file);
	struct err err = { 0 };
	assert_ok(source_open(path, &s, &err_));
	if (is_err(ades_read(a, &s, NULL, f, &err)))
		printf("%s refused %s\n", path, err.what);
	else
		for (size_t i = 0; i < f->n; i++) {
			const struct ades_signature *x = &f->signatures[i];
			bool intact = x->nobjects > 0;
			for (size_t k = 0; k < x->nobjects; k++)
				intact = intact && x->objects[k].intact;
			printf("%s %s %s %s %s %s %zu\n", path, ades_format_name(x->format),
			       ades_level_name(x->level), x->value_ok ? "holds" : "broken",
			       intact ? "intact" : "changed", x->malformed.n ? "malformed" : "sound",
			       f->nuncovered);
		}
	source_close(&s);
}

int main(int argc, char **argv)
{
	a = arena_new((size_t)512 << 20);
	if (argc == 3 && strcmp(argv[1], "make") == 0)
		make(argv[2]);
	for (int i = 3; i < argc; i++)
		judge(argv[i]);
	arena_free(a);
	return 0;
}
