/* See xades_world.h. */
#include "xades_world.h"

#include <openssl/x509.h>

#include "base/calendar.h"
#include "base/clock.h"
#include "crypto/key.h"
#include "sign/stamp.h"

static struct result ask(void *ctx, struct arena *a, enum digest_alg alg, struct str hash,
                         struct str *ret_token, struct err *err)
{
	struct xades_world *w = ctx;
	(void)err;
	assert_int_equal(alg, DIGEST_SHA256);
	*ret_token = stamp_make(a, &w->unit, &w->ca, hash, w->now + (int64_t)++w->stamps * CLOCK_DAY);
	return ok();
}

static struct key *key_from(const struct party *p)
{
	unsigned char *der = NULL;
	struct key *k = NULL;
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(p->key);
	int n = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
	assert_true(n > 0);
	assert_ok(key_import(str_of((char *)der, (size_t)n), &k, &err_));
	OPENSSL_free(der);
	PKCS8_PRIV_KEY_INFO_free(info);
	return k;
}

void xades_world_new(struct xades_world *w, int rsa_bits)
{
	*w = (struct xades_world){ .a = arena_new(512 << 20) };
	w->now = jst_to_us((struct datetime){ .date = { 2026, 5, 1 }, .hour = 9 });
	int64_t from = w->now - 90 * CLOCK_DAY, to = w->now + 900 * CLOCK_DAY;
	party_make(w->a, &(struct party_options){ .name = "Root", .from = from, .to = to, .ca = true },
	           &w->ca);
	party_make(w->a, &(struct party_options){ .name = "TSU", .issuer = &w->ca, .from = from,
	           .to = to, .eku = "critical,timeStamping" }, &w->unit);
	party_make(w->a, &(struct party_options){ .name = "結 花子", .issuer = &w->ca, .from = from,
	           .to = to, .rsa_bits = rsa_bits }, &w->signer);
	party_make(w->a, &(struct party_options){ .name = "別人", .issuer = &w->ca, .from = from,
	           .to = to }, &w->other);
	w->key = key_from(&w->signer);
	w->o = (struct ades_options){ .level = ADES_B, .packaging = ADES_ENVELOPED,
		.signer = { .key = w->key, .cert = w->signer.der }, .time = w->now,
		.stamp = ask, .stamp_ctx = w, .material = &w->material };
	w->material.certs[w->material.ncerts++] = w->ca.der;
	w->material.crls[w->material.ncrls++] = crl_make(w->a, &(struct crl_options){
		.issuer = &w->ca, .from = w->now - CLOCK_DAY, .to = w->now + 30 * CLOCK_DAY, .reason = -1 });
}

void xades_world_done(struct xades_world *w)
{
	key_unref(w->key);
	party_free(&w->ca);
	party_free(&w->unit);
	party_free(&w->signer);
	party_free(&w->other);
	arena_free(w->a);
}

struct str xades_make(struct xades_world *w, struct str xml, const struct ades_detached *d,
                      const struct xades_form *form)
{
	struct str made = STR("");
	struct source file = source_bytes(STR("document.xml"), xml);
	assert_ok(xades_sign(w->a, xml.n ? &file : NULL, d, &w->o, form, &made, &err_));
	return made;
}

struct ades_file xades_look(struct arena *a, struct str xml, const struct ades_detached *d)
{
	struct ades_file f = { 0 };
	struct source file = source_bytes(STR("document.xml"), xml);
	assert_ok(xades_read(a, &file, d, &f, &err_));
	return f;
}

bool xades_holds(const struct ades_signature *s)
{
	bool good = !s->malformed.n && s->value_ok && s->nobjects > 0;
	for (size_t i = 0; i < s->nobjects; i++)
		good = good && s->objects[i].found && s->objects[i].intact;
	if (!good)
		print_message("malformed \"%.*s\", value %d\n", STR_ARG(s->malformed), s->value_ok);
	for (size_t i = 0; i < s->nobjects && !good; i++)
		print_message("  \"%.*s\" found %d intact %d\n", STR_ARG(s->objects[i].name),
		              s->objects[i].found, s->objects[i].intact);
	return good;
}

bool xades_stamps_hold(struct arena *a, const struct ades_signature *s)
{
	for (size_t i = 0; i < s->nstamps; i++) {
		struct stamp t;
		if (s->stamps[i].what.n || is_err(stamp_read(a, s->stamps[i].token, NULL, 0, &t, NULL)) ||
		    !t.value_ok || !stamp_covers(&t, s->stamps[i].alg, s->stamps[i].hash)) {
			print_message("stamp %zu: \"%.*s\"\n", i, STR_ARG(s->stamps[i].what));
			return false;
		}
	}
	return true;
}

struct str replaced(struct arena *a, struct str s, const char *from, const char *to)
{
	size_t at = str_find(s, str_c(from));
	if (at == STR_NONE)
		fail_msg("\"%s\" not in:\n%.*s", from, STR_ARG(s));
	struct str head = arena_join(a, str_sub(s, 0, at), str_c(to));
	return arena_join(a, head, str_from(s, at + strlen(from)));
}
