#include "cmd/demo_make.h"

#include "base/clock.h"
#include "base/file.h"
#include "cmd/demo_cases.h"

static struct result prepare(struct arena *a, const struct demo_plan *p,
                             const struct demo_nation *n, struct str *ret_config,
                             struct err *err)
{
	struct str config = file_join(a, p->dir, STR("musubi.yaml"));
	if (file_exists(config))
		return fail(err, ERR_CONFLICT, "cmd.demo.there", NULL,
		            "%.*s is there already: name another folder, or remove this one",
		            STR_ARG(config));
	TRY(file_make_dirs(p->dir, 0700, err));
	TRY(file_write(config, demo_config(a, p, n), 0600, err));
	*ret_config = config;
	return ok();
}

static const struct json *summary(struct demo_trust *t, const struct demo_plan *p,
                                  const struct json *officers)
{
	const struct config *c = &t->node->config; /* gone before the summary is */
	struct json_object *o = json_object_new(t->arena);
	json_put_str(o, STR("portal"), arena_str(t->arena, c->origin));
	json_put_str(o, STR("counter"), arena_printf(t->arena, "%.*s/counter", STR_ARG(c->origin)));
	json_put_str(o, STR("phone"), arena_str(t->arena, c->phone_url));
	json_put_int(o, STR("seed"), p->seed);
	json_put_str(o, STR("today"), date_format(t->arena, p->today));
	json_put(o, STR("people"), json_array_done(t->people));
	json_put(o, STR("officers"), officers);
	return json_object_done(o);
}

static struct result fill(struct demo_trust *t, const struct demo_plan *p,
                          void (*progress)(uint64_t, uint64_t), struct demo_loaded *ret_loaded,
                          const struct json **ret, struct err *err)
{
	const struct json *officers;
	TRY(demo_trust_make(t, err));
	TRY(demo_officers_make(t, &officers, err));
	TRY(demo_load(t->node, t->nation, demo_phones, t, progress, ret_loaded, err));
	if (p->cases)
		TRY(demo_cases_make(t, (uint64_t)p->cases, &ret_loaded->cases, err));
	const struct json *all = summary(t, p, officers);
	TRY(file_write(file_join(t->arena, p->dir, STR("personas.json")), json_to_str(t->arena, all),
	               0600, err));
	*ret = all;
	return ok();
}

struct result demo_make(struct arena *a, const struct demo_plan *p,
                        void (*progress)(uint64_t people, uint64_t of),
                        struct demo_loaded *ret_loaded, const struct json **ret,
                        struct err *err)
{
	struct demo_nation n = { .seed = (uint64_t)p->seed, .today = p->today,
	                         .people = (uint64_t)p->people };
	struct demo_trust t = { .nation = &n, .arena = a, .now = clock_now_us(),
	                        .people = json_array_new(a) };
	struct str config;
	TRY(prepare(a, p, &n, &config, err));
	TRY(node_open_store(config, &t.node, err));
	struct result r = fill(&t, p, progress, ret_loaded, ret, err);
	demo_trust_close(&t);
	node_close(t.node);
	return r;
}
