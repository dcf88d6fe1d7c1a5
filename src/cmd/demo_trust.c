#include "cmd/demo_trust.h"

#include "base/buf.h"
#include "base/encode.h"
#include "base/file.h"

enum { BUNDLE_MAX = 1 << 20, PEM_LINE = 64, CA_AGE_YEARS = 7 };

static const struct {
	const char *file;
	enum key_alg alg;
} authorities[CA_COUNT] = {
	[CA_CITIZEN_AUTH] = { "ca-citizen-auth", KEY_RSA_2048 },
	[CA_CITIZEN_SIGN] = { "ca-citizen-sign", KEY_RSA_2048 },
	[CA_GOVERNMENT] = { "ca-government", KEY_P256 },
	[CA_CORPORATE] = { "ca-corporate", KEY_RSA_2048 },
};

static struct result write_cert(struct demo_trust *t, struct str name, struct str der,
                                struct err *err)
{
	return file_write(node_path(t->node, "trust", name, ".der"), der, 0644, err);
}

/* The authorities are older than the oldest certificate of a persona. */
static struct result make_authority(struct demo_trust *t, enum ca_kind kind, struct err *err)
{
	KEY_AUTO key = NULL;
	struct date began = date_add_months(t->nation->today, -12 * CA_AGE_YEARS);
	TRY(node_key(t->node, authorities[kind].file, authorities[kind].alg, true, &key, err));
	struct result r = trust_ca_create(t->node->app.store, t->node->config.ca, kind, key,
	                                  jst_start(began), &t->ca[kind], err);
	if (r.kind == ERR_CONFLICT)
		return fail(err, ERR_CONFLICT, "cmd.demo.store", NULL,
		            "the database holds a nation already: give --store an empty one");
	TRY(r);
	return write_cert(t, str_c(authorities[kind].file), trust_ca_cert(t->ca[kind]), err);
}

static struct result make_seal(struct demo_trust *t, size_t i, struct err *err)
{
	const struct demo_city *c = demo_city(i);
	KEY_AUTO key = NULL;
	struct cert_issued issued;
	struct str name = arena_printf(t->arena, "seal-%s", c->id);
	struct cert_request r = { .profile = PROFILE_SEAL, .subject = str_c(c->id),
		.name = str_c(c->head_title), .prefecture = str_c(c->prefecture),
		.municipality = str_c(c->ja), .organization = str_c(c->ja),
		.organization_id = str_c(c->id), .office = STR("総務課") };
	TRY(node_key(t->node, arena_cstr(t->arena, name), KEY_P256, true, &key, err));
	TRY(trust_csr_make(t->arena, key, &r.csr, err));
	TRY(trust_cert_issue(t->ca[CA_GOVERNMENT], t->arena, &r, t->now, &issued, err));
	t->seals[i] = issued.der;
	return write_cert(t, name, issued.der, err);
}

/* RFC 7468 §5.1 */
static void add_pem(struct demo_trust *t, struct buf *b, const char *what, struct str der)
{
	struct str text = base64_encode(t->arena, der);
	buf_printf(b, "%s\n-----BEGIN CERTIFICATE-----\n", what);
	for (size_t i = 0; i < text.n; i += PEM_LINE) {
		buf_add(b, str_sub(text, i, PEM_LINE));
		buf_add_char(b, '\n');
	}
	buf_add_c(b, "-----END CERTIFICATE-----\n\n");
}

static struct result write_bundle(struct demo_trust *t, struct err *err)
{
	BUF_AUTO b;
	buf_init(&b, BUNDLE_MAX);
	for (size_t i = 0; i < CA_COUNT; i++)
		add_pem(t, &b, authorities[i].file, trust_ca_cert(t->ca[i]));
	for (size_t i = 0; i < DEMO_CITIES; i++)
		add_pem(t, &b, demo_city(i)->ja, t->seals[i]);
	return file_write(node_path(t->node, "trust", STR("bundle"), ".pem"), buf_str(&b), 0644, err);
}

struct result demo_trust_make(struct demo_trust *t, struct err *err)
{
	TRY(file_make_dirs(node_path(t->node, "trust", STR(""), ""), 0700, err));
	for (int k = 0; k < CA_COUNT; k++)
		TRY(make_authority(t, (enum ca_kind)k, err));
	for (size_t i = 0; i < DEMO_CITIES; i++)
		TRY(make_seal(t, i, err));
	return write_bundle(t, err);
}

void demo_trust_close(struct demo_trust *t)
{
	for (size_t i = 0; i < CA_COUNT; i++)
		trust_ca_close(t->ca[i]);
}
