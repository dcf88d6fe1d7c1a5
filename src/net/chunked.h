/* The chunked transfer coding (RFC 9112 §7.1), read strictly: hexadecimal sizes
 * without prefix, sign or white space; extensions and trailers bounded, checked
 * and dropped. */
#ifndef MUSUBI_NET_CHUNKED_H
#define MUSUBI_NET_CHUNKED_H

#include "net/http_parse.h"

enum {
	CHUNK_DIGITS_MAX = 15,      /* no size can overflow */
	CHUNK_EXTENSIONS_MAX = 4096,/* bytes in a whole body */
	CHUNK_TRAILERS_MAX = 4096,
};

struct chunked {
	int state;
	uint64_t left;      /* of this chunk */
	unsigned digits;
	size_t extensions, trailers;
	size_t line;        /* bytes of this trailer line */
	bool colon;
	bool done;
};

/* Takes from `in`: *ret_used bytes, of which *ret_data are body. Call again with
 * the rest until nothing is used or c->done. */
enum http_fault chunked_feed(struct chunked *c, struct str in, size_t *ret_used,
                             struct str *ret_data);

#endif
