/* subjectAltName: host names, and the six otherNames that carry a citizen's
 * name, sex, birth and address in a 署名用 certificate (arc
 * 1.2.392.200149.8.5.5). All six or none: a certificate that tells half of a
 * person is malformed. */
#include <ctype.h>

#include "base/text.h"
#include "trust/cert_ext.h"

enum { NAME_MAX_CHARS = 200, ADDRESS_MAX_CHARS = 200, BIRTH_YEAR_MIN = 1868 };

static bool text_and_map(struct str text, struct str map, size_t max)
{
	size_t n = text_points(text);
	if (n < 1 || n > max || map.n != n || text_has_control(text))
		return false;
	for (size_t i = 0; i < map.n; i++)
		if (map.p[i] != '0' && map.p[i] != '1')
			return false;
	return true;
}

static int number(const char *p, int digits)
{
	int v = 0;
	for (int i = 0; i < digits; i++)
		v = v * 10 + (p[i] - '0');
	return v;
}

/* EYYYYMMDD, E the 元号 and YYYY Gregorian; 00 where a part is unknown. */
static bool birth(struct str s, struct cert_holder *h)
{
	static const int days[] = { 31, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	if (s.n != 9 || s.p[0] > '5')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	h->era = s.p[0];
	h->year = number(s.p + 1, 4);
	h->month = number(s.p + 5, 2);
	h->day = number(s.p + 7, 2);
	bool leap = h->year % 4 == 0 && (h->year % 100 != 0 || h->year % 400 == 0);
	if (h->month > 12 || h->day > days[h->month] || (h->month == 0 && h->day != 0) ||
	    (h->month == 2 && h->day == 29 && !leap))
		return false;
	return h->year >= BIRTH_YEAR_MIN || (h->era == '0' && h->year == 0 && h->month == 0);
}

static bool sex(struct str s, struct cert_holder *h)
{
	if (s.n != 1 || s.p[0] < '1' || s.p[0] > '3')
		return false;
	h->sex = (enum cert_sex)(s.p[0] - '0');
	return true;
}

/* v[i] is the otherName .(i + 1). */
static bool holder(const struct str v[6], struct cert_holder *ret)
{
	struct cert_holder h = { .present = true, .name = v[0], .name_map = v[1], .address = v[4],
	                         .address_map = v[5] };
	if (!text_and_map(v[0], v[1], NAME_MAX_CHARS) || !sex(v[2], &h) || !birth(v[3], &h) ||
	    !text_and_map(v[4], v[5], ADDRESS_MAX_CHARS))
		return false;
	*ret = h;
	return true;
}

/* OtherName (RFC 5280 §4.2.1.6): which of the six, or 0 for another kind. */
static int other_name(struct der_in *in, struct str *ret)
{
	static const struct str arc = STR_INIT(OID_JPKI_NAMES);
	char oid[DER_OID_TEXT];
	struct der_in name = der_enter(in, DER_CTXC(0));
	der_get_oid(&name, oid);
	struct str text = str_c(oid);
	struct der_in value = der_enter(&name, DER_CTXC(0));
	bool ours = str_starts(text, arc) && text.n == arc.n + 1 && text.p[arc.n] >= '1' &&
	            text.p[arc.n] <= '6';
	*ret = der_get(&value, ours ? DER_UTF8 : 0);
	der_leave(&name, &value);
	der_leave(in, &name);
	return ours && !in->bad ? text.p[arc.n] - '0' : 0;
}

static bool host(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!isalnum((unsigned char)s.p[i]) && s.p[i] != '.' && s.p[i] != '-' && s.p[i] != '*')
			return false;
	return s.n > 0 && s.n <= 253;
}

static void add_host(struct der_in *in, struct cert *c)
{
	struct str s = der_get(in, DER_CTX(2));
	if (c->ndns == sizeof c->dns / sizeof *c->dns || !host(s))
		der_fault(in);
	else
		c->dns[c->ndns++] = s;
}

void cert_get_alt_names(struct der_in *in, struct cert *c, bool critical)
{
	struct str six[6] = { 0 };
	int found = 0;
	struct der_in list = der_enter(in, DER_SEQ);
	(void)critical;
	do {
		int tag = der_peek(&list);
		if (tag == DER_CTXC(0)) {
			struct str value;
			int which = other_name(&list, &value);
			if (which && six[which - 1].p)
				der_fault(&list);
			if (which) {
				six[which - 1] = value;
				found++;
			}
		} else if (tag == DER_CTX(2)) {
			add_host(&list, c);
		} else {
			der_get(&list, 0);
		}
	} while (!list.bad && der_peek(&list) >= 0);
	der_leave(in, &list);
	if (found != 0 && (found != 6 || !holder(six, &c->holder)))
		der_fault(in);
}
