/* A table of fixed size: a key takes the slot of its hash and drives out who was
 * there. What does not fit a slot is decoded each time. */
#include "sign/key_cache.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <pthread.h>

enum { SLOTS = 128, SPKI_KEPT = 1200, SPKI_MOST = 1 << 20 };

static struct slot {
	EVP_PKEY *key;
	size_t n;
	char spki[SPKI_KEPT];
} slots[SLOTS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static EVP_PKEY *decode(struct str spki)
{
	const unsigned char *p = (const unsigned char *)spki.p;
	EVP_PKEY *k = spki.n && spki.n < SPKI_MOST ? d2i_PUBKEY(NULL, &p, (long)spki.n) : NULL;
	if (k && (const char *)p != spki.p + spki.n) {
		EVP_PKEY_free(k);
		k = NULL;
	}
	ERR_clear_error();
	return k;
}

static EVP_PKEY *find(struct slot *s, struct str spki)
{
	EVP_PKEY *k = NULL;
	pthread_mutex_lock(&lock);
	if (s->key && str_eq(str_of(s->spki, s->n), spki) && EVP_PKEY_up_ref(s->key) == 1)
		k = s->key;
	pthread_mutex_unlock(&lock);
	return k;
}

static void keep(struct slot *s, struct str spki, EVP_PKEY *k)
{
	EVP_PKEY *old;
	if (EVP_PKEY_up_ref(k) != 1)
		return;
	pthread_mutex_lock(&lock);
	old = s->key;
	s->key = k;
	s->n = spki.n;
	memcpy(s->spki, spki.p, spki.n);
	pthread_mutex_unlock(&lock);
	EVP_PKEY_free(old);
}

EVP_PKEY *sign_key_of(struct str spki)
{
	struct slot *s = &slots[str_hash(spki) % SLOTS];
	if (!spki.n || spki.n > SPKI_KEPT)
		return decode(spki);
	EVP_PKEY *k = find(s, spki);
	if (!k) {
		k = decode(spki);
		if (k)
			keep(s, spki, k);
	}
	return k;
}
