#include "cmd/demo_personas.h"

#include "cmd/demo_names.h"
#include "crypto/digest.h"

static const struct demo_persona personas[] = {
	{ "hanako", "3人の子の母（8歳・4歳・生まれたばかり）。児童手当、罹災証明書",
	  "Mother of three (8, 4, newborn): child allowance, disaster certificate",
	  "{子|こ}どもが3{人|にん}います（8{歳|さい}・4{歳|さい}・{赤|あか}ちゃん）。{児童手当|じどうてあて}、{罹災証明書|りさいしょうめいしょ}",
	  CERTS_BOTH, "1234", "HANAKO85" },
	{ "isamu", "一人暮らしの80歳。罹災証明書", "A man of 80 living alone: disaster certificate",
	  "{一人|ひとり}で{住|す}んでいる80{歳|さい}の{人|ひと}。{罹災証明書|りさいしょうめいしょ}",
	  CERTS_BOTH, "4680", "ISAMU1946" },
	{ "misaki", "妊娠中。妊娠の届出（都城市）", "Expecting a child: pregnancy notification (Miyakonojo)",
	  "もうすぐ{赤|あか}ちゃんが{生|う}まれます。{妊娠|にんしん}のお{知|し}らせ（{都城市|みやこのじょうし}）",
	  CERTS_BOTH, "2580", "MISAKI99" },
	{ "megumi", "支援措置対象者。住所はどこにも表示されません（三田市）",
	  "Protected: her address is shown nowhere (Sanda)",
	  "{守|まも}られている{人|ひと}。{住所|じゅうしょ}はどこにも{出|で}ません（{三田市|さんだし}）",
	  CERTS_BOTH, "1357", "MEGUMI77" },
	{ "yoshiyuki", "JIS X 0208外の漢字と異体字のある氏名（三田市）",
	  "A name outside JIS X 0208, with a variation sequence (Sanda)",
	  "{名前|なまえ}の{漢字|かんじ}がめずらしい{人|ひと}（{三田市|さんだし}）",
	  CERTS_BOTH, "2468", "YOSHI2026" },
	{ "hiroto", "16歳。署名用電子証明書を持てる（三田市）",
	  "16 years old: may hold a signing certificate (Sanda)",
	  "16{歳|さい}。{署名|しょめい}もできます（{三田市|さんだし}）", CERTS_BOTH, "1616", "HIROTO16" },
	{ "aoi", "14歳。利用者証明用電子証明書だけ（三田市）",
	  "14 years old: a login certificate only (Sanda)",
	  "14{歳|さい}。ログイン（{入|はい}ること）だけできます（{三田市|さんだし}）", CERTS_LOGIN, "1414", NULL },
	{ "osamu", "電子証明書が失効している（紛失）", "His certificates are revoked (phone lost)",
	  "スマートフォンをなくしたので、{証明書|しょうめいしょ}を{止|と}めました", CERTS_REVOKED, "9876", "OSAMU999" },
	{ "sachiko", "電子証明書の有効期限が切れている（都城市）", "Her certificates have expired (Miyakonojo)",
	  "{証明書|しょうめいしょ}が{古|ふる}くて{使|つか}えません（{都城市|みやこのじょうし}）",
	  CERTS_EXPIRED, "1122", "SACHIKO55" },
	{ "kenichi", "転出した人。加賀市の手続はできない", "Moved out of Kaga: may not apply there any more",
	  "{引|ひ}っ{越|こ}した{人|ひと}。{加賀市|かがし}の{手続|てつづ}きはできません",
	  CERTS_LOGIN, "3344", NULL },
	{ "lan", "外国籍の住民（三田市）", "A foreign resident (Sanda)",
	  "{外国|がいこく}から{来|き}て{住|す}んでいる{人|ひと}（{三田市|さんだし}）",
	  CERTS_BOTH, "7788", "LANTHI2026" },
};

size_t demo_personas(const struct demo_persona **ret)
{
	*ret = personas;
	return sizeof personas / sizeof *personas;
}

const struct demo_persona *demo_persona_find(const char *id)
{
	for (size_t i = 0; i < sizeof personas / sizeof *personas; i++)
		if (str_eq(str_c(personas[i].id), str_c(id)))
			return &personas[i];
	return NULL;
}

/* ---- their households ---- */

/* One member. Age by completed years with the birthday fixed, or the days since
 * birth for a newborn. */
struct member_row {
	const char *persona, *given, *given_kana, *relation;
	bool female;
	int age, month, day;
	int newborn_days;
	int64_t income;
	enum demo_pension pension;
	bool account;
	const char *romaji;     /* when it does not follow from the kana */
};

static const struct household_row {
	const char *family, *kana;
	const char *city, *address, *postal;
	int since_years;        /* at this address */
	bool protect, moved_out;
	struct member_row members[6];
} households[] = {
	{ "加賀", "カガ", "172065", "石川県加賀市大聖寺八間道65番地", "922-0057", 10, false, false, {
		{ "hanako", "花子", "ハナコ", "世帯主", true, 36, 5, 12, 0, 3860000, DEMO_EMPLOYEE, true, NULL },
		{ NULL, "太郎", "タロウ", "夫", false, 38, 9, 3, 0, 3120000, DEMO_EMPLOYEE, true, NULL },
		{ NULL, "陽菜", "ヒナ", "子", true, 8, 6, 21, 0, -1, DEMO_NO_PENSION, false, NULL },
		{ NULL, "蓮", "レン", "子", false, 4, 2, 14, 0, -1, DEMO_NO_PENSION, false, NULL },
		{ NULL, "結衣", "ユイ", "子", true, 0, 0, 0, 9, -1, DEMO_NO_PENSION, false, NULL } } },
	{ "山中", "ヤマナカ", "172065", "石川県加賀市橋立町イ12番地", "922-0554", 51, false, false, {
		{ "isamu", "勇", "イサム", "世帯主", false, 80, 3, 3, 0, 940000, DEMO_NO_PENSION, false, NULL } } },
	{ "姫城", "ヒメギ", "452025", "宮崎県都城市姫城町12街区8号 コーポさくら 203号室", "885-0073", 3, false, false, {
		{ NULL, "健太", "ケンタ", "世帯主", false, 31, 11, 2, 0, 3450000, DEMO_EMPLOYEE, true, NULL },
		{ "misaki", "美咲", "ミサキ", "妻", true, 29, 4, 8, 0, 2280000, DEMO_EMPLOYEE, true, NULL } } },
	{ "青木", "アオキ", "282197", "兵庫県三田市寺村町88番地3 ハイツ若葉 101号室", "669-1523", 1, true, false, {
		{ "megumi", "恵", "メグミ", "世帯主", true, 34, 8, 17, 0, 1980000, DEMO_EMPLOYEE, true, NULL },
		{ NULL, "凛", "リン", "子", true, 6, 1, 30, 0, -1, DEMO_NO_PENSION, false, NULL } } },
	{ "辻\U000E0102", "ツジ", "282197", "兵庫県三田市三輪3丁目14番2号", "669-1513", 18, false, false, {
		{ "yoshiyuki", "𠮷之", "ヨシユキ", "世帯主", false, 58, 12, 1, 0, 5210000, DEMO_EMPLOYEE, true, NULL },
		{ NULL, "眞理子", "マリコ", "妻", true, 55, 10, 10, 0, 0, DEMO_NATIONAL, false, NULL } } },
	{ "三輪", "ミワ", "282197", "兵庫県三田市あかしあ台2丁目5番11号", "669-1323", 16, false, false, {
		{ NULL, "大輔", "ダイスケ", "世帯主", false, 47, 7, 7, 0, 5680000, DEMO_EMPLOYEE, true, NULL },
		{ NULL, "沙織", "サオリ", "妻", true, 45, 2, 20, 0, 1460000, DEMO_EMPLOYEE, true, NULL },
		{ "hiroto", "大翔", "ヒロト", "子", false, 16, 5, 5, 0, -1, DEMO_NO_PENSION, false, NULL },
		{ "aoi", "葵", "アオイ", "子", true, 14, 3, 25, 0, -1, DEMO_NO_PENSION, false, NULL } } },
	{ "橋立", "ハシダテ", "172065", "石川県加賀市片山津温泉ヲ24番地", "922-0412", 22, false, false, {
		{ "osamu", "修", "オサム", "世帯主", false, 61, 6, 6, 0, 2740000, DEMO_EMPLOYEE, false, NULL },
		{ NULL, "明美", "アケミ", "妻", true, 60, 1, 9, 0, 820000, DEMO_NO_PENSION, true, NULL } } },
	{ "上原", "ウエハラ", "452025", "宮崎県都城市庄内町8610番地", "885-0114", 33, false, false, {
		{ "sachiko", "幸子", "サチコ", "世帯主", true, 71, 9, 15, 0, 610000, DEMO_NO_PENSION, true, NULL } } },
	{ "片山", "カタヤマ", "172065", "石川県加賀市山代温泉桜町77番地", "922-0250", 6, false, true, {
		{ "kenichi", "健一", "ケンイチ", "世帯主", false, 42, 4, 29, 0, -1, DEMO_NO_PENSION, false, NULL } } },
	{ "NGUYEN", "グエン", "282197", "兵庫県三田市相生町21番地 グリーンハイツ青空 305号室", "669-1526", 4, false, false, {
		{ "lan", "THI LAN", "ティ ラン", "世帯主", true, 27, 2, 3, 0, 2350000, DEMO_EMPLOYEE, true, "NGUYEN THI LAN" } } },
	/* Nobody's phone: somebody born in 大正 is always there. */
	{ "黒木", "クロキ", "452025", "宮崎県都城市安久町456番地", "885-0044", 60, false, false, {
		{ NULL, "ハル", "ハル", "世帯主", true, 101, 2, 11, 0, 420000, DEMO_NO_PENSION, false, NULL } } },
};

size_t demo_persona_households(void)
{
	return sizeof households / sizeof *households;
}

static struct date birth_of(struct date today, const struct member_row *row)
{
	if (row->newborn_days)
		return date_add_days(today, -row->newborn_days);
	struct date d = { today.year - row->age, row->month, row->day };
	if (age_on(d, today) < row->age)
		d.year--;
	return d;
}

static struct str spelled(struct arena *a, const struct household_row *h,
                          const struct member_row *row)
{
	if (row->romaji)
		return str_c(row->romaji);
	return arena_printf(a, "%.*s %.*s", STR_ARG(demo_romaji(a, h->kana)),
	                    STR_ARG(demo_romaji(a, row->given_kana)));
}

static void fill(const struct demo_nation *n, struct arena *a, const struct household_row *h,
                 const struct member_row *row, struct demo_person *p)
{
	struct date moved = date_add_months(n->today, -12 * h->since_years);
	*p = (struct demo_person){
		.name = arena_printf(a, "%s %s", h->family, row->given),
		.kana = arena_printf(a, "%s %s", h->kana, row->given_kana),
		.romaji = spelled(a, h, row), .female = row->female, .relation = str_c(row->relation),
		.birth = birth_of(n->today, row), .foreign = row->romaji != NULL,
		.protect = h->protect, .income = row->income, .pension = row->pension,
		.deductions = row->income >= 0 ? 880000 : 0, .account = row->account,
		.persona = row->persona };
	p->since = date_cmp(p->birth, moved) > 0 ? p->birth : moved;
	p->changed = p->since;
	if (h->moved_out) {
		p->status = DEMO_MOVED_OUT;
		p->changed = date_add_months(n->today, -2);
	}
}

void demo_persona_household(const struct demo_nation *n, struct arena *a, size_t i,
                            uint64_t index, struct demo_household *ret)
{
	const struct household_row *h = &households[i];
	*ret = (struct demo_household){ .city = demo_city_of(str_c(h->city)),
		.id = arena_printf(a, "h%012zu", i + 1),
		.address = { .text = str_c(h->address), .postal = str_c(h->postal), .code = STR("") } };
	for (size_t k = 0; k < sizeof h->members / sizeof *h->members && h->members[k].given; k++) {
		struct demo_person *p = &ret->members[ret->n++];
		fill(n, a, h, &h->members[k], p);
		p->head = k == 0;
		demo_identify(n, a, index + k, p);
	}
}

/* ---- officers ---- */

static const struct demo_officer officers[] = {
	{ "clerk", "clerk", "市民課 主事" },
	{ "clerk2", "clerk", "市民課 主任" },
	{ "approver", "approver", "市民課 課長" },
	{ "admin", "clerk approver admin", "情報政策課 係長" },
};

static const char *const city_words[DEMO_CITIES] = { "kaga", "miyakonojo", "sanda" };

size_t demo_officers(const struct demo_officer **ret)
{
	*ret = officers;
	return sizeof officers / sizeof *officers;
}

static struct str name_from(const struct demo_nation *n, struct arena *a, struct str label,
                            uint64_t number)
{
	struct rng r;
	rng_derive(&r, n->seed, label, number);
	bool female = rng_chance(&r, 1, 2);
	const struct demo_name *family = demo_family(&r);
	const struct demo_name *given = demo_given(&r, female, 1965 + (int)rng_below(&r, 35));
	return arena_printf(a, "%s %s", family->kanji, given->kanji);
}

struct str demo_officer_name(const struct demo_nation *n, struct arena *a, size_t city, size_t i)
{
	return name_from(n, a, STR("officer"), city * 100 + i);
}

struct str demo_head_name(const struct demo_nation *n, struct arena *a, size_t city)
{
	return name_from(n, a, STR("head"), city);
}

struct str demo_officer_password(struct arena *a, size_t city, size_t i)
{
	return arena_printf(a, "%s-%s-2026", city_words[city], officers[i].id);
}

struct str demo_officer_totp(struct arena *a, size_t city, size_t i)
{
	uint8_t digest[SHA256_SIZE];
	sha256(arena_printf(a, "musubi demo totp %s %s", demo_city(city)->id, officers[i].id), digest);
	return arena_str(a, str_of((const char *)digest, TOTP_SECRET));
}
