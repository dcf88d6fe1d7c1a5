/* Households with the sizes and ages of a Japanese city (国勢調査 2020, roughly:
 * 38 % alone, 20 % couples, 25 % couples with children, 9 % one parent, the rest
 * with grandparents or others). */
#include "cmd/demo_people.h"

#include "base/check_digit.h"
#include "base/encode.h"
#include "cmd/demo_names.h"
#include "cmd/demo_personas.h"

/* ---- numbers ---- */

/* A bijection of 0 … m-1, m = 10^k: times an odd number that 5 does not divide,
 * plus another. */
static uint64_t shuffled(uint64_t seed, struct str label, uint64_t index, uint64_t m)
{
	struct rng r;
	rng_derive(&r, seed, label, 0);
	uint64_t times = rng_below(&r, m / 10) * 10 + 7, plus = rng_below(&r, m);
	return (uint64_t)(((unsigned __int128)index * times + plus) % m);
}

void demo_identify(const struct demo_nation *n, struct arena *a, uint64_t index,
                   struct demo_person *p)
{
	struct rng r;
	uint8_t raw[6];
	p->index = index;
	struct str eleven = arena_printf(a, "%011llu", (unsigned long long)shuffled(
		n->seed, STR("individual"), index, 100000000000u));
	p->individual = arena_printf(a, "%.*s%c", STR_ARG(eleven), individual_number_digit(eleven));
	struct str ten = arena_printf(a, "%010llu", (unsigned long long)shuffled(
		n->seed, STR("resident"), index, 10000000000u));
	p->number = arena_printf(a, "%.*s%c", STR_ARG(ten), resident_code_digit(ten));
	rng_derive(&r, n->seed, STR("core"), index);
	for (size_t i = 0; i < sizeof p->core.b; i++)
		p->core.b[i] = (uint8_t)rng_below(&r, 256);
	for (size_t i = 0; i < sizeof raw; i++)
		raw[i] = (uint8_t)rng_below(&r, 256);
	p->id = arena_join(a, STR("m"), hex_encode(a, str_of((const char *)raw, sizeof raw)));
}

/* ---- one household ---- */

struct maker {
	const struct demo_nation *n;
	struct arena *a;
	struct rng *r;
	struct demo_household *h;
	const struct demo_name *family;
	uint64_t index;
	struct date came; /* when the household came to its address */
};

static struct date birth_of(struct maker *m, int age)
{
	struct date today = m->n->today;
	int32_t last = date_days(today) - (int32_t)rng_between(m->r, 0, 364);
	struct date d = date_from_days(last);
	d.year -= age;
	if (!date_is_valid(d))
		d.day = 28;
	return d;
}

static struct date later(struct date x, struct date y)
{
	return date_cmp(x, y) > 0 ? x : y;
}

static int64_t thousands(struct rng *r, int64_t lo, int64_t hi)
{
	return rng_between(r, lo, hi) * 1000;
}

static void livelihood(struct maker *m, struct demo_person *p)
{
	int age = age_on(p->birth, m->n->today);
	bool works = age < 65 ? rng_chance(m->r, p->female ? 75 : 88, 100)
	                      : age < 75 && rng_chance(m->r, 40, 100);
	p->income = -1;
	if (age < 18)
		return;
	p->income = works ? thousands(m->r, 900, 5200) : age < 65 ? 0 : thousands(m->r, 0, 1500);
	if (works && rng_chance(m->r, 1, 12))
		p->income += thousands(m->r, 2000, 9000);
	p->deductions = 480000 + (works ? thousands(m->r, 100, 900) : 0);
	if (works && age < 70 && rng_chance(m->r, 4, 5))
		p->pension = DEMO_EMPLOYEE;
	else if (age >= 20 && age < 60)
		p->pension = DEMO_NATIONAL;
	p->account = rng_chance(m->r, 55, 100);
}

/* People leave and die; the entry stays. */
static void fate(struct maker *m, struct demo_person *p)
{
	int age = age_on(p->birth, m->n->today);
	if (age >= 60 && rng_chance(m->r, age >= 85 ? 6 : 1, 60)) {
		p->status = DEMO_DECEASED;
		p->changed = later(p->since, date_add_days(m->n->today, -(int32_t)rng_between(m->r, 3, 700)));
	}
}

static struct demo_person *add(struct maker *m, const char *relation, bool female, int age)
{
	struct demo_person *p = &m->h->members[m->h->n++];
	*p = (struct demo_person){ .relation = str_c(relation), .female = female };
	p->birth = birth_of(m, age);
	demo_identify(m->n, m->a, m->index++, p);
	const struct demo_name *given = demo_given(m->r, female, p->birth.year);
	p->name = arena_printf(m->a, "%s %s", m->family->kanji, given->kanji);
	p->kana = arena_printf(m->a, "%.*s %.*s", STR_ARG(demo_kana(m->a, m->family->kana)),
	                       STR_ARG(demo_kana(m->a, given->kana)));
	p->romaji = arena_printf(m->a, "%.*s %.*s", STR_ARG(demo_romaji(m->a, m->family->kana)),
	                         STR_ARG(demo_romaji(m->a, given->kana)));
	p->since = p->changed = later(m->came, p->birth);
	livelihood(m, p);
	return p;
}

static int age_between(struct maker *m, int lo, int hi)
{
	return (int)rng_between(m->r, lo, hi);
}

static bool woman(struct maker *m)
{
	return rng_chance(m->r, 1, 2);
}

/* Children of parents of that age, who had them between 19 and 42. */
static void children(struct maker *m, const char *relation, int parent, int most)
{
	static const uint32_t how_many[] = { 0, 45, 42, 11, 2 };
	size_t n = rng_weighted(m->r, how_many, sizeof how_many / sizeof *how_many);
	int oldest = parent - 19 < 28 ? parent - 19 : 28;
	int youngest = parent > 42 ? parent - 42 : 0;
	int age = oldest >= youngest ? age_between(m, youngest, oldest) : 0;
	for (size_t i = 0; i < n && (int)i < most && age >= youngest && age >= 0; i++) {
		add(m, relation, woman(m), age);
		age -= age_between(m, 1, 4);
	}
}

static void alone(struct maker *m)
{
	static const uint32_t ages[] = { 26, 34, 40 };
	size_t which = rng_weighted(m->r, ages, 3);
	int age = which == 0 ? age_between(m, 18, 34) : which == 1 ? age_between(m, 35, 64)
	                     : age_between(m, 65, 96);
	/* The oldest live on: about one in a thousand is 100 or older. */
	if (which == 2 && rng_chance(m->r, 1, 60))
		age = age_between(m, 100, 108);
	add(m, "世帯主", which == 2 ? rng_chance(m->r, 2, 3) : woman(m), age);
}

/* Gives the age of the younger. */
static int couple(struct maker *m, int lo, int hi)
{
	bool head_female = rng_chance(m->r, 1, 12);
	int age = age_between(m, lo, hi), other = age + age_between(m, -5, 4);
	if (other < 18)
		other = 18;
	add(m, "世帯主", head_female, age);
	add(m, head_female ? "夫" : "妻", !head_female, other);
	return age < other ? age : other;
}

static void couple_alone(struct maker *m)
{
	static const uint32_t ages[] = { 14, 30, 56 };
	size_t which = rng_weighted(m->r, ages, 3);
	couple(m, which == 0 ? 24 : which == 1 ? 45 : 65, which == 0 ? 44 : which == 1 ? 64 : 92);
}

static void family(struct maker *m)
{
	children(m, "子", couple(m, 26, 56), 4);
}

static void one_parent(struct maker *m)
{
	bool female = rng_chance(m->r, 85, 100);
	int age = age_between(m, 24, 54);
	add(m, "世帯主", female, age);
	children(m, "子", age, 3);
}

static void old_parent_and_child(struct maker *m)
{
	int age = age_between(m, 72, 95);
	add(m, "世帯主", rng_chance(m->r, 2, 3), age);
	add(m, "子", woman(m), age - age_between(m, 22, 36));
}

static void three_generations(struct maker *m)
{
	children(m, "子", couple(m, 30, 52), 3);
	int head = age_on(m->h->members[0].birth, m->n->today);
	add(m, "母", true, head + age_between(m, 22, 34));
	if (rng_chance(m->r, 1, 2))
		add(m, "父", false, head + age_between(m, 24, 38));
}

/* Grandparents who raise a grandchild (guardians). */
static void grandparents(struct maker *m)
{
	couple(m, 58, 72);
	add(m, "子の子", woman(m), age_between(m, 1, 16));
}

static void shared(struct maker *m)
{
	add(m, "世帯主", woman(m), age_between(m, 20, 60));
	add(m, "同居人", woman(m), age_between(m, 20, 60));
}

static void foreign_name(struct maker *m, struct demo_person *p)
{
	struct demo_foreign f = demo_foreign_name(m->r, p->female);
	p->foreign = true;
	p->name = arena_printf(m->a, "%s %s", f.family, f.given);
	p->kana = arena_printf(m->a, "%s %s", f.family_kana, f.given_kana);
	p->romaji = arena_printf(m->a, "%s %s", f.romaji_family ? f.romaji_family : f.family,
	                         f.romaji_given ? f.romaji_given : f.given);
}

/* What happened to the household as a whole. */
static void circumstances(struct maker *m)
{
	struct demo_household *h = m->h;
	bool gone = rng_chance(m->r, 1, 45), protect = rng_chance(m->r, 1, 250);
	bool foreign = h->n <= 2 && rng_chance(m->r, 1, 30) &&
	               age_on(h->members[0].birth, m->n->today) < 55;
	struct date left = date_add_days(m->n->today, -(int32_t)rng_between(m->r, 10, 900));
	for (size_t i = 0; i < h->n; i++)
		gone = gone && date_cmp(left, h->members[i].since) > 0;
	for (size_t i = 0; i < h->n; i++) {
		struct demo_person *p = &h->members[i];
		p->protect = protect;
		if (foreign)
			foreign_name(m, p);
		if (gone) {
			p->status = DEMO_MOVED_OUT;
			p->changed = left;
		} else {
			fate(m, p);
		}
	}
	/* A household keeps a living head. */
	if (h->n > 1 && h->members[0].status == DEMO_DECEASED) {
		h->members[0].status = DEMO_RESIDENT;
		h->members[0].changed = h->members[0].since;
	}
	h->members[0].head = true;
}

static void draw_place(const struct demo_nation *n, struct maker *m)
{
	uint32_t weights[DEMO_CITIES];
	uint8_t raw[6];
	for (size_t c = 0; c < DEMO_CITIES; c++)
		weights[c] = demo_city(c)->weight;
	m->h->city = rng_weighted(m->r, weights, DEMO_CITIES);
	m->h->address = demo_address_make(m->a, m->r, m->h->city);
	for (size_t b = 0; b < sizeof raw; b++)
		raw[b] = (uint8_t)rng_below(m->r, 256);
	m->h->id = arena_join(m->a, STR("h"), hex_encode(m->a, str_of((const char *)raw, sizeof raw)));
	m->came = date_add_days(n->today, -(int32_t)rng_between(m->r, 20, 15000));
	m->family = demo_family(m->r);
}

/* Number i behind the personas'. */
static void make(const struct demo_nation *n, struct arena *a, uint64_t i, uint64_t index,
                 struct demo_household *ret)
{
	static const struct {
		void (*make)(struct maker *m);
		uint32_t weight;
	} kinds[] = {
		{ alone, 380 }, { couple_alone, 200 }, { family, 250 }, { one_parent, 60 },
		{ old_parent_and_child, 35 }, { three_generations, 55 }, { grandparents, 8 }, { shared, 12 },
	};
	uint32_t weights[sizeof kinds / sizeof *kinds];
	struct rng r;
	struct maker m = { .n = n, .a = a, .r = &r, .h = ret, .index = index };
	*ret = (struct demo_household){ 0 };
	rng_derive(&r, n->seed, STR("household"), i);
	draw_place(n, &m);
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
		weights[k] = kinds[k].weight;
	kinds[rng_weighted(&r, weights, sizeof kinds / sizeof *kinds)].make(&m);
	circumstances(&m);
}

void demo_household_at(const struct demo_nation *n, struct arena *a, uint64_t number,
                       uint64_t index, struct demo_household *ret)
{
	size_t personas = demo_persona_households();
	if (number < personas)
		demo_persona_household(n, a, (size_t)number, index, ret);
	else
		make(n, a, number - personas, index, ret);
	if (ret->n > n->people - index)
		ret->n = (size_t)(n->people - index);
}

bool demo_next(struct demo_nation *n, struct arena *a, struct demo_household *ret)
{
	if (n->made >= n->people)
		return false;
	demo_household_at(n, a, n->households, n->made, ret);
	n->households++;
	n->made += ret->n;
	return true;
}
