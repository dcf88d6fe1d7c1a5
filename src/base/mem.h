/* The only door to malloc. Running out of memory ends the process cleanly:
 * a half-made answer is worse than none, and the supervisor starts another. */
#ifndef MUSUBI_BASE_MEM_H
#define MUSUBI_BASE_MEM_H

#include <stddef.h>

void *mem_new(size_t n);                       /* zeroed; never NULL */
void *mem_array(size_t count, size_t size);    /* zeroed; checks overflow */
void *mem_resize(void *p, size_t n);           /* never NULL */
void mem_free(void *p);                        /* NULL is fine */
char *mem_cstr(const char *p, size_t n);       /* a NUL-terminated copy */
void mem_wipe(void *p, size_t n);              /* not optimised away */

#define MEM_NEW(type) ((type *)mem_new(sizeof(type)))

#endif
