/* Signatures per second: OpenSSL's own operation on a prepared context, beside
 * the same keys in the key process, asked by as many threads as a server has.
 * One JSON line for each algorithm and home. This program is its own key process
 * ("host DIR"). key_bench [SECONDS] */
#include <openssl/evp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "crypto/key_host.h"
#include "crypto/key_local.h"
#include "crypto/key_remote.h"
#include "crypto/key_sandbox.h"

enum { CHANNELS = 4, THREADS_MAX = 64 };

static const enum key_alg algs[] = { KEY_RSA_2048, KEY_P256, KEY_ED25519 };
enum { ALGS = sizeof algs / sizeof *algs };
static char master[KEY_MASTER + 1] = "only a bench knows this key, 32b", dir[] = "/tmp/musubi-kb-XXXXXX";

static int host_main(char **argv)
{
	struct key_host *h;
	struct secret m = secret_of(str_of(master, KEY_MASTER));
	int fds[CHANNELS];
	bool locked;
	for (int i = 0; i < CHANNELS; i++)
		fds[i] = KEY_HOST_FD + i;
	if (is_err(key_sandbox_prepare(&locked, NULL)) ||
	    is_err(key_host_open(&m, str_c(argv[2]), NULL, 0, &h, NULL)))
		_exit(3);
	_exit(is_ok(key_host_serve(h, fds, CHANNELS, NULL, NULL, NULL)) ? 0 : 4);
}

struct load {
	struct key *key;
	EVP_PKEY *raw; /* NULL: through struct key */
	int64_t until;
	uint64_t n;
};

static void *sign(void *arg)
{
	struct load *l = arg;
	uint8_t sig[KEY_SIG_MAX], hash[DIGEST_SIZE_MAX];
	EVP_PKEY_CTX *prepared = NULL;
	enum sig_alg alg = key_sig_of(l->key);
	while (clock_steady_us() < l->until) {
		size_t n = sizeof sig;
		struct str m = str_of((char *)&l->n, sizeof l->n);
		bool done = l->raw
			? key_pkey_sign(l->raw, &prepared, alg, key_prehash(alg, m, hash), sig, &n)
			: is_ok(key_sign(l->key, alg, m, sig, &n, NULL));
		if (!done)
			abort();
		l->n++;
	}
	EVP_PKEY_CTX_free(prepared);
	return NULL;
}

static double rate(struct key *key, EVP_PKEY *raw, unsigned threads, double seconds)
{
	pthread_t t[THREADS_MAX];
	struct load l[THREADS_MAX];
	uint64_t sum = 0;
	int64_t began = clock_steady_us();
	for (unsigned i = 0; i < threads; i++) {
		l[i] = (struct load){ .key = key, .raw = raw,
		                      .until = began + (int64_t)(seconds * (double)CLOCK_SECOND) };
		pthread_create(&t[i], NULL, sign, &l[i]);
	}
	for (unsigned i = 0; i < threads; i++) {
		pthread_join(t[i], NULL);
		sum += l[i].n;
	}
	return (double)sum * (double)CLOCK_SECOND / (double)(clock_steady_us() - began);
}

static void one(struct key_remote *r, struct key *own, double seconds)
{
	static const unsigned threads[] = { 1, 8, 32 };
	const char *name = key_alg_row(key_alg_of(own))->name;
	unsigned cores = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
	struct key *apart;
	void *pkey;
	(void)key_home_of(own, &pkey);
	if (is_err(key_remote_key(r, str_c(name), &apart, NULL)))
		abort();
	printf("{\"name\":\"%s\",\"home\":\"raw\",\"threads\":1,\"rate\":%.0f}\n", name,
	       rate(own, pkey, 1, seconds));
	printf("{\"name\":\"%s\",\"home\":\"raw\",\"threads\":%u,\"rate\":%.0f}\n", name, cores,
	       rate(own, pkey, cores, seconds));
	for (size_t i = 0; i < 3; i++)
		printf("{\"name\":\"%s\",\"home\":\"process\",\"threads\":%u,\"rate\":%.0f}\n", name,
		       threads[i], rate(apart, NULL, threads[i], seconds));
	fflush(stdout);
	key_unref(apart);
}

int main(int argc, char **argv)
{
	char path[128], self[4096], host[] = "host";
	struct key *keys[ALGS];
	struct key_remote *r;
	double seconds = argc > 1 ? strtod(argv[1], NULL) : 1;
	if (argc > 2)
		return host_main(argv);
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n < 0 || !mkdtemp(dir))
		return 2;
	self[n] = 0;
	for (size_t i = 0; i < ALGS; i++) {
		const char *name = key_alg_row(algs[i])->name;
		snprintf(path, sizeof path, "%s/%s.key", dir, name);
		if (is_err(key_generate(algs[i], &keys[i], NULL)) ||
		    is_err(key_save(keys[i], str_c(path), str_of(master, KEY_MASTER), str_c(name), NULL)))
			return 2;
	}
	char *args[] = { self, host, dir, NULL };
	struct key_remote_config c = { .argv = args, .channels = CHANNELS };
	if (is_err(key_remote_open(&c, &r, NULL)))
		return 2;
	for (size_t i = 0; i < ALGS; i++) {
		one(r, keys[i], seconds);
		key_unref(keys[i]);
		snprintf(path, sizeof path, "%s/%s.key", dir, key_alg_row(algs[i])->name);
		unlink(path);
	}
	key_remote_close(r);
	return rmdir(dir) ? 2 : 0;
}
