/* Reading a directory of small files once, at start: texts, templates, static
 * files. Sorted by name, so that a load is the same every time. */
#ifndef MUSUBI_NET_DIR_H
#define MUSUBI_NET_DIR_H

#include "base/arena.h"

struct dir_file {
	struct str path;  /* as opened, for messages */
	struct str name;  /* below the directory, with sub-folders, without the suffix */
	struct str bytes; /* live until the callback returns */
};

typedef struct result (*dir_callback)(void *ctx, const struct dir_file *f, struct err *err);

/* Every regular file below dir whose name ends in suffix ("" for all). Names
 * that start with a dot are passed over; symbolic links are not followed out of
 * convenience: they are refused. Files above 16 MiB, more than 4 levels:
 * ERR_INPUT. An unreadable directory: ERR_UNAVAILABLE. */
MUST struct result dir_each(struct str dir, struct str suffix, dir_callback each, void *ctx,
                            struct err *err);

#endif
