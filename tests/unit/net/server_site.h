/* A real server in this process, and raw sockets to speak to it. */
#ifndef TESTS_UNIT_NET_SERVER_SITE_H
#define TESTS_UNIT_NET_SERVER_SITE_H

#include <pthread.h>

#include "net/server.h"

struct site {
	struct server *server;
	pthread_t thread;
	struct result ran; /* of server_run, after site_stop */
	unsigned port;
	char cert[64], key[64]; /* PEM files, when TLS was asked for */
};

/* Fields of c that are 0 get the server's defaults; serve and body_max are the
 * site's own: /hello, /echo (the body), /big (8 MiB), /slow (200 ms), /hog (more
 * memory than allowed), /fields (form fields), others 404. Bodies: 1 MiB, /echo
 * 8 MiB, GET none. */
void site_start(struct site *s, struct server_config c);
void site_start_tls(struct site *s, struct server_config c);
void site_stop(struct site *s);

int dial(const struct site *s);
void send_all(int fd, struct str bytes);
/* Everything until the peer closes, at most 4 s; a NUL behind it. */
size_t read_all(int fd, char *to, size_t cap);
/* Until one whole answer with its Content-Length is there; gives its status. */
int read_answer(int fd, char *to, size_t cap, size_t *ret_n);
int status_of(const char *answer);
int64_t now_ms(void);

#endif
