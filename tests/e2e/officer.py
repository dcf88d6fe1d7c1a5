"""Officers at their counter."""
import re

from totp import Codes
from web import Browser, expect


class Officer:
    codes = {}  # one per account and nation: a code works once

    def __init__(self, nation, org, ident, lang="ja"):
        self.nation, self.org, self.id = nation, org, ident
        self.facts = nation.officers[(org, ident)]
        self.b = Browser(nation.origin, lang)
        key = (str(nation.dir), org, ident)
        self.totp = Officer.codes.setdefault(key, Codes(self.facts["totp"]))

    @property
    def home(self):
        return f"/counter/{self.org}"

    def login(self):
        self.b.get(self.home)
        form = self.b.page.form(field="password")
        page = self.b.submit(form, {"officer_id": self.id, "password": self.facts["password"],
                                    "code": self.totp.next()})
        expect(page.path == self.home, "the queue after the login", f"{page.path}: {page.text[:200]}")
        return page

    def logout(self):
        self.b.get(self.home)
        return self.b.submit(self.b.page.form(action="/logout$"))

    def find(self, receipt):
        """Opens the application by its receipt number, through the queue's search."""
        page = self.b.get(self.home)
        form = page.form(field="q")
        page = self.b.submit(form, {"q": receipt})
        return self.b.click(r"/cases/[0-9a-f]+")

    @property
    def case(self):
        return re.match(r"/counter/\d+/cases/[0-9a-f]+", self.b.page.path).group(0)

    def open(self, case):
        return self.b.get(f"{self.home}/cases/{case}" if "/" not in case else case)

    def buttons(self):
        """Steps that are offered now."""
        return [n.get("value") for n in self.b.page.root.all("button", name="_action")]

    def act(self, action, values=None, status=200):
        expect(action in self.buttons(), f"the step «{action}» is offered", self.buttons())
        form = self.b.page.form(action=r"/act(\?|$)")
        return self.b.submit(form, values, button=("_action", action), status=status)
