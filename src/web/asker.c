#include "web/asker.h"

#include "net/limit.h"

struct family { struct str mark, name; };

/* The first mark that is found wins: most browsers also name those they are
 * compatible with. */
static const struct family browsers[] = {
	{ STR_INIT("Edg"), STR_INIT("Edge") }, { STR_INIT("OPR/"), STR_INIT("Opera") },
	{ STR_INIT("SamsungBrowser/"), STR_INIT("Samsung Internet") },
	{ STR_INIT("FxiOS/"), STR_INIT("Firefox") }, { STR_INIT("Firefox/"), STR_INIT("Firefox") },
	{ STR_INIT("CriOS/"), STR_INIT("Chrome") }, { STR_INIT("Chrome/"), STR_INIT("Chrome") },
	{ STR_INIT("Safari/"), STR_INIT("Safari") },
};
static const struct family systems[] = {
	{ STR_INIT("iPhone"), STR_INIT("iPhone") }, { STR_INIT("iPad"), STR_INIT("iPad") },
	{ STR_INIT("Android"), STR_INIT("Android") }, { STR_INIT("Windows"), STR_INIT("Windows") },
	{ STR_INIT("CrOS"), STR_INIT("ChromeOS") }, { STR_INIT("Mac OS X"), STR_INIT("Mac") },
	{ STR_INIT("Linux"), STR_INIT("Linux") },
};
enum { BROWSERS = sizeof browsers / sizeof *browsers, SYSTEMS = sizeof systems / sizeof *systems };

static struct str marked(const struct family *list, size_t n, struct str agent)
{
	for (size_t i = 0; i < n; i++)
		if (str_find(agent, list[i].mark) != STR_NONE)
			return list[i].name;
	return STR("");
}

static struct str named(const struct family *list, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i].name, name))
			return list[i].name;
	return STR("");
}

struct str asker_browser(struct str name)
{
	return named(browsers, BROWSERS, name);
}

struct str asker_system(struct str name)
{
	return named(systems, SYSTEMS, name);
}

static bool loopback(struct str peer)
{
	return str_starts(peer, STR("127.")) || str_eq(peer, STR("::1"));
}

static bool here_only(struct str origin)
{
	struct str host = origin;
	size_t at = str_find(origin, STR("://"));
	if (at != STR_NONE)
		host = str_from(origin, at + 3);
	return str_starts(host, STR("localhost")) || str_starts(host, STR("127.")) ||
	       str_starts(host, STR("[::1]"));
}

/* A loopback peer of a site with a name of its own is a proxy. */
static struct str network_of(struct visit *v)
{
	if (!loopback(v->q->peer))
		return limit_peer(v->a, v->q->peer);
	return here_only(v->app->origin) ? STR("loopback") : STR("");
}

struct phone_asker asker_of(struct visit *v)
{
	struct str agent = http_header_get(v->q, STR("User-Agent"));
	return (struct phone_asker){ .browser = marked(browsers, BROWSERS, agent),
		.system = marked(systems, SYSTEMS, agent), .network = network_of(v) };
}

enum asker_near asker_network(struct str x, struct str y)
{
	if (x.n == 0 || y.n == 0)
		return ASKER_UNKNOWN;
	if (str_eq(x, y))
		return ASKER_SAME;
	bool six = str_find_char(x, ':') != STR_NONE;
	return six == (str_find_char(y, ':') != STR_NONE) ? ASKER_OTHER : ASKER_UNKNOWN;
}

bool asker_same_device(const struct phone_asker *x, const struct phone_asker *y)
{
	return asker_network(x->network, y->network) == ASKER_SAME && x->system.n &&
	       str_eq(x->system, y->system) && str_eq(x->browser, y->browser);
}
