/* The router: a trie of path segments. Literals of a node are sorted, so a
 * lookup is a binary search per segment; a segment may have to fall back from a
 * literal to {x}, which is bounded by the patterns that exist. */
#include "net/route.h"

#include <assert.h>

#include "base/mem.h"

enum { METHODS = HTTP_OPTIONS + 1 };

struct node {
	struct str segment;       /* "" for {x} and {x*} */
	struct node **literals;   /* sorted by segment */
	size_t nliterals;
	struct node *param, *rest;
	const struct route *rows[METHODS];
	bool any;                 /* some row ends here */
};

struct router {
	struct node root;
	const struct route **rows;
	size_t nrows;
};

struct router *router_new(void)
{
	return MEM_NEW(struct router);
}

static void node_done(struct node *n)
{
	for (size_t i = 0; i < n->nliterals; i++) {
		node_done(n->literals[i]);
		mem_free(n->literals[i]);
	}
	mem_free(n->literals);
	if (n->param)
		node_done(n->param);
	if (n->rest)
		node_done(n->rest);
	mem_free(n->param);
	mem_free(n->rest);
}

void router_free(struct router *r)
{
	if (!r)
		return;
	node_done(&r->root);
	mem_free(r->rows);
	mem_free(r);
}

/* Where the segment is, or would be. */
static size_t literal_index(const struct node *n, struct str segment, bool *ret_found)
{
	size_t lo = 0, hi = n->nliterals;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = str_cmp(n->literals[mid]->segment, segment);
		if (c == 0) {
			*ret_found = true;
			return mid;
		}
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	*ret_found = false;
	return lo;
}

static struct node *child_literal(struct node *n, struct str segment)
{
	bool found;
	size_t at = literal_index(n, segment, &found);
	if (found)
		return n->literals[at];
	n->literals = mem_resize(n->literals, (n->nliterals + 1) * sizeof *n->literals);
	memmove(n->literals + at + 1, n->literals + at, (n->nliterals - at) * sizeof *n->literals);
	struct node *child = MEM_NEW(struct node);
	child->segment = segment;
	n->literals[at] = child;
	n->nliterals++;
	return child;
}

static struct node *child_of(struct node *n, struct str segment, bool last)
{
	bool is_param = segment.n > 2 && segment.p[0] == '{' && segment.p[segment.n - 1] == '}';
	if (!is_param) {
		assert(str_find_char(segment, '{') == STR_NONE);
		return child_literal(n, segment);
	}
	bool is_rest = segment.p[segment.n - 2] == '*';
	assert(!is_rest || last);
	struct node **slot = is_rest ? &n->rest : &n->param;
	if (!*slot)
		*slot = MEM_NEW(struct node);
	return *slot;
}

static void add_row(struct router *r, const struct route *row)
{
	assert(row->path && row->path[0] == '/' && row->handler && row->who);
	assert((unsigned)row->method < METHODS);
	struct node *n = &r->root;
	struct str rest = str_from(str_c(row->path), 1), segment;
	unsigned params = 0;
	bool more = true;
	while (more) {
		more = str_cut(rest, '/', &segment, &rest);
		n = child_of(n, segment, !more);
		params += segment.n > 0 && segment.p[0] == '{';
	}
	assert(params <= HTTP_PARAMS_MAX);
	assert(!n->rows[row->method]); /* the pattern twice */
	n->rows[row->method] = row;
	n->any = true;
}

void router_add(struct router *r, const struct route *rows, size_t n)
{
	r->rows = mem_resize(r->rows, (r->nrows + n) * sizeof *r->rows);
	for (size_t i = 0; i < n; i++) {
		add_row(r, &rows[i]);
		r->rows[r->nrows++] = &rows[i];
	}
}

size_t router_rows(const struct router *r, const struct route *const **ret)
{
	*ret = r->rows;
	return r->nrows;
}

/* `rest` is what follows the last "/" taken; NULL p: nothing follows. */
static const struct node *walk(const struct node *n, struct str rest, bool more,
                               struct str params[HTTP_PARAMS_MAX], size_t nparams)
{
	if (!more)
		return n->any ? n : NULL;
	struct str whole = rest, segment;
	bool found, again = str_cut(whole, '/', &segment, &rest);
	size_t at = literal_index(n, segment, &found);
	if (found) {
		const struct node *hit = walk(n->literals[at], rest, again, params, nparams);
		if (hit)
			return hit;
	}
	if (str_empty(segment))
		return NULL;
	if (n->param) {
		params[nparams] = segment;
		const struct node *hit = walk(n->param, rest, again, params, nparams + 1);
		if (hit)
			return hit;
	}
	if (n->rest)
		params[nparams] = whole;
	return n->rest;
}

static const struct node *find_node(const struct router *r, struct str path,
                                    struct str params[HTTP_PARAMS_MAX])
{
	if (path.n == 0 || path.p[0] != '/')
		return NULL;
	return walk(&r->root, str_from(path, 1), true, params, 0);
}

static const struct route *row_of(const struct node *n, enum http_method m)
{
	if (m == HTTP_HEAD && !n->rows[HTTP_HEAD])
		return n->rows[HTTP_GET];
	return n->rows[m];
}

enum route_match router_find(const struct router *r, enum http_method m, struct str path,
                             const struct route **ret, struct str params[HTTP_PARAMS_MAX])
{
	struct str found[HTTP_PARAMS_MAX + 1] = { 0 };
	const struct node *n = find_node(r, path, found);
	if (!n)
		return ROUTE_NO_PATH;
	const struct route *row = row_of(n, m);
	if (!row)
		return ROUTE_NO_METHOD;
	memcpy(params, found, HTTP_PARAMS_MAX * sizeof found[0]);
	*ret = row;
	return ROUTE_FOUND;
}

struct str router_allow(const struct router *r, struct arena *a, struct str path)
{
	struct str params[HTTP_PARAMS_MAX + 1], allow = STR("");
	const struct node *n = find_node(r, path, params);
	if (!n)
		return allow;
	for (int i = 0; i < METHODS; i++) {
		enum http_method m = (enum http_method)i;
		if (!row_of(n, m))
			continue;
		if (!str_empty(allow))
			allow = arena_join(a, allow, STR(", "));
		allow = arena_join(a, allow, http_method_name(m));
	}
	return allow;
}
