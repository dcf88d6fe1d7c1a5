/* The log: one JSON object per line to standard error, for operators.
 *
 *   log_info("net.listening", LOG_STR("address", addr), LOG_INT("port", port));
 *   log_warn("store.retry", LOG_ERR(&err));
 *
 * {"time":"2026-11-20T03:04:05.123456Z","level":"info","event":"net.listening",…}
 *
 * Only the edge logs; rooms return errors. Never write a secret, a My Number, an
 * answer of a form or the body of a record: name what happened and the id of the
 * thing. Values are cut at 2 KiB, lines at 16 KiB, ill-formed UTF-8 becomes
 * U+FFFD, so that foreign bytes cannot forge a line. A line is one write(2):
 * threads never mix. A log that cannot be written is dropped, and counted. */
#ifndef MUSUBI_BASE_LOG_H
#define MUSUBI_BASE_LOG_H

#include "base/err.h"

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR, LOG_LEVEL_OFF };

enum log_kind { LOG_KIND_END, LOG_KIND_STR, LOG_KIND_INT, LOG_KIND_BOOL, LOG_KIND_ERR };

struct log_row {
	const char *key;
	enum log_kind kind;
	struct str s;
	int64_t i;
	const struct err *err;
};

#define LOG_STR(k, v) ((struct log_row){ .key = (k), .kind = LOG_KIND_STR, .s = (v) })
#define LOG_C(k, v) ((struct log_row){ .key = (k), .kind = LOG_KIND_STR, .s = str_c(v) })
#define LOG_INT(k, v) ((struct log_row){ .key = (k), .kind = LOG_KIND_INT, .i = (v) })
#define LOG_BOOL(k, v) ((struct log_row){ .key = (k), .kind = LOG_KIND_BOOL, .i = (v) })
/* The rows kind, code, clause and what of an error. */
#define LOG_ERR(e) ((struct log_row){ .key = "error", .kind = LOG_KIND_ERR, .err = (e) })

/* rows end with one of LOG_KIND_END. */
void log_event(enum log_level level, const char *event, const struct log_row *rows);
#define LOG_ROWS(...) ((const struct log_row[]){ __VA_ARGS__ __VA_OPT__(, ) { .key = NULL } })
#define log_debug(event, ...) log_event(LOG_LEVEL_DEBUG, event, LOG_ROWS(__VA_ARGS__))
#define log_info(event, ...) log_event(LOG_LEVEL_INFO, event, LOG_ROWS(__VA_ARGS__))
#define log_warn(event, ...) log_event(LOG_LEVEL_WARN, event, LOG_ROWS(__VA_ARGS__))
#define log_error(event, ...) log_event(LOG_LEVEL_ERROR, event, LOG_ROWS(__VA_ARGS__))

/* Lines below the level are dropped; LOG_LEVEL_INFO at the start. */
void log_level_set(enum log_level least);
bool log_level_parse(struct str s, enum log_level *ret); /* "debug" … "error", "off" */
/* Where lines go; 2 at the start. */
void log_fd_set(int fd);
uint64_t log_dropped(void); /* lines that could not be written */

#endif
