/* When a time stamp's clock may be believed (ETSI EN 319 421 §7.7.2: the TSU
 * stops when its clock is outside of the stated accuracy).
 *
 * Two watches: the date against the steady clock, which nobody can set, so that
 * a jump of any cause is seen at the next request; and, where it is configured,
 * the kernel's own word that NTP disciplines the clock and how far off it may
 * be. A loss stays a loss until an operator says otherwise: a clock that jumped
 * back again is no proof of anything. */
#include <stdlib.h>
#include <sys/timex.h>

#include "base/clock.h"
#include "trust/tsa_priv.h"

/* Kernel and NTP slew at 500 ppm; reading two clocks takes a moment. */
enum { SLEW_PPM = 500, SLACK_US = 50 * 1000 };

static int64_t system_now(void *ctx)
{
	(void)ctx;
	return clock_now_us();
}

static int64_t system_steady(void *ctx)
{
	(void)ctx;
	return clock_steady_us();
}

static bool system_synced(void *ctx, int64_t *ret_error_us)
{
	struct timex t = { 0 };
	(void)ctx;
	int state = adjtimex(&t);
	*ret_error_us = t.maxerror;
	return state >= 0 && state != TIME_ERROR && !(t.status & STA_UNSYNC);
}

const struct tsa_clock tsa_clock_system = { system_now, system_steady, system_synced, NULL };

void tsa_watch_init(struct tsa_watch *w, const struct tsa_clock *clock, bool need_sync,
                    int64_t accuracy_us)
{
	int64_t steady = clock->steady(clock->ctx);
	*w = (struct tsa_watch){ .clock = clock, .need_sync = need_sync, .accuracy_us = accuracy_us,
	                         .offset = clock->now(clock->ctx) - steady, .at = steady };
}

static struct result lost(struct err *err, const char *why, int64_t us)
{
	return fail(err, ERR_UNAVAILABLE, "trust.tsa.clock", "ETSI EN 319 421 §7.7.2",
	            "the clock cannot be trusted: %s (%lld us)", why, (long long)us);
}

struct result tsa_watch_time(struct tsa_watch *w, int64_t *ret, struct err *err)
{
	int64_t steady = w->clock->steady(w->clock->ctx), now = w->clock->now(w->clock->ctx);
	int64_t moved = now - steady - w->offset, error = 0;
	int64_t allowed = SLACK_US + (steady - w->at) / 1000000 * SLEW_PPM;
	/* drift that adds up beyond what tokens promise is a loss as well */
	if (w->lost || llabs(moved) > allowed || llabs(moved) > w->accuracy_us) {
		w->lost = true;
		return lost(err, "it jumped", moved);
	}
	if (w->need_sync && (!w->clock->synced(w->clock->ctx, &error) || error > w->accuracy_us))
		return lost(err, "it is not kept by NTP", error);
	w->offset = now - steady;
	w->at = steady;
	*ret = now;
	return ok();
}
