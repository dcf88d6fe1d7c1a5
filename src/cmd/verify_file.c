/* See verify_file.h. Without --content, the file of the same name without its last
 * suffix is looked for beside a detached signature. */
#include "cmd/verify_file.h"

#include <stdio.h>

#include "base/file.h"
#include "sign/report.h"
#include "sign/trust_pem.h"
#include "trust/profile.h"

struct opened {
	struct source file, content;
	struct ades_file f;
};

static void opened_done(struct opened *o)
{
	source_close(&o->file);
	source_close(&o->content);
}
#define OPENED_AUTO __attribute__((cleanup(opened_done))) struct opened

static struct str beside(struct str path)
{
	size_t dot = str_rfind_char(path, '.'), slash = str_rfind_char(path, '/');
	if (dot == STR_NONE || dot == 0 || (slash != STR_NONE && dot <= slash + 1))
		return STR("");
	struct str s = str_sub(path, 0, dot);
	return file_exists(s) && !file_is_dir(s) ? s : STR("");
}

static struct result open_all(struct arena *a, const struct verify_file *v, struct opened *o,
                              struct err *err)
{
	struct str content = v->content.n ? v->content : beside(v->file);
	TRY(source_open(arena_cstr(a, v->file), &o->file, err));
	if (content.n)
		TRY(source_open(arena_cstr(a, content), &o->content, err));
	o->content.name = STR("");
	struct ades_detached d = { &o->content, content.n ? 1 : 0 };
	return ades_read(a, &o->file, &d, &o->f, err);
}

bool verify_file_other(struct arena *a, const struct verify_file *v)
{
	OPENED_AUTO o = { .file = { .fd = -1 }, .content = { .fd = -1 } };
	struct cert c;
	if (is_err(open_all(a, v, &o, NULL)) || o.f.n == 0)
		return false;
	for (size_t i = 0; i < o.f.n; i++)
		if (is_ok(cert_parse(a, o.f.signatures[i].cert, &c, NULL)) &&
		    is_ok(profile_check(&c, PROFILE_SEAL, NULL)))
			return false;
	return true;
}

static struct result print(struct arena *a, const struct ades_report *r, struct str how,
                           struct err *err)
{
	struct str s;
	if (str_eq(how, STR("json"))) {
		s = json_to_str(a, report_json(a, r));
		printf("%.*s\n", STR_ARG(s));
	} else if (str_eq(how, STR("xml"))) {
		TRY(report_xml(a, r, &s, err));
		printf("%.*s", STR_ARG(s));
	} else {
		struct str ja = report_text(a, r, REPORT_JA), en = report_text(a, r, REPORT_EN);
		printf("%.*s\n%.*s", STR_ARG(ja), STR_ARG(en));
	}
	return ok();
}

struct result verify_file_run(struct arena *a, const struct verify_file *v, bool *ret_good,
                              struct err *err)
{
	OPENED_AUTO o = { .file = { .fd = -1 }, .content = { .fd = -1 } };
	struct ades_values *more = ARENA_NEW(a, struct ades_values);
	struct str *anchors = ARENA_ARRAY(a, struct str, ADES_VALUES_MAX), pem;
	struct ades_trust t = { .anchors = anchors, .more = more };
	struct ades_report r = { .name = v->file, .file = &o.f, .at = v->at };
	if (v->report.n && !str_eq(v->report, STR("text")) && !str_eq(v->report, STR("json")) &&
	    !str_eq(v->report, STR("xml")))
		return fail(err, ERR_INPUT, "cmd.usage", NULL, "--report is text, json or xml");
	if (v->trust.n) {
		TRY(file_read(a, v->trust, TRUST_PEM_MAX, &pem, err));
		TRY(trust_pem_read(a, pem, anchors, &t.nanchors, more, err));
	}
	TRY(open_all(a, v, &o, err));
	TRY(ades_validate(a, &o.f, &t, v->at, &r.results, err));
	*ret_good = report_overall(&r) == TOTAL_PASSED;
	return print(a, &r, v->report, err);
}
