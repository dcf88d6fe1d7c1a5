/* Files of the operator: configuration, packs, templates, keys.
 *
 * Reading wants a regular file of at most max bytes and never blocks on a pipe.
 * Writing is all or nothing: a new file beside the old one, fsync, rename, fsync
 * of the directory; after success the content survives a power cut, before it
 * the old content stands. Errors name the path and the reason; a full disk is
 * ERR_UNAVAILABLE, no such file ERR_NOT_FOUND. Paths come from the operator or
 * from code, never from a request. */
#ifndef MUSUBI_BASE_FILE_H
#define MUSUBI_BASE_FILE_H

#include "base/arena.h"

MUST struct result file_read(struct arena *a, struct str path, size_t max, struct str *ret,
                             struct err *err);
/* Into memory of the caller, for secrets; ERR_TOO_LARGE past cap. */
MUST struct result file_read_into(struct str path, void *to, size_t cap, size_t *ret_n,
                                  struct err *err);
MUST struct result file_write(struct str path, struct str content, unsigned mode,
                              struct err *err);
/* The directory and those above it; fine when it is there already. */
MUST struct result file_make_dirs(struct str path, unsigned mode, struct err *err);
/* Names in byte order, without those that begin with a dot. At most max, else
 * ERR_TOO_LARGE. */
MUST struct result file_list(struct arena *a, struct str dir, size_t max, struct str **ret_names,
                             size_t *ret_n, struct err *err);
bool file_exists(struct str path);
bool file_is_dir(struct str path);
/* Fine when it is gone already. */
MUST struct result file_remove(struct str path, struct err *err);
/* dir/name */
struct str file_join(struct arena *a, struct str dir, struct str name);

#endif
