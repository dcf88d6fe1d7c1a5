/* Imports of DMN models (DMN 1.5 §6.3.3): read, see what is missing, fetch it,
 * read again, until nothing more is found. */
#include "cmd/dmn_files.h"

#include "base/encode.h"
#include "base/file.h"
#include "cmd/rules.h"

enum { DIR_FILES_MAX = 5000, LOCATION_MAX = 1000 };

struct files {
	struct arena *a;
	struct str dir; /* of the first; names are relative to it */
	struct dmn_source sources[DMN_UNITS_MAX];
	size_t n;
};

static void split(struct str path, struct str *ret_dir, struct str *ret_name)
{
	size_t slash = str_rfind_char(path, '/');
	*ret_dir = slash == STR_NONE ? STR("") : str_sub(path, 0, slash ? slash : 1);
	*ret_name = slash == STR_NONE ? path : str_from(path, slash + 1);
}

/* Takes the last folder off; false when there is none. */
static bool climb(struct str *path)
{
	struct str name, dir;
	if (!path->n)
		return false;
	split(*path, &dir, &name);
	*path = dir;
	return true;
}

/* The location seen from a file, relative to the folder; false: outside of it. */
static bool resolve(struct files *f, struct str from, struct str location, struct str *ret)
{
	struct str path, name, rest, part;
	struct err err = { 0 };
	split(from, &path, &name);
	if (!location.n || location.n > LOCATION_MAX || location.p[0] == '/' ||
	    is_err(percent_decode(f->a, location, &rest, &err)))
		return false;
	for (size_t i = 0; i < rest.n; i++)
		if (rest.p[i] == ':' || rest.p[i] == '\\' || (unsigned char)rest.p[i] < ' ')
			return false;
	for (bool more = true; more;) {
		more = str_cut(rest, '/', &part, &rest);
		if (str_eq(part, STR("..")) && !climb(&path))
			return false;
		if (part.n && !str_eq(part, STR(".")) && !str_eq(part, STR("..")))
			path = path.n ? file_join(f->a, path, part) : part;
	}
	*ret = path;
	return path.n > 0;
}

/* Reads one more source; false: known already, not there, or no room. */
static bool fetch(struct files *f, struct str name)
{
	struct err err = { 0 };
	struct dmn_source *s = &f->sources[f->n];
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->sources[i].name, name))
			return false;
	if (f->n == DMN_UNITS_MAX ||
	    is_err(file_read(f->a, file_join(f->a, f->dir, name), RULES_FILE_MAX, &s->text, &err)))
		return false;
	s->name = name;
	f->n++;
	return true;
}

static bool fetch_located(struct files *f, const struct dmn_import_place *places, size_t n)
{
	struct str name;
	bool any = false;
	for (size_t i = 0; i < n; i++)
		if (!places[i].found && resolve(f, places[i].file, places[i].location, &name))
			any |= fetch(f, name);
	return any;
}

static struct result fetch_beside(struct files *f, struct err *err)
{
	struct str *names;
	size_t n;
	TRY(file_list(f->a, f->dir, DIR_FILES_MAX, &names, &n, err));
	for (size_t i = 0; i < n; i++)
		if (str_ends(names[i], STR(".dmn")))
			(void)fetch(f, names[i]);
	return ok();
}

static bool all_found(const struct dmn_import_place *places, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!places[i].found)
			return false;
	return true;
}

struct result dmn_files_read(struct arena *a, struct str file, const struct dmn_model **ret,
                             struct err *err)
{
	struct files f = { .a = a, .n = 1 };
	split(file, &f.dir, &f.sources[0].name);
	if (!f.dir.n)
		f.dir = STR(".");
	TRY(file_read(a, file, RULES_FILE_MAX, &f.sources[0].text, err));
	for (;;) { /* each round has more sources than the one before, or is the last */
		const struct dmn_model *m;
		const struct dmn_import_place *places;
		TRY(dmn_read(a, f.sources, f.n, &m, err));
		size_t n = dmn_imports(m, a, &places), before = f.n;
		if (!all_found(places, n) && !fetch_located(&f, places, n))
			TRY(fetch_beside(&f, err));
		if (f.n == before) {
			*ret = m;
			return ok();
		}
	}
}
