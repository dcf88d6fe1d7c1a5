/* musubi serve: opens a node and serves it until SIGTERM or SIGINT, then
 * answers what is under way and ends. Says what it does in the log only. */
#include <pthread.h>
#include <signal.h>

#include "api/api.h"
#include "base/log.h"
#include "cmd/commands.h"
#include "cmd/node.h"
#include "net/server.h"

static struct server *running, *verifiers; /* the second: mutual TLS, or NULL */

static void stop(int signal_number)
{
	(void)signal_number;
	server_stop(running);
	if (verifiers)
		server_stop(verifiers);
}

static void on_signal(int number, void (*handler)(int))
{
	struct sigaction act = { .sa_handler = handler };
	sigemptyset(&act.sa_mask);
	sigaction(number, &act, NULL);
}

static struct server_config config_of(struct node *n)
{
	const struct config *c = &n->config;
	return (struct server_config){
		.listen = c->listen, .hosts = c->hosts, .tls_cert = c->tls_cert, .tls_key = c->tls_key,
		.workers = (unsigned)c->workers, .max_per_peer = (unsigned)c->max_per_peer,
		.serve = app_serve, .refuse = app_refuse, .body_max = app_body_max, .app = &n->app };
}

/* ---- the verifiers' listener: a loop of its own, the same application ---- */

static struct result open_verifiers(struct node *n, struct err *err)
{
	struct server_config c = config_of(n);
	if (n->config.verifier_listen.n == 0)
		return ok();
	c.listen = n->config.verifier_listen;
	c.hosts = STR(""); /* whoever asks here has a certificate */
	c.tls_cert = n->config.verifier_tls_cert;
	c.tls_key = n->config.verifier_tls_key;
	c.ask_cert = true;
	c.serve = api_verifier_serve;
	TRY(server_open(&c, &verifiers, err));
	log_info("serve.verifiers", LOG_STR("url", server_url(verifiers)));
	return ok();
}

static void *run_verifiers(void *arg)
{
	struct err err = { 0 };
	(void)arg;
	if (is_err(server_run(verifiers, &err))) {
		log_error("serve.verifiers", LOG_ERR(&err));
		server_stop(running);
	}
	return NULL;
}

static struct result run_both(struct err *err)
{
	pthread_t thread;
	if (verifiers && pthread_create(&thread, NULL, run_verifiers, NULL) != 0)
		return fail(err, ERR_UNAVAILABLE, "serve.thread", NULL, "no thread for the verifiers");
	struct result r = server_run(running, err);
	if (verifiers) {
		server_stop(verifiers);
		pthread_join(thread, NULL);
	}
	return r;
}

static struct result open_both(struct node *n, struct err *err)
{
	struct server_config c = config_of(n);
	TRY(server_open(&c, &running, err));
	struct result r = open_verifiers(n, err);
	if (is_err(r)) {
		server_close(running);
		running = NULL;
	}
	return r;
}

static struct result serve(struct node *n, struct err *err)
{
	TRY(open_both(n, err));
	on_signal(SIGTERM, stop);
	on_signal(SIGINT, stop);
	log_info("serve.listening", LOG_STR("url", server_url(running)),
	         LOG_STR("origin", n->config.origin), LOG_C("store", store_engine(n->app.store)),
	         LOG_INT("organizations", (int64_t)n->app.norgs));
	struct result r = run_both(err);
	on_signal(SIGTERM, SIG_DFL);
	on_signal(SIGINT, SIG_DFL);
	server_close(verifiers);
	server_close(running);
	running = verifiers = NULL;
	if (is_ok(r))
		log_info("serve.stopped");
	return r;
}

int cmd_serve(int argc, char **args)
{
	struct str path, level = STR("info");
	bool unsafe = false;
	struct err err = { 0 };
	struct node *n;
	int code;
	const struct option_row rows[] = {
		{ "config", OPTION_TEXT, "FILE", "configuration of the node (musubi.yaml)",
		  .required = true, .text = &path },
		{ "log", OPTION_TEXT, "LEVEL", "least level of the log: debug, info, warn, error, off",
		  .text = &level },
		{ "unsafe-keys", OPTION_FLAG, NULL,
		  "keep private keys in the server's own process (tests only)", .flag = &unsafe },
	};
	struct usage u = { .command = "serve", .rows = rows, .nrows = 3 };
	enum log_level least;
	if (!command_begin(&u, argc, args, &code))
		return code;
	if (!log_level_parse(level, &least)) {
		(void)is_err(fail(&err, ERR_INPUT, "cmd.usage", NULL, "no such log level: %.*s",
		                  STR_ARG(level)));
		return command_failed("serve", &err);
	}
	log_level_set(least);
	if (unsafe)
		log_warn("serve.unsafe_keys");
	if (is_err(node_open(path, !unsafe, &n, &err)))
		return command_failed("serve", &err);
	struct result r = serve(n, &err);
	node_close(n);
	return is_ok(r) ? EXIT_TRUE : command_failed("serve", &err);
}
