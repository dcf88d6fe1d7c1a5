/* ades DIR [--trust FILE] [--at TIME] [--no-revocation]: every file below DIR is validated.
 *
 * One line each, tab-separated: path, format, indication, sub-indication. The worst
 * signature of a file speaks for it. A file that cannot hold a signature has "-" in
 * all three; one without a signature says NO_SIGNATURE; one of a known form that
 * cannot be read is TOTAL-FAILED, FORMAT_FAILURE.
 *
 * Believed are --trust and every trust*.pem below DIR (CRLs in them are used too);
 * without any, INDETERMINATE, NO_CERTIFICATE_CHAIN_FOUND is the honest answer. The
 * content of a detached signature is the file of the same name without its last
 * suffix, or what its references name among the files beside it. */
#include <stdio.h>
#include <stdlib.h>

#include "base/calendar.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "sign/report.h"
#include "sign/trust_pem.h"

enum { NAMES_MAX = 100000, DEPTH_MAX = 16, BESIDE_MAX = 64, SKIPPED = 77 };

struct run {
	struct str root;
	struct str anchors[ADES_VALUES_MAX];
	struct ades_trust trust;
	struct ades_values more;
	int64_t at;
	size_t files, failed;
};

typedef void visit_fn(struct run *r, struct arena *a, struct str path);

static void walk(struct run *r, struct str dir, unsigned depth, visit_fn *visit)
{
	ARENA_AUTO a = arena_new(64 << 20);
	struct str *names;
	size_t n;
	struct err err = { 0 };
	if (is_err(file_list(a, dir, NAMES_MAX, &names, &n, &err))) {
		fprintf(stderr, "%s\n", err.what);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct str path = file_join(a, dir, names[i]);
		if (file_is_dir(path) && depth > 0) {
			walk(r, path, depth - 1, visit);
		} else if (!file_is_dir(path)) {
			ARENA_AUTO mine = arena_new((size_t)1 << 30);
			visit(r, mine, path);
		}
	}
}

static struct str base_name(struct str path)
{
	size_t slash = str_rfind_char(path, '/');
	return slash == STR_NONE ? path : str_from(path, slash + 1);
}

/* ---- trust ---- */

static struct arena *forever;

static void load_trust(struct run *r, struct str path)
{
	struct str pem;
	struct err err = { 0 };
	if (is_err(file_read(forever, path, TRUST_PEM_MAX, &pem, &err)) ||
	    is_err(trust_pem_read(forever, pem, r->anchors, &r->trust.nanchors, &r->more, &err)))
		fprintf(stderr, "%.*s: %s\n", STR_ARG(path), err.what);
}

static void find_trust(struct run *r, struct arena *a, struct str path)
{
	(void)a;
	struct str name = base_name(path);
	if (str_starts(name, STR("trust")) && str_ends(name, STR(".pem")))
		load_trust(r, path);
}

/* ---- a file ---- */

struct beside {
	size_t n;
	struct source list[BESIDE_MAX];
};

static void beside_done(struct beside *b)
{
	for (size_t i = 0; i < b->n; i++)
		source_close(&b->list[i]);
	b->n = 0;
}

static void beside_add(struct arena *a, struct beside *b, struct str path, struct str name)
{
	if (b->n < BESIDE_MAX && is_ok(source_open(arena_cstr(a, path), &b->list[b->n], NULL)))
		b->list[b->n++].name = name;
}

static void content_of(struct arena *a, struct str path, struct beside *b)
{
	struct str name = base_name(path);
	size_t dot = str_rfind_char(name, '.');
	if (dot != STR_NONE && dot > 0)
		beside_add(a, b, str_sub(path, 0, path.n - (name.n - dot)), STR(""));
}

static void all_beside(struct arena *a, struct str path, struct beside *b)
{
	struct str name = base_name(path), dir = str_sub(path, 0, path.n - name.n), *names;
	size_t n;
	if (is_err(file_list(a, dir.n ? dir : STR("."), NAMES_MAX, &names, &n, NULL)))
		return;
	for (size_t i = 0; i < n; i++)
		if (!str_eq(names[i], name))
			beside_add(a, b, file_join(a, dir, names[i]), names[i]);
}

static bool judge(struct run *r, struct arena *a, const struct source *s, const struct beside *b,
                  struct ades_file *f, const struct ades_result **ret, struct err *err)
{
	struct ades_detached d = { b->list, b->n };
	*f = (struct ades_file){ .n = 0 };
	return is_ok(ades_read(a, s, &d, f, err)) &&
	       is_ok(ades_validate(a, f, &r->trust, r->at, ret, err));
}

static const struct ades_result *worst(const struct ades_file *f, const struct ades_result *list)
{
	const struct ades_result *w = &list[0];
	for (size_t i = 1; i < f->n; i++)
		if (list[i].indication > w->indication)
			w = &list[i];
	return w;
}

static void say(struct run *r, struct str path, struct str format, const char *indication,
                const char *sub)
{
	struct str shown = str_starts(path, r->root) ? str_from(path, r->root.n) : path;
	while (str_starts(shown, STR("/")))
		shown = str_from(shown, 1);
	printf("%.*s\t%.*s\t%s\t%s\n", STR_ARG(shown), STR_ARG(format), indication, sub);
	fflush(stdout);
	r->files++;
}

static void validate(struct run *r, struct arena *a, struct str path)
{
	struct source s;
	struct beside b = { 0 };
	struct ades_file *f = ARENA_NEW(a, struct ades_file);
	const struct ades_result *list = NULL;
	struct err err = { 0 };
	if (is_err(source_open(arena_cstr(a, path), &s, &err))) {
		say(r, path, STR("-"), "-", "-");
		return;
	}
	content_of(a, path, &b);
	bool done = judge(r, a, &s, &b, f, &list, &err);
	if (done && f->n && worst(f, list)->sub == SUB_SIGNED_DATA_NOT_FOUND) {
		beside_done(&b);
		all_beside(a, path, &b);
		done = judge(r, a, &s, &b, f, &list, &err);
	}
	if (!done && strcmp(err.code, "sign.unknown") == 0)
		say(r, path, STR("-"), "-", "-");
	else if (!done)
		say(r, path, f->kind.n ? f->kind : STR("?"), "TOTAL-FAILED", "FORMAT_FAILURE");
	else if (f->n == 0)
		say(r, path, f->kind, "INDETERMINATE", "NO_SIGNATURE");
	else
		say(r, path, arena_printf(a, "%s%s-%s", f->container == ADES_BARE ? "" : "ASiC/",
		                          ades_format_name(worst(f, list)->signature->format),
		                          ades_level_name(worst(f, list)->signature->level)),
		    ades_indication_name(worst(f, list)->indication),
		    worst(f, list)->sub ? ades_sub_row(worst(f, list)->sub)->name : "-");
	beside_done(&b);
	source_close(&s);
}

int main(int argc, char **argv)
{
	struct run *r = mem_new(sizeof *r);
	const char *trust = NULL;
	forever = arena_new((size_t)1 << 30);
	r->at = clock_now_us();
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--trust") == 0 && i + 1 < argc)
			trust = argv[++i];
		else if (strcmp(argv[i], "--at") == 0 && i + 1 < argc) {
			if (!time_parse(str_c(argv[++i]), &r->at)) {
				fprintf(stderr, "ades: %s is no time (2026-05-01T00:00:00Z)\n", argv[i]);
				return 2;
			}
		} else if (strcmp(argv[i], "--no-revocation") == 0)
			r->trust.no_revocation = true;
		else
			r->root = str_c(argv[i]);
	}
	if (!r->root.n || !file_is_dir(r->root)) {
		fprintf(stderr, "ades DIR [--trust FILE] [--at TIME] [--no-revocation]\n");
		return SKIPPED;
	}
	r->trust.anchors = r->anchors;
	r->trust.more = &r->more;
	if (trust)
		load_trust(r, str_c(trust));
	walk(r, r->root, DEPTH_MAX, find_trust);
	walk(r, r->root, DEPTH_MAX, validate);
	arena_free(forever);
	mem_free(r);
	return 0;
}
