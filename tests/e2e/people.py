"""Citizens as the tests play them: they see pages and press what is there."""
import re
import urllib.parse

from phone import Phone
from web import Browser, Failed, expect


def receipt_ok(text):
    """ISO/IEC 7064 MOD 97-10 over the digits."""
    digits = re.sub(r"\D", "", text)
    return len(digits) >= 6 and int(digits) % 97 == 1


class Citizen:
    def __init__(self, nation, persona, lang="ja"):
        self.nation, self.persona = nation, persona
        self.b = Browser(nation.origin, lang)
        self.phone = Phone(nation, persona)
        self.draft = None      # /drafts/ID
        self.case = None       # /applications/ID

    @property
    def name(self):
        return self.persona["name"]

    # ---- coming and going ----

    def login_start(self, to="/"):
        self.b.get("/login?" + urllib.parse.urlencode({"to": to}))
        page = self.b.submit(self.b.page.form(action="/login$"))
        expect(re.match(r"/login/[0-9a-f]{16,}$", page.path), "a page that waits for the phone",
               page.path)
        return page

    def login(self, to="/"):
        page = self.login_start(to)
        self.phone.approve(page, self.persona["pin"])
        state = self.b.exchange("GET", page.path + "/status", headers={"Accept": "application/json"})
        expect(b'"go"' in state.body, "the waiting page goes on", state.body[:200])
        page = self.b.get(page.path)
        expect(self.b.cookie("session"), "a session after the login", self.b.cookies())
        return page

    def logout(self):
        self.b.get("/")
        return self.b.submit(self.b.page.form(action="/logout$"))

    # ---- forms ----

    def start(self, procedure, city):
        page = self.b.get(f"/procedures/{procedure}?city={city}")
        form = page.form(action="/start$")
        values = {"authority": city} if len(form.options("authority")) > 1 else {}
        page = self.b.submit(form, values)
        self.draft = re.match(r"/drafts/[0-9a-f]+", page.path).group(0)
        return page

    @property
    def page_id(self):
        return self.b.page.path[len(self.draft) + 1:]

    def answer(self, values=None, status=200):
        """Fills the question page that is open and presses "next"."""
        form = self.b.page.form(action=r"/drafts/[0-9a-f]+/", field="csrf")
        values = {k: v for k, v in (values or {}).items()}
        for k, v in list(values.items()):
            if isinstance(v, dict):
                del values[k]
                values.update({f"{k}.{part}": x for part, x in v.items()})
        return self.b.submit(form, values, status=status)

    def attach(self, field, *files):
        """files: (name, content type, bytes)"""
        form = self.b.page.form(action=rf"/files/{re.escape(field)}$")
        return self.b.upload(form.action, form.values(), [("file", *f) for f in files], status=None)

    def fill(self, pages, stop=None):
        """pages: page id -> answers; or a function that does it itself."""
        seen = []
        while self.page_id != "check":
            here = self.page_id
            if here == stop:
                return seen
            expect(here not in seen, f"a page after {here}", self.b.page.errors())
            seen.append(here)
            expect(here in pages, f"no page but {sorted(pages)}", here)
            step = pages[here]
            if callable(step):
                step(self)
            else:
                self.answer(step)
        return seen

    def sign(self, phone=None):
        """From the check page to "signed, now send"."""
        page = self.b.submit(self.b.page.form(action="/sign$"))
        (phone or self.phone).approve(page, self.persona["password"])
        return self.b.get(page.path)

    def send(self):
        page = self.b.submit(self.b.page.form(action="/submit$"))
        self.case = urllib.parse.urlsplit(page.url).path
        expect(self.case.startswith("/applications/"), "the receipt", page.path)
        return page

    def receipt(self, page=None):
        text = (page or self.b.page).text
        found = re.search(r"\d{4}(?:-\d{1,4}){2,}", text)
        expect(found, "a receipt number on the page", text[:300])
        expect(receipt_ok(found.group(0)), "a receipt whose check digits hold", found.group(0))
        return found.group(0)

    # ---- ready-made answers ----

    def apply_disaster(self, city, photos, date, cause="flood", phone="0761-72-7890"):
        """All pages of 罹災証明書 with true answers; ends on the check page."""
        def take_photos(me):
            for p in photos:
                page = me.attach("damage.photos", p)
                expect(page.status == 200, "the photograph is taken", page.errors())
                me.b.page = page
            me.answer()

        def household(me):
            form = me.b.page.form(field="household.members")
            me.answer({"household.members": form.options("household.members")})
        damage = {"damage.cause": cause, "damage.date": date, "damage.parts": ["floor", "wall"],
                  "damage.text": "床上まで水が来ました。"}
        if cause == "flood":
            damage["damage.water_cm"] = "45"
        return self.fill({
            "applicant": {}, "contact": {"contact.phone": phone},
            "property": lambda me: me.property_page(), "damage": lambda me: me.two_step(
                damage, "damage.water_cm"),
            "photos": take_photos, "household": household,
            "copies": {"copies.count": "2", "copies.survey": "visit"}})

    def property_page(self):
        self.answer({"property.same": "yes", "property.use": "owned"})

    def two_step(self, values, later):
        """A question that appears only after another on the same page is answered."""
        if later in values and later not in self.b.page.form(field="csrf", action="/drafts/").names:
            first = {k: v for k, v in values.items() if k != later}
            here = self.b.page.path
            self.answer(first)
            expect(self.b.page.path == here and later in self.b.page.form(
                field=later).names, f"{later} is asked now", self.b.page.text[:300])
            values = {later: values[later]}
        self.answer(values)


def date_fields(d, era=""):
    """A datetime.date as the three boxes of a date question."""
    return {"era": era, "year": str(d.year), "month": str(d.month), "day": str(d.day)}


__all__ = ["Citizen", "Failed", "date_fields", "receipt_ok"]
