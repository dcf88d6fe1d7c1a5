/* A CMS file into the structure that every format has (ades.h): signers, counter
 * signatures (RFC 5652 §11.4), a CMS inside of a CMS. */
#include "sign/cades_priv.h"

bool cades_looks(const struct source *file)
{
	struct str head;
	ARENA_AUTO a = arena_new(4096);
	struct range r = { 0, file->size < 64 ? file->size : 64 };
	if (cades_is(file))
		return true;
	return is_ok(source_read(a, file, r, 64, &head, NULL)) &&
	       (str_starts(head, STR("-----BEGIN CMS-----")) ||
	        str_starts(head, STR("-----BEGIN PKCS7-----")));
}

/* The one that the signer names; among several of that name, the one whose digest
 * was signed. */
static struct str cert_of(const struct cms_signer_info *si, const struct ades_values *v,
                          enum ades_cert_ref *ret_ref)
{
	struct str first = STR("");
	for (size_t i = 0; i < v->ncerts; i++) {
		struct str c = cms_signer_cert(si, &v->certs[i], 1);
		if (!c.n)
			continue;
		enum ades_cert_ref ref = cms_cert_ref(si, c);
		if (!first.n || (ref == CERT_REF_OK && *ret_ref != CERT_REF_OK)) {
			first = c;
			*ret_ref = ref;
		}
	}
	if (!first.n)
		*ret_ref = cades_attr_count(&si->attrs, CADES_SIGNING_CERT) +
		           cades_attr_count(&si->attrs, CADES_SIGNING_CERT_V2) ? CERT_REF_OK
		                                                               : CERT_REF_ABSENT;
	return first;
}

/* Without signed attributes a content may be the attributes of another signature,
 * whose value is thereby reused (RFC 5652 §5.4 digests both the same way). */
static bool looks_like_attributes(struct arena *a, const struct cades_content *c)
{
	struct str head;
	struct range r = c->nranges ? c->ranges[0] : (struct range){ 0, 0 };
	if (!c->source || c->nranges != 1 || r.n > 65536 ||
	    is_err(source_read(a, c->source, r, 65536, &head, NULL)))
		return false;
	struct der_in in = der_read(head), set = der_enter(&in, DER_SET);
	struct der_in one = der_enter(&set, DER_SEQ);
	char oid[DER_OID_TEXT];
	der_get_oid(&one, oid);
	(void)der_get(&one, DER_SET);
	return !one.bad && !in.bad && in.p == in.end;
}

static struct result check_value(struct cades_reading *r, const struct cms_signer_info *si,
                                 struct ades_signature *s, struct ades_object *o, struct err *err)
{
	struct str hash = STR("");
	o->alg = si->digest;
	o->found = r->content->source != NULL;
	if (o->found && si->digest)
		TRY(cades_content_digest(r->content, r->arena, si->digest, &hash, err));
	s->value_ok = s->cert.n && cms_value_holds(r->arena, si, s->cert, hash);
	struct str said = cms_message_digest(si);
	o->intact = hash.n && (si->has_attrs ? str_eq(said, hash) : s->value_ok);
	if (!si->has_attrs && looks_like_attributes(r->arena, r->content))
		cades_malformed(s, STR("the content is itself a set of signed attributes"));
	return ok();
}

static enum ades_level level_of(const struct cades_reading *r, const struct cms_signer_info *si,
                                const struct ades_signature *s)
{
	bool stamped = false, archived = false;
	for (size_t i = 0; i < s->nstamps; i++) {
		stamped = stamped || s->stamps[i].kind == STAMP_SIGNATURE;
		archived = archived || s->stamps[i].kind == STAMP_ARCHIVE;
	}
	if (!si->has_attrs || s->cert_ref == CERT_REF_ABSENT)
		return ADES_NONE;
	if (!stamped && !archived)
		return ADES_B;
	if (archived)
		return ADES_LTA;
	return r->values->ncrls + r->values->nocsps ? ADES_LT : ADES_T;
}

static struct result read_signer(struct cades_reading *r, const struct cms_signer_info *si,
                                 struct str id, unsigned depth, struct ades_signature *ret,
                                 struct err *err);

static struct result read_counter(struct cades_reading *r, const struct cms_signer_info *over,
                                  struct str value, struct str id, unsigned depth,
                                  struct ades_signature *ret, struct err *err)
{
	struct cms_signer_info si;
	struct cades_content content;
	struct source *what = ARENA_NEW(r->arena, struct source);
	struct cades_reading inner = *r;
	*what = source_bytes(STR(""), over->value);
	cades_content_of(r->arena, what, &content);
	inner.content = &content;
	if (is_err(cms_signer_read(r->arena, value, &si, NULL))) {
		*ret = (struct ades_signature){ .id = id, .values = r->values,
			.malformed = STR("not a SignerInfo (RFC 5652 §11.4)") };
		return ok();
	}
	return read_signer(&inner, &si, id, depth, ret, err);
}

static struct result counters(struct cades_reading *r, const struct cms_signer_info *si,
                              unsigned depth, struct ades_signature *s, struct err *err)
{
	size_t n = 0;
	struct str values[CMS_ATTRS_MAX];
	for (size_t i = 0; i < si->unsigned_attrs.n; i++) {
		if (strcmp(si->unsigned_attrs.list[i].oid, CADES_COUNTER) != 0)
			continue;
		struct cades_items x = cades_items(r->arena, si->unsigned_attrs.list[i].values);
		for (size_t k = 0; k < x.n && n < CMS_ATTRS_MAX; k++)
			values[n++] = x.v[k];
	}
	if (n == 0)
		return ok();
	if (depth == CADES_COUNTER_DEPTH || n > ADES_SIGNATURES_MAX - *r->nsignatures) {
		cades_malformed(s, STR("too many counter signatures, or nested too deep"));
		return ok();
	}
	*r->nsignatures += n;
	s->counters = ARENA_ARRAY(r->arena, struct ades_signature, n);
	for (size_t i = 0; i < n; i++, s->ncounters++)
		TRY(read_counter(r, si, values[i], arena_printf(r->arena, "%.*s.C%zu", STR_ARG(s->id),
		                 i + 1), depth + 1, &s->counters[i], err));
	return ok();
}

static struct result read_signer(struct cades_reading *r, const struct cms_signer_info *si,
                                 struct str id, unsigned depth, struct ades_signature *ret,
                                 struct err *err)
{
	struct ades_signature s = { .format = ADES_CADES, .id = id, .values = r->values,
		.alg = si->alg, .alg_known = si->alg_known, .value = si->value };
	struct ades_object *o = ARENA_NEW(r->arena, struct ades_object);
	cades_attrs_read(r, si, depth > 0, &s);
	TRY(cades_stamps_read(r, si, &s, err));
	s.cert = cert_of(si, r->values, &s.cert_ref);
	TRY(check_value(r, si, &s, o, err));
	s.objects = o;
	s.nobjects = 1;
	s.level = level_of(r, si, &s);
	TRY(counters(r, si, depth, &s, err));
	*ret = s;
	return ok();
}

static bool archived(const struct cms_signer_info *si)
{
	enum ades_stamp_kind kind;
	for (size_t i = 0; i < si->unsigned_attrs.n; i++)
		if (cades_stamp_kind(si->unsigned_attrs.list[i].oid, &kind) && kind == STAMP_ARCHIVE)
			return true;
	return false;
}

/* In the file, or of what was brought the only one, or the one that was signed. */
static struct result find_content(struct arena *a, const struct cades_cms *cms,
                                  const struct source *file, const struct ades_detached *d,
                                  struct cades_content *ret, struct err *err)
{
	if (cms->frame.attached) {
		*ret = (struct cades_content){ .source = file, .ranges = cms->frame.ranges,
			.nranges = cms->frame.nranges };
		return ok();
	}
	cades_content_of(a, d && d->n ? &d->sources[0] : NULL, ret);
	for (size_t i = 0; d && d->n > 1 && i < d->n && cms->c.nsigners; i++) {
		struct cades_content c;
		struct str hash;
		const struct cms_signer_info *si = &cms->c.signers[0];
		cades_content_of(a, &d->sources[i], &c);
		if (!si->digest)
			break;
		TRY(cades_content_digest(&c, a, si->digest, &hash, err));
		if (str_eq(hash, cms_message_digest(si)))
			*ret = c;
	}
	return ok();
}

static struct result read_at(struct arena *a, const struct source *given,
                             const struct ades_detached *detached, struct str prefix,
                             unsigned depth, size_t *nsignatures, struct ades_file *ret,
                             struct err *err);

/* The content as a file of its own, when it is one. */
static struct result read_inner(struct cades_reading *r, const struct ades_detached *detached,
                                struct str prefix, unsigned depth, struct ades_file *f,
                                struct err *err)
{
	struct str bytes;
	struct ades_file in = { .n = 0 };
	const struct cades_frame *fr = &r->cms->frame;
	struct source look;
	if (!fr->attached || fr->nranges != 1 || fr->size > CADES_INNER_MAX ||
	    depth == CADES_NEST_MAX || fr->size > arena_left(r->arena) / 8)
		return ok();
	struct range first = { fr->ranges[0].at, fr->size < 32 ? fr->size : 32 };
	TRY(source_read(r->arena, r->content->source, first, 32, &bytes, err));
	if (!bytes.n || (uint8_t)bytes.p[0] != DER_SEQ)
		return ok();
	TRY(source_read(r->arena, r->content->source, fr->ranges[0], CADES_INNER_MAX, &bytes, err));
	look = source_bytes(STR(""), bytes);
	struct source *inner = ARENA_NEW(r->arena, struct source);
	*inner = look;
	if (!cades_is(inner) || is_err(read_at(r->arena, inner, detached, arena_printf(r->arena, "%.*sN.",
	    STR_ARG(prefix)), depth + 1, r->nsignatures, &in, NULL)))
		return ok();
	struct ades_signature *all = ARENA_ARRAY(r->arena, struct ades_signature, f->n + in.n + 1);
	if (f->n)
		memcpy(all, f->signatures, f->n * sizeof *all);
	if (in.n)
		memcpy(all + f->n, in.signatures, in.n * sizeof *all);
	f->signatures = all;
	f->n += in.n;
	return ok();
}

static struct result read_at(struct arena *a, const struct source *given,
                             const struct ades_detached *detached, struct str prefix,
                             unsigned depth, size_t *nsignatures, struct ades_file *ret,
                             struct err *err)
{
	struct cades_cms *cms = ARENA_NEW(a, struct cades_cms);
	struct cades_content *content = ARENA_NEW(a, struct cades_content);
	struct source *file = ARENA_NEW(a, struct source);
	struct cades_reading r = { a, cms, content, ARENA_NEW(a, struct ades_values), nsignatures };
	struct ades_file f = { .container = ADES_BARE, .kind = STR("CMS") };
	TRY(cades_unarmor(a, given, file, err));
	TRY(cades_cms_read(a, file, cms, err));
	TRY(find_content(a, cms, file, detached, content, err));
	if (cms->c.nsigners > ADES_SIGNATURES_MAX - *nsignatures)
		return fail(err, ERR_TOO_LARGE, "sign.cades", NULL, "more than %d signatures",
		            ADES_SIGNATURES_MAX);
	*nsignatures += cms->c.nsigners;
	f.n = cms->c.nsigners;
	f.signatures = ARENA_ARRAY(a, struct ades_signature, f.n + 1);
	/* those with archive time stamps decide the order of the values: cades_stamps.c */
	for (int late = 0; late < 2; late++)
		for (size_t i = 0; i < f.n; i++)
			if (archived(&cms->c.signers[i]) == !late)
				TRY(read_signer(&r, &cms->c.signers[i], arena_printf(a, "%.*sS%zu",
				    STR_ARG(prefix), i + 1), 0, &f.signatures[i], err));
	TRY(read_inner(&r, detached, prefix, depth, &f, err));
	f.values = *r.values;
	*ret = f;
	return ok();
}

struct result cades_read(struct arena *a, const struct source *file,
                         const struct ades_detached *detached, struct ades_file *ret,
                         struct err *err)
{
	size_t n = 0;
	return read_at(a, file, detached, STR(""), 0, &n, ret, err);
}
