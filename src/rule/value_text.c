/* Values as text, as the built-in string() gives them (DMN 1.5 table 59), and
 * to and from JSON. */
#include "rule/value.h"

#include "rule/machine.h"
#include "rule/temporal.h"

enum { TEXT_DEPTH_MAX = 64, TEXT_BYTES_MAX = 4 << 20 };

static void write_value(struct buf *b, const struct feel_value *v, int depth);

static void write_quoted(struct buf *b, struct str s)
{
	buf_add_char(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_add_char(b, '\\');
		buf_add_char(b, s.p[i]);
	}
	buf_add_char(b, '"');
}

static void write_list(struct buf *b, const struct feel_value *v, int depth)
{
	buf_add_char(b, '[');
	for (size_t i = 0; i < v->list.n && !buf_over(b); i++) {
		if (i)
			buf_add_c(b, ", ");
		write_value(b, &v->list.items[i], depth + 1);
	}
	buf_add_char(b, ']');
}

static bool plain_key(struct str key)
{
	for (size_t i = 0; i < key.n; i++)
		if (strchr("\"{}:,\\", key.p[i]))
			return false;
	return key.n > 0;
}

static void write_context(struct buf *b, const struct feel_value *v, int depth)
{
	buf_add_char(b, '{');
	for (size_t i = 0; i < v->context.n && !buf_over(b); i++) {
		if (i)
			buf_add_c(b, ", ");
		if (plain_key(v->context.keys[i]))
			buf_add(b, v->context.keys[i]);
		else
			write_quoted(b, v->context.keys[i]);
		buf_add_c(b, ": ");
		write_value(b, &v->context.values[i], depth + 1);
	}
	buf_add_char(b, '}');
}

static void write_range(struct buf *b, const struct feel_range *r, int depth)
{
	bool high = r->low.kind == FEEL_NULL;
	if (r->op != FEEL_RANGE_PLAIN) {
		const char *op = r->op == FEEL_RANGE_EQUAL ? "=" : r->op == FEEL_RANGE_OTHER ? "!="
		               : high ? (r->high_closed ? "<=" : "<") : r->low_closed ? ">=" : ">";
		buf_add_c(b, op);
		write_value(b, high ? &r->high : &r->low, depth + 1);
		return;
	}
	buf_add_char(b, r->low_closed ? '[' : '(');
	write_value(b, &r->low, depth + 1);
	buf_add_c(b, "..");
	write_value(b, &r->high, depth + 1);
	buf_add_char(b, r->high_closed ? ']' : ')');
}

static void write_number(struct buf *b, struct decimal d)
{
	char text[DEC_TEXT_MAX];
	buf_add(b, str_of(text, dec_to_text(d, text)));
}

static void write_value(struct buf *b, const struct feel_value *v, int depth)
{
	char text[MOMENT_TEXT_MAX];
	if (depth > TEXT_DEPTH_MAX) {
		buf_add_c(b, "…");
		return;
	}
	switch (v->kind) {
	case FEEL_NULL: buf_add_c(b, "null"); break;
	case FEEL_BOOL: buf_add_c(b, v->boolean ? "true" : "false"); break;
	case FEEL_NUMBER: write_number(b, v->number); break;
	case FEEL_STRING: write_quoted(b, v->string); break;
	case FEEL_LIST: write_list(b, v, depth); break;
	case FEEL_CONTEXT: write_context(b, v, depth); break;
	case FEEL_RANGE: write_range(b, v->range, depth); break;
	case FEEL_FUNCTION: buf_add_c(b, "function"); break;
	default: buf_add(b, str_of(text, temporal_text(v, text))); break;
	}
}

void value_write(struct buf *b, const struct feel_value *v)
{
	write_value(b, v, 0);
}

struct str feel_to_text(struct arena *a, const struct feel_value *v)
{
	if (v->kind == FEEL_STRING)
		return v->string;
	BUF_AUTO b;
	buf_init(&b, TEXT_BYTES_MAX);
	write_value(&b, v, 0);
	return arena_str(a, buf_str(&b));
}

static struct feel_value value_of(struct arena *a, const struct json *j);

static struct feel_value list_of(struct arena *a, const struct json *j)
{
	struct feel_value *items = ARENA_ARRAY(a, struct feel_value, j->n);
	for (size_t i = 0; i < j->n; i++)
		items[i] = value_of(a, &j->items[i]);
	return feel_list(items, j->n);
}

static struct feel_value context_of(struct arena *a, const struct json *j)
{
	struct feel_value v = list_of(a, j), c = { .kind = FEEL_CONTEXT };
	c.context.keys = j->keys;
	c.context.values = v.list.items;
	c.context.n = j->n;
	return c;
}

static struct feel_value value_of(struct arena *a, const struct json *j)
{
	struct decimal d;
	if (!j)
		return feel_null();
	switch (j->kind) {
	case JSON_NULL: return feel_null();
	case JSON_BOOL: return feel_bool(j->boolean);
	case JSON_NUMBER: return dec_from_text(j->text, &d) ? feel_number(d) : feel_null();
	case JSON_STRING: return feel_string(j->text);
	case JSON_ARRAY: return list_of(a, j);
	case JSON_OBJECT: return context_of(a, j);
	}
	return feel_null();
}

/* The tree's depth is bounded by JSON_DEPTH_MAX, its size by the reader's. */
const struct feel_value *feel_from_json(struct arena *a, const struct json *j)
{
	return feel_keep(a, value_of(a, j));
}

static const struct json *json_of(struct arena *a, const struct feel_value *v, int depth);

static const struct json *number_json(struct arena *a, struct decimal d)
{
	char text[DEC_TEXT_MAX];
	size_t n = dec_to_text(d, text);
	return json_num_text(a, arena_str(a, str_of(text, n)));
}

static const struct json *list_json(struct arena *a, const struct feel_value *v, int depth)
{
	struct json_array *out = json_array_new(a);
	for (size_t i = 0; i < v->list.n; i++)
		json_push(out, json_of(a, &v->list.items[i], depth + 1));
	return json_array_done(out);
}

static const struct json *context_json(struct arena *a, const struct feel_value *v, int depth)
{
	struct json_object *out = json_object_new(a);
	for (size_t i = 0; i < v->context.n; i++)
		json_put(out, v->context.keys[i], json_of(a, &v->context.values[i], depth + 1));
	return json_object_done(out);
}

static const struct json *json_of(struct arena *a, const struct feel_value *v, int depth)
{
	if (depth > TEXT_DEPTH_MAX)
		return json_null();
	switch (v->kind) {
	case FEEL_NULL: case FEEL_FUNCTION: return json_null();
	case FEEL_BOOL: return json_bool(v->boolean);
	case FEEL_NUMBER: return number_json(a, v->number);
	case FEEL_LIST: return list_json(a, v, depth);
	case FEEL_CONTEXT: return context_json(a, v, depth);
	default: return json_str(a, feel_to_text(a, v));
	}
}

const struct json *feel_to_json(struct arena *a, const struct feel_value *v)
{
	return v ? json_of(a, v, 0) : json_null();
}
