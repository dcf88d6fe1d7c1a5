/* Is this file genuine? For anybody, without a login: a file is read, judged and
 * forgotten. Letters of this house get the plain answer of letter/verify.h, with
 * whether the seal was revoked; everything else is judged by EN 319 102-1.
 * Nothing is stored or journaled: there is no person. What the file says is
 * foreign text: cleaned, escaped, cut. */
#include "base/clock.h"
#include "base/file.h"
#include "letter/verify.h"
#include "net/limit.h"
#include "sign/report.h"
#include "sign/trust_pem.h"
#include "trust/ca.h"
#include "web/portal.h"
#include "web/show.h"

enum { WORK_MAX = 256 << 20, CHECKS_SHOWN = 40, SIGNATURES_SHOWN = 64 };

static const struct limit by_peer = { "verify.peer", 30, CLOCK_SECOND * 2 };

/* ---- words ---- */

static const struct tone { const char *name; struct str head; } tones[INDICATION_COUNT] = {
	[TOTAL_PASSED] = { "good", STR_INIT("verify.good") },
	[INDETERMINATE] = { "warn", STR_INIT("verify.warn") },
	[TOTAL_FAILED] = { "bad", STR_INIT("verify.bad") },
};

/* やさしい日本語 has fewer words than the standard: these say enough to act. */
static const struct easy { struct str say, todo; } passed = {
	STR_INIT("verify.easy.passed"), STR_INIT("verify.do.passed") },
missing = { STR_INIT("verify.easy.missing"), STR_INIT("verify.do.missing") },
stranger = { STR_INIT("verify.easy.stranger"), STR_INIT("verify.do.stranger") },
changed = { STR_INIT("verify.easy.changed"), STR_INIT("verify.do.changed") },
failed = { STR_INIT("verify.easy.failed"), STR_INIT("verify.do.failed") },
unsure = { STR_INIT("verify.easy.unsure"), STR_INIT("verify.do.unsure") };

static const struct easy *easy_of(enum ades_indication i, enum ades_sub s)
{
	if (i == TOTAL_PASSED)
		return &passed;
	if (s == SUB_SIGNED_DATA_NOT_FOUND)
		return &missing;
	if (s == SUB_NO_CERTIFICATE_CHAIN_FOUND)
		return &stranger;
	if (s == SUB_HASH_FAILURE || s == SUB_FORMAT_FAILURE)
		return &changed;
	return i == TOTAL_FAILED ? &failed : &unsure;
}

static void put_words(struct visit *v, struct json_object *o, enum ades_indication i,
                      enum ades_sub s)
{
	const struct ades_sub_row *row = ades_sub_row(s);
	const struct easy *easy = easy_of(i, s);
	struct str say = str_c(v->lang == LANG_EN ? row->en : row->ja);
	struct str todo = str_c(v->lang == LANG_EN ? row->do_en : row->do_ja);
	if (v->lang == LANG_EASY) {
		say = text_get(v->app->texts, LANG_EASY, easy->say);
		todo = text_get(v->app->texts, LANG_EASY, easy->todo);
	}
	if (s == SUB_NO_CERTIFICATE_CHAIN_FOUND) /* nobody can name an authority on this page */
		todo = text_get(v->app->texts, v->lang, stranger.todo);
	json_put_str(o, STR("tone"), str_c(tones[i].name));
	json_put_str(o, STR("head_html"),
	             text_html(v->a, text_get(v->app->texts, v->lang, tones[i].head)));
	json_put_str(o, STR("say_html"), text_html(v->a, say));
	json_put_str(o, STR("todo_html"), text_html(v->a, todo));
}

/* ---- what was found ---- */

static enum report_lang lang_of(const struct visit *v)
{
	return v->lang == LANG_EN ? REPORT_EN : REPORT_JA;
}

static void put_checks(struct visit *v, struct json_object *o, const struct ades_result *r)
{
	struct json_array *list = json_array_new(v->a);
	for (size_t i = 0; i < r->nchecks && i < CHECKS_SHOWN; i++) {
		const struct ades_check *c = &r->checks[i];
		struct json_object *one = json_object_new(v->a);
		json_put_str(one, STR("tone"), c->state == CHECK_OK ? STR("good")
		                               : c->state == CHECK_FAIL ? STR("bad") : STR("warn"));
		json_put_str(one, STR("mark"), c->state == CHECK_OK ? STR("✓") : STR("!"));
		json_put_str(one, STR("words"), str_c(report_check_words(c->name, c->state, lang_of(v))));
		if (c->state == CHECK_OK || v->lang == LANG_EN) /* why something failed is English */
			json_put_str(one, STR("detail"), report_clean(v->a, c->detail));
		json_push(list, json_object_done(one));
	}
	show_list(v, o, "checks", list);
}

static void put_changes(struct visit *v, struct json_object *o, const struct ades_signature *s)
{
	struct json_array *list = json_array_new(v->a);
	for (size_t i = 0; i < s->nchanges && i < CHECKS_SHOWN; i++) {
		struct json_object *one = json_object_new(v->a);
		json_put_bool(one, STR("allowed"), s->changes[i].allowed);
		json_put_str(one, STR("what"), report_clean(v->a, v->lang == LANG_EN ? s->changes[i].what_en
		                                                                     : s->changes[i].what_ja));
		json_push(list, json_object_done(one));
	}
	show_list(v, o, "changes", list);
}

static const struct json *signature(struct visit *v, const struct ades_report *report, size_t i)
{
	const struct ades_result *r = &report->results[i];
	struct json_object *o = json_object_new(v->a);
	put_words(v, o, r->indication, r->sub);
	json_put_int(o, STR("number"), (int64_t)i + 1);
	json_put_str(o, STR("signer"), report_clean(v->a, r->signer));
	if (r->best_time < report->at)
		json_put_str(o, STR("existed"), report_time(v->a, r->best_time, lang_of(v)));
	if (r->signature->claimed_time)
		json_put_str(o, STR("claimed"),
		             report_time(v->a, r->signature->claimed_time, lang_of(v)));
	if (r->revoked_at)
		json_put_str(o, STR("revoked"), report_time(v->a, r->revoked_at, lang_of(v)));
	json_put_str(o, STR("standard"),
	             arena_printf(v->a, "%s%s%s, %s-%s", ades_indication_name(r->indication),
	                          r->sub ? "/" : "", ades_sub_row(r->sub)->name,
	                          ades_format_name(r->signature->format), ades_level_name(r->level)));
	put_changes(v, o, r->signature);
	put_checks(v, o, r);
	return json_object_done(o);
}

static void put_report(struct visit *v, struct json_object *o, const struct ades_report *report)
{
	struct json_array *list = json_array_new(v->a);
	for (size_t i = 0; i < report->file->n && i < SIGNATURES_SHOWN; i++)
		json_push(list, signature(v, report, i));
	json_put_bool(o, STR("unsigned"), report->file->n == 0);
	show_list(v, o, "signatures", list);
}

/* ---- judging ---- */

struct job {
	struct arena *work;
	const struct http_field *file, *content;
	struct str bundle;         /* PEM, or "" */
};

static bool is_letter(struct arena *work, const struct ades_file *f)
{
	struct cert c;
	for (size_t i = 0; i < f->n; i++)
		if (is_ok(cert_parse(work, f->signatures[i].cert, &c, NULL)) &&
		    is_ok(profile_check(&c, PROFILE_SEAL, NULL)))
			return true;
	return false;
}

static struct result letter(struct visit *v, const struct job *j, struct json_object *o,
                            struct err *err)
{
	struct letter_trust t;
	struct letter_report r;
	struct anchors *anchors = NULL;
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	struct trust_status_ctx status = { db, v->app->ca };
	TRY(letter_trust_load(j->work, j->bundle, &t, &anchors, err));
	t.status = trust_status_from_store;
	t.status_ctx = &status;
	struct result done = letter_verify(j->work, j->file->value, &t, v->now, &r, err);
	anchors_unref(anchors);
	TRY(done);
	const struct letter_verdict_row *row = letter_verdict_row(r.verdict);
	struct json_object *one = json_object_new(v->a);
	struct json_array *list = json_array_new(v->a);
	put_words(v, one, row->trust ? TOTAL_PASSED : TOTAL_FAILED, SUB_NONE);
	if (v->lang != LANG_EASY) {
		json_put_str(one, STR("say_html"),
		             text_html(v->a, str_c(v->lang == LANG_EN ? row->en : row->ja)));
		json_put_str(one, STR("todo_html"),
		             text_html(v->a, str_c(v->lang == LANG_EN ? row->do_en : row->do_ja)));
	}
	json_put_int(one, STR("number"), 1);
	if (row->trust) {
		json_put_str(one, STR("signer"),
		             report_clean(v->a, arena_printf(v->a, "%.*s %.*s", STR_ARG(r.organization),
		                                             STR_ARG(r.title))));
		json_put_str(one, STR("claimed"), report_time(v->a, r.at, lang_of(v)));
	}
	json_push(list, json_object_done(one));
	show_list(v, o, "signatures", list);
	return ok();
}

/* Without anything to believe the answer is still honest: it says so. */
static struct str bundle_of(struct visit *v, struct arena *work)
{
	struct str pem = STR("");
	struct str path = file_join(v->a, v->app->data_dir, STR("trust/bundle.pem"));
	return is_ok(file_read(work, path, TRUST_PEM_MAX, &pem, NULL)) ? pem : STR("");
}

static struct result judge(struct visit *v, struct job *j, struct json_object *o, struct err *err)
{
	struct source file = source_bytes(STR(""), j->file->value), content = { .fd = -1 };
	struct ades_values *more = ARENA_NEW(j->work, struct ades_values);
	struct str *anchors = ARENA_ARRAY(j->work, struct str, ADES_VALUES_MAX);
	struct ades_trust t = { .anchors = anchors, .more = more };
	struct ades_file f = { .n = 0 };
	struct ades_report r = { .file = &f, .at = v->now };
	if (j->content)
		content = source_bytes(STR(""), j->content->value);
	struct ades_detached d = { &content, j->content ? 1 : 0 };
	struct result read = ades_read(j->work, &file, &d, &f, err);
	if (read.kind == ERR_INPUT || read.kind == ERR_TOO_LARGE) {
		json_put_bool(o, STR("unreadable"), true);
		return ok();
	}
	TRY(read);
	if (is_letter(j->work, &f) && !j->content && j->bundle.n)
		return letter(v, j, o, err);
	TRY(trust_pem_read(j->work, j->bundle, anchors, &t.nanchors, more, err));
	TRY(ades_validate(j->work, &f, &t, v->now, &r.results, err));
	put_report(v, o, &r);
	return ok();
}

/* ---- the page ---- */

static struct result show(struct visit *v, struct json_object *o, struct err *err)
{
	json_put_str(o, STR("title_key"), STR("verify.title"));
	json_put_int(o, STR("megabytes"), PORTAL_VERIFY_MAX >> 20);
	return visit_page(v, 200, STR("portal/verify"), o, err);
}

struct result portal_verify(struct visit *v, struct err *err)
{
	return show(v, json_object_new(v->a), err);
}

static const struct http_field *file_of(const struct http_fields *f, struct str name)
{
	size_t i = 0;
	const struct http_field *x = http_field_next(f, name, &i);
	return x && x->file && x->value.n ? x : NULL;
}

struct result portal_verify_post(struct visit *v, struct err *err)
{
	struct http_fields f;
	struct json_object *o = json_object_new(v->a);
	ARENA_AUTO work = arena_new(WORK_MAX);
	struct limiter *l = v->app->limits;
	if (l && !limiter_take(l, &by_peer, limit_peer(v->a, v->q->peer), NULL))
		return fail(err, ERR_LIMIT, "verify.limit", NULL, "too many files from one address");
	TRY(visit_form(v, &f, err));
	struct job j = { work, file_of(&f, STR("file")), file_of(&f, STR("content")), STR("") };
	if (!j.file) {
		json_put_bool(o, STR("no_file"), true);
		return show(v, o, err);
	}
	j.bundle = bundle_of(v, work);
	json_put_bool(o, STR("answered"), true);
	json_put_str(o, STR("name"), report_clean(v->a, j.file->filename));
	TRY(judge(v, &j, o, err));
	return show(v, o, err);
}
