/* YAML as packs and configuration use it, read into the JSON tree.
 *
 * libyaml events; refused: anchors and aliases, tags, duplicate keys, several
 * documents, keys that are not scalars, more than JSON_DEPTH_MAX levels, more
 * than YAML_BYTES_MAX. Plain scalars: null/~/empty, true/false, JSON numbers;
 * everything else, and everything quoted, is a string (a date stays text). */
#ifndef MUSUBI_BASE_YAML_H
#define MUSUBI_BASE_YAML_H

#include "base/json.h"

enum { YAML_BYTES_MAX = 1 << 20 };

/* err->what says line and column; *ret_line (may be NULL) gets the line. */
MUST struct result yaml_parse(struct arena *a, struct str text, const struct json **ret,
                              uint32_t *ret_line, struct err *err);

#endif
