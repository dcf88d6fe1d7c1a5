"""openssl against /ocsp, /crl, /ca and /tsa of a running nation."""
import base64
import subprocess
import time
import urllib.parse
from pathlib import Path

from web import expect


def tool(*args, data=None, cwd=None):
    r = subprocess.run([str(a) for a in args], input=data, capture_output=True, cwd=cwd)
    return r.returncode, (r.stdout + r.stderr).decode(errors="replace")


class Status:
    """What programs that others wrote make of a node's answers about certificates."""

    def __init__(self, nation):
        self.nation, self.at = nation, nation.origin
        self.dir = Path(nation.dir) / "status"
        self.dir.mkdir()

    def openssl(self, *args, ok=True):
        code, said = tool("openssl", *args, cwd=self.dir)
        expect((code == 0) == ok, "openssl " + " ".join(map(str, args[:3])), said[-1500:])
        return said

    def get(self, path, to, *more):
        code, said = tool("curl", "-sS", "-D", "-", "-o", to, *more, self.at + path, cwd=self.dir)
        expect(code == 0, f"curl {path}", said)
        return said.lower()

    def authorities(self):
        for name in ("citizen-auth", "citizen-sign", "government", "corporate"):
            self.get(f"/ca/{name}", f"{name}.der")
            self.openssl("x509", "-inform", "DER", "-in", f"{name}.der", "-out", f"{name}.pem")
        trust = Path(self.nation.dir) / "data/trust"
        self.openssl("x509", "-inform", "DER", "-in", trust / "seal-172065.der", "-out", "seal.pem")

    def ocsp_post(self):
        said = self.openssl("ocsp", "-issuer", "government.pem", "-cert", "seal.pem", "-url",
                            self.at + "/ocsp", "-CAfile", "government.pem", "-resp_text")
        expect("Response verify OK" in said and "seal.pem: good" in said, "good, verified", said)
        expect("Nonce Verify error" not in said and "no nonce" not in said, "the nonce is there", said)

    def ocsp_sha256_and_unknown(self):
        said = self.openssl("ocsp", "-sha256", "-issuer", "government.pem", "-cert", "seal.pem",
                            "-serial", "0x1234", "-url", self.at + "/ocsp", "-CAfile",
                            "government.pem")
        expect("seal.pem: good" in said and "0x1234: unknown" in said, "good and unknown", said)

    def ocsp_get(self):
        self.openssl("ocsp", "-issuer", "government.pem", "-cert", "seal.pem", "-no_nonce",
                     "-reqout", "q.der")
        text = base64.b64encode((self.dir / "q.der").read_bytes()).decode()
        for path in (text, urllib.parse.quote(text, safe="")):
            head = self.get("/ocsp/" + path, "r.der")
            expect("application/ocsp-response" in head and "max-age=" in head and "etag:" in head,
                   "an answer that may be kept", head)
            said = self.openssl("ocsp", "-issuer", "government.pem", "-cert", "seal.pem",
                                "-no_nonce", "-respin", "r.der", "-CAfile", "government.pem")
            expect("seal.pem: good" in said, "good", said)

    def wrong_issuer(self):
        said = tool("openssl", "ocsp", "-issuer", "seal.pem", "-serial", "1", "-url",
                    self.at + "/ocsp", cwd=self.dir)[1]
        expect("unauthorized" in said, "another issuer is unauthorized", said)
        head = self.get("/ocsp", "x", "--data-binary", "junk", "-H",
                        "Content-Type: application/ocsp-request")
        expect(" 200" in head and (self.dir / "x").read_bytes() == bytes.fromhex("30030a0101"),
               "junk is malformedRequest", head)

    def crl(self):
        head = self.get("/crl/government", "crl.der")
        expect("application/pkix-crl" in head and "max-age=" in head, "a CRL", head)
        self.openssl("crl", "-inform", "DER", "-in", "crl.der", "-CAfile", "government.pem",
                     "-noout", "-crlnumber", "-nextupdate")
        self.openssl("crl", "-inform", "DER", "-in", "crl.der", "-out", "crl.pem")
        said = self.openssl("verify", "-crl_check", "-CAfile", "government.pem", "-CRLfile",
                            "crl.pem", "seal.pem")
        expect("seal.pem: OK" in said, "verify -crl_check", said)

    def crl_of_a_city(self):
        where = urllib.parse.quote("石川県") + "/" + urllib.parse.quote("加賀市")
        self.get("/crl/government/" + where, "part.der")
        said = self.openssl("crl", "-inform", "DER", "-in", "part.der", "-noout", "-text")
        expect("Issuing Distribution Point: critical" in said, "a critical IDP", said)
        self.openssl("crl", "-inform", "DER", "-in", "part.der", "-out", "part.pem")
        said = self.openssl("verify", "-crl_check", "-extended_crl", "-CAfile", "government.pem",
                            "-CRLfile", "part.pem", "seal.pem")
        expect("seal.pem: OK" in said, "verify with the city's part", said)
        head = self.get("/crl/government/a/b", "none")
        expect(" 404" in head, "a part that does not exist", head)

    def time_stamp(self):
        (self.dir / "document").write_text("any document")
        self.openssl("ts", "-query", "-data", "document", "-sha256", "-cert", "-out", "q.tsq")
        head = self.get("/tsa", "r.tsr", "--data-binary", "@q.tsq", "-H",
                        "Content-Type: application/timestamp-query")
        expect("application/timestamp-reply" in head, "a time stamp", head)
        said = self.openssl("ts", "-verify", "-queryfile", "q.tsq", "-in", "r.tsr", "-CAfile",
                            "government.pem")
        expect("Verification: OK" in said, "openssl ts -verify", said)
        (self.dir / "document").write_text("another document")
        self.openssl("ts", "-verify", "-data", "document", "-in", "r.tsr", "-CAfile",
                     "government.pem", ok=False)

    def musubi(self, code, *args):
        got, said = tool(self.nation.binary, *args, cwd=self.dir)
        expect(got == code, "musubi " + " ".join(map(str, args[:2])) + f" ends with {code}", f"{got}: {said[-1500:]}")
        return said

    def asked_by_musubi(self):
        ask = ("ocsp", "ask", "seal.pem", "--issuer", "government.pem", "--url", self.at + "/ocsp")
        said = self.musubi(0, *ask, "--out", "kept.der")
        expect("good" in said and "有効です" in said, "good, in both languages", said)
        self.musubi(0, *ask, "--no-nonce")
        said = self.openssl("ocsp", "-sha256", "-issuer", "government.pem", "-cert", "seal.pem",
                            "-no_nonce", "-respin", "kept.der", "-CAfile", "government.pem")
        expect("seal.pem: good" in said, "openssl reads the kept answer", said)
        self.musubi(2, "ocsp", "ask", "seal.pem", "--issuer", "corporate.pem", "--url",
                    self.at + "/ocsp")
        self.musubi(2, "ocsp", "ask", "seal.pem", "--issuer", "government.pem", "--url",
                    self.at + "/ca/government")

    def answered_from_a_file(self):
        config = Path(self.nation.dir) / "musubi.yaml"
        self.openssl("ocsp", "-issuer", "government.pem", "-cert", "seal.pem", "-no_nonce",
                     "-reqout", "f.der")
        self.musubi(0, "ocsp", "answer", "f.der", "--config", config, "--out", "fa.der")
        said = self.openssl("ocsp", "-issuer", "government.pem", "-cert", "seal.pem",
                            "-no_nonce", "-respin", "fa.der", "-CAfile", "government.pem")
        expect("seal.pem: good" in said, "openssl reads the answer", said)
        (self.dir / "junk").write_bytes(b"junk")
        self.musubi(1, "ocsp", "answer", "junk", "--config", config, "--out", "fj.der")

    def stamped_by_musubi(self):
        config = Path(self.nation.dir) / "musubi.yaml"
        (self.dir / "paper").write_text("any paper")
        for source in (("--url", self.at + "/tsa"), ("--config", config)):
            self.musubi(0, "ts", "stamp", "paper", *source, "--out", "paper.tst")
            said = self.musubi(0, "ts", "verify", "paper", "--token", "paper.tst", "--trust",
                               "government.pem")
            expect("有効" in said and "is valid" in said, "valid, in both languages", said)
            self.openssl("ts", "-verify", "-data", "paper", "-token_in", "-in", "paper.tst",
                         "-CAfile", "government.pem")
        self.musubi(1, "ts", "verify", "seal.pem", "--token", "paper.tst", "--trust", "government.pem")
        self.musubi(1, "ts", "verify", "paper", "--token", "paper.tst", "--trust", "corporate.pem")
        self.musubi(2, "ts", "verify", "paper", "--token", "paper", "--trust", "government.pem")
        self.musubi(2, "ts", "stamp", "paper", "--url", self.at + "/ca/government", "--out", "x")

    def signature_with_time_stamps(self):
        """musubi sign asks the node's own /tsa; openssl reads what came out."""
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "k.pem", "-out",
                     "c.pem", "-subj", "/CN=somebody", "-days", "2")
        (self.dir / "letter").write_text("any letter")

        def musubi(*args, ok=True):
            code, said = tool(self.nation.binary, *args, cwd=self.dir)
            expect((code == 0) == ok, "musubi " + " ".join(args[:2]), said)

        musubi("sign", "letter", "--key", "k.pem", "--cert", "c.pem", "--level", "T", "--tsa",
               self.at + "/tsa", "--out", "letter.p7m")
        musubi("sign", "extend", "letter.p7m", "--level", "LTA", "--tsa", self.at + "/tsa",
               "--material", "crl.der")
        musubi("sign", "extend", "letter.p7m", "--level", "LTA", "--tsa", self.at + "/tsa")
        self.openssl("cms", "-verify", "-inform", "DER", "-in", "letter.p7m", "-CAfile", "c.pem",
                     "-purpose", "any", "-out", "back")
        expect((self.dir / "back").read_text() == "any letter", "the letter comes back", "")
        said = self.openssl("cms", "-cmsout", "-print", "-inform", "DER", "-in", "letter.p7m")
        expect(said.count("0.4.0.1733.2.4") == 2 and "id-smime-aa-timeStampToken" in said,
               "a signature time stamp and two archive time stamps", said[-1500:])
        musubi("sign", "letter", "--key", "k.pem", "--cert", "c.pem", "--level", "T", "--tsa",
               self.at + "/ocsp", "--out", "none.p7m", ok=False)
        expect(not (self.dir / "none.p7m").exists(), "nothing half made", "")

    def too_many_time_stamps(self):
        (self.dir / "many").write_text("".join(
            f'url = "{self.at}/tsa"\ndata-binary = "@q.tsq"\noutput = "many.out"\n'
            'write-out = "%{http_code}\\n"\nsilent\nnext\n' for _ in range(150)))
        said = tool("curl", "-sS", "-K", "many", cwd=self.dir)[1].split()
        expect("200" in said and "429" in said, "the limit for one peer", said[-20:])

    def revoked(self):
        serial = self.openssl("x509", "-in", "seal.pem", "-noout", "-serial").split("=")[1].strip()
        code, said = tool(self.nation.binary, "ca", "revoke", "--config",
                          Path(self.nation.dir) / "musubi.yaml", "--serial", serial, "--reason",
                          "superseded")
        expect(code == 0, "musubi ca revoke", said)
        time.sleep(1.5)  # what is kept is looked at once a second
        said = self.openssl("ocsp", "-issuer", "government.pem", "-cert", "seal.pem", "-url",
                            self.at + "/ocsp", "-CAfile", "government.pem", "-no_nonce")
        expect("seal.pem: revoked" in said and "superseded" in said, "revoked", said)
        said = self.musubi(1, "ocsp", "ask", "seal.pem", "--issuer", "government.pem", "--url",
                           self.at + "/ocsp")
        expect("revoked" in said and "superseded" in said and "失効" in said, "revoked", said)

    def steps(self, st):
        for name, step in (("openssl reads the authorities over HTTP", self.authorities),
                           ("openssl ocsp asks and verifies, with a nonce", self.ocsp_post),
                           ("openssl ocsp with SHA-256, and a serial never issued",
                            self.ocsp_sha256_and_unknown),
                           ("OCSP by GET, base64 plain and percent-coded", self.ocsp_get),
                           ("OCSP for another issuer, and junk", self.wrong_issuer),
                           ("openssl crl and verify -crl_check", self.crl),
                           ("openssl verify with the CRL of one municipality", self.crl_of_a_city),
                           ("openssl ts asks and verifies", self.time_stamp),
                           ("musubi ocsp asks the responder", self.asked_by_musubi),
                           ("musubi ocsp answers a request in a file", self.answered_from_a_file),
                           ("musubi ts stamps and verifies", self.stamped_by_musubi),
                           ("musubi sign with time stamps over HTTP, renewed; openssl reads it",
                            self.signature_with_time_stamps),
                           ("a peer that asks for too many time stamps waits",
                            self.too_many_time_stamps),
                           ("openssl ocsp sees a revocation", self.revoked)):
            st.run(name, step)
