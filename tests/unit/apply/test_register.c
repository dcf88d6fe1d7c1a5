/* A change of the register and the person's certificates: one transaction, on
 * both engines. */
#include "../trust/nation.h"
#include "apply/register.h"
#include "notice/notice.h"
#include "store/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define CITY STR("172065")
#define LOGIN 1u
#define SIGNATURE 2u

static const enum profile_id profiles[2] = { PROFILE_CITIZEN_AUTH, PROFILE_CITIZEN_SIGN };

struct town {
	struct nation *n;
	struct codes *codes;
	struct register_desk desk;
	struct str subject, at_ca, at_portal; /* hers */
	struct cert_issued cert[2];
};

static const struct json *basic(struct town *t, const char *name, const char *address,
                                const char *kana, const char *status)
{
	struct json_object *o = json_object_new(t->n->a);
	json_put_str(o, STR("name"), str_c(name));
	json_put_str(o, STR("kana"), str_c(kana));
	json_put_str(o, STR("address"), str_c(address));
	json_put_str(o, STR("birth"), STR("1990-01-02"));
	json_put_str(o, STR("sex"), STR("女"));
	json_put_str(o, STR("status"), str_c(status));
	json_put_bool(o, STR("protected"), true); /* what is compared is not what is shown */
	return json_object_done(o);
}

static struct result put(struct town *t, struct db *tx, const struct json *body, struct err *err)
{
	const struct record_new r = { .org = CITY, .subject = t->subject, .dataset = STR(BASIC_DATASET),
		.source = STR("住民基本台帳"), .valid_from = STR("2026-04-02"), .body = body };
	return register_put(tx, t->n->a, &t->desk, &r, NATION_NOW, err);
}

static void change(struct town *t, const struct json *body)
{
	struct err err;
	STORE_TX_AUTO tx = NULL;
	must_ok(store_begin(t->n->s, &tx, &err), &err, "begin");
	must_ok(put(t, tx, body, &err), &err, "register_put");
	must_ok(store_commit(&tx, &err), &err, "commit");
}

static const struct json *as_she_is(struct town *t)
{
	return basic(t, "加賀　花子", "石川県加賀市大聖寺南町ニ41番地", "カガ　ハナコ", "resident");
}

static void issue(struct town *t, size_t i)
{
	struct err err;
	struct cert_request r = nation_request(t->n, profiles[i], nation_key(KEY_P256, i));
	r.subject = t->at_ca;
	must_ok(trust_cert_issue(t->n->ca[profile_row(profiles[i])->ca], t->n->a, &r, NATION_NOW,
	                         &t->cert[i], &err), &err, "issue");
}

static int setup(void **state)
{
	struct err err;
	trust_migrations();
	record_migrations();
	notice_migrations();
	if (test_store_setup(state) != 0)
		return -1;
	struct test_store *s = *state;
	struct town *t = ARENA_NEW(s->a, struct town);
	t->n = nation_new(s);
	must_ok(codes_open(arena_printf(s->a, "%s/codes.key", test_dir()), &t->codes, &err), &err,
	        "codes");
	t->desk = (struct register_desk){ t->codes, STR("jlis"), STR("portal") };
	struct core_id her = core_id_new();
	t->subject = code_of(t->codes, t->n->a, CITY, her);
	t->at_ca = code_of(t->codes, t->n->a, t->desk.ca, her);
	t->at_portal = code_of(t->codes, t->n->a, t->desk.portal, her);
	issue(t, 0);
	issue(t, 1);
	change(t, as_she_is(t));
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct town *t = *state;
	struct test_store *s = t->n->t;
	codes_close(t->codes);
	nation_free(t->n);
	*state = s;
	return test_store_teardown(state);
}

#define BOTH(f) \
	{ #f " on sqlite", f, setup, teardown, (void *)"sqlite" }, \
	{ #f " on postgres", f, setup, teardown, (void *)"postgres" }

static unsigned good(struct town *t)
{
	struct err err;
	unsigned bits = 0;
	STORE_READER_AUTO db = NULL;
	must_ok(store_reader(t->n->s, &db, &err), &err, "reader");
	for (unsigned i = 0; i < 2; i++) {
		struct cert_row row;
		must_ok(trust_cert_find(db, t->n->a, t->desk.ca, profile_row(profiles[i])->ca,
		                        t->cert[i].serial, &row, &err), &err, "find");
		bits |= row.state.status == STATUS_GOOD ? 1u << i : 0;
	}
	return bits;
}

static size_t notices(struct town *t)
{
	struct err err;
	const struct notice *list;
	size_t n;
	STORE_READER_AUTO db = NULL;
	must_ok(store_reader(t->n->s, &db, &err), &err, "reader");
	must_ok(notice_list(db, t->n->a, t->desk.portal, t->at_portal, 10, &list, &n, &err), &err,
	        "notices");
	return n;
}

static void a_first_entry_ends_nothing(void **state)
{
	struct town *t = *state;
	assert_int_equal(good(t), LOGIN | SIGNATURE);
	assert_int_equal(notices(t), 0);
}

static void a_move_ends_the_signature_certificate_and_tells_her(void **state)
{
	struct town *t = *state;
	change(t, basic(t, "加賀　花子", "石川県加賀市山代温泉1番地", "カガ　ハナコ", "resident"));
	assert_int_equal(good(t), LOGIN);
	assert_int_equal(notices(t), 1);
}

static void a_new_name_ends_the_signature_certificate(void **state)
{
	struct town *t = *state;
	change(t, basic(t, "能登　花子", "石川県加賀市大聖寺南町ニ41番地", "ノト　ハナコ", "resident"));
	assert_int_equal(good(t), LOGIN);
}

static void what_no_certificate_says_ends_none(void **state)
{
	struct town *t = *state;
	change(t, basic(t, "加賀　花子", "石川県加賀市大聖寺南町ニ41番地", "カガ　ハナ", "resident"));
	assert_int_equal(good(t), LOGIN | SIGNATURE);
	assert_int_equal(notices(t), 0);
}

static void a_death_ends_all(void **state)
{
	struct town *t = *state;
	change(t, basic(t, "加賀　花子", "石川県加賀市大聖寺南町ニ41番地", "カガ　ハナコ", "deceased"));
	assert_int_equal(good(t), 0);
}

static void leaving_the_country_ends_all_and_moving_within_it_does_not(void **state)
{
	struct town *t = *state;
	change(t, basic(t, "加賀　花子", "石川県加賀市大聖寺南町ニ41番地", "カガ　ハナコ", "moved_out"));
	assert_int_equal(good(t), LOGIN);
	change(t, basic(t, "加賀　花子", "石川県加賀市大聖寺南町ニ41番地", "カガ　ハナコ", "left_japan"));
	assert_int_equal(good(t), 0);
}

static void what_is_not_committed_ended_nothing(void **state)
{
	struct town *t = *state;
	struct err err;
	struct db *tx = NULL;
	must_ok(store_begin(t->n->s, &tx, &err), &err, "begin");
	must_ok(put(t, tx, basic(t, "加賀　花子", "他の所", "カガ　ハナコ", "resident"), &err), &err, "put");
	store_abort(&tx);
	assert_int_equal(good(t), LOGIN | SIGNATURE);
	assert_int_equal(notices(t), 0);
}

static void nobody_changes_the_register_behind_the_certificates_back(void **state)
{
	struct town *t = *state;
	struct err err = { 0 };
	struct str id;
	STORE_TX_AUTO tx = NULL;
	const struct record_new r = { .org = CITY, .subject = t->subject, .dataset = STR(BASIC_DATASET),
		.source = STR("住民基本台帳"), .valid_from = STR("2026-04-02"), .single = true,
		.body = basic(t, "加賀　花子", "他の所", "カガ　ハナコ", "resident") };
	must_ok(store_begin(t->n->s, &tx, &err), &err, "begin");
	assert_int_equal(record_put(tx, t->n->a, &r, &id, &err).kind, ERR_INTERNAL);
	assert_string_equal(err.code, "record.basic.silent");
}

static void a_loss_is_held_and_told_once(void **state)
{
	struct town *t = *state;
	struct err err;
	size_t n;
	for (size_t i = 0; i < 2; i++) {
		STORE_TX_AUTO tx = NULL;
		must_ok(store_begin(t->n->s, &tx, &err), &err, "begin");
		must_ok(register_life(tx, t->n->a, &t->desk, CITY, t->subject, LIFE_CARD_LOST, NATION_NOW,
		                      &n, &err), &err, "life");
		must_ok(store_commit(&tx, &err), &err, "commit");
		assert_int_equal(n, i ? 0 : 2);
	}
	assert_int_equal(good(t), 0);
	assert_int_equal(notices(t), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(a_first_entry_ends_nothing),
		BOTH(a_move_ends_the_signature_certificate_and_tells_her),
		BOTH(a_new_name_ends_the_signature_certificate),
		BOTH(what_no_certificate_says_ends_none),
		BOTH(a_death_ends_all),
		BOTH(leaving_the_country_ends_all_and_moving_within_it_does_not),
		BOTH(what_is_not_committed_ended_nothing),
		BOTH(nobody_changes_the_register_behind_the_certificates_back),
		BOTH(a_loss_is_held_and_told_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
