/* Zip files (PKWARE APPNOTE 6.3) as containers of signatures, read strictly and in
 * pieces, and written.
 *
 * Decision: no library. What makes zips dangerous is that two readers see two
 * archives, and libraries follow the central directory and do not look back.
 * Here the file is a row of local members without a byte between them, then
 * the central directory that repeats each in every field, then the end record,
 * and nothing else: no overlap, no gap, no member that only one reader sees.
 *
 * Refused: encryption, several disks, zip64, methods other than stored and
 * deflate, links, names that are absolute, climb, repeat (in any case), hold
 * backslashes, controls or ill-formed UTF-8; more than the limits below. */
#ifndef MUSUBI_SIGN_ASIC_ZIP_H
#define MUSUBI_SIGN_ASIC_ZIP_H

#include "sign/cades.h"

enum {
	ZIP_MEMBERS_MAX = 4096,
	ZIP_NAME_MAX = 1024,
	ZIP_RATIO_MAX = 200,         /* all members unpacked to the file, beyond the slack */
};
#define ZIP_SLACK ((uint64_t)64 << 20)
/* How much of it is unpacked in all: signatures may name one large member a thousand
 * times. Beyond that, reading fails. */
#define ZIP_WORK ((uint64_t)2 << 30)
#define ZIP_PASSES 16

struct zip_member {
	struct str name;
	bool folder;
	unsigned method, flags;
	uint32_t crc;
	uint64_t at, data, packed, size; /* local header, content; bytes */
	uint64_t end;                    /* where the next one begins */
	bool extra;                      /* the local header carries an extra field */
	struct source source;            /* content, unpacked on the way */
};
struct zip;

/* file must outlive the zip. ERR_INPUT "sign.zip" with what is wrong. */
MUST struct result zip_open(struct arena *a, const struct source *file, struct zip **ret,
                            struct err *err);
void zip_close(struct zip *z); /* NULL is fine; sources of members end with it */
static inline void zip_close_p(struct zip **z) { zip_close(*z); }
#define ZIP_AUTO __attribute__((cleanup(zip_close_p))) struct zip *
size_t zip_count(const struct zip *z);
const struct zip_member *zip_at(const struct zip *z, size_t i);
const struct zip_member *zip_find(const struct zip *z, struct str name);
struct str zip_comment(const struct zip *z);
/* The whole content; ERR_TOO_LARGE above `most`. */
MUST struct result zip_content(struct arena *a, const struct zip_member *m, size_t most,
                               struct str *ret, struct err *err);

/* ---- writing: members stored, so that content is never held ---- */
struct zip_out;
struct zip_out *zip_out_new(struct arena *a, int64_t at); /* time of the members */
/* Reads the content once, for its CRC; it must live until the output is written. */
MUST struct result zip_out_add(struct zip_out *z, struct str name, const struct source *content,
                               struct err *err);
/* A member of another zip, as it is packed there; `name` may be another. */
MUST struct result zip_out_copy(struct zip_out *z, struct str name, const struct source *file,
                                const struct zip_member *m, struct err *err);
MUST struct result zip_out_done(struct zip_out *z, struct cades_out *ret, struct err *err);

#endif
