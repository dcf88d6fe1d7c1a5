/* What every page of a draft begins with: the draft, its procedure, what the
 * register knows, and the form of all three. */
#include "base/log.h"
#include "record/record.h"
#include "store/journal.h"
#include "web/portal.h"

void portal_close(struct portal_draft *d)
{
	pack_unref(d->packs);
	d->packs = NULL;
}

/* One record under the procedure's name for it, with its source. */
static struct result prefill(struct visit *v, struct db *db, struct portal_draft *d,
                             const struct pack_prefill *p, struct json_object *facts,
                             struct json_object *sources, struct err *err)
{
	const struct record *r;
	TRY(record_current(db, v->a, d->draft.authority, d->code, p->dataset, STR(""), &r, err));
	if (!r)
		return ok();
	json_put(facts, p->as, r->body);
	struct json_object *s = json_object_new(v->a);
	json_put_str(s, STR("source"), r->source);
	json_put_int(s, STR("at"), r->recorded_at);
	json_put_bool(s, STR("masked"), r->masked);
	json_put(sources, p->as, json_object_done(s));
	return ok();
}

static struct result read_facts(struct visit *v, struct db *db, struct portal_draft *d,
                                struct err *err)
{
	struct json_object *facts = json_object_new(v->a), *sources = json_object_new(v->a);
	for (size_t i = 0; i < d->procedure->nprefills; i++)
		TRY(prefill(v, db, d, &d->procedure->prefills[i], facts, sources, err));
	d->facts = json_object_done(facts);
	d->sources = json_object_done(sources);
	return ok();
}

/* The use of her records for this form, once per opening of a draft. */
static struct result journal_reading(struct visit *v, const struct portal_draft *d,
                                     struct err *err)
{
	struct json_array *sets = json_array_new(v->a);
	struct json_object *detail = json_object_new(v->a);
	if (d->procedure->nprefills == 0)
		return ok();
	for (size_t i = 0; i < d->procedure->nprefills; i++)
		json_push(sets, json_str(v->a, d->procedure->prefills[i].dataset));
	json_put(detail, STR("datasets"), json_array_done(sets));
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(journal_add(tx, &(struct journal_entry){ .org = d->draft.authority, .subject = d->code,
		.event = STR("record.prefill"), .actor = STR("citizen"), .object = d->draft.id,
		.purpose = d->procedure->affair, .detail = json_object_done(detail) }, err));
	return store_commit(&tx, err);
}

struct result portal_open_form(struct visit *v, struct portal_draft *d,
                               const struct json *answers, struct err *err)
{
	struct form_input in = { .procedure = d->procedure, .facts = d->facts,
		.answers = answers, .about = d->about, .now_us = v->now,
		.submitted = d->submitted, .open_fields = d->draft.open_fields };
	return form_open(v->a, &in, &d->form, err);
}

static struct result load(struct visit *v, struct str draft_id, struct portal_draft *d,
                          struct err *err)
{
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(draft_load(db, v->a, v->session.org, v->session.subject, draft_id, &d->draft, err));
	d->procedure = pack_procedure_version(d->packs, d->draft.procedure, d->draft.version);
	d->authority = app_org(v->app, d->draft.authority);
	if (!d->procedure || !d->authority)
		return fail(err, ERR_NOT_FOUND, "apply.procedure.gone", NULL,
		            "procedure %.*s %.*s is not published any more",
		            STR_ARG(d->draft.procedure), STR_ARG(d->draft.version));
	TRY(visit_code(v, d->draft.authority, &d->code, err));
	if (d->draft.case_id.n) { /* a correction counts from the first submission */
		struct apply_case c;
		TRY(case_load_of(db, v->a, d->draft.org, d->draft.subject, d->draft.case_id, &c, err));
		d->about = case_about(v->a, &c);
		d->submitted = c.answers;
	}
	return read_facts(v, db, d, err);
}

struct result portal_open(struct visit *v, struct str draft_id, bool reading,
                          struct portal_draft *ret, struct err *err)
{
	PORTAL_DRAFT_AUTO d = { .packs = app_packs(v->app) };
	TRY(load(v, draft_id, &d, err));
	TRY(portal_open_form(v, &d, d.draft.answers, err));
	if (reading)
		TRY(journal_reading(v, &d, err));
	*ret = d;
	d.packs = NULL;
	return ok();
}

struct result portal_attachments(struct visit *v, const struct portal_draft *d,
                                 const struct form_attachment **ret, size_t *ret_n,
                                 struct err *err)
{
	const struct attachment *list;
	size_t n;
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(attach_list(db, v->a, d->draft.org, d->draft.id, &list, &n, err));
	struct form_attachment *out = ARENA_ARRAY(v->a, struct form_attachment, n + 1);
	for (size_t i = 0; i < n; i++)
		out[i] = (struct form_attachment){ .field = list[i].field, .id = list[i].id,
			.name = list[i].name, .kind = list[i].kind, .size = (size_t)list[i].size,
			.sha256_hex = list[i].sha256_hex };
	*ret = out;
	*ret_n = n;
	return ok();
}
