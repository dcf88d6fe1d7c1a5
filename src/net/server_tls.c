/* The TLS of the server: 1.2 and 1.3 only, AEAD with forward secrecy, ALPN
 * http/1.1 (RFC 7301), no renegotiation, no compression.
 *
 * Where a client certificate is asked for, the handshake proves the possession
 * of its key (RFC 8446 §4.4.3) and nothing else: what the certificate is worth is
 * decided for each request, with the status of that moment (trust/verify.h). */
#include "net/server_int.h"

#include <openssl/err.h>

static struct result bad(struct err *err, const char *what, struct str path)
{
	char text[128] = "";
	ERR_error_string_n(ERR_peek_last_error(), text, sizeof text);
	ERR_clear_error();
	return fail(err, ERR_UNAVAILABLE, "net.tls", NULL, "%s %.*s: %s", what, STR_ARG(path), text);
}

/* Protocols are length-prefixed names. A client that offers some but not ours
 * is told so (RFC 7301 §3.2). */
static int select_alpn(SSL *ssl, const unsigned char **out, unsigned char *outlen,
                       const unsigned char *in, unsigned inlen, void *arg)
{
	static const unsigned char ours[] = "\x08http/1.1";
	unsigned char *chosen;
	(void)ssl, (void)arg;
	if (SSL_select_next_proto(&chosen, outlen, ours, sizeof ours - 1, in, inlen) !=
	    OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

static void harden(SSL_CTX *ctx)
{
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
	                         SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
	                      SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_num_tickets(ctx, 1);
	SSL_CTX_set_alpn_select_cb(ctx, select_alpn, NULL);
}

static struct result fill(SSL_CTX *ctx, struct str cert, struct str key, struct err *err)
{
	ARENA_AUTO a = arena_new(64 << 10);
	if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_cipher_list(ctx, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1)
		return bad(err, "protocol", STR(""));
	if (SSL_CTX_use_certificate_chain_file(ctx, arena_cstr(a, cert)) != 1)
		return bad(err, "certificate", cert);
	if (SSL_CTX_use_PrivateKey_file(ctx, arena_cstr(a, key), SSL_FILETYPE_PEM) != 1)
		return bad(err, "key", key);
	if (SSL_CTX_check_private_key(ctx) != 1)
		return bad(err, "key does not fit the certificate", key);
	return ok();
}

struct result server_tls_new(struct str cert, struct str key, SSL_CTX **ret, struct err *err)
{
	ERR_clear_error();
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	if (!ctx)
		return bad(err, "context", STR(""));
	harden(ctx);
	struct result r = fill(ctx, cert, key, err);
	if (is_err(r)) {
		SSL_CTX_free(ctx);
		return r;
	}
	*ret = ctx;
	return ok();
}

/* ---- the other side's certificate ---- */

static int take_any(X509_STORE_CTX *store, void *arg)
{
	(void)store, (void)arg;
	return 1;
}

void server_tls_ask(SSL_CTX *ctx)
{
	static const unsigned char context[] = "musubi";
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_verify_depth(ctx, 4);
	SSL_CTX_set_cert_verify_callback(ctx, take_any, NULL);
	SSL_CTX_set_session_id_context(ctx, context, sizeof context - 1);
	/* A ticket would carry the certificate past the proof of its key. */
	SSL_CTX_set_num_tickets(ctx, 0);
	SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
}

struct str server_tls_peer(const SSL *ssl, struct arena *a)
{
	X509 *x = SSL_get1_peer_certificate(ssl);
	unsigned char *p = NULL;
	int n = x ? i2d_X509(x, NULL) : 0;
	struct str ret = STR("");
	if (n > 0) {
		unsigned char *bytes = p = arena_alloc(a, (size_t)n);
		ret = str_of((char *)bytes, (size_t)i2d_X509(x, &p));
	}
	X509_free(x);
	return ret;
}
