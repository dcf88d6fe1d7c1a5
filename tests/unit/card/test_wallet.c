/* The wallet: what it signs, whom it refuses, what it counts. */
#include "purse.h"

#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <cmocka.h>

static void assert_code(struct result r, enum err_kind kind, const struct err *err,
                        const char *code)
{
	assert_int_equal(r.kind, kind);
	assert_string_equal(err->code, code);
}

/* ---- signing ---- */

static enum verdict verify(struct purse *p, enum document_kind kind, struct str cms,
                           struct str document)
{
	struct verify_for f = nation_verify(p->n, 0);
	struct trust_verdict v;
	struct cms_signature sig;
	struct err err;
	must_ok(trust_verify_document(p->n->a, kind, cms, document, &f, &v, &sig, &err), &err,
	        "verify");
	return v.verdict;
}

static void the_pin_signs_a_login(void **state)
{
	struct purse *p = *state;
	struct str dir = purse_wallet(p);
	struct outcome o = purse_sign(p, dir, WALLET_LOGIN, PURSE_PIN);
	must_ok(o.r, &o.err, "sign");
	assert_int_equal(o.verdict, WALLET_OK);
	assert_int_equal(o.tries, WALLET_PIN_TRIES);
	assert_int_equal(verify(p, DOCUMENT_LOGIN, o.cms, purse_document(p, WALLET_LOGIN)),
	                 VERDICT_OK);
}

static void the_password_signs_an_application(void **state)
{
	struct purse *p = *state;
	struct outcome o = purse_sign(p, purse_wallet(p), WALLET_SIGN, PURSE_PASSWORD);
	must_ok(o.r, &o.err, "sign");
	assert_int_equal(o.verdict, WALLET_OK);
	assert_int_equal(verify(p, DOCUMENT_APPLICATION, o.cms, purse_document(p, WALLET_SIGN)),
	                 VERDICT_OK);
}

static void openssl_verifies_what_the_wallet_signs(void **state)
{
	struct purse *p = *state;
	struct nation *n = p->n;
	int status;
	struct outcome o = purse_sign(p, purse_wallet(p), WALLET_LOGIN, PURSE_PIN);
	must_ok(o.r, &o.err, "sign");
	nation_file(n, "login.der", o.cms);
	nation_file(n, "login.txt", purse_document(p, WALLET_LOGIN));
	nation_file(n, "ca.der", trust_ca_cert(n->ca[CA_CITIZEN_AUTH]));
	struct str out = nation_run(n, &status, "cd %s && openssl x509 -inform DER -in ca.der"
		" -out ca.pem && openssl cms -verify -binary -inform DER -in login.der"
		" -content login.txt -CAfile ca.pem -purpose any -attime %lld -out /dev/null 2>&1",
		test_dir(), (long long)(NATION_NOW / 1000000 + 60));
	if (status != 0)
		fail_msg("openssl: %.*s", STR_ARG(out));
	/* And not when the document is another one. */
	nation_file(n, "login.txt", purse_document(p, WALLET_SIGN));
	nation_run(n, &status, "cd %s && openssl cms -verify -binary -inform DER -in login.der"
		" -content login.txt -CAfile ca.pem -purpose any -attime %lld -out /dev/null 2>&1",
		test_dir(), (long long)(NATION_NOW / 1000000 + 60));
	assert_int_not_equal(status, 0);
}

static void a_login_is_never_signed_with_the_signing_key_nor_the_reverse(void **state)
{
	static const struct { enum wallet_use use, of; } wrong[] = {
		{ WALLET_LOGIN, WALLET_SIGN }, { WALLET_SIGN, WALLET_LOGIN },
	};
	struct purse *p = *state;
	struct str dir = purse_wallet(p);
	for (size_t i = 0; i < 2; i++) {
		WALLET_AUTO w = purse_open(dir);
		enum wallet_verdict verdict = WALLET_WRONG;
		unsigned tries = 99;
		struct str cms = STR("untouched");
		struct err err;
		struct result r = wallet_sign(w, p->n->a, wrong[i].use,
		                              wrong[i].use == WALLET_LOGIN ? PURSE_PIN : PURSE_PASSWORD,
		                              purse_document(p, wrong[i].of), NATION_NOW, &verdict,
		                              &tries, &cms, &err);
		assert_code(r, ERR_INPUT, &err, "card.document");
		assert_true(str_eq(cms, STR("untouched")));
		assert_int_equal(tries, 99);
	}
}

static void text_that_is_no_document_is_not_signed(void **state)
{
	static const struct str bad[] = { STR_INIT(""), STR_INIT("musubi-login-v1"),
		STR_INIT(" musubi-login-v1\n{}"), STR_INIT("musubi-login-v2\n{}"), STR_INIT("\n") };
	struct purse *p = *state;
	struct str dir = purse_wallet(p);
	WALLET_AUTO w = purse_open(dir);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		enum wallet_verdict verdict;
		unsigned tries;
		struct str cms;
		struct err err;
		struct result r = wallet_sign(w, p->n->a, WALLET_LOGIN, PURSE_PIN, bad[i], NATION_NOW,
		                              &verdict, &tries, &cms, &err);
		assert_code(r, ERR_INPUT, &err, "card.document");
	}
	assert_int_equal(purse_tries(dir, WALLET_LOGIN), WALLET_PIN_TRIES);
}

/* ---- counting ---- */

static void each_wrong_pin_costs_a_try_and_the_last_locks(void **state)
{
	struct purse *p = *state;
	struct str dir = purse_wallet(p);
	for (unsigned left = WALLET_PIN_TRIES; left-- > 0;) {
		struct outcome o = purse_sign(p, dir, WALLET_LOGIN, STR("0000"));
		must_ok(o.r, &o.err, "sign");
		assert_int_equal(o.verdict, left ? WALLET_WRONG : WALLET_LOCKED);
		assert_int_equal(o.tries, left);
		assert_int_equal(o.cms.n, 0);
		assert_int_equal(purse_tries(dir, WALLET_LOGIN), left);
	}
	/* From now on the right one is as wrong as any other. */
	struct outcome o = purse_sign(p, dir, WALLET_LOGIN, PURSE_PIN);
	must_ok(o.r, &o.err, "sign");
	assert_int_equal(o.verdict, WALLET_LOCKED);
	assert_int_equal(o.cms.n, 0);
}

static void the_password_has_five_tries_of_its_own(void **state)
{
	struct purse *p = *state;
	struct str dir = purse_wallet(p);
	for (unsigned i = 0; i < WALLET_PASSWORD_TRIES; i++) {
		struct outcome o = purse_sign(p, dir, WALLET_SIGN, STR("WRONG1"));
		must_ok(o.r, &o.err, "sign");
		assert_int_equal(o.tries, WALLET_PASSWORD_TRIES - 1 - i);
	}
	assert_int_equal(purse_sign(p, dir, WALLET_SIGN, PURSE_PASSWORD).verdict, WALLET_LOCKED);
	assert_int_equal(purse_sign(p, dir, WALLET_LOGIN, PURSE_PIN).verdict, WALLET_OK);
}

static void a_right_pin_gives_the_tries_back(void **state)
{
	struct purse *p = *state;
	struct str dir = purse_wallet(p);
	purse_sign(p, dir, WALLET_LOGIN, STR("0000"));
	purse_sign(p, dir, WALLET_LOGIN, STR("0001"));
	assert_int_equal(purse_tries(dir, WALLET_LOGIN), 1);
	assert_int_equal(purse_sign(p, dir, WALLET_LOGIN, PURSE_PIN).tries, WALLET_PIN_TRIES);
	assert_int_equal(purse_tries(dir, WALLET_LOGIN), WALLET_PIN_TRIES);
}

static void what_cannot_be_a_pin_costs_nothing(void **state)
{
	static const struct str bad[] = { STR_INIT(""), STR_INIT("123"), STR_INIT("12345"),
		STR_INIT("12a4"), STR_INIT("１２３４"), STR_INIT("12 4"), STR_INIT("123\0") };
	struct purse *p = *state;
	struct str dir = purse_wallet(p);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct outcome o = purse_sign(p, dir, WALLET_LOGIN, bad[i]);
		assert_code(o.r, ERR_INPUT, &o.err, "card.pin.form");
		assert_null(strstr(o.err.what, bad[i].n ? bad[i].p : "\x01")); /* never echoed */
	}
	assert_int_equal(purse_tries(dir, WALLET_LOGIN), WALLET_PIN_TRIES);
}

static void what_cannot_be_a_password_costs_nothing(void **state)
{
	static const struct str bad[] = { STR_INIT("ABC12"), STR_INIT("ABCDEF"), STR_INIT("123456"),
		STR_INIT("abc123"), STR_INIT("ABCDEFGH123456789"), STR_INIT("ABC-123") };
	struct purse *p = *state;
	struct str dir = purse_wallet(p);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct outcome o = purse_sign(p, dir, WALLET_SIGN, bad[i]);
		assert_code(o.r, ERR_INPUT, &o.err, "card.password.form");
	}
	assert_int_equal(purse_tries(dir, WALLET_SIGN), WALLET_PASSWORD_TRIES);
	assert_true(wallet_secret_fits(WALLET_SIGN, STR("A23456")));
	assert_true(wallet_secret_fits(WALLET_SIGN, STR("ABCDEFGH12345678")));
}

/* ---- changing ---- */

static void a_changed_pin_is_the_only_one(void **state)
{
	struct purse *p = *state;
	struct str dir = purse_wallet(p);
	struct outcome o = purse_change(dir, WALLET_LOGIN, PURSE_PIN, STR("9876"));
	must_ok(o.r, &o.err, "change");
	assert_int_equal(o.verdict, WALLET_OK);
	assert_int_equal(o.tries, WALLET_PIN_TRIES);
	assert_int_equal(purse_sign(p, dir, WALLET_LOGIN, PURSE_PIN).verdict, WALLET_WRONG);
	assert_int_equal(purse_sign(p, dir, WALLET_LOGIN, STR("9876")).verdict, WALLET_OK);
	assert_int_equal(purse_sign(p, dir, WALLET_SIGN, PURSE_PASSWORD).verdict, WALLET_OK);
}

static void a_changed_password_signs_with_the_same_key(void **state)
{
	struct purse *p = *state;
	struct str dir = purse_wallet(p);
	struct outcome o = purse_change(dir, WALLET_SIGN, PURSE_PASSWORD, STR("NEW1PASSWORD"));
	must_ok(o.r, &o.err, "change");
	o = purse_sign(p, dir, WALLET_SIGN, STR("NEW1PASSWORD"));
	must_ok(o.r, &o.err, "sign");
	assert_int_equal(verify(p, DOCUMENT_APPLICATION, o.cms, purse_document(p, WALLET_SIGN)),
	                 VERDICT_OK);
}

static void changing_with_a_wrong_pin_costs_a_try_and_changes_nothing(void **state)
{
	struct purse *p = *state;
	struct str dir = purse_wallet(p);
	struct outcome o = purse_change(dir, WALLET_LOGIN, STR("0000"), STR("9876"));
	must_ok(o.r, &o.err, "change");
	assert_int_equal(o.verdict, WALLET_WRONG);
	assert_int_equal(o.tries, WALLET_PIN_TRIES - 1);
	assert_int_equal(purse_sign(p, dir, WALLET_LOGIN, STR("9876")).verdict, WALLET_WRONG);
	assert_int_equal(purse_sign(p, dir, WALLET_LOGIN, PURSE_PIN).verdict, WALLET_OK);
}

static void a_locked_pin_cannot_be_changed(void **state)
{
	struct purse *p = *state;
	struct str dir = purse_wallet(p);
	for (unsigned i = 0; i < WALLET_PIN_TRIES; i++)
		purse_sign(p, dir, WALLET_LOGIN, STR("0000"));
	assert_int_equal(purse_change(dir, WALLET_LOGIN, PURSE_PIN, STR("9876")).verdict,
	                 WALLET_LOCKED);
}

static struct outcome reset(struct str dir, struct str password, struct str fresh)
{
	struct outcome o = { 0 };
	struct wallet *w = purse_open(dir);
	o.r = wallet_reset_pin(w, password, fresh, &o.verdict, &o.tries, &o.err);
	wallet_close(w);
	return o;
}

static void lock_pin(struct purse *p, struct str dir)
{
	for (int i = 0; i < WALLET_PIN_TRIES; i++)
		purse_sign(p, dir, WALLET_LOGIN, STR("0000"));
	assert_int_equal(purse_sign(p, dir, WALLET_LOGIN, PURSE_PIN).verdict, WALLET_LOCKED);
}

static void the_signing_password_opens_a_locked_pin(void **state)
{
	struct purse *p = *state;
	struct str dir = purse_wallet(p);
	lock_pin(p, dir);
	struct outcome o = reset(dir, STR("WRONG12345"), STR("9876"));
	must_ok(o.r, &o.err, "reset");
	assert_int_equal(o.verdict, WALLET_WRONG);
	assert_int_equal(o.tries, WALLET_PASSWORD_TRIES - 1); /* it costs the password's tries */
	assert_int_equal(purse_sign(p, dir, WALLET_LOGIN, STR("9876")).verdict, WALLET_LOCKED);
	o = reset(dir, PURSE_PASSWORD, STR("9876"));
	must_ok(o.r, &o.err, "reset");
	assert_int_equal(o.verdict, WALLET_OK);
	assert_int_equal(purse_sign(p, dir, WALLET_LOGIN, PURSE_PIN).verdict, WALLET_WRONG);
	assert_int_equal(purse_sign(p, dir, WALLET_LOGIN, STR("9876")).verdict, WALLET_OK);
	assert_int_equal(purse_sign(p, dir, WALLET_SIGN, PURSE_PASSWORD).verdict, WALLET_OK);
}

static void a_changed_password_still_opens_it(void **state)
{
	struct purse *p = *state;
	struct str dir = purse_wallet(p);
	struct outcome o = purse_change(dir, WALLET_SIGN, PURSE_PASSWORD, STR("NEW1PASSWORD"));
	must_ok(o.r, &o.err, "change");
	lock_pin(p, dir);
	assert_int_equal(reset(dir, PURSE_PASSWORD, STR("9876")).verdict, WALLET_WRONG);
	assert_int_equal(reset(dir, STR("NEW1PASSWORD"), STR("9876")).verdict, WALLET_OK);
	assert_int_equal(purse_sign(p, dir, WALLET_LOGIN, STR("9876")).verdict, WALLET_OK);
}

static void five_wrong_passwords_close_that_way_as_well(void **state)
{
	struct purse *p = *state;
	struct str dir = purse_wallet(p);
	lock_pin(p, dir);
	for (int i = 0; i < WALLET_PASSWORD_TRIES; i++)
		reset(dir, STR("WRONG12345"), STR("9876"));
	assert_int_equal(reset(dir, PURSE_PASSWORD, STR("9876")).verdict, WALLET_LOCKED);
	struct wallet *w = purse_open(dir);
	assert_false(wallet_can_reset(w));
	wallet_close(w);
	assert_int_equal(reset(dir, STR("short"), STR("9876")).r.kind, ERR_INPUT);
	assert_int_equal(reset(dir, PURSE_PASSWORD, STR("98")).r.kind, ERR_INPUT);
}

static void a_new_pin_must_be_one(void **state)
{
	struct purse *p = *state;
	struct str dir = purse_wallet(p);
	struct outcome o = purse_change(dir, WALLET_LOGIN, PURSE_PIN, STR("12345"));
	assert_code(o.r, ERR_INPUT, &o.err, "card.pin.form");
	o = purse_change(dir, WALLET_SIGN, PURSE_PASSWORD, STR("short"));
	assert_code(o.r, ERR_INPUT, &o.err, "card.password.form");
	assert_int_equal(purse_tries(dir, WALLET_LOGIN), WALLET_PIN_TRIES);
}

/* ---- the file ---- */

static void it_says_whose_it_is(void **state)
{
	struct purse *p = *state;
	WALLET_AUTO w = purse_open(purse_wallet(p));
	assert_true(str_eq(wallet_name(w), STR("加賀 花子")));
	assert_true(str_eq(wallet_issuer(w), STR("http://localhost:8080")));
	assert_true(str_eq(wallet_cert(w, p->n->a, WALLET_LOGIN), p->login.issued.der));
	assert_true(str_eq(wallet_cert(w, p->n->a, WALLET_SIGN), p->sign.issued.der));
	assert_true(wallet_has(w, WALLET_SIGN));
}

static void a_child_has_no_signing_key(void **state)
{
	struct purse *p = *state;
	struct err err;
	struct wallet_new w = purse_new(p);
	struct str dir = arena_printf(p->n->a, "%s/child", test_dir());
	w.sign_cert = STR("");
	w.sign_key = NULL;
	w.password = STR("");
	must_ok(wallet_create(dir, &w, &err), &err, "create");
	struct outcome o = purse_sign(p, dir, WALLET_SIGN, PURSE_PASSWORD);
	assert_code(o.r, ERR_NOT_FOUND, &o.err, "card.no_key");
	o = purse_change(dir, WALLET_SIGN, PURSE_PASSWORD, STR("NEW1PASSWORD"));
	assert_code(o.r, ERR_NOT_FOUND, &o.err, "card.no_key");
	assert_int_equal(purse_sign(p, dir, WALLET_LOGIN, PURSE_PIN).verdict, WALLET_OK);
}

static void a_wallet_is_never_written_over(void **state)
{
	struct purse *p = *state;
	struct err err;
	struct wallet_new w = purse_new(p);
	struct str dir = purse_wallet(p);
	assert_code(wallet_create(dir, &w, &err), ERR_CONFLICT, &err, "card.exists");
	assert_int_equal(purse_sign(p, dir, WALLET_LOGIN, PURSE_PIN).verdict, WALLET_OK);
}

static void it_cannot_be_made_with_a_bad_pin_or_password(void **state)
{
	struct purse *p = *state;
	struct err err;
	struct str dir = arena_printf(p->n->a, "%s/never", test_dir());
	struct wallet_new w = purse_new(p);
	w.pin = STR("abcd");
	assert_code(wallet_create(dir, &w, &err), ERR_INPUT, &err, "card.pin.form");
	w = purse_new(p);
	w.password = STR("ABCDEF");
	assert_code(wallet_create(dir, &w, &err), ERR_INPUT, &err, "card.password.form");
	assert_false(file_exists(dir));
}

static void an_empty_directory_is_no_wallet_and_stays_empty(void **state)
{
	struct purse *p = *state;
	struct wallet *w;
	struct err err;
	struct str dir = arena_printf(p->n->a, "%s/empty", test_dir());
	must_ok(file_make_dirs(dir, 0700, &err), &err, "mkdir");
	assert_code(wallet_open(dir, &w, &err), ERR_NOT_FOUND, &err, "card.none");
	assert_false(file_exists(file_join(p->n->a, dir, STR("device.key"))));
}

static void assert_damaged(struct str dir)
{
	struct wallet *w;
	struct err err;
	assert_code(wallet_open(dir, &w, &err), ERR_INPUT, &err, "card.damaged");
}

static void every_changed_byte_is_noticed(void **state)
{
	struct purse *p = *state;
	struct arena *a = p->n->a;
	struct err err;
	struct str dir = purse_wallet(p), whole, path = file_join(a, dir, STR("wallet.bin"));
	must_ok(file_read(a, path, 1 << 20, &whole, &err), &err, "read");
	for (size_t i = 0; i < whole.n; i += 97) {
		char *copy = (char *)(uintptr_t)arena_str(a, whole).p;
		copy[i] ^= 1;
		must_ok(file_write(path, str_of(copy, whole.n), 0600, &err), &err, "write");
		assert_damaged(dir);
	}
	for (size_t cut = 0; cut < whole.n; cut += 701) {
		must_ok(file_write(path, str_sub(whole, 0, cut), 0600, &err), &err, "write");
		assert_damaged(dir);
	}
	must_ok(file_write(path, whole, 0600, &err), &err, "write");
	assert_int_equal(purse_sign(p, dir, WALLET_LOGIN, PURSE_PIN).verdict, WALLET_OK);
}

static void a_wallet_copied_to_another_device_does_not_open(void **state)
{
	struct purse *p = *state;
	struct arena *a = p->n->a;
	struct err err;
	struct str mine = purse_wallet(p), other = purse_wallet(p), whole;
	must_ok(file_read(a, file_join(a, mine, STR("wallet.bin")), 1 << 20, &whole, &err), &err,
	        "read");
	must_ok(file_write(file_join(a, other, STR("wallet.bin")), whole, 0600, &err), &err, "write");
	assert_damaged(other);
}

static void a_device_key_that_others_can_read_is_refused(void **state)
{
	struct purse *p = *state;
	struct wallet *w;
	struct err err;
	struct str dir = purse_wallet(p);
	struct str path = file_join(p->n->a, dir, STR("device.key"));
	assert_int_equal(chmod(arena_cstr(p->n->a, path), 0644), 0);
	assert_code(wallet_open(dir, &w, &err), ERR_INPUT, &err, "crypto.secret.mode");
}

static void the_file_shows_neither_pin_nor_name(void **state)
{
	struct purse *p = *state;
	struct err err;
	struct str whole, dir = purse_wallet(p);
	must_ok(file_read(p->n->a, file_join(p->n->a, dir, STR("wallet.bin")), 1 << 20, &whole, &err),
	        &err, "read");
	assert_true(str_find(whole, PURSE_PASSWORD) == STR_NONE);
	assert_true(str_find(whole, STR("花子")) == STR_NONE);
	assert_true(str_find(whole, STR("tries")) == STR_NONE);
}

#define T(f) cmocka_unit_test(f)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_pin_signs_a_login), T(the_password_signs_an_application),
		T(openssl_verifies_what_the_wallet_signs),
		T(a_login_is_never_signed_with_the_signing_key_nor_the_reverse),
		T(text_that_is_no_document_is_not_signed),
		T(each_wrong_pin_costs_a_try_and_the_last_locks),
		T(the_password_has_five_tries_of_its_own), T(a_right_pin_gives_the_tries_back),
		T(what_cannot_be_a_pin_costs_nothing), T(what_cannot_be_a_password_costs_nothing),
		T(a_changed_pin_is_the_only_one), T(a_changed_password_signs_with_the_same_key),
		T(changing_with_a_wrong_pin_costs_a_try_and_changes_nothing),
		T(the_signing_password_opens_a_locked_pin), T(a_changed_password_still_opens_it),
		T(five_wrong_passwords_close_that_way_as_well),
		T(a_locked_pin_cannot_be_changed), T(a_new_pin_must_be_one), T(it_says_whose_it_is),
		T(a_child_has_no_signing_key), T(a_wallet_is_never_written_over),
		T(it_cannot_be_made_with_a_bad_pin_or_password),
		T(an_empty_directory_is_no_wallet_and_stays_empty), T(every_changed_byte_is_noticed),
		T(a_wallet_copied_to_another_device_does_not_open),
		T(a_device_key_that_others_can_read_is_refused),
		T(the_file_shows_neither_pin_nor_name),
	};
	return cmocka_run_group_tests(tests, purse_setup, purse_teardown);
}
