"""Officers who guess, hurry, or look where they should not."""
import datetime
import re
import subprocess
import tempfile
import time

import totp
from officer import Officer
from people import Citizen, date_fields
from web import Browser, expect

KAGA, MIYAKONOJO, SANDA = "172065", "452025", "282197"


def rows(w):
    return [
        ("guessing passwords locks the account", lambda: guessing(w)),
        ("a one-time code works once", lambda: once(w)),
        ("an officer's session is of her own counter only", lambda: own_counter(w)),
        ("idle and old sessions end", lambda: sessions(w)),
        ("a colleague was faster", lambda: stale(w)),
        ("steps that are not hers, or not there", lambda: forged_steps(w)),
        ("a decision must fit the procedure", lambda: bad_decision(w)),
        ("words of a citizen are never markup", lambda: markup(w)),
        ("a protected person's address is shown nowhere", lambda: protected(w)),
        ("the register is opened for a reason only", lambda: reason(w)),
        ("a refusal has reasons and says how to appeal", lambda: refusal(w)),
    ]


def try_login(b, org, ident, password, code):
    b.get(f"/counter/{org}/login")
    return b.submit(b.page.form(field="password"),
                    {"officer_id": ident, "password": password, "code": code},
                    status=(200, 401, 429))


def guessing(w):
    """Of an account made for it."""
    r = w.nation.run("officer", "add", "--config", w.nation.config, "--org", MIYAKONOJO, "--id",
                     "victim", "--name", "被害 者", "--password-stdin", input="correct horse 2026\n")
    secret = re.search(r"totp:\s+([A-Z2-7]+)", r.stdout).group(1)
    b = Browser(w.nation.origin)
    first = None
    for i in range(5):
        page = try_login(b, MIYAKONOJO, "victim", f"guess-{i}", "000000")
        expect(page.status in (401, 429), "refused", page.status)
        first = first or page.main.text
    now = totp.code(secret, int(time.time()) // totp.STEP)
    page = try_login(b, MIYAKONOJO, "victim", "correct horse 2026", now)
    expect(page.status in (401, 429) and not b.cookie("officer"),
           "locked, though all is right now", page.status)
    page = try_login(b, MIYAKONOJO, "nobody-at-all", "guess", "000000")
    expect(page.main.text.replace("nobody-at-all", "") == first.replace("victim", "")
           or page.status == 429, "an unknown name is answered alike", page.main.text[:200])
    page = try_login(b, KAGA, "victim", "correct horse 2026", now)
    expect(not b.cookie("officer"), "and only at her own counter")


def once(w):
    o = Officer(w.nation, MIYAKONOJO, "clerk2")
    o.login()
    used = totp.code(o.facts["totp"], o.totp.last)
    b = Browser(w.nation.origin)
    page = try_login(b, MIYAKONOJO, "clerk2", o.facts["password"], used)
    expect(page.status == 401 and not b.cookie("officer"), "the same code again is refused",
           page.status)


def own_counter(w):
    o = w.officer(KAGA, "clerk")
    c, receipt = w.submitted("yoshiyuki")
    boss = w.officer(SANDA, "clerk")
    boss.find(receipt)
    case = boss.case.rsplit("/", 1)[1]
    for path in (f"/counter/{SANDA}", f"/counter/{SANDA}/cases/{case}",
                 f"/counter/{KAGA}/cases/{case}", f"/counter/{SANDA}/residents",
                 f"/counter/{SANDA}/reports"):
        page = o.b.exchange("GET", path)
        expect(page.status in (303, 403, 404), f"{path} is closed to her", page.status)
        expect(c.name.encode() not in page.body, "and says nothing")
    csrf = dict(o.b.get(o.home).form(action="/logout$").values())["csrf"]
    for verb in ("act", "note", "assign"):
        for org in (SANDA, KAGA):
            page = o.b.exchange("POST", f"/counter/{org}/cases/{case}/{verb}",
                                f"csrf={csrf}&_action=survey&_rev=1&_note=x&_officer=clerk".encode(),
                                {"Content-Type": "application/x-www-form-urlencoded",
                                 "Origin": w.nation.origin})
            expect(page.status in (303, 403, 404) and "done=" not in
                   page.headers.get("location", ""), f"{verb} there is refused", page.status)


def sessions(w):
    o = Officer(w.nation, SANDA, "clerk2")
    o.login()
    w.nation.sql("UPDATE session SET seen_at = seen_at - 1801000000 WHERE kind = 2 AND subject = "
                 "'clerk2'")
    page = o.b.get(o.home)
    expect(page.path.endswith("/login"), "half an hour without a click ends it", page.path)
    o.login()
    w.nation.sql("UPDATE session SET expires_at = started_at WHERE kind = 2 AND subject = 'clerk2'")
    page = o.b.get(o.home)
    expect(page.path.endswith("/login"), "ten hours end it", page.path)
    c = Citizen(w.nation, w.nation.persona("lan"))
    c.login()
    mine = w.nation.sql("SELECT token_hash FROM session WHERE kind = 1 ORDER BY started_at DESC "
                        "LIMIT 1")[0][0]
    w.nation.sql(f"UPDATE session SET seen_at = seen_at - 901000000 WHERE token_hash = '{mine}'")
    page = c.b.get("/my-data")
    expect(page.path == "/login", "a quarter of an hour for citizens", page.path)


def stale(w):
    c, receipt = w.submitted("yoshiyuki")
    one, two = w.officer(SANDA, "clerk"), Officer(w.nation, SANDA, "clerk")
    two.b.jar = one.b.jar  # the same officer in two windows
    one.find(receipt)
    two.find(receipt)
    form = two.b.page.form(action=r"/act(\?|$)")
    box = next(n for n in form.names if n.endswith("contact.phone"))
    one.act("survey")
    page = two.b.submit(form, {box: "電話番号を確かめてください"}, button=("_action", "return"),
                        status=409)
    expect("電話番号を確かめてください" in page.text, "her words are not lost", page.text[:400])
    page = c.b.get(c.case)
    expect("確かめてください" not in page.text, "nothing was returned", page.text[:300])


def forged_steps(w):
    c, receipt = w.submitted("yoshiyuki")
    o = w.officer(SANDA, "clerk")
    page = o.find(receipt)
    form = page.form(action=r"/act(\?|$)")
    for action in ("approve", "refuse", "assess", "reject", "withdraw", "resubmit", "nothing", ""):
        answer = o.b.submit(form, button=("_action", action), status=None)
        expect(400 <= answer.status < 500, f"«{action}» is not for her now", answer.status)
    answer = o.b.submit(form, button=("_action", "return"), status=(400, 422))
    expect(answer.errors(), "a return without a comment is refused", answer.text[:200])
    box = next(n for n in form.names if n.startswith("comment."))
    answer = o.b.submit(form, {box: "直してください"}, button=("_action", "survey"),
                        status=(400, 422))
    expect(answer.errors(), "a comment that goes nowhere is said", answer.text[:200])
    forged = [(k, v) for k, v in form.values()] + [("comment.0.applicant.name", "名前を"),
                                                    ("_action", "return")]
    answer = o.b.post(form.action, forged, status=(400, 422))
    expect(answer.errors() or answer.status == 400, "a register's entry is not hers to correct")
    for rev in ("0", "-1", "9" * 30, "x", ""):
        answer = o.b.submit(form, {"_rev": rev}, button=("_action", "survey"), status=None)
        expect(answer.status in (400, 409), f"revision {rev!r} is refused", answer.status)


def bad_decision(w):
    c, receipt = w.submitted("yoshiyuki")
    o = w.officer(SANDA, "clerk")
    o.find(receipt)
    o.act("survey")
    tomorrow = w.today + datetime.timedelta(days=1)
    long_ago = w.today - datetime.timedelta(days=400)
    good = w.today - datetime.timedelta(days=1)
    for what, grade, day in (("a grade that is none", "超壊", good), ("no grade", None, good),
                             ("a survey tomorrow", "半壊", tomorrow),
                             ("a survey before the damage", "半壊", long_ago)):
        form = o.b.page.form(action=r"/act(\?|$)")
        values = [(k, v) for k, v in form.values() if k != "grade" and not k.startswith("surveyed.")]
        values += [("grade", grade)] if grade else []
        values += [(f"surveyed.{k}", v) for k, v in date_fields(day).items()]
        page = o.b.post(form.action, values + [("_action", "assess")], status=(400, 422))
        expect(page.errors(), f"{what} is refused with a word", page.text[:200])
    # By photographs only the least grade: she asked for a visit, so 半壊 may be.
    o.act("assess", {"grade": "半壊", **{f"surveyed.{k}": v for k, v in date_fields(good).items()}})


def markup(w):
    c = w.filled("yoshiyuki")
    bad = '<script>alert(1)</script>"\'><img src=x onerror=alert(2)>{{csrf}}'
    c.b.get(c.draft + "/damage")
    page = c.answer({"damage.text": bad})
    page = c.b.get(c.draft + "/damage")
    expect(bad in page.root.one("textarea").text, "kept as it was written", page.text[:300])
    c.b.get(c.draft + "/check")
    c.sign()
    receipt = c.receipt(c.send())
    o = w.officer(SANDA, "clerk")
    page = o.find(receipt)
    expect(bad in page.text and not list(page.root.all("img", src="x")) and
           not [n for n in page.root.all("script") if not n.get("src")], "text at the counter",
           page.text[:300])
    form = page.form(action=r"/act(\?|$)")
    box = next(n for n in form.names if n.endswith("damage.text"))
    o.act("return", {box: bad})
    page = c.b.get(c.case)
    expect(bad in page.text and not list(page.root.all("img", src="x")), "and back", page.text[:300])
    page = o.b.get(o.home + "?q=" + "%3Cscript%3E%22%27")
    expect('<script>"' not in page.body.decode(), "in the search, too")
    page = c.b.get("/procedures?q=%3Cscript%3E%22%27%25_%00", status=(200, 400))


def protected(w):
    """支援措置対象者: neither she nor anybody else is shown where she lives."""
    c = Citizen(w.nation, w.nation.persona("megumi"))
    page = c.login_start()
    c.phone.approve(page, c.persona["pin"])
    c.b.get(page.path)
    where = ("寺村町", "ハイツ若葉", "669-1523")

    def silent(page, what):
        for word in where:
            expect(word not in page.body.decode(errors="replace"), f"«{word}» is not on {what}")
    silent(c.b.get("/my-data"), "her own data")
    c.start("disaster_certificate", SANDA)
    silent(c.b.get(c.draft + "/applicant"), "the prefilled page")
    c.apply_disaster(SANDA, [w.photo(b"protected")], date_fields(w.day()), cause="wind")
    silent(c.b.page, "the check page")
    c.sign()
    receipt = c.receipt(c.send())
    o = w.officer(SANDA, "clerk")
    silent(o.find(receipt), "the officer's page")
    silent(o.b.get(f"{o.home}/residents?q=" + "%E9%9D%92%E6%9C%A8"), "a search of residents")
    signed = w.nation.sql("SELECT document, facts FROM app_case ORDER BY submitted_at DESC LIMIT 1")
    expect(not any(x in str(signed) for x in where), "nor in what is kept of the application")
    o.find(receipt)
    o.act("survey")
    day = w.today - datetime.timedelta(days=1)
    silent(o.act("assess", {"grade": "半壊", **{f"surveyed.{k}": v
                                              for k, v in date_fields(day).items()}}), "the proposal")
    boss = w.officer(SANDA, "approver")
    boss.find(receipt)
    boss.act("approve")
    pdf = c.b.exchange("GET", c.b.get(c.case).link("^/letters/")).body
    with tempfile.NamedTemporaryFile(suffix=".pdf") as f:
        f.write(pdf)
        f.flush()
        text = subprocess.run(["pdftotext", f.name, "-"], capture_output=True, text=True).stdout
    expect("支援措置" in text and not any(x in text for x in where), "nor in the letter", text[:400])
    for word in where:
        expect(word not in w.nation.log_text(), "nor in a log")


def reason(w):
    o = w.officer(SANDA, "clerk")
    page = o.b.get(f"{o.home}/residents")
    form = page.form(field="q")
    page = o.b.submit(form, {"q": "三輪"})
    link = page.links(r"/residents/[0-9a-f]+")
    expect(link, "residents are found by name", page.text[:300])
    page = o.b.get(link[0])
    expect("あかしあ台" not in page.text, "nothing is shown before the affair is named",
           page.text[:300])
    form = next(f for f in page.forms() if re.search(r"/residents/[0-9a-f]+$", f.action))
    page = o.b.submit(form, status=None)
    expect("あかしあ台" not in page.text, "nor without one", page.text[:300])
    forged = [(k, v) for k, v in form.values()] + [("affair", "興味本位")]
    page = o.b.post(form.action, forged, status=None)
    expect("あかしあ台" not in page.text, "nor for one that is none", page.text[:300])


def refusal(w):
    c, receipt = w.submitted("yoshiyuki")
    o = w.officer(SANDA, "clerk")
    o.find(receipt)
    o.act("survey")
    day = w.today - datetime.timedelta(days=1)
    o.act("assess", {"grade": "準半壊に至らない", **{f"surveyed.{k}": v
                                               for k, v in date_fields(day).items()}})
    boss = w.officer(SANDA, "approver")
    boss.find(receipt)
    page = boss.act("refuse", status=(400, 422))
    expect(page.errors(), "no refusal without reasons", page.text[:200])
    boss.act("refuse", {"_reasons": "対象となる建物がこの市の区域内にないため。"})
    page = c.b.get(c.case)
    expect("区域内にない" in page.text, "she reads the reasons", page.text[:400])
    pdf = c.b.exchange("GET", page.link("^/letters/")).body
    with tempfile.NamedTemporaryFile(suffix=".pdf") as f:
        f.write(pdf)
        f.flush()
        text = subprocess.run(["pdftotext", f.name, "-"], capture_output=True, text=True).stdout
    flat = re.sub(r"\s", "", text)
    expect("審査請求" in flat and "区域内にない" in flat, "and how to appeal", flat[:500])
