/* The personas: fixed people with fixed parts to play, whatever the seed, and
 * the officers who serve them. They come first in the nation. Secrets are fixed
 * too, printed and written to personas.json: this is a demo. */
#ifndef MUSUBI_CMD_DEMO_PERSONAS_H
#define MUSUBI_CMD_DEMO_PERSONAS_H

#include "cmd/demo_people.h"
#include "crypto/totp.h"

/* What is in her phone. */
enum demo_certs {
	CERTS_BOTH,
	CERTS_LOGIN,    /* below 15, or moved out: no certificate for signing */
	CERTS_REVOKED,  /* both, revoked: the phone was lost */
	CERTS_EXPIRED,  /* both, run out */
};

struct demo_persona {
	const char *id;         /* "hanako": folder of her phone */
	const char *about_ja, *about_en, *about_easy; /* the last with readings, {漢字|かんじ} */
	enum demo_certs certs;
	const char *pin, *password; /* password NULL: no signing certificate */
};
size_t demo_personas(const struct demo_persona **ret);
const struct demo_persona *demo_persona_find(const char *id);

size_t demo_persona_households(void);
void demo_persona_household(const struct demo_nation *n, struct arena *a, size_t i,
                            uint64_t index, struct demo_household *ret);

struct demo_officer {
	const char *id, *roles;     /* "approver", "clerk approver" */
	const char *title_ja;
};
size_t demo_officers(const struct demo_officer **ret);
/* Her name, password ("kaga-clerk-2026") and TOTP secret in that city. */
struct str demo_officer_name(const struct demo_nation *n, struct arena *a, size_t city, size_t i);
struct str demo_officer_password(struct arena *a, size_t city, size_t i);
struct str demo_officer_totp(struct arena *a, size_t city, size_t i);
/* The name of the city's head, who signs letters. */
struct str demo_head_name(const struct demo_nation *n, struct arena *a, size_t city);

#endif
