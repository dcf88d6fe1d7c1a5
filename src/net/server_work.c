/* The workers: each takes a request whose body is whole, lets the app serve it,
 * writes the answer's bytes into memory and hands it back to the loop. Both
 * queues are bounded by the number of connections. */
#include "net/server_int.h"

#include <assert.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

static void push(struct queue *q, struct conn *c, bool *ret_was_empty)
{
	c->queue_next = NULL;
	pthread_mutex_lock(&q->lock);
	*ret_was_empty = !q->first;
	if (q->last)
		q->last->queue_next = c;
	else
		q->first = c;
	q->last = c;
	pthread_mutex_unlock(&q->lock);
}

static struct conn *pop_wait(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	while (!q->first && !q->stop)
		pthread_cond_wait(&q->more, &q->lock);
	struct conn *c = q->first;
	if (c) {
		q->first = c->queue_next;
		if (!q->first)
			q->last = NULL;
	}
	pthread_mutex_unlock(&q->lock);
	return c;
}

static void wake_loop(struct server *s)
{
	uint64_t one = 1;
	ssize_t n = write(s->wake_fd, &one, sizeof one);
	(void)n; /* a full counter has woken it already */
}

static void too_large(struct conn *c)
{
	struct http_response *r = c->response;
	log_warn("net.request.memory", LOG_STR("trace", c->request->trace),
	         LOG_STR("path", c->request->path));
	buf_done(&r->body);
	*r = (struct http_response){ .status = 413 };
	buf_init(&r->body, RESPONSE_BYTES_MAX);
	http_body(r, STR("text/plain; charset=utf-8"), STR("This request needs more memory than one request may have.\n"));
}

static void *worker(void *arg)
{
	struct server *s = arg;
	for (struct conn *c; (c = pop_wait(&s->work));) {
		s->config.serve(s->config.app, c->request, c->response);
		if (arena_over(c->arena) || buf_over(&c->response->body))
			too_large(c);
		reply_build(c);
		bool was_empty;
		push(&s->done, c, &was_empty);
		if (was_empty)
			wake_loop(s);
	}
	return NULL;
}

void work_push(struct server *s, struct conn *c)
{
	bool was_empty;
	push(&s->work, c, &was_empty);
	pthread_cond_signal(&s->work.more);
}

struct conn *work_take_done(struct server *s)
{
	pthread_mutex_lock(&s->done.lock);
	struct conn *c = s->done.first;
	s->done.first = s->done.last = NULL;
	pthread_mutex_unlock(&s->done.lock);
	return c;
}

/* Workers take no signals: those belong to the thread that runs the loop. */
void work_start(struct server *s)
{
	sigset_t all, old;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	s->threads = mem_array(s->config.workers, sizeof *s->threads);
	for (; s->nthreads < s->config.workers; s->nthreads++) {
		int e = pthread_create(&s->threads[s->nthreads], NULL, worker, s);
		assert(e == 0);
		(void)e;
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void work_stop(struct server *s)
{
	pthread_mutex_lock(&s->work.lock);
	s->work.stop = true;
	pthread_cond_broadcast(&s->work.more);
	pthread_mutex_unlock(&s->work.lock);
	for (unsigned i = 0; i < s->nthreads; i++)
		pthread_join(s->threads[i], NULL);
	mem_free(s->threads);
	s->threads = NULL;
	s->nthreads = 0;
}
