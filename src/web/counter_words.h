/* What the counter decides for itself, without a page around it: how a deadline
 * stands, and whether two facts differ. Pure. */
#ifndef MUSUBI_WEB_COUNTER_WORDS_H
#define MUSUBI_WEB_COUNTER_WORDS_H

#include "base/json.h"

enum counter_due_kind { DUE_NONE, DUE_LEFT, DUE_TODAY, DUE_OVER };
struct counter_due {
	enum counter_due_kind kind;
	int days;  /* left, or past; in days of Japan's calendar */
	bool soon; /* fewer than three days left */
};
/* due_at: the last moment of the last day, 0 for none (microseconds UTC). */
struct counter_due counter_due_of(int64_t due_at, int64_t now);

/* Two facts are the same to a reader when they are equal or both say nothing
 * (absent, null, "", an empty list). */
bool counter_is_nothing(const struct json *j);
bool counter_differs(const struct json *then, const struct json *now);

/* Behind "due.id" in a link: where a queue goes on. */
bool counter_key_parse(struct str s, int64_t *ret_due, struct str *ret_id);
struct str counter_key_text(struct arena *a, int64_t due, struct str id);
/* <0, 0, >0: the order of the queue. */
int counter_key_cmp(int64_t due_a, struct str id_a, int64_t due_b, struct str id_b);

#endif
