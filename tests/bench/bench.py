#!/usr/bin/env python3
"""./run bench [NAME]: figures beside a peer or a limit of the same run.

Prints a table and writes build/bench.json: a list of {name, value, unit, beside,
ratio, target, met}. A figure short of its target is marked, not failed: ratios
count, absolute figures are notes about this machine.

    start    start to first answer with all packs, resident memory
    pages    pages and form pages per second, p95, bytes; a form of 200 questions;
             the counter's queue of 300 and of 10,000
    store    durable changes, journal, on both engines
    submit   durable submissions beside the store's own limit, on both engines
    code     conversions of codes per second and core
    people   a form page and a submission with 2,000 residents and with many
             (PEOPLE=1000000 ./run bench people; only when named: it takes long)
    rule     the rule engine beside feelin (when its bench is built)
    trust    issue, OCSP, time stamps beside raw signatures; a CRL of a million
    ocsp     kept answers over HTTP beside a static reply and `openssl ocsp`
    keys     signatures in the key process beside OpenSSL's own
"""
import base64
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/e2e"))
import pages as loads  # noqa: E402
from nation import Postgres, fresh  # noqa: E402

BUILD = Path(os.environ.get("MUSUBI_BUILD", "build"))
PROGRAMS = ROOT / BUILD / "tests/bench"
FIGURES = []


def figure(name, value, unit, beside="", ratio=None, target=None, met=None):
    """target in words; met: None when there is none."""
    FIGURES.append({"name": name, "value": value, "unit": unit, "beside": beside,
                    "ratio": ratio, "target": target, "met": met})
    mark = "" if met is None else "met" if met else "SHORT OF"
    print(f"{name:34} {value:>12,.3f} {unit:16} "
          f"{'' if ratio is None else f'{ratio:8.2f} x':10} {beside:28} {mark} {target or ''}",
          flush=True)


def program(name, *args):
    """The JSON lines of a bench program."""
    r = subprocess.run([PROGRAMS / name, *map(str, args)], capture_output=True, text=True, cwd=ROOT)
    if r.returncode:
        raise RuntimeError(f"{name} ended with {r.returncode}: {(r.stderr or r.stdout)[-800:]}")
    return [json.loads(line) for line in r.stdout.splitlines() if line.startswith("{")]


# ---- the node ----

def start():
    with fresh(start=False, build=BUILD) as nation:
        nation.start(phone=False)
        ms = nation.first_answer * 1000
        now, peak = nation.serve.memory_kb()
        figure("start.first_answer", ms, "ms", target="< 200 ms", met=ms < 200)
        figure("start.resident", now / 1024, "MB", target="<= 64 MB", met=now <= 64 * 1024)
        figure("start.peak", peak / 1024, "MB")


def pages():
    for row in loads.pages(BUILD):
        figure(*row)


def people():
    for row in loads.people(BUILD):
        figure(*row)


# ---- stores ----

def engines():
    """(name, function that gives the URL of an empty database)"""
    folder = tempfile.TemporaryDirectory(prefix="musubi-bench-")
    postgres = Postgres()
    count = [0]

    def sqlite():
        count[0] += 1
        return f"sqlite:{folder.name}/bench{count[0]}.db"

    def pg():
        count[0] += 1
        return "postgres:" + postgres.database(f"bench{count[0]}")
    try:
        yield "sqlite", sqlite
        yield "postgres", pg
    finally:
        postgres.stop()
        folder.cleanup()


# What the design asks of a ratio, by the end of a figure's name.
TARGETS = {"submit.sqlite.durable": 0.5, "submit.postgres.durable": 0.5}


def from_program(row):
    ratio = row.get("ratio") or None
    name = row["name"] + (f".{row['threads']}threads" if row.get("threads", 1) > 1 else "")
    least = TARGETS.get(row["name"])
    figure(name, row["value"], row["unit"], row.get("beside", ""), ratio,
           f">= {least:.0%}" if least else row.get("target"),
           ratio >= least if least and ratio else row.get("met"))


def store():
    for _, url in engines():
        for row in program("store_bench", url(), 1):
            from_program(row)


def submit():
    for _, url in engines():
        for row in program("submit_bench", url(), "packs", 4000, 16):
            from_program(row)


def code():
    with tempfile.TemporaryDirectory(prefix="musubi-bench-") as d:
        for row in program("code_bench", d, 2):
            from_program(row)
            if "convert" in row["name"]:
                figure("code.of_design", row["value"] / 1e6, "million/s",
                       target=">= 3 million/s", met=row["value"] >= 3e6)


def rule():
    path = PROGRAMS / "rule_bench"
    if not path.exists():
        print("rule: its bench is not built in this version")
        return
    beside = feelin()
    for row in program("rule_bench"):
        us = beside.get(row["name"].split(".", 2)[-1], {}).get("value")
        if us and row["name"].startswith(("rule.eval.", "rule.text.")):
            ratio = us / row["value"]
            row |= {"ratio": ratio, "beside": "feelin, which reads the text"}
            if row["name"].startswith("rule.eval."):
                row |= {"target": ">= 20 x", "met": ratio >= 20}
        from_program(row)


def feelin():
    """The same expressions with @bpmn-io/feelin, by name; nothing without it."""
    r = subprocess.run(["node", ROOT / "tests/bench/rule_feelin.mjs"], capture_output=True,
                       text=True)
    if r.returncode == 3:
        print("rule: @bpmn-io/feelin is not installed (npm install): no figures beside ours")
        return {}
    if r.returncode:
        raise RuntimeError(f"rule_feelin.mjs ended with {r.returncode}: {r.stderr[-800:]}")
    return {x["name"]: x for x in map(json.loads, r.stdout.splitlines())}


def keys():
    """Signatures in the key process beside OpenSSL's own on as many cores."""
    raw = {}
    for row in program("key_bench", 2):
        name, threads = f"keys.{row['name']}", row["threads"]
        if row["home"] == "raw":
            raw[name] = row["rate"]
            figure(f"{name}.raw.{threads}", row["rate"], "signatures/s")
        else:
            ratio = row["rate"] / raw[name]
            last = threads == 32
            figure(f"{name}.process.{threads}", row["rate"], "signatures/s",
                   "OpenSSL on all cores", ratio, ">= 60 %" if last else None,
                   ratio >= 0.6 if last else None)


def trust():
    """Status and time stamps beside raw P-256 signatures of the same process."""
    with tempfile.TemporaryDirectory(prefix="musubi-bench-") as d:
        for row in program("trust_bench", d, 2):
            if row["name"].endswith("_of_raw"):
                row |= {"target": ">= 0.6 x", "met": row["value"] >= 0.6}
            if row["name"].endswith("crl_million"):
                row |= {"target": "< 100 ms", "met": row["value"] < 100}
            from_program(row)
        pdf = ROOT / "tests/fuzz/corpus/pdfverify/unsealed.pdf"
        for row in program("ades_bench", d, pdf, 4):
            if row["name"].endswith("_of_raw"):
                row |= {"target": ">= 0.5 x", "met": row["value"] >= 0.5}
            from_program(row)


def responder(d):
    """`openssl ocsp` with a small authority of its own: its URL path and the process."""
    def openssl(*args):
        subprocess.run(["openssl", *map(str, args)], cwd=d, check=True, capture_output=True)

    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=bench", "-days", "2")
    openssl("ocsp", "-issuer", "ca.pem", "-cert", "ca.pem", "-no_nonce", "-reqout", "q.der")
    (d / "index.txt").write_text("")
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    p = subprocess.Popen(["openssl", "ocsp", "-port", str(port), "-index", "index.txt", "-CA",
                          "ca.pem", "-rkey", "ca.key", "-rsigner", "ca.pem"], cwd=d,
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1)
    return p, port, (d / "q.der").read_bytes()


def asked_one_by_one(port, request, seconds=3):
    """Answers per second of a server that closes after each (wrk counts none of those)."""
    head = (f"POST / HTTP/1.0\r\nContent-Type: application/ocsp-request\r\n"
            f"Content-Length: {len(request)}\r\n\r\n").encode()
    begin, n = time.monotonic(), 0
    while time.monotonic() - begin < seconds:
        with socket.create_connection(("127.0.0.1", port), 5) as s:
            s.sendall(head + request)
            said = b""
            while more := s.recv(65536):
                said += more
            if b"200 OK" not in said:
                raise RuntimeError(f"openssl ocsp said {said[:200]!r}")
        n += 1
    return n / (time.monotonic() - begin)


def get_path(request):
    return urllib.parse.quote(base64.b64encode(request.read_bytes()).decode(), safe="")


def ocsp():
    """Kept answers over HTTP beside a static reply of the same server, and beside
    `openssl ocsp`."""
    with fresh(build=BUILD) as nation, tempfile.TemporaryDirectory(prefix="musubi-bench-") as t:
        d, trust = Path(t), nation.dir / "data/trust"
        for name in ("ca-government", "seal-172065"):
            subprocess.run(["openssl", "x509", "-inform", "DER", "-in", trust / f"{name}.der", "-out",
                            d / f"{name}.pem"], check=True)
        subprocess.run(["openssl", "ocsp", "-issuer", "ca-government.pem", "-cert", "seal-172065.pem",
                        "-no_nonce", "-reqout", "mine.der"], cwd=d, check=True, capture_output=True)
        fixed, _ = loads.wrk(nation.origin + "/static/icon.svg")
        mine, _ = loads.wrk(f"{nation.origin}/ocsp/{get_path(d / 'mine.der')}")
        other, port, request = responder(d)
        try:
            theirs = asked_one_by_one(port, request)
        finally:
            other.terminate()
            other.wait()
        figure("ocsp.static", fixed, "replies/s")
        figure("ocsp.kept", mine, "answers/s", "static reply", mine / fixed, ">= 80 %",
               mine / fixed >= 0.8)
        figure("ocsp.openssl", theirs, "answers/s")
        figure("ocsp.kept_of_openssl", mine, "answers/s", "openssl ocsp", mine / theirs, ">= 20 x",
               mine / theirs >= 20)


BENCHES = {f.__name__: f for f in (start, pages, people, store, submit, code, rule, keys, trust, ocsp)}


def main():
    names = sys.argv[1:] or [n for n in BENCHES if n != "people"]
    unknown = [n for n in names if n not in BENCHES]
    if unknown:
        sys.exit(f"no bench is called {', '.join(unknown)}; there are: {', '.join(BENCHES)}")
    if "trust" in names and "ocsp" not in names:
        names.append("ocsp")
    for name in names:
        BENCHES[name]()
    out = ROOT / "build/bench.json"
    out.write_text(json.dumps(FIGURES, ensure_ascii=False, indent=1) + "\n")
    short = sum(f["met"] is False for f in FIGURES)
    print(f"{len(FIGURES)} figures, {short} short of their target; {out.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
