/* Is a certificate one of its profile? And until when does a new one live?
 *
 * Each rule is a row: the first that does not hold is named. The same check
 * runs before a certificate is signed and when one is verified, so that what
 * we issue is what we accept. */
#include "base/calendar.h"
#include "base/check_digit.h"
#include "base/clock.h"
#include "crypto/der.h"
#include "trust/profile.h"
#include "trust/x509.h"

#define JST_US (9 * CLOCK_HOUR)

static const struct ca_row *issuer_of(const struct cert *c, const struct profile_row *p)
{
	if (p->subject != SUBJECT_CA && !p->any_ca)
		return ca_row(p->ca);
	for (size_t i = 0; i < CA_COUNT; i++)
		if (dn_equal(&c->issuer, &ca_row((enum ca_kind)i)->dn))
			return ca_row((enum ca_kind)i);
	return NULL;
}

static bool shaped(const struct dn *dn, const enum dn_type *types, size_t n)
{
	if (dn->n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (dn->parts[i].type != types[i])
			return false;
	return str_eq(dn->parts[0].value, STR("JP"));
}

static bool rule_issuer(const struct cert *c, const struct profile_row *p)
{
	const struct ca_row *ca = issuer_of(c, p);
	return ca && dn_equal(&c->issuer, &ca->dn);
}

static bool rule_subject(const struct cert *c, const struct profile_row *p)
{
	static const struct {
		size_t n;
		enum dn_type types[6];
	} shapes[] = {
		[SUBJECT_OPAQUE] = { 2, { DN_C, DN_CN } },
		[SUBJECT_RESIDENT] = { 4, { DN_C, DN_L, DN_L, DN_CN } },
		[SUBJECT_OFFICE] = { 5, { DN_C, DN_O, DN_ORG_ID, DN_OU, DN_CN } },
		[SUBJECT_HOST] = { 3, { DN_C, DN_O, DN_CN } },
		[SUBJECT_COMPANY] = { 5, { DN_C, DN_O, DN_ORG_ID, DN_L, DN_CN } },
		[SUBJECT_OFFICER] = { 5, { DN_C, DN_O, DN_OU, DN_SERIAL, DN_CN } },
		[SUBJECT_SERVICE] = { 3, { DN_C, DN_O, DN_CN } },
	};
	if (p->subject == SUBJECT_CA)
		return dn_equal(&c->subject, &c->issuer);
	return shaped(&c->subject, shapes[p->subject].types, shapes[p->subject].n);
}

static bool rule_usage(const struct cert *c, const struct profile_row *p)
{
	return c->usage == p->usage && c->usage_critical;
}

static bool rule_eku(const struct cert *c, const struct profile_row *p)
{
	return c->eku == p->eku && c->eku_critical == p->eku_critical &&
	       c->ocsp_nocheck == p->nocheck;
}

static bool rule_ca(const struct cert *c, const struct profile_row *p)
{
	return c->ca == (p->subject == SUBJECT_CA);
}

static bool rule_policy(const struct cert *c, const struct profile_row *p)
{
	if (!p->policy)
		return c->npolicies == 0;
	return c->npolicies == 1 && c->policy_critical && strcmp(c->policy, p->policy) == 0 &&
	       issuer_of(c, p) && str_eq(c->cps, str_c(issuer_of(c, p)->cps));
}

static bool rule_holder(const struct cert *c, const struct profile_row *p)
{
	return c->holder.present == p->holder;
}

static bool rule_dns(const struct cert *c, const struct profile_row *p)
{
	return p->dns ? c->ndns > 0 : c->ndns == 0;
}

static bool rule_status(const struct cert *c, const struct profile_row *p)
{
	if (p->subject == SUBJECT_CA)
		return c->crl_dp;
	if (p->nocheck) /* who answers for others is not asked about */
		return !c->crl_dp && c->issuer_alt && c->ocsp_url.n == 0;
	return c->crl_dp && c->issuer_alt && str_eq(c->ocsp_url, str_c(ca_row(p->ca)->ocsp_url));
}

/* 法人番号 in the form of ETSI EN 319 412-1 §5.1.4; its check digit must hold. */
static bool rule_corporate_number(const struct cert *c, const struct profile_row *p)
{
	struct str id = dn_get(&c->subject, DN_ORG_ID);
	if (p->subject != SUBJECT_COMPANY)
		return true;
	return str_starts(id, STR("NTRJP-")) && corporate_number_check(str_from(id, 6));
}

static bool rule_key_ids(const struct cert *c, const struct profile_row *p)
{
	uint8_t id[20];
	return x509_key_id(c->spki, id) && str_eq(c->skid, str_of((char *)id, sizeof id)) &&
	       (p->subject == SUBJECT_CA || c->akid.n == sizeof id);
}

static bool rule_serial(const struct cert *c, const struct profile_row *p)
{
	(void)p;
	return c->serial.n == 4;
}

static bool rule_times(const struct cert *c, const struct profile_row *p)
{
	/* ends with a day in Japan; never longer than its rule can give */
	int64_t years = p->validity == VALID_YEARS ? p->years
	              : p->validity == VALID_MONTHS ? (p->years + 11) / 12 : 5;
	return (c->not_after + CLOCK_SECOND + JST_US) % CLOCK_DAY == 0 &&
	       c->not_after - c->not_before <= (years * 366 + 1) * CLOCK_DAY;
}

static const struct {
	const char *name;
	bool (*holds)(const struct cert *c, const struct profile_row *p);
} rules[] = {
	{ "issuer", rule_issuer },
	{ "basicConstraints", rule_ca },
	{ "certificatePolicies", rule_policy },
	{ "keyUsage", rule_usage },
	{ "extKeyUsage", rule_eku },
	{ "subject", rule_subject },
	{ "corporate number", rule_corporate_number },
	{ "subjectAltName otherNames", rule_holder },
	{ "subjectAltName dNSName", rule_dns },
	{ "issuerAltName, CRLDP, OCSP", rule_status },
	{ "key identifiers", rule_key_ids },
	{ "serial of 4 octets", rule_serial },
	{ "validity", rule_times },
};

struct result profile_check(const struct cert *c, enum profile_id id, struct err *err)
{
	const struct profile_row *p = profile_row(id);
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		if (!rules[i].holds(c, p))
			return fail(err, ERR_INPUT, "trust.profile.differs", NULL,
			            "not of profile %s: %s", p->name, rules[i].name);
	return ok();
}

/* ---- days ---- */

/* The day n years on; 28 February where there is no 29th (民法 §143 第2項). */
static struct date years_on(struct date d, int n)
{
	return date_add_months(d, 12 * n);
}

static int64_t day_end(struct date d)
{
	return jst_start(date_add_days(d, 1)) - CLOCK_SECOND;
}

int64_t profile_not_after(const struct profile_row *row, int64_t now, int year, int month, int day)
{
	struct date today = jst_date(now), birth = today;
	if (row->validity == VALID_YEARS)
		return day_end(date_add_days(years_on(today, row->years), -1));
	if (row->validity == VALID_MONTHS)
		return day_end(date_add_days(date_add_months(today, row->years), -1));
	if (month && day && !date_make(year, month, day, &birth))
		birth = today;
	/* counted from the birth itself, so that a 29th comes back in leap years */
	int age = today.year - birth.year;
	if (date_cmp(years_on(birth, age), today) <= 0)
		age++;
	return day_end(years_on(birth, age + 4));
}

int profile_age(int64_t now, int year, int month, int day)
{
	struct date birth;
	/* an unknown day counts as the last it can be */
	if (!month)
		month = 12;
	if (!day)
		day = date_month_days(year, month);
	return date_make(year, month, day, &birth) ? age_on(birth, jst_date(now)) : -1;
}
