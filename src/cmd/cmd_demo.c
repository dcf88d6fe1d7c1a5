/* musubi demo make. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "cmd/commands.h"
#include "cmd/demo_make.h"

enum { PEOPLE = 2000, PEOPLE_MAX = 1000000, PORT = 8080, SEED = 2026, QUIET = 20000,
       CASES_MAX = 10000 };

/* packs/ and web/ lie in `share`; the folder the program is started from serves
 * in a source tree. Absolute, because the configuration lies elsewhere. */
static struct result find_share(struct arena *a, struct str given, struct str *ret,
                                struct err *err)
{
	char path[PATH_MAX];
	struct str share = given.n ? given : STR(".");
	if (!realpath(arena_cstr(a, share), path) ||
	    !file_is_dir(file_join(a, str_c(path), STR("packs"))))
		return fail(err, ERR_NOT_FOUND, "cmd.demo.share", NULL,
		            "no packs in %.*s: say --share DIR, where packs/ and web/ lie",
		            STR_ARG(share));
	*ret = arena_str(a, str_c(path));
	return ok();
}

static void progress(uint64_t people, uint64_t of)
{
	if (of >= QUIET)
		fprintf(stderr, "\r%llu / %llu residents%s", (unsigned long long)people,
		        (unsigned long long)of, people >= of ? "\n" : "");
}

static struct str text(const struct json *j, const char *key)
{
	return json_text(json_get(j, str_c(key)));
}

static void print_people(const struct json *all)
{
	const struct json *list = json_get(all, STR("people"));
	printf("\nPersonas (phone: %.*s)\n", STR_ARG(text(all, "phone")));
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *p = json_at(list, i);
		struct str password = text(p, "password");
		printf("  %-10.*s PIN %.*s  password %.*s%s  %.*s  %.*s\n      %.*s\n      %.*s\n",
		       STR_ARG(text(p, "id")), STR_ARG(text(p, "pin")), STR_ARG(password),
		       password.n ? "" : "-", STR_ARG(text(p, "city_name")), STR_ARG(text(p, "name")),
		       STR_ARG(text(p, "about")), STR_ARG(text(p, "about_en")));
	}
}

static void print_officers(const struct json *all)
{
	const struct json *list = json_get(all, STR("officers"));
	printf("\nOfficers (counter: %.*s); the one-time code: musubi totp SECRET\n",
	       STR_ARG(text(all, "counter")));
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *o = json_at(list, i);
		printf("  %.*s %-9.*s password %-26.*s musubi totp %.*s\n", STR_ARG(text(o, "org")),
		       STR_ARG(text(o, "id")), STR_ARG(text(o, "password")), STR_ARG(text(o, "totp")));
	}
}

static void print_all(const struct demo_plan *p, const struct demo_loaded *l,
                      const struct json *all, int64_t took)
{
	printf("Made %llu residents in %llu households, %llu records, in %.1f s\n",
	       (unsigned long long)l->people, (unsigned long long)l->households,
	       (unsigned long long)l->records, (double)took / CLOCK_SECOND);
	for (size_t i = 0; i < DEMO_CITIES; i++)
		printf("  %s %s  %llu\n", demo_city(i)->id, demo_city(i)->ja,
		       (unsigned long long)l->in_city[i]);
	if (l->cases)
		printf("  %llu applications at the counters, in every state\n", (unsigned long long)l->cases);
	print_people(all);
	print_officers(all);
	printf("\nServe it:  musubi serve --config %.*s/musubi.yaml\nPortal:    %.*s\n",
	       STR_ARG(p->dir), STR_ARG(text(all, "portal")));
}

static struct result run(struct arena *a, struct demo_plan *p, struct str today,
                         struct err *err)
{
	struct demo_loaded loaded;
	const struct json *all;
	int64_t began = clock_steady_us();
	p->today = jst_today();
	if (today.n && !date_parse(today, &p->today))
		return fail(err, ERR_INPUT, "cmd.usage", NULL, "--today is YYYY-MM-DD, not %.*s",
		            STR_ARG(today));
	TRY(find_share(a, p->share, &p->share, err));
	TRY(demo_make(a, p, progress, &loaded, &all, err));
	print_all(p, &loaded, all, clock_steady_us() - began);
	return ok();
}

int cmd_demo_make(int argc, char **args)
{
	struct demo_plan p = { .store = STR("sqlite:data/musubi.db"), .people = PEOPLE, .seed = SEED,
	                       .port = PORT };
	struct str today = { 0 };
	struct err err = { 0 };
	int code;
	const struct option_row rows[] = {
		{ "dir", OPTION_TEXT, "DIR", "folder to make; must not hold a nation yet",
		  .required = true, .text = &p.dir },
		{ "people", OPTION_NUMBER, "N", "residents, 1 to 1,000,000 (2,000)", .min = 1,
		  .max = PEOPLE_MAX, .number = &p.people },
		{ "seed", OPTION_NUMBER, "S", "the same seed and day make the same people (2026)",
		  .min = 0, .max = INT64_MAX, .number = &p.seed },
		{ "today", OPTION_TEXT, "DATE", "the day from which ages are counted (today)",
		  .text = &today },
		{ "store", OPTION_TEXT, "URL", "sqlite:FILE or postgres:CONNINFO (sqlite:data/musubi.db)",
		  .text = &p.store },
		{ "port", OPTION_NUMBER, "P", "of the portal; the phone takes the next one (8080)",
		  .min = 1, .max = 65534, .number = &p.port },
		{ "cases", OPTION_NUMBER, "N", "applications at the counters, up to 10,000 (none)",
		  .min = 0, .max = CASES_MAX, .number = &p.cases },
		{ "key", OPTION_TEXT, "URI", "pkcs11:… of a token for the keys of authorities and seals",
		  .text = &p.key },
		{ "share", OPTION_TEXT, "DIR", "where packs/ and web/ lie (the current folder)",
		  .text = &p.share },
	};
	struct usage u = { .command = "demo make", .rows = rows, .nrows = 9 };
	if (!command_begin(&u, argc, args, &code))
		return code;
	struct arena *a = arena_new(0);
	struct result r = run(a, &p, today, &err);
	arena_free(a);
	return is_ok(r) ? EXIT_TRUE : command_failed(u.command, &err);
}
