/* See support.h. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/calendar.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "trust/ca.h"

struct str office_issue(struct office *o, enum profile_id profile, const char *organization_id,
                        struct key **ret_key)
{
	struct str csr;
	struct cert_issued issued;
	struct str dns[1] = { STR("node.example") };
	assert_ok(key_generate(KEY_P256, ret_key, &err_));
	assert_ok(trust_csr_make(o->a, *ret_key, &csr, &err_));
	struct cert_request r = { .profile = profile, .subject = str_c(organization_id), .csr = csr,
		                  .name = profile == PROFILE_TLS_SERVER ? dns[0] : STR("加賀市長"),
		                  .organization = STR("加賀市"), .organization_id = str_c(organization_id),
		                  .office = STR("総務部"), .dns = dns,
		                  .ndns = profile == PROFILE_TLS_SERVER ? 1 : 0 };
	assert_ok(trust_cert_issue(o->ca, o->a, &r, o->now, &issued, &err_));
	return issued.der;
}

static void make_seal(struct office *o, enum key_alg alg)
{
	struct str csr;
	struct cert_issued issued;
	assert_ok(key_generate(alg, &o->key, &err_));
	assert_ok(trust_csr_make(o->a, o->key, &csr, &err_));
	struct cert_request r = { .profile = PROFILE_SEAL, .subject = STR("172065"), .csr = csr,
		                  .name = STR("加賀市長"), .organization = STR("加賀市"),
		                  .organization_id = STR("172065"), .office = STR("総務部") };
	assert_ok(trust_cert_issue(o->ca, o->a, &r, o->now, &issued, &err_));
	o->cert = issued.der;
	o->signer = (struct cms_signer){ .key = o->key, .cert = o->cert };
}

struct office *office_new(enum key_alg alg)
{
	struct office *o = MEM_NEW(struct office);
	o->a = arena_new(256 << 20);
	o->now = jst_start((struct date){ 2026, 11, 20 }) + 10 * CLOCK_HOUR;
	clock_set_for_test(o->now);
	snprintf(o->dir, sizeof o->dir, "%.40s/letterXXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	assert_non_null(mkdtemp(o->dir));
	trust_migrations();
	assert_ok(store_open(arena_printf(o->a, "sqlite:%s/ca.db", o->dir), &o->store, &err_));
	assert_ok(key_generate(KEY_P256, &o->ca_key, &err_));
	assert_ok(trust_ca_create(o->store, STR("gpki"), CA_GOVERNMENT, o->ca_key, o->now, &o->ca, &err_));
	o->ca_cert = arena_str(o->a, trust_ca_cert(o->ca));
	o->anchors = anchors_new();
	assert_ok(anchors_add(o->anchors, o->ca_cert, &err_));
	make_seal(o, alg);
	o->trust = (struct letter_trust){ .anchors = o->anchors, .certs = &o->cert, .ncerts = 1 };
	return o;
}

void office_free(struct office *o)
{
	int status;
	trust_ca_close(o->ca);
	store_close(o->store);
	key_unref(o->ca_key);
	key_unref(o->key);
	anchors_unref(o->anchors);
	run(o->a, &status, "rm -rf '%s'", o->dir);
	arena_free(o->a);
	mem_free(o);
}

struct letter sample_letter(struct arena *a)
{
	static const struct letter_row rows[] = {
		{ STR_INIT("氏名"), STR_INIT("渡邉󠄂　髙﨑") },
		{ STR_INIT("住所"), STR_INIT("石川県加賀市大聖寺南町ニ41番地　葛󠄀城ハイツ𠮷101号") },
		{ STR_INIT("罹災原因"), STR_INIT("令和8年11月3日の大雨による浸水") },
		{ STR_INIT("住家の被害の程度"), STR_INIT("半壊") },
		{ STR_INIT("備考"), STR_INIT("床上1.2 mまで浸水しました。\n現地調査で確認しています。") },
	};
	static const struct str lines[] = { STR_INIT("石川県加賀市大聖寺南町ニ41番地"),
		                            STR_INIT("葛󠄀城ハイツ𠮷101号") };
	struct letter_block *b = ARENA_ARRAY(a, struct letter_block, 4);
	b[0] = (struct letter_block){ .kind = LETTER_PARA,
		.text = STR("あなたから申請のあった住家の被害について、次のとおり証明します。") };
	b[1] = (struct letter_block){ .kind = LETTER_TABLE, .nrows = 5, .rows = rows };
	b[2] = (struct letter_block){ .kind = LETTER_HEADING, .text = STR("使いみち") };
	b[3] = (struct letter_block){ .kind = LETTER_NOTE,
		.text = STR("※　生活再建支援金などの手続に使うことができます。") };
	return (struct letter){
		.issuer = { STR("172065"), STR("加賀市"), STR("加賀市長"), STR("結　一郎"), STR("総務部 防災課"),
		            STR("〒922-8622 石川県加賀市大聖寺南町ニ41番地"), STR("電話 0761-00-0000") },
		.number = STR("加防第123号"), .date = STR("2026-11-20"),
		.to = { STR("922-8622"), 2, lines, STR("渡邉󠄂　髙﨑"), STR("") },
		.title = STR("罹災証明書"), .nblocks = 4, .blocks = b,
		.basis = STR("災害対策基本法第90条の2第1項"), .appeal = { .present = true }, .sealed = true,
	};
}

struct str rendered(struct arena *a, const struct letter *l, struct pades_spot *ret_spot,
                    uint32_t *ret_pages)
{
	struct pades_spot spot;
	uint32_t pages;
	struct buf pdf;
	buf_init(&pdf, LETTER_PDF_MAX);
	assert_ok(letter_render(l, &pdf, &spot, &pages, &err_));
	struct str s = arena_str(a, buf_str(&pdf));
	buf_done(&pdf);
	if (ret_spot)
		*ret_spot = spot;
	if (ret_pages)
		*ret_pages = pages;
	return s;
}

struct str sealed(struct office *o, struct str pdf, const struct pades_spot *spot)
{
	struct pades_options opt = { .time = o->now, .name = STR("加賀市長"), .reason = STR("電子公印"),
		                     .sign = pades_sign_cms, .ctx = &o->signer };
	struct buf out;
	if (spot)
		opt.spot = *spot;
	buf_init(&out, LETTER_PDF_MAX);
	assert_ok(pades_seal(pdf, &opt, &out, &err_));
	struct str s = arena_str(o->a, buf_str(&out));
	buf_done(&out);
	return s;
}

const char *put_file(struct arena *a, const char *dir, const char *name, struct str bytes)
{
	struct str path = arena_printf(a, "%s/%s", dir, name);
	assert_ok(file_write(path, bytes, 0600, &err_));
	return path.p;
}

struct str run(struct arena *a, int *ret_status, const char *fmt, ...)
{
	char command[1024], chunk[4096];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(command, sizeof command - 8, fmt, ap);
	va_end(ap);
	assert_true(n > 0 && n < (int)sizeof command - 8);
	memcpy(command + n, " 2>&1", 6);
	FILE *p = popen(command, "r");
	assert_non_null(p);
	BUF_AUTO out;
	buf_init(&out, 16 << 20);
	for (size_t got; (got = fread(chunk, 1, sizeof chunk, p)) > 0;)
		buf_add(&out, str_of(chunk, got));
	int status = pclose(p);
	*ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	return arena_str(a, buf_str(&out));
}
