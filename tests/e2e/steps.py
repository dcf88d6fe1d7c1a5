"""A list of steps, each printed with its milliseconds; the first that fails
ends the list with what was expected and what was found."""
import sys
import time
import traceback

from web import Failed


class Steps:
    def __init__(self, title=""):
        self.title, self.done, self.failed = title, 0, 0
        self.begin = time.monotonic()

    def run(self, name, work):
        start = time.monotonic()
        try:
            found = work()
        except Failed as e:
            return self._fail(name, start, str(e))
        except Exception as e:
            last = traceback.extract_tb(e.__traceback__)[-3:]
            return self._fail(name, start, f"{type(e).__name__}: {e}  ("
                              + " ← ".join(f"{f.name}:{f.lineno}" for f in reversed(last)) + ")")
        self.done += 1
        note = f"  · {found}" if isinstance(found, str) else ""
        print(f"ok   {(time.monotonic() - start) * 1000:7.0f} ms  {name}{note}", flush=True)
        return True

    def _fail(self, name, start, why):
        self.failed += 1
        print(f"FAIL {(time.monotonic() - start) * 1000:7.0f} ms  {name}\n     {why}", flush=True)
        return False

    def all(self, rows, stop=True):
        """rows: (name, function). With stop=False every row runs."""
        for name, work in rows:
            if not self.run(name, work) and stop:
                break

    def verdict(self):
        print(f"{self.done} passed, {self.failed} failed in "
              f"{time.monotonic() - self.begin:.1f} s{' — ' + self.title if self.title else ''}",
              flush=True)
        return 1 if self.failed else 0


def main(run, argv=None, **more):
    """A script of tests: --engine, --build, --people, --keep; a nation; its verdict."""
    import argparse

    from nation import NationError, fresh
    p = argparse.ArgumentParser()
    p.add_argument("--engine", choices=["sqlite", "postgres"], default="sqlite")
    p.add_argument("--build", default="build")
    p.add_argument("--people", type=int, default=200)
    p.add_argument("--conninfo", help="an empty PostgreSQL database, instead of a new cluster")
    p.add_argument("--keep", action="store_true", help="keep the nation's folder")
    a = p.parse_args(argv)
    try:
        with fresh(build=a.build, engine=a.engine, people=a.people, conninfo=a.conninfo,
                   keep=a.keep, **more) as nation:
            verdict = run(nation)
            if a.keep:
                print(f"kept: {nation.dir}")
    except NationError as e:
        print(f"FAIL {e}", file=sys.stderr)
        return 1
    return verdict
