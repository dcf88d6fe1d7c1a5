/* Durable submissions per second through apply's verb, beside the store's own
 * limit in the same run: what the group commit takes when a change is one
 * insert and one journal entry, with as many threads.
 *
 *   submit_bench URL PACKS [COUNT] [THREADS]      URL of an empty database
 *
 * A submission is a 罹災証明書 with two photographs: the form opened with the
 * register's facts, checked, the document made, then case_submit: application,
 * history, pointers, attachments, notice, journal, draft gone. The signature is
 * 3 KiB of bytes: making and checking it is other benches' matter.
 * Prints one JSON object per line: name, threads, value, unit, beside, limit,
 * ratio. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "apply/attach.h"
#include "apply/case.h"
#include "base/clock.h"
#include "base/mem.h"
#include "crypto/secret.h"
#include "notice/notice.h"
#include "store/journal.h"

enum { CMS_BYTES = 3000, PHOTOS = 2, ROUNDS = 8 };

static const char *const tables[] = {
	"CREATE TABLE bench (org TEXT NOT NULL, n BIGINT NOT NULL, body TEXT NOT NULL, "
	"PRIMARY KEY (org, n))", NULL,
};
static const struct migration rows[] = { { 1, "bench", tables } };

static const char facts_json[] =
	"{\"申請者\":{\"name\":\"加賀 花子\",\"kana\":\"カガ ハナコ\",\"birth\":\"1980-05-01\","
	"\"address\":\"石川県加賀市大聖寺南町1-1\",\"status\":\"resident\"},"
	"\"世帯\":{\"id\":\"h%d\",\"members\":[{\"id\":\"m1\",\"name\":\"加賀 花子\","
	"\"birth\":\"1980-05-01\"}]}}";
static const char answers_json[] =
	"{\"contact\":{\"phone\":\"0761-72-7890\"},\"property\":{\"same\":true,\"use\":\"owned\"},"
	"\"damage\":{\"cause\":\"flood\",\"date\":\"%s\",\"parts\":[\"floor\",\"wall\"],"
	"\"water_cm\":45,\"text\":\"床上まで水が来ました。\",\"photos\":[]},"
	"\"copies\":{\"count\":2,\"survey\":\"visit\"}}";

static struct store *st;
static struct pack_set *packs;
static const struct procedure *proc;
static const struct pack_field *photos;
static struct secret data_key;
static struct str cms;
static int total = 2000, threads = 32;
static atomic_int next;
static int last; /* of this round */
static struct draft *drafts; /* one per submission, living in arena */
static struct arena *arena;

static void need(struct result r, const struct err *err)
{
	if (is_ok(r))
		return;
	fprintf(stderr, "submit_bench: %s: %s\n", err->code, err->what);
	exit(1);
}

static void say(const char *engine, const char *what, double value, const char *unit,
                const char *beside, double limit)
{
	printf("{\"name\":\"submit.%s.%s\",\"threads\":%d,\"value\":%.0f,\"unit\":\"%s\","
	       "\"beside\":\"%s\",\"limit\":%.0f,\"ratio\":%.3f}\n", engine, what, threads, value,
	       unit, beside, limit, limit > 0 ? value / limit : 0);
	fflush(stdout);
}

/* A PNG of nothing but its chunks; the i-th differs from all others. */
static struct str photo(struct arena *a, int i)
{
	static const char head[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\10\2\0\0\0\x90wS\xde";
	static const char tail[] = "\0\0\0\0IDAT5\xaf\6\x1e\0\0\0\0IEND\xae" "B`\x82";
	struct str number = arena_printf(a, "%010d", i);
	return arena_join(a, arena_join(a, str_of(head, sizeof head - 1), str_of(tail, sizeof tail - 1)),
	                  number);
}

static const struct json *parsed(struct arena *a, struct str text)
{
	const struct json *j;
	struct err err = { 0 };
	need(json_parse(a, text, &j, &err), &err);
	return j;
}

static struct str person(struct arena *a, int i)
{
	return arena_printf(a, "01%032d", i);
}

/* ---- drafts with their photographs, before the clock starts ---- */

static void *prepare(void *unused)
{
	struct err err = { 0 };
	for (int i; (i = atomic_fetch_add(&next, 1)) < last;) {
		ARENA_AUTO a = arena_new(0);
		struct draft *d = &drafts[i];
		struct attachment t;
		enum attach_verdict verdict;
		for (int k = 0; k < PHOTOS; k++) {
			need(attach_add(st, a, &data_key, d->org, d->id, photos, photos->id,
			                STR("photo.png"), photo(a, i * PHOTOS + k), clock_now_us(), &verdict,
			                &t, &err), &err);
			if (verdict != ATTACH_OK) {
				fprintf(stderr, "submit_bench: the photograph was refused (%d)\n", (int)verdict);
				exit(1);
			}
		}
	}
	return unused;
}

static void start_drafts(struct str day)
{
	struct err err = { 0 };
	struct str text = arena_printf(arena, answers_json, day.p);
	const struct json *answers = parsed(arena, text);
	for (int i = 0; i < total;) {
		struct db *tx = NULL;
		need(store_begin(st, &tx, &err), &err);
		for (int stop = i + 500; i < total && i < stop; i++) {
			struct draft d = { .org = STR("portal"), .subject = person(arena, i),
				.procedure = proc->id, .version = proc->version, .authority = STR("172065"),
				.answers = answers };
			need(draft_start(tx, arena, &d, clock_now_us(), &drafts[i], &err), &err);
		}
		need(store_commit(&tx, &err), &err);
	}
}

/* ---- one submission, as the portal does it ---- */

static const struct json *with_photos(struct arena *a, const struct json *answers,
                                      const struct attachment *list, size_t n)
{
	struct json_array *ids = json_array_new(a);
	for (size_t i = 0; i < n; i++)
		json_push(ids, json_str(a, list[i].id));
	return json_with(a, answers, photos->id, json_array_done(ids));
}

static void submit_one(int i, struct err *err)
{
	ARENA_AUTO a = arena_new(0);
	struct form *f;
	struct apply_case c;
	struct str document;
	const struct attachment *list;
	const struct form_error *errors;
	size_t n, nerrors;
	bool again, eligible;
	struct db *db = NULL;
	struct draft *d = &drafts[i];
	int64_t now = clock_now_us();
	need(store_reader(st, &db, err), err);
	need(attach_list(db, a, d->org, d->id, &list, &n, err), err);
	store_reader_done(&db);
	const struct json *facts = parsed(a, arena_printf(a, facts_json, i));
	struct form_input in = { .procedure = proc, .facts = facts,
		.answers = with_photos(a, d->answers, list, n), .now_us = now };
	need(form_open(a, &in, &f, err), err);
	need(form_eligible(f, &eligible, err), err);
	need(form_errors(f, NULL, FORM_NO_ITEM, &errors, &nerrors, err), err);
	if (!eligible || nerrors) {
		fprintf(stderr, "submit_bench: the form has %zu errors%s\n", nerrors,
		        eligible ? "" : ", not eligible");
		exit(1);
	}
	struct form_attachment *att = ARENA_ARRAY(a, struct form_attachment, n);
	for (size_t k = 0; k < n; k++)
		att[k] = (struct form_attachment){ .field = list[k].field, .id = list[k].id,
			.name = list[k].name, .kind = list[k].kind, .size = (size_t)list[k].size,
			.sha256_hex = list[k].sha256_hex };
	need(form_document(f, d->authority, d->subject, att, n, &document, err), err);
	struct case_submit s = { .draft = d, .procedure = proc, .form = f, .subject = d->subject,
		.applicant_name = STR("加賀 花子"), .facts = facts, .document = document, .cms = cms };
	need(case_submit(st, a, &s, now, &c, &again, err), err);
}

static void *submit_all(void *unused)
{
	struct err err = { 0 };
	for (int i; (i = atomic_fetch_add(&next, 1)) < last;)
		submit_one(i, &err);
	return unused;
}

/* ---- the limit: the smallest change worth the name ---- */

static void *small_changes(void *unused)
{
	struct err err = { 0 };
	char body[1000];
	memset(body, 'x', sizeof body);
	for (int i; (i = atomic_fetch_add(&next, 1)) < last;) {
		struct db *tx = NULL;
		need(store_begin(st, &tx, &err), &err);
		need(db_exec(tx, "INSERT INTO bench (org, n, body) VALUES (?, ?, ?)",
		             BINDS(B_TEXT(STR("172065")), B_INT(i), B_TEXT(str_of(body, sizeof body))),
		             NULL, &err), &err);
		need(journal_add(tx, &(struct journal_entry){ .org = STR("172065"),
			.subject = STR("k7f3q9zt2m5x8w1c"), .event = STR("apply.submit"),
			.actor = STR("citizen"), .object = STR("o"), .purpose = STR("p"),
			.body = str_of(body, sizeof body) }, &err), &err);
		need(store_commit(&tx, &err), &err);
	}
	return unused;
}

/* Seconds for the numbers from begin to end - 1. */
static double timed(void *(*work)(void *), int begin, int end)
{
	pthread_t *t = mem_array((size_t)threads, sizeof *t);
	int64_t start = clock_steady_us();
	last = end;
	atomic_store(&next, begin);
	for (int i = 0; i < threads; i++)
		pthread_create(&t[i], NULL, work, NULL);
	for (int i = 0; i < threads; i++)
		pthread_join(t[i], NULL);
	mem_free(t);
	return (double)(clock_steady_us() - start) / 1e6;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double rates[ROUNDS])
{
	qsort(rates, ROUNDS, sizeof *rates, by_size);
	return (rates[ROUNDS / 2 - 1] + rates[ROUNDS / 2]) / 2;
}

static void open_all(const char *url, const char *dir)
{
	struct err err = { 0 };
	struct key *key;
	const struct pack_issue *issues = NULL;
	size_t n = 0;
	notice_migrations();
	apply_migrations();
	store_migrations_add("bench", rows, 1);
	need(store_open(str_c(url), &st, &err), &err);
	need(key_generate(KEY_ED25519, &key, &err), &err);
	store_set_journal_key(st, key);
	need(pack_load(str_c(dir), arena, &packs, &issues, &n, &err), &err);
	proc = pack_procedure(packs, STR("disaster_certificate"), STR(""));
	if (!proc) {
		fprintf(stderr, "submit_bench: no disaster_certificate in %s\n", dir);
		exit(1);
	}
	for (size_t i = 0; i < proc->npages; i++)
		for (size_t k = 0; k < proc->pages[i].nfields; k++)
			if (proc->pages[i].fields[k].type == FIELD_FILE)
				photos = &proc->pages[i].fields[k];
}

int main(int argc, char **argv)
{
	char *bytes = mem_new(CMS_BYTES);
	if (argc < 3) {
		fprintf(stderr, "usage: submit_bench URL PACKS [COUNT] [THREADS]\n");
		return 2;
	}
	total = argc > 3 ? (int)strtol(argv[3], NULL, 10) : total;
	threads = argc > 4 ? (int)strtol(argv[4], NULL, 10) : threads;
	arena = arena_new((size_t)1 << 30);
	cms = str_of(bytes, CMS_BYTES);
	data_key = secret_random(32);
	open_all(argv[1], argv[2]);
	drafts = mem_array((size_t)total, sizeof *drafts);
	const char *engine = store_engine(st);
	struct store_stats before, after;
	int64_t yesterday = clock_now_us() - CLOCK_DAY, transactions = 0, commits = 0;
	double small[ROUNDS], whole[ROUNDS];
	time_t seconds = (time_t)(yesterday / CLOCK_SECOND);
	char day[16];
	strftime(day, sizeof day, "%Y-%m-%d", gmtime(&seconds));
	start_drafts(str_c(day));
	(void)timed(prepare, 0, total);
	for (int i = 0; i < ROUNDS; i++) { /* in turn, the median of each: neighbours disturb both */
		int begin = total / ROUNDS * i, end = i + 1 < ROUNDS ? begin + total / ROUNDS : total;
		small[i] = 2 * (end - begin) / timed(small_changes, 2 * begin, 2 * end);
		store_stats(st, &before);
		whole[i] = (end - begin) / timed(submit_all, begin, end);
		store_stats(st, &after);
		transactions += after.transactions - before.transactions;
		commits += after.shared_commits - before.shared_commits;
	}
	double limit = median(small), value = median(whole);
	say(engine, "limit", limit, "changes/s", "", 0);
	say(engine, "durable", value, "submissions/s", "small durable changes", limit);
	say(engine, "per-commit", (double)transactions / (double)commits, "submissions", "", 0);
	pack_unref(packs);
	store_close(st);
	mem_free(drafts);
	mem_free(bytes);
	arena_free(arena);
	secret_done(&data_key);
	return 0;
}
