#!/usr/bin/env python3
"""xades.py PEER: XAdES with signxml, both ways. Signed here, verified by signxml
(RSA and ECDSA, B to LTA, enveloped and enveloping, a changed file refused); signed
by signxml (RSA, RSA-PSS, ECDSA; inclusive canonicalisations, digests), read here.
PEER is tests/interop/xades_peer.c. Lines begin with "ok " or "FAIL "."""
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))


def again():
    """In the environment of the pinned peers."""
    from pypi import programs
    sys.exit(subprocess.call([str(programs() / "python"), "-B", *sys.argv]))


if __name__ == "__main__" and "build/python" not in sys.prefix:
    again()

from lxml import etree  # noqa: E402
from signxml import (CanonicalizationMethod, DigestAlgorithm, SignatureMethod,  # noqa: E402
                     methods)
from signxml.xades import (XAdESDataObjectFormat, XAdESSigner,  # noqa: E402
                           XAdESSignatureConfiguration, XAdESVerifier)

# lxml, as signxml asks it, cannot write element names beyond ASCII.
DOCUMENT = '<form xmlns="urn:test" xmlns:x="urn:x"><name x:a="1">結 花子</name></form>'
failed = 0


def say(good, what, detail=""):
    global failed
    failed += not good
    print("ok  " if good else "FAIL", what, "" if good else str(detail)[-1500:], flush=True)


def attempt(what, do, wanted=True):
    try:
        detail = do()
        say(wanted, what, f"accepted: {detail}")
    except Exception as e:  # whatever the peer throws is its verdict
        say(not wanted, what, f"{type(e).__name__}: {e}")


def verify(data, cert):
    return XAdESVerifier().verify(
        data, x509_cert=cert, expect_config=XAdESSignatureConfiguration(expect_references=2))


def ours(folder):
    for kind in ("rsa", "ec"):
        cert = (folder / f"{kind}.pem").read_text()
        for part in ("B", "T", "LT", "LTA", "enveloping"):
            data = (folder / f"{kind}-{part}.xml").read_bytes()
            attempt(f"signxml accepts {kind} {part}", lambda: verify(data, cert))
        changed = (folder / f"{kind}-B.xml").read_bytes().replace("花子".encode(), "太郎".encode())
        attempt(f"signxml refuses a changed {kind}", lambda: verify(changed, cert), wanted=False)


def theirs(peer, folder):
    names = []
    rows = [("rsa", SignatureMethod.RSA_SHA256), ("rsa", SignatureMethod.RSA_SHA512),
            ("rsa", SignatureMethod.SHA256_RSA_MGF1), ("rsa", SignatureMethod.SHA512_RSA_MGF1),
            ("ec", SignatureMethod.ECDSA_SHA256), ("ec", SignatureMethod.ECDSA_SHA384)]
    digests = [DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512]
    # With exclusive canonicalisation signxml and xmlsec1 refuse what signxml signs: it
    # digests its properties by another method than it says.
    c14ns = [c for c in CanonicalizationMethod if not c.name.startswith("EXCLUSIVE")]
    for i, (kind, method) in enumerate(rows * 4):
        signer = XAdESSigner(
            data_object_format=XAdESDataObjectFormat(Description="d", MimeType="text/xml"),
            claimed_roles=["applicant"], signature_algorithm=method, method=methods.enveloped,
            digest_algorithm=digests[i // 2 % 3], c14n_algorithm=c14ns[i // 6])
        signed = signer.sign(etree.fromstring(DOCUMENT), key=(folder / f"{kind}.key").read_bytes(),
                             cert=(folder / f"{kind}.pem").read_text(), always_add_key_value=False)
        names.append(f"theirs-{i}.xml")
        (folder / names[-1]).write_bytes(etree.tostring(signed))
    r = subprocess.run([peer, "judge", folder, *names], capture_output=True, text=True)
    lines = r.stdout.splitlines()
    good = [line for line in lines if " holds B " in line]
    say(len(good) == len(names), f"{len(names)} signatures of signxml hold here",
        "\n".join(lines) + r.stderr)
    say(sum("RSA-PSS" in line for line in good) * 3 == len(names), "RSA-PSS among them", lines)
    text = (folder / names[0]).read_text().replace("<name x:a=\"1\"", "<name x:a=\"2\"")
    (folder / "changed.xml").write_text(text)
    r = subprocess.run([peer, "judge", folder, "changed.xml"], capture_output=True, text=True)
    say("changed.xml fails" in r.stdout, "a changed one does not", r.stdout)


def main(peer):
    with tempfile.TemporaryDirectory() as name:
        r = subprocess.run([peer, "make", name], capture_output=True, text=True)
        if r.returncode:
            say(False, "the peer makes files", r.stderr)
        else:
            ours(Path(name))
            theirs(peer, Path(name))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(str(Path(sys.argv[1]).resolve())))
