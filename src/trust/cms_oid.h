/* Inside of the room: object identifiers of CMS and its attributes (RFC 5652
 * §11, RFC 5035 §3). */
#ifndef MUSUBI_TRUST_CMS_OID_H
#define MUSUBI_TRUST_CMS_OID_H

#include "trust/cms.h"

#define OID_DATA "1.2.840.113549.1.7.1"
#define OID_SIGNED_DATA "1.2.840.113549.1.7.2"
#define OID_CONTENT_TYPE "1.2.840.113549.1.9.3"
#define OID_MESSAGE_DIGEST "1.2.840.113549.1.9.4"
#define OID_SIGNING_TIME "1.2.840.113549.1.9.5"
#define OID_SIGNING_CERT_V2 "1.2.840.113549.1.9.16.2.47"
#define OID_RSA "1.2.840.113549.1.1.1"

#endif
