#!/usr/bin/env python3
"""What goes wrong in life, and what attackers try: each is stopped at entry,
with a word that helps, and nothing of it is kept.

hostile_forms   the case to beat (special cash payment of 2020) and what followed
hostile_phone   replays, strangers' phones, revoked and expired certificates, PINs
hostile_http    forged forms, other sites, smuggling, paths, sizes, bytes
hostile_office  officers who guess, hurry, or look where they should not
hostile_traces  what must leave a trace, what must leave none
"""
import datetime
import sys

import hostile_forms
import hostile_http
import hostile_office
import hostile_phone
import hostile_traces
import pictures
import steps
from officer import Officer
from people import Citizen, date_fields

KAGA, MIYAKONOJO, SANDA = "172065", "452025", "282197"


class World:
    """A nation under test, and the people in it, logged in when first needed."""

    def __init__(self, nation):
        self.nation = nation
        self.today = datetime.date.today()
        self.people, self.officers = {}, {}
        self.days = 3

    def citizen(self, ident):
        if ident not in self.people:
            self.people[ident] = Citizen(self.nation, self.nation.persona(ident))
            self.people[ident].login()
        return self.people[ident]

    def officer(self, org, ident):
        if (org, ident) not in self.officers:
            self.officers[(org, ident)] = Officer(self.nation, org, ident)
            self.officers[(org, ident)].login()
        return self.officers[(org, ident)]

    def day(self):
        """A day of damage nobody used yet."""
        self.days += 1
        return self.today - datetime.timedelta(days=self.days)

    def photo(self, text=b"photo"):
        return ("photo.png", "image/png", pictures.png(text=text))

    def filled(self, ident, day=None, photos=None):
        """A fresh 罹災証明書 on its check page."""
        c = self.citizen(ident)
        c.start("disaster_certificate", c.persona["city"])
        c.b.get(c.draft + "/check")
        discard = c.b.page.form(action="/discard$", required=False)
        if discard:
            c.b.submit(discard)
        c.start("disaster_certificate", c.persona["city"])
        c.apply_disaster(c.persona["city"], photos or [self.photo()],
                         date_fields(day or self.day()), cause="wind")
        return c

    def submitted(self, ident, day=None):
        """An application at its office; gives the citizen and the receipt."""
        c = self.filled(ident, day)
        c.sign()
        return c, c.receipt(c.send())


def run(nation, only=None):
    world = World(nation)
    st = steps.Steps(f"hostile on {nation.engine}")
    for module in (hostile_forms, hostile_phone, hostile_office, hostile_http,
                   hostile_traces):
        if only and module.__name__ != only:
            continue
        st.all(module.rows(world), stop=False)
    st.run("the journal is still sound", lambda: sound(nation))
    return st.verdict()


def sound(nation):
    out = nation.journal_verify()
    if not out.startswith("sound"):
        raise steps.Failed(out)
    if not nation.serve.running:
        raise steps.Failed("the server ended: " + nation.serve.tail())


if __name__ == "__main__":
    sys.exit(steps.main(run))
