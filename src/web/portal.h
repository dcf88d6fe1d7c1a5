/* The citizen's pages: one function per row of portal.c. */
#ifndef MUSUBI_WEB_PORTAL_H
#define MUSUBI_WEB_PORTAL_H

#include "apply/attach.h"
#include "apply/case.h"
#include "web/app.h"

/* portal_login.c */
MUST struct result portal_login_page(struct visit *v, struct err *err);
MUST struct result portal_login_start(struct visit *v, struct err *err);
MUST struct result portal_login_wait(struct visit *v, struct err *err);
MUST struct result portal_login_status(struct visit *v, struct err *err);
MUST struct result portal_logout(struct visit *v, struct err *err);
MUST struct result portal_goodbye(struct visit *v, struct err *err);

/* portal_open.c: what every page of a draft begins with */
struct portal_draft {
	struct draft draft;
	const struct procedure *procedure; /* of the packs held below */
	struct pack_set *packs;
	const struct org *authority;
	struct str code;                   /* hers at the authority */
	const struct json *facts;          /* {"申請者": {…}, …} */
	const struct json *sources;        /* alias -> {source, date}: for 出典 */
	const struct json *about;          /* of the application being corrected, or NULL */
	const struct json *submitted;      /* its answers, or NULL */
	struct form *form;
};
/* Loads the draft, reads what it is prefilled with from the authority's
 * records (journaled when `reading`), opens the form. */
MUST struct result portal_open(struct visit *v, struct str draft_id, bool reading,
                               struct portal_draft *ret, struct err *err);
MUST struct result portal_open_form(struct visit *v, struct portal_draft *d,
                                    const struct json *answers, struct err *err);
void portal_close(struct portal_draft *d);
#define PORTAL_DRAFT_AUTO __attribute__((cleanup(portal_close))) struct portal_draft
/* Its attachments as the document lists them. */
MUST struct result portal_attachments(struct visit *v, const struct portal_draft *d,
                                      const struct form_attachment **ret, size_t *ret_n,
                                      struct err *err);

/* portal_form.c: start, pages, items, autosave */
MUST struct result portal_start(struct visit *v, struct err *err);
MUST struct result portal_draft_go(struct visit *v, struct err *err);
MUST struct result portal_page_show(struct visit *v, struct err *err);
MUST struct result portal_page_post(struct visit *v, struct err *err);
MUST struct result portal_page_autosave(struct visit *v, struct err *err);
MUST struct result portal_item_show(struct visit *v, struct err *err);
MUST struct result portal_item_post(struct visit *v, struct err *err);
MUST struct result portal_item_add(struct visit *v, struct err *err);
MUST struct result portal_item_remove(struct visit *v, struct err *err);
MUST struct result portal_discard(struct visit *v, struct err *err);
/* Runs `work` again while another save of the same draft was faster. */
MUST struct result portal_again(struct visit *v, visit_handler work, struct err *err);
/* The page once more with errors that came from elsewhere (a refused file). */
MUST struct result portal_page_again(struct visit *v, struct portal_draft *d,
                                     const struct pack_page *page,
                                     const struct form_error *errors, size_t n,
                                     struct err *err);
/* portal_files.c */
MUST struct result portal_file_add(struct visit *v, struct err *err);
MUST struct result portal_file_remove(struct visit *v, struct err *err);
MUST struct result portal_file_show(struct visit *v, struct err *err);
/* Brings the answers of a page's file fields in line with the files kept. */
MUST struct result portal_files_sync(struct visit *v, struct portal_draft *d,
                                     const struct pack_page *page, struct err *err);
/* portal_check.c: check your answers */
MUST struct result portal_check(struct visit *v, struct err *err);
/* portal_sign.c */
MUST struct result portal_sign_start(struct visit *v, struct err *err);
MUST struct result portal_sign_wait(struct visit *v, struct err *err);
MUST struct result portal_sign_status(struct visit *v, struct err *err);
MUST struct result portal_submit(struct visit *v, struct err *err);
/* portal_find.c: home before login, search, one procedure */
MUST struct result portal_home(struct visit *v, struct err *err);
MUST struct result portal_find(struct visit *v, struct err *err);
MUST struct result portal_procedure(struct visit *v, struct err *err);
/* portal_mine.c */
MUST struct result portal_my_home(struct visit *v, struct err *err);
MUST struct result portal_applications(struct visit *v, struct err *err);
MUST struct result portal_letters(struct visit *v, struct err *err);
MUST struct result portal_letter(struct visit *v, struct err *err);
MUST struct result portal_notices(struct visit *v, struct err *err);
MUST struct result portal_notice_read(struct visit *v, struct err *err);
/* portal_case.c: one application */
MUST struct result portal_application(struct visit *v, struct err *err);
MUST struct result portal_application_file(struct visit *v, struct err *err);
MUST struct result portal_correct(struct visit *v, struct err *err);
MUST struct result portal_withdraw(struct visit *v, struct err *err);
/* portal_data.c: what the city holds; portal_report.c: that something is wrong;
 * portal_log.c: who looked */
MUST struct result portal_my_data(struct visit *v, struct err *err);
MUST struct result portal_report(struct visit *v, struct err *err);
MUST struct result portal_report_post(struct visit *v, struct err *err);
MUST struct result portal_access_log(struct visit *v, struct err *err);
/* portal_verify.c: is this file genuine? */
enum { PORTAL_VERIFY_MAX = 32 << 20 };
MUST struct result portal_verify(struct visit *v, struct err *err);
MUST struct result portal_verify_post(struct visit *v, struct err *err);
/* portal_words.c: help, accessibility, privacy, language, text size */
MUST struct result portal_words(struct visit *v, struct err *err);
MUST struct result portal_set_lang(struct visit *v, struct err *err);
MUST struct result portal_set_size(struct visit *v, struct err *err);

/* portal_consents.c */
MUST struct result portal_consents(struct visit *v, struct err *err);
MUST struct result portal_consent(struct visit *v, struct err *err);
MUST struct result portal_consent_post(struct visit *v, struct err *err);

#endif
