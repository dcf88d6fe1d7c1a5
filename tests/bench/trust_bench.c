/* trust_bench DIR SECONDS: status and time stamps beside the raw operation of the
 * same key in the same process. One JSON line per figure. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "trust/crl.h"
#include "trust/ocsp.h"
#include "trust/tsa.h"
#include "trust/x509.h"

enum { THREADS = 2, WRITERS = 64, CERTS = 2000, REQUESTS = 20000, REVOKED = 1000000 };

struct world {
	struct store *s;
	struct arena *a;
	struct ca *ca, *citizens; /* citizens: RSA-2048, as the JPKI authorities are */
	struct key *rsa;
	struct str csr[REQUESTS];
	atomic_ulong next;
	struct ocsp_desk *desk;
	struct tsa *tsa;
	struct key *key;
	struct str plain[CERTS], nonce[CERTS], query;
	int64_t until;
	atomic_ulong count;
};

static void must(struct result r, const struct err *err)
{
	if (is_ok(r))
		return;
	fprintf(stderr, "trust_bench: %s\n", err->what);
	exit(2);
}

static struct str issue(struct world *w, enum profile_id p, struct key *key, uint32_t *ret_serial)
{
	struct cert_request r = { .profile = p, .subject = STR("bench"), .name = STR("bench"),
		.organization = STR("bench"), .organization_id = STR("1"), .office = STR("bench") };
	struct cert_issued c;
	struct err err;
	must(trust_csr_make(w->a, key, &r.csr, &err), &err);
	must(trust_cert_issue(w->ca, w->a, &r, clock_now_us(), &c, &err), &err);
	if (ret_serial)
		*ret_serial = c.serial;
	return c.der;
}

static void *raw(void *arg)
{
	struct world *w = arg;
	uint8_t sig[KEY_SIG_MAX];
	size_t n;
	while (clock_steady_us() < w->until) {
		if (is_err(key_sign(w->key, SIG_ES256, STR("raw operation"), sig, &n, NULL)))
			exit(2);
		w->count++;
	}
	return NULL;
}

static void *raw_rsa(void *arg)
{
	struct world *w = arg;
	uint8_t sig[KEY_SIG_MAX];
	size_t n;
	while (clock_steady_us() < w->until) {
		if (is_err(key_sign(w->rsa, SIG_RS256, STR("raw operation"), sig, &n, NULL)))
			exit(2);
		w->count++;
	}
	return NULL;
}

/* Proof of possession, profile, serial, signature, row, journal, all on disk. */
static void *issues(void *arg)
{
	struct world *w = arg;
	ARENA_AUTO a = arena_new(0);
	for (; clock_steady_us() < w->until; arena_reset(a), w->count++) {
		struct cert_request r = { .profile = PROFILE_CITIZEN_AUTH, .subject = STR("bench"),
			.csr = w->csr[w->next++ % REQUESTS], .prefecture = STR("石川県"),
			.municipality = STR("加賀市"), .holder = { .year = 1990, .month = 1, .day = 2 } };
		struct cert_issued c;
		struct err err;
		must(trust_cert_issue(w->citizens, a, &r, clock_now_us(), &c, &err), &err);
	}
	return NULL;
}

static void prepare_issues(struct world *w)
{
	struct err err;
	must(key_generate(KEY_RSA_2048, &w->rsa, &err), &err);
	must(trust_ca_create(w->s, STR("ca"), CA_CITIZEN_AUTH, w->rsa, clock_now_us(), &w->citizens,
	                     &err), &err);
	for (size_t i = 0; i < REQUESTS; i++) {
		KEY_AUTO k = NULL;
		must(key_generate(KEY_P256, &k, &err), &err);
		must(trust_csr_make(w->a, k, &w->csr[i], &err), &err);
	}
}

/* Of this thread: a busy machine must not be read as a slow reader. */
static int64_t thread_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* The time of reading a CRL of a million entries, the best of five. */
static void million_revoked(struct world *w)
{
	BUF_AUTO b;
	struct der d;
	struct str der;
	struct err err;
	int64_t best = INT64_MAX;
	buf_init(&b, X509_BYTES_MAX);
	der_init(&d, &b);
	der_open(&d, DER_SEQ);
	der_put_uint(&d, 1);
	x509_put_sig_alg(&d, key_sig_of(w->key));
	x509_put_dn(&d, &ca_row(CA_GOVERNMENT)->dn);
	der_put_time(&d, clock_now_us());
	der_put_time(&d, clock_now_us() + CLOCK_DAY);
	der_open(&d, DER_SEQ);
	for (uint32_t i = 0; i < REVOKED; i++) {
		der_open(&d, DER_SEQ);
		der_put_uint(&d, 0x01000000 + 3 * i);
		der_put_time(&d, clock_now_us() - i * CLOCK_SECOND);
		der_raw(&d, STR("\x30\x0c\x30\x0a\x06\x03\x55\x1d\x15\x04\x03\x0a\x01\x03"));
		der_close(&d);
	}
	der_close(&d);
	der_close(&d);
	must(x509_sign(w->a, buf_str(&b), w->key, &der, &err), &err);
	for (int i = 0; i < 5; i++) {
		ARENA_AUTO a = arena_new(256 << 20);
		struct crl c;
		int64_t begin = thread_us();
		must(crl_parse(a, der, &c, &err), &err);
		int64_t took = thread_us() - begin;
		best = took < best ? took : best;
	}
	printf("{\"name\": \"trust.crl_million\", \"value\": %.1f, \"unit\": \"ms\"}\n",
	       (double)best / 1000);
}

static void ask(struct world *w, const struct str *list)
{
	for (size_t i = 0; clock_steady_us() < w->until; i++) {
		ARENA_AUTO a = arena_new(0);
		for (size_t j = 0; j < 64; j++, arena_reset(a), w->count++) {
			struct ocsp_answer ans;
			ocsp_answer(w->desk, a, list[(i * 64 + j) % CERTS], clock_now_us(), &ans, NULL);
			if (ans.status != OCSP_SUCCESSFUL)
				exit(2);
		}
	}
}

static void *live(void *arg)
{
	ask(arg, ((struct world *)arg)->nonce);
	return NULL;
}

static void *kept(void *arg)
{
	ask(arg, ((struct world *)arg)->plain);
	return NULL;
}

static void *stamps(void *arg)
{
	struct world *w = arg;
	ARENA_AUTO a = arena_new(0);
	for (; clock_steady_us() < w->until; arena_reset(a), w->count++) {
		struct tsa_answer ans;
		tsa_answer(w->tsa, a, w->query, &ans, NULL);
		if (ans.fail != TSA_FAIL_NONE)
			exit(2);
	}
	return NULL;
}

static double measure(struct world *w, const char *name, void *(*work)(void *), int threads,
                      double seconds)
{
	pthread_t t[WRITERS];
	w->count = 0;
	w->until = clock_steady_us() + (int64_t)(seconds * 1e6);
	for (int i = 0; i < threads; i++)
		pthread_create(&t[i], NULL, work, w);
	for (int i = 0; i < threads; i++)
		pthread_join(t[i], NULL);
	double each = (double)w->count / seconds;
	printf("{\"name\": \"trust.%s\", \"value\": %.0f, \"unit\": \"/s\"}\n", name, each);
	return each;
}

static void setup(struct world *w, const char *dir)
{
	struct err err;
	KEY_AUTO ca = NULL;
	uint8_t hash[SHA256_SIZE] = { 1 };
	w->a = arena_new(512 << 20);
	trust_migrations();
	must(store_open(arena_printf(w->a, "sqlite:%s/trust.db", dir), &w->s, &err), &err);
	must(key_generate(KEY_P256, &ca, &err), &err);
	must(key_generate(KEY_P256, &w->key, &err), &err);
	must(trust_ca_create(w->s, STR("ca"), CA_GOVERNMENT, ca, clock_now_us(), &w->ca, &err), &err);
	w->desk = ocsp_desk_new(w->s, STR("ca"));
	must(ocsp_desk_add(w->desk, CA_GOVERNMENT, trust_ca_cert(w->ca), w->key,
	                   issue(w, PROFILE_OCSP, w->key, NULL), &err), &err);
	KEY_AUTO unit = NULL;
	must(key_generate(KEY_P256, &unit, &err), &err);
	struct tsa_setup t = { .store = w->s, .org = STR("ca"), .name = STR("bench"), .key = unit,
	                       .cert = issue(w, PROFILE_TIME_STAMP, unit, NULL) };
	must(tsa_open(&t, &w->tsa, &err), &err);
	must(tsa_request_make(w->a, DIGEST_SHA256, str_of((char *)hash, sizeof hash), STR("\x01"), false,
	                      &w->query, &err), &err);
	for (size_t i = 0; i < CERTS; i++) {
		KEY_AUTO k = NULL;
		uint32_t s;
		must(key_generate(KEY_P256, &k, &err), &err);
		issue(w, PROFILE_JOURNAL, k, &s);
		char b[4] = { (char)(s >> 24), (char)(s >> 16), (char)(s >> 8), (char)s };
		must(ocsp_request_make(w->a, trust_ca_cert(w->ca), str_of(b, 4), DIGEST_SHA1, STR(""),
		                       &w->plain[i], &err), &err);
		must(ocsp_request_make(w->a, trust_ca_cert(w->ca), str_of(b, 4), DIGEST_SHA1,
		                       STR("0123456789abcdef"), &w->nonce[i], &err), &err);
	}
}

int main(int argc, char **argv)
{
	static struct world w;
	double seconds = argc > 2 ? strtod(argv[2], NULL) : 2;
	if (argc < 2)
		return 2;
	setup(&w, argv[1]);
	double base = measure(&w, "raw_p256", raw, THREADS, seconds);
	double now = measure(&w, "ocsp_live", live, THREADS, seconds);
	measure(&w, "ocsp_kept", kept, THREADS, seconds);
	prepare_issues(&w);
	double rsa = measure(&w, "raw_rsa2048", raw_rsa, THREADS, seconds);
	double issue_rate = measure(&w, "issue", issues, WRITERS, seconds);
	printf("{\"name\": \"trust.issue_of_raw\", \"value\": %.2f, \"unit\": \"x\"}\n",
	       issue_rate / rsa);
	million_revoked(&w);
	double stamp = measure(&w, "time_stamp", stamps, WRITERS, seconds);
	printf("{\"name\": \"trust.ocsp_live_of_raw\", \"value\": %.2f, \"unit\": \"x\"}\n", now / base);
	printf("{\"name\": \"trust.time_stamp_of_raw\", \"value\": %.2f, \"unit\": \"x\"}\n", stamp / base);
	tsa_close(w.tsa);
	ocsp_desk_free(w.desk);
	trust_ca_close(w.ca);
	trust_ca_close(w.citizens);
	key_unref(w.rsa);
	key_unref(w.key);
	store_close(w.s);
	arena_free(w.a);
	return 0;
}
