/* DER (X.690 §10): writing and strict reading of the pieces that X.509 and CMS
 * are made of.
 *
 * Tags are single bytes (every tag of these formats is); lengths are definite
 * and minimal. The writer nests with der_open/der_close. The reader is a
 * cursor with a sticky error: after the first fault everything reads as empty,
 * and der_leave carries the fault of an inner cursor outwards. */
#ifndef MUSUBI_CRYPTO_DER_H
#define MUSUBI_CRYPTO_DER_H

#include "base/arena.h"
#include "base/buf.h"

enum {
	DER_BOOLEAN = 0x01, DER_INTEGER = 0x02, DER_BITS = 0x03, DER_OCTETS = 0x04, DER_NULL = 0x05,
	DER_OID = 0x06, DER_ENUM = 0x0a, DER_UTF8 = 0x0c, DER_PRINTABLE = 0x13, DER_IA5 = 0x16,
	DER_UTCTIME = 0x17, DER_GENTIME = 0x18, DER_SEQ = 0x30, DER_SET = 0x31,
};
#define DER_CTX(n) (0x80 | (n))  /* [n] IMPLICIT of a primitive */
#define DER_CTXC(n) (0xa0 | (n)) /* [n] EXPLICIT, or IMPLICIT of a constructed */

enum { DER_DEPTH = 24, DER_OID_TEXT = 80 };

/* ---- writing ---- */
struct der {
	struct buf *b;
	unsigned depth;
	size_t at[DER_DEPTH];
};
void der_init(struct der *d, struct buf *b);
void der_open(struct der *d, int tag);
void der_close(struct der *d);
void der_put(struct der *d, int tag, struct str content);
void der_raw(struct der *d, struct str encoded);   /* DER made elsewhere */
void der_put_oid(struct der *d, const char *dotted);
void der_put_uint(struct der *d, uint64_t v);
void der_put_bytes_int(struct der *d, struct str big_endian); /* unsigned */
void der_put_true(struct der *d);
void der_put_null(struct der *d);
void der_put_bits(struct der *d, struct str bytes);           /* no unused bits */
/* A NamedBitList: bit i of v is bit i of the list, trailing zeros removed. */
void der_put_named_bits(struct der *d, unsigned v);
/* UTCTime until 2049, GeneralizedTime after (RFC 5280 §4.1.2.5); microseconds,
 * cut to seconds. Years 1950 to 9999. */
void der_put_time(struct der *d, int64_t us);
void der_put_gentime(struct der *d, int64_t us);

/* ---- reading ---- */
struct der_in {
	const uint8_t *p, *end;
	bool bad;
};
struct der_in der_read(struct str s);
/* The next tag, or -1 at the end or after a fault. */
int der_peek(const struct der_in *in);
struct str der_get(struct der_in *in, int tag);    /* content */
struct str der_get_raw(struct der_in *in, int tag); /* with tag and length; 0: any tag */
bool der_maybe(struct der_in *in, int tag, struct str *ret);
struct der_in der_enter(struct der_in *in, int tag);
/* The inner cursor must be at its end and sound, else the outer turns bad. */
void der_leave(struct der_in *in, const struct der_in *inner);
bool der_done(const struct der_in *in);            /* sound and at its end */
void der_fault(struct der_in *in);
void der_get_oid(struct der_in *in, char ret[DER_OID_TEXT]);  /* dotted; "" on fault */
uint64_t der_get_uint(struct der_in *in);          /* non-negative, 63 bits, minimal */
struct str der_get_int(struct der_in *in);         /* content octets of a minimal INTEGER */
bool der_get_bool(struct der_in *in);              /* 00 or FF only */
void der_get_null(struct der_in *in);
struct str der_get_bits(struct der_in *in);        /* whole bytes only */
unsigned der_get_named_bits(struct der_in *in);    /* at most 16 bits, minimal */
int64_t der_get_time(struct der_in *in);           /* as der_put_time writes it */

#endif
