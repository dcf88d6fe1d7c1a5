/* What became of an application: officers and citizens take the steps of its
 * workflow, through the same verbs as at a counter, with days between them. The
 * number of the application decides, so that every state is there as soon as
 * there are as many applications as fates. */
#include <assert.h>

#include "base/clock.h"
#include "cmd/demo_cases_priv.h"
#include "web/certs.h"
#include "web/letters.h"

enum step { STEP_END, STEP_ASSIGN, STEP_NOTE, STEP_RETURN, STEP_RESUBMIT, STEP_MOVE,
            STEP_PROPOSE, STEP_APPROVE, STEP_REFUSE, STEP_WITHDRAW };
enum { STEPS_MAX = 6, JST_HOURS = 9 };

/* A step that a procedure does not know in that state is left out: a pregnancy is
 * not surveyed. */
static const enum step fates[][STEPS_MAX] = {
	{ STEP_END },
	{ STEP_ASSIGN, STEP_MOVE, STEP_PROPOSE, STEP_APPROVE },
	{ STEP_RETURN },
	{ STEP_ASSIGN, STEP_MOVE, STEP_NOTE },
	{ STEP_MOVE, STEP_PROPOSE },
	{ STEP_ASSIGN, STEP_NOTE },
	{ STEP_RETURN, STEP_RESUBMIT, STEP_ASSIGN },
	{ STEP_MOVE, STEP_PROPOSE, STEP_REFUSE },
	{ STEP_WITHDRAW },
	{ STEP_MOVE },
	{ STEP_RETURN, STEP_RESUBMIT, STEP_MOVE, STEP_PROPOSE, STEP_APPROVE },
	{ STEP_END },
};

static const enum flow_kind kinds[] = {
	[STEP_RETURN] = FLOW_RETURN, [STEP_MOVE] = FLOW_MOVE, [STEP_PROPOSE] = FLOW_PROPOSE,
	[STEP_APPROVE] = FLOW_APPROVE, [STEP_REFUSE] = FLOW_REFUSE,
};

/* ---- who and when ---- */

static struct case_actor officer(struct making *m, struct str role)
{
	const struct demo_officer *rows;
	size_t n = demo_officers(&rows), first = n;
	bool other = rng_chance(&m->r, 1, 3); /* two clerks share the work */
	for (size_t i = 0; i < n; i++) {
		if (!str_eq(str_c(rows[i].roles), role))
			continue;
		first = i;
		if (!other)
			break;
	}
	assert(first < n);
	return (struct case_actor){ str_c(demo_city(m->city)->id), str_c(rows[first].id),
		demo_officer_name(m->t->nation, m->a, m->city, first), str_c(rows[first].roles) };
}

/* The next office hour from then, in Japan. */
static int64_t office_hour(struct making *m, int64_t at)
{
	int64_t into = (at + JST_HOURS * CLOCK_HOUR) % CLOCK_DAY, day = at - into;
	int64_t when = day + 9 * CLOCK_HOUR + rng_between(&m->r, 0, 8 * 60) * CLOCK_MINUTE;
	return when > at ? when : when + CLOCK_DAY;
}

/* Some days later, but not later than now; a letter bears the day it is made. */
static void time_passes(struct making *m, enum step step)
{
	int64_t latest = m->t->now - rng_between(&m->r, 1, 50) * CLOCK_MINUTE;
	int64_t at = office_hour(m, m->now + rng_between(&m->r, 0, 1) * CLOCK_DAY);
	bool decides = step == STEP_APPROVE || step == STEP_REFUSE;
	m->now = decides || at > latest ? latest : at;
}

/* ---- what they say ---- */

static const struct json *decision(struct making *m)
{
	static const char *const grades[] = { "全壊", "大規模半壊", "中規模半壊", "半壊", "準半壊",
	                                      "準半壊に至らない" };
	struct json_object *o = json_object_new(m->a);
	struct str today = date_format(m->a, jst_date(m->now));
	if (str_eq(m->procedure->id, STR("disaster_certificate"))) {
		bool photo = str_eq(json_text(json_path(m->c.answers, STR("copies.survey"))), STR("photo"));
		size_t grade = photo ? sizeof grades / sizeof *grades - 1
		                     : rng_below(&m->r, sizeof grades / sizeof *grades);
		json_put_str(o, STR("grade"), str_c(grades[grade]));
		json_put_str(o, STR("surveyed"), today);
	} else {
		json_put_str(o, STR("handbook"), arena_printf(m->a, "%d-%04d", jst_date(m->now).year,
		                                              (int)rng_between(&m->r, 1, 9999)));
		json_put_str(o, STR("place"), STR("市役所1階 母子健康手帳の窓口"));
		json_put_str(o, STR("ready"), today);
	}
	return json_object_done(o);
}

static const struct json *comments(struct making *m)
{
	struct json_object *o = json_object_new(m->a);
	json_put_str(o, STR("contact.phone"), STR("日中につながる番号を書いてください。"));
	return json_object_done(o);
}

static struct str note(struct making *m)
{
	return rng_chance(&m->r, 1, 2) ? STR("電話で確認。来週の午前中に在宅とのこと。")
	                               : STR("近くの申請と同じ日に回れる。地図は共有フォルダー。");
}

/* ---- steps ---- */

static const struct pack_action *row_of(const struct making *m, enum flow_kind kind)
{
	const struct procedure *p = m->procedure;
	for (size_t i = 0; i < p->nactions; i++)
		if (p->actions[i].kind == kind && str_eq(p->actions[i].state, m->c.state))
			return &p->actions[i];
	return NULL;
}

static struct result act(struct making *m, enum step step, struct err *err)
{
	struct app *app = &m->t->node->app;
	const struct pack_action *row = row_of(m, kinds[step]);
	const struct register_desk desk = certs_desk(app);
	const struct case_office office = { .data_key = &app->data_key, .letter = app_letter, .desk = &desk,
		.ctx = app };
	struct case_step s = { .rev = m->c.rev };
	if (!row)
		return ok();
	struct case_actor who = officer(m, row->role);
	s.action = row->action;
	if (step == STEP_RETURN)
		s.comments = comments(m);
	if (step == STEP_PROPOSE || (step == STEP_APPROVE && !m->c.decision))
		s.decision = decision(m);
	if (step == STEP_REFUSE)
		s.reasons = STR("申請された場所で、申請の理由となる事実を確認できませんでした。");
	return case_act(app->store, m->a, &m->c, m->procedure, &who, &s, &office, m->now, &m->c, err);
}

/* She changes what she was asked to, and signs anew. */
static struct result resubmit(struct making *m, struct err *err)
{
	bool fine;
	TRY(case_correct(m->t->node->app.store, m->a, &m->c, m->now, &m->draft, err));
	m->about = case_about(m->a, &m->c);
	m->submitted = m->c.answers;
	m->answers = json_with(m->a, m->draft.answers, STR("contact.phone"),
	                       json_str(m->a, STR("0761-00-0002")));
	TRY(demo_case_save(m, err));
	TRY(demo_case_check(m, &fine, err));
	return fine ? demo_case_send(m, err) : ok();
}

static struct result reload(struct making *m, struct err *err)
{
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(m->t->node->app.store, &db, err));
	return case_load(db, m->a, str_c(demo_city(m->city)->id), m->c.id, &m->c, err);
}

static struct result take(struct making *m, enum step step, struct err *err)
{
	struct store *s = m->t->node->app.store;
	struct case_actor who;
	switch (step) {
	case STEP_ASSIGN:
		who = officer(m, STR("clerk"));
		return case_assign(s, m->a, &m->c, &who, who.id, m->now, err);
	case STEP_NOTE:
		who = officer(m, STR("clerk"));
		return case_note(s, m->a, &m->c, &who, note(m), m->now, err);
	case STEP_RESUBMIT:
		return resubmit(m, err);
	case STEP_WITHDRAW:
		return case_withdraw(s, m->a, &m->c, m->procedure, m->now, err);
	default:
		return act(m, step, err);
	}
}

struct result demo_case_goes_on(struct making *m, uint64_t number, struct err *err)
{
	const enum step *fate = fates[number % (sizeof fates / sizeof *fates)];
	for (size_t i = 0; i < STEPS_MAX && fate[i] != STEP_END; i++) {
		time_passes(m, fate[i]);
		TRY(reload(m, err));
		TRY(take(m, fate[i], err));
	}
	return ok();
}
