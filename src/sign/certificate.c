/* Certificates of others, read. Extensions that matter to nobody here are passed
 * over: whether a critical one is understood is trust/path.h's question. */
#include "sign/certificate.h"

#include <stdio.h>

#include "base/text.h"
#include "sign/cms_read.h"

static const struct {
	const char *oid;
	unsigned bit;
} eku_rows[] = {
	{ "1.3.6.1.5.5.7.3.1", EKU_SERVER_AUTH },
	{ "1.3.6.1.5.5.7.3.2", EKU_CLIENT_AUTH },
	{ "1.3.6.1.5.5.7.3.9", EKU_OCSP },
	{ "1.3.6.1.5.5.7.3.8", EKU_TIME_STAMP },
};

static void get_eku(struct der_in *in, struct sign_cert *c)
{
	char oid[DER_OID_TEXT];
	size_t n = 0;
	struct der_in seq = der_enter(in, DER_SEQ);
	c->has_eku = true;
	for (; der_peek(&seq) >= 0; n++) {
		unsigned bit = EKU_OTHER;
		der_get_oid(&seq, oid);
		for (size_t i = 0; i < sizeof eku_rows / sizeof *eku_rows; i++)
			if (strcmp(oid, eku_rows[i].oid) == 0)
				bit = eku_rows[i].bit;
		c->eku |= bit;
	}
	c->eku_only = n == 1;
	der_leave(in, &seq);
}

static void get_basic(struct der_in *in, struct sign_cert *c)
{
	struct der_in seq = der_enter(in, DER_SEQ);
	if (der_peek(&seq) == DER_BOOLEAN)
		c->ca = der_get_bool(&seq);
}

static void get_usage(struct der_in *in, struct sign_cert *c)
{
	struct str bits = der_get(in, DER_BITS);
	c->has_usage = true;
	for (unsigned i = 0; bits.n > 1 && i < 8; i++)
		if ((uint8_t)bits.p[1] & (0x80u >> i))
			c->usage |= 1u << i;
}

static void get_extension(const char *oid, bool critical, struct str value, struct sign_cert *c)
{
	struct der_in in = der_read(value);
	if (strcmp(oid, "2.5.29.14") == 0) {
		c->skid = der_get(&in, DER_OCTETS);
	} else if (strcmp(oid, "2.5.29.35") == 0) {
		struct der_in seq = der_enter(&in, DER_SEQ);
		if (der_peek(&seq) == DER_CTX(0))
			c->akid = der_get(&seq, DER_CTX(0));
	} else if (strcmp(oid, "2.5.29.37") == 0) {
		c->eku_critical = critical;
		get_eku(&in, c);
	} else if (strcmp(oid, "2.5.29.15") == 0) {
		get_usage(&in, c);
	} else if (strcmp(oid, "2.5.29.19") == 0) {
		get_basic(&in, c);
	} else if (strcmp(oid, "2.5.29.31") == 0) {
		c->crl_dp = value;
	} else if (strcmp(oid, "1.3.6.1.5.5.7.48.1.5") == 0) {
		c->nocheck = true;
	}
}

static void get_extensions(struct der_in *tbs, struct sign_cert *c)
{
	struct der_in box = der_enter(tbs, DER_CTXC(3)), seq = der_enter(&box, DER_SEQ);
	while (der_peek(&seq) >= 0) {
		char oid[DER_OID_TEXT];
		struct der_in one = der_enter(&seq, DER_SEQ);
		der_get_oid(&one, oid);
		bool critical = der_peek(&one) == DER_BOOLEAN && der_get_bool(&one);
		struct str value = der_get(&one, DER_OCTETS);
		der_leave(&seq, &one);
		if (!seq.bad)
			get_extension(oid, critical, value, c);
	}
	der_leave(&box, &seq);
	der_leave(tbs, &box);
}

static bool get_tbs(struct sign_cert *c)
{
	struct der_in in = der_read(c->tbs), tbs = der_enter(&in, DER_SEQ);
	if (der_peek(&tbs) == DER_CTXC(0))
		(void)der_get(&tbs, DER_CTXC(0));
	c->serial = der_get(&tbs, DER_INTEGER);
	(void)der_get(&tbs, DER_SEQ);
	c->issuer_der = der_get_raw(&tbs, DER_SEQ);
	struct der_in valid = der_enter(&tbs, DER_SEQ);
	bool times = der_get_any_time(&valid, &c->not_before) && der_get_any_time(&valid, &c->not_after);
	der_leave(&tbs, &valid);
	c->subject_der = der_get_raw(&tbs, DER_SEQ);
	c->spki = der_get_raw(&tbs, DER_SEQ);
	for (int tag = 1; tag <= 2; tag++)
		if (der_peek(&tbs) == DER_CTX(tag))
			(void)der_get(&tbs, DER_CTX(tag));
	if (der_peek(&tbs) == DER_CTXC(3))
		get_extensions(&tbs, c);
	return times && der_done(&tbs);
}

bool sign_cert_read(struct str der, struct sign_cert *ret)
{
	struct sign_cert c = { .der = der };
	struct der_in in = der_read(der), seq = der_enter(&in, DER_SEQ);
	c.tbs = der_get_raw(&seq, DER_SEQ);
	c.alg_id = der_get_raw(&seq, DER_SEQ);
	c.signature = der_get_bits(&seq);
	der_leave(&in, &seq);
	if (!der_done(&in) || !get_tbs(&c))
		return false;
	*ret = c;
	return true;
}

/* ---- names ---- */

static const struct {
	const char *oid, *name;
} part_rows[] = {
	{ "2.5.4.3", "CN" }, { "2.5.4.10", "O" }, { "2.5.4.11", "OU" }, { "2.5.4.6", "C" },
	{ "2.5.4.7", "L" }, { "2.5.4.8", "ST" }, { "2.5.4.5", "serialNumber" },
	{ "2.5.4.4", "SN" }, { "2.5.4.42", "GN" }, { "2.5.4.97", "organizationIdentifier" },
	{ "1.2.840.113549.1.9.1", "E" }, { "0.9.2342.19200300.100.1.25", "DC" },
};

enum { NAME_PARTS = 24 };
struct part {
	const char *name;
	char oid[DER_OID_TEXT];
	struct str value;
};

static struct str wide(struct arena *a, struct str s, size_t unit)
{
	BUF_AUTO b;
	buf_init(&b, 4 * s.n + 8);
	for (size_t i = 0; i + unit <= s.n; i += unit) {
		uint32_t cp = 0;
		for (size_t k = 0; k < unit; k++)
			cp = cp << 8 | (uint8_t)s.p[i + k];
		utf8_add(&b, cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000) ? 0xfffd : cp);
	}
	return arena_str(a, buf_str(&b));
}

/* Any string type as UTF-8 that a report can show. */
static struct str value_text(struct arena *a, int tag, struct str s)
{
	struct str text = tag == 0x1e ? wide(a, s, 2) : tag == 0x1c ? wide(a, s, 4)
	                  : tag == 0x14 && !utf8_valid(s) ? wide(a, s, 1) : s;
	return utf8_valid(text) && !text_has_control(text) ? text : STR("?");
}

static size_t name_parts(struct arena *a, struct str der, struct part parts[NAME_PARTS])
{
	size_t n = 0;
	struct der_in in = der_read(der), seq = der_enter(&in, DER_SEQ);
	while (der_peek(&seq) >= 0) {
		struct der_in set = der_enter(&seq, DER_SET);
		while (der_peek(&set) >= 0 && n < NAME_PARTS) {
			struct part *p = &parts[n];
			struct der_in one = der_enter(&set, DER_SEQ);
			der_get_oid(&one, p->oid);
			int tag = der_peek(&one);
			struct str s = tag >= 0 ? der_get(&one, tag) : STR("");
			if (one.bad)
				return n;
			p->name = p->oid;
			for (size_t i = 0; i < sizeof part_rows / sizeof *part_rows; i++)
				if (strcmp(part_rows[i].oid, p->oid) == 0)
					p->name = part_rows[i].name;
			p->value = value_text(a, tag, s);
			n++;
		}
	}
	return n;
}

struct str sign_name_text(struct arena *a, struct str name_der)
{
	struct part parts[NAME_PARTS];
	BUF_AUTO b;
	buf_init(&b, 4096);
	for (size_t i = name_parts(a, name_der, parts); i > 0; i--)
		buf_printf(&b, "%s%s=%.*s", b.n ? ", " : "", parts[i - 1].name, STR_ARG(parts[i - 1].value));
	return arena_str(a, utf8_cut(buf_str(&b), 1024));
}

struct str sign_name_short(struct arena *a, struct str name_der)
{
	static const char *const wanted[] = { "CN", "O" };
	struct part parts[NAME_PARTS];
	size_t n = name_parts(a, name_der, parts);
	for (size_t w = 0; w < 2; w++)
		for (size_t i = n; i > 0; i--)
			if (strcmp(parts[i - 1].name, wanted[w]) == 0 && parts[i - 1].value.n)
				return arena_str(a, utf8_cut(parts[i - 1].value, 256));
	return sign_name_text(a, name_der);
}

struct str sign_serial_text(struct arena *a, struct str serial)
{
	BUF_AUTO b;
	buf_init(&b, 256);
	for (size_t i = 0; i < serial.n && i < 64; i++)
		buf_printf(&b, "%02X", (uint8_t)serial.p[i]);
	return arena_str(a, buf_str(&b));
}
