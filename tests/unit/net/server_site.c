/* The server under test and its client side. */
#include "server_site.h"

#include <arpa/inet.h>
#include <assert.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BIG = 8 << 20 };

static void serve(void *app, const struct http_request *q, struct http_response *r)
{
	(void)app;
	static const struct str text = STR_INIT("text/plain; charset=utf-8");
	if (str_eq(q->path, STR("/hello"))) {
		struct str name = http_method_name(q->method);
		http_body(r, text, arena_printf(q->arena, "hello %.*s %.*s", STR_ARG(name),
		                                STR_ARG(q->query)));
	} else if (str_eq(q->path, STR("/echo"))) {
		http_body(r, text, q->body);
	} else if (str_eq(q->path, STR("/big"))) {
		char *p = buf_reserve(&r->body, BIG);
		memset(p, 'b', BIG);
		buf_grow(&r->body, BIG);
	} else if (str_eq(q->path, STR("/slow"))) {
		nanosleep(&(struct timespec){ .tv_nsec = 200000000 }, NULL);
		http_body(r, text, STR("slow"));
	} else if (str_eq(q->path, STR("/hog"))) {
		memset(arena_alloc(q->arena, 1536 << 10), 1, 1);
		http_body(r, text, STR("never seen"));
	} else if (str_eq(q->path, STR("/fields"))) {
		struct http_fields f;
		struct err err;
		r->status = is_ok(http_form_fields(q, &f, &err)) ? 200 : 400;
	} else if (str_eq(q->path, STR("/none"))) {
		r->status = 204;
	} else {
		r->status = str_eq(q->path, STR("*")) ? 200 : 404;
	}
}

static size_t body_max(void *app, enum http_method m, struct str path)
{
	(void)app;
	if (m == HTTP_GET || m == HTTP_HEAD)
		return 0;
	return str_eq(path, STR("/echo")) ? BIG : 1 << 20;
}

static void *run(void *arg)
{
	struct site *s = arg;
	struct err err = { 0 };
	s->ran = server_run(s->server, &err);
	return NULL;
}

void site_start(struct site *s, struct server_config c)
{
	struct err err = { 0 };
	c.listen = STR("127.0.0.1:0");
	c.serve = serve;
	c.body_max = body_max;
	if (is_err(server_open(&c, &s->server, &err))) {
		fprintf(stderr, "%s\n", err.what);
		abort();
	}
	s->port = server_port(s->server);
	assert(pthread_create(&s->thread, NULL, run, s) == 0);
}

static void write_cert(struct site *s)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -60);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_set_pubkey(x, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
	                           (const unsigned char *)"localhost", -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	X509_EXTENSION *san = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name,
	                                          "DNS:localhost,IP:127.0.0.1");
	X509_add_ext(x, san, -1);
	X509_EXTENSION_free(san);
	assert(X509_sign(x, key, EVP_sha256()) > 0);
	snprintf(s->cert, sizeof s->cert, "/tmp/musubi-cert-XXXXXX");
	snprintf(s->key, sizeof s->key, "/tmp/musubi-key-XXXXXX");
	FILE *fc = fdopen(mkstemp(s->cert), "w"), *fk = fdopen(mkstemp(s->key), "w");
	assert(PEM_write_X509(fc, x) == 1);
	assert(PEM_write_PrivateKey(fk, key, NULL, NULL, 0, NULL, NULL) == 1);
	fclose(fc);
	fclose(fk);
	X509_free(x);
	EVP_PKEY_free(key);
}

void site_start_tls(struct site *s, struct server_config c)
{
	write_cert(s);
	c.tls_cert = str_c(s->cert);
	c.tls_key = str_c(s->key);
	site_start(s, c);
}

void site_stop(struct site *s)
{
	server_stop(s->server);
	pthread_join(s->thread, NULL);
	server_close(s->server);
	s->server = NULL;
	if (s->cert[0]) {
		unlink(s->cert);
		unlink(s->key);
	}
}

int dial(const struct site *s)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)s->port),
	                          .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* The server may have refused and shut before all was sent: that is its right. */
void send_all(int fd, struct str bytes)
{
	while (bytes.n > 0) {
		ssize_t n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);
		if (n <= 0)
			return;
		bytes = str_from(bytes, (size_t)n);
	}
}

int64_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static ssize_t read_some(int fd, char *to, size_t cap, int64_t until)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int64_t left = until - now_ms();
	if (left <= 0 || poll(&p, 1, (int)left) <= 0)
		return -1;
	return recv(fd, to, cap, 0);
}

size_t read_all(int fd, char *to, size_t cap)
{
	int64_t until = now_ms() + 4000;
	size_t n = 0;
	for (ssize_t got; n + 1 < cap && (got = read_some(fd, to + n, cap - n - 1, until)) > 0;)
		n += (size_t)got;
	to[n] = '\0';
	return n;
}

int status_of(const char *answer)
{
	return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? (int)strtol(answer + 9, NULL, 10) : 0;
}

/* Bytes of the first answer in to, or 0 when it is not whole yet. */
static size_t answer_len(const char *to)
{
	const char *end = strstr(to, "\r\n\r\n"), *length = strstr(to, "Content-Length: ");
	if (!end)
		return 0;
	size_t n = (size_t)(end - to) + 4;
	if (length && length < end)
		n += strtoul(length + 16, NULL, 10);
	return n;
}

int read_answer(int fd, char *to, size_t cap, size_t *ret_n)
{
	int64_t until = now_ms() + 4000;
	size_t n = 0, whole;
	to[0] = '\0';
	/* One byte at a time: what follows belongs to the next answer. */
	while (((whole = answer_len(to)) == 0 || n < whole) && n + 1 < cap) {
		ssize_t got = read_some(fd, to + n, whole ? whole - n : 1, until);
		if (got <= 0)
			break;
		n += (size_t)got;
		to[n] = '\0';
	}
	*ret_n = n;
	return status_of(to);
}
