/* Inside of PAdES: signature fields, and what changed after a signature.
 *
 * A file with n signatures is n revisions and perhaps a tail. Every two neighbours
 * are compared once (pades_change.c); a signature answers for every step behind its
 * own revision (pades_judge.c). So 51 signatures cost 51 small comparisons. */
#ifndef MUSUBI_SIGN_PADES_PRIV_H
#define MUSUBI_SIGN_PADES_PRIV_H

#include "sign/ades.h"
#include "sign/pades.h"
#include "sign/pdf.h"

enum {
	PADES_FIELDS_MAX = 20000,
	PADES_CHANGES_MAX = 512,      /* findings of a file; the last one says that there are more */
	PADES_LOCKS_MAX = 1024,       /* names in a lock */
	PADES_TOKENS_MAX = 1 << 23,   /* values read while judging, each reading counts */
};

/* ---- pades_field.c: signature fields ---- */
enum pades_lock_action { LOCK_NONE, LOCK_ALL, LOCK_INCLUDE, LOCK_EXCLUDE };
struct pades_lock {
	enum pades_lock_action action;
	size_t n;
	const struct str *fields;     /* full names */
};

struct pades_field {
	struct str name;              /* full, parts joined by dots */
	int64_t sig;                  /* object number of the signature dictionary; -1: none of its own */
	struct pdf_value dict;
	struct str malformed;         /* what is wrong with its place in the file; "" */
	struct range covered[2];
	uint64_t end;                 /* of the revision that it signs */
	size_t step;                  /* number of that revision */
	struct str contents;          /* DER and zeros */
	struct str sub_filter;
	bool stamp;                   /* a document time stamp */
	bool certifies;               /* has DocMDP */
	int p;                        /* what it permits, 1 to 3; 3 where it says nothing */
	struct pades_lock locks[2];   /* FieldMDP of the signature, Lock of the field */
};
struct pades_fields {
	size_t n;
	struct pades_field *list;     /* signed ones, in the order of their revisions */
	size_t nempty;
};
MUST struct result pades_fields_read(struct arena *a, struct pdf *p, struct pades_fields *ret,
                                     struct err *err);
bool pades_locked(const struct pades_lock *l, struct str field);
/* The full name of a field by its chain of parents (§12.7.3.2). */
struct str pades_field_name(struct arena *a, struct pdf *p, const struct pdf_value *field);
/* A member that fields inherit (FT, V); null when nowhere. */
MUST struct result pades_inherited(struct pdf *p, const struct pdf_value *field, const char *key,
                                   struct pdf_value *ret, struct err *err);
/* Between < and > of Contents stand digits, in pairs. */
bool pades_only_digits(struct str file, const struct pdf_value *contents);
bool pades_trim(struct str *cms); /* zeros behind the DER; false: something else is there */

/* ---- pades_graph.c: who leads to which object ---- */
enum pades_label {
	LABEL_GENERAL = 1,  /* pages, contents, catalog, actions: nobody may touch it */
	LABEL_META = 2,     /* DSS, XMP, Info, Extensions */
	LABEL_FORM = 4,     /* the interactive form's dictionary */
	LABEL_FIELD = 8,    /* fields, widgets, annotations, and the lists of them */
	LABEL_RES = 16,     /* the form's default resources */
	LABEL_LOOK = 32,    /* appearance of a field or annotation */
	LABEL_VALUE = 64,   /* value of a field */
	LABEL_TWO = 128,    /* looks or values of more than one */
};
struct pades_graph {
	struct arena *a;
	size_t n;
	uint8_t *labels;          /* of every object number, also of missing ones: who is led to
	                             them today gets what stands there tomorrow */
	uint32_t *owner;          /* of looks and values: the field's number */
	struct { uint32_t num, owner; uint8_t label; } *todo;
	size_t ntodo, room;
};
void pades_graph_init(struct pades_graph *g, struct arena *a);
/* All of a revision, from its trailer. */
MUST struct result pades_graph_all(struct pades_graph *g, struct pdf *p, struct err *err);
/* An object that has changed leads elsewhere now. Labels are never taken away. */
MUST struct result pades_graph_again(struct pades_graph *g, struct pdf *p, uint32_t num,
                                     struct err *err);
static inline uint8_t pades_label(const struct pades_graph *g, int64_t num)
{
	return num >= 0 && (uint64_t)num < g->n ? g->labels[num] : 0;
}
/* Page numbers from 1 of the objects that pages lead to; 0: none. */
MUST struct result pades_pages(struct arena *a, struct pdf *p, uint32_t *ret_page, size_t n,
                               struct err *err);
/* Equal as values; references by number and generation. */
bool pades_same(const struct pdf_value *x, const struct pdf_value *y);

/* ---- pades_change.c: one revision and the next ---- */
enum { NEVER = 9 };
struct pades_change {
	size_t step;              /* from revision `step` to the next */
	enum ades_change_kind kind;
	int need;                 /* allowed from this P on; 0 always, NEVER */
	struct str field;         /* locks apply to it; "" */
	struct str where, ja, en;
};
struct pades_changes {
	struct arena *a;
	size_t n;
	struct pades_change *list;
	size_t step;
	bool certified;           /* a certifying signature came before */
	uint32_t *pages;          /* of object numbers, made when first asked for */
};
void pades_change_add(struct pades_changes *c, enum ades_change_kind kind, int need,
                      struct str where, struct str ja, struct str en);
/* Scratch values of both go into their scratch arenas. */
MUST struct result pades_compare(struct pades_changes *c, struct pades_graph *g, struct pdf *old,
                                 struct pdf *now, struct err *err);

/* ---- pades_annot.c ---- */
/* Can this annotation cover or imitate what is signed? NULL: no; else why, in English,
 * and in Japanese. */
MUST struct result pades_annot_covers(struct pdf *p, const struct pdf_value *annot,
                                      const char **ret_en, const char **ret_ja, struct err *err);
/* The area of its rectangle, in points squared; 0: invisible. */
MUST struct result pades_annot_area(struct pdf *p, const struct pdf_value *annot, double *ret,
                                    struct err *err);

/* ---- pades_judge.c ---- */
/* Compares all revisions. ret_linked[i]: the revision that field i signs knows it. */
MUST struct result pades_judge(struct arena *a, struct str bytes, struct pades_fields *fields,
                               struct pades_changes *ret, bool *ret_linked, struct err *err);
/* What came after field i, allowed or not. */
void pades_judge_one(struct arena *a, const struct pades_fields *fields, size_t i,
                     const struct pades_changes *all, struct ades_signature *ret);

#endif
