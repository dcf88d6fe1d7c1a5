/* From a decision to a sealed PDF.
 *
 * Whom it goes to and where is asked of the register on the day it is made: an
 * address changed since the application is the right one, and one that became
 * protected since (支援措置) is in no letter. The QR code is the letter in short;
 * what does not fit into it is left out from the end. */
#include "web/letters.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "sign/pades.h"
#include "letter/qr.h"
#include "record/record.h"
#include "trust/cms.h"
#include "web/app.h"

struct making {
	struct app *app;
	struct arena *a;
	const struct apply_case *c;
	const struct procedure *p;
	const struct pack_letter *l;
	struct form *f;
	const struct org *org;
	const struct json *values; /* the letter's own, as texts */
	int64_t now;
	struct letter out;
};

/* ---- words ---- */

struct str letter_value(struct arena *a, const struct json *v)
{
	struct date d;
	struct str out = STR("");
	if (!v)
		return out;
	switch (v->kind) {
	case JSON_STRING:
		return date_parse(v->text, &d) ? date_era_text(a, d) : v->text;
	case JSON_NUMBER:
		return v->text;
	case JSON_BOOL:
		return v->boolean ? STR("はい") : STR("いいえ");
	case JSON_ARRAY:
		for (size_t i = 0; i < v->n; i++) {
			struct str x = letter_value(a, &v->items[i]);
			out = i ? arena_printf(a, "%.*s、%.*s", STR_ARG(out), STR_ARG(x)) : x;
		}
		return out;
	case JSON_OBJECT: /* packs say which member they mean; a bare object has a name at most */
		return letter_value(a, json_get(v, STR("name")));
	case JSON_NULL:
		break;
	}
	return out;
}

struct str letter_fill(struct arena *a, struct str text, const struct json *values)
{
	struct str out = STR("");
	size_t open;
	while ((open = str_find_char(text, '{')) != STR_NONE) {
		size_t close = str_find_char(str_from(text, open), '}');
		if (close == STR_NONE)
			break;
		struct str name = str_sub(text, open + 1, close - 1);
		const struct json *v = json_get(values, name);
		struct str with = v ? json_text(v) : str_sub(text, open, close + 1);
		out = arena_printf(a, "%.*s%.*s%.*s", STR_ARG(out), (int)open, text.p, STR_ARG(with));
		text = str_from(text, open + close + 1);
	}
	return arena_join(a, out, text);
}

static struct result value_of(struct making *m, const struct pack_value *v, struct str *ret,
                              struct err *err)
{
	const struct json *j;
	TRY(form_eval(m->f, v->expr, &j, err));
	*ret = letter_value(m->a, j);
	return ok();
}

static struct result make_values(struct making *m, struct err *err)
{
	struct json_object *o = json_object_new(m->a);
	for (size_t i = 0; i < m->l->nvalues; i++) {
		struct str text;
		TRY(value_of(m, &m->l->values[i], &text, err));
		json_put_str(o, m->l->values[i].name, text);
	}
	m->values = json_object_done(o);
	return ok();
}

/* ---- the sheet ---- */

static struct result make_rows(struct making *m, const struct pack_letter_block *in,
                               struct letter_block *out, struct err *err)
{
	struct letter_row *rows = ARENA_ARRAY(m->a, struct letter_row, in->nrows + 1);
	for (size_t i = 0; i < in->nrows; i++) {
		rows[i].label = in->rows[i].label.t[LANG_JA].n ? in->rows[i].label.t[LANG_JA]
		                                               : in->rows[i].name;
		TRY(value_of(m, &in->rows[i], &rows[i].value, err));
	}
	out->rows = rows;
	out->nrows = in->nrows;
	return ok();
}

static struct result make_blocks(struct making *m, struct err *err)
{
	static const enum letter_block_kind kinds[] = {
		[BLOCK_PARA] = LETTER_PARA, [BLOCK_TABLE] = LETTER_TABLE,
		[BLOCK_HEADING] = LETTER_HEADING, [BLOCK_NOTE] = LETTER_NOTE,
	};
	struct letter_block *list = ARENA_ARRAY(m->a, struct letter_block, m->l->nblocks + 1);
	for (size_t i = 0; i < m->l->nblocks; i++) {
		const struct pack_letter_block *in = &m->l->blocks[i];
		list[i].kind = kinds[in->kind];
		list[i].text = letter_fill(m->a, in->text, m->values);
		TRY(make_rows(m, in, &list[i], err));
	}
	m->out.blocks = list;
	m->out.nblocks = m->l->nblocks;
	return ok();
}

static void make_issuer(struct making *m)
{
	const struct org *o = m->org;
	struct str office = m->p->office.t[LANG_JA];
	m->out.issuer = (struct letter_issuer){
		.org_code = o->id, .name = o->name.t[LANG_JA], .head_title = o->head_title,
		.head_name = o->head_name, .office = office.n ? office : o->office,
		.address = o->address,
		.contact = o->phone.n ? arena_printf(m->a, "電話 %.*s", STR_ARG(o->phone)) : STR("") };
	for (size_t i = 0; i < m->p->nlaws; i++)
		m->out.basis = arena_printf(m->a, "%.*s%s%.*s%.*s", STR_ARG(m->out.basis), i ? "、" : "",
		                            STR_ARG(m->p->laws[i].name), STR_ARG(m->p->laws[i].article));
}

static struct result make_addressee(struct making *m, struct err *err)
{
	const struct record *r;
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(m->app->store, &db, err));
	TRY(record_current(db, m->a, m->c->org, m->c->subject, STR("resident.basic"), STR(""), &r,
	                   err));
	m->out.to.name = m->c->applicant_name;
	if (!r)
		return ok();
	struct str name = json_text(json_get(r->body, STR("name")));
	struct str *line = ARENA_NEW(m->a, struct str);
	*line = json_text(json_get(r->body, STR("address")));
	if (name.n)
		m->out.to.name = name;
	if (line->n == 0)
		return ok(); /* protected, or not known: by name alone */
	m->out.to.address = line;
	m->out.to.naddress = 1;
	m->out.to.postal = json_text(json_get(r->body, STR("postal")));
	return ok();
}

/* ---- QR code and seal ---- */

static struct result sign_qr(struct making *m, struct letter_qr *q, struct err *err)
{
	struct err why = { 0 };
	for (;;) {
		struct result r = letter_qr_sign(m->a, q, m->org->seal_key, m->org->seal_cert,
		                                 &m->out.qr, &why);
		if (is_ok(r))
			return r;
		if (r.kind != ERR_TOO_LARGE || q->nfacts == 0) {
			if (err)
				*err = why;
			return r;
		}
		q->nfacts--;
	}
}

static struct result make_qr(struct making *m, struct err *err)
{
	uint8_t digest[32];
	struct letter_qr q = { .org = m->org->id, .kind = m->l->id, .number = m->out.number,
		.date = m->out.date };
	TRY(letter_digest(&m->out, digest, err));
	memcpy(q.digest, digest, sizeof q.digest);
	for (size_t i = 0; i < m->l->nqr && q.nfacts < QR_FACTS_MAX; i++) {
		struct letter_qr_fact *fact = &q.facts[q.nfacts];
		fact->label = m->l->qr[i].label.t[LANG_JA].n ? m->l->qr[i].label.t[LANG_JA]
		                                             : m->l->qr[i].name;
		TRY(value_of(m, &m->l->qr[i], &fact->value, err));
		q.nfacts += fact->value.n > 0;
	}
	return sign_qr(m, &q, err);
}

static struct result seal(struct making *m, struct str pdf, struct pades_spot spot,
                          struct str *ret, struct err *err)
{
	struct cms_signer signer = { .key = m->org->seal_key, .cert = m->org->seal_cert,
		.chain = m->org->seal_chain, .nchain = m->org->nchain };
	struct pades_options o = { .time = m->now, .name = m->org->head_title,
		.reason = STR("電子公印"), .spot = spot, .sign = pades_sign_cms, .ctx = &signer };
	BUF_AUTO sealed;
	buf_init(&sealed, LETTER_PDF_MAX);
	TRY(pades_seal(pdf, &o, &sealed, err));
	if (buf_over(&sealed))
		return fail(err, ERR_TOO_LARGE, "letter.large", NULL, "the letter is above %d bytes",
		            LETTER_PDF_MAX);
	*ret = arena_str(m->a, buf_str(&sealed));
	return ok();
}

struct result app_letter(void *ctx, struct arena *a, const struct apply_case *c,
                         const struct procedure *p, const struct pack_letter *l, struct form *f,
                         struct str *ret_pdf, struct err *err)
{
	struct app *app = ctx;
	struct making m = { .app = app, .a = a, .c = c, .p = p, .l = l, .f = f,
		.org = app_org(app, c->org), .now = clock_now_us() };
	struct pades_spot spot;
	uint32_t pages;
	if (!m.org || !m.org->seal_key || m.org->seal_cert.n == 0)
		return fail(err, ERR_UNAVAILABLE, "letter.no_seal", NULL,
		            "organization %.*s has no key and certificate to seal letters with",
		            STR_ARG(c->org));
	m.out.number = case_letter_number(a, c, l);
	m.out.date = date_format(a, jst_date(m.now));
	m.out.title = l->title;
	m.out.appeal.present = l->appeal;
	m.out.sealed = true;
	make_issuer(&m);
	TRY(make_addressee(&m, err));
	TRY(make_values(&m, err));
	TRY(make_blocks(&m, err));
	TRY(make_qr(&m, err));
	BUF_AUTO pdf;
	buf_init(&pdf, LETTER_PDF_MAX);
	TRY(letter_render(&m.out, &pdf, &spot, &pages, err));
	return seal(&m, buf_str(&pdf), spot, ret_pdf, err);
}
