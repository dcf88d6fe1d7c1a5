/* Inside of the PKCS#11 home: sessions (key_token.c), objects (token_object.c). */
#ifndef MUSUBI_CRYPTO_KEY_TOKEN_PRIVATE_H
#define MUSUBI_CRYPTO_KEY_TOKEN_PRIVATE_H

#include <p11-kit-1/p11-kit/pkcs11.h>
#include <pthread.h>

#include "crypto/key_token.h"

struct token {
	CK_FUNCTION_LIST *f;
	void *module;
	char label[TOKEN_LABEL_MAX + 1];
	struct secret pin;
	pthread_mutex_t lock; /* everything below */
	pthread_cond_t returned;
	CK_SLOT_ID slot;
	CK_SESSION_HANDLE idle[TOKEN_SESSIONS], anchor;
	unsigned nidle, nopen; /* nopen: idle or lent, of this epoch; not the anchor */
	unsigned epoch;        /* grows when the token is found again */
	bool there, pin_refused, initialized;
};

/* A private key as the token knows it in one epoch. */
struct token_object {
	struct token *token;
	char name[TOKEN_LABEL_MAX + 1];
	CK_OBJECT_HANDLE handle; /* under the token's lock */
	unsigned epoch;
};

struct token_session {
	CK_SESSION_HANDLE handle;
	unsigned epoch;
};
MUST struct result token_borrow(struct token *t, struct token_session *ret, struct err *err);
/* `lost`: what it returned says that the session or the token is gone. */
void token_return(struct token *t, const struct token_session *s, bool lost);
bool token_lost(CK_RV rv);
MUST struct result token_failed(CK_RV rv, const char *what, struct err *err);

/* Of a class (CKO_PRIVATE_KEY …) with that label. */
MUST struct result token_find(struct token *t, CK_SESSION_HANDLE s, CK_OBJECT_CLASS class,
                              struct str name, CK_OBJECT_HANDLE *ret, CK_RV *ret_rv,
                              struct err *err);

#endif
