/* XAdES made and read: all packagings and levels, renewals, counter signatures,
 * e-Gov's form, large files beside the signature. */
#include "xades_world.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/encode.h"
#include "sign/validate.h"

static struct xades_world w;

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

#define DOC "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<申請書 xmlns=\"urn:test\" xmlns:p=\"urn:p\">" \
	"<氏名 p:id=\"x\">結 花子</氏名><!-- 注 --><住所 番号='1'>東京都&amp;</住所></申請書>\n"

static void an_enveloped_signature_says_all_that_was_signed(void **state)
{
	(void)state;
	w.o.place = STR("加賀市");
	w.o.role = STR("申請者 <本人>");
	w.o.commitment = STR("http://uri.etsi.org/01903/v1.2.2#ProofOfApproval");
	struct str made = xades_make(&w, STR(DOC), NULL, NULL);
	struct ades_file f = xades_look(w.a, made, NULL);
	assert_int_equal(f.n, 1);
	const struct ades_signature *s = &f.signatures[0];
	assert_true(xades_holds(s));
	assert_int_equal(s->format, ADES_XADES);
	assert_int_equal(s->level, ADES_B);
	assert_int_equal(s->cert_ref, CERT_REF_OK);
	assert_true(str_eq(s->cert, w.signer.der));
	assert_int_equal(s->claimed_time, w.now);
	assert_true(str_eq(s->place, w.o.place) && str_eq(s->role, w.o.role));
	assert_true(str_eq(s->commitment, w.o.commitment) && str_eq(s->mime, STR("text/xml")));
	assert_string_equal(s->alg.name, "ECDSA with SHA-256");
	assert_int_equal(s->nobjects, 2);
	assert_true(str_eq(s->objects[0].name, STR("")));
	assert_true(str_ends(s->objects[1].name, STR("/QualifyingProperties/SignedProperties")));
}

static void a_changed_document_or_property_is_found(void **state)
{
	(void)state;
	struct str made = xades_make(&w, STR(DOC), NULL, NULL);
	struct ades_file f = xades_look(w.a, replaced(w.a, made, "花子", "太郎"), NULL);
	assert_true(f.signatures[0].value_ok && !f.signatures[0].objects[0].intact);
	f = xades_look(w.a, replaced(w.a, made, "番号=\"1\"", "番号=\"2\""), NULL);
	assert_false(f.signatures[0].objects[0].intact);
	f = xades_look(w.a, replaced(w.a, made, "2026-05-01T", "2026-05-02T"), NULL);
	assert_true(f.signatures[0].objects[0].intact && !f.signatures[0].objects[1].intact);
	f = xades_look(w.a, replaced(w.a, made, "-ref1\" URI", "-ref9\" URI"), NULL);
	assert_true(f.signatures[0].malformed.n); /* DataObjectFormat lost its reference */
	f = xades_look(w.a, replaced(w.a, made, "xml-exc-c14n#\"/></ds:Transforms>", "xml-exc-c14n#"
	               "WithComments\"/></ds:Transforms>"), NULL);
	assert_false(f.signatures[0].value_ok);
	/* A comment is no part of what is signed (URI "" leaves them out). */
	f = xades_look(w.a, replaced(w.a, made, "<!-- 注 -->", "<!-- 他 -->"), NULL);
	assert_true(xades_holds(&f.signatures[0]));
}

static void every_packaging_holds(void **state)
{
	(void)state;
	struct source files[] = { source_bytes(STR("添付 1.pdf"), STR("one")),
		source_bytes(STR("b.txt"), STR("two")) };
	struct ades_detached d = { files, 2 };
	w.o.packaging = ADES_ENVELOPING;
	struct str made = xades_make(&w, STR("any bytes \x01\xff"), NULL, NULL);
	struct ades_file f = xades_look(w.a, made, NULL);
	assert_true(f.n == 1 && xades_holds(&f.signatures[0]));
	assert_true(str_eq(f.signatures[0].objects[0].name, STR("/Signature/Object[1]")));
	w.o.packaging = ADES_DETACHED;
	made = xades_make(&w, STR(""), &d, NULL);
	f = xades_look(w.a, made, &d);
	assert_true(f.n == 1 && xades_holds(&f.signatures[0]));
	assert_int_equal(f.signatures[0].nobjects, 3);
	assert_true(str_eq(f.signatures[0].objects[0].name, STR("添付 1.pdf")));
	files[1].bytes = STR("tWo");
	f = xades_look(w.a, made, &d);
	assert_true(f.signatures[0].objects[0].intact && !f.signatures[0].objects[1].intact);
	f = xades_look(w.a, made, NULL);
	assert_false(f.signatures[0].objects[0].found);
	assert_true(str_eq(f.signatures[0].objects[0].name, STR("添付 1.pdf")));
}

static void e_gov_s_form_takes_part_files_and_a_second_signer(void **state)
{
	(void)state;
	struct source files[] = { source_bytes(STR("申請書.xml"), STR("<a/>")) };
	struct ades_detached d = { files, 1 };
	struct str doc = STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?><DataRoot><構成情報 ID=\"構成情報\">"
	                     "<手続ID>1</手続ID></構成情報><その他/></DataRoot>");
	struct str made = xades_make(&w, doc, &d, &xades_form_egov);
	assert_has(made, "</構成情報><署名情報><Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\" "
	                 "Id=\"20260501090000\">");
	assert_has(made, "URI=\"#%E6%A7%8B%E6%88%90%E6%83%85%E5%A0%B1\"");
	made = xades_make(&w, made, &d, &xades_form_egov);
	assert_has(made, "Id=\"20260501090001\"");
	struct ades_file f = xades_look(w.a, made, &d);
	assert_int_equal(f.n, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_true(xades_holds(&f.signatures[i]));
		assert_int_equal(f.signatures[i].level, ADES_NONE);
		assert_true(str_eq(f.signatures[i].objects[0].name, STR("/DataRoot/構成情報")));
		assert_true(str_eq(f.signatures[i].objects[1].name, STR("申請書.xml")));
	}
	f = xades_look(w.a, replaced(w.a, made, "<手続ID>1", "<手続ID>2"), &d);
	assert_false(f.signatures[0].objects[0].intact || f.signatures[1].objects[0].intact);
}

static void levels_are_reached_and_renewed(void **state)
{
	(void)state;
	struct str made = STR("");
	for (enum ades_level l = ADES_B; l <= ADES_LTA; l++) {
		w.o.level = l;
		made = xades_make(&w, STR(DOC), NULL, NULL);
		struct ades_file f = xades_look(w.a, made, NULL);
		assert_true(xades_holds(&f.signatures[0]));
		assert_int_equal(f.signatures[0].level, l);
		assert_true(xades_stamps_hold(w.a, &f.signatures[0]));
		assert_int_equal(f.signatures[0].nstamps, l >= ADES_LTA ? 2 : l >= ADES_T);
	}
	w.material.crls[w.material.ncrls++] = crl_make(w.a, &(struct crl_options){ .issuer = &w.ca,
		.from = w.now + 300 * CLOCK_DAY, .to = w.now + 330 * CLOCK_DAY, .reason = -1 });
	struct source file = source_bytes(STR(""), made);
	assert_ok(xades_extend(w.a, &file, NULL, &w.o, &made, &err_));
	struct ades_file f = xades_look(w.a, made, NULL);
	const struct ades_signature *s = &f.signatures[0];
	assert_true(xades_holds(s) && xades_stamps_hold(w.a, s));
	assert_int_equal(s->nstamps, 3);
	assert_has(made, "<xades141:TimeStampValidationData");
	/* What each archive time stamp covers: signer, authority; one CRL, then two. */
	assert_true(s->stamps[1].kind == STAMP_ARCHIVE && s->stamps[1].ncerts == 2);
	assert_true(s->stamps[1].ncrls == 1 && s->stamps[1].nstamps == 1);
	assert_true(s->stamps[2].ncrls == 2 && s->stamps[2].nstamps == 2);
	/* Nothing under the stamp can change. */
	f = xades_look(w.a, replaced(w.a, made, "<xades:CRLValues>", "<xades:CRLValues >"), NULL);
	assert_true(xades_stamps_hold(w.a, &f.signatures[0]));
	f = xades_look(w.a, replaced(w.a, made, "<xades:CRLValues>", "<xades:CRLValues x=\"\">"), NULL);
	assert_false(xades_stamps_hold(w.a, &f.signatures[0]));
}

static struct str between(struct str s, const char *from, const char *to)
{
	size_t at = str_find(s, str_c(from));
	assert_int_not_equal(at, STR_NONE);
	struct str rest = str_from(s, at);
	return str_sub(rest, 0, str_find(rest, str_c(to)) + strlen(to));
}

#define NS132 " xmlns:xades=\"http://uri.etsi.org/01903/v1.3.2#\""
#define NSDS " xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\""

static struct str with_stamp(struct str made, const char *before, const char *name, struct str over)
{
	struct str token = base64_encode(w.a, stamp_make(w.a, &w.unit, &w.ca, hash_of(w.a, over), w.now));
	struct str el = arena_printf(w.a, "<xades:%s" NS132 NSDS "><ds:CanonicalizationMethod Algorithm="
		"\"http://www.w3.org/2001/10/xml-exc-c14n#\"/><xades:EncapsulatedTimeStamp>%.*s"
		"</xades:EncapsulatedTimeStamp></xades:%s>%s", name, STR_ARG(token), name, before);
	return replaced(w.a, made, before, el.p);
}

/* Imprints written down by hand, from the standard. */
static void imprints_are_those_of_the_standard(void **state)
{
	(void)state;
	w.o.packaging = ADES_ENVELOPING;
	struct str made = xades_make(&w, STR("what is signed"), NULL, NULL);
	struct str value = between(made, "<ds:SignatureValue", "</ds:SignatureValue>");
	value = replaced(w.a, value, "<ds:SignatureValue", "<ds:SignatureValue" NSDS);
	const char *refs = "<xades:CompleteCertificateRefs" NS132 "></xades:CompleteCertificateRefs>";
	made = replaced(w.a, made, "</xades:QualifyingProperties>", arena_printf(w.a,
		"<xades:UnsignedProperties><xades:UnsignedSignatureProperties>%s</xades:Unsigned"
		"SignatureProperties></xades:UnsignedProperties></xades:QualifyingProperties>", refs).p);
	made = with_stamp(made, "</xades:SignedDataObjectProperties>", "AllDataObjectsTimeStamp",
	                  STR("what is signed"));
	const char *end = "</xades:UnsignedSignatureProperties>";
	made = with_stamp(made, end, "SigAndRefsTimeStamp", arena_join(w.a, value, str_c(refs)));
	made = with_stamp(made, end, "RefsOnlyTimeStamp", str_c(refs));
	made = with_stamp(made, end, "SignatureTimeStamp", value);
	struct ades_file f = xades_look(w.a, made, NULL);
	const struct ades_signature *s = &f.signatures[0];
	assert_int_equal(s->nstamps, 4);
	assert_true(s->stamps[0].kind == STAMP_CONTENT && s->stamps[1].kind == STAMP_REFS);
	assert_true(s->stamps[2].kind == STAMP_REFS && s->stamps[3].kind == STAMP_SIGNATURE);
	assert_true(xades_stamps_hold(w.a, s));
}

static void archives_cover_enveloping_and_detached_content(void **state)
{
	(void)state;
	struct source files[] = { source_bytes(STR("b.txt"), STR("two")) };
	struct ades_detached d = { files, 1 };
	w.o.level = ADES_LTA;
	w.o.packaging = ADES_ENVELOPING;
	struct str made = xades_make(&w, STR("inside"), &d, NULL);
	struct ades_file f = xades_look(w.a, made, &d);
	assert_true(xades_holds(&f.signatures[0]) && xades_stamps_hold(w.a, &f.signatures[0]));
	f = xades_look(w.a, made, NULL);
	assert_true(f.signatures[0].stamps[1].hash.n == 0 && f.signatures[0].stamps[1].what.n);
}

static void a_counter_signature_is_over_the_value(void **state)
{
	(void)state;
	struct str made = xades_make(&w, STR(DOC), NULL, NULL), countered = STR("");
	struct source file = source_bytes(STR(""), made);
	w.o.level = ADES_T;
	assert_ok(xades_counter(w.a, &file, 0, &w.o, &countered, &err_));
	struct ades_file f = xades_look(w.a, countered, NULL);
	assert_true(f.n == 1 && xades_holds(&f.signatures[0]) && f.signatures[0].ncounters == 1);
	const struct ades_signature *c = &f.signatures[0].counters[0];
	assert_true(xades_holds(c) && xades_stamps_hold(w.a, c));
	assert_true(c->level == ADES_T && c->nstamps == 1);
	/* Over another element it is none. */
	f = xades_look(w.a, replaced(w.a, countered, "-value\">", "-other\">"), NULL);
	assert_has(f.signatures[0].counters[0].malformed, "over something else");
}

static void the_verdict_holds_up_to_its_level(void **state)
{
	(void)state;
	struct ades_trust trust = { .nanchors = 1, .anchors = &w.ca.der };
	const struct ades_result *r = NULL;
	for (enum ades_level l = ADES_LT; l <= ADES_LTA; l++) {
		w.o.level = l;
		struct ades_file f = xades_look(w.a, xades_make(&w, STR(DOC), NULL, NULL), NULL);
		assert_ok(ades_validate(w.a, &f, &trust, w.now + 10 * CLOCK_DAY, &r, &err_));
		if (r[0].indication != TOTAL_PASSED)
			fail_msg("level %d: %s", l, ades_sub_row(r[0].sub)->name);
		assert_int_equal(r[0].level, l);
	}
	struct str made = xades_make(&w, STR(DOC), NULL, NULL);
	struct ades_file f = xades_look(w.a, replaced(w.a, made, "花子", "太郎"), NULL);
	assert_ok(ades_validate(w.a, &f, &trust, w.now + 10 * CLOCK_DAY, &r, &err_));
	assert_true(r[0].indication == TOTAL_FAILED && r[0].sub == SUB_HASH_FAILURE);
}

static void a_whole_document_is_signed_once(void **state)
{
	(void)state;
	struct str made = xades_make(&w, STR(DOC), NULL, NULL), again;
	struct source file = source_bytes(STR(""), made);
	struct err err;
	struct result r = xades_sign(w.a, &file, NULL, &w.o, NULL, &again, &err);
	assert_int_equal(r.kind, ERR_CONFLICT);
	assert_string_equal(err.code, "sign.xml.closed");
}

static void a_large_file_beside_costs_no_memory(void **state)
{
	(void)state;
	char path[] = "/tmp/musubi-xades-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0 && ftruncate(fd, 96 << 20) == 0);
	struct source big;
	assert_ok(source_open(path, &big, &err_));
	big.name = STR("big.bin");
	struct ades_detached d = { &big, 1 };
	w.o.packaging = ADES_DETACHED;
	w.o.level = ADES_LTA;
	struct str made = xades_make(&w, STR(""), &d, NULL);
	ARENA_AUTO a = arena_new(8 << 20);
	struct ades_file f = xades_look(a, made, &d);
	assert_true(xades_holds(&f.signatures[0]) && xades_stamps_hold(w.a, &f.signatures[0]));
	assert_true(pwrite(fd, "x", 1, 50 << 20) == 1);
	f = xades_look(a, made, &d);
	assert_false(f.signatures[0].objects[0].intact);
	source_close(&big);
	close(fd);
	unlink(path);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(an_enveloped_signature_says_all_that_was_signed),
		T(a_changed_document_or_property_is_found),
		T(every_packaging_holds),
		T(e_gov_s_form_takes_part_files_and_a_second_signer),
		T(levels_are_reached_and_renewed),
		T(imprints_are_those_of_the_standard),
		T(archives_cover_enveloping_and_detached_content),
		T(a_counter_signature_is_over_the_value),
		T(the_verdict_holds_up_to_its_level),
		T(a_whole_document_is_signed_once),
		T(a_large_file_beside_costs_no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
