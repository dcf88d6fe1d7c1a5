/* What time it is. Inside the house a time is int64_t microseconds since
 * 1970-01-01T00:00:00Z (UTC, leap seconds smeared by the system); JST and 元号
 * appear at the edge (base/calendar.h). */
#ifndef MUSUBI_BASE_CLOCK_H
#define MUSUBI_BASE_CLOCK_H

#include <stdint.h>

#define CLOCK_SECOND ((int64_t)1000000)
#define CLOCK_MINUTE (60 * CLOCK_SECOND)
#define CLOCK_HOUR (60 * CLOCK_MINUTE)
#define CLOCK_DAY (24 * CLOCK_HOUR)

int64_t clock_now_us(void);
/* For measuring and for time-outs: never steps back, unrelated to the date. */
int64_t clock_steady_us(void);

/* Tests and the demo only: the clock stands still at this time until it is set
 * again; CLOCK_REAL gives the system's time back. Any thread may call it. */
#define CLOCK_REAL INT64_MIN
void clock_set_for_test(int64_t us);

#endif
