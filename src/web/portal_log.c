/* だれが見たか: the journal's entries about her, of the portal and of every
 * municipality here under her code there, merged, newest first. Officers are
 * shown as their organization and office, not by name: the entry keeps who it
 * was for the organization itself. */
#include "store/journal.h"
#include "web/portal_data.h"
#include "web/show.h"

enum { PAGE = 25, BATCH = 100, ROUNDS = 10 };

/* What one organization's journal gave: newest first, down to `reached`. */
struct shelf {
	struct str org, code;
	struct journal_row *rows;
	size_t n;
	int64_t reached; /* older ones were not looked at; 0: there are none */
};

struct shown {
	struct visit *v;
	struct pack_set *packs;
	bool others;      /* leave out what she did herself */
	int64_t before;
	size_t nshelves;
	struct shelf *shelves;
};

static bool is_wanted(const struct shown *s, const struct journal_row *r)
{
	return !s->others || !str_eq(r->actor, STR("citizen"));
}

static struct result fill_shelf(const struct shown *s, struct db *db, struct shelf *x,
                                struct err *err)
{
	struct arena *a = s->v->a;
	x->rows = ARENA_ARRAY(a, struct journal_row, PAGE + BATCH);
	x->reached = s->before;
	for (int round = 0; round < ROUNDS && x->n < PAGE; round++) {
		const struct journal_row *rows;
		size_t n;
		TRY(journal_of_subject(db, a, x->org, x->code, x->reached, BATCH, &rows, &n, err));
		for (size_t i = 0; i < n; i++)
			if (is_wanted(s, &rows[i]))
				x->rows[x->n++] = rows[i];
		x->reached = n == BATCH ? rows[n - 1].at : 0;
		if (x->reached == 0)
			break;
	}
	return ok();
}

static struct result fill(struct shown *s, struct err *err)
{
	const struct org *const *cities;
	struct visit *v = s->v;
	size_t n = app_cities(v->app, v->a, &cities);
	s->shelves = ARENA_ARRAY(v->a, struct shelf, n + 1);
	s->shelves[s->nshelves++] = (struct shelf){ v->session.org, v->session.subject, NULL, 0, 0 };
	for (size_t i = 0; i < n; i++) {
		struct shelf x = { .org = cities[i]->id };
		TRY(visit_code(v, x.org, &x.code, err));
		s->shelves[s->nshelves++] = x;
	}
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	for (size_t i = 0; i < s->nshelves; i++)
		TRY(fill_shelf(s, db, &s->shelves[i], err));
	return ok();
}

/* ---- merging ---- */

/* The newest entry not taken yet, no older than what every shelf has reached. */
static const struct journal_row *take(const struct shown *s, size_t *at)
{
	const struct journal_row *best = NULL;
	size_t from = 0;
	int64_t reached = 0;
	for (size_t i = 0; i < s->nshelves; i++) {
		const struct shelf *x = &s->shelves[i];
		if (x->reached > reached)
			reached = x->reached;
		if (at[i] < x->n && (!best || x->rows[at[i]].at > best->at)) {
			best = &x->rows[at[i]];
			from = i;
		}
	}
	if (!best || best->at < reached)
		return NULL;
	at[from]++;
	return best;
}

static int64_t oldest_reached(const struct shown *s)
{
	int64_t reached = 0;
	for (size_t i = 0; i < s->nshelves; i++)
		if (s->shelves[i].reached > reached)
			reached = s->shelves[i].reached;
	return reached;
}

static bool any_left(const struct shown *s, const size_t *at)
{
	for (size_t i = 0; i < s->nshelves; i++)
		if (at[i] < s->shelves[i].n)
			return true;
	return false;
}

/* ---- one entry ---- */

static struct str event_words(struct visit *v, struct str event)
{
	struct str key = arena_printf(v->a, "journal.%.*s", STR_ARG(event));
	return text_has(v->app->texts, key) ? text_get(v->app->texts, v->lang, key)
	                                    : show_row(v, "journal.other");
}

/* The procedure it belongs to: named in the detail, or known by its affair. */
static const struct procedure *procedure_of(const struct shown *s, const struct journal_row *r)
{
	const struct procedure *const *all;
	struct str id = json_text(json_get(r->detail, STR("procedure")));
	if (id.n)
		return pack_procedure(s->packs, id, STR(""));
	size_t n = r->purpose.n ? pack_procedures(s->packs, &all) : 0;
	for (size_t i = 0; i < n; i++)
		if (str_eq(all[i]->affair, r->purpose))
			return all[i];
	return NULL;
}

/* An accredited service, by the name it had then. */
static struct str service_name(struct visit *v, const struct journal_row *r, struct str id)
{
	struct str name = json_text(json_get(r->detail, lang_name(v->lang)));
	return v->lang == LANG_EASY && name.n ? name : text_quote(v->a, name.n ? name : id);
}

/* Who: she, a service, the office of an organization, or a program of it. */
static struct str actor_words(const struct shown *s, const struct journal_row *r)
{
	struct visit *v = s->v;
	struct str kind, rest, org, id;
	struct json_object *o = json_object_new(v->a);
	str_cut(r->actor, ':', &kind, &rest);
	str_cut(rest, ':', &org, &id);
	if (str_eq(kind, STR("citizen")))
		return show_row(v, "journal.you");
	if (str_eq(kind, STR("verifier"))) {
		json_put_str(o, STR("name"), service_name(v, r, rest));
		return show_text(v, "journal.service", json_object_done(o));
	}
	bool officer = str_eq(kind, STR("officer"));
	const struct org *of = app_org(v->app, officer ? org : r->org);
	const struct procedure *p = procedure_of(s, r);
	struct str office = p ? p->office.t[v->lang] : of ? of->office : STR("");
	json_put_str(o, STR("org"), show_org(v, officer ? org : r->org));
	json_put_str(o, STR("office"), office);
	return show_text(v, !officer ? "journal.system" : office.n ? "journal.officer"
	                                                           : "journal.officer_plain",
	                 json_object_done(o));
}

/* What it was about: a procedure, or records by their titles. */
static struct str about_words(const struct shown *s, const struct journal_row *r)
{
	struct visit *v = s->v;
	struct str dataset = json_text(json_get(r->detail, STR("dataset")));
	const struct json *sets = json_get(r->detail, STR("datasets"));
	const struct procedure *p = procedure_of(s, r);
	if (dataset.n)
		return data_title(v, pack_dataset(s->packs, dataset), dataset);
	if (json_len(sets) == 0)
		return p ? p->title.t[v->lang] : json_text(json_get(r->detail, STR("procedure")));
	struct str out = STR("");
	for (size_t i = 0; i < json_len(sets); i++) {
		struct str id = json_text(json_at(sets, i));
		out = arena_printf(v->a, "%.*s%s%.*s", STR_ARG(out),
		                   i == 0 ? "" : v->lang == LANG_EN ? ", " : "、",
		                   STR_ARG(data_title(v, pack_dataset(s->packs, id), id)));
	}
	return out;
}

/* Events whose object is something she can open. */
static struct str object_path(struct visit *v, const struct journal_row *r)
{
	if (r->object.n && (str_starts(r->event, STR("apply.")) ||
	                    str_eq(r->event, STR("case.view"))))
		return arena_printf(v->a, "/applications/%.*s", STR_ARG(r->object));
	if (r->object.n && str_eq(r->event, STR("letter.view")))
		return arena_printf(v->a, "/letters/%.*s", STR_ARG(r->object));
	if (str_starts(r->event, STR("consent.")) || str_starts(r->event, STR("verifier.")))
		return STR("/consents");
	if (str_starts(r->event, STR("record.report")))
		return STR("/my-data");
	return STR("");
}

static const struct json *entry(const struct shown *s, const struct journal_row *r)
{
	struct visit *v = s->v;
	struct json_object *o = json_object_new(v->a);
	json_put_str(o, STR("at"), show_time(v, r->at));
	json_put_str(o, STR("holder"), show_org(v, r->org));
	json_put_str(o, STR("who"), actor_words(s, r));
	json_put_bool(o, STR("hers"), str_eq(r->actor, STR("citizen")));
	json_put_str(o, STR("what"), event_words(v, r->event));
	json_put_str(o, STR("about"), about_words(s, r));
	json_put_str(o, STR("purpose"), r->purpose);
	json_put_str(o, STR("object_href"), object_path(v, r));
	json_put_str(o, STR("entry_number"), arena_printf(v->a, "%lld-%lld", (long long)r->log,
	             (long long)r->index));
	return json_object_done(o);
}

/* ---- the page ---- */

static void put_entries(const struct shown *s, struct json_object *o)
{
	struct visit *v = s->v;
	struct json_array *list = json_array_new(v->a);
	size_t *at = ARENA_ARRAY(v->a, size_t, s->nshelves);
	const struct journal_row *r = NULL, *x;
	size_t n = 0;
	while (n < PAGE && (x = take(s, at))) {
		json_push(list, entry(s, x));
		r = x;
		n++;
	}
	int64_t next = any_left(s, at) && r && n == PAGE ? r->at : oldest_reached(s);
	show_list(v, o, "entries", list);
	json_put_str(o, STR("older_href"), next
	             ? arena_printf(v->a, "/access-log?%sbefore=%lld", s->others ? "by=others&" : "",
	                            (long long)next) : STR(""));
}

struct result portal_access_log(struct visit *v, struct err *err)
{
	struct http_fields f;
	PACKS_AUTO packs = app_packs(v->app);
	struct shown s = { .v = v, .packs = packs };
	TRY(http_query_fields(v->q, &f, err));
	struct str before = http_field_get(&f, STR("before"));
	if (before.n && (!str_to_i64(before, &s.before) || s.before <= 0))
		return fail(err, ERR_INPUT, "portal.log.before", NULL, "no time: %.*s", STR_ARG(before));
	s.others = str_eq(http_field_get(&f, STR("by")), STR("others"));
	TRY(fill(&s, err));
	struct json_object *o = json_object_new(v->a);
	json_put_str(o, STR("title_key"), STR("log.title"));
	json_put_bool(o, STR("others"), s.others);
	json_put_bool(o, STR("later_page"), s.before != 0);
	put_entries(&s, o);
	return visit_page(v, 200, STR("portal/access_log"), o, err);
}
