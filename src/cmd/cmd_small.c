/* musubi totp | version: no node is opened. */
#include <stdio.h>

#include "base/clock.h"
#include "base/encode.h"
#include "cmd/commands.h"
#include "crypto/secret.h"
#include "crypto/totp.h"

enum { SECRET_TEXT = 128 };

int cmd_version(int argc, char **args)
{
	struct usage u = { .command = "version" };
	int code;
	if (!command_begin(&u, argc, args, &code))
		return code;
	printf("musubi %s\n", MUSUBI_VERSION);
	return EXIT_TRUE;
}

/* Base32 as people copy it: small letters, in groups. */
static struct str tidy(struct str typed, char out[SECRET_TEXT])
{
	size_t n = 0;
	for (size_t i = 0; i < typed.n && n < SECRET_TEXT; i++) {
		char c = typed.p[i];
		if (c == ' ' || c == '-' || c == '=')
			continue;
		out[n++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
	}
	return str_of(out, n);
}

int cmd_totp(int argc, char **args)
{
	struct err err = { 0 };
	struct operands secret = { .names = "SECRET", .min = 1, .max = 1 };
	struct usage u = { .command = "totp", .operands = &secret,
		.more = "SECRET is base32, as in an otpauth: address. For tests and demos: a secret on a\n"
		        "command line is seen by everybody on the machine." };
	char text[SECRET_TEXT], code[TOTP_DIGITS + 1];
	SECRET_AUTO raw = secret_new(SECRET_TEXT);
	size_t n;
	int exit_code;
	if (!command_begin(&u, argc, args, &exit_code))
		return exit_code;
	if (is_err(decode_to(ENCODING_BASE32, tidy(secret.v[0], text), raw.p, &n, &err)) || n == 0)
		return command_failed("totp", err.kind ? &err : &(struct err){ .what = "a base32 secret is expected" });
	totp_code(str_of((const char *)raw.p, n), clock_now_us() / CLOCK_SECOND / TOTP_STEP_SECONDS,
	          code);
	printf("%s\n", code);
	return EXIT_TRUE;
}
