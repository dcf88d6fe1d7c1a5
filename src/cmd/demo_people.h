/* The people of the demo nation, household by household.
 *
 * Pure: the same seed, day and number of people give the same households, one
 * at a time, in memory that does not grow with their number. Nothing here is
 * random in the cryptographic sense; keys and certificates come elsewhere.
 * 個人番号 and 住民票コード run through all values of their length once, so no two
 * people share one; they have correct check digits and belong to nobody by
 * intention. */
#ifndef MUSUBI_CMD_DEMO_PEOPLE_H
#define MUSUBI_CMD_DEMO_PEOPLE_H

#include "base/calendar.h"
#include "base/json.h"
#include "cmd/demo_places.h"
#include "mesh/code.h"

enum demo_status { DEMO_RESIDENT, DEMO_MOVED_OUT, DEMO_DECEASED };
enum demo_pension { DEMO_NO_PENSION, DEMO_EMPLOYEE, DEMO_NATIONAL };

struct demo_person {
	uint64_t index;           /* in the nation, from 0: numbers hang on it */
	struct core_id core;
	struct str id;            /* within her household's record: opaque */
	struct str name, kana, romaji;
	bool female, head, foreign, protect;
	struct str relation;      /* 続柄: 世帯主, 妻, 子 … */
	struct date birth, since, changed; /* changed: the day the entry is valid from */
	enum demo_status status;
	struct str number;        /* 住民票コード */
	struct str individual;    /* 個人番号: never in a body */
	int64_t income, deductions; /* yen; income -1: no record */
	enum demo_pension pension;
	bool account;             /* registered one for public payments */
	const char *persona;      /* id of her row, or NULL */
};

enum { DEMO_MEMBERS_MAX = 10 };
struct demo_household {
	size_t city;
	struct str id;
	struct demo_address address;
	size_t n;
	struct demo_person members[DEMO_MEMBERS_MAX]; /* the head first */
};

struct demo_nation {
	uint64_t seed;
	struct date today;
	uint64_t people;          /* how many there shall be */
	/* where the next household begins: */
	uint64_t made, households;
};

/* The next household, at most as large as what is left; false at the end. The
 * first ones are those of the personas (demo_personas.h). */
bool demo_next(struct demo_nation *n, struct arena *a, struct demo_household *ret);

/* Household `number` once more, before which `index` people came. */
void demo_household_at(const struct demo_nation *n, struct arena *a, uint64_t number,
                       uint64_t index, struct demo_household *ret);
/* Numbers, ids and codes of a member; called for everybody. */
void demo_identify(const struct demo_nation *n, struct arena *a, uint64_t index,
                   struct demo_person *p);

/* Bodies of records, in the shape of packs/resident. */
struct demo_body {
	struct str dataset, source;
	struct date valid_from;
	const struct json *body;
};
enum { DEMO_BODIES_MAX = 5 };
/* Everything the city holds about that member. */
size_t demo_bodies(const struct demo_nation *n, struct arena *a, const struct demo_household *h,
                   size_t member, struct demo_body ret[DEMO_BODIES_MAX]);

#endif
