/* xades_peer COMMAND DIR …: our side of tests/interop/xades.py.
 *
 *   make DIR         for an RSA and a P-256 key: KIND.pem, KIND.key, and signed here
 *                    KIND-B.xml … KIND-LTA.xml, KIND-enveloping.xml
 *   judge DIR FILE…  a line each: name, "holds" or "fails", level, algorithm */
#include <openssl/pem.h>
#include <stdio.h>
#include <unistd.h>

#include "../unit/sign/xades_world.h"

static struct xades_world w;
static const char *dir;

static FILE *open_for(const char *kind, const char *suffix)
{
	FILE *f = fopen(arena_printf(w.a, "%s/%s%s", dir, kind, suffix).p, "wb");
	assert_non_null(f);
	return f;
}

static void put(const char *kind, const char *suffix, struct str s)
{
	FILE *f = open_for(kind, suffix);
	assert_int_equal(fwrite(s.p, 1, s.n, f), s.n);
	assert_int_equal(fclose(f), 0);
}

static void make(const char *kind, int rsa_bits)
{
	struct str doc = STR("<form xmlns=\"urn:test\"><name>結 花子</name></form>");
	xades_world_new(&w, rsa_bits);
	FILE *f = open_for(kind, ".pem");
	assert_true(PEM_write_X509(f, w.signer.x) == 1 && fclose(f) == 0);
	f = open_for(kind, ".key");
	assert_true(PEM_write_PrivateKey(f, w.signer.key, NULL, NULL, 0, NULL, NULL) == 1 &&
	            fclose(f) == 0);
	for (enum ades_level l = ADES_B; l <= ADES_LTA; l++) {
		w.o.level = l;
		put(kind, arena_printf(w.a, "-%s.xml", ades_level_name(l)).p,
		    xades_make(&w, doc, NULL, NULL));
	}
	w.o.packaging = ADES_ENVELOPING;
	put(kind, "-enveloping.xml", xades_make(&w, doc, NULL, NULL));
	xades_world_done(&w);
}

static void judge(struct arena *a, const char *name)
{
	struct source s = { 0 };
	struct ades_file f;
	struct err err = { 0 };
	assert_ok(source_open(arena_printf(a, "%s/%s", dir, name).p, &s, &err_));
	bool good = is_ok(xades_read(a, &s, NULL, &f, &err)) && f.n == 1;
	const struct ades_signature *sig = good ? &f.signatures[0] : NULL;
	printf("%s %s %s %s\n", name, good && xades_holds(sig) ? "holds" : "fails",
	       good ? ades_level_name(sig->level) : "-",
	       good && sig->alg_known ? sig->alg.name : err.what);
	source_close(&s);
}

int main(int argc, char **argv)
{
	ARENA_AUTO a = arena_new(256 << 20);
	dir = argc > 2 ? argv[2] : NULL;
	if (dir && strcmp(argv[1], "make") == 0) {
		make("rsa", 2048);
		make("ec", 0);
		return 0;
	}
	for (int i = 3; dir && i < argc; i++)
		judge(a, argv[i]);
	return dir ? 0 : 2;
}
