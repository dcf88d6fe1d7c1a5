/* The signatures of all members (ETSI EN 319 162-1 §4, §5; clause 6 for the zip). */
#include "base/encode.h"
#include "base/map.h"
#include "sign/asic_priv.h"
#include "sign/stamp.h"
#include "sign/xades.h"

struct container {
	struct arena *a;
	struct zip *zip;
	enum ades_container kind;
	struct source *all;               /* every file but mimetype, for references by name */
	size_t nall;
	const struct zip_member *data;    /* ASiC-S: the one file */
	struct str fault;                 /* of the whole container: every signature's */
	size_t nmanifests, narchives;
	struct asic_manifest *manifests, *archives;
	size_t n, ncovered;
	struct ades_signature *signatures;
	struct ades_values values;
};

static void spoil(struct ades_signature *s, struct str what)
{
	if (!s->malformed.n)
		s->malformed = what;
}

static void merge(struct str *to, size_t *n, const struct str *from, size_t nfrom)
{
	for (size_t i = 0; i < nfrom; i++) {
		bool there = *n == ADES_VALUES_MAX;
		for (size_t k = 0; k < *n && !there; k++)
			there = str_eq(to[k], from[i]);
		if (!there)
			to[(*n)++] = from[i];
	}
}

static void mark(struct container *c, struct ades_signature *s, struct str member)
{
	s->container = c->kind;
	s->id = arena_printf(c->a, "%.*s %.*s", STR_ARG(member), STR_ARG(s->id));
	for (size_t i = 0; i < s->ncounters; i++)
		mark(c, &s->counters[i], member);
}

/* Signatures of one member join those of the container. */
static struct ades_signature *join(struct container *c, const struct ades_file *f, struct str member)
{
	struct ades_signature *first = &c->signatures[c->n];
	for (size_t i = 0; i < f->n && c->n < ADES_SIGNATURES_MAX; i++) {
		c->signatures[c->n] = f->signatures[i];
		mark(c, &c->signatures[c->n], member);
		if (c->fault.n)
			spoil(&c->signatures[c->n], c->fault);
		c->n++;
	}
	merge(c->values.certs, &c->values.ncerts, f->values.certs, f->values.ncerts);
	merge(c->values.crls, &c->values.ncrls, f->values.crls, f->values.ncrls);
	merge(c->values.ocsps, &c->values.nocsps, f->values.ocsps, f->values.nocsps);
	return first;
}

/* A member that says it is a signature and is none is a malformed signature: who looks
 * must hear of it. */
static void join_broken(struct container *c, enum ades_format format, struct str member,
                        const struct err *err)
{
	struct ades_signature *s = ARENA_NEW(c->a, struct ades_signature);
	struct ades_file f = { .n = 1, .signatures = s };
	*s = (struct ades_signature){ .format = format, .id = STR("S1"),
		.values = ARENA_NEW(c->a, struct ades_values),
		.malformed = arena_str(c->a, str_c(err->what[0] ? err->what : "it cannot be read")) };
	join(c, &f, member);
}

/* ---- references ---- */

static const struct asic_manifest *manifest_of(const struct container *c, struct str target)
{
	for (size_t i = 0; i < c->nmanifests; i++)
		if (str_eq(c->manifests[i].target, target))
			return &c->manifests[i];
	return NULL;
}

/* What CAdES signed is the manifest; what the manifest names is signed with it. */
static void add_objects(struct container *c, const struct asic_manifest *m,
                        struct ades_signature *s)
{
	struct ades_object *list = ARENA_ARRAY(c->a, struct ades_object, s->nobjects + m->n);
	memcpy(list, s->objects, s->nobjects * sizeof *list);
	if (s->nobjects)
		list[0].name = m->name;
	for (size_t i = 0; i < m->n; i++)
		list[s->nobjects + i] = asic_ref_check(c->zip, &m->refs[i]);
	s->objects = list;
	s->nobjects += m->n;
	if (m->fault.n)
		spoil(s, m->fault);
}

static void name_object(struct container *c, struct ades_signature *s)
{
	struct ades_object *o = ARENA_ARRAY(c->a, struct ades_object, s->nobjects + 1);
	memcpy(o, s->objects, s->nobjects * sizeof *o);
	if (s->nobjects && c->data)
		o[0].name = c->data->name;
	s->objects = o;
}

/* ---- a member of each kind ---- */

static void read_cades(struct container *c, const struct zip_member *m)
{
	struct err err = { 0 };
	struct str bytes;
	struct ades_file *f = ARENA_NEW(c->a, struct ades_file);
	const struct asic_manifest *manifest = c->kind == ADES_ASIC_E ? manifest_of(c, m->name) : NULL;
	struct source content = { 0 };
	struct ades_detached detached = { &content, 1 };
	if (manifest)
		content = source_bytes(STR(""), manifest->bytes);
	else if (c->data)
		content = c->data->source;
	content.name = STR("");
	detached.n = manifest || (c->data && c->kind == ADES_ASIC_S) ? 1 : 0;
	if (is_err(zip_content(c->a, m, ASIC_META_MAX, &bytes, &err))) {
		join_broken(c, ADES_CADES, m->name, &err);
		return;
	}
	struct source file = source_bytes(m->name, bytes);
	if (is_err(cades_read(c->a, &file, &detached, f, &err))) {
		join_broken(c, ADES_CADES, m->name, &err);
		return;
	}
	size_t before = c->n;
	join(c, f, m->name);
	for (size_t i = before; i < c->n; i++) {
		if (manifest)
			add_objects(c, manifest, &c->signatures[i]);
		else if (c->kind == ADES_ASIC_E)
			spoil(&c->signatures[i], STR("no manifest refers to it (EN 319 162-1 §4.4.4)"));
		else
			name_object(c, &c->signatures[i]);
	}
}

static void read_xades(struct container *c, const struct zip_member *m)
{
	struct err err = { 0 };
	struct str bytes;
	struct ades_file *f = ARENA_NEW(c->a, struct ades_file);
	struct ades_detached detached = { c->all, c->nall };
	if (is_err(zip_content(c->a, m, ASIC_META_MAX, &bytes, &err))) {
		join_broken(c, ADES_XADES, m->name, &err);
		return;
	}
	struct source file = source_bytes(m->name, bytes);
	if (is_err(xades_read(c->a, &file, &detached, f, &err)))
		join_broken(c, ADES_XADES, m->name, &err);
	else
		join(c, f, m->name);
}

/* A token over the file, or over a manifest: its authority's CAdES signature, which
 * says when. */
static void read_stamp(struct container *c, const struct zip_member *m)
{
	struct err err = { 0 };
	struct str token;
	struct stamp t;
	struct ades_file *f = ARENA_NEW(c->a, struct ades_file);
	const struct ades_detached none = { 0 };
	const struct asic_manifest *manifest = manifest_of(c, m->name);
	uint8_t hash[DIGEST_SIZE_MAX];
	for (size_t i = 0; i < c->narchives; i++)
		if (str_eq(c->archives[i].target, m->name))
			return; /* of an archive: belongs to those it covers */
	struct source over = manifest ? source_bytes(manifest->name, manifest->bytes)
	                     : c->data ? c->data->source : source_bytes(STR(""), STR(""));
	if (is_err(zip_content(c->a, m, ASIC_META_MAX, &token, &err)) ||
	    is_err(stamp_read(c->a, token, NULL, 0, &t, &err))) {
		join_broken(c, ADES_CADES, m->name, &err);
		return;
	}
	struct source file = source_bytes(m->name, token);
	if (is_err(cades_read(c->a, &file, &none, f, &err)) || f->n == 0) {
		join_broken(c, ADES_CADES, m->name, &err);
		return;
	}
	size_t before = c->n;
	join(c, f, m->name);
	for (size_t i = before; i < c->n; i++) {
		struct ades_signature *s = &c->signatures[i];
		struct ades_object *o = ARENA_ARRAY(c->a, struct ades_object, 2);
		o[0] = s->nobjects ? s->objects[0] : (struct ades_object){ 0 };
		o[1] = (struct ades_object){ .name = over.name, .found = manifest || c->data, .alg = t.digest };
		o[1].intact = o[1].found && t.digest &&
		              is_ok(source_digest(&over, &(struct range){ 0, over.size }, 1, t.digest, hash, NULL)) &&
		              stamp_covers(&t, t.digest, str_of((char *)hash, t.digest->size));
		s->objects = o;
		s->nobjects = 2;
		s->claimed_time = t.at;
		s->mime = STR("application/vnd.etsi.timestamp-token");
		if (manifest) {
			struct str name = o[0].name;
			add_objects(c, manifest, s);
			((struct ades_object *)(uintptr_t)s->objects)[0].name = name;
		}
	}
}

/* ---- archive manifests (annex A.7) ---- */

struct archived {
	const struct asic_manifest *manifest;
	struct str token, hash;
	const struct sign_digest *alg;
	int64_t at;
	struct str what;
};

static struct archived archive_of(struct container *c, const struct asic_manifest *m)
{
	struct archived r = { .manifest = m, .what = m->fault, .at = INT64_MAX };
	const struct zip_member *member = zip_find(c->zip, m->target);
	struct stamp t;
	uint8_t *hash = arena_alloc(c->a, DIGEST_SIZE_MAX);
	struct source s = source_bytes(m->name, m->bytes);
	if (!member || is_err(zip_content(c->a, member, ASIC_META_MAX, &r.token, NULL)) ||
	    is_err(stamp_read(c->a, r.token, NULL, 0, &t, NULL))) {
		r.what = STR("an archive manifest without its time stamp (EN 319 162-1 A.7)");
		return r;
	}
	r.at = t.at;
	r.alg = t.digest;
	for (size_t i = 0; i < m->n && !r.what.n; i++)
		if (!asic_ref_check(c->zip, &m->refs[i]).intact)
			r.what = STR("the archive manifest does not fit the container any more (EN 319 162-1 A.7)");
	if (t.digest && is_ok(source_digest(&s, &(struct range){ 0, s.size }, 1, t.digest, hash, NULL)))
		r.hash = str_of((char *)hash, t.digest->size);
	if (r.what.n)
		r.hash = STR("");
	return r;
}

static bool covers_member(const struct asic_manifest *m, struct str id)
{
	for (size_t i = 0; i < m->n; i++)
		if (str_starts(id, m->refs[i].name) && id.n > m->refs[i].name.n && id.p[m->refs[i].name.n] == ' ')
			return true;
	return false;
}

static void add_archive(struct container *c, struct ades_signature *s, const struct archived *r)
{
	if (!covers_member(r->manifest, s->id) || s->nstamps == ADES_STAMPS_MAX || !r->token.n)
		return;
	struct ades_stamp *list = ARENA_ARRAY(c->a, struct ades_stamp, s->nstamps + 1);
	memcpy(list, s->stamps, s->nstamps * sizeof *list);
	list[s->nstamps] = (struct ades_stamp){ .kind = STAMP_ARCHIVE, .token = r->token,
		.hash = r->hash, .alg = r->alg, .what = r->what, .nstamps = s->nstamps,
		.ncerts = s->values ? s->values->ncerts : 0, .ncrls = s->values ? s->values->ncrls : 0,
		.nocsps = s->values ? s->values->nocsps : 0 };
	s->stamps = list;
	s->nstamps++;
	if (s->level == ADES_LT)
		s->level = ADES_LTA;
}

static void add_archives(struct container *c)
{
	struct archived *list = ARENA_ARRAY(c->a, struct archived, c->narchives + 1);
	for (size_t i = 0; i < c->narchives; i++) {
		struct archived one = archive_of(c, &c->archives[i]);
		size_t k = i;
		for (; k > 0 && list[k - 1].at > one.at; k--)
			list[k] = list[k - 1];
		list[k] = one;
	}
	for (size_t i = 0; i < c->narchives; i++)
		for (size_t k = 0; k < c->n; k++)
			add_archive(c, &c->signatures[k], &list[i]);
}

/* ---- the container ---- */

static struct result check_mimetype(struct container *c, bool *ret_known, struct err *err)
{
	const struct zip_member *m = zip_find(c->zip, STR("mimetype"));
	struct str text = zip_comment(c->zip);
	if (m) {
		if (m->at != 0 || m->method != 0 || m->extra)
			return fail(err, ERR_INPUT, "sign.zip", "EN 319 162-1 A.1",
			            "mimetype must come first, stored, without extra fields");
		TRY(zip_content(c->a, m, 256, &text, err));
	} else if (str_starts(text, STR("mimetype="))) {
		text = str_from(text, 9);
	}
	text = str_trim(text);
	*ret_known = str_eq(text, STR(ASIC_MIME_S)) || str_eq(text, STR(ASIC_MIME_E));
	c->kind = str_eq(text, STR(ASIC_MIME_S)) ? ADES_ASIC_S : ADES_ASIC_E;
	return ok();
}

static struct result sort_members(struct container *c, struct err *err)
{
	size_t parts = 0, ndata = 0, n = zip_count(c->zip);
	bool known, manifests = false;
	TRY(check_mimetype(c, &known, err));
	c->all = ARENA_ARRAY(c->a, struct source, n + 1);
	c->manifests = ARENA_ARRAY(c->a, struct asic_manifest, ASIC_PARTS_MAX);
	c->archives = ARENA_ARRAY(c->a, struct asic_manifest, ASIC_PARTS_MAX);
	for (size_t i = 0; i < n; i++) {
		const struct zip_member *m = zip_at(c->zip, i);
		enum asic_part part = asic_part(m->name);
		if (part != ASIC_FOLDER && part != ASIC_MIMETYPE)
			c->all[c->nall++] = m->source;
		if (part == ASIC_DATA) {
			c->data = m;
			ndata++;
		}
		manifests = manifests || part == ASIC_MANIFEST;
		parts += part == ASIC_CADES || part == ASIC_XADES || part == ASIC_STAMP;
		if (parts + c->nmanifests + c->narchives == ASIC_PARTS_MAX)
			return fail(err, ERR_TOO_LARGE, "sign.asic", NULL, "more than %d signatures and manifests",
			            ASIC_PARTS_MAX);
		if (part == ASIC_MANIFEST)
			asic_manifest_read(c->a, m, &c->manifests[c->nmanifests++]);
		if (part == ASIC_ARCHIVE_MANIFEST)
			asic_manifest_read(c->a, m, &c->archives[c->narchives++]);
	}
	if (!known && !parts)
		return fail(err, ERR_INPUT, "sign.unknown", NULL, "a zip without signatures");
	if (!known)
		c->kind = ndata == 1 && !manifests ? ADES_ASIC_S : ADES_ASIC_E;
	if (c->kind == ADES_ASIC_S && ndata != 1) {
		c->data = NULL;
		c->fault = STR("an ASiC-S holds one file (EN 319 162-1 §4.3.3.2)");
	}
	if (c->kind == ADES_ASIC_E)
		c->data = NULL;
	return ok();
}

/* Names as the references write them, and as they are meant. */
static void note_covered(struct container *c, struct map *names)
{
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; k < c->signatures[i].nobjects; k++) {
			const struct ades_object *o = &c->signatures[i].objects[k];
			struct str plain;
			if (!o->intact || o->name.n > 3 * ZIP_NAME_MAX)
				continue;
			map_put(names, o->name, c);
			if (str_find_char(o->name, '%') != STR_NONE &&
			    is_ok(percent_decode(c->a, o->name, &plain, NULL)))
				map_put(names, plain, c);
		}
}

static void find_uncovered(struct container *c, struct ades_file *f)
{
	struct str *list = ARENA_ARRAY(c->a, struct str, zip_count(c->zip) + 1);
	struct map names;
	map_init(&names, c->a);
	note_covered(c, &names);
	for (size_t i = 0; i < zip_count(c->zip); i++) {
		struct str name = zip_at(c->zip, i)->name;
		enum asic_part part = asic_part(name);
		if ((part == ASIC_DATA || part == ASIC_EVIDENCE || part == ASIC_OTHER) &&
		    !map_get(&names, name))
			list[f->nuncovered++] = name;
	}
	f->uncovered = list;
}

struct result asic_read(struct arena *a, const struct source *file,
                        const struct ades_detached *detached, struct ades_file *ret,
                        struct err *err)
{
	ZIP_AUTO zip = NULL;
	(void)detached; /* everything is inside */
	TRY(zip_open(a, file, &zip, err));
	struct container *c = ARENA_NEW(a, struct container);
	c->a = a;
	c->zip = zip;
	c->signatures = ARENA_ARRAY(a, struct ades_signature, ADES_SIGNATURES_MAX + 1);
	TRY(sort_members(c, err));
	for (size_t i = 0; i < zip_count(zip); i++) {
		const struct zip_member *m = zip_at(zip, i);
		enum asic_part part = asic_part(m->name);
		if (part == ASIC_CADES)
			read_cades(c, m);
		else if (part == ASIC_XADES)
			read_xades(c, m);
		else if (part == ASIC_STAMP)
			read_stamp(c, m);
		if (arena_over(a) || c->n == ADES_SIGNATURES_MAX)
			return fail(err, ERR_TOO_LARGE, "sign.asic", NULL, "the container needs too much memory");
	}
	add_archives(c);
	struct ades_file f = { .container = c->kind, .n = c->n, .signatures = c->signatures,
		.kind = c->kind == ADES_ASIC_S ? STR("ASiC-S") : STR("ASiC-E"), .values = c->values };
	find_uncovered(c, &f);
	*ret = f;
	return ok();
}
