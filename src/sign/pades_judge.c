/* What came after each signature, and whether it was permitted (ISO 32000-1
 * §12.8.2.2 DocMDP, §12.8.2.4 FieldMDP; ISO 32000-2 §12.8.2.2.2: validation data and
 * document time stamps are always permitted).
 *
 * A signature that certifies nothing permits what viewers call valid: filling in,
 * further signatures, comments that cover nothing (P 3). A certification binds the
 * signatures that come after it, too. */
#include "sign/pades_priv.h"

enum { REVISION_ARENA = 256 << 20, SCRATCH_ARENA = 64 << 20 };

struct revision {
	struct arena *arena, *scratch;
	struct pdf doc;
	bool readable;
};

static void close_revision(struct revision *r)
{
	arena_free(r->arena);
	arena_free(r->scratch);
	*r = (struct revision){ 0 };
}

#define REVISION_AUTO __attribute__((cleanup(close_revision))) struct revision

static struct result open_revision(struct str bytes, struct revision *ret, struct err *err)
{
	ret->arena = arena_new(REVISION_ARENA);
	ret->scratch = arena_new(SCRATCH_ARENA);
	TRY(pdf_open(ret->arena, bytes, &ret->doc, err));
	ret->doc.scratch = ret->scratch;
	ret->doc.tokens_max = PADES_TOKENS_MAX;
	ret->readable = true;
	return ok();
}

/* A dictionary that lay unused in what was signed, and became a signature later, is
 * a trick. */
static bool linked(struct pades_graph *g, struct revision *r, const struct pades_field *f)
{
	struct pdf_object o;
	if (f->sig < 0 || !(pades_label(g, f->sig) & LABEL_VALUE) ||
	    is_err(pdf_load(&r->doc, f->sig, &o, NULL)))
		return false;
	const struct pdf_value *contents = pdf_get(&o.value, "Contents");
	return contents && !o.packed && contents->from == f->covered[0].n;
}

struct judge {
	struct pades_fields *fields;
	struct pades_changes *c;
	struct pades_graph graph;
	bool *linked;
	bool graph_made;
};

static void unreadable(struct judge *j, const struct err *why)
{
	pades_change_add(j->c, CHANGE_HIDDEN, NEVER, STR("file"),
	                 STR("署名された範囲が、それだけでは読めるPDFになっていません"),
	                 arena_printf(j->c->a, "what was signed is no sound PDF by itself: %s", why->what));
}

static struct result step(struct judge *j, struct revision *old, struct revision *now)
{
	struct err why = { 0 };
	struct result r = ok();
	if (!j->graph_made)
		r = pades_graph_all(&j->graph, &old->doc, &why);
	j->graph_made = true;
	for (size_t i = 0; is_ok(r) && i < j->fields->n; i++)
		if (j->fields->list[i].step == j->c->step && !j->fields->list[i].malformed.n)
			j->linked[i] = linked(&j->graph, old, &j->fields->list[i]);
	if (is_ok(r) && now && now->readable)
		r = pades_compare(j->c, &j->graph, &old->doc, &now->doc, &why);
	if (is_err(r))
		pades_change_add(j->c, CHANGE_HIDDEN, NEVER, STR("file"), STR("署名後の変更を調べきれませんでした"),
		                 arena_printf(j->c->a, "what was changed could not be told: %s", why.what));
	return ok();
}

static bool certified(const struct judge *j)
{
	for (size_t i = 0; i < j->fields->n; i++)
		if (j->fields->list[i].certifies && j->fields->list[i].step <= j->c->step)
			return true;
	return false;
}

/* ends: where revisions end, growing; the last one is the file's. */
static struct result steps(struct judge *j, struct str bytes, const uint64_t *ends, size_t n)
{
	REVISION_AUTO old = { 0 };
	for (size_t i = 0; i < n; i++) {
		struct err why = { 0 };
		struct revision now = { 0 };
		struct result r = open_revision(str_sub(bytes, 0, (size_t)ends[i]), &now, &why);
		if (i && old.readable) {
			j->c->step = i - 1;
			j->c->certified = certified(j);
			TRY(step(j, &old, &now));
		}
		j->c->step = i;
		if (is_err(r)) {
			unreadable(j, &why);
			close_revision(&now);
			continue;
		}
		close_revision(&old);
		old = now;
	}
	return old.readable ? step(j, &old, NULL) : ok();
}

struct result pades_judge(struct arena *a, struct str bytes, struct pades_fields *fields,
                          struct pades_changes *ret, bool *ret_linked, struct err *err)
{
	ARENA_AUTO mine = arena_new(REVISION_ARENA);
	struct pades_changes c = { .a = a };
	struct judge j = { .fields = fields, .c = &c, .linked = ret_linked };
	uint64_t *ends = ARENA_ARRAY(mine, uint64_t, fields->n + 1);
	size_t n = 0;
	(void)err;
	c.list = ARENA_ARRAY(a, struct pades_change, PADES_CHANGES_MAX);
	pades_graph_init(&j.graph, mine);
	for (size_t i = 0; i < fields->n; i++) {
		struct pades_field *f = &fields->list[i];
		if (f->malformed.n)
			continue;
		if (n == 0 || ends[n - 1] != f->end)
			ends[n++] = f->end;
		f->step = n - 1;
	}
	if (n && ends[n - 1] != bytes.n)
		ends[n++] = bytes.n;
	TRY(steps(&j, bytes, ends, n));
	*ret = c;
	return ok();
}

static int permitted(const struct pades_fields *fields, size_t i)
{
	int p = fields->list[i].p;
	for (size_t k = 0; k < i; k++)
		if (fields->list[k].certifies && !fields->list[k].malformed.n && fields->list[k].p < p)
			p = fields->list[k].p;
	return p;
}

void pades_judge_one(struct arena *a, const struct pades_fields *fields, size_t i,
                     const struct pades_changes *all, struct ades_signature *ret)
{
	const struct pades_field *f = &fields->list[i];
	int p = permitted(fields, i);
	struct ades_change *list = ARENA_ARRAY(a, struct ades_change, all->n + 1);
	size_t n = 0;
	for (size_t k = 0; k < all->n; k++) {
		const struct pades_change *c = &all->list[k];
		if (c->step < f->step)
			continue;
		bool locked = c->kind == CHANGE_FORM &&
		              (pades_locked(&f->locks[0], c->field) || pades_locked(&f->locks[1], c->field));
		list[n++] = (struct ades_change){ .kind = c->kind, .allowed = c->need <= p && !locked,
			.where = c->where, .what_ja = c->ja, .what_en = c->en };
	}
	ret->changes = list;
	ret->nchanges = n;
}
