/* What the server and the key process say to each other: one frame per packet of
 * a SOCK_SEQPACKET socket, a frame being a batch of independent items.
 *
 * Request:  'K' 1 count(2)  { op(1) alg(1) key(2) length(4) bytes }…
 * Reply:    'k' 1 count(2)  { status(1) 0(1) 0(2) length(4) bytes }…
 * Numbers are big-endian; 1 to KEY_FRAME_ITEMS items; nothing may be left over.
 * Both sides take the other for hostile: a frame that is not exactly this ends
 * the conversation. */
#ifndef MUSUBI_CRYPTO_KEY_FRAME_H
#define MUSUBI_CRYPTO_KEY_FRAME_H

#include "base/err.h"

enum { KEY_FRAME_MAX = 128 * 1024, KEY_FRAME_ITEMS = 32, KEY_FRAME_HEAD = 4,
       KEY_FRAME_ITEM_HEAD = 8,
       /* what one item may carry, so that a batch of one always fits */
       KEY_FRAME_DATA_MAX = KEY_FRAME_MAX - KEY_FRAME_HEAD - KEY_FRAME_ITEM_HEAD,
       /* what the answer to one item may carry, so that all answers fit */
       /* (an RSA-4096 key, sealed, is the largest: 3 KB and a half) */
       KEY_FRAME_ANSWER_MAX = 4000 };

enum key_op {
	KEY_OP_DESCRIBE = 1, /* → name length(1) name SubjectPublicKeyInfo, or KEY_STATUS_NONE */
	KEY_OP_SIGN,         /* bytes: what key_prehash gives → signature */
	KEY_OP_UNWRAP,       /* → the secret */
	KEY_OP_DERIVE,       /* bytes: SubjectPublicKeyInfo of the peer → the secret */
	KEY_OP_SECRET,       /* bytes: the name of a use → 32 bytes from the master key */
	KEY_OP_MAKE,         /* alg: enum key_alg; bytes: a new name → index(2) length(2)
	                        SubjectPublicKeyInfo, then the sealed file */
	KEY_OP_END,
};
enum key_status { KEY_STATUS_OK, KEY_STATUS_NONE, KEY_STATUS_REFUSED, KEY_STATUS_FAILED,
                  KEY_STATUS_END };

struct key_frame_item {
	uint8_t kind;    /* enum key_op, or enum key_status */
	uint8_t alg;     /* enum sig_alg; 0 in replies */
	uint16_t key;    /* index; 0 in replies */
	struct str data; /* borrowed from the packet */
};
struct key_frame {
	size_t n;
	struct key_frame_item items[KEY_FRAME_ITEMS];
};

/* False for everything that is not exactly a frame of that direction. Does not
 * judge whether a key exists or an algorithm fits. */
bool key_frame_read(struct str packet, bool reply, struct key_frame *ret);

/* Writing; into memory of the caller, because replies carry secrets. */
struct key_frame_out {
	size_t n, items;
	bool reply;
	uint8_t bytes[KEY_FRAME_MAX];
};
void key_frame_begin(struct key_frame_out *o, bool reply);
/* False, and nothing added, when it does not fit. */
bool key_frame_add(struct key_frame_out *o, const struct key_frame_item *item);
struct str key_frame_done(struct key_frame_out *o);

#endif
