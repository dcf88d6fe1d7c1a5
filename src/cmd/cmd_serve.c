/* musubi serve: opens a node and serves it until SIGTERM or SIGINT, then
 * answers what is under way and ends. Says what it does in the log only. */
#include <signal.h>

#include "base/log.h"
#include "cmd/commands.h"
#include "cmd/node.h"
#include "net/server.h"

static struct server *running;

static void stop(int signal_number)
{
	(void)signal_number;
	server_stop(running);
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

static struct result serve(struct node *n, struct err *err)
{
	struct server_config c = config_of(n);
	TRY(server_open(&c, &running, err));
	on_signal(SIGTERM, stop);
	on_signal(SIGINT, stop);
	log_info("serve.listening", LOG_STR("url", server_url(running)),
	         LOG_STR("origin", n->config.origin), LOG_C("store", store_engine(n->app.store)),
	         LOG_INT("organizations", (int64_t)n->app.norgs));
	struct result r = server_run(running, err);
	on_signal(SIGTERM, SIG_DFL);
	on_signal(SIGINT, SIG_DFL);
	server_close(running);
	running = NULL;
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
