/* Entries of tokens, many in one transaction.
 *
 * Who comes while nobody writes becomes the writer: she takes everything that
 * waits, writes one entry each and commits once. Who comes meanwhile waits for
 * the next turn. So the lane is entered once for many tokens, and still no token
 * leaves before its own entry is on disk. What fails, fails for all of a turn:
 * none of them is given out. */
#include "base/calendar.h"
#include "base/encode.h"
#include "store/journal.h"
#include "trust/tsa_priv.h"

enum { TURN_MAX = 256 };

struct tsa_entry {
	struct tsa_entry *next;
	struct journal_entry row;
	pthread_cond_t turned; /* her own: nobody else is woken for nothing */
	bool done;
	struct result result;
	struct err err;
};

void tsa_journal_init(struct tsa_journal *j, struct store *s)
{
	*j = (struct tsa_journal){ .store = s };
	pthread_mutex_init(&j->lock, NULL);
}

void tsa_journal_done(struct tsa_journal *j)
{
	pthread_mutex_destroy(&j->lock);
}

static struct result write_all(struct store *s, const struct tsa_entry *first, struct err *err)
{
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(s, &tx, err));
	for (const struct tsa_entry *e = first; e; e = e->next)
		TRY(journal_add(tx, &e->row, err));
	return store_commit(&tx, err);
}

/* The oldest that wait, cut off from the rest. The lock is held. */
static struct tsa_entry *cut_turn(struct tsa_journal *j)
{
	struct tsa_entry *first = j->first, *last = first;
	for (size_t n = 1; last->next && n < TURN_MAX; n++)
		last = last->next;
	j->first = last->next;
	if (!j->first)
		j->last = NULL;
	last->next = NULL;
	return first;
}

/* The lock is held before and after, not while writing. */
static void take_turn(struct tsa_journal *j)
{
	struct err err = { 0 };
	struct tsa_entry *first = cut_turn(j);
	j->writing = true;
	pthread_mutex_unlock(&j->lock);
	struct result r = write_all(j->store, first, &err);
	pthread_mutex_lock(&j->lock);
	j->writing = false;
	for (struct tsa_entry *e = first, *next; e; e = next) {
		next = e->next; /* e is its owner's again once it is done */
		e->result = r;
		e->err = err;
		e->done = true;
		pthread_cond_signal(&e->turned);
	}
	if (j->first)
		pthread_cond_signal(&j->first->turned); /* writes next */
}

static void append(struct tsa_journal *j, struct tsa_entry *e)
{
	if (j->last)
		j->last->next = e;
	else
		j->first = e;
	j->last = e;
}

struct result tsa_journal_add(struct tsa_journal *j, const struct journal_entry *row,
                              struct err *err)
{
	struct tsa_entry mine = { .row = *row };
	pthread_cond_init(&mine.turned, NULL);
	pthread_mutex_lock(&j->lock);
	append(j, &mine);
	while (!mine.done) {
		if (j->writing)
			pthread_cond_wait(&mine.turned, &j->lock);
		else
			take_turn(j);
	}
	pthread_mutex_unlock(&j->lock);
	pthread_cond_destroy(&mine.turned);
	if (is_err(mine.result) && err)
		*err = mine.err;
	return mine.result;
}
