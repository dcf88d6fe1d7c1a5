/* The words of this room: one row of words.c for each code, in both languages.
 *
 * A sentence has parts {0}, {1} … that are filled in. What was probably meant
 * comes behind the sentence: ": did you mean 'age'?". Mistakes of FEEL arrive as
 * English sentences (struct feel_diag); their parts are found again by the row. */
#ifndef MUSUBI_RULE_WORDS_H
#define MUSUBI_RULE_WORDS_H

#include "base/arena.h"

struct type;

/* A part of a sentence. */
struct word_arg {
	struct str en, ja;
};
static inline struct word_arg word_same(struct str s) { return (struct word_arg){ s, s }; }
struct word_arg word_number(struct arena *a, size_t n);
struct word_arg word_type(const struct type *t);
struct word_arg word_kind(int feel_kind);

/* The sentence of a code with its parts; `meant` may be "". The code must be one
 * of words.c. */
void rule_say(struct arena *a, const char *code, const struct word_arg *args, size_t n,
              struct str meant, struct str *ret_en, struct str *ret_ja);
/* The Japanese of an English sentence of that code. What no row fits keeps its
 * English parts; an unknown code gives the English text. */
struct str rule_ja(struct arena *a, const char *code, struct str en);
/* The English sentence of a trouble while a model runs. */
struct str rule_trouble_en(const char *code);

/* Every row, for tests. */
struct rule_words {
	const char *code;
	struct str en, ja;
};
size_t rule_words_all(const struct rule_words **ret);

/* The candidate nearest to a word, "" when none is near: at most a third of its
 * characters differ. */
struct word_near {
	struct str word, best;
	size_t least; /* differences of best + 1; 0: none yet */
};
void word_near_try(struct word_near *n, struct str candidate);

#endif
