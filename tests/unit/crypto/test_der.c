/* DER: round trips, and everything BER that DER forbids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "crypto/der.h"

#include <cmocka.h>

static struct str wrote(struct arena *a, struct buf *b)
{
	struct str s = arena_str(a, buf_str(b));
	buf_clear(b);
	return s;
}

static void lengths_are_minimal_both_ways(void **state)
{
	(void)state;
	static const size_t sizes[] = { 0, 1, 127, 128, 255, 256, 65535, 65536, 70000 };
	ARENA_AUTO a = arena_new(0);
	BUF_AUTO b;
	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct der d;
		char *fill = arena_alloc(a, sizes[i] + 1);
		der_init(&d, &b);
		der_open(&d, DER_SEQ);
		der_put(&d, DER_OCTETS, str_of(fill, sizes[i]));
		der_close(&d);
		struct str s = wrote(a, &b);
		struct der_in in = der_read(s), seq = der_enter(&in, DER_SEQ);
		assert_int_equal(der_get(&seq, DER_OCTETS).n, sizes[i]);
		der_leave(&in, &seq);
		assert_true(der_done(&in));
		for (size_t cut = 0; cut < s.n && cut < 300; cut++) {
			struct der_in t = der_read(str_of(s.p, cut));
			der_get(&t, DER_SEQ);
			assert_true(t.bad);
		}
	}
}

static void ber_forms_are_refused(void **state)
{
	(void)state;
	static const struct str bad[] = {
		STR_INIT("\x04"),                     /* no length */
		STR_INIT("\x04\x80\x00\x00"),         /* indefinite */
		STR_INIT("\x04\x81\x01x"),            /* long form for a short length */
		STR_INIT("\x04\x82\x00\x80"),         /* leading zero */
		STR_INIT("\x04\x85\x01\x00\x00\x00\x00"),
		STR_INIT("\x04\xff"), STR_INIT("\x04\x02x"), STR_INIT("\x1f\x81\x01\x00"),
		STR_INIT("\x04\x84\xff\xff\xff\xff"),
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct der_in in = der_read(bad[i]);
		assert_int_equal(der_get_raw(&in, 0).n, 0);
		assert_true(in.bad);
		assert_int_equal(der_peek(&in), -1);
		assert_false(der_done(&in));
	}
}

static void integers(void **state)
{
	(void)state;
	static const uint64_t values[] = { 0, 1, 127, 128, 255, 256, 65535, 1u << 31, INT64_MAX };
	ARENA_AUTO a = arena_new(0);
	BUF_AUTO b;
	struct der d;
	buf_init(&b, 1 << 10);
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		der_init(&d, &b);
		der_put_uint(&d, values[i]);
		struct der_in in = der_read(wrote(a, &b));
		assert_int_equal(der_get_uint(&in), values[i]);
		assert_true(der_done(&in));
	}
	static const struct str bad[] = {
		STR_INIT("\x02\x00"), STR_INIT("\x02\x02\x00\x7f"), STR_INIT("\x02\x02\xff\x80"),
		STR_INIT("\x02\x01\x80"), STR_INIT("\x02\x09\x01\0\0\0\0\0\0\0\0"),
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct der_in in = der_read(bad[i]);
		assert_int_equal(der_get_uint(&in), 0);
		assert_true(in.bad);
	}
}

static void object_identifiers(void **state)
{
	(void)state;
	static const char *const good[] = { "1.2.392.200149.8.5.5.6", "2.5.29.15", "2.999.392.1.1",
	                                    "0.9.2342.19200300.100.1.25", "1.3.6.1.5.5.7.48.1" };
	ARENA_AUTO a = arena_new(0);
	BUF_AUTO b;
	struct der d;
	char text[DER_OID_TEXT];
	buf_init(&b, 1 << 10);
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		der_init(&d, &b);
		der_put_oid(&d, good[i]);
		struct der_in in = der_read(wrote(a, &b));
		der_get_oid(&in, text);
		assert_string_equal(text, good[i]);
	}
	/* the octets that the facts of JPKI give for the arc */
	der_init(&d, &b);
	der_put_oid(&d, "1.2.392.200149.8.5.5.6");
	assert_true(str_eq(buf_str(&b), STR("\x06\x0a\x2a\x83\x08\x8c\x9b\x55\x08\x05\x05\x06")));
	static const struct str bad[] = {
		STR_INIT("\x06\x00"), STR_INIT("\x06\x01\x80"), STR_INIT("\x06\x02\x2a\x80"),
		STR_INIT("\x06\x03\x2a\x80\x01"),
		STR_INIT("\x06\x0b\x2a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"),
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct der_in in = der_read(bad[i]);
		der_get_oid(&in, text);
		assert_true(in.bad);
		assert_string_equal(text, "");
	}
}

static void named_bits(void **state)
{
	(void)state;
	ARENA_AUTO a = arena_new(0);
	BUF_AUTO b;
	struct der d;
	buf_init(&b, 1 << 10);
	for (unsigned v = 1; v < 1u << 9; v++) {
		der_init(&d, &b);
		der_put_named_bits(&d, v);
		struct der_in in = der_read(wrote(a, &b));
		assert_int_equal(der_get_named_bits(&in), v);
		assert_true(der_done(&in));
	}
	static const struct str bad[] = {
		STR_INIT("\x03\x00"), STR_INIT("\x03\x02\x00\x80"), STR_INIT("\x03\x02\x08\x80"),
		STR_INIT("\x03\x02\x07\xc0"), STR_INIT("\x03\x03\x00\x80\x00"), STR_INIT("\x03\x01\x03"),
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct der_in in = der_read(bad[i]);
		der_get_named_bits(&in);
		assert_true(in.bad);
	}
}

static void times(void **state)
{
	(void)state;
	static const int64_t seconds[] = { -631152000, -1, 0, 1, 951782400, 2524607999, 2524608000,
	                                   253402300799 };
	ARENA_AUTO a = arena_new(0);
	BUF_AUTO b;
	struct der d;
	buf_init(&b, 1 << 10);
	for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++) {
		der_init(&d, &b);
		der_put_time(&d, seconds[i] * 1000000 + 999999);
		struct str s = wrote(a, &b);
		assert_int_equal((uint8_t)s.p[0], seconds[i] < 2524608000 ? DER_UTCTIME : DER_GENTIME);
		struct der_in in = der_read(s);
		assert_int_equal(der_get_time(&in), seconds[i] * 1000000);
		assert_true(der_done(&in));
	}
	static const struct str bad[] = {
		STR_INIT("\x17\x0d" "260230000000Z"), STR_INIT("\x17\x0d" "261301000000Z"),
		STR_INIT("\x17\x0d" "260101240000Z"), STR_INIT("\x17\x0d" "2601010000000"),
		STR_INIT("\x17\x0b" "2601010000Z"), STR_INIT("\x17\x0d" "26010100 000Z"),
		STR_INIT("\x18\x0f" "20260101000000Z"), /* before 2050 */
		STR_INIT("\x18\x11" "20510101000000.0Z"), STR_INIT("\x17\x11" "260101000000+0900"),
		STR_INIT("\x17\x00"),
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct der_in in = der_read(bad[i]);
		assert_int_equal(der_get_time(&in), 0);
		assert_true(in.bad);
	}
}

static void faults_stick_and_travel_outwards(void **state)
{
	(void)state;
	struct der_in in = der_read(STR("\x30\x03\x02\x01\x05\x05\x00"));
	struct der_in seq = der_enter(&in, DER_SEQ);
	der_get_null(&seq);
	assert_true(seq.bad);
	assert_int_equal(der_get_uint(&seq), 0);
	der_leave(&in, &seq);
	assert_true(in.bad);
	assert_int_equal(der_peek(&in), -1);
	in = der_read(STR("\x30\x03\x02\x01\x05"));
	seq = der_enter(&in, DER_SEQ);
	der_leave(&in, &seq); /* left unread */
	assert_true(in.bad);
}

static void a_full_buffer_is_told(void **state)
{
	(void)state;
	BUF_AUTO b;
	struct der d;
	char big[300] = { 0 };
	buf_init(&b, 200);
	der_init(&d, &b);
	der_open(&d, DER_SEQ);
	der_put(&d, DER_OCTETS, str_of(big, sizeof big));
	der_close(&d);
	assert_true(buf_over(&b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lengths_are_minimal_both_ways),
		cmocka_unit_test(ber_forms_are_refused),
		cmocka_unit_test(integers),
		cmocka_unit_test(object_identifiers),
		cmocka_unit_test(named_bits),
		cmocka_unit_test(times),
		cmocka_unit_test(faults_stick_and_travel_outwards),
		cmocka_unit_test(a_full_buffer_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
