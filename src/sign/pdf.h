/* A PDF file read as objects (ISO 32000-1 §7): as much as signing and judging
 * signatures need, and no more.
 *
 * Understood: cross-reference tables and streams (§7.5.4, §7.5.8), hybrid and
 * linearised files, object streams (§7.5.7), incremental updates, FlateDecode
 * with PNG predictors for those. Refused: encryption ("pdf.encrypted"); damaged
 * files are not repaired: a repair is a second opinion about what was signed.
 * Every limit below is a limit on hostile input; all work is bounded by the
 * file's size times a constant. */
#ifndef MUSUBI_SIGN_PDF_H
#define MUSUBI_SIGN_PDF_H

#include "base/arena.h"
#include "base/buf.h"

enum {
	PDF_BYTES_MAX = 128 << 20,
	PDF_OBJECTS_MAX = 1 << 18,
	PDF_DEPTH_MAX = 24,
	PDF_SECTIONS_MAX = 1024,
	PDF_PAGES_MAX = 10000,
	PDF_INFLATED_MAX = 64 << 20, /* bytes, all streams of a file together */
	PDF_TOKENS_MAX = 1 << 20,    /* values read from a file, each reading counts; unless
	                                tokens_max is set higher */
};

enum pdf_kind { PDF_NULL, PDF_BOOL, PDF_INT, PDF_REAL, PDF_STRING, PDF_NAME, PDF_ARRAY, PDF_DICT,
	        PDF_REF };

struct pdf_value {
	enum pdf_kind kind;
	bool boolean;
	int64_t num;     /* PDF_INT; PDF_REF: object number */
	uint32_t gen;    /* PDF_REF */
	struct str text; /* PDF_STRING, PDF_NAME: decoded; PDF_REAL: as written */
	bool hex;        /* a string written as <…> */
	size_t from, to; /* where it stands in its source */
	size_t n;        /* PDF_ARRAY, PDF_DICT */
	const struct pdf_value *items;
	const struct str *keys; /* PDF_DICT */
};

struct pdf_object {
	struct pdf_value value;
	bool stream;
	struct str data;  /* of a stream, as it stands in the file */
	bool packed;      /* it stood in an object stream: from and to mean nothing */
};

struct pdf_entry {
	uint8_t type; /* 0 free or unknown, 1 in the file, 2 in an object stream */
	uint16_t section; /* that named it, 0 the newest */
	uint32_t gen; /* type 2: index in the stream */
	uint64_t at;  /* offset, or number of the object stream */
};

struct pdf_pack; /* an object stream, inflated */

struct pdf {
	struct arena *a;
	struct arena *scratch;    /* where values go; NULL: a */
	struct str bytes;
	struct pdf_value trailer; /* of the newest section */
	size_t startxref;
	bool xref_stream;         /* the newest section is one */
	size_t nsections;
	size_t size;              /* object numbers below this */
	struct pdf_entry *entries;
	struct pdf_pack *packs;
	size_t inflated, tokens, tokens_max;
	size_t room;              /* entries allocated */
	bool in_hybrid, in_length; /* while reading */
};

/* bytes must outlive the pdf. ERR_INPUT "pdf.…", ERR_TOO_LARGE. */
MUST struct result pdf_open(struct arena *a, struct str bytes, struct pdf *ret, struct err *err);

/* An object; one that is missing or free is null (§7.3.10). */
MUST struct result pdf_load(struct pdf *p, int64_t num, struct pdf_object *ret, struct err *err);
/* Follows references, at most 8 of them. v NULL: null. */
MUST struct result pdf_resolve(struct pdf *p, const struct pdf_value *v, struct pdf_value *ret,
                               struct err *err);
/* The member of a dictionary as it stands there, or NULL. */
const struct pdf_value *pdf_get(const struct pdf_value *dict, const char *key);
/* The same with references followed; null when it is missing. */
MUST struct result pdf_member(struct pdf *p, const struct pdf_value *dict, const char *key,
                              struct pdf_value *ret, struct err *err);
static inline bool pdf_is_name(const struct pdf_value *v, const char *name)
{
	return v && v->kind == PDF_NAME && str_eq(v->text, str_c(name));
}
/* Reference of the catalog, and the catalog. */
MUST struct result pdf_catalog(struct pdf *p, struct pdf_value *ret_ref, struct pdf_value *ret,
                               struct err *err);
/* Reference of page `index` (from 0). */
MUST struct result pdf_page(struct pdf *p, uint32_t index, struct pdf_value *ret_ref,
                            struct err *err);
/* A text string (§7.9.2.2) as UTF-8: UTF-16BE with its mark, or ASCII. "" for anything else. */
struct str pdf_text(struct arena *a, const struct pdf_value *v);
/* ---- sign/pdf_date.c: §7.9.4 ---- */
/* In Japan's time: D:20261120101112+09'00' */
struct str pdf_date(struct arena *a, int64_t us);
/* Complete to the second, with a zone. */
bool pdf_date_parse(struct str s, int64_t *ret_us);

/* ---- sign/pdf_lex.c: values ---- */
struct pdf_lexer {
	struct arena *a;
	struct str src;
	size_t at;
	size_t *tokens;
	size_t tokens_max;        /* 0: PDF_TOKENS_MAX */
};
MUST struct result pdf_lex_value(struct pdf_lexer *l, struct pdf_value *ret, struct err *err);
void pdf_lex_space(struct pdf_lexer *l);
/* Takes the word when it is next, and a delimiter after it. */
bool pdf_lex_word(struct pdf_lexer *l, const char *word);
/* A plain non-negative integer without a sign. */
bool pdf_lex_uint(struct pdf_lexer *l, uint64_t *ret);

/* ---- sign/pdf_filter.c ---- */
/* The stream's data with its filter undone; `left` bytes of output at most. */
MUST struct result pdf_filter(struct pdf *p, const struct pdf_value *dict, struct str data,
                              struct str *ret, struct err *err);

/* ---- sign/pdf_write.c: incremental updates (§7.5.6) ---- */
enum { PDF_UPDATE_MAX = 4096 };
struct pdf_update {
	struct pdf *doc;
	struct buf *out;  /* the file so far, then the update */
	size_t base;      /* where the file begins in out */
	uint32_t next;
	size_t n;
	struct { uint32_t num, gen; size_t at; } objects[PDF_UPDATE_MAX];
};
/* Copies the file to the end of out. u is large: take it from an arena. */
void pdf_update_begin(struct pdf_update *u, struct pdf *doc, struct buf *out);
uint32_t pdf_update_new(struct pdf_update *u);
/* Of an object as it stands in the file; 0 for new ones. */
uint32_t pdf_generation(const struct pdf *p, int64_t num);
/* The offset is from the beginning of the file, of "num 0 obj". */
MUST struct result pdf_update_open(struct pdf_update *u, uint32_t num, struct err *err);
void pdf_update_close(struct pdf_update *u);
MUST struct result pdf_update_finish(struct pdf_update *u, struct err *err);

void pdf_put_value(struct buf *b, const struct pdf_value *v);
/* All members of a dictionary but those named (NULL ends the list), without << >>. */
void pdf_put_members(struct buf *b, const struct pdf_value *dict, const char *const *but);
/* UTF-8 as a text string. */
void pdf_put_text(struct buf *b, struct str s);
void pdf_put_hex(struct buf *b, const uint8_t *p, size_t n);

#endif
