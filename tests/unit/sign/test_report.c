/* The report: what people read, and that names from a file break nothing in it. */
#include "sign/report.h"

#include <libxml/parser.h>

#include "base/calendar.h"
#include "base/clock.h"
#include "foreign.h"

#include "../support/asserts.h"

static struct arena *a;
static struct party root, signer;
static int64_t t0;

static int setup(void **state)
{
	(void)state;
	a = arena_new(256 << 20);
	t0 = jst_to_us((struct datetime){ .date = { 2026, 5, 1 }, .hour = 12, .minute = 34 });
	party_make(a, &(struct party_options){ .name = "Root", .from = t0 - CLOCK_DAY,
	           .to = t0 + 900 * CLOCK_DAY, .ca = true }, &root);
	party_make(a, &(struct party_options){ .name = "花子 <&\"']]>", .issuer = &root,
	           .from = t0 - CLOCK_DAY, .to = t0 + 900 * CLOCK_DAY }, &signer);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	party_free(&root);
	party_free(&signer);
	arena_free(a);
	return 0;
}

struct made {
	struct ades_signature s, counter;
	struct ades_object object;
	struct ades_change change;
	struct ades_file f;
	struct str anchors[1], uncovered[1];
	struct ades_report r;
};

static struct made *make(bool intact)
{
	struct made *m = ARENA_NEW(a, struct made);
	m->object = (struct ades_object){ STR("<a>&.txt"), true, intact, sign_digest_of(DIGEST_SHA256) };
	m->change = (struct ades_change){ CHANGE_FORM, true, STR("field <x>"), STR("欄に記入"),
		STR("a field was filled in") };
	m->s = (struct ades_signature){ .format = ADES_CADES, .level = ADES_B, .id = STR("S<1>"),
		.nobjects = 1, .objects = &m->object, .cert = signer.der, .cert_ref = CERT_REF_OK,
		.alg_known = true, .value_ok = true, .value = STR("value"), .claimed_time = t0,
		.role = STR("課長\x1b[2J"), .values = &m->f.values, .nchanges = 1, .changes = &m->change };
	sign_alg_ours(SIG_ES256, &m->s.alg);
	m->counter = m->s;
	m->s.counters = &m->counter;
	m->s.ncounters = 1;
	m->uncovered[0] = STR("left.txt");
	m->f.n = 1;
	m->f.kind = STR("CMS");
	m->f.signatures = &m->s;
	m->f.nuncovered = 1;
	m->f.uncovered = m->uncovered;
	m->anchors[0] = root.der;
	struct ades_trust t = { .nanchors = 1, .anchors = m->anchors, .no_revocation = true };
	m->r = (struct ades_report){ STR("letter\n.p7s"), &m->f, NULL, t0 };
	assert_true(is_ok(ades_validate(a, &m->f, &t, t0, &m->r.results, NULL)));
	return m;
}

static void people_read_what_happened(void **state)
{
	(void)state;
	struct str ja = report_text(a, &make(true)->r, REPORT_JA);
	struct str en = report_text(a, &make(false)->r, REPORT_EN);
	assert_has(ja, "本物です");
	assert_has(ja, "花子");
	assert_has(ja, "2026年5月1日 12時34分");
	assert_has(ja, "欄に記入");
	assert_has(ja, "left.txt");
	assert_has(ja, "署名 1.1");
	assert_false(has(ja, "\x1b"));
	assert_has(en, "Not to be relied on");
	assert_has(en, "TOTAL-FAILED/HASH_FAILURE");
	assert_has(en, "Ask the sender");
}

static void programs_read_json(void **state)
{
	(void)state;
	const struct json *j = report_json(a, &make(true)->r);
	const struct json *s = json_at(json_get(j, STR("signatures")), 0);
	assert_true(str_eq(json_text(json_get(j, STR("indication"))), STR("TOTAL-PASSED")));
	assert_true(str_eq(json_text(json_get(s, STR("format"))), STR("CAdES")));
	assert_int_equal(json_len(json_get(s, STR("chain"))), 2);
	assert_int_equal(json_len(json_get(s, STR("counterSignatures"))), 1);
	assert_true(json_len(json_get(s, STR("checks"))) >= 4);
	const struct json *again;
	assert_true(is_ok(json_parse(a, json_to_str(a, j), &again, NULL)));
}

static size_t count(struct str s, const char *part)
{
	size_t n = 0;
	for (size_t at; (at = str_find(s, str_c(part))) != STR_NONE; n++)
		s = str_from(s, at + 1);
	return n;
}

static void etsi_xml_is_well_formed(void **state)
{
	(void)state;
	struct str xml;
	assert_true(is_ok(report_xml(a, &make(false)->r, &xml, NULL)));
	xmlDocPtr doc = xmlReadMemory(xml.p, (int)xml.n, NULL, NULL, XML_PARSE_NONET);
	assert_non_null(doc);
	xmlFreeDoc(doc);
	assert_int_equal(count(xml, "<SignatureValidationReport>"), 2);
	assert_has(xml, "urn:etsi:019102:mainindication:total-failed");
	assert_has(xml, "urn:etsi:019102:subindication:HASH_FAILURE");
	assert_has(xml, "xmlns=\"http://uri.etsi.org/19102/v1.2.1#\"");
	assert_has(xml, "花子 &lt;&amp;&quot;']]&gt;");
	assert_has(xml, "<TrustAnchor VOReference=");
}

static void a_file_without_signatures_is_not_genuine(void **state)
{
	(void)state;
	struct ades_file f = { .kind = STR("PDF") };
	struct ades_report r = { STR("x.pdf"), &f, NULL, t0 };
	assert_int_equal(report_overall(&r), INDETERMINATE);
	assert_has(report_text(a, &r, REPORT_EN), "no electronic signature");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_read_what_happened), cmocka_unit_test(programs_read_json),
		cmocka_unit_test(etsi_xml_is_well_formed),
		cmocka_unit_test(a_file_without_signatures_is_not_genuine),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
