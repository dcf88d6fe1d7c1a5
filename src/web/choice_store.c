/* An officer's choices, in SQL: one row per choice, the last one counts. */
#include "web/choice.h"

static const char *const choices[] = {
	"CREATE TABLE officer_choice ("
	" org TEXT NOT NULL, officer TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,"
	" PRIMARY KEY (org, officer, name))",
	NULL,
};

static const struct migration migrations[] = {
	{ 1, "what officers chose for their screens", choices },
};

void web_migrations(void)
{
	store_migrations_add("web", migrations, sizeof migrations / sizeof *migrations);
}

struct result choice_get(struct db *db, struct arena *a, struct str org,
                         struct str officer, struct str name, struct str *ret,
                         struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT value FROM officer_choice WHERE org = ? AND officer = ? AND name = ?",
		BINDS(B_TEXT(org), B_TEXT(officer), B_TEXT(name)), &r, err));
	*ret = r.n ? rows_text(&r, 0, 0) : STR("");
	return ok();
}

struct result choice_put(struct db *tx, struct str org, struct str officer,
                         struct str name, struct str value, struct err *err)
{
	return db_exec(tx,
		"INSERT INTO officer_choice (org, officer, name, value) VALUES (?, ?, ?, ?)"
		" ON CONFLICT (org, officer, name) DO UPDATE SET value = excluded.value",
		BINDS(B_TEXT(org), B_TEXT(officer), B_TEXT(name), B_TEXT(value)), NULL, err);
}
