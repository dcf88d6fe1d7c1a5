/* Group commit: many changes share one commit, none is acknowledged before its
 * own is durable, and trouble takes along exactly what it must. */
#include "../support/test_store.h"
#include "store/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 16, CHANGES = 60 };

static const char *const done[] = {
	"CREATE TABLE done (org TEXT NOT NULL, worker BIGINT NOT NULL, n BIGINT NOT NULL, "
	"half BIGINT NOT NULL, filler TEXT NOT NULL, PRIMARY KEY (org, worker, n, half))",
	NULL,
};
static const struct migration rows_of_test[] = { { 1, "done", done } };

static void good(struct result r, const struct err *err)
{
	if (is_err(r))
		fail_msg("%s: %s", err->code, err->what);
}

/* Two rows and a journal entry: whole or not at all. */
static struct result change(struct store *s, int64_t worker, int64_t n, struct str filler,
                            struct err *err)
{
	struct journal_entry e = { .org = STR("o"), .subject = STR("S"), .event = STR("test.done"),
	                           .actor = STR("system"), .object = STR(""), .purpose = STR(""),
	                           .body = STR("") };
	STORE_TX_AUTO tx = NULL;

	TRY(store_begin(s, &tx, err));
	for (int half = 0; half < 2; half++)
		TRY(db_exec(tx, "INSERT INTO done (org, worker, n, half, filler) VALUES ('o', ?, ?, ?, ?)",
		            BINDS(B_INT(worker), B_INT(n), B_INT(half), B_TEXT(filler)), NULL, err));
	TRY(journal_add(tx, &e, err));
	return store_commit(&tx, err);
}

static int64_t number(struct test_store *t, const char *sql)
{
	STORE_READER_AUTO db = NULL;
	struct err err = { 0 };
	struct rows r;

	good(store_reader(t->s, &db, &err), &err);
	good(db_query(db, t->a, sql, NO_BINDS, &r, &err), &err);
	return rows_int(&r, 0, 0);
}

/* Every pair is whole, and there are as many entries as changes. */
static void assert_whole(struct test_store *t, int64_t changes)
{
	struct journal_verdict v;
	struct err err = { 0 };

	assert_int_equal(number(t, "SELECT COUNT(*) FROM done WHERE half = 0"), changes);
	assert_int_equal(number(t, "SELECT COUNT(*) FROM done WHERE half = 1"), changes);
	good(journal_verify(t->s, &v, &err), &err);
	if (!v.sound)
		fail_msg("%s", v.first_fault);
	assert_int_equal(v.entries, changes);
}

struct worker {
	pthread_t thread;
	struct test_store *t;
	int64_t id;
	int kept, aborted, conflicts, other;
	struct err err; /* the last other */
};

/* Changes, aborts and conflicts in turn. */
static void *work(void *arg)
{
	struct worker *w = arg;
	struct err err = { 0 };

	for (int64_t i = 0; i < CHANGES; i++) {
		if (i % 5 == 3) {
			struct db *tx = NULL;

			if (is_ok(store_begin(w->t->s, &tx, &err)) &&
			    is_ok(db_exec(tx, "DELETE FROM done", NO_BINDS, NULL, &err)))
				w->aborted++;
			store_abort(&tx);
		} else {
			struct result r = change(w->t->s, w->id, i % 7 == 6 ? 0 : i, STR(""), &err);

			w->kept += is_ok(r);
			w->conflicts += r.kind == ERR_CONFLICT;
			if (is_err(r) && r.kind != ERR_CONFLICT) {
				w->other++;
				w->err = err;
			}
		}
	}
	return NULL;
}

static void many_share_one_commit(void **state)
{
	struct test_store *t = *state;
	struct worker w[THREADS] = { 0 };
	struct store_stats stats;
	int64_t kept = 0;

	for (int i = 0; i < THREADS; i++) {
		w[i].t = t;
		w[i].id = i;
		assert_int_equal(pthread_create(&w[i].thread, NULL, work, &w[i]), 0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(w[i].thread, NULL);
	for (int i = 0; i < THREADS; i++) {
		if (w[i].other)
			fail_msg("%d times %s: %s", w[i].other, w[i].err.code, w[i].err.what);
		assert_int_equal(w[i].aborted, CHANGES / 5);
		assert_int_equal(w[i].conflicts, 6);
		kept += w[i].kept;
	}
	assert_whole(t, kept);
	store_stats(t->s, &stats);
	assert_int_equal(stats.transactions, kept);
	assert_int_equal(stats.entries, kept);
	assert_int_equal(stats.failed_commits, 0);
	/* 16 threads in a ring: far fewer commits than changes. */
	print_message("%lld changes in %lld commits\n", (long long)kept,
	              (long long)stats.shared_commits);
	assert_true(stats.shared_commits * 3 < kept);
}

static void alone_commits_at_once(void **state)
{
	struct test_store *t = *state;
	struct store_stats stats;
	struct err err = { 0 };

	for (int i = 0; i < 10; i++)
		good(change(t->s, 1, i, STR(""), &err), &err);
	store_stats(t->s, &stats);
	assert_int_equal(stats.shared_commits, 10);
}

/* --- killed ------------------------------------------------------------- */

enum { KILLED_THREADS = 8, ROUNDS = 3 };

struct writer {
	struct store *s;
	int fd, id, round;
};

/* Says its number for every change that was acknowledged. */
static void *write_on(void *arg)
{
	struct writer *w = arg;
	char c = (char)w->id;

	for (int64_t n = 0;; n++)
		if (is_err(change(w->s, w->round * 100 + w->id, n, STR(""), NULL)) ||
		    write(w->fd, &c, 1) != 1)
			return NULL;
}

static pid_t start_writers(struct str url, int round, int *ret_fd)
{
	int fds[2];
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		static struct writer w[KILLED_THREADS];
		struct store *s;
		pthread_t thread;

		close(fds[0]);
		if (is_err(store_open(url, &s, NULL)))
			_exit(3);
		for (int i = 0; i < KILLED_THREADS; i++) {
			w[i] = (struct writer){ s, fds[1], i, round };
			pthread_create(&thread, NULL, write_on, &w[i]);
		}
		for (;;)
			pause();
	}
	close(fds[1]);
	*ret_fd = fds[0];
	return pid;
}

static void nothing_acknowledged_is_lost_to_kill_9(void **state)
{
	struct test_store *t = *state;

	for (int round = 0; round < ROUNDS; round++) {
		int acknowledged[KILLED_THREADS] = { 0 }, fd, total = 0, status;
		char c;
		pid_t pid;

		store_close(t->s); /* no database is carried across a fork */
		t->s = NULL;
		pid = start_writers(t->url, round, &fd);
		while (read(fd, &c, 1) == 1) {
			acknowledged[(int)c]++;
			if (++total == 150 + 37 * round)
				kill(pid, SIGKILL);
		}
		close(fd);
		waitpid(pid, &status, 0);
		assert_true(WIFSIGNALED(status));
		usleep(200000); /* a server may still be ending the last session */
		test_store_reopen(t);
		for (int i = 0; i < KILLED_THREADS; i++) {
			const char *sql = arena_cstr(t->a, arena_printf(t->a,
				"SELECT COUNT(*) FROM done WHERE worker = %d AND half = 0", round * 100 + i));
			int64_t kept = number(t, sql);

			/* At most the one under way may have made it unheard. */
			assert_in_range(kept, acknowledged[i], acknowledged[i] + 1);
		}
		assert_whole(t, number(t, "SELECT COUNT(*) FROM done WHERE half = 0"));
	}
	struct err err = { 0 };

	good(change(t->s, 1000, 0, STR(""), &err), &err);
}

/* --- a full disk -------------------------------------------------------- */

static struct str filler(struct test_store *t, size_t n)
{
	char *p = arena_alloc(t->a, n);

	memset(p, 'x', n);
	return str_of(p, n);
}

struct filling {
	pthread_t thread;
	struct test_store *t;
	struct str filler;
	int64_t id, kept;
	int refused, other;
};

static void *fill(void *arg)
{
	struct filling *f = arg;
	struct err err = { 0 };

	for (int64_t n = 0; n < 400 && f->refused < 3; n++) {
		struct result r = change(f->t->s, f->id, n, f->filler, &err);

		f->kept += is_ok(r);
		f->refused += r.kind == ERR_UNAVAILABLE;
		f->other += is_err(r) && r.kind != ERR_UNAVAILABLE;
	}
	return NULL;
}

static void fill_all(struct test_store *t, int64_t first, int64_t *ret_kept, int *ret_refused)
{
	struct filling f[4] = { 0 };

	for (int i = 0; i < 4; i++) {
		f[i].t = t;
		f[i].filler = filler(t, 5000);
		f[i].id = first + i;
		pthread_create(&f[i].thread, NULL, fill, &f[i]);
	}
	for (int i = 0; i < 4; i++)
		pthread_join(f[i].thread, NULL);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(f[i].other, 0);
		*ret_kept += f[i].kept;
		*ret_refused += f[i].refused;
	}
}

/* A file that may not grow is what SQLite sees of a full disk. */
static void sqlite_full_disk(void **state)
{
	struct test_store *t = *state;
	struct rlimit was, tight;
	struct err err = { 0 };
	int64_t kept = 0;
	int refused = 0;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &was);
	tight = was;
	tight.rlim_cur = 1 << 20;
	setrlimit(RLIMIT_FSIZE, &tight);
	fill_all(t, 1, &kept, &refused);
	setrlimit(RLIMIT_FSIZE, &was);
	assert_true(kept > 0);
	assert_int_equal(refused, 12);
	assert_whole(t, kept);
	/* Room again: it goes on by itself. */
	good(change(t->s, 50, 0, filler(t, 5000), &err), &err);
	assert_whole(t, kept + 1);
	test_store_reopen(t);
	assert_whole(t, kept + 1);
}

/* What PostgreSQL says of a full disk, at the worst moment: inside COMMIT. */
static void postgres_full_disk(void **state)
{
	struct test_store *t = *state;
	struct err err = { 0 };
	int64_t kept = 0;
	int refused = 0;

	test_store_raw(t, "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
	               "IF (SELECT COUNT(*) FROM done) > 200 THEN RAISE EXCEPTION "
	               "'could not extend file: No space left on device' USING ERRCODE = '53100'; "
	               "END IF; RETURN NULL; END $$");
	test_store_raw(t, "CREATE CONSTRAINT TRIGGER full_disk AFTER INSERT ON done DEFERRABLE "
	               "INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION full_disk()");
	fill_all(t, 1, &kept, &refused);
	assert_true(kept > 0 && kept <= 100);
	assert_int_equal(refused, 12);
	assert_whole(t, kept);
	test_store_raw(t, "DROP TRIGGER full_disk ON done");
	good(change(t->s, 50, 0, filler(t, 5000), &err), &err);
	assert_whole(t, kept + 1);
}

/* --- a server that goes away -------------------------------------------- */

static void end_sessions(struct test_store *t)
{
	/* All but the one that asks; test_store_url names them after the schema. */
	test_store_raw(t, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
	               "application_name = current_setting('application_name') "
	               "AND pid <> pg_backend_pid()");
}

static void idle_session_that_died_is_replaced(void **state)
{
	struct test_store *t = *state;
	struct err err = { 0 };

	good(change(t->s, 1, 0, STR(""), &err), &err);
	assert_int_equal(number(t, "SELECT COUNT(*) FROM done"), 2);
	end_sessions(t);
	usleep(100000);
	/* Nobody notices. */
	good(change(t->s, 1, 1, STR(""), &err), &err);
	assert_int_equal(number(t, "SELECT COUNT(*) FROM done"), 4);
	assert_whole(t, 2);
}

static void session_that_dies_in_a_change_undoes_it(void **state)
{
	struct test_store *t = *state;
	STORE_TX_AUTO tx = NULL;
	struct err err = { 0 };

	good(store_begin(t->s, &tx, &err), &err);
	good(db_exec(tx, "INSERT INTO done (org, worker, n, half, filler) VALUES ('o', 1, 1, 1, '')",
	             NO_BINDS, NULL, &err), &err);
	end_sessions(t);
	usleep(100000);
	assert_int_equal(store_commit(&tx, &err).kind, ERR_UNAVAILABLE);
	assert_int_equal(number(t, "SELECT COUNT(*) FROM done"), 0);
	good(change(t->s, 1, 1, STR(""), &err), &err);
	assert_whole(t, 1);
}

static atomic_bool stop;

static void *steady(void *arg)
{
	struct filling *f = arg;

	for (int64_t n = 0; !atomic_load(&stop); n++) {
		struct err err = { 0 };
		struct result r = change(f->t->s, f->id, n, STR(""), &err);

		f->kept += is_ok(r);
		f->refused += r.kind == ERR_UNAVAILABLE;
		f->other += is_err(r) && r.kind != ERR_UNAVAILABLE;
	}
	return NULL;
}

/* Whatever moment a session dies at, what was acknowledged is there and what
 * was refused is not. */
static void sessions_dying_under_load(void **state)
{
	struct test_store *t = *state;
	struct filling f[8] = { 0 };
	int64_t kept = 0;
	int refused = 0;

	atomic_store(&stop, false);
	for (int i = 0; i < 8; i++) {
		f[i].t = t;
		f[i].id = i;
		pthread_create(&f[i].thread, NULL, steady, &f[i]);
	}
	for (int i = 0; i < 25; i++) {
		usleep(20000 + 1700 * (unsigned)i);
		end_sessions(t);
	}
	atomic_store(&stop, true);
	for (int i = 0; i < 8; i++)
		pthread_join(f[i].thread, NULL);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(f[i].other, 0);
		kept += f[i].kept;
		refused += f[i].refused;
	}
	print_message("%lld changes kept, %d refused\n", (long long)kept, refused);
	assert_true(kept > 50);
	assert_whole(t, kept);
}

/* The session dies while the server undoes the commit. */
static void death_inside_commit_before_it_counts(void **state)
{
	struct test_store *t = *state;
	struct err err = { 0 };

	test_store_raw(t, "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
	               "IF NEW.worker = 13 THEN PERFORM pg_terminate_backend(pg_backend_pid()); "
	               "END IF; RETURN NULL; END $$");
	test_store_raw(t, "CREATE CONSTRAINT TRIGGER die AFTER INSERT ON done DEFERRABLE "
	               "INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die()");
	assert_int_equal(change(t->s, 13, 0, STR(""), &err).kind, ERR_UNAVAILABLE);
	assert_string_equal(err.code, "store.lost");
	good(change(t->s, 1, 0, STR(""), &err), &err);
	assert_whole(t, 1);
}

static void *one_change(void *arg)
{
	struct filling *f = arg;
	struct err err = { 0 };

	f->kept = is_ok(change(f->t->s, f->id, 0, STR(""), &err));
	atomic_store(&stop, true);
	return NULL;
}

/* The session dies when the commit has happened but nobody was told: a commit
 * that waits for a standby that never comes. The store must find out. */
static void death_inside_commit_after_it_counts(void **state)
{
	struct test_store *t = *state;
	struct filling f = { .t = t, .id = 13 };

	test_store_on_own(t);
	test_store_raw(t, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
	test_store_raw(t, "SELECT pg_reload_conf()");
	usleep(300000);
	atomic_store(&stop, false);
	pthread_create(&f.thread, NULL, one_change, &f);
	usleep(500000);
	assert_false(atomic_load(&stop)); /* it hangs inside COMMIT */
	end_sessions(t);
	pthread_join(f.thread, NULL);
	test_store_raw(t, "ALTER SYSTEM RESET synchronous_standby_names");
	test_store_raw(t, "SELECT pg_reload_conf()");
	usleep(300000);
	assert_int_equal(f.kept, 1);
	assert_whole(t, 1);
}

/* Power loss of the whole server under load; then it comes back. */
static void server_crash_under_load(void **state)
{
	struct test_store *t = *state;
	struct filling f[8] = { 0 };
	struct err err = { 0 };
	int64_t kept = 0;

	test_store_on_own(t);
	atomic_store(&stop, false);
	for (int i = 0; i < 8; i++) {
		f[i].t = t;
		f[i].id = i;
		pthread_create(&f[i].thread, NULL, steady, &f[i]);
	}
	usleep(300000);
	test_pg_own_do("crash");
	usleep(50000);
	test_pg_own_do("again");
	usleep(300000);
	atomic_store(&stop, true);
	for (int i = 0; i < 8; i++)
		pthread_join(f[i].thread, NULL);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(f[i].other, 0);
		kept += f[i].kept;
	}
	assert_true(kept > 0); /* whether anybody was refused depends on the machine */
	assert_whole(t, kept);
	good(change(t->s, 99, 0, STR(""), &err), &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(many_share_one_commit), ON_BOTH(alone_commits_at_once),
		ON_BOTH(nothing_acknowledged_is_lost_to_kill_9),
		ON_SQLITE(sqlite_full_disk), ON_POSTGRES(postgres_full_disk),
		ON_POSTGRES(idle_session_that_died_is_replaced),
		ON_POSTGRES(session_that_dies_in_a_change_undoes_it),
		ON_POSTGRES(sessions_dying_under_load),
		ON_POSTGRES(death_inside_commit_before_it_counts),
		ON_POSTGRES(death_inside_commit_after_it_counts), ON_POSTGRES(server_crash_under_load),
	};

	store_migrations_add("test", rows_of_test, 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
