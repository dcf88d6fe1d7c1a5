/* YAML text to one procedure, table or parameter, with every check and every
 * expression compiled, beside datasets and letters that are known; a table is
 * also run with what its tests give. */
#include "base/arena.h"
#include "base/mem.h"
#include "pack/load.h"
#include "pack/set.h"

static const char datasets[] =
	"dataset: demo.person\n"
	"title: { ja: 人, en: Person, easy: ひと }\n"
	"items:\n"
	"  - { name: name, type: text, label: { ja: 名, en: Name, easy: なまえ } }\n"
	"  - { name: birth, type: date, label: { ja: 日, en: Birth, easy: ひ } }\n"
	"  - { name: status, type: text, label: { ja: 状, en: Status, easy: ようす } }\n";
static const char household[] =
	"dataset: demo.household\n"
	"title: { ja: 世帯, en: Household, easy: かぞく }\n"
	"items:\n"
	"  - { name: members, type: members, label: { ja: 員, en: Members, easy: かぞく } }\n";
static const char permit[] =
	"dataset: demo.permit\n"
	"title: { ja: 許可, en: Permit, easy: きょか }\n"
	"items:\n"
	"  - { name: kind, type: text, label: { ja: 種, en: Kind, easy: しゅるい } }\n"
	"  - { name: fee, type: money, label: { ja: 料, en: Fee, easy: おかね } }\n";
static const char letter[] =
	"letter: demo_permit\ntitle: 許可証\nnumber_prefix: 試第\nappeal: true\n"
	"values: { kind: permit.kind }\n"
	"blocks:\n  - { para: \"{kind}を許可します。\" }\n"
	"  - table:\n      - { label: 氏名, value: 申請者.name }\n"
	"qr: { receipt: case.receipt }\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void run_rules(const struct pack_set *set)
{
	const struct pack_rule *const *rules;
	size_t n = pack_rules(set, &rules);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < rules[i]->ntests; k++) {
			ARENA_AUTO a = arena_new(0);
			const struct feel_value *v;
			const struct why *why;
			const struct str *needs;
			size_t nneeds;
			struct err err = { 0 };
			const struct json *given = rules[i]->tests[k].given;
			(void)is_ok(pack_rule_eval(set, rules[i], given, 0, a, &v, &why, &err));
			(void)is_ok(pack_rule_needs(set, rules[i], given, 0, a, &needs, &nneeds, &err));
		}
	}
}

static struct procedure *load_any(struct load *l, const struct json *root)
{
	bool table = json_get(root, STR("table")), parameter = json_get(root, STR("parameter"));
	if (!table && !parameter)
		return load_procedure(l, root);
	load_rule(l, root, parameter);
	compile_rules(l);
	if (l->issues.nmistakes == 0)
		run_rules(l->set);
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const known[] = { datasets, household, permit };
	if (size > PACK_FILE_MAX)
		return 0;
	struct pack_set *set = set_new();
	struct load l;
	load_init(&l, set->arena, set);
	for (size_t i = 0; i < 3; i++)
		load_dataset(&l, load_text(&l, STR("dataset"), str_c(known[i])));
	load_letter(&l, load_text(&l, STR("letter"), str_c(letter)));
	if (l.issues.n > 0)
		__builtin_trap();
	const struct json *root = load_text(&l, STR("procedure"), str_of((const char *)data, size));
	struct procedure *p = root ? load_any(&l, root) : NULL;
	issues_sort(&l.issues);
	/* A mistake without words, or a place before the file, would help nobody. */
	for (size_t i = 0; i < l.issues.n; i++) {
		if (l.issues.list[i].line == 0 || l.issues.list[i].message.n == 0)
			__builtin_trap();
	}
	if (p && l.issues.nmistakes == 0) {
		set_add(set, p);
		set->datasets = l.datasets;
		set_finish(set);
		ARENA_AUTO a = arena_new(0);
		const struct procedure *const *list;
		(void)pack_search(set, a, p->title.t[LANG_JA], STR(""), STR(""), &list);
	}
	pack_unref(set);
	return 0;
}
