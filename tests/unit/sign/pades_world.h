/* PDFs to sign and to attack, and somebody to sign them. */
#ifndef MUSUBI_TEST_PADES_WORLD_H
#define MUSUBI_TEST_PADES_WORLD_H

#include "foreign.h"
#include "sign/pades.h"
#include "sign/pdf.h"
#include "sign/validate.h"

struct pades_world {
	struct arena *a;
	struct party root, signer, unit;
	struct key *key;
	struct cms_signer by;
	int64_t at;
	struct str anchors[1];
	struct ades_values material; /* the root and its CRL */
};
/* at: the time of everything, 0: a fixed one. */
void pades_world_init(struct pades_world *w, int64_t at);
void pades_world_done(struct pades_world *w);

/* A page with text, a form with a text field and an empty signature field, a shadow
 * stream, an unreferenced second version of the page's contents, a reference to an
 * object that is missing. `big`: bytes of filling. */
struct str pades_base(struct arena *a, size_t big);
/* Where the second version of object 4 stands. */
size_t pades_base_shadow(struct str pdf);

struct pades_edit {
	uint32_t num;
	const char *body;  /* NULL ends a list */
};
/* An incremental update with these objects; where they are signed, the real catalog is
 * "%.*s" nowhere: bodies are whole. root 0: as before. */
struct str pades_edited(struct pades_world *w, struct str pdf, const struct pades_edit *edits);
/* An update by hand: a cross-reference section as given, offsets included. */
struct str pades_raw_update(struct pades_world *w, struct str pdf, const char *rows, uint32_t root);
/* The text of a dictionary as it stands now, without << >>, but these keys. */
struct str pades_members(struct pades_world *w, struct str pdf, uint32_t num,
                         const char *const *but);

struct str pades_signed(struct pades_world *w, struct str pdf, enum ades_level level, int certify,
                        const char *field);
struct ades_options pades_ades(struct pades_world *w, enum ades_level level);
const struct ades_file *pades_taken(struct pades_world *w, struct str pdf);
/* Bytes replaced, the same length; asserts that they are there. */
struct str pades_patched(struct pades_world *w, struct str pdf, const char *from, const char *to);

#endif
