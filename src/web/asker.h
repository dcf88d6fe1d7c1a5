/* Where a transaction was begun, as far as a person can check it on her phone:
 * which browser on which system, from which network. Names of families only,
 * never what a browser says about itself: that is a stranger's text. */
#ifndef MUSUBI_WEB_ASKER_H
#define MUSUBI_WEB_ASKER_H

#include "web/app.h"

/* Of the browser that sent this request. The network is "" where it says nothing:
 * everybody behind a proxy comes from the same address. */
struct phone_asker asker_of(struct visit *v);
/* A browser or system of ours by that name; "" for any other text. */
struct str asker_browser(struct str name);
struct str asker_system(struct str name);

enum asker_near { ASKER_UNKNOWN, ASKER_SAME, ASKER_OTHER };
/* The same network? Addresses of two kinds (IPv4 and IPv6) cannot be compared. */
enum asker_near asker_network(struct str x, struct str y);
/* The same device, most likely: the same network, system and browser. */
bool asker_same_device(const struct phone_asker *x, const struct phone_asker *y);

#endif
