/* The small files: pack.yaml and datasets. */
#include "base/utf8.h"
#include "pack/set.h"
#include "pack/shape.h"

struct head {
	struct str id;
	struct ptext title;
};

static const struct shape shape_head = {
	.what = "pack.yaml", .size = sizeof(struct head),
	.rows = (const struct row[]){
		{ "pack", ROW_NAME, true, offsetof(struct head, id) },
		{ "title", ROW_TEXT, true, offsetof(struct head, title) },
		{ NULL },
	},
};

void load_pack_head(struct load *l, const struct json *root)
{
	struct head head = { 0 };
	(void)shape_read(l, &shape_head, root, &head);
	if (head.id.n > 0 && !str_eq(head.id, l->pack))
		mistake(l, where(root, "pack"), STR("the name and the folder are the same"),
		        "the pack is named '%.*s', but its folder '%.*s'", STR_ARG(head.id),
		        STR_ARG(l->pack));
}

static void item_leave(struct load *l, const struct json *node, void *obj)
{
	const struct dataset_item *item = obj;
	if (item->type == FIELD_FILE || item->type == FIELD_SHOWN)
		mistake(l, where(node, "type"), STR(""), "a record keeps no item of this type");
	bool choice = item->type == FIELD_CHOICE || item->type == FIELD_CHOICES;
	if (choice && item->noptions == 0)
		mistake(l, where(node, "type"), STR("options: [{ code: …, ja: …, en: …, easy: … }]"),
		        "a choice names its `options`");
	if (!choice && json_get(node, STR("options")))
		mistake(l, where(node, "options"), STR(""), "only choices have `options`");
	for (size_t i = 0; i < item->noptions; i++)
		for (size_t k = 0; k < i; k++)
			if (item->options[i].code.n > 0 &&
			    str_eq(item->options[i].code, item->options[k].code))
				mistake(l, where(node, "options"), STR(""), "the code '%.*s' is given twice",
				        STR_ARG(item->options[i].code));
	if (str_find_char(item->name, '.') != STR_NONE)
		mistake(l, where(node, "name"), STR(""), "the name of an item has no dots");
}

#define ITEM(member) offsetof(struct dataset_item, member)
static const struct shape shape_item = {
	.what = "an item", .size = sizeof(struct dataset_item), .leave = item_leave,
	.rows = (const struct row[]){
		{ "name", ROW_NAME, true, ITEM(name) },
		{ "type", ROW_WORD, true, ITEM(type), .words = field_words },
		{ "label", ROW_TEXT, true, ITEM(label) },
		{ "hidden", ROW_BOOL, false, ITEM(hidden) },
		{ "options", ROW_LIST, false, ITEM(options), ITEM(noptions), &shape_option },
		{ NULL },
	},
};

#define SET(member) offsetof(struct dataset, member)
static const struct shape shape_dataset = {
	.what = "a dataset", .size = sizeof(struct dataset),
	.rows = (const struct row[]){
		{ "dataset", ROW_NAME, true, SET(id) },
		{ "title", ROW_TEXT, true, SET(title) },
		{ "items", ROW_LIST, true, SET(items), SET(nitems), &shape_item },
		{ NULL },
	},
};

const struct dataset_item *dataset_item(const struct dataset *d, struct str name)
{
	for (size_t i = 0; d && i < d->nitems; i++)
		if (str_eq(d->items[i].name, name))
			return &d->items[i];
	return NULL;
}

const struct ptext *dataset_option(const struct dataset_item *item, struct str code)
{
	for (size_t i = 0; item && i < item->noptions; i++)
		if (str_eq(item->options[i].code, code))
			return &item->options[i].label;
	return NULL;
}

void load_dataset(struct load *l, const struct json *root)
{
	struct dataset *d = ARENA_NEW(l->arena, struct dataset);
	d->pack = l->pack;
	if (!shape_read(l, &shape_dataset, root, d) || str_empty(d->id))
		return;
	const struct json *items = json_get(root, STR("items"));
	for (size_t i = 0; i < d->nitems; i++) {
		for (size_t j = 0; j < i; j++) {
			if (d->items[i].name.n > 0 && str_eq(d->items[i].name, d->items[j].name))
				mistake(l, where(json_at(items, i), "name"), STR(""),
				        "the item '%.*s' is given twice", STR_ARG(d->items[i].name));
		}
	}
	if (map_get(&l->datasets, d->id)) {
		mistake(l, where(root, "dataset"), STR(""), "the dataset '%.*s' exists already",
		        STR_ARG(d->id));
		return;
	}
	map_put(&l->datasets, d->id, d);
}
