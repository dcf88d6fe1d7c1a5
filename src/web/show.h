/* What the citizen's pages show of times, organizations and facts, as text with
 * ruby markup ("marked"): {{~x}} in a template, {~x} in a text. In Japanese and
 * English there is no markup in it, in やさしい日本語 every kanji of ours has its
 * reading. What comes from a register stands as it is there. */
#ifndef MUSUBI_WEB_SHOW_H
#define MUSUBI_WEB_SHOW_H

#include "web/app.h"

/* As net/day_text.h writes it; "" for 0. */
struct str show_day(struct visit *v, int64_t us);
struct str show_time(struct visit *v, int64_t us);
struct str show_iso_day(struct visit *v, struct str iso); /* as it is when it is no date */
/* The organization's name, or its id when it is not of this node. */
struct str show_org(struct visit *v, struct str id);
/* A procedure's title: of that version, else the newest, else its id. */
struct str show_procedure(struct visit *v, const struct pack_set *packs, struct str id,
                          struct str version);
/* A value of a dataset's item; lists and objects are for the caller. */
struct str show_value(struct visit *v, enum field_type type, const struct json *value);
/* An item of a dataset: codes as their labels, else show_value. */
struct str show_item(struct visit *v, const struct dataset_item *item, const struct json *value);
/* A row of web/text with its {x} filled, markup kept: in her language, or in
 * one that is named, for what is kept in all three. */
struct str show_text(struct visit *v, const char *key, const struct json *values);
struct str show_text_in(struct visit *v, enum lang lang, struct str key,
                        const struct json *values);
/* Where a fact comes from: the register's own name for itself in Japanese, the
 * title of the dataset in other languages; the application behind a decision. */
struct str show_source(struct visit *v, const struct dataset *set, struct str source);
/* Puts a list under its name, and has_NAME beside it: in an item of a list a
 * template would find the outer name where an inner list is missing or empty. */
void show_list(struct visit *v, struct json_object *o, const char *name,
               struct json_array *list);
/* "tel:0761727880", or "" without digits. */
struct str show_tel(struct visit *v, struct str phone);
/* A row as it is, with its markup. */
struct str show_row(struct visit *v, const char *key);

#endif
