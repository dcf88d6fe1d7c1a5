/* The people of the demo nation: deterministic, plausible, complete. */
#include "base/check_digit.h"
#include "base/encode.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "cmd/demo_make.h"
#include "cmd/demo_names.h"
#include "cmd/demo_personas.h"
#include "crypto/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

enum { PEOPLE = 2000, SHA_TEXT = 65 };
static const struct date today = { 2026, 11, 20 };

static struct demo_nation nation(uint64_t seed, uint64_t people)
{
	return (struct demo_nation){ .seed = seed, .today = today, .people = people };
}

/* Calls f for every household, in an arena that is emptied in between. */
static uint64_t each(struct demo_nation n, void (*f)(void *, const struct demo_nation *,
                     struct arena *, const struct demo_household *), void *ctx)
{
	struct arena *a = arena_new(16 << 20);
	struct demo_household h;
	uint64_t people = 0;
	while (demo_next(&n, a, &h)) {
		people += h.n;
		f(ctx, &n, a, &h);
		assert_false(arena_over(a));
		arena_reset(a);
	}
	arena_free(a);
	return people;
}

/* ---- the same seed, the same people ---- */

static void add_bodies(void *ctx, const struct demo_nation *n, struct arena *a,
                       const struct demo_household *h)
{
	struct digest_stream *s = ctx;
	for (size_t i = 0; i < h->n; i++) {
		struct demo_body bodies[DEMO_BODIES_MAX];
		size_t k = demo_bodies(n, a, h, i, bodies);
		digest_add(s, h->members[i].individual);
		digest_add(s, str_of((const char *)h->members[i].core.b, 16));
		for (size_t b = 0; b < k; b++) {
			digest_add(s, bodies[b].dataset);
			digest_add(s, date_format(a, bodies[b].valid_from));
			digest_add(s, json_to_str(a, bodies[b].body));
		}
	}
}

static void digest_of(struct demo_nation n, char ret[SHA_TEXT])
{
	struct digest_stream s;
	uint8_t raw[DIGEST_SIZE_MAX];
	digest_init(&s, DIGEST_SHA256);
	each(n, add_bodies, &s);
	size_t len = digest_done(&s, raw);
	ret[encode_to(ENCODING_HEX, raw, len, ret)] = '\0';
}

static void same_seed_same_bodies(void **state)
{
	char one[SHA_TEXT], two[SHA_TEXT], other[SHA_TEXT];
	(void)state;
	digest_of(nation(7, PEOPLE), one);
	digest_of(nation(7, PEOPLE), two);
	digest_of(nation(8, PEOPLE), other);
	assert_string_equal(one, two);
	assert_string_not_equal(one, other);
}

struct prefix {
	struct str names[PEOPLE];
	size_t n, at;
	struct arena *keep;
	bool check;
};

static void keep_names(void *ctx, const struct demo_nation *n, struct arena *a,
                       const struct demo_household *h)
{
	struct prefix *p = ctx;
	(void)n;
	(void)a;
	for (size_t i = 0; i < h->n && p->at < 500; i++, p->at++) {
		if (p->check)
			assert_true(str_eq(p->names[p->at], h->members[i].name));
		else
			p->names[p->n++] = arena_str(p->keep, h->members[i].name);
	}
}

/* More people do not change those who were there. */
static void a_larger_nation_begins_alike(void **state)
{
	struct prefix *p = mem_new(sizeof *p);
	(void)state;
	p->keep = arena_new(1 << 20);
	each(nation(7, 600), keep_names, p);
	p->check = true;
	p->at = 0;
	each(nation(7, 3000), keep_names, p);
	assert_int_equal(p->at, 500);
	arena_free(p->keep);
	mem_free(p);
}

static void ignore(void *ctx, const struct demo_nation *n, struct arena *a,
                   const struct demo_household *h)
{
	(void)ctx;
	(void)n;
	(void)a;
	(void)h;
}

static void as_many_as_asked_for(void **state)
{
	static const uint64_t sizes[] = { 1, 2, 5, 22, 23, 100, 2000, 4001 };
	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		assert_int_equal(each(nation(3, sizes[i]), ignore, NULL), sizes[i]);
}

/* ---- numbers ---- */

struct numbers {
	struct arena *keep;
	struct map individual, resident, member;
};

static void check_numbers(void *ctx, const struct demo_nation *n, struct arena *a,
                          const struct demo_household *h)
{
	struct numbers *x = ctx;
	(void)n;
	(void)a;
	for (size_t i = 0; i < h->n; i++) {
		const struct demo_person *p = &h->members[i];
		assert_true(individual_number_check(p->individual));
		assert_true(resident_code_check(p->number));
		assert_true(map_put(&x->individual, arena_str(x->keep, p->individual), x));
		assert_true(map_put(&x->resident, arena_str(x->keep, p->number), x));
		assert_true(map_put(&x->member, arena_str(x->keep, p->id), x));
	}
}

static void numbers_hold_and_differ(void **state)
{
	struct numbers x = { .keep = arena_new(64 << 20) };
	(void)state;
	map_init(&x.individual, x.keep);
	map_init(&x.resident, x.keep);
	map_init(&x.member, x.keep);
	each(nation(11, 20000), check_numbers, &x);
	arena_free(x.keep);
}

static void no_individual_number_in_a_body(void *ctx, const struct demo_nation *n,
                                           struct arena *a, const struct demo_household *h)
{
	(void)ctx;
	for (size_t i = 0; i < h->n; i++) {
		struct demo_body bodies[DEMO_BODIES_MAX];
		size_t k = demo_bodies(n, a, h, i, bodies);
		for (size_t b = 0; b < k; b++)
			assert_true(str_find(json_to_str(a, bodies[b].body), h->members[i].individual) ==
			            STR_NONE);
	}
}

static void the_individual_number_stays_out_of_records(void **state)
{
	(void)state;
	each(nation(11, PEOPLE), no_individual_number_in_a_body, NULL);
}

/* ---- households ---- */

struct census {
	uint64_t eras[5], moved, dead, protect, foreign, children, old, rare, in_city[DEMO_CITIES];
	uint64_t households, people;
};

static void sane_person(const struct demo_person *p)
{
	assert_true(date_is_valid(p->birth) && date_is_valid(p->since) && date_is_valid(p->changed));
	assert_true(date_cmp(p->birth, today) <= 0);
	assert_true(date_cmp(p->birth, p->since) <= 0);
	assert_true(date_cmp(p->since, p->changed) <= 0);
	assert_true(date_cmp(p->changed, today) <= 0);
	assert_true(text_is_kana(p->kana));
	assert_false(text_has_control(p->name));
	assert_true(p->name.n > 0 && p->romaji.n > 3);
	for (size_t i = 0; i < p->romaji.n; i++)
		assert_true(p->romaji.p[i] == ' ' || (p->romaji.p[i] >= 'A' && p->romaji.p[i] <= 'Z'));
}

static void sane_relation(const struct demo_household *h, const struct demo_person *p)
{
	const struct demo_person *head = &h->members[0];
	int32_t apart = date_days(p->birth) - date_days(head->birth);
	if (str_eq(p->relation, STR("子")))
		assert_true(apart > 15 * 365);
	if (str_eq(p->relation, STR("子の子")))
		assert_true(apart > 30 * 365);
	if (str_eq(p->relation, STR("母")) || str_eq(p->relation, STR("父")))
		assert_true(apart < -15 * 365);
	if (str_eq(p->relation, STR("妻")) || str_eq(p->relation, STR("母")))
		assert_true(p->female);
	if (str_eq(p->relation, STR("夫")) || str_eq(p->relation, STR("父")))
		assert_false(p->female);
}

static void count_person(struct census *c, const struct demo_person *p)
{
	int year, age = age_on(p->birth, today);
	const struct era *e = date_era(p->birth, &year);
	static const char letters[] = "MTSHR";
	c->eras[strchr(letters, e->letter) - letters]++;
	c->moved += p->status == DEMO_MOVED_OUT;
	c->dead += p->status == DEMO_DECEASED;
	c->protect += p->protect;
	c->foreign += p->foreign;
	c->children += age < 18;
	c->old += age >= 65;
	for (size_t i = 0; i + 3 < p->name.n; i++)
		if ((unsigned char)p->name.p[i] >= 0xF0) {
			c->rare++;
			break;
		}
}

static void check_household(void *ctx, const struct demo_nation *n, struct arena *a,
                            const struct demo_household *h)
{
	struct census *c = ctx;
	size_t heads = 0;
	(void)n;
	(void)a;
	assert_true(h->n >= 1 && h->n <= DEMO_MEMBERS_MAX);
	assert_true(h->members[0].head);
	assert_true(str_eq(h->members[0].relation, STR("世帯主")));
	assert_true(age_on(h->members[0].birth, today) >= 18);
	assert_true(h->address.postal.n == 8 && h->address.text.n < 300);
	assert_true(str_starts(h->address.text, str_c(demo_city(h->city)->prefecture)));
	for (size_t i = 0; i < h->n; i++) {
		heads += h->members[i].head;
		sane_person(&h->members[i]);
		sane_relation(h, &h->members[i]);
		count_person(c, &h->members[i]);
	}
	assert_int_equal(heads, 1);
	c->in_city[h->city] += h->n;
	c->households++;
	c->people += h->n;
}

static void households_are_sane(void **state)
{
	struct census c = { 0 };
	(void)state;
	each(nation(2026, PEOPLE), check_household, &c);
	assert_int_equal(c.eras[0], 0);
	for (size_t i = 1; i < 5; i++)
		assert_true(c.eras[i] > 0); /* 大正 昭和 平成 令和 */
	assert_true(c.moved > 0 && c.dead > 0 && c.protect > 0 && c.foreign > 0 && c.rare > 20);
	assert_true(c.children * 100 > c.people * 8 && c.children * 100 < c.people * 30);
	assert_true(c.old * 100 > c.people * 18 && c.old * 100 < c.people * 50);
	assert_true(c.people * 10 > c.households * 17 && c.people * 10 < c.households * 28);
	for (size_t i = 0; i < DEMO_CITIES; i++)
		assert_true(c.in_city[i] > PEOPLE / 6);
}

static void other_seeds_are_sane_too(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct census c = { 0 };
		each(nation(seed, PEOPLE), check_household, &c);
	}
}

/* ---- records ---- */

static void check_bodies(void *ctx, const struct demo_nation *n, struct arena *a,
                         const struct demo_household *h)
{
	(void)ctx;
	for (size_t i = 0; i < h->n; i++) {
		struct demo_body bodies[DEMO_BODIES_MAX];
		size_t k = demo_bodies(n, a, h, i, bodies);
		const struct demo_person *p = &h->members[i];
		assert_true(str_eq(bodies[0].dataset, STR("resident.basic")));
		assert_true(json_bool_or(json_get(bodies[0].body, STR("protected")), false) == p->protect);
		for (size_t b = 0; b < k; b++)
			assert_true(date_cmp(bodies[b].valid_from, today) <= 0);
		if (p->status != DEMO_RESIDENT) {
			assert_int_equal(k, 1);
			continue;
		}
		assert_true(str_eq(bodies[1].dataset, STR("resident.household")));
		const struct json *members = json_get(bodies[1].body, STR("members"));
		bool herself = false;
		for (size_t m = 0; m < json_len(members); m++)
			herself |= str_eq(json_text(json_get(json_at(members, m), STR("id"))), p->id);
		assert_true(herself);
	}
}

static void a_household_lists_all_who_live_there(void **state)
{
	(void)state;
	each(nation(5, PEOPLE), check_bodies, NULL);
}

/* ---- names ---- */

static void check_table(const struct demo_name *rows, size_t n)
{
	struct arena *a = arena_new(1 << 20);
	for (size_t i = 0; i < n; i++) {
		assert_true(utf8_valid(str_c(rows[i].kanji)));
		assert_false(text_has_control(str_c(rows[i].kanji)));
		assert_true(text_is_kana(demo_kana(a, rows[i].kana)));
		assert_true(demo_romaji(a, rows[i].kana).n >= 1);
	}
	arena_free(a);
}

static void every_name_has_its_reading(void **state)
{
	const struct demo_name *rows;
	size_t n;
	(void)state;
	n = demo_families(&rows);
	assert_true(n >= 200);
	check_table(rows, n);
	n = demo_families_rare(&rows);
	assert_true(n >= 20);
	check_table(rows, n);
	n = demo_givens(&rows);
	assert_true(n >= 290);
	check_table(rows, n);
}

static void every_town_has_kana_and_postal_code(void **state)
{
	(void)state;
	for (size_t c = 0; c < DEMO_CITIES; c++) {
		const struct demo_city *city = demo_city(c);
		assert_true(local_code_check(str_c(city->id)));
		assert_true(city->ntowns >= 25);
		for (size_t i = 0; i < city->ntowns; i++) {
			assert_true(text_is_kana(str_c(city->towns[i].kana)));
			assert_int_equal(strlen(city->towns[i].postal), 8);
			assert_true(city->towns[i].postal[3] == '-');
			assert_true((city->towns[i].numbering == NUMBER_CHOME) == (city->towns[i].chome > 0));
			for (size_t k = 0; k < i; k++)
				assert_string_not_equal(city->towns[i].name, city->towns[k].name);
		}
	}
}

static void romaji_as_in_a_passport(void **state)
{
	static const struct {
		const char *kana, *latin;
	} rows[] = {
		{ "サトウ", "SATO" }, { "オオノ", "ONO" }, { "イノ|ウエ", "INOUE" }, { "ハットリ", "HATTORI" },
		{ "ナンバ", "NAMBA" }, { "シンイチ", "SHINICHI" }, { "ケンジ", "KENJI" }, { "マツ|ウラ", "MATSUURA" },
		{ "ユウコ", "YUKO" }, { "リョウ", "RYO" }, { "エッチュウ", "ETCHU" }, { "ショウゾウ", "SHOZO" },
		{ "ニイ", "NII" }, { "ジュン", "JUN" }, { "ホンマ", "HOMMA" }, { "キンジロウ", "KINJIRO" },
	};
	struct arena *a = arena_new(1 << 16);
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str s = demo_romaji(a, rows[i].kana);
		if (!str_eq(s, str_c(rows[i].latin)))
			fail_msg("%s: expected %s, found %.*s", rows[i].kana, rows[i].latin, STR_ARG(s));
	}
	arena_free(a);
}

/* ---- personas ---- */

struct seen {
	size_t n;
	bool rows[32];
};

static void see(void *ctx, const struct demo_nation *n, struct arena *a,
                const struct demo_household *h)
{
	struct seen *s = ctx;
	const struct demo_persona *rows;
	size_t count = demo_personas(&rows);
	(void)n;
	(void)a;
	for (size_t i = 0; i < h->n; i++) {
		const struct demo_person *p = &h->members[i];
		if (!p->persona)
			continue;
		const struct demo_persona *row = demo_persona_find(p->persona);
		assert_non_null(row);
		assert_false(s->rows[row - rows]);
		s->rows[row - rows] = true;
		s->n++;
		/* 公的個人認証法: signing from 15. */
		if (row->password)
			assert_true(age_on(p->birth, today) >= 15);
	}
	assert_true(count <= 32);
}

static void every_persona_lives_once_whatever_the_seed(void **state)
{
	const struct demo_persona *rows;
	size_t n = demo_personas(&rows);
	(void)state;
	for (uint64_t seed = 1; seed < 4; seed++) {
		struct seen s = { 0 };
		each(nation(seed, 200), see, &s);
		assert_int_equal(s.n, n);
	}
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(strlen(rows[i].pin), 4);
		assert_true((rows[i].certs == CERTS_LOGIN) == (rows[i].password == NULL));
	}
}

/* Their ages hold on whatever day the nation is made. */
static void personas_keep_their_ages(void **state)
{
	struct arena *a = arena_new(1 << 22);
	(void)state;
	for (int32_t day = 0; day < 800; day += 7) {
		struct demo_nation n = { .seed = 1, .today = date_add_days((struct date){ 2026, 1, 1 }, day),
		                         .people = 2000 };
		struct demo_household h;
		for (size_t i = 0; i < demo_persona_households(); i++) {
			demo_persona_household(&n, a, i, 0, &h);
			for (size_t k = 0; k < h.n; k++) {
				int age = age_on(h.members[k].birth, n.today);
				assert_true(date_is_valid(h.members[k].birth));
				if (h.members[k].persona && str_eq(str_c(h.members[k].persona), STR("aoi")))
					assert_int_equal(age, 14);
				if (h.members[k].persona && str_eq(str_c(h.members[k].persona), STR("hiroto")))
					assert_int_equal(age, 16);
			}
		}
		arena_reset(a);
	}
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_seed_same_bodies),
		cmocka_unit_test(a_larger_nation_begins_alike),
		cmocka_unit_test(as_many_as_asked_for),
		cmocka_unit_test(numbers_hold_and_differ),
		cmocka_unit_test(the_individual_number_stays_out_of_records),
		cmocka_unit_test(households_are_sane),
		cmocka_unit_test(other_seeds_are_sane_too),
		cmocka_unit_test(a_household_lists_all_who_live_there),
		cmocka_unit_test(every_name_has_its_reading),
		cmocka_unit_test(every_town_has_kana_and_postal_code),
		cmocka_unit_test(romaji_as_in_a_passport),
		cmocka_unit_test(every_persona_lives_once_whatever_the_seed),
		cmocka_unit_test(personas_keep_their_ages),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
