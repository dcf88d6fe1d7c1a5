#include "cmd/demo_load.h"

#include "base/buf.h"
#include "crypto/aead.h"
#include "record/record.h"
#include "store/journal.h"

/* People in one transaction: enough that the fsync costs nothing beside them. */
enum { BATCH = 4000, ARENA = 256 << 20, SEALED_MAX = 256 };

struct batch {
	struct node *node;
	struct demo_nation *nation;
	struct arena *arena;
	struct db *tx;
	struct secret key; /* of 個人番号 */
	struct demo_loaded *done;
	uint64_t city_people[DEMO_CITIES];
};

static struct result put_individual(struct batch *b, struct str org, struct str subject,
                                    const struct demo_person *p, struct err *err)
{
	BUF_AUTO sealed;
	buf_init(&sealed, SEALED_MAX);
	struct str ad = arena_printf(b->arena, "individual_number:%.*s:%.*s", STR_ARG(org),
	                             STR_ARG(subject));
	TRY(aead_seal(secret_str(&b->key), ad, p->individual, &sealed, err));
	return record_secret_put(b->tx, org, subject, STR("individual_number"), buf_str(&sealed), err);
}

static struct result put_person(struct batch *b, const struct demo_household *h, size_t i,
                                struct err *err)
{
	const struct demo_person *p = &h->members[i];
	struct str org = str_c(demo_city(h->city)->id), id;
	struct str subject = code_of(b->node->app.codes, b->arena, org, p->core);
	struct demo_body bodies[DEMO_BODIES_MAX];
	size_t n = demo_bodies(b->nation, b->arena, h, i, bodies);
	for (size_t k = 0; k < n; k++) {
		const struct record_new r = { .org = org, .subject = subject,
			.dataset = bodies[k].dataset, .source = bodies[k].source,
			.valid_from = date_format(b->arena, bodies[k].valid_from),
			.body = bodies[k].body, .single = true };
		TRY(record_put(b->tx, b->arena, &r, &id, err));
	}
	b->done->records += n;
	b->city_people[h->city]++;
	return put_individual(b, org, subject, p, err);
}

static struct result put_household(struct batch *b, const struct demo_household *h,
                                   struct err *err)
{
	for (size_t i = 0; i < h->n; i++)
		TRY(put_person(b, h, i, err));
	b->done->people += h->n;
	b->done->households++;
	return ok();
}

/* One entry per city and transaction: that its register was filled. */
static struct result journal(struct batch *b, struct err *err)
{
	for (size_t c = 0; c < DEMO_CITIES; c++) {
		struct json_object *detail = json_object_new(b->arena);
		if (b->city_people[c] == 0)
			continue;
		json_put_int(detail, STR("people"), (int64_t)b->city_people[c]);
		TRY(journal_add(b->tx, &(struct journal_entry){ .org = str_c(demo_city(c)->id),
			.event = STR("register.load"), .actor = STR("system"),
			.detail = json_object_done(detail) }, err));
		b->done->in_city[c] += b->city_people[c];
		b->city_people[c] = 0;
	}
	return ok();
}

static struct result fill_batch(struct batch *b, bool *ret_more, struct err *err)
{
	struct demo_household h;
	uint64_t until = b->done->people + BATCH;
	*ret_more = true;
	TRY(store_begin(b->node->app.store, &b->tx, err));
	while (b->done->people < until && (*ret_more = demo_next(b->nation, b->arena, &h)))
		TRY(put_household(b, &h, err));
	TRY(journal(b, err));
	return store_commit(&b->tx, err);
}

/* The personas' phones need their own transactions, so they come afterwards. */
static struct result each_persona(struct batch *b, demo_persona_fn *persona, void *ctx,
                                  struct err *err)
{
	struct demo_nation again = *b->nation;
	struct demo_household h;
	again.made = again.households = 0;
	for (size_t i = 0; i < demo_persona_households(); i++)
		if (demo_next(&again, b->arena, &h))
			TRY(persona(ctx, &h, err));
	return ok();
}

static struct result load(struct batch *b, demo_persona_fn *persona, void *ctx,
                          void (*progress)(uint64_t, uint64_t), struct err *err)
{
	bool more = true;
	TRY(each_persona(b, persona, ctx, err));
	while (more) {
		arena_reset(b->arena);
		TRY(fill_batch(b, &more, err));
		progress(b->done->people, b->nation->people);
	}
	return ok();
}

struct result demo_load(struct node *node, struct demo_nation *n, demo_persona_fn *persona,
                        void *ctx, void (*progress)(uint64_t people, uint64_t of),
                        struct demo_loaded *ret, struct err *err)
{
	struct demo_loaded done = { 0 };
	struct batch b = { .node = node, .nation = n, .arena = arena_new(ARENA), .done = &done };
	node_derive(node, STR("individual-number"), &b.key);
	struct result r = load(&b, persona, ctx, progress, err);
	store_abort(&b.tx);
	secret_done(&b.key);
	arena_free(b.arena);
	if (is_ok(r))
		*ret = done;
	return r;
}
