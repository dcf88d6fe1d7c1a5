/* Certificates: DER to meaning, then everything that is done with the meaning:
 * texts, each profile's check, a chain check, a request, a public key. */
#include <assert.h>

#include "trust/ca.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct anchors *nobody;

static void use(struct arena *a, const struct cert *c)
{
	(void)dn_text(a, &c->subject);
	(void)cert_serial_text(a, c);
	if (c->holder.present)
		(void)cert_birth_text(a, &c->holder);
	for (unsigned i = 0; i < PROFILE_COUNT; i++) {
		struct err err;
		if (is_err(profile_check(c, (enum profile_id)i, &err)))
			assert(err.what[0]);
	}
}

static void verify(struct arena *a, struct str der)
{
	struct verify_for f = { .anchors = nobody, .at = (int64_t)1775012400 * 1000000,
	                        .profiles = PROFILE_BIT(PROFILE_CITIZEN_SIGN), .no_status = true };
	struct trust_verdict v = { 0 };
	struct cert c;
	/* the certificate as its own chain: a loop must end */
	struct result r = trust_cert_verify(a, der, &der, 1, &f, &v, &c, NULL);
	assert(is_ok(r) && v.verdict != VERDICT_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ARENA_AUTO a = arena_new(0);
	KEY_AUTO key = NULL;
	KEY_AUTO asked = NULL;
	struct anchors *own;
	struct cert c;
	struct str der = str_of((const char *)data, size);
	if (!nobody)
		nobody = anchors_new();
	if (is_ok(cert_parse(a, der, &c, NULL))) {
		use(a, &c);
		if (is_ok(key_import_public(c.spki, &key, NULL)))
			(void)key_verify(key, c.sig_alg, c.tbs, c.signature);
	}
	verify(a, der);
	own = anchors_new();
	if (is_ok(anchors_add(own, der, NULL)))
		assert(anchors_count(own) == 1);
	anchors_unref(own);
	if (is_ok(trust_csr_open(der, &asked, NULL)))
		assert(!key_private(asked));
	return 0;
}
