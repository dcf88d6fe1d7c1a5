/* CAdES: CMS SignedData (RFC 5652) with the attributes of ETSI EN 319 122-1,
 * read and made at the levels B, T, LT and LTA.
 *
 * Content may stand in the file or beside it and is never wholly in memory.
 * Reading tolerates BER, PEM and old attributes; what is made is DER. */
#ifndef MUSUBI_SIGN_CADES_H
#define MUSUBI_SIGN_CADES_H

#include "sign/ades.h"

/* ERR_INPUT "sign.cades" when the file as a whole is no SignedData; what is
 * wrong with one signature is said there. A CMS that is the content of another
 * is read too: its signatures follow, with ids below the outer's. */
MUST struct result cades_read(struct arena *a, const struct source *file,
                              const struct ades_detached *detached, struct ades_file *ret,
                              struct err *err);
/* Does it begin as one (DER, BER or PEM)? */
bool cades_looks(const struct source *file);

/* A file that was made and is not written yet: bytes, and pieces of the content. */
struct cades_piece {
	struct str bytes;
	const struct source *from;   /* NULL: the bytes */
	struct range range;
};
struct cades_out {
	size_t n;
	struct cades_piece *pieces;
	uint64_t size;
};
/* All of it in the arena; ERR_TOO_LARGE above `most`. */
MUST struct result cades_out_bytes(struct arena *a, const struct cades_out *o, size_t most,
                                   struct str *ret, struct err *err);
/* Whole or not at all, synced, mode 0644. */
MUST struct result cades_out_save(const struct cades_out *o, const char *path, struct err *err);

/* Signs the content: ADES_DETACHED, or ADES_ENVELOPING for content in the file.
 * Sources must live until the output is written. */
MUST struct result cades_sign(struct arena *a, const struct source *content,
                              const struct ades_options *o, struct cades_out *ret,
                              struct err *err);
/* One more signer in an existing file, over the same content; detached: that
 * content, NULL when it stands in the file. Fails, and changes nothing, when an
 * archive time stamp of version 2 would be broken. */
MUST struct result cades_sign_more(struct arena *a, const struct source *file,
                                   const struct source *detached, const struct ades_options *o,
                                   struct cades_out *ret, struct err *err);
/* A counter signature over the signature of the signer `which` (from 0). A signer
 * with an archive time stamp is refused: it comes before that, or is not covered. */
MUST struct result cades_countersign(struct arena *a, const struct source *file, size_t which,
                                     const struct ades_options *o, struct cades_out *ret,
                                     struct err *err);
/* Brings every signer to o->level: T adds a signature time stamp where none is,
 * LT puts o->material in, LTA adds an archive time stamp over all that is there,
 * each time anew (renewal). */
MUST struct result cades_extend(struct arena *a, const struct source *file,
                                const struct source *detached, const struct ades_options *o,
                                struct cades_out *ret, struct err *err);

#endif
