/* CRLs of anybody (RFC 5280 §5, §6.3.3). One pass over the entries, no copies: a
 * list of a million rows costs its length. */
#include "sign/cms_read.h"
#include "sign/revocation.h"

struct scope {
	bool unusable;                /* delta, attribute certificates, an unknown critical one */
	bool user_only, ca_only, some_reasons, indirect;
	bool has_name;
	struct str names;             /* content of fullName */
	int64_t expired_since;        /* ExpiredCertsOnCRL, or INT64_MAX */
};

static bool flag(struct str s)
{
	return s.n == 1 && s.p[0] != 0;
}

/* §5.2.5 */
static void get_idp(struct str value, struct scope *s)
{
	struct str v;
	struct der_in in = der_read(value), seq = der_enter(&in, DER_SEQ);
	if (der_peek(&seq) == DER_CTXC(0)) {
		struct der_in name = der_enter(&seq, DER_CTXC(0));
		s->has_name = true;
		if (!der_maybe(&name, DER_CTXC(0), &s->names))
			s->unusable = true; /* nameRelativeToCRLIssuer */
	}
	s->user_only = der_maybe(&seq, DER_CTX(1), &v) && flag(v);
	s->ca_only = der_maybe(&seq, DER_CTX(2), &v) && flag(v);
	s->some_reasons = der_maybe(&seq, DER_CTX(3), &v);
	s->indirect = der_maybe(&seq, DER_CTX(4), &v) && flag(v);
	if (der_maybe(&seq, DER_CTX(5), &v) && flag(v))
		s->unusable = true;
	if (!der_done(&seq))
		s->unusable = true;
}

static void get_extension(struct der_in *one, struct scope *s)
{
	char oid[DER_OID_TEXT];
	der_get_oid(one, oid);
	bool critical = der_peek(one) == DER_BOOLEAN && der_get_bool(one);
	struct str value = der_get(one, DER_OCTETS);
	struct der_in in = der_read(value);
	if (one->bad)
		return;
	if (strcmp(oid, "2.5.29.28") == 0)
		get_idp(value, s);
	else if (strcmp(oid, "2.5.29.60") == 0)
		s->unusable = s->unusable || !der_get_any_time(&in, &s->expired_since);
	else if (critical || strcmp(oid, "2.5.29.27") == 0)
		s->unusable = true;
}

static void get_extensions(struct der_in *tbs, struct scope *s)
{
	struct der_in box = der_enter(tbs, DER_CTXC(0)), seq = der_enter(&box, DER_SEQ);
	while (der_peek(&seq) >= 0) {
		struct der_in one = der_enter(&seq, DER_SEQ);
		get_extension(&one, s);
		der_leave(&seq, &one);
	}
	der_leave(&box, &seq);
	der_leave(tbs, &box);
}

/* One name of the CRL among those that the certificate points to (§6.3.3 (b)(2)(i)). */
static bool names_meet(struct str crl_names, struct str dp)
{
	struct der_in in = der_read(dp), list = der_enter(&in, DER_SEQ);
	while (der_peek(&list) >= 0) {
		struct der_in point = der_enter(&list, DER_SEQ);
		if (der_peek(&point) != DER_CTXC(0))
			continue;
		struct der_in name = der_enter(&point, DER_CTXC(0)), full = der_enter(&name, DER_CTXC(0));
		while (der_peek(&full) >= 0) {
			struct str one = der_get_raw(&full, 0);
			struct der_in mine = der_read(crl_names);
			while (der_peek(&mine) >= 0)
				if (one.n && str_eq(der_get_raw(&mine, 0), one))
					return true;
		}
	}
	return false;
}

static bool in_scope(const struct scope *s, const struct sign_cert *c)
{
	return !s->unusable && !(s->user_only && c->ca) && !(s->ca_only && !c->ca) &&
	       (!s->has_name || names_meet(s->names, c->crl_dp));
}

/* certificateIssuer of an indirect CRL (§5.3.3): from here on, entries are of that
 * authority. *mine tells whether it is the certificate's. */
static void get_entry_extensions(struct der_in *entry, const struct sign_cert *c, int *reason,
                                 bool *mine)
{
	struct der_in seq = der_enter(entry, DER_SEQ);
	while (der_peek(&seq) >= 0) {
		char oid[DER_OID_TEXT];
		struct der_in one = der_enter(&seq, DER_SEQ);
		der_get_oid(&one, oid);
		if (der_peek(&one) == DER_BOOLEAN)
			(void)der_get_bool(&one);
		struct der_in value = der_enter(&one, DER_OCTETS);
		if (strcmp(oid, "2.5.29.21") == 0) {
			struct str r = der_get(&value, DER_ENUM);
			*reason = r.n == 1 ? r.p[0] : 0;
		} else if (strcmp(oid, "2.5.29.29") == 0) {
			struct der_in names = der_enter(&value, DER_SEQ), dir = der_enter(&names, DER_CTXC(4));
			*mine = str_eq(der_get_raw(&dir, DER_SEQ), c->issuer_der);
		}
		der_leave(&seq, &one);
	}
	der_leave(entry, &seq);
}

static bool find(struct der_in list, const struct sign_cert *c, struct revocation *r)
{
	bool mine = true, found = false;
	while (der_peek(&list) >= 0) {
		struct der_in entry = der_enter(&list, DER_SEQ);
		struct str serial = der_get(&entry, DER_INTEGER);
		int64_t at = 0;
		int reason = 0;
		if (!der_get_any_time(&entry, &at))
			return false;
		if (der_peek(&entry) == DER_SEQ)
			get_entry_extensions(&entry, c, &reason, &mine);
		der_leave(&list, &entry);
		if (list.bad || !mine || !str_eq(serial, c->serial))
			continue;
		found = true;
		r->status = reason == 6 ? REV_HELD : REV_REVOKED;
		r->at = at;
		r->reason = reason;
	}
	if (list.bad)
		return false;
	if (!found)
		r->status = REV_GOOD;
	return true;
}

static bool read_tbs(struct str raw, struct str alg_id, const struct sign_cert *cert,
                     const struct sign_cert *issuer, struct scope *s, struct revocation *r)
{
	struct der_in in = der_read(raw), tbs = der_enter(&in, DER_SEQ);
	struct der_in entries = { 0 };
	if (der_peek(&tbs) == DER_INTEGER)
		(void)der_get_uint(&tbs);
	bool same = str_eq(der_get_raw(&tbs, DER_SEQ), alg_id);
	same = same && str_eq(der_get_raw(&tbs, DER_SEQ), issuer->subject_der);
	if (!same || !der_get_any_time(&tbs, &r->this_update))
		return false;
	if ((der_peek(&tbs) == DER_UTCTIME || der_peek(&tbs) == DER_GENTIME) &&
	    !der_get_any_time(&tbs, &r->next_update))
		return false;
	if (der_peek(&tbs) == DER_SEQ)
		entries = der_enter(&tbs, DER_SEQ);
	if (der_peek(&tbs) == DER_CTXC(0))
		get_extensions(&tbs, s);
	return der_done(&tbs) && in_scope(s, cert) && find(entries, cert, r);
}

bool revocation_crl(struct str crl, const struct sign_cert *cert, const struct sign_cert *issuer,
                    bool checked, struct revocation *ret)
{
	struct scope s = { .expired_since = INT64_MAX };
	struct revocation r = { .der = crl, .signer = issuer->der };
	struct der_in in = der_read(crl), seq = der_enter(&in, DER_SEQ);
	struct str tbs = der_get_raw(&seq, DER_SEQ), alg = der_get_raw(&seq, DER_SEQ);
	struct str signature = der_get_bits(&seq);
	der_leave(&in, &seq);
	if (!der_done(&in) || !str_eq(cert->issuer_der, issuer->subject_der) ||
	    (issuer->has_usage && !(issuer->usage & USAGE_CRL_SIGN)))
		return false;
	if (!read_tbs(tbs, alg, cert, issuer, &s, &r))
		return false;
	if (r.status == REV_GOOD && s.some_reasons)
		return false; /* the other reasons are told elsewhere */
	/* an authority may drop what has expired, unless it says otherwise (X.509 §9.5.2.8) */
	if (r.status == REV_GOOD && r.this_update > cert->not_after &&
	    s.expired_since > cert->not_after)
		return false;
	if (checked ? !sign_alg_der(alg, NULL, &r.alg)
	            : !revocation_signed(tbs, alg, signature, issuer->spki, &r.alg))
		return false;
	*ret = r;
	return true;
}

bool revocation_signed(struct str tbs, struct str alg_id, struct str signature, struct str spki,
                       struct sign_alg *ret)
{
	struct sign_alg alg;
	uint8_t hash[DIGEST_SIZE_MAX];
	struct source bytes = source_bytes(STR(""), tbs);
	struct range all = { 0, tbs.n };
	if (!sign_alg_der(alg_id, NULL, &alg))
		return false;
	*ret = alg;
	if (!alg.digest)
		return sign_check(spki, &alg, tbs, signature);
	return is_ok(source_digest(&bytes, &all, 1, alg.digest, hash, NULL)) &&
	       sign_check(spki, &alg, str_of((char *)hash, alg.digest->size), signature);
}
