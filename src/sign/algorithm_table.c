/* Rows of algorithm.h. OIDs: RFC 3370, RFC 4055, RFC 5754, RFC 5758, RFC 8410,
 * RFC 9688, BSI TR-03111; URIs: RFC 9231; names: RFC 7518, RFC 8037.
 *
 * Ends of life: ETSI TS 119 312 for what is over; for RSA and DSA of 2048 bits
 * and SHA-224 (112 bits of security) the end of 2030, as CRYPTREC LS-0003 and
 * NIST SP 800-57 have it. */
#include "sign/algorithm_table.h"

#define SECONDS(s) ((int64_t)(s) * 1000000)
#define END_2004 SECONDS(1104537600)
#define END_2008 SECONDS(1230768000)
#define END_2012 SECONDS(1356998400)
#define JULY_2014 SECONDS(1406851200)
#define END_2015 SECONDS(1451606400)
#define END_2030 SECONDS(1924992000)

#define XMLENC "http://www.w3.org/2001/04/xmlenc#"
#define DSIG "http://www.w3.org/2000/09/xmldsig#"
#define DSIG11 "http://www.w3.org/2009/xmldsig11#"
#define MORE01 "http://www.w3.org/2001/04/xmldsig-more#"
#define MORE07 "http://www.w3.org/2007/05/xmldsig-more#"
#define MORE21 "http://www.w3.org/2021/04/xmldsig-more#"
#define NIST "2.16.840.1.101.3.4."
#define PKCS1 "1.2.840.113549.1.1."

const struct sign_digest sign_digests[SIGN_DIGESTS] = {
	[SD_SHA256] = { "SHA-256", NIST "2.1", XMLENC "sha256", "SHA256", 32, INT64_MAX },
	[SD_SHA384] = { "SHA-384", NIST "2.2", MORE01 "sha384", "SHA384", 48, INT64_MAX },
	[SD_SHA512] = { "SHA-512", NIST "2.3", XMLENC "sha512", "SHA512", 64, INT64_MAX },
	[SD_SHA224] = { "SHA-224", NIST "2.4", MORE01 "sha224", "SHA224", 28, END_2030 },
	[SD_SHA3_256] = { "SHA3-256", NIST "2.8", MORE07 "sha3-256", "SHA3-256", 32, INT64_MAX },
	[SD_SHA3_384] = { "SHA3-384", NIST "2.9", MORE07 "sha3-384", "SHA3-384", 48, INT64_MAX },
	[SD_SHA3_512] = { "SHA3-512", NIST "2.10", MORE07 "sha3-512", "SHA3-512", 64, INT64_MAX },
	[SD_SHA1] = { "SHA-1", "1.3.14.3.2.26", DSIG "sha1", "SHA1", 20, END_2008 },
	[SD_RIPEMD160] = { "RIPEMD-160", "1.3.36.3.2.1", XMLENC "ripemd160", "RIPEMD160", 20,
	                   JULY_2014 },
	[SD_MD5] = { "MD5", "1.2.840.113549.2.5", MORE01 "md5", "MD5", 16, END_2004 },
};

/* name, OID, URI, JOSE, family, digest, r||s even in DER's world */
const struct sign_row sign_rows[SIGN_ROWS] = {
	{ "RSA with SHA-256", PKCS1 "11", MORE01 "rsa-sha256", "RS256", SIGN_RSA, SD_SHA256, false },
	{ "RSA with SHA-384", PKCS1 "12", MORE01 "rsa-sha384", "RS384", SIGN_RSA, SD_SHA384, false },
	{ "RSA with SHA-512", PKCS1 "13", MORE01 "rsa-sha512", "RS512", SIGN_RSA, SD_SHA512, false },
	{ "RSA with SHA-224", PKCS1 "14", MORE01 "rsa-sha224", NULL, SIGN_RSA, SD_SHA224, false },
	{ "RSA with SHA3-256", NIST "3.14", NULL, NULL, SIGN_RSA, SD_SHA3_256, false },
	{ "RSA with SHA3-384", NIST "3.15", NULL, NULL, SIGN_RSA, SD_SHA3_384, false },
	{ "RSA with SHA3-512", NIST "3.16", NULL, NULL, SIGN_RSA, SD_SHA3_512, false },
	{ "RSA with SHA-1", PKCS1 "5", DSIG "rsa-sha1", NULL, SIGN_RSA, SD_SHA1, false },
	{ "RSA with MD5", PKCS1 "4", MORE01 "rsa-md5", NULL, SIGN_RSA, SD_MD5, false },
	{ "RSA with RIPEMD-160", "1.3.36.3.3.1.2", MORE01 "rsa-ripemd160", NULL, SIGN_RSA,
	  SD_RIPEMD160, false },
	{ "RSA-PSS with SHA-256", NULL, MORE07 "sha256-rsa-MGF1", "PS256", SIGN_RSA_PSS, SD_SHA256,
	  false },
	{ "RSA-PSS with SHA-384", NULL, MORE07 "sha384-rsa-MGF1", "PS384", SIGN_RSA_PSS, SD_SHA384,
	  false },
	{ "RSA-PSS with SHA-512", NULL, MORE07 "sha512-rsa-MGF1", "PS512", SIGN_RSA_PSS, SD_SHA512,
	  false },
	{ "RSA-PSS with SHA-224", NULL, MORE07 "sha224-rsa-MGF1", NULL, SIGN_RSA_PSS, SD_SHA224,
	  false },
	{ "RSA-PSS with SHA3-256", NULL, MORE07 "sha3-256-rsa-MGF1", NULL, SIGN_RSA_PSS,
	  SD_SHA3_256, false },
	{ "RSA-PSS with SHA3-384", NULL, MORE07 "sha3-384-rsa-MGF1", NULL, SIGN_RSA_PSS,
	  SD_SHA3_384, false },
	{ "RSA-PSS with SHA3-512", NULL, MORE07 "sha3-512-rsa-MGF1", NULL, SIGN_RSA_PSS,
	  SD_SHA3_512, false },
	{ "RSA-PSS with SHA-1", NULL, MORE07 "sha1-rsa-MGF1", NULL, SIGN_RSA_PSS, SD_SHA1, false },
	{ "ECDSA with SHA-256", "1.2.840.10045.4.3.2", MORE01 "ecdsa-sha256", "ES256", SIGN_ECDSA,
	  SD_SHA256, false },
	{ "ECDSA with SHA-384", "1.2.840.10045.4.3.3", MORE01 "ecdsa-sha384", "ES384", SIGN_ECDSA,
	  SD_SHA384, false },
	{ "ECDSA with SHA-512", "1.2.840.10045.4.3.4", MORE01 "ecdsa-sha512", "ES512", SIGN_ECDSA,
	  SD_SHA512, false },
	{ "ECDSA with SHA-224", "1.2.840.10045.4.3.1", MORE01 "ecdsa-sha224", NULL, SIGN_ECDSA,
	  SD_SHA224, false },
	{ "ECDSA with SHA3-256", NIST "3.10", MORE21 "ecdsa-sha3-256", NULL, SIGN_ECDSA,
	  SD_SHA3_256, false },
	{ "ECDSA with SHA3-384", NIST "3.11", MORE21 "ecdsa-sha3-384", NULL, SIGN_ECDSA,
	  SD_SHA3_384, false },
	{ "ECDSA with SHA3-512", NIST "3.12", MORE21 "ecdsa-sha3-512", NULL, SIGN_ECDSA,
	  SD_SHA3_512, false },
	{ "ECDSA with SHA-1", "1.2.840.10045.4.1", MORE01 "ecdsa-sha1", NULL, SIGN_ECDSA, SD_SHA1,
	  false },
	{ "plain ECDSA with SHA-256", "0.4.0.127.0.7.1.1.4.1.3", NULL, NULL, SIGN_ECDSA, SD_SHA256,
	  true },
	{ "plain ECDSA with SHA-384", "0.4.0.127.0.7.1.1.4.1.4", NULL, NULL, SIGN_ECDSA, SD_SHA384,
	  true },
	{ "plain ECDSA with SHA-512", "0.4.0.127.0.7.1.1.4.1.5", NULL, NULL, SIGN_ECDSA, SD_SHA512,
	  true },
	{ "DSA with SHA-256", NIST "3.2", DSIG11 "dsa-sha256", NULL, SIGN_DSA, SD_SHA256, false },
	{ "DSA with SHA-224", NIST "3.1", NULL, NULL, SIGN_DSA, SD_SHA224, false },
	{ "DSA with SHA-1", "1.2.840.10040.4.3", DSIG "dsa-sha1", NULL, SIGN_DSA, SD_SHA1, false },
	{ "Ed25519", "1.3.101.112", MORE21 "eddsa-ed25519", "EdDSA", SIGN_EDDSA, SD_NONE, false },
	{ "Ed448", "1.3.101.113", MORE21 "eddsa-ed448", NULL, SIGN_EDDSA, SD_NONE, false },
};

/* Smallest first; the first row that the key is below, or INT64_MAX. */
const struct sign_strength sign_strengths[SIGN_STRENGTHS] = {
	{ "RSA", 1024, INT64_MIN }, { "RSA", 1536, END_2008 }, { "RSA", 1900, END_2015 },
	{ "RSA", 3000, END_2030 },
	{ "DSA", 1024, INT64_MIN }, { "DSA", 2048, END_2008 }, { "DSA", 3000, END_2030 },
	{ "EC", 192, INT64_MIN }, { "EC", 224, END_2012 }, { "EC", 256, END_2030 },
};
