/* The report for programs (docs/API.md). Times are RFC 3339, names as the standard
 * writes them; a member that has nothing to say is left out. */
#include "base/calendar.h"
#include "base/encode.h"
#include "sign/certificate.h"
#include "sign/report.h"

static void put_text(struct arena *a, struct json_object *o, struct str key, struct str s)
{
	if (s.n)
		json_put_str(o, key, report_clean(a, s));
}

static void put_time(struct arena *a, struct json_object *o, struct str key, int64_t us)
{
	if (us)
		json_put_str(o, key, time_format(a, us));
}

static void put_verdict(struct json_object *o, enum ades_indication i, enum ades_sub s)
{
	json_put_str(o, STR("indication"), str_c(ades_indication_name(i)));
	if (s)
		json_put_str(o, STR("subIndication"), str_c(ades_sub_row(s)->name));
}

static const struct json *chain_json(struct arena *a, const struct ades_chain *c)
{
	struct json_array *list = json_array_new(a);
	struct sign_cert cert;
	for (size_t i = 0; i < c->n; i++) {
		if (!sign_cert_read(c->certs[i], &cert))
			continue;
		struct json_object *o = json_object_new(a);
		json_put_str(o, STR("subject"), sign_name_text(a, cert.subject_der));
		json_put_str(o, STR("issuer"), sign_name_text(a, cert.issuer_der));
		json_put_str(o, STR("serial"), sign_serial_text(a, cert.serial));
		json_put_str(o, STR("notBefore"), time_format(a, cert.not_before));
		json_put_str(o, STR("notAfter"), time_format(a, cert.not_after));
		json_put_str(o, STR("key"), sign_key_name(a, cert.spki));
		json_put_str(o, STR("sha256"), sha256_hex(a, c->certs[i]));
		json_push(list, json_object_done(o));
	}
	return json_array_done(list);
}

static const struct json *stamp_json(struct arena *a, const struct ades_stamp_result *s)
{
	static const char *const kinds[] = { "content", "signature", "references", "archive" };
	struct json_object *o = json_object_new(a);
	json_put_str(o, STR("kind"), str_c(kinds[s->stamp->kind]));
	put_verdict(o, s->indication, s->sub);
	put_time(a, o, STR("time"), s->at);
	if (s->accuracy_us)
		json_put_int(o, STR("accuracyMicroseconds"), s->accuracy_us);
	put_text(a, o, STR("authority"), s->authority);
	json_put(o, STR("chain"), chain_json(a, &s->chain));
	return json_object_done(o);
}

static const struct json *check_json(struct arena *a, const struct ades_check *c)
{
	static const char *const states[] = { "ok", "warning", "failed", "unknown" };
	struct json_object *o = json_object_new(a);
	json_put_str(o, STR("check"), str_c(c->name));
	json_put_str(o, STR("state"), str_c(states[c->state]));
	json_put_str(o, STR("clause"), str_c(c->clause));
	put_text(a, o, STR("detail"), c->detail);
	return json_object_done(o);
}

static const struct json *objects_json(struct arena *a, const struct ades_signature *s)
{
	struct json_array *list = json_array_new(a);
	for (size_t i = 0; i < s->nobjects; i++) {
		struct json_object *o = json_object_new(a);
		put_text(a, o, STR("name"), s->objects[i].name);
		json_put_bool(o, STR("found"), s->objects[i].found);
		json_put_bool(o, STR("intact"), s->objects[i].intact);
		if (s->objects[i].alg)
			json_put_str(o, STR("digest"), str_c(s->objects[i].alg->name));
		json_push(list, json_object_done(o));
	}
	return json_array_done(list);
}

static const struct json *changes_json(struct arena *a, const struct ades_signature *s)
{
	static const char *const kinds[] = { "validation-data", "signature", "form", "annotation",
		                                 "visible", "hidden" };
	struct json_array *list = json_array_new(a);
	for (size_t i = 0; i < s->nchanges; i++) {
		struct json_object *o = json_object_new(a);
		json_put_str(o, STR("kind"), str_c(kinds[s->changes[i].kind]));
		json_put_bool(o, STR("allowed"), s->changes[i].allowed);
		put_text(a, o, STR("where"), s->changes[i].where);
		put_text(a, o, STR("ja"), s->changes[i].what_ja);
		put_text(a, o, STR("en"), s->changes[i].what_en);
		json_push(list, json_object_done(o));
	}
	return json_array_done(list);
}

static const struct json *signature_json(struct arena *a, const struct ades_report *r,
                                         const struct ades_result *s)
{
	const struct ades_signature *sig = s->signature;
	struct json_object *o = json_object_new(a);
	put_text(a, o, STR("id"), sig->id);
	json_put_str(o, STR("format"), str_c(ades_format_name(sig->format)));
	json_put_str(o, STR("level"), str_c(ades_level_name(s->level)));
	json_put_str(o, STR("levelClaimed"), str_c(ades_level_name(sig->level)));
	put_verdict(o, s->indication, s->sub);
	put_text(a, o, STR("signer"), s->signer);
	if (s->best_time < r->at)
		put_time(a, o, STR("provenTime"), s->best_time);
	put_time(a, o, STR("claimedTime"), sig->claimed_time);
	put_time(a, o, STR("revokedAt"), s->revoked_at);
	if (s->revoked_at)
		json_put_str(o, STR("revokeReason"),
		             str_c(revoke_reason_name((enum revoke_reason)s->revoke_reason)));
	if (sig->alg_known)
		json_put_str(o, STR("algorithm"), str_c(sig->alg.name));
	put_text(a, o, STR("policy"), sig->policy);
	put_text(a, o, STR("commitment"), sig->commitment);
	put_text(a, o, STR("place"), sig->place);
	put_text(a, o, STR("role"), sig->role);
	put_text(a, o, STR("malformed"), sig->malformed);
	json_put(o, STR("objects"), objects_json(a, sig));
	json_put(o, STR("changes"), changes_json(a, sig));
	json_put(o, STR("chain"), chain_json(a, &s->chain));
	struct json_array *stamps = json_array_new(a), *checks = json_array_new(a);
	struct json_array *counters = json_array_new(a);
	for (size_t i = 0; i < s->nstamps; i++)
		json_push(stamps, stamp_json(a, &s->stamps[i]));
	for (size_t i = 0; i < s->nchecks; i++)
		json_push(checks, check_json(a, &s->checks[i]));
	for (size_t i = 0; i < s->ncounters; i++)
		json_push(counters, signature_json(a, r, &s->counters[i]));
	json_put(o, STR("timeStamps"), json_array_done(stamps));
	json_put(o, STR("checks"), json_array_done(checks));
	json_put(o, STR("counterSignatures"), json_array_done(counters));
	return json_object_done(o);
}

const struct json *report_json(struct arena *a, const struct ades_report *r)
{
	struct json_object *o = json_object_new(a);
	struct json_array *list = json_array_new(a), *uncovered = json_array_new(a);
	put_text(a, o, STR("file"), r->name);
	json_put_str(o, STR("kind"), r->file->kind);
	json_put_str(o, STR("validationTime"), time_format(a, r->at));
	json_put_str(o, STR("indication"), str_c(ades_indication_name(report_overall(r))));
	for (size_t i = 0; i < r->file->n; i++)
		json_push(list, signature_json(a, r, &r->results[i]));
	json_put(o, STR("signatures"), json_array_done(list));
	for (size_t i = 0; i < r->file->nuncovered; i++)
		json_push(uncovered, json_str(a, report_clean(a, r->file->uncovered[i])));
	json_put(o, STR("uncovered"), json_array_done(uncovered));
	return json_object_done(o);
}
