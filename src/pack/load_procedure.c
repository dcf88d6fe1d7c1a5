/* A procedure: its table, and what must hold between its parts. */
#include "base/utf8.h"
#include "pack/set.h"
#include "pack/shape.h"

#define P(member) offsetof(struct procedure, member)

static const struct shape shape_law = {
	.what = "a law", .size = sizeof(struct pack_law),
	.rows = (const struct row[]){
		{ "name", ROW_STR, true, offsetof(struct pack_law, name) },
		{ "article", ROW_STR, false, offsetof(struct pack_law, article) },
		{ NULL },
	},
};

static const struct shape shape_prefill = {
	.what = "a prefill", .size = sizeof(struct pack_prefill),
	.rows = (const struct row[]){
		{ "dataset", ROW_NAME, true, offsetof(struct pack_prefill, dataset) },
		{ "as", ROW_NAME, true, offsetof(struct pack_prefill, as) },
		{ NULL },
	},
};

static const struct shape shape_eligible = {
	.what = "`eligible`", .size = sizeof(struct procedure),
	.rows = (const struct row[]){
		{ "rule", ROW_EXPR, true, P(eligible), .scope = SCOPE_FACTS },
		{ "message", ROW_TEXT, true, P(eligible_message) },
		{ NULL },
	},
};

static void value_enter(struct load *l, const struct json *node, void *obj)
{
	(void)node, (void)obj;
	l->scope = SCOPE_VALUES;
}

static void value_leave(struct load *l, const struct json *node, void *obj)
{
	const struct pack_value *v = obj;
	if (str_find_char(v->name, '.') != STR_NONE)
		mistake(l, where(node, "name"), STR(""), "the name of a value has no dots");
	l->nvalues++; /* those behind may read it */
	l->scope = SCOPE_ANSWERS;
}

static const struct shape shape_value = {
	.what = "a value", .size = sizeof(struct pack_value), .enter = value_enter,
	.leave = value_leave,
	.rows = (const struct row[]){
		{ "name", ROW_NAME, true, offsetof(struct pack_value, name) },
		{ "value", ROW_EXPR, true, offsetof(struct pack_value, expr) },
		{ "label", ROW_TEXT, false, offsetof(struct pack_value, label) },
		{ NULL },
	},
};

static void read_decide(struct load *l, const struct json *node, void *obj)
{
	struct procedure *p = obj;
	l->scope = SCOPE_DECIDE;
	p->decide = shape_list(l, &shape_decide, node, "decide", &p->ndecide);
	l->scope = SCOPE_ANSWERS;
}

static const struct shape shape_record = {
	.what = "`record`", .size = sizeof(struct procedure),
	.rows = (const struct row[]){
		{ "dataset", ROW_NAME, true, P(record_dataset) },
		{ "body", ROW_NAMED, true, P(record), P(nrecord), .scope = SCOPE_DECIDE },
		{ NULL },
	},
};

static void letter_later(struct load *l, const struct json *node, void *obj)
{
	(void)l, (void)node, (void)obj; /* gives_leave reads both letters */
}

static void gives_leave(struct load *l, const struct json *node, void *obj)
{
	(void)obj;
	read_letters(l, node);
	l->scope = SCOPE_ANSWERS;
}

static const struct shape shape_gives = {
	.what = "`gives`", .size = sizeof(struct procedure), .leave = gives_leave,
	.rows = (const struct row[]){
		{ "record", ROW_MAP, false, 0, .shape = &shape_record },
		{ "letter", ROW_CALL, .call = letter_later },
		{ "refusal_letter", ROW_CALL, .call = letter_later },
		{ NULL },
	},
};

static const struct shape shape_notices = {
	.what = "`notices`", .size = sizeof(struct procedure),
	.rows = (const struct row[]){
		{ "received", ROW_TEXT, true, P(notice_received) },
		{ "returned", ROW_TEXT, false, P(notice_returned) },
		{ "decided", ROW_TEXT, false, P(notice_decided) },
		{ "refused", ROW_TEXT, false, P(notice_refused) },
		{ NULL },
	},
};

static void read_retention(struct load *l, const struct json *node, void *obj)
{
	int64_t years = json_int_or(node, 0);
	if (years < 1 || years > 100)
		mistake(l, node, STR(""), "`retention_years` must be a whole number from 1 to 100");
	else
		((struct procedure *)obj)->retention_years = (uint32_t)years;
}

/* Nested shapes write into the procedure itself: their rows sit at offset 0. */
static const struct shape shape_procedure = {
	.what = "a procedure", .size = sizeof(struct procedure),
	.rows = (const struct row[]){
		{ "procedure", ROW_NAME, true, P(id) },
		{ "version", ROW_DATE, true, P(version) },
		{ "title", ROW_TEXT, true, P(title) },
		{ "summary", ROW_TEXT, true, P(summary) },
		{ "keywords", ROW_STRS, true, P(keywords), P(nkeywords) },
		{ "life_events", ROW_STRS, true, P(events), P(nevents) },
		{ "level", ROW_STR, true, P(level) },
		{ "online", ROW_BOOL, true, P(online) },
		{ "who", ROW_TEXT, true, P(who) },
		{ "needs", ROW_TEXTS, true, P(needs), P(nneeds) },
		{ "deadline", ROW_TEXT, true, P(deadline) },
		{ "law", ROW_LIST, true, P(laws), P(nlaws), &shape_law },
		{ "office", ROW_TEXT, true, P(office) },
		{ "affair", ROW_STR, false, P(affair) },
		{ "sign", ROW_BOOL, false, P(sign) },
		{ "retention_years", ROW_CALL, false, .call = read_retention },
		{ "prefill", ROW_LIST, false, P(prefills), P(nprefills), &shape_prefill },
		{ "eligible", ROW_MAP, false, 0, .shape = &shape_eligible },
		{ "once", ROW_EXPR, false, P(once), .scope = SCOPE_ANSWERS },
		{ "once_for", ROW_EXPR, false, P(once_for), .scope = SCOPE_ANSWERS },
		{ "pages", ROW_LIST, false, P(pages), P(npages), &shape_page },
		{ "values", ROW_LIST, false, P(values), P(nvalues), &shape_value },
		{ "workflow", ROW_MAP, false, 0, .shape = &shape_flow },
		{ "decide", ROW_CALL, false, .call = read_decide },
		{ "gives", ROW_MAP, false, 0, .shape = &shape_gives },
		{ "notices", ROW_MAP, false, 0, .shape = &shape_notices },
		{ "tests", ROW_LIST, false, P(tests), P(ntests), &shape_test },
		{ NULL },
	},
};

/* --- what must hold --- */

static const char *const online_needed[] = {
	"affair", "retention_years", "pages", "workflow", "notices", "tests",
};
static const char *const online_only[] = {
	"affair", "sign", "retention_years", "prefill", "eligible", "once", "once_for", "pages", "values",
	"workflow", "decide", "gives", "notices", "tests",
};

static void check_online(struct load *l, const struct json *root)
{
	const struct procedure *p = l->procedure;
	if (!json_get(root, STR("online")))
		return;
	if (p->online) {
		for (size_t i = 0; i < sizeof online_needed / sizeof *online_needed; i++) {
			if (!json_get(root, str_c(online_needed[i])))
				mistake(l, root, STR(""), "an online procedure needs `%s`", online_needed[i]);
		}
		return;
	}
	for (size_t k = 0; k < root->n; k++) {
		for (size_t i = 0; i < sizeof online_only / sizeof *online_only; i++) {
			if (str_eq(root->keys[k], str_c(online_only[i])))
				mistake_key(l, root, k, STR("set online: true, or leave it out"),
				            "`%s` has no effect on a procedure that is not online",
				            online_only[i]);
		}
	}
}

static void check_once(struct load *l, const struct json *root)
{
	if (json_get(root, STR("once_for")) && !json_get(root, STR("once")))
		mistake(l, where(root, "once_for"), STR("say what there can be one of: once: …"),
		        "`once_for` has no effect without `once`");
}

static void check_lists(struct load *l, const struct json *root)
{
	static const char *const filled[] = { "keywords", "life_events", "needs", "law", "pages", "tests" };
	for (size_t i = 0; i < sizeof filled / sizeof *filled; i++) {
		const struct json *list = json_get(root, str_c(filled[i]));
		if (json_is(list, JSON_ARRAY) && list->n == 0)
			mistake(l, list, STR(""), "`%s` is empty", filled[i]);
	}
	const struct procedure *p = l->procedure;
	if (p->level.n > 0 && !str_eq(p->level, STR("municipality"))
	    && !str_eq(p->level, STR("prefecture")))
		mistake(l, where(root, "level"), STR("one of: municipality, prefecture"),
		        "unknown level '%.*s'", (int)utf8_cut(p->level, 40).n, p->level.p);
	const struct json *events = json_get(root, STR("life_events"));
	for (size_t i = 0; i < p->nevents; i++) {
		if (p->events[i].n > 0 && !word_is_name(p->events[i]))
			mistake(l, json_at(events, i), STR("write it like: birth"), "'%.*s' is no name of a life event",
			        (int)utf8_cut(p->events[i], 60).n, p->events[i].p);
	}
}

static void check_prefills(struct load *l, const struct json *root)
{
	static const struct str taken[] = {
		STR_INIT("item"), STR_INIT("decision"), STR_INIT("case"),
	};
	const struct procedure *p = l->procedure;
	const struct json *list = json_get(root, STR("prefill"));
	struct str *names = ARENA_ARRAY(l->arena, struct str, l->datasets.n + 1);
	for (size_t i = 0; i < l->datasets.n; i++)
		names[i] = l->datasets.entries[i].key;
	for (size_t i = 0; i < p->nprefills; i++) {
		const struct pack_prefill *x = &p->prefills[i];
		const struct json *node = json_at(list, i);
		if (x->dataset.n > 0 && !map_get(&l->datasets, x->dataset))
			mistake(l, where(node, "dataset"),
			        near_hint(l->arena, x->dataset, names, l->datasets.n),
			        "there is no dataset '%.*s'", STR_ARG(x->dataset));
		bool clash = str_find_char(x->as, '.') != STR_NONE || map_get(&l->rules, x->as);
		for (size_t k = 0; k < sizeof taken / sizeof *taken; k++)
			clash |= str_eq(x->as, taken[k]);
		for (size_t k = 0; k < i; k++)
			clash |= x->as.n > 0 && str_eq(x->as, p->prefills[k].as);
		if (clash)
			mistake(l, where(node, "as"), STR("choose another name, without dots"),
			        "the name '%.*s' is taken", STR_ARG(x->as));
	}
}

static struct str first_part(struct str id)
{
	struct str head, tail;
	(void)str_cut(id, '.', &head, &tail);
	return head;
}

/* One name, one meaning: answers, facts, values, `item`, `case`, `decision`. */
static void check_names(struct load *l, const struct json *root)
{
	const struct procedure *p = l->procedure;
	const struct json *values = json_get(root, STR("values"));
	for (size_t i = 0; i < l->fields.n; i++) {
		const struct field_seen *seen = l->fields.entries[i].value;
		struct str head = first_part(l->fields.entries[i].key);
		bool clash = str_eq(head, STR("item")) || str_eq(head, STR("case"))
			|| (seen->page && str_eq(head, STR("decision"))) || map_get(&l->rules, head);
		for (size_t k = 0; k < p->nprefills; k++)
			clash |= str_eq(head, p->prefills[k].as);
		if (clash)
			issue_add(&l->issues, l->src, seen->place, false, STR("choose another name"),
			          "the name '%.*s' is taken by the facts or by the language", STR_ARG(head));
		for (size_t k = 0; k < p->nvalues; k++) {
			if (str_eq(head, p->values[k].name))
				mistake(l, where(json_at(values, k), "name"), STR("choose another name"),
				        "the name '%.*s' is taken by an answer", STR_ARG(head));
		}
	}
	for (size_t i = 0; i < p->nvalues; i++) {
		if (map_get(&l->rules, p->values[i].name))
			mistake(l, where(json_at(values, i), "name"), STR("choose another name"),
			        "the name '%.*s' is taken by a table or a parameter",
			        STR_ARG(p->values[i].name));
		for (size_t k = 0; k < i; k++) {
			if (p->values[i].name.n > 0 && str_eq(p->values[i].name, p->values[k].name))
				mistake(l, where(json_at(values, i), "name"), STR(""),
				        "the value '%.*s' is given twice", STR_ARG(p->values[i].name));
		}
	}
}

static void check_pages(struct load *l, const struct json *root)
{
	const struct procedure *p = l->procedure;
	const struct json *list = json_get(root, STR("pages"));
	for (size_t i = 0; i < p->npages; i++) {
		for (size_t k = 0; k < i; k++) {
			if (p->pages[i].id.n > 0 && str_eq(p->pages[i].id, p->pages[k].id))
				mistake(l, where(json_at(list, i), "id"), STR(""),
				        "the page '%.*s' exists already in line %u", STR_ARG(p->pages[i].id),
				        p->pages[k].line);
			if (p->pages[i].group.n > 0 && str_eq(p->pages[i].group, p->pages[k].group))
				mistake(l, where(json_at(list, i), "group"), STR("one page asks all of an item"),
				        "the group '%.*s' is filled by another page already",
				        STR_ARG(p->pages[i].group));
		}
	}
}

static void check_record(struct load *l, const struct json *root)
{
	const struct procedure *p = l->procedure;
	const struct json *record = json_path(root, STR("gives.record"));
	const struct json *body = json_get(record, STR("body"));
	if (str_empty(p->record_dataset))
		return;
	const struct dataset *d = map_get(&l->datasets, p->record_dataset);
	if (!d) {
		struct str *ids = ARENA_ARRAY(l->arena, struct str, l->datasets.n + 1);
		for (size_t i = 0; i < l->datasets.n; i++)
			ids[i] = l->datasets.entries[i].key;
		mistake(l, where(record, "dataset"),
		        near_hint(l->arena, p->record_dataset, ids, l->datasets.n),
		        "there is no dataset '%.*s'", STR_ARG(p->record_dataset));
		return;
	}
	struct str *names = ARENA_ARRAY(l->arena, struct str, d->nitems + 1);
	for (size_t i = 0; i < d->nitems; i++)
		names[i] = d->items[i].name;
	for (size_t i = 0; i < p->nrecord; i++) {
		size_t k = 0;
		while (k < d->nitems && !str_eq(names[k], p->record[i].name))
			k++;
		if (k == d->nitems)
			mistake_key(l, body, i, near_hint(l->arena, p->record[i].name, names, d->nitems),
			            "the dataset '%.*s' has no item '%.*s'", STR_ARG(d->id),
			            (int)utf8_cut(p->record[i].name, 60).n, p->record[i].name.p);
	}
}

struct procedure *load_procedure(struct load *l, const struct json *root)
{
	struct procedure *p = ARENA_NEW(l->arena, struct procedure);
	p->pack = l->pack;
	p->file = l->src->file;
	p->rules = l->set->rule_names;
	l->procedure = p;
	l->page = NULL;
	l->scope = SCOPE_ANSWERS;
	l->order = l->nvalues = 0;
	l->pending = NULL;
	l->pending_end = &l->pending;
	map_init(&l->fields, l->arena);
	bool read = shape_read(l, &shape_procedure, root, p);
	if (read) {
		check_online(l, root);
		check_lists(l, root);
		check_once(l, root);
		check_prefills(l, root);
		check_pages(l, root);
		check_names(l, root);
		check_flow(l, root);
		check_record(l, root);
		check_tests(l, root);
		compile_pending(l);
		p->digest = published_digest(l->arena, root);
	}
	l->procedure = NULL;
	return read && p->id.n > 0 && p->version.n > 0 ? p : NULL;
}
