/* Inside the room: the code point tables behind base/text.h. */
#ifndef MUSUBI_BASE_TEXT_MAP_H
#define MUSUBI_BASE_TEXT_MAP_H

#include <stdbool.h>
#include <stdint.h>

bool text_map_is_space(uint32_t cp);
/* Hyphens, dashes and minus signs; not ー. */
bool text_map_is_hyphen(uint32_t cp);
bool text_map_is_long_mark(uint32_t cp);  /* ー and its half-width form */
bool text_map_is_variation(uint32_t cp);
bool text_map_is_extender(uint32_t cp);   /* belongs to the character before */
bool text_map_is_control(uint32_t cp);
bool text_map_is_kana(uint32_t cp);       /* hiragana or katakana letter, full-width */
uint32_t text_map_half_ascii(uint32_t cp);
uint32_t text_map_full_ascii(uint32_t cp);
uint32_t text_map_full_kana(uint32_t cp); /* from the half-width block */
uint32_t text_map_katakana(uint32_t cp);
uint32_t text_map_hiragana(uint32_t cp);
/* か + mark (U+3099 voiced, U+309A half-voiced) as one, or 0. */
uint32_t text_map_compose(uint32_t base, uint32_t mark);
uint32_t text_map_kanji_fold(uint32_t cp);

#endif
