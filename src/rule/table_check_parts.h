/* The parts of the table checker. Inside this room only.
 *
 * Every input is an axis. The constants that its cells name cut the values of each
 * kind into pieces (points and the gaps between them), so that every cell holds
 * on a set of pieces; pieces that no cell tells apart are one class. A row is then
 * a box: a set of classes on every axis. */
#ifndef MUSUBI_RULE_TABLE_CHECK_PARTS_H
#define MUSUBI_RULE_TABLE_CHECK_PARTS_H

#include "rule/points.h"
#include "rule/machine.h"
#include "rule/table_check.h"
#include "rule/words.h"

enum {
	CHECK_WORK = 40 << 20,         /* words of sets looked at, for one table */
	CHECK_BYTES = 128 << 20,       /* of scratch memory */
	CHECK_CONSTANT_STEPS = 10000,
	CHECK_BOXES_MORE = 200,        /* others beside the rows in a search */
	SET_BITS = 64,
};

/* What a cell asks of its input; truth is three-valued, as when it runs. */
enum form_kind {
	FORM_ANY, FORM_OPAQUE, FORM_COMPARE, FORM_MEMBER, FORM_SELF, FORM_AND, FORM_OR, FORM_NOT,
};
struct form {
	enum form_kind kind;
	char op;                  /* FORM_COMPARE: as in struct node */
	struct feel_value value;  /* FORM_COMPARE, FORM_MEMBER */
	const struct form **kids;
	size_t n;
};

/* On each piece: which truths are possible. */
struct truths {
	uint64_t *yes, *no, *open;
};

/* The values of one kind, cut at the points. */
struct line {
	enum feel_kind kind;
	struct feel_value *points;
	size_t npoints;
	size_t first;   /* of its 2 × npoints + 1 pieces: gap, point, gap, …, gap */
	bool mixed;     /* local and zoned times side by side: nothing is told */
};

enum { PIECE_NULL, PIECE_OTHER, PIECE_LINES, LINES_MAX = 9 };

struct cell_set {
	uint64_t *may, *must; /* classes where the cell can hold, and holds for certain */
	size_t first, last;   /* of may; first > last: empty */
	bool opaque;
};

struct axis {
	struct str label;
	const struct feel_expr *expr;
	enum feel_kind kind;          /* FEEL_NULL: not known */
	bool whole, declared, enumerated, named_null;
	struct line lines[LINES_MAX];
	size_t nlines, npieces;
	uint64_t *inside;             /* pieces that values can lie in */
	uint32_t *class_of;           /* piece to class */
	uint32_t *example;            /* class to piece */
	size_t nclasses, nwords;      /* words of a set of classes */
	uint64_t *all;                /* every class */
	struct cell_set *cells;       /* distinct ones */
	size_t ncells;
	const struct form **forms;    /* of the cells */
	uint32_t *row_cell;           /* row to cell */
	struct rule_place place;
	size_t column;                /* the first input that it stands for */
};

struct cover;
struct check {
	const struct rule_table *t;
	const struct table_domain *domains;
	struct arena *a, *scratch;
	struct axis *axes;
	size_t naxes;
	struct cover *cover;
	bool *dependent;              /* naxes²: two axes read the same fact */
	uint64_t work;                /* left */
	struct table_finding *list;
	size_t n, cap, dropped;
	bool *empty;                  /* rows that can never hold */
	size_t undecided;             /* cells whose test is not made of constants */
	bool limited;
};

/* Sets. */
static inline size_t set_words(size_t n) { return (n + SET_BITS - 1) / SET_BITS; }
static inline bool set_has(const uint64_t *s, size_t i) { return s[i / SET_BITS] >> (i % SET_BITS) & 1; }
static inline void set_put(uint64_t *s, size_t i) { s[i / SET_BITS] |= (uint64_t)1 << (i % SET_BITS); }
void set_fill(uint64_t *s, size_t from, size_t to); /* to: not included */
bool set_meets(const uint64_t *x, const uint64_t *y, size_t words);
bool set_within(const uint64_t *x, const uint64_t *y, size_t words); /* x in y */
bool set_empty(const uint64_t *x, size_t words);

/* table_check_cell.c */
bool check_constant(struct check *c, const struct node *n, struct feel_value *ret);
const struct form *form_of(struct check *c, const struct node *n); /* NULL: any */
void form_truths(struct check *c, const struct axis *x, const struct form *f, struct truths *ret);
/* Every constant of a form: called with the value, and whether it is one that is
 * meant to equal the input. */
typedef void form_visit(void *user, const struct feel_value *v, bool equals);
void form_constants(const struct form *f, form_visit *visit, void *user);

/* table_check_line.c */
void line_add(struct check *c, struct axis *x, const struct feel_value *v);
void lines_cut(struct check *c, struct axis *x); /* sorts, numbers the pieces */
const struct line *line_of(const struct axis *x, enum feel_kind k);
/* A value of the piece; false: there is none. */
bool piece_value(struct check *c, const struct axis *x, size_t piece, struct feel_value *ret);

/* table_check_axis.c */
bool axes_make(struct check *c); /* false: too large */

/* table_check_cover.c */
enum covered { COVERED_ALL, COVERED_NOT, COVERED_UNKNOWN };
struct boxes {
	const uint64_t **sets; /* naxes for each box */
	size_t n;
};
/* Is the box inside the union of the others? If not, hole (naxes sets) gets a
 * part that none of them meets. */
enum covered box_covered(struct check *c, const uint64_t *const *box, const struct boxes *others,
                         uint64_t work, uint64_t **hole);

/* table_check_say.c */
struct say {
	enum table_level level;
	const char *code;
	int32_t row, other, column;
	struct rule_place place;
	struct str hint;       /* a word that was probably meant */
};
void check_say(struct check *c, struct say s, const struct word_arg *args, size_t n);
struct word_arg check_region(struct check *c, const uint64_t *const *box);
struct word_arg check_example(struct check *c, const uint64_t *const *box);
struct str check_value_text(struct check *c, const struct feel_value *v);
struct rule_place check_place(const struct check *c, size_t row, int32_t column);

/* table_check.c */
const struct cell_set *cell_of(const struct check *c, size_t axis, size_t row);
struct say say_row(const struct check *c, enum table_level level, const char *code, size_t row,
                   int32_t column);
struct say say_table(const struct check *c, enum table_level level, const char *code);
struct word_arg row_number(struct check *c, size_t row);
void box_push(struct check *c, struct boxes *b, size_t row, bool most);
bool bounds_meet(const struct check *c, size_t x, size_t y);
struct boxes boxes_new(struct check *c); /* room for all rows and CHECK_BOXES_MORE */
bool box_related(struct check *c, uint64_t *const *box, size_t *ret_x, size_t *ret_y);

/* table_check_reach.c, table_check_pairs.c, table_check_gaps.c */
void check_unreachable(struct check *c);
void check_pairs(struct check *c);
void check_gaps(struct check *c);

/* table_check_output.c */
void check_outputs(struct check *c);
/* TRUE, FALSE, or UNKNOWN: do two rows give the same? */
enum feel_truth outputs_same(struct check *c, size_t x, size_t y);
/* The rank of a row under priority; false: not to be told. */
bool output_ranks(struct check *c, size_t row, size_t *ret);

#endif
