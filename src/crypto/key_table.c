/* The algorithms, one row each: adding one is adding a row here and a name to
 * the enum. A signature algorithm fits a key when family and curve agree. OIDs:
 * RFC 4055, RFC 5480, RFC 5758, RFC 8410; COSE: RFC 8812, RFC 9053. */
#include "crypto/key.h"

#define OID_RSA "1.2.840.113549.1.1.1"
#define OID_EC "1.2.840.10045.2.1"
#define OID_PSS "1.2.840.113549.1.1.10"

static const struct key_alg_row keys[KEY_ALG_COUNT] = {
	[KEY_RSA_2048] = { "rsa-2048", "RSA", NULL, 2048, SIG_RS256, OID_RSA, NULL, 0 },
	[KEY_RSA_3072] = { "rsa-3072", "RSA", NULL, 3072, SIG_RS256, OID_RSA, NULL, 0 },
	[KEY_RSA_4096] = { "rsa-4096", "RSA", NULL, 4096, SIG_RS256, OID_RSA, NULL, 0 },
	[KEY_P256] = { "p-256", "EC", "P-256", 256, SIG_ES256, OID_EC, "1.2.840.10045.3.1.7", 65 },
	[KEY_P384] = { "p-384", "EC", "P-384", 384, SIG_ES384, OID_EC, "1.3.132.0.34", 97 },
	[KEY_ED25519] = { "ed25519", "ED25519", NULL, 253, SIG_EDDSA, "1.3.101.112", NULL, 32 },
};

static const struct sig_alg_row sigs[SIG_ALG_COUNT] = {
	[SIG_RS256] = { .jose = "RS256", .cose = -257, .family = "RSA", .digest = DIGEST_SHA256,
	                .prehash = true, .oid = "1.2.840.113549.1.1.11", .null_params = true },
	[SIG_RS384] = { .jose = "RS384", .cose = -258, .family = "RSA", .digest = DIGEST_SHA384,
	                .prehash = true, .oid = "1.2.840.113549.1.1.12", .null_params = true },
	[SIG_RS512] = { .jose = "RS512", .cose = -259, .family = "RSA", .digest = DIGEST_SHA512,
	                .prehash = true, .oid = "1.2.840.113549.1.1.13", .null_params = true },
	[SIG_PS256] = { .jose = "PS256", .cose = -37, .family = "RSA", .digest = DIGEST_SHA256,
	                .prehash = true, .pss = true, .oid = OID_PSS },
	[SIG_PS384] = { .jose = "PS384", .cose = -38, .family = "RSA", .digest = DIGEST_SHA384,
	                .prehash = true, .pss = true, .oid = OID_PSS },
	[SIG_PS512] = { .jose = "PS512", .cose = -39, .family = "RSA", .digest = DIGEST_SHA512,
	                .prehash = true, .pss = true, .oid = OID_PSS },
	[SIG_ES256] = { .jose = "ES256", .cose = -7, .family = "EC", .group = "P-256",
	                .digest = DIGEST_SHA256, .prehash = true, .oid = "1.2.840.10045.4.3.2",
	                .half = 32 },
	[SIG_ES384] = { .jose = "ES384", .cose = -35, .family = "EC", .group = "P-384",
	                .digest = DIGEST_SHA384, .prehash = true, .oid = "1.2.840.10045.4.3.3",
	                .half = 48 },
	[SIG_EDDSA] = { .jose = "EdDSA", .cose = -8, .family = "ED25519", .digest = DIGEST_SHA512,
	                .oid = "1.3.101.112" },
};

const struct key_alg_row *key_alg_row(enum key_alg alg)
{
	return &keys[alg];
}

const struct sig_alg_row *sig_alg_row(enum sig_alg alg)
{
	return &sigs[alg];
}

bool key_alg_parse(struct str name, enum key_alg *ret)
{
	for (size_t i = 0; i < KEY_ALG_COUNT; i++) {
		if (!str_eq(name, str_c(keys[i].name)))
			continue;
		*ret = (enum key_alg)i;
		return true;
	}
	return false;
}
