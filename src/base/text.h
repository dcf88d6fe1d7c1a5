/* Japanese text as people type it and as registers keep it.
 *
 * A character is what a person sees as one: a base with its variation selectors
 * (辻󠄀 is one), combining marks and joined parts. Functions that make text put it
 * into the arena; ill-formed UTF-8 becomes U+FFFD there, so check utf8_valid
 * first where that matters. Nothing here ever changes a kanji, except text_fold,
 * whose result is for searching only and never shown.
 *
 * Sources: Unicode 15 (blocks FF00, 30A0, 3040, variation selectors, UAX #29 in
 * the parts that Japanese text needs), JIS X 0201/0208 for the half-width kana. */
#ifndef MUSUBI_BASE_TEXT_H
#define MUSUBI_BASE_TEXT_H

#include "base/arena.h"
#include "base/utf8.h"

size_t text_points(struct str s); /* code points */
size_t text_chars(struct str s);  /* characters */
bool text_fits(struct str s, size_t max_chars);
/* The first characters, at most n of them; never cuts one in two. */
struct str text_first(struct str s, size_t n);
/* Without spaces of any width at both ends. */
struct str text_trim(struct str s);

/* Control characters (C0, DEL, C1), line and paragraph separators, invisible
 * direction marks that can disguise text, noncharacters, private use characters
 * (no two fonts agree on 外字: use variation sequences), ill-formed UTF-8.
 * text_has_control_line lets LF and TAB pass, for answers of several lines. */
bool text_has_control(struct str s);
bool text_has_control_line(struct str s);

/* ASCII characters and the space half-width, kana full-width (ｶﾞ becomes ガ):
 * the form in which answers are kept. */
struct str text_half_width(struct arena *a, struct str s);
/* Everything full-width: １２３、ＡＢＣ、ガ. */
struct str text_full_width(struct arena *a, struct str s);
/* Only half-width kana made full-width. */
struct str text_kana_width(struct arena *a, struct str s);
struct str text_katakana(struct arena *a, struct str s); /* from hiragana */
struct str text_hiragana(struct arena *a, struct str s); /* from katakana */
/* Any typed reading as registers keep it: full-width katakana, ー for hyphens
 * behind kana, one ASCII space between the parts, none at the ends. */
struct str text_kana_name(struct arena *a, struct str s);
/* Full-width katakana, ー, ・ and spaces; at least one letter. */
bool text_is_kana(struct str s);
/* Names and other one-line text: runs of spaces of any width become one ASCII
 * space, none at the ends. */
struct str text_one_line(struct arena *a, struct str s);
/* CR LF and CR become LF: what a browser sends from a text area. */
struct str text_lines(struct arena *a, struct str s);

/* Every hyphen, dash, minus and ー becomes "-": telephone numbers, codes. */
struct str text_hyphens(struct arena *a, struct str s);
/* An address: text_half_width, and what looks like a hyphen becomes "-" behind
 * a digit or Latin letter (１ー２‐３ → 1-2-3) but stays in コーポ; one ASCII
 * space between the parts. */
struct str text_address(struct arena *a, struct str s);

/* For searching: two texts a person would call the same fold to the same bytes.
 * Width, case, hiragana and katakana, hyphen variants and ー, spaces and ・
 * dropped, variation selectors dropped, compatibility and old forms of kanji in
 * names (髙 高, 﨑 崎, 邊 邉 辺 …). Folding twice changes nothing. */
struct str text_fold(struct arena *a, struct str s);

#endif
