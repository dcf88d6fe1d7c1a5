/* The rows: authorities and profiles. Sources: the certificates of the public
 * JPKI test set and published descriptions of the profile; policies
 * 1.2.392.200149.8.5.1.1.20 (署名用) and .1.3.30 (利用者証明用). Those of the phone's
 * certificates are not known from a public source, so they are ours. Our own
 * policies stand under the enterprise number that RFC 5612 keeps for examples
 * (not under 2.999, which linters cannot read). */
#include "trust/profile.h"

#define PART(t, text) { .type = (t), .value = STR_INIT(text) }
#define JLIS_TEST "Japan Agency for Local Authority Information Systems TEST"

static const struct ca_row cas[CA_COUNT] = {
	[CA_CITIZEN_AUTH] = {
		.name = "citizen-auth",
		.dn = { 4, { PART(DN_C, "JP"), PART(DN_O, "JPKI-TEST"),
		             PART(DN_OU, "JPKI for user authentication"), PART(DN_OU, JLIS_TEST) } },
		.alt = { 4, { PART(DN_C, "JP"), PART(DN_O, "公的個人認証サービス（試験用）"),
		              PART(DN_OU, "公的個人認証サービス利用者証明用（試験用）"),
		              PART(DN_OU, "地方公共団体情報システム機構（試験用）") } },
		.cps = "http://jpki-test.example/cps.html",
		.ocsp_url = "http://ocsp-auth.jpki-test.example/",
	},
	[CA_CITIZEN_SIGN] = {
		.name = "citizen-sign",
		.dn = { 4, { PART(DN_C, "JP"), PART(DN_O, "JPKI-TEST"),
		             PART(DN_OU, "JPKI for digital signature"), PART(DN_OU, JLIS_TEST) } },
		.alt = { 4, { PART(DN_C, "JP"), PART(DN_O, "公的個人認証サービス（試験用）"),
		              PART(DN_OU, "公的個人認証サービス署名用（試験用）"),
		              PART(DN_OU, "地方公共団体情報システム機構（試験用）") } },
		.cps = "http://jpki-test.example/cps.html",
		.ocsp_url = "http://ocsp-sign.jpki-test.example/",
	},
	[CA_GOVERNMENT] = {
		.name = "government",
		.dn = { 3, { PART(DN_C, "JP"), PART(DN_O, "GPKI-TEST"),
		             PART(DN_OU, "Government Application CA TEST") } },
		.alt = { 3, { PART(DN_C, "JP"), PART(DN_O, "行政機関（試験用）"),
		              PART(DN_OU, "官職・職責認証局（試験用）") } },
		.cps = "http://gpki-test.example/cps.html",
		.ocsp_url = "http://ocsp.gpki-test.example/",
	},
	[CA_CORPORATE] = {
		.name = "corporate",
		.dn = { 3, { PART(DN_C, "JP"), PART(DN_O, "MOJ-TEST"),
		             PART(DN_OU, "Registrar of Tokyo Legal Affairs Bureau TEST") } },
		.alt = { 3, { PART(DN_C, "JP"), PART(DN_O, "法務省（試験用）"),
		              PART(DN_OU, "商業登記認証局（試験用）") } },
		.cps = "http://registry-test.example/cps.html",
		.ocsp_url = "http://ocsp.registry-test.example/",
	},
};

static const struct profile_row profiles[PROFILE_COUNT] = {
	[PROFILE_CA] = {
		.name = "ca", .ja = "認証局の自己署名証明書", .subject = SUBJECT_CA,
		.usage = USAGE_CERT_SIGN | USAGE_CRL_SIGN, .validity = VALID_YEARS, .years = 10,
	},
	[PROFILE_CITIZEN_AUTH] = {
		.name = "citizen-auth", .ja = "利用者証明用電子証明書", .ca = CA_CITIZEN_AUTH,
		.subject = SUBJECT_OPAQUE, .usage = USAGE_SIGNATURE,
		.policy = "1.2.392.200149.8.5.1.3.30", .validity = VALID_FIFTH_BIRTHDAY,
	},
	[PROFILE_CITIZEN_SIGN] = {
		.name = "citizen-sign", .ja = "署名用電子証明書", .ca = CA_CITIZEN_SIGN,
		.subject = SUBJECT_RESIDENT, .usage = USAGE_SIGNATURE | USAGE_NON_REPUDIATION,
		.policy = "1.2.392.200149.8.5.1.1.20", .holder = true,
		.validity = VALID_FIFTH_BIRTHDAY, .age_min = 15,
	},
	[PROFILE_SEAL] = {
		.name = "seal", .ja = "職責証明書（電子公印）", .ca = CA_GOVERNMENT,
		.subject = SUBJECT_OFFICE, .usage = USAGE_SIGNATURE | USAGE_NON_REPUDIATION,
		.policy = "1.3.6.1.4.1.32473.392.1.1", .validity = VALID_YEARS, .years = 3,
	},
	[PROFILE_JOURNAL] = {
		.name = "journal", .ja = "記録簿署名証明書", .ca = CA_GOVERNMENT,
		.subject = SUBJECT_OFFICE, .usage = USAGE_SIGNATURE,
		.policy = "1.3.6.1.4.1.32473.392.1.2", .validity = VALID_YEARS, .years = 3,
	},
	[PROFILE_TLS_SERVER] = {
		.name = "tls-server", .ja = "サーバー証明書", .ca = CA_GOVERNMENT,
		.subject = SUBJECT_HOST, .usage = USAGE_SIGNATURE, .eku = EKU_SERVER_AUTH,
		.policy = "1.3.6.1.4.1.32473.392.1.3", .dns = true, .validity = VALID_YEARS, .years = 1,
	},
	[PROFILE_CITIZEN_AUTH_PHONE] = {
		.name = "citizen-auth-phone", .ja = "スマホ用利用者証明用電子証明書",
		.ca = CA_CITIZEN_AUTH, .subject = SUBJECT_OPAQUE, .usage = USAGE_SIGNATURE,
		.policy = "1.3.6.1.4.1.32473.392.2.3.50", .validity = VALID_FIFTH_BIRTHDAY,
	},
	[PROFILE_CITIZEN_SIGN_PHONE] = {
		.name = "citizen-sign-phone", .ja = "スマホ用署名用電子証明書", .ca = CA_CITIZEN_SIGN,
		.subject = SUBJECT_RESIDENT, .usage = USAGE_SIGNATURE | USAGE_NON_REPUDIATION,
		.policy = "1.3.6.1.4.1.32473.392.2.1.40", .holder = true,
		.validity = VALID_FIFTH_BIRTHDAY, .age_min = 15,
	},
	[PROFILE_CORPORATE] = {
		.name = "corporate", .ja = "商業登記電子証明書", .ca = CA_CORPORATE,
		.subject = SUBJECT_COMPANY, .usage = USAGE_SIGNATURE | USAGE_NON_REPUDIATION,
		.policy = "1.3.6.1.4.1.32473.392.3.1", .validity = VALID_MONTHS, .years = 27,
	},
	[PROFILE_OFFICER] = {
		.name = "officer", .ja = "職員認証用証明書", .ca = CA_GOVERNMENT,
		.subject = SUBJECT_OFFICER, .usage = USAGE_SIGNATURE, .eku = EKU_CLIENT_AUTH,
		.policy = "1.3.6.1.4.1.32473.392.1.4", .validity = VALID_YEARS, .years = 1,
	},
	[PROFILE_OCSP] = {
		.name = "ocsp", .ja = "OCSPレスポンダ証明書", .any_ca = true,
		.subject = SUBJECT_SERVICE, .usage = USAGE_SIGNATURE, .eku = EKU_OCSP,
		.policy = "1.3.6.1.4.1.32473.392.1.5", .nocheck = true, .validity = VALID_YEARS, .years = 1,
	},
	[PROFILE_TIME_STAMP] = {
		.name = "time-stamp", .ja = "タイムスタンプ用証明書", .ca = CA_GOVERNMENT,
		.subject = SUBJECT_SERVICE, .usage = USAGE_SIGNATURE, .eku = EKU_TIME_STAMP,
		.eku_critical = true, .policy = "1.3.6.1.4.1.32473.392.1.6", .validity = VALID_YEARS, .years = 5,
	},
	[PROFILE_TLS_NODE] = {
		.name = "tls-node", .ja = "ノード間通信証明書", .ca = CA_GOVERNMENT,
		.subject = SUBJECT_HOST, .usage = USAGE_SIGNATURE,
		.eku = EKU_SERVER_AUTH | EKU_CLIENT_AUTH, .policy = "1.3.6.1.4.1.32473.392.1.7", .dns = true,
		.validity = VALID_YEARS, .years = 1,
	},
};

const struct profile_row *profile_row(enum profile_id id)
{
	return &profiles[id];
}

const struct ca_row *ca_row(enum ca_kind kind)
{
	return &cas[kind];
}

bool profile_parse(struct str name, enum profile_id *ret)
{
	for (size_t i = 0; i < PROFILE_COUNT; i++) {
		if (!str_eq(name, str_c(profiles[i].name)))
			continue;
		*ret = (enum profile_id)i;
		return true;
	}
	return false;
}

bool ca_kind_parse(struct str name, enum ca_kind *ret)
{
	for (size_t i = 0; i < CA_COUNT; i++) {
		if (!str_eq(name, str_c(cas[i].name)))
			continue;
		*ret = (enum ca_kind)i;
		return true;
	}
	return false;
}
