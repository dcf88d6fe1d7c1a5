#!/usr/bin/env python3
"""kill -9 of the server at random moments of the scenario, then on with it.

A step is sent, the server dies somewhere inside it, a new one starts on the
same store. What was acknowledged must be there. What was not may be there or
not, but whole; doing it again must not make two of it. At the end every
receipt, letter and application exists once, and the journal is sound.

    tests/e2e/kill.py [--rounds N] [--seed S] [--engine postgres]
"""
import argparse
import datetime
import http.client
import random
import re
import sys
import threading
import time

import pictures
import steps
from nation import NationError, fresh
from officer import Officer
from people import Citizen, date_fields
from web import Failed, expect

GONE = (ConnectionError, http.client.HTTPException, TimeoutError, OSError)
PEOPLE = ["isamu", "lan", "hiroto", "yoshiyuki", "hanako", "megumi"]


class Killer:
    def __init__(self, nation, seed):
        self.nation, self.dice = nation, random.Random(seed)
        self.kills = self.acknowledged = self.kept = 0
        self.browsers = []

    def cut(self, work, longest):
        """Runs `work` while the server is killed after a random part of `longest`
        seconds; gives what `work` gave, or None when no answer came. The server
        runs again afterwards."""
        delay = self.dice.uniform(0, longest)
        dead = threading.Event()

        def end():
            time.sleep(delay)
            self.nation.serve.p.kill()
            dead.set()
        t = threading.Thread(target=end)
        t.start()
        try:
            answer = work()
        except GONE:
            answer = None
        except Failed:
            # The phone says in its own page that the portal did not answer.
            answer = None
        t.join()
        self.nation.serve.kill9()
        for b in self.browsers:
            b.close()
        self.nation.start_serve()
        self.kills += 1
        return answer

    def step(self, name, act, done, longest=0.06):
        """act sends; done says whether it took effect (and checks that it did so
        whole); longest: how long it takes, more or less."""
        answer = self.cut(act, longest)
        there = done()
        if answer is not None:
            self.acknowledged += 1
            expect(there, f"{name}: acknowledged, then killed: it must be there")
        self.kept += bool(there)
        if not there:
            act()
            expect(done(), f"{name}: done again after the restart")


class Life:
    """One application from its first answer to the letter, killed at every step."""

    def __init__(self, killer, persona):
        self.k, self.nation = killer, killer.nation
        self.c = Citizen(self.nation, self.nation.persona(persona))
        self.city = self.c.persona["city"]
        self.o = Officer(self.nation, self.city, "clerk")
        self.boss = Officer(self.nation, self.city, "approver")
        self.c.login()
        self.k.browsers += [self.c.b, self.c.phone.b, self.o.b, self.boss.b]
        self.day = datetime.date.today() - datetime.timedelta(days=2)
        self.number = None

    def steps(self):
        c = self.c
        c.b.get(f"/procedures/disaster_certificate?city={self.city}")
        self.start_form = c.b.page.form(action="/start$")
        yield "start a draft", self.start, self.started
        yield "an answer", lambda: self.answer("contact", {"contact.phone": "0120-444-444"}), \
            lambda: self.has("contact", "0120-444-444")
        self.answer("property", {"property.same": "yes", "property.use": "owned"})
        yield "a page of answers", lambda: self.answer("damage", {
            "damage.cause": "wind", "damage.date": date_fields(self.day),
            "damage.parts": ["roof", "wall"], "damage.text": "屋根がとんだ"}), \
            lambda: self.has("damage", "屋根がとんだ")
        yield "a photograph", self.photo, self.has_photo
        self.answer("copies", {"copies.count": "1", "copies.survey": "visit"})
        yield "asking for the signature", self.ask, lambda: "match" in self.sign_page()
        yield "the phone's answer", self.approve, lambda: "submit" in self.sign_page(), 0.5
        yield "submission", self.submit, self.submitted
        yield "return by the officer", self.send_back, self.returned
        yield "opening the correction", self.correct, lambda: hasattr(self, "second_draft")
        yield "the corrected answer", lambda: self.answer("contact", {
            "contact.phone": "0120-555-555"}), lambda: self.has("contact", "0120-555-555")
        self.ask()
        self.approve()
        yield "resubmission", self.submit, self.resubmitted
        yield "survey", lambda: self.office(self.o, "survey"), lambda: self.offers("assess")
        yield "proposal", self.assess, lambda: not self.offers("assess")
        yield "approval, record, letter and notice", lambda: self.office(
            self.boss, "approve"), self.decided, 0.4
        self.unread = len(self.unread_notices())
        yield "reading a notice", self.read, lambda: len(self.unread_notices()) < self.unread
        yield "log-out", c.logout, lambda: c.b.exchange("GET", "/my-data").status == 303

    # ---- what is done ----

    def start(self):
        page = self.c.b.submit(self.start_form)
        self.c.draft = re.match(r"/drafts/[0-9a-f]+", page.path).group(0)
        self.first_draft = getattr(self, "first_draft", self.c.draft)
        return page

    def started(self):
        if not self.c.draft:
            return False
        page = self.c.b.get(self.c.draft + "/applicant", status=(200, 404))
        expect(self.c.draft == self.first_draft, "one draft", (self.c.draft, self.first_draft))
        return page.status == 200

    def answer(self, page_id, values):
        self.c.b.get(f"{self.c.draft}/{page_id}")
        return self.c.answer(values)

    def has(self, page_id, text):
        page = self.c.b.get(f"{self.c.draft}/{page_id}")
        return text in " ".join(v for _, v in page.form(action=f"/{page_id}$").values())

    def photo(self):
        self.c.b.get(self.c.draft + "/photos")
        page = self.c.attach("damage.photos", ("a.png", "image/png", pictures.png()))
        # Kept by a request that got no answer: then it is said to be there.
        expect(page.status in (200, 422), "the photograph", page.status)
        return page

    def has_photo(self):
        page = self.c.b.get(self.c.draft + "/photos")
        files = page.links("/files/")
        expect(len(set(files)) <= 1, "one photograph at most", files)
        if files:
            got = self.c.b.exchange("GET", files[0])
            expect(got.status == 200 and got.body == pictures.png(), "whole", got.status)
            page = self.c.answer()
            expect(not page.path.endswith("/photos"), "and enough to go on", page.errors())
        return bool(files)

    def ask(self):
        page = self.c.b.get(self.c.draft + "/check")
        return self.c.b.submit(page.form(action="/sign$"))

    def sign_page(self):
        page = self.c.b.get(self.c.draft + "/sign")
        if page.root.one(id="match"):
            return "match"
        return "submit" if page.form(action="/submit$", required=False) else page.path

    def approve(self):
        page = self.c.b.get(self.c.draft + "/sign")
        if not page.root.one(id="match"):
            return page
        return self.c.phone.approve(page, self.c.persona["password"])

    def submit(self):
        page = self.c.b.get(self.c.draft + "/sign")
        if not page.form(action="/submit$", required=False):
            return page
        page = self.c.b.submit(page.form(action="/submit$"))
        self.c.case = page.path
        self.number = self.number or self.c.receipt(page)
        expect(self.c.receipt(page) == self.number, "the same receipt", self.c.receipt(page))
        return page

    def submitted(self):
        found = sorted(set(self.c.b.get("/applications").links(r"^/applications/[0-9a-f]+$")))
        expect(len(found) <= 1, "one application at most", found)
        if found:
            self.c.case = found[0]
            number = self.c.receipt(self.c.b.get(found[0]))
            expect(self.number in (None, number), "the receipt that was given", number)
            self.number = number
        return bool(found)

    def resubmitted(self):
        page = self.c.b.get(self.c.case)
        return not page.form(action="/correct$", required=False)

    # ---- the office ----

    def at_desk(self, officer):
        if not officer.b.cookie("officer"):
            officer.login()
        return officer.open(f"{officer.home}/cases/" + self.c.case.rsplit("/", 1)[1])

    def send_back(self):
        page = self.at_desk(self.o)
        box = next((n for n in page.form(action=r"/act(\?|$)").names
                    if n.endswith("contact.phone")), None)
        return self.o.act("return", {box: "電話番号を確かめてください"}) if box else page

    def returned(self):
        page = self.c.b.get(self.c.case)
        return bool(page.form(action="/correct$", required=False))

    def correct(self):
        page = self.c.b.get(self.c.case)
        page = self.c.b.submit(page.form(action="/correct$"))
        draft = re.match(r"/drafts/[0-9a-f]+", page.path).group(0)
        expect(not hasattr(self, "second_draft") or self.second_draft == draft,
               "one correction", draft)
        self.second_draft = self.c.draft = draft
        return page

    def office(self, officer, action):
        self.at_desk(officer)
        return officer.act(action) if action in officer.buttons() else officer.b.page

    def offers(self, action):
        self.at_desk(self.o)
        return action in self.o.buttons()

    def assess(self):
        self.at_desk(self.o)
        if "assess" not in self.o.buttons():
            return self.o.b.page
        return self.o.act("assess", {"grade": "半壊", **{
            f"surveyed.{k}": v for k, v in date_fields(self.day).items()}})

    def decided(self):
        page = self.c.b.get(self.c.case)
        letters = set(page.links("^/letters/"))
        record = "半壊" in self.c.b.get("/my-data").text
        notices = self.c.b.get("/notices").text.count("証明書ができました")
        whole = (len(letters), record, min(notices, 1))
        expect(whole in ((0, False, 0), (1, True, 1)),
               "letter, record and notice together or not at all", whole)
        return bool(letters)

    def unread_notices(self):
        return [f for f in self.c.b.get("/notices").forms() if f.action.endswith("/read")]

    def read(self):
        unread = self.unread_notices()
        return self.c.b.submit(unread[0]) if len(unread) == self.unread else self.c.b.page


def lives(killer, rounds, st):
    people = list(PEOPLE)
    killer.dice.shuffle(people)
    for persona in people:
        if killer.kills >= rounds:
            return
        life = Life(killer, persona)
        for name, act, done, *more in life.steps():
            if killer.kills >= rounds:
                act()  # the rest of her way, undisturbed
                continue
            if not st.run(f"{persona}: {name}", lambda: killer.step(name, act, done, *more)):
                return


def whole(nation):
    """Nothing twice, over all of them."""
    twice = nation.sql("SELECT receipt FROM app_case GROUP BY receipt HAVING count(*) > 1")
    expect(not twice, "no receipt twice", twice)
    odd = nation.sql("SELECT case_id FROM letter GROUP BY case_id HAVING count(*) > 1")
    expect(not odd, "no letter twice", odd)
    odd = nation.sql("SELECT c.id FROM app_case c WHERE (SELECT count(*) FROM case_event e WHERE "
                     "e.org = c.org AND e.case_id = c.id AND e.action = 'submit') <> 1 AND "
                     "c.draft_id <> ''")
    expect(not odd, "each application was submitted once", odd)
    odd = nation.sql("SELECT d.id FROM draft d JOIN app_case c ON c.draft_id = d.id")
    expect(not odd, "no draft is left of what was sent", odd)
    out = nation.journal_verify()
    expect(out.startswith("sound"), "the journal is sound", out)
    return re.search(r"entries \d+", out).group(0)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--rounds", type=int, default=24)
    p.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    p.add_argument("--engine", choices=["sqlite", "postgres"], default="sqlite")
    p.add_argument("--conninfo")
    p.add_argument("--build", default="build")
    a = p.parse_args()
    st = steps.Steps(f"{a.rounds} times kill -9 on {a.engine}, seed {a.seed}")
    try:
        with fresh(build=a.build, engine=a.engine, people=60, conninfo=a.conninfo) as nation:
            killer = Killer(nation, a.seed)
            lives(killer, a.rounds, st)
            st.run("nothing twice, nothing half, journal sound", lambda: whole(nation))
            st.run("as often as asked", lambda: expect(
                killer.kills >= a.rounds, f"{a.rounds} kills", killer.kills))
            print(f"     {killer.kills} kills, {killer.acknowledged} answered before, "
                  f"{killer.kept} kept")
    except NationError as e:
        print(f"FAIL {e}")
        return 1
    return st.verdict()


if __name__ == "__main__":
    sys.exit(main())
