#include "net/day_text.h"

static struct str english(struct arena *a, struct date d)
{
	static const char *const months[] = { "January", "February", "March", "April", "May",
		"June", "July", "August", "September", "October", "November", "December" };
	return arena_printf(a, "%d %s %d", d.day, months[d.month - 1], d.year);
}

static struct str japanese(struct arena *a, struct date d)
{
	int year;
	const struct era *era = date_era(d, &year);
	struct str western = date_western_text(a, d);
	if (!era)
		return western;
	if (year == 1)
		return arena_printf(a, "%.*s（%s元年）", STR_ARG(western), era->name);
	return arena_printf(a, "%.*s（%s%d年）", STR_ARG(western), era->name, year);
}

/* Days that are not read number + にち. */
static const char *const day_names[32] = {
	[1] = "ついたち", [2] = "ふつか", [3] = "みっか", [4] = "よっか", [5] = "いつか",
	[6] = "むいか", [7] = "なのか", [8] = "ようか", [9] = "ここのか", [10] = "とおか",
	[14] = "じゅうよっか", [20] = "はつか", [24] = "にじゅうよっか",
};

static struct str easy(struct arena *a, struct date d)
{
	const char *name = day_names[d.day];
	struct str day = name ? arena_printf(a, "{%d日|%s}", d.day, name)
	                      : arena_printf(a, "%d{日|にち}", d.day);
	return arena_printf(a, "%d{年|ねん}%d{月|がつ}%.*s", d.year, d.month, STR_ARG(day));
}

struct str day_text(struct arena *a, struct date d, enum lang lang)
{
	return lang == LANG_EN ? english(a, d) : lang == LANG_EASY ? easy(a, d) : japanese(a, d);
}

/* 2, 5, 7 and 9 minutes end in ふん, the others in ぷん. */
static const char *minute_name(int minute)
{
	int last = minute % 10;
	return last == 2 || last == 5 || last == 7 || last == 9 ? "ふん" : "ぷん";
}

struct str clock_text(struct arena *a, struct datetime t, enum lang lang)
{
	if (lang == LANG_EN)
		return arena_printf(a, "%02d:%02d", t.hour, t.minute);
	if (lang == LANG_JA)
		return arena_printf(a, "%d時%02d分", t.hour, t.minute);
	if (t.minute == 0)
		return arena_printf(a, "%d{時|じ}", t.hour);
	return arena_printf(a, "%d{時|じ}%d{分|%s}", t.hour, t.minute, minute_name(t.minute));
}
