/* The unit: time, serial, token, journal; in this order, and no token without
 * all of them. */
#include "trust/tsa.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/mem.h"
#include "trust/tsa_priv.h"

enum { SERIAL_BLOCK = 256 };

struct tsa {
	struct arena *arena;
	struct store *store;
	struct str org, name;
	struct key *key;
	struct cert cert;
	struct str chain[TSA_CHAIN_MAX];
	size_t nchain;
	const char *policy;
	int64_t accuracy_us;
	struct tsa_journal journal;
	pthread_mutex_t lock; /* guards the rest */
	struct tsa_watch watch;
	int64_t last;         /* genTime of the last token */
	int64_t next, end;    /* serials reserved */
};

static struct tsa *tsa_new(const struct tsa_setup *s)
{
	struct tsa *t = MEM_NEW(struct tsa);
	t->arena = arena_new(1 << 20);
	t->store = s->store;
	t->org = arena_str(t->arena, s->org);
	t->name = arena_str(t->arena, s->name);
	t->key = key_ref(s->key);
	for (size_t i = 0; i < s->nchain && i < TSA_CHAIN_MAX; i++)
		t->chain[t->nchain++] = arena_str(t->arena, s->chain[i]);
	t->policy = s->policy ? s->policy : TSA_POLICY_OID;
	t->accuracy_us = s->accuracy_us ? s->accuracy_us : CLOCK_SECOND;
	pthread_mutex_init(&t->lock, NULL);
	tsa_journal_init(&t->journal, s->store);
	tsa_watch_init(&t->watch, s->clock ? s->clock : &tsa_clock_system, s->need_sync,
	               t->accuracy_us);
	return t;
}

struct result tsa_open(const struct tsa_setup *s, struct tsa **ret, struct err *err)
{
	struct tsa *t = tsa_new(s);
	struct result r = cert_parse(t->arena, s->cert, &t->cert, err);
	if (is_ok(r))
		r = profile_check(&t->cert, PROFILE_TIME_STAMP, err);
	if (is_ok(r) && (!str_eq(t->cert.spki, key_spki(s->key)) || !key_private(s->key)))
		r = fail(err, ERR_INPUT, "trust.tsa.key", NULL, "the certificate is of another key");
	if (is_err(r)) {
		tsa_close(t);
		return r;
	}
	*ret = t;
	return ok();
}

void tsa_close(struct tsa *t)
{
	if (!t)
		return;
	key_unref(t->key);
	pthread_mutex_destroy(&t->lock);
	tsa_journal_done(&t->journal);
	arena_free(t->arena);
	mem_free(t);
}

void tsa_trust_clock(struct tsa *t)
{
	pthread_mutex_lock(&t->lock);
	tsa_watch_init(&t->watch, t->watch.clock, t->watch.need_sync, t->accuracy_us);
	pthread_mutex_unlock(&t->lock);
}

static struct result refill(struct tsa *t, struct err *err)
{
	ARENA_AUTO a = arena_new(1 << 16);
	STORE_TX_AUTO tx = NULL;
	int64_t first;
	TRY(store_begin(t->store, &tx, err));
	TRY(tsa_row_take(tx, a, t->org, t->name, SERIAL_BLOCK, &first, err));
	TRY(store_commit(&tx, err));
	t->next = first;
	t->end = first + SERIAL_BLOCK;
	return ok();
}

/* A serial and a time later than that of every token before. */
static struct result take(struct tsa *t, uint64_t *ret_serial, int64_t *ret_at, struct err *err)
{
	int64_t now = 0;
	TRY(tsa_watch_time(&t->watch, &now, err));
	if (t->next == t->end)
		TRY(refill(t, err));
	if (now <= t->last)
		now = t->last + 1;
	if (now < t->cert.not_before || now > t->cert.not_after)
		return fail(err, ERR_UNAVAILABLE, "trust.tsa.expired", NULL,
		            "the unit's certificate is not valid now");
	t->last = now;
	*ret_at = now;
	*ret_serial = (uint64_t)t->next++;
	return ok();
}

static struct result record(struct tsa *t, struct arena *a, const struct tsa_stamp *s,
                            struct str token, struct err *err)
{
	struct json_object *o = json_object_new(a);
	json_put_str(o, STR("imprint"), hex_encode(a, s->request->hash));
	json_put_str(o, STR("time"), time_format(a, s->at));
	json_put_str(o, STR("unit"), t->name);
	struct journal_entry e = {
		.org = t->org, .subject = STR(""), .event = STR("trust.time_stamp"), .actor = STR("system"),
		.object = arena_printf(a, "%llu", (unsigned long long)s->serial), .purpose = STR(""),
		.detail = json_object_done(o), .body = token,
	};
	return tsa_journal_add(&t->journal, &e, err);
}

static struct result stamp(struct tsa *t, struct arena *a, const struct tsa_request *r,
                           struct tsa_answer *ret, struct err *err)
{
	struct tsa_stamp s = { .request = r, .policy = t->policy, .accuracy_us = t->accuracy_us,
	                       .key = t->key, .cert = &t->cert, .chain = t->chain,
	                       .nchain = t->nchain };
	struct str token;
	pthread_mutex_lock(&t->lock);
	struct result taken = take(t, &s.serial, &s.at, err);
	pthread_mutex_unlock(&t->lock);
	TRY(taken);
	TRY(tsa_token(a, &s, &token, err));
	TRY(record(t, a, &s, token, err));
	*ret = (struct tsa_answer){ TSA_FAIL_NONE, tsa_granted(a, token), token, s.serial, s.at };
	return ok();
}

void tsa_answer(struct tsa *t, struct arena *a, struct str request, struct tsa_answer *ret,
                struct err *err)
{
	struct tsa_request r;
	struct err why = { 0 };
	struct tsa_answer ans = { .fail = TSA_FAIL_NONE };
	if (tsa_request_parse(request, &r, &ans.fail) && r.policy[0] && strcmp(r.policy, t->policy) != 0)
		ans.fail = TSA_POLICY;
	if (ans.fail == TSA_FAIL_NONE && is_err(stamp(t, a, &r, &ans, &why))) {
		bool clock = why.code && strcmp(why.code, "trust.tsa.clock") == 0;
		ans = (struct tsa_answer){ .fail = clock ? TSA_NO_TIME : TSA_FAILURE };
		if (err)
			*err = why;
	}
	if (ans.fail != TSA_FAIL_NONE)
		ans.der = tsa_refused(a, ans.fail);
	*ret = ans;
}
