/* The document security store (ETSI EN 319 142-1 §5.4.2; ISO 32000-2 §12.8.4.3):
 * certificates, CRLs and OCSP answers as streams, listed for the file and, under the
 * digest of its Contents, for every signature (VRI). Lists only grow. */
#include "sign/pades_make.h"

#include "crypto/digest.h"

struct dss {
	struct arena *a;
	struct pdf doc;
	struct pdf_update *u;
	struct pdf_value cat_ref, cat, dss_ref, dss, vri;
};

enum { KINDS = 3, SHA1_SIZE = 20 };
static const char *const lists[KINDS] = { "Certs", "CRLs", "OCSPs" };
static const char *const vri_lists[KINDS] = { "Cert", "CRL", "OCSP" };

static struct result open_dss(struct dss *s, struct str pdf, struct err *err)
{
	TRY(pdf_open(s->a, pdf, &s->doc, err));
	TRY(pdf_catalog(&s->doc, &s->cat_ref, &s->cat, err));
	const struct pdf_value *v = pdf_get(&s->cat, "DSS");
	s->dss_ref = v && v->kind == PDF_REF ? *v : (struct pdf_value){ .kind = PDF_NULL };
	TRY(pdf_resolve(&s->doc, v, &s->dss, err));
	return pdf_member(&s->doc, &s->dss, "VRI", &s->vri, err);
}

/* The stream that holds this value already, or 0. */
static uint32_t find(struct dss *s, const struct pdf_value *list, struct str der)
{
	for (size_t i = 0; list->kind == PDF_ARRAY && i < list->n; i++) {
		struct pdf_object o;
		struct str have;
		if (list->items[i].kind == PDF_REF && is_ok(pdf_load(&s->doc, list->items[i].num, &o, NULL)) &&
		    o.stream && is_ok(pdf_filter(&s->doc, &o.value, o.data, &have, NULL)) && str_eq(have, der))
			return (uint32_t)list->items[i].num;
	}
	return 0;
}

static struct result put_stream(struct dss *s, struct str der, uint32_t *ret, struct err *err)
{
	uint32_t num = pdf_update_new(s->u);
	TRY(pdf_update_open(s->u, num, err));
	buf_printf(s->u->out, "<< /Length %zu >>\nstream\n", der.n);
	buf_add(s->u->out, der);
	buf_add_c(s->u->out, "\nendstream");
	pdf_update_close(s->u);
	*ret = num;
	return ok();
}

/* The old references, then those of what is new; `used` gets the numbers of v's. */
static struct result put_list(struct dss *s, const char *key, const struct str *v, size_t n,
                              uint32_t *used, struct buf *into, struct err *err)
{
	struct pdf_value list;
	TRY(pdf_member(&s->doc, &s->dss, key, &list, err));
	bool any = n || list.kind == PDF_ARRAY;
	if (any)
		buf_printf(into, "/%s [", key);
	for (size_t i = 0; list.kind == PDF_ARRAY && i < list.n; i++) {
		buf_add_char(into, ' ');
		pdf_put_value(into, &list.items[i]);
	}
	for (size_t i = 0; i < n; i++) {
		used[i] = find(s, &list, v[i]);
		if (used[i])
			continue;
		TRY(put_stream(s, v[i], &used[i], err));
		buf_printf(into, " %u 0 R", used[i]);
	}
	if (any)
		buf_add_c(into, " ]\n");
	return ok();
}

/* ISO 32000-2 §12.8.4.4: the digest is over the digits as they stand in the file. */
static void vri_key(struct str file, const struct pades_field *f, char ret[2 * SHA1_SIZE + 1])
{
	static const char digits[] = "0123456789ABCDEF";
	uint8_t hash[DIGEST_SIZE_MAX];
	struct str text = str_sub(file, (size_t)f->covered[0].n + 1,
	                          (size_t)(f->covered[1].at - f->covered[0].n - 2));
	(void)digest(DIGEST_SHA1, text, hash);
	for (size_t i = 0; i < SHA1_SIZE; i++) {
		ret[2 * i] = digits[hash[i] >> 4];
		ret[2 * i + 1] = digits[hash[i] & 15];
	}
	ret[2 * SHA1_SIZE] = '\0';
}

static struct result put_vri(struct dss *s, uint32_t *const used[KINDS], const size_t n[KINDS],
                             struct buf *into, struct err *err)
{
	struct pades_fields fields;
	TRY(pades_fields_read(s->a, &s->doc, &fields, err));
	buf_add_c(into, "/VRI << ");
	if (s->vri.kind == PDF_DICT)
		pdf_put_members(into, &s->vri, NULL);
	for (size_t i = 0; i < fields.n; i++) {
		char key[2 * SHA1_SIZE + 1];
		if (fields.list[i].malformed.n)
			continue;
		vri_key(s->doc.bytes, &fields.list[i], key);
		if (pdf_get(&s->vri, key))
			continue;
		buf_printf(into, "/%s <<", key);
		for (int k = 0; k < KINDS; k++) {
			if (n[k])
				buf_printf(into, " /%s [", vri_lists[k]);
			for (size_t v = 0; v < n[k]; v++)
				buf_printf(into, " %u 0 R", used[k][v]);
			if (n[k])
				buf_add_c(into, " ]");
		}
		buf_add_c(into, " >>\n");
	}
	buf_add_c(into, ">>");
	return ok();
}

static struct result put_dss(struct dss *s, const struct ades_values *v, struct err *err)
{
	static const char *const but[] = { "Certs", "CRLs", "OCSPs", "VRI", NULL };
	static const char *const but_dss[] = { "DSS", NULL };
	const struct str *all[KINDS] = { v->certs, v->crls, v->ocsps };
	const size_t n[KINDS] = { v->ncerts, v->ncrls, v->nocsps };
	uint32_t *used[KINDS];
	BUF_AUTO dict;
	buf_init(&dict, PDF_BYTES_MAX);
	buf_add_c(&dict, "<< ");
	if (s->dss.kind == PDF_DICT)
		pdf_put_members(&dict, &s->dss, but);
	else
		buf_add_c(&dict, "/Type /DSS\n");
	for (int k = 0; k < KINDS; k++) {
		used[k] = ARENA_ARRAY(s->a, uint32_t, n[k] + 1);
		TRY(put_list(s, lists[k], all[k], n[k], used[k], &dict, err));
	}
	TRY(put_vri(s, used, n, &dict, err));
	buf_add_c(&dict, " >>");
	bool own = s->dss_ref.kind == PDF_REF && s->dss.kind == PDF_DICT;
	uint32_t num = own ? (uint32_t)s->dss_ref.num : pdf_update_new(s->u);
	TRY(pdf_update_open(s->u, num, err));
	buf_add(s->u->out, buf_str(&dict));
	pdf_update_close(s->u);
	if (own)
		return ok();
	TRY(pdf_update_open(s->u, (uint32_t)s->cat_ref.num, err));
	buf_add_c(s->u->out, "<< ");
	pdf_put_members(s->u->out, &s->cat, but_dss);
	buf_printf(s->u->out, "/DSS %u 0 R >>", num);
	pdf_update_close(s->u);
	return ok();
}

struct result pades_append_dss(struct arena *a, struct str pdf, const struct ades_values *v,
                               struct buf *out, struct err *err)
{
	struct dss s = { .a = a };
	TRY(open_dss(&s, pdf, err));
	s.u = ARENA_NEW(a, struct pdf_update);
	pdf_update_begin(s.u, &s.doc, out);
	TRY(put_dss(&s, v, err));
	return pdf_update_finish(s.u, err);
}
