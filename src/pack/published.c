/* Published versions never change: people have applications open under them.
 *
 * The file PUBLISHED beside the packs keeps a digest of each version, one line
 * "SHA-256 ID VERSION"; of a table or parameter "SHA-256 rule:NAME FROM". The
 * digest covers the declaration as a tree (comments and layout are free) without
 * its tests. */
#include "crypto/digest.h"
#include "pack/load.h"
#include "pack/set.h"

struct str published_digest(struct arena *a, const struct json *root)
{
	struct json_object *o = json_object_from(a, root);
	json_remove(o, STR("tests"));
	return sha256_hex(a, json_to_str(a, json_object_done(o)));
}

static const struct procedure *version_of(const struct pack_set *set, struct str id,
                                          struct str version)
{
	for (size_t i = 0; i < set->nversions; i++) {
		if (str_eq(set->versions[i]->id, id) && str_eq(set->versions[i]->version, version))
			return set->versions[i];
	}
	return NULL;
}

/* "rule:damage-grade": names are kept without spaces. */
static void add_rule_id(struct buf *b, struct str name)
{
	buf_add(b, STR("rule:"));
	for (size_t i = 0; i < name.n; i++)
		buf_add_char(b, name.p[i] == ' ' ? '-' : name.p[i]);
}

static bool is_rule(const struct pack_rule *r, struct str id)
{
	BUF_AUTO b;
	buf_init(&b, 1000);
	add_rule_id(&b, r->name);
	return str_eq(buf_str(&b), id);
}

static void check_rule(struct load *l, const struct source *src, struct place at, struct str digest,
                       struct str id, struct str from)
{
	for (size_t i = 0; i < l->set->nrules; i++) {
		const struct pack_rule *r = l->set->rules[i];
		for (size_t k = 0; is_rule(r, id) && k < r->nversions; k++) {
			if (!str_eq(r->versions[k].from, from))
				continue;
			if (!str_eq(r->versions[k].digest, digest))
				issue_add(&l->issues, &(struct source){ r->file, STR("") }, (struct place){ r->line, 1 },
				          false, STR("add a version that begins on the day of the change, and restore this one"),
				          "the version from %.*s of '%.*s' is published and was changed", STR_ARG(from),
				          STR_ARG(r->name));
			return;
		}
	}
	issue_add(&l->issues, src, at, false, STR("cases of those days are decided by it: restore it"),
	          "the published version from %.*s of '%.*s' is not there", STR_ARG(from), STR_ARG(id));
}

static void check_line(struct load *l, const struct source *src, struct place at, struct str line)
{
	struct str digest, id, version, rest;
	if (!str_cut(line, ' ', &digest, &rest) || !str_cut(rest, ' ', &id, &version)
	    || digest.n != 2 * (size_t)SHA256_SIZE) {
		issue_add(&l->issues, src, at, false, STR("SHA-256 ID VERSION, with one space between"),
		          "no line of published versions");
		return;
	}
	if (str_starts(id, STR("rule:"))) {
		check_rule(l, src, at, digest, id, version);
		return;
	}
	const struct procedure *p = version_of(l->set, id, version);
	if (!p)
		issue_add(&l->issues, src, at, false, STR("keep its file beside the new version"),
		          "the published version %.*s of '%.*s' is not there", STR_ARG(version), STR_ARG(id));
	else if (!str_eq(p->digest, digest))
		issue_add(&l->issues, &(struct source){ p->file, STR("") }, (struct place){ 1, 1 }, false,
		          STR("copy the file, give the copy a new version, and restore this one"),
		          "version %.*s of '%.*s' is published and was changed", STR_ARG(version),
		          STR_ARG(id));
}

void published_check(struct load *l, const struct source *src)
{
	struct str rest = src->text, line;
	uint32_t number = 0;
	for (bool more = true; more;) {
		more = str_cut(rest, '\n', &line, &rest);
		number++;
		line = str_trim(line);
		if (line.n > 0 && line.p[0] != '#')
			check_line(l, src, (struct place){ number, 1 }, line);
	}
}

void pack_published(const struct pack_set *p, struct buf *out)
{
	buf_add(out, STR("# Published versions: never changed, never removed. SHA-256 ID VERSION\n"));
	for (size_t i = 0; i < p->nversions; i++)
		buf_printf(out, "%.*s %.*s %.*s\n", STR_ARG(p->versions[i]->digest),
		           STR_ARG(p->versions[i]->id), STR_ARG(p->versions[i]->version));
	for (size_t i = 0; i < p->nrules; i++)
		for (size_t k = 0; k < p->rules[i]->nversions; k++) {
			buf_printf(out, "%.*s ", STR_ARG(p->rules[i]->versions[k].digest));
			add_rule_id(out, p->rules[i]->name);
			buf_printf(out, " %.*s\n", STR_ARG(p->rules[i]->versions[k].from));
		}
}
