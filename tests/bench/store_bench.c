/* Durable changes per second through the store, beside the engine's own commits
 * in the same run, on the same disk.
 *
 *   store_bench URL [SECONDS]      URL of an empty database
 *
 * raw:     one connection, one insert, one commit, one fsync, again and again
 * store:   1, 8 and 32 threads; a change is one insert and one journal entry
 * insert:  rows per second when a change holds 1,000 of them: the insert limit
 * journal: entries per second when a change holds 1,000 of them; and verifying
 * Prints one JSON object per line: name, value, unit, beside, ratio. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/engine.h"
#include "store/journal.h"

static const char *const tables[] = {
	"CREATE TABLE bench (org TEXT NOT NULL, worker BIGINT NOT NULL, n BIGINT NOT NULL, "
	"body TEXT NOT NULL, PRIMARY KEY (org, worker, n))", NULL,
};
static const struct migration rows[] = { { 1, "bench", tables } };

#define INSERT "INSERT INTO bench (org, worker, n, body) VALUES (?, ?, ?, ?)"
static struct str body;
static double seconds = 2;
static int64_t next_worker = 1;

static void need(struct result r, const struct err *err)
{
	if (is_ok(r))
		return;
	fprintf(stderr, "store_bench: %s: %s\n", err->code, err->what);
	exit(1);
}

static void say(const char *engine, const char *what, int threads, double value, const char *unit,
                const char *beside, double limit)
{
	printf("{\"name\":\"store.%s.%s\",\"threads\":%d,\"value\":%.0f,\"unit\":\"%s\","
	       "\"beside\":\"%s\",\"limit\":%.0f,\"ratio\":%.2f}\n", engine, what, threads, value, unit,
	       beside, limit, limit > 0 ? value / limit : 0);
	fflush(stdout);
}

/* Commits of the engine alone, without the lane. */
static double raw(const struct engine *e, struct str where)
{
	struct conn *c = NULL;
	struct err err = { 0 };
	int64_t start, n = 0, worker = next_worker++;

	need(e->open(where, true, &c, &err), &err);
	start = clock_steady_us();
	while (clock_steady_us() - start < (int64_t)(seconds * 1e6)) {
		need(e->begin(c, &err), &err);
		need(e->run(c, INSERT, BINDS(B_TEXT(STR("o")), B_INT(worker), B_INT(n), B_TEXT(body)),
		            NULL, NULL, NULL, &err), &err);
		need(e->commit(c, &err), &err);
		n++;
	}
	double took = (double)(clock_steady_us() - start) / 1e6;

	e->close(c);
	return (double)n / took;
}

struct worker {
	pthread_t thread;
	struct store *s;
	int64_t id, n;
	atomic_bool *stop;
};

static void add_entry(struct db *tx, struct err *err)
{
	struct journal_entry j = {
		.org = STR("172065"), .subject = STR("k7f3q9zt2m5x8w1c"), .event = STR("record.view"),
		.actor = STR("officer:172065:u12"), .object = STR("20260401-000123"),
		.purpose = STR("児童手当の審査（児童手当法 第七条）"), .body = STR("")
	};

	need(journal_add(tx, &j, err), err);
}

static void *work(void *arg)
{
	struct worker *w = arg;
	struct err err = { 0 };

	while (!atomic_load(w->stop)) {
		struct db *tx = NULL;

		need(store_begin(w->s, &tx, &err), &err);
		need(db_exec(tx, INSERT, BINDS(B_TEXT(STR("o")), B_INT(w->id), B_INT(w->n), B_TEXT(body)),
		             NULL, &err), &err);
		add_entry(tx, &err);
		need(store_commit(&tx, &err), &err);
		w->n++;
	}
	return NULL;
}

static double through_store(struct store *s, int threads, double *ret_per_commit)
{
	struct worker *w = mem_array((size_t)threads, sizeof(*w));
	struct store_stats before, after;
	atomic_bool stop = false;
	int64_t start = clock_steady_us(), n = 0;

	store_stats(s, &before);
	for (int i = 0; i < threads; i++) {
		w[i] = (struct worker){ .s = s, .id = next_worker++, .stop = &stop };
		pthread_create(&w[i].thread, NULL, work, &w[i]);
	}
	usleep((useconds_t)(seconds * 1e6));
	atomic_store(&stop, true);
	for (int i = 0; i < threads; i++) {
		pthread_join(w[i].thread, NULL);
		n += w[i].n;
	}
	store_stats(s, &after);
	*ret_per_commit = (double)n / (double)(after.shared_commits - before.shared_commits);
	mem_free(w);
	return (double)n / ((double)(clock_steady_us() - start) / 1e6);
}

/* Changes of 1,000: rows, or journal entries. */
static double in_bulk(struct store *s, bool journal)
{
	int64_t start = clock_steady_us(), n = 0, worker = next_worker++;
	struct err err = { 0 };

	while (clock_steady_us() - start < (int64_t)(seconds * 1e6)) {
		struct db *tx = NULL;

		need(store_begin(s, &tx, &err), &err);
		for (int i = 0; i < 1000; i++, n++) {
			if (journal)
				add_entry(tx, &err);
			else
				need(db_exec(tx, INSERT, BINDS(B_TEXT(STR("o")), B_INT(worker), B_INT(n),
				                               B_TEXT(body)), NULL, &err), &err);
		}
		need(store_commit(&tx, &err), &err);
	}
	return (double)n / ((double)(clock_steady_us() - start) / 1e6);
}

int main(int argc, char **argv)
{
	static const int threads[] = { 1, 8, 32 };
	char text[200];
	struct store *s = NULL;
	struct key *key = NULL;
	struct err err = { 0 };

	if (argc < 2) {
		fprintf(stderr, "usage: store_bench URL [SECONDS]\n");
		return 2;
	}
	if (argc > 2)
		seconds = strtod(argv[2], NULL);
	memset(text, 'x', sizeof(text));
	body = str_of(text, sizeof(text));
	store_migrations_add("bench", rows, 1);
	struct str url = str_c(argv[1]);

	need(store_open(url, &s, &err), &err);
	need(key_generate(KEY_ED25519, &key, &err), &err);
	store_set_journal_key(s, key);
	const char *engine = store_engine(s);
	const struct engine *e = strcmp(engine, "sqlite") == 0 ? &engine_sqlite : &engine_postgres;
	double commits = raw(e, str_from(url, str_find_char(url, ':') + 1)), per;

	say(engine, "raw", 1, commits, "commits/s", "", 0);
	for (size_t i = 0; i < sizeof(threads) / sizeof(threads[0]); i++) {
		double v = through_store(s, threads[i], &per);

		say(engine, "change", threads[i], v, "changes/s", "raw commits", commits);
		say(engine, "change.per-commit", threads[i], per, "changes", "", 0);
	}
	double inserts = in_bulk(s, false), entries = in_bulk(s, true);

	say(engine, "insert", 1, inserts, "rows/s", "", 0);
	say(engine, "journal", 1, entries, "entries/s", "inserts", inserts);
	struct journal_verdict v;
	int64_t start = clock_steady_us();

	need(journal_verify(s, &v, &err), &err);
	if (!v.sound) {
		fprintf(stderr, "store_bench: %s\n", v.first_fault);
		return 1;
	}
	say(engine, "verify", 1, (double)v.entries / ((double)(clock_steady_us() - start) / 1e6),
	    "entries/s", "journal", entries);
	store_close(s);
	key_unref(key);
	return 0;
}
