/* One field, from what a browser sent to a typed answer. People type as they
 * are used to: full-width digits, spaces, hyphens of all kinds, half-width
 * kana, 元号 years. All of it is accepted and kept in one form. */
#include "apply/form_priv.h"
#include "base/calendar.h"
#include "base/text.h"

static struct str raw_get(const struct form_raw *raw, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(raw[i].name, name))
			return raw[i].value;
	return STR("");
}

static struct str raw_part(struct arena *a, const struct pack_field *field,
                           const struct form_raw *raw, size_t n, const char *part)
{
	struct str name = arena_printf(a, "%.*s.%s", STR_ARG(field->id), part);
	return str_trim(text_half_width(a, raw_get(raw, n, name)));
}

static enum raw_state bad(struct str *ret_key, struct str key)
{
	*ret_key = key;
	return RAW_BAD;
}

/* 03(1234)5678, 03 1234 5678, 03.1234.5678: one hyphen between the parts. */
static struct str read_phone(struct arena *a, struct str v)
{
	v = text_hyphens(a, text_half_width(a, v));
	char *out = arena_alloc(a, v.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < v.n; i++) {
		bool part = memchr("-() .", v.p[i], 5) != NULL;
		if (!part)
			out[n++] = v.p[i];
		else if (n > 0 && out[n - 1] != '-')
			out[n++] = '-';
	}
	while (n > 0 && out[n - 1] == '-')
		n--;
	return str_of(out, n);
}

static enum raw_state read_text(struct arena *a, const struct pack_field *field, struct str v,
                                const struct json **ret, struct str *ret_key)
{
	if (!utf8_valid(v))
		return bad(ret_key, STR("form.error.control"));
	switch (field->type) {
	case FIELD_KANA:
		v = text_kana_name(a, v);
		break;
	case FIELD_PHONE:
		v = read_phone(a, v);
		break;
	case FIELD_EMAIL:
		v = text_hyphens(a, text_half_width(a, v));
		break;
	case FIELD_ADDRESS:
		v = text_address(a, v);
		break;
	default:
		v = field_is_long(field) ? text_lines(a, v) : text_one_line(a, v);
		break;
	}
	v = text_trim(v);
	if (v.n == 0)
		return RAW_EMPTY;
	*ret = json_str(a, arena_str(a, v));
	return RAW_VALUE;
}

/* Whole numbers; separators, ¥ and 円 are what people type around them. */
static enum raw_state read_number(struct arena *a, struct str v, const struct json **ret,
                                  struct str *ret_key)
{
	struct buf digits;
	int64_t n;
	v = str_trim(text_half_width(a, v));
	if (v.n == 0)
		return RAW_EMPTY;
	if (str_starts(v, STR("¥")))
		v = str_from(v, STR("¥").n);
	if (str_ends(v, STR("円")))
		v.n -= STR("円").n;
	buf_init(&digits, 64);
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] != ',' && v.p[i] != ' ')
			buf_add_char(&digits, v.p[i]);
	bool fine = !buf_over(&digits) && str_to_i64(buf_str(&digits), &n) &&
	            n < (int64_t)1 << 53 && n > -((int64_t)1 << 53);
	buf_done(&digits);
	if (!fine)
		return bad(ret_key, STR("form.error.number"));
	*ret = json_num(a, n);
	return RAW_VALUE;
}

/* 8年 → 8, 元年 → 1: the unit that people type after the number. */
static bool date_part(struct str v, struct str unit, int64_t *ret)
{
	if (str_ends(v, unit))
		v = str_trim(str_sub(v, 0, v.n - unit.n));
	if (str_eq(v, STR("元")) && str_eq(unit, STR("年")))
		v = STR("1");
	return v.n <= 4 && str_to_i64(v, ret);
}

static enum raw_state read_date(struct arena *a, const struct pack_field *field,
                                const struct form_raw *raw, size_t n,
                                const struct json **ret, struct str *ret_key)
{
	struct str era = raw_part(a, field, raw, n, "era");
	struct str year = raw_part(a, field, raw, n, "year");
	struct str month = raw_part(a, field, raw, n, "month");
	struct str day = raw_part(a, field, raw, n, "day");
	struct date d;
	int64_t y, m, dd;
	if (year.n + month.n + day.n == 0)
		return RAW_EMPTY;
	if (!date_part(year, STR("年"), &y) || !date_part(month, STR("月"), &m) ||
	    !date_part(day, STR("日"), &dd) || y < 1 || m < 1 || m > 12 || dd < 1 || dd > 31)
		return bad(ret_key, STR("form.error.date"));
	bool fine = str_empty(era) ? date_make((int)y, (int)m, (int)dd, &d)
	                           : date_from_era(era, (int)y, (int)m, (int)dd, &d);
	if (!fine)
		return bad(ret_key, STR("form.error.date"));
	*ret = json_str(a, date_format(a, d));
	return RAW_VALUE;
}

static enum raw_state read_account(struct arena *a, const struct pack_field *field,
                                   const struct form_raw *raw, size_t n,
                                   const struct json **ret)
{
	static const char *const parts[] = { "bank", "branch", "kind", "number" };
	struct json_object *o = json_object_new(a);
	size_t filled = 0;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		struct str v = raw_part(a, field, raw, n, parts[i]);
		filled += v.n;
		json_put_str(o, str_c(parts[i]), v);
	}
	struct str name = arena_printf(a, "%.*s.holder", STR_ARG(field->id));
	struct str holder = str_trim(text_kana_name(a, raw_get(raw, n, name)));
	json_put_str(o, STR("holder"), holder);
	if (filled + holder.n == 0)
		return RAW_EMPTY;
	*ret = json_object_done(o);
	return RAW_VALUE;
}

static bool posted(const struct form_raw *raw, size_t n, struct str name, struct str value)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(raw[i].name, name) && str_eq(raw[i].value, value))
			return true;
	return false;
}

/* In the order of the options, each once. */
static enum raw_state read_choices(struct arena *a, const struct pack_field *field,
                                   const struct form_raw *raw, size_t n,
                                   const struct json **ret)
{
	struct json_array *list = json_array_new(a);
	size_t count = 0;
	for (size_t i = 0; i < field->noptions; i++) {
		if (!posted(raw, n, field->id, field->options[i].code))
			continue;
		json_push(list, json_str(a, field->options[i].code));
		count++;
	}
	*ret = json_array_done(list);
	return count ? RAW_VALUE : RAW_EMPTY;
}

enum { MEMBER_ID_MAX = 100 };

/* In the order sent, each once; form_check refuses ids that are not offered. */
static enum raw_state read_members(struct arena *a, const struct pack_field *field,
                                   const struct form_raw *raw, size_t n,
                                   const struct json **ret, struct str *ret_key)
{
	struct json_array *list = json_array_new(a);
	size_t count = 0;
	for (size_t i = 0; i < n; i++) {
		struct str id = raw[i].value;
		if (!str_eq(raw[i].name, field->id) || id.n == 0 || posted(raw, i, field->id, id))
			continue;
		if (id.n > MEMBER_ID_MAX || text_has_control(id))
			return bad(ret_key, STR("form.error.member"));
		json_push(list, json_str(a, arena_str(a, id)));
		count++;
	}
	*ret = json_array_done(list);
	return count ? RAW_VALUE : RAW_EMPTY;
}

static enum raw_state read_choice(struct arena *a, const struct pack_field *field, struct str v,
                                  const struct json **ret, struct str *ret_key)
{
	if (v.n == 0)
		return RAW_EMPTY;
	for (size_t i = 0; i < field->noptions; i++)
		if (str_eq(field->options[i].code, v)) {
			*ret = json_str(a, field->options[i].code);
			return RAW_VALUE;
		}
	return bad(ret_key, STR("form.error.choose"));
}

static enum raw_state read_yesno(struct str v, const struct json **ret, struct str *ret_key)
{
	bool yes = str_eq(v, STR("yes"));
	if (v.n == 0)
		return RAW_EMPTY;
	if (!yes && !str_eq(v, STR("no")))
		return bad(ret_key, STR("form.error.choose"));
	*ret = json_bool(yes);
	return RAW_VALUE;
}

enum raw_state form_raw_read(struct arena *a, const struct pack_field *field,
                             const struct form_raw *raw, size_t nraw,
                             const struct json **ret, struct str *ret_key)
{
	struct str v = raw_get(raw, nraw, field->id);
	switch (field->type) {
	case FIELD_TEXT:
	case FIELD_KANA:
	case FIELD_ADDRESS:
	case FIELD_PHONE:
	case FIELD_EMAIL:
		return read_text(a, field, v, ret, ret_key);
	case FIELD_NUMBER:
	case FIELD_MONEY:
		return read_number(a, v, ret, ret_key);
	case FIELD_DATE:
		return read_date(a, field, raw, nraw, ret, ret_key);
	case FIELD_CHOICE:
		return read_choice(a, field, v, ret, ret_key);
	case FIELD_CHOICES:
		return read_choices(a, field, raw, nraw, ret);
	case FIELD_YESNO:
		return read_yesno(v, ret, ret_key);
	case FIELD_ACCOUNT:
		return read_account(a, field, raw, nraw, ret);
	case FIELD_MEMBERS:
		return read_members(a, field, raw, nraw, ret, ret_key);
	case FIELD_FILE:
	case FIELD_SHOWN:
		return RAW_ABSENT;
	}
	return RAW_ABSENT;
}
