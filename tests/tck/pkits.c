/* pkits [DIR] [--known FILE]: NIST's Public Key Interoperability Test Suite.
 *
 * DIR holds certs/, crls/ and pkits.json: an array of cases with id, name, cert,
 * other_certs, crls, params (initial policy settings) and, where the path must
 * be refused, error. pkits-user-notice.json beside it: cases whose path must give
 * that user notice. One line for each case that fails, then
 * "N passed, N failed"; --known as in dmn_tck. Exit 0, 1, or 77 when DIR is not
 * given and ../shared/conformance/pkits is not there. */
#include <stdio.h>
#include <stdlib.h>

#include "base/calendar.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "trust/path.h"

enum { FILE_MAX = 4 << 20, LIST_MAX = 32, SKIPPED = 77 };

struct kit {
	struct str dir, known;
	int64_t at;
	size_t passed, failed, unknown;
};

static struct str load(struct kit *k, struct arena *a, const char *folder, struct str name)
{
	struct str s = STR("");
	struct err err = { 0 };
	if (str_find_char(name, '/') != STR_NONE ||
	    is_err(file_read(a, file_join(a, file_join(a, k->dir, str_c(folder)), name), FILE_MAX, &s,
	                     &err)))
		printf("%.*s: %s\n", STR_ARG(name), err.what);
	return s;
}

static size_t load_list(struct kit *k, struct arena *a, const char *folder, const struct json *list,
                        struct str *ret, size_t n)
{
	for (size_t i = 0; list && i < list->n && n < LIST_MAX; i++)
		ret[n++] = load(k, a, folder, list->items[i].text);
	return n;
}

/* The reason when a case is in the list of known failures, or "". */
static struct str known(const struct kit *k, struct str name)
{
	struct str rest = k->known, line, id, reason;
	for (bool more = true; more;) {
		struct str next;
		more = str_cut(rest, '\n', &line, &next);
		rest = next;
		if (str_cut(line, '\t', &id, &reason) && str_eq(id, name))
			return reason;
	}
	return STR("");
}

static void verdict(struct kit *k, struct str name, bool passed, const char *what)
{
	struct str why = known(k, name);
	if (passed)
		k->passed++;
	else
		k->failed++;
	if (passed == (why.n == 0) && passed)
		return;
	k->unknown += passed || !why.n;
	printf("%.*s: %s%s%.*s\n", STR_ARG(name), what, why.n ? " · known: " : "", STR_ARG(why));
}

static void set_policies(const struct json *params, struct arena *a, struct path_input *in)
{
	const struct json *set = params ? json_get(params, STR("user_initial_policy_set")) : NULL;
	if (!params)
		return;
	in->explicit_policy = json_bool_or(json_get(params, STR("initial_explicit_policy")), false);
	in->inhibit_mapping = json_bool_or(json_get(params, STR("initial_policy_mapping_inhibit")), false);
	in->inhibit_any = json_bool_or(json_get(params, STR("initial_any_policy_inhibit")), false);
	if (!set)
		return;
	const char **list = ARENA_ARRAY(a, const char *, set->n);
	for (size_t i = 0; i < set->n; i++)
		list[i] = arena_cstr(a, set->items[i].text);
	in->policies = list;
	in->npolicies = set->n;
}

static void run_case(struct kit *k, const struct json *c)
{
	ARENA_AUTO a = arena_new(0);
	struct str certs[LIST_MAX], crls[LIST_MAX];
	struct str anchor = load(k, a, "certs", STR("TrustAnchorRootCertificate.crt"));
	struct path_input in = { .anchors = &anchor, .nanchors = 1, .certs = certs, .crls = crls,
	                         .at = k->at };
	struct path_output out;
	struct trust_verdict v;
	struct err err = { 0 };
	bool refuse = json_get(c, STR("error")) != NULL;
	struct str id = json_text(json_get(c, STR("id"))), name = json_text(json_get(c, STR("name")));
	in.cert = load(k, a, "certs", json_text(json_get(c, STR("cert"))));
	in.ncerts = load_list(k, a, "certs", json_get(c, STR("other_certs")), certs, 0);
	crls[0] = load(k, a, "crls", STR("TrustAnchorRootCRL.crl"));
	in.ncrls = load_list(k, a, "crls", json_get(c, STR("crls")), crls, 1);
	set_policies(json_get(c, STR("params")), a, &in);
	name = arena_printf(a, "%.*s %.*s", STR_ARG(id), STR_ARG(name));
	if (is_err(trust_path_check(a, &in, &v, &out, &err))) {
		verdict(k, name, false, err.what);
		return;
	}
	struct str notice = json_text(json_get(c, STR("notice")));
	bool passed = (v.verdict != VERDICT_OK) == refuse;
	if (passed && notice.n && !str_eq(notice, out.notice))
		verdict(k, name, false, arena_cstr(a, arena_printf(a, "another user notice: %.*s",
		                                                   STR_ARG(out.notice))));
	else
		verdict(k, name, passed, passed ? "passes" : refuse ? "accepted" : v.what);
}

static bool run_file(struct kit *k, struct arena *a, const char *name, bool must)
{
	struct str text, path = file_join(a, k->dir, str_c(name));
	const struct json *cases;
	struct err err = { 0 };
	if (!must && !file_exists(path))
		return true;
	if (is_err(file_read(a, path, FILE_MAX, &text, &err)) ||
	    is_err(json_parse(a, text, &cases, &err))) {
		printf("%s: %s\n", name, err.what);
		return false;
	}
	for (size_t i = 0; i < cases->n; i++)
		run_case(k, &cases->items[i]);
	return true;
}

/* $MUSUBI_SHARED or ../shared beside the source. */
static struct str default_dir(struct arena *a)
{
	struct str shared = str_c(getenv("MUSUBI_SHARED")), source = str_c(getenv("MUSUBI_SOURCE"));
	if (!shared.n)
		shared = file_join(a, source.n ? source : STR("."), STR("../shared"));
	return file_join(a, shared, STR("conformance/pkits"));
}

int main(int argc, char **argv)
{
	ARENA_AUTO a = arena_new(0);
	struct kit k = { .dir = STR(""), .known = STR("") };
	struct err err = { 0 };
	for (int i = 1; i < argc; i++) {
		if (!str_eq(str_c(argv[i]), STR("--known")) || i + 1 == argc)
			k.dir = str_c(argv[i]);
		else if (is_err(file_read(a, str_c(argv[++i]), FILE_MAX, &k.known, &err)))
			return 2;
	}
	/* inside of the suite's years (2010 to 2030), whenever it runs */
	k.at = jst_to_us((struct datetime){ .date = { 2026, 11, 20 } });
	bool given = k.dir.n > 0;
	k.dir = given ? k.dir : default_dir(a);
	if (!file_is_dir(k.dir)) {
		printf("%.*s is not there: the suite was not run\n", STR_ARG(k.dir));
		return given ? 2 : SKIPPED;
	}
	if (!run_file(&k, a, "pkits.json", true) ||
	    !run_file(&k, a, "pkits-user-notice.json", false))
		return 2;
	printf("%zu passed, %zu failed\n", k.passed, k.failed);
	return k.unknown || !k.passed ? 1 : 0;
}
