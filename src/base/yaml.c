/* libyaml events to the JSON tree. libyaml reads YAML 1.1; of its scalars only
 * those that JSON has become anything but text, so `no` stays "no" and 012
 * stays "012". Lines and columns count from 1, columns in characters. */
#include "base/yaml.h"

#include <yaml.h>

#include "base/json_stack.h"
#include "base/utf8.h"

struct reader {
	yaml_parser_t yaml;
	yaml_event_t event;
	bool has_event;
	int depth;
	uint32_t line; /* of what is being read or complained about */
	struct arena *arena;
	struct json_stack stack;
	struct err *err;
};

static struct result value(struct reader *r, struct json *ret);

static struct str text_of(const unsigned char *p, size_t n)
{
	return str_of((const char *)p, n);
}

static struct result refuse_at(struct reader *r, uint32_t line, uint32_t col, const char *code,
                               const char *what)
{
	r->line = line;
	return fail(r->err, ERR_INPUT, code, NULL, "line %u column %u: %s", line, col, what);
}

static uint32_t line_of(const yaml_mark_t *m)
{
	return (uint32_t)m->line + 1;
}

static uint32_t column_of(const yaml_mark_t *m)
{
	return (uint32_t)m->column + 1;
}

static struct result refuse(struct reader *r, const char *code, const char *what)
{
	return refuse_at(r, line_of(&r->event.start_mark), column_of(&r->event.start_mark), code, what);
}

static struct result broken(struct reader *r)
{
	const char *context = r->yaml.context ? r->yaml.context : "";
	const char *problem = r->yaml.problem ? r->yaml.problem : "unreadable";
	if (r->yaml.error == YAML_MEMORY_ERROR)
		return fail(r->err, ERR_TOO_LARGE, "yaml.too_large", NULL, "libyaml ran out of memory");
	r->line = line_of(&r->yaml.problem_mark);
	return fail(r->err, ERR_INPUT, "yaml.syntax", NULL, "line %u column %u: %s%s%s", r->line,
	            column_of(&r->yaml.problem_mark), problem, *context ? ", " : "", context);
}

static struct result next(struct reader *r)
{
	if (r->has_event)
		yaml_event_delete(&r->event);
	r->has_event = false;
	if (!yaml_parser_parse(&r->yaml, &r->event))
		return broken(r);
	r->has_event = true;
	return ok();
}

static struct json node_at(const yaml_event_t *e, enum json_kind kind)
{
	return (struct json){ .kind = kind, .line = line_of(&e->start_mark),
	                      .col = column_of(&e->start_mark) };
}

/* The event's text, kept; anchors, tags and U+0000 are refused. */
static struct result scalar_text(struct reader *r, struct str *ret)
{
	struct str s = text_of(r->event.data.scalar.value, r->event.data.scalar.length);
	if (r->event.data.scalar.anchor)
		return refuse(r, "yaml.anchor", "anchors (&name) are not read: write the value again");
	if (r->event.data.scalar.tag)
		return refuse(r, "yaml.tag", "tags (!name) are not read: remove it");
	if (str_find_char(s, 0) != STR_NONE)
		return refuse(r, "yaml.nul", "text cannot hold U+0000");
	if (s.n >= arena_left(r->arena))
		return fail(r->err, ERR_TOO_LARGE, "yaml.too_large", NULL,
		            "the text does not fit the memory of this request");
	*ret = arena_str(r->arena, s);
	return ok();
}

static struct result scalar(struct reader *r, struct json *ret)
{
	struct json j = node_at(&r->event, JSON_STRING);
	bool plain = r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	TRY(scalar_text(r, &j.text));
	if (plain && (str_empty(j.text) || str_eq(j.text, STR("~")) || str_eq(j.text, STR("null"))))
		j = node_at(&r->event, JSON_NULL);
	else if (plain && (str_eq(j.text, STR("true")) || str_eq(j.text, STR("false"))))
		j.kind = JSON_BOOL, j.boolean = j.text.n == 4, j.text = STR("");
	else if (plain && json_is_number(j.text))
		j.kind = JSON_NUMBER;
	*ret = j;
	return ok();
}

static struct result enter(struct reader *r, const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor)
		return refuse(r, "yaml.anchor", "anchors (&name) are not read: write the value again");
	if (tag)
		return refuse(r, "yaml.tag", "tags (!name) are not read: remove it");
	if (++r->depth > JSON_DEPTH_MAX)
		return refuse(r, "yaml.depth", "nested too deeply");
	return next(r);
}

static struct result sequence(struct reader *r, struct json *ret)
{
	struct json j = node_at(&r->event, JSON_ARRAY);
	size_t base = r->stack.n;
	TRY(enter(r, r->event.data.sequence_start.anchor, r->event.data.sequence_start.tag));
	while (r->event.type != YAML_SEQUENCE_END_EVENT) {
		struct json item;
		TRY(value(r, &item));
		TRY(json_stack_push(&r->stack, (struct json_key){ 0 }, &item, r->err));
		TRY(next(r));
	}
	r->depth--;
	TRY(json_stack_close_array(&r->stack, base, &j, r->err));
	*ret = j;
	return ok();
}

static struct result member(struct reader *r)
{
	struct json_key key = { .line = line_of(&r->event.start_mark),
	                        .col = column_of(&r->event.start_mark) };
	struct json v;
	if (r->event.type == YAML_ALIAS_EVENT)
		return refuse(r, "yaml.alias", "aliases (*name) are not read: write the value again");
	if (r->event.type != YAML_SCALAR_EVENT)
		return refuse(r, "yaml.key", "a key must be plain text, not a list or a mapping");
	TRY(scalar_text(r, &key.text));
	TRY(next(r));
	TRY(value(r, &v));
	TRY(json_stack_push(&r->stack, key, &v, r->err));
	return next(r);
}

static struct result mapping(struct reader *r, struct json *ret)
{
	struct json j = node_at(&r->event, JSON_OBJECT);
	const struct json_key *twice;
	size_t base = r->stack.n;
	TRY(enter(r, r->event.data.mapping_start.anchor, r->event.data.mapping_start.tag));
	while (r->event.type != YAML_MAPPING_END_EVENT)
		TRY(member(r));
	r->depth--;
	TRY(json_stack_close_object(&r->stack, base, &j, &twice, r->err));
	if (twice) {
		r->line = twice->line;
		return fail(r->err, ERR_INPUT, "yaml.duplicate", "YAML 1.2 §3.2.1.3",
		            "line %u column %u: the key %.*s is there twice in this mapping", twice->line,
		            twice->col, STR_ARG(str_sub(twice->text, 0, 80)));
	}
	*ret = j;
	return ok();
}

static struct result value(struct reader *r, struct json *ret)
{
	switch (r->event.type) {
	case YAML_SCALAR_EVENT: return scalar(r, ret);
	case YAML_SEQUENCE_START_EVENT: return sequence(r, ret);
	case YAML_MAPPING_START_EVENT: return mapping(r, ret);
	default:
		return refuse(r, "yaml.alias", "aliases (*name) are not read: write the value again");
	}
}

static struct result document(struct reader *r, struct json *ret)
{
	TRY(next(r)); /* the start of the stream */
	TRY(next(r));
	if (r->event.type != YAML_DOCUMENT_START_EVENT)
		return refuse(r, "yaml.empty", "there is nothing in this file");
	if (r->event.data.document_start.tag_directives.start !=
	    r->event.data.document_start.tag_directives.end)
		return refuse(r, "yaml.tag", "%TAG is not read: remove it");
	TRY(next(r));
	TRY(value(r, ret));
	TRY(next(r)); /* the end of the document */
	TRY(next(r));
	if (r->event.type != YAML_STREAM_END_EVENT)
		return refuse(r, "yaml.documents", "one document per file: remove what follows ---");
	return ok();
}

static struct result read_all(struct reader *r, struct str text, const struct json **ret)
{
	struct json root;
	if (text.n > YAML_BYTES_MAX)
		return fail(r->err, ERR_TOO_LARGE, "yaml.too_large", NULL,
		            "%zu bytes, at most %d in one file", text.n, YAML_BYTES_MAX);
	if (!utf8_valid(text))
		return fail(r->err, ERR_INPUT, "yaml.utf8", "RFC 3629 §4", "the file is not UTF-8");
	if (!yaml_parser_initialize(&r->yaml))
		return fail(r->err, ERR_INTERNAL, "yaml.memory", NULL, "libyaml ran out of memory");
	yaml_parser_set_encoding(&r->yaml, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r->yaml, (const unsigned char *)text.p, text.n);
	struct result result = document(r, &root);
	if (r->has_event)
		yaml_event_delete(&r->event);
	yaml_parser_delete(&r->yaml);
	TRY(result);
	struct json *kept = ARENA_NEW(r->arena, struct json);
	*kept = root;
	*ret = kept;
	return ok();
}

struct result yaml_parse(struct arena *a, struct str text, const struct json **ret,
                         uint32_t *ret_line, struct err *err)
{
	struct reader r = { .arena = a, .err = err };
	json_stack_init(&r.stack, a);
	struct result result = read_all(&r, text, ret);
	json_stack_done(&r.stack);
	if (is_err(result) && ret_line)
		*ret_line = r.line;
	return result;
}
