#!/usr/bin/env python3
"""The registrar's counter: two persons, a certificate that openssl accepts, and its end.

    tests/e2e/companies.py [--engine postgres] [--build DIR]
"""
import base64
import re
import subprocess
import sys

import steps
from officer import Officer
from web import expect

NUMBER = "7000012050002"


class Companies:
    def __init__(self, nation):
        self.nation, self.dir = nation, nation.dir
        self.clerk = Officer(nation, "houmu", "clerk")
        self.chief = Officer(nation, "houmu", "registrar")
        self.list = "/counter/houmu/companies"

    def openssl(self, *args, check=True):
        return subprocess.run(["openssl", *map(str, args)], check=check, capture_output=True,
                              text=True)

    def propose(self, who, step, status=200, **values):
        page = who.b.get(self.list)
        return who.b.submit(page.form(action=r"/companies$"),
                            {"step": step, "number": NUMBER, **values}, status=status)

    def decide(self, who, answer="approve"):
        page = who.b.get(self.list)
        return who.b.submit(page.form(action=r"/decide$"), button=("answer", answer))

    FACTS = {"name": "試験株式会社", "office": "石川県加賀市大聖寺南町ニ41番地",
             "representative": "代表取締役　加賀太郎"}

    def two_persons(self):
        for o in (self.clerk, self.chief):
            o.login()
        self.propose(self.clerk, "register", **self.FACTS)
        page = self.clerk.b.get(self.list)
        expect(not page.form(action=r"/decide$", required=False), "not for her who proposed")
        self.propose(self.chief, "register", **self.FACTS)  # one of his own, too
        page = self.chief.b.get(self.list)
        expect(len([f for f in page.forms() if f.action.endswith("/decide")]) == 1,
               "he decides what she proposed, not his own")
        self.decide(self.chief)

    def wrong(self):
        page = self.clerk.b.get(self.list)
        form = page.form(action=r"/companies$")
        bad = self.clerk.b.submit(form, {"step": "register", "number": "7000012050003",
                                         **self.FACTS}, status=None)
        expect(bad.status == 400, "a wrong check digit", bad.status)
        self.clerk.b.get(self.list)

    def certificate(self):
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-keyout",
                     self.dir / "firm.key", "-out", self.dir / "firm.csr")
        self.propose(self.clerk, "certify", csr=(self.dir / "firm.csr").read_text())
        self.decide(self.chief)
        page = self.chief.b.get(f"{self.list}/{NUMBER}")
        der = base64.b64decode(re.search(r"MII[A-Za-z0-9+/=]{200,}", page.text).group(0))
        (self.dir / "firm.der").write_bytes(der)
        self.openssl("x509", "-inform", "DER", "-in", self.dir / "firm.der", "-out",
                     self.dir / "firm.pem")
        self.openssl("x509", "-inform", "DER", "-in", self.dir / "data/trust/ca-corporate.der",
                     "-out", self.dir / "corporate.pem")
        said = self.openssl("verify", "-CAfile", self.dir / "corporate.pem", self.dir / "firm.pem")
        expect("OK" in said.stdout, "openssl accepts it", said.stdout)
        text = self.openssl("x509", "-in", self.dir / "firm.pem", "-noout", "-subject",
                            "-nameopt", "utf8").stdout
        expect(f"NTRJP-{NUMBER}" in text and "試験株式会社" in text, "its company", text)

    def change(self):
        self.propose(self.clerk, "change", **{**self.FACTS, "representative": "代表取締役　加賀次郎"})
        self.decide(self.chief)
        page = self.chief.b.get(f"{self.list}/{NUMBER}")
        expect("終了" in page.text and "有効期間の末日" not in page.text,
               "the certificate ended with the change", page.text[:400])

    def others(self):
        city = Officer(self.nation, "172065", "clerk")
        city.login()
        expect(city.b.get(self.list, status=None).status == 404, "no other officer's page")
        expect(city.b.get("/counter/172065/companies", status=None).status == 404,
               "a city is no registrar")


def run(nation):
    x = Companies(nation)
    st = steps.Steps(f"companies on {nation.engine}")
    st.all([
        ("one proposes, another decides", x.two_persons),
        ("a wrong number is refused", x.wrong),
        ("a certificate that openssl accepts", x.certificate),
        ("a new representative ends it", x.change),
        ("nobody else's counter has it", x.others),
    ])
    return st.verdict()


if __name__ == "__main__":
    sys.exit(steps.main(run))
