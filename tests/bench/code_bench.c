/* Conversions of a person's code from one organization to another, per second
 * on one core, beside the two AES blocks each contains.
 *
 *   code_bench DIR [SECONDS]      DIR: where a key may lie for a moment
 *
 * Time is the thread's own (CLOCK_THREAD_CPUTIME_ID): what one core does, however
 * many others want it. Prints one JSON object per line, as store_bench does. */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "mesh/code.h"

enum { PEOPLE = 1000 };

static void need(struct result r, const struct err *err)
{
	if (is_ok(r))
		return;
	fprintf(stderr, "code_bench: %s: %s\n", err->code, err->what);
	exit(1);
}

static double core_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* One block decrypted, one encrypted, with keys that are set up. */
static double raw(double seconds)
{
	unsigned char key[32] = { 1 }, block[16] = { 2 }, out[32];
	int n;
	EVP_CIPHER_CTX *d = EVP_CIPHER_CTX_new(), *e = EVP_CIPHER_CTX_new();
	EVP_DecryptInit_ex(d, EVP_aes_256_ecb(), NULL, key, NULL);
	EVP_EncryptInit_ex(e, EVP_aes_256_ecb(), NULL, key, NULL);
	EVP_CIPHER_CTX_set_padding(d, 0);
	EVP_CIPHER_CTX_set_padding(e, 0);
	int64_t done = 0;
	double start = core_seconds();
	while (core_seconds() - start < seconds)
		for (int i = 0; i < PEOPLE; i++, done++) {
			EVP_DecryptUpdate(d, out, &n, block, 16);
			EVP_EncryptUpdate(e, block, &n, out, 16);
		}
	double took = core_seconds() - start;
	EVP_CIPHER_CTX_free(d);
	EVP_CIPHER_CTX_free(e);
	return (double)done / took;
}

static double conversions(struct codes *c, double seconds)
{
	struct err err = { 0 };
	ARENA_AUTO keep = arena_new(0);
	struct str people[PEOPLE], to;
	for (int i = 0; i < PEOPLE; i++)
		people[i] = code_of(c, keep, STR("172065"), core_id_new());
	int64_t done = 0;
	double start = core_seconds();
	while (core_seconds() - start < seconds) {
		ARENA_AUTO a = arena_new(0);
		for (int i = 0; i < PEOPLE; i++, done++)
			need(code_convert(c, a, STR("172065"), people[i], STR("452025"), &to, &err), &err);
	}
	return (double)done / (core_seconds() - start);
}

int main(int argc, char **argv)
{
	struct codes *c;
	struct err err = { 0 };
	if (argc < 2) {
		fprintf(stderr, "usage: code_bench DIR [SECONDS]\n");
		return 2;
	}
	double seconds = argc > 2 ? strtod(argv[2], NULL) : 2;
	ARENA_AUTO a = arena_new(0);
	struct str path = arena_printf(a, "%s/codes-%d.key", argv[1], (int)getpid());
	need(codes_open(path, &c, &err), &err);
	double limit = raw(seconds), value = conversions(c, seconds);
	codes_close(c);
	unlink(path.p);
	printf("{\"name\":\"code.raw\",\"threads\":1,\"value\":%.0f,\"unit\":\"block pairs/s\","
	       "\"beside\":\"\",\"limit\":0,\"ratio\":0}\n", limit);
	printf("{\"name\":\"code.convert\",\"threads\":1,\"value\":%.0f,\"unit\":\"conversions/s\","
	       "\"beside\":\"two AES-256 blocks\",\"limit\":%.0f,\"ratio\":%.3f}\n", value, limit,
	       value / limit);
	return 0;
}
