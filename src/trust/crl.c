/* See crl.h. The loops read the short forms that entries have (every entry is
 * below 128 bytes) by hand, because der_get costs ten times as much. */
#include "trust/crl.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "trust/x509.h"

enum { UTC_BYTES = 13, SERIAL_MAX = 20 };

static struct result malformed(struct err *err, const char *why)
{
	return fail(err, ERR_INPUT, "trust.crl.malformed", "RFC 5280 §5.1", "CRL refused: %s", why);
}

/* Entries by their outer lengths; false unless they fill the list. */
static bool count(struct str list, size_t *ret)
{
	size_t n = 0, at = 0;
	while (at < list.n) {
		if (list.n - at < 2 || list.p[at] != DER_SEQ || (uint8_t)list.p[at + 1] >= 0x80)
			return false;
		at += 2 + (size_t)(uint8_t)list.p[at + 1];
		n++;
	}
	*ret = n;
	return at == list.n;
}

/* Extensions of an entry: the reason; no other critical one. */
static bool entry_extensions(struct str content, uint8_t *ret_reason)
{
	static const char reason[] = "\x30\x0a\x06\x03\x55\x1d\x15\x04\x03\x0a\x01";
	if (content.n == 14 && memcmp(content.p, "\x30\x0c", 2) == 0 &&
	    memcmp(content.p + 2, reason, 11) == 0) {
		*ret_reason = (uint8_t)content.p[13];
		return *ret_reason <= 10 && *ret_reason != 7;
	}
	struct der_in in = der_read(content), list = der_enter(&in, DER_SEQ);
	do {
		char oid[DER_OID_TEXT];
		struct der_in one = der_enter(&list, DER_SEQ);
		der_get_oid(&one, oid);
		if (der_peek(&one) == DER_BOOLEAN && der_get_bool(&one))
			return false;
		struct der_in value = der_read(der_get(&one, DER_OCTETS));
		der_leave(&list, &one);
		if (strcmp(oid, "2.5.29.21") == 0) {
			struct str v = der_get(&value, DER_ENUM);
			if (v.n != 1 || (uint8_t)v.p[0] > 10 || v.p[0] == 7)
				return false;
			*ret_reason = (uint8_t)v.p[0];
		}
	} while (!list.bad && der_peek(&list) >= 0);
	der_leave(&in, &list);
	return der_done(&in);
}

/* Times come in runs: the last one is remembered. */
struct times {
	char text[UTC_BYTES + 2];
	int64_t at;
};

static bool entry_time(const char **p, const char *end, struct times *last, int64_t *ret)
{
	if (end - *p >= UTC_BYTES + 2 && memcmp(*p, last->text, UTC_BYTES + 2) == 0) {
		*p += UTC_BYTES + 2;
		*ret = last->at;
		return true;
	}
	struct der_in in = der_read(str_of(*p, (size_t)(end - *p)));
	int64_t at = der_get_time(&in);
	if (in.bad)
		return false;
	if ((const char *)in.p - *p == UTC_BYTES + 2) {
		memcpy(last->text, *p, UTC_BYTES + 2);
		last->at = at;
	}
	*p = (const char *)in.p;
	*ret = at;
	return true;
}

static bool entry(const char *p, const char *end, struct times *last, struct crl_entry *ret)
{
	if (end - p < 3 || p[0] != DER_INTEGER || (uint8_t)p[1] > SERIAL_MAX || p[1] == 0 ||
	    end - p < 2 + p[1])
		return false;
	ret->n = (uint8_t)p[1];
	ret->serial = p + 2;
	if (ret->n > 1 && ((p[2] == 0 && !((uint8_t)p[3] & 0x80)) ||
	                   ((uint8_t)p[2] == 0xff && ((uint8_t)p[3] & 0x80))))
		return false;
	p += 2 + ret->n;
	ret->reason = 0;
	return entry_time(&p, end, last, &ret->at) &&
	       (p == end || entry_extensions(str_of(p, (size_t)(end - p)), &ret->reason));
}

static int cmp(const char *x, size_t nx, const char *y, size_t ny)
{
	return nx != ny ? (nx < ny ? -1 : 1) : memcmp(x, y, nx);
}

static bool fill(struct str list, struct crl_entry *to, size_t n, bool *ret_sorted)
{
	struct times last = { .text = "" };
	const char *p = list.p;
	bool sorted = true;
	for (size_t i = 0; i < n; i++) {
		const char *end = p + 2 + (uint8_t)p[1];
		if (!entry(p + 2, end, &last, &to[i]))
			return false;
		sorted = sorted && (i == 0 || cmp(to[i - 1].serial, to[i - 1].n, to[i].serial, to[i].n) < 0);
		p = end;
	}
	*ret_sorted = sorted;
	return true;
}

static struct result get_entries(struct arena *a, struct str list, struct crl *c, struct err *err)
{
	if (!count(list, &c->n) || c->n == 0)
		return malformed(err, "the list of entries (absent when it is empty, §5.1.2.6)");
	if (arena_left(a) / sizeof *c->entries <= c->n)
		return fail(err, ERR_TOO_LARGE, "trust.crl.large", NULL, "%zu entries", c->n);
	struct crl_entry *to = ARENA_ARRAY(a, struct crl_entry, c->n);
	c->entries = to;
	return fill(list, to, c->n, &c->sorted) ? ok() : malformed(err, "an entry");
}

struct result crl_parse(struct arena *a, struct str der, struct crl *ret, struct err *err)
{
	struct x509_signed s;
	struct crl c = { .sorted = true, .extensions = STR("") };
	struct str list = STR("");
	enum sig_alg inner;
	struct dn issuer;
	if (der.n > X509_BYTES_MAX || !x509_open(der, &s))
		return malformed(err, "not a signed object in DER");
	c.tbs = s.tbs;
	c.signature = s.signature;
	c.sig_alg = s.alg;
	struct der_in in = der_read(s.tbs), seq = der_enter(&in, DER_SEQ);
	bool v2 = der_get_uint(&seq) == 1;
	if (!v2 || !x509_get_sig_alg(&seq, &inner) || inner != s.alg)
		return malformed(err, "version or algorithm");
	struct der_in again = seq;
	c.issuer_der = der_get_raw(&again, DER_SEQ);
	x509_get_dn(&seq, &issuer);
	c.this_update = der_get_time(&seq);
	c.next_update = der_get_time(&seq);
	if (der_peek(&seq) == DER_SEQ && (list = der_get(&seq, DER_SEQ), true))
		TRY(get_entries(a, list, &c, err));
	if (der_peek(&seq) == DER_CTXC(0))
		c.extensions = der_get(&seq, DER_CTXC(0));
	der_leave(&in, &seq);
	if (!der_done(&in) || c.this_update >= c.next_update)
		return malformed(err, "names, times or what follows the entries");
	*ret = c;
	return ok();
}

bool crl_verify(const struct crl *c, const struct key *issuer)
{
	return key_verify(issuer, c->sig_alg, c->tbs, c->signature);
}

const struct crl_entry *crl_find(const struct crl *c, struct str serial)
{
	size_t lo = 0, hi = c->n;
	for (size_t i = 0; !c->sorted && i < c->n; i++)
		if (cmp(c->entries[i].serial, c->entries[i].n, serial.p, serial.n) == 0)
			return &c->entries[i];
	while (c->sorted && lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int d = cmp(c->entries[mid].serial, c->entries[mid].n, serial.p, serial.n);
		if (d == 0)
			return &c->entries[mid];
		if (d < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}
