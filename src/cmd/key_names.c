#include "cmd/key_names.h"

#include <stdio.h>

#include "base/encode.h"
#include "base/file.h"
#include "trust/cert.h"

void key_generation_name(const char *name, unsigned g, char ret[KEY_GENERATION_NAME])
{
	if (g > 1)
		snprintf(ret, KEY_GENERATION_NAME, "%s@%u", name, g);
	else
		snprintf(ret, KEY_GENERATION_NAME, "%s", name);
}

unsigned key_generation_last(struct node *n, const char *folder, const char *suffix,
                             const char *name)
{
	char full[KEY_GENERATION_NAME];
	unsigned g = 1;
	while (g < KEY_GENERATIONS) {
		key_generation_name(name, g + 1, full);
		if (!file_exists(node_path(n, folder, str_c(full), suffix)))
			break;
		g++;
	}
	return g;
}

unsigned key_generation_of_seal(struct node *n, const char *name, int64_t now)
{
	char full[KEY_GENERATION_NAME];
	for (unsigned g = key_generation_last(n, "trust", ".der", name); g > 1; g--) {
		struct str der;
		struct cert c;
		key_generation_name(name, g, full);
		if (is_ok(node_cert(n, n->arena, full, &der, NULL)) &&
		    is_ok(cert_parse(n->arena, der, &c, NULL)) && c.not_before <= now)
			return g;
	}
	return 1;
}

static struct result write_one(struct node *n, struct arena *a, struct str name, struct buf *b,
                               struct err *err)
{
	KEY_AUTO k = NULL;
	uint8_t digest[SHA256_SIZE];
	TRY(node_key(n, arena_cstr(a, name), KEY_P256, false, &k, err));
	key_digest(k, digest);
	struct str hex = hex_encode(a, str_of((char *)digest, SHA256_SIZE));
	buf_printf(b, "key         %-24.*s %-9s SHA-256 %.*s\n", STR_ARG(name),
	           key_alg_row(key_alg_of(k))->name, STR_ARG(hex));
	return ok();
}

struct result key_names_write(struct node *n, struct buf *b, struct err *err)
{
	ARENA_AUTO a = arena_new(1 << 20);
	struct str *names, suffix = STR(".key");
	size_t count;
	TRY(file_list(a, node_path(n, "keys", STR(""), ""), 1024, &names, &count, err));
	for (size_t i = 0; i < count; i++)
		if (str_ends(names[i], suffix))
			TRY(write_one(n, a, str_sub(names[i], 0, names[i].n - suffix.n), b, err));
	return ok();
}
