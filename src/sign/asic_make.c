/* Containers made and extended (ETSI EN 319 162-1 §4.3, §4.4, annex A). Content is stored and
 * streams; what is extended keeps every member as it is packed. */
#include "sign/asic_priv.h"
#include "sign/xades.h"

#define P7S_MIME "application/pkcs7-signature"
#define TST_MIME "application/vnd.etsi.timestamp-token"

enum { SIGNATURE_MAX = 16 << 20 };

static struct result refused(struct err *err, const char *what)
{
	return fail(err, ERR_INPUT, "sign.asic", "EN 319 162-1", "%s", what);
}

static const struct source *keep(struct arena *a, struct str name, struct str bytes)
{
	struct source *s = ARENA_NEW(a, struct source);
	*s = source_bytes(name, bytes);
	return s;
}

static struct result put_bytes(struct arena *a, struct zip_out *z, const char *name, struct str bytes,
                               struct err *err)
{
	return zip_out_add(z, str_c(name), keep(a, str_c(name), bytes), err);
}

/* ---- signatures ---- */

static struct result sign_cades(struct arena *a, const struct source *content,
                                const struct ades_options *o, struct str *ret, struct err *err)
{
	struct cades_out out;
	struct ades_options mine = *o;
	mine.packaging = ADES_DETACHED;
	TRY(cades_sign(a, content, &mine, &out, err));
	return cades_out_bytes(a, &out, SIGNATURE_MAX, ret, err);
}

/* The signature under the root that ASiC wants (§4.3.3.3); its own canonicalization is
 * exclusive, so nothing around it changes it. */
static struct str wrapped(struct arena *a, struct str xml)
{
	size_t end = str_starts(xml, STR("<?xml")) ? str_find(xml, STR("?>")) : STR_NONE;
	if (end != STR_NONE)
		xml = str_from(xml, end + 2);
	return arena_printf(a, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<asic:XAdESSignatures "
	                    "xmlns:asic=\"" ASIC_NS "\">%.*s</asic:XAdESSignatures>\n",
	                    STR_ARG(str_trim(xml)));
}

static struct result sign_xades(struct arena *a, const struct source *files, size_t n,
                                const struct ades_options *o, struct str *ret, struct err *err)
{
	struct str xml;
	struct ades_options mine = *o;
	struct ades_detached all = { files, n };
	mine.packaging = ADES_DETACHED;
	TRY(xades_sign(a, NULL, &all, &mine, NULL, &xml, err));
	*ret = wrapped(a, xml);
	return ok();
}

/* ---- manifests ---- */

static void put_escaped(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '<')
			buf_add_c(b, "&lt;");
		else if (s.p[i] == '&')
			buf_add_c(b, "&amp;");
		else if (s.p[i] == '"')
			buf_add_c(b, "&quot;");
		else
			buf_add_char(b, s.p[i]);
}

/* What ODF has, and readers of ASiC-E with XAdES expect (§4.4.3.2). */
static struct str odf_manifest(struct arena *a, const struct source *files, size_t n)
{
	BUF_AUTO b;
	buf_init(&b, ASIC_META_MAX);
	buf_add_c(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<manifest:manifest "
	          "xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\" "
	          "manifest:version=\"1.2\"><manifest:file-entry manifest:full-path=\"/\" "
	          "manifest:media-type=\"" ASIC_MIME_E "\"/>");
	for (size_t i = 0; i < n; i++) {
		buf_add_c(&b, "<manifest:file-entry manifest:full-path=\"");
		put_escaped(&b, files[i].name);
		buf_add_c(&b, "\" manifest:media-type=\"application/octet-stream\"/>");
	}
	buf_add_c(&b, "</manifest:manifest>\n");
	return arena_str(a, buf_str(&b));
}

/* ---- an archive manifest over everything so far ---- */

struct made_list {
	size_t n, root;
	struct source *list; /* all but mimetype, and what will change */
};

static struct result put_archive(struct arena *a, struct zip_out *z, const struct made_list *all,
                                 size_t number, const struct ades_options *o, struct err *err)
{
	uint8_t hash[SHA256_SIZE];
	struct str text, token, stamp_name = arena_printf(a, "META-INF/timestamp%03zu.tst", number);
	if (!o->stamp)
		return refused(err, "no time-stamping authority was given");
	TRY(asic_manifest_write(a, stamp_name, TST_MIME, all->list, all->n, all->root, &text, err));
	sha256(text, hash);
	TRY(o->stamp(o->stamp_ctx, a, DIGEST_SHA256, str_of((char *)hash, sizeof hash), &token, err));
	TRY(put_bytes(a, z, "META-INF/ASiCArchiveManifest.xml", text, err));
	return put_bytes(a, z, arena_cstr(a, stamp_name), token, err);
}

/* ---- making ---- */

static struct result check_files(const struct source *files, size_t n, enum ades_container kind,
                                 struct err *err)
{
	if (n == 0 || n > ASIC_REFS_MAX - 8 || kind == ADES_BARE || (kind == ADES_ASIC_S && n != 1))
		return refused(err, "an ASiC-S holds one file, an ASiC-E some");
	for (size_t i = 0; i < n; i++)
		if (asic_part(files[i].name) != ASIC_DATA || !files[i].name.n)
			return refused(err, "a file's name belongs to the container");
	return ok();
}

static struct result make_cades(struct arena *a, struct zip_out *z, const struct source *files,
                                size_t n, enum ades_container kind, const struct ades_options *o,
                                struct err *err)
{
	struct str manifest, sig;
	struct ades_options inner = *o;
	if (kind == ADES_ASIC_S) {
		TRY(sign_cades(a, &files[0], o, &sig, err));
		return put_bytes(a, z, "META-INF/signature.p7s", sig, err);
	}
	/* the archive is the container's: the signature's own would not cover the files */
	inner.level = o->level == ADES_LTA ? ADES_LT : o->level;
	TRY(asic_manifest_write(a, STR("META-INF/signature001.p7s"), P7S_MIME, files, n, n, &manifest, err));
	TRY(put_bytes(a, z, "META-INF/ASiCManifest001.xml", manifest, err));
	struct source content = source_bytes(STR("META-INF/ASiCManifest001.xml"), manifest);
	TRY(sign_cades(a, &content, &inner, &sig, err));
	TRY(put_bytes(a, z, "META-INF/signature001.p7s", sig, err));
	if (o->level < ADES_LTA)
		return ok();
	struct made_list all = { n + 2, n, ARENA_ARRAY(a, struct source, n + 2) };
	memcpy(all.list, files, n * sizeof *files);
	all.list[n] = content;
	all.list[n + 1] = source_bytes(STR("META-INF/signature001.p7s"), sig);
	return put_archive(a, z, &all, 1, o, err);
}

static struct result make_xades(struct arena *a, struct zip_out *z, const struct source *files,
                                size_t n, enum ades_container kind, const struct ades_options *o,
                                struct err *err)
{
	struct str xml;
	TRY(sign_xades(a, files, n, o, &xml, err));
	if (kind == ADES_ASIC_S)
		return put_bytes(a, z, "META-INF/signatures.xml", xml, err);
	TRY(put_bytes(a, z, "META-INF/manifest.xml", odf_manifest(a, files, n), err));
	return put_bytes(a, z, "META-INF/signatures001.xml", xml, err);
}

struct result asic_make(struct arena *a, const struct source *files, size_t n,
                        enum ades_container kind, enum ades_format format,
                        const struct ades_options *o, struct cades_out *ret, struct err *err)
{
	struct zip_out *z = zip_out_new(a, o->time);
	TRY(check_files(files, n, kind, err));
	if (format != ADES_CADES && format != ADES_XADES)
		return refused(err, "a container holds CAdES or XAdES");
	TRY(put_bytes(a, z, "mimetype", kind == ADES_ASIC_S ? STR(ASIC_MIME_S) : STR(ASIC_MIME_E), err));
	for (size_t i = 0; i < n; i++)
		TRY(zip_out_add(z, files[i].name, &files[i], err));
	TRY(format == ADES_CADES ? make_cades(a, z, files, n, kind, o, err)
	                         : make_xades(a, z, files, n, kind, o, err));
	return zip_out_done(z, ret, err);
}

/* ---- extending ---- */

struct extending {
	struct arena *a;
	const struct source *file;
	struct zip *zip;
	struct zip_out *out;
	const struct ades_options *o;
	bool simple;                 /* ASiC-S */
	const struct zip_member *data;
	struct source *all;          /* what is in the container now */
	size_t nall, narchives, nstamps;
	struct made_list archive;
};

/* What a CAdES member signs: the file, or the manifest that names it. */
static struct result content_of(struct extending *x, const struct zip_member *m, struct source *ret,
                                struct err *err)
{
	if (x->simple && x->data) {
		*ret = x->data->source;
		return ok();
	}
	for (size_t i = 0; i < zip_count(x->zip); i++) {
		struct asic_manifest found;
		if (asic_part(zip_at(x->zip, i)->name) != ASIC_MANIFEST)
			continue;
		asic_manifest_read(x->a, zip_at(x->zip, i), &found);
		if (!str_eq(found.target, m->name))
			continue;
		*ret = source_bytes(found.name, found.bytes);
		return ok();
	}
	return refused(err, "a signature that no manifest refers to");
}

static struct result extended(struct extending *x, const struct zip_member *m, enum asic_part part,
                              struct str *ret, struct err *err)
{
	struct str bytes;
	struct source content;
	struct cades_out out;
	struct ades_options mine = *x->o;
	struct ades_detached all = { x->all, x->nall };
	TRY(zip_content(x->a, m, ASIC_META_MAX, &bytes, err));
	struct source file = source_bytes(m->name, bytes);
	if (part == ASIC_XADES)
		return xades_extend(x->a, &file, &all, &mine, ret, err);
	if (!x->simple && mine.level == ADES_LTA)
		mine.level = ADES_LT;
	TRY(content_of(x, m, &content, err));
	TRY(cades_extend(x->a, &file, &content, &mine, &out, err));
	return cades_out_bytes(x->a, &out, ASIC_META_MAX, ret, err);
}

/* The newest archive manifest has the plain name; older ones get a number. */
static struct str new_name(struct extending *x, const struct zip_member *m)
{
	if (x->o->level == ADES_LTA && !x->simple && str_eq(m->name, STR("META-INF/ASiCArchiveManifest.xml")))
		return arena_printf(x->a, "META-INF/ASiCArchiveManifest%03zu.xml", x->narchives);
	return m->name;
}

/* A signature that an archive manifest covers must not change any more: validation data for
 * it then belongs into the time stamp's. */
static bool is_archived(const struct extending *x, struct str name)
{
	for (size_t i = 0; i < zip_count(x->zip); i++) {
		struct asic_manifest found;
		if (asic_part(zip_at(x->zip, i)->name) != ASIC_ARCHIVE_MANIFEST)
			continue;
		asic_manifest_read(x->a, zip_at(x->zip, i), &found);
		for (size_t k = 0; k < found.n; k++)
			if (str_eq(found.refs[k].name, name))
				return true;
	}
	return false;
}

static struct result pass_on(struct extending *x, const struct zip_member *m, struct err *err)
{
	enum asic_part part = asic_part(m->name);
	struct str bytes, name = new_name(x, m);
	struct source now = m->source;
	now.name = name;
	if ((part == ASIC_CADES || part == ASIC_XADES) && !is_archived(x, m->name)) {
		TRY(extended(x, m, part, &bytes, err));
		now = source_bytes(name, bytes);
		TRY(zip_out_add(x->out, name, keep(x->a, name, bytes), err));
	} else {
		TRY(zip_out_copy(x->out, name, x->file, m, err));
	}
	if (part == ASIC_FOLDER || part == ASIC_MIMETYPE)
		return ok();
	if (str_eq(m->name, STR("META-INF/ASiCArchiveManifest.xml")))
		x->archive.root = x->archive.n;
	x->archive.list[x->archive.n++] = now;
	return ok();
}

static struct result survey(struct extending *x, struct err *err)
{
	size_t n = zip_count(x->zip), data = 0;
	bool manifests = false, cades = false;
	const struct zip_member *mime = zip_find(x->zip, STR("mimetype"));
	struct str text = STR("");
	if (mime)
		TRY(zip_content(x->a, mime, 256, &text, err));
	x->all = ARENA_ARRAY(x->a, struct source, n + 1);
	x->archive.list = ARENA_ARRAY(x->a, struct source, n + 1);
	x->archive.root = SIZE_MAX;
	for (size_t i = 0; i < n; i++) {
		const struct zip_member *m = zip_at(x->zip, i);
		enum asic_part part = asic_part(m->name);
		if (part != ASIC_MIMETYPE && part != ASIC_FOLDER)
			x->all[x->nall++] = m->source;
		if (part == ASIC_DATA) {
			x->data = m;
			data++;
		}
		manifests = manifests || part == ASIC_MANIFEST;
		cades = cades || part == ASIC_CADES;
		x->narchives += part == ASIC_ARCHIVE_MANIFEST;
		x->nstamps += part == ASIC_STAMP;
	}
	x->simple = !manifests && data == 1 && !str_eq(str_trim(text), STR(ASIC_MIME_E));
	return cades && !x->simple && !manifests ? refused(err, "CAdES without a manifest") : ok();
}

static bool has_manifest(const struct extending *x)
{
	for (size_t i = 0; i < zip_count(x->zip); i++)
		if (asic_part(zip_at(x->zip, i)->name) == ASIC_MANIFEST)
			return true;
	return false;
}

struct result asic_extend(struct arena *a, const struct source *file, const struct ades_options *o,
                          struct cades_out *ret, struct err *err)
{
	ZIP_AUTO zip = NULL;
	TRY(zip_open(a, file, &zip, err));
	struct extending x = { .a = a, .file = file, .zip = zip, .o = o,
		.out = zip_out_new(a, o->time) };
	TRY(survey(&x, err));
	for (size_t i = 0; i < zip_count(zip); i++)
		TRY(pass_on(&x, zip_at(zip, i), err));
	if (o->level == ADES_LTA && !x.simple && has_manifest(&x))
		TRY(put_archive(a, x.out, &x.archive, x.nstamps + 1, o, err));
	return zip_out_done(x.out, ret, err);
}
