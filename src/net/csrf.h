/* Tokens against forged forms (OWASP synchronizer pattern, without a table): the
 * HMAC-SHA-256 of a purpose under a secret that only the server and, through an
 * HttpOnly cookie or the session, this browser have. */
#ifndef MUSUBI_NET_CSRF_H
#define MUSUBI_NET_CSRF_H

#include "base/arena.h"

/* 256 random bits as text, for visitors who have no session yet. */
struct str csrf_seed(struct arena *a);
/* 43 characters that fit a form field and a header. */
struct str csrf_token(struct arena *a, struct str secret, struct str purpose);
/* In constant time. False for an empty secret, whatever the token. */
bool csrf_check(struct str secret, struct str purpose, struct str token);

#endif
