#!/usr/bin/env python3
"""pkilint.py DIR: pkilint (PyPI `pkilint`) on one certificate of every profile,
DIR/NAME.der. Errors fail. Findings that follow from the Japanese profile stand
in EXPECTED with their reason. Without pkilint it says so and ends with 77."""
import base64
import shutil
import subprocess
import sys
from pathlib import Path

EXPECTED = {
    "pkix.certificate_policies_policy_has_qualifier":
        "the JPKI profile names its CPS in the policy",
    "pkix.subject_key_identifier_method_1_identified": "information only",
}


def findings(tool, path):
    der = path.read_bytes()
    pem = path.with_suffix(".pem")
    pem.write_bytes(b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) +
                    b"-----END CERTIFICATE-----\n")
    r = subprocess.run([tool, "lint", "-f", "csv", pem], capture_output=True, text=True)
    for line in r.stdout.splitlines()[1:]:
        part = line.split(",")
        for at, word in enumerate(part):
            if word in ("FATAL", "ERROR", "WARNING", "NOTICE", "INFO"):
                yield word, part[at + 1]


def main(folder):
    tool = shutil.which("lint_pkix_cert")
    if not tool:
        print("lint_pkix_cert is not installed (PyPI pkilint): nothing was linted")
        return 77
    bad = 0
    for path in sorted(Path(folder).glob("*.der")):
        found = set(findings(tool, path))
        left = {f for f in found if f[1] not in EXPECTED or f[0] in ("FATAL", "ERROR")}
        print("FAIL" if left else "ok  ", path.stem, *(" ".join(f) for f in sorted(left)))
        bad += bool(left)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
