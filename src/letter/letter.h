/* A letter: the paper an office sends, as a PDF that reads aloud, searches,
 * and never loses a character of a name.
 *
 * The input is plain text in a struct; nothing here knows packs, people or
 * keys. The output is an A4 PDF in the order of Japanese official letters
 * (公用文): number and date, addressee, office with its seal, title, body,
 * legal basis, appeal instructions (教示), contact, QR code.
 *
 * Invariants: every code point and every variation sequence is checked against
 * the fonts before a page is drawn, so nothing ever comes out as ●, □ or 〓;
 * names are never normalised (U+FA11 stays U+FA11); the same letter gives the
 * same bytes; the text comes back from the PDF as it went in.
 * Thread-safe: each thread loads the fonts once and keeps them. */
#ifndef MUSUBI_LETTER_LETTER_H
#define MUSUBI_LETTER_LETTER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "sign/pades.h"

enum {
	LETTER_TEXT_MAX = 16384, /* bytes of one paragraph */
	LETTER_BLOCKS_MAX = 400,
	LETTER_ROWS_MAX = 400,
	LETTER_PAGES_MAX = 100,
	LETTER_PDF_MAX = 16 << 20, /* bytes: use it for the buffer */
	LETTER_QR_MAX = 600,       /* bytes of the QR code's text */
};

/* Who sends it. Everything but name and head_title may be empty. */
struct letter_issuer {
	struct str org_code;   /* 全国地方公共団体コード "172065" */
	struct str name;       /* 加賀市: the body, defendant of an action */
	struct str head_title; /* 加賀市長: who decides, and whose seal it is */
	struct str head_name;  /* 宮元　陸 */
	struct str office;     /* 総務部 防災課 */
	struct str address;    /* 〒922-8622 石川県加賀市… */
	struct str contact;    /* 電話 0761-00-0000 */
};

struct letter_addressee {
	struct str postal;         /* "922-8622", or empty */
	size_t naddress;
	const struct str *address; /* lines */
	struct str name;
	struct str honorific;      /* empty: 様 */
};

enum letter_block_kind { LETTER_HEADING, LETTER_PARA, LETTER_TABLE, LETTER_NOTE };

struct letter_row {
	struct str label, value; /* a value may hold line breaks */
};

struct letter_block {
	enum letter_block_kind kind;
	struct str text; /* not for tables; a line break starts a new line */
	size_t nrows;
	const struct letter_row *rows;
};

/* 教示: 行政不服審査法 第82条, 行政事件訴訟法 第46条. */
struct letter_appeal {
	bool present;
	struct str review_to;   /* who hears the review; empty: the issuer's head_title */
	struct str defendant;   /* empty: the issuer's name */
	struct str represented; /* empty: the issuer's head_title */
	bool review_first;      /* 審査請求前置: no action before the review is decided */
};

struct letter {
	struct letter_issuer issuer;
	struct str number; /* 加防第123号 */
	struct str date;   /* ISO, "2026-11-20"; shown as 令和8年11月20日 */
	struct letter_addressee to;
	struct str title;  /* 罹災証明書 */
	size_t nblocks;
	const struct letter_block *blocks;
	struct str basis;  /* 災害対策基本法第90条の2第1項, or empty */
	struct letter_appeal appeal;
	bool sealed;       /* draws the seal and says it is an electronic one: set it only
	                      when pades_seal follows */
	struct str qr;     /* text of the QR code (letter/qr.h), or empty */
};

/* Appends the unsigned PDF to *pdf. ERR_INPUT letter.glyph names the code point
 * that no font can show; letter.text the bytes that are no text; letter.field
 * what is missing. ERR_UNAVAILABLE letter.font: a font package is missing. */
MUST struct result letter_render(const struct letter *l, struct buf *pdf,
                                 struct pades_spot *ret_seal, uint32_t *ret_pages,
                                 struct err *err);

/* The check of letter_render alone, for a form that wants to warn early: can
 * every character of this name or address be printed? */
MUST struct result letter_text_check(struct str text, struct err *err);

/* SHA-256 over the content (not the QR code): the same letter, the same digest. */
MUST struct result letter_digest(const struct letter *l, uint8_t ret[static 32],
                                 struct err *err);

#endif
