#!/usr/bin/env python3
"""./run test: every suite, one line each with its seconds, and at the very end
one line "N passed, N failed" that counts every single test case.

    ./run test                everything
    ./run test unit kill …    only these suites; the last line says so

A suite that runs nothing, reports nothing or skips a case has failed. What a
failed suite said is printed and kept in build/test-logs/.
"""
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "build/test-logs"
ASAN = "build/asan"
sys.path.insert(0, str(ROOT / "tests/e2e"))
from nation import NationError, Postgres  # noqa: E402

SUITES = []


def suite(name, minutes):
    """Registers a function that gives (passed, failed, what to print on failure)."""
    def wrap(work):
        SUITES.append((name, minutes * 60, work))
        return work
    return wrap


class Run:
    """What suites share: the log's name, the time limit, a PostgreSQL."""

    def __init__(self):
        self.postgres = None
        self.databases = 0
        self.limit = 600
        self.name = ""

    def pg(self):
        if not self.postgres:
            self.postgres = Postgres()
        return self.postgres

    def database(self):
        """A new, empty database."""
        self.databases += 1
        return self.pg().database(f"suite{self.databases}")

    def command(self, args, env=None):
        """Exit code and everything it said. Ended with its children at the limit."""
        e = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", PYTHONUNBUFFERED="1", **(env or {}))
        p = subprocess.Popen([str(a) for a in args], cwd=ROOT, env=e, text=True, errors="replace",
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, start_new_session=True)
        try:
            out, _ = p.communicate(timeout=self.limit)
        except subprocess.TimeoutExpired:
            os.killpg(p.pid, signal.SIGTERM)
            try:
                out, _ = p.communicate(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(p.pid, signal.SIGKILL)
                out, _ = p.communicate()
            out += f"\nFAIL ended after {self.limit} s\n"
        except BaseException:
            os.killpg(p.pid, signal.SIGTERM)
            p.wait()
            raise
        with open(LOGS / f"{self.name.replace(' ', '-')}.log", "a") as f:
            f.write(f"$ {' '.join(map(str, args))}\n{out}\n")
        return p.returncode, out

    def lines(self, args, env=None):
        """A script of ours: lines that begin with "ok " and "FAIL "."""
        code, out = self.command(args, env)
        passed = len(re.findall(r"^ok\s", out, re.M))
        failed = len(re.findall(r"^FAIL\b", out, re.M))
        if code and not failed or not passed and not failed:
            failed += 1
        return passed, failed, out

    def close(self):
        if self.postgres:
            self.postgres.stop()


def add(*results):
    return (sum(r[0] for r in results), sum(r[1] for r in results),
            "\n".join(r[2] for r in results if r[1]))


# ---- unit tests, properties, golden files, replays of fuzz corpora ----

def cmocka(test):
    """Cases of one program; a skipped or unfinished one counts as failed."""
    out = test.get("stdout", "") + test.get("stderr", "")
    passed = len(re.findall(r"^\[       OK \]", out, re.M))
    failed = len(re.findall(r"^\[  FAILED  \] (?!\w+: \d|\d)", out, re.M))
    failed = len(set(re.findall(r"^\[  FAILED  \] (\S.*)$", out, re.M))
                 - set(re.findall(r"^\[  FAILED  \] (\d+ test\(s\).*)$", out, re.M))) and failed
    skipped = len(re.findall(r"^\[  SKIPPED \] (?!\d+ test)", out, re.M))
    announced = sum(map(int, re.findall(r"^\[=+\] (?:[\w ]+: )?Running (\d+) test", out, re.M)))
    return passed, failed, skipped, announced


def count(test):
    """(passed, failed) of one program of the build."""
    if test["name"].startswith("replay ") or "replay " in test["name"]:
        n = re.search(r"^(\d+) inputs replayed", test.get("stdout", ""), re.M)
        return (int(n.group(1)), 0) if n and test["result"] == "OK" else (0, 1)
    passed, failed, skipped, announced = cmocka(test)
    if announced == 0 and test["result"] == "OK":
        return 1, 0  # a program that is one test
    unfinished = max(0, announced - passed - failed)
    bad = failed + skipped + (unfinished if test["result"] != "OK" else 0)
    if test["result"] != "OK" and not bad:
        bad = 1
    return passed, bad


@suite("unit", 20)
def unit(run):
    log = ROOT / ASAN / "meson-logs/testlog.json"
    log.unlink(missing_ok=True)
    env = {"MUSUBI_TEST_PG": run.pg().conninfo}
    code, out = run.command(["meson", "test", "-C", ASAN, "--no-rebuild", "--print-errorlogs",
                             "--num-processes", os.cpu_count() or 2], env)
    if not log.exists():
        return 0, 1, out
    tests = [json.loads(line) for line in log.read_text().splitlines()]
    passed = failed = 0
    for t in tests:
        p, f = count(t)
        passed, failed = passed + p, failed + f
    if (code or not tests) and not failed:
        failed = 1
    return passed, failed, out[-20000:]


# ---- packs ----

@suite("packs", 3)
def packs(run):
    code, out = run.command([f"{ASAN}/musubi", "pack", "check", "packs"])
    checked = (1, 0, out) if code == 0 else (0, 1, out)
    code, out = run.command([f"{ASAN}/musubi", "pack", "test", "packs"])
    passed = len(re.findall(r"^ok\b", out, re.M))
    failed = len(re.findall(r"^FAIL\b", out, re.M)) or (1 if code or not passed else 0)
    return add(checked, (passed, failed, out))


# ---- real servers ----

def script(name):
    return [sys.executable, "-B", f"tests/e2e/{name}.py"]


@suite("demo", 5)
def demo(run):
    """Just as a new user runs it."""
    return run.lines([sys.executable, "-B", "tools/demo.py", "--check"])


@suite("scenario sqlite", 5)
def scenario_sqlite(run):
    return run.lines(script("check") + ["--build", ASAN])


@suite("scenario postgres", 5)
def scenario_postgres(run):
    return run.lines(script("check") + ["--build", ASAN, "--engine", "postgres",
                                        "--conninfo", run.database()])


@suite("hostile sqlite", 6)
def hostile_sqlite(run):
    return run.lines(script("hostile") + ["--build", ASAN])


@suite("hostile postgres", 6)
def hostile_postgres(run):
    return run.lines(script("hostile") + ["--build", ASAN, "--engine", "postgres",
                                          "--conninfo", run.database()])


@suite("interop", 3)
def interop(run):
    return run.lines([sys.executable, "-B", "tests/interop/interop.py"])


@suite("certificates", 4)
def certificates(run):
    """pkilint on one certificate of every profile."""
    return run.lines([sys.executable, "-B", "tests/interop/pkilint.py", ASAN])


@suite("cades", 3)
def cades(run):
    """CMS and CAdES with pyHanko; openssl is in the unit tests and in interop."""
    return run.lines([sys.executable, "-B", "tests/interop/pyhanko_cades.py", f"{ASAN}/musubi"])


@suite("property", 2)
def properties(run):
    """Expressions made from a seed: ours beside another engine's."""
    return run.lines(["node", "tests/property/feelin.mjs"])


@suite("kill", 5)
def kill(run):
    return add(run.lines(script("kill") + ["--rounds", "24"]),
               run.lines(script("kill") + ["--rounds", "8", "--engine", "postgres",
                                           "--conninfo", run.database()]))


@suite("keys", 3)
def keys(run):
    return run.lines(script("keys") + ["--build", ASAN])


@suite("console", 3)
def console(run):
    return run.lines(script("console") + ["--build", ASAN])


@suite("full disk", 2)
def full(run):
    return run.lines(script("full"))


@suite("browser", 8)
def browser(run):
    return run.lines(script("browser"))


# ---- all of them ----

def one(run, name, limit, work):
    begin = time.monotonic()
    run.name, run.limit = name, limit
    try:
        passed, failed, said = work(run)
    except (NationError, OSError, subprocess.SubprocessError) as e:
        passed, failed, said = 0, 1, str(e)
    if failed:
        print(said[-12000:].rstrip())
    print(f"{'FAIL' if failed else 'ok  '} {name:18} {passed:6} passed {failed:4} failed "
          f"{time.monotonic() - begin:7.1f} s", flush=True)
    return passed, failed


def main(names):
    known = [s[0] for s in SUITES]
    unknown = [n for n in names if not any(k == n or k.split()[0] == n for k in known)]
    if unknown:
        print(f"run test: no suite {', '.join(unknown)}; there are: {', '.join(known)}",
              file=sys.stderr)
        return 2
    LOGS.mkdir(parents=True, exist_ok=True)
    for old in LOGS.glob("*.log"):
        old.unlink()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    run = Run()
    total_passed = total_failed = 0
    begin = time.monotonic()
    try:
        for name, limit, work in SUITES:
            if names and name not in names and name.split()[0] not in names:
                continue
            passed, failed = one(run, name, limit, work)
            total_passed, total_failed = total_passed + passed, total_failed + failed
    finally:
        run.close()
    only = f" (only: {' '.join(names)})" if names else ""
    print(f"{time.monotonic() - begin:.0f} s{only}; logs in build/test-logs")
    print(f"{total_passed} passed, {total_failed} failed")
    return 1 if total_failed or not total_passed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
