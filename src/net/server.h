/* A small strict HTTP/1.1 server (RFC 9110, 9112) on epoll: one loop thread
 * that parses and writes, a pool of workers that run handlers. OpenSSL for
 * TLS. Deadlines for the head, the body and idle connections; bodies above
 * 64 KiB are spooled to an unlinked file; SIGTERM drains. */
#ifndef MUSUBI_NET_SERVER_H
#define MUSUBI_NET_SERVER_H

#include "net/http.h"
#include "net/route.h"

struct server;

struct server_config {
	struct str listen;      /* "127.0.0.1:8080"; port 0 picks one */
	struct str hosts;       /* comma list of Host values that are ours, "" for any */
	struct str tls_cert, tls_key; /* PEM paths, "" for plain HTTP */
	bool ask_cert;          /* ask for a client certificate (http_request.client_cert) */
	unsigned workers;       /* 0: number of cores */
	unsigned max_connections;     /* 0: 1,024 */
	/* Of one address (IPv6: one /64), so that one peer cannot take all. 0: a quarter
	 * of all, and no limit for loopback peers: everybody behind a proxy is one. */
	unsigned max_per_peer;
	unsigned head_ms, body_ms, idle_ms; /* 0: 5,000, 60,000, 30,000 */
	size_t arena_cap;       /* bytes per request; 0: 64 MiB */
	struct str spool_dir;   /* for bodies above 64 KiB; "": /var/tmp */
	/* All bodies on disk together: anybody may begin an upload, and the disk may be
	 * the store's. Beyond it: 503. 0: 2 GiB. */
	uint64_t spool_bytes;
	/* Called on a worker for every request whose head and body arrived whole:
	 * routing, permission, the handler and error pages happen inside. */
	void (*serve)(void *app, const struct http_request *q, struct http_response *r);
	/* For requests refused before that (malformed, too large, too slow): fills
	 * a page for the status. May be NULL: a plain-text line. */
	void (*refuse)(void *app, int status, const char *code, struct http_response *r);
	/* The limit for this request's body, from its head; 0 means none allowed. */
	size_t (*body_max)(void *app, enum http_method m, struct str path);
	void *app;
};

MUST struct result server_open(const struct server_config *c, struct server **ret,
                               struct err *err);
unsigned server_port(const struct server *s);
/* "https://127.0.0.1:8443", for messages; lives as long as the server. */
struct str server_url(const struct server *s);
/* Serves until server_stop (any thread or a signal handler). Returns when all
 * requests under way are answered, at most 10 s later. */
MUST struct result server_run(struct server *s, struct err *err);
void server_stop(struct server *s);
void server_close(struct server *s);

#endif
