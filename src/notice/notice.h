/* Notices (お知らせ): what a subject is told, in her portal inbox. Written in
 * the transaction of what it tells about; mail and push follow from the outbox
 * later. */
#ifndef MUSUBI_NOTICE_NOTICE_H
#define MUSUBI_NOTICE_NOTICE_H

#include "net/text.h"
#include "store/store.h"

struct notice {
	struct str id, from_org, link; /* link: a path of the portal */
	struct str text[LANG_COUNT];
	int64_t at, read_at;           /* microseconds UTC; read_at 0: unread */
};

/* org: the portal's id; subject: her code there. */
MUST struct result notice_put(struct db *tx, struct arena *a, struct str org,
                              struct str subject, const struct notice *n, struct err *err);
MUST struct result notice_list(struct db *db, struct arena *a, struct str org,
                               struct str subject, size_t limit, const struct notice **ret,
                               size_t *ret_n, struct err *err);
/* ERR_NOT_FOUND when it is not hers. Reading twice keeps the first time. */
MUST struct result notice_read(struct db *tx, struct str org, struct str subject,
                               struct str id, int64_t now, struct err *err);
void notice_migrations(void);

#endif
