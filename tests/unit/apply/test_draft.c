/* Drafts: one per person, procedure and authority; saved by revision. */
#include "case_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct draft start(struct test_store *t, const char *subject, const char *procedure,
                          struct str authority)
{
	struct err err = { 0 };
	struct db *tx = NULL;
	struct draft d = { .org = PORTAL, .subject = str_c(subject), .procedure = str_c(procedure),
		.version = STR("2026-04-01"), .authority = authority };
	good(store_begin(t->s, &tx, &err), &err);
	good(draft_start(tx, t->a, &d, NOON, &d, &err), &err);
	good(store_commit(&tx, &err), &err);
	return d;
}

static struct result load_in(struct test_store *t, const char *subject, struct str id,
                             struct draft *ret, struct err *err)
{
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(t->s, &db, err));
	return draft_load(db, t->a, PORTAL, str_c(subject), id, ret, err);
}

static void started_once_and_resumed(void **state)
{
	struct test_store *t = *state;
	struct draft d = start(t, "s1", "all_fields", CITY), back;
	struct err err = { 0 };
	assert_int_equal(d.id.n, 32);
	save(t, &d, json_of(t->a, "{'words':{'short':'りんご'}}"));
	back = start(t, "s1", "all_fields", CITY);
	assert_str(back.id, d.id);
	assert_int_equal(back.rev, 2);
	assert_json(t->a, back.answers, "{'words':{'short':'りんご'}}");
	/* Another city, procedure or person is another draft. */
	assert_false(str_eq(start(t, "s1", "all_fields", STR("452025")).id, d.id));
	assert_false(str_eq(start(t, "s1", "other", CITY).id, d.id));
	assert_false(str_eq(start(t, "s2", "all_fields", CITY).id, d.id));
	test_store_reopen(t);
	good(load_in(t, "s1", d.id, &back, &err), &err);
	assert_json(t->a, back.answers, "{'words':{'short':'りんご'}}");
}

static void nobody_elses(void **state)
{
	struct test_store *t = *state;
	struct draft d = start(t, "s1", "all_fields", CITY), other = { .rev = -1 };
	struct err err = { 0 };
	struct db *tx = NULL;
	assert_int_equal(load_in(t, "s2", d.id, &other, &err).kind, ERR_NOT_FOUND);
	assert_string_equal(err.code, "apply.draft.gone");
	assert_int_equal(other.rev, -1);
	struct draft forged = d;
	forged.subject = STR("s2");
	good(store_begin(t->s, &tx, &err), &err);
	int64_t rev;
	assert_int_equal(draft_save(tx, t->a, &forged, json_of(t->a, "{}"), NOON, &rev, NULL).kind,
	                 ERR_CONFLICT);
	assert_int_equal(draft_discard(tx, PORTAL, STR("s2"), d.id, NULL).kind, ERR_NOT_FOUND);
	good(store_commit(&tx, &err), &err);
	good(load_in(t, "s1", d.id, &other, &err), &err);
	assert_int_equal(other.rev, 1);
}

static void the_slower_device_is_told(void **state)
{
	struct test_store *t = *state;
	struct draft pc = start(t, "s1", "all_fields", CITY), phone = pc;
	struct err err = { 0 };
	struct db *tx = NULL;
	int64_t rev = -1;
	save(t, &pc, json_of(t->a, "{'words':{'short':'りんご'}}"));
	good(store_begin(t->s, &tx, &err), &err);
	struct result r = draft_save(tx, t->a, &phone, json_of(t->a, "{}"), NOON, &rev, &err);
	assert_int_equal(r.kind, ERR_CONFLICT);
	assert_string_equal(err.code, "apply.draft.changed");
	assert_int_equal(rev, -1);
	store_abort(&tx);
}

static void saving_makes_a_signature_void(void **state)
{
	struct test_store *t = *state;
	struct draft d = start(t, "s1", "all_fields", CITY), back;
	struct err err = { 0 };
	struct db *tx = NULL;
	good(store_begin(t->s, &tx, &err), &err);
	good(draft_set_sign_tx(tx, &d, STR("tx1"), &err), &err);
	good(store_commit(&tx, &err), &err);
	good(load_in(t, "s1", d.id, &back, &err), &err);
	assert_str(back.sign_tx, STR("tx1"));
	assert_int_equal(back.rev, d.rev); /* signing changes no answer */
	save(t, &back, json_of(t->a, "{}"));
	good(load_in(t, "s1", d.id, &back, &err), &err);
	assert_str(back.sign_tx, STR(""));
	good(store_begin(t->s, &tx, &err), &err);
	assert_int_equal(draft_set_sign_tx(tx, &d, STR("tx2"), NULL).kind, ERR_CONFLICT);
	store_abort(&tx);
}

static void discarding_takes_the_files_along(void **state)
{
	struct test_store *t = *state;
	struct draft d = start(t, "s1", "all_fields", CITY), other = start(t, "s2", "all_fields", CITY);
	struct err err = { 0 };
	struct db *tx = NULL;
	add_file(t, &d, "files.photo", make_jpeg(t->a, 1, 1));
	add_file(t, &other, "files.photo", make_jpeg(t->a, 1, 1));
	good(store_begin(t->s, &tx, &err), &err);
	good(draft_discard(tx, PORTAL, STR("s1"), d.id, &err), &err);
	good(store_commit(&tx, &err), &err);
	assert_int_equal(load_in(t, "s1", d.id, &d, NULL).kind, ERR_NOT_FOUND);
	assert_int_equal(number_of(t, "SELECT COUNT(*) FROM attachment"), 1);
}

static void listed_newest_first(void **state)
{
	struct test_store *t = *state;
	const struct draft *list;
	size_t n;
	struct err err = { 0 };
	struct draft a = start(t, "s1", "one", CITY), b = start(t, "s1", "two", CITY);
	struct db *tx = NULL;
	(void)b;
	start(t, "s2", "one", CITY);
	good(store_begin(t->s, &tx, &err), &err);
	good(draft_save(tx, t->a, &a, json_of(t->a, "{}"), NOON + 1, &a.rev, &err), &err);
	good(store_commit(&tx, &err), &err);
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(draft_list(db, t->a, PORTAL, STR("s1"), &list, &n, &err), &err);
	assert_int_equal(n, 2);
	assert_str(list[0].procedure, STR("one"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(started_once_and_resumed), ON_BOTH(nobody_elses), ON_BOTH(the_slower_device_is_told),
		ON_BOTH(saving_makes_a_signature_void), ON_BOTH(discarding_takes_the_files_along),
		ON_BOTH(listed_newest_first),
	};
	case_rooms();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	case_rooms_done();
	return failed;
}
