/* From bytes to work: finds requests in what a connection sends, one after the
 * other, and hands each to a worker when its body is whole. Bytes of the next
 * request wait in c->in until this one is answered, so answers keep their order
 * (RFC 9112 §9.3.2). */
#include "net/server_int.h"

#include <inttypes.h>

#include "base/log.h"
#include "base/random.h"

enum { BODY_MAX_DEFAULT = 64 * 1024 };

static struct arena *take_arena(struct server *s)
{
	return s->nspare > 0 ? s->spare[--s->nspare] : arena_new(s->config.arena_cap);
}

static void give_arena(struct server *s, struct arena *a)
{
	if (!a)
		return;
	if (s->nspare == s->config.workers * 4u) {
		arena_free(a);
		return;
	}
	arena_reset(a);
	s->spare[s->nspare++] = a;
}

void request_drop(struct conn *c)
{
	if (c->response)
		buf_done(&c->response->body);
	body_drop(&c->body);
	buf_done(&c->out);
	buf_init(&c->out, RESPONSE_BYTES_MAX + HTTP_HEAD_BYTES_MAX);
	if (c->in.n == 0)
		buf_done(&c->in); /* an idle connection holds no buffer */
	give_arena(c->server, c->arena);
	c->arena = NULL;
	c->head = NULL;
	c->request = NULL;
	c->response = NULL;
	c->tail = STR("");
	c->sent = 0;
	c->scan = (struct http_scan){ 0 };
	c->chunked = (struct chunked){ 0 };
}

static void new_response(struct conn *c)
{
	if (!c->arena)
		c->arena = take_arena(c->server);
	c->response = ARENA_NEW(c->arena, struct http_response);
	c->response->status = 200;
	buf_init(&c->response->body, RESPONSE_BYTES_MAX);
}

void request_refuse(struct conn *c, enum http_fault f)
{
	const struct http_fault_row *row = http_fault_row(f);
	const struct server_config *config = &c->server->config;
	log_debug("net.refused", LOG_C("code", row->code), LOG_C("peer", c->peer));
	new_response(c);
	c->response->status = row->status;
	if (config->refuse) {
		config->refuse(config->app, row->status, row->code, c->response);
	} else {
		http_set(c->response, STR("Content-Type"), STR("text/plain; charset=utf-8"));
		buf_printf(&c->response->body, "%s (%s)\n", row->what, row->clause);
	}
	c->keep = false;
	/* Whoever drips bytes on purpose gets no time to drip more. */
	c->linger = f != HTTP_SLOW;
	reply_build(c);
	c->state = CONN_WRITE;
	timer_set(c, TIMER_WRITE);
	conn_write(c);
}

static void dispatch(struct conn *c)
{
	new_response(c);
	c->state = CONN_WORK;
	timer_set(c, TIMER_NONE);
	work_push(c->server, c);
}

static void make_request(struct conn *c)
{
	const struct server *s = c->server;
	const struct http_head *h = c->head;
	struct http_request *q = c->request = ARENA_NEW(c->arena, struct http_request);
	*q = (struct http_request){
		.method = h->method, .path = h->path, .query = h->query, .host = h->host,
		.nheaders = h->nheaders, .headers = h->headers, .body = STR(""),
		.peer = arena_str(c->arena, str_c(c->peer)),
		.tls = c->ssl != NULL, .local = s->local, .arena = c->arena,
		.trace = arena_printf(c->arena, "%016" PRIx64, random_u64()),
	};
	if (c->ssl && s->config.ask_cert)
		q->client_cert = server_tls_peer(c->ssl, c->arena);
	c->keep = !h->close;
}

static enum http_fault start_body(struct conn *c)
{
	const struct server_config *config = &c->server->config;
	const struct http_head *h = c->head;
	size_t limit = BODY_MAX_DEFAULT;
	if (config->body_max)
		limit = config->body_max(config->app, h->method, h->path);
	if (h->framing == HTTP_BODY_LENGTH && h->length > limit)
		return HTTP_BODY_LARGE;
	body_init(&c->body, &c->server->spool, limit);
	c->state = CONN_BODY;
	timer_set(c, TIMER_BODY);
	return HTTP_FINE;
}

/* The client waits for a word before it sends the body (RFC 9110 §10.1.1). */
static void say_continue(struct conn *c)
{
	static const struct str line = STR_INIT("HTTP/1.1 100 Continue\r\n\r\n");
	if (c->head->expect_continue && c->in.n == 0 && io_write(c, line) != (ssize_t)line.n)
		conn_close(c); /* it reads nothing, or is gone */
}

static enum http_fault take_head(struct conn *c, bool *ret_more)
{
	size_t len;
	enum http_fault f = http_scan(&c->scan, buf_str(&c->in), &len);
	if (f != HTTP_FINE)
		return f;
	if (len == 0) {
		*ret_more = true;
		if (c->state == CONN_IDLE) {
			c->state = CONN_HEAD;
			timer_set(c, TIMER_HEAD);
		}
		return HTTP_FINE;
	}
	c->arena = take_arena(c->server);
	struct http_head *h = ARENA_NEW(c->arena, struct http_head);
	f = http_head_parse(c->arena, arena_str(c->arena, str_sub(buf_str(&c->in), 0, len)), h);
	if (f != HTTP_FINE)
		return f;
	buf_drop_front(&c->in, len);
	c->scan = (struct http_scan){ 0 };
	c->head = h;
	make_request(c);
	if (!http_host_is_ours(h->host, c->server->config.hosts))
		return HTTP_HOST_OTHER;
	if (h->framing == HTTP_NO_BODY) {
		dispatch(c);
		return HTTP_FINE;
	}
	f = start_body(c);
	if (f == HTTP_FINE)
		say_continue(c);
	return f;
}

static enum http_fault take_length(struct conn *c, bool *ret_whole)
{
	uint64_t left = c->head->length - c->body.n;
	struct str bytes = str_sub(buf_str(&c->in), 0, left < c->in.n ? (size_t)left : c->in.n);
	enum http_fault f = body_add(&c->body, bytes);
	buf_drop_front(&c->in, bytes.n);
	*ret_whole = c->body.n == c->head->length;
	return f;
}

static enum http_fault take_chunks(struct conn *c, bool *ret_whole)
{
	struct str rest = buf_str(&c->in), data;
	enum http_fault f = HTTP_FINE;
	while (f == HTTP_FINE && rest.n > 0 && !c->chunked.done) {
		size_t used;
		f = chunked_feed(&c->chunked, rest, &used, &data);
		if (f == HTTP_FINE)
			f = body_add(&c->body, data);
		/* Refuse a chunk that cannot fit before its bytes come. */
		if (f == HTTP_FINE && c->chunked.left > c->body.limit - c->body.n &&
		    c->chunked.digits > 0)
			f = HTTP_BODY_LARGE;
		rest = str_from(rest, used);
	}
	buf_drop_front(&c->in, c->in.n - rest.n);
	*ret_whole = c->chunked.done;
	return f;
}

static enum http_fault take_body(struct conn *c, bool *ret_more)
{
	bool whole = false;
	size_t before = c->in.n;
	enum http_fault f = c->head->framing == HTTP_BODY_CHUNKED ? take_chunks(c, &whole)
	                                                          : take_length(c, &whole);
	if (f != HTTP_FINE)
		return f;
	*ret_more = !whole;
	c->progress += before - c->in.n;
	if (!whole) {
		if (c->progress >= PROGRESS_BYTES)
			timer_set(c, TIMER_BODY);
		return HTTP_FINE;
	}
	f = body_done(&c->body, &c->request->body);
	if (f == HTTP_FINE)
		dispatch(c);
	return f;
}

void request_resume(struct conn *c)
{
	bool more = false;
	while (c->in.n > 0 && !more && c->state <= CONN_BODY) {
		enum http_fault f = c->state == CONN_BODY ? take_body(c, &more) : take_head(c, &more);
		if (f != HTTP_FINE) {
			request_refuse(c, f);
			return;
		}
	}
	if (c->eof && c->state <= CONN_BODY)
		request_eof(c);
}

void request_input(struct conn *c, struct str bytes)
{
	buf_add(&c->in, bytes);
	request_resume(c);
}

void request_eof(struct conn *c)
{
	if (c->state == CONN_IDLE || c->state == CONN_TLS)
		conn_close(c);
	else
		request_refuse(c, HTTP_BODY_CUT);
}
