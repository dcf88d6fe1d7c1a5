/* A small trust nation for the tests of this room: the authorities on a fresh
 * store, and people with keys and certificates. */
#ifndef MUSUBI_TESTS_TRUST_NATION_H
#define MUSUBI_TESTS_TRUST_NATION_H

#include "../support/test_store.h"

#include "trust/ca.h"
#include "trust/cms.h"

/* 2026-04-01T03:00:00Z, noon in Japan. */
#define NATION_NOW ((int64_t)1775012400 * 1000000)

struct person {
	struct key *key;
	struct cert_issued issued;
};

struct nation {
	struct test_store *t;
	struct store *s;
	struct arena *a;
	struct ca *ca[CA_COUNT];
	struct anchors *anchors;
};

/* On the store of *state (see test_store.h), or without a store when NULL. */
struct nation *nation_new(struct test_store *t);
void nation_free(struct nation *n);
/* A request as a municipality would make it; keys: one pool for all tests. */
struct cert_request nation_request(struct nation *n, enum profile_id p, struct key *key);
struct person nation_person(struct nation *n, enum profile_id p, enum key_alg alg);
/* Of an authority's own service (profile ocsp, time-stamp). */
struct person nation_service(struct nation *n, enum profile_id p, enum ca_kind kind,
                             enum key_alg alg);
/* One key per algorithm and number, made once per program. */
struct key *nation_key(enum key_alg alg, size_t number);
struct verify_for nation_verify(struct nation *n, unsigned profiles);

/* Fails the test with the message of the error. */
void must_ok(struct result r, const struct err *err, const char *what);
/* Writes DIR/name under test_dir() and gives its path. */
const char *nation_file(struct nation *n, const char *name, struct str content);
/* Runs a shell line; its output in the arena, its exit status. */
struct str nation_run(struct nation *n, int *ret_status, const char *fmt, ...) PRINTF(3, 4);

#endif
