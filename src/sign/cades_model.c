/* A SignedData as lists, out of a file and into one (RFC 5652 §5.1). */
#include "sign/cades_model.h"

#define GROW(m, field, max, item, err) \
	cades_model_put(m, (m)->field, &(m)->n##field, max, item, err)

void cades_model_new(struct arena *a, struct cades_model *ret)
{
	*ret = (struct cades_model){ .arena = a, .type_raw = cades_oid(a, CADES_DATA),
		.octets = true };
	ret->signers = ARENA_ARRAY(a, struct cades_model_signer, CMS_SIGNERS_MAX);
}

struct result cades_model_put(struct cades_model *m, struct str *list, size_t *n, size_t most,
                              struct str item, struct err *err)
{
	for (size_t i = 0; i < *n; i++)
		if (str_eq(list[i], item))
			return ok();
	if (*n == most)
		return fail(err, ERR_TOO_LARGE, "sign.cades", NULL, "more than %zu items of a kind", most);
	list[(*n)++] = arena_str(m->arena, item);
	return ok();
}

struct result cades_model_attr(struct cades_model_signer *s, struct str attribute,
                               struct err *err)
{
	if (s->nattrs == CMS_ATTRS_MAX)
		return fail(err, ERR_TOO_LARGE, "sign.cades", NULL, "more than %d unsigned attributes",
		            CMS_ATTRS_MAX);
	s->attrs[s->nattrs++] = attribute;
	return ok();
}

/* The old indexes bind an Attribute or the whole SignedData; see cades_archive.c. */
static bool binds_order(const struct cms_signer_info *si)
{
	return cades_attr_count(&si->unsigned_attrs, CADES_ARCHIVE_V1) +
	       cades_attr_count(&si->unsigned_attrs, CADES_ARCHIVE_V2) > 0;
}

static struct result open_signer(struct cades_model *m, const struct cms_signer_info *si,
                                 struct err *err)
{
	struct cades_model_signer *s = &m->signers[m->nsigners++];
	struct der_in in = der_read(si->raw);
	struct str body = der_get(&in, DER_SEQ);
	s->fixed = str_sub(body, 0, body.n - si->unsigned_raw.n);
	m->keep_order = m->keep_order || binds_order(si);
	for (size_t i = 0; i < si->unsigned_attrs.n; i++)
		TRY(cades_model_attr(s, si->unsigned_attrs.list[i].raw, err));
	return ok();
}

struct result cades_model_open(struct arena *a, const struct source *file,
                               struct cades_model *ret, struct err *err)
{
	struct cades_cms *x = ARENA_NEW(a, struct cades_cms);
	TRY(cades_cms_read(a, file, x, err));
	cades_model_new(a, ret);
	ret->type_raw = x->frame.type_raw;
	ret->attached = x->frame.attached;
	ret->octets = x->frame.octets;
	ret->source = file;
	ret->ranges = x->frame.ranges;
	ret->nranges = x->frame.nranges;
	ret->size = x->frame.size;
	struct cades_items digests = cades_items(a, x->c.digests);
	for (size_t i = 0; i < digests.n; i++)
		TRY(GROW(ret, digests, 16, digests.v[i], err));
	for (size_t i = 0; i < x->certs.n; i++)
		TRY(GROW(ret, certs, CADES_ITEMS_MAX, x->certs.v[i], err));
	for (size_t i = 0; i < x->crls.n; i++)
		TRY(GROW(ret, crls, CADES_ITEMS_MAX, x->crls.v[i], err));
	for (size_t i = 0; i < x->c.nsigners; i++)
		TRY(open_signer(ret, &x->c.signers[i], err));
	return ok();
}

bool cades_model_has(struct cades_model *m, const struct cades_model_signer *s, const char *oid)
{
	struct str wanted = cades_oid(m->arena, oid);
	for (size_t i = 0; i < s->nattrs; i++) {
		struct der_in in = der_read(s->attrs[i]), seq = der_enter(&in, DER_SEQ);
		if (str_eq(der_get_raw(&seq, DER_OID), wanted))
			return true;
	}
	return false;
}

/* OCSP answers go into crls as they come: an OCSPResponse as RFC 5940 wants it, a
 * bare BasicOCSPResponse inside of one that says successful. */
static struct str ocsp_choice(struct arena *a, struct str ocsp)
{
	struct der_in in = der_read(ocsp), seq = der_enter(&in, DER_SEQ);
	if (der_peek(&seq) != DER_ENUM) {
		struct str basic = arena_join(a, cades_oid(a, CADES_OCSP_BASIC),
		                              cades_tlv(a, DER_OCTETS, ocsp));
		ocsp = cades_tlv(a, DER_SEQ, arena_join(a, str_of("\x0a\x01\x00", 3),
		                 cades_tlv(a, DER_CTXC(0), cades_tlv(a, DER_SEQ, basic))));
	}
	return cades_tlv(a, DER_CTXC(1), arena_join(a, cades_oid(a, CADES_RI_OCSP), ocsp));
}

struct result cades_model_material(struct cades_model *m, const struct ades_values *v,
                                   struct err *err)
{
	size_t before = m->ncerts + m->ncrls;
	for (size_t i = 0; i < v->ncerts; i++)
		TRY(GROW(m, certs, CADES_ITEMS_MAX, v->certs[i], err));
	for (size_t i = 0; i < v->ncrls; i++)
		TRY(GROW(m, crls, CADES_ITEMS_MAX, v->crls[i], err));
	for (size_t i = 0; i < v->nocsps; i++)
		TRY(GROW(m, crls, CADES_ITEMS_MAX, ocsp_choice(m->arena, v->ocsps[i]), err));
	if (m->keep_order && m->ncerts + m->ncrls != before)
		return fail(err, ERR_CONFLICT, "sign.cades.v2", "ETSI TS 101 733 6.4.1",
		            "an archive time stamp of version 2 in the file allows nothing new beside it");
	return ok();
}

/* ---- out ---- */

static struct str set_of(struct cades_model *m, int tag, struct str *items, size_t n)
{
	if (!m->keep_order)
		cades_sort(items, n);
	return n ? cades_tlv(m->arena, tag, cades_concat(m->arena, items, n)) : STR("");
}

struct str cades_model_info(struct cades_model *m, const struct cades_model_signer *s)
{
	struct str attrs[CMS_ATTRS_MAX];
	memcpy(attrs, s->attrs, sizeof attrs);
	return cades_tlv(m->arena, DER_SEQ, arena_join(m->arena, s->fixed,
	                 set_of(m, DER_CTXC(1), attrs, s->nattrs)));
}

/* §5.1: 5 with other revocation data, 3 for another content or a signer named by
 * its key, else 1. Attribute certificates: at least 4. */
static unsigned version(const struct cades_model *m)
{
	unsigned v = 1;
	for (size_t i = 0; i < m->ncrls; i++)
		if ((uint8_t)m->crls[i].p[0] != DER_SEQ)
			return 5;
	for (size_t i = 0; i < m->ncerts; i++) {
		uint8_t tag = (uint8_t)m->certs[i].p[0];
		if (tag == DER_CTXC(3))
			return 5;
		v = tag != DER_SEQ ? 4 : v;
	}
	for (size_t i = 0; i < m->nsigners && v < 3; i++)
		if (str_starts(m->signers[i].fixed, STR("\x02\x01\x03")))
			v = 3;
	struct der_in in = der_read(m->type_raw);
	char oid[DER_OID_TEXT];
	der_get_oid(&in, oid);
	return v < 3 && strcmp(oid, CADES_DATA) != 0 ? 3 : v;
}

static void piece(struct cades_out *o, struct str bytes)
{
	o->pieces[o->n++] = (struct cades_piece){ .bytes = bytes };
	o->size += bytes.n;
}

struct result cades_model_out(struct cades_model *m, struct cades_out *ret, struct err *err)
{
	struct arena *a = m->arena;
	struct cades_out o = { .pieces = ARENA_ARRAY(a, struct cades_piece, m->nranges + 16) };
	struct str *infos = ARENA_ARRAY(a, struct str, m->nsigners + 1);
	for (size_t i = 0; i < m->nsigners; i++)
		infos[i] = cades_model_info(m, &m->signers[i]);
	struct str none = str_of("\x31\x00", 2), signers = set_of(m, DER_SET, infos, m->nsigners);
	struct str tail[3] = { set_of(m, DER_CTXC(0), m->certs, m->ncerts),
		set_of(m, DER_CTXC(1), m->crls, m->ncrls), signers.n ? signers : none };
	struct str digests = set_of(m, DER_SET, m->digests, m->ndigests);
	char v[3] = { DER_INTEGER, 1, (char)version(m) };
	struct str head = arena_join(a, str_of(v, 3), digests.n ? digests : none);
	struct str end = cades_concat(a, tail, 3);
	uint64_t content = m->attached ? m->size : 0;
	struct str octets = m->octets && m->attached ? cades_header(a, DER_OCTETS, content) : STR("");
	struct str box = m->attached ? cades_header(a, DER_CTXC(0), octets.n + content) : STR("");
	uint64_t encap = m->type_raw.n + box.n + octets.n + content;
	struct str seq = cades_header(a, DER_SEQ, encap), oid = cades_oid(a, CADES_SIGNED_DATA);
	uint64_t body = head.n + seq.n + encap + end.n;
	struct str inner = cades_header(a, DER_SEQ, body);
	struct str outer = cades_header(a, DER_CTXC(0), inner.n + body);
	struct str parts[] = { cades_header(a, DER_SEQ, oid.n + outer.n + inner.n + body), oid, outer,
		inner, head, seq, m->type_raw, box, octets };
	if (m->attached && !m->octets)
		return fail(err, ERR_INPUT, "sign.cades", "RFC 5652 §5.2.1",
		            "content in the way of PKCS #7 is read, not written");
	piece(&o, cades_concat(a, parts, sizeof parts / sizeof *parts));
	for (size_t i = 0; m->attached && i < m->nranges; i++)
		o.pieces[o.n++] = (struct cades_piece){ .from = m->source, .range = m->ranges[i] };
	o.size += content;
	piece(&o, end);
	*ret = o;
	return ok();
}
