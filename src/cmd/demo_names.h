/* Names for the demo nation: tables of family and given names with their
 * readings, put together at random. No combination means a real person. */
#ifndef MUSUBI_CMD_DEMO_NAMES_H
#define MUSUBI_CMD_DEMO_NAMES_H

#include "base/arena.h"
#include "base/random.h"

/* kana: full-width katakana; '|' parts two vowels that are not one long one
 * (ミ|ウラ), for the Latin spelling only. */
struct demo_name {
	const char *kanji, *kana;
};

/* Families; one in twenty-five with characters outside JIS X 0208 or with a
 * variation sequence (among those that IPAmj Mincho has). */
const struct demo_name *demo_family(struct rng *r);
/* A given name as parents chose it around that year. */
const struct demo_name *demo_given(struct rng *r, bool female, int birth_year);
/* A foreign resident: `name` as the register writes it (Latin capitals, or
 * kanji), kana, romaji. */
struct demo_foreign {
	const char *family, *given, *family_kana, *given_kana;
	const char *romaji_family, *romaji_given; /* NULL: as family and given */
};
struct demo_foreign demo_foreign_name(struct rng *r, bool female);

/* For tests: every row. */
size_t demo_families(const struct demo_name **ret);
size_t demo_families_rare(const struct demo_name **ret);
size_t demo_givens(const struct demo_name **ret);

/* kana without the '|'. */
struct str demo_kana(struct arena *a, const char *kana);
/* Capitals as in a passport (旅券法施行規則 別表: Hepburn, long vowels not
 * written, M before B M P). */
struct str demo_romaji(struct arena *a, const char *kana);

#endif
