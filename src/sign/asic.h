/* ASiC containers (ETSI EN 319 162-1): a zip of files and of the signatures over them.
 *
 * Read: ASiC-S with CAdES, XAdES or a time-stamp token; ASiC-E with XAdES
 * (META-INF/…signatures….xml) and with CAdES (ASiCManifest….xml), archive
 * manifests included. Signatures of all members come as one file; their ids
 * begin with the member that they stand in. Files that no sound reference covers
 * are named as uncovered: a container shows more than was signed when nobody
 * looks. Evidence records are named there too: they are not judged.
 *
 * A time-stamp token over the file of an ASiC-S is shown as a CAdES signature by
 * its authority, which is what it is. */
#ifndef MUSUBI_SIGN_ASIC_H
#define MUSUBI_SIGN_ASIC_H

#include "sign/ades.h"
#include "sign/cades.h"

enum { ASIC_META_MAX = 32 << 20, ASIC_PARTS_MAX = 256, ASIC_REFS_MAX = 1024 };

/* ERR_INPUT "sign.zip" for what is no zip that this house opens, "sign.unknown"
 * for a zip that holds no signature. */
MUST struct result asic_read(struct arena *a, const struct source *file,
                             const struct ades_detached *detached, struct ades_file *ret,
                             struct err *err);

/* A container of the files, which are named, with one signature over all of them, CAdES or
 * XAdES, at o->level. ASiC-S holds one file. Sources must live until the output is written. */
MUST struct result asic_make(struct arena *a, const struct source *files, size_t n,
                             enum ades_container kind, enum ades_format format,
                             const struct ades_options *o, struct cades_out *ret,
                             struct err *err);
/* Every signature to o->level. ASiC-E with CAdES is archived by an ASiCArchiveManifest
 * over all that is there (annex A.7), each time anew. */
MUST struct result asic_extend(struct arena *a, const struct source *file,
                               const struct ades_options *o, struct cades_out *ret,
                               struct err *err);

#endif
