#!/usr/bin/env python3
"""Programs that others wrote, against what a running nation made: openssl on
certificates, revocation lists and signatures; curl and openssl on the wire.
(Letters meet pdfsig, qpdf, pdftotext and zbarimg in the scenario and in the
unit tests of `letter`.)
"""
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "e2e"))
import steps  # noqa: E402
from status import Status  # noqa: E402
from hostile import World  # noqa: E402
from web import expect  # noqa: E402


def tool(*args, data=None):
    r = subprocess.run([str(a) for a in args], input=data, capture_output=True)
    return r.returncode, (r.stdout + r.stderr).decode(errors="replace")


def run(nation):
    world, st = World(nation), steps.Steps(f"interop on {nation.engine}")
    bundle = nation.dir / "data/trust/bundle.pem"
    work = nation.dir / "interop"
    work.mkdir()

    def application():
        world.submitted("hanako")
        (row,) = nation.sql("SELECT document, cms FROM app_case WHERE cms <> '' LIMIT 1"
                            if nation.engine == "sqlite" else
                            "SELECT document, cms FROM app_case WHERE length(cms) > 0 LIMIT 1")
        (work / "document.txt").write_text(row[0], newline="")
        (work / "signature.der").write_bytes(bytes.fromhex(row[1]))

    def cms(document="document.txt"):
        return tool("openssl", "cms", "-verify", "-cades", "-inform", "DER", "-binary",
                    "-in", work / "signature.der", "-content", work / document,
                    "-CAfile", bundle, "-purpose", "any", "-out", work / "out")

    def signature_holds():
        code, said = cms()
        expect(code == 0, "openssl cms -verify -cades accepts the application", said)
        return (work / "document.txt").read_text().split("\n")[0]

    def change_is_found():
        text = (work / "document.txt").read_text()
        (work / "changed.txt").write_text(text.replace("wind", "snow"), newline="")
        code, said = cms("changed.txt")
        expect(code != 0, "openssl refuses a changed application", said)

    def signer():
        code, said = tool("openssl", "pkcs7", "-inform", "DER", "-in", work / "signature.der",
                          "-print_certs", "-text")
        expect(code == 0 and "JPKI-TEST" in said, "the signer's certificate is a demo's", said[:800])
        expect("Digital Signature, Non Repudiation" in said, "key usage of 署名用", said[:2000])

    def authorities():
        for name in ("ca-citizen-auth", "ca-citizen-sign", "ca-government"):
            path = nation.dir / f"data/trust/{name}.der"
            code, said = tool("openssl", "x509", "-inform", "DER", "-in", path, "-noout", "-text")
            expect(code == 0 and "CA:TRUE" in said, f"openssl reads {name}", said[:500])

    def seal_chain():
        pem = work / "seal.pem"
        code, said = tool("openssl", "x509", "-inform", "DER", "-in",
                          nation.dir / "data/trust/seal-172065.der", "-out", pem)
        expect(code == 0, "openssl reads the seal's certificate", said)
        code, said = tool("openssl", "verify", "-x509_strict", "-CAfile", bundle, pem)
        expect(code == 0, "openssl verify -x509_strict accepts the seal's chain", said)

    def curl():
        code, said = tool("curl", "-sS", "--http1.1", "-o", work / "page.html", "-D", "-",
                          nation.origin + "/")
        expect(code == 0 and "HTTP/1.1 200" in said, "curl gets the portal", said)
        expect("content-security-policy" in said.lower(), "a content security policy", said)
        code, said = tool("curl", "-sS", "-o", work / "x", "-w", "%{http_code}", "-X", "TRACE",
                          nation.origin + "/")
        expect(said[-3:] in ("400", "405", "501"), "curl -X TRACE is refused", said)

    st.run("an application is signed and submitted", application)
    st.run("openssl cms verifies the application's signature", signature_holds)
    st.run("openssl cms finds a changed application", change_is_found)
    st.run("openssl reads the signer's certificate", signer)
    st.run("openssl reads the authorities", authorities)
    st.run("openssl verifies the seal's chain", seal_chain)
    st.run("curl meets the server", curl)
    Status(nation).steps(st)
    return st.verdict()


if __name__ == "__main__":
    sys.exit(steps.main(run))
