/* The application beside the register's own data: what it was filled from, and
 * what the register says today. A difference is told by a word, not by colour
 * alone. */
#include "web/counter.h"

#include "record/record.h"
#include "web/counter_words.h"
#include "web/show.h"

/* ---- values of records ---- */

static bool tells_address(const struct dataset_item *item)
{
	return item->type == FIELD_ADDRESS || str_find(item->name, STR("address")) != STR_NONE ||
	       str_eq(item->name, STR("postal"));
}

/* 加賀 太郎（1979年3月2日（昭和54年）、夫）; a relation is a code whose words
 * resident.basic has. */
static struct str member(struct visit *v, const struct pack_set *packs, const struct json *m)
{
	const struct dataset_item *item =
		dataset_item(pack_dataset(packs, STR("resident.basic")), STR("relation"));
	const struct json *code = json_get(m, STR("relation"));
	struct str relation = item ? show_item(v, item, code) : json_text(code);
	struct str name = json_text(json_get(m, STR("name")));
	struct str birth = show_iso_day(v, json_text(json_get(m, STR("birth"))));
	if (birth.n == 0)
		return name;
	return arena_printf(v->a, "%.*s（%.*s%s%.*s）", STR_ARG(name), STR_ARG(birth),
	                    relation.n ? "、" : "", STR_ARG(relation));
}

static struct str list_text(struct visit *v, const struct pack_set *packs,
                            const struct json *list)
{
	struct str out = STR("");
	for (size_t i = 0; i < list->n; i++) {
		const struct json *x = &list->items[i];
		struct str line = x->kind == JSON_OBJECT ? member(v, packs, x)
		                                          : show_value(v, FIELD_TEXT, x);
		out = arena_printf(v->a, "%.*s%s%.*s", STR_ARG(out), i ? "\n" : "", STR_ARG(line));
	}
	return out;
}

static struct str item_text(struct visit *v, const struct pack_set *packs,
                            const struct dataset_item *item, const struct json *x, bool masked)
{
	if (masked && tells_address(item))
		return text_get(v->app->texts, v->lang, STR("counter.masked"));
	if (json_is(x, JSON_ARRAY) && item->type != FIELD_CHOICES)
		return list_text(v, packs, x);
	if (json_is(x, JSON_OBJECT))
		return member(v, packs, x);
	return show_item(v, item, x);
}

/* Officers see what citizens need not (the state of a resident), when there is
 * something to see; not the register's internal keys. */
static bool is_internal(const struct dataset_item *item)
{
	return item->hidden && !str_eq(item->name, STR("status"));
}

const struct json *counter_dataset_rows(struct visit *v, const struct pack_set *packs,
                                        struct str dataset, const struct counter_bodies *b,
                                        size_t *ret_differ)
{
	const struct dataset *ds = pack_dataset(packs, dataset);
	struct json_array *rows = json_array_new(v->a);
	for (size_t i = 0; ds && i < ds->nitems; i++) {
		const struct dataset_item *item = &ds->items[i];
		const struct json *then = json_get(b->then, item->name);
		const struct json *now = json_get(b->now, item->name);
		bool differs = b->then && b->now && counter_differs(then, now);
		bool hide = b->masked && tells_address(item);
		if (is_internal(item) ||
		    (counter_is_nothing(then) && counter_is_nothing(now) && !hide))
			continue;
		struct json_object *o = json_object_new(v->a);
		json_put_str(o, STR("item"), item->label.t[v->lang]);
		json_put_str(o, STR("then"), item_text(v, packs, item, then, b->masked));
		json_put_str(o, STR("now"), item_text(v, packs, item, now, b->masked));
		json_put_bool(o, STR("differs"), differs);
		json_put_bool(o, STR("hush"), hide); /* "the same" would say something of it */
		if (ret_differ)
			*ret_differ += differs;
		json_push(rows, json_object_done(o));
	}
	return json_array_done(rows);
}

struct str counter_dataset_title(struct visit *v, const struct pack_set *packs, struct str id)
{
	const struct dataset *ds = pack_dataset(packs, id);
	return ds ? ds->title.t[v->lang] : id;
}

/* ---- the application's facts ---- */

static struct result push_facts(struct visit *v, struct db *db, struct counter_desk *d,
                                const struct pack_prefill *pre, struct json_array *list,
                                size_t *ndiffer, struct err *err)
{
	const struct record *r;
	TRY(record_current(db, v->a, d->c.org, d->c.subject, pre->dataset, STR(""), &r, err));
	struct counter_bodies b = { .then = json_get(d->c.facts, pre->as),
		.now = r ? r->body : NULL, .masked = d->is_protected };
	if (!b.then && !b.now)
		return ok();
	struct json_object *o = json_object_new(v->a);
	bool vanished = b.then && !b.now, appeared = !b.then && b.now;
	json_put_str(o, STR("facts_title"), counter_dataset_title(v, d->packs, pre->dataset));
	json_put(o, STR("facts_rows"), counter_dataset_rows(v, d->packs, pre->dataset, &b, ndiffer));
	json_put_bool(o, STR("vanished"), vanished);
	json_put_bool(o, STR("appeared"), appeared);
	*ndiffer += vanished || appeared;
	if (r) {
		json_put_str(o, STR("source"), r->source);
		json_put_str(o, STR("source_day"), show_day(v, r->recorded_at));
	}
	json_push(list, json_object_done(o));
	return ok();
}

struct result counter_put_register(struct visit *v, struct counter_desk *d,
                                   struct json_object *o, struct err *err)
{
	struct json_array *list = json_array_new(v->a);
	size_t ndiffer = 0;
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	for (size_t i = 0; i < d->p->nprefills; i++)
		TRY(push_facts(v, db, d, &d->p->prefills[i], list, &ndiffer, err));
	json_put(o, STR("facts"), json_array_done(list));
	json_put_int(o, STR("ndiffer"), (int64_t)ndiffer);
	json_put_bool(o, STR("any_differ"), ndiffer > 0);
	json_put_bool(o, STR("no_facts"), d->p->nprefills == 0);
	return ok();
}
