/* What a browser sends for the pages of a procedure: a first byte for the page,
 * then lines NAME=VALUE. Whatever comes, the answers must be text that the store
 * takes and that opens the same form again. */
#include "apply/form.h"
#include "base/utf8.h"
#include "pack/load.h"
#include "pack/set.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINES = 64, BYTES = 1 << 14 };

#define T(x) "{ ja: " x ", en: " x ", easy: " x " }"
#define HEAD(id, type) "      - { id: " id ", type: " type ", label: " T("x") ", required: false"
static const char text[] =
	"procedure: fuzzed\nversion: 2026-04-01\ntitle: " T("x") "\nsummary: " T("x") "\n"
	"keywords: [x]\nlife_events: [x]\nlevel: municipality\nonline: true\nwho: " T("x") "\n"
	"needs: [" T("x") "]\ndeadline: " T("x") "\nlaw: [{ name: x }]\noffice: " T("x") "\n"
	"affair: x\nsign: false\nretention_years: 1\n"
	"pages:\n  - id: one\n    title: " T("x") "\n    fields:\n"
	HEAD("a.text", "text") ", max: 20 }\n" HEAD("a.long", "text") ", max: 300 }\n"
	HEAD("a.kana", "kana") " }\n" HEAD("a.number", "number") ", max: 100 }\n"
	HEAD("a.money", "money") " }\n" HEAD("a.date", "date") " }\n" HEAD("a.yes", "yesno") " }\n"
	HEAD("a.address", "address") " }\n" HEAD("a.phone", "phone") " }\n"
	HEAD("a.email", "email") " }\n" HEAD("a.account", "account") ", when: a.yes = true }\n"
	"  - id: many\n    title: " T("x") "\n    group: many\n    group_item: " T("x") "\n"
	"    group_min: 0\n    group_max: 3\n    when: a.yes = true\n    fields:\n"
	HEAD("name", "text") " }\n" HEAD("day", "date") ", when: item.name = \"x\" }\n"
	"workflow:\n  initial: received\n  states:\n"
	"    received: { label: " T("x") ", citizen: " T("x") " }\n"
	"    done: { label: " T("x") ", citizen: " T("x") ", final: true }\n"
	"    gone: { label: " T("x") ", citizen: " T("x") ", final: true }\n"
	"    back: { label: " T("x") ", citizen: " T("x") " }\n"
	"  actions:\n"
	"    - { state: received, action: done, kind: approve, to: done, role: clerk, label: " T("x") " }\n"
	"    - { state: received, action: back, kind: return, to: back, role: clerk, label: " T("x") " }\n"
	"    - { state: back, action: again, kind: resubmit, to: received, role: citizen, label: " T("x") " }\n"
	"    - { state: received, action: gone, kind: withdraw, to: gone, role: citizen, label: " T("x") " }\n"
	"decide: [{ id: note, type: text, label: " T("x") " }]\ngives: {}\n"
	"notices: { received: " T("x") ", returned: " T("x") ", decided: " T("x") ", refused: " T("x") " }\n"
	"tests: [{ name: x, today: 2026-11-20, facts: {}, answers: {}, expect: { eligible: true } }]\n";

/* Read once; kept for the life of the program. */
static const struct procedure *procedure(void)
{
	static const struct procedure *p;
	static struct pack_set *set;
	if (p)
		return p;
	static struct load l;
	set = set_new();
	load_init(&l, set->arena, set);
	const struct json *root = load_text(&l, STR("procedure"), str_of(text, sizeof text - 1));
	p = root ? load_procedure(&l, root) : NULL;
	if (!p || l.issues.nmistakes)
		__builtin_trap();
	return p;
}

static size_t lines(struct str in, struct form_raw raw[LINES])
{
	size_t n = 0;
	struct str line;
	while (in.n && n < LINES) {
		(void)str_cut(in, '\n', &line, &in);
		(void)str_cut(line, '=', &raw[n].name, &raw[n].value);
		n++;
	}
	return n;
}

static struct form *open_form(struct arena *a, const struct json *answers)
{
	struct form *f;
	struct form_input in = { .procedure = procedure(), .answers = answers,
		.now_us = INT64_C(1795143600000000) };
	if (is_err(form_open(a, &in, &f, NULL)))
		__builtin_trap();
	return f;
}

static void must_hold(struct arena *a, struct form *f)
{
	const struct json *once, *back, *twice;
	if (is_err(form_clean(f, &once, NULL)))
		__builtin_trap();
	struct str kept = json_to_str(a, once);
	if (!utf8_valid(kept) || is_err(json_parse(a, kept, &back, NULL)) ||
	    is_err(form_clean(open_form(a, back), &twice, NULL)) ||
	    !str_eq(json_to_str(a, twice), kept))
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct form_raw raw[LINES];
	struct form_taken t;
	if (size < 1 || size > BYTES)
		return 0;
	ARENA_AUTO a = arena_new(0);
	const struct procedure *p = procedure();
	size_t n = lines(str_of((const char *)data + 1, size - 1), raw);
	struct form *f = open_form(a, NULL);
	if (is_err(form_take(f, &p->pages[0], FORM_NO_ITEM, raw, n, &t, NULL)))
		__builtin_trap();
	must_hold(a, t.form);
	const struct json *answers;
	/* A page that appeared with it: one item of a group. */
	if ((data[0] & 1) && is_ok(form_item_add(t.form, &p->pages[1], &answers, NULL))) {
		f = open_form(a, answers);
		if (is_ok(form_take(f, &p->pages[1], 0, raw, n, &t, NULL)))
			must_hold(a, t.form);
	}
	return 0;
}
