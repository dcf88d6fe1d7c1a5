/* Values of FEEL: how they lie in memory and how to make, read and compare
 * them. Values are immutable once made and borrow from the arena they were
 * made in; copying the struct copies the value. */
#ifndef MUSUBI_RULE_VALUE_H
#define MUSUBI_RULE_VALUE_H

#include "rule/feel.h"

enum feel_zone_kind { FEEL_ZONE_NONE, FEEL_ZONE_OFFSET, FEEL_ZONE_NAME };

/* A date, a time of day, or both; proleptic Gregorian. */
struct feel_moment {
	int32_t year; /* -999,999,999 … 999,999,999 */
	uint8_t month, day, hour, minute, second;
	uint8_t zone_kind; /* enum feel_zone_kind */
	uint16_t zone;     /* index of a named zone (zone.h) */
	uint32_t nano;
	int32_t offset;    /* seconds east of UTC, FEEL_ZONE_OFFSET */
};

/* seconds + nano/10^9; nano is never negative (-0.5 s is -1 s and 500,000,000). */
struct feel_duration {
	int64_t seconds;
	uint32_t nano;
};

struct feel_range;
struct feel_function;

struct feel_value {
	enum feel_kind kind;
	union {
		bool boolean;
		struct decimal number;
		struct str string;
		struct feel_moment moment;     /* DATE, TIME, DATE_TIME */
		struct feel_duration duration; /* DAYS_DURATION */
		int64_t months;                /* MONTHS_DURATION */
		struct {
			const struct feel_value *items;
			size_t n;
		} list;
		struct {
			const struct str *keys;
			const struct feel_value *values;
			size_t n;
		} context;
		const struct feel_range *range;
		const struct feel_function *function;
	};
};

/* low..high, or a unary test used as a value: (< 5) has no low end, (= 5) and
 * (!= 5) are no intervals. A null end of an ordinary range is an unknown one. */
enum feel_range_op { FEEL_RANGE_PLAIN, FEEL_RANGE_BOUND, FEEL_RANGE_EQUAL, FEEL_RANGE_OTHER };
struct feel_range {
	struct feel_value low, high;
	bool low_closed, high_closed;
	enum feel_range_op op;
};

struct feel_call; /* what a native function sees: rule/native.h */

/* Makers. */
static inline struct feel_value feel_null(void) { return (struct feel_value){ .kind = FEEL_NULL }; }
static inline struct feel_value feel_bool(bool b)
{
	return (struct feel_value){ .kind = FEEL_BOOL, .boolean = b };
}
static inline struct feel_value feel_string(struct str s)
{
	return (struct feel_value){ .kind = FEEL_STRING, .string = s };
}
static inline struct feel_value feel_int(int64_t v)
{
	return (struct feel_value){ .kind = FEEL_NUMBER, .number = dec_int(v) };
}
/* Null when d is not finite. */
struct feel_value feel_number(struct decimal d);
struct feel_value feel_list(const struct feel_value *items, size_t n);
struct feel_value feel_moment(enum feel_kind kind, struct feel_moment m);
const struct feel_value *feel_keep(struct arena *a, struct feel_value v);

/* Growing a context: later puts of a known key replace its value. */
struct feel_context_builder {
	struct arena *arena;
	struct str *keys;
	struct feel_value *values;
	size_t n, cap;
};
struct feel_context_builder feel_context_new(struct arena *a);
void feel_put(struct feel_context_builder *b, struct str key, struct feel_value v);
struct feel_value feel_context_done(const struct feel_context_builder *b);

/* Readers. The value of a key, or NULL when v is no context or has no such key. */
const struct feel_value *feel_get(const struct feel_value *v, struct str key);
const struct feel_value *feel_path(const struct feel_value *v, struct str dotted);
static inline bool feel_is(const struct feel_value *v, enum feel_kind k)
{
	return v && v->kind == k;
}
static inline bool feel_true(const struct feel_value *v)
{
	return v && v->kind == FEEL_BOOL && v->boolean;
}

/* Text as string() gives it; a string is itself (DMN 1.5 §10.3.4.1). */
struct str feel_to_text(struct arena *a, const struct feel_value *v);
/* The text forms of temporal values; null when it is none. `s` may be any of
 * date, time, date and time, duration (what @"…" accepts). */
struct feel_value feel_parse_date(struct str s);
struct feel_value feel_parse_time(struct str s);
struct feel_value feel_parse_date_time(struct str s);
struct feel_value feel_parse_duration(struct str s);
struct feel_value feel_parse_temporal(struct str s);

enum feel_truth { FEEL_FALSE, FEEL_TRUE, FEEL_UNKNOWN };
/* FEEL's "=": unknown for values of different kinds (DMN 1.5 table 52). */
enum feel_truth feel_equal(const struct feel_value *x, const struct feel_value *y);
/* FEEL's "<" family: false when the two have no order; else *ret is <0, 0, >0. */
bool feel_order(const struct feel_value *x, const struct feel_value *y, int *ret);
enum feel_truth feel_in_range(const struct feel_value *v, const struct feel_range *r);

const char *feel_kind_name(enum feel_kind k);

#endif
