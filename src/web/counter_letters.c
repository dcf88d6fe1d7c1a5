/* The letters of an application, as its applicant received them. They are found
 * through her portal's list, narrowed to this application. One that was issued
 * before somebody in it came under protection (支援措置) says where she lives: it
 * is withheld from all but those whose work that is. */
#include "web/counter.h"

#include "web/protect.h"
#include "web/show.h"

struct result counter_put_letters(struct visit *v, struct counter_desk *d,
                                  struct json_object *o, struct err *err)
{
	const struct letter_kept *letters;
	size_t n;
	int64_t since;
	struct json_array *list = json_array_new(v->a);
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(protect_letters(db, v->a, &d->c, d->p, &since, err));
	TRY(letter_list_of(db, v->a, d->c.portal, d->c.portal_subject, &letters, &n, err));
	for (size_t i = 0; i < n; i++) {
		if (!str_eq(letters[i].case_id, d->c.id) || !str_eq(letters[i].org, d->c.org))
			continue;
		struct json_object *x = json_object_new(v->a);
		json_put_str(x, STR("letter_title"), letters[i].title);
		json_put_str(x, STR("letter_number"), letters[i].number);
		json_put_str(x, STR("letter_href"), arena_printf(v->a, "%.*s/cases/%.*s/letters/%.*s",
		             STR_ARG(counter_base(v)), STR_ARG(d->c.id), STR_ARG(letters[i].id)));
		json_put_bool(x, STR("letter_withheld"), letters[i].at < since && !protect_may_see(&d->who));
		json_push(list, json_object_done(x));
	}
	json_put(o, STR("letters"), json_array_done(list));
	return ok();
}

struct result counter_letter(struct visit *v, struct err *err)
{
	struct apply_case c;
	struct letter_kept l;
	struct str pdf;
	int64_t since;
	PACKS_AUTO packs = app_packs(v->app);
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(case_load(db, v->a, v->session.org, v->q->param[1], &c, err));
	TRY(letter_read_of(db, v->a, &v->app->data_key, c.portal, c.portal_subject, v->q->param[2],
	                   &l, &pdf, err));
	const struct procedure *p = pack_procedure_version(packs, c.procedure, c.version);
	TRY(protect_letters(db, v->a, &c, p, &since, err));
	store_reader_done(&db);
	struct case_actor who = counter_who(v);
	if (!str_eq(l.case_id, c.id) || !str_eq(l.org, c.org)) /* hers, but another matter's */
		return fail(err, ERR_NOT_FOUND, "apply.letter.none", NULL, "no such letter of the case");
	if (l.at < since && !protect_may_see(&who))
		return fail(err, ERR_FORBIDDEN, "counter.letter.protected", NULL,
		            "issued before somebody in it came under protection");
	TRY(visit_journal(v, c.org, c.subject, l.id, p ? p->affair : STR(""), err));
	visit_file(v, STR("application/pdf"),
	           arena_printf(v->a, "%.*s %.*s.pdf", STR_ARG(l.title), STR_ARG(l.number)), pdf);
	return ok();
}
