/* What people read, in Japanese, English and やさしい日本語, as rows of YAML:
 *
 *   login.title: { ja: ログイン, en: Log in, easy: "{入|はい}る" }
 *
 * Files of web/text/ (one per area), merged. Every row has all three; a test lists the
 * rows no template and no code uses. {漢字|かんじ} is ruby; {name} is filled
 * from the context. */
#ifndef MUSUBI_NET_TEXT_H
#define MUSUBI_NET_TEXT_H

#include "base/arena.h"

enum lang { LANG_JA, LANG_EN, LANG_EASY, LANG_COUNT };
enum lang lang_parse(struct str s, enum lang dflt); /* "ja", "en", "easy" */
struct str lang_name(enum lang l);                  /* the same words */
struct str lang_html(enum lang l);                  /* for <html lang>: "ja", "en", "ja" */

struct texts;
MUST struct result texts_load(struct str dir, struct texts **ret, struct err *err);
void texts_free(struct texts *t);
/* The row's text (ruby markup left in); the key itself when there is no row. */
struct str text_get(const struct texts *t, enum lang l, struct str key);
bool text_has(const struct texts *t, struct str key);
/* All keys, in the order of the files; for the test that looks for unused rows. */
size_t texts_count(const struct texts *t);
struct str texts_key(const struct texts *t, size_t i);
/* Ruby markup to <ruby> with everything else escaped; or without readings (and
 * not escaped). {name} stays as it is. */
struct str text_html(struct arena *a, struct str marked);
struct str text_plain(struct arena *a, struct str marked);
/* What somebody typed, or a register holds, for a place where markup is read: its
 * braces stand for themselves. */
struct str text_quote(struct arena *a, struct str s);

#endif
