/* Named time zones: looking up and applying the yearly rules. */
#include "rule/zone.h"

#include "rule/temporal.h"

bool zone_find(struct str name, uint16_t *ret)
{
	size_t low = 0, high = zone_count;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = str_cmp(str_c(zone_table[mid].name), name);
		if (c == 0) {
			*ret = (uint16_t)mid;
			return true;
		}
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

struct str zone_name(uint16_t zone)
{
	return str_c(zone < zone_count ? zone_table[zone].name : "");
}

int32_t zone_standard(uint16_t zone)
{
	return zone < zone_count ? zone_table[zone].standard : 0;
}

/* Local seconds since 1970 at which a switch happens in a year. */
static int64_t switch_at(const struct zone_switch *s, int64_t year)
{
	int64_t first = civil_days(year, s->month, 1);
	int64_t first_weekday = ((first + 4) % 7 + 7) % 7; /* 0 Sunday */
	int64_t day = (s->weekday - first_weekday + 7) % 7 + (s->week - 1) * 7;
	if (day >= month_days(year, s->month))
		day -= 7;
	return (first + day) * DAY_SECONDS + s->seconds;
}

/* start counts in standard time, end in summer time. */
static bool summer(const struct zone_row *z, int64_t at, int64_t start, int64_t end)
{
	if (z->standard == z->summer)
		return false;
	return start < end ? at >= start && at < end : at >= start || at < end;
}

int32_t zone_offset_local(uint16_t zone, int64_t days, int64_t seconds)
{
	struct feel_moment m = { 0 };
	if (zone >= zone_count)
		return 0;
	const struct zone_row *z = &zone_table[zone];
	if (z->standard == z->summer || !civil_from_days(days, &m))
		return z->standard;
	int64_t start = switch_at(&z->start, m.year), end = switch_at(&z->end, m.year);
	return summer(z, days * DAY_SECONDS + seconds, start, end) ? z->summer : z->standard;
}

int32_t zone_offset_utc(uint16_t zone, int64_t utc)
{
	struct feel_moment m = { 0 };
	if (zone >= zone_count)
		return 0;
	const struct zone_row *z = &zone_table[zone];
	int64_t local = utc + z->standard;
	int64_t days = local / DAY_SECONDS - (local % DAY_SECONDS < 0);
	if (z->standard == z->summer || !civil_from_days(days, &m))
		return z->standard;
	int64_t start = switch_at(&z->start, m.year) - z->standard;
	int64_t end = switch_at(&z->end, m.year) - z->summer;
	return summer(z, utc, start, end) ? z->summer : z->standard;
}
