#include "crypto/key_frame.h"

#include "crypto/key.h"

enum { VERSION = 1 };

static uint32_t get(const uint8_t *p, size_t n)
{
	uint32_t v = 0;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

static void put(uint8_t *p, size_t n, uint32_t v)
{
	while (n--) {
		p[n] = (uint8_t)v;
		v >>= 8;
	}
}

static bool head_fits(const struct key_frame_item *i, bool reply)
{
	if (reply)
		return i->kind < KEY_STATUS_END && i->alg == 0 && i->key == 0 &&
		       i->data.n <= KEY_FRAME_ANSWER_MAX;
	return i->kind >= KEY_OP_DESCRIBE && i->kind < KEY_OP_END && i->alg < SIG_ALG_COUNT;
}

bool key_frame_read(struct str packet, bool reply, struct key_frame *ret)
{
	const uint8_t *p = (const uint8_t *)packet.p;
	size_t left = packet.n, count;
	if (left < KEY_FRAME_HEAD || left > KEY_FRAME_MAX || p[0] != (reply ? 'k' : 'K') ||
	    p[1] != VERSION)
		return false;
	count = get(p + 2, 2);
	if (count == 0 || count > KEY_FRAME_ITEMS)
		return false;
	p += KEY_FRAME_HEAD;
	left -= KEY_FRAME_HEAD;
	for (size_t i = 0; i < count; i++) {
		struct key_frame_item *item = &ret->items[i];
		if (left < KEY_FRAME_ITEM_HEAD)
			return false;
		*item = (struct key_frame_item){ .kind = p[0], .alg = p[1],
			.key = (uint16_t)get(p + 2, 2), .data = { NULL, get(p + 4, 4) } };
		p += KEY_FRAME_ITEM_HEAD;
		left -= KEY_FRAME_ITEM_HEAD;
		if (item->data.n > left || !head_fits(item, reply))
			return false;
		item->data.p = (const char *)p;
		p += item->data.n;
		left -= item->data.n;
	}
	ret->n = count;
	return left == 0;
}

void key_frame_begin(struct key_frame_out *o, bool reply)
{
	o->n = KEY_FRAME_HEAD;
	o->items = 0;
	o->reply = reply;
}

bool key_frame_add(struct key_frame_out *o, const struct key_frame_item *item)
{
	uint8_t *p = o->bytes + o->n;
	if (o->items == KEY_FRAME_ITEMS || o->n + KEY_FRAME_ITEM_HEAD > KEY_FRAME_MAX ||
	    item->data.n > KEY_FRAME_MAX - o->n - KEY_FRAME_ITEM_HEAD)
		return false;
	p[0] = item->kind;
	p[1] = item->alg;
	put(p + 2, 2, item->key);
	put(p + 4, 4, (uint32_t)item->data.n);
	if (item->data.n)
		memcpy(p + KEY_FRAME_ITEM_HEAD, item->data.p, item->data.n);
	o->n += KEY_FRAME_ITEM_HEAD + item->data.n;
	o->items++;
	return true;
}

struct str key_frame_done(struct key_frame_out *o)
{
	o->bytes[0] = o->reply ? 'k' : 'K';
	o->bytes[1] = VERSION;
	put(o->bytes + 2, 2, (uint32_t)o->items);
	return str_of((char *)o->bytes, o->n);
}
