/* Named time zones (IANA) with the rules in force today.
 *
 * A table made from the tz database by tools/make_zones.py: standard offset
 * and the yearly summer-time rule. History is not kept: a date before the
 * present rule began is read with the present rule. */
#ifndef MUSUBI_RULE_ZONE_H
#define MUSUBI_RULE_ZONE_H

#include "base/str.h"

/* The nth (5: last) weekday (0 Sunday) of a month, and seconds after its midnight. */
struct zone_switch {
	uint8_t month, week, weekday;
	int32_t seconds;
};

struct zone_row {
	const char *name;
	int32_t standard, summer; /* seconds east of UTC; equal: no summer time */
	struct zone_switch start, end;
};

extern const struct zone_row zone_table[];
extern const uint16_t zone_count;

bool zone_find(struct str name, uint16_t *ret);
struct str zone_name(uint16_t zone);
/* The offset at a local time: days since 1970 and seconds of the day. */
int32_t zone_offset_local(uint16_t zone, int64_t days, int64_t seconds);
int32_t zone_standard(uint16_t zone);
/* The offset at an instant. */
int32_t zone_offset_utc(uint16_t zone, int64_t utc_seconds);

#endif
