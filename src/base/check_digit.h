/* Check digits: is a number that somebody typed possibly right?
 *
 * A number must be bare ASCII digits here; base/text.h makes it so. Each kind
 * has `…_digit`, the check digit for the digits before (or behind) it, and
 * `…_check`, true when the whole number holds.
 *
 * 個人番号   12 digits, order of the Ministry of Internal Affairs No. 85 of 2014,
 *            art. 5: the last is 11 - (Σ P_n Q_n mod 11), 0 when that is 10 or 11.
 * 法人番号   13 digits, the first is 9 - (Σ P_n Q_n mod 9).
 * 団体コード 6 digits of 全国地方公共団体コード, the last is (11 - Σ mod 11) mod 10.
 * 住民票コード 11 digits. The official check digit was not found in public, so
 *            numbers of the demo nation carry one of our own (Damm 2004, a totally
 *            anti-symmetric quasigroup of order 10: every wrong digit and every
 *            swap of neighbours is found). Never refuse a code from elsewhere by it.
 * 受付番号   our own: 4 to 30 digits and two of ISO/IEC 7064 MOD 97-10, which find
 *            every wrong digit and every swap of two digits, neighbours or not
 *            more than 95 places apart. Shown in groups of four: 2611-2000-0042-17. */
#ifndef MUSUBI_BASE_CHECK_DIGIT_H
#define MUSUBI_BASE_CHECK_DIGIT_H

#include "base/arena.h"

enum {
	INDIVIDUAL_NUMBER_LEN = 12,
	CORPORATE_NUMBER_LEN = 13,
	LOCAL_CODE_LEN = 6,
	RESIDENT_CODE_LEN = 11,
	RECEIPT_MIN = 4, RECEIPT_MAX = 30, /* before the two check digits */
};

/* 11, 12, 5, 10 digits to their check digit '0' to '9'; 0 when it is not that
 * many digits. */
char individual_number_digit(struct str eleven);
char corporate_number_digit(struct str twelve);
char local_code_digit(struct str five);
char resident_code_digit(struct str ten);
bool individual_number_check(struct str s);
bool corporate_number_check(struct str s);
bool local_code_check(struct str s);
bool resident_code_check(struct str s);

/* digits and their two check digits, ungrouped: what is stored. */
struct str receipt_make(struct arena *a, struct str digits);
bool receipt_check(struct str s);
/* In groups of four, for people. */
struct str receipt_show(struct arena *a, struct str receipt);
/* What somebody typed, in any width and with any hyphens and spaces, as it is
 * stored. False when it cannot be a receipt number. */
bool receipt_read(struct arena *a, struct str typed, struct str *ret);

#endif
