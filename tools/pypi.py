#!/usr/bin/env python3
"""The Python programs of others that the tests meet (tests/requirements.txt), in
an environment of their own: build/python. Made when it is missing, made again
when the list changed; a half made one is never used.

    tools/pypi.py             makes it and prints the folder of its programs

    from pypi import programs
    programs() / "lint_pkix_cert"
"""
import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "tests/requirements.txt"
HOME = ROOT / "build/python"
MINUTES = 10


def make(stamp, digest):
    shutil.rmtree(HOME, ignore_errors=True)
    steps = ([sys.executable, "-m", "venv", HOME],
             [HOME / "bin/python", "-m", "pip", "install", "--quiet", "--no-input",
              "--disable-pip-version-check", "-r", LIST])
    for step in steps:
        r = subprocess.run([str(s) for s in step], capture_output=True, text=True,
                           timeout=MINUTES * 60)
        if r.returncode:
            raise RuntimeError(f"{' '.join(map(str, step))}: {(r.stdout + r.stderr)[-2000:]}")
    stamp.write_text(digest)


def programs():
    """The folder with the programs; its `python` has the libraries."""
    digest = hashlib.sha256(LIST.read_bytes() + sys.version.encode()).hexdigest()
    stamp = HOME / "musubi-list"
    HOME.parent.mkdir(parents=True, exist_ok=True)
    with open(HOME.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two suites at once make one
        if not stamp.exists() or stamp.read_text() != digest:
            make(stamp, digest)
    return HOME / "bin"


if __name__ == "__main__":
    try:
        print(programs())
    except (RuntimeError, OSError, subprocess.SubprocessError) as e:
        sys.exit(f"pypi: {e}")
