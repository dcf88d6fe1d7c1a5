/* Bytes that are digested and need not be in memory: a slice, an open file read
 * with pread in pieces of 256 KiB, or whatever a reader brings (a member of a
 * container). A document of a gigabyte costs its time and no memory. */
#ifndef MUSUBI_SIGN_SOURCE_H
#define MUSUBI_SIGN_SOURCE_H

#include "sign/algorithm.h"

/* Brings exactly n bytes from `at` on, or says false. Going onwards is cheap,
 * going back may mean to begin again. */
struct source_reader {
	bool (*read)(void *ctx, uint64_t at, uint8_t *to, size_t n);
	void *ctx;
};

struct source {
	struct str name;  /* as a container or a report names it; "" */
	struct str bytes; /* in memory, when fd is -1 and there is no reader */
	int fd;
	uint64_t size;    /* bytes */
	const struct source_reader *reader; /* NULL: the file or the bytes */
};

struct source source_bytes(struct str name, struct str bytes);
/* A regular file. ERR_INPUT "sign.file" with the path when it cannot be read. */
MUST struct result source_open(const char *path, struct source *ret, struct err *err);
void source_close(struct source *s); /* nothing for slices */

struct range {
	uint64_t at, n;
};
/* The ranges, one after the other, as one content. ERR_INPUT "sign.file" when
 * the file is shorter than a range or changed its size meanwhile. */
MUST struct result source_digest(const struct source *s, const struct range *ranges, size_t n,
                                 const struct sign_digest *alg, uint8_t ret[DIGEST_SIZE_MAX],
                                 struct err *err);
/* A copy of a range in the arena; ERR_TOO_LARGE above `most` bytes. */
MUST struct result source_read(struct arena *a, const struct source *s, struct range r,
                               size_t most, struct str *ret, struct err *err);

#endif
