/* A drawing instead of a photograph: a house, a line of water, a crack. */
#include <cairo.h>

#include "base/buf.h"
#include "cmd/demo_cases.h"

enum { WIDTH = 480, HEIGHT = 360, PNG_MAX = 1 << 20 };

static cairo_status_t take(void *to, const unsigned char *p, unsigned n)
{
	buf_add(to, str_of((const char *)p, n));
	return CAIRO_STATUS_SUCCESS;
}

static void fill(cairo_t *c, double red, double green, double blue)
{
	cairo_set_source_rgb(c, red, green, blue);
	cairo_fill(c);
}

static void house(cairo_t *c, struct rng *r)
{
	double x = (double)rng_between(r, 80, 160), shade = (double)rng_between(r, 60, 90) / 100;
	cairo_rectangle(c, 0, 0, WIDTH, HEIGHT);
	fill(c, 0.78, 0.84, 0.9);
	cairo_rectangle(c, 0, 290, WIDTH, 70);
	fill(c, 0.5, 0.45, 0.38);
	cairo_rectangle(c, x, 150, 240, 150);
	fill(c, shade, shade, shade - 0.1);
	cairo_move_to(c, x - 20, 150);
	cairo_line_to(c, x + 120, 70);
	cairo_line_to(c, x + 260, 150);
	cairo_close_path(c);
	fill(c, 0.35, 0.3, 0.32);
	cairo_rectangle(c, x + 150, 200, 50, 45);
	fill(c, 0.25, 0.3, 0.4);
	cairo_move_to(c, x + 40, 150);
	for (int i = 1; i <= 6; i++)
		cairo_line_to(c, x + 40 + (double)rng_between(r, -14, 22), 150 + i * 25);
	cairo_set_source_rgb(c, 0.1, 0.1, 0.1);
	cairo_set_line_width(c, 3);
	cairo_stroke(c);
}

static void water(cairo_t *c, struct rng *r)
{
	double depth = (double)rng_between(r, 0, 90);
	cairo_rectangle(c, 0, HEIGHT - depth, WIDTH, depth);
	cairo_set_source_rgba(c, 0.4, 0.32, 0.2, 0.75);
	cairo_fill(c);
}

struct str demo_photo(struct arena *a, struct rng *r)
{
	BUF_AUTO png;
	buf_init(&png, PNG_MAX);
	cairo_surface_t *s = cairo_image_surface_create(CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
	cairo_t *c = cairo_create(s);
	house(c, r);
	water(c, r);
	cairo_destroy(c);
	cairo_surface_write_to_png_stream(s, take, &png);
	cairo_surface_destroy(s);
	return arena_str(a, buf_str(&png));
}
