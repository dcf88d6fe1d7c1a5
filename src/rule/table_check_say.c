/* What the table checker says: findings, regions of inputs and examples as people
 * read them, "age in [5..10), use = \"owned\"". */
#include "rule/table_check_parts.h"

#include "base/utf8.h"

enum { RUNS_MAX = 4, VALUE_BYTES_MAX = 80, LABEL_BYTES_MAX = 60 };

struct str check_value_text(struct check *c, const struct feel_value *v)
{
	struct feel_value list = feel_list(v, 1);
	struct str text = feel_to_text(c->a, &list);
	text = text.n >= 2 ? str_sub(text, 1, text.n - 2) : text;
	return text.n <= VALUE_BYTES_MAX ? text
	       : arena_printf(c->a, "%.*s…", STR_ARG(utf8_cut(text, VALUE_BYTES_MAX)));
}

static struct str label_of(struct str label)
{
	return label.n <= LABEL_BYTES_MAX ? label : utf8_cut(label, LABEL_BYTES_MAX);
}

struct rule_place check_place(const struct check *c, size_t row, int32_t column)
{
	const struct rule_row *r = &c->t->rows[row];
	if (column >= 0 && r->places && r->places[column].line)
		return r->places[column];
	return (struct rule_place){ .line = r->line, .col = r->line ? 1 : 0 };
}

void check_say(struct check *c, struct say s, const struct word_arg *args, size_t n)
{
	struct table_finding f = { .level = s.level, .code = s.code, .row = s.row, .other = s.other,
		.column = s.column, .line = s.place.line, .col = s.place.col };
	if (c->n == TABLE_FINDINGS_MAX - 1) { /* the last place is for saying so */
		c->dropped++;
		return;
	}
	if (c->n == c->cap) {
		size_t cap = c->cap ? c->cap * 2 : 8;
		struct table_finding *list = ARENA_ARRAY(c->a, struct table_finding, cap);
		if (c->n)
			memcpy(list, c->list, c->n * sizeof *list);
		c->list = list;
		c->cap = cap;
	}
	rule_say(c->a, s.code, args, n, STR(""), &f.en, &f.ja);
	f.hint_en = f.hint_ja = STR("");
	if (s.hint.n) {
		f.hint_en = arena_printf(c->a, "did you mean '%.*s'?", STR_ARG(s.hint));
		f.hint_ja = arena_printf(c->a, "「%.*s」のことですか", STR_ARG(s.hint));
	}
	c->list[c->n++] = f;
}

/* One input of a region while it is written: pieces in runs. */
struct region {
	struct check *c;
	const struct axis *x;
	const uint64_t *classes;
	struct word_arg text;
	size_t runs;
};

static bool holds(const struct region *r, size_t piece)
{
	return set_has(r->x->inside, piece) && set_has(r->classes, r->x->class_of[piece]);
}

static void add_run(struct region *r, struct word_arg w)
{
	struct arena *a = r->c->a;
	if (r->runs++ >= RUNS_MAX) {
		if (r->runs == RUNS_MAX + 1)
			r->text = (struct word_arg){ arena_join(a, r->text.en, STR(" …")),
				arena_join(a, r->text.ja, STR(" …")) };
		return;
	}
	bool more = r->runs > 1;
	r->text.en = arena_printf(a, "%.*s%s%.*s", STR_ARG(r->text.en), more ? " or " : "",
	                          STR_ARG(w.en));
	r->text.ja = arena_printf(a, "%.*s%s%.*s", STR_ARG(r->text.ja), more ? " か " : "",
	                          STR_ARG(w.ja));
}

static struct str point_text(struct region *r, const struct line *l, size_t piece)
{
	return check_value_text(r->c, &l->points[(piece - l->first) / 2]);
}

/* Pieces from..to of a line, as FEEL has it. */
static void line_run(struct region *r, const struct line *l, size_t from, size_t to)
{
	struct arena *a = r->c->a;
	size_t end = l->first + 2 * l->npoints;
	bool low_closed = (from - l->first) % 2, high_closed = (to - l->first) % 2;
	bool low = from > l->first, high = to < end;
	struct str s;
	if (!low && !high) {
		struct word_arg kind = word_kind((int)l->kind);
		add_run(r, (struct word_arg){ arena_printf(a, "any %.*s", STR_ARG(kind.en)),
		                              arena_printf(a, "どの%.*sでも", STR_ARG(kind.ja)) });
		return;
	}
	if (from == to && low_closed)
		s = arena_printf(a, "= %.*s", STR_ARG(point_text(r, l, from)));
	else if (!low)
		s = arena_printf(a, "%s %.*s", high_closed ? "<=" : "<",
		                 STR_ARG(point_text(r, l, high_closed ? to : to + 1)));
	else if (!high)
		s = arena_printf(a, "%s %.*s", low_closed ? ">=" : ">",
		                 STR_ARG(point_text(r, l, low_closed ? from : from - 1)));
	else
		s = arena_printf(a, "in %s%.*s..%.*s%s", low_closed ? "[" : "(",
		                 STR_ARG(point_text(r, l, low_closed ? from : from - 1)),
		                 STR_ARG(point_text(r, l, high_closed ? to : to + 1)),
		                 high_closed ? "]" : ")");
	add_run(r, word_same(s));
}

/* Texts that are none of those in a list say more than the gaps between them. */
static bool text_but(struct region *r, const struct line *l)
{
	struct str s = STR("");
	size_t out = 0;
	for (size_t p = l->first; p <= l->first + 2 * l->npoints; p += 2)
		if (set_has(r->x->inside, p) && !holds(r, p))
			return false;
	if (!holds(r, l->first + 2 * l->npoints))
		return false;
	for (size_t p = l->first + 1; p < l->first + 2 * l->npoints; p += 2)
		if (!holds(r, p) && ++out <= RUNS_MAX)
			s = arena_printf(r->c->a, "%.*s%s%.*s", STR_ARG(s), out > 1 ? ", " : "",
			                 STR_ARG(point_text(r, l, p)));
	if (!out)
		return false;
	add_run(r, word_same(arena_printf(r->c->a, "not(%.*s%s)", STR_ARG(s), out > RUNS_MAX ? " …" : "")));
	return true;
}

/* Runs of pieces; those that hold no value join their neighbours. */
static void line_runs(struct region *r, const struct line *l)
{
	size_t end = l->first + 2 * l->npoints;
	if (l->kind == FEEL_STRING && text_but(r, l))
		return;
	for (size_t p = l->first; p <= end; p++) {
		if (!holds(r, p))
			continue;
		size_t last = p, q = p;
		while (q < end && !r->x->enumerated && (holds(r, q + 1) || !set_has(r->x->inside, q + 1))) {
			q++;
			last = holds(r, q) ? q : last;
		}
		line_run(r, l, p, last);
		p = q;
	}
}

static struct word_arg axis_region(struct check *c, const struct axis *x, const uint64_t *classes)
{
	struct region r = { .c = c, .x = x, .classes = classes, .text = { STR(""), STR("") } };
	if (holds(&r, PIECE_NULL))
		add_run(&r, word_same(STR("= null")));
	if (holds(&r, PIECE_OTHER))
		add_run(&r, (struct word_arg){ STR("anything"), STR("何でも") });
	for (size_t i = 0; i < x->nlines; i++)
		line_runs(&r, &x->lines[i]);
	return r.text;
}

struct word_arg check_region(struct check *c, const uint64_t *const *box)
{
	struct word_arg all = { STR(""), STR("") };
	for (size_t k = 0; k < c->naxes; k++) {
		const struct axis *x = &c->axes[k];
		struct str label = label_of(x->label);
		if (set_within(x->all, box[k], x->nwords))
			continue;
		struct word_arg one = axis_region(c, x, box[k]);
		all.en = arena_printf(c->a, "%.*s%s%.*s %.*s", STR_ARG(all.en), all.en.n ? ", " : "",
		                      STR_ARG(label), STR_ARG(one.en));
		all.ja = arena_printf(c->a, "%.*s%s%.*s %.*s", STR_ARG(all.ja), all.ja.n ? "、" : "",
		                      STR_ARG(label), STR_ARG(one.ja));
	}
	return all.en.n ? all : (struct word_arg){ STR("anything"), STR("すべての場合") };
}

/* The piece that says most: a point, or else a bounded gap. */
static size_t best_piece(const struct axis *x, const uint64_t *classes)
{
	size_t best = PIECE_NULL;
	int rank = -1;
	for (size_t k = 0; k < x->nclasses; k++) {
		size_t piece = x->example[k];
		int r = piece == PIECE_NULL ? 0 : piece == PIECE_OTHER ? 1 : 2;
		if (set_has(classes, k) && r > rank) {
			rank = r;
			best = piece;
		}
	}
	return best;
}

struct word_arg check_example(struct check *c, const uint64_t *const *box)
{
	struct word_arg all = { STR(""), STR("") };
	for (size_t k = 0; k < c->naxes; k++) {
		const struct axis *x = &c->axes[k];
		struct str label = label_of(x->label), text = STR("…");
		struct feel_value v;
		if (piece_value(c, x, best_piece(x, box[k]), &v))
			text = check_value_text(c, &v);
		all.en = arena_printf(c->a, "%.*s%s%.*s = %.*s", STR_ARG(all.en), all.en.n ? ", " : "",
		                      STR_ARG(label), STR_ARG(text));
		all.ja = arena_printf(c->a, "%.*s%s%.*s = %.*s", STR_ARG(all.ja), all.ja.n ? "、" : "",
		                      STR_ARG(label), STR_ARG(text));
	}
	return all;
}
