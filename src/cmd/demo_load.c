/* In the order of the tables' keys: codes are random, and a row at a random
 * place of every index would touch every page of the database again and again.
 * So all codes are made first and sorted (28 bytes for each person), and each
 * person's household is made once more when her turn comes. */
#include "cmd/demo_load.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/encode.h"
#include "base/mem.h"
#include "crypto/aead.h"
#include "record/record.h"
#include "store/journal.h"

/* People in one transaction: enough that the fsync costs little beside them, and
 * few enough that the pages they touch fit into the engine's cache. */
enum { BATCH = 1500, ARENA = 256 << 20, SEALED_MAX = 256, CODE_BYTES = CODE_TEXT / 2 };

struct turn {
	uint8_t city;             /* in the order of their ids */
	uint8_t code[CODE_BYTES]; /* what the tables are sorted by */
	uint8_t member;
	uint32_t household, index; /* as demo_household_at wants them */
};

struct batch {
	struct node *node;
	struct demo_nation *nation;
	struct arena *arena;
	struct db *tx;
	struct secret key; /* of 個人番号 */
	struct demo_loaded *done;
	uint64_t city_people[DEMO_CITIES];
	struct turn *turns;
	uint64_t nturns;
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

/* ---- whose turn ---- */

static uint8_t city_rank(size_t city)
{
	unsigned before = 0;
	for (size_t i = 0; i < DEMO_CITIES; i++)
		before += str_cmp(str_c(demo_city(i)->id), str_c(demo_city(city)->id)) < 0;
	return (uint8_t)before;
}

static int turn_cmp(const void *x, const void *y)
{
	const struct turn *a = x, *b = y;
	return a->city != b->city ? a->city - b->city : memcmp(a->code, b->code, CODE_BYTES);
}

static struct result take_turns(struct batch *b, struct err *err)
{
	struct demo_nation *n = b->nation;
	struct demo_household h;
	size_t bytes;
	b->turns = mem_array(n->people, sizeof *b->turns);
	for (uint64_t first = 0, number = 0; demo_next(n, b->arena, &h); first = n->made, number++) {
		for (size_t i = 0; i < h.n; i++) {
			struct turn *t = &b->turns[b->nturns++];
			struct str code = code_of(b->node->app.codes, b->arena, str_c(demo_city(h.city)->id),
			                          h.members[i].core);
			*t = (struct turn){ .city = city_rank(h.city), .member = (uint8_t)i,
				.household = (uint32_t)number, .index = (uint32_t)first };
			TRY(decode_to(ENCODING_HEX, code, t->code, &bytes, err));
		}
		arena_reset(b->arena);
	}
	qsort(b->turns, b->nturns, sizeof *b->turns, turn_cmp);
	b->done->households = n->households;
	return ok();
}

/* ---- the transactions ---- */

static struct result fill_batch(struct batch *b, struct err *err)
{
	TRY(store_begin(b->node->app.store, &b->tx, err));
	for (size_t i = 0; i < BATCH && b->done->people < b->nturns; i++) {
		const struct turn *t = &b->turns[b->done->people];
		struct demo_household h;
		demo_household_at(b->nation, b->arena, t->household, t->index, &h);
		TRY(put_person(b, &h, t->member, err));
		b->done->people++;
	}
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
	TRY(each_persona(b, persona, ctx, err));
	arena_reset(b->arena);
	TRY(take_turns(b, err));
	while (b->done->people < b->nturns) {
		TRY(fill_batch(b, err));
		arena_reset(b->arena);
		progress(b->done->people, b->nation->people);
	}
	return ok();
}

struct result demo_load(struct node *node, struct demo_nation *n, demo_persona_fn *persona,
                        void *ctx, void (*progress)(uint64_t people, uint64_t of),
                        struct demo_loaded *ret, struct err *err)
{
	struct demo_loaded done = { 0 };
	struct batch b = { .node = node, .nation = n, .done = &done };
	TRY(node_derive(node, STR("individual-number"), &b.key, err));
	b.arena = arena_new(ARENA);
	struct result r = load(&b, persona, ctx, progress, err);
	store_abort(&b.tx);
	secret_done(&b.key);
	mem_free(b.turns);
	arena_free(b.arena);
	if (is_ok(r))
		*ret = done;
	return r;
}
