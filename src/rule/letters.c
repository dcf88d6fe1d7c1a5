/* Looking up the tables of letters. */
#include "rule/letters.h"

static uint32_t map_case(const struct letter_case *rows, size_t n, uint32_t cp)
{
	size_t low = 0, high = n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (rows[mid].last < cp)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == n || cp < rows[low].first || (cp - rows[low].first) % (uint32_t)rows[low].step)
		return cp;
	return (uint32_t)((int32_t)cp + rows[low].delta);
}

uint32_t letter_upper(uint32_t cp)
{
	if (cp < 0x80)
		return cp >= 'a' && cp <= 'z' ? cp - 32 : cp;
	return map_case(letter_uppers, letter_nuppers, cp);
}

uint32_t letter_lower(uint32_t cp)
{
	if (cp < 0x80)
		return cp >= 'A' && cp <= 'Z' ? cp + 32 : cp;
	return map_case(letter_lowers, letter_nlowers, cp);
}

uint16_t letter_category(uint32_t cp)
{
	size_t low = 0, high = letter_nranges;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (letter_ranges[mid].last < cp)
			low = mid + 1;
		else
			high = mid;
	}
	if (low < letter_nranges && cp >= letter_ranges[low].first)
		return letter_ranges[low].category;
	return 'C' << 8 | 'n';
}

bool letter_block_find(struct str name, uint32_t *ret_first, uint32_t *ret_last)
{
	for (size_t i = 0; i < letter_nblocks; i++)
		if (str_eq(str_c(letter_blocks[i].name), name)) {
			*ret_first = letter_blocks[i].first;
			*ret_last = letter_blocks[i].last;
			return true;
		}
	return false;
}
