/* The token: TSTInfo (RFC 3161 §2.4.2) inside of CMS SignedData version 3 with
 * content-type, message-digest and signing-certificate-v2 (RFC 5816 §2.2.1). No
 * signing-time: genTime is the only time (EN 319 422 §5.2.3). */
#include <stdlib.h>
#include <time.h>

#include "trust/cms_oid.h"
#include "trust/tsa_priv.h"

enum { TOKEN_MAX = 65536 };

/* GeneralizedTime with a fraction, without zeros at its end (RFC 3161 §2.4.2). */
static void put_time(struct der *d, int64_t us)
{
	time_t t = (time_t)(us / 1000000);
	int64_t fraction = us % 1000000;
	int digits = 6;
	struct tm tm = { 0 };
	gmtime_r(&t, &tm);
	for (; digits && fraction % 10 == 0; digits--)
		fraction /= 10;
	der_open(d, DER_GENTIME);
	buf_printf(d->b, "%04d%02d%02d%02d%02d%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
	           tm.tm_hour, tm.tm_min, tm.tm_sec);
	if (digits)
		buf_printf(d->b, ".%0*lld", digits, (long long)fraction);
	buf_add_char(d->b, 'Z');
	der_close(d);
}

static void put_part(struct der *d, int tag, int64_t v)
{
	char be[2] = { (char)(v >> 8), (char)v };
	struct str s = str_of(be, 2);
	if (v < 128) /* 1 to 999 */
		s = str_from(s, 1);
	if (v)
		der_put(d, tag, s);
}

/* seconds, [0] millis, [1] micros; parts that are zero are left out. */
static void put_accuracy(struct der *d, int64_t us)
{
	der_open(d, DER_SEQ);
	if (us / 1000000)
		der_put_uint(d, (uint64_t)(us / 1000000));
	put_part(d, DER_CTX(0), us / 1000 % 1000);
	put_part(d, DER_CTX(1), us % 1000);
	der_close(d);
}

static void put_info(struct der *d, const struct tsa_stamp *s)
{
	der_open(d, DER_SEQ);
	der_put_uint(d, 1);
	der_put_oid(d, s->policy);
	der_raw(d, s->request->imprint);
	der_put_uint(d, s->serial);
	put_time(d, s->at);
	put_accuracy(d, s->accuracy_us);
	if (s->request->nonce.n)
		der_put(d, DER_INTEGER, s->request->nonce);
	der_open(d, DER_CTXC(0)); /* tsa: as the certificate's subject */
	der_open(d, DER_CTXC(4));
	der_raw(d, s->cert->subject_der);
	der_close(d);
	der_close(d);
	der_close(d);
}

static struct str attribute(struct arena *a, const char *type, struct str value)
{
	BUF_AUTO b;
	struct der d;
	buf_init(&b, TOKEN_MAX);
	der_init(&d, &b);
	der_open(&d, DER_SEQ);
	der_put_oid(&d, type);
	der_open(&d, DER_SET);
	der_raw(&d, value);
	der_close(&d);
	der_close(&d);
	return arena_str(a, buf_str(&b));
}

static struct str one(struct arena *a, int tag, struct str content)
{
	BUF_AUTO b;
	struct der d;
	buf_init(&b, TOKEN_MAX);
	der_init(&d, &b);
	der_put(&d, tag, content);
	return arena_str(a, buf_str(&b));
}

static struct str content_type(struct arena *a)
{
	BUF_AUTO b;
	struct der d;
	buf_init(&b, 64);
	der_init(&d, &b);
	der_put_oid(&d, OID_TST_INFO);
	return arena_str(a, buf_str(&b));
}

/* SigningCertificateV2 { certs { ESSCertIDv2 { hash SHA-256 } } } */
static struct str signing_cert(struct arena *a, struct str cert)
{
	uint8_t hash[SHA256_SIZE];
	sha256(cert, hash);
	struct str s = one(a, DER_OCTETS, str_of((char *)hash, sizeof hash));
	for (int i = 0; i < 3; i++)
		s = one(a, DER_SEQ, s);
	return s;
}

static int by_bytes(const void *x, const void *y)
{
	return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

static struct str attributes(struct arena *a, const struct tsa_stamp *s, struct str info)
{
	uint8_t md[DIGEST_SIZE_MAX];
	size_t n = digest(sig_alg_row(key_sig_of(s->key))->digest, info, md);
	struct str list[3] = {
		attribute(a, OID_CONTENT_TYPE, content_type(a)),
		attribute(a, OID_MESSAGE_DIGEST, one(a, DER_OCTETS, str_of((char *)md, n))),
		attribute(a, OID_SIGNING_CERT_V2, signing_cert(a, s->cert->der)),
	};
	qsort(list, 3, sizeof *list, by_bytes);
	return arena_join(a, list[0], arena_join(a, list[1], list[2]));
}

static void put_certificates(struct der *d, const struct tsa_stamp *s)
{
	struct str all[1 + TSA_CHAIN_MAX];
	size_t n = 0;
	all[n++] = s->cert->der;
	for (size_t i = 0; i < s->nchain; i++)
		all[n++] = s->chain[i];
	qsort(all, n, sizeof *all, by_bytes);
	der_open(d, DER_CTXC(0));
	for (size_t i = 0; i < n; i++)
		der_raw(d, all[i]);
	der_close(d);
}

static void put_signer(struct der *d, const struct tsa_stamp *s, struct str attrs, struct str sig)
{
	der_open(d, DER_SEQ);
	der_put_uint(d, 1);
	der_open(d, DER_SEQ);
	der_raw(d, s->cert->issuer_der);
	der_put(d, DER_INTEGER, s->cert->serial);
	der_close(d);
	x509_put_digest_alg(d, sig_alg_row(key_sig_of(s->key))->digest);
	der_put(d, DER_CTXC(0), attrs);
	x509_put_sig_alg(d, key_sig_of(s->key));
	der_put(d, DER_OCTETS, sig);
	der_close(d);
}

static void put_signed_data(struct der *d, const struct tsa_stamp *s, struct str info,
                            struct str attrs, struct str sig)
{
	der_open(d, DER_SEQ);
	der_put_oid(d, OID_SIGNED_DATA);
	der_open(d, DER_CTXC(0));
	der_open(d, DER_SEQ);
	der_put_uint(d, 3);
	der_open(d, DER_SET);
	x509_put_digest_alg(d, sig_alg_row(key_sig_of(s->key))->digest);
	der_close(d);
	der_open(d, DER_SEQ);
	der_put_oid(d, OID_TST_INFO);
	der_open(d, DER_CTXC(0));
	der_put(d, DER_OCTETS, info);
	der_close(d);
	der_close(d);
	if (s->request->cert)
		put_certificates(d, s);
	der_open(d, DER_SET);
	put_signer(d, s, attrs, sig);
	der_close(d);
	der_close(d);
	der_close(d);
	der_close(d);
}

struct result tsa_token(struct arena *a, const struct tsa_stamp *s, struct str *ret,
                        struct err *err)
{
	BUF_AUTO b, info;
	struct der d;
	uint8_t sig[KEY_SIG_MAX];
	size_t n;
	buf_init(&info, TOKEN_MAX);
	buf_init(&b, TOKEN_MAX);
	der_init(&d, &info);
	put_info(&d, s);
	struct str attrs = attributes(a, s, buf_str(&info));
	/* RFC 5652 §5.4: signed as a SET, carried as [0] */
	TRY(key_sign(s->key, key_sig_of(s->key), one(a, DER_SET, attrs), sig, &n, err));
	der_init(&d, &b);
	put_signed_data(&d, s, buf_str(&info), attrs, str_of((char *)sig, n));
	if (buf_over(&b) || buf_over(&info))
		return fail(err, ERR_INTERNAL, "trust.tsa.large", NULL, "a token over %d bytes", TOKEN_MAX);
	*ret = arena_str(a, buf_str(&b));
	return ok();
}

/* ---- TimeStampResp ---- */

struct str tsa_granted(struct arena *a, struct str token)
{
	BUF_AUTO b;
	struct der d;
	buf_init(&b, TOKEN_MAX + 64);
	der_init(&d, &b);
	der_open(&d, DER_SEQ);
	der_open(&d, DER_SEQ);
	der_put_uint(&d, 0);
	der_close(&d);
	der_raw(&d, token);
	der_close(&d);
	return arena_str(a, buf_str(&b));
}

static const struct {
	enum tsa_fail fail;
	const char *text;
} texts[] = {
	{ TSA_BAD_ALG, "Digests: SHA-256, SHA-384, SHA-512." },
	{ TSA_BAD_REQUEST, "This is not a request of version 1 as RFC 3161 has it." },
	{ TSA_BAD_DATA, "The request is not in DER, or the digest has another length." },
	{ TSA_NO_TIME, "The clock cannot be trusted at the moment. Please try again later." },
	{ TSA_POLICY, "This unit stamps under one policy only: leave it out." },
	{ TSA_EXTENSION, "No extension is known here." },
	{ TSA_FAILURE, "The token could not be made. Please try again later." },
};

struct str tsa_refused(struct arena *a, enum tsa_fail fail)
{
	BUF_AUTO b;
	struct der d;
	char bits[5] = { 0 };
	buf_init(&b, 1024);
	der_init(&d, &b);
	der_open(&d, DER_SEQ);
	der_open(&d, DER_SEQ);
	der_put_uint(&d, 2);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i].fail == fail) {
			der_open(&d, DER_SEQ);
			der_put(&d, DER_UTF8, str_c(texts[i].text));
			der_close(&d);
		}
	bits[0] = (char)(7 - fail % 8);
	bits[1 + fail / 8] = (char)(0x80 >> fail % 8);
	der_put(&d, DER_BITS, str_of(bits, 2 + (size_t)fail / 8));
	der_close(&d);
	der_close(&d);
	return arena_str(a, buf_str(&b));
}
