/* Reasons in words. Conditions that compare a fact with a value are said in a
 * sentence; anything more involved keeps its FEEL text, which people wrote to be
 * read. */
#include "rule/why.h"

#include "rule/ast.h"

enum { WORDS_DEPTH = 6, TEXT_MAX = 300 };

struct words {
	struct arena *a;
	enum why_language language;
};

struct str why_value(struct arena *a, const struct feel_value *v, enum why_language language)
{
	bool ja = language == WHY_JA;
	if (!v || v->kind == FEEL_NULL)
		return ja ? STR("なし") : STR("none");
	if (v->kind == FEEL_BOOL)
		return ja ? (v->boolean ? STR("はい") : STR("いいえ")) : (v->boolean ? STR("yes") : STR("no"));
	if (v->kind == FEEL_STRING)
		return ja ? arena_printf(a, "「%.*s」", STR_ARG(v->string))
		          : arena_printf(a, "\"%.*s\"", STR_ARG(v->string));
	if (v->kind == FEEL_DATE && ja)
		return arena_printf(a, "%d年%d月%d日", v->moment.year, v->moment.month, v->moment.day);
	struct str text = feel_to_text(a, v);
	return text.n <= TEXT_MAX ? text : ja ? STR("（長いので省略）") : STR("(too long to show)");
}

static struct str operand(struct words *w, const struct node *n)
{
	if (n->kind == N_LITERAL)
		return why_value(w->a, &n->value, w->language);
	return n->text;
}

/* "at least 50", "on or after 1 April": words around the value. */
struct phrase { char op; const char *ja, *en, *ja_time, *en_time; };
static const struct phrase phrases[] = {
	{ '<', "未満", "less than ", "より前", "before " },
	{ 'l', "以下", "at most ", "以前", "on or before " },
	{ '>', "超", "more than ", "より後", "after " },
	{ 'g', "以上", "at least ", "以降", "on or after " },
	{ '=', "", "", "", "" },
	{ '!', "以外", "not ", "以外", "not " },
};

static struct str with_phrase(struct words *w, char op, const struct node *n)
{
	struct str value = operand(w, n);
	bool time = n->kind == N_LITERAL && (n->value.kind == FEEL_DATE || n->value.kind == FEEL_TIME ||
	                                     n->value.kind == FEEL_DATE_TIME);
	for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
		const struct phrase *p = &phrases[i];
		if (p->op != op)
			continue;
		if (w->language == WHY_JA)
			return arena_printf(w->a, "%.*s%s", STR_ARG(value), time ? p->ja_time : p->ja);
		return arena_printf(w->a, "%s%.*s", time ? p->en_time : p->en, STR_ARG(value));
	}
	return value;
}

static struct str test_words(struct words *w, const struct node *n, int depth);

static struct str any_of(struct words *w, const struct node *n, int depth)
{
	struct str all = STR("");
	for (size_t i = 0; i < n->n; i++) {
		struct str one = test_words(w, n->kids[i], depth + 1);
		const char *between = w->language == WHY_JA ? "か" : " or ";
		all = i ? arena_printf(w->a, "%.*s%s%.*s", STR_ARG(all), between, STR_ARG(one)) : one;
	}
	if (!n->negate)
		return all;
	return w->language == WHY_JA ? arena_printf(w->a, "%.*s 以外", STR_ARG(all))
	                             : arena_printf(w->a, "none of %.*s", STR_ARG(all));
}

static struct str range_words(struct words *w, const struct node *n)
{
	struct str low = with_phrase(w, n->low_closed ? 'g' : '>', n->kids[0]);
	struct str high = with_phrase(w, n->high_closed ? 'l' : '<', n->kids[1]);
	return arena_printf(w->a, w->language == WHY_JA ? "%.*s%.*s" : "%.*s and %.*s", STR_ARG(low),
	                    STR_ARG(high));
}

static struct str test_words(struct words *w, const struct node *n, int depth)
{
	if (depth > WORDS_DEPTH)
		return n->text;
	if (n->kind == N_TESTS)
		return any_of(w, n, depth);
	if (n->kind == N_TEST)
		return with_phrase(w, n->op, n->kids[0]);
	if (n->kind == N_RANGE)
		return range_words(w, n);
	return operand(w, n);
}

struct str why_test(struct arena *a, const struct feel_expr *tests, enum why_language language)
{
	struct words w = { a, language };
	return test_words(&w, tests->root, 0);
}

static struct str is_words(struct words *w, struct str what, struct str than)
{
	return arena_printf(w->a, w->language == WHY_JA ? "%.*sは%.*s" : "%.*s is %.*s", STR_ARG(what),
	                    STR_ARG(than));
}

/* "age は 18 以上", "age is at least 18" */
static struct str condition_words(struct words *w, const struct node *n)
{
	static const struct { enum node_kind kind; char op; } ops[] = {
		{ N_LT, '<' }, { N_LE, 'l' }, { N_GT, '>' }, { N_GE, 'g' }, { N_EQ, '=' }, { N_NE, '!' },
	};
	for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
		if (n->kind == ops[i].kind && n->kids[1]->kind == N_LITERAL) {
			struct str than = with_phrase(w, ops[i].op, n->kids[1]);
			return is_words(w, n->kids[0]->text, than);
		}
	if (n->kind == N_IN) {
		struct str than = test_words(w, n->kids[1], 0);
		return is_words(w, n->kids[0]->text, than);
	}
	if (n->kind == N_BETWEEN) {
		struct str low = with_phrase(w, 'g', n->kids[1]);
		struct str high = with_phrase(w, 'l', n->kids[2]);
		return arena_printf(w->a, w->language == WHY_JA ? "%.*sは%.*s%.*s" : "%.*s is %.*s and %.*s",
		                    STR_ARG(n->kids[0]->text), STR_ARG(low), STR_ARG(high));
	}
	return n->text;
}

static void indent(struct buf *b, int depth)
{
	for (int i = 0; i < depth; i++)
		buf_add_c(b, "  ");
}

static void write_row(struct buf *b, struct words *w, const struct why *x, int depth)
{
	const struct rule_table *t = x->table;
	const struct rule_row *row = &t->rows[x->row];
	bool ja = w->language == WHY_JA;
	buf_printf(b, ja ? "%u行目に当てはまります" : "row %u applies", x->row + 1);
	if (x->law.n)
		buf_printf(b, ja ? "（根拠：%.*s）" : " (law: %.*s)", STR_ARG(x->law));
	if (x->note.n)
		buf_printf(b, ja ? "（%.*s）" : " (%.*s)", STR_ARG(x->note));
	buf_add_char(b, '\n');
	for (size_t i = 0; i < t->ninputs; i++) {
		if (!row->when[i])
			continue;
		struct str value = why_value(w->a, &x->inputs[i], w->language);
		struct str test = why_test(w->a, row->when[i], w->language);
		indent(b, depth + 1);
		buf_printf(b, ja ? "%.*s：%.*s（条件：%.*s）\n" : "%.*s: %.*s (asked: %.*s)\n",
		           STR_ARG(t->inputs[i].label), STR_ARG(value), STR_ARG(test));
	}
}

static const char *const troubles[][2] = {
	[TROUBLE_INPUT] = { "入力が、表に書かれた値のどれでもありません", "an input is none of the values named" },
	[TROUBLE_SEVERAL] = { "一行だけのはずが、いくつもの行に当てはまります", "several rows apply where one may" },
	[TROUBLE_DIFFERENT] = { "当てはまる行の結果がそろいません", "the rows that apply differ" },
	[TROUBLE_OUTPUT] = { "結果の順位がわかりません", "a result has no rank" },
};

static void write_table(struct buf *b, struct words *w, const struct why *x)
{
	bool ja = w->language == WHY_JA;
	struct str value = why_value(w->a, x->value, w->language), name = x->table->name;
	if (!name.n)
		name = ja ? STR("決定表") : STR("table");
	buf_printf(b, ja ? "表「%.*s」の結果は%.*s" : "table %.*s gives %.*s", STR_ARG(name), STR_ARG(value));
	if (x->trouble != TROUBLE_NONE)
		buf_printf(b, ja ? "：%s" : ": %s", troubles[x->trouble][ja ? 0 : 1]);
	else if (x->is_default)
		buf_add_c(b, ja ? "（当てはまる行がないので、決められた値）" : " (no row applies: the default)");
	else if (!x->first || x->value->kind == FEEL_NULL)
		buf_add_c(b, ja ? "（当てはまる行がありません）" : " (no row applies)");
	buf_add_char(b, '\n');
}

static void write_line(struct buf *b, struct words *w, const struct why *x, int depth)
{
	bool ja = w->language == WHY_JA;
	struct str value = why_value(w->a, x->value, w->language);
	switch (x->kind) {
	case WHY_RESULT: buf_printf(b, ja ? "結果：%.*s\n" : "result: %.*s\n", STR_ARG(value)); break;
	case WHY_DECISION: case WHY_FACT:
		buf_printf(b, ja ? "%.*s：%.*s\n" : "%.*s: %.*s\n", STR_ARG(x->name), STR_ARG(value));
		break;
	case WHY_ABSENT:
		buf_printf(b, ja ? "%.*sはわかりません\n" : "%.*s is not known\n", STR_ARG(x->name));
		break;
	case WHY_CONDITION: {
		struct str text = condition_words(w, x->node);
		buf_printf(b, ja ? "%.*s：%.*s\n" : "%.*s: %.*s\n", STR_ARG(text), STR_ARG(value));
		break;
	}
	case WHY_TABLE: write_table(b, w, x); break;
	case WHY_ROW: write_row(b, w, x, depth); break;
	}
}

static bool is_chain(const struct why *x, enum node_kind kind)
{
	return x->kind == WHY_CONDITION && x->node->kind == kind && (kind == N_AND || kind == N_OR);
}

static void write_tree(struct buf *b, struct words *w, const struct why *x, int depth);

/* "a and b and c" is one condition with three parts, however it was read. */
static void write_kids(struct buf *b, struct words *w, const struct why *x, int depth)
{
	for (const struct why *kid = x->first; kid; kid = kid->next)
		if (x->kind == WHY_CONDITION && is_chain(kid, x->node->kind))
			write_kids(b, w, kid, depth);
		else
			write_tree(b, w, kid, depth);
}

static void write_tree(struct buf *b, struct words *w, const struct why *x, int depth)
{
	indent(b, depth);
	write_line(b, w, x, depth);
	write_kids(b, w, x, depth + 1);
}

void why_write(struct buf *b, const struct why *w, enum why_language language)
{
	ARENA_AUTO a = arena_new(16 << 20);
	struct words words = { a, language };
	write_tree(b, &words, w, 0);
}
