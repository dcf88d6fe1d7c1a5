/* Keys of a token: finding, making, reading the public half, signing. */
#include "base/mem.h"
#include "crypto/der.h"
#include "crypto/key_local.h"
#include "crypto/key_token_private.h"

enum { EXPONENT_MAX = 8, POINT_MAX = 256, MODULUS_MAX = 512, TRIES = 2 };

static bool is_rsa(enum key_alg alg)
{
	return strcmp(key_alg_row(alg)->family, "RSA") == 0;
}

/* ---- finding ---- */

struct result token_find(struct token *t, CK_SESSION_HANDLE s, CK_OBJECT_CLASS class,
                         struct str name, CK_OBJECT_HANDLE *ret, CK_RV *ret_rv, struct err *err)
{
	CK_OBJECT_HANDLE found[2];
	CK_ULONG n = 0;
	CK_ATTRIBUTE what[] = { { CKA_CLASS, &class, sizeof class },
	                        { CKA_LABEL, (char *)(uintptr_t)name.p, name.n } };
	CK_RV rv = t->f->C_FindObjectsInit(s, what, 2);
	if (rv == CKR_OK) {
		rv = t->f->C_FindObjects(s, found, 2, &n);
		t->f->C_FindObjectsFinal(s);
	}
	*ret_rv = rv;
	if (rv != CKR_OK)
		return token_failed(rv, "search", err);
	if (n != 1)
		return fail(err, n ? ERR_CONFLICT : ERR_NOT_FOUND,
		            n ? "crypto.token.twice" : "crypto.key.none", NULL,
		            n ? "the token has two keys named %.*s" : "the token has no key %.*s",
		            STR_ARG(name));
	*ret = found[0];
	return ok();
}

/* ---- the public half ---- */

static CK_RV attribute(struct token *t, CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o,
                       CK_ATTRIBUTE_TYPE type, uint8_t *room, size_t *n)
{
	CK_ATTRIBUTE a = { type, room, *n };
	CK_RV rv = t->f->C_GetAttributeValue(s, o, &a, 1);
	if (rv == CKR_OK)
		*n = a.ulValueLen;
	return rv;
}

static void put_spki(struct buf *out, const char *oid, struct str curve, struct str bits)
{
	struct der d;
	der_init(&d, out);
	der_open(&d, DER_SEQ);
	der_open(&d, DER_SEQ);
	der_put_oid(&d, oid);
	if (curve.n)
		der_raw(&d, curve);
	else
		der_put_null(&d);
	der_close(&d);
	der_put_bits(&d, bits);
	der_close(&d);
}

static CK_RV rsa_spki(struct token *t, CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o, struct buf *out)
{
	uint8_t modulus[MODULUS_MAX], exponent[EXPONENT_MAX];
	size_t n = sizeof modulus, e = sizeof exponent;
	CK_RV rv = attribute(t, s, o, CKA_MODULUS, modulus, &n);
	if (rv == CKR_OK)
		rv = attribute(t, s, o, CKA_PUBLIC_EXPONENT, exponent, &e);
	if (rv != CKR_OK)
		return rv;
	BUF_AUTO bits;
	struct der d;
	buf_init(&bits, KEY_SPKI_MAX);
	der_init(&d, &bits);
	der_open(&d, DER_SEQ);
	der_put_bytes_int(&d, str_of((char *)modulus, n));
	der_put_bytes_int(&d, str_of((char *)exponent, e));
	der_close(&d);
	put_spki(out, key_alg_row(KEY_RSA_2048)->oid, STR(""), buf_str(&bits));
	return CKR_OK;
}

/* CKA_EC_POINT is the point inside of an OCTET STRING (PKCS#11 §2.3.3). */
static CK_RV ec_spki(struct token *t, CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o, struct buf *out)
{
	uint8_t params[64], point[POINT_MAX];
	size_t n = sizeof params, p = sizeof point;
	CK_RV rv = attribute(t, s, o, CKA_EC_PARAMS, params, &n);
	if (rv == CKR_OK)
		rv = attribute(t, s, o, CKA_EC_POINT, point, &p);
	if (rv != CKR_OK)
		return rv;
	struct der_in in = der_read(str_of((char *)point, p));
	struct str bits = der_get(&in, DER_OCTETS);
	put_spki(out, key_alg_row(KEY_P256)->oid, str_of((char *)params, n), bits);
	return CKR_OK; /* key_new_at refuses what is no key */
}

static struct result read_spki(struct token *t, CK_SESSION_HANDLE s, struct str name,
                               struct buf *out, CK_RV *ret_rv, struct err *err)
{
	CK_OBJECT_HANDLE o;
	CK_KEY_TYPE type;
	TRY(token_find(t, s, CKO_PUBLIC_KEY, name, &o, ret_rv, err));
	CK_ATTRIBUTE a = { CKA_KEY_TYPE, &type, sizeof type };
	*ret_rv = t->f->C_GetAttributeValue(s, o, &a, 1);
	if (*ret_rv == CKR_OK)
		*ret_rv = type == CKK_RSA ? rsa_spki(t, s, o, out) : ec_spki(t, s, o, out);
	return *ret_rv == CKR_OK ? ok() : token_failed(*ret_rv, "public key", err);
}

/* ---- signing ---- */

struct mechanism {
	CK_MECHANISM m;
	CK_RSA_PKCS_PSS_PARAMS pss;
};

static void choose(enum sig_alg alg, struct mechanism *to)
{
	static const struct {
		CK_MECHANISM_TYPE hash;
		CK_RSA_PKCS_MGF_TYPE mgf;
	} hashes[DIGEST_COUNT] = { [DIGEST_SHA256] = { CKM_SHA256, CKG_MGF1_SHA256 },
		[DIGEST_SHA384] = { CKM_SHA384, CKG_MGF1_SHA384 },
		[DIGEST_SHA512] = { CKM_SHA512, CKG_MGF1_SHA512 } };
	const struct sig_alg_row *row = sig_alg_row(alg);
	to->m = (CK_MECHANISM){ row->pss ? CKM_RSA_PKCS_PSS : row->half ? CKM_ECDSA : CKM_RSA_PKCS,
	                        NULL, 0 };
	if (!row->pss)
		return;
	to->pss.hashAlg = hashes[row->digest].hash;
	to->pss.mgf = hashes[row->digest].mgf;
	to->pss.sLen = digest_size(row->digest);
	to->m.pParameter = &to->pss;
	to->m.ulParameterLen = sizeof to->pss;
}

/* DigestInfo (RFC 8017 §9.2), which CKM_RSA_PKCS wants made by the caller. */
static struct str to_sign(enum sig_alg alg, struct str hash, struct buf *room)
{
	static const char *const oids[DIGEST_COUNT] = { [DIGEST_SHA256] = "2.16.840.1.101.3.4.2.1",
		[DIGEST_SHA384] = "2.16.840.1.101.3.4.2.2", [DIGEST_SHA512] = "2.16.840.1.101.3.4.2.3" };
	const struct sig_alg_row *row = sig_alg_row(alg);
	struct der d;
	if (row->pss || row->half)
		return hash;
	der_init(&d, room);
	der_open(&d, DER_SEQ);
	der_open(&d, DER_SEQ);
	der_put_oid(&d, oids[row->digest]);
	der_put_null(&d);
	der_close(&d);
	der_put(&d, DER_OCTETS, hash);
	der_close(&d);
	return buf_str(room);
}

/* The handle of this epoch; another thread may look it up at the same time, and
 * finds the same. */
static struct result handle_of(struct token_object *o, const struct token_session *s,
                               CK_OBJECT_HANDLE *ret, CK_RV *ret_rv, struct err *err)
{
	struct token *t = o->token;
	pthread_mutex_lock(&t->lock);
	bool known = o->epoch == s->epoch;
	*ret = o->handle;
	pthread_mutex_unlock(&t->lock);
	*ret_rv = CKR_OK;
	if (known)
		return ok();
	TRY(token_find(t, s->handle, CKO_PRIVATE_KEY, str_c(o->name), ret, ret_rv, err));
	pthread_mutex_lock(&t->lock);
	o->handle = *ret;
	o->epoch = s->epoch;
	pthread_mutex_unlock(&t->lock);
	return ok();
}

static struct result sign_once(struct token_object *o, struct mechanism *m, struct str what,
                               uint8_t sig[KEY_SIG_MAX], CK_ULONG *n, bool *ret_lost,
                               struct err *err)
{
	struct token *t = o->token;
	struct token_session s;
	CK_OBJECT_HANDLE key;
	CK_RV rv;
	*ret_lost = true;
	TRY(token_borrow(t, &s, err));
	struct result r = handle_of(o, &s, &key, &rv, err);
	if (is_ok(r)) {
		rv = t->f->C_SignInit(s.handle, &m->m, key);
		if (rv == CKR_OK)
			rv = t->f->C_Sign(s.handle, (CK_BYTE *)(uintptr_t)what.p, what.n, sig, n);
		r = rv == CKR_OK ? ok() : token_failed(rv, "signature", err);
	}
	*ret_lost = is_err(r) && (token_lost(rv) || r.kind == ERR_NOT_FOUND);
	token_return(t, &s, *ret_lost);
	return r;
}

static struct result es_der(enum sig_alg alg, struct str raw, uint8_t ret[KEY_SIG_MAX],
                            size_t *ret_n, struct err *err)
{
	ARENA_AUTO a = arena_new(4096);
	struct str der;
	TRY(sig_es_der(alg, raw, a, &der, err));
	memcpy(ret, der.p, der.n);
	*ret_n = der.n;
	return ok();
}

static struct result object_sign(void *ctx, enum sig_alg alg, struct str data,
                                 uint8_t ret[KEY_SIG_MAX], size_t *ret_n, struct err *err)
{
	uint8_t hash[DIGEST_SIZE_MAX], sig[KEY_SIG_MAX];
	struct mechanism m;
	struct result r;
	CK_ULONG n = 0;
	bool lost = true;
	BUF_AUTO room;
	buf_init(&room, 128);
	struct str what = to_sign(alg, key_prehash(alg, data, hash), &room);
	choose(alg, &m);
	for (int i = 0; i < TRIES && lost; i++) {
		n = sizeof sig;
		r = sign_once(ctx, &m, what, sig, &n, &lost, err);
	}
	TRY(r);
	if (sig_alg_row(alg)->half)
		return es_der(alg, str_of((char *)sig, n), ret, ret_n, err);
	memcpy(ret, sig, n);
	*ret_n = n;
	return ok();
}

static void object_free(void *ctx)
{
	mem_free(ctx);
}

static const struct key_home home = { .sign = object_sign, .free = object_free };

/* ---- keys ---- */

static struct result adopt(struct token *t, struct str spki, struct str name, struct key **ret,
                           struct err *err)
{
	struct token_object *o = MEM_NEW(struct token_object);
	*o = (struct token_object){ .token = t };
	memcpy(o->name, name.p, name.n);
	struct key *k;
	struct result r = key_new_at(spki, &home, o, &k, err);
	if (is_err(r)) {
		mem_free(o);
		return r;
	}
	*ret = k;
	return ok();
}

static struct result check_name(struct str name, struct err *err)
{
	return name.n > 0 && name.n <= TOKEN_LABEL_MAX
	               ? ok()
	               : fail(err, ERR_INPUT, "crypto.token.name", NULL,
	                      "a key of a token has a name of 1 to %d bytes", TOKEN_LABEL_MAX);
}

struct result token_key(struct token *t, struct str name, struct key **ret, struct err *err)
{
	struct token_session s;
	CK_OBJECT_HANDLE private;
	CK_RV rv;
	BUF_AUTO spki;
	buf_init(&spki, KEY_SPKI_MAX);
	TRY(check_name(name, err));
	TRY(token_borrow(t, &s, err));
	struct result r = token_find(t, s.handle, CKO_PRIVATE_KEY, name, &private, &rv, err);
	if (is_ok(r))
		r = read_spki(t, s.handle, name, &spki, &rv, err);
	token_return(t, &s, token_lost(rv));
	TRY(r);
	return adopt(t, buf_str(&spki), name, ret, err);
}

static CK_RV generate(struct token *t, CK_SESSION_HANDLE s, enum key_alg alg, struct str name)
{
	CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	CK_ULONG bits = key_alg_row(alg)->bits;
	uint8_t e[] = { 1, 0, 1 };
	CK_OBJECT_HANDLE a, b;
	BUF_AUTO curve;
	struct der d;
	buf_init(&curve, 64);
	der_init(&d, &curve);
	if (!is_rsa(alg))
		der_put_oid(&d, key_alg_row(alg)->curve);
	CK_MECHANISM m = { is_rsa(alg) ? CKM_RSA_PKCS_KEY_PAIR_GEN : CKM_EC_KEY_PAIR_GEN, NULL, 0 };
	char *label = (char *)(uintptr_t)name.p;
	CK_ATTRIBUTE public[] = {
		{ CKA_TOKEN, &yes, sizeof yes }, { CKA_VERIFY, &yes, sizeof yes },
		{ CKA_LABEL, label, name.n }, { CKA_ID, label, name.n },
		{ is_rsa(alg) ? CKA_MODULUS_BITS : CKA_EC_PARAMS, is_rsa(alg) ? (void *)&bits : curve.p,
		  is_rsa(alg) ? sizeof bits : curve.n },
		{ CKA_PUBLIC_EXPONENT, e, sizeof e }, /* the last: RSA only */
	};
	CK_ATTRIBUTE private[] = {
		{ CKA_TOKEN, &yes, sizeof yes }, { CKA_PRIVATE, &yes, sizeof yes },
		{ CKA_SENSITIVE, &yes, sizeof yes }, { CKA_EXTRACTABLE, &no, sizeof no },
		{ CKA_SIGN, &yes, sizeof yes }, { CKA_LABEL, label, name.n }, { CKA_ID, label, name.n },
	};
	return t->f->C_GenerateKeyPair(s, &m, public, is_rsa(alg) ? 6 : 5, private, 7, &a, &b);
}

struct result token_generate(struct token *t, enum key_alg alg, struct str name,
                             struct key **ret, struct err *err)
{
	struct token_session s;
	CK_OBJECT_HANDLE there;
	CK_RV rv;
	TRY(check_name(name, err));
	if (!is_rsa(alg) && !key_alg_row(alg)->curve)
		return fail(err, ERR_INPUT, "crypto.key.mismatch", NULL, "no token makes %s",
		            key_alg_row(alg)->name);
	TRY(token_borrow(t, &s, err));
	struct result r = token_find(t, s.handle, CKO_PRIVATE_KEY, name, &there, &rv, NULL);
	if (r.kind == ERR_NOT_FOUND) {
		rv = generate(t, s.handle, alg, name);
		r = rv == CKR_OK ? ok() : token_failed(rv, "making a key", err);
	} else if (rv == CKR_OK) {
		r = fail(err, ERR_CONFLICT, "crypto.token.twice", NULL, "the token has a key %.*s already",
		         STR_ARG(name));
	} else {
		r = token_failed(rv, "search", err);
	}
	token_return(t, &s, token_lost(rv));
	TRY(r);
	return token_key(t, name, ret, err);
}
