/* Scenario tests as they are written: their keys, and that the pages, fields,
 * facts and values they speak of exist. Running them is test.c. */
#include "base/utf8.h"
#include "pack/shape.h"

struct expect {
	const struct json *eligible, *pages, *errors, *errors_include, *values, *record, *once;
};

#define EXPECT(member) offsetof(struct expect, member)
static const struct shape shape_expect = {
	.what = "`expect`", .size = sizeof(struct expect),
	.rows = (const struct row[]){
		{ "eligible", ROW_NODE, false, EXPECT(eligible) },
		{ "pages", ROW_NODE, false, EXPECT(pages) },
		{ "errors", ROW_NODE, false, EXPECT(errors) },
		{ "errors_include", ROW_NODE, false, EXPECT(errors_include) },
		{ "values", ROW_NODE, false, EXPECT(values) },
		{ "record", ROW_NODE, false, EXPECT(record) },
		{ "once", ROW_NODE, false, EXPECT(once) },
		{ NULL },
	},
};

#define TEST(member) offsetof(struct pack_test, member)
const struct shape shape_test = {
	.what = "a test", .size = sizeof(struct pack_test), .has_line = true, .line_at = TEST(line),
	.rows = (const struct row[]){
		{ "name", ROW_STR, true, TEST(name) },
		{ "today", ROW_DATE, true, TEST(today) },
		{ "facts", ROW_NODE, false, TEST(facts) },
		{ "answers", ROW_NODE, false, TEST(answers) },
		{ "decision", ROW_NODE, false, TEST(decision) },
		{ "expect", ROW_NODE, true, TEST(expect) },
		{ NULL },
	},
};

static void not_there(struct load *l, const struct json *at, const char *what, struct str name,
                      const struct str *names, size_t n)
{
	mistake(l, at, near_hint(l->arena, name, names, n), "there is no %s '%.*s'", what,
	        (int)utf8_cut(name, 60).n, name.p);
}

static bool among(struct str name, const struct str *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(name, names[i]))
			return true;
	}
	return false;
}

static void check_names_in(struct load *l, const struct json *list, const char *what,
                           const struct str *names, size_t n)
{
	if (list && list->kind != JSON_ARRAY)
		mistake(l, list, STR(""), "expected a list of names");
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *item = json_at(list, i);
		struct str name;
		if (shape_str(l, item, what, &name) && !among(name, names, n))
			not_there(l, item, what, name, names, n);
	}
}

/* An answer is a field, a part of one, or on the way to one. */
static bool answer_exists(struct load *l, struct str path)
{
	for (size_t i = 0; i < l->fields.n; i++) {
		struct str id = l->fields.entries[i].key;
		const struct str longer = id.n > path.n ? id : path, shorter = id.n > path.n ? path : id;
		if (str_starts(longer, shorter) && (longer.n == shorter.n || longer.p[shorter.n] == '.'))
			return true;
	}
	return false;
}

static void check_answers(struct load *l, const struct json *node, struct str prefix, int depth)
{
	enum { DEPTH_MAX = 8 };
	if (json_is(node, JSON_ARRAY)) {
		for (size_t i = 0; i < node->n && depth < DEPTH_MAX; i++)
			check_answers(l, &node->items[i], prefix, depth + 1);
		return;
	}
	for (size_t i = 0; json_is(node, JSON_OBJECT) && i < node->n && depth < DEPTH_MAX; i++) {
		struct str path = prefix.n == 0 ? node->keys[i]
			: arena_printf(l->arena, "%.*s.%.*s", STR_ARG(prefix), STR_ARG(node->keys[i]));
		/* An item of a group from the register says by `id` which one it answers. */
		bool names_item = depth > 0 && str_eq(node->keys[i], STR("id")) &&
		                  json_is(&node->items[i], JSON_STRING);
		if (names_item)
			continue;
		if (answer_exists(l, path)) {
			check_answers(l, &node->items[i], path, depth + 1);
			continue;
		}
		struct str *ids = ARENA_ARRAY(l->arena, struct str, l->fields.n + 1);
		for (size_t k = 0; k < l->fields.n; k++)
			ids[k] = l->fields.entries[k].key;
		mistake_key(l, node, i, near_hint(l->arena, path, ids, l->fields.n),
		            "no field of the procedure asks for '%.*s'", (int)utf8_cut(path, 60).n, path.p);
	}
}

static void check_facts(struct load *l, const struct json *facts)
{
	const struct procedure *p = l->procedure;
	struct str *names = ARENA_ARRAY(l->arena, struct str, p->nprefills + 1);
	for (size_t i = 0; i < p->nprefills; i++)
		names[i] = p->prefills[i].as;
	for (size_t i = 0; json_is(facts, JSON_OBJECT) && i < facts->n; i++) {
		size_t k = 0;
		while (k < p->nprefills && !str_eq(names[k], facts->keys[i]))
			k++;
		if (k == p->nprefills) {
			mistake_key(l, facts, i, near_hint(l->arena, facts->keys[i], names, k),
			            "no prefill is named '%.*s'", (int)utf8_cut(facts->keys[i], 60).n,
			            facts->keys[i].p);
			continue;
		}
		const struct dataset *d = map_get(&l->datasets, p->prefills[k].dataset);
		const struct json *body = &facts->items[i];
		struct str *items = ARENA_ARRAY(l->arena, struct str, (d ? d->nitems : 0) + 1);
		for (size_t j = 0; d && j < d->nitems; j++)
			items[j] = d->items[j].name;
		for (size_t j = 0; d && json_is(body, JSON_OBJECT) && j < body->n; j++) {
			if (!among(body->keys[j], items, d->nitems))
				mistake_key(l, body, j, near_hint(l->arena, body->keys[j], items, d->nitems),
				            "the dataset '%.*s' has no item '%.*s'", STR_ARG(d->id),
				            (int)utf8_cut(body->keys[j], 60).n, body->keys[j].p);
		}
	}
}

static void check_expect(struct load *l, const struct json *node)
{
	const struct procedure *p = l->procedure;
	struct expect expect = { 0 };
	if (!shape_read(l, &shape_expect, node, &expect))
		return;
	if (node->n == 0)
		mistake(l, node, STR("eligible, pages, errors, errors_include, values, record or once"),
		        "the test expects nothing");
	size_t n = l->fields.n, pages = p->npages;
	struct str *names = ARENA_ARRAY(l->arena, struct str, n + pages + 1);
	for (size_t i = 0; i < pages; i++)
		names[i] = p->pages[i].id;
	check_names_in(l, expect.pages, "page", names, pages);
	for (size_t i = 0; i < n; i++) /* a page may be wrong too: too few items */
		names[pages + i] = l->fields.entries[i].key;
	check_names_in(l, expect.errors, "field", names, pages + n);
	check_names_in(l, expect.errors_include, "field", names, pages + n);
	if (expect.eligible && expect.eligible->kind != JSON_BOOL)
		mistake(l, expect.eligible, STR(""), "`eligible` must be true or false");
}

static void check_outputs(struct load *l, const struct json *expect, const char *key,
                          const struct pack_value *values, size_t nvalues, const char *none)
{
	const struct json *node = json_get(expect, str_c(key));
	struct str *names = ARENA_ARRAY(l->arena, struct str, nvalues + 1);
	for (size_t i = 0; i < nvalues; i++)
		names[i] = values[i].name;
	if (node && node->kind != JSON_OBJECT)
		mistake(l, node, STR(""), "`%s` must be a mapping", key);
	for (size_t i = 0; json_is(node, JSON_OBJECT) && i < node->n; i++) {
		if (!among(node->keys[i], names, nvalues))
			mistake_key(l, node, i, near_hint(l->arena, node->keys[i], names, nvalues),
			            "%s '%.*s'", none, (int)utf8_cut(node->keys[i], 60).n, node->keys[i].p);
	}
}

void check_tests(struct load *l, const struct json *root)
{
	const struct procedure *p = l->procedure;
	const struct json *list = json_get(root, STR("tests"));
	for (size_t i = 0; i < p->ntests; i++) {
		const struct pack_test *t = &p->tests[i];
		const struct json *node = json_at(list, i);
		for (size_t k = 0; k < i; k++) {
			if (t->name.n > 0 && str_eq(t->name, p->tests[k].name))
				mistake(l, where(node, "name"), STR(""), "the test '%.*s' is given twice",
				        (int)utf8_cut(t->name, 60).n, t->name.p);
		}
		const struct json *parts[] = { t->facts, t->answers, t->decision };
		static const char *const names[] = { "facts", "answers", "decision" };
		for (size_t k = 0; k < 3; k++) {
			if (parts[k] && parts[k]->kind != JSON_OBJECT)
				mistake(l, parts[k], STR(""), "`%s` must be a mapping", names[k]);
		}
		check_facts(l, t->facts);
		check_answers(l, t->answers, STR(""), 0);
		check_answers(l, t->decision, STR("decision"), 0);
		if (!t->expect)
			continue;
		check_expect(l, t->expect);
		check_outputs(l, t->expect, "values", p->values, p->nvalues, "there is no value");
		check_outputs(l, t->expect, "record", p->record, p->nrecord,
		              "the record's body has no item");
	}
}
