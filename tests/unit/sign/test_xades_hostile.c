/* XML signatures meant to deceive: entities, wrapping, Ids that mean two things,
 * transforms that choose, comments inside of values, documents made to cost.
 *
 * With MUSUBI_KEEP=DIR every file is written there: the seeds of
 * tests/fuzz/corpus/xades. */
#include "xades_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"

static struct xades_world w;
static const struct xades_form part = { .name = "part", .prefix = "ds",
	.c14n = "http://www.w3.org/2001/10/xml-exc-c14n#", .properties = true, .part = "b" };

static int setup(void **state)
{
	(void)state;
	xades_world_new(&w, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	xades_world_done(&w);
	return 0;
}

static void keep(const char *name, struct str xml)
{
	const char *dir = getenv("MUSUBI_KEEP");
	if (!dir || xml.n > 1 << 18)
		return;
	FILE *f = fopen(arena_printf(w.a, "%s/%s.xml", dir, name).p, "w");
	assert_true(f && fwrite(xml.p, 1, xml.n, f) == xml.n);
	fclose(f);
}

static struct result read_as(const char *name, struct str xml, struct ades_file *ret,
                             struct err *err)
{
	struct source file = source_bytes(STR(""), xml);
	keep(name, xml);
	return xades_read(w.a, &file, NULL, ret, err);
}

static struct ades_signature one(const char *name, struct str xml)
{
	struct ades_file f = { 0 };
	struct err err = { 0 };
	struct result r = read_as(name, xml, &f, &err);
	if (is_err(r) || f.n != 1)
		fail_msg("%s: %zu signatures, %s", name, f.n, err.what);
	return f.signatures[0];
}

/* Processor time: a busy machine is no attack. */
static int64_t cpu_us(void)
{
	return (int64_t)clock() * CLOCK_SECOND / CLOCKS_PER_SEC;
}

static void refused(const char *name, struct str xml, const char *code, const char *what)
{
	struct ades_file f;
	struct err err = { 0 };
	int64_t begin = cpu_us();
	struct result r = read_as(name, xml, &f, &err);
	if (is_ok(r))
		fail_msg("%s was read", name);
	assert_string_equal(err.code, code);
	assert_has(str_c(err.what), what);
	assert_true(cpu_us() - begin < 10 * CLOCK_SECOND);
}

static void malformed(const char *name, struct str xml, const char *what)
{
	struct ades_signature s = one(name, xml);
	if (!has(s.malformed, what))
		fail_msg("%s: \"%.*s\" instead of \"%s\"", name, STR_ARG(s.malformed), what);
}

static bool whole(const struct ades_signature *s)
{
	bool good = !s->malformed.n && s->value_ok;
	for (size_t i = 0; i < s->nobjects; i++)
		good = good && s->objects[i].intact;
	return good;
}

#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define DOC "<r xmlns=\"urn:r\"><b Id=\"b\">pay 1</b><c/></r>"

static struct str signed_part(void)
{
	return xades_make(&w, STR(DOC), NULL, &part);
}

static struct str times(const char *s, size_t n)
{
	char *p = arena_alloc(w.a, strlen(s) * n + 1);
	for (size_t i = 0; i < n; i++)
		memcpy(p + i * strlen(s), s, strlen(s));
	return str_of(p, strlen(s) * n);
}

static struct str around(const char *head, struct str in, const char *tail)
{
	return arena_join(w.a, arena_join(w.a, str_c(head), in), str_c(tail));
}

/* ---- documents that are no documents ---- */

static void document_types_and_entities_are_refused(void **state)
{
	(void)state;
	refused("xxe", STR("<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><r>&x;</r>"),
	        "xml.refused", "document type");
	refused("xxe-parameter", STR("<!DOCTYPE r [<!ENTITY % p SYSTEM \"http://127.0.0.1:1/e\">%p;]><r/>"),
	        "xml.refused", "document type");
	refused("laughs", STR("<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\"><!ENTITY c "
	                      "\"&b;&b;&b;\">]><l>&c;</l>"), "xml.refused", "document type");
	refused("dtd", STR("<!DOCTYPE r SYSTEM \"http://127.0.0.1:1/x.dtd\"><r/>"), "xml.refused",
	        "document type");
	refused("dtd-bare", STR("<!DOCTYPE r><r/>"), "xml.refused", "document type");
	refused("dtd-default", STR("<!DOCTYPE r [<!ATTLIST r Id ID \"b\">]><r/>"), "xml.refused",
	        "document type");
	refused("entity", STR("<r>&x;</r>"), "xml.malformed", "");
	refused("entity-attribute", STR("<r a=\"&x;\"/>"), "xml.malformed", "");
}

static void other_encodings_are_refused(void **state)
{
	(void)state;
	refused("utf16", str_of("\xff\xfe<\0r\0/\0>\0", 10), "xml.utf8", "no UTF-8");
	refused("utf16-bare", str_of("<\0r\0/\0>\0", 8), "xml.utf8", "no UTF-8");
	refused("utf7", STR("<?xml version=\"1.0\" encoding=\"UTF-7\"?><r>+ADw-x+AD4-</r>"), "xml.utf8",
	        "says that it is not");
	refused("sjis", STR("<?xml version='1.0' encoding='Shift_JIS'?><r/>"), "xml.utf8",
	        "says that it is not");
	refused("utf16-said", STR("<?xml version=\"1.0\" encoding = \"UTF-16\"?><r/>"), "xml.utf8",
	        "says that it is not");
	refused("nul", str_of("<r>\0</r>", 8), "xml.utf8", "no UTF-8");
	refused("overlong", STR("<r>\xc0\xbc</r>"), "xml.utf8", "no UTF-8");
	struct ades_file f;
	assert_true(is_ok(read_as("bom", STR("\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?><r/>"),
	                          &f, NULL)) && f.n == 0);
}

static void bombs_are_refused(void **state)
{
	(void)state;
	refused("deep", arena_join(w.a, times("<a>", 300), times("</a>", 300)), "xml.refused", "deeply");
	struct str many = STR("<r");
	for (int i = 0; i < 70; i++)
		many = arena_printf(w.a, "%.*s xmlns:n%d=\"urn:%d\"", STR_ARG(many), i, i);
	refused("namespaces", arena_join(w.a, many, STR("/>")), "xml.refused", "namespaces");
	refused("elements", around("<r>", times("<a/>", 1100000), "</r>"), "xml.refused", "too many");
	refused("huge-text", around("<r>", times("0123456789abcdef", 1 << 20), "</r>"), "xml.refused",
	        "too long");
	refused("huge-cdata", around("<r><![CDATA[", times("0123456789abcdef", 1 << 20), "]]></r>"),
	        "xml.malformed", "");
	refused("huge-pieces", around("<r>", times("0123456789abcde&amp;<![CDATA[x]]>", 600000), "</r>"),
	        "xml.refused", "too long");
	refused("comments", around("<r>", times("<!---->", 1100000), "</r>"), "xml.refused", "too many");
	refused("instructions", around("<r>", times("<?a?>", 1100000), "</r>"), "xml.refused", "too many");
	refused("huge", times("<r", 17 << 20), "sign.file", "at most");
	refused("cut", STR("<r><ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">"),
	        "xml.malformed", "");
	refused("two-attributes", STR("<r Id=\"a\" Id=\"b\"/>"), "xml.malformed", "");
	refused("prefix", STR("<ds:Signature/>"), "xml.malformed", "");
}

/* Many references to the whole of a large document, in one signature. */
static void canonicalisation_has_a_budget(void **state)
{
	(void)state;
	struct str ref = STR("<ds:Reference URI=\"\"><ds:Transforms><ds:Transform Algorithm=\"http://www.w3"
		".org/2000/09/xmldsig#enveloped-signature\"/></ds:Transforms><ds:DigestMethod Algorithm=\""
		"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		"AAAAAAAAAAAAA=</ds:DigestValue></ds:Reference>");
	struct str info = around("<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:"
		"SignedInfo><ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20"
		"010315\"/><ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\""
		"/>", times(ref.p, 500), "</ds:SignedInfo><ds:SignatureValue>AA==</ds:SignatureValue>"
		"</ds:Signature>");
	struct str doc = arena_join(w.a, around("<r xmlns:a=\"urn:a\" xmlns:b=\"urn:b\">",
	                                        times("<x><y/></x>", 200000), ""),
	                            arena_join(w.a, info, STR("</r>")));
	int64_t begin = cpu_us();
	struct ades_signature s = one("flood-references", doc);
	assert_false(whole(&s));
	assert_true(cpu_us() - begin < 40 * CLOCK_SECOND); /* with sanitizers */
}

/* ---- wrapping ---- */

static void an_id_names_one_element(void **state)
{
	(void)state;
	struct str made = signed_part();
	struct ades_signature s = one("good-part", made);
	assert_true(whole(&s));
	static const char *const twins[] = { "<b Id=\"b\">pay 9</b><c/>", "<c ID=\"b\"/>", "<c id=\"b\"/>",
		"<c xml:id=\"b\"/>" };
	for (size_t i = 0; i < 4; i++)
		malformed(arena_printf(w.a, "twin-%zu", i).p, replaced(w.a, made, "<c/>", twins[i]),
		          "several elements");
	/* The attribute of another vocabulary is none. */
	s = one("twin-none", replaced(w.a, made, "<c/>", "<c xmlns:q=\"urn:q\" q:Id=\"b\"/>"));
	assert_true(whole(&s));
}

/* The signed element was moved and another one stands where programs look: what
 * holds says where it stands. */
static void what_was_moved_is_named_where_it_stands(void **state)
{
	(void)state;
	struct str made = signed_part();
	struct str evil = replaced(w.a, made, "<b Id=\"b\">pay 1</b>",
	                           "<b Id=\"e\">pay 9</b><w><b Id=\"b\">pay 1</b></w>");
	struct ades_signature s = one("wrap-sibling", evil);
	assert_true(whole(&s) && str_eq(s.objects[0].name, STR("/r/w/b")));
	evil = replaced(w.a, made, "<b Id=\"b\">pay 1</b>", "<b Id=\"e\">pay 9</b>");
	struct str object = replaced(w.a, evil, "</ds:KeyInfo>",
		"</ds:KeyInfo><ds:Object><b xmlns=\"urn:r\" Id=\"b\">pay 1</b></ds:Object>");
	s = one("wrap-object", object);
	assert_true(whole(&s) && str_eq(s.objects[0].name, STR("/r/Signature/Object[1]/b")));
	struct str root = around("<r xmlns=\"urn:r\"><b>pay 9</b>", made, "</r>");
	root = replaced(w.a, root, XML_HEAD, "");
	s = one("wrap-root", root);
	assert_true(whole(&s) && str_eq(s.objects[0].name, STR("/r/r/b")));
	/* A signature over the whole document does not survive any of it. */
	made = replaced(w.a, xades_make(&w, STR(DOC), NULL, NULL), XML_HEAD, "");
	s = one("wrap-whole", around("<r xmlns=\"urn:r\"><b>pay 9</b>", made, "</r>"));
	assert_false(whole(&s));
	/* Nor does text that was moved into the signature that is taken away. */
	s = one("wrap-hide", replaced(w.a, made, "</ds:KeyInfo>", "</ds:KeyInfo><ds:Object><b>pay 9</b>"
	        "</ds:Object>"));
	assert_true(str_eq(s.objects[0].name, STR("")) && s.nobjects == 2);
}

static void properties_are_those_of_the_signature(void **state)
{
	(void)state;
	struct str made = signed_part(), other = signed_part();
	size_t at = str_find(other, STR("<ds:Object>")), end = str_find(other, STR("</ds:Signature>"));
	struct str object = str_sub(other, at, end - at);
	malformed("properties-two", replaced(w.a, made, "</ds:Signature>",
	          arena_printf(w.a, "%.*s</ds:Signature>", STR_ARG(object)).p), "QualifyingProperties");
	malformed("properties-second", replaced(w.a, made, "</xades:QualifyingProperties>",
	          "<xades:SignedProperties/></xades:QualifyingProperties>"), "something else");
	malformed("properties-target", replaced(w.a, made, "Target=\"#S-", "Target=\"#T-"), "of another");
	size_t id = str_find(made, STR("<xades:SignedProperties Id="));
	assert_int_not_equal(id, STR_NONE);
	malformed("properties-unsigned", replaced(w.a, made, "<xades:SignedProperties Id=\"",
	          "<xades:SignedProperties Id=\"x"), "another element");
	/* The signed ones moved away, others in their place. */
	struct str start = str_from(made, id);
	struct str whole_element = str_sub(start, 0, str_find(start, STR("</xades:SignedProperties>")) + 25);
	struct str moved = replaced(w.a, made, "<c/>", arena_printf(w.a, "<c xmlns:xades=\"http://uri.etsi."
		"org/01903/v1.3.2#\" xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">%.*s</c>",
		STR_ARG(whole_element)).p);
	malformed("properties-twice", moved, "several elements");
	malformed("properties-reference", replaced(w.a, made, "</xades:QualifyingProperties>",
	          "</xades:QualifyingProperties><xades:QualifyingPropertiesReference "
	          "xmlns:xades=\"http://uri.etsi.org/01903/v1.3.2#\" URI=\"http://x\"/>"),
	          "elsewhere");
	malformed("properties-old", replaced(w.a, made, "01903/v1.3.2#\" Target",
	          "01903/v1.2.2#\" Target"), "before 1.3.2");
}

static void a_certificate_cannot_be_exchanged(void **state)
{
	(void)state;
	struct party false_one;
	party_make(w.a, &(struct party_options){ .name = "結 花子", .issuer = &w.other, .key = w.signer.key,
	           .from = w.now - CLOCK_DAY, .to = w.now + CLOCK_DAY }, &false_one);
	struct ades_options o = w.o;
	w.o.signer.cert = false_one.der; /* the same key, another name for it */
	struct str other = signed_part();
	w.o = o;
	struct str made = signed_part();
	size_t from = str_find(other, STR("<ds:KeyInfo>")), to = str_find(other, STR("</ds:KeyInfo>"));
	size_t mine = str_find(made, STR("<ds:KeyInfo>")), mine_end = str_find(made, STR("</ds:KeyInfo>"));
	struct str swapped = arena_join(w.a, arena_join(w.a, str_sub(made, 0, mine),
	                                                str_sub(other, from, to - from)),
	                                str_from(made, mine_end));
	struct ades_signature s = one("certificate", swapped);
	assert_true(s.value_ok && s.cert_ref == CERT_REF_MISMATCH);
	party_free(&false_one);
}

/* ---- what is said inside of a signature ---- */

static void values_hold_nothing_but_text(void **state)
{
	(void)state;
	struct str made = signed_part();
	malformed("comment-digest", replaced(w.a, made, "<ds:DigestValue>", "<ds:DigestValue><!-- x -->"),
	          "plain digest");
	malformed("pi-digest", replaced(w.a, made, "<ds:DigestValue>", "<ds:DigestValue><?x y?>"),
	          "plain digest");
	malformed("element-digest", replaced(w.a, made, "<ds:DigestValue>", "<ds:DigestValue><a/>"),
	          "plain digest");
	malformed("comment-value", replaced(w.a, made, "</ds:SignatureValue>",
	          "<!-- x --></ds:SignatureValue>"), "no base64");
	malformed("comment-certificate", replaced(w.a, made, "<ds:X509Certificate>",
	          "<ds:X509Certificate><!-- -->"), "KeyInfo");
	struct ades_signature s = one("comment-method", replaced(w.a, made, "<ds:SignedInfo>",
	                                                         "<ds:SignedInfo><!-- x -->"));
	assert_true(whole(&s)); /* comments are no part of SignedInfo's canonical form */
}

#define TRANSFORM "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>"

static void transforms_do_not_choose(void **state)
{
	(void)state;
	struct str made = signed_part();
	malformed("xslt", replaced(w.a, made, TRANSFORM, "<ds:Transform Algorithm=\"http://www.w3.org/TR/"
	          "1999/REC-xslt-19991116\"><x:stylesheet xmlns:x=\"http://www.w3.org/1999/XSL/Transform\" "
	          "version=\"1.0\"/></ds:Transform>"), "XSLT is refused");
	malformed("xpath", replaced(w.a, made, TRANSFORM, "<ds:Transform Algorithm=\"http://www.w3.org/TR/"
	          "1999/REC-xpath-19991116\"><ds:XPath>self::text()</ds:XPath></ds:Transform>"), "refused");
	malformed("filter2", replaced(w.a, made, TRANSFORM, "<ds:Transform Algorithm=\"http://www.w3.org/20"
	          "02/06/xmldsig-filter2\"><XPath xmlns=\"http://www.w3.org/2002/06/xmldsig-filter2\" "
	          "Filter=\"intersect\">/descendant::ds:Signature</XPath></ds:Transform>"), "refused");
	malformed("filter2-prefix", replaced(w.a, made, TRANSFORM, "<ds:Transform Algorithm=\"http://www.w3"
	          ".org/2002/06/xmldsig-filter2\"><XPath xmlns=\"http://www.w3.org/2002/06/xmldsig-filter2\" "
	          "Filter=\"subtract\" xmlns:q=\"urn:r\">//q:Signature</XPath></ds:Transform>"), "refused");
	malformed("flood-transforms", replaced(w.a, made, TRANSFORM, times(TRANSFORM, 200).p),
	          "too many transforms");
	malformed("c14n-unknown", replaced(w.a, made, "CanonicalizationMethod Algorithm=\"http://www.w3."
	          "org/2001/10/xml-exc-c14n#\"", "CanonicalizationMethod Algorithm=\"http://x/null\""),
	          "no canonicalisation");
	malformed("enveloped-inside", replaced(w.a, made, TRANSFORM "</ds:Transforms><ds:DigestMethod "
	          "Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>", "<ds:Transform "
	          "Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>" TRANSFORM
	          "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>"
	          "</ds:Transforms><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>"
	          "<ds:DigestValue>"), "from octets");
}

static void a_signature_does_not_sign_itself(void **state)
{
	(void)state;
	struct str made = signed_part();
	malformed("self-info", replaced(w.a, replaced(w.a, made, "URI=\"#b\"", "URI=\"#i\""),
	          "<ds:SignedInfo>", "<ds:SignedInfo Id=\"i\">"), "its own SignedInfo");
	malformed("self-whole", replaced(w.a, made, "URI=\"#b\"", "URI=\"\""), "its own SignedInfo");
	malformed("self-root", replaced(w.a, replaced(w.a, made, "URI=\"#b\"", "URI=\"#z\""), "<r ",
	          "<r Id=\"z\" "), "its own SignedInfo");
}

static void secrets_and_halves_are_no_signatures(void **state)
{
	(void)state;
	struct str made = signed_part();
#define METHOD "<ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256\"/>"
	malformed("hmac", replaced(w.a, made, METHOD, "<ds:SignatureMethod Algorithm=\"http://www.w3.org/"
	          "2000/09/xmldsig#hmac-sha1\"/>"), "HMAC");
	malformed("hmac-length", replaced(w.a, made, METHOD, "<ds:SignatureMethod Algorithm=\"http://www.w3"
	          ".org/2000/09/xmldsig#hmac-sha1\"><ds:HMACOutputLength>0</ds:HMACOutputLength>"
	          "</ds:SignatureMethod>"), "HMACOutputLength");
	struct ades_signature s = one("method-unknown", replaced(w.a, made, "#ecdsa-sha256", "#nothing"));
	assert_false(s.alg_known || s.value_ok);
	s = one("digest-unknown", replaced(w.a, made, "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/"
	        "04/xmlenc#sha256\"", "<ds:DigestMethod Algorithm=\"http://x/none\""));
	assert_true(!s.objects[0].alg && !s.objects[0].intact);
	s = one("digest-short", replaced(w.a, made, "<ds:DigestValue>", "<ds:DigestValue> </ds:DigestValue>"
	        "</ds:Reference><ds:Reference URI=\"#b\"><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/"
	        "04/xmlenc#sha256\"/><ds:DigestValue>"));
	assert_false(s.objects[0].intact);
}

static void namespaces_mean_what_they_say(void **state)
{
	(void)state;
	struct str made = signed_part();
	struct ades_file f;
	assert_true(is_ok(read_as("ns-other", replaced(w.a, made, "xmlns:ds=\"http://www.w3.org/2000/09/"
	            "xmldsig#\" Id", "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig\" Id"), &f, NULL)));
	assert_int_equal(f.n, 0);
	malformed("ns-inside", replaced(w.a, made, "<ds:SignedInfo>", "<ds:SignedInfo xmlns:ds=\"urn:x\">"),
	          "no SignedInfo");
	/* A prefix that means something else inside what is signed is a change. */
	struct ades_signature s = one("ns-moved", replaced(w.a, made, "<b Id", "<b xmlns=\"urn:q\" Id"));
	assert_false(s.objects[0].intact);
	malformed("order", replaced(w.a, made, "<ds:KeyInfo>", "<ds:Extra/><ds:KeyInfo>"), "something else");
	assert_true(is_ok(read_as("in-comment", around("<r><!--", replaced(w.a, made, XML_HEAD, ""), "--></r>"), &f, NULL)) && f.n == 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(document_types_and_entities_are_refused),
		T(other_encodings_are_refused),
		T(bombs_are_refused),
		T(canonicalisation_has_a_budget),
		T(an_id_names_one_element),
		T(what_was_moved_is_named_where_it_stands),
		T(properties_are_those_of_the_signature),
		T(a_certificate_cannot_be_exchanged),
		T(values_hold_nothing_but_text),
		T(transforms_do_not_choose),
		T(a_signature_does_not_sign_itself),
		T(secrets_and_halves_are_no_signatures),
		T(namespaces_mean_what_they_say),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
