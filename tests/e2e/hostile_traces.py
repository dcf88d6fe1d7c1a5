"""What must leave a trace, what must leave none, and what must not be seen any
more. Runs last: it makes a person protected and uses up the limits of logins."""
import datetime
import json
import threading
import time
from urllib.parse import urlencode

from people import Citizen, date_fields
from web import Browser, expect

KAGA = "172065"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def rows(w):
    return [
        ("sixteen clicks on send are one application", lambda: racing(w)),
        ("signed too long ago is said, and nothing is sent", lambda: signed_late(w)),
        ("each look of an officer at a file is in the log", lambda: file_seen(w)),
        ("her own looks at her records are in the log", lambda: own_looks(w)),
        ("what is shown to a phone before a signature is in the log", lambda: phone_seen(w)),
        ("a password typed as a name is in no journal", lambda: typed_as_name(w)),
        ("a new login ends the one before", lambda: old_session(w)),
        ("a login hangs on no cookie left by others", lambda: left_cookie(w)),
        ("answers without end are refused", lambda: endless(w)),
        ("protected after she applied", lambda: protected_later(w)),
        ("guessing many names is slowed down", lambda: many_names(w)),
        ("logins begun without end are slowed down", lambda: many_logins(w)),
    ]


def entries(w, event):
    return w.nation.sql(f"SELECT object FROM journal_entry WHERE event = '{event}'")


def racing(w):
    c = w.filled("isamu")
    c.sign()
    form = c.b.page.form(action="/submit$")
    body, cookies, seen = urlencode(form.values()).encode(), dict(c.b.cookies()), []

    def click():
        b = Browser(w.nation.origin)
        b.cookies().update(cookies)
        r = b.exchange("POST", form.action, body, {**FORM, "Origin": w.nation.origin})
        seen.append((r.status, r.headers.get("location")))
    threads = [threading.Thread(target=click) for _ in range(16)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    expect(len(seen) == 16 and len(set(seen)) == 1 and seen[0][0] == 303,
           "one receipt for all", set(seen))


def signed_late(w):
    c = w.filled("isamu")
    c.sign()
    form = c.b.page.form(action="/submit$")
    before = w.nation.sql("SELECT COUNT(*) FROM app_case")[0][0]
    w.nation.sql("UPDATE phone_tx SET expires_at = created_at WHERE state = 3")
    page = c.b.submit(form, status=409)
    expect("時間切れ" in page.text, "the time is up", page.text[:200])
    expect(w.nation.sql("SELECT COUNT(*) FROM app_case")[0][0] == before, "nothing was sent")


def file_seen(w):
    c, receipt = w.submitted("isamu")
    o = w.officer(KAGA, "clerk")
    page = o.find(receipt)
    before = len(entries(w, "case.file"))
    link = page.links(r"/cases/[0-9a-f]+/files/")[0]
    o.b.exchange("GET", link)
    expect(len(entries(w, "case.file")) == before + 1, "one entry more")
    o.b.exchange("GET", link)
    o.open(o.case)
    o.b.exchange("GET", link)
    expect(len(entries(w, "case.file")) == before + 1, "and no flood of them")
    boss = w.officer(KAGA, "approver")
    boss.b.exchange("GET", link)
    expect(len(entries(w, "case.file")) == before + 2, "each officer is one")
    page = c.b.get("/access-log?by=others")
    expect("添付ファイルを閲覧" in page.text, "the citizen reads of it", page.text[:300])


def own_looks(w):
    c = w.citizen("isamu")
    before = len(entries(w, "record.view"))
    page = c.b.get(f"/report?org={KAGA}&dataset=resident.basic")
    expect(c.name in page.text or "住所" in page.text, "a page with her record", page.text[:200])
    expect(len(entries(w, "record.view")) == before + 1, "one entry for it")
    c.start("disaster_certificate", KAGA)
    before = len(entries(w, "record.prefill"))
    c.b.get(c.draft)
    expect(len(entries(w, "record.prefill")) == before + 1, "and one for a draft resumed")


def phone_seen(w):
    c = w.filled("isamu")
    page = c.b.submit(c.b.page.form(action="/sign$"))
    before = len(entries(w, "phone.open"))
    link = c.phone.link_of(page)
    c.phone.open(link)
    c.phone.open(link)
    expect(len(entries(w, "phone.open")) == before + 1, "one entry for the first look")


def login_body(b, ident):
    b.get(f"/counter/{KAGA}/login")
    token = dict(b.page.form(field="password").values())["csrf"]
    return urlencode({"csrf": token, "officer_id": ident, "password": "x", "code": "1"}).encode()


def typed_as_name(w):
    b = Browser(w.nation.origin)
    for ident in ("hunter2-my-password", "clerk2"):
        b.exchange("POST", f"/counter/{KAGA}/login", login_body(b, ident),
                   {**FORM, "Origin": w.nation.origin})
    objects = [str(r[0]) for r in entries(w, "session.refused")]
    expect("clerk2" in objects, "the name of somebody who works there", objects)
    expect("hunter2-my-password" not in objects, "not what is nobody's name")


def old_session(w):
    c = Citizen(w.nation, w.nation.persona("lan"))
    c.login()
    old = dict(c.b.cookies())
    page = c.b.get("/")
    token = dict(page.form(action="/logout$").values())["csrf"]
    page = c.b.post("/login", {"csrf": token, "to": "/"})
    c.phone.approve(page, c.persona["pin"])
    c.b.get(page.path)
    sneak = Browser(w.nation.origin)
    sneak.cookies().update(old)
    page = sneak.get("/my-data")
    expect(page.path == "/login", "the first session is over", page.path)
    expect(c.b.get("/my-data").path == "/my-data", "the second is not")


def left_cookie(w):
    c = Citizen(w.nation, w.nation.persona("lan"))
    left = "A" * 32
    name = "__Host-browser"
    c.b.cookies()[name] = left
    page = c.login_start()
    expect(c.b.cookies()[name] != left, "a fresh cookie for each login")
    thief = Browser(w.nation.origin)
    thief.cookies()[name] = left
    expect(thief.exchange("GET", page.path).status == 404, "who left the first sees nothing")


def endless(w):
    c = w.citizen("hanako")
    c.start("child_allowance_claim", KAGA)
    c.b.get(c.draft + "/family")
    token = dict(c.b.page.form(field="csrf", action="/drafts/").values())["csrf"]
    head = {**FORM, "Origin": w.nation.origin}

    def post(path, **more):
        body = urlencode({"csrf": token, **more}).encode()
        return c.b.exchange("POST", c.draft + path, body, head).status
    post("/family", **{"family.apart": "yes", "family.older_away": "yes"})
    for _ in range(8):
        post("/apart/add")
    found = [post(f"/apart/{i}", name="あ" * 20000, address="a" * 60000) for i in range(8)]
    expect(set(found) <= {422, 413}, "kept to be corrected, or too large", found)
    big = w.nation.sql("SELECT MAX(LENGTH(answers)) FROM draft")[0][0]
    expect(int(big) <= 1 << 20, "no draft above 1 MiB", big)
    expect(c.b.exchange("GET", c.draft + "/check").status == 200, "and it still opens")


def protect(w, name):
    """Everybody at her address, as the register would enter it."""
    def bodies():
        return [(s, json.loads(b)) for s, b in w.nation.sql(
            f"SELECT subject, body FROM record WHERE org = '{KAGA}' AND dataset = "
            "'resident.basic'")]
    hers = next(b for _, b in bodies() if b["name"] == name)
    for subject, b in bodies():
        if b.get("address") == hers["address"]:
            b["protected"] = True
            text = json.dumps(b, ensure_ascii=False).replace("'", "''")
            now = int(time.time() * 1000000)
            w.nation.sql(f"UPDATE record SET body = '{text}', recorded_at = {now} "
                         f"WHERE org = '{KAGA}' AND "
                         f"subject = '{subject}' AND dataset = 'resident.basic'")
    return hers


def decided(w, ident):
    """Granted and answered with a letter; gives the case's path at the counter."""
    c, receipt = w.submitted(ident)
    o, boss = w.officer(KAGA, "clerk"), w.officer(KAGA, "approver")
    o.find(receipt)
    case = o.case
    o.act("survey")
    day = w.today - datetime.timedelta(days=1)
    o.act("assess", {"grade": "半壊", **{f"surveyed.{k}": v for k, v in date_fields(day).items()}})
    boss.open(case)
    boss.act("approve")
    return case


def letter_withheld(w, o, case, letter):
    """Issued before: it says where she lives."""
    page = o.open(case)
    expect(not page.links(r"/letters/") and "支援措置" in page.text, "no link to it",
           page.links(r"/letters/"))
    page = o.b.exchange("GET", letter)
    expect(page.status == 403 and b"%PDF" not in page.body, "nor by its address", page.status)
    w.nation.run("officer", "roles", "--config", w.nation.config, "--org", KAGA, "--id", "clerk",
                 "--roles", "clerk protection")
    page = o.b.exchange("GET", letter)
    expect(page.status == 200 and page.body.startswith(b"%PDF"), "whose work it is, sees it",
           page.status)
    w.nation.run("officer", "roles", "--config", w.nation.config, "--org", KAGA, "--id", "clerk",
                 "--roles", "clerk")
    expect(o.b.exchange("GET", letter).status == 403, "and not a moment longer")


def protected_later(w):
    before = decided(w, "isamu")
    c, receipt = w.submitted("isamu")
    o, boss = w.officer(KAGA, "clerk"), w.officer(KAGA, "approver")
    letter = o.open(before).link(r"/letters/[0-9a-f]+$")
    expect(o.b.exchange("GET", letter).body.startswith(b"%PDF"), "the letter before")
    o.find(receipt)
    case = o.case
    expect("住所" in c.b.get(c.case).text, "her address before")
    hers = protect(w, c.name)
    for b, path in ((c.b, c.case), (c.b, "/my-data"), (o.b, case), (o.b, o.home)):
        page = b.get(path)
        for word in (hers["address"], hers["address"][6:], hers["postal"]):
            expect(word not in page.body.decode(), f"«{word}» is not on {path}")
    letter_withheld(w, o, before, letter)
    o.open(case)
    o.act("survey")
    day = w.today - datetime.timedelta(days=1)
    o.act("assess", {"grade": "半壊", **{f"surveyed.{k}": v for k, v in date_fields(day).items()}})
    boss.open(case)
    boss.act("approve")
    expect(hers["address"] not in c.b.get("/my-data").body.decode(), "nor in the new record")


def many_names(w):
    b = Browser(w.nation.origin)
    body, found = login_body(b, "nobody"), []
    start = time.monotonic()
    for i in range(60):
        found.append(b.exchange("POST", f"/counter/{KAGA}/login",
                                body.replace(b"nobody", b"nobody%d" % i),
                                {**FORM, "Origin": w.nation.origin}).status)
    expect(429 in found, "slowed down", (found.count(401), time.monotonic() - start))
    expect(not [s for s in found if s not in (401, 429)], "401 and 429 only", set(found))


def many_logins(w):
    """Each writes a row, and anybody may begin one."""
    b = Browser(w.nation.origin)
    b.get("/login")
    body = urlencode(b.page.form(action="/login$").values()).encode()
    head = {**FORM, "Origin": w.nation.origin}
    seen = [b.exchange("POST", "/login", body, head).status for _ in range(400)]
    expect(429 in seen and set(seen) <= {303, 429}, "at first let through, then 429", set(seen))
    expect(seen.index(429) >= 100, "an office's worth of people gets in", seen.index(429))
    expect(b.get("/").status == 200, "and the rest of the portal answers")
