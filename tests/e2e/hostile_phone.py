"""Logins and signatures that must not hold: each refusal with its own words."""
import base64
import hmac
import json

from people import Citizen, date_fields
from phone import Phone
from web import Browser, expect

CLAIM = "c" * 43  # as long as a phone's own


def rows(w):
    return [
        ("a revoked certificate", lambda: certificate(w, "osamu", "失効")),
        ("an expired certificate", lambda: certificate(w, "sachiko", "有効期")),
        ("no signing certificate below 15", lambda: no_key(w)),
        ("another person's phone signs", lambda: other_person(w)),
        ("a relayed code: the phone says from where, and can say no", lambda: relayed(w)),
        ("a code photographed by a stranger shows nothing", lambda: photographed(w)),
        ("a second phone opens the same code", lambda: second_phone(w)),
        ("the holder declines", lambda: declined(w)),
        ("the time is up", lambda: expired(w)),
        ("an answer played again", lambda: replayed(w)),
        ("a login's signature for an application, and the reverse", lambda: crossed(w)),
        ("another browser takes over a login", lambda: taken_over(w)),
        ("unknown and malformed codes", lambda: unknown(w)),
        ("malformed calls to the phone's interface", lambda: malformed(w)),
        ("three wrong PINs lock, and a restart does not help", lambda: locked(w)),
        ("revoked between signature and submission", lambda: revoked_late(w)),
    ]


def call(w, verb, status=None, **body):
    """The phone's interface, without a phone."""
    page = Browser(w.nation.origin).exchange(
        "POST", f"/api/phone/{verb}", json.dumps(body).encode(),
        {"Content-Type": "application/json", "Accept": "application/json"})
    answer = json.loads(page.body) if page.body.startswith(b"{") else {}
    if status:
        expect(page.status == status, f"{verb}: status {status}", f"{page.status} {answer}")
    return page.status, answer


def tx_of(c, page):
    return c.phone.link_of(page).rsplit("/", 1)[1]


def waits(w, c, page, words, logged_in=False):
    """What the waiting page says in the end."""
    page = c.b.get(page.path)
    expect(any(x in page.text for x in words) if words else True, f"one of {words}",
           page.text[:300])
    expect(bool(c.b.cookie("session")) == logged_in, "no session came of it", c.b.cookies())
    return page


def newcomer(w, ident):
    return Citizen(w.nation, w.nation.persona(ident))


def certificate(w, ident, word):
    c = newcomer(w, ident)
    page = c.login_start()
    sheet = c.phone.open(c.phone.link_of(page))
    if sheet.form(action="/approve$", required=False):
        answer = c.phone.answer(sheet, c.persona["pin"], status=(403, 422))
        expect(word in answer.text, f"«{word}» on the phone", answer.text[:300])
        waits(w, c, page, [word])
    else:
        expect(word in sheet.text, f"«{word}» on the phone", sheet.text[:300])
        waits(w, c, page, None)


def no_key(w):
    c = w.citizen("aoi")  # she may log in
    c.start("disaster_certificate", c.persona["city"])
    c.apply_disaster(c.persona["city"], [w.photo()], date_fields(w.day()), cause="wind")
    page = c.b.submit(c.b.page.form(action="/sign$"))
    sheet = c.phone.open(c.phone.link_of(page), status=(403, 404, 200))
    expect(not sheet.form(action="/approve$", required=False) and "署名" in sheet.text,
           "the phone says that it cannot sign", sheet.text[:300])


def other_person(w):
    """A signature by somebody else than who is logged in."""
    c = w.filled("hanako")
    page = c.b.submit(c.b.page.form(action="/sign$"))
    other = w.citizen("isamu").phone
    sheet = other.open(other.link_of(page), status=403)
    expect("本人" in sheet.text, "the phone says whose it must be", sheet.text[:300])
    # With her phone's own claim, and his signature, past his phone's manners.
    tx, claim, device = tx_of(c, page), *secrets_of(c.phone, tx_of(c, page))
    call(w, "open", 200, id=tx, claim=claim, device=device)
    mine = w.filled("isamu")
    wait = mine.b.submit(mine.b.page.form(action="/sign$"))
    mine.phone.approve(wait, mine.persona["password"])
    _, x = call(w, "approve", 200, id=tx, claim=claim, cms=stored(w, tx_of(mine, wait)))
    expect(x.get("accepted") is False, "his signature is none of hers", x)
    page = c.b.get(c.draft + "/sign")
    expect(not page.form(action="/submit$", required=False), "nor for the page", page.text[:300])
    csrf = dict(page.forms()[0].values()).get("csrf")
    page = c.b.post(c.draft + "/submit", {"csrf": csrf}, status=(200, 409))
    expect("/applications/" not in page.path, "nothing is submitted", page.path)


def secrets_of(phone, tx):
    """The claim and the secret that a phone derives for a transaction, from its cookie."""
    key = phone.b.cookie("device").encode()
    portal, wallet = phone.nation.origin, phone.persona["id"]
    return [base64.urlsafe_b64encode(hmac.new(key, what.encode(), "sha256").digest())
            .decode().rstrip("=") for what in (f"musubi-phone-claim:{wallet}:{tx}",
                                               f"musubi-phone-device:{wallet}:{portal}")]


def relayed(w):
    """The attacker's browser begins, the victim's phone is shown the code."""
    victim = w.citizen("hanako")
    thief = newcomer(w, "hanako")
    agent = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Official-Safe"}
    thief.b.get("/login")
    form = thief.b.page.form(action="/login$")
    page = thief.b.post(form.action, form.values(), headers=agent)
    link = victim.phone.link_of(page)
    sheet = victim.phone.open(link)
    expect("Chrome（Windows）" in sheet.text and "Official" not in sheet.text,
           "the phone says what asks, in our words", sheet.text[:400])
    expect("始めた時刻" in sheet.text and "心当たりがない" in sheet.text, "when, and a way out",
           sheet.text[:600])
    tx, claim, device = tx_of(thief, page), *secrets_of(victim.phone, tx_of(thief, page))
    _, x = call(w, "open", 200, id=tx, claim=claim, device=device,
                here={"browser": "Safari", "system": "iPhone", "network": "203.0.113.9"})
    expect(x["asker"]["network"] == "other" and x["asker"]["same_device"] is False,
           "another network is said", x["asker"])
    answer = victim.phone.b.submit(sheet.form(action="/refuse$"), button=("why", "unexpected"))
    expect("何も承認していません" in answer.text, "it is over", answer.text[:300])
    waits(w, thief, page, ["心当たりがない"])
    sheet = victim.phone.open(link, status=409)
    rows_ = w.nation.sql("SELECT subject FROM journal_entry WHERE event = 'phone.unexpected'")
    expect(rows_ and rows_[-1][0], "it is in her log", rows_)
    page = victim.b.get("/notices")
    expect("心当たりのないログイン" in page.text, "and she is told", page.text[:400])


def photographed(w):
    c = w.filled("hanako")
    page = c.b.submit(c.b.page.form(action="/sign$"))
    tx = tx_of(c, page)
    for other in (newcomer(w, "isamu").phone, w.citizen("isamu").phone):
        sheet = other.open(c.phone.link_of(page), status=403)
        expect("先にそのスマートフォンでログイン" in sheet.text, "what to do", sheet.text[:300])
        expect("床上" not in sheet.text and "罹災" not in sheet.text, "nothing of it is shown",
               sheet.text[:300])
    for device in ("", "x", "A" * 43, None, 5):
        status, x = call(w, "open", id=tx, claim=CLAIM, device=device)
        expect(status == 403 and "document" not in x, "nor to a program", (status, x))
    # Nobody else's look took it away from her.
    c.phone.approve(page, c.persona["password"])
    expect(c.b.get(page.path).form(action="/submit$"), "she signs it")


def second_phone(w):
    c = newcomer(w, "hanako")
    page = c.login_start()
    first = c.phone.open(c.phone.link_of(page))
    second = Phone(w.nation, w.nation.persona("isamu"))
    sheet = second.open(c.phone.link_of(page), status=409)
    expect("別のスマートフォン" in sheet.text, "the second is told", sheet.text[:300])
    # The same wallet in another browser is another phone, too.
    again = Phone(w.nation, w.nation.persona("hanako"))
    again.open(c.phone.link_of(page), status=409)
    c.phone.answer(first, c.persona["pin"])
    c.b.get(page.path)
    expect(c.b.cookie("session"), "the first one's answer holds")


def declined(w):
    c = newcomer(w, "hanako")
    page = c.login_start()
    c.phone.decline(page)
    waits(w, c, page, ["取り消されました"])
    sheet = c.phone.open(c.phone.link_of(page), status=(200, 409))
    form = sheet.form(action="/approve$", required=False)
    if form:
        c.phone.answer(sheet, c.persona["pin"], status=409)
    waits(w, c, page, ["取り消されました"])


def expired(w):
    c = newcomer(w, "hanako")
    page = c.login_start()
    sheet = c.phone.open(c.phone.link_of(page))
    w.nation.sql(f"UPDATE phone_tx SET expires_at = created_at WHERE id = '{tx_of(c, page)}'")
    answer = c.phone.answer(sheet, c.persona["pin"], status=(403, 409))
    expect("時間切れ" in answer.text, "the phone says that the time is up", answer.text[:300])
    waits(w, c, page, ["時間切れ"])


def stored(w, tx):
    """The signature that the portal kept."""
    return base64.b64encode(bytes.fromhex(
        w.nation.sql(f"SELECT cms FROM phone_tx WHERE id = '{tx}'")[0][0])).decode()


def replayed(w):
    c = newcomer(w, "hanako")
    page = c.login_start()
    tx = tx_of(c, page)
    c.phone.approve(page, c.persona["pin"])
    cms = stored(w, tx)
    _, x = call(w, "approve", 409, id=tx, claim=CLAIM, cms=cms)
    expect(x.get("error") == "ident.phone.used", "already answered", x)
    c.b.get(page.path)
    expect(c.b.cookie("session"), "logged in once")
    expect("session" not in str(Browser(w.nation.origin).exchange("GET", page.path).headers
                                .get("set-cookie", "")), "the page gives nobody else a session")
    call(w, "approve", 409, id=tx, claim=CLAIM, cms=cms)
    # The same signature for a new transaction, opened by the thief.
    thief = newcomer(w, "hanako")
    page = thief.login_start()
    tx2 = tx_of(thief, page)
    call(w, "open", 200, id=tx2, claim=CLAIM)
    _, x = call(w, "approve", 200, id=tx2, claim=CLAIM, cms=cms)
    expect(x.get("accepted") is False and x.get("verdict", "").startswith("trust.verdict."),
           "an old signature is none for a new question", x)
    waits(w, thief, page, None)


def crossed(w):
    """Login and signature never share a key or a word."""
    c = w.filled("hanako")
    page = c.b.submit(c.b.page.form(action="/sign$"))
    c.phone.approve(page, c.persona["password"])
    sign_cms = stored(w, tx_of(c, page))
    login = newcomer(w, "hanako")
    wait = login.login_start()
    tx = tx_of(login, wait)
    call(w, "open", 200, id=tx, claim=CLAIM)
    _, x = call(w, "approve", 200, id=tx, claim=CLAIM, cms=sign_cms)
    expect(x.get("accepted") is False, "a signature is no login", x)
    waits(w, login, wait, None)
    done = newcomer(w, "hanako")
    wait = done.login_start()
    done.phone.approve(wait, done.persona["pin"])
    login_cms = stored(w, tx_of(done, wait))
    c.b.get(c.draft + "/check")
    page = c.b.submit(c.b.page.form(action="/sign$"))
    tx = tx_of(c, page)
    claim, device = secrets_of(c.phone, tx)
    call(w, "open", 200, id=tx, claim=claim, device=device)
    _, x = call(w, "approve", 200, id=tx, claim=claim, cms=login_cms)
    expect(x.get("accepted") is False, "a login is no signature", x)
    expect(not c.b.get(page.path).form(action="/submit$", required=False), "not signed")


def taken_over(w):
    """A code shown to a victim logs in the browser that began it, which is why
    the digits are compared; another browser cannot fetch the session."""
    c = newcomer(w, "hanako")
    page = c.login_start()
    c.phone.approve(page, c.persona["pin"])
    other = Browser(w.nation.origin)
    for path in (page.path, page.path + "/status"):
        answer = other.exchange("GET", path)
        expect(answer.status == 404, f"another browser gets nothing from {path}", answer.status)
    expect(not other.cookie("session"), "no session for it", other.cookies())
    c.b.get(page.path)
    expect(c.b.cookie("session"), "the right one goes on")


def unknown(w):
    p = Phone(w.nation, w.nation.persona("hanako"))
    p.open("/t/" + "0" * 32, status=404)
    for code in ("0" * 31, "x" * 32, "..%2f..%2fetc", "0" * 32 + "'"):
        page = p.b.get("/t/" + code, status=None)
        expect(page.status in (400, 404), f"{code} leads nowhere", page.status)
    page = p.b.get("/w/hanako")
    form = page.form(field="code")
    page = p.b.submit(form, {"code": "これは何"}, status=422)
    expect(page.errors(), "it says so", page.text[:200])
    for wallet in ("../data", "nobody", "", "hanako/../isamu", "a" * 300):
        q = Browser(w.nation.phone_origin)
        q.get("/phones")
        csrf = dict(q.page.forms()[0].values())["csrf"]
        q.post("/phones", {"csrf": csrf, "wallet": wallet}, status=404)


def malformed(w):
    c = newcomer(w, "hanako")
    tx = tx_of(c, c.login_start())
    b = Browser(w.nation.origin)
    bodies = [b"", b"{", b"[]", b"null", b"\xff", b'{"id":1}', b'{"id":"' + b"a" * 70000 + b'"}',
              b'{"id":"x","id":"y"}', b"[" * 2000, json.dumps({"id": tx}).encode(),
              json.dumps({"id": tx, "claim": "\0"}).encode()]
    for body in bodies:
        for verb in ("open", "approve", "refuse"):
            page = b.exchange("POST", "/api/phone/" + verb, body,
                              {"Content-Type": "application/json"})
            expect(400 <= page.status < 500, f"{verb} refuses {body[:40]!r}",
                   f"{page.status} {page.body[:200]}")
    call(w, "open", 200, id=tx, claim=CLAIM)
    for cms in ("", "AAAA", "!!!", base64.b64encode(b"\x30\x80" * 4000).decode(), 5, None, "A" * 9):
        status, x = call(w, "approve", id=tx, claim=CLAIM, cms=cms)
        expect(400 <= status < 500 or (status == 200 and x.get("accepted") is False),
               f"a signature of {str(cms)[:10]!r} is refused", f"{status} {x}")
        if status == 200:
            break


def locked(w):
    """Of somebody nobody else needs."""
    c = newcomer(w, "misaki")
    page = c.login_start()
    sheet = c.phone.open(c.phone.link_of(page))
    for left in (2, 1):
        sheet = c.phone.answer(sheet, "0000", status=422)
        expect(str(left) in sheet.errors(), f"{left} tries left", sheet.errors())
    for form in ("12", "12345", "abcd", ""):
        sheet = c.phone.answer(sheet, form, status=422)
    expect("1" in sheet.text, "what cannot be a PIN costs no try", sheet.text[:300])
    w.nation.phone.kill9()
    from nation import Process
    w.nation.phone = Process("phone", [w.nation.binary, "phone", "--config", w.nation.config],
                             w.nation.logs / "phone.log")
    w.nation.wait_ready(w.nation.phone, w.nation.phone_port)
    sheet = c.phone.open(c.phone.link_of(page))
    sheet = c.phone.answer(sheet, "9999", status=422)
    sheet = c.phone.b.get(c.phone.link_of(page))
    form = sheet.form(action="/approve$", required=False)
    if form:
        sheet = c.phone.answer(sheet, c.persona["pin"], status=422)
    expect("ロック" in sheet.text or "使えません" in sheet.text or "止" in sheet.text,
           "locked, though the PIN is right now", sheet.text[:400])
    c.b.get(page.path)
    expect(not c.b.cookie("session"), "no login")
    # The signing password is the way out; a wrong one costs its own tries.
    page = c.phone.b.get("/w/misaki/change/login")
    form = page.form(field="fresh")
    page = c.phone.b.submit(form, {"old": "WRONG12345", "fresh": "2580", "repeat": "2580"}, status=422)
    expect("あと4回" in page.errors(), "four tries of the password are left", page.errors())
    page = c.phone.b.submit(page.form(field="fresh"), {
        "old": c.persona["password"], "fresh": "2580", "repeat": "2580"})
    expect("変更しました" in page.text, "a new PIN", page.text[:300])
    page = c.login_start()
    c.phone.approve(page, "2580")
    c.b.get(page.path)
    expect(c.b.cookie("session"), "and it logs in")
    call(w, "reset", 403, device="A" * 43)
    call(w, "reset", 200, device=secrets_of(c.phone, "")[1])
    expect("新しく決められました" in c.b.get("/notices").text, "she is told")
    expect(w.nation.sql("SELECT subject FROM journal_entry WHERE event = 'phone.reset'"),
           "and it is in her log")


def revoked_late(w):
    """Checked again on receipt: chain, revocation, holder. And what logged her in
    ends what it began."""
    c = w.filled("hiroto")
    c.sign()
    form = c.b.page.form(action="/submit$")
    revoke = ["ca", "revoke", "--config", w.nation.config, "--person", "hiroto",
              "--reason", "keyCompromise", "--ca"]
    w.nation.run(*revoke, "citizen-sign")
    page = c.b.submit(form, status=403)
    expect("失効" in page.text, "the office gets nothing signed with it", page.text[:300])
    w.nation.run(*revoke, "citizen-auth")
    page = c.b.submit(form, status=401)
    expect("失効" in page.text, "the session is over with the certificate", page.text[:300])
    expect(c.b.get("/my-data").path == "/login", "the next page asks to log in")
    expect(c.b.get("/").status == 200, "public pages stay")
    w.people.pop("hiroto")
