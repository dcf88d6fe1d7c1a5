/* musubi journal verify: recomputes every leaf, root and head signature of the
 * store's journal, without the server. */
#include <stdio.h>

#include "cmd/commands.h"
#include "cmd/node.h"
#include "store/journal.h"

static void report(const struct journal_verdict *v)
{
	printf("%s\n", v->sound ? "sound: no entry was changed, added or removed\n"
	                          "健全: 記録の書き換え・追加・削除はありません"
	                        : "NOT SOUND: the journal was tampered with or is damaged\n"
	                          "異常: 記録簿が書き換えられたか、壊れています");
	if (v->first_fault[0])
		printf("fault: %s\n", v->first_fault);
	printf("logs %lld, entries %lld, heads %lld (signed %lld, unsigned %lld)%s\n",
	       (long long)v->logs, (long long)v->entries, (long long)v->heads,
	       (long long)v->signed_heads, (long long)v->unsigned_heads,
	       v->signatures_checked ? "" : "; signatures were not checked");
}

int cmd_journal_verify(int argc, char **args)
{
	struct str path;
	struct err err = { 0 };
	struct journal_verdict v;
	struct node *n;
	int code;
	const struct option_row rows[] = {
		{ "config", OPTION_TEXT, "FILE", "configuration of the node (musubi.yaml)",
		  .required = true, .text = &path },
	};
	struct usage u = { .command = "journal verify", .rows = rows, .nrows = 1,
		.more = "Exit code: 0 sound, 1 not sound, 2 it could not be checked." };
	if (!command_begin(&u, argc, args, &code))
		return code;
	if (is_err(node_open_store(path, &n, &err)))
		return command_failed(u.command, &err);
	struct result r = journal_verify(n->app.store, &v, &err);
	node_close(n);
	if (is_err(r))
		return command_failed(u.command, &err);
	report(&v);
	return v.sound ? EXIT_TRUE : EXIT_FALSE;
}
