/* Answers as people read them. */
#include "apply/form_priv.h"

#include "net/day_text.h"

static const struct str yes_words[LANG_COUNT] = { STR_INIT("はい"), STR_INIT("Yes"),
                                                  STR_INIT("はい") };
static const struct str no_words[LANG_COUNT] = { STR_INIT("いいえ"), STR_INIT("No"),
                                                 STR_INIT("いいえ") };
static const struct str kind_words[2][LANG_COUNT] = {
	{ STR_INIT("普通"), STR_INIT("ordinary"), STR_INIT("{普通|ふつう}") },
	{ STR_INIT("当座"), STR_INIT("current"), STR_INIT("{当座|とうざ}") },
};
static const struct str people_sign[LANG_COUNT] = { STR_INIT("、"), STR_INIT(", "),
                                                    STR_INIT("、") };

/* How an answer is shown: as marked text its own braces are quoted. */
struct manner {
	struct arena *a;
	enum lang lang;
	bool marked;
};

/* What she typed or a register holds. */
static struct str typed(const struct manner *m, struct str s)
{
	return m->marked ? text_quote(m->a, s) : s;
}

static struct str show_date(const struct manner *m, struct str iso)
{
	struct date d;
	return date_parse(iso, &d) ? day_text(m->a, d, m->lang) : typed(m, iso);
}

static const char *const yen_words[LANG_COUNT] = { "円", " yen", "{円|えん}" };

/* 1,234円 */
static struct str show_money(struct arena *a, struct str digits, enum lang lang)
{
	struct buf b;
	buf_init(&b, 128);
	bool neg = digits.n && digits.p[0] == '-';
	size_t n = digits.n;
	for (size_t i = 0; i < n; i++) {
		size_t left = n - i;
		if (i > (neg ? 1u : 0u) && left % 3 == 0)
			buf_add_char(&b, ',');
		buf_add_char(&b, digits.p[i]);
	}
	struct str s = arena_printf(a, "%.*s%s", STR_ARG(buf_str(&b)), yen_words[lang]);
	buf_done(&b);
	return s;
}

static struct str option_label(const struct manner *m, const struct pack_field *field,
                               struct str code)
{
	for (size_t i = 0; i < field->noptions; i++)
		if (str_eq(field->options[i].code, code))
			return field->options[i].label.t[m->lang];
	return typed(m, code);
}

struct str form_member_name(struct form *f, struct str id)
{
	const struct procedure *p = f->in.procedure;
	for (size_t i = 0; i < p->nprefills; i++) {
		const struct json *list =
			json_get(json_get(f->in.facts, p->prefills[i].as), STR("members"));
		for (size_t k = 0; k < json_len(list); k++)
			if (str_eq(json_text(json_get(json_at(list, k), STR("id"))), id))
				return json_text(json_get(json_at(list, k), STR("name")));
	}
	return id;
}

static struct str show_list(struct form *f, const struct manner *m,
                            const struct pack_field *field, const struct json *v)
{
	struct str out = STR("");
	for (size_t i = 0; i < json_len(v); i++) {
		struct str code = json_text(json_at(v, i));
		struct str word = field->type == FIELD_MEMBERS ? typed(m, form_member_name(f, code))
		                                               : option_label(m, field, code);
		out = i ? arena_printf(m->a, "%.*s%.*s%.*s", STR_ARG(out),
		                       STR_ARG(people_sign[m->lang]), STR_ARG(word))
		        : word;
	}
	return out;
}

static struct str account_part(const struct manner *m, const struct json *v, struct str name)
{
	return typed(m, json_text(json_get(v, name)));
}

static struct str show_account(const struct manner *m, const struct json *v)
{
	bool current = str_eq(json_text(json_get(v, STR("kind"))), STR("current"));
	return arena_printf(m->a, "%.*s-%.*s %.*s %.*s\n%.*s",
	                    STR_ARG(account_part(m, v, STR("bank"))),
	                    STR_ARG(account_part(m, v, STR("branch"))),
	                    STR_ARG(kind_words[current][m->lang]),
	                    STR_ARG(account_part(m, v, STR("number"))),
	                    STR_ARG(account_part(m, v, STR("holder"))));
}

static struct str files_words(struct arena *a, size_t n, enum lang lang)
{
	return lang == LANG_EN ? arena_printf(a, "%zu file(s)", n)
	       : arena_printf(a, lang == LANG_EASY ? "%zu{件|けん}" : "%zu件", n);
}

static struct str show(struct form *f, const struct pack_field *field, const struct json *v,
                       const struct manner *m)
{
	if (!v || v->kind == JSON_NULL)
		return STR("");
	switch (field->type) {
	case FIELD_MONEY:
		return show_money(m->a, v->text, m->lang);
	case FIELD_NUMBER:
		return typed(m, v->text);
	case FIELD_DATE:
	case FIELD_SHOWN:
		return v->kind == JSON_STRING ? show_date(m, v->text)
		                              : typed(m, json_to_str(m->a, v));
	case FIELD_CHOICE:
		return option_label(m, field, json_text(v));
	case FIELD_CHOICES:
	case FIELD_MEMBERS:
		return show_list(f, m, field, v);
	case FIELD_FILE:
		return files_words(m->a, json_len(v), m->lang);
	case FIELD_YESNO:
		return json_bool_or(v, false) ? yes_words[m->lang] : no_words[m->lang];
	case FIELD_ACCOUNT:
		return show_account(m, v);
	case FIELD_TEXT:
	case FIELD_KANA:
	case FIELD_ADDRESS:
	case FIELD_PHONE:
	case FIELD_EMAIL:
		return typed(m, json_text(v));
	}
	return STR("");
}

struct str form_show(struct form *f, const struct pack_field *field, const struct json *v,
                     enum lang lang)
{
	return show(f, field, v, &(struct manner){ f->arena, lang, true });
}

struct str form_show_plain(struct form *f, const struct pack_field *field, const struct json *v)
{
	return show(f, field, v, &(struct manner){ f->arena, LANG_JA, false });
}
