/* Every page of the citizen, as rows. */
#include "web/certs.h"
#include "web/portal.h"
#include "web/routes.h"

enum { UPLOAD_MAX = 110 << 20, FORM_MAX = 256 * 1024 };

#define GET HTTP_GET
#define POST HTTP_POST
#define ALL WHO_ANYBODY
#define HER WHO_CITIZEN

static const struct web_route rows[] = {
	{ GET, "/", ALL, portal_home, .about = "Home: what needs doing, what runs, letters" },
	{ GET, "/procedures", ALL, portal_find, .about = "Search of procedures" },
	{ GET, "/procedures/{id}", ALL, portal_procedure, .about = "One procedure" },
	{ GET, "/verify", ALL, portal_verify, .about = "Is a signed file genuine? The form" },
	{ POST, "/verify", ALL, portal_verify_post, .body_max = PORTAL_VERIFY_MAX + (1 << 20),
	  .about = "The answer; nothing is kept" },
	{ GET, "/help", ALL, portal_words, .about = "Help and contact" },
	{ GET, "/accessibility", ALL, portal_words, .about = "Accessibility statement" },
	{ GET, "/privacy", ALL, portal_words, .about = "Privacy" },
	{ GET, "/settings/lang/{code}", ALL, portal_set_lang, .about = "Language cookie" },
	{ GET, "/settings/size/{code}", ALL, portal_set_size, .about = "Text size cookie" },

	{ GET, "/login", ALL, portal_login_page, .about = "Log-in page" },
	{ POST, "/login", ALL, portal_login_start, .about = "Begins a login" },
	{ GET, "/login/{id}", ALL, portal_login_wait, .about = "Waits for the phone; logs in" },
	{ GET, "/login/{id}/status", ALL, portal_login_status, .about = "Has the phone answered?" },
	{ POST, "/logout", HER, portal_logout, .about = "Ends the session" },
	{ GET, "/goodbye", ALL, portal_goodbye, .about = "After a log-out" },

	{ POST, "/procedures/{id}/start", HER, portal_start, .about = "Starts or resumes a draft" },
	{ GET, "/drafts/{id}", HER, portal_draft_go, .about = "The next question of a draft" },
	{ GET, "/drafts/{id}/check", HER, portal_check, .about = "Check your answers" },
	{ POST, "/drafts/{id}/sign", HER, portal_sign_start, .about = "Begins the signature" },
	{ GET, "/drafts/{id}/sign", HER, portal_sign_wait, .about = "Waits for the signature" },
	{ GET, "/drafts/{id}/sign/status", HER, portal_sign_status, .about = "Has the phone signed?" },
	{ POST, "/drafts/{id}/submit", HER, portal_submit, .about = "Submits; idempotent" },
	{ POST, "/drafts/{id}/discard", HER, portal_discard, .about = "Deletes a draft" },
	{ GET, "/drafts/{id}/files/{file}", HER, portal_file_show, .about = "An attachment" },
	{ GET, "/drafts/{id}/{page}", HER, portal_page_show, .about = "A question page" },
	{ POST, "/drafts/{id}/{page}", HER, portal_page_post, .body_max = FORM_MAX,
	  .about = "Answers of a page" },
	{ POST, "/drafts/{id}/{page}/save", HER, portal_page_autosave, .body_max = FORM_MAX,
	  .about = "Autosave" },
	{ POST, "/drafts/{id}/{page}/add", HER, portal_item_add, .about = "Adds an item to a group" },
	{ GET, "/drafts/{id}/{page}/{item}", HER, portal_item_show, .about = "One item of a group" },
	{ POST, "/drafts/{id}/{page}/{item}", HER, portal_item_post, .body_max = FORM_MAX,
	  .about = "Answers of an item" },
	{ POST, "/drafts/{id}/{page}/{item}/remove", HER, portal_item_remove,
	  .about = "Removes an item" },
	{ POST, "/drafts/{id}/{page}/files/{field}", HER, portal_file_add, .body_max = UPLOAD_MAX,
	  .about = "Adds files" },
	{ POST, "/drafts/{id}/{page}/files/{field}/remove", HER, portal_file_remove,
	  .about = "Removes a file" },

	{ GET, "/applications", HER, portal_applications, .about = "All applications" },
	{ GET, "/applications/{id}/files/{file}", HER, portal_application_file,
	  .about = "An attachment as submitted" },
	{ GET, "/applications/{id}", HER, portal_application, .about = "One application" },
	{ POST, "/applications/{id}/correct", HER, portal_correct, .about = "Opens the correction" },
	{ POST, "/applications/{id}/withdraw", HER, portal_withdraw, .about = "Withdraws" },
	{ GET, "/letters", HER, portal_letters, .about = "Letters received" },
	{ GET, "/letters/{id}", HER, portal_letter, "letter.view", .about = "A letter as PDF" },
	{ GET, "/notices", HER, portal_notices, .about = "Notices" },
	{ POST, "/notices/{id}/read", HER, portal_notice_read, .about = "Marks as read, goes on" },
	{ GET, "/certificates", HER, portal_certs, .about = "Her certificates" },
	{ POST, "/certificates/hold", HER, portal_certs_hold, .about = "Card or phone lost: on hold" },
	{ GET, "/certificates/held", ALL, portal_certs_held, .about = "After that" },
	{ POST, "/certificates/notify", HER, portal_certs_notify, .about = "A notice at every use" },
	{ GET, "/my-data", HER, portal_my_data, "record.view", .about = "What the city holds" },
	{ GET, "/access-log", HER, portal_access_log, .about = "Who looked at my data and why" },
	{ GET, "/consents", HER, portal_consents, .about = "What services may know about her" },
	{ GET, "/consents/{id}", HER, portal_consent, .about = "A service asks for her consent" },
	{ POST, "/consents/{id}", HER, portal_consent_post, .about = "Gives, refuses, withdraws it" },
	{ GET, "/report", HER, portal_report, "record.view", .about = "Says that a fact is wrong" },
	{ POST, "/report", HER, portal_report_post, .about = "Sends it to the city" },
};

void portal_routes(struct app *app)
{
	app_add_routes(app, rows, sizeof rows / sizeof *rows);
}
