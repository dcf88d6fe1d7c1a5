"""The virtual phone, as a person uses it."""
import re

from web import Browser, expect


class Phone:
    def __init__(self, nation, persona, lang="ja"):
        self.nation, self.persona = nation, persona
        self.b = Browser(nation.phone_origin, lang)

    def link_of(self, page):
        """What the QR code of a waiting page says."""
        return page.link(re.escape(self.nation.phone_origin) + "/t/[0-9a-f]{32}$")

    def become(self, page):
        """Chooses whose phone this is, on the chooser."""
        ident = self.persona["id"]
        for f in page.forms():
            if not f.action.endswith("/phones"):
                continue
            if dict(f.values()).get("wallet") == ident:
                return self.b.submit(f, status=None)
            if any(n.get("name") == "wallet" and n.get("value") == ident for n in f.controls):
                return self.b.submit(f, button=("wallet", ident), status=None)
        expect(False, f"{ident} among the phones", page.text[:400])

    def open(self, link, status=200):
        """The sheet behind a QR code."""
        page = self.b.get(link, status=None)
        if page.path == "/phones":
            page = self.become(page)
        wanted = status if isinstance(status, tuple) else (status,)
        expect(page.status in wanted, f"status {status} on the phone",
               f"{page.status} «{page.h1}»: {page.text[:300]}")
        return page

    def approve(self, page, secret, status=200):
        """Scans the code of a waiting page, compares the digits, signs."""
        sheet = self.open(self.link_of(page))
        digits = page.root.one(id="match").text
        expect(re.fullmatch(r"\d\d", digits) and digits in sheet.text,
               "the same two digits on both screens", f"{digits}: {sheet.text[:300]}")
        expect(self.nation.origin in sheet.text, "the phone says who asks", sheet.text[:300])
        return self.answer(sheet, secret, status)

    def answer(self, sheet, secret, status=200):
        return self.b.submit(sheet.form(action=r"/approve$"), {"secret": secret}, status=status)

    def decline(self, page):
        sheet = self.open(self.link_of(page))
        return self.b.submit(sheet.form(action=r"/refuse$"))
