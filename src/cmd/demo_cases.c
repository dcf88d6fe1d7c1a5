#include "cmd/demo_cases_priv.h"

#include "apply/attach.h"
#include "apply/case.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/file.h"
#include "record/record.h"
#include "trust/cms.h"

enum { ARENA = 64 << 20, DAYS = 21, NONCE = 16, ADULT = 20 };

/* ---- what people answer ---- */

static struct str days_before(struct making *m, int64_t lo, int64_t hi)
{
	return date_format(m->a, date_add_days(jst_date(m->now), -(int32_t)rng_between(&m->r, lo, hi)));
}

static const char *one_of(struct making *m, const char *const *list, size_t n)
{
	return list[rng_below(&m->r, n)];
}
#define ONE_OF(m, ...) one_of((m), (const char *const[]){ __VA_ARGS__ }, \
	sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static void put(struct making *m, const char *path, const struct json *v)
{
	m->answers = json_with(m->a, m->answers, str_c(path), v);
}

static void put_text(struct making *m, const char *path, const char *s)
{
	put(m, path, json_str(m->a, str_c(s)));
}

static const struct json *list_of(struct making *m, const char *item)
{
	struct json_array *list = json_array_new(m->a);
	json_push(list, json_str(m->a, str_c(item)));
	return json_array_done(list);
}

static void disaster(struct making *m)
{
	const char *cause = ONE_OF(m, "earthquake", "flood", "wind", "snow");
	put(m, "property.same", json_bool(true));
	put_text(m, "property.use", ONE_OF(m, "owned", "owned", "rented"));
	put_text(m, "damage.cause", cause);
	put(m, "damage.date", json_str(m->a, days_before(m, 2, 40)));
	put(m, "damage.parts", list_of(m, ONE_OF(m, "roof", "wall", "floor", "equipment")));
	if (str_eq(str_c(cause), STR("flood")))
		put(m, "damage.water_cm", json_num(m->a, rng_between(&m->r, 5, 120)));
	if (rng_chance(&m->r, 1, 2))
		put_text(m, "damage.text", ONE_OF(m, "瓦が落ち、雨もりがしています", "外壁にひびが入りました",
		                                  "床上まで水が来ました", "玄関のドアが開きません"));
	put(m, "copies.count", json_num(m->a, rng_between(&m->r, 1, 3)));
	put_text(m, "copies.survey", ONE_OF(m, "visit", "visit", "photo"));
}

static void pregnancy(struct making *m)
{
	int64_t weeks = rng_between(&m->r, 6, 14);
	struct date due = date_add_days(jst_date(m->now), (int32_t)(280 - weeks * 7));
	put_text(m, "job.kind", ONE_OF(m, "employee", "part", "none"));
	put(m, "diagnosis.done", json_bool(true));
	put_text(m, "diagnosis.by", "doctor");
	put_text(m, "diagnosis.name", "見本 一郎");
	put_text(m, "diagnosis.institution", "見本産婦人科");
	put(m, "diagnosis.date", json_str(m->a, days_before(m, 1, 10)));
	put(m, "pregnancy.weeks", json_num(m->a, weeks));
	put(m, "pregnancy.due", json_str(m->a, date_format(m->a, due)));
	put(m, "pregnancy.fetuses", json_num(m->a, 1));
	put(m, "exams.std", json_bool(true));
	put(m, "exams.tb", json_bool(true));
	put(m, "consult.want", json_bool(false));
}

static const struct asked {
	const char *procedure;
	void (*answer)(struct making *m);
	const char *photo; /* a field for files, or NULL */
} asked[] = {
	{ "disaster_certificate", disaster, "damage.photos" },
	{ "pregnancy_notification", pregnancy, NULL },
};

static const struct asked *what_she_wants(struct making *m)
{
	int age = age_on(m->p->birth, m->t->nation->today);
	bool may = m->p->female && age >= 20 && age <= 42;
	return &asked[may && rng_chance(&m->r, 2, 3)];
}

/* ---- the draft ---- */

static struct result read_facts(struct making *m, struct err *err)
{
	struct json_object *facts = json_object_new(m->a);
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(m->t->node->app.store, &db, err));
	for (size_t i = 0; i < m->procedure->nprefills; i++) {
		const struct record *r;
		TRY(record_current(db, m->a, str_c(demo_city(m->city)->id), m->code,
		                   m->procedure->prefills[i].dataset, STR(""), &r, err));
		if (r)
			json_put(facts, m->procedure->prefills[i].as, r->body);
	}
	m->facts = json_object_done(facts);
	return ok();
}

static struct result start(struct making *m, struct err *err)
{
	const struct draft d = { .org = m->t->node->config.portal, .subject = m->portal_code,
		.procedure = m->procedure->id, .version = m->procedure->version,
		.authority = str_c(demo_city(m->city)->id) };
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(m->t->node->app.store, &tx, err));
	TRY(draft_start(tx, m->a, &d, m->now, &m->draft, err));
	return store_commit(&tx, err);
}

static const struct pack_field *field_of(const struct procedure *p, struct str id)
{
	for (size_t i = 0; i < p->npages; i++)
		for (size_t k = 0; k < p->pages[i].nfields; k++)
			if (str_eq(p->pages[i].fields[k].id, id))
				return &p->pages[i].fields[k];
	return NULL;
}

static struct result add_photo(struct making *m, const char *path, struct err *err)
{
	const struct pack_field *field = field_of(m->procedure, str_c(path));
	enum attach_verdict verdict;
	struct attachment att;
	if (!field)
		return fail(err, ERR_INTERNAL, "cmd.demo.field", NULL, "no field %s", path);
	TRY(attach_add(m->t->node->app.store, m->a, &m->t->node->app.data_key, m->draft.org,
	               m->draft.id, field, str_c(path), STR("photo.png"), demo_photo(m->a, &m->r),
	               m->now, &verdict, &att, err));
	if (verdict != ATTACH_OK)
		return fail(err, ERR_INTERNAL, "cmd.demo.photo", NULL, "the photograph is refused (%d)",
		            (int)verdict);
	put(m, path, list_of(m, arena_cstr(m->a, att.id)));
	return ok();
}

struct result demo_case_save(struct making *m, struct err *err)
{
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(m->t->node->app.store, &tx, err));
	TRY(draft_save(tx, m->a, &m->draft, m->answers, m->now, &m->draft.rev, err));
	m->draft.answers = m->answers;
	return store_commit(&tx, err);
}

/* ---- signed and sent ---- */

static struct result certificate(struct making *m, struct key *key, struct cert_issued *ret,
                                 struct err *err)
{
	const struct demo_city *c = demo_city(m->city);
	const struct json *her = json_get(m->facts, STR("申請者"));
	struct cert_request r = { .profile = PROFILE_CITIZEN_SIGN,
		.subject = code_of(m->t->node->app.codes, m->a, m->t->node->config.ca, m->p->core),
		.prefecture = str_c(c->prefecture), .municipality = str_c(c->ja),
		.holder = { .name = m->p->name,
		            .address = json_text(json_get(her, STR("address"))),
		            .sex = m->p->female ? CERT_SEX_FEMALE : CERT_SEX_MALE,
		            .year = m->p->birth.year, .month = m->p->birth.month,
		            .day = m->p->birth.day } };
	TRY(trust_csr_make(m->a, key, &r.csr, err));
	return trust_cert_issue(m->t->ca[CA_CITIZEN_SIGN], m->a, &r, m->now - CLOCK_HOUR, ret, err);
}

static struct result attachments(struct making *m, const struct form_attachment **ret,
                                 size_t *ret_n, struct err *err)
{
	const struct attachment *list;
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(m->t->node->app.store, &db, err));
	TRY(attach_list(db, m->a, m->draft.org, m->draft.id, &list, ret_n, err));
	struct form_attachment *out = ARENA_ARRAY(m->a, struct form_attachment, *ret_n + 1);
	for (size_t i = 0; i < *ret_n; i++)
		out[i] = (struct form_attachment){ .field = list[i].field, .id = list[i].id,
			.name = list[i].name, .kind = list[i].kind, .size = (size_t)list[i].size,
			.sha256_hex = list[i].sha256_hex };
	*ret = out;
	return ok();
}

/* What her phone would sign: the application inside of a transaction. */
static struct result sign(struct making *m, struct str *ret_document, struct str *ret_cms,
                          struct err *err)
{
	KEY_AUTO key = NULL;
	struct cert_issued issued;
	struct str application, nonce, id;
	const struct form_attachment *att;
	size_t natt;
	uint8_t raw[NONCE * 2];
	TRY(key_generate(KEY_P256, &key, err));
	TRY(certificate(m, key, &issued, err));
	TRY(attachments(m, &att, &natt, err));
	TRY(form_document(m->form, m->draft.authority, m->code, att, natt, &application, err));
	random_bytes(raw, sizeof raw);
	id = hex_encode(m->a, str_of((const char *)raw, NONCE));
	nonce = base64url_encode(m->a, str_of((const char *)raw + NONCE, NONCE));
	const struct phone_tx tx = { .org = m->draft.org, .id = id, .purpose = PHONE_SIGN,
		.origin = m->t->node->config.origin, .nonce = nonce, .payload = application,
		.created_at = m->now, .expires_at = m->now + PHONE_SIGN_SECONDS * CLOCK_SECOND };
	const struct cms_signer signer = { .key = key, .cert = issued.der };
	*ret_document = phone_tx_document(m->a, &tx);
	return trust_sign_document(m->a, DOCUMENT_APPLICATION, &signer, *ret_document, m->now, ret_cms,
	                           err);
}

struct result demo_case_check(struct making *m, bool *ret_fine, struct err *err)
{
	const struct form_input in = { .procedure = m->procedure, .facts = m->facts,
		.answers = m->answers, .about = m->about, .now_us = m->now,
		.submitted = m->submitted, .open_fields = m->draft.open_fields };
	const struct form_error *errors;
	size_t n;
	TRY(form_open(m->a, &in, &m->form, err));
	TRY(form_eligible(m->form, ret_fine, err));
	TRY(form_errors(m->form, NULL, FORM_NO_ITEM, &errors, &n, err));
	if (*ret_fine && n > 0)
		return fail(err, ERR_INTERNAL, "cmd.demo.answers", NULL, "%.*s does not take the answer %.*s",
		            STR_ARG(m->procedure->id),
		            STR_ARG(errors[0].field ? errors[0].field->id : errors[0].page->id));
	return ok();
}

struct result demo_case_send(struct making *m, struct err *err)
{
	struct case_submit in = { .draft = &m->draft, .procedure = m->procedure, .form = m->form,
		.subject = m->code, .applicant_name = m->p->name, .facts = m->facts };
	bool again;
	TRY(sign(m, &in.document, &in.cms, err));
	return case_submit(m->t->node->app.store, m->a, &in, m->now, &m->c, &again, err);
}

/* *ret_made is false when she may not apply. */
static struct result apply(struct making *m, bool *ret_made, struct err *err)
{
	const struct asked *what = what_she_wants(m);
	m->procedure = pack_procedure(m->packs, str_c(what->procedure), STR(""));
	if (!m->procedure)
		return fail(err, ERR_NOT_FOUND, "cmd.demo.procedure", NULL, "no procedure %s",
		            what->procedure);
	m->answers = json_object_done(json_object_new(m->a));
	m->about = m->submitted = NULL;
	m->draft = (struct draft){ 0 };
	put_text(m, "contact.phone", demo_city(m->city)->phone);
	what->answer(m);
	TRY(read_facts(m, err));
	TRY(start(m, err));
	if (what->photo)
		TRY(add_photo(m, what->photo, err));
	TRY(demo_case_save(m, err));
	TRY(demo_case_check(m, ret_made, err));
	return *ret_made ? demo_case_send(m, err) : ok();
}

/* ---- who ---- */

static const struct demo_person *adult(const struct demo_household *h, struct date today)
{
	for (size_t i = h->n; i > 0; i--) {
		const struct demo_person *p = &h->members[i - 1];
		if (p->status == DEMO_RESIDENT && age_on(p->birth, today) >= ADULT)
			return p;
	}
	return NULL;
}

static struct result try_household(struct making *m, const struct demo_household *h,
                                   uint64_t number, bool *ret_made, struct err *err)
{
	struct node *n = m->t->node;
	*ret_made = false;
	rng_derive(&m->r, m->t->nation->seed, STR("case"), number);
	m->p = adult(h, m->t->nation->today);
	/* The certificate needs an address, and hers must not come out. */
	if (!m->p || m->p->protect)
		return ok();
	m->city = h->city;
	m->code = code_of(n->app.codes, m->a, str_c(demo_city(h->city)->id), m->p->core);
	m->portal_code = code_of(n->app.codes, m->a, n->config.portal, m->p->core);
	/* Most of them lately. */
	int64_t hours = rng_between(&m->r, 1, DAYS * 24);
	m->now = m->t->now - (hours * hours / (DAYS * 24) + 1) * CLOCK_HOUR;
	return apply(m, ret_made, err);
}

static struct result make_all(struct making *m, uint64_t n, uint64_t *ret, struct err *err)
{
	struct demo_nation again = *m->t->nation;
	struct demo_household h;
	uint64_t made = 0;
	again.made = again.households = 0;
	while (made < n && demo_next(&again, m->a, &h)) {
		bool one = false;
		if (again.households > demo_persona_households())
			TRY(try_household(m, &h, again.households, &one, err));
		if (one)
			TRY(demo_case_goes_on(m, made++, err));
		arena_reset(m->a);
	}
	*ret = made;
	return ok();
}

struct result demo_cases_make(struct demo_trust *t, uint64_t n, uint64_t *ret, struct err *err)
{
	struct making m = { .t = t };
	const struct pack_issue *issues;
	size_t nissues;
	struct str dir = file_join(t->arena, t->node->config.share, STR("packs"));
	TRY(node_open_orgs(t->node, err)); /* their seals: some decisions have letters */
	TRY(pack_load(dir, t->arena, &m.packs, &issues, &nissues, err));
	m.a = arena_new(ARENA);
	struct result r = make_all(&m, n, ret, err);
	arena_free(m.a);
	pack_unref(m.packs);
	return r;
}
