/* The two things a citizen signs. The first line of the document is part of
 * what is signed, and each line belongs to one profile (of the card, and of the
 * phone): two locks, either of
 * which keeps a login from being taken for an application. */
#include <stdio.h>

#include "trust/cms.h"

static const struct document_row rows[DOCUMENT_COUNT] = {
	[DOCUMENT_LOGIN] = { "musubi-login-v1", PROFILE_CITIZEN_AUTH, PROFILE_CITIZEN_AUTH_PHONE },
	[DOCUMENT_APPLICATION] = { "musubi-application-v1", PROFILE_CITIZEN_SIGN,
	                           PROFILE_CITIZEN_SIGN_PHONE },
};

const struct document_row *document_row(enum document_kind kind)
{
	return &rows[kind];
}

struct str trust_document(struct arena *a, enum document_kind kind, struct str body)
{
	return arena_join(a, arena_join(a, str_c(rows[kind].line), STR("\n")), body);
}

bool trust_document_parse(struct str document, enum document_kind *ret_kind, struct str *ret_body)
{
	struct str line, body;
	if (!str_cut(document, '\n', &line, &body))
		return false;
	for (size_t i = 0; i < DOCUMENT_COUNT; i++) {
		if (!str_eq(line, str_c(rows[i].line)))
			continue;
		*ret_kind = (enum document_kind)i;
		*ret_body = body;
		return true;
	}
	return false;
}

static bool is_of(struct str document, enum document_kind kind)
{
	enum document_kind found;
	struct str body;
	return trust_document_parse(document, &found, &body) && found == kind;
}

struct result trust_sign_document(struct arena *a, enum document_kind kind,
                                  const struct cms_signer *s, struct str document,
                                  int64_t signing_time, struct str *ret_der, struct err *err)
{
	struct cert c;
	if (!is_of(document, kind))
		return fail(err, ERR_INPUT, "trust.document.kind", NULL,
		            "the document does not begin with %s", rows[kind].line);
	TRY(cert_parse(a, s->cert, &c, err));
	if (is_err(profile_check(&c, rows[kind].profile, NULL)) &&
	    is_err(profile_check(&c, rows[kind].phone_profile, NULL)))
		return fail(err, ERR_INPUT, "trust.document.kind", NULL, "%s is signed with %s only",
		            rows[kind].line, profile_row(rows[kind].profile)->name);
	return trust_cms_sign_detached(a, s, &document, 1, signing_time, ret_der, err);
}

struct result trust_verify_document(struct arena *a, enum document_kind kind, struct str der,
                                    struct str document, const struct verify_for *f,
                                    struct trust_verdict *ret, struct cms_signature *ret_sig,
                                    struct err *err)
{
	struct verify_for only = *f;
	only.profiles = PROFILE_BIT(rows[kind].profile) | PROFILE_BIT(rows[kind].phone_profile);
	if (!is_of(document, kind)) {
		*ret = (struct trust_verdict){ .verdict = VERDICT_WRONG_KIND };
		snprintf(ret->what, sizeof ret->what, "the document is no %s", rows[kind].line);
		return ok();
	}
	return trust_cms_verify(a, der, &document, 1, &only, ret, ret_sig, err);
}
