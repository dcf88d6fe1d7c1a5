#!/usr/bin/env python3
"""The console's rules over HTTP: which there are, in which versions, tried with
values on both sides of a new law; who may not see it.

    tests/e2e/console.py [--engine postgres] [--build DIR]
"""
import sys

import steps
from officer import Officer
from web import Browser, expect

KAGA, MIYAKONOJO = "172065", "452025"
RULE = f"/counter/{KAGA}/rules/damage-grade"


def attempt(b, path, values, status=200):
    page = b.get(path)
    return b.submit(page.form(action=path.rsplit("/", 1)[1] + "$"), values, status=status)


def applying(page):
    return [n.text for n in page.root.all("tr", **{"class": "applies"})]


def shown(page):
    return page.root.one("p", **{"class": "lead"}).text


class Console:
    def __init__(self, nation):
        self.nation = nation
        self.o = Officer(nation, KAGA, "clerk")

    def every_rule_is_listed(self):
        self.o.login()
        page = self.o.b.click(r"/rules$")
        for words in ("住家の被害の程度", "児童手当の月額", "区分支給限度基準額", "damage grade(percent, day)",
                      "2024年10月1日", "いま有効", "児童手当法 第六条第一項"):
            expect(words in page.text, f"«{words}» in the list of rules", page.text[:600])

    def what_is_needed_is_said_in_order(self):
        page = self.o.b.get(RULE)
        needs = [n.text.strip() for n in page.root.one("ol").all("li")]
        expect(needs == ["被害を受けた日", "損害割合（%）"], "what has to be entered, in order", needs)
        page = attempt(self.o.b, RULE, {"day": "2026-11-01"})
        expect("損害割合" in page.root.one("ol").text, "what is still needed", page.text[-400:])

    def the_version_is_that_of_the_day(self):
        for day, grade, law in (("2020-12-03", "半壊", "令和2年3月"),
                                ("2020-12-04", "中規模半壊", "被災者生活再建支援法 第二条")):
            page = attempt(self.o.b, RULE, {"percent": "35", "day": day})
            result = page.root.one(id="result").text
            expect(shown(page) == grade, f"{grade} on {day}", result)
            expect(law in result, f"the law of {day}: {law}", result)
            rows = applying(page)
            expect(len(rows) == 1 and grade in rows[0], f"one row marked on {day}", rows)

    def a_boundary_belongs_to_the_upper_row(self):
        for percent, grade in (("50", "全壊"), ("49.9", "大規模半壊"), ("10", "準半壊"), ("0", "準半壊に至らない")):
            page = attempt(self.o.b, RULE, {"percent": percent, "day": "2026-11-01"})
            expect(shown(page) == grade, f"{grade} at {percent} %",
                   page.text[-600:])
        page = attempt(self.o.b, RULE, {"percent": "101", "day": "2026-11-01"})
        expect(not applying(page) and "当てはまる行がありません" in page.text, "no row above 100 %",
               page.text[-600:])

    def what_is_typed_is_checked(self):
        for values in ({"percent": "many", "day": "2026-11-01"}, {"percent": "1", "day": "2026-02-30"},
                       {"percent": "<script>", "day": "x"}):
            page = attempt(self.o.b, RULE, values, status=400)
            expect("値を入れてください" in page.text, f"{values} is refused", page.text[:600])
            expect("理由" not in page.root.one(id="result").text, "no result beside a mistake")
        self.o.b.get(f"/counter/{KAGA}/rules/nothing", status=404)
        self.o.b.get(f"/counter/{KAGA}/rules/..%2f..%2fetc", status=400)

    def in_english_too(self):
        o = Officer(self.nation, KAGA, "approver", lang="en")
        o.login()
        page = attempt(o.b, RULE, {"percent": "35", "day": "2026-11-01"})
        expect("row 3 applies" in page.text and "Grade of damage to a home" in page.h1,
               "title and reasons in English", page.text[-800:])

    def nobody_else_sees_it(self):
        stranger = Browser(self.nation.origin)
        page = stranger.get(RULE)
        expect(page.path.endswith("/login"), "the log-in page for a stranger", page.path)
        self.o.b.get(RULE.replace(KAGA, MIYAKONOJO), status=404)
        self.o.b.post(RULE, {"percent": "35", "day": "2026-11-01"}, status=403)


def run(nation):
    c = Console(nation)
    st = steps.Steps(f"console on {nation.engine}")
    st.all([
        ("every table and parameter is listed with its versions", c.every_rule_is_listed),
        ("what is needed is said, in the order of asking", c.what_is_needed_is_said_in_order),
        ("the version is that of the day, with its law", c.the_version_is_that_of_the_day),
        ("a boundary belongs to the upper row", c.a_boundary_belongs_to_the_upper_row),
        ("what is typed is checked", c.what_is_typed_is_checked),
        ("reasons in English", c.in_english_too),
        ("nobody else sees it", c.nobody_else_sees_it),
    ], stop=False)
    return st.verdict()


if __name__ == "__main__":
    sys.exit(steps.main(run))
