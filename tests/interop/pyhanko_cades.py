#!/usr/bin/env python3
"""pyhanko_cades.py BINARY: pyHanko (PyPI `pyhanko`) and musubi sign CMS and CAdES
for each other, attached and detached, RSA, RSA-PSS and P-256; what was changed is
believed by neither."""
import asyncio
import io
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))


def again():
    """In the environment of the pinned peers."""
    from pypi import programs
    python = programs() / "python"
    if sys.prefix != str(python.parent.parent):
        sys.exit(subprocess.call([str(python), "-B", *sys.argv]))


if __name__ == "__main__" and "build/python" not in sys.prefix:
    again()

from asn1crypto import cms  # noqa: E402
from pyhanko.keys import load_cert_from_pemder  # noqa: E402
from pyhanko.sign import signers  # noqa: E402
from pyhanko.sign.validation import generic_cms  # noqa: E402
from pyhanko_certvalidator import ValidationContext  # noqa: E402

CONTENT = b"a document that two programs sign\n"
KEYS = (("rsa", "rsa:2048", False), ("pss", "rsa:2048", True),
        ("p256", "ec -pkeyopt ec_paramgen_curve:P-256", False))


def run(*args, cwd):
    r = subprocess.run([str(a) for a in args], cwd=cwd, capture_output=True, text=True)
    return r.returncode, r.stdout + r.stderr


def make_key(folder, how):
    args = ["openssl", "req", "-x509", "-newkey", *how.split(), "-nodes", "-keyout", "k.pem",
            "-out", "c.pem", "-subj", "/CN=somebody", "-days", "30", "-addext",
            "keyUsage=critical,digitalSignature,nonRepudiation"]
    code, said = run(*args, cwd=folder)
    assert code == 0, said


class Both:
    def __init__(self, binary, folder, pss):
        self.binary, self.dir, self.pss = Path(binary).resolve(), folder, pss
        self.cert = load_cert_from_pemder(folder / "c.pem")
        (folder / "content").write_bytes(CONTENT)

    def musubi(self, detached):
        out = self.dir / "ours"
        args = [self.binary, "sign", "content", "--key", "k.pem", "--cert", "c.pem", "--out", out]
        args += ["--detached"] * detached + ["--pss"] * self.pss
        code, said = run(*args, cwd=self.dir)
        assert code == 0, said
        return out.read_bytes()

    def pyhanko(self, detached, cades):
        s = signers.SimpleSigner.load(self.dir / "k.pem", self.dir / "c.pem",
                                      prefer_pss=self.pss)
        info = asyncio.run(s.async_sign_general_data(CONTENT, "sha256", detached=detached,
                                                     use_cades=cades))
        return info.dump()

    def pyhanko_believes(self, der, content):
        sd = cms.ContentInfo.load(der)["content"]
        vc = ValidationContext(trust_roots=[self.cert], allow_fetching=False)
        if sd["encap_content_info"]["content"].native is None:
            status = asyncio.run(generic_cms.async_validate_detached_cms(
                io.BytesIO(content), sd, signer_validation_context=vc))
        else:
            status = asyncio.run(generic_cms.async_validate_cms_signature(
                sd, validation_context=vc))
        return status.intact and status.valid

    def musubi_believes(self, der, detached):
        (self.dir / "theirs").write_bytes(der)
        args = [self.binary, "verify", "theirs", "--trust", "c.pem"]
        code, said = run(*args, *(["--content", "content"] if detached else []), cwd=self.dir)
        assert code != 2, said
        return code == 0, said


def main(binary):
    bad = 0
    for name, how, pss in KEYS:
        with tempfile.TemporaryDirectory() as d:
            folder = Path(d)
            make_key(folder, how)
            both = Both(binary, folder, pss)
            for detached in (False, True):
                ours = both.musubi(detached)
                checks = [("ours is believed there", both.pyhanko_believes(ours, CONTENT))]
                if detached:
                    checks.append(("ours over other content is not",
                                   not both.pyhanko_believes(ours, CONTENT + b"x")))
                for cades in (True, False):
                    held, said = both.musubi_believes(both.pyhanko(detached, cades), detached)
                    checks.append((f"theirs (CAdES {cades}) is believed here", held))
                (folder / "content").write_bytes(CONTENT + b"x")
                if detached:
                    held, said = both.musubi_believes(both.pyhanko(detached, True), detached)
                    checks.append(("theirs over other content is not", not held))
                (folder / "content").write_bytes(CONTENT)
                for what, held in checks:
                    print("ok  " if held else "FAIL", name, "detached" if detached else "attached",
                          what)
                    bad += not held
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
