#!/usr/bin/env python3
"""pkilint (tests/requirements.txt) on one certificate of every profile and of every
authority, as tests/unit/trust/test_ca.c issues them. Every finding but those in
EXPECTED fails, and so does an expected one that came with another severity.

    pkilint.py [BUILD]        one line for each certificate
"""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))
from pypi import programs  # noqa: E402

# finding: (severity, why it stays)
EXPECTED = {
    "pkix.certificate_policies_policy_has_qualifier":
        ("NOTICE", "the JPKI profile names its CPS in the policy, as the law wants it told"),
    "pkix.subject_key_identifier_method_1_identified":
        ("INFO", "says which method of RFC 5280 §4.2.1.2 made the key identifier"),
}
LEAST = 14  # profiles and authorities; fewer means that they were not issued


def findings(tool, path):
    r = subprocess.run([tool, "lint", "-s", "INFO", "-f", "csv", path], capture_output=True,
                       text=True, timeout=120)
    rows = r.stdout.splitlines()
    if not rows or not rows[0].startswith("node_path,"):
        yield "FATAL", f"pkilint said nothing: {r.stderr[-300:]}"
    for row in rows[1:]:
        part = row.split(",")
        for at, word in enumerate(part):
            if word in ("FATAL", "ERROR", "WARNING", "NOTICE", "INFO"):
                yield word, part[at + 1]
                break


def pem_of(der):
    pem = der.with_suffix(".pem")
    subprocess.run(["openssl", "x509", "-inform", "DER", "-in", der, "-out", pem], check=True)
    return pem


def is_expected(severity, code):
    return code in EXPECTED and EXPECTED[code][0] == severity


def issue(build, folder):
    """Runs the unit test that issues them, and keeps what it issued."""
    env = dict(os.environ, MUSUBI_KEEP_CERTS=str(folder), MUSUBI_SOURCE=str(ROOT))
    r = subprocess.run([ROOT / build / "tests/unit_trust_ca"], env=env, capture_output=True,
                       text=True, timeout=300)
    if r.returncode:
        sys.exit("FAIL the certificates could not be issued\n" + (r.stdout + r.stderr)[-2000:])


def is_awake(tool, folder):
    """A certificate with faults (serial 0, a CA without key usage) must be found."""
    bad = folder / "bad.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-keyout", folder / "bad.key", "-out", bad,
                    "-subj", "/CN=bad", "-set_serial", "0", "-days", "1"],
                   check=True, capture_output=True)
    found = [f for f in findings(tool, bad) if not is_expected(*f)]
    print("ok  " if any(f[0] == "ERROR" for f in found) else "FAIL", "a faulty certificate is found:",
          ", ".join(sorted({c for _, c in found})))


def main(build):
    tool = programs() / "lint_pkix_cert"
    with tempfile.TemporaryDirectory(prefix="musubi-lint-") as d:
        folder = Path(d)
        issue(build, folder)
        seen = sorted(folder.glob("*.der"))
        if len(seen) < LEAST:
            print(f"FAIL only {len(seen)} certificates were issued")
        for der in seen:
            found = sorted(set(findings(tool, pem_of(der))))
            left = [f for f in found if not is_expected(*f)]
            print("FAIL" if left else "ok  ", der.stem, "·", ", ".join(" ".join(f) for f in left)
                  or f"{len(found)} expected findings")
        is_awake(tool, folder)
    for code, (severity, why) in EXPECTED.items():
        print(f"     expected {severity} {code}: {why}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "build/asan")
