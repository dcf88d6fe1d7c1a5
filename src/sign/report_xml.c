/* The report as ETSI TS 119 102-2 has it: SignatureValidationReport per signature
 * (§4.3), the certificates, time stamps and revocation data as validation objects
 * (§4.4). Order of elements is the schema's. Every text is escaped; what XML 1.0
 * cannot hold does not get this far (report_clean). */
#include "base/calendar.h"
#include "base/encode.h"
#include "base/map.h"
#include "sign/certificate.h"
#include "sign/report.h"

#define NS "http://uri.etsi.org/19102/v1.2.1#"
#define URN "urn:etsi:019102:"

enum { OBJECTS = 4096 };

struct out {
	struct arena *a;
	struct buf b;
	const struct ades_report *r;
	struct map seen;      /* DER of a validation object: its id */
	size_t nobjects;
	struct {
		struct str der, id;
		const char *type;
		const struct ades_stamp_result *stamp;
	} *objects;
};

static void text(struct out *o, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		switch (s.p[i]) {
		case '<': buf_add_c(&o->b, "&lt;"); break;
		case '>': buf_add_c(&o->b, "&gt;"); break;
		case '&': buf_add_c(&o->b, "&amp;"); break;
		case '"': buf_add_c(&o->b, "&quot;"); break;
		default: buf_add_char(&o->b, s.p[i]);
		}
}

static void open(struct out *o, const char *name)
{
	buf_printf(&o->b, "<%s>", name);
}

static void close(struct out *o, const char *name)
{
	buf_printf(&o->b, "</%s>", name);
}

static void leaf(struct out *o, const char *name, struct str s)
{
	open(o, name);
	text(o, s);
	close(o, name);
}

/* xs:dateTime to the second. */
static void time_leaf(struct out *o, const char *name, int64_t us)
{
	leaf(o, name, time_format(o->a, us - us % 1000000));
}

static struct str object(struct out *o, struct str der, const char *type,
                         const struct ades_stamp_result *stamp)
{
	struct str *known = map_get(&o->seen, der);
	if (known)
		return *known;
	if (o->nobjects == OBJECTS)
		return STR("");
	size_t i = o->nobjects++;
	o->objects[i].der = der;
	o->objects[i].type = type;
	o->objects[i].stamp = stamp;
	o->objects[i].id = arena_printf(o->a, "O-%zu", i + 1);
	map_put(&o->seen, der, &o->objects[i].id);
	return o->objects[i].id;
}

static void reference(struct out *o, const char *name, struct str id)
{
	if (id.n)
		buf_printf(&o->b, "<%s VOReference=\"%.*s\"/>", name, STR_ARG(id));
}

static struct str cert_object(struct out *o, struct str der)
{
	return object(o, der, URN "validationObject:certificate", NULL);
}

static void put_digest(struct out *o, struct str der)
{
	uint8_t hash[SHA256_SIZE];
	sha256(der, hash);
	open(o, "DigestAlgAndValue");
	buf_add_c(&o->b, "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>");
	leaf(o, "ds:DigestValue", base64_encode(o->a, str_of((char *)hash, sizeof hash)));
	close(o, "DigestAlgAndValue");
}

/* ---- a signature ---- */

static void put_identifier(struct out *o, const struct ades_signature *s, struct str id)
{
	buf_printf(&o->b, "<SignatureIdentifier id=\"%.*s\">", STR_ARG(id));
	put_digest(o, s->value);
	if (s->value.n)
		leaf(o, "ds:SignatureValue", base64_encode(o->a, s->value));
	buf_add_c(&o->b, "<HashOnly>false</HashOnly><DocHashOnly>false</DocHashOnly>");
	if (s->id.n)
		leaf(o, "DAIdentifier", report_clean(o->a, s->id));
	close(o, "SignatureIdentifier");
}

static void put_constraint(struct out *o, const struct ades_check *c)
{
	static const char *const states[] = { "passed", "indeterminate", "failed", "indeterminate" };
	open(o, "ValidationConstraint");
	buf_printf(&o->b, "<ValidationConstraintIdentifier>urn:musubi:check:%s"
	           "</ValidationConstraintIdentifier>", c->name);
	buf_add_c(&o->b, "<ConstraintStatus><Status>" URN "constraintStatus:applied</Status>"
	          "</ConstraintStatus><ValidationStatus>");
	buf_printf(&o->b, "<MainIndication>" URN "mainindication:%s</MainIndication>",
	           states[c->state]);
	buf_add_c(&o->b, "</ValidationStatus></ValidationConstraint>");
}

static void put_times(struct out *o, const struct ades_result *r)
{
	const struct ades_stamp_result *proof = NULL;
	for (size_t i = 0; i < r->nstamps; i++)
		if (r->stamps[i].indication == TOTAL_PASSED && r->stamps[i].at == r->best_time)
			proof = &r->stamps[i];
	open(o, "ValidationTimeInfo");
	time_leaf(o, "ValidationTime", o->r->at);
	open(o, "BestSignatureTime");
	time_leaf(o, "POETime", r->best_time);
	leaf(o, "TypeOfProof", proof ? STR(URN "poetype:validation") : STR(URN "poetype:provided"));
	if (proof)
		reference(o, "POEObject", object(o, proof->stamp->token,
		                                 URN "validationObject:timestamp", proof));
	close(o, "BestSignatureTime");
	close(o, "ValidationTimeInfo");
}

static void put_attributes(struct out *o, const struct ades_signature *s)
{
	if (!s->claimed_time)
		return;
	open(o, "SignatureAttributes");
	buf_add_c(&o->b, "<SigningTime Signed=\"true\">");
	time_leaf(o, "Time", s->claimed_time);
	close(o, "SigningTime");
	close(o, "SignatureAttributes");
}

static void put_signer(struct out *o, const struct ades_result *r)
{
	if (!r->signature->cert.n)
		return;
	open(o, "SignerInformation");
	reference(o, "SignerCertificate", cert_object(o, r->signature->cert));
	leaf(o, "Signer", report_clean(o->a, r->signer));
	close(o, "SignerInformation");
}

static void put_chain(struct out *o, const struct ades_chain *c)
{
	if (c->n == 0)
		return;
	open(o, "CertificateChain");
	reference(o, "SigningCertificate", cert_object(o, c->certs[0]));
	for (size_t i = 1; i + 1 < c->n; i++)
		reference(o, "IntermediateCertificate", cert_object(o, c->certs[i]));
	if (c->trusted)
		reference(o, "TrustAnchor", cert_object(o, c->certs[c->n - 1]));
	close(o, "CertificateChain");
}

static void put_status(struct out *o, const char *element, enum ades_indication i,
                       enum ades_sub sub, bool whole, const struct ades_chain *chain,
                       const struct ades_result *r)
{
	static const char *const total[] = { "total-passed", "indeterminate", "total-failed" };
	static const char *const plain[] = { "passed", "indeterminate", "failed" };
	open(o, element);
	buf_printf(&o->b, "<MainIndication>" URN "mainindication:%s</MainIndication>",
	           whole ? total[i] : plain[i]);
	if (sub)
		leaf(o, "SubIndication", str_c(ades_sub_row(sub)->uri));
	if (chain->n) {
		open(o, "AssociatedValidationReportData");
		put_chain(o, chain);
		if (r && r->revoked_at) {
			open(o, "RevocationStatusInformation");
			reference(o, "ValidationObjectId", cert_object(o, chain->certs[0]));
			time_leaf(o, "RevocationTime", r->revoked_at);
			close(o, "RevocationStatusInformation");
		}
		close(o, "AssociatedValidationReportData");
	}
	close(o, element);
}

static void put_signature(struct out *o, const struct ades_result *r, struct str id)
{
	open(o, "SignatureValidationReport");
	put_identifier(o, r->signature, id);
	open(o, "ValidationConstraintsEvaluationReport");
	for (size_t i = 0; i < r->nchecks; i++)
		put_constraint(o, &r->checks[i]);
	close(o, "ValidationConstraintsEvaluationReport");
	put_times(o, r);
	put_attributes(o, r->signature);
	put_signer(o, r);
	buf_add_c(&o->b, "<SignatureValidationProcess><SignatureValidationProcessID>" URN
	          "validationprocess:LTA</SignatureValidationProcessID></SignatureValidationProcess>");
	put_status(o, "SignatureValidationStatus", r->indication, r->sub, true, &r->chain, r);
	close(o, "SignatureValidationReport");
	for (size_t i = 0; i < r->ncounters; i++)
		put_signature(o, &r->counters[i], arena_printf(o->a, "%.*s.%zu", STR_ARG(id), i + 1));
}

/* ---- objects ---- */

static void gather(struct out *o, const struct ades_result *r)
{
	for (size_t i = 0; i < r->nstamps; i++) {
		const struct ades_stamp_result *s = &r->stamps[i];
		(void)object(o, s->stamp->token, URN "validationObject:timestamp", s);
		for (size_t k = 0; k < s->chain.n; k++)
			(void)cert_object(o, s->chain.certs[k]);
	}
	for (size_t i = 0; i < r->ncounters; i++)
		gather(o, &r->counters[i]);
}

static void put_objects(struct out *o)
{
	if (o->nobjects == 0)
		return;
	open(o, "SignatureValidationObjects");
	for (size_t i = 0; i < o->nobjects; i++) {
		buf_printf(&o->b, "<ValidationObject id=\"%.*s\"><ObjectType>%s</ObjectType>",
		           STR_ARG(o->objects[i].id), o->objects[i].type);
		open(o, "ValidationObjectRepresentation");
		leaf(o, "base64", base64_encode(o->a, o->objects[i].der));
		close(o, "ValidationObjectRepresentation");
		const struct ades_stamp_result *s = o->objects[i].stamp;
		if (s) {
			open(o, "ValidationReport");
			put_status(o, "SignatureValidationStatus", s->indication, s->sub, false, &s->chain, NULL);
			close(o, "ValidationReport");
		}
		close(o, "ValidationObject");
	}
	close(o, "SignatureValidationObjects");
}

struct result report_xml(struct arena *a, const struct ades_report *r, struct str *ret,
                         struct err *err)
{
	struct out o = { .a = a, .r = r };
	o.objects = arena_array(a, OBJECTS, sizeof *o.objects);
	map_init(&o.seen, a);
	buf_init(&o.b, REPORT_XML_MAX);
	buf_add_c(&o.b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ValidationReport xmlns=\"" NS
	          "\" xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">");
	for (size_t i = 0; i < r->file->n; i++)
		put_signature(&o, &r->results[i], arena_printf(a, "S-%zu", i + 1));
	for (size_t i = 0; i < r->file->n; i++)
		gather(&o, &r->results[i]);
	put_objects(&o);
	buf_add_c(&o.b, "</ValidationReport>\n");
	struct result done = buf_over(&o.b) ? fail(err, ERR_TOO_LARGE, "sign.report", NULL,
	                                           "a report above %d bytes", REPORT_XML_MAX) : ok();
	if (is_ok(done))
		*ret = arena_str(a, buf_str(&o.b));
	buf_done(&o.b);
	return done;
}
