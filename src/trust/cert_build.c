/* Writing TBSCertificate (RFC 5280 §4.1) with the extensions of the profile,
 * in the order in which JPKI's certificates have them. */
#include "trust/cert_build.h"

#include <stdio.h>

#include "trust/cert_ext.h"
#include "trust/x509.h"

static void put_directory_name(struct der *d, const struct dn *dn)
{
	der_open(d, DER_CTXC(4));
	x509_put_dn(d, dn);
	der_close(d);
}

static const struct {
	enum cert_eku eku;
	const char *oid;
} ekus[] = {
	{ EKU_SERVER_AUTH, "1.3.6.1.5.5.7.3.1" }, { EKU_CLIENT_AUTH, "1.3.6.1.5.5.7.3.2" },
	{ EKU_TIME_STAMP, "1.3.6.1.5.5.7.3.8" }, { EKU_OCSP, "1.3.6.1.5.5.7.3.9" },
};

static void ext_key_usage(struct der *d, const struct profile_row *row)
{
	x509_ext_open(d, "2.5.29.15", true);
	der_put_named_bits(d, row->usage);
	x509_ext_close(d);
	if (!row->eku)
		return;
	x509_ext_open(d, "2.5.29.37", row->eku_critical);
	der_open(d, DER_SEQ);
	for (size_t i = 0; i < sizeof ekus / sizeof *ekus; i++)
		if (row->eku & ekus[i].eku)
			der_put_oid(d, ekus[i].oid);
	der_close(d);
	x509_ext_close(d);
}

static void ext_policy(struct der *d, const char *policy, const char *cps)
{
	x509_ext_open(d, "2.5.29.32", true);
	der_open(d, DER_SEQ);
	der_open(d, DER_SEQ);
	der_put_oid(d, policy);
	der_open(d, DER_SEQ);
	der_open(d, DER_SEQ);
	der_put_oid(d, "1.3.6.1.5.5.7.2.1");
	der_put(d, DER_IA5, str_c(cps));
	der_close(d);
	der_close(d);
	der_close(d);
	der_close(d);
	x509_ext_close(d);
}

static void put_other_name(struct der *d, int which, struct str value)
{
	char oid[DER_OID_TEXT];
	snprintf(oid, sizeof oid, OID_JPKI_NAMES "%d", which);
	der_open(d, DER_CTXC(0));
	der_put_oid(d, oid);
	der_open(d, DER_CTXC(0));
	der_put(d, DER_UTF8, value);
	der_close(d);
	der_close(d);
}

static void put_holder(struct der *d, const struct cert_holder *h)
{
	char birth[32], sex = (char)('0' + h->sex);
	snprintf(birth, sizeof birth, "%c%04d%02d%02d", h->era, h->year, h->month, h->day);
	put_other_name(d, 1, h->name);
	put_other_name(d, 4, str_c(birth));
	put_other_name(d, 3, str_of(&sex, 1));
	put_other_name(d, 5, h->address);
	put_other_name(d, 2, h->name_map);
	put_other_name(d, 6, h->address_map);
}

static void ext_alt_names(struct der *d, const struct cert_plan *p, const struct profile_row *row)
{
	bool ca = row->subject == SUBJECT_CA;
	if (!ca && !row->holder && !row->dns)
		return;
	x509_ext_open(d, "2.5.29.17", false);
	der_open(d, DER_SEQ);
	if (ca)
		put_directory_name(d, &ca_row(p->ca)->alt);
	if (row->holder)
		put_holder(d, &p->holder);
	for (size_t i = 0; i < p->ndns; i++)
		der_put(d, DER_CTX(2), p->dns[i]);
	der_close(d);
	x509_ext_close(d);
}

static void ext_issuer_alt(struct der *d, const struct ca_row *ca)
{
	x509_ext_open(d, "2.5.29.18", false);
	der_open(d, DER_SEQ);
	put_directory_name(d, &ca->alt);
	der_close(d);
	x509_ext_close(d);
}

static void ext_basic_constraints(struct der *d)
{
	x509_ext_open(d, "2.5.29.19", true);
	der_open(d, DER_SEQ);
	der_put_true(d);
	der_close(d);
	x509_ext_close(d);
}

static void add_part(struct dn *dn, enum dn_type type, struct str value)
{
	if (value.n && dn->n < CERT_RDN_MAX)
		dn->parts[dn->n++] = (struct dn_part){ type, value };
}

void cert_crl_point(enum ca_kind kind, struct str prefecture, struct str municipality,
                    struct dn *ret)
{
	struct dn dn = ca_row(kind)->dn;
	dn.n = 3;
	add_part(&dn, DN_OU, STR("CRL Distribution Points"));
	add_part(&dn, DN_OU, prefecture);
	add_part(&dn, DN_CN, municipality.n ? municipality : str_c(ca_row(kind)->name));
	*ret = dn;
}

/* For a CA its own name. */
static void ext_crl_point(struct der *d, const struct cert_plan *p, bool ca)
{
	struct dn dn = ca_row(p->ca)->dn;
	if (!ca)
		cert_crl_point(p->ca, p->prefecture, p->municipality, &dn);
	x509_ext_open(d, "2.5.29.31", false);
	der_open(d, DER_SEQ);
	der_open(d, DER_SEQ);
	der_open(d, DER_CTXC(0));
	der_open(d, DER_CTXC(0));
	put_directory_name(d, &dn);
	der_close(d);
	der_close(d);
	der_close(d);
	der_close(d);
	x509_ext_close(d);
}

static void ext_ocsp(struct der *d, const char *url)
{
	x509_ext_open(d, "1.3.6.1.5.5.7.1.1", false);
	der_open(d, DER_SEQ);
	der_open(d, DER_SEQ);
	der_put_oid(d, "1.3.6.1.5.5.7.48.1");
	der_put(d, DER_CTX(6), str_c(url));
	der_close(d);
	der_close(d);
	x509_ext_close(d);
}

static void ext_key_ids(struct der *d, const struct cert_plan *p, bool ca)
{
	uint8_t id[20] = { 0 };
	if (!ca && x509_key_id(p->issuer_spki, id)) {
		x509_ext_open(d, "2.5.29.35", false);
		der_open(d, DER_SEQ);
		der_put(d, DER_CTX(0), str_of((char *)id, sizeof id));
		der_close(d);
		x509_ext_close(d);
	}
	if (x509_key_id(p->spki, id)) {
		x509_ext_open(d, "2.5.29.14", false);
		der_put(d, DER_OCTETS, str_of((char *)id, sizeof id));
		x509_ext_close(d);
	}
}

static void put_extensions(struct der *d, const struct cert_plan *p)
{
	const struct profile_row *row = profile_row(p->profile);
	const struct ca_row *ca = ca_row(p->ca);
	bool is_ca = row->subject == SUBJECT_CA;
	der_open(d, DER_CTXC(3));
	der_open(d, DER_SEQ);
	ext_key_usage(d, row);
	if (row->policy)
		ext_policy(d, row->policy, ca->cps);
	ext_alt_names(d, p, row);
	if (is_ca)
		ext_basic_constraints(d);
	else
		ext_issuer_alt(d, ca);
	if (row->nocheck) {
		x509_ext_open(d, "1.3.6.1.5.5.7.48.1.5", false);
		der_put_null(d);
		x509_ext_close(d);
	} else {
		ext_crl_point(d, p, is_ca);
	}
	if (!is_ca && !row->nocheck)
		ext_ocsp(d, ca->ocsp_url);
	ext_key_ids(d, p, is_ca);
	der_close(d);
	der_close(d);
}

struct result cert_build_tbs(struct arena *a, const struct cert_plan *p, struct str *ret_tbs,
                             struct err *err)
{
	BUF_AUTO b;
	struct der d;
	buf_init(&b, CERT_BYTES_MAX);
	der_init(&d, &b);
	der_open(&d, DER_SEQ);
	der_open(&d, DER_CTXC(0));
	der_put_uint(&d, 2);
	der_close(&d);
	der_put_uint(&d, p->serial);
	x509_put_sig_alg(&d, p->sig_alg);
	x509_put_dn(&d, &ca_row(p->ca)->dn);
	der_open(&d, DER_SEQ);
	der_put_time(&d, p->not_before);
	der_put_time(&d, p->not_after);
	der_close(&d);
	x509_put_dn(&d, &p->subject);
	der_raw(&d, p->spki);
	put_extensions(&d, p);
	der_close(&d);
	if (buf_over(&b))
		return fail(err, ERR_TOO_LARGE, "trust.cert.large", NULL,
		            "a certificate of more than %d bytes", CERT_BYTES_MAX);
	*ret_tbs = arena_str(a, buf_str(&b));
	return ok();
}
