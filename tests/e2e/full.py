#!/usr/bin/env python3
"""A disk that runs full under the server: a clear page, nothing half, and on
it goes when there is room again.

Twice: with a limit on the size of files (any user), and on a small file system
of its own (where we may mount one; said when not).
"""
import datetime
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pictures
import steps
from nation import Nation, NationError, end_well
from people import Citizen, date_fields
from web import expect

KAGA = "172065"
MB = 1 << 20


def photo(i, size=MB):
    data = pictures.png(text=b"number %d" % i)
    return (f"{i}.png", "image/png", data + os.urandom(size - len(data)))


class Disk:
    """A nation whose store cannot grow beyond some size."""

    def __init__(self, build):
        self.folder = Path(tempfile.mkdtemp(prefix="musubi-full-"))
        self.folder.chmod(0o755)
        self.nation = Nation(self.folder / "demo", build=build, people=30)

    def close(self):
        try:
            self.nation.close()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


class LimitedFiles(Disk):
    name = "files of at most 6 MB"

    def start(self):
        self.nation.make()

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (6 * MB, hard))
        self.nation.start(preexec_fn=limit)

    def make_room(self):
        _, hard = resource.prlimit(self.nation.serve.p.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.nation.serve.p.pid, resource.RLIMIT_FSIZE, (hard, hard))


class SmallDisk(Disk):
    name = "a file system of 16 MB"

    def start(self):
        self.at = self.folder / "demo"
        self.at.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m,mode=0755", "musubi-full", self.at],
                       check=True, capture_output=True)
        self.nation.make()
        self.nation.start()

    def make_room(self):
        subprocess.run(["mount", "-o", "remount,size=200m", self.at], check=True)

    def close(self):
        try:
            self.nation.close()
        finally:
            subprocess.run(["umount", self.at], capture_output=True)
            shutil.rmtree(self.folder, ignore_errors=True)


class Story:
    def __init__(self, disk):
        self.disk, self.nation = disk, disk.nation

    def begin(self):
        self.disk.start()
        self.c = Citizen(self.nation, self.nation.persona("isamu"))
        self.c.login()
        self.c.start("disaster_certificate", KAGA)
        self.c.answer()
        self.c.answer({"contact.phone": "0761-72-7890"})
        self.c.answer({"property.same": "yes", "property.use": "owned"})
        day = datetime.date.today()
        self.c.answer({"damage.cause": "snow", "damage.date": date_fields(day),
                       "damage.parts": ["roof"]})

    def fill(self):
        """Uploads until one is refused."""
        self.kept = 0
        for i in range(40):
            if i and i % 9 == 0:  # at most ten at a time: room for more
                for _ in range(9):
                    page = self.remove()
                    if page.status == 503:
                        return self.refused(page, i)
            self.c.b.get(self.c.draft + "/photos")
            page = self.c.attach("damage.photos", photo(i))
            if page.status == 503:
                return self.refused(page, i)
            expect(page.status == 200, "kept, or 503", f"{page.status} {page.errors()}")
        expect(False, "the disk runs full after forty megabytes")

    def remove(self):
        page = self.c.b.get(self.c.draft + "/photos")
        ids = [n.get("value") for n in page.root.all("button", name="file")]
        return self.c.b.submit(page.form(action="/remove$"), button=("file", ids[0]),
                               status=(200, 503))

    def refused(self, page, i):
        expect(page.is_html and page.h1 and len(page.text) > 20, "a page with words", page.text)
        expect("retry-after" in page.headers or "お待ち" in page.text or "もう一度" in page.text
               or "しばらく" in page.text, "that says what to do", page.text[:300])
        expect(self.nation.serve.running, "the server runs on", self.nation.serve.tail())
        return f"after {i} files of 1 MB: «{page.h1}»"

    def still_there(self):
        page = self.c.b.get(self.c.draft + "/photos", status=(200, 503))
        expect(page.status == 200, "pages that only read still open", page.status)
        files = list(dict.fromkeys(page.links("/files/")))
        for f in files:
            got = self.c.b.exchange("GET", f)
            expect(got.status == 200 and len(got.body) == MB, "every file kept is whole",
                   (got.status, len(got.body)))
        return f"{len(files)} files"

    def again(self):
        self.disk.make_room()
        c = self.c
        c.b.get(c.draft + "/photos")
        page = c.attach("damage.photos", photo(99))
        if page.status == 422:  # ten are there
            expect(self.remove().status == 200, "room again: removed")
            c.b.get(c.draft + "/photos")
            page = c.attach("damage.photos", photo(99))
        expect(page.status == 200, "room again: kept", f"{page.status} {page.errors()}")
        c.b.get(c.draft + "/photos")
        c.answer()
        c.answer({"copies.count": "1", "copies.survey": "visit"})
        c.sign()
        return c.receipt(c.send())

    def sound(self):
        out = self.nation.journal_verify()
        expect(out.startswith("sound"), "the journal is sound", out)
        return re.search(r"entries \d+", out).group(0)


def may_mount():
    with tempfile.TemporaryDirectory() as d:
        ok = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "musubi-full", d],
                            capture_output=True).returncode == 0
        if ok:
            subprocess.run(["umount", d])
        return ok


def main():
    build = sys.argv[sys.argv.index("--build") + 1] if "--build" in sys.argv else "build"
    st = steps.Steps("full disks")
    signal.signal(signal.SIGTERM, end_well)
    for kind in (LimitedFiles, SmallDisk):
        if kind is SmallDisk and not may_mount():
            print("     (this user may not mount: the small file system was not tried)")
            continue
        disk = kind(build)
        story = Story(disk)
        try:
            st.all([(f"{kind.name}: an application begins", story.begin),
                    (f"{kind.name}: full, and said so", story.fill),
                    (f"{kind.name}: what was kept is whole", story.still_there),
                    (f"{kind.name}: room again, and on", story.again),
                    (f"{kind.name}: journal", story.sound)])
        finally:
            try:
                disk.close()
            except NationError as e:
                st.run(f"{kind.name}: ends well", lambda: expect(False, str(e)))
    return st.verdict()


if __name__ == "__main__":
    sys.exit(main())
