/* CMS signatures over a fixed content: form, attributes, signature value,
 * certificates inside. No anchor is known, so nothing may come out as valid. */
#include <assert.h>

#include "trust/cms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct anchors *nobody;
	ARENA_AUTO a = arena_new(0);
	struct str der = str_of((const char *)data, size);
	struct str content = STR("musubi-application-v1\n{}\n");
	struct trust_verdict v = { 0 };
	struct cms_signature sig = { 0 };
	enum document_kind kind;
	struct str body;
	if (!nobody)
		nobody = anchors_new();
	struct verify_for f = { .anchors = nobody, .at = (int64_t)1775012400 * 1000000,
	                        .profiles = ~0u, .no_status = true };
	struct result r = trust_cms_verify(a, der, &content, 1, &f, &v, &sig, NULL);
	assert(is_ok(r) && v.verdict != VERDICT_OK && v.verdict < VERDICT_COUNT);
	for (unsigned k = 0; k < DOCUMENT_COUNT; k++) {
		r = trust_verify_document(a, (enum document_kind)k, der, content, &f, &v, &sig, NULL);
		assert(is_ok(r) && v.verdict != VERDICT_OK);
	}
	(void)trust_document_parse(der, &kind, &body);
	return 0;
}
