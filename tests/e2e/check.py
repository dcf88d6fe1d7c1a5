#!/usr/bin/env python3
"""The whole way through, over HTTP: what `./run demo --check` runs.

Every step presses what stands on the page before it; nothing is called that a
person could not reach. Run alone: tests/e2e/check.py [--engine postgres]
"""
import datetime
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pictures
import steps
from officer import Officer
from people import Citizen, date_fields
from web import Browser, expect

KAGA, MIYAKONOJO = "172065", "452025"


class Scenario:
    def __init__(self, nation):
        self.nation = nation
        self.today = datetime.date.today()
        self.flood = self.today - datetime.timedelta(days=3)
        self.hers = Citizen(nation, nation.persona("hanako"))
        self.her_urls = []     # what only she may open
        self.office_urls = []  # what only her city's officers may open
        self.comment = "床上か床下かがわかるように書いてください。"
        self.letter = None

    # ---- the citizen applies ----

    def login(self):
        page = self.hers.login()
        expect(page.path == "/", "her home after the login", page.path)
        expect(self.hers.name in page.root.text, "her name in the header", page.root.text[:200])

    def search(self):
        for words in ("罹災", "りさい", "リサイ", "家がこわれた", "disaster"):
            page = self.hers.b.get("/procedures")
            page = self.hers.b.submit(page.form(field="q"), {"q": words})
            first = page.links(r"^/procedures/[a-z]")
            expect(first and "disaster_certificate" in first[0],
                   f"罹災証明書 first when searching «{words}»", first[:3])
        page = self.hers.b.click(r"/procedures/disaster_certificate")
        for word in ("災害対策基本法", "第九十条の二", "6か月", "写真"):
            expect(word in page.text, f"«{word}» on the procedure's page", page.text[:400])
        everything = self.hers.b.get("/procedures")
        found = {u.split("?")[0] for u in everything.links(r"^/procedures/[a-z_]+")}
        expect(len(found) == 31, "31 procedures without any filter", len(found))
        return f"{len(found)} procedures"

    def prefilled(self):
        self.hers.start("disaster_certificate", KAGA)
        page = self.hers.b.page
        expect(page.path.endswith("/applicant"), "the applicant's page first", page.path)
        facts = self.hers.persona
        for value in (facts["name"], facts["kana"], "石川県加賀市大聖寺八間道65番地"):
            expect(value in page.text, f"{value}, prefilled", page.text[:400])
        birth = datetime.date.fromisoformat(facts["birth"])
        expect(f"{birth.year}年{birth.month}月{birth.day}日" in page.text, "her birth date",
               page.text[:400])
        sources = [n.text for n in page.root.all(class_="source")]
        expect(len(sources) >= 4 and all("加賀市" in s and re.search(r"\d{4}年\d+月\d+日", s)
                                         for s in sources), "source and date of each", sources)
        editable = {n.get("name") for n in page.main.all("input") if n.get("type") != "hidden"}
        expect(not editable, "nothing to type beside prefilled answers", editable)
        page = self.hers.b.click(r"^/report")
        expect(page.form(field="text", required=False), "a way to report a wrong entry",
               page.text[:300])

    def mistakes(self):
        """An empty page and wrong answers are refused where they are given."""
        me = self.hers
        me.b.get(me.draft + "/contact")
        page = me.answer({"contact.phone": ""}, status=422)
        expect("電話番号" in page.errors(), "the summary names the field", page.errors())
        expect(page.root.one("title").text.startswith("エラー"), "the title says so",
               page.root.one("title").text)
        me.b.get(me.draft + "/contact")
        me.answer({"contact.phone": "12"}, status=422)
        me.b.get(me.draft + "/damage")
        tomorrow = self.today + datetime.timedelta(days=1)
        page = me.answer({"damage.date": date_fields(tomorrow)}, status=422)
        expect("今日まで" in page.errors(), "a future date is refused", page.errors())

    def fill_in(self):
        me = self.hers
        me.b.get(me.draft + "/applicant")
        photos = [("玄関.jpg", "image/jpeg", pictures.jpeg(seed=5)),
                  ("居間.png", "image/png", pictures.png(text=b"living room"))]
        seen = me.apply_disaster(KAGA, photos, date_fields(self.flood))
        expect(seen == ["applicant", "contact", "property", "damage", "photos", "household",
                        "copies"], "seven pages in order", seen)

    def check_answers(self):
        me = self.hers
        page = me.b.page
        rows = page.rows()
        for word in (me.name, "0761-72-7890", "持ち家", "洪水・浸水", "45", "屋根|床", "市の職員"):
            expect(re.search(word, " ".join(rows.values())), f"«{word}» among the answers", rows)
        changes = page.links(r"/drafts/[0-9a-f]+/[a-z]+\?check=1")
        expect(len(changes) >= 8, "a change link for each answer", len(changes))
        # Change one and come straight back.
        me.b.get(next(c for c in changes if "/copies" in c))
        page = me.answer({"copies.count": "3", "copies.survey": "visit"})
        expect(page.path.endswith("/check") and "3" in page.rows().get("必要な枚数", ""),
               "back on the check page, changed", page.path)
        files = me.b.get(me.draft + "/photos").links(r"/files/")
        got = me.b.exchange("GET", files[0])
        expect(got.status == 200 and got.headers["content-type"].startswith("image/"),
               "her own photograph", got.status)
        self.her_urls += [me.draft + "/photos", me.draft + "/check", *dict.fromkeys(files)]
        self.draft = me.draft

    def sign(self):
        me = self.hers
        me.b.get(me.draft + "/check")
        me.sign()
        expect(me.b.page.form(action="/submit$"), "signed, to be sent")
        self.submit_form = me.b.page.form(action="/submit$")

    def receipt(self):
        page = self.hers.send()
        self.number = self.hers.receipt(page)
        self.case = page.path.rsplit("/", 1)[1]
        self.her_urls += [page.path]
        return self.number

    def submit_again(self):
        """The same button once more, and the same request from a second window."""
        me = self.hers
        before = me.case
        page = me.b.submit(self.submit_form)
        expect(page.path == before, "the same application", page.path)
        expect(me.receipt(page) == self.number, "the same receipt", me.receipt(page))
        mine = me.b.get("/applications").links(r"^/applications/[0-9a-f]+$")
        expect(len(set(mine)) == 1, "one application", mine)
        for path in (self.draft + "/check", self.draft + "/photos", self.draft + "/contact"):
            me.b.get(path, status=404)

    # ---- the office ----

    def officer_returns(self):
        self.clerk = Officer(self.nation, KAGA, "admin")
        page = self.clerk.login()
        expect(self.number in page.text, "the application in the queue", page.text[:300])
        page = self.clerk.find(self.number)
        self.office_urls += [self.clerk.case]
        self.office_urls += list(dict.fromkeys(page.links(r"/cases/[0-9a-f]+/files/")))
        for word in (self.hers.name, "床上まで水が来ました", "洪水・浸水"):
            expect(word in page.text, f"«{word}» on the officer's page", page.text[:500])
        picture = self.clerk.b.exchange("GET", page.links(r"/files/")[0])
        expect(picture.status == 200 and picture.body[:2] in (b"\xff\xd8", b"\x89P"),
               "the photograph at the counter", picture.status)
        box = next((n for n in page.form(action=r"/act(\?|$)").names
                    if n.startswith("comment.") and n.endswith("damage.text")), None)
        expect(box, "a place for a comment on the description",
               sorted(page.form(action=r"/act(\?|$)").names))
        self.clerk.act("return", {box: self.comment})
        page = self.clerk.b.page
        expect("return" not in self.clerk.buttons(), "returned, nothing more to do",
               self.clerk.buttons())

    def citizen_corrects(self):
        me = self.hers
        page = me.b.get("/")
        expect(self.case in " ".join(page.links("/applications/")), "it needs her attention",
               page.text[:300])
        page = me.b.get(me.case)
        expect(self.comment in page.text, "the office's comment", page.text[:400])
        page = me.b.submit(page.form(action="/correct$"))
        me.draft = re.match(r"/drafts/[0-9a-f]+", page.path).group(0)
        self.her_urls.append(me.draft + "/check")
        page = me.b.get(me.draft + "/damage")
        expect(self.comment in page.text, "the comment beside the answer", page.text[:600])
        # Only that answer may change: another typed in all the same changes nothing.
        form = page.form(action=r"/damage$")
        values = dict(form.values()) | {"damage.text": "床上45センチまで水が来ました。",
                                        "damage.cause": "wind", "damage.water_cm": "900"}
        me.b.post(form.action, [(k, v) for k, v in values.items()])
        page = me.b.get(me.draft + "/check")
        rows = page.rows()
        expect("床上45センチ" in " ".join(rows.values()), "the new answer", rows)
        expect("洪水・浸水" in " ".join(rows.values()) and "900" not in " ".join(rows.values()),
               "the closed answers as they were", rows)
        me.sign()
        page = me.send()
        expect(page.path == me.case and me.receipt(page) == self.number,
               "the same application and receipt", page.path)

    def survey(self):
        o = self.clerk
        page = o.open(o.home + "/cases/" + self.case)
        expect("床上45センチ" in page.text, "the corrected answer at the counter", page.text[:500])
        o.act("survey")
        yesterday = self.today - datetime.timedelta(days=1)
        page = o.act("assess", {"grade": "半壊", **{f"surveyed.{k}": v for k, v in
                                                  date_fields(yesterday).items()}})
        expect("半壊" in page.text, "the proposal", page.text[:500])

    def not_alone(self):
        """Who proposed may not approve, whatever her roles; a clerk may not at all."""
        o = self.clerk
        page = o.open(o.home + "/cases/" + self.case)
        expect("approve" not in o.buttons(), "no approval offered to who proposed", o.buttons())
        form = page.form(action=r"/act(\?|$)")
        page = o.b.submit(form, button=("_action", "approve"), status=(400, 403, 409))
        self.clerk2 = Officer(self.nation, KAGA, "clerk")
        self.clerk2.login()
        page = self.clerk2.open(o.home + "/cases/" + self.case)
        expect("approve" not in self.clerk2.buttons(), "no approval offered to a clerk",
               self.clerk2.buttons())
        form = page.form(action=r"/act(\?|$)|/note(\?|$)")
        rev = next(n.get("value") for n in page.root.all("input", name="_rev"))
        self.clerk2.b.post(f"{o.home}/cases/{self.case}/act",
                           {"csrf": dict(form.values())["csrf"], "_rev": rev,
                            "_action": "approve"}, status=(400, 403, 409))
        page = self.hers.b.get(self.hers.case)
        expect("交付しました" not in page.text, "not decided yet", page.text[:300])

    def opinion(self):
        """A note inside the office, which she never sees."""
        self.secret_note = "内部メモ：現地の写真と一致。"
        page = self.clerk2.open(self.clerk.home + "/cases/" + self.case)
        form = page.form(field="_note")
        save = page.root.one("button", formaction=re.compile("/note"))
        self.clerk2.b.submit(form, {"_note": self.secret_note}, action=save.get("formaction"))
        page = self.clerk2.open(self.clerk.home + "/cases/" + self.case)
        expect(self.secret_note in page.text, "the note in the office", page.text[-600:])
        page = self.hers.b.get(self.hers.case)
        expect(self.secret_note not in page.text, "no note for the citizen")

    def approve(self):
        self.approver = Officer(self.nation, KAGA, "approver")
        self.approver.login()
        self.approver.open(self.clerk.home + "/cases/" + self.case)
        page = self.approver.act("approve")
        expect("交付済" in page.text, "issued", page.text[:400])

    # ---- what she gets ----

    def letter_verified(self):
        me = self.hers
        page = me.b.get("/letters")
        path = page.link(r"^/letters/[0-9a-f]+")
        self.her_urls.append(path)
        pdf = me.b.exchange("GET", path)
        expect(pdf.status == 200 and pdf.headers["content-type"] == "application/pdf" and
               pdf.body.startswith(b"%PDF"), "a PDF", (pdf.status, pdf.body[:20]))
        with tempfile.TemporaryDirectory() as d:
            at = Path(d) / "letter.pdf"
            at.write_bytes(pdf.body)
            self.dropped(pdf.body)
            return self.inspect(at, Path(d))

    def dropped(self, pdf):
        """The page where anybody drops a file: the letter, the letter changed, no letter."""
        anybody = Browser(self.nation.origin)
        changed = bytearray(pdf)
        changed[len(pdf) // 2] ^= 1
        for data, answer in ((pdf, "本物です"), (bytes(changed), "信頼できません"),
                             (b"%PDF-1.7\n", "読み取れないファイルです"),
                             (b"\x30\x80" * 5000, "読み取れないファイルです")):
            form = anybody.get("/verify").form(field="file")
            page = anybody.submit(form, files=[("file", "letter.pdf", "application/pdf", data)])
            expect(answer in page.text, f"«{answer}»", page.text[:400])
        form = anybody.get("/verify").form(field="file")
        expect("ファイルを選んでください" in anybody.submit(form).text, "no file is told", None)

    def inspect(self, at, folder, words=("罹災証明書", "半壊")):
        def tool(*args):
            r = subprocess.run(args, capture_output=True, text=True)
            return r.returncode, r.stdout + r.stderr
        code, out = tool("pdfsig", "-nocert", str(at))
        expect("Signature is Valid" in out, "pdfsig: valid", out[-600:])
        expect("Total document signed" in out, "all of it is sealed", out[-600:])
        code, out = tool("qpdf", "--check", str(at))
        expect(code == 0, "qpdf: sound", out[-400:])
        code, text = tool("pdftotext", "-layout", str(at), "-")
        for word in (self.hers.name.split()[0], *words):
            expect(word in text.replace(" ", "").replace(" ", "") or word in text,
                   f"«{word}» in the letter's text", text[:600])
        expect("●" not in text and "□" not in text and "�" not in text, "every letter there",
               text[:400])
        code, out = self.nation.verify(at)
        expect(code == 0, "musubi verify: genuine", out[-600:])
        changed = bytearray(at.read_bytes())
        changed[len(changed) // 3] ^= 1
        (folder / "changed.pdf").write_bytes(changed)
        code, out = self.nation.verify(folder / "changed.pdf")
        expect(code == 1, "one bit changed: not genuine", f"{code} {out[:300]}")
        tool("pdftoppm", "-r", "200", "-png", str(at), str(folder / "page"))
        # It ends with 4 when one page has no code: the letter may be longer.
        _, qr = tool("zbarimg", "--quiet", "--raw", *sorted(map(str, folder.glob("page*.png"))))
        lines = [x for x in qr.splitlines() if x.startswith("MUSUBI1.")]
        expect(len(lines) == 1, "zbarimg reads one QR code", qr[:200])
        (folder / "qr.txt").write_text(lines[0])
        code, out = self.nation.verify(folder / "qr.txt")
        expect(code == 0, "musubi verify: the QR code is genuine", out[-600:])
        forged = lines[0][:-8] + ("A" if lines[0][-8] != "A" else "B") + lines[0][-7:]
        (folder / "qr.txt").write_text(forged)
        code, out = self.nation.verify(folder / "qr.txt")
        expect(code == 1, "a changed QR code is not", f"{code} {out[:300]}")
        return f"{at.stat().st_size // 1024} KiB"

    def notice_read(self):
        me = self.hers
        page = me.b.get("/notices")
        expect("罹災証明書ができました" in page.text and "受け付けました" in page.text and
               "直していただきたい" in page.text, "three notices", page.text[:500])
        unread = [f for f in page.forms() if re.search(r"/notices/[^/]+/read$", f.action)]
        expect(unread, "a notice to read", page.text[:300])
        self.her_notices = [f.action for f in unread]
        page = me.b.submit(unread[0])
        expect(page.path == me.case, "it leads to the application", page.path)

    def my_record(self):
        me = self.hers
        page = me.b.get("/my-data")
        expect("半壊" in page.text and "住民" in page.text, "the new record beside the register's",
               page.text[-600:])
        page = me.b.get("/access-log?by=others")
        expect("罹災証明書の交付に関する事務" in page.text, "the officers' views with their purpose",
               page.text[:800])
        page = me.b.get("/access-log")
        expect(len(list(page.main.all("li"))) >= 5 or page.text.count("加賀市") > 5,
               "everything that happened", page.text[:500])
        page = me.b.get(me.case)
        expect("交付しました" in page.text and "半壊" in page.text, "decided", page.text[:400])

    # ---- everybody else ----

    def refused_to_all(self, b, urls, who):
        for url in urls:
            page = b.exchange("GET", url)
            expect(page.status in (303, 403, 404), f"{who} is refused {url}",
                   f"{page.status} {page.body[:200]!r}")
            if page.status == 303:
                expect("login" in page.headers["location"], f"{who} is sent to a login",
                       page.headers["location"])
            for word in (self.hers.name, self.number, "0761-72-7890", "床上45"):
                expect(word.encode() not in page.body, f"{who} sees nothing of it at {url}")

    def stranger(self):
        other = Citizen(self.nation, self.nation.persona("isamu"))
        other.login()
        self.refused_to_all(other.b, self.her_urls + self.office_urls, "a stranger")
        page = other.b.get("/")
        form = page.form(action="/logout$")
        csrf = dict(form.values())["csrf"]
        for path in (f"{self.hers.case}/correct", f"{self.hers.case}/withdraw",
                     f"{self.hers.draft}/submit", f"{self.hers.draft}/sign",
                     f"{self.hers.draft}/contact", *self.her_notices):
            page = other.b.exchange("POST", path, f"csrf={csrf}".encode(),
                                    {"Content-Type": "application/x-www-form-urlencoded",
                                     "Origin": self.nation.origin})
            done = page.status == 303 and ("/applications/" in page.headers["location"]
                                           or "/drafts/" in page.headers["location"])
            expect(page.status in (303, 403, 404) and not done, f"a stranger may not POST {path}",
                   f"{page.status} {page.headers.get('location')}")
        for path in ("/", "/applications", "/letters", "/notices", "/my-data", "/access-log"):
            page = other.b.get(path)
            expect(self.number not in page.text and self.hers.name not in page.text,
                   f"nothing of hers on {path}")

    def nobody(self):
        self.refused_to_all(Browser(self.nation.origin), self.her_urls + self.office_urls,
                            "nobody")
        # An officer's cookie opens no citizen's page, nor the reverse.
        self.refused_to_all(self.clerk.b, self.her_urls, "an officer without being her")
        self.refused_to_all(self.hers.b, self.office_urls, "the citizen at the counter")

    def other_city(self):
        o = Officer(self.nation, MIYAKONOJO, "admin")
        o.login()
        self.refused_to_all(o.b, self.office_urls + self.her_urls, "another city's officer")
        own = [u.replace(f"/counter/{KAGA}", f"/counter/{MIYAKONOJO}") for u in self.office_urls]
        self.refused_to_all(o.b, own, "another city's officer at her own counter")
        page = o.b.get(o.home)
        expect(self.number not in page.text, "not in another city's queue")
        page = o.b.submit(page.form(field="q"), {"q": self.number})
        expect(not page.links(r"/cases/"), "not found by its number either", page.links(r"/cases/"))

    # ---- two more procedures ----

    def allowance(self):
        me = self.hers
        me.start("child_allowance_claim", KAGA)

        def children(c):
            page = c.b.page
            items = page.links(rf"^{me.draft}/children/\d+$")
            expect(len(items) == 3, "her three children from the register", page.text[:400])
            for item in items:
                c.b.get(item)
                c.two_step({"raise": "yes", "relation": "child"}, "relation")
            c.b.get(me.draft + "/children")
            c.answer()

        def spouse_member(c):
            form = c.b.page.form(field="spouse.member")
            c.answer({"spouse.member": form.options("spouse.member")[:1]})
        me.fill({
            "applicant": {}, "contact": {"contact.phone": "0761-72-7890"},
            "work": {"work.kind": "employee"},
            "spouse": lambda c: c.two_step({"spouse.has": "yes", "spouse.same": "yes"},
                                           "spouse.same"),
            "spouse_member": spouse_member,
            "spouse_work": {"spouse.work": "employee", "spouse.higher": "no"},
            "children": children, "family": {"family.apart": "no", "family.older_away": "no"},
            "event": {"event.reason": "birth"}, "account": {"account.public": "yes"},
            "consent": {"consent.lookup": "yes", "consent.correct": "yes"}})
        # 8 and 4 years and a newborn, who is the third child: 10,000 + 10,000 + 30,000.
        page = me.b.page
        expect("50,000円" in page.text and "30,000円" in page.text and "10,000円" in page.text,
               "the amounts on the check page", page.text[-800:])
        me.sign()
        number = me.receipt(me.send())
        self.clerk.find(number)
        page = self.clerk.act("examine", {"main_earner": "yes", "insured": "employee",
                                          "confirmed": "yes"})
        self.approver.find(number)
        page = self.approver.act("approve")
        page = me.b.get(me.case)
        expect("支給が決まりました" in page.text, "granted", page.text[:300])
        path = page.link(r"^/letters/[0-9a-f]+")
        with tempfile.TemporaryDirectory() as d:
            at = Path(d) / "letter.pdf"
            at.write_bytes(me.b.exchange("GET", path).body)
            self.inspect(at, Path(d), ("児童手当認定通知書", "50,000円", "30,000円"))
        page = me.b.get("/my-data")
        expect("50,000円" in page.text, "the amount in her record", page.text[-500:])
        return "50,000円"

    def pregnancy(self):
        her = Citizen(self.nation, self.nation.persona("misaki"))
        her.login()
        her.start("pregnancy_notification", MIYAKONOJO)
        due = self.today + datetime.timedelta(days=210)   # day 70: ten weeks
        seen = her.today_diagnosis = self.today - datetime.timedelta(days=2)
        her.fill({
            "applicant": {}, "contact": {"contact.phone": "0986-23-2111"},
            "job": {"job.kind": "employee"},
            "diagnosis": lambda c: (c.answer({"diagnosis.done": "yes"}), c.answer({
                "diagnosis.by": "doctor", "diagnosis.name": "高城 一郎",
                "diagnosis.institution": "都城産科医院", "diagnosis.date": date_fields(seen)})),
            "pregnancy": {"pregnancy.weeks": "9", "pregnancy.due": date_fields(due),
                          "pregnancy.fetuses": "1"},
            "exams": {"exams.std": "yes", "exams.tb": "no"},
            "consult": {"consult.want": "no"}})
        her.sign()
        number = her.receipt(her.send())
        o = Officer(self.nation, MIYAKONOJO, "clerk")
        o.login()
        o.find(number)
        o.act("ready", {"handbook": "令8-0123", "place": "都城市役所 こども課",
                        **{f"ready.{k}": v for k, v in date_fields(self.today).items()}})
        page = her.b.get(her.case)
        expect("受け取れます" in page.text and "令8-0123" in page.text, "ready", page.text[:500])
        page = her.b.get("/procedures/pregnancy_notification")
        her.start("pregnancy_notification", MIYAKONOJO)
        expect("すでに届出" in her.b.page.text, "a second notification is not eligible",
               her.b.page.text[:400])
        her.logout()

    # ---- the end ----

    def logout(self):
        old = dict(self.hers.b.cookies())
        page = self.hers.logout()
        expect(page.path == "/goodbye", "the farewell page", page.path)
        expect(not self.hers.b.cookie("session"), "no session cookie", self.hers.b.cookies())
        sneak = Browser(self.nation.origin)
        sneak.cookies().update(old)
        self.refused_to_all(sneak, self.her_urls, "the old cookie")
        page = sneak.get("/")
        expect(self.hers.name not in page.root.text, "nobody is logged in")
        old = dict(self.clerk.b.cookies())
        self.clerk.logout()
        sneak = Browser(self.nation.origin)
        sneak.cookies().update(old)
        self.refused_to_all(sneak, self.office_urls, "the officer's old cookie")

    def journal(self):
        out = self.nation.journal_verify()
        expect(out.startswith("sound"), "the journal is sound", out)
        log = self.nation.log_text()
        for word in (self.hers.name, "加賀市大聖寺", "0761-72-7890", "HANAKO85",
                     "kaga-approver-2026"):
            expect(word not in log, f"«{word}» in no log")
        return re.search(r"entries \d+", out).group(0)

    def rows(self):
        return [
            ("login with the phone and its PIN", self.login),
            ("search 罹災; all procedures are there", self.search),
            ("applicant prefilled, with source and date", self.prefilled),
            ("mistakes are said where they are made", self.mistakes),
            ("damage, two photographs, household, copies", self.fill_in),
            ("check your answers, change one", self.check_answers),
            ("sign with the phone", self.sign),
            ("receipt with check digits", self.receipt),
            ("submit twice: the same receipt", self.submit_again),
            ("officer logs in, returns one answer", self.officer_returns),
            ("citizen corrects just that, signs, resubmits", self.citizen_corrects),
            ("survey; 半壊 proposed", self.survey),
            ("nobody approves her own proposal", self.not_alone),
            ("opinion note stays in the office", self.opinion),
            ("second officer approves", self.approve),
            ("letter: pdfsig, musubi verify, QR code", self.letter_verified),
            ("notice read", self.notice_read),
            ("record and access log seen by the citizen", self.my_record),
            ("a stranger is refused all of it", self.stranger),
            ("nobody, officer and citizen stay apart", self.nobody),
            ("an officer of another city is refused all of it", self.other_city),
            ("child allowance: 50,000 yen a month", self.allowance),
            ("notification of pregnancy", self.pregnancy),
            ("log-out leaves nothing", self.logout),
            ("journal verified, logs without names", self.journal),
        ]


def run(nation):
    s = Scenario(nation)
    st = steps.Steps(f"scenario on {nation.engine}")
    st.all(s.rows())
    code = st.verdict()
    if code:
        print(nation.serve.tail(8), file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(steps.main(run))
