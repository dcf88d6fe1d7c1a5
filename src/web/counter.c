/* Every page of the officer, as rows; and what all of them show. */
#include "web/counter.h"

#include "apply/flow.h"
#include "base/text.h"
#include "web/certs.h"
#include "web/console.h"
#include "web/counter_words.h"
#include "web/routes.h"
#include "web/show.h"

enum { ACT_MAX = 256 * 1024 };

#define GET HTTP_GET
#define POST HTTP_POST
#define ALL WHO_ANYBODY
#define OFFICE WHO_OFFICER

static const struct web_route rows[] = {
	{ GET, "/counter", ALL, counter_chooser, .about = "Whose counter?" },
	{ GET, "/counter/{org}/login", ALL, counter_login_page, .about = "Officer's log-in page" },
	{ POST, "/counter/{org}/login", ALL, counter_login_post, .about = "Logs an officer in" },
	{ POST, "/counter/{org}/logout", OFFICE, counter_logout, .about = "Ends the session" },

	{ GET, "/counter/{org}", OFFICE, counter_queue, .about = "Queue of applications" },
	{ GET, "/counter/{org}/cases/{id}", OFFICE, counter_case, "case.view",
	  .about = "One application beside the register" },
	{ GET, "/counter/{org}/cases/{id}/files/{file}", OFFICE, counter_file, "case.file",
	  .about = "An attachment" },
	{ GET, "/counter/{org}/cases/{id}/letters/{letter}", OFFICE, counter_letter, "letter.view",
	  .about = "A letter as it was sent" },
	{ POST, "/counter/{org}/cases/{id}/act", OFFICE, counter_act, "case.view",
	  .body_max = ACT_MAX, .about = "A step of the workflow" },
	{ POST, "/counter/{org}/cases/{id}/note", OFFICE, counter_note, "case.view",
	  .about = "An opinion note" },
	{ POST, "/counter/{org}/cases/{id}/assign", OFFICE, counter_assign,
	  .about = "Who is in charge" },

	{ GET, "/counter/{org}/residents", OFFICE, counter_residents, "record.search",
	  .about = "Search of residents" },
	{ GET, "/counter/{org}/residents/{code}", OFFICE, counter_resident,
	  .about = "Asks for the affair before a person's records" },
	{ POST, "/counter/{org}/residents/{code}", OFFICE, counter_resident_open, "record.view",
	  .about = "A person's records" },
	{ GET, "/counter/{org}/residents/{code}/certificates", OFFICE, counter_certs, "certs.view",
	  .about = "A person's certificates, for a report" },
	{ POST, "/counter/{org}/residents/{code}/certificates", OFFICE, counter_certs_post,
	  .about = "Lost, found, stolen, returned" },
	{ GET, "/counter/{org}/residents/{code}/correct", OFFICE, counter_correct, "record.view",
	  .about = "A new version of the basic entry" },
	{ POST, "/counter/{org}/residents/{code}/correct", OFFICE, counter_correct_post,
	  .about = "… into the register" },
	{ GET, "/counter/{org}/reports", OFFICE, counter_reports, "report.view",
	  .about = "What citizens say is wrong" },
	{ POST, "/counter/{org}/reports/{id}/done", OFFICE, counter_report_done, "report.done",
	  .about = "A report is answered and closed" },

	{ GET, "/counter/{org}/companies", OFFICE, counter_companies,
	  .about = "Registrar: what was proposed and decided" },
	{ POST, "/counter/{org}/companies", OFFICE, counter_company_propose,
	  .about = "Proposes an entry, a change, a certificate, a closure" },
	{ POST, "/counter/{org}/companies/{ask}/decide", OFFICE, counter_company_decide,
	  .about = "… and another officer decides" },
	{ GET, "/counter/{org}/companies/{number}", OFFICE, counter_company,
	  .about = "A company with its certificates" },

	{ GET, "/counter/{org}/rules", OFFICE, console_rules, .about = "Tables and parameters of the packs" },
	{ GET, "/counter/{org}/rules/{rule}", OFFICE, console_rule, .about = "One of them, to try" },
	{ POST, "/counter/{org}/rules/{rule}", OFFICE, console_rule_try, .about = "… with values" },

	{ GET, "/counter/{org}/keys", OFFICE, counter_keys, .about = "Single-key shortcuts" },
	{ POST, "/counter/{org}/keys", OFFICE, counter_keys_post, .about = "… on or off" },
};

void counter_routes(struct app *app)
{
	app_add_routes(app, rows, sizeof rows / sizeof *rows);
}

/* ---- shared ---- */

struct str counter_base(struct visit *v)
{
	return arena_printf(v->a, "/counter/%.*s", STR_ARG(v->q->param[0]));
}

struct result counter_put_frame(struct visit *v, struct json_object *o, const char *here,
                                struct err *err)
{
	static const struct { const char *id, *path, *key; } places[] = {
		{ "queue", "", "counter.nav.queue" },
		{ "residents", "/residents", "counter.nav.residents" },
		{ "reports", "/reports", "counter.nav.reports" },
		{ "rules", "/rules", "counter.nav.rules" },
		{ "keys", "/keys", "counter.nav.keys" },
		{ "companies", "/companies", "counter.nav.companies" }, /* the registrar's, last */
	};
	size_t n = sizeof places / sizeof *places - (counter_is_registrar(v) ? 0 : 1);
	struct json_array *list = json_array_new(v->a);
	for (size_t i = 0; i < n; i++) {
		struct json_object *x = json_object_new(v->a);
		json_put_str(x, STR("place_href"), arena_printf(v->a, "%.*s%s",
		             STR_ARG(counter_base(v)), places[i].path));
		json_put_str(x, STR("place_key"), str_c(places[i].key));
		json_put_bool(x, STR("here"), str_eq(str_c(here), str_c(places[i].id)));
		json_push(list, json_object_done(x));
	}
	json_put(o, STR("places"), json_array_done(list));
	json_put_str(o, STR("body_class"), STR("wide"));
	json_put_str(o, STR("base"), counter_base(v));
	return counter_put_keys(v, o, err);
}

struct case_actor counter_who(const struct visit *v)
{
	return (struct case_actor){ v->session.org, v->session.subject, v->session.name,
	                            v->session.roles };
}

struct result counter_text(struct visit *v, struct str typed, size_t max, struct str *ret,
                           struct err *err)
{
	struct str s = text_trim(text_lines(v->a, typed));
	if (text_has_control_line(s) || !text_fits(s, max))
		return fail(err, ERR_INPUT, "counter.text", NULL,
		            "a text with control characters or above %zu characters", max);
	*ret = s;
	return ok();
}

struct str counter_due_text(struct visit *v, int64_t due_at)
{
	static const char *const keys[] = {
		[DUE_NONE] = "counter.due.none", [DUE_LEFT] = "counter.due.left",
		[DUE_TODAY] = "counter.due.today", [DUE_OVER] = "counter.due.over",
	};
	struct counter_due due = counter_due_of(due_at, v->now);
	struct json_object *o = json_object_new(v->a);
	json_put_int(o, STR("days"), due.days);
	return show_text(v, keys[due.kind], json_object_done(o));
}

const char *counter_due_class(const struct visit *v, int64_t due_at)
{
	struct counter_due due = counter_due_of(due_at, v->now);
	if (due.kind == DUE_OVER)
		return "bad";
	return due.soon ? "warn" : "";
}

struct str counter_state(struct visit *v, const struct procedure *p, struct str state)
{
	const struct pack_state *s = p ? flow_state(p, state) : NULL;
	return s ? s->label.t[v->lang] : state;
}
