/* The certification authority: creation, issue, record.
 *
 * Serials count up from a random start between 0x01000000 and 0x10FFFFFF, so
 * that all have four octets and say little about how many there are. A block is
 * taken from the store before its first serial is used; what a crash leaves
 * unused is lost, never repeated. */
#include "trust/ca.h"

#include <assert.h>
#include <pthread.h>

#include "base/calendar.h"
#include "base/encode.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/text.h"
#include "store/journal.h"
#include "trust/cert_build.h"
#include "trust/trust_store.h"
#include "trust/x509.h"

enum { SERIAL_FIRST = 0x01000000, SERIAL_SPREAD = 0x10000000, SERIAL_LAST = 0x7fffffff,
       SERIAL_BLOCK = 64 };

struct ca {
	struct store *store;
	struct arena *arena; /* org and cert */
	struct str org;
	enum ca_kind kind;
	struct key *key;
	struct str cert;
	int64_t not_after;
	pthread_mutex_t lock; /* guards next and end */
	int64_t next, end;
};

static struct ca *ca_new(struct store *s, struct str org, enum ca_kind kind, struct key *key,
                         struct str der, int64_t not_after)
{
	struct ca *ca = MEM_NEW(struct ca);
	ca->store = s;
	ca->arena = arena_new(1 << 20);
	ca->org = arena_str(ca->arena, org);
	ca->kind = kind;
	ca->key = key_ref(key);
	ca->cert = arena_str(ca->arena, der);
	ca->not_after = not_after;
	pthread_mutex_init(&ca->lock, NULL);
	return ca;
}

void trust_ca_close(struct ca *ca)
{
	if (!ca)
		return;
	key_unref(ca->key);
	arena_free(ca->arena);
	pthread_mutex_destroy(&ca->lock);
	mem_free(ca);
}

struct str trust_ca_cert(const struct ca *ca)
{
	return ca->cert;
}

struct str trust_ca_org(const struct ca *ca)
{
	return ca->org;
}

enum ca_kind trust_ca_kind(const struct ca *ca)
{
	return ca->kind;
}

const struct key *trust_ca_key(const struct ca *ca)
{
	return ca->key;
}

struct store *ca_store(const struct ca *ca)
{
	return ca->store;
}

struct result ca_take_crl_number(struct ca *ca, int64_t *ret, struct err *err)
{
	ARENA_AUTO a = arena_new(1 << 20);
	STORE_TX_AUTO tx = NULL;
	int64_t number;
	TRY(store_begin(ca->store, &tx, err));
	TRY(ca_row_next_crl(tx, a, ca->org, ca->kind, &number, err));
	TRY(store_commit(&tx, err));
	*ret = number;
	return ok();
}

/* Builds, reads back, checks against the profile, and only then signs. */
static struct result make(struct arena *a, const struct cert_plan *p, const struct key *key,
                          struct str *ret_der, struct err *err)
{
	struct cert c;
	struct str tbs;
	TRY(cert_build_tbs(a, p, &tbs, err));
	TRY(cert_parse_tbs(a, tbs, &c, err));
	TRY(profile_check(&c, p->profile, err));
	return x509_sign(a, tbs, key, ret_der, err);
}

struct result trust_ca_create(struct store *s, struct str org, enum ca_kind kind, struct key *key,
                              int64_t now, struct ca **ret, struct err *err)
{
	ARENA_AUTO a = arena_new(1 << 20);
	STORE_TX_AUTO tx = NULL;
	struct cert_plan p = {
		.profile = PROFILE_CA, .ca = kind,
		.serial = SERIAL_FIRST + (uint32_t)(random_u64() % SERIAL_SPREAD),
		.sig_alg = key_sig_of(key), .subject = ca_row(kind)->dn, .spki = key_spki(key),
		.issuer_spki = key_spki(key), .not_before = now,
		.not_after = profile_not_after(profile_row(PROFILE_CA), now, 0, 0, 0),
	};
	struct ca_record r = { .serial_next = (int64_t)p.serial + 1 };
	TRY(make(a, &p, key, &r.der, err));
	TRY(store_begin(s, &tx, err));
	TRY(ca_row_add(tx, org, kind, &r, err));
	struct journal_entry e = {
		.org = org, .subject = STR(""), .event = STR("trust.ca.create"), .actor = STR("system"),
		.object = str_c(ca_row(kind)->name), .purpose = STR(""), .body = r.der,
	};
	TRY(journal_add(tx, &e, err));
	TRY(store_commit(&tx, err));
	*ret = ca_new(s, org, kind, key, r.der, p.not_after);
	return ok();
}

struct result trust_ca_open(struct store *s, struct str org, enum ca_kind kind, struct key *key,
                            struct ca **ret, struct err *err)
{
	ARENA_AUTO a = arena_new(1 << 20);
	STORE_READER_AUTO db = NULL;
	struct ca_record r;
	struct cert c;
	TRY(store_reader(s, &db, err));
	TRY(ca_row_find(db, a, org, kind, &r, err));
	TRY(cert_parse(a, r.der, &c, err));
	if (!str_eq(c.spki, key_spki(key)) || !key_private(key))
		return fail(err, ERR_INPUT, "trust.ca.key", NULL, "the key is not that of %.*s %s",
		            STR_ARG(org), ca_row(kind)->name);
	*ret = ca_new(s, org, kind, key, r.der, c.not_after);
	return ok();
}

static struct result refill(struct ca *ca, struct err *err)
{
	ARENA_AUTO a = arena_new(1 << 20);
	STORE_TX_AUTO tx = NULL;
	int64_t first;
	TRY(store_begin(ca->store, &tx, err));
	TRY(ca_row_take_serials(tx, a, ca->org, ca->kind, SERIAL_BLOCK, &first, err));
	TRY(store_commit(&tx, err));
	if (first + SERIAL_BLOCK - 1 > SERIAL_LAST)
		return fail(err, ERR_UNAVAILABLE, "trust.ca.exhausted", NULL,
		            "no serial of four octets is left");
	ca->next = first;
	ca->end = first + SERIAL_BLOCK;
	return ok();
}

static struct result take_serial(struct ca *ca, uint32_t *ret, struct err *err)
{
	struct result r = ok();
	pthread_mutex_lock(&ca->lock);
	if (ca->next == ca->end)
		r = refill(ca, err);
	if (is_ok(r))
		*ret = (uint32_t)ca->next++;
	pthread_mutex_unlock(&ca->lock);
	return r;
}

static void add_part(struct dn *dn, enum dn_type type, struct str value)
{
	assert(dn->n < CERT_RDN_MAX);
	dn->parts[dn->n++] = (struct dn_part){ type, value };
}

/* 26 characters of base32: what a citizen's CN looks like. */
static struct str opaque_id(struct arena *a)
{
	char bytes[16];
	random_bytes(bytes, sizeof bytes);
	return base32_encode(a, str_of(bytes, sizeof bytes));
}

static struct dn subject_of(struct arena *a, const struct cert_request *r)
{
	struct dn dn = { 0 };
	enum subject_shape shape = profile_row(r->profile)->subject;
	add_part(&dn, DN_C, STR("JP"));
	if (shape == SUBJECT_RESIDENT) {
		add_part(&dn, DN_L, r->prefecture);
		add_part(&dn, DN_L, r->municipality);
	} else if (shape == SUBJECT_OFFICE) {
		add_part(&dn, DN_O, r->organization);
		add_part(&dn, DN_ORG_ID, arena_printf(a, "GOVJP-%.*s", STR_ARG(r->organization_id)));
		add_part(&dn, DN_OU, r->office);
	} else if (shape == SUBJECT_COMPANY) {
		add_part(&dn, DN_O, r->organization);
		add_part(&dn, DN_ORG_ID, arena_printf(a, "NTRJP-%.*s", STR_ARG(r->organization_id)));
		add_part(&dn, DN_L, r->office);
	} else if (shape == SUBJECT_OFFICER) {
		add_part(&dn, DN_O, r->organization);
		add_part(&dn, DN_OU, r->office);
		add_part(&dn, DN_SERIAL, r->organization_id);
	} else if (shape == SUBJECT_HOST || shape == SUBJECT_SERVICE) {
		add_part(&dn, DN_O, r->organization);
	}
	add_part(&dn, DN_CN, r->name.n ? r->name : opaque_id(a));
	return dn;
}

static struct str no_map(struct arena *a, struct str text)
{
	size_t n = text_points(text);
	char *p = arena_alloc(a, n + 1);
	memset(p, '0', n);
	return str_of(p, n);
}

/* '1' 明治 … '5' 令和, '0' when unknown. */
static char era_code(const struct cert_holder *h)
{
	struct date birth;
	int year;
	const struct era *era = NULL;
	if (date_make(h->year, h->month, h->day, &birth))
		era = date_era(birth, &year);
	for (size_t i = 0; era && era_at(i); i++)
		if (era_at(i) == era) /* newest first */
			return (char)('5' - (char)i);
	return '0';
}

static struct cert_holder holder_of(struct arena *a, const struct cert_request *r)
{
	struct cert_holder h = r->holder;
	h.present = true;
	h.era = era_code(&h);
	if (!h.name_map.n)
		h.name_map = no_map(a, h.name);
	if (!h.address_map.n)
		h.address_map = no_map(a, h.address);
	return h;
}

static struct result check_age(const struct cert_request *r, int64_t now, struct err *err)
{
	const struct profile_row *row = profile_row(r->profile);
	if (row->validity != VALID_FIFTH_BIRTHDAY)
		return ok();
	int age = profile_age(now, r->holder.year, r->holder.month, r->holder.day);
	if (r->holder.year && age < 0)
		return fail(err, ERR_INPUT, "trust.birth", NULL, "not a date of birth in the past");
	if (r->holder.year && age < row->age_min && !r->any_age)
		return fail(err, ERR_INPUT, "trust.age", NULL, "%d years old; %s from %d", age, row->name,
		            row->age_min);
	return ok();
}

/* Citizens' keys are what cards hold (RSA-2048) or P-256. */
static bool key_allowed(const struct key *k, const struct profile_row *row)
{
	enum key_alg alg = key_alg_of(k);
	return row->validity != VALID_FIFTH_BIRTHDAY || alg == KEY_RSA_2048 || alg == KEY_P256;
}

static struct result plan_of(struct ca *ca, struct arena *a, const struct cert_request *r,
                             const struct key *key, int64_t now, struct cert_plan *ret,
                             struct err *err)
{
	const struct profile_row *row = profile_row(r->profile);
	if (row->subject == SUBJECT_CA || (row->ca != ca->kind && !row->any_ca))
		return fail(err, ERR_INPUT, "trust.profile.ca", NULL, "%s is not issued by %s", row->name,
		            ca_row(ca->kind)->name);
	if (!key_allowed(key, row))
		return fail(err, ERR_INPUT, "trust.profile.key", NULL, "%s is not for keys of %s",
		            row->name, key_alg_row(key_alg_of(key))->name);
	TRY(check_age(r, now, err));
	struct cert_plan p = {
		.profile = r->profile, .ca = ca->kind, .sig_alg = key_sig_of(ca->key),
		.subject = subject_of(a, r), .spki = arena_str(a, key_spki(key)),
		.issuer_spki = key_spki(ca->key), .not_before = now, .dns = r->dns, .ndns = r->ndns,
		.not_after = profile_not_after(row, now, r->holder.year, r->holder.month, r->holder.day),
		.prefecture = r->prefecture, .municipality = r->municipality,
	};
	if (row->holder)
		p.holder = holder_of(a, r);
	if (r->expires_before && r->expires_before < p.not_after)
		p.not_after = r->expires_before;
	/* nothing outlives the authority: what it signed could not be checked */
	if (p.not_after > ca->not_after)
		p.not_after = ca->not_after;
	*ret = p;
	return ok();
}

/* Which part of the CRL it will be found in: what cert_crl_point writes. */
static struct str shard_of(struct arena *a, const struct cert_request *r)
{
	if (profile_row(r->profile)->nocheck || !r->municipality.n)
		return STR("");
	return arena_printf(a, "%.*s/%.*s", STR_ARG(r->prefecture), STR_ARG(r->municipality));
}

struct result trust_cert_prepare(struct ca *ca, struct arena *a, const struct cert_request *r,
                                 int64_t now, struct cert_issued *ret, struct err *err)
{
	KEY_AUTO key = NULL;
	struct cert_plan p;
	struct str der;
	TRY(trust_csr_open(r->csr, &key, err));
	TRY(plan_of(ca, a, r, key, now, &p, err));
	TRY(take_serial(ca, &p.serial, err));
	TRY(make(a, &p, ca->key, &der, err));
	*ret = (struct cert_issued){ .profile = r->profile, .subject = arena_str(a, r->subject),
	                             .der = der, .serial = p.serial, .not_before = p.not_before,
	                             .not_after = p.not_after,
	                             .shard = shard_of(a, r) };
	key_digest(key, ret->key_digest);
	return ok();
}

struct result trust_cert_record(struct db *tx, const struct ca *ca, const struct cert_issued *c,
                                int64_t now, struct err *err)
{
	ARENA_AUTO a = arena_new(1 << 20);
	struct json_object *o = json_object_new(a);
	json_put_str(o, STR("ca"), str_c(ca_row(ca->kind)->name));
	json_put_str(o, STR("profile"), str_c(profile_row(c->profile)->name));
	struct journal_entry e = {
		.org = ca->org, .subject = c->subject, .event = STR("trust.cert.issue"),
		.actor = STR("system"), .object = arena_printf(a, "%08X", c->serial), .purpose = STR(""),
		.detail = json_object_done(o), .body = c->der,
	};
	TRY(cert_row_add(tx, ca->org, ca->kind, c, now, err));
	return journal_add(tx, &e, err);
}

struct result trust_cert_issue(struct ca *ca, struct arena *a, const struct cert_request *r,
                               int64_t now, struct cert_issued *ret, struct err *err)
{
	struct cert_issued c;
	STORE_TX_AUTO tx = NULL;
	TRY(trust_cert_prepare(ca, a, r, now, &c, err));
	TRY(store_begin(ca->store, &tx, err));
	TRY(trust_cert_record(tx, ca, &c, now, err));
	TRY(store_commit(&tx, err));
	*ret = c;
	return ok();
}
