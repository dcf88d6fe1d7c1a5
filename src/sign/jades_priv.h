/* Inside of JAdES. */
#ifndef MUSUBI_SIGN_JADES_PRIV_H
#define MUSUBI_SIGN_JADES_PRIV_H

#include "sign/jades.h"
#include "sign/jws.h"

#define JADES_HTTP_HEADERS "http://uri.etsi.org/19182/HttpHeaders"
#define JADES_BY_URI "http://uri.etsi.org/19182/ObjectIdByURI"
#define JADES_BY_URI_HASH "http://uri.etsi.org/19182/ObjectIdByURIHash"
#define JADES_CLAUSE "ETSI TS 119 182-1"

extern const char *const jades_critical[];

/* What a signature is over. */
struct jades_data {
	const struct jws *jws;
	const struct jws_signature *sig;
	const struct ades_detached *detached;
	const struct json *sig_d;      /* NULL: the payload itself */
	uint64_t *work;                /* bytes that time stamps may still be computed over; NULL: any */
};
/* Time stamps may ask for the payload again and again: so much in all, and so often. */
#define JADES_WORK ((uint64_t)2 << 30)
#define JADES_PASSES 16
const struct source *jades_source(struct arena *a, const struct ades_detached *d, struct str name);
/* The JWS payload as it contributes to the signing input (§5.2.8). false: something is missing. */
bool jades_feed_payload(struct arena *a, const struct jades_data *d, struct jws_feed *f);
/* The same as archive and content time stamps see it (§5.3.6.3.1): what is only
 * hashed in sigD is there itself. */
bool jades_feed_archive(struct arena *a, const struct jades_data *d, struct jws_feed *f);
/* Digest of one referenced object by hashM; "" when it cannot be. */
struct str jades_object_hash(struct arena *a, const struct jades_data *d, const struct source *s,
                             const struct sign_digest *alg);

/* One element of etsiU. */
struct jades_element {
	struct str text;               /* base64url as written, or "" (clear) */
	const struct json *whole;      /* { name: value } */
	struct str name;
	const struct json *value;
};
struct jades_elements {
	size_t n;
	struct jades_element *list;
	bool clear;
	struct str fault;
};
void jades_elements_read(struct arena *a, const struct json *unprotected,
                         struct jades_elements *ret);
/* The hash that an archive time stamp placed at element `before` is made over. "" when something is
 * missing, and *ret_what says what. */
struct str jades_archive_hash(struct arena *a, const struct jades_data *d,
                              const struct jades_elements *e, size_t before,
                              const struct json *container, const struct sign_digest *alg,
                              struct str *ret_what);
/* Fills stamps, values and level. */
void jades_unsigned(struct arena *a, const struct jades_data *d, struct jades_elements *e,
                    struct ades_signature *s);
/* Signed header parameters but those of the payload. */
void jades_signed(struct arena *a, const struct jades_data *d, const struct jades_elements *e,
                  struct ades_signature *s);
void jades_fault(struct ades_signature *s, const char *what);
bool jades_add_value(struct str *list, size_t *n, struct str v);
/* base64 (not url) of DER in "val"; false when it is neither. */
bool jades_der(struct arena *a, const struct json *text, struct str *ret);

#endif
