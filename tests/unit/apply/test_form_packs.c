/* The three procedures that run from end to end, filled in page by page with what
 * a browser sends, from the packs of the repository. */
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <stdlib.h>

/* One page as it is sent: name=value, parts by |. */
struct sent {
	const char *page;
	int item;
	const char *raw;
};

static const struct procedure *real(const char *id)
{
	return given_procedure("packs", id);
}

static const struct json *facts_of(struct arena *a, const char *more)
{
	return json_of(a, arena_cstr(a, arena_printf(a,
		"{'申請者':{'name':'加賀 花子','kana':'カガ ハナコ','birth':'1988-05-01','status':'resident',"
		"'address':'石川県加賀市大聖寺南町1-1','since':'2015-04-01'},"
		"'世帯':{'id':'h1','head':'加賀 太郎','members':["
		"{'id':'m1','name':'加賀 花子','kana':'カガ ハナコ','birth':'1988-05-01','sex':'女','relation':'妻'},"
		"{'id':'m2','name':'加賀 太郎','kana':'カガ タロウ','birth':'1985-01-31','sex':'男','relation':'世帯主'},"
		"{'id':'m3','name':'加賀 一','kana':'カガ ハジメ','birth':'2019-03-31','sex':'男','relation':'子'},"
		"{'id':'m4','name':'加賀 二葉','kana':'カガ フタバ','birth':'2024-02-29','sex':'女','relation':'子'}]}%s}",
		more)));
}

/* Sends every page; each must be asked at that moment and be right at once. */
static struct form *fill(struct arena *a, const struct procedure *p, const struct json *facts,
                         const struct sent *rows, size_t n)
{
	struct form *f = open_form(a, p, facts, NULL);
	for (size_t i = 0; i < n; i++) {
		struct form_raw raw[16];
		size_t nraw = 0;
		struct str part, rest = str_c(rows[i].raw);
		while (rest.n) {
			(void)str_cut(rest, '|', &part, &rest);
			(void)str_cut(part, '=', &raw[nraw].name, &raw[nraw].value);
			nraw++;
		}
		struct str asked = arena_printf(a, " %.*s ", STR_ARG(pages_text(a, f)));
		if (str_find(asked, arena_printf(a, " %s ", rows[i].page)) == STR_NONE)
			fail_msg("page %s is not asked, but%.*s", rows[i].page, STR_ARG(asked));
		struct form_taken t = take_page(a, f, rows[i].page, rows[i].item, raw, nraw);
		if (t.nerrors || t.more)
			fail_msg("page %s: %.*s%s", rows[i].page,
			         STR_ARG(errors_text(a, t.errors, t.nerrors)), t.more ? " (more)" : "");
		f = t.form;
	}
	return f;
}
#define FILL(a, p, facts, rows) fill((a), (p), (facts), (rows), sizeof(rows) / sizeof *(rows))

static struct form *with_file(struct arena *a, struct form *f, const struct json *facts,
                              const char *page, const char *field)
{
	const struct json *answers;
	struct err err = { 0 };
	good(form_clean(f, &answers, &err), &err);
	struct form *g = open_form(a, form_procedure(f), facts, answers);
	answers = form_put(g, page_of(g, page), FORM_NO_ITEM, field_of(g, page, field),
	                   json_of(a, "['f1']"));
	return open_form(a, form_procedure(f), facts, answers);
}

static struct str document(struct form *f)
{
	static const struct form_attachment file = { STR_INIT("damage.photos"), STR_INIT("f1"),
		STR_INIT("家.jpg"), STR_INIT("jpeg"), 100, STR_INIT("aa") };
	struct str doc;
	struct err err = { 0 };
	good(form_document(f, STR("172065"), STR("code"), &file, 1, &doc, &err), &err);
	return doc;
}

/* As the office sees it: clean answers, the decision, and what the record says. */
static struct str record_of(struct arena *a, struct form *f, const struct json *facts,
                            const char *decision)
{
	struct form *g;
	struct err err = { 0 };
	const struct procedure *p = form_procedure(f);
	struct form_input in = { .procedure = p, .facts = facts, .now_us = NOON,
		.decision = json_of(a, decision),
		.about = json_of(a, "{'receipt':'17206526000001','number':1,'submitted':'2026-11-20'}") };
	bool fine;
	good(form_clean(f, &in.answers, &err), &err);
	good(form_open(a, &in, &g, &err), &err);
	good(form_decision_fine(g, &fine, &err), &err);
	assert_true(fine);
	struct json_object *o = json_object_new(a);
	for (size_t i = 0; i < p->nrecord; i++) {
		const struct json *v;
		good(form_eval(g, p->record[i].expr, &v, &err), &err);
		json_put(o, p->record[i].name, v);
	}
	return json_to_str(a, json_object_done(o));
}

static void disaster_certificate(void **state)
{
	static const struct sent rows[] = {
		{ "applicant", -1, "" },
		{ "contact", -1, "contact.phone=０９０ー１２３４ー５６７８|contact.email=" },
		{ "property", -1, "property.same=no|property.address=大聖寺東町２－３|property.use=rented|"
		  "property.landlord=山代不動産" },
		{ "damage", -1, "damage.cause=flood|damage.date.era=令和|damage.date.year=８|"
		  "damage.date.month=11|damage.date.day=3|damage.parts=floor|damage.parts=wall|"
		  "damage.water_cm=４５|damage.text=床上まで\r\n水が来た" },
		{ "household", -1, "household.members=m2|household.members=m3" },
		{ "copies", -1, "copies.count=2|copies.survey=visit" },
	};
	ARENA_AUTO a = arena_new(0);
	const struct json *facts = facts_of(a, "");
	(void)state;
	struct form *f = FILL(a, real("disaster_certificate"), facts, rows);
	assert_str(all_errors(a, f), STR("damage.photos=files_missing"));
	f = with_file(a, f, facts, "photos", "damage.photos");
	assert_str(all_errors(a, f), STR(""));
	struct str doc = document(f), key;
	assert_int_not_equal(str_find(doc, STR("\"parts\":[\"wall\",\"floor\"]")), STR_NONE);
	assert_int_not_equal(str_find(doc, STR("\"date\":\"2026-11-03\"")), STR_NONE);
	assert_int_not_equal(str_find(doc, STR("\"sha256\":\"aa\"")), STR_NONE);
	struct err err = { 0 };
	good(form_once(f, &key, &err), &err);
	assert_str(key, STR("h1/2026-11-03/大聖寺東町2-3"));
	assert_str(record_of(a, f, facts, "{'grade':'半壊','surveyed':'2026-11-10'}"),
	           json_to_str(a, json_of(a, "{'grade':'半壊','damage_date':'2026-11-03',"
	           "'cause':'flood','address':'大聖寺東町2-3'}")));
}

static void pregnancy_notification(void **state)
{
	static const struct sent rows[] = {
		{ "contact", -1, "contact.phone=0761-72-1111" },
		{ "job", -1, "job.kind=other|job.text=画家" },
		{ "diagnosis", -1, "diagnosis.done=yes|diagnosis.by=midwife|diagnosis.name=南 節子|"
		  "diagnosis.institution=南助産院|diagnosis.date.year=2026|diagnosis.date.month=11|"
		  "diagnosis.date.day=18" },
		{ "pregnancy", -1, "pregnancy.weeks=９|pregnancy.due.era=令和|pregnancy.due.year=9|"
		  "pregnancy.due.month=6|pregnancy.due.day=23|pregnancy.fetuses=2" },
		{ "exams", -1, "exams.std=yes|exams.tb=no" },
		{ "consult", -1, "consult.want=yes|consult.topics=money|consult.topics=body|"
		  "consult.how=phone|consult.language=|consult.text=" },
	};
	ARENA_AUTO a = arena_new(0);
	const struct json *facts = facts_of(a, "");
	(void)state;
	struct form *f = FILL(a, real("pregnancy_notification"), facts, rows);
	assert_str(all_errors(a, f), STR(""));
	assert_str(record_of(a, f, facts,
	           "{'handbook':'R8-0123、R8-0124','place':'こども家庭センター','ready':'2026-11-24'}"),
	           json_to_str(a, json_of(a, "{'notified':'2026-11-20','due':'2027-06-23','weeks':9,"
	           "'fetuses':2,'handbook':'R8-0123、R8-0124','diagnosed_by':'南助産院'}")));
}

static void child_allowance(void **state)
{
	static const struct sent rows[] = {
		{ "contact", -1, "contact.phone=0761-72-1111" },
		{ "work", -1, "work.kind=employee|work.pension=employees" },
		{ "spouse", -1, "spouse.has=yes|spouse.same=yes" },
		{ "spouse_member", -1, "spouse.member=m2" },
		{ "spouse_work", -1, "spouse.work=self|spouse.higher=no" },
		{ "children", 1, "raise=yes|relation=child" },
		{ "children", 0, "raise=yes|relation=child" },
		{ "family", -1, "family.apart=no|family.older_away=no" },
		{ "event", -1, "event.reason=birth" },
		{ "account", -1, "account.own.bank=0990|account.own.branch=001|account.own.kind=ordinary|"
		  "account.own.number=1234567|account.own.holder=ｶｶﾞ ﾊﾅｺ" },
		{ "consent", -1, "consent.lookup=yes|consent.correct=yes" },
	};
	ARENA_AUTO a = arena_new(0);
	const struct json *facts = facts_of(a, "");
	(void)state;
	struct form *f = FILL(a, real("child_allowance_claim"), facts, rows);
	assert_str(all_errors(a, f), STR(""));
	/* What the office computes from the clean answers is what she saw. */
	const struct form_value *before, *after;
	const struct json *answers;
	size_t n, m;
	struct err err = { 0 };
	good(form_values(f, &before, &n, &err), &err);
	good(form_clean(f, &answers, &err), &err);
	struct form *g = open_form(a, form_procedure(f), facts, answers);
	good(form_values(g, &after, &m, &err), &err);
	assert_int_equal(n, m);
	bool money = false;
	for (size_t i = 0; i < n; i++) {
		assert_str(json_to_str(a, after[i].value), json_to_str(a, before[i].value));
		/* One child under three (15,000) and one over (10,000): 児童手当法 第六条. */
		if (str_eq(before[i].decl->name, STR("monthly"))) {
			assert_json(a, before[i].value, "25000");
			money = true;
		}
	}
	assert_true(money);
	assert_str(document(g), document(f));
}

static bool asks(struct form *f, const char *page, const char *field)
{
	struct form_field ff;
	struct err err = { 0 };
	good(form_field(f, page_of(f, page), FORM_NO_ITEM, field_of(f, page, field), &ff, &err), &err);
	return ff.asked;
}

/* The pension scheme decides 被用者 or not, but only where the register is silent. */
static void what_the_register_decides_is_not_asked(void **state)
{
	ARENA_AUTO a = arena_new(0);
	const struct procedure *p = real("child_allowance_claim");
	(void)state;
	assert_true(asks(open_form(a, p, facts_of(a, ""), NULL), "work", "work.pension"));
	assert_true(asks(open_form(a, p, facts_of(a, ",'年金':{'kind':null}"), NULL), "work",
	                 "work.pension"));
	assert_false(asks(open_form(a, p, facts_of(a, ",'年金':{'kind':'厚生年金'}"), NULL), "work",
	                  "work.pension"));
	assert_false(asks(open_form(a, p, facts_of(a, ",'年金':{'kind':'国民年金'}"), NULL), "work",
	                  "work.pension"));
}

/* Older children only count beside one that is paid for. */
static void what_cannot_change_the_amount_is_not_asked(void **state)
{
	ARENA_AUTO a = arena_new(0);
	const struct procedure *p = real("child_allowance_claim");
	const struct json *facts = facts_of(a, "");
	(void)state;
	struct form *f = open_form(a, p, facts, json_of(a, "{'family':{'apart':false,'older_away':true}}"));
	assert_false(asks(f, "family", "family.older_away"));
	const struct json *clean;
	struct err err = { 0 };
	good(form_clean(f, &clean, &err), &err);
	assert_null(json_path(clean, STR("family.older_away"))); /* and not kept */
	f = open_form(a, p, facts, json_of(a, "{'family':{'apart':true}}"));
	assert_true(asks(f, "family", "family.older_away"));
	f = open_form(a, p, facts, json_of(a, "{'children':[{'id':'m3','raise':true}],"
	                                      "'family':{'apart':false}}"));
	assert_true(asks(f, "family", "family.older_away"));
}

static void a_protected_applicant_shows_no_address(void **state)
{
	ARENA_AUTO a = arena_new(0);
	const struct json *facts = json_of(a, "{'申請者':{'name':'加賀 花子','birth':'1988-05-01',"
		"'status':'resident','address':'','protected':true}}");
	(void)state;
	struct form *f = open_form(a, real("disaster_certificate"), facts, NULL);
	const struct json *answers;
	struct err err = { 0 };
	good(form_clean(f, &answers, &err), &err);
	assert_null(json_path(answers, STR("applicant.address")));
	assert_str(json_text(json_path(answers, STR("applicant.address_hidden"))),
	           STR("支援措置により表示しません"));
}

/* Every procedure opens with nothing known, and says in words what is missing. */
static void every_procedure_opens_empty(void **state)
{
	const struct procedure *const *list;
	ARENA_AUTO a = arena_new(0);
	struct pack_set *set;
	const struct pack_issue *issues;
	size_t nissues, online = 0;
	struct err err = { 0 };
	(void)state;
	(void)real("disaster_certificate");
	const char *source = getenv("MUSUBI_SOURCE");
	good(pack_load(arena_printf(a, "%s/packs", source ? source : "."), a, &set, &issues, &nissues,
	               &err), &err);
	for (size_t i = 0, n = pack_procedures(set, &list); i < n; i++) {
		if (!list[i]->online)
			continue;
		online++;
		struct form *f = open_form(a, list[i], NULL, NULL);
		assert_int_not_equal(all_errors(a, f).n, 0);
		(void)document(f);
	}
	assert_int_equal(online, 3);
	pack_unref(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(disaster_certificate), cmocka_unit_test(pregnancy_notification),
		cmocka_unit_test(child_allowance), cmocka_unit_test(what_the_register_decides_is_not_asked),
		cmocka_unit_test(what_cannot_change_the_amount_is_not_asked),
		cmocka_unit_test(a_protected_applicant_shows_no_address),
		cmocka_unit_test(every_procedure_opens_empty),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
