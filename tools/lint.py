#!/usr/bin/env python3
"""The house rules that a machine can check (docs/STYLE.md names them).

Each check is a function that yields "file:line: message". `./run lint` runs
them all and fails when any of them found something.
"""
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = re.search(r"rooms = \[(.*?)\]", (ROOT / "meson.build").read_text(), re.S).group(1)
ROOMS = re.findall(r"'(\w+)'", ROOMS)
SRC = ROOT / "src"

BANNED = ["strcpy", "strcat", "sprintf", "vsprintf", "gets", "atoi", "atol", "atof", "strtok",
          "strncpy", "strncat", "alloca", "system", "popen", "tmpnam", "mktemp"]
MALLOC = ["malloc", "calloc", "realloc", "free", "strdup", "strndup", "asprintf"]
PRINTF = ["printf", "puts", "putchar", "fprintf", "fputs"]
TABLES = re.compile(r"(_table|_rows|_data|names|places)\.c$")  # tables are exempt from size


def sources(*suffixes):
    for room in ROOMS:
        for p in sorted((SRC / room).rglob("*")):
            if p.suffix in suffixes:
                yield room, p


def code_lines(path):
    """(number, line without strings and comments) pairs."""
    text = path.read_text()

    def blank(m):
        return re.sub(r"[^\n]", " ", m.group(0))
    text = re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text,
                  flags=re.S)
    return enumerate(text.split("\n"), 1)


def rel(path):
    return path.relative_to(ROOT)


def check_layers():
    """A room uses the rooms before it in meson.build, and none after."""
    for room, p in sources(".c", ".h"):
        for n, line in enumerate(p.read_text().split("\n"), 1):
            m = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if not m:
                continue
            target = m.group(1).split("/")[0]
            if m.group(1).endswith(".c"):
                yield f"{rel(p)}:{n}: includes a .c file"
            elif target not in ROOMS:
                yield f"{rel(p)}:{n}: {m.group(1)}: name the room"
            elif ROOMS.index(target) > ROOMS.index(room):
                yield f"{rel(p)}:{n}: {room} may not use {target}"


def check_words():
    """Banned functions; malloc outside base; printf outside cmd and log; SQL outside *_store.c."""
    sql = re.compile(r'"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE (TABLE|INDEX|UNIQUE))\b')
    for room, p in sources(".c", ".h"):
        words = list(BANNED)
        if room != "base":
            words += MALLOC
        if room != "cmd" and p.name != "log.c":
            words += PRINTF
        pattern = re.compile(r"(?<![\w.>])(" + "|".join(words) + r")\s*\(")
        for n, line in code_lines(p):
            m = pattern.search(line)
            if m and not line.lstrip().startswith("#"):
                yield f"{rel(p)}:{n}: {m.group(1)} is not for this room"
        if room != "store" and not p.name.endswith("_store.c"):
            for n, line in enumerate(p.read_text().split("\n"), 1):
                if sql.search(line):
                    yield f"{rel(p)}:{n}: SQL lives in *_store.c"


def check_sql_text():
    """SQL is constant text: nothing printed or joined into it."""
    for room, p in sources(".c"):
        if not (p.name.endswith("_store.c") or room == "store"):
            continue
        for n, line in enumerate(p.read_text().split("\n"), 1):
            if re.search(r'printf\(.*"\s*(SELECT|INSERT|UPDATE|DELETE)\b', line):
                yield f"{rel(p)}:{n}: SQL text is built"


def check_size():
    """Files up to 600 lines (tables up to any), functions up to 100."""
    for _, p in sources(".c", ".h"):
        lines = p.read_text().split("\n")
        if len(lines) > 600 and not TABLES.search(p.name):
            yield f"{rel(p)}:{len(lines)}: over 600 lines"
        start = None
        for n, line in enumerate(lines, 1):
            if line == "{":
                start = n
            elif line == "}" and start:
                if n - start > 100:
                    yield f"{rel(p)}:{start}: a function of {n - start} lines (at most 100)"
                start = None


def check_must():
    """Every function that returns struct result is MUST-checked."""
    for _, p in sources(".h"):
        text = p.read_text()
        for m in re.finditer(r"^(.*)\bstruct result (\w+)\(", text, re.M):
            before = m.group(1)
            if "MUST" not in before and "inline" not in before and m.group(2) != "fail" \
                    and "typedef" not in before and before.strip() == "":
                n = text[:m.start()].count("\n") + 1
                yield f"{rel(p)}:{n}: {m.group(2)} lacks MUST"


def check_headers():
    """Every header compiles alone."""
    with tempfile.TemporaryDirectory() as d:
        one = Path(d) / "one.c"
        for _, p in sources(".h"):
            one.write_text(f'#include "{p.relative_to(SRC)}"\n')
            flags = subprocess.run(["pkg-config", "--cflags", "cairo", "pangocairo"],
                                   capture_output=True, text=True).stdout.split()
            r = subprocess.run(["gcc", "-std=gnu17", "-D_GNU_SOURCE", "-fsyntax-only", "-Wall",
                                "-Wextra", f"-I{SRC}", *flags, str(one)],
                               capture_output=True, text=True)
            if r.returncode:
                yield f"{rel(p)}:1: does not compile alone: {r.stderr.strip().splitlines()[0]}"


def check_heads():
    """Every file begins by saying what it is for; every room has a README."""
    for _, p in sources(".h"):
        if not p.read_text().startswith("/*"):
            yield f"{rel(p)}:1: no head comment"
    for room in ROOMS:
        if any((SRC / room).glob("*.c")) and not (SRC / room / "README.md").exists():
            yield f"src/{room}: no README.md"


def check_names():
    """Nothing of a workplace: no paths of a machine, no registry hosts."""
    bad = re.compile(r"/work/|/root/|registry\.npmjs|pypi\.org|deb\.debian\.org|proxy\.golang|"
                     r"crates\.io|repo1\.maven")
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True,
                           text=True).stdout.split("\0")
    for f in files:
        p = ROOT / f
        if not f or f == "tools/lint.py" or not p.is_file() or p.stat().st_size > 2 << 20:
            continue
        data = p.read_bytes()
        if b"\0" in data:
            continue
        for n, line in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
            if bad.search(line):
                yield f"{f}:{n}: names a machine or a registry"


CHECKS = [check_layers, check_words, check_sql_text, check_size, check_must, check_headers,
          check_heads, check_names]


def main():
    failed = 0
    for check in CHECKS:
        if len(sys.argv) > 1 and check.__name__ not in sys.argv[1:]:
            continue
        found = list(check())
        print(f"{'FAIL' if found else 'ok  '} {check.__name__[6:]}: "
              f"{check.__doc__.strip().splitlines()[0]}")
        for line in found:
            print("     " + line)
        failed += len(found)
    return 1 if failed else 0


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
