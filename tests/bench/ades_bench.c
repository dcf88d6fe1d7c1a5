/* ades_bench DIR PDF SECONDS: a PAdES-B file judged, beside the operations that nobody
 * can spare: its hash, and OpenSSL's verification of its signature; and the same with
 * the certificate's and the CRL's signature, which a judgement also needs. One JSON
 * line per figure. The certificates are of an authority made for it in DIR. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "sign/certificate.h"
#include "sign/pades.h"
#include "sign/validate.h"
#include "trust/ca.h"

static void must(struct result r, const struct err *err)
{
	if (is_ok(r))
		return;
	fprintf(stderr, "ades_bench: %s\n", err->what);
	exit(2);
}

struct world {
	struct arena *a;
	struct store *store;
	struct ca *ca;
	struct str pdf, root, cert;
	struct ades_values more;
	struct sign_alg alg;
	struct str value, signed_bytes; /* what a verification is measured with */
	struct str spki;
};

static void sign(struct world *w, struct str plain, struct key *key)
{
	struct err err;
	struct buf *out = arena_alloc(w->a, sizeof *out);
	struct cms_signer s = { .key = key, .cert = w->cert };
	struct pades_options o = { .time = clock_now_us(), .name = STR("bench"),
		.sign = pades_sign_cms, .ctx = &s };
	buf_init(out, 64 << 20);
	must(pades_seal(plain, &o, out, &err), &err);
	w->pdf = arena_str(w->a, buf_str(out));
	buf_done(out);
}

static void build(struct world *w, const char *dir, const char *pdf)
{
	struct err err;
	struct str plain;
	struct cert_issued c;
	uint8_t sig[KEY_SIG_MAX];
	size_t n;
	struct key *ca = NULL, *key = NULL;
	w->a = arena_new(512 << 20);
	trust_migrations();
	must(store_open(arena_printf(w->a, "sqlite:%s/ades.db", dir), &w->store, &err), &err);
	must(key_generate(KEY_P256, &ca, &err), &err);
	must(key_generate(KEY_P256, &key, &err), &err);
	must(trust_ca_create(w->store, STR("ca"), CA_GOVERNMENT, ca, clock_now_us(), &w->ca, &err),
	     &err);
	struct cert_request r = { .profile = PROFILE_SEAL, .subject = STR("172065"),
		.name = STR("加賀市長"), .organization = STR("加賀市"), .organization_id = STR("172065"),
		.office = STR("総務部") };
	must(trust_csr_make(w->a, key, &r.csr, &err), &err);
	must(trust_cert_issue(w->ca, w->a, &r, clock_now_us(), &c, &err), &err);
	w->cert = c.der;
	w->root = trust_ca_cert(w->ca);
	must(trust_crl_make(w->ca, w->a, clock_now_us(), &w->more.crls[0], &err), &err);
	w->more.ncrls = 1;
	must(file_read(w->a, str_c(pdf), 64 << 20, &plain, &err), &err);
	sign(w, plain, key);
	w->signed_bytes = STR("what is verified here is as long as signed attributes are");
	must(key_sign(key, SIG_ES256, w->signed_bytes, sig, &n, &err), &err);
	w->value = arena_str(w->a, str_of((char *)sig, n));
	w->spki = arena_str(w->a, key_spki(key));
	sign_alg_ours(SIG_ES256, &w->alg);
	key_unref(key);
	key_unref(ca);
}

static void raw(struct world *w, int verifications)
{
	uint8_t hash[SHA256_SIZE];
	sha256(w->pdf, hash);
	for (int i = 0; i < verifications; i++) {
		sha256(w->signed_bytes, hash);
		if (!sign_check(w->spki, &w->alg, str_of((char *)hash, sizeof hash), w->value))
			abort();
	}
}

static void judge(struct world *w)
{
	struct err err;
	ARENA_AUTO a = arena_new(64 << 20);
	struct source s = source_bytes(STR(""), w->pdf);
	struct ades_file *f = ARENA_NEW(a, struct ades_file);
	struct ades_trust t = { .nanchors = 1, .anchors = &w->root, .more = &w->more };
	const struct ades_result *r;
	must(ades_read(a, &s, NULL, f, &err), &err);
	must(ades_validate(a, f, &t, clock_now_us(), &r, &err), &err);
	if (f->n != 1 || r->indication != TOTAL_PASSED) {
		fprintf(stderr, "ades_bench: %s\n", f->n ? ades_sub_row(r->sub)->name : "no signature");
		exit(2);
	}
}

/* Per second; verifications 0: the whole judgement. */
static double rate(struct world *w, int verifications, int64_t length)
{
	int64_t start = clock_steady_us(), now = start;
	uint64_t n = 0;
	for (; now - start < length; now = clock_steady_us(), n++)
		if (verifications)
			raw(w, verifications);
		else
			judge(w);
	return (double)n * 1e6 / (double)(now - start);
}

int main(int argc, char **argv)
{
	struct world *w = MEM_NEW(struct world);
	if (argc != 4)
		return 2;
	int64_t length = atoll(argv[3]) * CLOCK_SECOND / 2, quarter = length / 4;
	build(w, argv[1], argv[2]);
	double one = 0, three = 0, whole = 0;
	for (int i = 0; i < 4; i++) { /* in turns: the machine is not alone */
		one += rate(w, 1, quarter) / 4;
		three += rate(w, 3, quarter) / 4;
		whole += rate(w, 0, quarter) / 4;
	}
	printf("{\"name\": \"ades.hash_and_verify\", \"value\": %.0f, \"unit\": \"files/s\"}\n", one);
	printf("{\"name\": \"ades.hash_and_three_verify\", \"value\": %.0f, \"unit\": \"files/s\"}\n",
	       three);
	printf("{\"name\": \"ades.pades_b\", \"value\": %.0f, \"unit\": \"files/s\"}\n", whole);
	printf("{\"name\": \"ades.pades_b_of_three\", \"value\": %.3f, \"unit\": \"x\"}\n", whole / three);
	printf("{\"name\": \"ades.pades_b_of_raw\", \"value\": %.3f, \"unit\": \"x\"}\n", whole / one);
	trust_ca_close(w->ca);
	store_close(w->store);
	arena_free(w->a);
	mem_free(w);
	return 0;
}
