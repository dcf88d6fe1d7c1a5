/* The tables of this room. Private. */
#ifndef MUSUBI_STORE_TABLES_H
#define MUSUBI_STORE_TABLES_H

#include "store/store.h"

enum { STORE_TABLES = 2 };
extern const struct migration store_tables[STORE_TABLES];

#endif
