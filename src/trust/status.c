/* Revocation: the relying party's look into the issuer's table, and the CRL
 * for everybody else (RFC 5280 §5). */
#include "base/clock.h"
#include "trust/cert_build.h"
#include "trust/trust_store.h"
#include "trust/x509.h"

enum { CRL_HOURS = 24 };

static bool ca_of(const struct cert *c, enum ca_kind *ret)
{
	for (size_t i = 0; i < CA_COUNT; i++) {
		if (!dn_equal(&c->issuer, &ca_row((enum ca_kind)i)->dn))
			continue;
		*ret = (enum ca_kind)i;
		return c->serial.n == 4;
	}
	return false;
}

struct result trust_status_from_store(void *ctx, const struct cert *c, struct cert_state *ret,
                                      struct err *err)
{
	const struct trust_status_ctx *s = ctx;
	ARENA_AUTO a = arena_new(1 << 20);
	enum ca_kind kind;
	uint32_t serial = 0;
	struct cert_row row;
	*ret = (struct cert_state){ .status = STATUS_UNKNOWN };
	if (!ca_of(c, &kind))
		return ok();
	for (size_t i = 0; i < 4; i++)
		serial = serial << 8 | (uint8_t)c->serial.p[i];
	struct result r = trust_cert_find(s->db, a, s->org, kind, serial, &row, err);
	if (r.kind == ERR_NOT_FOUND)
		return ok();
	TRY(r);
	/* same serial, other bytes: somebody else holds the CA's key, or a table was mixed up */
	if (str_eq(row.der, c->der))
		*ret = row.state;
	return ok();
}

static void put_revoked(struct der *d, const struct revoked_row *r)
{
	char reason = (char)r->reason;
	der_open(d, DER_SEQ);
	der_put_uint(d, r->serial);
	der_put_time(d, r->at);
	if (r->reason != REVOKE_UNSPECIFIED) {
		der_open(d, DER_SEQ);
		x509_ext_open(d, "2.5.29.21", false);
		der_put(d, DER_ENUM, str_of(&reason, 1));
		x509_ext_close(d);
		der_close(d);
	}
	der_close(d);
}

/* revokedCertificates, absent when there is none (§5.1.2.6). */
static struct result put_all_revoked(struct ca *ca, const struct str *shard, struct db *db,
                                     struct der *d, struct err *err)
{
	int64_t after = 0;
	bool open = false;
	for (;;) {
		ARENA_AUTO a = arena_new(8 << 20);
		const struct revoked_row *rows;
		size_t n;
		TRY(cert_rows_revoked(db, a, trust_ca_org(ca), trust_ca_kind(ca), shard, after, &rows,
		                      &n, err));
		if (n == 0)
			break;
		if (!open)
			der_open(d, DER_SEQ);
		open = true;
		for (size_t i = 0; i < n; i++)
			put_revoked(d, &rows[i]);
		after = rows[n - 1].serial;
	}
	if (open)
		der_close(d);
	return ok();
}

/* issuingDistributionPoint (RFC 5280 §5.2.5): the name of the shard. */
static void put_scope(struct der *d, enum ca_kind kind, struct str shard)
{
	struct str prefecture = shard, municipality = STR("");
	struct dn dn;
	(void)str_cut(shard, '/', &prefecture, &municipality);
	cert_crl_point(kind, prefecture, municipality, &dn);
	x509_ext_open(d, "2.5.29.28", true);
	der_open(d, DER_SEQ);
	der_open(d, DER_CTXC(0));
	der_open(d, DER_CTXC(0));
	der_open(d, DER_CTXC(4));
	x509_put_dn(d, &dn);
	der_close(d);
	der_close(d);
	der_close(d);
	der_close(d);
	x509_ext_close(d);
}

static void put_crl_extensions(struct der *d, struct str spki, int64_t number, enum ca_kind kind,
                               const struct str *shard)
{
	uint8_t id[20] = { 0 };
	x509_key_id(spki, id);
	der_open(d, DER_CTXC(0));
	der_open(d, DER_SEQ);
	x509_ext_open(d, "2.5.29.35", false);
	der_open(d, DER_SEQ);
	der_put(d, DER_CTX(0), str_of((char *)id, sizeof id));
	der_close(d);
	x509_ext_close(d);
	x509_ext_open(d, "2.5.29.20", false);
	der_put_uint(d, (uint64_t)number);
	x509_ext_close(d);
	if (shard)
		put_scope(d, kind, *shard);
	der_close(d);
	der_close(d);
}

static struct result crl_make(struct ca *ca, struct arena *a, const struct str *shard, int64_t now,
                              struct str *ret_der, struct err *err)
{
	BUF_AUTO b;
	struct der d;
	int64_t number;
	STORE_READER_AUTO db = NULL;
	const struct key *key = trust_ca_key(ca);
	buf_init(&b, X509_BYTES_MAX);
	der_init(&d, &b);
	TRY(ca_take_crl_number(ca, &number, err));
	TRY(store_reader(ca_store(ca), &db, err));
	der_open(&d, DER_SEQ);
	der_put_uint(&d, 1);
	x509_put_sig_alg(&d, key_sig_of(key));
	x509_put_dn(&d, &ca_row(trust_ca_kind(ca))->dn);
	der_put_time(&d, now);
	der_put_time(&d, now + CRL_HOURS * CLOCK_HOUR);
	TRY(put_all_revoked(ca, shard, db, &d, err));
	put_crl_extensions(&d, key_spki(key), number, trust_ca_kind(ca), shard);
	der_close(&d);
	return x509_sign(a, buf_str(&b), key, ret_der, err);
}

struct result trust_crl_make(struct ca *ca, struct arena *a, int64_t now, struct str *ret_der,
                             struct err *err)
{
	return crl_make(ca, a, NULL, now, ret_der, err);
}

struct result trust_crl_make_shard(struct ca *ca, struct arena *a, struct str shard, int64_t now,
                                   struct str *ret_der, struct err *err)
{
	return crl_make(ca, a, &shard, now, ret_der, err);
}
