#include "base/check_digit.h"

#include <assert.h>

#include "base/text.h"

static bool all_digits(struct str s, size_t n)
{
	if (s.n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

static unsigned digit(struct str s, size_t i)
{
	return (unsigned)(s.p[i] - '0');
}

/* The nth digit from the right, counting from 1. */
static unsigned from_right(struct str s, unsigned n)
{
	return digit(s, s.n - n);
}

char individual_number_digit(struct str eleven)
{
	unsigned sum = 0;
	if (!all_digits(eleven, INDIVIDUAL_NUMBER_LEN - 1))
		return 0;
	for (unsigned n = 1; n <= 11; n++)
		sum += from_right(eleven, n) * (n <= 6 ? n + 1 : n - 5);
	unsigned rest = sum % 11;
	return (char)('0' + (rest <= 1 ? 0 : 11 - rest));
}

char corporate_number_digit(struct str twelve)
{
	unsigned sum = 0;
	if (!all_digits(twelve, CORPORATE_NUMBER_LEN - 1))
		return 0;
	for (unsigned n = 1; n <= 12; n++)
		sum += from_right(twelve, n) * (n % 2 ? 1 : 2);
	return (char)('0' + 9 - sum % 9);
}

char local_code_digit(struct str five)
{
	unsigned sum = 0;
	if (!all_digits(five, LOCAL_CODE_LEN - 1))
		return 0;
	for (unsigned i = 0; i < 5; i++)
		sum += digit(five, i) * (6 - i);
	return (char)('0' + (11 - sum % 11) % 10);
}

char resident_code_digit(struct str ten)
{
	static const unsigned char quasigroup[10][10] = {
		{ 0, 3, 1, 7, 5, 9, 8, 6, 4, 2 }, { 7, 0, 9, 2, 1, 5, 4, 8, 6, 3 },
		{ 4, 2, 0, 6, 8, 7, 1, 3, 5, 9 }, { 1, 7, 5, 0, 9, 8, 3, 4, 2, 6 },
		{ 6, 1, 2, 3, 0, 4, 5, 9, 7, 8 }, { 3, 6, 7, 4, 2, 0, 9, 5, 8, 1 },
		{ 5, 8, 6, 9, 7, 2, 0, 1, 3, 4 }, { 8, 9, 4, 5, 3, 6, 2, 0, 1, 7 },
		{ 9, 4, 3, 8, 6, 1, 7, 2, 0, 5 }, { 2, 5, 8, 1, 4, 3, 6, 7, 9, 0 },
	};
	unsigned state = 0;
	if (!all_digits(ten, RESIDENT_CODE_LEN - 1))
		return 0;
	for (size_t i = 0; i < ten.n; i++)
		state = quasigroup[state][digit(ten, i)];
	return (char)('0' + state);
}

static bool last_is(struct str s, size_t len, char (*of)(struct str))
{
	return all_digits(s, len) && of(str_sub(s, 0, len - 1)) == s.p[len - 1];
}

bool individual_number_check(struct str s)
{
	return last_is(s, INDIVIDUAL_NUMBER_LEN, individual_number_digit);
}

bool corporate_number_check(struct str s)
{
	return all_digits(s, CORPORATE_NUMBER_LEN) && corporate_number_digit(str_from(s, 1)) == s.p[0];
}

bool local_code_check(struct str s)
{
	return last_is(s, LOCAL_CODE_LEN, local_code_digit);
}

bool resident_code_check(struct str s)
{
	return last_is(s, RESIDENT_CODE_LEN, resident_code_digit);
}

static unsigned mod97(struct str s)
{
	unsigned rest = 0;
	for (size_t i = 0; i < s.n; i++)
		rest = (rest * 10 + digit(s, i)) % 97;
	return rest;
}

struct str receipt_make(struct arena *a, struct str digits)
{
	assert(digits.n >= RECEIPT_MIN && digits.n <= RECEIPT_MAX && all_digits(digits, digits.n));
	unsigned check = 98 - mod97(digits) * 100 % 97;
	return arena_printf(a, "%.*s%02u", STR_ARG(digits), check);
}

bool receipt_check(struct str s)
{
	return s.n >= RECEIPT_MIN + 2 && s.n <= RECEIPT_MAX + 2 && all_digits(s, s.n) &&
	       mod97(s) == 1 && (s.p[s.n - 2] != '0' || s.p[s.n - 1] >= '2');
}

struct str receipt_show(struct arena *a, struct str receipt)
{
	char *out = arena_alloc(a, receipt.n * 2 + 1);
	size_t n = 0;
	for (size_t i = 0; i < receipt.n; i++) {
		if (i && i % 4 == 0)
			out[n++] = '-';
		out[n++] = receipt.p[i];
	}
	return str_of(out, n);
}

bool receipt_read(struct arena *a, struct str typed, struct str *ret)
{
	if (typed.n > 256)
		return false;
	struct str plain = text_fold(a, typed); /* spaces gone, hyphens "-" */
	char *out = arena_alloc(a, plain.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < plain.n; i++)
		if (plain.p[i] != '-')
			out[n++] = plain.p[i];
	if (!receipt_check(str_of(out, n)))
		return false;
	*ret = str_of(out, n);
	return true;
}
