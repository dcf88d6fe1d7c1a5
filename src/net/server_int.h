/* The server's insides: one struct server, one struct conn per connection.
 * Internal to the server_….c files.
 *
 * A connection belongs to the loop thread, but for the time it is CONN_WORK:
 * then `request`, `response` and `arena` belong to a worker, and the loop
 * touches only the socket. Every state has exactly one timer or none. */
#ifndef MUSUBI_NET_SERVER_INT_H
#define MUSUBI_NET_SERVER_INT_H

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "net/chunked.h"
#include "net/http_parse.h"
#include "net/server.h"

enum {
	SCRATCH_BYTES = 64 * 1024,
	BODY_IN_MEMORY = 64 * 1024,
	PROGRESS_BYTES = 64 * 1024,  /* a deadline for a body or an answer starts anew after these */
	RESPONSE_BYTES_MAX = 64 << 20,
	LINGER_MS = 2000,
	LINGER_BYTES = 32 << 20,
	DRAIN_MS = 10000,
};

#define SPOOL_BYTES_MAX ((uint64_t)2 << 30)

enum conn_state {
	CONN_TLS,    /* shaking hands */
	CONN_IDLE,   /* no byte of a request yet */
	CONN_HEAD,
	CONN_BODY,
	CONN_WORK,   /* a worker has it */
	CONN_WRITE,
	CONN_LINGER, /* answered and shut; reading until the peer has read */
	CONN_CLOSED, /* waits to be freed */
};

enum timer { TIMER_HEAD, TIMER_BODY, TIMER_IDLE, TIMER_WRITE, TIMER_LINGER, TIMERS, TIMER_NONE };

/* What the bodies of all connections hold on disk. The loop's alone. */
struct spool {
	struct str dir;
	uint64_t used, max;
};

struct body {
	struct spool *spool;
	uint64_t limit, n;
	uint64_t on_disk;
	struct buf memory;
	int fd;            /* -1 until it outgrows memory */
	void *map;
};

struct conn {
	struct server *server;
	int fd;
	SSL *ssl;
	enum conn_state state;
	uint32_t events;     /* what epoll was asked for */
	bool eof;            /* the peer sends no more */
	bool hung_up;        /* the socket is dead; freed when the worker is done */
	bool keep;           /* another request may follow */
	bool linger;         /* unread bytes may be on their way */

	enum timer timer;
	int64_t deadline;
	struct conn *timer_prev, *timer_next;
	struct conn *prev, *next;   /* all connections, or the dead ones */
	struct conn *queue_next;    /* in the queue of work or of done */

	struct buf in;
	struct http_scan scan;
	struct arena *arena;
	struct http_head *head;
	struct http_request *request;
	struct http_response *response;
	struct body body;
	struct chunked chunked;
	uint64_t progress;   /* bytes since the timer was set */

	struct buf out;      /* status line, headers, small bodies */
	struct str tail;     /* the rest of the body */
	size_t sent;         /* of out and tail together */
	char peer[INET6_ADDRSTRLEN];
	struct in6_addr from; /* IPv4 mapped; IPv6 without what the peer chooses itself */
};

struct timer_list {
	struct conn *first, *last;
	int64_t us;          /* how long it runs: lists stay sorted by themselves */
};

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct conn *first, *last;
	bool stop;
};

struct server {
	struct server_config config;
	struct arena *arena;     /* of the configuration's text */
	struct str url;
	SSL_CTX *tls;
	int listen_fd, epoll_fd, wake_fd;
	unsigned port;
	bool local;              /* listens on a loopback address */
	bool accepting;
	int64_t accept_at;       /* when to try again, while not accepting */
	int64_t now;             /* steady microseconds, at the last wake-up */
	int64_t drain_until;     /* 0: not draining */
	_Atomic bool stopping;
	size_t nconns;
	struct conn *conns, *dead;
	struct timer_list timers[TIMERS];
	struct spool spool;
	struct queue work, done;
	pthread_t *threads;
	unsigned nthreads;
	struct arena **spare;    /* arenas waiting for a request */
	size_t nspare;
	char scratch[SCRATCH_BYTES];
};

/* server_tls.c */
MUST struct result server_tls_new(struct str cert, struct str key, SSL_CTX **ret,
                                  struct err *err);
void server_tls_ask(SSL_CTX *ctx);
struct str server_tls_peer(const SSL *ssl, struct arena *a);

/* server_io.c: bytes moved, or one of these. */
enum { IO_AGAIN = -1, IO_EOF = -2, IO_DEAD = -3 };
ssize_t io_handshake(struct conn *c);          /* 0 when done */
ssize_t io_read(struct conn *c, char *p, size_t n);
ssize_t io_write(struct conn *c, struct str bytes);
void io_shut(struct conn *c);                  /* no more from us */
ssize_t io_discard(struct conn *c, char *p, size_t n); /* raw bytes, also under TLS */

/* server_body.c */
void body_init(struct body *b, struct spool *spool, uint64_t limit);
enum http_fault body_add(struct body *b, struct str bytes);
enum http_fault body_done(struct body *b, struct str *ret);
void body_drop(struct body *b);

/* server_reply.c: fills c->out and c->tail from c->response. */
void reply_build(struct conn *c);

/* server_work.c */
void work_start(struct server *s);
void work_stop(struct server *s);
void work_push(struct server *s, struct conn *c);
struct conn *work_take_done(struct server *s); /* a list by queue_next, or NULL */

/* server_timer.c */
void timer_set(struct conn *c, enum timer kind);
int timer_wait_ms(const struct server *s);
struct conn *timer_expired(struct server *s);

/* server_conn.c */
void conn_open(struct server *s, int fd, const struct sockaddr_storage *peer);
/* Room for one more of this peer? Its own connection that has been idle longest
 * makes it, when there is one. */
bool conn_may_open(struct server *s, const struct sockaddr_storage *peer);
void conn_event(struct conn *c, uint32_t events);
void conn_worked(struct conn *c);
void conn_expire(struct conn *c);
void conn_close(struct conn *c);
void conn_free_dead(struct server *s);

/* server_request.c: from bytes to work. */
void request_input(struct conn *c, struct str bytes);
void request_resume(struct conn *c);           /* bytes of a pipelined request may wait */
void request_eof(struct conn *c);
void request_refuse(struct conn *c, enum http_fault f);
void request_drop(struct conn *c);             /* gives arena, body and buffers back */

/* server_conn.c, for server_request.c */
void conn_write(struct conn *c);
void conn_ask(struct conn *c, uint32_t events);

#endif
