/* Codes (機関別符号): every organization knows a person by its own.
 *
 * The core gives each person a random 128-bit core id. An organization's code
 * is one AES-256 block of it under that organization's key; the key is derived
 * from the core's master key by HKDF-SHA-256 with the organization's id and an
 * epoch byte, so conversion is decrypt and encrypt, without a table, and two
 * organizations cannot link their codes. Written as 34 hex digits: the epoch,
 * then the block. */
#ifndef MUSUBI_MESH_CODE_H
#define MUSUBI_MESH_CODE_H

#include "base/arena.h"

enum { CODE_TEXT = 34 };

struct codes; /* the core's master key; thread-safe. Close it when no thread uses it. */

/* key_path: 32 random bytes, made with mode 0600 when missing. */
MUST struct result codes_open(struct str key_path, struct codes **ret, struct err *err);
void codes_close(struct codes *c);

struct core_id { uint8_t b[16]; };
struct core_id core_id_new(void);

/* The code of a person in an organization, in the current epoch. */
struct str code_of(struct codes *c, struct arena *a, struct str org, struct core_id id);
/* Malformed or of an unknown epoch: ERR_INPUT. */
MUST struct result code_to_core(struct codes *c, struct str org, struct str code,
                                struct core_id *ret, struct err *err);
/* From one organization's code to another's. */
MUST struct result code_convert(struct codes *c, struct arena *a, struct str from_org,
                                struct str code, struct str to_org, struct str *ret,
                                struct err *err);

#endif
