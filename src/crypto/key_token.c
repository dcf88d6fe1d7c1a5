/* The token: module, log-in, sessions. Whoever finds that it is lost looks for it
 * again under the lock, once; the others take its word by the epoch. */
#include <dlfcn.h>

#include "base/file.h"
#include "base/mem.h"
#include "crypto/key_token_private.h"

struct result token_failed(CK_RV rv, const char *what, struct err *err)
{
	if (rv == CKR_PIN_INCORRECT || rv == CKR_PIN_LOCKED || rv == CKR_PIN_EXPIRED ||
	    rv == CKR_PIN_INVALID || rv == CKR_PIN_LEN_RANGE)
		return fail(err, ERR_AUTH, "crypto.token.pin", NULL,
		            "the token refuses the PIN (%#lx); it is not tried again", rv);
	return fail(err, ERR_UNAVAILABLE, "crypto.token.gone", NULL, "the token failed: %s (%#lx)",
	            what, rv);
}

bool token_lost(CK_RV rv)
{
	switch (rv) {
	case CKR_SESSION_HANDLE_INVALID: case CKR_SESSION_CLOSED: case CKR_DEVICE_REMOVED:
	case CKR_DEVICE_ERROR: case CKR_TOKEN_NOT_PRESENT: case CKR_USER_NOT_LOGGED_IN:
	case CKR_OBJECT_HANDLE_INVALID: case CKR_KEY_HANDLE_INVALID: case CKR_GENERAL_ERROR:
	case CKR_CRYPTOKI_NOT_INITIALIZED: case CKR_SLOT_ID_INVALID: case CKR_TOKEN_NOT_RECOGNIZED:
		return true;
	default:
		return false;
	}
}

/* ---- finding it ---- */

/* Labels are 32 bytes, filled up with spaces (PKCS#11 §3.2). */
static bool is_named(const CK_TOKEN_INFO *info, const char *label)
{
	struct str is = str_trim(str_of((const char *)info->label, sizeof info->label));
	return str_eq(is, str_c(label));
}

static CK_RV find_slot(struct token *t)
{
	CK_SLOT_ID slots[64];
	CK_ULONG n = sizeof slots / sizeof *slots;
	CK_RV rv = t->f->C_GetSlotList(CK_TRUE, slots, &n);
	for (CK_ULONG i = 0; rv == CKR_OK && i < n; i++) {
		CK_TOKEN_INFO info;
		if (t->f->C_GetTokenInfo(slots[i], &info) == CKR_OK && is_named(&info, t->label)) {
			t->slot = slots[i];
			return CKR_OK;
		}
	}
	return rv == CKR_OK ? CKR_TOKEN_NOT_PRESENT : rv;
}

/* Locked. All sessions of before are void. */
static struct result find(struct token *t, struct err *err)
{
	t->there = false;
	t->nidle = t->nopen = 0;
	t->epoch++;
	if (t->pin_refused)
		return token_failed(CKR_PIN_INCORRECT, "log-in", err);
	CK_RV rv = find_slot(t);
	if (rv != CKR_OK)
		return token_failed(rv, "no token of that name", err);
	t->f->C_CloseAllSessions(t->slot);
	rv = t->f->C_OpenSession(t->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &t->anchor);
	if (rv == CKR_OK)
		rv = t->f->C_Login(t->anchor, CKU_USER, t->pin.p, t->pin.n);
	if (rv == CKR_USER_ALREADY_LOGGED_IN)
		rv = CKR_OK;
	struct result r = rv == CKR_OK ? ok() : token_failed(rv, "log-in", err);
	t->pin_refused = r.kind == ERR_AUTH;
	t->there = is_ok(r);
	return r;
}

/* ---- sessions ---- */

static struct result take(struct token *t, struct token_session *ret, struct err *err)
{
	if (!t->there)
		TRY(find(t, err));
	while (!t->nidle && t->nopen == TOKEN_SESSIONS)
		pthread_cond_wait(&t->returned, &t->lock);
	if (!t->there)
		TRY(find(t, err));
	if (!t->nidle) {
		CK_RV rv = t->f->C_OpenSession(t->slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
		                               &t->idle[0]);
		if (rv != CKR_OK) {
			t->there = false; /* looked for at the next call */
			return token_failed(rv, "session", err);
		}
		t->nidle = 1;
		t->nopen++;
	}
	*ret = (struct token_session){ t->idle[--t->nidle], t->epoch };
	return ok();
}

struct result token_borrow(struct token *t, struct token_session *ret, struct err *err)
{
	pthread_mutex_lock(&t->lock);
	struct result r = take(t, ret, err);
	pthread_mutex_unlock(&t->lock);
	return r;
}

void token_return(struct token *t, const struct token_session *s, bool lost)
{
	pthread_mutex_lock(&t->lock);
	if (s->epoch == t->epoch && lost)
		t->there = false;
	else if (s->epoch == t->epoch)
		t->idle[t->nidle++] = s->handle;
	if (lost)
		t->nopen -= s->epoch == t->epoch; /* one who waits may look for the token */
	pthread_cond_broadcast(&t->returned);
	pthread_mutex_unlock(&t->lock);
}

/* ---- life ---- */

static struct result load(struct token *t, const char *path, struct err *err)
{
	CK_C_INITIALIZE_ARGS args = { .flags = CKF_OS_LOCKING_OK };
	CK_C_GetFunctionList list;
	t->module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	void *symbol = t->module ? dlsym(t->module, "C_GetFunctionList") : NULL;
	if (!symbol)
		return fail(err, ERR_INPUT, "crypto.token.module", NULL, "not a PKCS#11 module: %s", path);
	memcpy(&list, &symbol, sizeof list); /* POSIX: dlsym gives functions as objects */
	CK_RV rv = list(&t->f);
	if (rv == CKR_OK)
		rv = t->f->C_Initialize(&args);
	t->initialized = rv == CKR_OK;
	if (rv != CKR_OK && rv != CKR_CRYPTOKI_ALREADY_INITIALIZED)
		return token_failed(rv, "initialization", err);
	return ok();
}

static struct str at_dir(struct arena *a, struct str dir, struct str path)
{
	return path.p[0] == '/' || !dir.n ? path : file_join(a, dir, path);
}

static struct result read_pin(struct token *t, struct str path, struct err *err)
{
	SECRET_AUTO room = secret_new(TOKEN_PIN_MAX + 2);
	size_t n;
	TRY(file_read_into(path, room.p, room.n, &n, err));
	struct str pin = str_trim(str_of((char *)room.p, n));
	if (!pin.n || pin.n > TOKEN_PIN_MAX)
		return fail(err, ERR_INPUT, "crypto.token.pin", NULL, "%.*s holds no PIN", STR_ARG(path));
	t->pin = secret_of(pin);
	return ok();
}

static struct result open_at(struct token *t, struct str uri, struct str dir, struct err *err)
{
	ARENA_AUTO a = arena_new(1 << 20);
	struct token_uri u;
	TRY(token_uri_parse(uri, a, &u, err));
	memcpy(t->label, u.token.p, u.token.n);
	TRY(read_pin(t, at_dir(a, dir, u.pin_source), err));
	TRY(load(t, arena_cstr(a, at_dir(a, dir, u.module_path)), err));
	pthread_mutex_lock(&t->lock);
	struct result r = find(t, err);
	pthread_mutex_unlock(&t->lock);
	return r;
}

struct result token_open(struct str uri, struct str dir, struct token **ret, struct err *err)
{
	struct token *t = MEM_NEW(struct token);
	pthread_mutex_init(&t->lock, NULL);
	pthread_cond_init(&t->returned, NULL);
	struct result r = open_at(t, uri, dir, err);
	if (is_err(r)) {
		token_close(t);
		return r;
	}
	*ret = t;
	return ok();
}

/* The module stays loaded: modules start threads and register handlers that do
 * not survive their code. */
void token_close(struct token *t)
{
	if (!t)
		return;
	if (t->there)
		t->f->C_CloseAllSessions(t->slot);
	if (t->initialized)
		t->f->C_Finalize(NULL);
	secret_done(&t->pin);
	pthread_cond_destroy(&t->returned);
	pthread_mutex_destroy(&t->lock);
	mem_free(t);
}
