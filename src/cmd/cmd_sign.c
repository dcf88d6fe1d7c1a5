/* musubi sign FILE | sign extend FILE: advanced electronic signatures in every
 * format that this build makes, a row each. */
#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"
#include "cmd/commands.h"
#include "cmd/sign_files.h"
#include "sign/asic.h"
#include "sign/asic.h"
#include "sign/cades.h"
#include "sign/certificate.h"
#include "sign/jades.h"
#include "sign/pades.h"
#include "sign/tsa_client.h"
#include "sign/xades.h"

enum { TEXT_FILE_MAX = 128 << 20, ARENA = 512 << 20, RESULT_MAX = 160 << 20 };

struct job {
	struct arena *a;
	struct source file, content; /* content: of a detached signature */
	struct source more[OPERANDS_MAX]; /* further files of a container */
	size_t nfiles;
	bool has_content;
	struct ades_detached detached;
	struct ades_options o;
	struct ades_values material;
	struct tsa_client tsa;
	const char *out;             /* path */
	bool is_detached, add;
	int64_t counter;             /* -1: none; else which signer */
};

/* ---- a format each ---- */

static struct result save(struct job *j, struct str bytes, struct err *err)
{
	return file_write(str_c(j->out), bytes, 0644, err);
}

static struct result bytes_of(struct job *j, const struct source *s, struct str *ret,
                              struct err *err)
{
	return source_read(j->a, s, (struct range){ 0, s->size }, TEXT_FILE_MAX, ret, err);
}

static struct result cades_make(struct job *j, struct err *err)
{
	struct cades_out out;
	const struct source *content = j->has_content ? &j->content : NULL;
	j->o.packaging = j->is_detached ? ADES_DETACHED : ADES_ENVELOPING;
	if (j->counter >= 0)
		TRY(cades_countersign(j->a, &j->file, (size_t)j->counter, &j->o, &out, err));
	else if (j->add)
		TRY(cades_sign_more(j->a, &j->file, content, &j->o, &out, err));
	else
		TRY(cades_sign(j->a, &j->file, &j->o, &out, err));
	return cades_out_save(&out, j->out, err);
}

static struct result cades_raise_file(struct job *j, struct err *err)
{
	struct cades_out out;
	TRY(cades_extend(j->a, &j->file, j->has_content ? &j->content : NULL, &j->o, &out, err));
	return cades_out_save(&out, j->out, err);
}

static struct result pades_make(struct job *j, struct err *err)
{
	struct str pdf;
	BUF_AUTO out;
	buf_init(&out, RESULT_MAX);
	if (j->is_detached || j->counter >= 0)
		return fail(err, ERR_INPUT, "cmd.usage", NULL, "a signature of a PDF stands in the PDF");
	TRY(bytes_of(j, &j->file, &pdf, err));
	struct sign_cert c;
	if (!sign_cert_read(j->o.signer.cert, &c))
		return fail(err, ERR_INPUT, "cmd.sign.cert", NULL, "the certificate cannot be read");
	const struct pades_options p = { .time = j->o.time, .place = j->o.place,
		.name = sign_name_short(j->a, c.subject_der) };
	TRY(pades_sign(pdf, &p, &j->o, &out, err));
	return save(j, buf_str(&out), err);
}

static struct result pades_raise_file(struct job *j, struct err *err)
{
	struct str pdf;
	BUF_AUTO out;
	buf_init(&out, RESULT_MAX);
	TRY(bytes_of(j, &j->file, &pdf, err));
	TRY(pades_extend(pdf, &j->o, &out, err));
	return save(j, buf_str(&out), err);
}

/* An XML document holds its signature; anything else is held by it. */
static bool is_xml(struct job *j)
{
	struct str head;
	struct range r = { 0, j->file.size < 64 ? j->file.size : 64 };
	return is_ok(source_read(j->a, &j->file, r, 64, &head, NULL)) &&
	       (str_starts(str_trim(head), STR("<")) || str_starts(head, STR("\xef\xbb\xbf<")));
}

static struct result xades_make(struct job *j, struct err *err)
{
	struct str out;
	struct source named = j->file;
	struct ades_detached beside = { &named, 1 };
	size_t slash = str_rfind_char(j->file.name, '/');
	named.name = slash == STR_NONE ? j->file.name : str_from(j->file.name, slash + 1);
	j->o.packaging = j->is_detached ? ADES_DETACHED : is_xml(j) ? ADES_ENVELOPED : ADES_ENVELOPING;
	if (j->counter >= 0)
		TRY(xades_counter(j->a, &j->file, (size_t)j->counter, &j->o, &out, err));
	else if (j->is_detached)
		TRY(xades_sign(j->a, NULL, &beside, &j->o, NULL, &out, err));
	else
		TRY(xades_sign(j->a, &j->file, NULL, &j->o, NULL, &out, err));
	return save(j, out, err);
}

static struct result xades_raise_file(struct job *j, struct err *err)
{
	struct str out;
	TRY(xades_extend(j->a, &j->file, &j->detached, &j->o, &out, err));
	return save(j, out, err);
}

static struct result jades_make(struct job *j, struct err *err)
{
	struct str out, file;
	struct source named = j->file;
	size_t slash = str_rfind_char(j->file.name, '/');
	named.name = slash == STR_NONE ? j->file.name : str_from(j->file.name, slash + 1);
	j->o.packaging = j->is_detached ? ADES_DETACHED : ADES_ENVELOPING;
	if (!j->add && j->counter < 0) {
		TRY(jades_sign(j->a, &named, 1, &j->o, &out, err));
		return save(j, out, err);
	}
	TRY(bytes_of(j, &j->file, &file, err));
	if (j->counter >= 0)
		TRY(jades_countersign(j->a, file, (size_t)j->counter, &j->o, &out, err));
	else
		TRY(jades_sign_more(j->a, file, &j->content, j->has_content, &j->o, &out, err));
	return save(j, out, err);
}

static struct result jades_raise_file(struct job *j, struct err *err)
{
	struct str out, file;
	TRY(bytes_of(j, &j->file, &file, err));
	TRY(jades_extend(j->a, file, &j->detached, &j->o, &out, err));
	return save(j, out, err);
}

/* A container of the files, under the last parts of their names. */
static struct result asic(struct job *j, enum ades_container kind, enum ades_format format,
                          struct err *err)
{
	struct cades_out out;
	struct source *named = ARENA_ARRAY(j->a, struct source, j->nfiles);
	if (j->is_detached || j->add || j->counter >= 0)
		return fail(err, ERR_INPUT, "cmd.usage", NULL, "a container is made of files, all at once");
	for (size_t i = 0; i < j->nfiles; i++) {
		named[i] = i ? j->more[i - 1] : j->file;
		size_t slash = str_rfind_char(named[i].name, '/');
		named[i].name = slash == STR_NONE ? named[i].name : str_from(named[i].name, slash + 1);
	}
	TRY(asic_make(j->a, named, j->nfiles, kind, format, &j->o, &out, err));
	return cades_out_save(&out, j->out, err);
}

static struct result asic_s_make(struct job *j, struct err *err)
{
	return asic(j, ADES_ASIC_S, ADES_CADES, err);
}

static struct result asic_e_make(struct job *j, struct err *err)
{
	return asic(j, ADES_ASIC_E, ADES_CADES, err);
}

static struct result asic_raise_file(struct job *j, struct err *err)
{
	struct cades_out out;
	TRY(asic_extend(j->a, &j->file, &j->o, &out, err));
	return cades_out_save(&out, j->out, err);
}

static const struct format {
	const char *name, *suffix, *detached; /* of what is written */
	const char *kind;                     /* as ades_file says it */
	struct result (*make)(struct job *j, struct err *err);
	struct result (*raise)(struct job *j, struct err *err);
} formats[] = {
	{ "cades", ".p7m", ".p7s", "CMS", cades_make, cades_raise_file },
	{ "pades", ".signed.pdf", ".signed.pdf", "PDF", pades_make, pades_raise_file },
	{ "xades", ".signed.xml", ".xml", "XML", xades_make, xades_raise_file },
	{ "jades", ".jws", ".jws", "JWS", jades_make, jades_raise_file },
	{ "asic-s", ".asics", ".asics", "ASiC-S", asic_s_make, asic_raise_file },
	{ "asic-e", ".asice", ".asice", "ASiC-E", asic_e_make, asic_raise_file },
};

enum { FORMATS = sizeof formats / sizeof *formats };

/* ---- what was asked ---- */

struct asked {
	struct operands files;
	struct str file, format, level, key, key_name, cert, tsa, tsa_ca, material, content, out;
	struct str commitment, place, role, mime;
	bool detached, add, pss;
	int64_t counter;
};

static struct result format_of(struct str name, const struct format **ret, struct err *err)
{
	for (size_t i = 0; i < FORMATS; i++)
		if (str_eq(name, str_c(formats[i].name))) {
			*ret = &formats[i];
			return ok();
		}
	return fail(err, ERR_INPUT, "cmd.usage", NULL, "no such format: %.*s", STR_ARG(name));
}

static struct result level_of(struct str name, enum ades_level *ret, struct err *err)
{
	for (enum ades_level l = ADES_B; l < ADES_LEVEL_COUNT; l++)
		if (str_eq(name, str_c(ades_level_name(l)))) {
			*ret = l;
			return ok();
		}
	return fail(err, ERR_INPUT, "cmd.usage", NULL, "a level is B, T, LT or LTA, not %.*s",
	            STR_ARG(name));
}

static struct result open_files(struct job *j, const struct asked *q, struct err *err)
{
	TRY(source_open(arena_cstr(j->a, q->file), &j->file, err));
	j->nfiles = 1;
	for (size_t i = 1; i < q->files.n; i++, j->nfiles++)
		TRY(source_open(arena_cstr(j->a, q->files.v[i]), &j->more[i - 1], err));
	if (q->content.n) {
		TRY(source_open(arena_cstr(j->a, q->content), &j->content, err));
		j->has_content = true;
		j->detached = (struct ades_detached){ &j->content, 1 };
	}
	if (q->material.n) {
		TRY(sign_material(j->a, q->material, &j->material, err));
		j->o.material = &j->material;
	}
	if (q->tsa.n) {
		j->tsa = (struct tsa_client){ q->tsa, q->tsa_ca };
		j->o.stamp = tsa_client_stamp;
		j->o.stamp_ctx = &j->tsa;
	}
	return level_of(q->level, &j->o.level, err);
}

static struct result signer(struct job *j, const struct asked *q, struct key **ret_key,
                            struct token **ret_token, struct err *err)
{
	struct ades_values *certs = ARENA_NEW(j->a, struct ades_values);
	TRY(sign_key(j->a, q->key, q->key_name, ret_key, ret_token, err));
	TRY(sign_material(j->a, q->cert, certs, err));
	if (certs->ncerts == 0 || certs->ncerts > 1 + CHAIN_MAX)
		return fail(err, ERR_INPUT, "cmd.sign.cert", NULL,
		            "%.*s holds %zu certificates: the signer's first, then at most %d of its path",
		            STR_ARG(q->cert), certs->ncerts, CHAIN_MAX);
	j->o.signer = (struct cms_signer){ *ret_key, certs->certs[0], certs->certs + 1,
		certs->ncerts - 1 };
	return ok();
}

static struct result sign(struct job *j, const struct asked *q, struct key **ret_key,
                          struct token **ret_token, struct err *err)
{
	const struct format *f;
	TRY(format_of(q->format, &f, err));
	if (q->files.n > 1 && f->make != asic_e_make)
		return fail(err, ERR_INPUT, "cmd.usage", NULL, "several files are for asic-e");
	TRY(open_files(j, q, err));
	TRY(signer(j, q, ret_key, ret_token, err));
	j->o.time = clock_now_us();
	j->o.commitment = q->commitment;
	j->o.place = q->place;
	j->o.role = q->role;
	j->o.mime = q->mime;
	j->o.pss = q->pss;
	j->is_detached = q->detached;
	j->add = q->add;
	j->counter = q->counter - 1;
	j->out = q->out.n ? arena_cstr(j->a, q->out)
	       : q->add || q->counter ? arena_cstr(j->a, q->file)
	       : arena_printf(j->a, "%.*s%s", STR_ARG(q->file), q->detached ? f->detached : f->suffix).p;
	return f->make(j, err);
}

static struct result extend(struct job *j, const struct asked *q, struct err *err)
{
	struct ades_file found = { .n = 0 };
	TRY(open_files(j, q, err));
	TRY(ades_read(j->a, &j->file, &j->detached, &found, err));
	j->out = arena_cstr(j->a, q->out.n ? q->out : q->file);
	for (size_t i = 0; i < FORMATS; i++)
		if (str_eq(found.kind, str_c(formats[i].kind)))
			return formats[i].raise(j, err);
	return fail(err, ERR_INPUT, "cmd.sign.kind", NULL, "%.*s: no signature of a format that can be "
	            "extended here", STR_ARG(q->file));
}

static void done(struct job *j)
{
	source_close(&j->file);
	source_close(&j->content);
	for (size_t i = 1; i < j->nfiles; i++)
		source_close(&j->more[i - 1]);
	arena_free(j->a); /* and the job with it */
}

static struct job *job_new(void)
{
	struct arena *a = arena_new(ARENA);
	struct job *j = ARENA_NEW(a, struct job);
	j->a = a;
	j->file.fd = j->content.fd = -1;
	return j;
}

static const char *format_help(struct arena *a)
{
	struct str s = STR("");
	for (size_t i = 0; i < FORMATS; i++)
		s = arena_printf(a, "%.*s%s%s", STR_ARG(s), i ? ", " : "", formats[i].name);
	return arena_printf(a, "%.*s; without: cades", STR_ARG(s)).p;
}

#define SHARED(q) \
	{ "level", OPTION_TEXT, "LEVEL", "B, T, LT, LTA", .text = &(q).level }, \
	{ "tsa", OPTION_TEXT, "URL", "time-stamping authority, from T on", .text = &(q).tsa }, \
	{ "tsa-ca", OPTION_TEXT, "PEM", "whom to believe on the way to it (HTTPS)", \
	  .text = &(q).tsa_ca }, \
	{ "material", OPTION_TEXT, "PATH", \
	  "certificates, CRLs and OCSP answers from LT on: a file or a directory", \
	  .text = &(q).material }, \
	{ "content", OPTION_TEXT, "FILE", "the document of a detached signature", \
	  .text = &(q).content }, \
	{ "out", OPTION_TEXT, "FILE", "where the result goes", .text = &(q).out }

int cmd_sign(int argc, char **args)
{
	struct asked q = { .format = STR("cades"), .level = STR("B"),
		.files = { .names = "FILE…", .min = 1, .max = OPERANDS_MAX } };
	struct err err = { 0 };
	struct job *j = job_new();
		const struct option_row rows[] = {
		{ "key", OPTION_TEXT, "FILE", "private key: PKCS#8, or pkcs11:…", .required = true,
		  .text = &q.key },
		{ "key-name", OPTION_TEXT, "LABEL", "which key of the token", .text = &q.key_name },
		{ "cert", OPTION_TEXT, "FILE", "its certificate, further ones of its path behind it",
		  .required = true, .text = &q.cert },
		{ "format", OPTION_TEXT, "NAME", format_help(j->a), .text = &q.format },
		SHARED(q),
		{ "detached", OPTION_FLAG, NULL, "the document stays beside the signature",
		  .flag = &q.detached },
		{ "add", OPTION_FLAG, NULL, "FILE is signed already: one more signer", .flag = &q.add },
		{ "counter", OPTION_NUMBER, "N", "FILE is signed already: countersign its signature N",
		  .min = 1, .max = ADES_SIGNATURES_MAX, .number = &q.counter },
		{ "pss", OPTION_FLAG, NULL, "an RSA key signs RSASSA-PSS (cades, jades)", .flag = &q.pss },
		{ "commitment", OPTION_TEXT, "OID", "what the signature says: 1.2.840.113549.1.9.16.6.1 …",
		  .text = &q.commitment },
		{ "place", OPTION_TEXT, "TEXT", "where it was signed", .text = &q.place },
		{ "role", OPTION_TEXT, "TEXT", "as what the signer signs", .text = &q.role },
		{ "mime", OPTION_TEXT, "TYPE", "the document's type: application/pdf", .text = &q.mime },
	};
	struct usage u = { .command = "sign", .rows = rows, .nrows = sizeof rows / sizeof *rows,
		.operands = &q.files,
		.more = "Several files go into one container (asic-e).\n"
		        "Exit code: 0 signed, 2 not done; then no file was changed." };
	struct key *key = NULL;
	struct token *token = NULL;
	int code;
	if (command_begin(&u, argc, args, &code)) {
		q.file = q.files.v[0];
		code = is_ok(sign(j, &q, &key, &token, &err)) ? EXIT_TRUE
		                                              : command_failed(u.command, &err);
		if (code == EXIT_TRUE)
			printf("%s\n", j->out);
	}
	key_unref(key);
	token_close(token);
	done(j);
	return code;
}

int cmd_sign_extend(int argc, char **args)
{
	struct asked q = { .level = STR("T") };
	struct err err = { 0 };
	struct job *j = job_new();
	struct operands file = { .names = "FILE", .min = 1, .max = 1 };
	const struct option_row rows[] = { SHARED(q) };
	struct usage u = { .command = "sign extend", .rows = rows,
		.nrows = sizeof rows / sizeof *rows, .operands = &file,
		.more = "LTA on a file that has it already renews its archive time stamps.\n"
		        "Exit code: 0 done, 2 not done; then no file was changed." };
	int code;
	if (command_begin(&u, argc, args, &code)) {
		q.file = file.v[0];
		code = is_ok(extend(j, &q, &err)) ? EXIT_TRUE : command_failed(u.command, &err);
		if (code == EXIT_TRUE)
			printf("%s\n", j->out);
	}
	done(j);
	return code;
}
