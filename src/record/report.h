/* "This is wrong" (内容が違うとき): what a person says about a fact that an
 * organization holds. The report belongs to the organization that holds the
 * fact; the fact itself is changed by its office only, as a new version of the
 * record (個人情報の保護に関する法律 第九十条: 訂正請求). */
#ifndef MUSUBI_RECORD_REPORT_H
#define MUSUBI_RECORD_REPORT_H

#include "store/store.h"

/* Characters of one report. */
enum { RECORD_REPORT_TEXT_MAX = 1000 };
/* Open reports of one person: the office's list is nobody's to flood. */
enum { RECORD_REPORT_OPEN_MAX = 20 };

struct record_report {
	struct str id;            /* 128-bit random, hex */
	struct str subject;       /* the code of the person at the organization */
	struct str dataset, item; /* "resident.basic", "address"; item "" for the whole */
	struct str text;          /* what is right, in her words */
	struct str answer;        /* the office's, when it is done; she reads it */
	int64_t at, done_at;      /* microseconds UTC; done_at 0: open */
};

/* r->id, r->answer and r->done_at are not read. ERR_INPUT "record.report.text" for a text
 * that is empty, too long or not plain text; ERR_LIMIT "record.report.many" while
 * RECORD_REPORT_OPEN_MAX of hers are open. */
MUST struct result record_report_put(struct db *tx, struct arena *a, struct str org,
                                     const struct record_report *r, struct str *ret_id,
                                     struct err *err);
/* Open ones first, oldest first; `subject` "" for everybody's. At most 200. */
MUST struct result record_report_list(struct db *db, struct arena *a, struct str org,
                                      struct str subject, const struct record_report **ret,
                                      size_t *ret_n, struct err *err);
/* Closes it with an answer; *ret_first is false when it was closed with the same
 * words before, which keeps the first time. ERR_INPUT "record.report.answer" for
 * an answer that is empty, too long or not plain text; ERR_CONFLICT
 * "record.report.closed" when somebody answered otherwise; ERR_NOT_FOUND
 * "record.report.none" when it is not the organization's. */
MUST struct result record_report_done(struct db *tx, struct arena *a, struct str org,
                                      struct str id, struct str answer, int64_t now,
                                      bool *ret_first, struct err *err);

#endif
