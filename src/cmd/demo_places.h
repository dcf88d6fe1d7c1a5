/* Where the people of the demo nation live: three cities with real town names,
 * readings and postal codes (郵便番号データ of Japan Post, which claims no rights
 * in them), and house numbers made up in the way each city writes them.
 *
 * 町字ID of the address base registry was not at hand, so address codes are
 * left empty rather than invented. */
#ifndef MUSUBI_CMD_DEMO_PLACES_H
#define MUSUBI_CMD_DEMO_PLACES_H

#include "base/arena.h"
#include "base/random.h"

/* How a town numbers its houses. */
enum demo_numbering {
	NUMBER_IROHA,  /* ニ41番地 (加賀) */
	NUMBER_PLAIN,  /* 123番地4 */
	NUMBER_BLOCK,  /* 6街区21号 (都城) */
	NUMBER_CHOME,  /* 2丁目1番1号 */
};

struct demo_town {
	const char *name, *kana, *postal;
	enum demo_numbering numbering;
	unsigned chome; /* NUMBER_CHOME: how many */
};

enum { DEMO_CITIES = 3 };
struct demo_city {
	const char *id, *ja, *en, *easy, *kana, *prefecture;
	const char *head_title, *office, *hall_address, *phone;
	uint32_t weight;
	size_t ntowns;
	const struct demo_town *towns;
};
const struct demo_city *demo_city(size_t i);
size_t demo_city_of(struct str id); /* DEMO_CITIES when there is none */

struct demo_address {
	struct str text, postal, code; /* 石川県加賀市大聖寺南町ニ41番地, 922-8622, "" */
};
struct demo_address demo_address_make(struct arena *a, struct rng *r, size_t city);

#endif
