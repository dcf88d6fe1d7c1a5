/* The PKCS#11 home with SoftHSM2: keys made and found, threads in parallel,
 * sessions taken away, the token removed and put back, a wrong PIN. */
#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <p11-kit-1/p11-kit/pkcs11.h>

#include "base/file.h"
#include "crypto/key_token.h"

#include <cmocka.h>
#undef fail

extern char **environ;

enum { THREADS = 8, ROUNDS = 40 };
#define MODULE "/usr/lib/softhsm/libsofthsm2.so"
#define URI "pkcs11:token=musubi?module-path=" MODULE "&pin-source=file:pin"

static char dir[] = "/tmp/musubi-token-XXXXXX", path[256];
static struct token *token;
static CK_FUNCTION_LIST *behind; /* the module, behind our back */

static const char *in_dir(const char *name)
{
	snprintf(path, sizeof path, "%s/%s", dir, name);
	return path;
}

static int run(char *const *args)
{
	pid_t pid;
	int status;
	posix_spawn_file_actions_t quiet;
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", 1, 0);
	int rc = posix_spawnp(&pid, args[0], &quiet, NULL, args, environ);
	posix_spawn_file_actions_destroy(&quiet);
	return rc || waitpid(pid, &status, 0) != pid ? -1 : status;
}

static int setup(void **state)
{
	char text[512];
	static char tool[] = "softhsm2-util", init[] = "--init-token", free_slot[] = "--free",
	            label[] = "--label", name[] = "musubi", so[] = "--so-pin", so_pin[] = "87654321",
	            user[] = "--pin", pin[] = "12345678";
	char *args[] = { tool, init, free_slot, label, name, so, so_pin, user, pin, NULL };
	struct err err;
	(void)state;
	if (!mkdtemp(dir) || mkdir(in_dir("tokens"), 0700))
		return -1;
	snprintf(text, sizeof text, "directories.tokendir = %s\nobjectstore.backend = file\n"
	         "log.level = ERROR\nslots.removable = false\n", in_dir("tokens"));
	if (is_err(file_write(str_c(in_dir("conf")), str_c(text), 0600, NULL)) ||
	    setenv("SOFTHSM2_CONF", in_dir("conf"), 1) ||
	    is_err(file_write(str_c(in_dir("pin")), STR("12345678\n"), 0600, NULL)) ||
	    is_err(file_write(str_c(in_dir("wrong")), STR("00000000\n"), 0600, NULL)))
		return -1;
	if (run(args) != 0) {
		print_message("softhsm2-util failed: is the package softhsm2 installed?\n");
		return -1;
	}
	if (is_err(token_open(STR(URI), str_c(dir), &token, &err))) {
		print_message("%s\n", err.what);
		return -1;
	}
	void *module = dlopen(MODULE, RTLD_NOW | RTLD_NOLOAD);
	void *symbol = module ? dlsym(module, "C_GetFunctionList") : NULL;
	CK_C_GetFunctionList list;
	memcpy(&list, &symbol, sizeof list);
	return symbol && list(&behind) == CKR_OK ? 0 : -1;
}

static int teardown(void **state)
{
	static char rm[] = "rm", rf[] = "-rf";
	char *args[] = { rm, rf, dir, NULL };
	(void)state;
	token_close(token);
	return run(args);
}

static CK_SLOT_ID slot(void)
{
	CK_SLOT_ID slots[8];
	CK_ULONG n = 8;
	assert_int_equal(behind->C_GetSlotList(CK_TRUE, slots, &n), CKR_OK);
	for (CK_ULONG i = 0; i < n; i++) {
		CK_TOKEN_INFO info;
		if (behind->C_GetTokenInfo(slots[i], &info) == CKR_OK && memcmp(info.label, "musubi ", 7) == 0)
			return slots[i];
	}
	assert_true(false); /* there is no token */
	return 0;
}

static void signs(struct key *k, enum sig_alg alg)
{
	uint8_t sig[KEY_SIG_MAX];
	size_t n;
	struct err err = { 0 };
	if (is_err(key_sign(k, alg, STR("message"), sig, &n, &err))) {
		print_message("%s: %s\n", sig_alg_row(alg)->jose, err.what);
		assert_true(false);
	}
	assert_true(key_verify(k, alg, STR("message"), str_of((char *)sig, n)));
	assert_false(key_verify(k, alg, STR("messagE"), str_of((char *)sig, n)));
}

static void keys_are_made_in_the_token_and_sign(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		enum key_alg alg;
	} rows[] = { { "rsa", KEY_RSA_2048 }, { "p256", KEY_P256 }, { "p384", KEY_P384 } };
	for (size_t i = 0; i < 3; i++) {
		KEY_AUTO k = NULL;
		SECRET_AUTO none = { 0 };
		struct key *again = NULL;
		struct err err;
		assert_true(is_ok(token_generate(token, rows[i].alg, str_c(rows[i].name), &k, &err)));
		assert_int_equal(key_alg_of(k), rows[i].alg);
		for (int s = 0; s < SIG_ALG_COUNT; s++)
			if (key_makes(k, (enum sig_alg)s))
				signs(k, (enum sig_alg)s);
		assert_true(is_err(key_export(k, &none, NULL)));
		assert_int_equal(token_generate(token, rows[i].alg, str_c(rows[i].name), &again,
		                                &err).kind, ERR_CONFLICT);
	}
}

static void keys_are_found_by_name(void **state)
{
	(void)state;
	KEY_AUTO one = NULL;
	KEY_AUTO two = NULL;
	struct key *no = NULL;
	assert_true(is_ok(token_key(token, STR("p256"), &one, NULL)));
	assert_true(is_ok(token_key(token, STR("p256"), &two, NULL)));
	assert_true(str_eq(key_spki(one), key_spki(two)));
	assert_int_equal(token_key(token, STR("nobody"), &no, NULL).kind, ERR_NOT_FOUND);
	assert_int_equal(token_key(token, STR(""), &no, NULL).kind, ERR_INPUT);
	assert_int_equal(token_key(token, STR("a name that is longer than any label"), &no, NULL).kind,
	                 ERR_INPUT);
	assert_int_equal(token_generate(token, KEY_ED25519, STR("ed"), &no, NULL).kind, ERR_INPUT);
}

static void the_private_half_does_not_come_out(void **state)
{
	(void)state;
	CK_SESSION_HANDLE s;
	CK_OBJECT_HANDLE o;
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ULONG n = 0;
	char label[] = "p256", room[256];
	CK_ATTRIBUTE what[] = { { CKA_CLASS, &class, sizeof class }, { CKA_LABEL, label, 4 } };
	CK_ATTRIBUTE value = { CKA_VALUE, room, sizeof room };
	assert_int_equal(behind->C_OpenSession(slot(), CKF_SERIAL_SESSION, NULL, NULL, &s), CKR_OK);
	assert_int_equal(behind->C_FindObjectsInit(s, what, 2), CKR_OK);
	assert_int_equal(behind->C_FindObjects(s, &o, 1, &n), CKR_OK);
	behind->C_FindObjectsFinal(s);
	assert_int_equal(n, 1);
	assert_int_equal(behind->C_GetAttributeValue(s, o, &value, 1), CKR_ATTRIBUTE_SENSITIVE);
	behind->C_CloseSession(s);
}

struct work {
	struct key *key;
	int well;
};

static void *sign_much(void *arg)
{
	struct work *w = arg;
	for (int i = 0; i < ROUNDS; i++) {
		uint8_t sig[KEY_SIG_MAX];
		size_t n;
		struct str m = str_of((char *)&i, sizeof i);
		enum sig_alg alg = key_sig_of(w->key);
		w->well += is_ok(key_sign(w->key, alg, m, sig, &n, NULL)) &&
		           key_verify(w->key, alg, m, str_of((char *)sig, n));
	}
	return NULL;
}

static void threads_sign_in_sessions_of_their_own(void **state)
{
	(void)state;
	pthread_t t[2 * THREADS];
	struct work w[2 * THREADS];
	KEY_AUTO rsa = NULL;
	KEY_AUTO p256 = NULL;
	assert_true(is_ok(token_key(token, STR("rsa"), &rsa, NULL)));
	assert_true(is_ok(token_key(token, STR("p256"), &p256, NULL)));
	for (int i = 0; i < 2 * THREADS; i++) { /* more than there are sessions */
		w[i] = (struct work){ .key = i & 1 ? rsa : p256 };
		assert_int_equal(pthread_create(&t[i], NULL, sign_much, &w[i]), 0);
	}
	for (int i = 0; i < 2 * THREADS; i++) {
		pthread_join(t[i], NULL);
		assert_int_equal(w[i].well, ROUNDS);
	}
}

static void lost_sessions_are_opened_again(void **state)
{
	(void)state;
	KEY_AUTO k = NULL;
	assert_true(is_ok(token_key(token, STR("p256"), &k, NULL)));
	signs(k, SIG_ES256);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(behind->C_CloseAllSessions(slot()), CKR_OK); /* logs out, too */
		signs(k, SIG_ES256);
	}
}

static void a_removed_token_is_told_and_found_when_it_is_back(void **state)
{
	(void)state;
	char away[256], tokens[256];
	KEY_AUTO k = NULL;
	uint8_t sig[KEY_SIG_MAX];
	size_t n;
	struct err err = { 0 };
	CK_C_INITIALIZE_ARGS args = { .flags = CKF_OS_LOCKING_OK };
	assert_true(is_ok(token_key(token, STR("rsa"), &k, NULL)));
	snprintf(tokens, sizeof tokens, "%s", in_dir("tokens"));
	snprintf(away, sizeof away, "%s", in_dir("away"));
	assert_int_equal(rename(tokens, away), 0);
	assert_int_equal(mkdir(tokens, 0700), 0);
	behind->C_Finalize(NULL); /* SoftHSM looks for tokens only at the beginning */
	assert_int_equal(behind->C_Initialize(&args), CKR_OK);
	assert_int_equal(key_sign(k, SIG_RS256, STR("m"), sig, &n, &err).kind, ERR_UNAVAILABLE);
	assert_string_equal(err.code, "crypto.token.gone");
	assert_int_equal(rmdir(tokens), 0);
	assert_int_equal(rename(away, tokens), 0);
	behind->C_Finalize(NULL);
	assert_int_equal(behind->C_Initialize(&args), CKR_OK);
	signs(k, SIG_RS256);
}

/* Three tries would lock the token: one is made, whatever is asked. */
static void a_wrong_pin_is_tried_once(void **state)
{
	(void)state;
	struct token *no = NULL;
	struct err err;
	CK_TOKEN_INFO info;
	behind->C_CloseAllSessions(slot());
	assert_int_equal(token_open(STR("pkcs11:token=musubi?module-path=" MODULE
	                                "&pin-source=file:wrong"), str_c(dir), &no, &err).kind, ERR_AUTH);
	assert_string_equal(err.code, "crypto.token.pin");
	assert_null(no);
	assert_int_equal(behind->C_GetTokenInfo(slot(), &info), CKR_OK);
	assert_false(info.flags & CKF_USER_PIN_LOCKED);
}

static void what_is_not_there_is_told(void **state)
{
	(void)state;
	static const struct {
		const char *uri;
		enum err_kind kind;
	} rows[] = {
		{ "pkcs11:token=other?module-path=" MODULE "&pin-source=file:pin", ERR_UNAVAILABLE },
		{ "pkcs11:token=musubi?module-path=/nowhere.so&pin-source=file:pin", ERR_INPUT },
		{ "pkcs11:token=musubi?module-path=" MODULE "&pin-source=file:none", ERR_NOT_FOUND },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct token *no = NULL;
		assert_int_equal(token_open(str_c(rows[i].uri), str_c(dir), &no, NULL).kind, rows[i].kind);
		assert_null(no);
	}
}

static void uris_are_read_strictly(void **state)
{
	(void)state;
	ARENA_AUTO a = arena_new(0);
	struct token_uri u;
	struct err err;
	static const char *const bad[] = {
		"", "pkcs11", "pkcs11:", "http://token=a?module-path=b&pin-source=c",
		"pkcs11:token=a", "pkcs11:token=a?module-path=b", "pkcs11:token=?module-path=b&pin-source=c",
		"pkcs11:token=a;token=b?module-path=b&pin-source=c",
		"pkcs11:token=a;colour=red?module-path=b&pin-source=c",
		"pkcs11:token=a?module-path=b&pin-source=c&pin-value=1234",
		"pkcs11:token=%?module-path=b&pin-source=c", "pkcs11:token=%4?module-path=b&pin-source=c",
		"pkcs11:token=%zz?module-path=b&pin-source=c", "pkcs11:token=%00?module-path=b&pin-source=c",
		"pkcs11:token=a123456789a123456789a123456789abc?module-path=b&pin-source=c",
		"pkcs11:module-path=b;token=a?pin-source=c", "pkcs11:token?module-path=b&pin-source=c",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(token_uri_parse(str_c(bad[i]), a, &u, &err).kind, ERR_INPUT);
		assert_string_equal(err.code, "crypto.token.uri");
	}
	assert_true(is_ok(token_uri_parse(
		STR("pkcs11:token=My%20Token?pin-source=file:/run/pin&module-path=/m.so"), a, &u, NULL)));
	assert_true(str_eq(u.token, STR("My Token")));
	assert_true(str_eq(u.pin_source, STR("/run/pin")));
	assert_true(str_eq(u.module_path, STR("/m.so")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_made_in_the_token_and_sign),
		cmocka_unit_test(keys_are_found_by_name),
		cmocka_unit_test(the_private_half_does_not_come_out),
		cmocka_unit_test(threads_sign_in_sessions_of_their_own),
		cmocka_unit_test(lost_sessions_are_opened_again),
		cmocka_unit_test(a_removed_token_is_told_and_found_when_it_is_back),
		cmocka_unit_test(a_wrong_pin_is_tried_once),
		cmocka_unit_test(what_is_not_there_is_told),
		cmocka_unit_test(uris_are_read_strictly),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
