/* Files of drafts and applications, sealed one by one. */
#include "apply/attach.h"

#include "apply/tables.h"
#include "base/text.h"
#include "crypto/aead.h"

enum { ATTACH_NAME_MAX = 120, ATTACH_OWNER_MAX = 60 << 20 };

static struct str associated(struct arena *a, struct str id)
{
	return arena_printf(a, "attachment:%.*s", STR_ARG(id));
}

/* What a person may see of the sent name: the last part, no control characters,
 * at most 120 characters. It decides nothing. */
static struct str shown_name(struct arena *a, struct str sent)
{
	size_t slash = str_rfind_char(sent, '/'), back = str_rfind_char(sent, '\\');
	if (slash != STR_NONE)
		sent = str_from(sent, slash + 1);
	else if (back != STR_NONE)
		sent = str_from(sent, back + 1);
	if (sent.n == 0 || text_has_control(sent) || text_chars(sent) > ATTACH_NAME_MAX)
		return STR("file");
	return arena_str(a, sent);
}

static bool accepted(const struct pack_field *field, struct str kind)
{
	for (size_t i = 0; i < field->naccept; i++)
		if (str_eq(field->accept[i], kind))
			return true;
	return false;
}

static enum attach_verdict by_content(const struct pack_field *field, struct str bytes,
                                      struct str *ret_kind)
{
	if (bytes.n == 0)
		return ATTACH_EMPTY;
	if (bytes.n > field->bytes_max)
		return ATTACH_SIZE;
	*ret_kind = sniff_kind(bytes);
	return ret_kind->n && accepted(field, *ret_kind) ? ATTACH_OK : ATTACH_KIND;
}

/* Against what the owner already has: count of the field, sum of all, twice
 * the same file. */
static struct result beside_others(struct db *tx, struct arena *a,
                                   const struct pack_field *field,
                                   const struct attachment *t, enum attach_verdict *ret,
                                   struct err *err)
{
	struct rows r;
	int64_t count = 0, sum = 0;
	TRY(db_query(tx, a, "SELECT field, sha256, size FROM attachment WHERE org = ? AND owner = ?",
	             BINDS(B_TEXT(t->org), B_TEXT(t->owner)), &r, err));
	for (size_t i = 0; i < r.n; i++) {
		sum += rows_int(&r, i, 2);
		if (!str_eq(rows_text(&r, i, 0), t->field))
			continue;
		count++;
		if (str_eq(rows_text(&r, i, 1), t->sha256_hex)) {
			*ret = ATTACH_TWICE;
			return ok();
		}
	}
	if (field->max && count >= (int64_t)field->max)
		*ret = ATTACH_COUNT;
	else if (sum + t->size > ATTACH_OWNER_MAX)
		*ret = ATTACH_SIZE;
	return ok();
}

static struct result insert(struct db *tx, const struct attachment *t, struct str sealed,
                            struct err *err)
{
	return db_exec(tx,
		"INSERT INTO attachment (org, owner, id, field, name, kind, sha256, size, at, sealed)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		BINDS(B_TEXT(t->org), B_TEXT(t->owner), B_TEXT(t->id), B_TEXT(t->field),
		      B_TEXT(t->name), B_TEXT(t->kind), B_TEXT(t->sha256_hex), B_INT(t->size),
		      B_INT(t->at), B_BLOB(sealed)), NULL, err);
}

struct result attach_add(struct store *s, struct arena *a, const struct secret *data_key,
                         struct str org, struct str owner, const struct pack_field *field,
                         struct str field_path, struct str filename, struct str bytes,
                         int64_t now, enum attach_verdict *ret, struct attachment *ret_att,
                         struct err *err)
{
	struct attachment t = { .org = org, .owner = owner, .id = apply_new_id(a),
		.field = field_path, .name = shown_name(a, filename), .at = now,
		.size = (int64_t)bytes.n };
	enum attach_verdict v = by_content(field, bytes, &t.kind);
	if (v != ATTACH_OK) {
		*ret = v;
		return ok();
	}
	t.sha256_hex = sha256_hex(a, bytes);
	BUF_AUTO sealed;
	buf_init(&sealed, bytes.n + AEAD_EXTRA);
	TRY(aead_seal(secret_str(data_key), associated(a, t.id), bytes, &sealed, err));

	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(s, &tx, err));
	TRY(beside_others(tx, a, field, &t, &v, err));
	if (v == ATTACH_OK)
		TRY(insert(tx, &t, buf_str(&sealed), err));
	TRY(store_commit(&tx, err));
	*ret = v;
	if (v == ATTACH_OK)
		*ret_att = t;
	return ok();
}

static struct attachment attachment_row(const struct rows *r, size_t i, struct str org,
                                        struct str owner)
{
	return (struct attachment){ .org = org, .owner = owner, .id = rows_text(r, i, 0),
		.field = rows_text(r, i, 1), .name = rows_text(r, i, 2),
		.kind = rows_text(r, i, 3), .sha256_hex = rows_text(r, i, 4),
		.size = rows_int(r, i, 5), .at = rows_int(r, i, 6) };
}

struct result attach_list(struct db *db, struct arena *a, struct str org, struct str owner,
                          const struct attachment **ret, size_t *ret_n, struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT id, field, name, kind, sha256, size, at FROM attachment"
		" WHERE org = ? AND owner = ? ORDER BY at, id",
		BINDS(B_TEXT(org), B_TEXT(owner)), &r, err));
	struct attachment *list = ARENA_ARRAY(a, struct attachment, r.n + 1);
	for (size_t i = 0; i < r.n; i++)
		list[i] = attachment_row(&r, i, org, owner);
	*ret = list;
	*ret_n = r.n;
	return ok();
}

struct result attach_read(struct db *db, struct arena *a, const struct secret *data_key,
                          struct str org, struct str owner, struct str id,
                          struct attachment *ret, struct str *ret_bytes, struct err *err)
{
	struct rows r;
	TRY(db_query(db, a,
		"SELECT id, field, name, kind, sha256, size, at, sealed FROM attachment"
		" WHERE org = ? AND owner = ? AND id = ?",
		BINDS(B_TEXT(org), B_TEXT(owner), B_TEXT(id)), &r, err));
	if (r.n == 0)
		return fail(err, ERR_NOT_FOUND, "apply.attachment.gone", NULL, "no such attachment");
	TRY(aead_open(secret_str(data_key), associated(a, id), rows_text(&r, 0, 7), a, ret_bytes,
	              err));
	*ret = attachment_row(&r, 0, org, owner);
	return ok();
}

struct result attach_remove(struct db *tx, struct str org, struct str owner, struct str id,
                            struct err *err)
{
	int64_t changed;
	TRY(db_exec(tx, "DELETE FROM attachment WHERE org = ? AND owner = ? AND id = ?",
	            BINDS(B_TEXT(org), B_TEXT(owner), B_TEXT(id)), &changed, err));
	if (changed == 0)
		return fail(err, ERR_NOT_FOUND, "apply.attachment.gone", NULL, "no such attachment");
	return ok();
}
