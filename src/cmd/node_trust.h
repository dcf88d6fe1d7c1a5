/* The authorities of a node: their keys opened, responders and a time-stamping
 * unit beside them. */
#ifndef MUSUBI_CMD_NODE_TRUST_H
#define MUSUBI_CMD_NODE_TRUST_H

#include "api/status.h"
#include "cmd/node.h"

/* One authority; ERR_NOT_FOUND when its key does not live here. */
MUST struct result node_ca(struct node *n, enum ca_kind kind, struct ca **ret, struct err *err);
/* Fills n->app.status where the node has the role ca and its keys; leaves it NULL
 * elsewhere. Responders' and time stamps' certificates that are missing or end
 * within 30 days are issued anew, with a new key. */
MUST struct result node_open_status(struct node *n, struct err *err);
void node_close_status(struct node *n);

#endif
