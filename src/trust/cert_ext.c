/* Extensions (RFC 5280 §4.2), one row each. An extension that is not in the
 * table is passed over, or refused when it is critical. */
#include "trust/cert_ext.h"

#include "trust/x509.h"

enum { EXT_MAX = 32 };

static void key_usage(struct der_in *in, struct cert *c, bool critical)
{
	c->usage = der_get_named_bits(in);
	c->usage_critical = critical;
	if (c->usage == 0)
		der_fault(in);
}

static void basic_constraints(struct der_in *in, struct cert *c, bool critical)
{
	struct der_in seq = der_enter(in, DER_SEQ);
	(void)critical;
	if (der_peek(&seq) == DER_BOOLEAN) {
		c->ca = der_get_bool(&seq);
		if (!c->ca) /* X.690 §11.5: a default is not written */
			der_fault(&seq);
	}
	if (der_peek(&seq) == DER_INTEGER) {
		uint64_t max = der_get_uint(&seq);
		c->path_max = max > 100 ? 100 : (int)max;
		if (!c->ca)
			der_fault(&seq);
	}
	der_leave(in, &seq);
}

static void ext_key_usage(struct der_in *in, struct cert *c, bool critical)
{
	static const struct {
		const char *oid;
		enum cert_eku eku;
	} rows[] = {
		{ "1.3.6.1.5.5.7.3.1", EKU_SERVER_AUTH }, { "1.3.6.1.5.5.7.3.2", EKU_CLIENT_AUTH },
		{ "1.3.6.1.5.5.7.3.8", EKU_TIME_STAMP }, { "1.3.6.1.5.5.7.3.9", EKU_OCSP },
	};
	struct der_in seq = der_enter(in, DER_SEQ);
	c->eku_critical = critical;
	do {
		char oid[DER_OID_TEXT];
		unsigned found = EKU_OTHER;
		der_get_oid(&seq, oid);
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
			if (strcmp(oid, rows[i].oid) == 0)
				found = rows[i].eku;
		c->eku |= found;
	} while (!seq.bad && der_peek(&seq) >= 0);
	der_leave(in, &seq);
}

static void policy_qualifiers(struct der_in *in, struct cert *c)
{
	struct der_in list = der_enter(in, DER_SEQ);
	while (!list.bad && der_peek(&list) >= 0) {
		char oid[DER_OID_TEXT];
		struct der_in one = der_enter(&list, DER_SEQ);
		der_get_oid(&one, oid);
		if (strcmp(oid, "1.3.6.1.5.5.7.2.1") == 0)
			c->cps = der_get(&one, DER_IA5);
		else
			der_get(&one, 0);
		der_leave(&list, &one);
	}
	der_leave(in, &list);
}

static void policies(struct der_in *in, struct cert *c, bool critical)
{
	struct der_in list = der_enter(in, DER_SEQ);
	c->policy_critical = critical;
	do {
		struct der_in one = der_enter(&list, DER_SEQ);
		char oid[DER_OID_TEXT];
		der_get_oid(&one, oid);
		if (c->npolicies++ == 0)
			memcpy(c->policy, oid, sizeof oid);
		if (der_peek(&one) >= 0)
			policy_qualifiers(&one, c);
		der_leave(&list, &one);
	} while (!list.bad && der_peek(&list) >= 0);
	der_leave(in, &list);
}

static void key_id(struct der_in *in, struct cert *c, bool critical)
{
	(void)critical;
	c->skid = der_get(in, DER_OCTETS);
}

static void authority_key_id(struct der_in *in, struct cert *c, bool critical)
{
	struct der_in seq = der_enter(in, DER_SEQ);
	(void)critical;
	if (der_peek(&seq) == DER_CTX(0))
		c->akid = der_get(&seq, DER_CTX(0));
	while (!seq.bad && der_peek(&seq) >= 0)
		der_get(&seq, 0);
	der_leave(in, &seq);
}

static void authority_access(struct der_in *in, struct cert *c, bool critical)
{
	struct der_in list = der_enter(in, DER_SEQ);
	(void)critical;
	while (!list.bad && der_peek(&list) >= 0) {
		char oid[DER_OID_TEXT];
		struct der_in one = der_enter(&list, DER_SEQ);
		der_get_oid(&one, oid);
		bool uri = der_peek(&one) == DER_CTX(6);
		struct str where = der_get(&one, 0);
		if (uri && strcmp(oid, "1.3.6.1.5.5.7.48.1") == 0)
			c->ocsp_url = where;
		der_leave(&list, &one);
	}
	der_leave(in, &list);
}

static void issuer_alt(struct der_in *in, struct cert *c, bool critical)
{
	(void)critical;
	der_get(in, DER_SEQ);
	c->issuer_alt = true;
}

static void crl_points(struct der_in *in, struct cert *c, bool critical)
{
	(void)critical;
	der_get(in, DER_SEQ);
	c->crl_dp = true;
}

static void ocsp_nocheck(struct der_in *in, struct cert *c, bool critical)
{
	(void)critical;
	der_get_null(in);
	c->ocsp_nocheck = true;
}

static const struct {
	const char *oid;
	void (*read)(struct der_in *in, struct cert *c, bool critical);
	const char *why;
} rows[] = {
	{ "2.5.29.15", key_usage, "keyUsage (RFC 5280 §4.2.1.3)" },
	{ "2.5.29.19", basic_constraints, "basicConstraints (RFC 5280 §4.2.1.9)" },
	{ "2.5.29.37", ext_key_usage, "extKeyUsage (RFC 5280 §4.2.1.12)" },
	{ "2.5.29.32", policies, "certificatePolicies (RFC 5280 §4.2.1.4)" },
	{ "2.5.29.17", cert_get_alt_names, "subjectAltName (RFC 5280 §4.2.1.6)" },
	{ "2.5.29.18", issuer_alt, "issuerAltName (RFC 5280 §4.2.1.7)" },
	{ "2.5.29.14", key_id, "subjectKeyIdentifier (RFC 5280 §4.2.1.2)" },
	{ "2.5.29.35", authority_key_id, "authorityKeyIdentifier (RFC 5280 §4.2.1.1)" },
	{ "2.5.29.31", crl_points, "cRLDistributionPoints (RFC 5280 §4.2.1.13)" },
	{ "1.3.6.1.5.5.7.48.1.5", ocsp_nocheck, "id-pkix-ocsp-nocheck (RFC 6960 §4.2.2.2.1)" },
	{ "1.3.6.1.5.5.7.1.1", authority_access, "authorityInfoAccess (RFC 5280 §4.2.2.1)" },
};

static bool dispatch(const char *oid, struct str value, bool critical, struct cert *c,
                     const char **ret_why)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (strcmp(oid, rows[i].oid) != 0)
			continue;
		struct der_in in = der_read(value);
		rows[i].read(&in, c, critical);
		*ret_why = rows[i].why;
		return der_done(&in);
	}
	*ret_why = "an unknown critical extension (RFC 5280 §4.2)";
	return !critical;
}

void cert_get_extensions(struct der_in *in, struct cert *c, const char **ret_why)
{
	char seen[EXT_MAX][DER_OID_TEXT];
	size_t n = 0;
	struct der_in list = der_enter(in, DER_SEQ);
	*ret_why = "extensions (RFC 5280 §4.1.2.9)";
	while (!list.bad && der_peek(&list) >= 0 && n < EXT_MAX) {
		struct der_in one = der_enter(&list, DER_SEQ);
		bool critical = false;
		der_get_oid(&one, seen[n]);
		if (der_peek(&one) == DER_BOOLEAN && !(critical = der_get_bool(&one)))
			der_fault(&one);
		struct str value = der_get(&one, DER_OCTETS);
		der_leave(&list, &one);
		for (size_t i = 0; i < n; i++)
			if (strcmp(seen[i], seen[n]) == 0)
				der_fault(&list);
		if (!list.bad && !dispatch(seen[n], value, critical, c, ret_why)) {
			der_fault(in);
			return;
		}
		*ret_why = "extensions (RFC 5280 §4.1.2.9)";
		n++;
	}
	der_leave(in, &list);
}
