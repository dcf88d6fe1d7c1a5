/* Values and reasons on a terminal. */
#include "cmd/rules.h"

#include <stdio.h>

#include "base/clock.h"
#include "cmd/commands.h"
#include "rule/temporal.h"
#include "rule/words.h"

enum { WHY_TEXT_MAX = 4 << 20, JST_SECONDS = 9 * 3600, NOON_SECONDS = 12 * 3600 };

struct result rules_now(struct str date, int64_t *ret_us, struct err *err)
{
	if (!date.n) {
		*ret_us = clock_now_us();
		return ok();
	}
	struct feel_value v = feel_parse_date(date);
	if (v.kind != FEEL_DATE || v.moment.year < 1 || v.moment.year > 9999)
		return fail(err, ERR_INPUT, "cmd.usage", NULL, "--at: a date is expected, 2026-04-01");
	int64_t days = civil_days(v.moment.year, v.moment.month, v.moment.day);
	*ret_us = (days * DAY_SECONDS + NOON_SECONDS - JST_SECONDS) * CLOCK_SECOND;
	return ok();
}

struct str rules_text(struct arena *a, const struct feel_value *v)
{
	struct feel_value list = feel_list(v, 1);
	struct str text = feel_to_text(a, &list);
	return str_sub(text, 1, text.n - 2);
}

void rules_explain(const struct why *why)
{
	static const enum why_language languages[] = { WHY_JA, WHY_EN };
	for (size_t i = 0; i < 2; i++) {
		BUF_AUTO out;
		buf_init(&out, WHY_TEXT_MAX);
		why_write(&out, why, languages[i]);
		fwrite(out.p, 1, out.n, stdout);
	}
}

/* What other rooms say only in English; the English words stand behind it. */
static const struct { const char *code, *ja; } others[] = {
	{ "file.too_large", "ファイルが大きすぎます" },
	{ "file.", "ファイルを読めません" },
	{ "json.", "JSONとして読めません" },
	{ "yaml.", "YAMLとして読めません" },
	{ "xml.", "XMLとして読めません" },
	{ "cmd.usage", "使い方が違います" },
	{ "", "実行できません" },
};

static struct str failed_ja(struct arena *a, const struct err *err)
{
	struct str en = str_c(err->what), ja = rule_ja(a, err->code, en);
	size_t i = 0;
	if (!str_eq(ja, en))
		return ja;
	while (!str_starts(str_c(err->code), str_c(others[i].code)))
		i++;
	return arena_printf(a, "%s（%.*s）", others[i].ja, STR_ARG(en));
}

int rules_failed(const char *before, const struct err *err)
{
	ARENA_AUTO a = arena_new(1 << 20);
	struct str ja = failed_ja(a, err);
	fprintf(stderr, "%s: %s\n%s: %.*s\n", before, err->what, before, STR_ARG(ja));
	return EXIT_FAILED;
}

struct str rule_diag_ja(struct arena *a, const struct feel_diag *d)
{
	return rule_ja(a, d->code, str_c(d->message));
}
