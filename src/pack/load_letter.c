/* Letters: read once for their shape, and again for every procedure that sends
 * them, because their expressions see that procedure's names. */
#include "base/utf8.h"
#include "pack/shape.h"

static const struct shape shape_table_row = {
	.what = "a row of a table", .size = sizeof(struct pack_value),
	.rows = (const struct row[]){
		{ "label", ROW_LABEL, true, offsetof(struct pack_value, label) },
		{ "value", ROW_EXPR, true, offsetof(struct pack_value, expr) },
		{ NULL },
	},
};

/* Exactly one of these makes a block. */
static const struct block_word { const char *key; unsigned kind; } block_words[] = {
	{ "para", BLOCK_PARA }, { "heading", BLOCK_HEADING }, { "note", BLOCK_NOTE },
	{ "table", BLOCK_TABLE },
};

static void block_text(struct load *l, const struct json *node, void *obj)
{
	struct pack_letter_block *b = obj;
	(void)shape_str(l, node, "text of a block", &b->text);
}

static void block_table(struct load *l, const struct json *node, void *obj)
{
	struct pack_letter_block *b = obj;
	b->rows = shape_list(l, &shape_table_row, node, "table", &b->nrows);
	if (json_is(node, JSON_ARRAY) && node->n == 0)
		mistake(l, node, STR(""), "the table has no rows");
}

static void block_leave(struct load *l, const struct json *node, void *obj)
{
	struct pack_letter_block *b = obj;
	size_t found = 0;
	for (size_t i = 0; i < sizeof block_words / sizeof *block_words; i++) {
		if (!json_get(node, str_c(block_words[i].key)))
			continue;
		if (found++ == 0)
			b->kind = block_words[i].kind;
	}
	if (found != 1)
		mistake(l, node, STR("each block is one of: para, heading, note, table"),
		        "a block has %zu contents, expected one", found);
}

static const struct shape shape_block = {
	.what = "a block", .size = sizeof(struct pack_letter_block), .leave = block_leave,
	.rows = (const struct row[]){
		{ "para", ROW_CALL, .call = block_text }, { "heading", ROW_CALL, .call = block_text },
		{ "note", ROW_CALL, .call = block_text }, { "table", ROW_CALL, .call = block_table },
		{ NULL },
	},
};

#define LETTER(member) offsetof(struct pack_letter, member)
const struct shape shape_letter = {
	.what = "a letter", .size = sizeof(struct pack_letter),
	.rows = (const struct row[]){
		{ "letter", ROW_NAME, true, LETTER(id) },
		{ "title", ROW_STR, true, LETTER(title) },
		{ "number_prefix", ROW_STR, true, LETTER(number_prefix) },
		{ "appeal", ROW_BOOL, false, LETTER(appeal) },
		{ "values", ROW_NAMED, false, LETTER(values), LETTER(nvalues) },
		{ "blocks", ROW_LIST, true, LETTER(blocks), LETTER(nblocks), &shape_block },
		{ "qr", ROW_NAMED, true, LETTER(qr), LETTER(nqr) },
		{ NULL },
	},
};

static bool has_value(const struct pack_letter *letter, struct str name)
{
	for (size_t i = 0; i < letter->nvalues; i++) {
		if (str_eq(letter->values[i].name, name))
			return true;
	}
	return false;
}

/* Each {name} of the text is a row of `values`. */
static void check_holes(struct load *l, const struct json *at, const struct pack_letter *letter,
                        struct str text)
{
	struct str *names = ARENA_ARRAY(l->arena, struct str, letter->nvalues + 1);
	for (size_t i = 0; i < letter->nvalues; i++)
		names[i] = letter->values[i].name;
	for (size_t open; (open = str_find_char(text, '{')) != STR_NONE;) {
		text = str_from(text, open + 1);
		struct str name, rest;
		if (!str_cut(text, '}', &name, &rest)) {
			mistake(l, at, STR("a value is written {name}"), "a brace is never closed");
			return;
		}
		text = rest;
		if (!has_value(letter, name))
			mistake(l, at, near_hint(l->arena, name, names, letter->nvalues),
			        "{%.*s} is no name of `values`", (int)utf8_cut(name, 60).n, name.p);
	}
}

static void check_blocks(struct load *l, const struct json *root, const struct pack_letter *letter)
{
	const struct json *blocks = json_get(root, STR("blocks"));
	for (size_t i = 0; i < letter->nblocks; i++) {
		const struct json *block = json_at(blocks, i);
		const struct json *at = json_is(block, JSON_OBJECT) && block->n > 0 ? &block->items[0] : block;
		check_holes(l, at, letter, letter->blocks[i].text);
	}
	if (json_is(blocks, JSON_ARRAY) && blocks->n == 0)
		mistake(l, blocks, STR(""), "the letter has no blocks");
}

void load_letter(struct load *l, const struct json *root)
{
	struct pack_letter letter = { 0 };
	l->scope = SCOPE_NONE;
	if (!shape_read(l, &shape_letter, root, &letter) || str_empty(letter.id))
		return;
	check_blocks(l, root, &letter);
	if (map_get(&l->letters, letter.id)) {
		mistake(l, where(root, "letter"), STR(""), "the letter '%.*s' exists already",
		        STR_ARG(letter.id));
		return;
	}
	struct letter_source *s = ARENA_NEW(l->arena, struct letter_source);
	*s = (struct letter_source){ letter.id, l->pack, l->src, root, false };
	map_put(&l->letters, letter.id, s);
}

/* The letter as this procedure sends it. */
static const struct pack_letter *letter_for(struct load *l, const struct json *name, bool refusal)
{
	struct str id;
	if (!name || !shape_str(l, name, refusal ? "refusal_letter" : "letter", &id))
		return NULL;
	struct letter_source *s = map_get(&l->letters, id);
	if (!s) {
		struct str *names = ARENA_ARRAY(l->arena, struct str, l->letters.n + 1);
		for (size_t i = 0; i < l->letters.n; i++)
			names[i] = l->letters.entries[i].key;
		mistake(l, name, near_hint(l->arena, id, names, l->letters.n),
		        "there is no letter '%.*s'", (int)utf8_cut(id, 60).n, id.p);
		return NULL;
	}
	struct pack_letter *letter = ARENA_NEW(l->arena, struct pack_letter);
	const struct source *src = l->src;
	s->used = true;
	l->src = s->src;
	l->scope = SCOPE_DECIDE;
	(void)shape_read(l, &shape_letter, s->node, letter);
	l->src = src;
	if (refusal && !letter->appeal)
		mistake(l, name, STR("set appeal: true in the letter (行政不服審査法 第八十二条)"),
		        "the refusal letter '%.*s' carries no appeal instructions", STR_ARG(id));
	return letter;
}

void read_letters(struct load *l, const struct json *gives)
{
	l->procedure->letter = letter_for(l, json_get(gives, STR("letter")), false);
	l->procedure->refusal_letter = letter_for(l, json_get(gives, STR("refusal_letter")), true);
}
