/* The list of items. */
#include "letter/sheet.h"

void sheet_init(struct sheet *s, struct arena *a, struct letter_fonts *f)
{
	*s = (struct sheet){ .a = a, .fonts = f };
	s->items = ARENA_ARRAY(a, struct item, SHEET_ITEMS_MAX);
}

static void unref(PangoLayout *l)
{
	if (l)
		g_object_unref(l);
}

void sheet_done(struct sheet *s)
{
	for (size_t i = 0; i < s->n; i++) {
		unref(s->items[i].layout);
		unref(s->items[i].label);
		unref(s->items[i].seal);
		figure_qr_done(&s->items[i].qr);
	}
	unref(s->running);
	s->n = 0;
	s->running = NULL;
}

struct item *sheet_add(struct sheet *s, enum item_kind kind, const char *tag)
{
	if (s->n == SHEET_ITEMS_MAX)
		return NULL;
	struct item *it = &s->items[s->n++];
	*it = (struct item){ .kind = kind, .tag = tag, .x = SHEET_LEFT };
	return it;
}
