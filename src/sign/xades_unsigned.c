/* What was added after signing (EN 319 132-1 §5.3 to §5.5, annex A): time stamps
 * with what each of them covers, certificates, revocation data, counter
 * signatures.
 *
 * Values are kept in the order in which they stand, so that an archive time
 * stamp covers a first part of them. */
#include "sign/stamp.h"
#include "sign/xades_priv.h"

static struct str *add(struct str *list, size_t *n, struct str der)
{
	for (size_t i = 0; i < *n; i++)
		if (str_eq(list[i], der))
			return &list[i];
	if (*n == ADES_VALUES_MAX)
		return NULL;
	list[(*n)++] = der;
	return list;
}

/* Base64 children of a list; false for what is none, or when there are too many. */
static bool take(struct xades_ctx *c, const struct _xmlNode *list, const char *name,
                 struct str *to, size_t *n)
{
	for (const struct _xmlNode *e = dom_first(list); e; e = dom_next(e)) {
		struct str der;
		if (!str_eq(dom_name(e), str_c(name)))
			continue;
		if (!dom_base64(c->a, e, &der) || !der.n || !add(to, n, der))
			return false;
	}
	return true;
}

static bool take_certs(struct xades_ctx *c, const struct _xmlNode *values)
{
	return take(c, values, "EncapsulatedX509Certificate", c->values->certs, &c->values->ncerts);
}

static bool take_revocations(struct xades_ctx *c, const struct _xmlNode *values)
{
	struct ades_values *v = c->values;
	return take(c, dom_child(values, XADES132, "CRLValues"), "EncapsulatedCRLValue", v->crls,
	            &v->ncrls) &&
	       take(c, dom_child(values, XADES132, "OCSPValues"), "EncapsulatedOCSPValue", v->ocsps,
	            &v->nocsps);
}

static void read_values(struct xades_ctx *c, const struct _xmlNode *n, struct ades_signature *s)
{
	bool good = true;
	if (dom_is(n, XADES132, "CertificateValues"))
		good = take_certs(c, n);
	else if (dom_is(n, XADES132, "RevocationValues"))
		good = take_revocations(c, n);
	else if (dom_is(n, XADES141, "TimeStampValidationData"))
		good = take_certs(c, dom_child(n, XADES132, "CertificateValues")) &&
		       take_revocations(c, dom_child(n, XADES132, "RevocationValues"));
	if (!good)
		xades_wrong(&s->malformed, STR("validation data that cannot be read, or too much of it "
		                               "(EN 319 132-1 5.4)"));
}

/* ---- stamps ---- */

bool xades_is_stamp(const struct _xmlNode *n, enum ades_stamp_kind *ret)
{
	static const struct {
		const char *ns, *name;
		enum ades_stamp_kind kind;
	} rows[] = {
		{ XADES132, "AllDataObjectsTimeStamp", STAMP_CONTENT },
		{ XADES132, "IndividualDataObjectsTimeStamp", STAMP_CONTENT },
		{ XADES132, "SignatureTimeStamp", STAMP_SIGNATURE },
		{ XADES132, "SigAndRefsTimeStamp", STAMP_REFS },
		{ XADES141, "SigAndRefsTimeStampV2", STAMP_REFS },
		{ XADES132, "RefsOnlyTimeStamp", STAMP_REFS },
		{ XADES141, "RefsOnlyTimeStampV2", STAMP_REFS },
		{ XADES132, "ArchiveTimeStamp", STAMP_ARCHIVE },
		{ XADES141, "ArchiveTimeStamp", STAMP_ARCHIVE },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (dom_is(n, rows[i].ns, rows[i].name)) {
			*ret = rows[i].kind;
			return true;
		}
	return false;
}

static void read_imprint(struct xades_ctx *c, const struct xades_parts *p, struct _xmlNode *n,
                         struct ades_stamp *st)
{
	XADES_HASH_AUTO h = { 0 };
	struct stamp token;
	struct err err = { 0 };
	if (is_err(stamp_read(c->a, st->token, c->values->certs, c->values->ncerts, &token, &err)))
		st->what = STR("no time stamp token (RFC 3161 2.4.2)");
	else if (!token.digest || !xades_hash_begin(&h, token.digest))
		st->what = STR("an imprint by an unknown digest");
	else if (is_err(xades_stamp_pour(c, p, n, xades_hash_sink(&h), &err)))
		st->what = arena_str(c->a, str_c(err.what));
	if (st->what.n)
		return;
	st->alg = token.digest;
	st->hash = xades_hash_end(&h, c->a);
}

static void read_stamp(struct xades_ctx *c, const struct xades_parts *p, struct _xmlNode *n,
                       enum ades_stamp_kind kind, struct ades_signature *s)
{
	struct ades_stamp *list = (struct ades_stamp *)(uintptr_t)s->stamps; /* still ours */
	size_t before = s->nstamps, found = 0;
	for (const struct _xmlNode *e = dom_first(n); e; e = dom_next(e)) {
		if (dom_is(e, XADES132, "XMLTimeStamp"))
			xades_wrong(&s->malformed, STR("XMLTimeStamp is not understood (EN 319 132-1 5.1.4.2)"));
		if (!dom_is(e, XADES132, "EncapsulatedTimeStamp"))
			continue;
		if (s->nstamps == ADES_STAMPS_MAX) {
			xades_wrong(&s->malformed, STR("too many time stamps"));
			return;
		}
		struct ades_stamp *st = &list[s->nstamps++];
		*st = (struct ades_stamp){ .kind = kind, .hash = STR(""), .what = STR("") };
		if (!dom_base64(c->a, e, &st->token)) {
			st->token = STR("");
			st->what = STR("no base64");
		} else {
			read_imprint(c, p, n, st);
		}
		if (kind == STAMP_ARCHIVE || kind == STAMP_REFS)
			st->nstamps = before;
		if (kind == STAMP_ARCHIVE) {
			st->ncerts = c->values->ncerts;
			st->ncrls = c->values->ncrls;
			st->nocsps = c->values->nocsps;
		}
		found++;
	}
	if (!found)
		xades_wrong(&s->malformed, STR("a time stamp without a token (EN 319 132-1 5.1.4.2)"));
}

/* ---- counter signatures ---- */

static void read_counter(struct xades_ctx *c, const struct xades_parts *p,
                         const struct _xmlNode *n, size_t depth, struct ades_signature *s)
{
	struct _xmlNode *inner = dom_first(n);
	if (!dom_is(inner, DS, "Signature") || dom_next(inner)) {
		xades_wrong(&s->malformed, STR("a counter signature that is none (EN 319 132-1 5.2.7.3)"));
		return;
	}
	if (depth == XADES_COUNTER_DEPTH || c->nsignatures >= ADES_SIGNATURES_MAX) {
		xades_wrong(&s->malformed, STR("counter signatures are nested too deeply, or too many"));
		return;
	}
	xades_signature_read(c, inner, p->value, depth + 1, &s->counters[s->ncounters++]);
}

static size_t count(const struct _xmlNode *in, const char *name)
{
	size_t n = 0;
	for (const struct _xmlNode *e = dom_first(in); e; e = dom_next(e))
		n += dom_is(e, XADES132, name);
	return n;
}

static struct ades_signature *room_for_counters(struct xades_ctx *c, const struct xades_parts *p,
                                                struct ades_signature *s)
{
	size_t n = count(p->unsigned_sig, "CounterSignature");
	if (n > ADES_SIGNATURES_MAX) {
		xades_wrong(&s->malformed, STR("too many counter signatures"));
		return NULL;
	}
	return n ? ARENA_ARRAY(c->a, struct ades_signature, n) : NULL;
}

void xades_unsigned_read(struct xades_ctx *c, const struct xades_parts *p, size_t depth,
                         struct ades_signature *s)
{
	enum ades_stamp_kind kind;
	s->stamps = ARENA_ARRAY(c->a, struct ades_stamp, ADES_STAMPS_MAX);
	s->counters = room_for_counters(c, p, s);
	for (struct _xmlNode *n = dom_first(p->signed_data); n; n = dom_next(n))
		if (xades_is_stamp(n, &kind) && kind == STAMP_CONTENT)
			read_stamp(c, p, n, kind, s);
	for (struct _xmlNode *n = dom_first(p->unsigned_sig); n && !s->malformed.n; n = dom_next(n)) {
		if (xades_is_stamp(n, &kind) && kind != STAMP_CONTENT)
			read_stamp(c, p, n, kind, s);
		else if (dom_is(n, XADES132, "CounterSignature"))
			read_counter(c, p, n, depth, s);
		else
			read_values(c, n, s);
	}
}
