#include "web/counter_words.h"

#include "base/calendar.h"

enum { SOON_DAYS = 3 };

struct counter_due counter_due_of(int64_t due_at, int64_t now)
{
	if (due_at == 0)
		return (struct counter_due){ .kind = DUE_NONE };
	int days = date_days(jst_date(due_at)) - date_days(jst_date(now));
	if (days > 0)
		return (struct counter_due){ DUE_LEFT, days, days < SOON_DAYS };
	if (days == 0)
		return (struct counter_due){ DUE_TODAY, 0, true };
	return (struct counter_due){ DUE_OVER, -days, false };
}

bool counter_is_nothing(const struct json *j)
{
	if (!j || j->kind == JSON_NULL)
		return true;
	if (j->kind == JSON_STRING)
		return j->text.n == 0;
	return (j->kind == JSON_ARRAY || j->kind == JSON_OBJECT) && j->n == 0;
}

bool counter_differs(const struct json *then, const struct json *now)
{
	if (counter_is_nothing(then) || counter_is_nothing(now))
		return !(counter_is_nothing(then) && counter_is_nothing(now));
	return !json_equal(then, now);
}

bool counter_key_parse(struct str s, int64_t *ret_due, struct str *ret_id)
{
	struct str due, id;
	int64_t n;
	if (!str_cut(s, '.', &due, &id) || id.n == 0 || !str_to_i64(due, &n) || n < 0)
		return false;
	*ret_due = n;
	*ret_id = id;
	return true;
}

struct str counter_key_text(struct arena *a, int64_t due, struct str id)
{
	return arena_printf(a, "%lld.%.*s", (long long)due, STR_ARG(id));
}

int counter_key_cmp(int64_t due_a, struct str id_a, int64_t due_b, struct str id_b)
{
	if (due_a != due_b)
		return due_a < due_b ? -1 : 1;
	return str_cmp(id_a, id_b);
}
