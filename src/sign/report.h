/* What validation found, said to people, to programs and to those who know ETSI
 * TS 119 102-2. Pure functions of the results; the same for the same input. */
#ifndef MUSUBI_SIGN_REPORT_H
#define MUSUBI_SIGN_REPORT_H

#include "base/json.h"
#include "sign/validate.h"

struct ades_report {
	struct str name;                 /* the file, as the reader knows it */
	const struct ades_file *file;
	const struct ades_result *results;
	int64_t at;                      /* time of validation */
};

enum report_lang { REPORT_JA, REPORT_EN };

/* All signatures together: the worst of them; INDETERMINATE without any. */
enum ades_indication report_overall(const struct ades_report *r);

/* Lines for people: who signed, when it surely existed, what was changed, what can
 * be done. */
struct str report_text(struct arena *a, const struct ades_report *r, enum report_lang lang);
/* docs/API.md, "A validation report". */
const struct json *report_json(struct arena *a, const struct ades_report *r);
/* ValidationReport of TS 119 102-2 (namespace v1.2.1), UTF-8. ERR_TOO_LARGE above
 * REPORT_XML_MAX bytes. */
enum { REPORT_XML_MAX = 32 << 20 };
MUST struct result report_xml(struct arena *a, const struct ades_report *r, struct str *ret,
                              struct err *err);

/* The words for one check ("signature-value"), or its name when there are none. */
const char *report_check_words(const char *name, enum ades_check_state state,
                               enum report_lang lang);
/* "2026年5月1日 12時34分（日本時間）", "1 May 2026, 12:34 (Japan)". */
struct str report_time(struct arena *a, int64_t us, enum report_lang lang);
/* Text of a file for a report: one line, no controls, at most 300 bytes. */
struct str report_clean(struct arena *a, struct str s);

#endif
