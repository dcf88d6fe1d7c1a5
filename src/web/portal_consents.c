/* 同意: which services may know what about her. Who asks, what for, until when;
 * she gives it, refuses it, and takes it back here. What is written in the lane is
 * what the next question of the verifier meets. */
#include "ident/consent.h"
#include "ident/verifier.h"
#include "store/journal.h"
#include "web/portal.h"
#include "web/show.h"

/* A verifier that is gone is shown by its id: what it was given stays hers to see. */
static struct result asker_name(struct visit *v, struct db *db, struct str id, struct str *ret,
                                struct err *err)
{
	struct verifier who;
	struct result r = verifier_find(db, v->a, v->app->ca, id, &who, err);
	if (r.kind == ERR_NOT_FOUND) {
		*ret = text_quote(v->a, id);
		return ok();
	}
	TRY(r);
	*ret = v->lang == LANG_EASY ? who.name[LANG_EASY] : text_quote(v->a, who.name[v->lang]);
	return ok();
}

static const char *state_key(const struct consent *c, int64_t now)
{
	switch (c->state) {
	case CONSENT_ASKED: return consent_open(c, now) ? "consents.state.asked"
	                                                : "consents.state.over";
	case CONSENT_GIVEN: return consent_active(c, now) ? "consents.state.given"
	                                                  : "consents.state.over";
	case CONSENT_REFUSED: return "consents.state.refused";
	case CONSENT_WITHDRAWN: return "consents.state.withdrawn";
	}
	return "consents.state.over";
}

static struct result put_consent(struct visit *v, struct db *db, const struct consent *c,
                                 struct json_object *o, struct err *err)
{
	struct str name;
	TRY(asker_name(v, db, c->verifier, &name, err));
	json_put_str(o, STR("asker"), name);
	json_put_str(o, STR("purpose"), c->purpose);
	json_put_bool(o, STR("attributes"), c->scope & CONSENT_ATTRIBUTES);
	json_put_bool(o, STR("link"), c->scope & CONSENT_LINK);
	json_put_str(o, STR("until"), show_day(v, c->until));
	json_put_str(o, STR("asked"), show_time(v, c->asked_at));
	json_put_str(o, STR("answered"), show_time(v, c->ended_at ? c->ended_at : c->decided_at));
	json_put_str(o, STR("state"), show_row(v, state_key(c, v->now)));
	json_put_bool(o, STR("open"), consent_open(c, v->now));
	json_put_bool(o, STR("active"), consent_active(c, v->now));
	json_put_str(o, STR("consent_href"),
	             arena_printf(v->a, "/consents/%.*s", STR_ARG(c->id)));
	return ok();
}

struct result portal_consents(struct visit *v, struct err *err)
{
	const struct consent *list;
	size_t n;
	struct json_object *o = json_object_new(v->a);
	struct json_array *open = json_array_new(v->a), *active = json_array_new(v->a),
		*past = json_array_new(v->a);
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(consent_list(db, v->a, v->session.org, v->session.subject, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		struct json_object *x = json_object_new(v->a);
		TRY(put_consent(v, db, &list[i], x, err));
		json_push(consent_open(&list[i], v->now) ? open
		          : consent_active(&list[i], v->now) ? active : past, json_object_done(x));
	}
	store_reader_done(&db);
	json_put_str(o, STR("title_key"), STR("consents.title"));
	show_list(v, o, "open_ones", open);
	show_list(v, o, "active_ones", active);
	show_list(v, o, "past_ones", past);
	return visit_page(v, 200, STR("portal/consents"), o, err);
}

struct result portal_consent(struct visit *v, struct err *err)
{
	struct consent c;
	struct json_object *o = json_object_new(v->a);
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(consent_find(db, v->a, v->session.org, v->session.subject, v->q->param[0], &c, err));
	TRY(put_consent(v, db, &c, o, err));
	store_reader_done(&db);
	json_put_str(o, STR("title_key"), STR("consents.one"));
	return visit_page(v, 200, STR("portal/consent"), o, err);
}

/* ---- her answer ---- */

static struct result note(struct visit *v, struct db *tx, const struct consent *c, const char *event,
                          struct err *err)
{
	struct json_object *detail = json_object_new(v->a);
	json_put_str(detail, STR("verifier"), c->verifier);
	json_put_int(detail, STR("scope"), c->scope);
	return journal_add(tx, &(struct journal_entry){ .org = v->session.org,
		.subject = v->session.subject, .event = str_c(event), .actor = STR("citizen"),
		.object = c->id, .purpose = c->purpose, .detail = json_object_done(detail) }, err);
}

struct result portal_consent_post(struct visit *v, struct err *err)
{
	struct http_fields f;
	struct consent c;
	TRY(visit_form(v, &f, err));
	struct str answer = http_field_get(&f, STR("answer"));
	bool give = str_eq(answer, STR("give")), back = str_eq(answer, STR("withdraw"));
	if (!give && !back && !str_eq(answer, STR("refuse")))
		return fail(err, ERR_INPUT, "consent.answer", NULL, "give, refuse or withdraw");
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(consent_find(tx, v->a, v->session.org, v->session.subject, v->q->param[0], &c, err));
	TRY(back ? consent_withdraw(tx, v->session.org, v->session.subject, c.id, v->now, err)
	         : consent_answer(tx, v->session.org, v->session.subject, c.id, give, v->now, err));
	if (back)
		TRY(note(v, tx, &c, "consent.withdraw", err));
	else
		TRY(note(v, tx, &c, give ? "consent.give" : "consent.refuse", err));
	TRY(store_commit(&tx, err));
	visit_redirect(v, STR("/consents"));
	return ok();
}
