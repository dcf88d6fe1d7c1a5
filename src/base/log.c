#include "base/log.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/utf8.h"

enum { VALUE_MAX = 2048, LINE_MAX_BYTES = 16 * 1024 };

static const char *const names[] = {
	[LOG_LEVEL_DEBUG] = "debug", [LOG_LEVEL_INFO] = "info", [LOG_LEVEL_WARN] = "warn",
	[LOG_LEVEL_ERROR] = "error", [LOG_LEVEL_OFF] = "off",
};

static _Atomic int level_least = LOG_LEVEL_INFO;
static _Atomic int log_fd = STDERR_FILENO;
static _Atomic uint64_t dropped;

void log_level_set(enum log_level least)
{
	atomic_store(&level_least, (int)least);
}

bool log_level_parse(struct str s, enum log_level *ret)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (str_eq(s, str_c(names[i]))) {
			*ret = (enum log_level)i;
			return true;
		}
	return false;
}

void log_fd_set(int fd)
{
	atomic_store(&log_fd, fd);
}

uint64_t log_dropped(void)
{
	return atomic_load(&dropped);
}

/* A line on the stack: a log must work when memory has run out. The last bytes
 * are kept for the end of the line. */
struct line {
	char p[LINE_MAX_BYTES];
	size_t n;
	bool full;
};

enum { TAIL = 32 };

static void put(struct line *l, struct str s)
{
	if (l->full || s.n > sizeof l->p - TAIL - l->n) {
		l->full = true;
		return;
	}
	memcpy(l->p + l->n, s.p, s.n);
	l->n += s.n;
}

static void put_escaped(struct line *l, uint32_t cp)
{
	char out[8];
	if (cp == '"' || cp == '\\') {
		char pair[2] = { '\\', (char)cp };
		put(l, str_of(pair, 2));
	} else if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0)) {
		put(l, str_of(out, (size_t)snprintf(out, sizeof out, "\\u%04x", cp)));
	} else {
		put(l, str_of(out, utf8_put(out, cp)));
	}
}

static void put_text(struct line *l, struct str s)
{
	struct str rest = utf8_cut(s, VALUE_MAX);
	bool cut = rest.n < s.n;
	uint32_t cp;
	put(l, STR("\""));
	while (rest.n) {
		if (!utf8_next(&rest, &cp)) {
			cp = 0xFFFD;
			rest = str_from(rest, 1);
		}
		put_escaped(l, cp);
	}
	put(l, cut ? STR("…\"") : STR("\""));
}

/* A member in full, or none of it. */
static void put_pair(struct line *l, const char *key, struct str value, bool quoted)
{
	size_t before = l->n;
	put(l, STR(","));
	put_text(l, str_c(key));
	put(l, STR(":"));
	if (quoted)
		put_text(l, value);
	else
		put(l, value);
	if (l->full)
		l->n = before;
}

static void put_member(struct line *l, const char *key, struct str value)
{
	put_pair(l, key, value, true);
}

static void put_int(struct line *l, const char *key, int64_t v)
{
	char digits[24];
	int n = snprintf(digits, sizeof digits, "%lld", (long long)v);
	put_pair(l, key, str_of(digits, (size_t)n), false);
}

static void put_err(struct line *l, const struct err *e)
{
	if (!e)
		return;
	put_member(l, "error", str_c(err_kind_name(e->kind)));
	if (e->code)
		put_member(l, "code", str_c(e->code));
	if (e->clause)
		put_member(l, "clause", str_c(e->clause));
	put_member(l, "what", str_c(e->what));
}

static void put_row(struct line *l, const struct log_row *row)
{
	switch (row->kind) {
	case LOG_KIND_STR: put_member(l, row->key, row->s); break;
	case LOG_KIND_INT: put_int(l, row->key, row->i); break;
	case LOG_KIND_BOOL: put_pair(l, row->key, row->i ? STR("true") : STR("false"), false); break;
	case LOG_KIND_ERR: put_err(l, row->err); break;
	case LOG_KIND_END: break;
	}
}

static void put_head(struct line *l, enum log_level level, const char *event)
{
	int64_t us = clock_now_us();
	int64_t part = ((us % CLOCK_SECOND) + CLOCK_SECOND) % CLOCK_SECOND;
	time_t seconds = (time_t)((us - part) / CLOCK_SECOND);
	struct tm tm;
	char when[40];
	gmtime_r(&seconds, &tm);
	size_t n = strftime(when, sizeof when, "{\"time\":\"%Y-%m-%dT%H:%M:%S", &tm);
	put(l, str_of(when, n));
	put(l, str_of(when, (size_t)snprintf(when, sizeof when, ".%06dZ\"", (int)part)));
	put_member(l, "level", str_c(names[level]));
	put_member(l, "event", str_c(event));
}

static void write_out(struct line *l)
{
	size_t at = 0;
	while (at < l->n) {
		ssize_t wrote = write(atomic_load(&log_fd), l->p + at, l->n - at);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0) {
			atomic_fetch_add(&dropped, 1);
			return;
		}
		at += (size_t)wrote;
	}
}

void log_event(enum log_level level, const char *event, const struct log_row *rows)
{
	if ((int)level < atomic_load(&level_least) || level >= LOG_LEVEL_OFF)
		return;
	int kept = errno;
	struct line l;
	l.n = 0;
	l.full = false;
	put_head(&l, level, event);
	for (; rows->kind != LOG_KIND_END; rows++)
		put_row(&l, rows);
	struct str end = l.full ? STR(",\"cut\":true}\n") : STR("}\n");
	memcpy(l.p + l.n, end.p, end.n); /* TAIL keeps the room */
	l.n += end.n;
	write_out(&l);
	errno = kept;
}
