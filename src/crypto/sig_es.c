/* ECDSA signatures: SEQUENCE of two INTEGERs (RFC 3279 §2.2.3) for X.509 and
 * CMS, r || s of fixed width (RFC 7518 §3.4) for JOSE. */
#include "crypto/der.h"
#include "crypto/key.h"

static size_t width(enum sig_alg alg)
{
	return sig_alg_row(alg)->half;
}

static struct result refuse(struct err *err, enum sig_alg alg)
{
	return fail(err, ERR_INPUT, "crypto.key.signature", "RFC 7518 §3.4", "not a %s signature",
	            sig_alg_row(alg)->jose);
}

/* An unsigned number into exactly w bytes. */
static bool spread(struct str v, size_t w, char *out)
{
	if (v.n && v.p[0] == 0)
		v = str_from(v, 1);
	else if (v.n == 0 || (uint8_t)v.p[0] & 0x80)
		return false;
	if (v.n > w)
		return false;
	memset(out, 0, w - v.n);
	if (v.n)
		memcpy(out + (w - v.n), v.p, v.n);
	return true;
}

struct result sig_es_raw(enum sig_alg alg, struct str der, struct arena *a, struct str *ret,
                         struct err *err)
{
	size_t w = width(alg);
	char *out = arena_alloc(a, 2 * w + 1);
	struct der_in in = der_read(der), seq = der_enter(&in, DER_SEQ);
	struct str r = der_get_int(&seq), s = der_get_int(&seq);
	der_leave(&in, &seq);
	if (w == 0 || !der_done(&in) || !spread(r, w, out) || !spread(s, w, out + w))
		return refuse(err, alg);
	*ret = str_of(out, 2 * w);
	return ok();
}

struct result sig_es_der(enum sig_alg alg, struct str raw, struct arena *a, struct str *ret,
                         struct err *err)
{
	size_t w = width(alg);
	BUF_AUTO b;
	struct der d;
	buf_init(&b, 256);
	if (w == 0 || raw.n != 2 * w)
		return refuse(err, alg);
	der_init(&d, &b);
	der_open(&d, DER_SEQ);
	der_put_bytes_int(&d, str_sub(raw, 0, w));
	der_put_bytes_int(&d, str_from(raw, w));
	der_close(&d);
	*ret = arena_str(a, buf_str(&b));
	return ok();
}
