/* Models: what is read, what is refused, what a decision gives and why, and what
 * is still needed for it. */
#include "rule/dmn.h"
#include "rule/why.h"
#include "rule/xml.h"

#include "rule_support.h"

#define NS "https://www.omg.org/spec/DMN/20230324/MODEL/"
#define MODEL(body) "<definitions xmlns=\"" NS "\" namespace=\"urn:t\" name=\"t\">" body "</definitions>"
#define NEEDS(kind, id) "<informationRequirement><" kind " href=\"#" id "\"/></informationRequirement>"
#define TEXT(x) "<literalExpression><text>" x "</text></literalExpression>"
#define INPUT(id, type) "<inputData id=\"" id "\" name=\"" id "\"><variable name=\"" id "\" typeRef=\"" type "\"/></inputData>"
#define DECISION(id, body) "<decision id=\"" id "\" name=\"" id "\"><variable name=\"" id "\"/>" body "</decision>"

static const struct dmn_model *model_of(struct arena *a, const char *xml)
{
	const struct dmn_model *m;
	struct dmn_source source = { STR("t.dmn"), str_c(xml) };
	struct err err = { 0 };
	if (is_err(dmn_read(a, &source, 1, &m, &err)))
		fail_msg("%s", err.what);
	return m;
}

static struct dmn_outcome decide(struct arena *a, const char *xml, const char *name,
                                 const char *json)
{
	const struct dmn_model *m = model_of(a, xml);
	const struct json *j;
	struct dmn_outcome o;
	assert_true(is_ok(json_parse(a, str_c(json), &j, NULL)));
	struct feel_scope s = { .names = dmn_inputs_from_json(m, a, j), .now_us = TEST_NOW_US };
	assert_true(is_ok(dmn_decide(m, str_c(name), &s, a, &o, NULL)));
	return o;
}

static struct str value(struct arena *a, const char *xml, const char *name, const char *json)
{
	return feel_to_text(a, decide(a, xml, name, json).value);
}

static const char chain[] = MODEL(
	INPUT("age", "number") INPUT("born", "date") INPUT("never", "string")
	DECISION("adult", NEEDS("requiredInput", "age") TEXT("age &gt;= 18"))
	DECISION("text", NEEDS("requiredInput", "never") TEXT("never"))
	DECISION("may vote", NEEDS("requiredDecision", "adult") NEEDS("requiredDecision", "text")
	         TEXT("if adult then \"yes\" else text"))
	DECISION("year", NEEDS("requiredInput", "born") TEXT("born.year")));

static void decisions_require_each_other(void **state)
{
	ARENA_AUTO a = arena_new(0);
	(void)state;
	assert_text(value(a, chain, "may vote", "{\"age\": 20}"), "yes");
	assert_text(value(a, chain, "may vote", "{\"age\": 3, \"never\": \"no\"}"), "no");
	assert_text(value(a, chain, "year", "{\"born\": \"2001-02-03\"}"), "2001");
	struct dmn_outcome o = decide(a, chain, "adult", "{\"age\": \"old\"}");
	assert_int_equal(o.value->kind, FEEL_NULL);
	assert_int_equal(o.ntroubles, 1);
	assert_string_equal(o.troubles[0].code, "dmn.input");
}

static void only_what_matters_is_missing(void **state)
{
	ARENA_AUTO a = arena_new(0);
	const struct dmn_model *m = model_of(a, chain);
	const struct feel_value *v;
	const struct str *names;
	size_t n;
	(void)state;
	struct feel_scope s = { .names = facts_of(a, "{\"age\": 20}") };
	assert_true(is_ok(dmn_missing(m, STR("may vote"), &s, a, &v, &names, &n, NULL)));
	assert_int_equal(n, 0);
	s.names = facts_of(a, "{\"age\": 2}");
	assert_true(is_ok(dmn_missing(m, STR("may vote"), &s, a, &v, &names, &n, NULL)));
	assert_int_equal(n, 1);
	assert_text(names[0], "never");
	s.names = facts_of(a, "{}");
	assert_true(is_ok(dmn_missing(m, STR("may vote"), &s, a, &v, &names, &n, NULL)));
	assert_int_equal(n, 2);
	assert_text(names[0], "age");
	assert_text(names[1], "never");
	assert_int_equal(dmn_missing(m, STR("nobody"), &s, a, &v, &names, &n, NULL).kind, ERR_NOT_FOUND);
}

static const char types[] = MODEL(
	"<itemDefinition name=\"grade\"><typeRef>string</typeRef><allowedValues><text>\"a\", \"b\"</text>"
	"</allowedValues></itemDefinition>"
	"<itemDefinition name=\"person\"><itemComponent name=\"full name\"><typeRef>string</typeRef>"
	"</itemComponent><itemComponent name=\"grades\" isCollection=\"true\"><typeRef>grade</typeRef>"
	"</itemComponent></itemDefinition>"
	"<itemDefinition name=\"loop\"><typeRef>pool</typeRef></itemDefinition>"
	"<itemDefinition name=\"pool\"><typeRef>loop</typeRef></itemDefinition>"
	INPUT("who", "person")
	DECISION("name", NEEDS("requiredInput", "who") TEXT("who.full name"))
	DECISION("count", NEEDS("requiredInput", "who") TEXT("count(who.grades)")));

static void values_conform_to_item_definitions(void **state)
{
	ARENA_AUTO a = arena_new(0);
	const struct dmn_problem *p;
	(void)state;
	assert_text(value(a, types, "name", "{\"who\": {\"full name\": \"花子\", \"grades\": []}}"), "花子");
	assert_text(value(a, types, "count", "{\"who\": {\"full name\": \"x\", \"grades\": [\"a\", \"b\"]}}"), "2");
	assert_text(value(a, types, "name", "{\"who\": {\"full name\": \"x\", \"grades\": [\"c\"]}}"), "null");
	assert_text(value(a, types, "name", "{\"who\": {\"full name\": 5, \"grades\": []}}"), "null");
	size_t n = dmn_problems(model_of(a, types), &p);
	assert_int_equal(n, 1); /* one of the two that name each other */
	assert_string_equal(p[0].code, "dmn.type_cycle");
}

static void problems_have_a_place_and_hide_nothing(void **state)
{
	ARENA_AUTO a = arena_new(0);
	const struct dmn_problem *p;
	(void)state;
	const char *xml = MODEL("\n" DECISION("bad", "\n" TEXT("1 +\n  nobody")) DECISION("good", TEXT("1"))
	                        DECISION("lost", NEEDS("requiredInput", "gone") TEXT("2")));
	size_t n = dmn_problems(model_of(a, xml), &p);
	assert_int_equal(n, 2);
	assert_string_equal(p[0].code, "dmn.href");
	assert_string_equal(p[1].code, "feel.name");
	assert_int_equal(p[1].line, 4); /* the text begins in line 3 */
	assert_int_equal(p[1].col, 3);
	assert_text(p[1].element, "bad");
	assert_text(p[1].ja, "「nobody」という名前はありません");
	assert_text(value(a, xml, "good", "{}"), "1");
	assert_text(value(a, xml, "bad", "{}"), "null");
}

/* Every problem as "line code level", for one model. */
static struct str told(struct arena *a, const char *xml)
{
	const struct dmn_problem *p;
	struct str all = STR("");
	for (size_t i = 0, n = dmn_problems(model_of(a, xml), &p); i < n; i++)
		all = arena_printf(a, "%.*s%s%s%s: %.*s", STR_ARG(all), i ? "; " : "", p[i].code,
		                   p[i].note ? " note" : p[i].warning ? " warning" : "", STR_ARG(p[i].en));
	return all;
}

#define TABLE(rows) "<decisionTable><input><inputExpression typeRef=\"tUse\"><text>use</text></inputExpression>" \
	"</input><output name=\"y\" typeRef=\"number\"/>" rows "</decisionTable>"
#define RULE(in, out) "<rule><inputEntry><text>" in "</text></inputEntry><outputEntry><text>" out \
	"</text></outputEntry></rule>"
#define USE "<itemDefinition name=\"tUse\"><typeRef>string</typeRef><allowedValues><text>\"own\", \"rent\"" \
	"</text></allowedValues></itemDefinition>"
#define TYPED(id, type, body) "<decision id=\"" id "\" name=\"" id "\"><variable name=\"" id \
	"\" typeRef=\"" type "\"/>" body "</decision>"

static void tables_and_types_are_checked(void **state)
{
	ARENA_AUTO a = arena_new(0);
	(void)state;
	assert_text(told(a, MODEL(USE INPUT("use", "tUse") DECISION("d", NEEDS("requiredInput", "use")
	                 TABLE(RULE("\"own\"", "1") RULE("\"rent\"", "2"))))), "");
	assert_text(told(a, MODEL(USE INPUT("use", "tUse") DECISION("d", NEEDS("requiredInput", "use")
	                 TABLE(RULE("\"own\"", "1") RULE("\"rnt\", \"rent\"", "\"x\""))))),
	            "table.outside: row 2: 'use' is never \"rnt\": did you mean 'rent'?; "
	            "table.output_type: \"x\" does not conform to the type of 'y': number");
	assert_text(told(a, MODEL(USE TYPED("d", "tUse", TEXT("\"lend\"")))),
	            "dmn.constant_type: \"lend\" does not conform to the declared type 'tUse'");
	assert_text(told(a, MODEL(TYPED("d", "number", TEXT("1 &lt; 2 and true")))),
	            "dmn.declared_type: the result is declared as 'number', but it is always a boolean");
	assert_text(told(a, MODEL(TYPED("d", "number", TEXT("1 + 2")))), "");
	assert_text(told(a, MODEL("<itemDefinition name=\"t\"><typeRef>number</typeRef><allowedValues><text>1, \"2\""
	                          "</text></allowedValues></itemDefinition>")),
	            "dmn.allowed_type warning: \"2\" is no number, so it can never be allowed");
}

static void what_means_nothing_is_told(void **state)
{
	ARENA_AUTO a = arena_new(0);
	(void)state;
	assert_text(told(a, MODEL("<decision id=\"d\" nmae=\"d\"><literalExpresion/>" TEXT("1") "</decision>")),
	            "dmn.unknown_attribute warning: the attribute 'nmae' has no meaning on 'decision' and is ignored: "
	            "did you mean 'name'?; dmn.unknown_element warning: 'literalExpresion' has no meaning in "
	            "'decision' and is ignored: did you mean 'literalExpression'?");
	assert_text(told(a, MODEL("<extensionElements><x/></extensionElements><decision id=\"d\" name=\"d\" "
	                          "xmlns:c=\"urn:c\" c:z=\"1\"><c:any/>" TEXT("1") "</decision>")), "");
	assert_text(told(a, MODEL(TYPED("d", "nubmer", TEXT("1")))),
	            "dmn.unknown_type: there is no type 'nubmer': did you mean 'number'?");
}

#define CAMUNDA(body) "<definitions xmlns=\"" NS "\" namespace=\"http://camunda.org/schema/1.0/dmn\" name=\"t\">" body "</definitions>"
#define BARE(id, body) "<decision id=\"" id "\" name=\"The " id "\">" body "</decision>"

static void inputs_may_stay_undeclared(void **state)
{
	ARENA_AUTO a = arena_new(0);
	const struct dmn_element *e;
	const struct str *names;
	size_t n;
	(void)state;
	const char *xml = CAMUNDA(BARE("low", "<decisionTable><input><inputExpression typeRef=\"date\"><text>from</text>"
	                  "</inputExpression></input><input><inputExpression typeRef=\"integer\"><text>sum</text>"
	                  "</inputExpression></input><output name=\"ok\" typeRef=\"boolean\"/><rule><inputEntry><text>"
	                  "&gt; date(\"2026-01-01\")</text></inputEntry><inputEntry><text>&lt; 5</text></inputEntry>"
	                  "<outputEntry><text>true</text></outputEntry></rule></decisionTable>")
	                  BARE("end", NEEDS("requiredDecision", "low") TEXT("if ok then low else other")));
	assert_text(value(a, xml, "The end", "{\"from\": \"2026-05-01\", \"sum\": 3}"), "true");
	assert_text(value(a, xml, "The end", "{\"from\": \"2026-05-01\", \"sum\": 9, \"other\": 7}"), "7");
	const struct dmn_model *m = model_of(a, xml);
	assert_int_equal(dmn_elements(m, a, &e), 5);
	assert_int_equal(e[2].kind, DMN_INPUT);
	assert_text(e[2].name, "from");
	struct feel_scope s = { .names = facts_of(a, "{\"sum\": 9}") };
	assert_true(is_ok(dmn_missing(m, STR("The end"), &s, a, NULL, &names, &n, NULL)));
	assert_int_equal(n, 1);
	assert_text(names[0], "other");
	assert_text(told(a, CAMUNDA(BARE("rate", TEXT("1")) BARE("z", NEEDS("requiredDecision", "rate") TEXT("rat + 1")))),
	            "dmn.free warning: 'rat' is declared nowhere: it is taken for an input: did you mean 'rate'?");
	/* Elsewhere it is a mistake, and so it is where inputs are declared. */
	assert_true(str_starts(told(a, MODEL(BARE("z", TEXT("aa + 1")))), STR("feel.name")));
	assert_true(str_starts(told(a, CAMUNDA(INPUT("i", "number") BARE("z", TEXT("aa + 1")))), STR("feel.name")));
	assert_true(str_starts(told(a, CAMUNDA(BARE("z", TEXT("aa(1)")))), STR("feel.function")));
}

static void inputs_of_a_table_take_declared_types(void **state)
{
	ARENA_AUTO a = arena_new(0);
	(void)state;
#define UNTYPED(expr, rows) DECISION("d", NEEDS("requiredInput", "use") "<decisionTable><input><inputExpression><text>" \
	expr "</text></inputExpression></input><output/>" rows "</decisionTable>")
	assert_text(told(a, MODEL(USE INPUT("use", "tUse") UNTYPED("use", RULE("\"own\"", "1") RULE("\"rnt\"", "2")))),
	            "table.outside: row 2: 'use' is never \"rnt\": did you mean 'rent'?; "
	            "table.value warning: no row is for 'use' = \"rent\"");
	assert_text(told(a, MODEL(USE "<itemDefinition name=\"t\"><itemComponent name=\"use\"><typeRef>tUse</typeRef>"
	            "</itemComponent></itemDefinition>" INPUT("use", "t") UNTYPED("use.use", RULE("5", "1") RULE("-", "2")))),
	            "table.type: row 1: the test 5 of 'use.use' asks for a number, but the input is a text");
	/* The table's own word for it may be wrong. */
	assert_text(told(a, MODEL(INPUT("use", "boolean") DECISION("d", NEEDS("requiredInput", "use") "<decisionTable>"
	            "<input><inputExpression typeRef=\"string\"><text>use</text></inputExpression></input><output/>"
	            RULE("true", "1") RULE("false", "2") "</decisionTable>"))),
	            "dmn.input_type warning: the input is declared a text, but 'use' is a boolean");
	/* A type that does not exist is told once, and limits nothing. */
	const char *xml = MODEL(TYPED("d", "nubmer", TEXT("1 + 1")));
	assert_text(value(a, xml, "d", "{}"), "2");
}

static void cycles_are_told_and_end(void **state)
{
	ARENA_AUTO a = arena_new(0);
	const struct dmn_problem *p;
	(void)state;
	const char *xml = MODEL(DECISION("x", NEEDS("requiredDecision", "y") TEXT("y"))
	                        DECISION("y", NEEDS("requiredDecision", "x") TEXT("x")));
	assert_int_equal(dmn_problems(model_of(a, xml), &p), 1);
	assert_string_equal(p[0].code, "dmn.cycle");
	assert_string_equal(decide(a, xml, "x", "{}").troubles[0].code, "dmn.cycle");
	/* A service whose output calls the service: a limit, no crash. */
	const char *service = MODEL("<decisionService id=\"s\" name=\"s\"><outputDecision href=\"#d\"/>"
		"</decisionService><decision id=\"d\" name=\"d\"><knowledgeRequirement><requiredKnowledge "
		"href=\"#s\"/></knowledgeRequirement>" TEXT("s()") "</decision>");
	struct feel_scope s = { 0 };
	struct dmn_outcome o;
	struct err err = { 0 };
	assert_int_equal(dmn_decide(model_of(a, service), STR("d"), &s, a, &o, &err).kind, ERR_LIMIT);
}

static const char table[] = MODEL(
	INPUT("ratio", "number")
	"<decision id=\"g\" name=\"grade\"><variable name=\"grade\"/>" NEEDS("requiredInput", "ratio")
	"<decisionTable hitPolicy=\"UNIQUE\"><input><inputExpression><text>ratio</text></inputExpression>"
	"</input><output/><annotation name=\"根拠\"/>"
	"<rule><inputEntry><text>&gt;= 50</text></inputEntry><outputEntry><text>\"全壊\"</text></outputEntry>"
	"<annotationEntry><text>第三条</text></annotationEntry></rule>"
	"<rule><inputEntry><text>[40..60)</text></inputEntry><outputEntry><text>\"半壊\"</text></outputEntry>"
	"</rule></decisionTable></decision>");

static void tables_say_why(void **state)
{
	ARENA_AUTO a = arena_new(0);
	BUF_AUTO out;
	const struct why *why;
	struct dmn_outcome o;
	(void)state;
	struct feel_scope s = { .names = facts_of(a, "{\"ratio\": 70}") };
	assert_true(is_ok(dmn_explain(model_of(a, table), STR("grade"), &s, a, &o, &why, NULL)));
	buf_init(&out, 1 << 16);
	why_write(&out, why, WHY_JA);
	assert_text(buf_str(&out), "結果：「全壊」\n  grade：「全壊」\n    表「grade」の結果は「全壊」\n"
	            "      ratio：70\n      1行目に当てはまります（根拠：第三条）\n"
	            "        ratio：70（条件：50以上）\n");
	buf_clear(&out);
	why_write(&out, why, WHY_EN);
	assert_true(str_find(buf_str(&out), STR("ratio: 70 (asked: at least 50)")) != STR_NONE);
	o = decide(a, table, "grade", "{\"ratio\": 55}");
	assert_int_equal(o.value->kind, FEEL_NULL);
	assert_string_equal(o.troubles[0].code, "table.several");
}

static enum err_kind refused(struct arena *a, const char *xml)
{
	const struct dmn_model *m;
	struct dmn_source source = { STR("t.dmn"), str_c(xml) };
	struct err err = { 0 };
	return dmn_read(a, &source, 1, &m, &err).kind;
}

static void hostile_files_are_refused(void **state)
{
	ARENA_AUTO a = arena_new(0);
	(void)state;
	assert_int_equal(refused(a, ""), ERR_TOO_LARGE);
	assert_int_equal(refused(a, "<a"), ERR_INPUT);
	assert_int_equal(refused(a, "<a></b>"), ERR_INPUT);
	assert_int_equal(refused(a, "<definitions/>"), ERR_INPUT);
	assert_int_equal(refused(a, "<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>"), ERR_INPUT);
	assert_int_equal(refused(a, "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><x/>"), ERR_INPUT);
	assert_int_equal(refused(a, MODEL("&undefined;")), ERR_INPUT);
	assert_int_equal(refused(a, MODEL("\xff\xfe")), ERR_INPUT);
	assert_int_equal(refused(a, "<?xml version=\"1.0\" encoding=\"UTF-7\"?>+ADwAIQ-DOCTYPE x+AD4-<x/>"), ERR_INPUT);
	assert_int_equal(refused(a, MODEL("")), ERR_NONE);
	struct buf b;
	buf_init(&b, 1 << 20);
	for (int i = 0; i < 5000; i++)
		buf_add_c(&b, "<a>");
	buf_add_char(&b, '\0');
	assert_int_equal(refused(a, b.p), ERR_INPUT);
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decisions_require_each_other),
		cmocka_unit_test(only_what_matters_is_missing),
		cmocka_unit_test(values_conform_to_item_definitions),
		cmocka_unit_test(problems_have_a_place_and_hide_nothing),
		cmocka_unit_test(tables_and_types_are_checked),
		cmocka_unit_test(what_means_nothing_is_told), cmocka_unit_test(cycles_are_told_and_end),
		cmocka_unit_test(inputs_may_stay_undeclared),
		cmocka_unit_test(inputs_of_a_table_take_declared_types),
		cmocka_unit_test(tables_say_why),
		cmocka_unit_test(hostile_files_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
