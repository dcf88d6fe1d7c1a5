/* Codes: derive a key per organization and epoch, permute one block.
 *
 * A conversion is two AES blocks; setting up keys would cost fifty times that.
 * So each thread keeps the contexts of the organizations it met last: nothing is
 * shared, nothing locked. They belong to one codes_open (its serial), are wiped
 * by OpenSSL when another organization takes the slot and when the thread ends. */
#include "mesh/code.h"

#include <assert.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/encode.h"
#include "base/mem.h"
#include "base/random.h"
#include "crypto/digest.h"
#include "crypto/secret_file.h"

enum { CODE_EPOCH = 1, CODE_BLOCK = 16, CODE_KEY = 32, ORG_MAX = 64, SLOTS = 256 };

struct codes {
	struct secret master;
	EVP_CIPHER *aes; /* fetched once: OpenSSL 3 serialises fetches */
	uint64_t serial; /* no other codes_open of this process has it */
};

/* One organization's contexts in this thread. */
struct slot {
	uint64_t serial; /* 0: empty */
	uint8_t epoch;
	size_t n;
	char org[ORG_MAX];
	EVP_CIPHER_CTX *to, *from;
};

static atomic_uint_fast64_t serials;
static pthread_key_t slots_key;
static pthread_once_t slots_once = PTHREAD_ONCE_INIT;

static void slot_clear(struct slot *s)
{
	EVP_CIPHER_CTX_free(s->to);
	EVP_CIPHER_CTX_free(s->from);
	*s = (struct slot){ 0 };
}

static void slots_free(void *p)
{
	struct slot *slots = p;
	for (size_t i = 0; i < SLOTS; i++)
		slot_clear(&slots[i]);
	mem_free(slots);
}

static void slots_key_make(void)
{
	int rc = pthread_key_create(&slots_key, slots_free);
	assert(rc == 0);
	(void)rc;
}

static struct slot *slots_mine(void)
{
	static _Thread_local struct slot *mine;
	if (!mine) {
		pthread_once(&slots_once, slots_key_make);
		mine = mem_array(SLOTS, sizeof *mine);
		pthread_setspecific(slots_key, mine);
	}
	return mine;
}

struct result codes_open(struct str key_path, struct codes **ret, struct err *err)
{
	struct codes *c = MEM_NEW(struct codes);
	struct result r = secret_file(key_path, CODE_KEY, &c->master, err);
	if (is_err(r)) {
		mem_free(c);
		return r;
	}
	c->serial = atomic_fetch_add(&serials, 1) + 1;
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
	struct slot *slots = slots_mine();
	for (size_t i = 0; i < SLOTS; i++)
		if (slots[i].serial == c->serial)
			slot_clear(&slots[i]);
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

/* The organization's key of an epoch: HKDF with info "code" || epoch || org, and
 * "CODE" || epoch || SHA-256(org) for names longer than any we give. */
static void org_key(const struct codes *c, struct str org, uint8_t epoch, uint8_t key[CODE_KEY])
{
	char info[5 + ORG_MAX];
	bool fits = org.n <= ORG_MAX;
	memcpy(info, fits ? "code" : "CODE", 4);
	info[4] = (char)epoch;
	if (fits && org.n)
		memcpy(info + 5, org.p, org.n);
	else if (!fits)
		sha256(org, (uint8_t *)info + 5);
	hkdf_sha256(secret_str(&c->master), STR("musubi"),
	            str_of(info, 5 + (fits ? org.n : SHA256_SIZE)), key, CODE_KEY);
}

static EVP_CIPHER_CTX *context(const struct codes *c, const uint8_t key[CODE_KEY], int encrypt)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	bool fine = ctx && EVP_CipherInit_ex2(ctx, c->aes, key, NULL, encrypt, NULL) == 1 &&
	            EVP_CIPHER_CTX_set_padding(ctx, 0) == 1;
	assert(fine); /* a fetched cipher and a whole key: nothing can fail but memory */
	(void)fine;
	return ctx;
}

static void slot_fill(struct slot *s, const struct codes *c, struct str org, uint8_t epoch)
{
	uint8_t key[CODE_KEY];
	org_key(c, org, epoch, key);
	*s = (struct slot){ .serial = c->serial, .epoch = epoch, .n = org.n,
		.to = context(c, key, 1), .from = context(c, key, 0) };
	if (org.n && org.n <= ORG_MAX)
		memcpy(s->org, org.p, org.n);
	mem_wipe(key, sizeof key);
}

/* One block is a permutation of all core ids: exactly what a code must be. */
static void block(EVP_CIPHER_CTX *ctx, const uint8_t in[CODE_BLOCK], uint8_t out[CODE_BLOCK])
{
	int n = 0;
	bool fine = EVP_CipherUpdate(ctx, out, &n, in, CODE_BLOCK) == 1 && n == CODE_BLOCK;
	assert(fine);
	(void)fine;
}

static void permute(const struct codes *c, struct str org, uint8_t epoch, bool encrypt,
                    const uint8_t in[CODE_BLOCK], uint8_t out[CODE_BLOCK])
{
	struct slot once = { 0 };
	struct slot *s = &slots_mine()[(str_hash(org) ^ c->serial) % SLOTS];
	if (org.n > ORG_MAX) {
		s = &once;
		slot_fill(s, c, org, epoch);
	} else if (s->serial != c->serial || s->epoch != epoch ||
	           !str_eq(str_of(s->org, s->n), org)) {
		slot_clear(s);
		slot_fill(s, c, org, epoch);
	}
	block(encrypt ? s->to : s->from, in, out);
	slot_clear(&once);
}

struct str code_of(struct codes *c, struct arena *a, struct str org, struct core_id id)
{
	uint8_t raw[1 + CODE_BLOCK] = { CODE_EPOCH };
	permute(c, org, CODE_EPOCH, true, id.b, raw + 1);
	return hex_encode(a, str_of((const char *)raw, sizeof raw));
}

/* Lower case only: one text for one code, which is a key of tables. -1: none. */
static int nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

struct result code_to_core(struct codes *c, struct str org, struct str code,
                           struct core_id *ret, struct err *err)
{
	uint8_t raw[1 + CODE_BLOCK];
	if (code.n != CODE_TEXT)
		return fail(err, ERR_INPUT, "mesh.code.malformed", NULL, "a code has %d hex digits, not %zu",
		            CODE_TEXT, code.n);
	for (size_t i = 0; i < sizeof raw; i++) {
		int high = nibble(code.p[2 * i]), low = nibble(code.p[2 * i + 1]);
		if (high < 0 || low < 0)
			return fail(err, ERR_INPUT, "mesh.code.malformed", NULL,
			            "a code is hexadecimal in lower case");
		raw[i] = (uint8_t)(high << 4 | low);
	}
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
