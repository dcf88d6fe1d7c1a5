/* Events as rows; see life.h. */
#include "trust/life.h"

#include "base/calendar.h"

#define AUTH PROFILE_BIT(PROFILE_CITIZEN_AUTH)
#define SIGN PROFILE_BIT(PROFILE_CITIZEN_SIGN)
#define PHONE_AUTH PROFILE_BIT(PROFILE_CITIZEN_AUTH_PHONE)
#define PHONE_SIGN PROFILE_BIT(PROFILE_CITIZEN_SIGN_PHONE)
#define PHONE (PHONE_AUTH | PHONE_SIGN)
/* a phone's certificates end with the card's */
#define ALL (AUTH | SIGN | PHONE)

static const struct life_row rows[LIFE_EVENT_COUNT] = {
	[LIFE_ATTRIBUTES] = {
		"attributes", "氏名・住所などが変わったため、署名用電子証明書は失効しました。窓口で新しく発行を受けてください。",
		"Your name, address or other details changed, so your signature certificate has ended. Please have a new one issued at the counter.",
		"{名前|なまえ}や{住所|じゅうしょ}が {変|か}わりました。{署名用|しょめいよう}の{証明書|しょうめいしょ}は {使|つか}えません。{役所|やくしょ}の{窓口|まどぐち}で {新|あたら}しく {作|つく}ってください。",
		LIFE_REVOKES, SIGN | PHONE_SIGN, REVOKE_AFFILIATION,
	},
	[LIFE_DEATH] = {
		"death", "届出により、電子証明書は失効しました。", "The certificates have ended after a report.",
		"{届|とど}けがありました。{証明書|しょうめいしょ}は {使|つか}えません。",
		LIFE_REVOKES, ALL, REVOKE_CESSATION,
	},
	[LIFE_LEFT] = {
		"left", "国外への転出により、電子証明書は失効しました。",
		"You moved out of the country, so your certificates have ended.",
		"{外国|がいこく}に {引|ひ}っこしました。{証明書|しょうめいしょ}は {使|つか}えません。",
		LIFE_REVOKES, ALL, REVOKE_CESSATION,
	},
	[LIFE_CARD_LOST] = {
		"card-lost", "カードの紛失の届出により、電子証明書を一時停止しました。見つかったときは窓口へお届けください。",
		"You reported your card lost, so your certificates are on hold. Tell the counter when you find it.",
		"カードを なくしたと {聞|き}きました。{証明書|しょうめいしょ}を {止|と}めました。{見|み}つかったら {窓口|まどぐち}に {言|い}ってください。",
		LIFE_HOLDS, ALL, REVOKE_HOLD,
	},
	[LIFE_CARD_FOUND] = {
		"card-found", "電子証明書の一時停止を解除しました。", "Your certificates can be used again.",
		"{証明書|しょうめいしょ}は また {使|つか}えます。", LIFE_RELEASES, ALL, REVOKE_HOLD,
	},
	[LIFE_CARD_STOLEN] = {
		"card-stolen", "盗難の届出により、電子証明書は失効しました。",
		"You reported your card stolen, so your certificates have ended.",
		"カードを ぬすまれたと {聞|き}きました。{証明書|しょうめいしょ}は もう {使|つか}えません。",
		LIFE_REVOKES, ALL, REVOKE_KEY_COMPROMISE,
	},
	[LIFE_CARD_RETURNED] = {
		"card-returned", "カードの返納により、電子証明書は失効しました。",
		"You gave your card back, so your certificates have ended.",
		"カードを {返|かえ}しました。{証明書|しょうめいしょ}は もう {使|つか}えません。",
		LIFE_REVOKES, ALL, REVOKE_CESSATION,
	},
	[LIFE_PHONE_LOST] = {
		"phone-lost", "スマートフォンの紛失の届出により、スマホ用電子証明書を一時停止しました。",
		"You reported your phone lost, so the certificates in it are on hold.",
		"スマートフォンを なくしたと {聞|き}きました。スマートフォンの{証明書|しょうめいしょ}を {止|と}めました。",
		LIFE_HOLDS, PHONE, REVOKE_HOLD,
	},
	[LIFE_PHONE_FOUND] = {
		"phone-found", "スマホ用電子証明書の一時停止を解除しました。",
		"The certificates in your phone can be used again.",
		"スマートフォンの{証明書|しょうめいしょ}は また {使|つか}えます。", LIFE_RELEASES, PHONE, REVOKE_HOLD,
	},
	[LIFE_PHONE_CHANGED] = {
		"phone-changed", "スマホ用電子証明書は失効しました。", "The certificates in your phone have ended.",
		"スマートフォンの{証明書|しょうめいしょ}は もう {使|つか}えません。",
		LIFE_REVOKES, PHONE, REVOKE_SUPERSEDED,
	},
	[LIFE_RENEWED] = {
		"renewed", "電子証明書を更新しました。前の電子証明書は使えません。",
		"Your certificates were renewed. The former ones can no longer be used.",
		"{証明書|しょうめいしょ}を {新|あたら}しくしました。{前|まえ}の{証明書|しょうめいしょ}は {使|つか}えません。",
		LIFE_REVOKES, ALL, REVOKE_SUPERSEDED,
	},
};

enum { RENEW_MONTHS = 3 };

const struct life_row *life_row(enum life_event e)
{
	return &rows[e];
}

bool life_event_parse(struct str name, enum life_event *ret)
{
	for (size_t i = 0; i < LIFE_EVENT_COUNT; i++)
		if (str_eq(name, str_c(rows[i].name))) {
			*ret = (enum life_event)i;
			return true;
		}
	return false;
}

static struct result apply(struct db *tx, const struct life_row *row, struct str org,
                           const struct life_done *c, int64_t now, bool *ret_changed,
                           struct err *err)
{
	if (row->does == LIFE_RELEASES)
		return trust_cert_release(tx, org, c->ca, c->serial, ret_changed, err);
	return trust_cert_revoke(tx, org, c->ca, c->serial, row->reason, now, ret_changed, err);
}

struct result trust_life(struct db *tx, struct arena *a, struct str org, struct str subject,
                         enum life_event e, int64_t now, struct life_done ret[LIFE_DONE_MAX],
                         size_t *ret_n, struct err *err)
{
	const struct life_row *row = &rows[e];
	const struct cert_row *certs;
	struct life_done done[LIFE_DONE_MAX];
	size_t n, ndone = 0;
	TRY(trust_certs_of_subject(tx, a, org, subject, &certs, &n, err));
	for (size_t i = 0; i < n; i++) {
		struct life_done c = { .serial = certs[i].serial };
		bool changed = false;
		if (!profile_parse(certs[i].profile, &c.profile) ||
		    !(row->profiles & PROFILE_BIT(c.profile)) || now > certs[i].not_after)
			continue;
		c.ca = profile_row(c.profile)->ca;
		TRY(apply(tx, row, org, &c, now, &changed, err));
		if (!changed)
			continue;
		if (ndone == LIFE_DONE_MAX) /* the transaction is given up whole */
			return fail(err, ERR_TOO_LARGE, "trust.life.many", NULL,
			            "more than %d certificates of one person", LIFE_DONE_MAX);
		done[ndone++] = c;
	}
	memcpy(ret, done, ndone * sizeof *done);
	*ret_n = ndone;
	return ok();
}

bool trust_may_renew(const struct cert_row *row, int64_t now)
{
	struct date from = date_add_months(jst_date(row->not_after), -RENEW_MONTHS);
	return row->state.status == STATUS_GOOD && now <= row->not_after && now >= jst_start(from);
}

bool trust_attributes_differ(const struct cert_holder *x, const struct cert_holder *y)
{
	return !str_eq(x->name, y->name) || !str_eq(x->address, y->address) || x->sex != y->sex ||
	       x->year != y->year || x->month != y->month || x->day != y->day;
}
