/* musubi ca list | revoke | event | crl: the authority's own desk. A person is named by the
 * authority's code for her, by her 11-digit resident code, or, in a demo
 * nation, by the id of a persona (personas.json beside the configuration). */
#include <stdio.h>

#include "apply/register.h"
#include "base/calendar.h"
#include "base/check_digit.h"
#include "base/clock.h"
#include "base/file.h"
#include "cmd/commands.h"
#include "cmd/node.h"
#include "cmd/node_trust.h"
#include "record/record.h"
#include "trust/ca.h"

enum { PERSONAS_MAX = 4 << 20, SERIAL_DIGITS = 8 };

struct desk {
	struct arena *arena;
	struct node *node;
	struct db *db; /* reading */
	struct str config, person, serial, ca, reason;
};

static struct result resident(struct desk *d, struct str *ret, struct err *err)
{
	const struct config *c = &d->node->config;
	for (size_t i = 0; i < c->norgs; i++) {
		const struct record_hit *hits;
		size_t n;
		TRY(record_find_resident(d->db, d->arena, c->orgs[i].id, d->person, &hits, &n, err));
		if (n == 1)
			return code_convert(d->node->app.codes, d->arena, c->orgs[i].id, hits[0].subject,
			                    c->ca, ret, err);
	}
	return fail(err, ERR_NOT_FOUND, "cmd.ca.person", NULL, "nobody has the resident code %.*s",
	            STR_ARG(d->person));
}

static struct result persona(struct desk *d, struct str *ret, struct err *err)
{
	struct str text, path = file_join(d->arena, d->node->config.dir, STR("personas.json"));
	const struct json *j;
	if (file_exists(path)) {
		TRY(file_read(d->arena, path, PERSONAS_MAX, &text, err));
		TRY(json_parse(d->arena, text, &j, err));
		const struct json *people = json_get(j, STR("people"));
		for (size_t i = 0; i < json_len(people); i++)
			if (str_eq(json_text(json_get(json_at(people, i), STR("id"))), d->person)) {
				*ret = json_text(json_get(json_at(people, i), STR("code")));
				return ok();
			}
	}
	return fail(err, ERR_NOT_FOUND, "cmd.ca.person", NULL,
	            "no such person: %.*s (a code of the authority or an 11-digit resident code)",
	            STR_ARG(d->person));
}

static struct result subject_of(struct desk *d, struct str *ret, struct err *err)
{
	struct core_id core;
	if (d->person.n == CODE_TEXT &&
	    is_ok(code_to_core(d->node->app.codes, d->node->config.ca, d->person, &core, NULL))) {
		*ret = d->person;
		return ok();
	}
	int64_t digits;
	if (d->person.n == RESIDENT_CODE_LEN && str_to_i64(d->person, &digits))
		return resident(d, ret, err);
	return persona(d, ret, err);
}

static struct result opened(struct desk *d, struct err *err)
{
	d->arena = arena_new(0);
	TRY(node_open_store(d->config, &d->node, err));
	if (d->node->config.ca.n == 0)
		return fail(err, ERR_INPUT, "cmd.ca.none", NULL,
		            "no organization of this node has the role ca");
	return store_reader(d->node->app.store, &d->db, err);
}

static int finish(struct desk *d, const char *command, struct result r, const struct err *err)
{
	store_reader_done(&d->db);
	node_close(d->node);
	arena_free(d->arena);
	return is_ok(r) ? EXIT_TRUE : command_failed(command, err);
}

/* ---- list ---- */

static const char *state_name(const struct cert_state *s)
{
	static const char *const names[] = { [STATUS_GOOD] = "good", [STATUS_REVOKED] = "revoked",
	                                     [STATUS_UNKNOWN] = "unknown" };
	return names[s->status];
}

static struct result list(struct desk *d, struct err *err)
{
	struct str subject;
	const struct cert_row *rows;
	size_t n;
	TRY(opened(d, err));
	TRY(subject_of(d, &subject, err));
	TRY(trust_certs_of_subject(d->db, d->arena, d->node->config.ca, subject, &rows, &n, err));
	for (size_t i = 0; i < n; i++) {
		struct date until = jst_date(rows[i].not_after);
		bool over = rows[i].not_after < clock_now_us();
		printf("%08X  %-13.*s  until %04d-%02d-%02d%s  %s%s%s\n", rows[i].serial,
		       STR_ARG(rows[i].profile), until.year, until.month, until.day,
		       over ? " (expired)" : "", state_name(&rows[i].state),
		       rows[i].state.status == STATUS_REVOKED ? ": " : "",
		       rows[i].state.status == STATUS_REVOKED ? revoke_reason_name(rows[i].state.reason)
		                                              : "");
	}
	printf("%zu certificates\n", n);
	return ok();
}

int cmd_ca_list(int argc, char **args)
{
	struct desk d = { 0 };
	struct err err = { 0 };
	int code;
	const struct option_row rows[] = {
		{ "config", OPTION_TEXT, "FILE", "configuration of the node (musubi.yaml)",
		  .required = true, .text = &d.config },
		{ "person", OPTION_TEXT, "ID", "code, resident code or persona", .required = true,
		  .text = &d.person },
	};
	struct usage u = { .command = "ca list", .rows = rows, .nrows = 2 };
	if (!command_begin(&u, argc, args, &code))
		return code;
	return finish(&d, u.command, list(&d, &err), &err);
}

/* ---- revoke ---- */

static bool reason_parse(struct str name, enum revoke_reason *ret)
{
	for (int r = REVOKE_UNSPECIFIED; r <= REVOKE_PRIVILEGE; r++) {
		const char *known = revoke_reason_name((enum revoke_reason)r);
		if (known && str_eq(name, str_c(known))) {
			*ret = (enum revoke_reason)r;
			return true;
		}
	}
	return false;
}

static bool serial_parse(struct str hex, uint32_t *ret)
{
	uint32_t v = 0;
	for (size_t i = 0; i < hex.n; i++) {
		char c = hex.p[i];
		unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0')
		               : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
		               : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 16;
		if (digit == 16)
			return false;
		v = v << 4 | digit;
	}
	*ret = v;
	return hex.n > 0 && hex.n <= SERIAL_DIGITS;
}

/* Which authority gave that serial; several may have given the same. */
static struct result kind_of_serial(struct desk *d, uint32_t serial, enum ca_kind *ret,
                                    struct err *err)
{
	size_t found = 0;
	if (d->ca.n) {
		if (ca_kind_parse(d->ca, ret))
			return ok();
		return fail(err, ERR_INPUT, "cmd.usage", NULL, "no such authority: %.*s",
		            STR_ARG(d->ca));
	}
	for (int k = 0; k < CA_COUNT; k++) {
		struct cert_row row;
		struct result r = trust_cert_find(d->db, d->arena, d->node->config.ca, (enum ca_kind)k,
		                                  serial, &row, err);
		if (is_err(r) && r.kind != ERR_NOT_FOUND)
			return r;
		if (is_ok(r)) {
			*ret = (enum ca_kind)k;
			found++;
		}
	}
	if (found == 1)
		return ok();
	return fail(err, found ? ERR_CONFLICT : ERR_NOT_FOUND, "cmd.ca.serial", NULL,
	            found ? "several authorities gave the serial %08X: say --ca"
	                  : "no authority gave the serial %08X", serial);
}

static struct result revoke_serial(struct desk *d, enum revoke_reason reason, struct err *err)
{
	uint32_t serial;
	enum ca_kind kind;
	bool changed;
	if (!serial_parse(d->serial, &serial))
		return fail(err, ERR_INPUT, "cmd.usage", NULL, "a serial is up to 8 hex digits, not %.*s",
		            STR_ARG(d->serial));
	TRY(kind_of_serial(d, serial, &kind, err));
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(d->node->app.store, &tx, err));
	TRY(trust_cert_revoke(tx, d->node->config.ca, kind, serial, reason, clock_now_us(), &changed,
	                      err));
	TRY(store_commit(&tx, err));
	printf("%08X %s: %s\n", serial, ca_row(kind)->name,
	       changed ? "revoked" : "was revoked before");
	return ok();
}

static struct result revoke_person(struct desk *d, enum revoke_reason reason, struct err *err)
{
	struct str subject;
	int64_t total = 0;
	TRY(subject_of(d, &subject, err));
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(d->node->app.store, &tx, err));
	for (int k = 0; k < CA_COUNT; k++) {
		int64_t n = 0;
		if (d->ca.n && !str_eq(d->ca, str_c(ca_row((enum ca_kind)k)->name)))
			continue;
		TRY(trust_cert_revoke_all(tx, d->node->config.ca, (enum ca_kind)k, subject, reason,
		                          clock_now_us(), &n, err));
		total += n;
	}
	TRY(store_commit(&tx, err));
	printf("%lld certificates revoked\n", (long long)total);
	return ok();
}

static struct result revoke(struct desk *d, struct err *err)
{
	enum revoke_reason reason = REVOKE_UNSPECIFIED;
	if (d->reason.n && !reason_parse(d->reason, &reason))
		return fail(err, ERR_INPUT, "cmd.usage", "RFC 5280 §5.3.1", "no such reason: %.*s",
		            STR_ARG(d->reason));
	if ((d->serial.n > 0) == (d->person.n > 0))
		return fail(err, ERR_INPUT, "cmd.usage", NULL, "either --serial or --person is needed");
	TRY(opened(d, err));
	return d->serial.n ? revoke_serial(d, reason, err) : revoke_person(d, reason, err);
}

int cmd_ca_revoke(int argc, char **args)
{
	struct desk d = { 0 };
	struct err err = { 0 };
	int code;
	const struct option_row rows[] = {
		{ "config", OPTION_TEXT, "FILE", "configuration of the node (musubi.yaml)",
		  .required = true, .text = &d.config },
		{ "serial", OPTION_TEXT, "HEX", "one certificate", .text = &d.serial },
		{ "ca", OPTION_TEXT, "NAME", "of which authority: citizen-auth, citizen-sign, government",
		  .text = &d.ca },
		{ "person", OPTION_TEXT, "ID", "all of hers (of one authority with --ca): code, resident code or persona",
		  .text = &d.person },
		{ "reason", OPTION_TEXT, "NAME",
		  "unspecified, keyCompromise, affiliationChanged, superseded, cessationOfOperation, …",
		  .text = &d.reason },
	};
	struct usage u = { .command = "ca revoke", .rows = rows, .nrows = 5 };
	if (!command_begin(&u, argc, args, &code))
		return code;
	return finish(&d, u.command, revoke(&d, &err), &err);
}

/* ---- event ---- */

static struct result event(struct desk *d, struct err *err)
{
	enum life_event e;
	struct str subject;
	size_t n;
	int64_t now = clock_now_us();
	if (!life_event_parse(d->reason, &e))
		return fail(err, ERR_INPUT, "cmd.usage", NULL, "no such event: %.*s", STR_ARG(d->reason));
	TRY(opened(d, err));
	TRY(subject_of(d, &subject, err));
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(d->node->app.store, &tx, err));
	struct register_desk there = { .codes = d->node->app.codes, .ca = d->node->config.ca,
		.portal = d->node->config.portal };
	TRY(register_life(tx, d->arena, &there, there.ca, subject, e, now, &n, err));
	TRY(store_commit(&tx, err));
	printf("%zu certificates: %s\n", n, life_row(e)->name);
	return ok();
}

int cmd_ca_event(int argc, char **args)
{
	struct desk d = { 0 };
	struct err err = { 0 };
	int code;
	const struct option_row rows[] = {
		{ "config", OPTION_TEXT, "FILE", "configuration of the node (musubi.yaml)",
		  .required = true, .text = &d.config },
		{ "person", OPTION_TEXT, "ID", "code, resident code or persona", .required = true,
		  .text = &d.person },
		{ "event", OPTION_TEXT, "NAME",
		  "attributes, death, left, card-lost, card-found, card-stolen, card-returned, phone-lost, …",
		  .required = true, .text = &d.reason },
	};
	struct usage u = { .command = "ca event", .rows = rows, .nrows = 3 };
	if (!command_begin(&u, argc, args, &code))
		return code;
	return finish(&d, u.command, event(&d, &err), &err);
}

/* ---- crl ---- */

static struct result crl(struct desk *d, struct err *err)
{
	enum ca_kind kind;
	struct ca *ca = NULL;
	struct str der;
	TRY(opened(d, err));
	if (!ca_kind_parse(d->ca, &kind))
		return fail(err, ERR_INPUT, "cmd.usage", NULL, "no such authority: %.*s", STR_ARG(d->ca));
	TRY(node_ca(d->node, kind, &ca, err));
	struct result r = d->person.n
		? trust_crl_make_shard(ca, d->arena, d->person, clock_now_us(), &der, err)
		: trust_crl_make(ca, d->arena, clock_now_us(), &der, err);
	trust_ca_close(ca);
	TRY(r);
	return file_write(d->serial, der, 0644, err);
}

int cmd_ca_crl(int argc, char **args)
{
	struct desk d = { 0 };
	struct err err = { 0 };
	int code;
	const struct option_row rows[] = {
		{ "config", OPTION_TEXT, "FILE", "configuration of the node (musubi.yaml)",
		  .required = true, .text = &d.config },
		{ "ca", OPTION_TEXT, "NAME", "citizen-auth, citizen-sign, government, corporate",
		  .required = true, .text = &d.ca },
		{ "part", OPTION_TEXT, "PLACE", "of one municipality: 石川県/加賀市", .text = &d.person },
		{ "out", OPTION_TEXT, "FILE", "where the CRL goes (DER)", .required = true,
		  .text = &d.serial },
	};
	struct usage u = { .command = "ca crl", .rows = rows, .nrows = 4 };
	if (!command_begin(&u, argc, args, &code))
		return code;
	return finish(&d, u.command, crl(&d, &err), &err);
}
