/* Attachments: checked by content and not by name, stored encrypted.
 *
 * A file belongs to a draft of the portal until it is submitted, then to the
 * application at its authority. Bytes are sealed with AES-256-GCM under the
 * data key with the attachment's id as associated data: they change hands
 * without being opened, and a sealed value put under another id does not open. */
#ifndef MUSUBI_APPLY_ATTACH_H
#define MUSUBI_APPLY_ATTACH_H

#include "crypto/secret.h"
#include "pack/pack.h"
#include "store/store.h"

/* What the bytes are: "jpeg", "png", "heic", "pdf", or "" when it is none of
 * these, is cut off or damaged, or is a picture of no or of an absurd size. */
struct str sniff_kind(struct str bytes);
struct str sniff_mime(struct str kind);

struct attachment {
	struct str org, owner, id, field, name, kind, sha256_hex;
	int64_t size, at;
};

enum attach_verdict { ATTACH_OK, ATTACH_EMPTY, ATTACH_KIND, ATTACH_SIZE, ATTACH_COUNT, ATTACH_TWICE };

/* Checks against the field's declaration and what the owner already has (60 MiB
 * in all). *ret_att only with ATTACH_OK. */
MUST struct result attach_add(struct store *s, struct arena *a, const struct secret *data_key,
                              struct str org, struct str owner, const struct pack_field *field,
                              struct str field_path, struct str filename, struct str bytes,
                              int64_t now, enum attach_verdict *ret, struct attachment *ret_att,
                              struct err *err);
MUST struct result attach_list(struct db *db, struct arena *a, struct str org, struct str owner,
                               const struct attachment **ret, size_t *ret_n, struct err *err);
/* ERR_NOT_FOUND when it is not the owner's. */
MUST struct result attach_read(struct db *db, struct arena *a, const struct secret *data_key,
                               struct str org, struct str owner, struct str id,
                               struct attachment *ret, struct str *ret_bytes, struct err *err);
MUST struct result attach_remove(struct db *tx, struct str org, struct str owner, struct str id,
                                 struct err *err);

#endif
