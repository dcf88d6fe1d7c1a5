/* The form engine: what is asked, what stands in it, what is wrong, what leaves. */
#include "support.h"
#include "apply/form_priv.h"
#include "rule/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static int setup(void **state)
{
	*state = arena_new(0);
	return 0;
}

static int teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static struct form_field field_at(struct form *f, const char *page, int item, const char *field)
{
	struct form_field ff;
	struct err err = { 0 };
	good(form_field(f, page_of(f, page), item, field_of(f, page, field), &ff, &err), &err);
	return ff;
}

static const struct json *clean(struct form *f)
{
	const struct json *j;
	struct err err = { 0 };
	good(form_clean(f, &j, &err), &err);
	return j;
}

static struct str document(struct form *f, const struct form_attachment *att, size_t n)
{
	struct str doc;
	struct err err = { 0 };
	good(form_document(f, STR("172065"), STR("code"), att, n, &doc, &err), &err);
	return doc;
}

/* ---- pages and fields ---- */

static void pages_appear_with_what_they_ask_for(void **state)
{
	struct arena *a = *state;
	assert_str(pages_text(a, open_all(a, "{}")), STR("who words numbers picks people bank kids"));
	assert_str(pages_text(a, open_all(a, "{'numbers':{'yes':true},'picks':{'one':'b'}}")),
	           STR("who words numbers picks people bank files kids others"));
	struct form *alone = open_form(a, ALL_FIELDS, json_of(a, "{'申請者':{'name':'加賀 花子'}}"),
	                               json_of(a, "{}"));
	assert_str(pages_text(a, alone), STR("who words numbers picks bank"));
}

static void fields_appear_by_when(void **state)
{
	struct arena *a = *state;
	struct form *f = open_all(a, "{'picks':{'one':'a','why':'それ','really':true}}");
	assert_false(field_at(f, "picks", FORM_NO_ITEM, "picks.why").asked);
	assert_null(field_at(f, "picks", FORM_NO_ITEM, "picks.why").value);
	/* What hangs on an answer that is not asked is not asked either. */
	assert_false(field_at(f, "picks", FORM_NO_ITEM, "picks.really").asked);
	f = open_all(a, "{'picks':{'one':'c','why':'それ','really':true}}");
	assert_true(field_at(f, "picks", FORM_NO_ITEM, "picks.really").asked);
	assert_json(a, field_at(f, "picks", FORM_NO_ITEM, "picks.why").value, "'それ'");
}

static void the_register_fills_and_locks(void **state)
{
	struct arena *a = *state;
	struct form *f = open_all(a,
		"{'who':{'name':'だれか','kana':'ダレカ','phone':'090-1111-2222'}}");
	struct form_field name = field_at(f, "who", FORM_NO_ITEM, "who.name");
	struct form_field kana = field_at(f, "who", FORM_NO_ITEM, "who.kana");
	struct form_field phone = field_at(f, "who", FORM_NO_ITEM, "who.phone");
	assert_true(name.prefilled);
	assert_json(a, name.value, "'加賀 花子'");
	assert_true(kana.prefilled);
	assert_json(a, kana.value, "'カガ ハナコ'");
	assert_false(phone.prefilled); /* hers */
	assert_json(a, phone.value, "'090-1111-2222'");
	phone = field_at(open_all(a, "{}"), "who", FORM_NO_ITEM, "who.phone");
	assert_true(phone.prefilled);
	assert_json(a, phone.value, "'0761-72-1111'");
}

static void an_emptied_prefilled_answer_stays_empty(void **state)
{
	struct arena *a = *state;
	struct form_taken t = TAKE(a, open_all(a, given_answers), "who", FORM_NO_ITEM,
	                           RAW("who.phone", ""));
	assert_int_equal(t.nerrors, 0);
	assert_false(field_at(t.form, "who", FORM_NO_ITEM, "who.phone").prefilled);
	const struct json *once = clean(t.form);
	assert_str(json_text(json_path(once, STR("who.phone"))), STR(""));
	struct form *again = open_form(a, ALL_FIELDS, given_facts(a), once);
	assert_true(json_equal(once, clean(again)));
}

static void eligible_by_its_rule(void **state)
{
	struct arena *a = *state;
	struct err err = { 0 };
	bool may;
	good(form_eligible(open_all(a, "{}"), &may, &err), &err);
	assert_true(may);
	struct form *f = open_form(a, ALL_FIELDS, json_of(a, "{'申請者':{'status':'moved_out'}}"), NULL);
	good(form_eligible(f, &may, &err), &err);
	assert_false(may);
	good(form_eligible(open_form(a, ALL_FIELDS, NULL, NULL), &may, &err), &err);
	assert_false(may); /* nobody knows: no */
}

static void a_key_needs_its_answer(void **state)
{
	struct arena *a = *state;
	struct err err = { 0 };
	struct str key;
	good(form_once(open_all(a, "{}"), &key, &err), &err);
	assert_str(key, STR(""));
	good(form_once(open_all(a, given_answers), &key, &err), &err);
	assert_str(key, STR("りんご"));
}

/* ---- clean ---- */

static void hidden_answers_are_dropped(void **state)
{
	struct arena *a = *state;
	struct form *f = open_all(a,
		"{'words':{'short':'りんご'},'numbers':{'count':3,'day':'2026-11-01','yes':false},"
		"'picks':{'one':'a','some':['x'],'why':'秘密'},'files':{'photo':['f1']},"
		"'others':[{'name':'秘密'}],'kids':[{'id':'m3','raise':false,'as':'ward'}],"
		"'unknown':'field','申請者':{'name':'偽'}}");
	struct str text = json_to_str(a, clean(f));
	assert_int_equal(str_find(text, STR("秘密")), STR_NONE);
	assert_int_equal(str_find(text, STR("f1")), STR_NONE);
	assert_int_equal(str_find(text, STR("ward")), STR_NONE);
	assert_int_equal(str_find(text, STR("unknown")), STR_NONE);
	assert_int_equal(str_find(text, STR("偽")), STR_NONE);
	struct str doc = document(f, NULL, 0);
	assert_int_equal(str_find(doc, STR("秘密")), STR_NONE);
}

static void clean_answers_open_the_same_form(void **state)
{
	struct arena *a = *state;
	struct form *f = open_all(a, given_answers);
	const struct json *once = clean(f);
	struct form *again = open_form(a, ALL_FIELDS, given_facts(a), once);
	assert_str(json_to_str(a, clean(again)), json_to_str(a, once));
	assert_str(all_errors(a, again), STR(""));
	assert_str(document(again, NULL, 0), document(f, NULL, 0));
}

/* ---- groups ---- */

static void a_group_follows_the_register_by_id(void **state)
{
	struct arena *a = *state;
	size_t n;
	struct err err = { 0 };
	/* Stored in another order, and one of somebody who is not there. */
	struct form *f = open_all(a, "{'kids':[{'id':'m9','raise':true,'as':'ward'},"
		"{'id':'m4','raise':false},{'id':'m3','raise':true,'as':'child','name':'偽の名'}]}");
	good(form_items(f, page_of(f, "kids"), &n, &err), &err);
	assert_int_equal(n, 2);
	assert_json(a, field_at(f, "kids", 0, "name").value, "'加賀 一'");
	assert_json(a, field_at(f, "kids", 0, "as").value, "'child'");
	assert_json(a, field_at(f, "kids", 1, "raise").value, "false");
	assert_false(field_at(f, "kids", 1, "as").asked);
	/* Submitted answers still know about whom they are. */
	struct form *later = open_form(a, ALL_FIELDS, given_facts(a), clean(f));
	assert_json(a, field_at(later, "kids", 0, "as").value, "'child'");
	const struct form_value *values;
	good(form_values(later, &values, &n, &err), &err);
	assert_int_equal(n, 4);
	struct form_field gone;
	assert_int_equal(form_field(f, page_of(f, "kids"), 2, field_of(f, "kids", "raise"), &gone,
	                            NULL).kind, ERR_NOT_FOUND);
	assert_int_equal(form_field(f, page_of(f, "kids"), FORM_NO_ITEM,
	                            field_of(f, "kids", "raise"), &gone, NULL).kind, ERR_NOT_FOUND);
}

static void the_register_group_takes_no_items(void **state)
{
	struct arena *a = *state;
	const struct json *answers;
	struct form *f = open_all(a, "{}");
	assert_int_equal(form_item_add(f, page_of(f, "kids"), &answers, NULL).kind, ERR_NOT_FOUND);
	assert_int_equal(form_item_remove(f, page_of(f, "kids"), 0, &answers, NULL).kind,
	                 ERR_NOT_FOUND);
	assert_int_equal(form_item_add(f, page_of(f, "words"), &answers, NULL).kind, ERR_NOT_FOUND);
}

static void a_free_group_grows_and_shrinks(void **state)
{
	struct arena *a = *state;
	struct err err = { 0 };
	size_t n;
	const struct json *answers = json_of(a, "{'picks':{'one':'b'}}");
	for (size_t i = 0; i < 3; i++) {
		struct form *f = open_form(a, ALL_FIELDS, given_facts(a), answers);
		good(form_item_add(f, page_of(f, "others"), &answers, &err), &err);
		f = open_form(a, ALL_FIELDS, given_facts(a), answers);
		struct form_raw raw[] = { { STR("name"), arena_printf(a, "人%zu", i) } };
		answers = take_page(a, f, "others", (int)i, raw, 1).answers;
	}
	struct form *f = open_form(a, ALL_FIELDS, given_facts(a), answers);
	struct result r = form_item_add(f, page_of(f, "others"), &answers, &err);
	assert_int_equal(r.kind, ERR_INPUT);
	assert_string_equal(err.code, "form.error.items_many");
	good(form_item_remove(f, page_of(f, "others"), 1, &answers, &err), &err);
	f = open_form(a, ALL_FIELDS, given_facts(a), answers);
	good(form_items(f, page_of(f, "others"), &n, &err), &err);
	assert_int_equal(n, 2);
	assert_json(a, field_at(f, "others", 1, "name").value, "'人2'");
	assert_int_equal(form_item_remove(f, page_of(f, "others"), 2, &answers, NULL).kind,
	                 ERR_NOT_FOUND);
}

static void a_group_says_too_few_and_too_many(void **state)
{
	struct arena *a = *state;
	struct form *f = open_all(a, "{'picks':{'one':'b'}}");
	const struct form_error *e;
	size_t n;
	struct err err = { 0 };
	good(form_errors(f, page_of(f, "others"), FORM_NO_ITEM, &e, &n, &err), &err);
	assert_str(errors_text(a, e, n), STR("others.(page)=items_few"));
	assert_int_equal(e[0].limit, 1);
	f = open_all(a, "{'picks':{'one':'b'},'others':[{'name':'1'},{'name':'2'},{'name':'3'},{}]}");
	good(form_errors(f, page_of(f, "others"), FORM_NO_ITEM, &e, &n, &err), &err);
	assert_str(errors_text(a, e, n), STR("others.(page)=items_many others.3.name=required"));
}

static void a_list_page_takes_nothing(void **state)
{
	struct arena *a = *state;
	struct form_taken t = TAKE(a, open_all(a, "{'picks':{'one':'b'},'others':[{'name':'甲'}]}"),
	                           "others", FORM_NO_ITEM, RAW("name", "乙"));
	assert_json(a, t.answers, "{'picks':{'one':'b'},'others':[{'name':'甲'}]}");
	struct form_taken untouched = { .nerrors = 7 };
	struct form *f = open_all(a, "{}");
	assert_int_equal(form_take(f, page_of(f, "kids"), 2, NULL, 0, &untouched, NULL).kind,
	                 ERR_NOT_FOUND);
	assert_int_equal(form_take(f, page_of(f, "words"), 0, NULL, 0, &untouched, NULL).kind,
	                 ERR_NOT_FOUND);
	assert_int_equal(untouched.nerrors, 7);
}

/* ---- taking ---- */

static void shown_locked_and_files_cannot_be_set(void **state)
{
	struct arena *a = *state;
	struct form_taken t = TAKE(a, open_all(a, given_answers), "who", FORM_NO_ITEM,
		RAW("who.name", "だれか"), RAW("who.kana", "ダレカ"), RAW("who.phone", "090-1111-2222"));
	assert_json(a, json_path(t.answers, STR("who")), "{'phone':'090-1111-2222'}");
	t = TAKE(a, open_all(a, "{'numbers':{'yes':true}}"), "files", FORM_NO_ITEM,
	         RAW("files.photo", "0123456789abcdef0123456789abcdef"));
	assert_null(json_path(t.answers, STR("files")));
	assert_str(errors_text(a, t.errors, t.nerrors), STR("files.photo=files_missing"));
	t = TAKE(a, open_all(a, given_answers), "kids", 0, RAW("name", "偽"), RAW("id", "m4"),
	         RAW("raise", "yes"), RAW("as", "ward"));
	struct form *f = open_form(a, ALL_FIELDS, given_facts(a), t.answers);
	assert_json(a, field_at(f, "kids", 0, "name").value, "'加賀 一'");
	assert_json(a, json_path(clean(f), STR("kids")),
	            "[{'id':'m3','name':'加賀 一','raise':true,'as':'ward'},"
	            "{'id':'m4','name':'加賀 二葉','raise':false}]");
}

static void a_field_that_is_not_asked_cannot_be_set(void **state)
{
	struct arena *a = *state;
	struct form_taken t = TAKE(a, open_all(a, "{}"), "picks", FORM_NO_ITEM, RAW("picks.one", "a"),
	                           RAW("picks.some", "x"), RAW("picks.why", "forged"));
	assert_null(json_path(t.answers, STR("picks.why")));
	assert_false(t.more);
}

static void an_answer_that_asks_more_says_so(void **state)
{
	struct arena *a = *state;
	struct form_taken t = TAKE(a, open_all(a, "{}"), "picks", FORM_NO_ITEM, RAW("picks.one", "c"),
	                           RAW("picks.some", "x"));
	assert_true(t.more);
	assert_int_equal(t.nerrors, 0); /* she could not know */
	/* A browser with script sends it all at once: read in one go. */
	t = TAKE(a, open_all(a, "{}"), "picks", FORM_NO_ITEM, RAW("picks.one", "c"),
	         RAW("picks.some", "x"), RAW("picks.why", "それ"), RAW("picks.really", "no"));
	assert_false(t.more);
	assert_json(a, json_path(t.answers, STR("picks.really")), "false");
	/* Sent and empty is something she did see. */
	t = TAKE(a, open_all(a, "{}"), "picks", FORM_NO_ITEM, RAW("picks.one", "c"),
	         RAW("picks.some", "x"), RAW("picks.why", ""));
	assert_false(t.more);
	assert_str(errors_text(a, t.errors, t.nerrors), STR("picks.why=required"));
}

static void taking_twice_changes_nothing(void **state)
{
	struct arena *a = *state;
	struct form *f = open_all(a, given_answers);
	struct form_taken t = TAKE(a, f, "words", FORM_NO_ITEM, RAW("words.short", "　みかん　"),
	                           RAW("words.kana", "ｶｶﾞ"), RAW("words.address", "大聖寺１ー２－３"));
	struct form_taken u = TAKE(a, t.form, "words", FORM_NO_ITEM, RAW("words.short", "　みかん　"),
	                           RAW("words.kana", "ｶｶﾞ"), RAW("words.address", "大聖寺１ー２－３"));
	assert_str(json_to_str(a, t.answers), json_to_str(a, u.answers));
	assert_json(a, json_path(t.answers, STR("words")),
	            "{'short':'みかん','long':null,'kana':'カガ','address':'大聖寺1-2-3','email':null}");
}

static void put_sets_a_file(void **state)
{
	struct arena *a = *state;
	struct form *f = open_all(a, "{'numbers':{'yes':true}}");
	const struct json *answers = form_put(f, page_of(f, "files"), FORM_NO_ITEM,
		field_of(f, "files", "files.photo"), json_of(a, "['f1','f2','f3']"));
	f = open_form(a, ALL_FIELDS, given_facts(a), answers);
	const struct form_error *e;
	size_t n;
	struct err err = { 0 };
	good(form_errors(f, page_of(f, "files"), FORM_NO_ITEM, &e, &n, &err), &err);
	assert_str(errors_text(a, e, n), STR("files.photo=files_many"));
	assert_json(a, form_files(f), "['f1','f2','f3']");
}

/* ---- errors ---- */

static void every_kind_of_mistake_has_its_word(void **state)
{
	static const struct { const char *answers, *page, *want; } rows[] = {
		{ "{}", "words", "words.short=required" },
		{ "{'words':{'short':'あ'}}", "words", "words.short=too_short" },
		{ "{'words':{'short':'あいうえおかきくけこさ'}}", "words", "words.short=too_long" },
		{ "{'words':{'short':'あ\\u0007い'}}", "words", "words.short=control" },
		{ "{'words':{'short':'あ\\nい'}}", "words", "words.short=control" },
		{ "{'words':{'short':'あい','long':'あ\\nい'}}", "words", "" },
		{ "{'words':{'short':'あい','kana':'漢字'}}", "words", "words.kana=kana" },
		{ "{'words':{'short':'あい','email':'a@b'}}", "words", "words.email=email" },
		{ "{'words':{'short':'あい','email':'a@@b.jp'}}", "words", "words.email=email" },
		{ "{'words':{'short':'あい','email':'a b@c.jp'}}", "words", "words.email=email" },
		{ "{'who':{'phone':'1234567890'}}", "who", "who.phone=phone" },
		{ "{'who':{'phone':'090-1234-56'}}", "who", "who.phone=phone" },
		{ "{'numbers':{'count':0,'day':'2026-11-20','yes':true}}", "numbers",
		  "numbers.count=too_small" },
		{ "{'numbers':{'count':11,'day':'2026-11-20','yes':true}}", "numbers",
		  "numbers.count=too_big" },
		{ "{'numbers':{'count':1.5,'day':'2026-11-20','yes':true}}", "numbers",
		  "numbers.count=number" },
		{ "{'numbers':{'count':1,'day':'2026-02-29','yes':true}}", "numbers", "numbers.day=date" },
		{ "{'numbers':{'count':1,'day':'2026-11-21','yes':true}}", "numbers", "numbers.day=今日まで" },
		{ "{'numbers':{'count':1,'day':'2026-05-19','yes':true}}", "numbers",
		  "numbers.day=6か月まで" },
		{ "{'numbers':{'count':1,'day':'2026-05-20','yes':'はい'}}", "numbers",
		  "numbers.yes=choose" },
		{ "{'picks':{'one':'d','some':[]}}", "picks", "picks.one=choose picks.some=choose" },
		{ "{'picks':{'one':'a','some':['x','y','z']}}", "picks", "picks.some=choices_many" },
		{ "{'picks':{'one':'a','some':['q']}}", "picks", "picks.some=choose" },
		{ "{'people':{'with':['m1']}}", "people", "people.with=member" },
		{ "{'people':{'with':['m2','m3','m4']}}", "people", "people.with=choices_many" },
		{ "{'people':{'with':['m2','m3']}}", "people", "" },
		{ "{'bank':{'account':{'bank':'1','branch':'001','kind':'ordinary','number':'1234567',"
		  "'holder':'カガ ハナコ'}}}", "bank", "bank.account=account_bank" },
		{ "{'bank':{'account':{'bank':'0990','branch':'1','kind':'ordinary','number':'1234567',"
		  "'holder':'カガ ハナコ'}}}", "bank", "bank.account=account_branch" },
		{ "{'bank':{'account':{'bank':'0990','branch':'001','kind':'gold','number':'1234567',"
		  "'holder':'カガ ハナコ'}}}", "bank", "bank.account=account_kind" },
		{ "{'bank':{'account':{'bank':'0990','branch':'001','kind':'current','number':'123456x',"
		  "'holder':'カガ ハナコ'}}}", "bank", "bank.account=account_number" },
		{ "{'bank':{'account':{'bank':'0990','branch':'001','kind':'current','number':'1234567',"
		  "'holder':'加賀 花子'}}}", "bank", "bank.account=account_holder" },
		{ "{'numbers':{'yes':true}}", "files", "files.photo=files_missing" },
		{ "{'kids':[{'id':'m3','raise':true}]}", "kids",
		  "kids.0.as=choose kids.1.raise=choose" },
		{ "{'picks':{'one':'b'},'others':[{'name':'甲','birth':'2026-11-21'}]}", "others",
		  "others.0.birth=今日まで" },
	};
	struct arena *a = *state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct form_error *e;
		size_t n;
		struct err err = { 0 };
		struct form *f = open_all(a, rows[i].answers);
		good(form_errors(f, page_of(f, rows[i].page), FORM_NO_ITEM, &e, &n, &err), &err);
		struct str is = errors_text(a, e, n);
		if (!str_eq(is, str_c(rows[i].want)))
			fail_msg("%s: %.*s, not %s", rows[i].answers, STR_ARG(is), rows[i].want);
	}
}

static void what_the_register_must_know_is_said(void **state)
{
	struct arena *a = *state;
	struct form *f = open_form(a, ALL_FIELDS, json_of(a, "{'申請者':{'status':'resident'}}"),
	                           json_of(a, given_answers));
	assert_str(all_errors(a, f), STR("who.name=not_registered"));
}

static void the_whole_form_is_wrong_where_its_pages_are(void **state)
{
	static const char *const rows[] = { "{}", "{'numbers':{'yes':true},'picks':{'one':'b'}}",
		"{'picks':{'one':'c'},'others':[{},{}]}", "{'picks':{'one':'b'},'others':[{},{}]}",
		"{'kids':[{'id':'m3','raise':true}]}", given_answers };
	struct arena *a = *state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct form *f = open_all(a, rows[i]);
		const struct procedure *p = form_procedure(f);
		struct str pages = STR("");
		for (size_t k = 0; k < p->npages; k++) {
			const struct form_error *e;
			size_t n;
			struct err err = { 0 };
			good(form_errors(f, &p->pages[k], FORM_NO_ITEM, &e, &n, &err), &err);
			struct str one = errors_text(a, e, n);
			pages = pages.n && one.n ? arena_printf(a, "%.*s %.*s", STR_ARG(pages), STR_ARG(one))
			        : pages.n ? pages : one;
		}
		assert_str(all_errors(a, f), pages);
	}
}

/* ---- values and the scope behind the form ---- */

static void values_keep_their_types(void **state)
{
	struct arena *a = *state;
	struct err err = { 0 };
	const struct json *v;
	struct form *f = open_all(a, given_answers);
	const struct procedure *p = form_procedure(f);
	const struct form_value *values;
	size_t n;
	good(form_values(f, &values, &n, &err), &err);
	assert_int_equal(n, 4);
	assert_json(a, values[0].value, "'2026-11-01'");
	assert_json(a, values[1].value, "3010");
	for (size_t i = 0; i < p->nrecord; i++)
		if (str_eq(p->record[i].name, STR("year"))) {
			good(form_eval(f, p->record[i].expr, &v, &err), &err);
			assert_json(a, v, "2026"); /* started.year: a date stayed one */
		}
	/* The letter sees them as well. */
	good(form_eval(f, p->letter->blocks[1].rows[1].expr, &v, &err), &err);
	assert_json(a, v, "'3,010円'");
}

static void a_text_that_looks_like_a_date_is_a_text(void **state)
{
	struct arena *a = *state;
	struct err err = { 0 };
	struct str key;
	/* once: words.short, joined nowhere: a date would print alike, so its type is
	 * asked through FEEL by the pack's own expression (a text stays one). */
	struct form *f = open_all(a, "{'words':{'short':'2026-11-01'}}");
	good(form_once(f, &key, &err), &err);
	assert_str(key, STR("2026-11-01"));
	const struct feel_value *short_ = feel_path(f->names, STR("words.short"));
	assert_int_equal(short_->kind, FEEL_STRING);
	const struct feel_value *birth = feel_path(f->names, STR("申請者.birth"));
	assert_int_equal(birth->kind, FEEL_DATE);
	/* The register's part of an item, declared by no field, is the register's. */
	const struct feel_value *item = form_names_for(f, page_of(f, "kids"), 0);
	assert_int_equal(feel_path(item, STR("item.birth"))->kind, FEEL_DATE);
}

/* ---- the document ---- */

static const struct form_attachment files[] = {
	{ STR_INIT("files.photo"), STR_INIT("f1"), STR_INIT("家.jpg"), STR_INIT("jpeg"), 100,
	  STR_INIT("aa") },
	{ STR_INIT("files.photo"), STR_INIT("f2"), STR_INIT("庭.jpg"), STR_INIT("jpeg"), 200,
	  STR_INIT("bb") },
};

static void the_document_names_what_the_answers_name(void **state)
{
	struct arena *a = *state;
	struct err err = { 0 };
	struct str doc;
	struct form *f = open_all(a, "{'numbers':{'yes':true},'files':{'photo':['f1']}}");
	doc = document(f, files, 2);
	assert_int_not_equal(str_find(doc, STR("\"sha256\":\"aa\"")), STR_NONE);
	assert_int_equal(str_find(doc, STR("\"bb\"")), STR_NONE); /* removed from the answer */
	/* Its page is not asked any more: the file stays outside. */
	doc = document(open_all(a, "{'numbers':{'yes':false},'files':{'photo':['f1']}}"), files, 2);
	assert_int_equal(str_find(doc, STR("\"aa\"")), STR_NONE);
	assert_int_equal(form_document(f, STR("o"), STR("s"), files + 1, 1, &doc, &err).kind,
	                 ERR_CONFLICT);
	assert_string_equal(err.code, "apply.attachment.gone");
}

static void the_document_names_the_people_that_answers_name_by_id(void **state)
{
	struct arena *a = *state;
	struct str doc = document(open_all(a, "{'people':{'with':['m3','m2']}}"), files, 2);
	assert_int_not_equal(str_find(doc, STR("\"members\":{\"m2\":\"加賀 太郎\",\"m3\":\"加賀 一\"}")),
	                     STR_NONE);
	doc = document(open_all(a, "{}"), files, 2);
	assert_int_equal(str_find(doc, STR("\"members\"")), STR_NONE);
}

static void the_document_is_canonical(void **state)
{
	struct arena *a = *state;
	struct str doc = document(open_all(a, given_answers), NULL, 0), again;
	const struct json *j;
	struct err err = { 0 };
	good(json_parse(a, doc, &j, &err), &err);
	good(json_canonical(a, j, &again, &err), &err);
	assert_str(doc, again);
	/* The order in which answers were given is not part of it. */
	const char turned[] = "{'kids':[{'raise':false,'id':'m4'},{'as':'child','raise':true,'id':'m3'}],"
		"'picks':{'some':['x'],'one':'a'},'numbers':{'yes':false,'day':'2026-11-01','count':3},"
		"'words':{'short':'りんご'}}";
	assert_str(document(open_all(a, turned), NULL, 0), doc);
}

/* 3 / 2 is signed as the number it is, 3 / 7 with all its digits as a text. */
static void fractions_are_signed_without_losing_a_digit(void **state)
{
	struct arena *a = *state;
	const struct json *j;
	struct err err = { 0 };
	struct str doc = document(open_all(a, given_answers), NULL, 0);
	assert_true(str_find(doc, STR("\"half\":1.5,")) != STR_NONE);
	good(json_parse(a, doc, &j, &err), &err);
	const struct json *seventh = json_path(j, STR("values.seventh"));
	assert_int_equal(seventh->kind, JSON_STRING);
	assert_str(seventh->text, STR("0.4285714285714285714285714285714286"));
}

static void braces_of_hers_are_no_markup(void **state)
{
	struct arena *a = *state;
	struct form *f = open_all(a, "{'words':{'short':'{a|b}','long':'{x}'}}");
	const struct pack_field *field = form_find(ALL_FIELDS, STR("words.short"));
	struct str shown = form_show(f, field, json_str(a, STR("{a|b}")), LANG_EASY);
	assert_str(text_html(a, shown), STR("{a|b}"));
	assert_str(form_show_plain(f, field, json_str(a, STR("{a|b}"))), STR("{a|b}"));
	field = form_find(ALL_FIELDS, STR("words.long"));
	assert_str(text_html(a, form_show(f, field, json_str(a, STR("{x}")), LANG_JA)), STR("{x}"));
}

static void any_change_changes_the_document(void **state)
{
	static const char *const others[] = {
		"{'words':{'short':'みかん'},'numbers':{'count':3,'day':'2026-11-01','yes':false},"
		"'picks':{'one':'a','some':['x']},'kids':[{'id':'m3','raise':true,'as':'child'},{'id':'m4','raise':false}]}",
		"{'words':{'short':'りんご'},'numbers':{'count':4,'day':'2026-11-01','yes':false},"
		"'picks':{'one':'a','some':['x']},'kids':[{'id':'m3','raise':true,'as':'child'},{'id':'m4','raise':false}]}",
		"{'words':{'short':'りんご'},'numbers':{'count':3,'day':'2026-11-01','yes':false},"
		"'picks':{'one':'a','some':['x','y']},'kids':[{'id':'m3','raise':true,'as':'child'},{'id':'m4','raise':false}]}",
		"{'words':{'short':'りんご'},'numbers':{'count':3,'day':'2026-11-01','yes':false},"
		"'picks':{'one':'a','some':['x']},'kids':[{'id':'m3','raise':false},{'id':'m4','raise':true,'as':'child'}]}",
	};
	struct arena *a = *state;
	struct str doc = document(open_all(a, given_answers), NULL, 0);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_false(str_eq(doc, document(open_all(a, others[i]), NULL, 0)));
	struct form_attachment other = files[0];
	struct form *f = open_all(a, "{'numbers':{'yes':true},'files':{'photo':['f1']}}");
	other.sha256_hex = STR("cc");
	assert_false(str_eq(document(f, files, 1), document(f, &other, 1)));
}

/* ---- corrections ---- */

static struct form *correcting(struct arena *a, const char *answers, const char *open, int64_t now)
{
	struct form *f;
	struct err err = { 0 };
	struct form_input in = { .procedure = ALL_FIELDS, .facts = given_facts(a),
		.answers = json_of(a, answers), .submitted = clean(open_all(a, given_answers)),
		.open_fields = json_of(a, open), .now_us = now };
	good(form_open(a, &in, &f, &err), &err);
	return f;
}

static void a_correction_opens_what_was_commented_on(void **state)
{
	struct arena *a = *state;
	struct form *f = correcting(a, given_answers, "['numbers.count','kids.raise']", NOON);
	struct form_taken t = TAKE(a, f, "numbers", FORM_NO_ITEM, RAW("numbers.count", "7"),
		RAW("numbers.money", "5000"), RAW("numbers.day.year", "2026"),
		RAW("numbers.day.month", "1"), RAW("numbers.day.day", "1"), RAW("numbers.yes", "yes"));
	assert_json(a, json_path(t.answers, STR("numbers")),
	            "{'count':7,'day':'2026-11-01','yes':false,'money':5000}");
	/* One child's answer opens, and what it newly asks for; the name of the group
	 * alone is not enough. */
	t = TAKE(a, f, "kids", 1, RAW("raise", "yes"), RAW("as", "ward"));
	assert_int_equal(t.nerrors, 0);
	assert_json(a, json_path(clean(t.form), STR("kids")),
	            "[{'id':'m3','name':'加賀 一','raise':true,'as':'child'},"
	            "{'id':'m4','name':'加賀 二葉','raise':true,'as':'ward'}]");
	f = correcting(a, given_answers, "['kids.raised','raise']", NOON);
	assert_false(form_may_change(f, page_of(f, "kids"), 0, field_of(f, "kids", "raise")));
}

static void a_correction_may_answer_what_it_newly_asks(void **state)
{
	struct arena *a = *state;
	struct form *f = correcting(a, given_answers, "['picks.one']", NOON);
	struct form_taken t = TAKE(a, f, "picks", FORM_NO_ITEM, RAW("picks.one", "c"),
	                           RAW("picks.why", "理由"), RAW("picks.some", "z"));
	assert_int_equal(t.nerrors, 0);
	assert_json(a, json_path(t.answers, STR("picks")), "{'one':'c','some':['x'],'why':'理由'}");
	struct str id = STR("");
	assert_false(form_strays(t.form, clean(open_all(a, given_answers)),
	                         json_of(a, "['picks.one']"), &id));
}

static void strays_are_found(void **state)
{
	struct arena *a = *state;
	struct str id;
	const struct json *submitted = clean(open_all(a, given_answers));
	struct form *f = open_all(a, "{'words':{'short':'りんご'},'numbers':{'count':9,"
		"'day':'2026-11-01','yes':false},'picks':{'one':'a','some':['x']},"
		"'kids':[{'id':'m3','raise':true,'as':'child'},{'id':'m4','raise':true,'as':'ward'}]}");
	assert_true(form_strays(f, submitted, json_of(a, "['kids.raise']"), &id));
	assert_str(id, STR("numbers.count"));
	assert_true(form_strays(f, submitted, json_of(a, "['numbers.count']"), &id));
	assert_str(id, STR("kids.raise"));
	assert_false(form_strays(f, submitted, json_of(a, "['kids.raise','numbers.count']"), &id));
}

static void time_alone_makes_no_closed_answer_wrong(void **state)
{
	struct arena *a = *state;
	/* Seven months later the day is out of its six months; nobody commented on it. */
	const int64_t later = NOON + INT64_C(210) * 86400000000;
	struct form *f = correcting(a, given_answers, "['numbers.count']", later);
	assert_str(all_errors(a, f), STR(""));
	assert_str(all_errors(a, open_at(a, ALL_FIELDS, given_facts(a), json_of(a, given_answers), later)),
	           STR("numbers.day=6か月まで"));
	/* Commented on, it must be right again. */
	f = correcting(a, given_answers, "['numbers.day']", later);
	assert_str(all_errors(a, f), STR("numbers.day=6か月まで"));
}

/* ---- the officer's fields, showing ---- */

static void the_decision_is_checked(void **state)
{
	struct arena *a = *state;
	struct err err = { 0 };
	const struct json *d;
	const struct form_error *e;
	size_t n;
	struct form *f = open_all(a, given_answers);
	const struct form_raw bad[] = { RAW("grade", "中"), RAW("seen.year", "2026"),
		RAW("seen.month", "11"), RAW("seen.day", "21") };
	good(form_decision(f, bad, 4, &d, &e, &n, &err), &err);
	assert_str(errors_text(a, e, n), STR("grade=choose seen=今日まで"));
	const struct form_raw fine[] = { RAW("grade", "大"), RAW("seen.year", "令和8"),
		RAW("seen.year", "8"), RAW("seen.era", "令和"), RAW("seen.month", "11"),
		RAW("seen.day", "20"), RAW("other", "x") };
	good(form_decision(f, fine + 2, 5, &d, &e, &n, &err), &err);
	assert_str(errors_text(a, e, n), STR("grade=choose"));
	const struct form_raw right[] = { RAW("grade", "大"), RAW("seen.year", "8"),
		RAW("seen.era", "令和"), RAW("seen.month", "11"), RAW("seen.day", "20") };
	good(form_decision(f, right, 5, &d, &e, &n, &err), &err);
	assert_int_equal(n, 0);
	assert_json(a, d, "{'grade':'大','seen':'2026-11-20'}");
}

static void values_are_shown_as_people_read_them(void **state)
{
	struct arena *a = *state;
	struct form *f = open_all(a, given_answers);
	assert_str(form_show(f, field_of(f, "numbers", "numbers.money"), json_of(a, "1234567"), LANG_JA),
	           STR("1,234,567円"));
	assert_str(form_show(f, field_of(f, "numbers", "numbers.money"), json_of(a, "-123"), LANG_JA),
	           STR("-123円"));
	assert_str(form_show(f, field_of(f, "numbers", "numbers.money"), json_of(a, "0"), LANG_JA),
	           STR("0円"));
	assert_str(form_show(f, field_of(f, "numbers", "numbers.day"), json_of(a, "'2019-05-01'"), LANG_JA),
	           STR("2019年5月1日（令和元年）"));
	assert_str(form_show(f, field_of(f, "people", "people.with"), json_of(a, "['m2','m4']"), LANG_JA),
	           STR("加賀 太郎、加賀 二葉"));
	assert_str(form_show(f, field_of(f, "picks", "picks.some"), json_of(a, "['x','z']"), LANG_EN),
	           STR("X, Z"));
	assert_str(form_show(f, field_of(f, "picks", "picks.one"), NULL, LANG_JA), STR(""));
}

static void ids_are_known_whole(void **state)
{
	(void)state;
	const struct procedure *p = ALL_FIELDS;
	assert_true(form_knows(p, STR("words.short")));
	assert_true(form_knows(p, STR("kids.raise")));
	assert_false(form_knows(p, STR("raise")));
	assert_false(form_knows(p, STR("kids.")));
	assert_false(form_knows(p, STR("kids.0.raise")));
	assert_false(form_knows(p, STR("words")));
	assert_false(form_knows(p, STR("")));
	assert_false(form_knows(p, STR("kidsx.raise")));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(pages_appear_with_what_they_ask_for), T(fields_appear_by_when),
		T(the_register_fills_and_locks), T(an_emptied_prefilled_answer_stays_empty),
		T(eligible_by_its_rule), T(a_key_needs_its_answer), T(hidden_answers_are_dropped),
		T(clean_answers_open_the_same_form), T(a_group_follows_the_register_by_id),
		T(the_register_group_takes_no_items), T(a_free_group_grows_and_shrinks),
		T(a_group_says_too_few_and_too_many), T(a_list_page_takes_nothing),
		T(shown_locked_and_files_cannot_be_set), T(a_field_that_is_not_asked_cannot_be_set),
		T(an_answer_that_asks_more_says_so), T(taking_twice_changes_nothing), T(put_sets_a_file),
		T(every_kind_of_mistake_has_its_word), T(what_the_register_must_know_is_said),
		T(the_whole_form_is_wrong_where_its_pages_are), T(values_keep_their_types),
		T(a_text_that_looks_like_a_date_is_a_text), T(the_document_names_what_the_answers_name),
		T(the_document_is_canonical), T(fractions_are_signed_without_losing_a_digit),
		T(braces_of_hers_are_no_markup),
		T(the_document_names_the_people_that_answers_name_by_id), T(any_change_changes_the_document),
		T(a_correction_opens_what_was_commented_on), T(a_correction_may_answer_what_it_newly_asks),
		T(strays_are_found), T(time_alone_makes_no_closed_answer_wrong), T(the_decision_is_checked),
		T(values_are_shown_as_people_read_them), T(ids_are_known_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
