/* No table is looked up by a secret byte: multiplication runs over all bits
 * whatever they are. */
#include "crypto/share.h"

#include "base/mem.h"

static uint8_t times(uint8_t a, uint8_t b)
{
	unsigned product = 0, shifted = a;
	for (int bit = 0; bit < 8; bit++) {
		product ^= shifted & (0u - ((unsigned)b >> bit & 1u));
		shifted = shifted << 1 ^ (0x11bu & (0u - (shifted >> 7 & 1u)));
	}
	return (uint8_t)product;
}

/* a^254, which is 1/a (and 0 for 0). */
static uint8_t inverse(uint8_t a)
{
	uint8_t r = 1;
	for (int bit = 7; bit >= 0; bit--) {
		r = times(r, r);
		if (254 >> bit & 1)
			r = times(r, a);
	}
	return r;
}

static struct result bad(struct err *err, const char *what)
{
	return fail(err, ERR_INPUT, "crypto.share", NULL, "%s", what);
}

struct result share_split(struct str secret, unsigned need, unsigned n, struct secret *ret,
                          struct err *err)
{
	if (need < 1 || need > n || n > SHARE_MAX || secret.n == 0 || secret.n > SHARE_BYTES_MAX)
		return bad(err, "1 to 16 shares of 1 to 64 bytes, and no more needed than there are");
	SECRET_AUTO coefficients = secret_random((size_t)need * secret.n);
	memcpy(coefficients.p, secret.p, secret.n); /* the polynomial at 0 */
	for (unsigned i = 0; i < n; i++) {
		ret[i] = secret_new(secret.n);
		for (size_t at = 0; at < secret.n; at++) {
			uint8_t y = 0;
			for (unsigned c = need; c-- > 0;)
				y = times(y, (uint8_t)(i + 1)) ^ coefficients.p[c * secret.n + at];
			ret[i].p[at] = y;
		}
	}
	return ok();
}

/* Lagrange's weight of share i at 0. */
static uint8_t weight(const uint8_t *x, unsigned n, unsigned i)
{
	uint8_t w = 1;
	for (unsigned j = 0; j < n; j++)
		if (j != i)
			w = times(w, times(x[j], inverse(x[i] ^ x[j])));
	return w;
}

struct result share_join(const uint8_t *x, const struct secret *shares, unsigned n,
                         struct secret *ret, struct err *err)
{
	if (n < 1 || n > SHARE_MAX || shares[0].n == 0 || shares[0].n > SHARE_BYTES_MAX)
		return bad(err, "no shares, or too many");
	for (unsigned i = 0; i < n; i++)
		for (unsigned j = 0; j < i || x[i] == 0; j++)
			if (x[i] == 0 || x[i] == x[j] || shares[i].n != shares[j].n)
				return bad(err, "shares that do not belong together");
	SECRET_AUTO sum = secret_new(shares[0].n);
	for (unsigned i = 0; i < n; i++) {
		uint8_t w = weight(x, n, i);
		for (size_t at = 0; at < sum.n; at++)
			sum.p[at] ^= times(shares[i].p[at], w);
	}
	*ret = sum;
	sum = (struct secret){ 0 };
	return ok();
}
