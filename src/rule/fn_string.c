/* String functions (DMN 1.5 §10.3.4.3). Positions count characters (code
 * points), from 1, or from the end with -1. */
#include "rule/builtin.h"

#include "base/utf8.h"
#include "rule/letters.h"
#include "rule/regex.h"

/* Text that grows. */
struct text {
	char *p;
	size_t n, cap;
};

static size_t length_of(struct str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

/* The byte at which the character of that number (from 0) begins. */
static size_t byte_of(struct str s, size_t chars)
{
	size_t i = 0;
	while (i < s.n && chars) {
		i++;
		while (i < s.n && ((unsigned char)s.p[i] & 0xc0) == 0x80)
			i++;
		chars--;
	}
	return i;
}

static bool two_strings(struct machine *m, const struct feel_value *args, size_t n)
{
	if (!arg_is(args, n, 0, FEEL_STRING) || !arg_is(args, n, 1, FEEL_STRING))
		return false;
	machine_step(m, args[0].string.n / 64);
	return true;
}

struct feel_value fn_substring(struct machine *m, const struct feel_value *args, size_t n)
{
	int64_t start, length = INT64_MAX;
	if (!arg_is(args, n, 0, FEEL_STRING) || !arg_is(args, n, 1, FEEL_NUMBER) ||
	    !dec_to_i64(dec_round(args[1].number, 0, DEC_DOWN), &start) || start == 0)
		return feel_null();
	if (arg_given(args, n, 2) &&
	    (args[2].kind != FEEL_NUMBER ||
	     !dec_to_i64(dec_round(args[2].number, 0, DEC_DOWN), &length) || length < 1))
		return feel_null();
	struct str s = args[0].string;
	machine_step(m, s.n / 32);
	int64_t total = (int64_t)length_of(s);
	if (start < 0)
		start += total + 1;
	if (start < 1)
		return feel_null();
	if (start > total)
		return feel_string(STR(""));
	size_t from = byte_of(s, (size_t)start - 1);
	struct str tail = str_from(s, from);
	return feel_string(str_sub(tail, 0, length > total ? tail.n : byte_of(tail, (size_t)length)));
}

struct feel_value fn_string_length(struct machine *m, const struct feel_value *args, size_t n)
{
	if (!arg_is(args, n, 0, FEEL_STRING))
		return feel_null();
	machine_step(m, args[0].string.n / 64);
	return feel_int((int64_t)length_of(args[0].string));
}

/* At most three characters come of one (ß becomes SS). */
static struct feel_value cased(struct machine *m, const struct feel_value *args, size_t n,
                               bool upper)
{
	if (!arg_is(args, n, 0, FEEL_STRING))
		return feel_null();
	struct str rest = args[0].string;
	machine_step(m, rest.n / 16);
	char *out = machine_alloc(m, rest.n * 2 + 8, 1);
	size_t k = 0;
	uint32_t cp;
	while (utf8_next(&rest, &cp)) {
		if (upper && cp == 0xdf) {
			out[k++] = 'S';
			out[k++] = 'S';
			continue;
		}
		k += utf8_put(out + k, upper ? letter_upper(cp) : letter_lower(cp));
	}
	return feel_string(str_of(out, k));
}

struct feel_value fn_upper(struct machine *m, const struct feel_value *args, size_t n)
{
	return cased(m, args, n, true);
}

struct feel_value fn_lower(struct machine *m, const struct feel_value *args, size_t n)
{
	return cased(m, args, n, false);
}

struct feel_value fn_substring_before(struct machine *m, const struct feel_value *args, size_t n)
{
	if (!two_strings(m, args, n))
		return feel_null();
	size_t at = str_find(args[0].string, args[1].string);
	return feel_string(at == STR_NONE ? STR("") : str_sub(args[0].string, 0, at));
}

struct feel_value fn_substring_after(struct machine *m, const struct feel_value *args, size_t n)
{
	if (!two_strings(m, args, n))
		return feel_null();
	size_t at = str_find(args[0].string, args[1].string);
	return feel_string(at == STR_NONE ? STR("") : str_from(args[0].string, at + args[1].string.n));
}

struct feel_value fn_contains(struct machine *m, const struct feel_value *args, size_t n)
{
	if (!two_strings(m, args, n))
		return feel_null();
	return feel_bool(str_find(args[0].string, args[1].string) != STR_NONE);
}

struct feel_value fn_starts_with(struct machine *m, const struct feel_value *args, size_t n)
{
	return two_strings(m, args, n) ? feel_bool(str_starts(args[0].string, args[1].string))
	                               : feel_null();
}

struct feel_value fn_ends_with(struct machine *m, const struct feel_value *args, size_t n)
{
	return two_strings(m, args, n) ? feel_bool(str_ends(args[0].string, args[1].string))
	                               : feel_null();
}

/* Pattern and flags of matches, replace and split; null when they are no regular
 * expression of XPath. */
static struct regex *pattern_of(struct machine *m, const struct feel_value *args, size_t n,
                                size_t flags)
{
	struct str f = { "", 0 };
	if (!arg_is(args, n, 0, FEEL_STRING) || !arg_is(args, n, 1, FEEL_STRING))
		return NULL;
	if (arg_given(args, n, flags)) {
		if (args[flags].kind != FEEL_STRING)
			return NULL;
		f = args[flags].string;
	}
	return regex_compile(m, args[1].string, f);
}

struct feel_value fn_matches(struct machine *m, const struct feel_value *args, size_t n)
{
	struct regex *r = pattern_of(m, args, n, 2);
	size_t groups[2 * REGEX_GROUPS];
	return r ? feel_bool(regex_find(m, r, args[0].string, 0, groups)) : feel_null();
}

static void add(struct machine *m, struct text *t, struct str s)
{
	if (s.n > t->cap - t->n) {
		size_t cap = (t->n + s.n) * 2 + 64;
		char *p = machine_alloc(m, cap, 1);
		if (t->n)
			memcpy(p, t->p, t->n);
		t->p = p;
		t->cap = cap;
	}
	machine_step(m, s.n / 64);
	if (s.n)
		memcpy(t->p + t->n, s.p, s.n);
	t->n += s.n;
}

/* $0 to $99 are groups, \$ and \\ themselves; anything else is a mistake. */
static bool add_replacement(struct machine *m, struct text *t, struct str with, struct str s,
                            const struct regex *r, const size_t *groups)
{
	for (size_t i = 0; i < with.n; i++) {
		char c = with.p[i], d = i + 1 < with.n ? with.p[i + 1] : 0;
		if (c == '\\') {
			if (d != '$' && d != '\\')
				return false;
			add(m, t, str_sub(with, ++i, 1));
		} else if (c == '$') {
			if (d < '0' || d > '9')
				return false;
			size_t g = (size_t)(d - '0');
			i++;
			while (i + 1 < with.n && with.p[i + 1] >= '0' && with.p[i + 1] <= '9' &&
			       g * 10 + (size_t)(with.p[i + 1] - '0') <= regex_groups(r))
				g = g * 10 + (size_t)(with.p[++i] - '0');
			if (g <= regex_groups(r) && groups[2 * g + 1] != STR_NONE)
				add(m, t, str_sub(s, groups[2 * g], groups[2 * g + 1] - groups[2 * g]));
		} else {
			add(m, t, str_sub(with, i, 1));
		}
	}
	return true;
}

struct feel_value fn_replace(struct machine *m, const struct feel_value *args, size_t n)
{
	struct text out = { 0 };
	size_t at = 0, groups[2 * REGEX_GROUPS];
	if (!arg_is(args, n, 2, FEEL_STRING))
		return feel_null();
	struct regex *r = pattern_of(m, args, n, 3);
	if (!r || regex_find(m, r, STR(""), 0, groups)) /* FORX0003: it would match nothing */
		return feel_null();
	struct str s = args[0].string;
	while (at <= s.n && regex_find(m, r, s, at, groups)) {
		machine_step(m, 1);
		add(m, &out, str_sub(s, at, groups[0] - at));
		if (regex_literal(r))
			add(m, &out, args[2].string);
		else if (!add_replacement(m, &out, args[2].string, s, r, groups))
			return feel_null();
		at = groups[1];
		if (groups[0] == groups[1]) { /* an assertion: go on by one character */
			size_t one = byte_of(str_from(s, at), 1);
			add(m, &out, str_sub(s, at, one));
			at += one ? one : 1;
		}
	}
	add(m, &out, str_from(s, at));
	return feel_string(str_of(out.p ? out.p : "", out.n));
}

struct feel_value fn_split(struct machine *m, const struct feel_value *args, size_t n)
{
	struct values out = { 0 };
	size_t at = 0, groups[2 * REGEX_GROUPS];
	struct regex *r = pattern_of(m, args, n, 2);
	if (!r || regex_find(m, r, STR(""), 0, groups))
		return feel_null();
	struct str s = args[0].string;
	for (size_t from = 0; from <= s.n && regex_find(m, r, s, from, groups);) {
		machine_step(m, 1);
		if (groups[0] == groups[1]) {
			from = groups[1] + 1;
			continue;
		}
		values_push(m, &out, feel_string(str_sub(s, at, groups[0] - at)));
		from = at = groups[1];
	}
	values_push(m, &out, feel_string(str_from(s, at)));
	return values_list(&out);
}

/* Nulls are left out; no list, no string, or another item: null. */
struct feel_value fn_string_join(struct machine *m, const struct feel_value *args, size_t n)
{
	const struct feel_value *items;
	struct text out = { 0 };
	struct str delimiter = { "", 0 };
	size_t count, joined = 0;
	if (!arg_list(&args[0], &items, &count))
		return feel_null();
	if (arg_given(args, n, 1)) {
		if (args[1].kind != FEEL_STRING)
			return feel_null();
		delimiter = args[1].string;
	}
	for (size_t i = 0; i < count; i++) {
		machine_step(m, 1);
		if (items[i].kind == FEEL_NULL)
			continue;
		if (items[i].kind != FEEL_STRING)
			return feel_null();
		if (joined++)
			add(m, &out, delimiter);
		add(m, &out, items[i].string);
	}
	return feel_string(str_of(out.p ? out.p : "", out.n));
}
