#include "mesh/code.h"

#include <assert.h>
#include <openssl/evp.h>
#include <pthread.h>

#include "base/encode.h"
#include "base/mem.h"
#include "base/random.h"
#include "crypto/digest.h"
#include "crypto/secret_file.h"

enum { CODE_EPOCH = 1, CODE_BLOCK = 16, CODE_KEY = 32, CODE_ORG_MAX = 75, LANES = 16 };

struct codes {
	struct secret master;
	EVP_CIPHER *aes; /* fetched once: OpenSSL 3 serialises fetches */
	pthread_key_t desk;
};

/* Ciphers that one thread has set up: deriving and scheduling a key costs thirty
 * times the block it is for. Wiped and freed when the thread ends. */
struct lane {
	char org[CODE_ORG_MAX];
	size_t n;
	uint8_t epoch;
	bool encrypt;
	EVP_CIPHER_CTX *ctx; /* NULL: free */
};
struct desk {
	struct lane lanes[LANES];
	size_t next; /* to be given up */
};

static void desk_free(void *p)
{
	struct desk *d = p;
	for (size_t i = 0; d && i < LANES; i++)
		EVP_CIPHER_CTX_free(d->lanes[i].ctx);
	mem_free(d);
}

struct result codes_open(struct str key_path, struct codes **ret, struct err *err)
{
	struct codes *c = MEM_NEW(struct codes);
	struct result r = secret_file(key_path, CODE_KEY, &c->master, err);
	if (is_err(r)) {
		mem_free(c);
		return r;
	}
	int made = pthread_key_create(&c->desk, desk_free);
	assert(made == 0); /* 1,024 keys per process, one per core opened */
	(void)made;
	c->aes = EVP_CIPHER_fetch(NULL, "AES-256-ECB", NULL);
	if (!c->aes) {
		codes_close(c);
		return fail(err, ERR_INTERNAL, "mesh.cipher", NULL, "AES-256-ECB is not available");
	}
	*ret = c;
	return ok();
}

void codes_close(struct codes *c)
{
	if (!c)
		return;
	/* Other threads that used it have ended: theirs are gone already. */
	desk_free(pthread_getspecific(c->desk));
	pthread_key_delete(c->desk);
	secret_done(&c->master);
	EVP_CIPHER_free(c->aes);
	mem_free(c);
}

struct core_id core_id_new(void)
{
	struct core_id id;
	random_bytes(id.b, sizeof id.b);
	return id;
}

/* The organization's key of an epoch: HKDF with info "code" || epoch || org. */
static void org_key(const struct codes *c, struct str org, uint8_t epoch, uint8_t key[CODE_KEY])
{
	char info[5 + CODE_ORG_MAX] = "code";
	info[4] = (char)epoch;
	if (org.n)
		memcpy(info + 5, org.p, org.n);
	hkdf_sha256(secret_str(&c->master), STR("musubi"), str_of(info, org.n + 5), key, CODE_KEY);
}

static void lane_open(const struct codes *c, struct lane *l, struct str org, uint8_t epoch,
                      bool encrypt)
{
	uint8_t key[CODE_KEY];
	org_key(c, org, epoch, key);
	if (!l->ctx)
		l->ctx = EVP_CIPHER_CTX_new();
	bool fine = l->ctx && EVP_CipherInit_ex2(l->ctx, c->aes, key, NULL, encrypt, NULL) == 1 &&
	            EVP_CIPHER_CTX_set_padding(l->ctx, 0) == 1;
	mem_wipe(key, sizeof key);
	assert(fine); /* a fetched cipher and a key of its length: only memory can fail */
	if (org.n)
		memcpy(l->org, org.p, org.n);
	l->n = org.n;
	l->epoch = epoch;
	l->encrypt = encrypt;
}

static struct lane *lane_of(struct codes *c, struct str org, uint8_t epoch, bool encrypt)
{
	struct desk *d = pthread_getspecific(c->desk);
	if (!d) {
		d = MEM_NEW(struct desk);
		pthread_setspecific(c->desk, d);
	}
	for (size_t i = 0; i < LANES; i++) {
		struct lane *l = &d->lanes[i];
		if (l->ctx && l->epoch == epoch && l->encrypt == encrypt &&
		    str_eq(str_of(l->org, l->n), org))
			return l;
	}
	struct lane *l = &d->lanes[d->next++ % LANES];
	lane_open(c, l, org, epoch, encrypt);
	return l;
}

/* One block is a permutation of all core ids: exactly what a code must be. */
static void permute(struct codes *c, struct str org, uint8_t epoch, bool encrypt,
                    const uint8_t in[CODE_BLOCK], uint8_t out[CODE_BLOCK])
{
	int n = 0;
	org.n = org.n < CODE_ORG_MAX ? org.n : CODE_ORG_MAX;
	struct lane *l = lane_of(c, org, epoch, encrypt);
	bool fine = EVP_CipherUpdate(l->ctx, out, &n, in, CODE_BLOCK) == 1 && n == CODE_BLOCK;
	assert(fine); /* a whole block without padding cannot fail */
	(void)fine;
}

struct str code_of(struct codes *c, struct arena *a, struct str org, struct core_id id)
{
	uint8_t raw[1 + CODE_BLOCK] = { CODE_EPOCH };
	permute(c, org, CODE_EPOCH, true, id.b, raw + 1);
	return hex_encode(a, str_of((const char *)raw, sizeof raw));
}

struct result code_to_core(struct codes *c, struct str org, struct str code,
                           struct core_id *ret, struct err *err)
{
	uint8_t raw[CODE_TEXT];
	size_t n;
	if (code.n != CODE_TEXT)
		return fail(err, ERR_INPUT, "mesh.code.malformed", NULL, "a code has %d hex digits, not %zu",
		            CODE_TEXT, code.n);
	TRY(decode_to(ENCODING_HEX, code, raw, &n, err));
	if (raw[0] != CODE_EPOCH)
		return fail(err, ERR_INPUT, "mesh.code.epoch", NULL, "unknown epoch %u", raw[0]);
	permute(c, org, raw[0], false, raw + 1, ret->b);
	return ok();
}

struct result code_convert(struct codes *c, struct arena *a, struct str from_org,
                           struct str code, struct str to_org, struct str *ret, struct err *err)
{
	struct core_id id;
	TRY(code_to_core(c, from_org, code, &id, err));
	*ret = code_of(c, a, to_org, id);
	return ok();
}
