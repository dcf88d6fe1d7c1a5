/* Wallets for the tests of this room: 花子's, with certificates of a small trust
 * nation (../trust/nation.h), each in a directory of its own. */
#ifndef MUSUBI_TESTS_CARD_PURSE_H
#define MUSUBI_TESTS_CARD_PURSE_H

#include "../trust/nation.h"

#include "card/wallet.h"

#define PURSE_PIN STR("1234")
#define PURSE_PASSWORD STR("HANAKO1234")

struct purse {
	struct test_store *t;
	struct nation *n;
	struct person login, sign;
};

/* For cmocka's group set-up: authorities and certificates are made once. */
int purse_setup(void **state);
int purse_teardown(void **state);

struct wallet_new purse_new(struct purse *p);
/* Makes a wallet in a new directory and gives the path. */
struct str purse_wallet(struct purse *p);
struct wallet *purse_open(struct str dir);
unsigned purse_tries(struct str dir, enum wallet_use use);
struct str purse_document(struct purse *p, enum wallet_use use);

struct outcome {
	struct result r;
	enum wallet_verdict verdict;
	unsigned tries;
	struct str cms;
	struct err err;
};
/* Opens, signs the document of this use, closes. */
struct outcome purse_sign(struct purse *p, struct str dir, enum wallet_use use,
                          struct str secret);
struct outcome purse_change(struct str dir, enum wallet_use use, struct str old,
                            struct str fresh);

#endif
