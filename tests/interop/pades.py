#!/usr/bin/env python3
"""pades.py PEER: PAdES with programs that others wrote. Signed here and looked at by
pdfsig, qpdf and pyHanko; signed and extended by pyHanko (B, T with our stamps, LT,
LTA, certified, two signatures, a form filled in) and by both in turn, judged here.
PEER is tests/interop/pades_peer.c. Lines begin with "ok " or "FAIL "."""
import asyncio
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
    if Path(sys.executable).resolve() != python.resolve() or sys.prefix != str(python.parent.parent):
        sys.exit(subprocess.call([str(python), "-B", *sys.argv]))


if __name__ == "__main__" and "build/python" not in sys.prefix:
    again()

from asn1crypto import keys, tsp, x509, crl as crl_  # noqa: E402
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: E402
from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: E402
from pyhanko.pdf_utils import generic  # noqa: E402
from pyhanko.sign import fields, signers, timestamps  # noqa: E402
from pyhanko.sign.validation import (async_validate_pdf_signature,  # noqa: E402
                                     async_validate_pdf_timestamp)
from pyhanko_certvalidator import ValidationContext  # noqa: E402
from pyhanko_certvalidator.registry import SimpleCertificateStore  # noqa: E402

failed = 0


def say(good, what, detail=""):
    global failed
    failed += not good
    print("ok  " if good else "FAIL", what, "" if good else str(detail)[-1500:], flush=True)


def tool(*args):
    r = subprocess.run([str(a) for a in args], capture_output=True, timeout=60)
    return r.returncode, r.stdout, (r.stdout + r.stderr).decode(errors="replace")


class Stamps(timestamps.TimeStamper):
    """Our unit, asked through the peer."""

    def __init__(self, peer, folder):
        super().__init__()
        self.peer, self.folder = peer, folder

    async def async_request_tsa_response(self, req):
        digest = req["message_imprint"]["hashed_message"].native
        code, token, said = tool(self.peer, "stamp", self.folder, digest.hex())
        if code:
            raise RuntimeError(said)
        from asn1crypto import cms
        return tsp.TimeStampResp({"status": {"status": "granted"},
                                  "time_stamp_token": cms.ContentInfo.load(token)})

    async def async_timestamp(self, message_digest, md_algorithm):
        from asn1crypto import cms
        code, token, said = tool(self.peer, "stamp", self.folder, message_digest.hex())
        if code:
            raise RuntimeError(said)
        return cms.ContentInfo.load(token)

    async def async_dummy_response(self, md_algorithm):
        return await self.async_timestamp(b"\0" * 32, md_algorithm)


class World:
    def __init__(self, peer):
        self.peer, self.dir = peer, Path(tempfile.mkdtemp())
        code, _, said = tool(peer, "make", self.dir)
        say(code == 0, "files are made here", said)
        cert = {n: x509.Certificate.load((self.dir / f"{n}.der").read_bytes())
                for n in ("root", "signer", "unit")}
        self.cert = cert
        store = SimpleCertificateStore()
        store.register_multiple(cert.values())
        self.signer = signers.SimpleSigner(
            signing_cert=cert["signer"],
            signing_key=keys.PrivateKeyInfo.load((self.dir / "signer.key").read_bytes()),
            cert_registry=store)
        self.stamps = Stamps(peer, self.dir)
        self.crl = crl_.CertificateList.load((self.dir / "root.crl").read_bytes())

    def context(self):
        return ValidationContext(trust_roots=[self.cert["root"]], crls=[self.crl],
                                 other_certs=list(self.cert.values()), allow_fetching=False,
                                 revocation_mode="soft-fail")

    def write(self, name, make, source):
        with open(self.dir / source, "rb") as f:
            w = IncrementalPdfFileWriter(f)
            out = make(w)
            (self.dir / name).write_bytes(out.getvalue())

    def sign(self, name, source="base.pdf", stamp=False, field=None, **meta):
        def make(w):
            m = signers.PdfSignatureMetadata(
                field_name=field or f"Theirs{name[:-4].replace('-', '').replace('.', '')}", md_algorithm="sha256",
                subfilter=meta.pop("subfilter", fields.SigSeedSubFilter.PADES), **meta)
            return signers.PdfSigner(m, self.signer, timestamper=self.stamps if stamp else None
                                     ).sign_pdf(w)
        self.write(name, make, source)

    def judged(self, name):
        code, _, said = tool(self.peer, "judge", self.dir, self.dir / name)
        return code, [line.split("\t") for line in said.splitlines() if "\t" in line], said

    def passes(self, name, signatures, level):
        code, rows, said = self.judged(name)
        good = (code == 0 and len(rows) == signatures and rows[0][4] == level
                and all(r[2] == "TOTAL-PASSED" for r in rows) and all(not r[5] for r in rows))
        say(good, f"{name}: judged here, {signatures} at {level}", said)


def holds(status):
    line = getattr(status, "bottom_line", None)  # a time stamp's status has none
    return status.valid and status.intact and status.trusted if line is None else line


def hanko(world, name, count=1):
    async def go():
        with open(world.dir / name, "rb") as f:
            reader = PdfFileReader(f)
            sigs = reader.embedded_regular_signatures
            out = []
            for s in sigs:
                out.append(await async_validate_pdf_signature(
                    s, world.context(), ts_validation_context=world.context()))
            for t in reader.embedded_timestamp_signatures:
                st = await async_validate_pdf_timestamp(t, world.context())
                out.append(st)
            return len(sigs), out
    try:
        n, found = asyncio.run(go())
        good = n == count and all(map(holds, found))
        say(good, f"{name}: pyHanko validates {n}",
            [s.pretty_print_details() for s in found if not holds(s)])
    except Exception as e:  # noqa: BLE001 — whatever it says is the finding
        say(False, f"{name}: pyHanko", repr(e))


def ours_there(world):
    for name, count in (("B", 1), ("T", 1), ("LT", 1), ("LTA", 1), ("certified", 1), ("two", 2),
                        ("renewed", 1)):
        file = f"ours-{name}.pdf"
        hanko(world, file, count=count)
        code, _, said = tool("qpdf", "--check", world.dir / file)
        say(code == 0 and "No syntax" in said, f"{file}: qpdf finds no fault", said)
        _, _, said = tool("pdfsig", "-nocert", world.dir / file)
        say(said.count("Signature is Valid") >= count and "Mismatch" not in said,
            f"{file}: pdfsig", said)
    world.passes("ours-51.pdf", 51, "B")


def theirs_here(world):
    world.sign("their-B.pdf")
    world.passes("their-B.pdf", 1, "B")
    world.sign("their-adobe.pdf", subfilter=fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED)
    world.passes("their-adobe.pdf", 1, "B")
    world.sign("their-T.pdf", stamp=True)
    world.passes("their-T.pdf", 1, "T")
    world.sign("their-LT.pdf", stamp=True, embed_validation_info=True,
               validation_context=world.context())
    world.passes("their-LT.pdf", 1, "LT")
    world.sign("their-LTA.pdf", stamp=True, embed_validation_info=True, use_pades_lta=True,
               validation_context=world.context())
    world.passes("their-LTA.pdf", 1, "LTA")
    world.sign("their-certified.pdf", certify=True,
               docmdp_permissions=fields.MDPPerm.FILL_FORMS)
    world.passes("their-certified.pdf", 1, "B")
    world.sign("their-two.pdf", source="their-LTA.pdf", stamp=True, field="approval")
    world.passes("their-two.pdf", 2, "LTA")
    world.sign("both.pdf", source="ours-LTA.pdf", stamp=True)
    world.passes("both.pdf", 2, "LTA")
    hanko(world, "both.pdf", count=2)


def renewed(world):
    async def go():
        with open(world.dir / "their-LTA.pdf", "rb") as f:
            out = await signers.PdfTimeStamper(world.stamps).async_update_archival_timestamp_chain(
                PdfFileReader(f), world.context(), in_place=False)
            return out.getvalue()
    (world.dir / "their-renewed.pdf").write_bytes(asyncio.run(go()))
    world.passes("their-renewed.pdf", 1, "LTA")


def in_turn(world):
    for name in ("their-B.pdf", "their-LTA.pdf"):
        code, _, said = tool(world.peer, "more", world.dir, world.dir / name)
        say(code == 0, f"{name}: a further signature of ours", said)
        world.passes(name + ".more.pdf", 2, "B" if name == "their-B.pdf" else "LTA")
        hanko(world, name + ".more.pdf", count=2)


def filled(world):
    def fill(w):
        form = w.root["/AcroForm"]
        field = form["/Fields"][0]
        field["/V"] = generic.pdf_string("Taro")
        w.mark_update(form["/Fields"].raw_get(0))
        import io
        out = io.BytesIO()
        w.write(out)
        return out
    world.write("their-filled.pdf", fill, "their-B.pdf")
    world.passes("their-filled.pdf", 1, "B")


def objects_packed(world):
    """Object and cross-reference streams, linearised: as qpdf writes them."""
    for how in ("--object-streams=generate", "--linearize", "--qdf"):
        name = f"qpdf{how[1:]}.pdf".replace("=", "")
        code, _, said = tool("qpdf", how, world.dir / "base.pdf", world.dir / name)
        if code not in (0, 3):
            say(False, name, said)
            continue
        world.sign("their-" + name, source=name)
        world.passes("their-" + name, 1, "B")
        tool(world.peer, "more", world.dir, world.dir / ("their-" + name))
        world.passes("their-" + name + ".more.pdf", 2, "B")
        hanko(world, "their-" + name + ".more.pdf", count=2)


def main(peer):
    world = World(Path(peer).resolve())
    for part in (ours_there, theirs_here, in_turn, renewed, filled, objects_packed):
        try:
            part(world)
        except Exception as e:  # noqa: BLE001
            say(False, part.__name__, repr(e))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
