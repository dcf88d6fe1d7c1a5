/* dmn_tck [DIR] [--known FILE]: runs a directory laid out like the DMN
 * Technology Compatibility Kit (dmn-tck/tck): every *.xml with testCases, its
 * model beside it, other models in the folder and below for imports.
 *
 * One line for each case that fails, then "N passed, N failed". --known names
 * cases that may fail, each with its reason ("file#case#result reason"); they
 * count as failed and are shown, and one that passes after all is a failure of
 * the list. Exit: 0, or 1 when anything else fails, 77 when DIR is not given
 * and ../shared/conformance/dmn-tck is not there.
 *
 * A number may differ from the expected one by 10^-8 of it, as in the kit's own
 * runner: the expected values of exp, log and stddev were made with doubles. */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "cmd/dmn_files.h"
#include "rule/xml.h"

enum {
	DEPTH_MAX = 6, FILES_MAX = 5000, FILE_MAX = 16 << 20, KNOWN_MAX = 500, SKIPPED = 77,
	ARENA_MAX = 256 << 20,
};

static const char schema[] = "http://www.w3.org/2001/XMLSchema-instance";

struct known {
	struct str name, reason;
	bool seen;
};

struct kit {
	struct arena *a;       /* of one file of cases */
	struct known known[KNOWN_MAX];
	size_t nknown, passed, failed, unknown;
};

struct cases {
	struct kit *kit;
	struct str file;
	const struct dmn_model *model;
	struct str why; /* there is no model */
};

static struct str xsi(const struct xml_node *x, const char *name)
{
	for (size_t i = 0; x && i < x->nattrs; i++)
		if (str_eq(x->attrs[i].ns, str_c(schema)) && str_eq(x->attrs[i].name, str_c(name)))
			return x->attrs[i].value;
	return STR("");
}

static struct feel_value simple_value(struct arena *a, const struct xml_node *x)
{
	struct str type = xsi(x, "type"), head, tail, text = str_trim(x->text);
	struct decimal d;
	if (str_cut(type, ':', &head, &tail))
		type = tail;
	if (str_eq(xsi(x, "nil"), STR("true")))
		return feel_null();
	if (str_eq(type, STR("boolean")))
		return feel_bool(str_eq(text, STR("true")) || str_eq(text, STR("1")));
	if (str_eq(type, STR("date")))
		return feel_parse_date(text);
	if (str_eq(type, STR("time")))
		return feel_parse_time(text);
	if (str_eq(type, STR("dateTime")))
		return feel_parse_date_time(text);
	if (str_eq(type, STR("duration")) || str_ends(type, STR("Duration")))
		return feel_parse_duration(text);
	if (!type.n || str_eq(type, STR("string")))
		return feel_string(arena_str(a, x->text));
	return dec_from_text(text, &d) ? feel_number(d) : feel_null();
}

/* <value>, <list><item>…, or <component name>… */
static struct feel_value value_of(struct arena *a, const struct xml_node *x)
{
	const struct xml_node *list = xml_child(x, "list"), *value = xml_child(x, "value");
	if (list && !str_eq(xsi(list, "nil"), STR("true"))) {
		size_t n = 0;
		for (XML_EACH(c, list, "item"))
			n++;
		struct feel_value *items = ARENA_ARRAY(a, struct feel_value, n);
		n = 0;
		for (XML_EACH(c, list, "item"))
			items[n++] = value_of(a, c);
		return feel_list(items, n);
	}
	if (xml_child(x, "component")) {
		struct feel_context_builder b = feel_context_new(a);
		for (XML_EACH(c, x, "component"))
			feel_put(&b, xml_attr(c, "name"), value_of(a, c));
		return feel_context_done(&b);
	}
	return value ? simple_value(a, value) : feel_null();
}

static bool near(struct decimal x, struct decimal y)
{
	struct decimal tolerance, difference = dec_abs(dec_sub(x, y)), size = dec_abs(y);
	if (dec_cmp(x, y) == 0)
		return true;
	dec_from_text(STR("0.00000001"), &tolerance);
	if (dec_cmp(size, dec_int(1)) < 0)
		size = dec_int(1);
	return dec_cmp(difference, dec_mul(size, tolerance)) < 0;
}

static bool same(const struct feel_value *x, const struct feel_value *y)
{
	if (x->kind != y->kind)
		return false;
	if (x->kind == FEEL_NULL)
		return true;
	if (x->kind == FEEL_NUMBER)
		return near(x->number, y->number);
	if (x->kind == FEEL_LIST) {
		for (size_t i = 0; x->list.n == y->list.n && i < x->list.n; i++)
			if (!same(&x->list.items[i], &y->list.items[i]))
				return false;
		return x->list.n == y->list.n;
	}
	if (x->kind == FEEL_CONTEXT) {
		for (size_t i = 0; x->context.n == y->context.n && i < x->context.n; i++) {
			const struct feel_value *v = feel_get(y, x->context.keys[i]);
			if (!v || !same(&x->context.values[i], v))
				return false;
		}
		return x->context.n == y->context.n;
	}
	return feel_equal(x, y) == FEEL_TRUE;
}

static struct known *known_case(struct kit *k, struct str name)
{
	for (size_t i = 0; i < k->nknown; i++)
		if (str_eq(k->known[i].name, name))
			return &k->known[i];
	return NULL;
}

static void verdict(struct cases *c, struct str name, bool passed, struct str detail)
{
	struct known *known = known_case(c->kit, name);
	if (known)
		known->seen = true;
	if (passed) {
		c->kit->passed++;
		if (!known)
			return;
		c->kit->unknown++;
		printf("%.*s: is in the list of known failures, but passes\n", STR_ARG(name));
		return;
	}
	c->kit->failed++;
	c->kit->unknown += !known;
	printf("%.*s: %.*s%s%.*s\n", STR_ARG(name), STR_ARG(detail), known ? " · known: " : "",
	       known ? (int)known->reason.n : 0, known ? known->reason.p : "");
}

/* Of a service with one output the result is that output's value. */
static const struct feel_value *result_in(const struct feel_value *v, struct str name, bool service)
{
	const struct feel_value *part = service ? feel_get(v, name) : NULL;
	return part ? part : v;
}

static void run_result(struct cases *c, const struct xml_node *test, const struct xml_node *result,
                       const struct feel_value *inputs)
{
	struct arena *a = c->kit->a;
	struct str invoked = xml_attr(test, "invocableName"), name = xml_attr(result, "name");
	struct str id = arena_printf(a, "%.*s#%.*s#%.*s", STR_ARG(c->file), STR_ARG(xml_attr(test, "id")),
	                             STR_ARG(name));
	struct feel_scope scope = { .names = inputs, .now_us = 1767225600000000 };
	struct dmn_outcome o = { 0 };
	struct err err = { 0 };
	if (!c->model) {
		verdict(c, id, false, c->why);
		return;
	}
	if (is_err(dmn_decide(c->model, invoked.n ? invoked : name, &scope, a, &o, &err))) {
		verdict(c, id, false, arena_str(a, str_c(err.what)));
		return;
	}
	struct feel_value expected = value_of(a, xml_child(result, "expected"));
	const struct feel_value *got = result_in(o.value, name, invoked.n > 0);
	struct str trouble = o.ntroubles ? o.troubles[0].en : STR("");
	verdict(c, id, same(got, &expected),
	        arena_printf(a, "expected %.*s, found %.*s%s%.*s%s", STR_ARG(feel_to_text(a, &expected)),
	                     STR_ARG(feel_to_text(a, got)), trouble.n ? " (" : "", STR_ARG(trouble),
	                     trouble.n ? ")" : ""));
}

static void run_case(struct cases *c, const struct xml_node *test)
{
	struct feel_context_builder inputs = feel_context_new(c->kit->a);
	for (XML_EACH(x, test, "inputNode"))
		feel_put(&inputs, xml_attr(x, "name"), value_of(c->kit->a, x));
	struct feel_value names = feel_context_done(&inputs);
	for (XML_EACH(x, test, "resultNode"))
		run_result(c, test, x, &names);
}

static void load_model(struct cases *c, struct str dir, struct str name)
{
	struct err err = { 0 };
	if (is_err(dmn_files_read(c->kit->a, file_join(c->kit->a, dir, name), &c->model, &err)))
		c->why = arena_str(c->kit->a, str_c(err.what));
	if (!c->model || !getenv("DMN_TCK_PROBLEMS"))
		return;
	const struct dmn_problem *p;
	for (size_t i = 0, np = dmn_problems(c->model, &p); i < np; i++)
		printf("  %.*s:%u:%u: %.*s: %.*s\n", STR_ARG(p[i].file), p[i].line, p[i].col,
		       STR_ARG(p[i].element), STR_ARG(p[i].en));
}

static void run_file(struct kit *k, struct str dir, struct str name)
{
	ARENA_AUTO a = arena_new(ARENA_MAX);
	struct cases c = { .kit = k, .file = name };
	struct err err = { 0 };
	struct str text;
	const struct xml_node *root;
	k->a = a;
	if (is_err(file_read(a, file_join(a, dir, name), FILE_MAX, &text, &err)) ||
	    is_err(xml_parse(a, text, &root, &err))) {
		verdict(&c, name, false, str_c(err.what));
		return;
	}
	if (!xml_named(root, "testCases"))
		return;
	const struct xml_node *model = xml_child(root, "modelName");
	load_model(&c, dir, model ? str_trim(model->text) : STR("?"));
	for (XML_EACH(test, root, "testCase"))
		run_case(&c, test);
}

static void walk(struct kit *k, struct arena *a, struct str dir, int depth)
{
	struct str *names;
	size_t n;
	struct err err = { 0 };
	if (depth > DEPTH_MAX || is_err(file_list(a, dir, FILES_MAX, &names, &n, &err)))
		return;
	for (size_t i = 0; i < n; i++) {
		struct str path = file_join(a, dir, names[i]);
		if (file_is_dir(path))
			walk(k, a, path, depth + 1);
		else if (str_ends(names[i], STR(".xml")))
			run_file(k, dir, names[i]);
	}
}

static bool read_known(struct kit *k, struct arena *a, const char *path)
{
	struct str text, line, rest;
	struct err err = { 0 };
	if (is_err(file_read(a, str_c(path), FILE_MAX, &text, &err))) {
		fprintf(stderr, "dmn_tck: %s\n", err.what);
		return false;
	}
	for (bool more = true; more && k->nknown < KNOWN_MAX; text = rest) {
		struct known *entry = &k->known[k->nknown];
		more = str_cut(text, '\n', &line, &rest);
		line = str_trim(line);
		if (!line.n || line.p[0] == '#' || !str_cut(line, '\t', &entry->name, &entry->reason))
			continue;
		entry->reason = str_trim(entry->reason);
		k->nknown++;
	}
	return true;
}

/* $MUSUBI_SHARED or ../shared beside the source. */
static struct str default_dir(struct arena *a)
{
	struct str shared = str_c(getenv("MUSUBI_SHARED")), source = str_c(getenv("MUSUBI_SOURCE"));
	if (!shared.n)
		shared = file_join(a, source.n ? source : STR("."), STR("../shared"));
	return file_join(a, shared, STR("conformance/dmn-tck"));
}

int main(int argc, char **argv)
{
	ARENA_AUTO a = arena_new(0);
	struct kit *k = ARENA_NEW(a, struct kit);
	struct str dir = STR("");
	for (int i = 1; i < argc; i++) {
		if (str_eq(str_c(argv[i]), STR("--known")) && i + 1 < argc) {
			if (!read_known(k, a, argv[++i]))
				return 2;
		} else {
			dir = str_c(argv[i]);
		}
	}
	bool given = dir.n > 0;
	dir = given ? dir : default_dir(a);
	if (!file_is_dir(dir)) {
		printf("%.*s is not there: the kit was not run\n", STR_ARG(dir));
		return given ? 2 : SKIPPED;
	}
	walk(k, a, dir, 0);
	printf("%zu passed, %zu failed\n", k->passed, k->failed);
	return k->unknown || !k->passed ? 1 : 0;
}
