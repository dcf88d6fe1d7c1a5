#!/usr/bin/env python3
"""Accredited verifiers as processes: openssl makes their request, musubi their
certificate, mutual TLS carries their questions; a citizen answers in her browser.

    tests/e2e/verifiers.py [--engine postgres] [--build DIR]
"""
import json
import re
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from datetime import date

import steps
from nation import free_port
from people import Citizen
from web import expect


class Verifiers:
    def __init__(self, nation):
        self.nation, self.dir = nation, nation.dir / "verifiers"
        self.dir.mkdir()
        self.port = free_port()
        self.url = f"https://localhost:{self.port}/api/verifier/"

    def openssl(self, *args):
        subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True)

    def key_and_request(self, name):
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                     "-subj", f"/CN={name}", "-keyout", self.dir / f"{name}.key",
                     "-out", self.dir / f"{name}.csr")

    def server_certificate(self):
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                     "-nodes", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                     "-days", "2", "-keyout", self.dir / "server.key",
                     "-out", self.dir / "server.pem")
        with open(self.nation.config, "a", encoding="utf-8") as f:
            f.write(f'verifier_listen: "127.0.0.1:{self.port}"\n'
                    f'verifier_tls_cert: "{self.dir}/server.pem"\n'
                    f'verifier_tls_key: "{self.dir}/server.key"\n')

    def musubi(self, *args, check=True):
        return self.nation.run("verifier", args[0], "--config", self.nation.config, *args[1:],
                               check=check)

    def ask(self, path, body=None, name="bank", raw=None):
        """(status, JSON) of a question; name None: without a certificate."""
        context = ssl.create_default_context(cafile=self.dir / "server.pem")
        if name:
            context.load_cert_chain(self.dir / f"{name}.pem", self.dir / f"{name}.key")
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        url = self.url + path if not path.startswith("/") else f"https://localhost:{self.port}{path}"
        request = urllib.request.Request(url, data=data)
        try:
            with urllib.request.urlopen(request, context=context, timeout=20) as r:
                return r.status, json.loads(r.read())
        except urllib.error.HTTPError as e:
            return e.code, json.loads(e.read())

    def refused(self, status, error, *args, **more):
        got = self.ask(*args, **more)
        expect(got[0] == status and got[1].get("error") == error, f"{status} {error}", got)

    # ---- steps ----

    def accredited(self):
        self.server_certificate()
        self.key_and_request("bank")
        self.musubi("add", "--id", "bank1", "--host", "bank.example", "--ja", "試験銀行",
                    "--en", "Test Bank", "--easy", "テスト{銀行|ぎんこう}", "--yen", "20",
                    "--csr", self.dir / "bank.csr", "--cert", self.dir / "bank.pem")
        twice = self.musubi("add", "--id", "bank2", "--host", "bank.example", "--ja", "x",
                            "--en", "x", "--easy", "x", check=False)
        expect(twice.returncode == 2, "a host belongs to one verifier", twice.stderr)
        expect("bank.example" in self.musubi("list").stdout, "the list names it")
        self.nation.stop()
        self.nation.start()

    def strangers(self):
        self.key_and_request("other")
        self.openssl("req", "-x509", "-key", self.dir / "other.key", "-subj", "/CN=bank.example",
                     "-addext", "subjectAltName=DNS:bank.example", "-days", "2",
                     "-out", self.dir / "other.pem")
        question = {"authority": "citizen-sign", "serial": self.serial}
        self.refused(401, "verifier.certificate", "certificate", question, name=None)
        self.refused(401, "verifier.certificate", "certificate", question, name="other")
        got = self.ask("/login")
        expect(got[0] == 404, "no page on the verifiers' listener", got)
        b = self.citizen.b
        page = b.exchange("POST", "/api/verifier/certificate", json.dumps(question).encode(),
                          {"Content-Type": "application/json"})
        expect(page.status == 401, "no question on the portal's listener", page.status)

    def certificate(self):
        status, said = self.ask("certificate", {"authority": "citizen-sign",
                                                "serial": self.serial})
        expect(status == 200 and said["status"] == "good", "a good certificate", said)
        self.refused(400, "verifier.request", "certificate", raw=b"{" * 5000)
        self.refused(400, "verifier.request", "certificate", {"serial": self.serial, "x": 1})

    def consent(self):
        self.refused(403, "consent.needed", "attributes", {"serial": self.serial})
        until = date.today().replace(year=date.today().year + 1, day=1).isoformat()
        status, said = self.ask("consents", {"serial": self.serial, "scope": ["attributes"],
                                             "purpose": "口座の住所の確認", "until": until})
        expect(status == 202, "the holder is asked", said)
        b = self.citizen.b
        page = b.get("/consents")
        expect("試験銀行" in page.text and "口座の住所の確認" in page.text,
               "she sees who and why", page.text[:400])
        page = b.get(f"/consents/{said['consent']}")
        self.form = page.form(action=r"/consents/")
        stranger = Citizen(self.nation, self.nation.persona(self.others))
        stranger.login()
        expect(stranger.b.get(f"/consents/{said['consent']}", status=None).status == 404,
               "nobody else finds it")
        page = b.submit(self.form, button=("answer", "give"))
        status, said = self.ask("attributes", {"serial": self.serial})
        expect(status == 200 and said["name"] == self.citizen.name, "what she allowed", said)

    def seen_and_withdrawn(self):
        b = self.citizen.b
        page = b.get("/access-log")
        expect("試験銀行" in page.text and "口座の住所の確認" in page.text,
               "the access log names it", page.text[:600])
        page = b.get("/consents")
        b.submit(page.form(action=r"/consents/"))
        self.refused(403, "consent.needed", "attributes", {"serial": self.serial})
        again = b.submit(self.form, button=("answer", "give"), status=None)
        expect(again.status == 409, "a withdrawn consent does not come back", again.status)

    def after_the_end(self):
        self.nation.run("ca", "revoke", "--config", self.nation.config, "--person",
                        self.citizen.persona["id"], "--ca", "citizen-sign", "--reason",
                        "affiliationChanged", check=False)
        status, said = self.ask("certificate", {"authority": "citizen-sign",
                                                "serial": self.serial})
        expect(status == 200 and said["status"] == "revoked", "the change is told at once", said)

    def bill(self):
        out = self.musubi("usage", "--month", date.today().strftime("%Y-%m")).stdout
        expect(re.search(r"bank1 +attributes +1 +20 yen", out), "the month's list", out)
        self.musubi("suspend", "--id", "bank1")
        self.refused(403, "verifier.suspended", "events")
        self.musubi("suspend", "--id", "bank1", "--resume")
        expect(self.ask("events")[0] == 200, "it may ask again")

    def people(self, mine="hanako", others="isamu"):
        self.others = others
        self.citizen = Citizen(self.nation, self.nation.persona(mine))
        self.citizen.login()
        listed = self.nation.run("ca", "list", "--config", self.nation.config, "--person",
                                 mine).stdout
        self.serial = re.search(r"^([0-9A-F]{8})  citizen-sign ", listed, re.M).group(1)


def run(nation):
    x = Verifiers(nation)
    st = steps.Steps(f"verifiers on {nation.engine}")
    st.all([
        ("a verifier is accredited and certified", x.accredited),
        ("a citizen with a signing certificate", x.people),
        ("strangers are refused, and other paths", x.strangers),
        ("a certificate is told as it is", x.certificate),
        ("attributes come with her consent only", x.consent),
        ("seen in her log, withdrawn at once", x.seen_and_withdrawn),
        ("a certificate that ended", x.after_the_end),
        ("counted, billed, suspended", x.bill),
    ])
    return st.verdict()


if __name__ == "__main__":
    sys.exit(steps.main(run))
