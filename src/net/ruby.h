/* Ruby markup of our texts: {漢字|かんじ} is a word with its reading, {name} a
 * place to be filled, everything else itself. {{|} is the brace { that stands for
 * itself: what people typed and registers hold is quoted so (text_quote) before
 * it goes into a marked text, and can never become markup. */
#ifndef MUSUBI_NET_RUBY_H
#define MUSUBI_NET_RUBY_H

#include "base/buf.h"

enum ruby_kind { RUBY_PLAIN, RUBY_WORD, RUBY_HOLE };

struct ruby_piece {
	enum ruby_kind kind;
	struct str text;    /* plain text, the word, or the name */
	struct str reading; /* of a word */
};

/* Takes the next piece off *marked; false at the end. Braces that make no sense
 * are plain text. */
bool ruby_next(struct str *marked, struct ruby_piece *ret);
/* True when every brace makes sense. */
bool ruby_check(struct str marked);

/* Appends the piece's HTML, escaped: <ruby> for a word; or the word alone. A
 * hole comes out as it was written. */
void ruby_html(struct buf *b, const struct ruby_piece *p);
void ruby_plain_html(struct buf *b, const struct ruby_piece *p);

#endif
