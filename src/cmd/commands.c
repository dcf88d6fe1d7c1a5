#include "cmd/commands.h"

#include <stdio.h>

#include "base/buf.h"

enum { HELP_MAX = 1 << 16 };

static const struct command rows[] = {
	{ "serve", "Serve a node: portal, counter and interfaces", "ノードを動かす（ポータル・窓口・API）", cmd_serve },
	{ "phone", "Serve the virtual smartphones", "仮想スマートフォンを動かす", cmd_phone },
	{ "demo make", "Make a demo nation: certificates, residents, personas",
	  "デモの国を作る（認証局・住民・ペルソナ）", cmd_demo_make },
	{ "journal verify", "Check the journal without the server: nothing changed or removed",
	  "記録簿を検証する（書き換え・削除がないこと）", cmd_journal_verify },
	{ "key ceremony", "Put the master key into the hands of several operators",
	  "主鍵を複数の運用者に分ける（鍵の儀式）", cmd_key_ceremony },
	{ "key list", "List the keys of a node", "ノードの鍵を一覧する", cmd_key_list },
	{ "key roll", "Make the next generation of a key", "鍵の次の世代を作る", cmd_key_roll },
	{ "key host", "The key process; musubi serve starts it", "鍵のプロセス（serve が起動する）",
	  cmd_key_host },
	{ "pack check", "Find every mistake in a folder of packs", "パックの誤りをすべて見つける", cmd_pack_check },
	{ "pack test", "Run the scenario tests written in the packs", "パックに書かれたテストを実行する", cmd_pack_test },
	{ "pack publish", "Print the digests of the file PUBLISHED", "公開版の記録（PUBLISHED）を出力する", cmd_pack_publish },
	{ "feel", "Evaluate an expression of the rule language, or line by line",
	  "ルールの式を計算する（式がなければ対話）", cmd_feel },
	{ "dmn check", "Say what is wrong with a DMN model", "DMNモデルの誤りを調べる", cmd_dmn_check },
	{ "dmn run", "Evaluate the decisions of a DMN model", "DMNモデルの決定を計算する", cmd_dmn_run },
	{ "verify", "Is this letter genuine? Offline, PDF or QR code",
	  "この文書は本物か（PDFまたは二次元コード、通信なし）", cmd_verify },
	{ "sign extend", "Add time stamps and proofs to a signed file, or renew them",
	  "署名済みファイルにタイムスタンプや検証情報を加える（更新も）", cmd_sign_extend },
	{ "sign", "Sign a file", "ファイルに電子署名する", cmd_sign },
	{ "totp", "Print the one-time code of a secret", "ワンタイムコードを表示する", cmd_totp },
	{ "ca list", "List the certificates of a person", "人の電子証明書を一覧する", cmd_ca_list },
	{ "ca revoke", "Revoke certificates", "電子証明書を失効させる", cmd_ca_revoke },
	{ "ca event", "What happened to a person: lost, found, died, moved", "紛失・発見・死亡・異動などを電子証明書に反映する",
	  cmd_ca_event },
	{ "ca crl", "Write a revocation list", "失効リスト（CRL）を作る", cmd_ca_crl },
	{ "ocsp ask", "Ask a responder whether a certificate is good", "電子証明書の有効性を問い合わせる", cmd_ocsp_ask },
	{ "ocsp answer", "Answer an OCSP request from this node", "OCSPの要求にこのノードが回答する", cmd_ocsp_answer },
	{ "ts stamp", "Have a file time-stamped", "ファイルにタイムスタンプを受ける", cmd_ts_stamp },
	{ "ts verify", "Verify a time stamp of a file", "ファイルのタイムスタンプを検証する", cmd_ts_verify },
	{ "officer add", "Add an officer of an organization", "職員を登録する", cmd_officer_add },
	{ "officer roles", "Change what an officer may do, at once", "職員の権限を変える", cmd_officer_roles },
	{ "officer remove", "Remove an officer, and end her sessions", "職員の登録を取り消す", cmd_officer_remove },
	{ "verifier add", "Accredit a verifier, and issue its client certificate",
	  "署名検証者を登録し、接続用の証明書を発行する", cmd_verifier_add },
	{ "verifier certify", "Issue the next client certificate of a verifier",
	  "署名検証者の接続用の証明書を新しく発行する", cmd_verifier_certify },
	{ "verifier list", "List the verifiers", "署名検証者を一覧する", cmd_verifier_list },
	{ "verifier suspend", "Suspend a verifier, or let it ask again (--resume)",
	  "署名検証者を停止・再開する", cmd_verifier_suspend },
	{ "verifier usage", "What verifiers asked in a month, and what they owe",
	  "署名検証者の利用と請求を一覧する", cmd_verifier_usage },
	{ "version", "Print the version", "版を表示する", cmd_version },
	{ "help", "Print this list", "この一覧を表示する", cmd_help },
};

const struct command *commands_all(size_t *ret_n)
{
	*ret_n = sizeof rows / sizeof *rows;
	return rows;
}

const struct command *commands_find(int argc, char **args, int *ret_used)
{
	struct str first, second;
	for (size_t i = 0; argc > 0 && i < sizeof rows / sizeof *rows; i++) {
		bool two = str_cut(str_c(rows[i].name), ' ', &first, &second);
		if (!str_eq(str_c(args[0]), first))
			continue;
		if (two && (argc < 2 || !str_eq(str_c(args[1]), second)))
			continue;
		*ret_used = two ? 2 : 1;
		return &rows[i];
	}
	return NULL;
}

static void list(FILE *to)
{
	fputs("musubi COMMAND [OPTIONS]    (musubi COMMAND --help)\n\n", to);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		fprintf(to, "  %-15s %s\n  %-15s %s\n", rows[i].name, rows[i].en, "", rows[i].ja);
}

int cmd_help(int argc, char **args)
{
	(void)argc;
	(void)args;
	list(stdout);
	return EXIT_TRUE;
}

int commands_run(int argc, char **argv)
{
	int used;
	char **args = argv + 1;
	if (argc < 2) {
		list(stderr);
		return EXIT_FAILED;
	}
	if (str_eq(str_c(args[0]), STR("--help")) || str_eq(str_c(args[0]), STR("-h")))
		return cmd_help(0, NULL);
	if (str_eq(str_c(args[0]), STR("--version")))
		return cmd_version(0, NULL);
	const struct command *c = commands_find(argc - 1, args, &used);
	if (!c) {
		fprintf(stderr, "musubi: no such command: %s%s%s\n", args[0], argc > 2 ? " " : "",
		        argc > 2 ? args[1] : "");
		list(stderr);
		return EXIT_FAILED;
	}
	return c->run(argc - 1 - used, args + used);
}

bool command_begin(struct usage *u, int argc, char **args, int *ret_exit)
{
	struct err err = { 0 };
	bool help = false;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (str_eq(str_c(rows[i].name), str_c(u->command))) {
			u->en = rows[i].en;
			u->ja = rows[i].ja;
		}
	if (is_err(options_parse(u, argc, args, &help, &err))) {
		*ret_exit = command_failed(u->command, &err);
		return false;
	}
	if (help) {
		BUF_AUTO out;
		buf_init(&out, HELP_MAX);
		options_help(u, &out);
		fwrite(out.p, 1, out.n, stdout);
		*ret_exit = EXIT_TRUE;
	}
	return !help;
}

int command_failed(const char *command, const struct err *err)
{
	fprintf(stderr, "musubi %s: %s%s%s\n", command, err->what, err->clause ? " · " : "",
	        err->clause ? err->clause : "");
	return EXIT_FAILED;
}
