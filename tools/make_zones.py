#!/usr/bin/env python3
"""Writes src/rule/zone_table.c from the tz database of this machine.

Takes the last line of each TZif file (RFC 8536 section 3.3): the POSIX rule in
force after the last recorded change. Run it when tzdata changes:
    tools/make_zones.py > src/rule/zone_table.c
"""
import os
import re
import sys

ROOT = "/usr/share/zoneinfo"
OFFSET = r"([+-]?\d+)(?::(\d+))?(?::(\d+))?"
NAME = r"(?:<[^>]+>|[A-Za-z]+)"


def seconds(parts):
    h, m, s = parts
    sign = -1 if h.startswith("-") else 1
    return sign * (abs(int(h)) * 3600 + int(m or 0) * 60 + int(s or 0))


def switch(text):
    m = re.fullmatch(r"M(\d+)\.(\d)\.(\d)(?:/" + OFFSET + ")?", text)
    if not m:
        raise ValueError(text)
    at = seconds(m.groups()[3:]) if m.group(4) else 7200
    return int(m[1]), int(m[2]), int(m[3]), at


def rule(text):
    m = re.fullmatch(NAME + OFFSET + "(?:" + NAME + "(?:" + OFFSET + ")?,([^,]+),([^,]+))?", text)
    if not m:
        raise ValueError(text)
    standard = -seconds(m.groups()[:3])
    if not m[7]:
        return standard, standard, (0, 0, 0, 0), (0, 0, 0, 0)
    summer = -seconds(m.groups()[3:6]) if m[4] else standard + 3600
    return standard, summer, switch(m[7]), switch(m[8])


def zones():
    for base, dirs, files in os.walk(ROOT):
        dirs[:] = sorted(d for d in dirs if d not in ("posix", "right"))
        for f in sorted(files):
            path = os.path.join(base, f)
            with open(path, "rb") as h:
                data = h.read()
            if data[:4] == b"TZif" and f not in ("localtime", "posixrules", "Factory"):
                yield os.path.relpath(path, ROOT), data.rsplit(b"\n", 2)[1].decode()


def main():
    rows = sorted((name, rule(text)) for name, text in zones())
    out = sys.stdout
    out.write("/* Made by tools/make_zones.py from the tz database (public domain); do not edit.\n"
              " * Sorted by name. */\n#include \"rule/zone.h\"\n\n"
              "const struct zone_row zone_table[] = {\n")
    for name, (std, dst, a, b) in rows:
        tail = "" if std == dst else ", { %d, %d, %d, %d }, { %d, %d, %d, %d }" % (a + b)
        out.write('\t{ "%s", %d, %d%s },\n' % (name, std, dst, tail))
    out.write("};\nconst uint16_t zone_count = %d;\n" % len(rows))


main()
