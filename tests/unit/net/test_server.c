/* The server under honest and dishonest clients: order, limits of time and
 * number, spooled bodies, TLS, drain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "server_site.h"

#include <cmocka.h> /* last: it defines fail() */

#define GET(target) "GET " target " HTTP/1.1\r\nHost: a\r\n\r\n"

static char answer[9 << 20];

static void nap(int ms)
{
	nanosleep(&(struct timespec){ ms / 1000, (ms % 1000) * 1000000L }, NULL);
}

static void start(struct site *s, struct server_config c)
{
	*s = (struct site){ 0 };
	if (!c.workers)
		c.workers = 2;
	site_start(s, c);
}

static void still_serves(const struct site *s)
{
	int fd = dial(s);
	size_t n;
	assert_true(fd >= 0);
	send_all(fd, STR(GET("/hello")));
	assert_int_equal(read_answer(fd, answer, sizeof answer, &n), 200);
	close(fd);
}

static void stop(struct site *s)
{
	site_stop(s);
	assert_true(is_ok(s->ran));
}

static void expect_body(int fd, const char *body)
{
	size_t n;
	assert_int_equal(read_answer(fd, answer, sizeof answer, &n), 200);
	const char *at = strstr(answer, "\r\n\r\n");
	assert_non_null(at);
	assert_string_equal(at + 4, body);
}

static void pipelined_answers_keep_their_order(void **state)
{
	(void)state;
	struct site s;
	start(&s, (struct server_config){ 0 });
	int fd = dial(&s);
	send_all(fd, STR(GET("/slow")
	                 "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nfirst"
	                 GET("/hello?2")
	                 "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
	                 "3\r\nfou\r\n3\r\nrth\r\n0\r\n\r\n" GET("/hello?5") "GET /hel"));
	expect_body(fd, "slow");
	expect_body(fd, "first");
	expect_body(fd, "hello GET 2");
	expect_body(fd, "fourth");
	expect_body(fd, "hello GET 5");
	send_all(fd, STR("lo?6 HTTP/1.1\r\nHost: a\r\n\r\n"));
	expect_body(fd, "hello GET 6");
	close(fd);
	stop(&s);
}

static void head_has_no_body(void **state)
{
	(void)state;
	struct site s;
	start(&s, (struct server_config){ 0 });
	int fd = dial(&s);
	send_all(fd, STR("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n"
	                 "GET /none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
	read_all(fd, answer, sizeof answer);
	assert_int_equal(status_of(answer), 200);
	assert_non_null(strstr(answer, "Content-Length: 11\r\n"));
	const char *second = strstr(answer, "\r\n\r\n") + 4;
	assert_int_equal(status_of(second), 204);
	assert_null(strstr(second, "Content-Length"));
	close(fd);
	stop(&s);
}

static void pages_have_security_headers(void **state)
{
	(void)state;
	struct site s;
	start(&s, (struct server_config){ 0 });
	int fd = dial(&s);
	send_all(fd, STR("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
	read_all(fd, answer, sizeof answer);
	static const char *const lines[] = {
		"X-Content-Type-Options: nosniff\r\n", "Referrer-Policy: same-origin\r\n",
		"Cross-Origin-Opener-Policy: same-origin\r\n", "Permissions-Policy: ",
		"Cache-Control: no-store\r\n", "frame-ancestors 'none'", "Date: ",
		"Connection: close\r\n",
	};
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		if (!strstr(answer, lines[i]))
			fail_msg("missing: %s", lines[i]);
	assert_null(strstr(answer, "Server:"));
	close(fd);
	stop(&s);
}

static void dripping_a_head_is_cut_off(void **state)
{
	(void)state;
	struct site s;
	start(&s, (struct server_config){ .head_ms = 300 });
	int fd = dial(&s);
	int64_t began = now_ms();
	struct str head = STR("GET /hello HTTP/1.1\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	for (size_t i = 0; i < head.n && now_ms() - began < 1500; i++) {
		send_all(fd, str_sub(head, i, 1));
		nap(40);
		if (recv(fd, answer, 1, MSG_PEEK | MSG_DONTWAIT) >= 0)
			break;
	}
	read_all(fd, answer, sizeof answer);
	assert_int_equal(status_of(answer), 408);
	assert_in_range(now_ms() - began, 250, 1000);
	close(fd);
	still_serves(&s);
	stop(&s);
}

static void dripping_a_body_is_cut_off(void **state)
{
	(void)state;
	struct site s;
	start(&s, (struct server_config){ .body_ms = 300 });
	int fd = dial(&s);
	int64_t began = now_ms();
	send_all(fd, STR("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n"));
	while (now_ms() - began < 1500 && recv(fd, answer, 1, MSG_PEEK | MSG_DONTWAIT) < 0) {
		send_all(fd, STR("x"));
		nap(40);
	}
	read_all(fd, answer, sizeof answer);
	assert_int_equal(status_of(answer), 408);
	assert_in_range(now_ms() - began, 250, 1000);
	close(fd);
	stop(&s);
}

/* A body that makes progress may take longer than one deadline. */
static void a_steady_upload_is_not_cut_off(void **state)
{
	(void)state;
	struct site s;
	start(&s, (struct server_config){ .body_ms = 400 });
	int fd = dial(&s);
	send_all(fd, STR("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 524288\r\n\r\n"));
	static char block[65536];
	for (int i = 0; i < 8; i++) {
		nap(100);
		send_all(fd, str_of(block, sizeof block));
	}
	size_t n;
	assert_int_equal(read_answer(fd, answer, sizeof answer, &n), 200);
	close(fd);
	stop(&s);
}

static void idle_connections_end(void **state)
{
	(void)state;
	struct site s;
	start(&s, (struct server_config){ .idle_ms = 200 });
	int fresh = dial(&s), used = dial(&s);
	size_t n;
	send_all(used, STR(GET("/hello")));
	assert_int_equal(read_answer(used, answer, sizeof answer, &n), 200);
	int64_t began = now_ms();
	assert_int_equal(read_all(fresh, answer, sizeof answer), 0);
	assert_int_equal(read_all(used, answer, sizeof answer), 0);
	assert_in_range(now_ms() - began, 100, 1000);
	close(fresh);
	close(used);
	stop(&s);
}

/* Asks for 8 MiB many times and reads nothing: the server neither buffers more
 * than one answer nor waits for ever. */
static void a_reader_that_does_not_read_is_dropped(void **state)
{
	(void)state;
	struct site s;
	start(&s, (struct server_config){ .idle_ms = 300 });
	int fd = dial(&s);
	for (int i = 0; i < 50; i++)
		send_all(fd, STR(GET("/big")));
	nap(700);
	still_serves(&s);
	size_t n = 0;
	for (size_t got; (got = read_all(fd, answer, sizeof answer)) > 0;)
		n += got;
	assert_true(n < (size_t)8 << 20);
	close(fd);
	stop(&s);
}

static void large_answers_arrive_whole(void **state)
{
	(void)state;
	struct site s;
	start(&s, (struct server_config){ 0 });
	int fd = dial(&s);
	send_all(fd, STR("GET /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
	nap(50);
	size_t n = read_all(fd, answer, sizeof answer);
	const char *body = strstr(answer, "\r\n\r\n") + 4;
	assert_int_equal(n - (size_t)(body - answer), 8 << 20);
	assert_int_equal(strspn(body, "b"), 8 << 20);
	close(fd);
	stop(&s);
}

static void echo_large(const struct site *s, bool chunked)
{
	enum { N = 5 << 20, CHUNK = 10000 };
	char *body = malloc(N);
	for (size_t i = 0; i < N; i++)
		body[i] = (char)(i * 2654435761u >> 13);
	int fd = dial(s);
	BUF_AUTO b;
	buf_init(&b, 2 * N);
	buf_add_c(&b, "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n");
	if (chunked) {
		buf_add_c(&b, "Transfer-Encoding: chunked\r\n\r\n");
		for (size_t i = 0; i < N; i += CHUNK) {
			size_t n = N - i < CHUNK ? N - i : CHUNK;
			buf_printf(&b, "%zx\r\n", n);
			buf_add(&b, str_of(body + i, n));
			buf_add_c(&b, "\r\n");
		}
		buf_add_c(&b, "0\r\n\r\n");
	} else {
		buf_printf(&b, "Content-Length: %d\r\n\r\n", N);
		buf_add(&b, str_of(body, N));
	}
	send_all(fd, buf_str(&b));
	size_t n = read_all(fd, answer, sizeof answer);
	assert_int_equal(status_of(answer), 200);
	const char *got = strstr(answer, "\r\n\r\n") + 4;
	assert_int_equal(n - (size_t)(got - answer), N);
	assert_memory_equal(got, body, N);
	free(body);
	close(fd);
}

static void large_bodies_are_spooled_and_equal(void **state)
{
	(void)state;
	struct site s;
	start(&s, (struct server_config){ 0 });
	echo_large(&s, false);
	echo_large(&s, true);
	stop(&s);
}

static void a_full_spool_is_told(void **state)
{
	(void)state;
	struct site s;
	start(&s, (struct server_config){ .spool_dir = STR("/nonexistent") });
	int fd = dial(&s);
	static char block[100000];
	send_all(fd, STR("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"));
	send_all(fd, str_of(block, sizeof block));
	read_all(fd, answer, sizeof answer);
	assert_int_equal(status_of(answer), 503);
	close(fd);
	still_serves(&s);
	stop(&s);
}

/* Two uploads that never end do not fit together: one of them is told so,
 * whichever the loop read first. Once they are gone there is room again. */
static void uploads_share_a_bounded_disk(void **state)
{
	(void)state;
	struct site s;
	static char block[1 << 20];
	start(&s, (struct server_config){ .spool_bytes = 3 << 19 });
	struct str head = STR("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n");
	int first = dial(&s), second = dial(&s);
	send_all(first, head);
	send_all(first, str_of(block, sizeof block));
	send_all(second, head);
	send_all(second, str_of(block, sizeof block));
	read_all(second, answer, sizeof answer);
	if (status_of(answer) == 0)
		read_all(first, answer, sizeof answer);
	assert_int_equal(status_of(answer), 503);
	close(second);
	close(first);
	int status = 0;
	for (int i = 0; i < 40 && status != 200; i++) { /* until the loop saw them go */
		int fd = dial(&s);
		send_all(fd, STR("POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
		                 "Content-Length: 1048576\r\n\r\n"));
		send_all(fd, str_of(block, sizeof block));
		read_all(fd, answer, sizeof answer);
		status = status_of(answer);
		close(fd);
	}
	assert_int_equal(status, 200);
	stop(&s);
}

static void a_greedy_request_is_refused(void **state)
{
	(void)state;
	struct site s;
	start(&s, (struct server_config){ .arena_cap = 1 << 20 });
	int fd = dial(&s);
	size_t n;
	send_all(fd, STR(GET("/hog")));
	assert_int_equal(read_answer(fd, answer, sizeof answer, &n), 413);
	assert_null(strstr(answer, "never seen"));
	close(fd);
	still_serves(&s);
	stop(&s);
}

static void expect_continue_is_answered_first(void **state)
{
	(void)state;
	struct site s;
	start(&s, (struct server_config){ 0 });
	int fd = dial(&s);
	size_t n;
	send_all(fd, STR("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
	                 "Content-Length: 5\r\n\r\n"));
	assert_int_equal(read_answer(fd, answer, sizeof answer, &n), 100);
	send_all(fd, STR("hello"));
	expect_body(fd, "hello");
	/* who sends the body at once needs no word */
	send_all(fd, STR("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
	                 "Content-Length: 5\r\n\r\nworld"));
	expect_body(fd, "world");
	close(fd);
	stop(&s);
}

static void half_closed_clients_get_their_answers(void **state)
{
	(void)state;
	struct site s;
	start(&s, (struct server_config){ 0 });
	int fd = dial(&s);
	send_all(fd, STR(GET("/slow") GET("/hello?1")));
	shutdown(fd, SHUT_WR);
	read_all(fd, answer, sizeof answer);
	assert_int_equal(status_of(answer), 200);
	assert_non_null(strstr(answer, "hello GET 1"));
	close(fd);
	static const struct str cut[] = {
		STR_INIT("GET /hello HT"),
		STR_INIT("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf"),
		STR_INIT("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello"),
	};
	for (size_t i = 0; i < sizeof cut / sizeof cut[0]; i++) {
		fd = dial(&s);
		send_all(fd, cut[i]);
		shutdown(fd, SHUT_WR);
		read_all(fd, answer, sizeof answer);
		assert_int_equal(status_of(answer), 400);
		close(fd);
	}
	stop(&s);
}

static void abrupt_ends_do_no_harm(void **state)
{
	(void)state;
	struct site s;
	start(&s, (struct server_config){ 0 });
	static const struct str starts[] = {
		STR_INIT(""), STR_INIT("GET /hel"), STR_INIT(GET("/slow")), STR_INIT(GET("/big")),
		STR_INIT(GET("/slow") GET("/slow") GET("/slow")),
		STR_INIT("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nxxx"),
	};
	for (int round = 0; round < 20; round++) {
		int fd = dial(&s);
		send_all(fd, starts[round % 6]);
		if (round >= 6)
			nap(5);
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){ 1, 0 },
		           sizeof(struct linger));
		close(fd); /* a reset */
	}
	still_serves(&s);
	stop(&s);
}

static void a_full_house_lets_the_idle_go(void **state)
{
	(void)state;
	struct site s;
	start(&s, (struct server_config){ .max_connections = 4 });
	int fd[8];
	for (int i = 0; i < 8; i++) {
		fd[i] = dial(&s);
		size_t n;
		send_all(fd[i], STR(GET("/hello")));
		assert_int_equal(read_answer(fd[i], answer, sizeof answer, &n), 200);
	}
	assert_int_equal(read_all(fd[0], answer, sizeof answer), 0); /* the oldest went */
	for (int i = 0; i < 8; i++)
		close(fd[i]);
	/* busy ones are not thrown out: others wait for them */
	int busy[4];
	for (int i = 0; i < 4; i++) {
		busy[i] = dial(&s);
		send_all(busy[i], STR(GET("/slow")));
	}
	nap(50);
	still_serves(&s);
	for (int i = 0; i < 4; i++) {
		expect_body(busy[i], "slow");
		close(busy[i]);
	}
	stop(&s);
}

/* Slow ones of a peer that took its share: the next is hung up on, and gets in as
 * soon as one of them is idle or gone. */
static void one_peer_cannot_take_all(void **state)
{
	(void)state;
	struct site s;
	start(&s, (struct server_config){ .max_connections = 64, .max_per_peer = 3 });
	int slow[3];
	size_t n;
	for (int i = 0; i < 3; i++) {
		slow[i] = dial(&s);
		send_all(slow[i], STR("GET /hello HTTP/1.1\r\nHost: ")); /* and never more */
	}
	nap(50);
	int fd = dial(&s);
	assert_int_equal(read_all(fd, answer, sizeof answer), 0);
	close(fd);
	close(slow[0]);
	nap(50);
	fd = dial(&s);
	send_all(fd, STR(GET("/hello")));
	assert_int_equal(read_answer(fd, answer, sizeof answer, &n), 200);
	int next = dial(&s); /* the idle one makes room */
	send_all(next, STR(GET("/hello")));
	assert_int_equal(read_answer(next, answer, sizeof answer, &n), 200);
	assert_int_equal(read_all(fd, answer, sizeof answer), 0);
	close(fd);
	close(next);
	close(slow[1]);
	close(slow[2]);
	stop(&s);
}

enum { MANY = 1000 };

static void a_thousand_connections(void **state)
{
	(void)state;
	struct rlimit l;
	getrlimit(RLIMIT_NOFILE, &l);
	l.rlim_cur = l.rlim_max < 4096 ? l.rlim_max : 4096;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &l), 0);
	struct site s;
	start(&s, (struct server_config){ .max_connections = 1200 });
	static int fd[MANY];
	for (int i = 0; i < MANY; i++) {
		fd[i] = dial(&s);
		assert_true(fd[i] >= 0);
	}
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < MANY; i++)
			send_all(fd[i], STR(GET("/hello?x")));
		for (int i = 0; i < MANY; i++)
			expect_body(fd[i], "hello GET x");
	}
	for (int i = 0; i < MANY; i++)
		close(fd[i]);
	stop(&s);
}

/* ---- TLS ---- */

static SSL *shake(int fd, int max_version, const char *alpn)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
	SSL_CTX_set_max_proto_version(ctx, max_version);
	SSL_CTX_set_cipher_list(ctx, "ALL:@SECLEVEL=0");
	SSL *ssl = SSL_new(ctx);
	SSL_CTX_free(ctx);
	if (alpn)
		SSL_set_alpn_protos(ssl, (const unsigned char *)alpn, (unsigned)strlen(alpn));
	SSL_set_fd(ssl, fd);
	if (SSL_connect(ssl) != 1) {
		SSL_free(ssl);
		return NULL;
	}
	return ssl;
}

static void tls_serves_and_negotiates(void **state)
{
	(void)state;
	struct site s = { 0 };
	site_start_tls(&s, (struct server_config){ .workers = 2, .head_ms = 300 });
	for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
		int fd = dial(&s);
		SSL *ssl = shake(fd, version, "\x02h2\x08http/1.1");
		assert_non_null(ssl);
		const unsigned char *chosen;
		unsigned len;
		SSL_get0_alpn_selected(ssl, &chosen, &len);
		assert_int_equal(len, 8);
		assert_memory_equal(chosen, "http/1.1", 8);
		static const char request[] = GET("/hello?tls")
			"GET /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
		assert_true(SSL_write(ssl, request, sizeof request - 1) > 0);
		size_t n = 0;
		for (int got; (got = SSL_read(ssl, answer + n, (int)(sizeof answer - n))) > 0;)
			n += (size_t)got;
		assert_int_equal(SSL_get_error(ssl, 0), SSL_ERROR_ZERO_RETURN);
		answer[n] = '\0';
		assert_int_equal(status_of(answer), 200);
		assert_non_null(strstr(answer, "hello GET tls"));
		assert_true(n > (size_t)8 << 20);
		SSL_free(ssl);
		close(fd);
	}
	stop(&s);
}

static void tls_refuses_the_old_and_the_strange(void **state)
{
	(void)state;
	struct site s = { 0 };
	site_start_tls(&s, (struct server_config){ .workers = 1, .head_ms = 300 });
	int fd = dial(&s);
	assert_null(shake(fd, TLS1_1_VERSION, NULL));
	close(fd);
	fd = dial(&s);
	assert_null(shake(fd, TLS1_3_VERSION, "\x02h2")); /* no protocol in common */
	close(fd);
	fd = dial(&s);
	send_all(fd, STR(GET("/hello"))); /* plain text on the TLS port */
	read_all(fd, answer, sizeof answer);
	assert_int_equal(status_of(answer), 0);
	close(fd);
	fd = dial(&s); /* says nothing */
	int64_t began = now_ms();
	read_all(fd, answer, sizeof answer);
	assert_in_range(now_ms() - began, 200, 1000);
	close(fd);
	fd = dial(&s);
	SSL *ssl = shake(fd, TLS1_3_VERSION, NULL);
	assert_non_null(ssl);
	SSL_free(ssl);
	close(fd); /* without close_notify */
	stop(&s);
}

static void wrong_keys_are_named(void **state)
{
	(void)state;
	struct server *server;
	struct err err;
	struct server_config c = { .listen = STR("127.0.0.1:0"), .tls_cert = STR("/nonexistent.pem"),
	                           .tls_key = STR("/nonexistent.pem") };
	assert_int_equal(server_open(&c, &server, &err).kind, ERR_UNAVAILABLE);
	assert_non_null(strstr(err.what, "/nonexistent.pem"));
	c = (struct server_config){ .listen = STR("127.0.0.1") };
	assert_int_equal(server_open(&c, &server, &err).kind, ERR_INPUT);
	c.listen = STR("127.0.0.1:99999");
	assert_int_equal(server_open(&c, &server, &err).kind, ERR_INPUT);
	c.listen = STR("192.0.2.1:0"); /* an address nobody has (RFC 5737) */
	assert_int_equal(server_open(&c, &server, &err).kind, ERR_UNAVAILABLE);
}

/* ---- the end ---- */

static void draining_answers_what_has_begun(void **state)
{
	(void)state;
	struct site s;
	start(&s, (struct server_config){ 0 });
	int busy = dial(&s), idle = dial(&s), half = dial(&s);
	size_t n;
	send_all(idle, STR(GET("/hello")));
	assert_int_equal(read_answer(idle, answer, sizeof answer, &n), 200);
	send_all(half, STR("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab"));
	send_all(busy, STR(GET("/slow") GET("/hello?never")));
	nap(60);
	server_stop(s.server);
	nap(60);
	assert_int_equal(read_all(idle, answer, sizeof answer), 0);
	assert_int_equal(dial(&s), -1);
	send_all(half, STR("cd"));
	expect_body(half, "abcd");
	assert_non_null(strstr(answer, "Connection: close\r\n"));
	read_all(busy, answer, sizeof answer);
	assert_non_null(strstr(answer, "\r\n\r\nslow"));
	assert_null(strstr(answer, "never"));
	close(busy);
	close(idle);
	close(half);
	int64_t began = now_ms();
	stop(&s);
	assert_true(now_ms() - began < 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pipelined_answers_keep_their_order),
		cmocka_unit_test(head_has_no_body),
		cmocka_unit_test(pages_have_security_headers),
		cmocka_unit_test(dripping_a_head_is_cut_off),
		cmocka_unit_test(dripping_a_body_is_cut_off),
		cmocka_unit_test(a_steady_upload_is_not_cut_off),
		cmocka_unit_test(idle_connections_end),
		cmocka_unit_test(a_reader_that_does_not_read_is_dropped),
		cmocka_unit_test(large_answers_arrive_whole),
		cmocka_unit_test(large_bodies_are_spooled_and_equal),
		cmocka_unit_test(a_full_spool_is_told),
		cmocka_unit_test(uploads_share_a_bounded_disk),
		cmocka_unit_test(a_greedy_request_is_refused),
		cmocka_unit_test(expect_continue_is_answered_first),
		cmocka_unit_test(half_closed_clients_get_their_answers),
		cmocka_unit_test(abrupt_ends_do_no_harm),
		cmocka_unit_test(a_full_house_lets_the_idle_go),
		cmocka_unit_test(one_peer_cannot_take_all),
		cmocka_unit_test(a_thousand_connections),
		cmocka_unit_test(tls_serves_and_negotiates),
		cmocka_unit_test(tls_refuses_the_old_and_the_strange),
		cmocka_unit_test(wrong_keys_are_named),
		cmocka_unit_test(draining_answers_what_has_begun),
	};
	return cmocka_run_group_tests_name("server", tests, NULL, NULL);
}
