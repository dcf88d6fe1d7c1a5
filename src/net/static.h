/* Files that never change while we run (style, script, pictures): read once at
 * start, served from memory with ETag (RFC 9110 §8.8.3) and, when the query
 * names their version, with caching for a year. */
#ifndef MUSUBI_NET_STATIC_H
#define MUSUBI_NET_STATIC_H

#include "net/http.h"

struct static_files;

/* dir/NAME is served as prefix + NAME; prefix: "/static/". A file whose suffix
 * is not in the table of content types is a mistake: ERR_INPUT. */
MUST struct result static_load(struct str dir, struct str prefix, struct static_files **ret,
                               struct err *err);
void static_free(struct static_files *f);
/* True when the path is one of the files and the method GET or HEAD: then the
 * response is filled. The files must outlive the server. */
bool static_serve(const struct static_files *f, const struct http_request *q,
                  struct http_response *r);
/* "/static/musubi.css?v=…", "" for a name that is no file. Lives as long as f. */
struct str static_url(const struct static_files *f, struct str name);
/* The version of all files together, 16 hex digits; as ?v= it fits each file. */
struct str static_version(const struct static_files *f);

#endif
