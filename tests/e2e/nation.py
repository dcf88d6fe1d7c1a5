"""A demo nation as processes: made, served, killed, started again.

Used by ./run demo and by every test that needs real servers. Whatever is
started here is ended here, by its process id; a PostgreSQL of its own ends with
this process at the latest (tests/pg.sh).
"""
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
READY_SECONDS = 60


class NationError(Exception):
    pass


def end_well(*_):
    """SIGTERM ends a test as Ctrl-C does: with its servers and folders."""
    sys.exit(143)


def free_port():
    """A port that is free just now, and so is the next one: the phone's. Below
    those that outgoing connections take."""
    while True:
        port = random.randrange(15000, 32000)
        try:
            with socket.socket() as one, socket.socket() as two:
                one.bind(("127.0.0.1", port))
                two.bind(("127.0.0.1", port + 1))
                return port
        except OSError:
            continue


class Process:
    """A child with its log in a file."""

    def __init__(self, name, args, log, **more):
        self.name, self.args, self.log = name, [str(a) for a in args], Path(log)
        self.out = open(self.log, "ab")
        self.p = subprocess.Popen(self.args, stdout=self.out, stderr=self.out,
                                  stdin=subprocess.DEVNULL, start_new_session=True, **more)

    @property
    def running(self):
        return self.p.poll() is None

    def tail(self, n=15):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-n:])

    def memory_kb(self):
        """Resident now, and at most so far."""
        text = Path(f"/proc/{self.p.pid}/status").read_text()
        pick = {k: int(v.split()[0]) for k, v in (line.split(":", 1) for line in text.splitlines()
                                                  if line.startswith(("VmRSS", "VmHWM")))}
        return pick["VmRSS"], pick["VmHWM"]

    def end(self, seconds=10):
        """SIGTERM, then SIGKILL; gives the exit code."""
        if self.running:
            self.p.send_signal(signal.SIGTERM)
            try:
                self.p.wait(seconds)
            except subprocess.TimeoutExpired:
                self.p.kill()
        code = self.p.wait()
        self.out.close()
        return code

    def kill9(self):
        if self.running:
            self.p.kill()
        self.p.wait()
        self.out.close()


class Postgres:
    """A cluster that lives as long as this process, on a socket of its own."""

    def __init__(self, parent=None):
        # The server's user must be able to reach it: no private parent folder.
        self.dir = Path(tempfile.mkdtemp(prefix="musubi-pg-", dir=parent)) / "pg"
        self.dir.parent.chmod(0o755)
        r = subprocess.run([ROOT / "tests/pg.sh", "start", self.dir, str(os.getpid())],
                           capture_output=True, text=True, cwd="/")
        if r.returncode:
            raise NationError(f"PostgreSQL did not start: {r.stderr.strip()}")
        self.conninfo = r.stdout.strip().splitlines()[-1]

    def do(self, verb):
        subprocess.run([ROOT / "tests/pg.sh", verb, self.dir], check=True, cwd="/",
                       stdout=subprocess.DEVNULL)

    def database(self, name):
        """A new, empty database; gives its conninfo."""
        from_template = self.conninfo.replace("dbname=postgres", f"dbname={name}")
        r = subprocess.run(["psql", "-q", "-d", self.conninfo, "-c",
                            f'CREATE DATABASE "{name}"'], capture_output=True, text=True)
        if r.returncode:
            raise NationError(f"database {name}: {r.stderr.strip()}")
        return from_template

    def stop(self):
        subprocess.run([ROOT / "tests/pg.sh", "stop", self.dir], cwd="/",
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        shutil.rmtree(self.dir.parent, ignore_errors=True)


class Nation:
    """One demo nation in a folder."""

    def __init__(self, folder, build="build", engine="sqlite", people=2000, port=None,
                 conninfo=None, share=None, make_args=()):
        self.dir = Path(folder).resolve()
        self.binary = (ROOT / build / "musubi").resolve()
        self.share = share or os.environ.get("MUSUBI_SHARE") or ROOT  # packs/ and web/ lie there
        self.engine, self.people, self.conninfo = engine, people, conninfo
        self.make_args = list(make_args)  # more of `musubi demo make`
        self.postgres = None
        self.port = port or free_port()
        self.phone_port = self.port + 1
        self.origin = f"http://localhost:{self.port}"
        self.phone_origin = f"http://localhost:{self.phone_port}"
        self.serve = self.phone = None
        self.config = self.dir / "musubi.yaml"
        self.logs = self.dir / "log"
        self.starts = 0

    # ---- making ----

    def store_url(self):
        if self.engine == "sqlite":
            return None
        if not self.conninfo:
            self.postgres = Postgres()
            self.conninfo = self.postgres.database("musubi")
        return "postgres:" + self.conninfo

    def run(self, *args, check=True, **more):
        r = subprocess.run([self.binary, *map(str, args)], capture_output=True, text=True,
                           **more)
        if check and r.returncode:
            raise NationError(f"musubi {' '.join(map(str, args[:2]))} ended with {r.returncode}: "
                              f"{(r.stderr or r.stdout).strip()[-2000:]}")
        return r

    def make(self):
        args = ["demo", "make", "--dir", self.dir, "--people", self.people,
                "--port", self.port, "--share", self.share]
        url = self.store_url()
        if url:
            args += ["--store", url]
        self.run(*args, *self.make_args)
        self.read()

    def read(self):
        """What `musubi demo make` wrote about its people."""
        self.facts = json.loads((self.dir / "personas.json").read_text())
        self.personas = {p["id"]: p for p in self.facts["people"]}
        self.officers = {(o["org"], o["id"]): o for o in self.facts["officers"]}

    def persona(self, ident):
        return self.personas[ident]

    # ---- running ----

    def start(self, phone=True, **more):
        self.logs.mkdir(parents=True, exist_ok=True)
        self.start_serve(**more)
        if phone:
            self.phone = Process("phone", [self.binary, "phone", "--config", self.config],
                                 self.logs / "phone.log")
            self.wait_ready(self.phone, self.phone_port)

    def start_serve(self, **more):
        self.serve = Process("serve", [self.binary, "serve", "--config", self.config],
                             self.logs / "serve.log", **more)
        self.starts += 1
        self.first_answer = self.wait_ready(self.serve, self.port)

    def wait_ready(self, process, port, path="/"):
        """Seconds until the first answer."""
        begin = time.monotonic()
        while time.monotonic() - begin < READY_SECONDS:
            if not process.running:
                raise NationError(f"{process.name} ended at start:\n{process.tail()}")
            try:
                c = http.client.HTTPConnection("localhost", port, timeout=5)
                c.request("GET", path)
                c.getresponse().read()
                c.close()
                return time.monotonic() - begin
            except OSError:
                time.sleep(0.01)
        raise NationError(f"{process.name} does not answer on port {port}:\n{process.tail()}")

    def stop(self):
        """Ends what runs; gives the exit codes. A child that ended badly is an error."""
        codes = {}
        for p in (self.phone, self.serve):
            if p:
                codes[p.name] = p.end()
        self.phone = self.serve = None
        bad = {k: v for k, v in codes.items() if v not in (0, -signal.SIGTERM)}
        if bad:
            logs = "\n".join((self.logs / f"{k}.log").read_text(errors="replace")[-3000:]
                             for k in bad)
            raise NationError(f"exit codes {bad}:\n{logs}")

    def close(self):
        try:
            self.stop()
        finally:
            if self.postgres:
                self.postgres.stop()

    # ---- behind the program's back ----

    def sql(self, text):
        """Runs statements on the store, as an intruder or a clock that ran on;
        gives the rows of the last one as lists of text."""
        if self.engine == "sqlite":
            import sqlite3
            db = sqlite3.connect(self.dir / "data/musubi.db", timeout=20)
            try:
                rows = db.execute(text).fetchall()
                db.commit()
            finally:
                db.close()
            return [[x.hex() if isinstance(x, bytes) else str(x) for x in r] for r in rows]
        r = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-F", "\x1f", "-v", "ON_ERROR_STOP=1",
                            "-d", self.conninfo, "-c", text], capture_output=True, text=True)
        if r.returncode:
            raise NationError(f"{text[:80]}: {r.stderr.strip()}")
        return [[x.removeprefix("\\x") if re.fullmatch(r"\\x[0-9a-f]*", x) else x
                 for x in line.split("\x1f")] for line in r.stdout.splitlines()]

    # ---- asking the program ----

    def journal_verify(self):
        return self.run("journal", "verify", "--config", self.config).stdout

    def verify(self, path, trust=None):
        """(exit code, report) of `musubi verify`, off-line."""
        r = self.run("verify", "--trust", trust or self.dir / "data/trust/bundle.pem", path,
                     check=False)
        return r.returncode, r.stdout + r.stderr

    def log_text(self):
        return "\n".join(p.read_text(errors="replace") for p in sorted(self.logs.glob("*.log")))


class fresh:
    """with fresh(engine=…) as nation: a new nation in a folder of its own, gone
    afterwards (kept and named when the test failed)."""

    def __init__(self, start=True, keep=False, **options):
        self.options, self.begin, self.keep = options, start, keep

    def __enter__(self):
        if threading.current_thread() is threading.main_thread() and \
                signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
            signal.signal(signal.SIGTERM, end_well)
        self.folder = Path(tempfile.mkdtemp(prefix="musubi-demo-"))
        self.folder.chmod(0o755)
        self.nation = Nation(self.folder / "demo", **self.options)
        try:
            self.nation.make()
            if self.begin:
                self.nation.start()
        except BaseException:
            self.__exit__(*[True] * 3)
            raise
        return self.nation

    def __exit__(self, kind, value, trace):
        try:
            self.nation.close()
        finally:
            if not self.keep:
                shutil.rmtree(self.folder, ignore_errors=True)
