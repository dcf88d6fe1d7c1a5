/* for, some, every, filters, and unary tests over lists. */
#include "rule/machine.h"

#include "rule/temporal.h"

/* What an iteration walks over: the items of a list, or steps of a span. */
struct domain {
	struct feel_value list;
	bool span;
	enum feel_kind kind;   /* of a span: NUMBER or DATE */
	int64_t low, high;
};

static bool span_end(const struct feel_value *v, struct domain *d, int64_t *ret)
{
	d->kind = v->kind;
	if (v->kind == FEEL_NUMBER)
		return dec_to_i64(v->number, ret);
	if (v->kind == FEEL_DATE) {
		*ret = civil_days(v->moment.year, v->moment.month, v->moment.day);
		return true;
	}
	return false;
}

static bool make_span(const struct feel_value *low, const struct feel_value *high,
                      struct domain *d)
{
	d->span = true;
	return low->kind == high->kind && span_end(low, d, &d->low) && span_end(high, d, &d->high);
}

static bool range_domain(const struct feel_range *r, struct domain *d)
{
	if (r->op != FEEL_RANGE_PLAIN || !make_span(&r->low, &r->high, d))
		return false;
	int64_t toward = d->low <= d->high ? 1 : -1;
	if (!r->low_closed)
		d->low += toward;
	if (!r->high_closed)
		d->high -= toward;
	if ((d->low <= d->high ? 1 : -1) != toward && d->low != d->high) /* nothing is inside */
		*d = (struct domain){ .list = feel_list(NULL, 0) };
	return true;
}

/* False when nothing can be iterated there. */
static bool domain_of(struct machine *m, const struct node *n, const struct frame *f,
                      struct domain *d)
{
	*d = (struct domain){ .span = false };
	if (n->kind == N_SPAN) {
		struct feel_value low = machine_eval(m, n->kids[0], f);
		struct feel_value high = machine_eval(m, n->kids[1], f);
		return make_span(&low, &high, d);
	}
	d->list = machine_eval(m, n, f);
	if (d->list.kind == FEEL_NULL)
		return false;
	if (d->list.kind == FEEL_RANGE)
		return range_domain(d->list.range, d);
	if (d->list.kind != FEEL_LIST) {
		struct feel_value *one = machine_alloc(m, 1, sizeof *one);
		*one = d->list;
		d->list = feel_list(one, 1);
	}
	return true;
}

static uint64_t domain_size(const struct domain *d)
{
	if (!d->span)
		return d->list.list.n;
	uint64_t distance = d->low <= d->high ? (uint64_t)d->high - (uint64_t)d->low
	                                      : (uint64_t)d->low - (uint64_t)d->high;
	return distance == UINT64_MAX ? distance : distance + 1;
}

static struct feel_value domain_item(const struct domain *d, uint64_t i)
{
	if (!d->span)
		return d->list.list.items[i];
	int64_t v = d->low <= d->high ? d->low + (int64_t)i : d->low - (int64_t)i;
	if (d->kind == FEEL_NUMBER)
		return feel_int(v);
	struct feel_moment day = { 0 };
	return civil_from_days(v, &day) ? feel_moment(FEEL_DATE, day) : feel_null();
}

/* Boxed filters and quantifiers take only booleans and null from their tests. */
static bool no_test(const struct node *n, const struct feel_value *v)
{
	return n->boxed && v->kind != FEEL_BOOL && v->kind != FEEL_NULL;
}

/* One loop of for, some or every; `visit` sees the innermost rounds. */
struct loop {
	struct machine *m;
	const struct node *n;
	struct values out;         /* for */
	enum feel_truth truth;     /* some, every */
	bool broken;               /* a domain or a test that is none */
	bool done;
};

static void loop_round(struct loop *l, const struct frame *f)
{
	const struct node *body = l->n->kids[l->n->n - 1];
	static const struct str partial[] = { STR_INIT("partial") };
	if (l->n->kind == N_FOR) {
		struct feel_value so_far = values_list(&l->out);
		struct frame own = { .up = f, .names = partial, .values = &so_far, .n = 1 };
		struct feel_value v = machine_eval(l->m, body, &own);
		values_push(l->m, &l->out, v);
		return;
	}
	struct feel_value v = machine_eval(l->m, body, f);
	enum feel_truth t = value_truth(&v);
	if (no_test(l->n, &v)) {
		l->broken = true;
		return;
	}
	bool some = l->n->kind == N_SOME;
	l->truth = some ? truth_or(l->truth, t) : truth_and(l->truth, t);
	l->done = l->truth == (some ? FEEL_TRUE : FEEL_FALSE);
}

static void loop_run(struct loop *l, const struct frame *f, size_t level)
{
	struct domain d;
	if (level == l->n->nnames) {
		loop_round(l, f);
		return;
	}
	if (!domain_of(l->m, l->n->kids[level], f, &d)) {
		l->broken = true;
		return;
	}
	uint64_t size = domain_size(&d);
	for (uint64_t i = 0; i < size && !l->broken && !l->done; i++) {
		machine_step(l->m, 1);
		struct feel_value item = domain_item(&d, i);
		struct frame own = { .up = f, .names = &l->n->names[level], .values = &item, .n = 1 };
		loop_run(l, &own, level + 1);
	}
}

struct feel_value loop_for(struct machine *m, const struct node *n, const struct frame *f)
{
	struct loop l = { .m = m, .n = n };
	loop_run(&l, f, 0);
	return l.broken ? feel_null() : values_list(&l.out);
}

struct feel_value loop_quantified(struct machine *m, const struct node *n, const struct frame *f)
{
	struct loop l = { .m = m, .n = n, .truth = n->kind == N_SOME ? FEEL_FALSE : FEEL_TRUE };
	loop_run(&l, f, 0);
	return l.broken ? feel_null() : truth_value(l.truth);
}

/* list[3], list[-1] */
static struct feel_value at_index(const struct feel_value *items, size_t n, struct decimal d)
{
	int64_t i;
	if (!dec_to_i64(d, &i) || i == 0)
		return feel_null();
	if (i < 0)
		i += (int64_t)n + 1;
	return i >= 1 && (uint64_t)i <= n ? items[i - 1] : feel_null();
}

/* list[condition] and list[index]; a value that is no list counts as a list of
 * one, null as none (DMN 1.5 §10.3.2.5). */
struct feel_value loop_filter(struct machine *m, const struct node *n, const struct frame *f)
{
	struct feel_value subject = machine_eval(m, n->kids[0], f);
	const struct feel_value *items = &subject;
	size_t count = subject.kind == FEEL_NULL ? 0 : 1;
	struct values out = { 0 };
	if (subject.kind == FEEL_LIST) {
		items = subject.list.items;
		count = subject.list.n;
	}
	const struct node *test = n->kids[1];
	if (count == 0 || test->kind == N_LITERAL) {
		struct feel_value v = machine_eval(m, test, f);
		if (v.kind == FEEL_NUMBER)
			return at_index(items, count, v.number);
		if (count == 0)
			return feel_list(NULL, 0);
	}
	for (size_t i = 0; i < count; i++) {
		struct frame own = { .up = f, .item = &items[i] };
		machine_step(m, 1);
		struct feel_value v = machine_eval(m, test, &own);
		if (i == 0 && v.kind == FEEL_NUMBER)
			return at_index(items, count, v.number);
		if (no_test(n, &v))
			return feel_null();
		if (feel_true(&v))
			values_push(m, &out, items[i]);
	}
	return values_list(&out);
}

struct feel_value range_property(const struct feel_range *r, struct str name)
{
	if (r->op == FEEL_RANGE_OTHER)
		return feel_null();
	if (str_eq(name, STR("start")))
		return r->low;
	if (str_eq(name, STR("end")))
		return r->high;
	if (str_eq(name, STR("start included")))
		return feel_bool(r->low_closed);
	if (str_eq(name, STR("end included")))
		return feel_bool(r->high_closed);
	return feel_null();
}

/* Is the input this value, inside this range, or in this list? */
static enum feel_truth member(struct machine *m, const struct feel_value *input,
                              const struct feel_value *v)
{
	enum feel_truth any;
	machine_step(m, 1);
	if (v->kind == FEEL_RANGE && input->kind != FEEL_RANGE)
		return feel_in_range(input, v->range);
	any = machine_equal(m, input, v);
	if (v->kind != FEEL_LIST || any == FEEL_TRUE)
		return any;
	any = FEEL_FALSE;
	for (size_t i = 0; i < v->list.n && any != FEEL_TRUE; i++) {
		const struct feel_value *x = &v->list.items[i];
		enum feel_truth t = x->kind == FEEL_RANGE && input->kind != FEEL_RANGE
		                  ? feel_in_range(input, x->range) : machine_equal(m, input, x);
		any = t == FEEL_TRUE ? t : any; /* what cannot be compared is not it */
	}
	return any;
}

static enum feel_truth test_operator(struct machine *m, char op, const struct feel_value *input,
                                     const struct feel_value *v)
{
	int c;
	if (op == '=')
		return machine_equal(m, input, v);
	if (op == '!')
		return truth_not(machine_equal(m, input, v));
	if (!feel_order(input, v, &c))
		return FEEL_UNKNOWN;
	bool holds = op == '<' ? c < 0 : op == 'l' ? c <= 0 : op == '>' ? c > 0 : c >= 0;
	return holds ? FEEL_TRUE : FEEL_FALSE;
}

enum feel_truth machine_test(struct machine *m, const struct node *test, const struct frame *f,
                             const struct feel_value *input)
{
	static const struct str question[] = { STR_INIT("?") };
	struct frame own = { .up = f, .names = question, .values = input, .n = 1 };
	if (test->kind == N_ANY)
		return FEEL_TRUE;
	if (test->kind == N_TESTS) {
		enum feel_truth any = FEEL_FALSE;
		for (size_t i = 0; i < test->n && any != FEEL_TRUE; i++)
			any = truth_or(any, machine_test(m, test->kids[i], f, input));
		return test->negate ? truth_not(any) : any;
	}
	if (test->kind == N_TEST) {
		struct feel_value v = machine_eval(m, test->kids[0], &own);
		return test_operator(m, test->op, input, &v);
	}
	struct feel_value v = machine_eval(m, test, &own);
	/* A test that reads "?" says yes or no itself; another value is compared. */
	if (test->asks_input && (v.kind == FEEL_BOOL || v.kind == FEEL_NULL))
		return value_truth(&v);
	return member(m, input, &v);
}
