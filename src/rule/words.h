/* What is said of a mistake in Japanese; English comes with the mistake. */
#ifndef MUSUBI_RULE_WORDS_H
#define MUSUBI_RULE_WORDS_H

#include "base/arena.h"

/* The sentence of a code; names quoted '…' in the English text are kept. An
 * unknown code gives the English text. */
struct str rule_ja(struct arena *a, const char *code, struct str en);
/* The English sentence of a trouble while a model runs. */
struct str rule_trouble_en(const char *code);

#endif
