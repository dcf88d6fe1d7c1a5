/* Compiles the expressions of a procedure, once all its names are known.
 *
 * A `when` or `from` that reads an answer asked later is a mistake: the page
 * would change behind the citizen's back, or never appear. */
#include "base/utf8.h"
#include "pack/load.h"
#include "rule/value.h"

void pend(struct load *l, const struct json *node, const struct feel_expr **dest,
          enum scope scope, bool early)
{
	if (scope == SCOPE_NONE || !l->procedure)
		return;
	struct pending *x = ARENA_NEW(l->arena, struct pending);
	*x = (struct pending){
		.src = l->src, .node = node, .dest = dest, .scope = scope, .page = l->page,
		.order = l->order, .early = early, .nvalues = l->nvalues,
	};
	*l->pending_end = x;
	l->pending_end = &x->next;
}

static struct str source_of(const struct json *node)
{
	if (node->kind == JSON_BOOL)
		return node->boolean ? STR("true") : STR("false");
	return node->text;
}

/* The compiler counts within the expression; people count within the file. */
static void report(struct load *l, const struct pending *x, const struct feel_diag *diag)
{
	struct place at = place_of_text(x->src, x->node);
	if (diag->line > 1)
		at.line += diag->line - 1;
	else if (diag->col > 1)
		at.col += diag->col - 1;
	struct str message = str_c(diag->message), hint = STR("");
	size_t ask = str_find(message, STR(": did you mean"));
	if (ask != STR_NONE) {
		hint = arena_str(l->arena, str_from(message, ask + 2));
		message = str_sub(message, 0, ask);
	}
	issue_add(&l->issues, x->src, at, false, hint, "expression: %.*s", STR_ARG(message));
}

/* The field that a name read by an expression belongs to; NULL when it is none,
 * or when the register has answered it already. */
static const struct field_seen *field_read(struct load *l, const struct pending *x, struct str name)
{
	bool item = x->page && x->page->group.n > 0 && str_starts(name, STR("item."));
	if (item && known_by_register(l, x->page, str_from(name, 5)))
		return NULL;
	if (item)
		name = arena_printf(l->arena, "%.*s.%.*s", STR_ARG(x->page->group),
		                    STR_ARG(str_from(name, 5)));
	for (struct str head = name; head.n > 0;) {
		const struct field_seen *seen = map_get(&l->fields, head);
		if (seen)
			return seen;
		for (size_t i = 0; i < l->fields.n; i++) { /* a whole group */
			seen = l->fields.entries[i].value;
			if (seen->page && str_eq(seen->page->group, head))
				return seen;
		}
		size_t dot = str_rfind_char(head, '.');
		head = dot == STR_NONE ? STR("") : str_sub(head, 0, dot);
	}
	return NULL;
}

static void check_early(struct load *l, const struct pending *x)
{
	const struct str *reads;
	size_t n = feel_reads(*x->dest, &reads);
	for (size_t i = 0; i < n; i++) {
		const struct field_seen *seen = field_read(l, x, reads[i]);
		if (seen && seen->order > x->order)
			issue_add(&l->issues, x->src, place_of_text(x->src, x->node), false,
			          STR("move the question it depends on to an earlier place"),
			          "'%.*s' is asked only later, in line %u", STR_ARG(reads[i]),
			          seen->place.line);
	}
}

/* option label("damage.cause") names a field in a text, which the compiler does
 * not look into. */
static void check_labels(struct load *l, const struct pending *x)
{
	struct str rest = source_of(x->node), call = STR("option label(\"");
	for (size_t at; (at = str_find(rest, call)) != STR_NONE;) {
		struct str id;
		(void)str_cut(str_from(rest, at + call.n), '"', &id, &rest);
		const struct field_seen *seen = map_get(&l->fields, id);
		if (seen && seen->field->noptions > 0)
			continue;
		struct str *ids = ARENA_ARRAY(l->arena, struct str, l->fields.n + 1);
		size_t n = 0;
		for (size_t i = 0; i < l->fields.n; i++) {
			const struct field_seen *other = l->fields.entries[i].value;
			if (other->field->noptions > 0)
				ids[n++] = l->fields.entries[i].key;
		}
		issue_add(&l->issues, x->src, place_of_text(x->src, x->node), false,
		          near_hint(l->arena, id, ids, n), "option label: '%.*s' is no field with options",
		          (int)utf8_cut(id, 60).n, id.p);
	}
}

/* A question whose own answer the expression does not read would never be asked. */
static void check_matters(struct load *l, const struct pending *x)
{
	const struct str *reads;
	size_t n = feel_reads(*x->dest, &reads);
	for (size_t i = 0; x->page && i < l->fields.n; i++) {
		const struct field_seen *seen = l->fields.entries[i].value;
		if (&seen->field->matters != x->dest)
			continue;
		for (size_t k = 0; k < n; k++)
			if (str_eq(reads[k], seen->field->id) ||
			    (str_starts(reads[k], seen->field->id) && reads[k].p[seen->field->id.n] == '.'))
				return;
		issue_add(&l->issues, x->src, place_of_text(x->src, x->node), false,
		          STR("name what the answer decides: matters: a = true or b = true"),
		          "`matters` does not read '%.*s', so it would never be asked",
		          STR_ARG(seen->field->id));
	}
}

/* The options of a fact: of the field it is the answer of, or of the dataset's item;
 * NULL: none are known. */
static const struct pack_option *options_of(struct load *l, const struct pending *x,
                                            struct str name, size_t *ret_n)
{
	const struct field_seen *seen = field_read(l, x, name);
	const struct procedure *p = l->procedure;
	struct str head, tail;
	if (seen && str_ends(name, seen->field->id)) {
		*ret_n = seen->field->noptions;
		return seen->field->options;
	}
	if (!str_cut(name, '.', &head, &tail))
		return NULL;
	for (size_t i = 0; i < p->nprefills; i++) {
		const struct dataset *d = str_eq(p->prefills[i].as, head)
		                        ? map_get(&l->datasets, p->prefills[i].dataset) : NULL;
		const struct dataset_item *item = d ? dataset_item(d, tail) : NULL;
		if (!item)
			continue;
		*ret_n = item->noptions;
		return item->options;
	}
	return NULL;
}

/* A choice compared with what it can never be. */
static void check_options(struct load *l, const struct pending *x)
{
	const struct feel_compare *list;
	size_t n = feel_compares(*x->dest, l->arena, &list);
	for (size_t i = 0; i < n; i++) {
		size_t count = 0;
		const struct pack_option *options = options_of(l, x, list[i].name, &count);
		struct str *codes = ARENA_ARRAY(l->arena, struct str, count + 1);
		bool found = !options || !count;
		for (size_t k = 0; options && k < count; k++) {
			codes[k] = options[k].code;
			found |= str_eq(codes[k], list[i].text);
		}
		if (!found)
			issue_add(&l->issues, x->src, place_of_text(x->src, x->node), false,
			          near_hint(l->arena, list[i].text, codes, count),
			          "'%.*s' is no option of '%.*s' (選択肢にありません)",
			          (int)utf8_cut(list[i].text, 60).n, list[i].text.p, STR_ARG(list[i].name));
	}
}

static void compile(struct load *l, const struct pending *x, const struct feel_value *known)
{
	struct feel_diag diag = { 0 };
	struct err err = { 0 };
	struct result r = feel_compile(l->arena, source_of(x->node), known, x->dest, &diag, &err);
	if (is_err(r)) {
		if (diag.message[0] == '\0')
			memcpy(diag.message, err.what, sizeof diag.message - 1);
		report(l, x, &diag);
		return;
	}
	check_labels(l, x);
	check_options(l, x);
	check_matters(l, x);
	if (x->early)
		check_early(l, x);
}

void compile_pending(struct load *l)
{
	const struct feel_value *plain[SCOPE_DECIDE + 1] = { 0 };
	/* The list an item comes from is compiled first: `item` takes its names. */
	for (const struct pending *x = l->pending; x; x = x->next) {
		if (x->page && x->dest == &x->page->group_from)
			compile(l, x, known_names(l, SCOPE_ANSWERS, NULL, 0));
	}
	const struct pack_page *page = NULL;
	for (const struct pending *x = l->pending; x; x = x->next) {
		if (x->page && x->dest == &x->page->group_from)
			continue;
		if (arena_over(l->arena)) { /* the names alone are too many: stop before memory does */
			issue_add(&l->issues, x->src, place_of_text(x->src, x->node), false,
			          STR("split the procedure"), "too many names and expressions");
			break;
		}
		bool fresh = x->scope == SCOPE_VALUES || (x->scope == SCOPE_ITEM && x->page != page);
		if (fresh || !plain[x->scope])
			plain[x->scope] = known_names(l, x->scope, x->page, x->scope == SCOPE_DECIDE
			                              ? l->procedure->nvalues : x->nvalues);
		page = x->scope == SCOPE_ITEM ? x->page : page;
		compile(l, x, plain[x->scope]);
	}
	l->procedure->known = known_names(l, SCOPE_DECIDE, NULL, l->procedure->nvalues);
}
