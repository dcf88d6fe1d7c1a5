/* A small reading of the tokenizer of WHATWG HTML §13.2.5, enough to say where
 * a template's hole stands. It judges our own templates, never foreign HTML. */
#include "net/html_scan.h"

enum state {
	TEXT, TAG_OPEN, TAG_NAME, BEFORE_ATTR, ATTR_NAME, AFTER_EQ, VALUE_DQ, VALUE_SQ, VALUE_BARE,
	MARKUP, COMMENT, DECL, RAW,
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static void add(char *to, size_t *n, size_t cap, char c)
{
	if (*n < cap)
		to[(*n)++] = lower(c);
}

static bool tag_is(const struct html_scan *s, const char *name)
{
	return str_eq(str_of(s->tag, s->tag_n), str_c(name));
}

static void tag_end(struct html_scan *s)
{
	s->state = TEXT;
	if (tag_is(s, "title") || tag_is(s, "option") || tag_is(s, "textarea"))
		s->label = !s->closing;
	if (!s->closing && (tag_is(s, "script") || tag_is(s, "style"))) {
		s->state = RAW;
		memcpy(s->raw, s->tag, s->tag_n);
		s->raw[s->tag_n] = '\0';
		s->raw_match = 0;
	}
}

/* Looks for "</script" or "</style". */
static void feed_raw(struct html_scan *s, char c)
{
	size_t i = s->raw_match, n = strlen(s->raw);
	char want = i == 0 ? '<' : i == 1 ? '/' : s->raw[i - 2];
	s->raw_match = lower(c) == want ? i + 1 : c == '<';
	if (s->raw_match == n + 2) {
		s->state = TAG_NAME;
		s->closing = true;
	}
}

static void feed_tag(struct html_scan *s, char c)
{
	if (c == '>') {
		tag_end(s);
	} else if (space(c) || c == '/') {
		s->state = BEFORE_ATTR;
		s->attr_n = 0;
	} else if (s->state == TAG_NAME) {
		add(s->tag, &s->tag_n, sizeof s->tag, c);
	} else if (c == '=' && s->state == ATTR_NAME) {
		s->state = AFTER_EQ;
		s->value_start = true;
	} else {
		s->state = ATTR_NAME;
		add(s->attr, &s->attr_n, sizeof s->attr, c);
	}
}

static void feed_after_eq(struct html_scan *s, char c)
{
	if (c == '"')
		s->state = VALUE_DQ;
	else if (c == '\'')
		s->state = VALUE_SQ;
	else if (c == '>')
		tag_end(s);
	else if (!space(c))
		s->state = VALUE_BARE;
}

static void feed_tag_open(struct html_scan *s, char c)
{
	s->tag_n = s->attr_n = 0;
	s->closing = c == '/';
	if (c == '!') {
		s->state = MARKUP;
		s->dashes = 0;
	} else if (c == '/') {
		s->state = TAG_NAME;
	} else if ((lower(c) >= 'a' && lower(c) <= 'z')) {
		s->state = TAG_NAME;
		add(s->tag, &s->tag_n, sizeof s->tag, c);
	} else {
		s->state = TEXT;
	}
}

/* Behind "<!": a comment when two dashes follow. */
static void feed_markup(struct html_scan *s, char c)
{
	s->dashes = c == '-' ? s->dashes + 1 : 0;
	if (s->state == MARKUP && s->dashes == 2) {
		s->state = COMMENT;
		s->dashes = 0;
	} else if (s->state == MARKUP && c != '-') {
		s->state = c == '>' ? TEXT : DECL;
	} else if (s->state == DECL && c == '>') {
		s->state = TEXT;
	}
}

static void feed_comment(struct html_scan *s, char c)
{
	if (c == '>' && s->dashes >= 2)
		s->state = TEXT;
	s->dashes = c == '-' ? s->dashes + 1 : 0;
}

static void feed_value(struct html_scan *s, char c)
{
	bool ends = (s->state == VALUE_DQ && c == '"') || (s->state == VALUE_SQ && c == '\'') ||
	            (s->state == VALUE_BARE && space(c));
	s->value_start = false;
	if (s->state == VALUE_BARE && c == '>') {
		tag_end(s);
	} else if (ends) {
		s->state = BEFORE_ATTR;
		s->attr_n = 0;
	}
}

static void feed_char(struct html_scan *s, char c)
{
	switch ((enum state)s->state) {
	case TEXT:
		if (c == '<')
			s->state = TAG_OPEN;
		return;
	case TAG_OPEN:
		feed_tag_open(s, c);
		return;
	case TAG_NAME:
	case BEFORE_ATTR:
	case ATTR_NAME:
		feed_tag(s, c);
		return;
	case AFTER_EQ:
		feed_after_eq(s, c);
		return;
	case VALUE_DQ:
	case VALUE_SQ:
	case VALUE_BARE:
		feed_value(s, c);
		return;
	case MARKUP:
	case DECL:
		feed_markup(s, c);
		return;
	case COMMENT:
		feed_comment(s, c);
		return;
	case RAW:
		feed_raw(s, c);
		return;
	}
}

void html_scan_feed(struct html_scan *s, struct str literal)
{
	for (size_t i = 0; i < literal.n; i++)
		feed_char(s, literal.p[i]);
}

static enum html_place value_place(const struct html_scan *s)
{
	static const struct str urls[] = {
		STR_INIT("href"), STR_INIT("src"), STR_INIT("action"), STR_INIT("formaction"),
		STR_INIT("poster"), STR_INIT("cite"), STR_INIT("data"), STR_INIT("xlink:href"),
	};
	struct str attr = str_of(s->attr, s->attr_n);
	if (str_starts(attr, STR("on")) || str_eq(attr, STR("style")) || str_eq(attr, STR("srcdoc")))
		return HTML_ACTIVE;
	for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++)
		if (s->value_start && str_eq(attr, urls[i]))
			return HTML_URL;
	return HTML_VALUE;
}

enum html_place html_scan_place(const struct html_scan *s)
{
	switch ((enum state)s->state) {
	case TEXT:
		return s->label ? HTML_LABEL : HTML_TEXT;
	case VALUE_DQ:
	case VALUE_SQ:
		return value_place(s);
	case RAW:
		return HTML_ACTIVE;
	case COMMENT:
	case MARKUP:
	case DECL:
		return HTML_COMMENT;
	case TAG_OPEN:
	case TAG_NAME:
	case BEFORE_ATTR:
	case ATTR_NAME:
	case AFTER_EQ:
	case VALUE_BARE:
		break;
	}
	return HTML_TAG;
}
