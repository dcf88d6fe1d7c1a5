/* Packs: the services as declarations, read, checked and compiled once.
 *
 * A pack set is immutable and reference-counted: the server swaps the whole
 * set when packs are reloaded, and a request keeps the one it began with.
 * Everything in it lives in the set's arena. Expressions are FEEL, compiled
 * against the names the procedure can know, so a misspelt name is found here
 * and not in front of a citizen. */
#ifndef MUSUBI_PACK_PACK_H
#define MUSUBI_PACK_PACK_H

#include "base/json.h"
#include "net/text.h"
#include "rule/dated.h"

/* A text in all three languages; easy falls back on ja, never the reverse. */
struct ptext {
	struct str t[LANG_COUNT];
};

/* One option of a choice: its code is what is stored. */
struct pack_option {
	struct str code;
	struct ptext label;
};

struct pack_check {
	const struct feel_expr *rule; /* true: fine; false or null: the message */
	struct ptext message;
};

enum field_type {
	FIELD_TEXT, FIELD_KANA, FIELD_NUMBER, FIELD_MONEY, FIELD_DATE, FIELD_CHOICE, FIELD_CHOICES,
	FIELD_YESNO, FIELD_ADDRESS, FIELD_PHONE, FIELD_EMAIL, FIELD_ACCOUNT, FIELD_FILE,
	FIELD_MEMBERS, /* people of the applicant's own household, ticked, never typed */
	FIELD_SHOWN,   /* a fact of the register, shown as it stands with source and date */
};

struct pack_field {
	struct str id;         /* dotted path in the answers; inside a group relative to the item
	                          (`item.ID` in expressions of its page) */
	enum field_type type;
	struct ptext label, hint, example;
	bool required;         /* default true; ignored while `when` is not true */
	const struct feel_expr *when;    /* asked only when true; NULL: always */
	const struct feel_expr *matters; /* asked only while the answer can change this; or NULL */
	const struct feel_expr *from;    /* value from the register or other answers; NULL: typed */
	bool locked;           /* with from: shown, not editable, with "内容が違うとき" */
	size_t min, max;       /* text: characters; number, money: value; files, members: count */
	size_t bytes_max;      /* of one file */
	size_t naccept;
	const struct str *accept;        /* file kinds: "jpeg", "png", "heic", "pdf" */
	size_t noptions;
	const struct pack_option *options;
	const struct feel_expr *members; /* FIELD_MEMBERS: which of 世帯 may be ticked: a list */
	size_t nchecks;
	const struct pack_check *checks;
	uint32_t line;
};

struct pack_page {
	struct str id;
	struct ptext title, intro;
	const struct feel_expr *when;
	struct str group;      /* repeating: the answers' list this page fills; "" otherwise */
	size_t group_min, group_max;
	struct ptext group_item; /* 「お子さん」: the heading of one item */
	const struct feel_expr *group_from; /* list of items the register knows, or NULL */
	size_t nfields;
	const struct pack_field *fields;
	uint32_t line;
};

struct pack_prefill {
	struct str dataset; /* "resident.basic" */
	struct str as;      /* the name in FEEL: "申請者" */
};

/* A row of the workflow: in `state`, `role` may do `action`, which leads to `to`. */
enum flow_kind {
	FLOW_RETURN,  /* back to the citizen with comments per answer */
	FLOW_MOVE,    /* another step of the office */
	FLOW_PROPOSE, /* fills the decision; somebody else approves */
	FLOW_APPROVE, /* decides; with second_person not the one who proposed */
	FLOW_REFUSE,  /* decides against, with reasons and 教示 */
	FLOW_RESUBMIT, FLOW_WITHDRAW, /* the citizen's */
};
struct pack_action {
	struct str state, action, to, role; /* role: "clerk", "approver", "citizen" */
	enum flow_kind kind;
	bool second_person;
	struct ptext label;
};
struct pack_state {
	struct str id;
	struct ptext label;     /* for officers */
	struct ptext citizen;   /* for the citizen: who has it, what is next */
	uint32_t deadline_days; /* 0: none; working from entry into the state */
	bool final;
};

struct pack_law { struct str name, article; };

/* A named value computed by FEEL, in order; later ones see earlier ones. */
struct pack_value { struct str name; const struct feel_expr *expr; struct ptext label; };

struct pack_letter_block {
	enum { BLOCK_PARA, BLOCK_TABLE, BLOCK_HEADING, BLOCK_NOTE } kind;
	struct str text;                 /* Japanese, with {name} filled by `values` */
	size_t nrows;
	const struct pack_value *rows;   /* BLOCK_TABLE: label and value */
};
struct pack_letter {
	struct str id;
	struct str title, number_prefix; /* 罹災証明書, 加防第 */
	size_t nblocks;
	const struct pack_letter_block *blocks;
	size_t nvalues;
	const struct pack_value *values; /* for {name} in texts */
	const struct pack_value *qr;     /* signed content of the QR code */
	size_t nqr;
	bool appeal;                     /* carries 教示 */
};

/* A scenario test of a procedure. */
struct pack_test {
	struct str name, today;
	const struct json *facts, *answers, *decision, *expect; /* NULL: not given; read by test.c */
	uint32_t line;
};

struct procedure {
	struct str id, version, pack; /* version: the date it takes effect, ISO */
	struct str file;   /* below the directory of the packs */
	struct str digest; /* SHA-256 of the declaration, hex: what "this very version" means */
	struct ptext title, summary, who, deadline, office;
	size_t nneeds;
	const struct ptext *needs;
	size_t nlaws;
	const struct pack_law *laws;
	size_t nkeywords;
	const struct str *keywords;   /* words people search with, any script */
	size_t nevents;
	const struct str *events;     /* life events: "birth", "care", "disaster", "car" … */
	struct str level;             /* "municipality" or "prefecture" */
	bool online;                  /* false: a guide page only */
	/* The rest only when online. */
	struct str affair;            /* purpose shown in the access log */
	bool sign;                    /* 署名用電子証明書 over the application */
	const struct feel_expr *eligible; /* NULL: anybody who is logged in */
	struct ptext eligible_message;
	const struct feel_expr *once; /* a text: a second open application with the same one is refused */
	/* A text: who shares that one application (a household); NULL or "": the applicant. */
	const struct feel_expr *once_for;
	size_t nprefills;
	const struct pack_prefill *prefills;
	size_t npages;
	const struct pack_page *pages;
	size_t nvalues;
	const struct pack_value *values;  /* amounts and the like, shown on the check page and kept */
	struct str initial;
	size_t nstates;
	const struct pack_state *states;
	size_t nactions;
	const struct pack_action *actions;
	size_t ndecide;
	const struct pack_field *decide;  /* what the officer fills to decide */
	struct str record_dataset;        /* "" when none */
	size_t nrecord;
	const struct pack_value *record;  /* body of the record that a favourable decision writes */
	const struct pack_letter *letter, *refusal_letter; /* NULL when none */
	struct ptext notice_received, notice_returned, notice_decided, notice_refused;
	uint32_t retention_years;
	size_t ntests;
	const struct pack_test *tests;
	const struct feel_value *rules;   /* tables and parameters as functions, by name */
	const struct feel_value *known;   /* every name its expressions may use, with a value of
	                                     the type it will have (null: any) */
};

/* What a table or a parameter is called with. */
struct pack_param {
	struct str name;
	enum field_type type;
	struct ptext label;
	size_t noptions;
	const struct pack_option *options;
};

struct pack_rule_test {
	struct str at;       /* today() */
	const struct json *given, *expect; /* values by name, or NULL; the result, NULL: null */
	uint32_t line;
};

/* A version as it was written: its first day, and the digest of what it says. */
struct pack_rule_version { struct str from, digest; };

/* A decision table or a parameter, with its versions by date and law. Expressions
 * of every pack call it by its name: `child allowance(order, month)`. */
struct pack_rule {
	struct str name, pack, file;
	struct ptext title;
	bool parameter;                  /* `name(date)`: one value */
	struct str on;                   /* the parameter that tells the version, or "": today() */
	size_t nparams;
	const struct pack_param *params;
	const struct dated *dated;
	size_t nversions;
	const struct pack_rule_version *versions;
	size_t ntests;
	const struct pack_rule_test *tests;
	uint32_t line;
};

/* A typed set of facts: the columns of a record and their labels. */
struct dataset_item {
	struct str name;
	enum field_type type;
	struct ptext label;
	bool hidden;
	size_t noptions; /* FIELD_CHOICE, FIELD_CHOICES: what the codes a register keeps mean */
	const struct pack_option *options;
};
struct dataset {
	struct str id, pack;
	struct ptext title;
	size_t nitems;
	const struct dataset_item *items;
};

struct pack_set;
struct why;

/* One mistake found, for `musubi pack check`; or, with `warning`, a remark that
 * does not stop loading. */
struct pack_issue {
	struct str file;    /* below the directory of the packs */
	uint32_t line, col; /* 1-based; columns count characters */
	struct str message, hint; /* hint "" when there is none */
	bool warning;
};

/* Loads every pack below dir. With mistakes: ERR_INPUT "pack.mistakes", and the
 * issues (all of them, at most 200, sorted by place) in arena a; remarks are
 * given on success too. ERR_UNAVAILABLE when dir cannot be read. */
MUST struct result pack_load(struct str dir, struct arena *a, struct pack_set **ret,
                             const struct pack_issue **ret_issues, size_t *ret_nissues,
                             struct err *err);
struct pack_set *pack_ref(struct pack_set *p);
void pack_unref(struct pack_set *p); /* NULL is fine */

/* The newest version of each, in the order of the files' names. */
size_t pack_procedures(const struct pack_set *p, const struct procedure *const **ret);
/* Every version of every procedure, older ones first. */
size_t pack_versions(const struct pack_set *p, const struct procedure *const **ret);
/* The version in force at `day` (ISO date); with "" the newest. NULL if none. */
const struct procedure *pack_procedure(const struct pack_set *p, struct str id, struct str day);
/* That very version. */
const struct procedure *pack_procedure_version(const struct pack_set *p, struct str id,
                                               struct str version);
const struct dataset *pack_dataset(const struct pack_set *p, struct str id);
/* NULL when the dataset has none of that name. */
const struct dataset_item *dataset_item(const struct dataset *d, struct str name);
/* The label of a code; NULL when it is none of the item's options. */
const struct ptext *dataset_option(const struct dataset_item *item, struct str code);

/* Tables and parameters, in the order of the files. */
size_t pack_rules(const struct pack_set *p, const struct pack_rule *const **ret);
const struct pack_rule *pack_rule(const struct pack_set *p, struct str name); /* or NULL */
/* All of them as functions by name, beside the functions of the house: what their
 * own cells see, and whoever calls them. */
const struct feel_value *pack_rule_names(const struct pack_set *p);
/* What a rule gives on a day: `given` are its parameters (dates as ISO texts). */
MUST struct result pack_rule_eval(const struct pack_set *p, const struct pack_rule *r,
                                  const struct json *given, int64_t now_us, struct arena *a,
                                  const struct feel_value **ret, const struct why **ret_why,
                                  struct err *err);

/* The parameters that can still change it, in the order in which to ask; none when
 * what is given is enough. */
MUST struct result pack_rule_needs(const struct pack_set *p, const struct pack_rule *r,
                                   const struct json *given, int64_t now_us, struct arena *a,
                                   const struct str **ret, size_t *ret_n, struct err *err);

/* Keyword (kana, kanji, plain words, any width; "" for all), life event and
 * level ("" for any); best first. Newest versions. */
size_t pack_search(const struct pack_set *p, struct arena *a, struct str words,
                   struct str event, struct str level, const struct procedure *const **ret);
/* The life events that procedures name, in order of their first use. */
size_t pack_events(const struct pack_set *p, const struct str **ret);

/* The content of the file PUBLISHED for the versions of this set: pack_load then
 * refuses a published version that was changed or removed. */
void pack_published(const struct pack_set *p, struct buf *out);

/* Runs the scenario tests of every version; one line per test goes to out
 * ("ok …", "FAIL … file:line …"). How a form behaves is asked of the runner
 * (pack/test.h), so that tests and citizens meet the same engine. */
struct pack_runner;
struct pack_test_count { unsigned passed, failed; };
struct pack_test_count pack_test(const struct pack_set *p, const struct pack_runner *runner,
                                 struct buf *out);

#endif
