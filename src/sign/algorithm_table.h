/* Inside of the room: the rows of algorithm.h. */
#ifndef MUSUBI_SIGN_ALGORITHM_TABLE_H
#define MUSUBI_SIGN_ALGORITHM_TABLE_H

#include "sign/algorithm.h"

enum { SD_SHA256, SD_SHA384, SD_SHA512, SD_SHA224, SD_SHA3_256, SD_SHA3_384, SD_SHA3_512, SD_SHA1,
       SD_RIPEMD160, SD_MD5, SIGN_DIGESTS, SD_NONE };
extern const struct sign_digest sign_digests[SIGN_DIGESTS];

struct sign_row {
	const char *name, *oid, *xml, *jose;
	enum sign_family family;
	int digest; /* SD_… */
	bool raw;
};
enum { SIGN_ROWS = 34 };
extern const struct sign_row sign_rows[SIGN_ROWS];

struct sign_strength {
	const char *type; /* OpenSSL's name of the key type */
	int below;        /* bits */
	int64_t until;
};
enum { SIGN_STRENGTHS = 10 };
extern const struct sign_strength sign_strengths[SIGN_STRENGTHS];

#endif
