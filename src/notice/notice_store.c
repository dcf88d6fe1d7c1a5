#include "base/encode.h"
#include "base/random.h"
#include "notice/notice.h"

static const char *const tables[] = {
	"CREATE TABLE notice ("
	" org TEXT NOT NULL, subject TEXT NOT NULL, id TEXT NOT NULL, at BIGINT NOT NULL,"
	" from_org TEXT NOT NULL, ja TEXT NOT NULL, en TEXT NOT NULL, easy TEXT NOT NULL,"
	" link TEXT NOT NULL, read_at BIGINT NOT NULL, PRIMARY KEY (org, subject, id))",
	"CREATE INDEX notice_by_time ON notice (org, subject, at)",
	NULL,
};

/* A person's notices are few and lie together by the key: sorted when shown. */
static const char *const by_key[] = { "DROP INDEX notice_by_time", NULL };

static const struct migration migrations[] = {
	{ 1, "notices", tables },
	{ 2, "notices by their key alone", by_key },
};

void notice_migrations(void)
{
	store_migrations_add("notice", migrations, sizeof migrations / sizeof *migrations);
}

struct result notice_put(struct db *tx, struct arena *a, struct str org, struct str subject,
                         const struct notice *n, struct err *err)
{
	uint8_t raw[16];
	random_bytes(raw, sizeof raw);
	struct str id = hex_encode(a, str_of((const char *)raw, sizeof raw));
	return db_put(tx,
		"INSERT INTO notice (org, subject, id, at, from_org, ja, en, easy, link, read_at)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
		BINDS(B_TEXT(org), B_TEXT(subject), B_TEXT(id), B_INT(n->at), B_TEXT(n->from_org),
		      B_TEXT(n->text[LANG_JA]), B_TEXT(n->text[LANG_EN]), B_TEXT(n->text[LANG_EASY]),
		      B_TEXT(n->link)), err);
}

struct result notice_list(struct db *db, struct arena *a, struct str org, struct str subject,
                          size_t limit, const struct notice **ret, size_t *ret_n,
                          struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT id, at, from_org, ja, en, easy, link, read_at FROM notice"
		" WHERE org = ? AND subject = ? ORDER BY at DESC, id LIMIT ?",
		BINDS(B_TEXT(org), B_TEXT(subject), B_INT((int64_t)limit)), &r, err));
	struct notice *list = ARENA_ARRAY(a, struct notice, r.n + 1);
	for (size_t i = 0; i < r.n; i++)
		list[i] = (struct notice){
			.id = rows_text(&r, i, 0), .at = rows_int(&r, i, 1),
			.from_org = rows_text(&r, i, 2), .link = rows_text(&r, i, 6),
			.text = { [LANG_JA] = rows_text(&r, i, 3), [LANG_EN] = rows_text(&r, i, 4),
			          [LANG_EASY] = rows_text(&r, i, 5) },
			.read_at = rows_int(&r, i, 7) };
	*ret = list;
	*ret_n = r.n;
	return ok();
}

struct result notice_read(struct db *tx, struct str org, struct str subject, struct str id,
                          int64_t now, struct err *err)
{
	int64_t changed;
	TRY(db_exec(tx,
		"UPDATE notice SET read_at = CASE WHEN read_at = 0 THEN ? ELSE read_at END"
		" WHERE org = ? AND subject = ? AND id = ?",
		BINDS(B_INT(now), B_TEXT(org), B_TEXT(subject), B_TEXT(id)), &changed, err));
	if (changed == 0)
		return fail(err, ERR_NOT_FOUND, "notice.none", NULL, "no such notice");
	return ok();
}
