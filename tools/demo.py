#!/usr/bin/env python3
"""./run demo: makes a demo nation, serves it and says where it is.

Without --check it runs until Ctrl-C. With --check it makes a fresh nation in a
temporary folder, on free ports, runs tests/e2e/check.py against it and ends
with its verdict.
"""
import argparse
import json
import shutil
import signal
import sys
import time
import unicodedata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/e2e"))
import totp  # noqa: E402
from nation import Nation, NationError, fresh  # noqa: E402


def options():
    p = argparse.ArgumentParser(prog="./run demo", description=__doc__.split("\n\n")[0])
    p.add_argument("--check", action="store_true", help="run the scenario over HTTP and end")
    p.add_argument("--people", type=int, default=2000, metavar="N", help="residents (2,000)")
    p.add_argument("--engine", choices=["sqlite", "postgres"], default="sqlite")
    p.add_argument("--port", type=int, default=8080, metavar="N",
                   help="of the portal; the phone takes the next (8080)")
    p.add_argument("--dir", default=str(ROOT / "demo"), help="where the nation lies (demo/)")
    p.add_argument("--keep", action="store_true",
                   help="with --check: keep the nation; else: keep it though options changed")
    p.add_argument("--build", default="build", help=argparse.SUPPRESS)
    a = p.parse_args()
    if not 1 <= a.people <= 1_000_000:
        p.error("--people is 1 to 1,000,000")
    if not 1 <= a.port <= 65534:
        p.error("--port is 1 to 65534")
    return a


# ---- words for people ----

def width(text):
    return sum(0 if unicodedata.combining(c) or 0xFE00 <= ord(c) <= 0xFE0F or ord(c) >= 0xE0100
               else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def table(heads, rows):
    """Columns as wide as they must be; Japanese letters count two."""
    all_rows = [heads, *rows]
    widths = [max(width(r[i]) for r in all_rows) for i in range(len(heads))]
    for n, r in enumerate(all_rows):
        print("  " + "  ".join(c + " " * (w - width(c)) for c, w in zip(r, widths)).rstrip())
        if n == 0:
            print("  " + "  ".join("─" * w for w in widths))


def say_where(nation):
    print(f"""
結び Musubi — デモの国 / demo nation

  ポータル Portal          {nation.origin}
  スマートフォン Phone     {nation.phone_origin}
  窓口 Counter (officers)  {nation.origin}/counter
""")


def say_people(nation):
    print("住民 Residents（ログインはPIN、署名はパスワード / PIN to log in, password to sign）")
    table(["名前 Name", "市 City", "ID", "PIN", "署名 Password", "このひと About"],
          [[p["name"], p["city_name"], p["id"], p["pin"], p.get("password") or "—", p["about"]]
           for p in nation.facts["people"]])


def say_officers(nation):
    now = int(time.time()) // totp.STEP
    print("\n職員 Officers（ワンタイムコードは30秒ごとに変わります / codes change every 30 s: "
          "build/musubi totp SECRET）")
    table(["市 City", "職員ID", "パスワード Password", "コード Code", "秘密 TOTP secret", "役割 Roles"],
          [[f"{o['city_name']} {o['org']}", o["id"], o["password"],
            totp.code(o["totp"], now), o["totp"], o["roles"]] for o in nation.facts["officers"]])
    print("\nCtrl-C で終わります / Ctrl-C ends it\n", flush=True)


# ---- serving ----

def wanted(a):
    """What the nation in --dir was made for; another wish makes it anew."""
    return {"people": a.people, "engine": a.engine, "port": a.port, "share": str(ROOT)}


def prepare(a, nation):
    mark = nation.dir / "made.json"
    if (nation.dir / "musubi.yaml").exists():
        before = json.loads(mark.read_text()) if mark.exists() else None
        ours = before is not None or (nation.dir / "personas.json").exists()
        if a.engine == "sqlite" and ours and (before == wanted(a) or a.keep):
            nation.read()
            return
        if not ours:
            raise NationError(f"{nation.dir} holds a node that is no demo: name another --dir")
        shutil.rmtree(nation.dir)
    print(f"Making {a.people:,} residents …", file=sys.stderr, flush=True)
    nation.make()
    mark.write_text(json.dumps(wanted(a)))


def serve(a):
    nation = Nation(a.dir, build=a.build, engine=a.engine, people=a.people, port=a.port)
    ended = []
    for s in (signal.SIGINT, signal.SIGTERM):
        signal.signal(s, lambda *_: ended.append(True))
    try:
        prepare(a, nation)
        nation.start()
        say_where(nation)
        say_people(nation)
        say_officers(nation)
        while not ended and nation.serve.running and nation.phone.running:
            time.sleep(0.2)
        for p in (nation.serve, nation.phone):
            if not ended and not p.running:
                raise NationError(f"{p.name} ended by itself:\n{p.tail()}")
    finally:
        nation.close()
    return 0


def check(a):
    import check as scenario
    with fresh(build=a.build, engine=a.engine, people=a.people, keep=a.keep) as nation:
        verdict = scenario.run(nation)
        if a.keep:
            print(f"kept: {nation.dir}")
        return verdict


def main():
    a = options()
    # Ctrl-C before anything runs ends as it does later.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return check(a) if a.check else serve(a)
    except NationError as e:
        print(f"demo: {e}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
