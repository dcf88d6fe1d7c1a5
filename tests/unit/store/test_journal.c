/* The journal: what is added is there, what is aborted is not, and whatever is
 * done to it behind its back is found. */
#include "../support/test_store.h"
#include "base/encode.h"
#include "store/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct key *key;

static void good(struct result r, const struct err *err)
{
	if (is_err(r))
		fail_msg("%s: %s", err->code, err->what);
}

static struct journal_entry entry(struct str subject, struct str object)
{
	return (struct journal_entry){ .org = STR("172065"), .subject = subject,
	                               .event = STR("record.view"), .actor = STR("officer:172065:u12"),
	                               .object = object, .purpose = STR("児童手当の審査"),
	                               .body = STR("{\"answers\":1}") };
}

/* One change with n entries; the objects are numbered from `from`. */
static void add(struct test_store *t, int from, int n)
{
	STORE_TX_AUTO tx = NULL;
	struct err err = { 0 };

	good(store_begin(t->s, &tx, &err), &err);
	for (int i = from; i < from + n; i++) {
		struct journal_entry e = entry(STR("S1"), arena_printf(t->a, "object-%d", i));
		struct json_object *o = json_object_new(t->a);

		json_put_int(o, STR("z"), i);
		json_put_str(o, STR("a"), STR("\"結び\"\n"));
		e.detail = i % 3 ? json_object_done(o) : NULL;
		e.body = i % 2 ? e.body : STR("");
		good(journal_add(tx, &e, &err), &err);
	}
	good(store_commit(&tx, &err), &err);
}

static struct journal_verdict verify(struct test_store *t)
{
	struct journal_verdict v = { 0 };
	struct err err = { 0 };

	good(journal_verify(t->s, &v, &err), &err);
	return v;
}

static void assert_sound(struct test_store *t, int64_t entries)
{
	struct journal_verdict v = verify(t);

	if (!v.sound)
		fail_msg("%s", v.first_fault);
	assert_int_equal(v.entries, entries);
	assert_string_equal(v.first_fault, "");
}

static void assert_fault(struct test_store *t, const char *fault)
{
	struct journal_verdict v = verify(t);

	assert_false(v.sound);
	assert_string_equal(v.first_fault, fault);
}

static void signed_store(struct test_store *t)
{
	store_set_journal_key(t->s, key);
}

static void keeps_entries(void **state)
{
	struct test_store *t = *state;
	STORE_READER_AUTO db = NULL;
	const struct journal_row *rows;
	struct err err = { 0 };
	size_t n;

	add(t, 0, 5);
	add(t, 5, 2);
	good(store_reader(t->s, &db, &err), &err);
	good(journal_of_subject(db, t->a, STR("172065"), STR("S1"), 0, 100, &rows, &n, &err), &err);
	assert_int_equal(n, 7);
	assert_int_equal(rows[0].index, 6);
	assert_int_equal(rows[6].index, 0);
	assert_true(str_eq(rows[0].object, STR("object-6")));
	assert_null(rows[0].detail);
	assert_true(str_eq(json_text(json_get(rows[1].detail, STR("a"))), STR("\"結び\"\n")));
	assert_int_equal(json_int_or(json_get(rows[1].detail, STR("z")), 0), 5);
	assert_true(str_eq(rows[3].purpose, STR("児童手当の審査")));
	for (size_t i = 1; i < n; i++)
		assert_true(rows[i].at < rows[i - 1].at);
	/* Pages. */
	good(journal_of_subject(db, t->a, STR("172065"), STR("S1"), rows[2].at, 2, &rows, &n, &err),
	     &err);
	assert_int_equal(n, 2);
	assert_int_equal(rows[0].index, 3);
	/* Somebody else, somewhere else. */
	good(journal_of_subject(db, t->a, STR("172065"), STR("S2"), 0, 10, &rows, &n, &err), &err);
	assert_int_equal(n, 0);
	good(journal_of_subject(db, t->a, STR("452025"), STR("S1"), 0, 10, &rows, &n, &err), &err);
	assert_int_equal(n, 0);
	assert_sound(t, 7);
}

static void abort_leaves_no_gap(void **state)
{
	struct test_store *t = *state;
	struct journal_entry e = entry(STR("S1"), STR("gone"));
	struct db *tx = NULL;
	struct err err = { 0 };

	add(t, 0, 1);
	good(store_begin(t->s, &tx, &err), &err);
	for (int i = 0; i < 10; i++)
		good(journal_add(tx, &e, &err), &err);
	store_abort(&tx);
	add(t, 1, 1);
	assert_sound(t, 2);
}

static void goes_on_after_restart(void **state)
{
	struct test_store *t = *state;

	for (int i = 0; i < 5; i++) {
		signed_store(t);
		add(t, i * 150, 150); /* across full subtrees of 256 */
		test_store_reopen(t);
	}
	signed_store(t);
	assert_sound(t, 750);
	assert_int_equal(verify(t).logs, 1);
	assert_int_equal(verify(t).heads, 5);
}

static void refuses_bad_entries(void **state)
{
	struct test_store *t = *state;
	STORE_TX_AUTO tx = NULL;
	STORE_READER_AUTO db = NULL;
	struct journal_entry e = entry(STR("S1"), STR("\xff"));
	struct err err = { 0 };

	good(store_begin(t->s, &tx, &err), &err);
	assert_int_equal(journal_add(tx, &e, &err).kind, ERR_INPUT);
	e.object = STR("a\0b");
	assert_int_equal(journal_add(tx, &e, &err).kind, ERR_INPUT);
	e.object = STR("fine");
	e.detail = json_num_text(t->a, STR("0.12345678901234567")); /* no canonical form in this house */
	assert_int_equal(journal_add(tx, &e, &err).kind, ERR_INPUT);
	e.detail = NULL;
	char *big = arena_alloc(t->a, 2 << 20);

	memset(big, 'x', 2 << 20);
	e.purpose = str_of(big, 2 << 20);
	assert_int_equal(journal_add(tx, &e, &err).kind, ERR_TOO_LARGE);
	e.purpose = STR("");
	e.detail = json_str(t->a, str_of(big, 70000));
	assert_int_equal(journal_add(tx, &e, &err).kind, ERR_TOO_LARGE);
	store_abort(&tx);
	good(store_reader(t->s, &db, &err), &err);
	e.detail = NULL;
	assert_int_equal(journal_add(db, &e, &err).kind, ERR_INTERNAL);
	add(t, 0, 1);
	assert_sound(t, 1);
}

/* Two processes on one store write two logs. */
static void two_writers_two_logs(void **state)
{
	struct test_store *t = *state, other = *t;
	struct err err = { 0 };

	other.s = NULL;
	good(store_open(t->url, &other.s, &err), &err);
	add(t, 0, 3);
	add(&other, 3, 3);
	add(t, 6, 3);
	assert_sound(t, 9);
	assert_int_equal(verify(t).logs, 2);
	store_close(other.s);
	/* Both are free after both are gone, and the first is taken again. */
	test_store_reopen(t);
	add(t, 9, 1);
	assert_int_equal(verify(t).logs, 2);
	assert_sound(t, 10);
}

static void signatures_are_checked(void **state)
{
	struct test_store *t = *state;
	struct key *other = NULL;
	struct err err = { 0 };
	struct journal_verdict v;

	/* Unsigned, and it says so. */
	add(t, 0, 2);
	v = verify(t);
	assert_true(v.sound);
	assert_false(v.signatures_checked);
	assert_int_equal(v.unsigned_heads, 1);
	/* A key is known, the last head has no signature. */
	signed_store(t);
	assert_fault(t, "log 1 head 2: the last head is not signed");
	/* The next one has, and covers everything before it. */
	add(t, 2, 2);
	v = verify(t);
	assert_true(v.sound);
	assert_true(v.signatures_checked);
	assert_int_equal(v.signed_heads, 1);
	assert_int_equal(v.unsigned_heads, 1);
	/* Another key: not ours. */
	good(key_generate(KEY_ED25519, &other, &err), &err);
	store_set_journal_key(t->s, other);
	assert_fault(t, "log 1 head 4: signed by an unknown key");
	/* After a change of keys the old one stays trusted. */
	store_trust_journal_key(t->s, key);
	add(t, 4, 1);
	assert_sound(t, 5);
	key_unref(other);
}

static void tampering_is_found(void **state)
{
	static const struct {
		const char *sql[3];
		const char *fault;
	} rows[] = {
		/* a field changed, each of them */
		{ { "UPDATE journal_entry SET actor = 'nobody' WHERE ix = 4" },
		  "log 1 entry 4: leaf hash differs" },
		{ { "UPDATE journal_entry SET subject = 'S2' WHERE ix = 0" },
		  "log 1 entry 0: leaf hash differs" },
		{ { "UPDATE journal_entry SET org = '452025' WHERE ix = 1" },
		  "log 1 entry 1: leaf hash differs" },
		{ { "UPDATE journal_entry SET at = at + 1 WHERE ix = 9" },
		  "log 1 entry 9: leaf hash differs" },
		{ { "UPDATE journal_entry SET event = 'x' WHERE ix = 2" },
		  "log 1 entry 2: leaf hash differs" },
		{ { "UPDATE journal_entry SET object = '' WHERE ix = 2" },
		  "log 1 entry 2: leaf hash differs" },
		{ { "UPDATE journal_entry SET purpose = '' WHERE ix = 2" },
		  "log 1 entry 2: leaf hash differs" },
		{ { "UPDATE journal_entry SET detail = NULL WHERE ix = 2" },
		  "log 1 entry 2: leaf hash differs" },
		{ { "UPDATE journal_entry SET body = NULL WHERE ix = 3" },
		  "log 1 entry 3: leaf hash differs" },
		/* text moved from one field into another */
		{ { "UPDATE journal_entry SET object = '', actor = 'officer:172065:u12\",\"x\":\"' "
		    "WHERE ix = 5" }, "log 1 entry 5: leaf hash differs" },
		/* changed together with its hash: another entry's row under this index */
		{ { "DELETE FROM journal_entry WHERE ix = 4",
		    "INSERT INTO journal_entry SELECT org, subject, at - 1, log, 4, event, actor, object, "
		    "purpose, detail, body, leaf FROM journal_entry WHERE ix = 5" },
		  "log 1 entry 4: leaf hash differs" },
		{ { "DELETE FROM journal_entry WHERE ix = 4" }, "log 1 entry 4 is missing" },
		{ { "DELETE FROM journal_entry WHERE ix = 0" }, "log 1 entry 0 is missing" },
		{ { "DELETE FROM journal_entry WHERE ix = 9" },
		  "log 1: head 10 covers entries that are missing after 9" },
		{ { "DELETE FROM journal_entry WHERE ix >= 5", "DELETE FROM journal_head WHERE size > 5" },
		  "log 1: 5 entries are left of 10" },
		{ { "DELETE FROM journal_entry" },
		  "log 1: head 5 covers entries that are missing after 0" },
		/* removed, and the rest moved up */
		{ { "DELETE FROM journal_entry WHERE ix = 0", "UPDATE journal_entry SET ix = ix - 1" },
		  "log 1 head 5: the root differs" },
		/* reordered */
		{ { "UPDATE journal_entry SET ix = 3 - ix WHERE ix IN (1, 2)" },
		  "log 1 entry 2 is earlier than the one before" },
		{ { "UPDATE journal_entry SET ix = 17 - ix WHERE ix IN (8, 9)" },
		  "log 1 entry 9 is earlier than the one before" },
		/* added */
		{ { "INSERT INTO journal_entry SELECT org, 'S9', at, log, ix, event, actor, object, "
		    "purpose, detail, body, leaf FROM journal_entry WHERE ix = 5" },
		  NULL },
		/* heads */
		{ { "UPDATE journal_head SET at = at + 1 WHERE size = 5" },
		  "log 1 head 5: the signature is wrong" },
		{ { "UPDATE journal_head SET signature = (SELECT signature FROM journal_head h "
		    "WHERE h.size = 5) WHERE size = 10" }, "log 1 head 10: the signature is wrong" },
		{ { "UPDATE journal_head SET signature = NULL WHERE size = 10" },
		  "log 1 head 10: the last head is not signed" },
		{ { "UPDATE journal_head SET signer = root WHERE size = 10" },
		  "log 1 head 10: signed by an unknown key" },
		{ { "UPDATE journal_head SET root = signer WHERE size = 10" },
		  "log 1 head 10: the root differs" },
		{ { "DELETE FROM journal_head WHERE size = 10" }, "log 1: entries after 5 have no head" },
		{ { "UPDATE journal_head SET size = 7 WHERE size = 5" }, "log 1 head 7: the root differs" },
		/* the list of logs */
		{ { "DELETE FROM journal_log" }, "log 1 is not in the list of logs" },
		{ { "UPDATE journal_log SET uid = 'other'" }, "log 1 head 5: the signature is wrong" },
		{ { "UPDATE journal_log SET size = 11" }, "log 1: 10 entries are left of 11" },
		{ { "UPDATE journal_log SET frontier = (SELECT root FROM journal_head WHERE size = 5)" },
		  "log 1: its frontier differs" },
	};
	struct test_store *t = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct journal_verdict v;

		store_close(t->s);
		t->s = NULL;
		t->url = test_store_url(t->a, t->engine);
		test_store_reopen(t);
		signed_store(t);
		add(t, 0, 5);
		add(t, 5, 5);
		assert_sound(t, 10);
		for (int k = 0; k < 3 && rows[i].sql[k]; k++)
			test_store_raw(t, rows[i].sql[k]);
		v = verify(t);
		if (v.sound || (rows[i].fault && strcmp(v.first_fault, rows[i].fault) != 0))
			fail_msg("%s: %s, expected %s", rows[i].sql[0], v.sound ? "sound" : v.first_fault,
			         rows[i].fault ? rows[i].fault : "a fault");
	}
}

/* Evidence is not built upon: a damaged log stays as it is. */
static void damaged_log_is_left_alone(void **state)
{
	struct test_store *t = *state;

	add(t, 0, 3);
	test_store_raw(t, "DELETE FROM journal_entry WHERE ix = 2");
	test_store_reopen(t);
	add(t, 3, 2);
	assert_int_equal(verify(t).logs, 2);
	assert_int_equal(verify(t).entries, 4);
	assert_fault(t, "log 1: head 3 covers entries that are missing after 2");
}

static void proofs_hold(void **state)
{
	static const int64_t asked[] = { 0, 1, 255, 256, 511, 512, 700, 899 };
	struct test_store *t = *state;
	STORE_READER_AUTO db = NULL;
	struct err err = { 0 };
	struct journal_proof p;
	uint8_t leaf[MERKLE_HASH];

	signed_store(t);
	for (int i = 0; i < 9; i++)
		add(t, i * 100, 100);
	assert_sound(t, 900);
	good(store_reader(t->s, &db, &err), &err);
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		good(journal_prove(db, t->a, 1, asked[i], &p, &err), &err);
		merkle_leaf_hash(p.leaf, leaf);
		assert_true(merkle_inclusion_holds(&p.path, leaf, (uint64_t)asked[i], (uint64_t)p.head.size,
		                                   (const uint8_t *)p.head.root.p));
		assert_true(key_verify(key, SIG_EDDSA, journal_head_text(t->a, &p.head),
		                       p.head.signature));
		assert_true(str_find(p.leaf, arena_printf(t->a, "\"object-%d\"", (int)asked[i])) !=
		            STR_NONE);
		/* Canonical: what a reader elsewhere makes of it hashes the same. */
		const struct json *j;
		struct str again;

		good(json_parse(t->a, p.leaf, &j, &err), &err);
		good(json_canonical(t->a, j, &again, &err), &err);
		assert_true(str_eq(p.leaf, again));
		assert_false(merkle_inclusion_holds(&p.path, leaf, (uint64_t)(asked[i] ^ 1),
		                                    (uint64_t)p.head.size,
		                                    (const uint8_t *)p.head.root.p));
	}
	assert_int_equal(journal_prove(db, t->a, 1, 900, &p, &err).kind, ERR_NOT_FOUND);
	assert_int_equal(journal_prove(db, t->a, 1, -1, &p, &err).kind, ERR_NOT_FOUND);
	assert_int_equal(journal_prove(db, t->a, 7, 0, &p, &err).kind, ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(keeps_entries), ON_BOTH(abort_leaves_no_gap), ON_BOTH(goes_on_after_restart),
		ON_BOTH(refuses_bad_entries), ON_BOTH(two_writers_two_logs),
		ON_BOTH(signatures_are_checked), ON_BOTH(tampering_is_found),
		ON_BOTH(damaged_log_is_left_alone), ON_BOTH(proofs_hold),
	};
	struct err err = { 0 };
	int failed;

	if (is_err(key_generate(KEY_ED25519, &key, &err)))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	key_unref(key);
	return failed;
}
