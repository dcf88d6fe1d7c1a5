/* RFC 5280 §6 by OpenSSL's validator; its error codes become our verdicts by
 * table. Whatever is not in the table is "no chain to an anchor". */
#include "trust/path.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "base/clock.h"

static const struct {
	int error;
	enum verdict verdict;
	const char *clause;
} rows[] = {
	{ X509_V_ERR_CERT_SIGNATURE_FAILURE, VERDICT_BAD_SIGNATURE, "RFC 5280 §6.1.3 (a)(1)" },
	{ X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE, VERDICT_BAD_SIGNATURE,
	  "RFC 5280 §6.1.3 (a)(1)" },
	{ X509_V_ERR_CERT_NOT_YET_VALID, VERDICT_NOT_YET, "RFC 5280 §6.1.3 (a)(2)" },
	{ X509_V_ERR_CERT_HAS_EXPIRED, VERDICT_EXPIRED, "RFC 5280 §6.1.3 (a)(2)" },
	{ X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD, VERDICT_MALFORMED, "RFC 5280 §4.1.2.5" },
	{ X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD, VERDICT_MALFORMED, "RFC 5280 §4.1.2.5" },
	{ X509_V_ERR_CERT_REVOKED, VERDICT_REVOKED, "RFC 5280 §6.3" },
	{ X509_V_ERR_UNABLE_TO_GET_CRL, VERDICT_UNKNOWN_STATUS, "RFC 5280 §6.3.3" },
	{ X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER, VERDICT_UNKNOWN_STATUS, "RFC 5280 §6.3.3 (f)" },
	{ X509_V_ERR_CRL_SIGNATURE_FAILURE, VERDICT_UNKNOWN_STATUS, "RFC 5280 §6.3.3 (g)" },
	{ X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE, VERDICT_UNKNOWN_STATUS,
	  "RFC 5280 §6.3.3 (g)" },
	{ X509_V_ERR_CRL_NOT_YET_VALID, VERDICT_UNKNOWN_STATUS, "RFC 5280 §6.3.3 (a)" },
	{ X509_V_ERR_CRL_HAS_EXPIRED, VERDICT_UNKNOWN_STATUS, "RFC 5280 §6.3.3 (a)" },
	{ X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD, VERDICT_UNKNOWN_STATUS, "RFC 5280 §5.1.2.4" },
	{ X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD, VERDICT_UNKNOWN_STATUS, "RFC 5280 §5.1.2.5" },
	{ X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION, VERDICT_UNKNOWN_STATUS, "RFC 5280 §5.2" },
	{ X509_V_ERR_KEYUSAGE_NO_CRL_SIGN, VERDICT_UNKNOWN_STATUS, "RFC 5280 §6.3.3 (f)" },
	{ X509_V_ERR_DIFFERENT_CRL_SCOPE, VERDICT_UNKNOWN_STATUS, "RFC 5280 §6.3.3 (b)" },
	{ X509_V_ERR_CRL_PATH_VALIDATION_ERROR, VERDICT_UNKNOWN_STATUS, "RFC 5280 §6.3.3 (f)" },
	{ X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, VERDICT_UNKNOWN_ISSUER, "RFC 5280 §6.1.5 (f)" },
	{ X509_V_ERR_INVALID_CA, VERDICT_UNKNOWN_ISSUER, "RFC 5280 §6.1.4 (k)" },
	{ X509_V_ERR_PATH_LENGTH_EXCEEDED, VERDICT_UNKNOWN_ISSUER, "RFC 5280 §6.1.4 (m)" },
	{ X509_V_ERR_KEYUSAGE_NO_CERTSIGN, VERDICT_UNKNOWN_ISSUER, "RFC 5280 §6.1.4 (n)" },
	{ X509_V_ERR_INVALID_POLICY_EXTENSION, VERDICT_WRONG_PROFILE, "RFC 5280 §6.1.3 (d)" },
	{ X509_V_ERR_NO_EXPLICIT_POLICY, VERDICT_WRONG_PROFILE, "RFC 5280 §6.1.5 (g)" },
	{ X509_V_ERR_PERMITTED_VIOLATION, VERDICT_UNKNOWN_ISSUER, "RFC 5280 §6.1.3 (b)" },
	{ X509_V_ERR_EXCLUDED_VIOLATION, VERDICT_UNKNOWN_ISSUER, "RFC 5280 §6.1.3 (c)" },
};

/* What a check holds, let go at its end. */
struct work {
	STACK_OF(X509) *certs;
	STACK_OF(X509_CRL) *crls;
	X509 *leaf;
	X509_STORE *store;
	X509_STORE_CTX *ctx;
};

static void work_done(struct work *w)
{
	X509_STORE_CTX_free(w->ctx);
	X509_STORE_free(w->store);
	sk_X509_pop_free(w->certs, X509_free);
	sk_X509_CRL_pop_free(w->crls, X509_CRL_free);
	X509_free(w->leaf);
	ERR_clear_error();
}

/* One whole certificate and nothing behind it, or NULL. */
static X509 *read_cert(struct str der)
{
	const unsigned char *p = (const unsigned char *)der.p;
	X509 *x = der.n && der.n <= CERT_BYTES_MAX * 4 ? d2i_X509(NULL, &p, (long)der.n) : NULL;
	if (x && p != (const unsigned char *)der.p + der.n) {
		X509_free(x);
		return NULL;
	}
	return x;
}

static STACK_OF(X509) *read_certs(const struct str *list, size_t n)
{
	STACK_OF(X509) *sk = sk_X509_new_null();
	for (size_t i = 0; i < n && i < PATH_CERTS_MAX; i++) {
		X509 *x = read_cert(list[i]);
		if (x && !sk_X509_push(sk, x))
			X509_free(x);
	}
	return sk;
}

static X509_STORE *store_of(const struct path_input *in)
{
	X509_STORE *store = X509_STORE_new();
	for (size_t i = 0; store && i < in->nanchors; i++) {
		X509 *x = read_cert(in->anchors[i]);
		if (x)
			X509_STORE_add_cert(store, x);
		X509_free(x);
	}
	return store;
}

static STACK_OF(X509_CRL) *read_crls(const struct str *list, size_t n)
{
	STACK_OF(X509_CRL) *sk = sk_X509_CRL_new_null();
	for (size_t i = 0; i < n && i < PATH_CRLS_MAX; i++) {
		const unsigned char *p = (const unsigned char *)list[i].p;
		X509_CRL *x = d2i_X509_CRL(NULL, &p, (long)list[i].n);
		if (x && !sk_X509_CRL_push(sk, x))
			X509_CRL_free(x);
	}
	return sk;
}

/* OpenSSL's empty user set means none; RFC 5280's (§6.1.1 (c)) means any. */
static bool set_policies(X509_VERIFY_PARAM *p, const struct path_input *in)
{
	if (in->npolicies == 0 && !X509_VERIFY_PARAM_add0_policy(p, OBJ_nid2obj(NID_any_policy)))
		return false;
	for (size_t i = 0; i < in->npolicies && i < PATH_POLICIES_MAX; i++) {
		ASN1_OBJECT *o = OBJ_txt2obj(in->policies[i], 1);
		if (!o || !X509_VERIFY_PARAM_add0_policy(p, o)) {
			ASN1_OBJECT_free(o);
			return false;
		}
	}
	return true;
}

static unsigned long flags_of(const struct path_input *in)
{
	unsigned long flags = X509_V_FLAG_POLICY_CHECK | X509_V_FLAG_CHECK_SS_SIGNATURE;
	if (!in->no_crls)
		flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL |
		         X509_V_FLAG_EXTENDED_CRL_SUPPORT | X509_V_FLAG_USE_DELTAS;
	if (in->explicit_policy)
		flags |= X509_V_FLAG_EXPLICIT_POLICY;
	if (in->inhibit_mapping)
		flags |= X509_V_FLAG_INHIBIT_MAP;
	if (in->inhibit_any)
		flags |= X509_V_FLAG_INHIBIT_ANY;
	return flags;
}

/* A CRL issuer whose own certificate names it as the issuer of its CRL (PKITS
 * 4.14.30): the path that CRL needs is the very path being checked, so OpenSSL
 * would go in circles and refuses. Nothing else is ever forgiven. */
static int forgive(int holds, X509_STORE_CTX *ctx)
{
	if (holds || X509_STORE_CTX_get_error(ctx) != X509_V_ERR_CRL_PATH_VALIDATION_ERROR ||
	    !X509_STORE_CTX_get0_parent_ctx(ctx))
		return holds;
	X509 *issuer = X509_STORE_CTX_get0_current_issuer(ctx);
	X509 *leaf = X509_STORE_CTX_get0_cert(ctx);
	if (!issuer || X509_STORE_CTX_get_error_depth(ctx) != 0 || X509_cmp(issuer, leaf) != 0)
		return 0;
	X509_STORE_CTX_set_error(ctx, X509_V_OK);
	return 1;
}

static bool prepare(struct work *w, const struct path_input *in)
{
	w->certs = read_certs(in->certs, in->ncerts);
	w->crls = read_crls(in->crls, in->ncrls);
	/* in the store, not a trusted stack: the path of a CRL's issuer needs them too */
	w->store = store_of(in);
	w->ctx = X509_STORE_CTX_new();
	if (!w->store || !w->ctx || !X509_STORE_CTX_init(w->ctx, w->store, w->leaf, w->certs))
		return false;
	X509_STORE_CTX_set0_crls(w->ctx, w->crls);
	X509_STORE_CTX_set_verify_cb(w->ctx, forgive);
	X509_VERIFY_PARAM *p = X509_STORE_CTX_get0_param(w->ctx);
	X509_VERIFY_PARAM_set_time(p, (time_t)(in->at / CLOCK_SECOND));
	X509_VERIFY_PARAM_set_depth(p, PATH_LEN_MAX - 2);
	return X509_VERIFY_PARAM_set_flags(p, flags_of(in)) && set_policies(p, in);
}

static struct str der_of(struct arena *a, X509 *x)
{
	unsigned char *p = NULL;
	int n = i2d_X509(x, &p);
	struct str der = n > 0 ? arena_str(a, str_of((char *)p, (size_t)n)) : STR("");
	OPENSSL_free(p);
	return der;
}

static void report(struct arena *a, struct work *w, struct path_output *out)
{
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(w->ctx);
	for (int i = 0; i < sk_X509_num(chain) && out->n < PATH_LEN_MAX; i++)
		out->chain[out->n++] = der_of(a, sk_X509_value(chain, i));
	int depth = X509_STORE_CTX_get_error_depth(w->ctx);
	out->at_depth = depth > 0 ? (size_t)depth : 0;
	out->library_error = X509_STORE_CTX_get_error(w->ctx);
}

static struct str text_of(struct arena *a, const ASN1_STRING *s)
{
	unsigned char *p = NULL;
	int n = ASN1_STRING_to_UTF8(&p, s);
	struct str text = n > 0 ? arena_str(a, str_of((char *)p, (size_t)n)) : STR("");
	if (n >= 0)
		OPENSSL_free(p);
	return text;
}

static struct str notice_in(struct arena *a, const STACK_OF(POLICYQUALINFO) *list)
{
	for (int i = 0; i < sk_POLICYQUALINFO_num(list); i++) {
		const POLICYQUALINFO *q = sk_POLICYQUALINFO_value(list, i);
		if (OBJ_obj2nid(q->pqualid) == NID_id_qt_unotice && q->d.usernotice->exptext)
			return text_of(a, q->d.usernotice->exptext);
	}
	return STR("");
}

/* The nearest notice from a node up to the anchor. */
static struct str notice_above(struct arena *a, const X509_POLICY_NODE *node)
{
	struct str s = STR("");
	for (; node && !s.n; node = X509_policy_node_get0_parent(node))
		s = notice_in(a, X509_policy_node_get0_qualifiers(node));
	return s;
}

/* The end certificate says it, or one above; a policy that stands for any-policy
 * is in no level and has only its own. */
static struct str notice_of(struct arena *a, X509_POLICY_TREE *tree, const X509_POLICY_NODE *node)
{
	X509_POLICY_LEVEL *last =
		X509_policy_tree_get0_level(tree, X509_policy_tree_level_count(tree) - 1);
	for (int i = 0; i < X509_policy_level_node_count(last); i++) {
		const X509_POLICY_NODE *leaf = X509_policy_level_get0_node(last, i), *up = leaf;
		while (up && up != node)
			up = X509_policy_node_get0_parent(up);
		struct str s = up ? notice_above(a, leaf) : STR("");
		if (s.n)
			return s;
	}
	return notice_above(a, node);
}

/* What the path is good for; an empty set means any policy. */
static void report_policies(struct arena *a, struct work *w, struct path_output *out)
{
	X509_POLICY_TREE *tree = X509_STORE_CTX_get0_policy_tree(w->ctx);
	STACK_OF(X509_POLICY_NODE) *set = tree ? X509_policy_tree_get0_user_policies(tree) : NULL;
	for (int i = 0; i < sk_X509_POLICY_NODE_num(set) && out->npolicies < PATH_POLICIES_MAX; i++) {
		const X509_POLICY_NODE *node = sk_X509_POLICY_NODE_value(set, i);
		OBJ_obj2txt(out->policies[out->npolicies++], DER_OID_TEXT,
		            X509_policy_node_get0_policy(node), 1);
		if (!out->notice.n)
			out->notice = notice_of(a, tree, node);
	}
}

/* Why and when the certificate was revoked, for people. */
static void revoked_when(struct work *w, struct trust_verdict *v)
{
	X509_CRL *crl = X509_STORE_CTX_get0_current_crl(w->ctx);
	X509_REVOKED *r = NULL;
	struct tm tm;
	X509 *x = X509_STORE_CTX_get_current_cert(w->ctx);
	if (!crl || !x || X509_CRL_get0_by_cert(crl, &r, x) != 1)
		return;
	ASN1_ENUMERATED *e = X509_REVOKED_get_ext_d2i(r, NID_crl_reason, NULL, NULL);
	if (e)
		v->reason = (enum revoke_reason)ASN1_ENUMERATED_get(e);
	ASN1_ENUMERATED_free(e);
	if (ASN1_TIME_to_tm(X509_REVOKED_get0_revocationDate(r), &tm))
		v->at = (int64_t)timegm(&tm) * CLOCK_SECOND;
}

static void judge(struct work *w, struct trust_verdict *v)
{
	int error = X509_STORE_CTX_get_error(w->ctx);
	*v = (struct trust_verdict){ VERDICT_UNKNOWN_ISSUER, .clause = "RFC 5280 §6.1" };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].error == error) {
			v->verdict = rows[i].verdict;
			v->clause = rows[i].clause;
		}
	snprintf(v->what, sizeof v->what, "%s", X509_verify_cert_error_string(error));
	if (v->verdict == VERDICT_REVOKED)
		revoked_when(w, v);
}

struct result trust_path_check(struct arena *a, const struct path_input *in,
                               struct trust_verdict *ret, struct path_output *ret_out,
                               struct err *err)
{
	__attribute__((cleanup(work_done))) struct work w = { .leaf = read_cert(in->cert) };
	struct path_output out = { .notice = STR("") };
	struct trust_verdict v = { .verdict = VERDICT_OK };
	if (in->npolicies > PATH_POLICIES_MAX || in->ncrls > PATH_CRLS_MAX ||
	    in->ncerts > PATH_CERTS_MAX || in->nanchors > PATH_CERTS_MAX)
		return fail(err, ERR_TOO_LARGE, "trust.path.many", NULL,
		            "more certificates, CRLs or policies than a path can need");
	if (!w.leaf) {
		v = (struct trust_verdict){ VERDICT_MALFORMED, .clause = "RFC 5280 §4.1" };
	} else {
		if (!prepare(&w, in))
			return fail(err, ERR_INTERNAL, "trust.path.setup", NULL, "the validator did not start");
		bool holds = X509_verify_cert(w.ctx) == 1;
		report(a, &w, &out);
		if (holds)
			report_policies(a, &w, &out);
		else
			judge(&w, &v);
	}
	*ret = v;
	*ret_out = out;
	return ok();
}
