/* Any file: taken apart, judged and reported. The certificates that it carries are
 * believed, so that paths, CRLs, OCSP answers and time stamps inside are read too.
 * Whatever it is, each signature gets one indication, and the XML report ends. */
#include <assert.h>

#include "sign/report.h"
#include "sign/stamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(struct arena *a, const struct source *s, const struct ades_detached *d)
{
	static const int64_t at = (int64_t)1795000000 * 1000000;
	struct ades_file *f = ARENA_NEW(a, struct ades_file);
	struct ades_report r = { .name = STR("x"), .file = f, .at = at };
	struct str xml;
	if (is_err(ades_read(a, s, d, f, NULL)))
		return;
	struct ades_trust t = { .nanchors = f->values.ncerts, .anchors = f->values.certs };
	if (is_err(ades_validate(a, f, &t, at, &r.results, NULL)))
		return;
	for (size_t i = 0; i < f->n; i++) {
		assert(r.results[i].indication < INDICATION_COUNT && r.results[i].sub < SUB_COUNT);
		assert((r.results[i].indication == TOTAL_PASSED) == (r.results[i].sub == SUB_NONE));
	}
	(void)report_text(a, &r, REPORT_JA);
	(void)report_json(a, &r);
	if (is_ok(report_xml(a, &r, &xml, NULL)))
		assert(str_ends(xml, STR("</ValidationReport>\n")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ARENA_AUTO a = arena_new((size_t)512 << 20);
	struct str bytes = str_of((const char *)data, size);
	struct source s = source_bytes(STR(""), bytes), content = source_bytes(STR(""), STR("hello\n"));
	struct ades_detached none = { 0 }, one = { &content, 1 };
	struct stamp stamp;
	judge(a, &s, &none);
	judge(a, &s, &one);
	if (is_ok(stamp_read(a, bytes, NULL, 0, &stamp, NULL)))
		assert(stamp.cms.nsigners == 1);
	return 0;
}
