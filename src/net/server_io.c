/* Bytes in and out of a connection, plain or TLS, never blocking. */
#include "net/server_int.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static ssize_t plain_result(ssize_t n)
{
	if (n >= 0)
		return n;
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? IO_AGAIN : IO_DEAD;
}

static ssize_t tls_result(struct conn *c, int got)
{
	if (got > 0)
		return got;
	int e = SSL_get_error(c->ssl, got);
	/* A protocol error leaves text behind that would be blamed on the next one. */
	ERR_clear_error();
	switch (e) {
	case SSL_ERROR_WANT_READ:
		return IO_AGAIN;
	case SSL_ERROR_WANT_WRITE:
		conn_ask(c, c->events | EPOLLOUT);
		return IO_AGAIN;
	case SSL_ERROR_ZERO_RETURN:
		return IO_EOF;
	default:
		return IO_DEAD;
	}
}

ssize_t io_handshake(struct conn *c)
{
	ERR_clear_error();
	ssize_t r = tls_result(c, SSL_do_handshake(c->ssl));
	return r > 0 ? 0 : r;
}

ssize_t io_read(struct conn *c, char *p, size_t n)
{
	if (c->ssl) {
		ERR_clear_error();
		return tls_result(c, SSL_read(c->ssl, p, n > INT_MAX ? INT_MAX : (int)n));
	}
	ssize_t got = recv(c->fd, p, n, 0);
	return got == 0 ? IO_EOF : plain_result(got);
}

ssize_t io_write(struct conn *c, struct str bytes)
{
	if (c->ssl) {
		ERR_clear_error();
		return tls_result(c, SSL_write(c->ssl, bytes.p,
		                               bytes.n > INT_MAX ? INT_MAX : (int)bytes.n));
	}
	return plain_result(send(c->fd, bytes.p, bytes.n, MSG_NOSIGNAL));
}

void io_shut(struct conn *c)
{
	if (c->ssl && SSL_is_init_finished(c->ssl)) {
		ERR_clear_error();
		if (SSL_shutdown(c->ssl) < 0)
			ERR_clear_error();
	}
	shutdown(c->fd, SHUT_WR);
}

ssize_t io_discard(struct conn *c, char *p, size_t n)
{
	ssize_t got = recv(c->fd, p, n, 0);
	return got == 0 ? IO_EOF : plain_result(got);
}
