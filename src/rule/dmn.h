/* DMN models (OMG DMN 1.5; files of 1.1 to 1.5): decisions, knowledge, services
 * and their requirements, compiled once, evaluated many times.
 *
 * A model is read from text; the models it imports are handed over with it, for
 * nothing here opens files. What is wrong in one element does not hide the rest:
 * its value is null, and the problem is in the list. A compiled model is
 * immutable and may be shared by threads; it lives in the arena it was read
 * into. Evaluation is that of feel.h: pure, bounded, in the caller's arena.
 * Only what a decision requires, and what its logic then really reads, is
 * worked out. */
#ifndef MUSUBI_RULE_DMN_H
#define MUSUBI_RULE_DMN_H

#include "rule/table.h"

enum { DMN_UNITS_MAX = 64, DMN_ELEMENTS_MAX = 20000 };

struct dmn_model;

struct dmn_source {
	struct str name; /* of the file, for messages */
	struct str text;
};

struct dmn_problem {
	struct str file, element; /* "risk.dmn", "Pre-bureau risk" */
	uint32_t line, col;
	bool warning;             /* the model works, but somebody should look */
	bool note;                /* with warning: nothing is wrong, but worth knowing */
	const char *code;         /* stable: "feel.name", "dmn.cycle", "table.gap" */
	struct str en, ja;
};

enum dmn_kind { DMN_INPUT, DMN_DECISION, DMN_KNOWLEDGE, DMN_SERVICE };

struct dmn_element {
	enum dmn_kind kind;
	struct str name, question;
};

/* What went against the model while it ran; the value there is null. */
struct dmn_trouble {
	const char *code;   /* "table.several", "dmn.type" */
	struct str element;
	uint32_t line, column;
	struct str en, ja;
};

struct dmn_outcome {
	const struct feel_value *value;
	const struct dmn_trouble *troubles;
	size_t ntroubles;
};

/* The first source is the model, the others may be imported by it. */
MUST struct result dmn_read(struct arena *a, const struct dmn_source *sources, size_t n,
                            const struct dmn_model **ret, struct err *err);
size_t dmn_problems(const struct dmn_model *m, const struct dmn_problem **ret);
size_t dmn_elements(const struct dmn_model *m, struct arena *a, const struct dmn_element **ret);
struct str dmn_name(const struct dmn_model *m);
/* The models that are imported, also by imported ones, for a loader: which file
 * imports, and where it says the other lies (locationURI, "" where it does not). */
struct dmn_import_place {
	struct str file, location;
	bool found; /* it was among the sources */
};
size_t dmn_imports(const struct dmn_model *m, struct arena *a,
                   const struct dmn_import_place **ret);

/* Inputs from JSON: texts become dates, times and durations where the type of the
 * input says so. */
const struct feel_value *dmn_inputs_from_json(const struct dmn_model *m, struct arena *a,
                                              const struct json *j);

/* A decision, service or knowledge model by name. s->names holds the inputs by
 * name; those of a service or knowledge model are its parameters.
 * ERR_NOT_FOUND: no such element. */
MUST struct result dmn_decide(const struct dmn_model *m, struct str name,
                              const struct feel_scope *s, struct arena *a,
                              struct dmn_outcome *ret, struct err *err);
/* The inputs that can still change a decision, in the order in which to ask, as
 * feel_missing has it, through all that the decision requires. */
MUST struct result dmn_missing(const struct dmn_model *m, struct str name,
                               const struct feel_scope *s, struct arena *a,
                               const struct feel_value **ret, const struct str **ret_names,
                               size_t *ret_n, struct err *err);

#endif
