/* The OCSP desk: which authority, which state, an answer signed or kept. */
#include "trust/ocsp.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/mem.h"
#include "trust/ocsp_priv.h"

/* An answer is good for a quarter of an hour, as JPKI's responders refresh. */
#define ANSWER_LIFE (15 * CLOCK_MINUTE)
#define LOOK_EVERY CLOCK_SECOND
enum { CHANGED_PAGE = 5000, RESPONSE_MAX = 65536 };

struct responder {
	bool present;
	struct ocsp_names names;
	struct str cert;
	struct key *key;
	uint8_t key_id[20];
	int64_t changed; /* the last change that was seen; guarded by look */
};

struct ocsp_desk {
	struct store *store;
	struct arena *arena;
	struct str org;
	struct ocsp_cache *cache;
	struct responder of[CA_COUNT];
	pthread_mutex_t look;
	_Atomic int64_t looked; /* steady time; 0: never, or the store was lost */
	_Atomic uint64_t answers, kept, signatures;
};

/* ---- names ---- */

static struct str key_bits(struct str spki)
{
	struct der_in in = der_read(spki), seq = der_enter(&in, DER_SEQ);
	der_get(&seq, DER_SEQ);
	return der_get_bits(&seq);
}

void ocsp_names_of(const struct cert *ca, struct ocsp_names *ret)
{
	for (int alg = 0; alg < DIGEST_COUNT; alg++) {
		digest((enum digest_alg)alg, ca->subject_der, ret->name[alg]);
		digest((enum digest_alg)alg, key_bits(ca->spki), ret->key[alg]);
	}
}

struct str ocsp_name_hash(const struct ocsp_names *n, enum digest_alg alg)
{
	return str_of((const char *)n->name[alg], digest_size(alg));
}

struct str ocsp_key_hash(const struct ocsp_names *n, enum digest_alg alg)
{
	return str_of((const char *)n->key[alg], digest_size(alg));
}

/* ---- making a desk ---- */

struct ocsp_desk *ocsp_desk_new(struct store *s, struct str org)
{
	struct ocsp_desk *d = MEM_NEW(struct ocsp_desk);
	d->store = s;
	d->arena = arena_new(1 << 20);
	d->org = arena_str(d->arena, org);
	d->cache = ocsp_cache_new();
	pthread_mutex_init(&d->look, NULL);
	return d;
}

void ocsp_desk_free(struct ocsp_desk *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < CA_COUNT; i++)
		key_unref(d->of[i].key);
	ocsp_cache_free(d->cache);
	pthread_mutex_destroy(&d->look);
	arena_free(d->arena);
	mem_free(d);
}

struct result ocsp_desk_add(struct ocsp_desk *d, enum ca_kind kind, struct str ca_cert,
                            struct key *key, struct str cert, struct err *err)
{
	struct cert ca, own;
	KEY_AUTO issuer = NULL;
	struct responder *r = &d->of[kind];
	TRY(cert_parse(d->arena, ca_cert, &ca, err));
	TRY(cert_parse(d->arena, cert, &own, err));
	TRY(profile_check(&own, PROFILE_OCSP, err));
	TRY(key_import_public(ca.spki, &issuer, err));
	if (!str_eq(own.spki, key_spki(key)) || !str_eq(own.issuer_der, ca.subject_der) ||
	    !key_verify(issuer, own.sig_alg, own.tbs, own.signature))
		return fail(err, ERR_INPUT, "trust.ocsp.responder", "RFC 6960 §4.2.2.2",
		            "not the key's certificate, or not issued by %s", ca_row(kind)->name);
	ocsp_names_of(&ca, &r->names);
	r->cert = own.der;
	r->key = key_ref(key);
	x509_key_id(own.spki, r->key_id);
	r->present = true;
	return ok();
}

void ocsp_desk_stats(const struct ocsp_desk *d, struct ocsp_stats *ret)
{
	*ret = (struct ocsp_stats){ atomic_load(&d->answers), atomic_load(&d->kept),
	                            atomic_load(&d->signatures) };
}

/* ---- is what we keep still true? ---- */

static struct result forget_changed(struct ocsp_desk *d, struct db *db, enum ca_kind kind,
                                    struct err *err)
{
	for (;;) {
		ARENA_AUTO a = arena_new(4 << 20);
		const struct changed_row *rows;
		size_t n;
		TRY(cert_rows_changed(db, a, d->org, kind, d->of[kind].changed, CHANGED_PAGE, &rows, &n,
		                      err));
		if (n)
			ocsp_cache_turn(d->cache);
		for (size_t i = 0; i < n; i++)
			ocsp_cache_forget(d->cache, kind, rows[i].serial);
		if (n)
			d->of[kind].changed = rows[n - 1].change;
		if (n < CHANGED_PAGE)
			return ok();
	}
}

static struct result look(struct ocsp_desk *d, struct err *err)
{
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(d->store, &db, err));
	for (int kind = 0; kind < CA_COUNT; kind++)
		if (d->of[kind].present)
			TRY(forget_changed(d, db, (enum ca_kind)kind, err));
	return ok();
}

/* At most once a second; ERR_UNAVAILABLE while the store is lost. */
static struct result look_around(struct ocsp_desk *d, struct err *err)
{
	int64_t now = clock_steady_us();
	if (now - atomic_load(&d->looked) < LOOK_EVERY && atomic_load(&d->looked))
		return ok();
	struct result r = ok();
	pthread_mutex_lock(&d->look);
	if (now - atomic_load(&d->looked) >= LOOK_EVERY || !atomic_load(&d->looked)) {
		r = look(d, err);
		atomic_store(&d->looked, is_ok(r) ? clock_steady_us() : 0);
	}
	pthread_mutex_unlock(&d->look);
	return r;
}

void ocsp_desk_forget(struct ocsp_desk *d)
{
	atomic_store(&d->looked, 0);
}

/* ---- answers ---- */

static const struct responder *responder_of(const struct ocsp_desk *d,
                                            const struct ocsp_cert_id *id, enum ca_kind *ret)
{
	for (int kind = 0; kind < CA_COUNT; kind++) {
		const struct responder *r = &d->of[kind];
		if (r->present && str_eq(id->name_hash, ocsp_name_hash(&r->names, id->alg)) &&
		    str_eq(id->key_hash, ocsp_key_hash(&r->names, id->alg))) {
			*ret = (enum ca_kind)kind;
			return r;
		}
	}
	return NULL;
}

static bool serial_of(const struct ocsp_cert_id *id, uint32_t *ret)
{
	uint32_t v = 0;
	for (size_t i = 0; i < 4 && i < id->serial.n; i++)
		v = v << 8 | (uint8_t)id->serial.p[i];
	*ret = v;
	return id->serial.n == 4 && !((uint8_t)id->serial.p[0] & 0x80);
}

/* One status to be said. */
struct item {
	const struct ocsp_cert_id *id;
	struct cert_state state;
};

static void put_item(struct der *d, const struct item *it, int64_t now, int64_t until)
{
	char reason = (char)it->state.reason;
	der_open(d, DER_SEQ);
	der_raw(d, it->id->raw);
	if (it->state.status == STATUS_REVOKED) {
		der_open(d, DER_CTXC(1));
		der_put_gentime(d, it->state.at);
		if (it->state.reason != REVOKE_UNSPECIFIED) {
			der_open(d, DER_CTXC(0));
			der_put(d, DER_ENUM, str_of(&reason, 1));
			der_close(d);
		}
		der_close(d);
	} else {
		der_put(d, it->state.status == STATUS_GOOD ? DER_CTX(0) : DER_CTX(2), STR(""));
	}
	der_put_gentime(d, now);
	der_open(d, DER_CTXC(0));
	der_put_gentime(d, until);
	der_close(d);
	der_close(d);
}

static void put_tbs(struct der *d, const struct responder *r, const struct item *items, size_t n,
                    struct str nonce, int64_t now)
{
	der_open(d, DER_SEQ);
	der_open(d, DER_CTXC(2)); /* responderID byKey */
	der_put(d, DER_OCTETS, str_of((const char *)r->key_id, sizeof r->key_id));
	der_close(d);
	der_put_gentime(d, now);
	der_open(d, DER_SEQ);
	for (size_t i = 0; i < n; i++)
		put_item(d, &items[i], now, now + ANSWER_LIFE);
	der_close(d);
	ocsp_put_nonce(d, DER_CTXC(1), nonce);
	der_close(d);
}

/* BasicOCSPResponse inside of OCSPResponse (RFC 6960 §4.2.1). */
static void put_response(struct der *d, const struct responder *r, struct str tbs, struct str sig)
{
	der_open(d, DER_SEQ);
	der_put(d, DER_ENUM, str_of("\0", 1));
	der_open(d, DER_CTXC(0));
	der_open(d, DER_SEQ);
	der_put_oid(d, OID_OCSP_BASIC);
	der_open(d, DER_OCTETS);
	der_open(d, DER_SEQ);
	der_raw(d, tbs);
	x509_put_sig_alg(d, key_sig_of(r->key));
	der_put_bits(d, sig);
	der_open(d, DER_CTXC(0));
	der_open(d, DER_SEQ);
	der_raw(d, r->cert);
	der_close(d);
	der_close(d);
	der_close(d);
	der_close(d);
	der_close(d);
	der_close(d);
	der_close(d);
}

static struct result sign(struct ocsp_desk *desk, struct arena *a, const struct responder *r,
                          const struct item *items, size_t n, struct str nonce, int64_t now,
                          struct str *ret, struct err *err)
{
	BUF_AUTO tbs, out;
	struct der d;
	uint8_t sig[KEY_SIG_MAX];
	size_t nsig;
	buf_init(&tbs, RESPONSE_MAX);
	buf_init(&out, RESPONSE_MAX);
	der_init(&d, &tbs);
	put_tbs(&d, r, items, n, nonce, now);
	TRY(key_sign(r->key, key_sig_of(r->key), buf_str(&tbs), sig, &nsig, err));
	der_init(&d, &out);
	put_response(&d, r, buf_str(&tbs), str_of((const char *)sig, nsig));
	if (buf_over(&out) || buf_over(&tbs))
		return fail(err, ERR_INTERNAL, "trust.ocsp.large", NULL, "an answer over %d bytes",
		            RESPONSE_MAX);
	atomic_fetch_add_explicit(&desk->signatures, 1, memory_order_relaxed);
	*ret = arena_str(a, buf_str(&out));
	return ok();
}

/* The state of one certificate: kept, or from the table. */
static struct result state_of(struct ocsp_desk *d, struct arena *a, const struct ocsp_cert_id *id,
                              struct cert_state *ret, struct err *err)
{
	struct ocsp_kept k = { .alg = id->alg };
	uint64_t epoch = ocsp_cache_epoch(d->cache);
	*ret = (struct cert_state){ .status = STATUS_UNKNOWN };
	if (!responder_of(d, id, &k.kind) || !serial_of(id, &k.serial))
		return ok();
	if (ocsp_cache_get(d->cache, a, k.kind, k.serial, k.alg, &k)) {
		*ret = k.state;
		return ok();
	}
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(d->store, &db, err));
	TRY(cert_state_find(db, a, d->org, k.kind, k.serial, &k.state, err));
	if (k.state.status != STATUS_UNKNOWN)
		ocsp_cache_put(d->cache, &k, epoch);
	*ret = k.state;
	return ok();
}

/* One certificate, no nonce: the answer that everybody gets. */
static bool give_kept(struct ocsp_desk *d, struct arena *a, const struct ocsp_request *r,
                      int64_t now, struct ocsp_answer *ret)
{
	struct ocsp_kept k;
	enum ca_kind kind;
	uint32_t serial;
	if (r->n != 1 || r->nonce.n || !responder_of(d, &r->ids[0], &kind) ||
	    !serial_of(&r->ids[0], &serial) ||
	    !ocsp_cache_get(d->cache, a, kind, serial, r->ids[0].alg, &k) || !k.n ||
	    now < k.this_update || now > k.next_update - ANSWER_LIFE / 2)
		return false;
	*ret = (struct ocsp_answer){ OCSP_SUCCESSFUL, str_of(k.der, k.n), k.this_update, k.next_update,
	                             true, true };
	atomic_fetch_add_explicit(&d->kept, 1, memory_order_relaxed);
	return true;
}

static void keep(struct ocsp_desk *d, const struct item *it, const struct ocsp_answer *ans,
                 uint64_t epoch)
{
	struct ocsp_kept k = { .alg = it->id->alg, .state = it->state, .this_update = ans->this_update,
	                       .next_update = ans->next_update, .n = ans->der.n, .der = ans->der.p };
	if (responder_of(d, it->id, &k.kind) && serial_of(it->id, &k.serial))
		ocsp_cache_put(d->cache, &k, epoch);
}

static struct result answer_live(struct ocsp_desk *d, struct arena *a,
                                 const struct ocsp_request *r, int64_t now,
                                 struct ocsp_answer *ret, struct err *err)
{
	struct item *items = ARENA_ARRAY(a, struct item, r->n);
	const struct responder *who = NULL;
	uint64_t epoch = ocsp_cache_epoch(d->cache);
	enum ca_kind kind;
	for (size_t i = 0; i < r->n && !who; i++)
		who = responder_of(d, &r->ids[i], &kind);
	if (!who) {
		ret->status = OCSP_UNAUTHORIZED;
		return ok();
	}
	for (size_t i = 0; i < r->n; i++) {
		enum ca_kind other;
		items[i].id = &r->ids[i];
		/* one signature speaks for one authority; others' are unknown to it */
		if (responder_of(d, &r->ids[i], &other) == who)
			TRY(state_of(d, a, &r->ids[i], &items[i].state, err));
		else
			items[i].state.status = STATUS_UNKNOWN;
	}
	TRY(sign(d, a, who, items, r->n, r->nonce, now, &ret->der, err));
	ret->this_update = now;
	ret->next_update = now + ANSWER_LIFE;
	ret->cacheable = r->n == 1 && !r->nonce.n && items[0].state.status != STATUS_UNKNOWN;
	if (ret->cacheable)
		keep(d, &items[0], ret, epoch);
	return ok();
}

/* OCSPResponse without bytes: only the status. */
static struct str bare(struct arena *a, enum ocsp_status status)
{
	char bytes[] = { 0x30, 0x03, 0x0a, 0x01, (char)status };
	return arena_str(a, str_of(bytes, sizeof bytes));
}

void ocsp_answer(struct ocsp_desk *d, struct arena *a, struct str request, int64_t now,
                 struct ocsp_answer *ret, struct err *err)
{
	struct ocsp_request *r = ARENA_NEW(a, struct ocsp_request);
	struct ocsp_answer ans = { .status = OCSP_SUCCESSFUL };
	atomic_fetch_add_explicit(&d->answers, 1, memory_order_relaxed);
	now -= now % CLOCK_SECOND;
	if (is_err(ocsp_request_parse(request, r, NULL))) {
		ans.status = OCSP_MALFORMED;
	} else {
		struct result did = look_around(d, err);
		if (is_ok(did) && !give_kept(d, a, r, now, &ans))
			did = answer_live(d, a, r, now, &ans, err);
		if (is_err(did)) /* the table, or the key's home, will be back; never a guess */
			ans.status = did.kind == ERR_INTERNAL ? OCSP_INTERNAL : OCSP_TRY_LATER;
	}
	if (ans.status != OCSP_SUCCESSFUL)
		ans = (struct ocsp_answer){ .status = ans.status, .der = bare(a, ans.status) };
	*ret = ans;
}
