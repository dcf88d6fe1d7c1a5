#!/usr/bin/env python3
"""Writes src/rule/letters_table.c from Python's Unicode data and the Blocks.txt
that Perl brings along. Run it to move to a newer Unicode:
    tools/make_letters.py > src/rule/letters_table.c
"""
import glob
import re
import sys
import unicodedata

CATEGORIES_LEFT_OUT = "Cn"


def case_rows(change):
    rows = []
    for cp in range(0x80, 0x110000):
        if 0xD800 <= cp < 0xE000:
            continue
        to = change(chr(cp))
        delta = ord(to) - cp if len(to) == 1 else 0
        if not delta:
            continue
        if rows and rows[-1][3] == delta:
            first, last, step, _ = rows[-1]
            gap = cp - last
            if gap <= 2 and (first == last or gap == step):
                rows[-1] = (first, cp, gap, delta)
                continue
        rows.append((cp, cp, 1, delta))
    return rows


def category_rows():
    rows = []
    for cp in range(0x110000):
        category = unicodedata.category(chr(cp))
        if rows and rows[-1][2] == category:
            rows[-1][1] = cp
        else:
            rows.append([cp, cp, category])
    return [r for r in rows if r[2] != CATEGORIES_LEFT_OUT]


def block_rows():
    path = sorted(glob.glob("/usr/share/perl/*/unicore/Blocks.txt"))[-1]
    with open(path, encoding="utf-8") as h:
        for line in h:
            m = re.match(r"([0-9A-F]+)\.\.([0-9A-F]+); (.+)", line)
            if m:
                yield int(m[1], 16), int(m[2], 16), m[3].strip().replace(" ", "")


def table(kind, name, count, rows):
    rows = list(rows)
    print("\nconst struct %s %s[] = {" % (kind, name))
    for r in rows:
        print("\t{ " + r + " },")
    print("};\nconst size_t %s = %d;" % (count, len(rows)))


def main():
    print("/* Made by tools/make_letters.py from Unicode %s; do not edit. */"
          % unicodedata.unidata_version)
    print('#include "rule/letters.h"')
    for name, change in (("upper", str.upper), ("lower", str.lower)):
        table("letter_case", "letter_%ss" % name, "letter_n%ss" % name,
              ("0x%x, 0x%x, %d, %d" % r for r in case_rows(change)))
    table("letter_range", "letter_ranges", "letter_nranges",
          ("0x%x, 0x%x, '%s' << 8 | '%s'" % (a, b, c[0], c[1]) for a, b, c in category_rows()))
    table("letter_block", "letter_blocks", "letter_nblocks",
          ('0x%x, 0x%x, "%s"' % r for r in block_rows()))
    sys.stdout.flush()


main()
