/* Signing: the tree is built first with empty digests, then the references are
 * followed by the very code that will check them. */
#include "base/encode.h"
#include "sign/xades_make.h"

static const struct ades_detached nothing;

/* ---- filling in ---- */

static struct result fill_digests(struct xades_ctx *c, struct _xmlNode *node, struct err *err)
{
	struct xades_parts p;
	struct xml_c14n last = { 0 };
	xades_parts_read(c, node, &p);
	if (p.why.n)
		return fail(err, ERR_INPUT, "sign.xml.form", NULL, "%.*s", (int)(p.why.n < 200 ? p.why.n : 200),
		            p.why.p);
	for (size_t i = 0; i < p.nrefs; i++) {
		XADES_HASH_AUTO h = { 0 };
		if (!xades_hash_begin(&h, p.refs[i].alg))
			return fail(err, ERR_INTERNAL, "sign.algorithm", NULL, "no such digest");
		TRY(xref_pour(c, &p.refs[i], &last, xades_hash_sink(&h), err));
		dom_set_text(dom_child(p.refs[i].node, DS, "DigestValue"),
		             base64_encode(c->a, xades_hash_end(&h, c->a)));
	}
	return ok();
}

static struct result make_value(struct xades_ctx *c, const struct xades_plan *plan,
                                struct str info, struct str *ret, struct err *err)
{
	uint8_t sig[KEY_SIG_MAX];
	size_t n;
	TRY(key_sign(plan->o->signer.key, plan->alg, info, sig, &n, err));
	*ret = arena_str(c->a, str_of((char *)sig, n));
	if (sig_alg_row(plan->alg)->half)
		TRY(sig_es_raw(plan->alg, *ret, c->a, ret, err));
	return ok();
}

struct result xades_fill(struct xades_ctx *c, const struct xades_plan *plan,
                         struct _xmlNode *node, struct err *err)
{
	BUF_AUTO b;
	struct xades_parts p;
	struct str value;
	buf_init(&b, XADES_SIGNED_INFO_MAX);
	xml_safe_index(c->a, c->x);
	TRY(fill_digests(c, node, err));
	xades_parts_read(c, node, &p);
	TRY(xades_c14n_node(c, p.info, &p.how, xades_buf_sink(&b), err));
	if (buf_over(&b))
		return fail(err, ERR_TOO_LARGE, "xml.size", NULL, "SignedInfo is too large");
	TRY(make_value(c, plan, buf_str(&b), &value, err));
	dom_set_text(p.value, base64_encode(c->a, value));
	return ok();
}

/* ---- what is signed ---- */

static void plan_files(struct arena *a, struct xades_plan *p, const struct ades_detached *d,
                       struct str mime)
{
	struct str any = STR("application/octet-stream");
	for (size_t i = 0; i < d->n; i++)
		xades_plan_add(p, percent_encode(a, d->sources[i].name), NULL,
		               d->n == 1 && mime.n ? mime : any, NULL, NULL);
}

static struct result plan_all(struct arena *a, struct xades_plan *p, const struct source *file,
                              const struct ades_detached *d, struct err *err)
{
	struct str mime = p->o->mime, bytes;
	if (file && p->o->packaging == ADES_ENVELOPED && p->form->part)
		xades_plan_add(p, arena_join(a, STR("#"), percent_encode(a, str_c(p->form->part))), NULL,
		               mime.n ? mime : STR("text/xml"), p->form->c14n, NULL);
	else if (file && p->o->packaging == ADES_ENVELOPED)
		xades_plan_add(p, STR(""), NULL, mime.n ? mime : STR("text/xml"), ENVELOPED, p->form->c14n);
	if (file && p->o->packaging == ADES_ENVELOPING) {
		TRY(source_read(a, file, (struct range){ 0, file->size }, XADES_ENVELOPING_MAX, &bytes, err));
		p->enveloped = base64_encode(a, bytes);
		xades_plan_add(p, arena_printf(a, "#%.*s-object", STR_ARG(p->id)), TYPE_OBJECT,
		               mime.n ? mime : STR("application/octet-stream"), DS "base64", NULL);
	}
	plan_files(a, p, d, p->o->packaging == ADES_DETACHED ? mime : STR(""));
	if (!p->nrefs || p->nrefs >= XADES_MAKE_REFS)
		return fail(err, ERR_INPUT, "sign.xml.nothing", NULL, "%zu things to sign, from 1 to %d",
		            p->nrefs, XADES_MAKE_REFS - 1);
	if (p->form->properties)
		xades_plan_add(p, arena_printf(a, "#%.*s-properties", STR_ARG(p->id)), TYPE_PROPERTIES,
		               STR(""), EXC14N, NULL);
	return ok();
}

/* ---- where the signature stands ---- */

static struct _xmlNode *child_called(struct _xmlNode *root, const char *name)
{
	struct _xmlNode *n = dom_first(root);
	while (n && !str_eq(dom_name(n), str_c(name)))
		n = dom_next(n);
	return n;
}

static struct result wrapper_of(struct xades_ctx *c, const struct xades_form *form,
                                struct _xmlNode **ret, struct err *err)
{
	struct _xmlNode *root = dom_root(c->x), *after = NULL;
	*ret = form->wrapper ? child_called(root, form->wrapper) : root;
	if (*ret)
		return ok();
	after = form->after ? child_called(root, form->after) : NULL;
	if (form->after && !after)
		return fail(err, ERR_INPUT, "sign.xml.form", NULL, "no %s in the document", form->after);
	struct str prefix = dom_prefix(root);
	const char *colon = prefix.n ? ":" : "";
	*ret = dom_insert(root, after, arena_printf(c->a, "<%.*s%s%s/>", STR_ARG(prefix), colon,
	                                            form->wrapper));
	return *ret ? ok() : fail(err, ERR_INTERNAL, "sign.xml.form", NULL, "no place for the signature");
}

static struct result place(struct xades_ctx *c, const struct xades_plan *p, struct str text,
                           struct _xmlNode **ret, struct err *err)
{
	struct _xmlNode *parent = NULL;
	if (p->o->packaging == ADES_ENVELOPED) {
		TRY(wrapper_of(c, p->form, &parent, err));
		*ret = dom_insert(parent, NULL, text);
	} else {
		TRY(xml_safe_open(c->a, text, c->x, err));
		*ret = dom_root(c->x);
	}
	return *ret ? ok() : fail(err, ERR_INPUT, "sign.xml.form", NULL,
	                          "the signature is not well-formed: a control character in a text?");
}

/* A signature over the whole document ends when another one is put into it. */
struct result xades_all_intact(struct xades_ctx *c, struct err *err)
{
	struct _xmlNode *nodes[ADES_SIGNATURES_MAX];
	size_t n = xades_find(c->x, nodes, ADES_SIGNATURES_MAX);
	for (size_t i = 0; i < n && i < ADES_SIGNATURES_MAX; i++) {
		struct xades_parts p;
		xades_parts_read(c, nodes[i], &p);
		for (size_t k = 0; k < p.nrefs; k++)
			if (p.refs[k].target == XREF_SET && !xref_intact(c, &p.refs[k]))
				return fail(err, ERR_CONFLICT, "sign.xml.closed", "XML Signature 1.1 §6.6.4",
				            "a signature of the document does not hold, or would not any more");
	}
	return ok();
}

static struct result sign_in(struct xades_ctx *c, const struct source *file,
                             const struct ades_options *o, const struct xades_form *form,
                             struct str *ret, struct err *err)
{
	BUF_AUTO text;
	struct _xmlNode *node;
	struct xades_plan *p = ARENA_NEW(c->a, struct xades_plan);
	buf_init(&text, XADES_MADE_MAX);
	xades_plan_init(c->a, c->x, o, form, p);
	TRY(plan_all(c->a, p, file, c->detached, err));
	TRY(xades_write(c->a, p, &text, err));
	TRY(place(c, p, buf_str(&text), &node, err));
	TRY(xades_fill(c, p, node, err));
	TRY(xades_all_intact(c, err));
	if (o->level >= ADES_T)
		TRY(xades_raise(c, node, o, err));
	return dom_dump(c->a, c->x, ret, err);
}

struct result xades_sign(struct arena *a, const struct source *file,
                         const struct ades_detached *detached, const struct ades_options *o,
                         const struct xades_form *form, struct str *ret, struct err *err)
{
	XML_SAFE_AUTO x = { 0 };
	struct str bytes;
	struct ades_values *values = ARENA_NEW(a, struct ades_values);
	struct xades_ctx c = { .a = a, .x = &x, .detached = detached ? detached : &nothing,
		.values = values };
	form = form ? form : &xades_form_baseline;
	if (o->level >= ADES_T && !form->properties)
		return fail(err, ERR_INPUT, "sign.xml.form", NULL, "the form %s has no time stamps", form->name);
	if (o->packaging == ADES_ENVELOPED) {
		if (!file)
			return fail(err, ERR_INPUT, "sign.xml.nothing", NULL, "no document to sign");
		TRY(source_read(a, file, (struct range){ 0, file->size }, XML_SAFE_BYTES_MAX, &bytes, err));
		TRY(xml_safe_open(a, bytes, &x, err));
	}
	return sign_in(&c, file, o, form, ret, err);
}

/* ---- counter signatures ---- */

static struct result counter_in(struct xades_ctx *c, struct _xmlNode *node,
                                const struct ades_options *o, struct err *err)
{
	BUF_AUTO text;
	struct xades_parts parts;
	struct _xmlNode *list, *made;
	struct xades_plan *p = ARENA_NEW(c->a, struct xades_plan);
	buf_init(&text, XADES_MADE_MAX);
	xades_parts_read(c, node, &parts);
	struct str id = dom_attr(c->a, parts.value, "Id");
	if (parts.why.n || !id.n)
		return fail(err, ERR_INPUT, "sign.xml.counter", "EN 319 132-1 §5.2.7.2",
		            "the value of the signature has no Id that could be signed");
	TRY(xades_unsigned_node(c, &parts, &list, err));
	xades_plan_init(c->a, c->x, o, &xades_form_baseline, p);
	xades_plan_add(p, arena_join(c->a, STR("#"), id), TYPE_COUNTER, STR(""), EXC14N, NULL);
	xades_plan_add(p, arena_printf(c->a, "#%.*s-properties", STR_ARG(p->id)), TYPE_PROPERTIES,
	               STR(""), EXC14N, NULL);
	buf_add_c(&text, "<xades:CounterSignature" XADES_NAMESPACES ">");
	TRY(xades_write(c->a, p, &text, err));
	buf_add_c(&text, "</xades:CounterSignature>");
	made = dom_insert(list, NULL, buf_str(&text));
	if (!made)
		return fail(err, ERR_INPUT, "sign.xml.form", NULL, "the signature is not well-formed");
	TRY(xades_fill(c, p, dom_first(made), err));
	return o->level >= ADES_T ? xades_raise(c, dom_first(made), o, err) : ok();
}

struct result xades_counter(struct arena *a, const struct source *file, size_t of,
                            const struct ades_options *o, struct str *ret, struct err *err)
{
	XML_SAFE_AUTO x = { 0 };
	struct str bytes;
	struct _xmlNode *nodes[ADES_SIGNATURES_MAX];
	struct xades_ctx c = { .a = a, .x = &x, .detached = &nothing,
		.values = ARENA_NEW(a, struct ades_values) };
	TRY(source_read(a, file, (struct range){ 0, file->size }, XML_SAFE_BYTES_MAX, &bytes, err));
	TRY(xml_safe_open(a, bytes, &x, err));
	size_t n = xades_find(&x, nodes, ADES_SIGNATURES_MAX);
	if (of >= n || of >= ADES_SIGNATURES_MAX)
		return fail(err, ERR_NOT_FOUND, "sign.xml.counter", NULL, "signature %zu of %zu", of, n);
	TRY(counter_in(&c, nodes[of], o, err));
	TRY(xades_all_intact(&c, err));
	return dom_dump(a, &x, ret, err);
}
