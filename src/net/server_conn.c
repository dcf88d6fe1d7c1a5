/* A connection's life: opened, shaken, read, written, lingered, closed. Reading
 * and writing take turns: while an answer is made or written nothing is read, so
 * a client that does not read its answers cannot make us hold more of them. */
#include "net/server_int.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

enum { READS_PER_TURN = 4 };

void conn_ask(struct conn *c, uint32_t events)
{
	if (c->events == events || c->hung_up)
		return;
	struct epoll_event e = { .events = events, .data.ptr = c };
	epoll_ctl(c->server->epoll_fd, EPOLL_CTL_MOD, c->fd, &e);
	c->events = events;
}

static void name_peer(struct conn *c, const struct sockaddr_storage *peer)
{
	if (peer->ss_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)peer;
		inet_ntop(AF_INET, &in->sin_addr, c->peer, sizeof c->peer);
		return;
	}
	const struct sockaddr_in6 *in6 = (const void *)peer;
	if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
		inet_ntop(AF_INET, in6->sin6_addr.s6_addr + 12, c->peer, sizeof c->peer);
	else
		inet_ntop(AF_INET6, &in6->sin6_addr, c->peer, sizeof c->peer);
}

static struct in6_addr peer_of(const struct sockaddr_storage *peer)
{
	struct in6_addr a = { 0 };
	if (peer->ss_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)peer;
		a.s6_addr[10] = a.s6_addr[11] = 0xFF;
		memcpy(a.s6_addr + 12, &in->sin_addr, 4);
		return a;
	}
	a = ((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr;
	if (!IN6_IS_ADDR_V4MAPPED(&a) && !IN6_IS_ADDR_LOOPBACK(&a))
		memset(a.s6_addr + 8, 0, 8);
	return a;
}

static bool loopback(const struct in6_addr *a)
{
	return IN6_IS_ADDR_LOOPBACK(a) || (IN6_IS_ADDR_V4MAPPED(a) && a->s6_addr[12] == 127);
}

bool conn_may_open(struct server *s, const struct sockaddr_storage *peer)
{
	struct in6_addr from = peer_of(peer);
	size_t limit = s->config.max_per_peer, n = 0;
	if (limit == 0)
		limit = loopback(&from) ? SIZE_MAX : s->config.max_connections / 4 + 1;
	if (s->nconns < limit)
		return true;
	for (struct conn *c = s->conns; c; c = c->next)
		n += IN6_ARE_ADDR_EQUAL(&c->from, &from) ? 1 : 0;
	if (n < limit)
		return true;
	for (struct conn *c = s->timers[TIMER_IDLE].first; c; c = c->timer_next)
		if (IN6_ARE_ADDR_EQUAL(&c->from, &from)) {
			conn_close(c);
			return true;
		}
	return false;
}

void conn_open(struct server *s, int fd, const struct sockaddr_storage *peer)
{
	int one = 1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	struct conn *c = MEM_NEW(struct conn);
	*c = (struct conn){ .server = s, .fd = fd, .timer = TIMER_NONE, .state = CONN_IDLE,
	                    .events = EPOLLIN, .next = s->conns, .body.fd = -1 };
	buf_init(&c->in, HTTP_HEAD_BYTES_MAX + 2 * SCRATCH_BYTES);
	buf_init(&c->out, RESPONSE_BYTES_MAX + HTTP_HEAD_BYTES_MAX);
	name_peer(c, peer);
	c->from = peer_of(peer);
	if (s->conns)
		s->conns->prev = c;
	s->conns = c;
	s->nconns++;
	if (s->tls) {
		c->ssl = SSL_new(s->tls);
		c->state = CONN_TLS;
	}
	struct epoll_event e = { .events = c->events, .data.ptr = c };
	if ((s->tls && (!c->ssl || SSL_set_fd(c->ssl, fd) != 1)) ||
	    epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, fd, &e) != 0) {
		conn_close(c);
		return;
	}
	if (c->ssl)
		SSL_set_accept_state(c->ssl);
	timer_set(c, c->ssl ? TIMER_HEAD : TIMER_IDLE);
}

void conn_close(struct conn *c)
{
	struct server *s = c->server;
	if (c->state == CONN_CLOSED)
		return;
	c->state = CONN_CLOSED;
	timer_set(c, TIMER_NONE);
	request_drop(c);
	buf_done(&c->in);
	buf_done(&c->out);
	SSL_free(c->ssl);
	c->ssl = NULL;
	close(c->fd);
	if (c->prev)
		c->prev->next = c->next;
	else
		s->conns = c->next;
	if (c->next)
		c->next->prev = c->prev;
	s->nconns--;
	/* An event of this round may still point here. */
	c->next = s->dead;
	s->dead = c;
}

void conn_free_dead(struct server *s)
{
	while (s->dead) {
		struct conn *next = s->dead->next;
		mem_free(s->dead);
		s->dead = next;
	}
}

static void after_answer(struct conn *c)
{
	bool again = c->keep && !c->server->drain_until && !(c->eof && c->in.n == 0);
	request_drop(c);
	if (again) {
		c->state = CONN_IDLE;
		timer_set(c, TIMER_IDLE);
		conn_ask(c, c->eof ? 0 : EPOLLIN);
		request_resume(c);
		return;
	}
	io_shut(c);
	if (c->eof || !c->linger) {
		conn_close(c);
		return;
	}
	/* Closing with unread bytes would reset the connection, and the peer would
	 * lose the answer with it (RFC 9112 §9.6). */
	c->state = CONN_LINGER;
	timer_set(c, TIMER_LINGER);
	conn_ask(c, EPOLLIN);
}

void conn_write(struct conn *c)
{
	size_t total = c->out.n + c->tail.n;
	while (c->sent < total) {
		struct str left = c->sent < c->out.n ? str_from(buf_str(&c->out), c->sent)
		                                     : str_from(c->tail, c->sent - c->out.n);
		ssize_t n = io_write(c, left);
		if (n == IO_AGAIN) {
			conn_ask(c, EPOLLOUT);
			return;
		}
		if (n < 0) {
			conn_close(c);
			return;
		}
		c->sent += (size_t)n;
		c->progress += (size_t)n;
		if (c->progress >= PROGRESS_BYTES)
			timer_set(c, TIMER_WRITE);
	}
	after_answer(c);
}

void conn_worked(struct conn *c)
{
	if (c->hung_up) {
		conn_close(c);
		return;
	}
	c->linger = true;
	c->state = CONN_WRITE;
	timer_set(c, TIMER_WRITE);
	conn_write(c);
}

static void shake(struct conn *c)
{
	conn_ask(c, EPOLLIN);
	ssize_t r = io_handshake(c);
	if (r == IO_AGAIN)
		return;
	if (r < 0) {
		conn_close(c);
		return;
	}
	c->state = CONN_IDLE;
	timer_set(c, TIMER_IDLE);
}

static void read_some(struct conn *c)
{
	struct server *s = c->server;
	for (int i = 0; i < READS_PER_TURN && c->state <= CONN_BODY; i++) {
		ssize_t n = io_read(c, s->scratch, sizeof s->scratch);
		if (n == IO_AGAIN)
			return;
		if (n == IO_DEAD) {
			conn_close(c);
			return;
		}
		if (n == IO_EOF) {
			c->eof = true;
			conn_ask(c, 0);
			request_eof(c);
			return;
		}
		request_input(c, str_of(s->scratch, (size_t)n));
	}
}

static void linger(struct conn *c)
{
	struct server *s = c->server;
	for (int i = 0; i < READS_PER_TURN; i++) {
		ssize_t n = io_discard(c, s->scratch, sizeof s->scratch);
		if (n == IO_AGAIN)
			return;
		if (n < 0 || (c->progress += (uint64_t)n) > LINGER_BYTES) {
			conn_close(c);
			return;
		}
	}
}

static void hang_up(struct conn *c)
{
	if (c->state != CONN_WORK) {
		conn_close(c);
		return;
	}
	epoll_ctl(c->server->epoll_fd, EPOLL_CTL_DEL, c->fd, NULL);
	c->hung_up = true;
}

void conn_event(struct conn *c, uint32_t events)
{
	if (c->state == CONN_CLOSED)
		return;
	if ((events & EPOLLERR) || ((events & EPOLLHUP) && !(events & EPOLLIN))) {
		hang_up(c);
		return;
	}
	switch (c->state) {
	case CONN_TLS:
		shake(c);
		return;
	case CONN_IDLE:
	case CONN_HEAD:
	case CONN_BODY:
		conn_ask(c, EPOLLIN);
		read_some(c);
		return;
	case CONN_WORK:
		conn_ask(c, 0);
		return;
	case CONN_WRITE:
		conn_write(c);
		return;
	case CONN_LINGER:
		linger(c);
		return;
	case CONN_CLOSED:
		return;
	}
}

void conn_expire(struct conn *c)
{
	if (c->state == CONN_HEAD || c->state == CONN_BODY)
		request_refuse(c, HTTP_SLOW);
	else
		conn_close(c);
}
