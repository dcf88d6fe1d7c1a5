/* A PDF's signatures into the structure that every format has (ades.h).
 *
 * ETSI EN 319 142-1 §5 (PAdES), ISO 32000-1 §12.8.3.3 (adbe.pkcs7.detached and
 * adbe.pkcs7.sha1), EN 319 142-1 §5.4 (DSS, document time stamps). Revisions are read
 * in their order, so that values stand in the order of their addition and a document
 * time stamp can say how many of them it covers. Every signature begins at the first
 * byte: one pass over the file gives the digests of all. */
#include "sign/cades_priv.h"
#include "sign/pades_priv.h"

enum { READ_ARENA = 256 << 20, DSS_STREAM_MAX = 4 << 20 };

struct reading {
	struct arena *a;
	struct str bytes;
	struct source file;
	struct pades_fields fields;
	struct pades_changes changes;
	bool *linked;
	struct ades_values *values;
	struct cades_cms *cms;       /* of each field; frames are read once */
	bool *cms_ok;
	struct stamp *stamps;        /* of fields that are document time stamps */
	bool *stamp_ok;
	struct str *digest;          /* of what each covers, by its own algorithm */
	const struct sign_digest **alg;
	struct { size_t ncerts, ncrls, nocsps; } *had; /* when the revision was signed */
	struct ades_signature *of;   /* of each field; time stamps have none */
	size_t nsignatures;          /* with counter signatures */
};

/* ---- digests ---- */

static bool covers(const struct pades_field *f)
{
	return !f->malformed.n;
}

/* What hostile files may have hashed again: signatures whose second ranges overlap. */
static struct result within_budget(const struct reading *r, struct err *err)
{
	uint64_t sum = 0, most = 16 * (uint64_t)r->bytes.n + (64 << 20);
	for (size_t i = 0; i < r->fields.n; i++)
		sum += covers(&r->fields.list[i]) ? r->fields.list[i].covered[1].n : 0;
	if (sum > most)
		return fail(err, ERR_TOO_LARGE, "pdf.ranges", NULL, "signatures over %llu bytes, at most %llu",
		            (unsigned long long)sum, (unsigned long long)most);
	return ok();
}

/* All fields of one algorithm; gaps may come in any order in hostile files, but those
 * that do not grow start the pass anew, within the budget. */
static struct result digest_all(struct reading *r, const struct sign_digest *alg, struct err *err)
{
	CADES_HASH_AUTO run = { NULL, NULL };
	uint64_t at = 0;
	TRY(cades_hash_begin(&run, alg, err));
	for (size_t i = 0; i < r->fields.n; i++) {
		const struct pades_field *f = &r->fields.list[i];
		CADES_HASH_AUTO one = { NULL, NULL };
		if (!covers(f) || r->alg[i] != alg || r->digest[i].n)
			continue;
		if (f->covered[0].n < at) {
			cades_hash_drop(&run);
			TRY(cades_hash_begin(&run, alg, err));
			at = 0;
		}
		cades_hash_add(&run, str_sub(r->bytes, (size_t)at, (size_t)(f->covered[0].n - at)));
		at = f->covered[0].n;
		cades_hash_copy(&one, &run);
		cades_hash_add(&one, str_sub(r->bytes, (size_t)f->covered[1].at, (size_t)f->covered[1].n));
		r->digest[i] = cades_hash_end(&one, r->a);
	}
	return ok();
}

static struct result digests(struct reading *r, struct err *err)
{
	TRY(within_budget(r, err));
	for (size_t i = 0; i < r->fields.n; i++)
		if (r->alg[i] && covers(&r->fields.list[i]) && !r->digest[i].n)
			TRY(digest_all(r, r->alg[i], err));
	return ok();
}

/* ---- the CMS of each ---- */

static const struct sign_digest *sha1(void)
{
	return sign_digest_of(DIGEST_SHA1);
}

static void open_cms(struct reading *r, size_t i)
{
	const struct pades_field *f = &r->fields.list[i];
	struct str der = f->contents;
	if (!covers(f) || !pades_trim(&der))
		return;
	if (f->stamp) {
		r->stamp_ok[i] = is_ok(stamp_read(r->a, der, r->values->certs, r->values->ncerts, &r->stamps[i], NULL));
		r->alg[i] = r->stamp_ok[i] ? r->stamps[i].digest : NULL;
		return;
	}
	struct source s = source_bytes(STR(""), der);
	if ((uint8_t)der.p[1] == 0x80) { /* BER: the zeros behind it are found by reading */
		struct str fixed;
		if (is_err(ber_to_der(r->a, der, &fixed, NULL)))
			return;
		s = source_bytes(STR(""), fixed);
	}
	r->cms_ok[i] = is_ok(cades_cms_read(r->a, &s, &r->cms[i], NULL)) && r->cms[i].c.nsigners == 1;
	if (r->cms_ok[i])
		r->alg[i] = str_eq(f->sub_filter, STR("adbe.pkcs7.sha1")) ? sha1()
		                                                          : r->cms[i].c.signers[0].digest;
}

/* ---- the DSS (EN 319 142-1 §5.4.2) ---- */

static struct result dss_list(struct reading *r, struct pdf *p, const struct pdf_value *dict,
                              const char *key, struct str *list, size_t *n, struct err *err)
{
	struct pdf_value v;
	TRY(pdf_member(p, dict, key, &v, err));
	for (size_t i = 0; v.kind == PDF_ARRAY && i < v.n && i < 4 * ADES_VALUES_MAX; i++) {
		struct pdf_object o;
		struct str der;
		if (v.items[i].kind != PDF_REF || is_err(pdf_load(p, v.items[i].num, &o, NULL)) || !o.stream ||
		    is_err(pdf_filter(p, &o.value, o.data, &der, NULL)) || der.n > DSS_STREAM_MAX)
			continue; /* what is not readable proves nothing */
		if (*n < ADES_VALUES_MAX)
			cades_value_put(list, n, arena_str(r->a, der));
	}
	return ok();
}

static struct result dss_of(struct reading *r, struct pdf *p, const struct pdf_value *dict,
                            bool vri, struct err *err)
{
	struct ades_values *v = r->values;
	TRY(dss_list(r, p, dict, vri ? "Cert" : "Certs", v->certs, &v->ncerts, err));
	TRY(dss_list(r, p, dict, vri ? "CRL" : "CRLs", v->crls, &v->ncrls, err));
	return dss_list(r, p, dict, vri ? "OCSP" : "OCSPs", v->ocsps, &v->nocsps, err);
}

static struct result dss_read(struct reading *r, struct pdf *p, struct err *err)
{
	struct pdf_value ref, cat, dss, vri, one;
	TRY(pdf_catalog(p, &ref, &cat, err));
	TRY(pdf_member(p, &cat, "DSS", &dss, err));
	if (dss.kind != PDF_DICT)
		return ok();
	TRY(dss_of(r, p, &dss, false, err));
	TRY(pdf_member(p, &dss, "VRI", &vri, err));
	for (size_t i = 0; vri.kind == PDF_DICT && i < vri.n && i < 2 * ADES_SIGNATURES_MAX; i++) {
		TRY(pdf_resolve(p, &vri.items[i], &one, err));
		TRY(dss_of(r, p, &one, true, err));
	}
	return ok();
}

/* As it was when a document time stamp was made. */
static void dss_then(struct reading *r, uint64_t end)
{
	ARENA_AUTO a = arena_new(READ_ARENA);
	struct pdf p;
	if (is_ok(pdf_open(a, str_sub(r->bytes, 0, (size_t)end), &p, NULL)))
		(void)!is_ok(dss_read(r, &p, NULL));
}

/* ---- one signature ---- */

static struct str sub_filter_fault(const struct pades_field *f)
{
	static const char *const known[] = { "ETSI.CAdES.detached", "adbe.pkcs7.detached",
		"adbe.pkcs7.sha1" };
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_eq(f->sub_filter, str_c(known[i])))
			return STR("");
	return STR("a kind of signature (SubFilter) that is not ETSI.CAdES.detached, adbe.pkcs7.detached "
	           "or adbe.pkcs7.sha1 (ISO 32000-1 §12.8.3.3)");
}

static struct str signer_cert(const struct reading *r, const struct cms_signer_info *si,
                              enum ades_cert_ref *ret_ref)
{
	struct str first = STR("");
	*ret_ref = CERT_REF_ABSENT;
	for (size_t i = 0; i < r->values->ncerts; i++) {
		struct str c = cms_signer_cert(si, &r->values->certs[i], 1);
		enum ades_cert_ref ref = c.n ? cms_cert_ref(si, c) : CERT_REF_ABSENT;
		if (c.n && (!first.n || (ref == CERT_REF_OK && *ret_ref != CERT_REF_OK))) {
			first = c;
			*ret_ref = ref;
		}
	}
	return first;
}

/* adbe.pkcs7.sha1: what is signed is the SHA-1 of the ranges, inside the CMS. */
static struct str content_of(const struct cades_cms *cms, struct str der, struct arena *a)
{
	struct str whole = STR("");
	for (size_t i = 0; i < cms->frame.nranges && cms->frame.size <= DIGEST_SIZE_MAX; i++)
		whole = arena_join(a, whole, str_sub(der, (size_t)cms->frame.ranges[i].at, (size_t)cms->frame.ranges[i].n));
	return whole;
}

static void check_value(struct reading *r, size_t i, struct ades_signature *s,
                        struct ades_object *o)
{
	const struct pades_field *f = &r->fields.list[i];
	const struct cms_signer_info *si = &r->cms[i].c.signers[0];
	bool old = str_eq(f->sub_filter, STR("adbe.pkcs7.sha1"));
	struct str hash = r->digest[i];
	o->found = true;
	o->alg = r->alg[i];
	if (old) {
		struct str inner = content_of(&r->cms[i], f->contents, r->a);
		bool fits = inner.n && str_eq(inner, hash);
		hash = fits && si->digest ? cades_hash_of(r->a, si->digest, inner) : STR("");
	} else if (r->cms[i].c.attached)
		cades_malformed(s, STR("a detached signature that carries a content (EN 319 142-1 §5.1)"));
	s->value_ok = s->cert.n && cms_value_holds(r->a, si, s->cert, hash);
	o->intact = hash.n && (si->has_attrs ? str_eq(cms_message_digest(si), hash) : s->value_ok);
}

static void from_dictionary(struct reading *r, const struct pades_field *f, struct ades_signature *s)
{
	const struct pdf_value *m = pdf_get(&f->dict, "M");
	int64_t at;
	if (m && m->kind == PDF_STRING && pdf_date_parse(m->text, &at) && !s->claimed_time)
		s->claimed_time = at;
	if (!s->place.n)
		s->place = pdf_text(r->a, pdf_get(&f->dict, "Location"));
	s->mime = STR("application/pdf");
}

static struct result read_one(struct reading *r, size_t i, struct err *err)
{
	const struct pades_field *f = &r->fields.list[i];
	struct ades_signature *s = &r->of[i];
	struct ades_object *o = ARENA_NEW(r->a, struct ades_object);
	struct cades_content content = { .source = &r->file, .ranges = f->covered, .nranges = 2 };
	struct cades_reading inner = { r->a, &r->cms[i], &content, r->values, &r->nsignatures };
	*s = (struct ades_signature){ .format = ADES_PADES, .id = f->name, .values = r->values,
		.malformed = f->malformed, .objects = o, .nobjects = 1,
		.whole_file = covers(f) && f->end == r->bytes.n };
	o->alg = r->alg[i];
	if (covers(f))
		cades_malformed(s, sub_filter_fault(f));
	if (covers(f) && !r->linked[i])
		cades_malformed(s, STR("the signature was not part of the file that it signs"));
	if (covers(f) && !r->cms_ok[i])
		cades_malformed(s, STR("Contents is no CMS with one signer (EN 319 142-1 §5.1)"));
	if (r->cms_ok[i]) {
		const struct cms_signer_info *si = &r->cms[i].c.signers[0];
		if (r->digest[i].n && si->digest == r->alg[i]) {
			content.done[0].alg = r->alg[i];
			content.done[0].value = r->digest[i];
			content.n = 1;
		}
		s->alg = si->alg;
		s->alg_known = si->alg_known;
		s->value = si->value;
		cades_attrs_read(&inner, si, false, s);
		TRY(cades_stamps_read(&inner, si, s, err));
		s->cert = signer_cert(r, si, &s->cert_ref);
		check_value(r, i, s, o);
	}
	from_dictionary(r, f, s);
	return ok();
}

/* ---- document time stamps ---- */

static struct ades_stamp archive_stamp(struct reading *r, size_t i)
{
	const struct pades_field *f = &r->fields.list[i];
	struct ades_stamp st = { .kind = STAMP_ARCHIVE, .token = f->contents, .hash = r->digest[i],
		.alg = r->alg[i], .ncerts = r->had[i].ncerts, .ncrls = r->had[i].ncrls,
		.nocsps = r->had[i].nocsps };
	(void)pades_trim(&st.token);
	if (!r->linked[i])
		st.what = STR("the time stamp was not part of the file that it covers");
	else if (!str_eq(f->sub_filter, STR("ETSI.RFC3161")))
		st.what = STR("a document time stamp of an unknown kind (EN 319 142-1 §5.4.3)");
	return st;
}

/* Those of the CMS first, then the document's that came after. */
static void add_archive(struct reading *r, size_t i)
{
	struct ades_signature *s = &r->of[i];
	struct ades_stamp *all = ARENA_ARRAY(r->a, struct ades_stamp, s->nstamps + r->fields.n + 1);
	size_t n = s->nstamps;
	if (n)
		memcpy(all, s->stamps, n * sizeof *all);
	for (size_t k = i + 1; k < r->fields.n && n < ADES_STAMPS_MAX; k++) {
		if (!r->fields.list[k].stamp || !covers(&r->fields.list[k]) || !covers(&r->fields.list[i]))
			continue;
		all[n] = archive_stamp(r, k);
		all[n].nstamps = n;
		n++;
	}
	s->stamps = all;
	s->nstamps = n;
}

static enum ades_level level_of(const struct reading *r, const struct ades_signature *s)
{
	bool stamped = false, archived = false, proofs = r->values->ncrls + r->values->nocsps;
	for (size_t i = 0; i < s->nstamps; i++) {
		stamped = stamped || s->stamps[i].kind == STAMP_SIGNATURE;
		archived = archived || s->stamps[i].kind == STAMP_ARCHIVE;
	}
	if (s->cert_ref == CERT_REF_ABSENT)
		return ADES_NONE;
	if (!stamped && !archived)
		return ADES_B;
	if (!proofs)
		return ADES_T;
	return archived ? ADES_LTA : ADES_LT;
}

/* In the order of revisions: a field's own values come before what was added later. */
static struct result read_all(struct reading *r, struct pdf *p, struct err *err)
{
	for (size_t i = 0; i < r->fields.n; i++) {
		const struct pades_field *f = &r->fields.list[i];
		if (f->stamp && covers(f))
			dss_then(r, f->end);
		r->had[i].ncerts = r->values->ncerts;
		r->had[i].ncrls = r->values->ncrls;
		r->had[i].nocsps = r->values->nocsps;
		if (!f->stamp)
			TRY(read_one(r, i, err));
		else if (r->stamp_ok[i])
			cades_values_token(r->values, &r->stamps[i]);
	}
	TRY(dss_read(r, p, err));
	for (size_t i = 0; i < r->fields.n; i++) {
		if (r->fields.list[i].stamp)
			continue;
		add_archive(r, i);
		/* the certificate may stand in the DSS alone */
		if (!r->of[i].cert.n && r->cms_ok[i]) {
			r->of[i].cert = signer_cert(r, &r->cms[i].c.signers[0], &r->of[i].cert_ref);
			check_value(r, i, &r->of[i], (struct ades_object *)r->of[i].objects);
		}
		r->of[i].level = level_of(r, &r->of[i]);
		pades_judge_one(r->a, &r->fields, i, &r->changes, &r->of[i]);
	}
	return ok();
}

static void prepare(struct reading *r)
{
	size_t n = r->fields.n + 1;
	r->linked = ARENA_ARRAY(r->a, bool, n);
	r->cms = ARENA_ARRAY(r->a, struct cades_cms, n);
	r->cms_ok = ARENA_ARRAY(r->a, bool, n);
	r->stamps = ARENA_ARRAY(r->a, struct stamp, n);
	r->stamp_ok = ARENA_ARRAY(r->a, bool, n);
	r->digest = ARENA_ARRAY(r->a, struct str, n);
	r->alg = arena_array(r->a, n, sizeof *r->alg);
	r->had = arena_array(r->a, n, sizeof *r->had);
	r->of = ARENA_ARRAY(r->a, struct ades_signature, n);
	r->values = ARENA_NEW(r->a, struct ades_values);
}

static struct result read_file(struct reading *r, struct ades_file *ret, struct err *err)
{
	struct ades_file f = { .container = ADES_BARE, .kind = STR("PDF") };
	struct pdf p;
	TRY(pdf_open(r->a, r->bytes, &p, err));
	p.tokens_max = PADES_TOKENS_MAX;
	TRY(pades_fields_read(r->a, &p, &r->fields, err));
	prepare(r);
	for (size_t i = 0; i < r->fields.n; i++)
		open_cms(r, i);
	TRY(digests(r, err));
	TRY(pades_judge(r->a, r->bytes, &r->fields, &r->changes, r->linked, err));
	TRY(read_all(r, &p, err));
	f.signatures = ARENA_ARRAY(r->a, struct ades_signature, r->fields.n + 1);
	for (size_t i = 0; i < r->fields.n; i++)
		if (!r->fields.list[i].stamp)
			f.signatures[f.n++] = r->of[i];
	f.values = *r->values;
	if (arena_over(r->a))
		return fail(err, ERR_TOO_LARGE, "pdf.bytes", NULL, "the file needs too much memory");
	*ret = f;
	return ok();
}

struct result pades_read(struct arena *a, const struct source *file,
                         const struct ades_detached *detached, struct ades_file *ret,
                         struct err *err)
{
	struct reading r = { .a = a };
	(void)detached; /* a PDF signs itself */
	if (file->size > PDF_BYTES_MAX)
		return fail(err, ERR_TOO_LARGE, "pdf.bytes", NULL, "%llu bytes, at most %d",
		            (unsigned long long)file->size, PDF_BYTES_MAX);
	r.bytes = file->bytes;
	if (file->fd >= 0)
		TRY(source_read(a, file, (struct range){ 0, file->size }, PDF_BYTES_MAX, &r.bytes, err));
	r.file = source_bytes(file->name, r.bytes);
	return read_file(&r, ret, err);
}
