#!/usr/bin/env python3
"""The key process of a real server: what the kernel says of it, its death under
load, and the server without it.

    tests/e2e/keys.py [--engine postgres] [--build DIR]
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import check
import steps
from people import Citizen
from web import Browser, Failed, expect

SECONDS = 30


def children(pid):
    return [int(p) for t in Path(f"/proc/{pid}/task").iterdir()
            for p in (t / "children").read_text().split()]


class Keys:
    def __init__(self, nation):
        self.nation = nation
        self.journal_key = nation.dir / "data/keys/journal.key"

    def pid(self):
        """The key process, once it is there."""
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            found = children(self.nation.serve.p.pid)
            if found:
                return found[0]
            time.sleep(0.02)
        raise Failed("the server has no key process")

    def said(self, event, times=1):
        end = time.monotonic() + SECONDS
        while self.nation.log_text().count(f'"{event}"') < times:
            expect(time.monotonic() < end, f"{event} in the log", self.nation.serve.tail())
            time.sleep(0.05)

    def count(self, event):
        return self.nation.log_text().count(f'"{event}"')

    # ---- steps ----

    def walls(self):
        pid = self.pid()
        status = Path(f"/proc/{pid}/status").read_text()
        limits = Path(f"/proc/{pid}/limits").read_text()
        expect("\nSeccomp:\t2\n" in status, "a seccomp filter", status)
        expect("\nNoNewPrivs:\t1\n" in status, "no new privileges", status)
        expect(re.search(r"Max core file size +0 +0 ", limits), "no core dumps", limits)
        expect(children(pid) == [], "no children of its own")

    def nothing_open(self):
        """Channels, standard error and what it was given as input and output."""
        if os.geteuid() != 0:
            return "only root may look"
        pid = self.pid()
        names = [os.readlink(f) for f in Path(f"/proc/{pid}/fd").iterdir() if int(f.name) > 2]
        expect(names and all(n.startswith("socket:") for n in names), "sockets of the server only",
               names)
        peers = Path(f"/proc/{pid}/net/unix").read_text()
        inodes = [re.search(r"\d+", n).group() for n in names]
        tcp = Path(f"/proc/{pid}/net/tcp").read_text()
        expect(not any(i in tcp for i in inodes), "no socket of the network", peers[:100])
        return f"{len(names)} channels"

    def no_key_in_server(self):
        """The master key's bytes are nowhere in the server's memory."""
        if os.geteuid() != 0:
            return "only root may look"
        master = (self.nation.dir / "data/node.key").read_bytes()
        pid, seen = self.nation.serve.p.pid, 0
        with open(f"/proc/{pid}/mem", "rb", 0) as mem:
            for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
                a, b = (int(x, 16) for x in line.split()[0].split("-"))
                if "rw" not in line.split()[1] or b - a > 1 << 30:
                    continue
                try:
                    mem.seek(a)
                    block = mem.read(b - a)
                except (OSError, ValueError, OverflowError):
                    continue
                seen += len(block)
                expect(master not in block, "no master key in the server's memory")
        expect(seen > 1 << 20, "memory was looked at", seen)
        return f"{seen >> 20} MB"

    def under_load(self):
        """Logins without a pause, kill -9 five times: each ends well or is refused
        with 503, and every acknowledged one is in the journal."""
        stop, well, refused, wrong = threading.Event(), [0], [0], []

        def log_in(ident):
            c = Citizen(self.nation, self.nation.persona(ident))
            while not stop.is_set():
                c.b = Browser(self.nation.origin)
                try:
                    c.login()
                    well[0] += 1
                except Failed as e:
                    if "503" in str(e) or "受け付け" in str(e) or "鍵" in str(e) or "保存" in str(e):
                        refused[0] += 1
                    else:
                        wrong.append(str(e))
                        return
                except Exception as e:  # a thread must not die in silence
                    wrong.append(f"{type(e).__name__}: {e}")
                    return
        threads = [threading.Thread(target=log_in, args=(i,)) for i in ("hanako", "isamu")]
        for t in threads:
            t.start()
        began = self.count("key.process.up")
        for n in range(5):
            time.sleep(0.4)
            os.kill(self.pid(), signal.SIGKILL)
            self.said("key.process.up", began + n + 1)
        time.sleep(0.3)
        stop.set()
        for t in threads:
            t.join()
        expect(not wrong, "logins that go well, or 503", wrong[:2])
        expect(well[0], "logins between the kills")
        self.nation.journal_verify()
        return f"{well[0]} logins, {refused[0]} refused, 5 kills"

    def without_it(self):
        """No new process can start: pages are read, nothing is written."""
        c = Citizen(self.nation, self.nation.persona("hanako"))
        c.login()
        self.journal_key.chmod(0o644)  # which the key process refuses
        os.kill(self.pid(), signal.SIGKILL)
        self.said("key.process.not_started")
        before = self.entries()
        expect(c.b.get("/").status == 200, "the front page")
        answer = c.b.submit(c.b.page.form(action="/logout$"), status=503)
        expect("鍵" in answer.text, "a page that says why", answer.text[:200])
        expect(c.b.get("/").status == 200, "the front page again")
        expect(self.entries() == before, "nothing half done")

    def entries(self):
        return self.nation.sql("SELECT count(*) FROM journal_entry")

    def back_again(self):
        self.journal_key.chmod(0o600)
        up = self.count("key.process.up")
        self.said("key.process.up", up + 1)
        Citizen(self.nation, self.nation.persona("hanako")).login()
        self.nation.journal_verify()

    def ends_with_the_server(self):
        pid = self.pid()
        expect(self.nation.serve.end() == 0, "the server ends well")
        expect(not Path(f"/proc/{pid}").exists(), "and the key process with it")
        self.nation.start_serve()
        pid = self.pid()
        self.nation.serve.kill9()
        end = time.monotonic() + 5
        while Path(f"/proc/{pid}").exists() and time.monotonic() < end:
            time.sleep(0.02)
        expect(not Path(f"/proc/{pid}").exists(), "gone after kill -9 of the server too")
        self.nation.start_serve()


    # ---- the operator's commands ----

    def passphrase(self, name, text):
        path = self.nation.dir / name
        path.write_text(text + "\n")
        path.chmod(0o600)

    def key(self, *args, check=True):
        return self.nation.run("key", *args, "--config", self.nation.config, check=check)

    def ceremony(self):
        """Two operators, each with half of it: neither starts the node alone."""
        n = self.nation
        n.serve.end()
        names = re.findall(r"^key +(\S+)", self.key("list").stdout, re.M)
        for name, text in (("a", "hana: correct horse"), ("b", "jiro: battery staple"),
                           ("c", "kei: something else")):
            self.passphrase(name, text)
        expect(self.key("ceremony", "--passphrases", "hana=a", check=False).returncode == 2,
               "one operator is none")
        said = self.key("ceremony", "--passphrases", "hana=a,jiro=b,kei=c", "--need", "2").stdout
        expect(all(x in said for x in ["hana", "jiro", "kei", "2 of 3", *names]),
               "a transcript with people and keys", said[:300])
        expect(not (n.dir / "data/node.key").exists(), "the master key's file is gone")
        expect(n.sql("SELECT count(*) FROM journal_entry WHERE event = 'key.ceremony'")
               in ([["1"]],), "the ceremony in the journal")
        plain = n.config.read_text()

        def master(value):
            n.config.write_text(f'{plain}\nmaster: "{value}"\n')
        for wrong in ("operators:hana=a", "operators:hana=a,jiro=a", "operators:hana=a,hana=a",
                      "operators", "file"):
            master(wrong)
            r = n.run("journal", "verify", "--config", n.config, check=False)
            expect(r.returncode == 2, f"master: {wrong} opens nothing", r.stdout + r.stderr)
        for right in ("operators:hana=a,kei=c", "operators:jiro=b,hana=a"):
            master(right)
            n.journal_verify()
        n.start_serve()
        Citizen(n, n.persona("hanako")).login()
        return f"{len(names)} keys"

    def rolled(self):
        """The next generation is published and used; what the old one signed holds."""
        n, city = self.nation, "172065"
        n.serve.end()
        bundle = n.dir / "data/trust/bundle.pem"
        before = bundle.read_text().count("BEGIN CERTIFICATE")
        self.key("roll", "journal")
        self.key("roll", f"seal-{city}")
        expect(bundle.read_text().count("BEGIN CERTIFICATE") == before + 1, "a seal published")
        expect(self.key("roll", "ca-government", check=False).returncode == 2, "not this way")
        n.start_serve()
        Citizen(n, n.persona("hanako")).login()
        signers = n.sql("SELECT count(DISTINCT signer) FROM journal_head")
        expect(signers == [["2"]], "heads of both generations", signers)
        expect("sound" in n.journal_verify(), "one sound journal")


def on_a_token(nation):
    """The scenario, with authorities and seals in SoftHSM2: letters are sealed there."""
    expect(not list((nation.dir / "data/keys").glob("ca-*")), "no authority's key in a file")
    expect(not list((nation.dir / "data/keys").glob("seal-*")), "no seal's key in a file")
    return check.run(nation)


class Token:
    """A SoftHSM2 token in a folder of its own."""

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="musubi-token-"))
        (self.folder / "tokens").mkdir()
        (self.folder / "conf").write_text(
            f"directories.tokendir = {self.folder}/tokens\nobjectstore.backend = file\n"
            "log.level = ERROR\n")
        (self.folder / "pin").write_text("12345678\n")
        (self.folder / "pin").chmod(0o600)
        os.environ["SOFTHSM2_CONF"] = str(self.folder / "conf")
        subprocess.run(["softhsm2-util", "--init-token", "--free", "--label", "musubi",
                        "--so-pin", "87654321", "--pin", "12345678"], check=True,
                       stdout=subprocess.DEVNULL)
        return ("pkcs11:token=musubi?module-path=/usr/lib/softhsm/libsofthsm2.so"
                f"&pin-source=file:{self.folder}/pin")

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)


def run(nation):
    k = Keys(nation)
    s = steps.Steps(f"keys on {nation.engine}")
    s.all([
        ("seccomp, no new privileges, no core dumps", k.walls),
        ("nothing open but the server's channels", k.nothing_open),
        ("the master key is not in the server's memory", k.no_key_in_server),
        ("kill -9 of the key process under load", k.under_load),
        ("without it: pages are read, nothing is issued", k.without_it),
        ("it comes back by itself", k.back_again),
        ("it ends with the server", k.ends_with_the_server),
        ("a ceremony: two of three operators open the master key", k.ceremony),
        ("journal and seal rolled over", k.rolled),
    ], stop=False)
    return s.verdict()


if __name__ == "__main__":
    verdict = steps.main(run)
    with Token() as uri:
        sys.exit(steps.main(on_a_token, make_args=["--key", uri]) or verdict)
