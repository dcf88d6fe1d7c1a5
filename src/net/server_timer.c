/* Deadlines: one list per kind. All timers of a kind run equally long, so a list
 * is sorted by itself and every operation costs the same however many wait. */
#include "net/server_int.h"

#include <limits.h>

static void unlink_timer(struct conn *c)
{
	struct timer_list *l = &c->server->timers[c->timer];
	if (c->timer_prev)
		c->timer_prev->timer_next = c->timer_next;
	else
		l->first = c->timer_next;
	if (c->timer_next)
		c->timer_next->timer_prev = c->timer_prev;
	else
		l->last = c->timer_prev;
}

void timer_set(struct conn *c, enum timer kind)
{
	if (c->timer != TIMER_NONE)
		unlink_timer(c);
	c->timer = kind;
	c->progress = 0;
	if (kind == TIMER_NONE)
		return;
	struct timer_list *l = &c->server->timers[kind];
	c->deadline = c->server->now + l->us;
	c->timer_next = NULL;
	c->timer_prev = l->last;
	if (l->last)
		l->last->timer_next = c;
	else
		l->first = c;
	l->last = c;
}

int timer_wait_ms(const struct server *s)
{
	int64_t next = s->drain_until ? s->drain_until : s->accepting ? INT64_MAX : s->accept_at;
	for (int i = 0; i < TIMERS; i++)
		if (s->timers[i].first && s->timers[i].first->deadline < next)
			next = s->timers[i].first->deadline;
	if (next == INT64_MAX)
		return -1;
	int64_t ms = (next - s->now + 999) / 1000;
	return ms < 0 ? 0 : ms > INT_MAX ? INT_MAX : (int)ms;
}

struct conn *timer_expired(struct server *s)
{
	for (int i = 0; i < TIMERS; i++)
		if (s->timers[i].first && s->timers[i].first->deadline <= s->now)
			return s->timers[i].first;
	return NULL;
}
