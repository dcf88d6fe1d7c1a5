/* pades_peer COMMAND DIR …: our side of tests/interop/pades.py.
 *
 *   make DIR        root, signer and time-stamping unit (certificates DER, keys PKCS #8),
 *                   a CRL, base.pdf, and files signed here: ours-B.pdf … ours-LTA.pdf,
 *                   ours-renewed.pdf, ours-two.pdf, ours-certified.pdf, ours-51.pdf
 *   stamp DIR HASH  a token over a SHA-256 digest (hexadecimal), DER to standard output
 *   more DIR FILE   FILE with a further signature of ours, to FILE.more.pdf
 *   judge DIR FILE… a line each: name, signatures, indication, level, refused changes
 *   bench DIR FILE  milliseconds to read and judge, beside digest and check alone */
#include <openssl/pem.h>
#include <stdio.h>

#include "../unit/sign/pades_world.h"
#include "base/clock.h"
#include "base/encode.h"
#include "crypto/key.h"
#include "sign/certificate.h"

#include "../unit/support/asserts.h"

static struct pades_world w;
static const char *dir;

static const char *path(const char *name)
{
	return arena_printf(w.a, "%s/%s", dir, name).p;
}

static void put(const char *name, struct str s)
{
	FILE *f = fopen(path(name), "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(s.p, 1, s.n, f), s.n);
	assert_int_equal(fclose(f), 0);
}

static struct str get(const char *file)
{
	struct source s;
	struct str bytes;
	assert_ok(source_open(file, &s, &err_));
	assert_ok(source_read(w.a, &s, (struct range){ 0, s.size }, 64 << 20, &bytes, &err_));
	source_close(&s);
	return arena_str(w.a, bytes);
}

static void put_party(const char *name, const struct party *p)
{
	unsigned char *der = NULL;
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(p->key);
	int n = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
	put(arena_printf(w.a, "%s.key", name).p, str_of((char *)der, (size_t)n));
	put(arena_printf(w.a, "%s.der", name).p, p->der);
	OPENSSL_free(der);
	PKCS8_PRIV_KEY_INFO_free(info);
}

static void get_party(const char *name, struct party *p)
{
	struct str key = get(path(arena_printf(w.a, "%s.key", name).p));
	p->der = get(path(arena_printf(w.a, "%s.der", name).p));
	const unsigned char *at = (const unsigned char *)key.p;
	EVP_PKEY_free(p->key);
	X509_free(p->x);
	p->key = d2i_AutoPrivateKey(NULL, &at, (long)key.n);
	at = (const unsigned char *)p->der.p;
	p->x = d2i_X509(NULL, &at, (long)p->der.n);
	assert_true(p->key && p->x);
}

static void load(void)
{
	get_party("root", &w.root);
	get_party("signer", &w.signer);
	get_party("unit", &w.unit);
	key_unref(w.key);
	assert_ok(key_import(get(path("signer.key")), &w.key, &err_));
	w.by = (struct cms_signer){ .key = w.key, .cert = w.signer.der, .chain = &w.root.der, .nchain = 1 };
	w.anchors[0] = w.root.der;
	w.material.certs[0] = w.root.der;
	w.material.crls[0] = get(path("root.crl"));
}

static void make(void)
{
	/* a reference to nothing is for our own tests: pyHanko refuses it */
	struct str base = pades_patched(&w, pades_base(w.a, 0), "/XObject << /X1 900 0 R >>", "/XObject << >>            "), pdf;
	put_party("root", &w.root);
	put_party("signer", &w.signer);
	put_party("unit", &w.unit);
	put("root.crl", w.material.crls[0]);
	put("base.pdf", base);
	for (enum ades_level l = ADES_B; l <= ADES_LTA; l++)
		put(arena_printf(w.a, "ours-%s.pdf", ades_level_name(l)).p, pades_signed(&w, base, l, 0, NULL));
	put("ours-certified.pdf", pades_signed(&w, base, ADES_T, 2, NULL));
	put("ours-two.pdf", pades_signed(&w, pades_signed(&w, base, ADES_LTA, 0, NULL), ADES_T, 0, "approval"));
	struct ades_options ades = pades_ades(&w, ADES_LTA);
	BUF_AUTO out;
	buf_init(&out, 64 << 20);
	assert_ok(pades_extend(pades_signed(&w, base, ADES_LTA, 0, NULL), &ades, &out, &err_));
	put("ours-renewed.pdf", buf_str(&out));
	pdf = base;
	for (int i = 0; i < 51; i++)
		pdf = pades_signed(&w, pdf, ADES_B, 0, NULL);
	put("ours-51.pdf", pdf);
}

static void stamp(const char *hex)
{
	struct str hash;
	assert_ok(hex_decode(w.a, str_c(hex), &hash, &err_));
	struct str token = stamp_make(w.a, &w.unit, &w.root, hash, w.at);
	assert_int_equal(fwrite(token.p, 1, token.n, stdout), token.n);
}

static void judge(const char *file)
{
	struct ades_trust t = { .nanchors = 1, .anchors = w.anchors, .more = &w.material };
	const struct ades_result *r = NULL;
	const struct ades_file *f = pades_taken(&w, get(file));
	assert_ok(ades_validate(w.a, f, &t, clock_now_us(), &r, &err_));
	for (size_t i = 0; i < f->n; i++) {
		printf("%s\t%zu\t%s\t%s\t%s\t", strrchr(file, '/') ? strrchr(file, '/') + 1 : file, f->n,
		       ades_indication_name(r[i].indication), r[i].sub ? ades_sub_row(r[i].sub)->name : "-",
		       ades_level_name(f->signatures[i].level));
		for (size_t k = 0; k < f->signatures[i].nchanges; k++)
			if (!f->signatures[i].changes[k].allowed)
				printf("%.*s: %.*s; ", STR_ARG(f->signatures[i].changes[k].where), STR_ARG(f->signatures[i].changes[k].what_en));
		printf("%.*s\n", STR_ARG(f->signatures[i].malformed));
	}
}

/* What cannot be avoided: every signature's digest and its check, nothing else. */
static void raw(const struct ades_file *f, struct str bytes)
{
	struct sign_cert c;
	struct source s = source_bytes(STR(""), bytes);
	struct range all = { 0, bytes.n };
	uint8_t hash[DIGEST_SIZE_MAX];
	for (size_t i = 0; i < f->n; i++) {
		const struct ades_signature *sig = &f->signatures[i];
		assert_ok(source_digest(&s, &all, 1, sig->alg.digest, hash, &err_));
		assert_true(sign_cert_read(sig->cert, &c));
		(void)!sign_check(c.spki, &sig->alg, str_of((char *)hash, sig->alg.digest->size), sig->value);
	}
}

static void bench(const char *file)
{
	enum { ROUNDS = 20 };
	struct ades_trust t = { .nanchors = 1, .anchors = w.anchors, .more = &w.material };
	struct str bytes = get(file);
	struct source s = source_bytes(STR("bench"), bytes);
	int64_t whole = 0, least = 0, reading = 0;
	size_t n = 0;
	for (int i = 0; i < ROUNDS; i++) {
		ARENA_AUTO a = arena_new((size_t)1 << 30);
		struct ades_file f;
		const struct ades_result *r = NULL;
		int64_t from = clock_steady_us();
		assert_ok(ades_read(a, &s, NULL, &f, &err_));
		reading += clock_steady_us() - from;
		assert_ok(ades_validate(a, &f, &t, clock_now_us(), &r, &err_));
		whole += clock_steady_us() - from;
		from = clock_steady_us();
		raw(&f, bytes);
		least += clock_steady_us() - from;
		n = f.n;
	}
	printf("{\"signatures\": %zu, \"bytes\": %zu, \"read_ms\": %.2f, \"judged_ms\": %.2f, \"raw_ms\": %.2f}\n", n,
	       bytes.n, (double)reading / 1e3 / ROUNDS, (double)whole / 1e3 / ROUNDS, (double)least / 1e3 / ROUNDS);
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	dir = argv[2];
	pades_world_init(&w, clock_now_us() - CLOCK_HOUR);
	if (strcmp(argv[1], "make") == 0) {
		make();
		return 0;
	}
	load();
	w.at = clock_now_us();
	if (strcmp(argv[1], "stamp") == 0 && argc == 4)
		stamp(argv[3]);
	if (strcmp(argv[1], "bench") == 0 && argc == 4)
		bench(argv[3]);
	for (int i = 3; strcmp(argv[1], "judge") == 0 && i < argc; i++)
		judge(argv[i]);
	if (strcmp(argv[1], "more") == 0 && argc == 4)
		put(arena_printf(w.a, "%s.more.pdf", strrchr(argv[3], '/') + 1).p, pades_signed(&w, get(argv[3]), ADES_T, 0, NULL));
	return 0;
}
