#include "base/clock.h"

#include <stdatomic.h>
#include <time.h>

static _Atomic int64_t pinned = CLOCK_REAL;

static int64_t read_clock(clockid_t id)
{
	struct timespec t;
	clock_gettime(id, &t); /* cannot fail for these two clocks */
	return (int64_t)t.tv_sec * CLOCK_SECOND + t.tv_nsec / 1000;
}

int64_t clock_now_us(void)
{
	int64_t us = atomic_load_explicit(&pinned, memory_order_relaxed);
	return us == CLOCK_REAL ? read_clock(CLOCK_REALTIME) : us;
}

int64_t clock_steady_us(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

void clock_set_for_test(int64_t us)
{
	atomic_store_explicit(&pinned, us, memory_order_relaxed);
}
