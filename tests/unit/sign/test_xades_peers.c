/* XAdES and programs that others wrote: xmlsec1 accepts what we sign and we read
 * what it signs. (Without xmlsec1 these tests fail: it is in packages.txt.) */
#include "xades_world.h"

#include <fcntl.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/encode.h"

static struct xades_world w;
static char dir[64];

static void put(const char *name, struct str content)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(content.p, 1, content.n, f), content.n);
	fclose(f);
}

static struct str get(const char *name)
{
	struct source s;
	struct str bytes = STR("");
	const char *path = arena_printf(w.a, "%s/%s", dir, name).p;
	assert_ok(source_open(path, &s, &err_));
	assert_ok(source_read(w.a, &s, (struct range){ 0, s.size }, 1 << 20, &bytes, &err_));
	source_close(&s);
	return bytes;
}

static void put_pem(const struct party *p, const char *cert, const char *key)
{
	FILE *f = fopen(arena_printf(w.a, "%s/%s", dir, cert).p, "w");
	assert_true(f && PEM_write_X509(f, p->x) == 1);
	fclose(f);
	f = key ? fopen(arena_printf(w.a, "%s/%s", dir, key).p, "w") : NULL;
	if (f) {
		assert_int_equal(PEM_write_PrivateKey(f, p->key, NULL, NULL, 0, NULL, NULL), 1);
		fclose(f);
	}
}

static void begin(int rsa_bits)
{
	xades_world_new(&w, rsa_bits);
	snprintf(dir, sizeof dir, "/tmp/musubi-xmlsec-XXXXXX");
	assert_non_null(mkdtemp(dir));
	put_pem(&w.ca, "ca.pem", NULL);
	put_pem(&w.signer, "signer.pem", "signer.key");
}

static void end(void)
{
	pid_t child = fork();
	if (!child)
		execlp("rm", "rm", "-r", dir, (char *)NULL);
	waitpid(child, NULL, 0);
	xades_world_done(&w);
}

/* 0: it did what it was asked for. */
static int xmlsec(const char *args)
{
	char line[2048];
	snprintf(line, sizeof line, "cd %s && xmlsec1 %s >out 2>&1", dir, args);
	int status = system(line);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 127);
	return WEXITSTATUS(status);
}

#define VERIFY "--verify --trusted-pem ca.pem --id-attr:Id SignedProperties --id-attr:Id " \
	"SignatureValue --id-attr:Id Object --id-attr:ID 構成情報 --verification-time '2026-05-02 00:00:00' "

static void xmlsec_accepts(const char *what, struct str made)
{
	put("signed.xml", made);
	if (xmlsec(VERIFY "signed.xml") != 0)
		fail_msg("%s:\n%.*s", what, STR_ARG(get("out")));
}

#define DOC "<申請書 xmlns=\"urn:test\"><氏名>結 花子</氏名></申請書>"

static void what_we_make(int rsa_bits)
{
	begin(rsa_bits);
	struct source beside = source_bytes(STR("b.txt"), STR("two"));
	struct ades_detached d = { &beside, 1 };
	struct str made;
	for (enum ades_level l = ADES_B; l <= ADES_LTA; l++) {
		w.o.level = l;
		xmlsec_accepts("enveloped", made = xades_make(&w, STR(DOC), NULL, NULL));
	}
	put("changed.xml", replaced(w.a, made, "花子", "太郎"));
	assert_int_not_equal(xmlsec(VERIFY "changed.xml"), 0);
	w.o.packaging = ADES_ENVELOPING;
	xmlsec_accepts("enveloping", xades_make(&w, STR("any bytes"), NULL, NULL));
	w.o.packaging = ADES_DETACHED;
	put("b.txt", STR("two"));
	xmlsec_accepts("detached", xades_make(&w, STR(""), &d, NULL));
	w.o.packaging = ADES_ENVELOPED;
	w.o.level = ADES_B;
	struct xades_form egov = xades_form_egov;
	egov.part = "K1"; /* xmlsec1 does not decode a fragment's percent signs */
	xmlsec_accepts("e-Gov", xades_make(&w, STR("<DataRoot><構成情報 ID=\"K1\"/></DataRoot>"), NULL,
	                                   &egov));
	end();
}

static void xmlsec1_accepts_ecdsa(void **state)
{
	(void)state;
	what_we_make(0);
}

static void xmlsec1_accepts_rsa(void **state)
{
	(void)state;
	what_we_make(2048);
}

/* A template in which everything that differs is named. */
static struct str template(const char *c14n, const char *method, const char *digest,
                           const char *uri, const char *transforms)
{
	return arena_printf(w.a, "<r xmlns=\"urn:r\" xmlns:u=\"urn:u\"><b Id=\"b\" u:x='1'>text<!-- c -->"
		"<u:in/></b><Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><SignedInfo>"
		"<CanonicalizationMethod Algorithm=\"%s\"/><SignatureMethod Algorithm=\"%s\"/>"
		"<Reference URI=\"%s\"><Transforms>%s</Transforms><DigestMethod Algorithm=\"%s\"/>"
		"<DigestValue/></Reference></SignedInfo><SignatureValue/><KeyInfo><X509Data/></KeyInfo>"
		"</Signature></r>", c14n, method, uri, transforms, digest);
}

#define TR(alg) "<Transform Algorithm=\"" alg "\"/>"
#define SELF TR("http://www.w3.org/2000/09/xmldsig#enveloped-signature")

static void we_read(const char *method, const char *const *c14ns)
{
	static const char *const uris[] = { "", "#b", "#xpointer(/)", "#xpointer(id('b'))" };
	static const char *const chains[] = { SELF, SELF TR("http://www.w3.org/2001/10/xml-exc-c14n#"),
		SELF TR("http://www.w3.org/2006/12/xml-c14n11#WithComments"),
		SELF TR("http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"),
		"<Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><XPath xmlns:ds=\""
		"http://www.w3.org/2000/09/xmldsig#\">not(ancestor-or-self::ds:Signature)</XPath></Transform>",
		"<Transform Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\"><XPath Filter=\"subtract\" "
		"xmlns=\"http://www.w3.org/2002/06/xmldsig-filter2\" xmlns:ds=\"http://www.w3.org/2000/09/"
		"xmldsig#\">/descendant::ds:Signature</XPath></Transform>" };
	for (size_t i = 0; i < 24; i++) {
		put("t.xml", template(c14ns[i % 3], method, "http://www.w3.org/2001/04/xmlenc#sha256",
		                      uris[i % 4], chains[i / 4]));
		if (xmlsec("--sign --privkey-pem signer.key,signer.pem --id-attr:Id b --output s.xml t.xml"))
			fail_msg("case %zu: %.*s", i, STR_ARG(get("out")));
		struct ades_file f = xades_look(w.a, get("s.xml"), NULL);
		assert_int_equal(f.n, 1);
		if (!xades_holds(&f.signatures[0]))
			fail_msg("case %zu:\n%.*s", i, STR_ARG(get("s.xml")));
		assert_true(str_eq(f.signatures[0].cert, w.signer.der));
	}
}

static const char *const c14n_all[] = { "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
	"http://www.w3.org/2001/10/xml-exc-c14n#WithComments", "http://www.w3.org/2006/12/xml-c14n11" };

static void we_read_what_xmlsec1_signs(void **state)
{
	(void)state;
	begin(2048);
	we_read("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", c14n_all);
	end();
	begin(0);
	we_read("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", c14n_all);
	end();
}

/* What a Manifest lists is judged like the rest; xmlsec1 made the digest of it. */
static void a_manifest_is_read(void **state)
{
	(void)state;
	begin(0);
	struct source beside = source_bytes(STR("b.txt"), STR("two"));
	struct ades_detached d = { &beside, 1 };
	struct str hash = base64_encode(w.a, hash_of(w.a, STR("two")));
	struct str text = template(c14n_all[0], "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
	                           "http://www.w3.org/2001/04/xmlenc#sha256", "#m",
	                           TR("http://www.w3.org/2001/10/xml-exc-c14n#"));
	text = replaced(w.a, text, "URI=\"#m\"", "URI=\"#m\" Type=\"http://www.w3.org/2000/09/xmldsig#"
	                "Manifest\"");
	text = replaced(w.a, text, "</KeyInfo>", arena_printf(w.a, "</KeyInfo><Object><Manifest Id=\"m\">"
		"<Reference URI=\"b.txt\"><DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>"
		"<DigestValue>%.*s</DigestValue></Reference></Manifest></Object>", STR_ARG(hash)).p);
	put("t.xml", text);
	put("b.txt", STR("two"));
	if (xmlsec("--sign --privkey-pem signer.key,signer.pem --id-attr:Id Manifest --output s.xml t.xml"))
		fail_msg("%.*s", STR_ARG(get("out")));
	struct ades_file f = xades_look(w.a, get("s.xml"), &d);
	assert_true(xades_holds(&f.signatures[0]) && f.signatures[0].nobjects == 2);
	assert_true(str_eq(f.signatures[0].objects[1].name, STR("manifest: b.txt")));
	beside.bytes = STR("tWo");
	f = xades_look(w.a, get("s.xml"), &d);
	assert_true(f.signatures[0].objects[0].intact && !f.signatures[0].objects[1].intact);
	f = xades_look(w.a, get("s.xml"), NULL);
	assert_false(f.signatures[0].objects[1].found);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xmlsec1_accepts_ecdsa),
		cmocka_unit_test(xmlsec1_accepts_rsa),
		cmocka_unit_test(we_read_what_xmlsec1_signs),
		cmocka_unit_test(a_manifest_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
