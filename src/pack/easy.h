/* やさしい日本語 as packs must write it: every kanji has its reading in ruby
 * markup (net/ruby.h), and the reading is kana. */
#ifndef MUSUBI_PACK_EASY_H
#define MUSUBI_PACK_EASY_H

#include "base/arena.h"

enum easy_fault {
	EASY_FINE,
	EASY_BRACES,  /* braces that make no ruby */
	EASY_HOLE,    /* {name}: nothing fills it in a pack's text */
	EASY_READING, /* the reading is not kana */
	EASY_BARE,    /* kanji without a reading */
};

/* The first fault and the word it lies in. Bare kanji count only when asked:
 * ja and en may use ruby, easy must. */
enum easy_fault easy_check(struct str marked, bool bare, struct str *ret_word);
/* Readings in the place of what they belong to: "{罹災|りさい}した" → "りさいした". */
struct str easy_readings(struct arena *a, struct str marked);

#endif
