/* A DMN model with the models it imports, from files.
 *
 * An import is looked for where its locationURI points, seen from the file that
 * imports (also one in a subfolder, and what that imports in turn), then by its
 * namespace among the models beside the first file. A model reaches no file
 * outside the folder of the first: a location with a scheme, an absolute one and
 * one that climbs out of the folder is as good as none. */
#ifndef MUSUBI_CMD_DMN_FILES_H
#define MUSUBI_CMD_DMN_FILES_H

#include "rule/dmn.h"

MUST struct result dmn_files_read(struct arena *a, struct str file, const struct dmn_model **ret,
                                  struct err *err);

#endif
