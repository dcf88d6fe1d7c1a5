/* See node_trust.h. Runs before the first request: what it issues is journaled
 * like everything an authority issues. */
#include "cmd/node_trust.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"

#define RENEW_BEFORE (30 * CLOCK_DAY)
enum { GENERATIONS_LOST = 8 };

/* A service that an authority certifies: key and certificate data/…/NAME. */
struct service {
	const char *name;        /* "ocsp-citizen-sign": generations …-1, …-2 */
	const char *title;       /* CN */
	enum profile_id profile;
	enum key_alg alg;
	struct key *key;
	struct str cert;
};

static const char *name_of(struct node *n, const char *prefix, enum ca_kind kind)
{
	return arena_printf(n->arena, "%s-%s", prefix, ca_row(kind)->name).p;
}

struct result node_ca(struct node *n, enum ca_kind kind, struct ca **ret, struct err *err)
{
	KEY_AUTO key = NULL;
	TRY(node_key(n, name_of(n, "ca", kind), KEY_P256, false, &key, err));
	return trust_ca_open(n->app.store, n->config.ca, kind, key, ret, err);
}

/* Generations of a service are numbered: a key pair is certified once, so each
 * has its own name. */
static const char *generation(struct node *n, const struct service *s, int number)
{
	return arena_printf(n->arena, "%s-%d", s->name, number).p;
}

static int newest(struct node *n, const struct service *s)
{
	int number = 0;
	while (file_exists(node_path(n, "trust", str_c(generation(n, s, number + 1)), ".der")))
		number++;
	return number;
}

/* Is that generation good for a while? */
static bool holds(struct node *n, struct service *s, int number, int64_t now)
{
	struct cert c;
	struct str der;
	return number && is_ok(node_cert(n, n->arena, generation(n, s, number), &der, NULL)) &&
	       is_ok(cert_parse(n->arena, der, &c, NULL)) && now + RENEW_BEFORE < c.not_after &&
	       is_ok(profile_check(&c, s->profile, NULL));
}

static struct result renew(struct node *n, struct ca *ca, struct service *s, const char *name,
                           int64_t now, struct err *err)
{
	KEY_AUTO key = NULL;
	struct cert_issued issued;
	struct cert_request r = { .profile = s->profile, .subject = str_c(s->name),
		.name = str_c(s->title), .organization = dn_get(&ca_row(trust_ca_kind(ca))->dn, DN_O) };
	TRY(node_key(n, name, s->alg, true, &key, err));
	TRY(trust_csr_make(n->arena, key, &r.csr, err));
	TRY(trust_cert_issue(ca, n->arena, &r, now, &issued, err));
	TRY(file_make_dirs(node_path(n, "trust", STR(""), ""), 0700, err));
	return file_write(node_path(n, "trust", str_c(name), ".der"), issued.der, 0644, err);
}

static struct result open_service(struct node *n, struct ca *ca, struct service *s, struct err *err)
{
	int64_t now = clock_now_us();
	int number = newest(n, s);
	if (!holds(n, s, number, now)) {
		struct result r = { ERR_CONFLICT };
		/* a crash between issue and file leaves a key that is spent: the next one */
		for (int tries = 0; r.kind == ERR_CONFLICT && tries < GENERATIONS_LOST; tries++)
			r = renew(n, ca, s, generation(n, s, ++number), now, err);
		TRY(r);
	}
	TRY(node_key(n, generation(n, s, number), s->alg, false, &s->key, err));
	return node_cert(n, n->arena, generation(n, s, number), &s->cert, err);
}

static struct result open_responder(struct node *n, struct status_desk *d, enum ca_kind kind,
                                    struct err *err)
{
	struct service s = { name_of(n, "ocsp", kind), "OCSP responder TEST", PROFILE_OCSP, KEY_P256,
	                     NULL, STR("") };
	struct result r = open_service(n, d->ca[kind], &s, err);
	if (is_ok(r))
		r = ocsp_desk_add(d->ocsp, kind, trust_ca_cert(d->ca[kind]), s.key, s.cert, err);
	key_unref(s.key);
	return r;
}

static struct result open_unit(struct node *n, struct status_desk *d, struct err *err)
{
	struct ca *ca = d->ca[CA_GOVERNMENT];
	struct str chain = trust_ca_cert(ca);
	struct service s = { "tsa", "Time-stamping unit TEST", PROFILE_TIME_STAMP, KEY_P256,
	                     NULL, STR("") };
	struct result r = open_service(n, ca, &s, err);
	struct tsa_setup setup = { .store = n->app.store, .org = n->config.ca, .name = STR("tsa-1"),
		.key = s.key, .cert = s.cert, .chain = &chain, .nchain = 1,
		.need_sync = str_eq(n->config.tsa_clock, STR("ntp")) };
	if (is_ok(r))
		r = tsa_open(&setup, &d->tsa, err);
	key_unref(s.key);
	return r;
}

struct result node_open_status(struct node *n, struct err *err)
{
	if (n->config.ca.n == 0)
		return ok();
	struct status_desk *d = n->app.status = MEM_NEW(struct status_desk);
	d->crl = crl_desk_new();
	d->ocsp = ocsp_desk_new(n->app.store, n->config.ca);
	for (int kind = 0; kind < CA_COUNT; kind++) {
		struct result r = node_ca(n, (enum ca_kind)kind, &d->ca[kind], err);
		if (r.kind == ERR_NOT_FOUND)
			continue; /* it lives on another node */
		TRY(r);
		TRY(open_responder(n, d, (enum ca_kind)kind, err));
	}
	n->app.corporate = d->ca[CA_CORPORATE];
	return d->ca[CA_GOVERNMENT] ? open_unit(n, d, err) : ok();
}

void node_close_status(struct node *n)
{
	struct status_desk *d = n->app.status;
	if (!d)
		return;
	tsa_close(d->tsa);
	crl_desk_free(d->crl);
	ocsp_desk_free(d->ocsp);
	for (int kind = 0; kind < CA_COUNT; kind++)
		trust_ca_close(d->ca[kind]);
	mem_free(d);
	n->app.status = NULL;
}
