#!/usr/bin/env python3
"""Starts a demo nation and lets tests/e2e/browser.mjs drive it in Chromium."""
import argparse
import shutil
import subprocess
import sys

import pictures
from nation import ROOT, NationError, fresh


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--build", default="build")
    p.add_argument("--docs", action="store_true", help="copy two pictures to docs/images")
    a = p.parse_args()
    shots = ROOT / "build/screenshots"
    shots.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        raise NationError("chromium is not installed: ./run test installs it")
    with fresh(build=a.build, people=200) as nation:
        photo = nation.dir / "pictures"
        photo.mkdir()
        (photo / "one.png").write_bytes(pictures.png(text=b"one"))
        (photo / "two.png").write_bytes(pictures.png(text=b"two"))
        r = subprocess.run(["node", ROOT / "tests/e2e/browser.mjs", nation.origin,
                            nation.phone_origin, nation.dir / "personas.json", photo, shots,
                            chromium], cwd=ROOT)
    if a.docs and r.returncode == 0:
        images = ROOT / "docs/images"
        images.mkdir(parents=True, exist_ok=True)
        shutil.copy(shots / "ja-citizen-applicant.png", images / "citizen.png")
        shutil.copy(shots / "ja-officer-case.png", images / "counter.png")
    return r.returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except NationError as e:
        print(f"FAIL {e}")
        sys.exit(1)
