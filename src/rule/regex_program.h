/* The program of a regular expression: between regex.c and regex_run.c. */
#ifndef MUSUBI_RULE_REGEX_PROGRAM_H
#define MUSUBI_RULE_REGEX_PROGRAM_H

#include "rule/regex.h"

enum { REGEX_PROGRAM_MAX = 20000, REGEX_DEPTH_MAX = 60, REGEX_REPEAT_MAX = 1000,
       REGEX_SLOTS = 2 * REGEX_GROUPS + 64 };

enum regex_op { RX_CHAR, RX_ANY, RX_CLASS, RX_SPLIT, RX_JUMP, RX_SAVE, RX_BEGIN, RX_END, RX_BACK,
                RX_PROGRESS, RX_MATCH };

/* Ranges, categories, and other classes taken away. */
struct class_item {
	enum { ITEM_RANGE, ITEM_CATEGORY, ITEM_CLASS } kind;
	bool negated;
	uint32_t first, last;       /* of characters; of ITEM_CATEGORY: first is the category */
	const struct char_class *sub;
};
struct char_class {
	bool negated;
	size_t n;
	const struct class_item *items;
	const struct char_class *minus;
};

/* RX_SPLIT tries x, then y. RX_SAVE: slot x. RX_BACK: group x. RX_PROGRESS: has
 * the text moved on since slot x was saved? */
struct regex_inst {
	enum regex_op op;
	uint32_t x, y;
	const struct char_class *set;
};

struct regex {
	struct regex_inst *prog;
	size_t n, cap, groups, slots;
	bool dot_all, lines, fold, literal, backs;
	uint64_t *seen;    /* (place, instruction) tried, place by place */
	size_t seen_words, seen_from, seen_to; /* the words in use */
};

bool class_has(const struct regex *r, const struct char_class *c, uint32_t cp);

#endif
