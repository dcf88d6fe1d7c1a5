/* Decoder of chunked bodies, RFC 9112 §7.1; a state per grammar rule. */
#include "net/chunked.h"

#include "net/token.h"

enum state {
	SIZE, EXTENSION, SIZE_LF, DATA, DATA_CR, DATA_LF, TRAILER, TRAILER_LF, LAST_LF,
};

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	char l = (char)(c | 32);
	return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

static enum http_fault size_byte(struct chunked *c, char x)
{
	int v = hex(x);
	if (v >= 0) {
		if (++c->digits > CHUNK_DIGITS_MAX)
			return HTTP_CHUNK;
		c->left = c->left * 16 + (unsigned)v;
		return HTTP_FINE;
	}
	if (c->digits == 0 || (x != ';' && x != '\r'))
		return HTTP_CHUNK;
	c->state = x == ';' ? EXTENSION : SIZE_LF;
	return HTTP_FINE;
}

/* Extensions have no meaning to us; a control character or white space in one
 * could have to others. */
static enum http_fault extension_byte(struct chunked *c, char x)
{
	if (x == '\r') {
		c->state = SIZE_LF;
		return HTTP_FINE;
	}
	if ((unsigned char)x <= 0x20 || (unsigned char)x >= 0x7f ||
	    ++c->extensions > CHUNK_EXTENSIONS_MAX)
		return HTTP_CHUNK;
	return HTTP_FINE;
}

static enum http_fault trailer_byte(struct chunked *c, char x)
{
	if (++c->trailers > CHUNK_TRAILERS_MAX)
		return HTTP_TRAILER;
	if (x == '\r') {
		if (c->line > 0 && !c->colon)
			return HTTP_TRAILER;
		c->state = c->line > 0 ? TRAILER_LF : LAST_LF;
		return HTTP_FINE;
	}
	if (c->colon) {
		if (!http_is_field_value(str_of(&x, 1)))
			return HTTP_TRAILER;
	} else if (x == ':' && c->line > 0) {
		c->colon = true;
	} else if (!http_is_tchar(x)) {
		return HTTP_TRAILER;
	}
	c->line++;
	return HTTP_FINE;
}

static enum http_fault expect(struct chunked *c, char x, char want, enum state next)
{
	if (x != want)
		return HTTP_CHUNK;
	c->state = (int)next;
	return HTTP_FINE;
}

static enum http_fault byte(struct chunked *c, char x)
{
	switch ((enum state)c->state) {
	case SIZE:
		return size_byte(c, x);
	case EXTENSION:
		return extension_byte(c, x);
	case SIZE_LF:
		c->line = 0;
		c->colon = false;
		return expect(c, x, '\n', c->left ? DATA : TRAILER);
	case DATA_CR:
		return expect(c, x, '\r', DATA_LF);
	case DATA_LF:
		c->digits = 0;
		return expect(c, x, '\n', SIZE);
	case TRAILER:
		return trailer_byte(c, x);
	case TRAILER_LF:
		c->line = 0;
		c->colon = false;
		return expect(c, x, '\n', TRAILER);
	case LAST_LF:
		c->done = x == '\n';
		return c->done ? HTTP_FINE : HTTP_CHUNK;
	case DATA:
		break;
	}
	return HTTP_CHUNK;
}

enum http_fault chunked_feed(struct chunked *c, struct str in, size_t *ret_used,
                             struct str *ret_data)
{
	*ret_data = str_of(in.p, 0);
	*ret_used = 0;
	for (size_t i = 0; i < in.n && !c->done;) {
		if (c->state == DATA) {
			size_t n = in.n - i < c->left ? in.n - i : (size_t)c->left;
			*ret_data = str_sub(in, i, n);
			*ret_used = i + n;
			c->left -= n;
			if (c->left == 0)
				c->state = DATA_CR;
			return HTTP_FINE;
		}
		enum http_fault f = byte(c, in.p[i]);
		if (f != HTTP_FINE)
			return f;
		*ret_used = ++i;
	}
	return HTTP_FINE;
}
