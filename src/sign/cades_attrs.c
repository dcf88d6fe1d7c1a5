/* Signed attributes (ETSI EN 319 122-1 §5.1, §5.2; RFC 5652 §11; RFC 5035) into the
 * properties that every format has, by table. An attribute that stands twice, or
 * with other than one value, is a fault of form: RFC 5652 §5.3, §11. */
#include "base/utf8.h"
#include "sign/cades_priv.h"

enum { TEXT_MAX = 512 };

void cades_malformed(struct ades_signature *s, struct str what)
{
	if (!s->malformed.n)
		s->malformed = what;
}

size_t cades_attr_count(const struct cms_attrs *list, const char *oid)
{
	size_t n = 0;
	for (size_t i = 0; i < list->n; i++)
		n += strcmp(list->list[i].oid, oid) == 0;
	return n;
}

/* ---- texts ---- */

static void add_wide(struct buf *b, struct str s, unsigned unit)
{
	for (size_t i = 0; i + unit <= s.n; i += unit) {
		uint32_t cp = 0;
		for (unsigned k = 0; k < unit; k++)
			cp = cp << 8 | (uint8_t)s.p[i + k];
		utf8_add(b, cp < 0x20 || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000) ? 0xfffd : cp);
	}
}

/* UTF8String as it is, BMPString and UniversalString turned, the rest Latin-1. */
struct str cades_text(struct arena *a, struct str tlv)
{
	BUF_AUTO b;
	struct der_in in = der_read(tlv);
	int tag = der_peek(&in);
	struct str s = tag < 0 ? STR("") : der_get(&in, tag);
	buf_init(&b, 4 * TEXT_MAX);
	s = str_sub(s, 0, TEXT_MAX);
	if (tag == DER_UTF8)
		return utf8_valid(s) ? arena_str(a, s) : STR("");
	add_wide(&b, s, tag == 0x1e ? 2 : tag == 0x1c ? 4 : 1);
	return arena_str(a, buf_str(&b));
}

static struct str joined(struct arena *a, struct str x, struct str y)
{
	return !x.n ? y : !y.n ? x : x.n + y.n > TEXT_MAX ? x : arena_printf(a, "%.*s, %.*s",
	       STR_ARG(x), STR_ARG(y));
}

/* ---- a reader each ---- */

struct ctx {
	struct cades_reading *r;
	const struct cms_signer_info *si;
	struct ades_signature *s;
};

static struct str dotted(struct ctx *c, struct der_in *in)
{
	char oid[DER_OID_TEXT];
	der_get_oid(in, oid);
	return arena_str(c->r->arena, str_c(oid));
}

/* RFC 5652 §11.1: the type of the content, once more where it is signed. */
static bool content_type(struct ctx *c, struct der_in *in)
{
	return str_eq(der_get_raw(in, DER_OID), c->r->cms->frame.type_raw);
}

static bool message_digest(struct ctx *c, struct der_in *in)
{
	struct str md = der_get(in, DER_OCTETS);
	return !c->si->digest || md.n == c->si->digest->size;
}

static bool signing_time(struct ctx *c, struct der_in *in)
{
	return der_get_any_time(in, &c->s->claimed_time);
}

static bool passed(struct ctx *c, struct der_in *in)
{
	(void)c;
	(void)der_get_raw(in, 0);
	return true;
}

/* §5.2.3 */
static bool commitment(struct ctx *c, struct der_in *in)
{
	struct der_in seq = der_enter(in, DER_SEQ);
	c->s->commitment = dotted(c, &seq);
	return !seq.bad;
}

/* §5.2.9: SignaturePolicyId, or NULL for an implied one. */
static bool policy(struct ctx *c, struct der_in *in)
{
	char alg[DER_OID_TEXT];
	if (der_peek(in) == DER_NULL) {
		der_get_null(in);
		return true;
	}
	struct der_in seq = der_enter(in, DER_SEQ);
	struct str id = dotted(c, &seq);
	struct der_in hash = der_enter(&seq, DER_SEQ), which = der_enter(&hash, DER_SEQ);
	der_get_oid(&which, alg);
	struct str want = der_get(&hash, DER_OCTETS);
	if (seq.bad || hash.bad)
		return false;
	c->s->policy = id;
	/* signature-policy-store (§5.2.10) may bring the document itself */
	const struct sign_digest *d = sign_digest_oid(alg);
	struct der_in store = der_read(cms_attr_value(&c->si->unsigned_attrs, CADES_POLICY_STORE, NULL));
	struct der_in in_store = der_enter(&store, DER_SEQ);
	(void)der_get_raw(&in_store, 0);
	struct str text = der_peek(&in_store) == DER_OCTETS ? der_get(&in_store, DER_OCTETS) : STR("");
	c->s->policy_ok = d && !in_store.bad && text.n &&
	                  str_eq(cades_hash_of(c->r->arena, d, text), want);
	return true;
}

/* §5.2.5: country, locality, postal address. */
static bool location(struct ctx *c, struct der_in *in)
{
	struct der_in seq = der_enter(in, DER_SEQ);
	while (der_peek(&seq) >= 0) {
		int tag = der_peek(&seq);
		struct der_in one = der_enter(&seq, tag);
		if (tag == DER_CTXC(2) && der_peek(&one) == DER_SEQ)
			one = der_enter(&one, DER_SEQ);
		while (der_peek(&one) >= 0)
			c->s->place = joined(c->r->arena, c->s->place,
			                     cades_text(c->r->arena, der_get_raw(&one, 0)));
	}
	return !seq.bad;
}

static void claimed_roles(struct ctx *c, struct der_in *in)
{
	for (size_t n = 0; der_peek(in) == DER_SEQ && n < CMS_ATTRS_MAX; n++) {
		struct der_in at = der_enter(in, DER_SEQ);
		(void)der_get(&at, DER_OID);
		struct der_in set = der_enter(&at, DER_SET);
		while (der_peek(&set) >= 0) {
			struct str value = der_get_raw(&set, 0);
			int tag = value.n ? (uint8_t)value.p[0] : 0;
			if (tag != DER_SEQ && tag != DER_SET)
				c->s->role = joined(c->r->arena, c->s->role, cades_text(c->r->arena, value));
		}
	}
}

/* §5.2.6: what the signer claims to be; certified attributes and assertions are
 * named only, nobody here proves them. */
static bool attributes(struct ctx *c, struct der_in *in)
{
	struct der_in seq = der_enter(in, DER_SEQ);
	while (der_peek(&seq) >= 0) {
		int tag = der_peek(&seq);
		struct der_in one = der_enter(&seq, tag);
		if (tag == DER_CTXC(0))
			claimed_roles(c, &one);
		else
			c->s->role = joined(c->r->arena, c->s->role, STR("(certified)"));
	}
	return !seq.bad;
}

static bool mime(struct ctx *c, struct der_in *in)
{
	c->s->mime = cades_text(c->r->arena, der_get_raw(in, DER_UTF8));
	return c->s->mime.n > 0;
}

/* RFC 2634 §2.9; only a type that nothing better tells. */
static bool hints(struct ctx *c, struct der_in *in)
{
	struct der_in seq = der_enter(in, DER_SEQ);
	struct str said = der_peek(&seq) == DER_UTF8 ? der_get_raw(&seq, DER_UTF8) : STR("");
	struct str type = dotted(c, &seq);
	if (!c->s->mime.n)
		c->s->mime = said.n ? cades_text(c->r->arena, said) : type;
	return !seq.bad;
}

static const struct row {
	const char *oid;
	const char *name;
	bool (*read)(struct ctx *c, struct der_in *in);
	bool needed;
	bool many;      /* may stand more than once */
} rows[] = {
	{ CADES_CONTENT_TYPE, "content-type", content_type, true, false },
	{ CADES_MESSAGE_DIGEST, "message-digest", message_digest, true, false },
	{ CADES_SIGNING_TIME, "signing-time", signing_time, false, false },
	{ CADES_SIGNING_CERT, "signing-certificate", passed, false, false },
	{ CADES_SIGNING_CERT_V2, "signing-certificate-v2", passed, false, false },
	{ CADES_COMMITMENT, "commitment-type-indication", commitment, false, false },
	{ CADES_POLICY, "signature-policy-identifier", policy, false, false },
	{ CADES_LOCATION, "signer-location", location, false, false },
	{ CADES_ATTRIBUTES, "signer-attributes", attributes, false, false },
	{ CADES_ATTRIBUTES_V2, "signer-attributes-v2", attributes, false, false },
	{ CADES_MIME, "mime-type", mime, false, false },
	{ CADES_HINTS, "content-hints", hints, false, false },
	{ CADES_CONTENT_STAMP, "content-time-stamp", passed, false, true },
};

static void read_row(struct ctx *c, const struct row *row, bool counter)
{
	bool wrong = false, is_type = row->read == content_type;
	size_t n = cades_attr_count(&c->si->attrs, row->oid);
	if (n == 0 || row->many) {
		if (row->needed && !(is_type && counter))
			cades_malformed(c->s, arena_printf(c->r->arena, "%s is missing (RFC 5652 §5.3)",
			                                   row->name));
		return;
	}
	struct str value = cms_attr_value(&c->si->attrs, row->oid, &wrong);
	struct der_in in = der_read(value);
	if (is_type && counter)
		cades_malformed(c->s, STR("content-type in a counter signature (RFC 5652 §11.4)"));
	else if (wrong)
		cades_malformed(c->s, arena_printf(c->r->arena, "%s does not stand once with one value "
		                                   "(RFC 5652 §11)", row->name));
	else if (!row->read(c, &in) || in.bad)
		cades_malformed(c->s, arena_printf(c->r->arena, "%s does not fit%s", row->name,
		                                   is_type ? " the content (RFC 5652 §11.1)" : ""));
}

static void algorithms(struct ctx *c)
{
	const struct cms_signer_info *si = c->si;
	if (si->alg_known && si->alg.digest && si->digest && si->digest != si->alg.digest)
		cades_malformed(c->s, arena_printf(c->r->arena, "digestAlgorithm is %s, the signature's %s "
		                                   "(RFC 5652 §5.3)", si->digest->name,
		                                   si->alg.digest->name));
}

void cades_attrs_read(struct cades_reading *r, const struct cms_signer_info *si, bool counter,
                      struct ades_signature *ret)
{
	struct ctx c = { r, si, ret };
	algorithms(&c);
	if (si->has_attrs) {
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
			read_row(&c, &rows[i], counter);
		/* beyond the table, too, nothing may stand twice */
		for (size_t i = 0; i < si->attrs.n; i++)
			if (cades_attr_count(&si->attrs, si->attrs.list[i].oid) > 1 &&
			    strcmp(si->attrs.list[i].oid, CADES_CONTENT_STAMP) != 0)
				cades_malformed(ret, arena_printf(r->arena, "attribute %s stands twice "
				                                  "(RFC 5652 §5.3)", si->attrs.list[i].oid));
	} else if (!counter && strcmp(r->cms->c.content_type, CADES_DATA) != 0) {
		cades_malformed(ret, STR("no signed attributes beside a typed content (RFC 5652 §5.3)"));
	}
}
