/* Inside of ASiC. */
#ifndef MUSUBI_SIGN_ASIC_PRIV_H
#define MUSUBI_SIGN_ASIC_PRIV_H

#include "sign/asic.h"
#include "sign/asic_zip.h"

#define ASIC_NS "http://uri.etsi.org/02918/v1.2.1#"
#define ASIC_DSIG "http://www.w3.org/2000/09/xmldsig#"
#define ASIC_MIME_S "application/vnd.etsi.asic-s+zip"
#define ASIC_MIME_E "application/vnd.etsi.asic-e+zip"

enum asic_part {
	ASIC_DATA, ASIC_FOLDER, ASIC_MIMETYPE, ASIC_CADES, ASIC_XADES, ASIC_STAMP, ASIC_MANIFEST,
	ASIC_ARCHIVE_MANIFEST, ASIC_ODF_MANIFEST, ASIC_EVIDENCE, ASIC_OTHER,
};
enum asic_part asic_part(struct str member_name);

/* ASiCManifest (annex A.4): what a signature or time stamp beside it is over. */
struct asic_manifest {
	struct str name;           /* its member */
	struct str bytes;
	struct str target;         /* member of the signature or time stamp */
	size_t n;
	struct asic_ref {
		struct str name;
		const struct sign_digest *alg;
		struct str hash;
		bool root;
	} *refs;
	struct str fault;          /* "" when sound */
};
void asic_manifest_read(struct arena *a, const struct zip_member *m, struct asic_manifest *ret);
/* Is a reference's member there, and as it was? */
struct ades_object asic_ref_check(const struct zip *z, const struct asic_ref *r);
/* The text of a manifest; refs by SHA-256. `root`: index of the Rootfile, or n. */
MUST struct result asic_manifest_write(struct arena *a, struct str target, const char *target_mime,
                                       const struct source *refs, size_t n, size_t root,
                                       struct str *ret, struct err *err);

#endif
