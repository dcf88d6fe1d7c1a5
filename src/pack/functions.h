/* Functions that expressions of packs may call beside FEEL's own. They stand in
 * the facts as values; whoever evaluates a procedure's expressions puts them
 * there:
 *
 *   same kana(x, y)  one person's reading as a register and as a bank write it
 *   money(n)         30000 → "30,000円"
 *   option label(id) the label of the chosen option, for letters; the engine of
 *                    forms brings this one itself, because it knows the answers */
#ifndef MUSUBI_PACK_FUNCTIONS_H
#define MUSUBI_PACK_FUNCTIONS_H

#include "rule/value.h"

/* same kana and money. */
void pack_functions_put(struct feel_context_builder *b);

#endif
