/* The tables (exempt from the size rule). */
#include "cmd/demo_places.h"

static const struct demo_town kaga[] = {
	{ "大聖寺観音町", "ダイショウジカンノンマチ", "922-0046", NUMBER_PLAIN, 0 },
	{ "大聖寺八間道", "ダイショウジハチケンミチ", "922-0057", NUMBER_PLAIN, 0 },
	{ "大聖寺菅生町", "ダイショウジスゴウマチ", "922-0814", NUMBER_IROHA, 0 },
	{ "大聖寺下福田町", "ダイショウジシモフクダマチ", "922-0002", NUMBER_IROHA, 0 },
	{ "大聖寺上木町", "ダイショウジウワギマチ", "922-0001", NUMBER_IROHA, 0 },
	{ "大聖寺関町", "ダイショウジセキマチ", "922-0801", NUMBER_PLAIN, 0 },
	{ "大聖寺越前町", "ダイショウジエチゼンマチ", "922-0802", NUMBER_PLAIN, 0 },
	{ "大聖寺緑ケ丘", "ダイショウジミドリガオカ", "922-0852", NUMBER_PLAIN, 0 },
	{ "大聖寺新栄町", "ダイショウジシンサカエマチ", "922-0021", NUMBER_PLAIN, 0 },
	{ "大聖寺一本橋町", "ダイショウジイッポンバシマチ", "922-0036", NUMBER_PLAIN, 0 },
	{ "大聖寺福田町", "ダイショウジフクダマチ", "922-0052", NUMBER_PLAIN, 0 },
	{ "大聖寺大新道", "ダイショウジオオシンミチ", "922-0806", NUMBER_PLAIN, 0 },
	{ "大聖寺松ケ根町", "ダイショウジマツガネチョウ", "922-0062", NUMBER_PLAIN, 0 },
	{ "山代温泉桜町", "ヤマシロオンセンサクラマチ", "922-0250", NUMBER_PLAIN, 0 },
	{ "山代温泉神明町", "ヤマシロオンセンシンメイチョウ", "922-0244", NUMBER_PLAIN, 0 },
	{ "山代温泉幸町", "ヤマシロオンセンサイワイチョウ", "922-0255", NUMBER_PLAIN, 0 },
	{ "山中温泉湯の本町", "ヤマナカオンセンユノホンマチ", "922-0122", NUMBER_IROHA, 0 },
	{ "山中温泉上原町", "ヤマナカオンセンウワバラマチ", "922-0107", NUMBER_IROHA, 0 },
	{ "山中温泉長谷田町", "ヤマナカオンセンハセダマチ", "922-0103", NUMBER_IROHA, 0 },
	{ "山中温泉西桂木町", "ヤマナカオンセンニシカツラギマチ", "922-0112", NUMBER_IROHA, 0 },
	{ "片山津温泉", "カタヤマヅオンセン", "922-0412", NUMBER_IROHA, 0 },
	{ "橋立町", "ハシタテマチ", "922-0554", NUMBER_IROHA, 0 },
	{ "小塩町", "オシオマチ", "922-0553", NUMBER_IROHA, 0 },
	{ "塩屋町", "シオヤマチ", "922-0673", NUMBER_IROHA, 0 },
	{ "吉崎町", "ヨシザキマチ", "922-0672", NUMBER_PLAIN, 0 },
	{ "熊坂町", "クマサカマチ", "922-0842", NUMBER_IROHA, 0 },
	{ "箱宮町", "ハコミヤマチ", "922-0303", NUMBER_IROHA, 0 },
	{ "松が丘", "マツガオカ", "922-0436", NUMBER_PLAIN, 0 },
	{ "若葉台", "ワカバダイ", "922-0323", NUMBER_PLAIN, 0 },
	{ "潮津町", "ウシオヅマチ", "922-0411", NUMBER_IROHA, 0 },
};

static const struct demo_town miyakonojo[] = {
	{ "姫城町", "ヒメギチョウ", "885-0073", NUMBER_BLOCK, 0 },
	{ "上町", "カンマチ", "885-0072", NUMBER_BLOCK, 0 },
	{ "八幡町", "ハチマンチョウ", "885-0075", NUMBER_BLOCK, 0 },
	{ "牟田町", "ムタチョウ", "885-0079", NUMBER_BLOCK, 0 },
	{ "前田町", "マエダチョウ", "885-0025", NUMBER_BLOCK, 0 },
	{ "栄町", "サカエマチ", "885-0023", NUMBER_BLOCK, 0 },
	{ "北原町", "キタハラチョウ", "885-0024", NUMBER_BLOCK, 0 },
	{ "平江町", "ヒラエチョウ", "885-0021", NUMBER_BLOCK, 0 },
	{ "妻ケ丘町", "ツマガオカチョウ", "885-0033", NUMBER_BLOCK, 0 },
	{ "中原町", "ナカハラチョウ", "885-0032", NUMBER_BLOCK, 0 },
	{ "東町", "ヒガシマチ", "885-0052", NUMBER_BLOCK, 0 },
	{ "早鈴町", "ハヤスズチョウ", "885-0055", NUMBER_PLAIN, 0 },
	{ "庄内町", "ショウナイチョウ", "885-0114", NUMBER_PLAIN, 0 },
	{ "年見町", "トシミチョウ", "885-0017", NUMBER_BLOCK, 0 },
	{ "祝吉町", "イワヨシチョウ", "885-0014", NUMBER_PLAIN, 0 },
	{ "都北町", "トホクチョウ", "885-0004", NUMBER_PLAIN, 0 },
	{ "吉尾町", "ヨシオチョウ", "885-0006", NUMBER_PLAIN, 0 },
	{ "豊満町", "トヨミツチョウ", "885-0043", NUMBER_PLAIN, 0 },
	{ "安久町", "ヤスヒサチョウ", "885-0044", NUMBER_PLAIN, 0 },
	{ "五十町", "ゴジッチョウ", "885-0084", NUMBER_PLAIN, 0 },
	{ "志比田町", "シビタチョウ", "885-0093", NUMBER_PLAIN, 0 },
	{ "関之尾町", "セキノオチョウ", "885-0113", NUMBER_PLAIN, 0 },
	{ "乙房町", "オトボウチョウ", "885-0112", NUMBER_PLAIN, 0 },
	{ "御池町", "ミイケチョウ", "885-0224", NUMBER_PLAIN, 0 },
	{ "下水流町", "シモズルチョウ", "885-1102", NUMBER_PLAIN, 0 },
	{ "高城町穂満坊", "タカジョウチョウホマンボウ", "885-1202", NUMBER_PLAIN, 0 },
	{ "高城町大井手", "タカジョウチョウオオイデ", "885-1203", NUMBER_PLAIN, 0 },
	{ "高城町石山", "タカジョウチョウイシヤマ", "885-1205", NUMBER_PLAIN, 0 },
};

static const struct demo_town sanda[] = {
	{ "三輪", "ミワ", "669-1513", NUMBER_CHOME, 4 },
	{ "天神", "テンジン", "669-1531", NUMBER_CHOME, 3 },
	{ "学園", "ガクエン", "669-1337", NUMBER_CHOME, 5 },
	{ "あかしあ台", "アカシアダイ", "669-1323", NUMBER_CHOME, 5 },
	{ "弥生が丘", "ヤヨイガオカ", "669-1546", NUMBER_CHOME, 6 },
	{ "屋敷町", "ヤシキマチ", "669-1532", NUMBER_PLAIN, 0 },
	{ "中央町", "チュウオウチョウ", "669-1529", NUMBER_PLAIN, 0 },
	{ "横山町", "ヨコヤマチョウ", "669-1534", NUMBER_PLAIN, 0 },
	{ "八景町", "ハッケイチョウ", "669-1524", NUMBER_PLAIN, 0 },
	{ "相生町", "アイオイチョウ", "669-1526", NUMBER_PLAIN, 0 },
	{ "寺村町", "テラムラチョウ", "669-1523", NUMBER_PLAIN, 0 },
	{ "さくら坂", "サクラザカ", "669-1325", NUMBER_PLAIN, 0 },
	{ "加茂", "カモ", "669-1311", NUMBER_PLAIN, 0 },
	{ "北浦", "キタウラ", "669-1304", NUMBER_PLAIN, 0 },
	{ "東本庄", "ヒガシホンジョウ", "669-1357", NUMBER_PLAIN, 0 },
	{ "上本庄", "カミホンジョウ", "669-1351", NUMBER_PLAIN, 0 },
	{ "大原", "オオハラ", "669-1515", NUMBER_PLAIN, 0 },
	{ "西野上", "ニシノガミ", "669-1314", NUMBER_PLAIN, 0 },
	{ "上内神", "カミウチガミ", "669-1338", NUMBER_PLAIN, 0 },
	{ "洞", "ホラ", "669-1343", NUMBER_PLAIN, 0 },
	{ "宮脇", "ミヤワキ", "669-1317", NUMBER_PLAIN, 0 },
	{ "下相野", "シモアイノ", "669-1345", NUMBER_PLAIN, 0 },
	{ "上相野", "カミアイノ", "669-1346", NUMBER_PLAIN, 0 },
	{ "乙原", "オチバラ", "669-1503", NUMBER_PLAIN, 0 },
	{ "母子", "モウシ", "669-1501", NUMBER_PLAIN, 0 },
	{ "東山", "ヒガシヤマ", "669-1353", NUMBER_PLAIN, 0 },
	{ "桑原", "クワバラ", "669-1521", NUMBER_PLAIN, 0 },
	{ "香下", "カシタ", "669-1507", NUMBER_PLAIN, 0 },
	{ "山田", "ヤマタ", "669-1511", NUMBER_PLAIN, 0 },
	{ "川除", "カワヨケ", "669-1514", NUMBER_PLAIN, 0 },
};

#define TOWNS(t) .ntowns = sizeof t / sizeof *t, .towns = t
static const struct demo_city cities[DEMO_CITIES] = {
	{ .id = "172065", .ja = "加賀市", .en = "Kaga City", .easy = "{加賀市|かがし}", .kana = "カガシ",
	  .prefecture = "石川県", .head_title = "加賀市長", .office = "市民課",
	  .hall_address = "石川県加賀市大聖寺南町ニ41番地", .phone = "0761-00-0000", .weight = 29,
	  TOWNS(kaga) },
	{ .id = "452025", .ja = "都城市", .en = "Miyakonojo City",
	  .easy = "{都城市|みやこのじょうし}", .kana = "ミヤコノジョウシ", .prefecture = "宮崎県",
	  .head_title = "都城市長", .office = "市民課", .hall_address = "宮崎県都城市姫城町6街区21号",
	  .phone = "0986-00-0000", .weight = 44, TOWNS(miyakonojo) },
	{ .id = "282197", .ja = "三田市", .en = "Sanda City", .easy = "{三田市|さんだし}",
	  .kana = "サンダシ", .prefecture = "兵庫県", .head_title = "三田市長", .office = "市民課",
	  .hall_address = "兵庫県三田市三輪2丁目1番1号", .phone = "079-000-0000", .weight = 27,
	  TOWNS(sanda) },
};

const struct demo_city *demo_city(size_t i)
{
	return &cities[i];
}

size_t demo_city_of(struct str id)
{
	size_t i = 0;
	while (i < DEMO_CITIES && !str_eq(id, str_c(cities[i].id)))
		i++;
	return i;
}

static struct str house_number(struct arena *a, struct rng *r, const struct demo_town *t)
{
	static const char *const iroha[] = { "イ", "ロ", "ハ", "ニ", "ホ", "ヘ", "ト", "チ", "リ", "ヌ",
	                                     "ル", "ヲ", "ワ", "カ", "ヨ", "タ", "レ", "ソ", "ツ", "ネ" };
	int first = (int)rng_between(r, 1, t->numbering == NUMBER_PLAIN ? 900 : 60);
	int second = (int)rng_between(r, 1, 30);
	size_t letter = rng_below(r, sizeof iroha / sizeof *iroha);
	bool branch = rng_chance(r, 1, 3);
	switch (t->numbering) {
	case NUMBER_IROHA:
		return branch ? arena_printf(a, "%s%d番地%d", iroha[letter], first, second)
		              : arena_printf(a, "%s%d番地", iroha[letter], first);
	case NUMBER_BLOCK:
		return arena_printf(a, "%d街区%d号", first % 40 + 1, second);
	case NUMBER_CHOME:
		return arena_printf(a, "%d丁目%d番%d号", (int)(letter % t->chome) + 1, first, second);
	case NUMBER_PLAIN:
		break;
	}
	return branch ? arena_printf(a, "%d番地%d", first, second) : arena_printf(a, "%d番地", first);
}

static struct str building(struct arena *a, struct rng *r)
{
	static const char *const kinds[] = { "コーポ", "メゾン", "ハイツ", "グリーンハイツ", "サンハイム" };
	static const char *const names[] = { "桜", "白山", "みどり", "若葉", "さくら", "青空", "ひまわり" };
	const char *kind = kinds[rng_below(r, sizeof kinds / sizeof *kinds)];
	const char *name = names[rng_below(r, sizeof names / sizeof *names)];
	int room = (int)(rng_between(r, 1, 5) * 100 + rng_between(r, 1, 12));
	return rng_chance(r, 1, 4) ? arena_printf(a, " %s%s %d号室", kind, name, room) : STR("");
}

struct demo_address demo_address_make(struct arena *a, struct rng *r, size_t city)
{
	const struct demo_city *c = &cities[city];
	const struct demo_town *t = &c->towns[rng_below(r, c->ntowns)];
	struct str number = house_number(a, r, t), house = building(a, r);
	return (struct demo_address){
		.text = arena_printf(a, "%s%s%s%.*s%.*s", c->prefecture, c->ja, t->name,
		                     STR_ARG(number), STR_ARG(house)),
		.postal = str_c(t->postal), .code = STR("") };
}
