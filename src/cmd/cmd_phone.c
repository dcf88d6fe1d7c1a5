/* musubi phone: serves the virtual smartphones of a directory of wallets, for
 * the demo and for tests; a process of its own, without the node's store or
 * keys. Ends on SIGTERM or SIGINT when what is under way is answered. */
#include <signal.h>

#include "base/log.h"
#include "cmd/commands.h"
#include "cmd/config.h"
#include "net/server.h"
#include "web/phone_app.h"

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

struct phone_options {
	struct str config, wallets, listen, portal, url, share, ca, log;
};

/* Names of the node's organizations, for "to whom" on the sheet. */
static const struct org *orgs_of(struct arena *a, const struct config *c)
{
	struct org *orgs = ARENA_ARRAY(a, struct org, c->norgs + 1);
	for (size_t i = 0; i < c->norgs; i++) {
		orgs[i] = (struct org){ .id = c->orgs[i].id, .roles = c->orgs[i].roles };
		memcpy(orgs[i].name.t, c->orgs[i].name, sizeof orgs[i].name.t);
	}
	return orgs;
}

static void fill(struct str *to, struct str from)
{
	if (to->n == 0)
		*to = from;
}

/* What the command line does not say comes from the node's configuration. */
static struct result from_config(struct arena *a, struct phone_options *o,
                                 struct phone_config *p, struct server_config *s,
                                 struct err *err)
{
	struct config c;
	if (o->config.n == 0)
		return ok();
	TRY(config_load(a, o->config, &c, err));
	fill(&o->wallets, c.phone_wallets);
	fill(&o->listen, c.phone_listen);
	fill(&o->portal, c.origin);
	fill(&o->url, c.phone_url);
	fill(&o->share, c.share);
	/* A node with a certificate of its own making is known by just that. */
	fill(&o->ca, c.tls_cert);
	if (str_starts(o->url, STR("https://"))) {
		s->tls_cert = c.tls_cert;
		s->tls_key = c.tls_key;
	}
	s->workers = (unsigned)c.workers;
	/* The names are the node's, so only for the node's own portal. */
	if (str_eq(o->portal, c.origin))
		p->org = c.portal;
	p->norgs = c.norgs;
	p->orgs = orgs_of(a, &c);
	return ok();
}

static struct result require(struct str value, const char *name, struct err *err)
{
	return value.n ? ok() : fail(err, ERR_INPUT, "cmd.usage", NULL,
	                             "--%s is missing (or --config FILE that says it)", name);
}

/* "http://localhost:8081" -> "localhost:8081": the only Host that is ours. */
static struct str host_of(struct str url)
{
	size_t at = str_find(url, STR("://"));
	return at == STR_NONE ? url : str_from(url, at + 3);
}

static struct result complete(struct arena *a, struct phone_options *o, struct phone_config *p,
                              struct server_config *s, struct err *err)
{
	TRY(from_config(a, o, p, s, err));
	TRY(require(o->wallets, "dir", err));
	TRY(require(o->listen, "listen", err));
	TRY(require(o->portal, "portal", err));
	fill(&o->url, arena_join(a, STR("http://"), o->listen));
	fill(&o->share, STR("."));
	p->wallets = o->wallets;
	p->portal = o->portal;
	p->url = o->url;
	p->share = o->share;
	p->ca_file = o->ca;
	s->listen = o->listen;
	s->hosts = host_of(o->url);
	return ok();
}

static struct result serve(struct server_config *s, struct app *app, struct err *err)
{
	s->serve = app_serve;
	s->refuse = app_refuse;
	s->body_max = app_body_max;
	s->app = app;
	TRY(server_open(s, &running, err));
	on_signal(SIGTERM, stop);
	on_signal(SIGINT, stop);
	log_info("phone.listening", LOG_STR("url", server_url(running)), LOG_STR("origin", app->origin),
	         LOG_STR("portal", app->phone->portal), LOG_STR("wallets", app->phone->wallets));
	struct result r = server_run(running, err);
	on_signal(SIGTERM, SIG_DFL);
	on_signal(SIGINT, SIG_DFL);
	server_close(running);
	running = NULL;
	return r;
}

static struct result run(struct phone_options *o, struct err *err)
{
	ARENA_AUTO a = arena_new(0);
	struct phone_config p = { 0 };
	struct server_config s = { 0 };
	struct app *app;
	TRY(complete(a, o, &p, &s, err));
	TRY(phone_app_open(&p, &app, err));
	struct result r = serve(&s, app, err);
	phone_app_close(app);
	return r;
}

int cmd_phone(int argc, char **args)
{
	struct phone_options o = { .log = STR("info") };
	struct err err = { 0 };
	enum log_level least;
	int code;
	const struct option_row rows[] = {
		{ "config", OPTION_TEXT, "FILE", "configuration of the node whose phones these are",
		  .text = &o.config },
		{ "dir", OPTION_TEXT, "WALLETS", "directory of the wallets", .text = &o.wallets },
		{ "listen", OPTION_TEXT, "ADDR", "address and port, 127.0.0.1:8081", .text = &o.listen },
		{ "portal", OPTION_TEXT, "ORIGIN", "the portal these phones answer", .text = &o.portal },
		{ "url", OPTION_TEXT, "ORIGIN", "of this server, as browsers see it", .text = &o.url },
		{ "share", OPTION_TEXT, "DIR", "where web/ and packs/ lie", .text = &o.share },
		{ "ca", OPTION_TEXT, "FILE", "PEM of the portal's certificate authority", .text = &o.ca },
		{ "log", OPTION_TEXT, "LEVEL", "least level of the log: debug, info, warn, error, off",
		  .text = &o.log },
	};
	struct usage u = { .command = "phone", .rows = rows, .nrows = sizeof rows / sizeof *rows };
	if (!command_begin(&u, argc, args, &code))
		return code;
	if (!log_level_parse(o.log, &least)) {
		(void)is_err(fail(&err, ERR_INPUT, "cmd.usage", NULL, "no such log level: %.*s",
		                  STR_ARG(o.log)));
		return command_failed("phone", &err);
	}
	log_level_set(least);
	return is_ok(run(&o, &err)) ? EXIT_TRUE : command_failed("phone", &err);
}
