/* Letters of every script: case, general category and block, for the string
 * functions and the regular expressions. Tables from tools/make_letters.py. */
#ifndef MUSUBI_RULE_LETTERS_H
#define MUSUBI_RULE_LETTERS_H

#include "base/str.h"

/* first…last by step, each plus delta. */
struct letter_case {
	uint32_t first, last;
	int32_t step, delta;
};
/* category is two letters in one number: 'L' << 8 | 'u'. */
struct letter_range {
	uint32_t first, last;
	uint16_t category;
};
struct letter_block {
	uint32_t first, last;
	const char *name; /* without spaces, as in \p{IsBasicLatin} */
};

extern const struct letter_case letter_uppers[], letter_lowers[];
extern const struct letter_range letter_ranges[];
extern const struct letter_block letter_blocks[];
extern const size_t letter_nuppers, letter_nlowers, letter_nranges, letter_nblocks;

uint32_t letter_upper(uint32_t cp); /* simple mapping, one to one */
uint32_t letter_lower(uint32_t cp);
uint16_t letter_category(uint32_t cp);
bool letter_block_find(struct str name, uint32_t *ret_first, uint32_t *ret_last);

#endif
