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

static enum raw_state read_text(struct arena *a, const struct pack_field *field, struct str v,
                                const struct json **ret)
{
	switch (field->type) {
	case FIELD_KANA:
		v = text_kana_name(a, v);
		break;
	case FIELD_PHONE:
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

/* Whole numbers; separators and 円 are what people type around them. */
static enum raw_state read_number(struct arena *a, struct str v, const struct json **ret,
                                  struct str *ret_key)
{
	struct buf digits;
	int64_t n;
	v = str_trim(text_half_width(a, v));
	if (v.n == 0)
		return RAW_EMPTY;
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
	if (str_eq(year, STR("元")))
		year = STR("1");
	if (!str_to_i64(year, &y) || !str_to_i64(month, &m) || !str_to_i64(day, &dd) || y < 1 ||
	    y > 9999 || m < 1 || m > 12 || dd < 1 || dd > 31)
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

/* In the order sent; form_check refuses ids that are not offered. */
static enum raw_state read_members(struct arena *a, const struct pack_field *field,
                                   const struct form_raw *raw, size_t n,
                                   const struct json **ret)
{
	struct json_array *list = json_array_new(a);
	size_t count = 0;
	for (size_t i = 0; i < n; i++) {
		if (!str_eq(raw[i].name, field->id) || raw[i].value.n == 0)
			continue;
		json_push(list, json_str(a, arena_str(a, raw[i].value)));
		count++;
	}
	*ret = json_array_done(list);
	return count ? RAW_VALUE : RAW_EMPTY;
}

static enum raw_state read_yesno(struct str v, const struct json **ret)
{
	if (v.n == 0)
		return RAW_EMPTY;
	*ret = json_bool(str_eq(v, STR("yes")));
	return str_eq(v, STR("yes")) || str_eq(v, STR("no")) ? RAW_VALUE : RAW_EMPTY;
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
		return read_text(a, field, v, ret);
	case FIELD_NUMBER:
	case FIELD_MONEY:
		return read_number(a, v, ret, ret_key);
	case FIELD_DATE:
		return read_date(a, field, raw, nraw, ret, ret_key);
	case FIELD_CHOICE:
		if (v.n == 0)
			return RAW_EMPTY;
		*ret = json_str(a, arena_str(a, v));
		return RAW_VALUE;
	case FIELD_CHOICES:
		return read_choices(a, field, raw, nraw, ret);
	case FIELD_YESNO:
		return read_yesno(v, ret);
	case FIELD_ACCOUNT:
		return read_account(a, field, raw, nraw, ret);
	case FIELD_MEMBERS:
		return read_members(a, field, raw, nraw, ret);
	case FIELD_FILE:
	case FIELD_SHOWN:
		return RAW_ABSENT;
	}
	return RAW_ABSENT;
}
