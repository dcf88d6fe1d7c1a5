/* The server: opening, the loop, stopping. */
#include "net/server_int.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

enum { ACCEPT_PAUSE_US = 100000 };
enum { EVENTS_PER_TURN = 256, ACCEPTS_PER_TURN = 64, WORKERS_MAX = 256, CONNECTIONS_MAX = 100000 };

static struct result no(struct err *err, const char *what, struct str detail)
{
	return fail(err, ERR_UNAVAILABLE, "net.listen", NULL, "%s %.*s: %s", what, STR_ARG(detail),
	            strerror(errno));
}

/* ---- opening ---- */

static struct str or_default(struct arena *a, struct str s, struct str dflt)
{
	return arena_str(a, str_empty(s) ? dflt : s);
}

static void take_config(struct server *s, const struct server_config *c)
{
	s->config = *c;
	s->config.listen = arena_str(s->arena, c->listen);
	s->config.hosts = arena_str(s->arena, c->hosts);
	s->config.spool_dir = or_default(s->arena, c->spool_dir, STR("/var/tmp"));
	s->spool = (struct spool){ .dir = s->config.spool_dir,
		.max = c->spool_bytes ? c->spool_bytes : SPOOL_BYTES_MAX };
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	if (!c->workers)
		s->config.workers = cores > 0 ? (unsigned)cores : 1;
	if (s->config.workers > WORKERS_MAX)
		s->config.workers = WORKERS_MAX;
	if (!c->max_connections)
		s->config.max_connections = 1024;
	if (s->config.max_connections > CONNECTIONS_MAX)
		s->config.max_connections = CONNECTIONS_MAX;
	s->timers[TIMER_HEAD].us = (int64_t)(c->head_ms ? c->head_ms : 5000) * 1000;
	s->timers[TIMER_BODY].us = (int64_t)(c->body_ms ? c->body_ms : 60000) * 1000;
	s->timers[TIMER_IDLE].us = (int64_t)(c->idle_ms ? c->idle_ms : 30000) * 1000;
	s->timers[TIMER_WRITE].us = s->timers[TIMER_IDLE].us;
	s->timers[TIMER_LINGER].us = (int64_t)LINGER_MS * 1000;
	s->spare = mem_array(s->config.workers * 4u, sizeof *s->spare);
}

/* "host:port", "[::1]:port". */
static bool split_address(struct str s, struct str *ret_host, struct str *ret_port)
{
	size_t colon = str_rfind_char(s, ':');
	uint64_t port;
	if (colon == STR_NONE || !str_to_u64(str_from(s, colon + 1), &port) || port > 65535)
		return false;
	*ret_port = str_from(s, colon + 1);
	*ret_host = str_sub(s, 0, colon);
	if (ret_host->n >= 2 && ret_host->p[0] == '[' && ret_host->p[ret_host->n - 1] == ']')
		*ret_host = str_sub(*ret_host, 1, ret_host->n - 2);
	return true;
}

static bool is_loopback(const struct sockaddr_storage *a)
{
	if (a->ss_family == AF_INET)
		return (ntohl(((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr) >> 24) == 127;
	return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr);
}

static struct result note_address(struct server *s, struct str host, struct err *err)
{
	struct sockaddr_storage at;
	socklen_t len = sizeof at;
	if (getsockname(s->listen_fd, (struct sockaddr *)&at, &len) != 0)
		return no(err, "getsockname", host);
	s->port = ntohs(at.ss_family == AF_INET
	                ? ((const struct sockaddr_in *)(const void *)&at)->sin_port
	                : ((const struct sockaddr_in6 *)(const void *)&at)->sin6_port);
	s->local = is_loopback(&at);
	bool v6 = str_find_char(host, ':') != STR_NONE;
	s->url = arena_printf(s->arena, "%s://%s%.*s%s:%u", s->tls ? "https" : "http", v6 ? "[" : "",
	                      STR_ARG(host), v6 ? "]" : "", s->port);
	return ok();
}

static struct result listen_on(struct server *s, struct err *err)
{
	struct str host, port;
	if (!split_address(s->config.listen, &host, &port))
		return fail(err, ERR_INPUT, "net.listen", NULL, "expected ADDRESS:PORT, found %.*s",
		            STR_ARG(s->config.listen));
	struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
	                          .ai_socktype = SOCK_STREAM }, *list;
	int e = getaddrinfo(host.n ? arena_cstr(s->arena, host) : NULL, arena_cstr(s->arena, port),
	                    &hints, &list);
	if (e != 0)
		return fail(err, ERR_UNAVAILABLE, "net.listen", NULL, "%.*s: %s",
		            STR_ARG(s->config.listen), gai_strerror(e));
	int one = 1;
	s->listen_fd = socket(list->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	bool fine = s->listen_fd >= 0 &&
	            setsockopt(s->listen_fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
	            bind(s->listen_fd, list->ai_addr, list->ai_addrlen) == 0 &&
	            listen(s->listen_fd, SOMAXCONN) == 0;
	freeaddrinfo(list);
	return fine ? note_address(s, host, err) : no(err, "cannot listen on", s->config.listen);
}

static struct result open_loop(struct server *s, struct err *err)
{
	s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	s->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (s->epoll_fd < 0 || s->wake_fd < 0)
		return no(err, "epoll", STR(""));
	/* Edge-triggered: every write wakes us once, nobody needs to read. */
	struct epoll_event wake = { .events = EPOLLIN | EPOLLET, .data.ptr = &s->wake_fd };
	struct epoll_event accept = { .events = EPOLLIN, .data.ptr = &s->listen_fd };
	if (epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, s->wake_fd, &wake) != 0 ||
	    epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, s->listen_fd, &accept) != 0)
		return no(err, "epoll", STR(""));
	s->accepting = true;
	return ok();
}

/* Room for every connection, its spooled body and our own files. */
static void raise_files(const struct server *s)
{
	struct rlimit l;
	rlim_t want = (rlim_t)s->config.max_connections * 2 + 256;
	if (getrlimit(RLIMIT_NOFILE, &l) != 0 || l.rlim_cur >= want)
		return;
	l.rlim_cur = l.rlim_max == RLIM_INFINITY || l.rlim_max > want ? want : l.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &l) != 0 || l.rlim_cur < want)
		log_warn("net.files", LOG_INT("limit", (int64_t)l.rlim_cur),
		         LOG_INT("wanted", (int64_t)want));
}

static struct result open_all(struct server *s, struct err *err)
{
	if (!str_empty(s->config.tls_cert) || !str_empty(s->config.tls_key))
		TRY(server_tls_new(s->config.tls_cert, s->config.tls_key, &s->tls, err));
	if (s->tls && s->config.ask_cert)
		server_tls_ask(s->tls);
	TRY(listen_on(s, err));
	TRY(open_loop(s, err));
	return ok();
}

struct result server_open(const struct server_config *c, struct server **ret, struct err *err)
{
	struct server *s = MEM_NEW(struct server);
	s->listen_fd = s->epoll_fd = s->wake_fd = -1;
	s->arena = arena_new(1 << 20);
	pthread_mutex_init(&s->work.lock, NULL);
	pthread_mutex_init(&s->done.lock, NULL);
	pthread_cond_init(&s->work.more, NULL);
	pthread_cond_init(&s->done.more, NULL);
	take_config(s, c);
	struct result r = open_all(s, err);
	if (is_err(r)) {
		server_close(s);
		return r;
	}
	raise_files(s);
	/* OpenSSL writes without MSG_NOSIGNAL; a peer that is gone is no reason to die. */
	signal(SIGPIPE, SIG_IGN);
	*ret = s;
	return ok();
}

unsigned server_port(const struct server *s)
{
	return s->port;
}

struct str server_url(const struct server *s)
{
	return s->url;
}

/* ---- the loop ---- */

static void set_accepting(struct server *s, bool on)
{
	if (s->accepting == on || s->listen_fd < 0)
		return;
	struct epoll_event e = { .events = on ? EPOLLIN : 0, .data.ptr = &s->listen_fd };
	epoll_ctl(s->epoll_fd, EPOLL_CTL_MOD, s->listen_fd, &e);
	s->accepting = on;
	s->accept_at = s->now + ACCEPT_PAUSE_US;
}

/* Full: the connection that has been idle longest makes room; when none is idle
 * new ones wait in the kernel's queue until one is. */
static bool close_idle(struct server *s)
{
	struct conn *idle = s->timers[TIMER_IDLE].first;
	if (!idle)
		return false;
	conn_close(idle);
	return true;
}

static bool is_full(const struct server *s)
{
	return s->nconns >= s->config.max_connections;
}

static void accept_some(struct server *s)
{
	for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
		if (is_full(s) && !s->timers[TIMER_IDLE].first) {
			set_accepting(s, false);
			return;
		}
		struct sockaddr_storage peer;
		socklen_t len = sizeof peer;
		int fd = accept4(s->listen_fd, (struct sockaddr *)&peer, &len,
		                 SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0 && !conn_may_open(s, &peer)) {
			close(fd);
			continue;
		}
		if (fd >= 0) {
			if (is_full(s))
				close_idle(s);
			conn_open(s, fd, &peer);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			log_warn("net.accept", LOG_C("reason", strerror(errno)));
			if (close_idle(s))
				continue;
			set_accepting(s, false);
			return;
		}
		if (errno == EAGAIN || errno == EWOULDBLOCK)
			return;
	}
}

static void begin_drain(struct server *s)
{
	s->drain_until = s->now + (int64_t)DRAIN_MS * 1000;
	set_accepting(s, false);
	close(s->listen_fd);
	s->listen_fd = -1;
	for (struct conn *c = s->conns, *next; c; c = next) {
		next = c->next;
		if (c->state == CONN_IDLE || c->state == CONN_TLS)
			conn_close(c);
	}
}

static void one_event(struct server *s, const struct epoll_event *e)
{
	if (e->data.ptr == &s->listen_fd) {
		if (s->listen_fd >= 0)
			accept_some(s);
	} else if (e->data.ptr != &s->wake_fd) {
		conn_event(e->data.ptr, e->events);
	}
}

static void one_turn(struct server *s, const struct epoll_event *events, int n)
{
	s->now = clock_steady_us();
	size_t before = s->nconns;
	for (int i = 0; i < n; i++)
		one_event(s, &events[i]);
	for (struct conn *c = work_take_done(s), *next; c; c = next) {
		next = c->queue_next;
		conn_worked(c);
	}
	for (struct conn *c; (c = timer_expired(s));)
		conn_expire(c);
	if (!s->accepting && !s->drain_until && (s->nconns < before || s->now >= s->accept_at))
		set_accepting(s, true);
	conn_free_dead(s);
}

struct result server_run(struct server *s, struct err *err)
{
	struct epoll_event events[EVENTS_PER_TURN];
	s->now = clock_steady_us();
	work_start(s);
	for (;;) {
		int n = epoll_wait(s->epoll_fd, events, EVENTS_PER_TURN, timer_wait_ms(s));
		if (n < 0 && errno != EINTR)
			return no(err, "epoll_wait", STR(""));
		one_turn(s, events, n < 0 ? 0 : n);
		if (atomic_load(&s->stopping) && !s->drain_until)
			begin_drain(s);
		if (s->drain_until && s->nconns == 0)
			return ok();
		if (s->drain_until && s->now >= s->drain_until)
			return fail(err, ERR_UNAVAILABLE, "net.drain", NULL,
			            "%zu connections were still busy when the server stopped", s->nconns);
	}
}

/* ---- stopping ---- */

void server_stop(struct server *s)
{
	/* Only what a signal handler may do. */
	int saved = errno;
	uint64_t one = 1;
	atomic_store(&s->stopping, true);
	ssize_t n = write(s->wake_fd, &one, sizeof one);
	(void)n;
	errno = saved;
}

void server_close(struct server *s)
{
	if (!s)
		return;
	work_stop(s);
	while (s->conns)
		conn_close(s->conns);
	conn_free_dead(s);
	for (size_t i = 0; i < s->nspare; i++)
		arena_free(s->spare[i]);
	mem_free(s->spare);
	int fds[] = { s->listen_fd, s->epoll_fd, s->wake_fd };
	for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	SSL_CTX_free(s->tls);
	pthread_mutex_destroy(&s->work.lock);
	pthread_mutex_destroy(&s->done.lock);
	pthread_cond_destroy(&s->work.more);
	pthread_cond_destroy(&s->done.more);
	arena_free(s->arena);
	mem_free(s);
}
