/* What a node with authorities answers to everybody about certificates, and the
 * time stamps it gives: made at start (src/cmd), shared by all workers. */
#ifndef MUSUBI_API_STATUS_H
#define MUSUBI_API_STATUS_H

#include "trust/crl_desk.h"
#include "trust/ocsp.h"
#include "trust/tsa.h"

struct status_desk {
	struct ca *ca[CA_COUNT];  /* NULL where the authority's key is not here */
	struct ocsp_desk *ocsp;
	struct crl_desk *crl;
	struct tsa *tsa;          /* NULL: this node stamps no time */
};

#endif
