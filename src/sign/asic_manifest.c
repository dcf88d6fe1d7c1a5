/* ASiCManifest and ASiCArchiveManifest (ETSI EN 319 162-1 annex A.4, A.7). */
#include "base/encode.h"
#include "sign/asic_priv.h"
#include "sign/xml_safe.h"

struct kind {
	const char *begin, *end;
	enum asic_part part;
};

static bool fits(const struct kind *k, struct str name)
{
	return str_find(name, str_c(k->begin)) != STR_NONE && str_ends(name, str_c(k->end));
}

enum asic_part asic_part(struct str name)
{
	/* the longer name first */
	static const struct kind kinds[] = {
		{ "ASiCArchiveManifest", ".xml", ASIC_ARCHIVE_MANIFEST },
		{ "ASiCEvidenceRecordManifest", ".xml", ASIC_EVIDENCE },
		{ "ASiCManifest", ".xml", ASIC_MANIFEST },
		{ "evidencerecord", ".ers", ASIC_EVIDENCE }, { "evidencerecord", ".xml", ASIC_EVIDENCE },
		{ "signature", ".p7s", ASIC_CADES }, { "signatures", ".xml", ASIC_XADES },
		{ "timestamp", ".tst", ASIC_STAMP },
	};
	if (str_ends(name, STR("/")))
		return ASIC_FOLDER;
	if (str_eq(name, STR("mimetype")))
		return ASIC_MIMETYPE;
	if (!str_starts(name, STR("META-INF/")))
		return ASIC_DATA;
	struct str rest = str_from(name, 9);
	if (str_eq(rest, STR("manifest.xml")))
		return ASIC_ODF_MANIFEST;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (fits(&kinds[i], rest))
			return kinds[i].part;
	return ASIC_OTHER;
}

/* ---- reading ---- */

static struct str uri_name(struct arena *a, struct str uri)
{
	struct str plain;
	while (str_starts(uri, STR("./")))
		uri = str_from(uri, 2);
	if (str_starts(uri, STR("/")))
		uri = str_from(uri, 1);
	return str_find_char(uri, '%') != STR_NONE && is_ok(percent_decode(a, uri, &plain, NULL))
	               ? plain : uri;
}

static bool read_ref(struct arena *a, const struct _xmlNode *n, struct asic_ref *ret)
{
	const struct _xmlNode *method = dom_child(n, ASIC_DSIG, "DigestMethod"),
			      *value = dom_child(n, ASIC_DSIG, "DigestValue");
	struct str root = dom_attr(a, n, "Rootfile");
	ret->name = uri_name(a, dom_attr(a, n, "URI"));
	ret->alg = sign_digest_xml(dom_attr(a, method, "Algorithm"));
	ret->root = str_eq(root, STR("true")) || str_eq(root, STR("1"));
	return ret->name.n && value && dom_base64(a, value, &ret->hash);
}

static const char *read_xml(struct arena *a, struct xml_safe *x, struct asic_manifest *m)
{
	struct _xmlNode *root = dom_root(x), *sig = dom_child(root, ASIC_NS, "SigReference");
	if (!dom_is(root, ASIC_NS, "ASiCManifest") || !sig)
		return "no ASiCManifest with a SigReference (EN 319 162-1 A.4)";
	m->target = uri_name(a, dom_attr(a, sig, "URI"));
	m->refs = ARENA_ARRAY(a, struct asic_ref, ASIC_REFS_MAX);
	for (struct _xmlNode *n = dom_first(root); n; n = dom_next(n)) {
		if (!dom_is(n, ASIC_NS, "DataObjectReference"))
			continue;
		if (m->n == ASIC_REFS_MAX || !read_ref(a, n, &m->refs[m->n]))
			return "a DataObjectReference that cannot be read (EN 319 162-1 A.4)";
		for (size_t i = 0; i < m->n; i++)
			if (str_eq(m->refs[i].name, m->refs[m->n].name))
				return "two references to one file (EN 319 162-1 A.4)";
		m->n++;
	}
	return m->n ? NULL : "a manifest of nothing (EN 319 162-1 A.4)";
}

void asic_manifest_read(struct arena *a, const struct zip_member *member,
                        struct asic_manifest *ret)
{
	XML_SAFE_AUTO x = { 0 };
	*ret = (struct asic_manifest){ .name = member->name };
	const char *wrong = "a manifest that cannot be read (EN 319 162-1 A.4)";
	if (is_ok(zip_content(a, member, ASIC_META_MAX, &ret->bytes, NULL)) &&
	    is_ok(xml_safe_open(a, ret->bytes, &x, NULL)))
		wrong = read_xml(a, &x, ret);
	ret->fault = str_c(wrong ? wrong : "");
}

struct ades_object asic_ref_check(const struct zip *z, const struct asic_ref *r)
{
	uint8_t hash[DIGEST_SIZE_MAX];
	const struct zip_member *m = zip_find(z, r->name);
	struct ades_object o = { .name = r->name, .found = m != NULL, .alg = r->alg };
	o.intact = m && r->alg && r->hash.n == r->alg->size &&
	           is_ok(source_digest(&m->source, &(struct range){ 0, m->size }, 1, r->alg, hash, NULL)) &&
	           memcmp(hash, r->hash.p, r->hash.n) == 0;
	return o;
}

/* ---- writing ---- */

/* A path as a URI: each part escaped, the slashes kept. Nothing of XML survives that. */
static void put_uri(struct arena *a, struct buf *b, struct str name)
{
	struct str part;
	for (bool more = true; more;) {
		more = str_cut(name, '/', &part, &name);
		buf_add(b, percent_encode(a, part));
		if (more)
			buf_add_char(b, '/');
	}
}

struct result asic_manifest_write(struct arena *a, struct str target, const char *target_mime,
                                  const struct source *refs, size_t n, size_t root,
                                  struct str *ret, struct err *err)
{
	const struct sign_digest *alg = sign_digest_of(DIGEST_SHA256);
	uint8_t hash[DIGEST_SIZE_MAX];
	BUF_AUTO b;
	buf_init(&b, ASIC_META_MAX);
	buf_printf(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<asic:ASiCManifest xmlns:asic=\"%s\" "
	           "xmlns:ds=\"%s\"><asic:SigReference MimeType=\"%s\" URI=\"", ASIC_NS, ASIC_DSIG, target_mime);
	put_uri(a, &b, target);
	buf_add_c(&b, "\"/>");
	for (size_t i = 0; i < n; i++) {
		TRY(source_digest(&refs[i], &(struct range){ 0, refs[i].size }, 1, alg, hash, err));
		buf_add_c(&b, "<asic:DataObjectReference URI=\"");
		put_uri(a, &b, refs[i].name);
		buf_printf(&b, "\"%s><ds:DigestMethod Algorithm=\"%s\"/><ds:DigestValue>",
		           i == root ? " Rootfile=\"true\"" : "", alg->xml);
		buf_add(&b, base64_encode(a, str_of((char *)hash, alg->size)));
		buf_add_c(&b, "</ds:DigestValue></asic:DataObjectReference>");
	}
	buf_add_c(&b, "</asic:ASiCManifest>\n");
	if (buf_over(&b) || b.n > arena_left(a))
		return fail(err, ERR_TOO_LARGE, "sign.asic", NULL, "a manifest that is too large");
	*ret = arena_str(a, buf_str(&b));
	return ok();
}
