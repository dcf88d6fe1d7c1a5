/* The register and the certificates, together or not at all; see register.h. */
#include "apply/register.h"

#include "notice/notice.h"

/* The sentence of the event where she reads everything. */
static struct result tell(struct db *tx, struct arena *a, const struct register_desk *d,
                          struct str at_ca, enum life_event e, int64_t now, struct err *err)
{
	const struct life_row *row = life_row(e);
	struct str there;
	struct notice n = { .from_org = d->ca, .link = STR("/certificates"), .at = now,
		.text = { [LANG_JA] = str_c(row->ja), [LANG_EN] = str_c(row->en),
		          [LANG_EASY] = str_c(row->easy) } };
	if (d->portal.n == 0)
		return ok();
	TRY(code_convert(d->codes, a, d->ca, at_ca, d->portal, &there, err));
	return notice_put(tx, a, d->portal, there, &n, err);
}

struct result register_life(struct db *tx, struct arena *a, const struct register_desk *d,
                            struct str org, struct str subject, enum life_event e, int64_t now,
                            size_t *ret_n, struct err *err)
{
	struct life_done done[LIFE_DONE_MAX];
	struct str at_ca;
	size_t n = 0;
	if (d->ca.n) {
		TRY(code_convert(d->codes, a, org, subject, d->ca, &at_ca, err));
		TRY(trust_life(tx, a, d->ca, at_ca, e, now, done, &n, err));
		if (n)
			TRY(tell(tx, a, d, at_ca, e, now, err));
	}
	*ret_n = n;
	return ok();
}

struct result register_put(struct db *tx, struct arena *a, const struct register_desk *d,
                           const struct record_new *r, int64_t now, struct err *err)
{
	static const enum life_event events[] = { [BASIC_ATTRIBUTES] = LIFE_ATTRIBUTES,
		[BASIC_DIED] = LIFE_DEATH, [BASIC_LEFT] = LIFE_LEFT };
	enum basic_change change;
	struct record_new version = *r;
	struct str id;
	size_t n;
	version.single = version.followed = true;
	TRY(record_basic_change(tx, a, r->org, r->subject, r->body, &change, err));
	TRY(record_put(tx, a, &version, &id, err));
	if (change == BASIC_SAME)
		return ok();
	return register_life(tx, a, d, r->org, r->subject, events[change], now, &n, err);
}
