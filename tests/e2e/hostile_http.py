"""Forged forms, other sites, smuggling, paths, sizes, bytes. What the parser
alone must refuse is in tests/unit/net; here the running server meets it."""
import re
import socket
import threading
import time
from urllib.parse import quote

import pictures
from people import Citizen, date_fields
from web import Browser, expect

KAGA = "172065"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def rows(w):
    return [
        ("forms without their token, or with another's", lambda: csrf(w)),
        ("forms from another site", lambda: cross_origin(w)),
        ("other content types", lambda: content_types(w)),
        ("bytes that are no text", lambda: bytes_in_fields(w)),
        ("forged field names", lambda: forged_fields(w)),
        ("paths that climb", lambda: paths(w)),
        ("bodies too large", lambda: too_large(w)),
        ("files too large and too many", lambda: files(w)),
        ("truncated and repeated requests", lambda: truncated(w)),
        ("request smuggling and malformed heads", lambda: smuggling(w)),
        ("slow requests are cut off", lambda: slow(w)),
        ("a redirect leads to our own pages only", lambda: redirects(w)),
        ("autosave and next at the same moment", lambda: together(w)),
        ("two devices at the same draft", lambda: two_devices(w)),
        ("corrections change what was asked, files included", lambda: correction(w)),
        ("errors say what to do, in three languages", lambda: error_pages(w)),
    ]


def raw(w, data, wait=3.0, chunks=None):
    """Bytes on a socket; what comes back until the server closes or stops."""
    s = socket.create_connection(("127.0.0.1", w.nation.port), timeout=wait)
    try:
        for part in chunks or [data]:
            s.sendall(part)
            if chunks:
                time.sleep(0.05)
        out = b""
        while True:
            more = s.recv(65536)
            if not more:
                return out, True
            out += more
            if b"\r\n\r\n" in out and re.search(rb"(?i)content-length: (\d+)", out):
                head, body = out.split(b"\r\n\r\n", 1)
                if len(body) >= int(re.search(rb"(?i)content-length: (\d+)", head).group(1)):
                    return out, False
    except (socket.timeout, ConnectionResetError, BrokenPipeError):
        return out, False
    finally:
        s.close()


def status(answer):
    m = re.match(rb"HTTP/1\.1 (\d{3})", answer)
    return int(m.group(1)) if m else 0


def alive(w):
    expect(w.nation.serve.running, "the server runs", w.nation.serve.tail())
    page = Browser(w.nation.origin).get("/login")
    expect(page.status == 200, "and answers", page.status)


def csrf(w):
    c = w.citizen("hanako")
    c.start("disaster_certificate", KAGA)
    page = c.b.get(c.draft + "/contact")
    form = page.form(action="/contact$")
    other = w.citizen("isamu")
    foreign = dict(other.b.get("/").form(action="/logout$").values())["csrf"]
    anonymous = dict(Browser(w.nation.origin).get("/login").form(action="/login$").values())["csrf"]
    right = dict(form.values())["csrf"]
    forged = (None, "", "x", foreign, anonymous, right[:-1], right + "0", right.swapcase())
    for token in forged:
        if token == right:
            continue
        fields = {"contact.phone": "0120-000-000"} | ({"csrf": token} if token is not None else {})
        page = c.b.post(form.action, fields, status=403)
        expect(page.text, "a page that says so")
    page = c.b.get(c.draft + "/contact")
    value = dict(page.form(action="/contact$").values()).get("contact.phone", "")
    expect("0120" not in value, "nothing was saved", value)
    for path in ("/logout", c.draft + "/discard", c.draft + "/sign", c.draft + "/contact/save",
                 "/report", f"/counter/{KAGA}/login"):
        page = c.b.exchange("POST", path, b"", {**FORM, "Origin": w.nation.origin})
        expect(page.status == 403, f"POST {path} without a token", page.status)
    expect(c.b.get("/my-data").path == "/my-data", "still logged in")


def cross_origin(w):
    c = w.citizen("hanako")
    page = c.b.get("/")
    token = dict(page.form(action="/logout$").values())["csrf"]
    for head in ({"Origin": "https://evil.example"}, {"Origin": "null"},
                 {"Origin": w.nation.origin.replace("localhost", "localhost.evil.example")},
                 {"Origin": w.nation.phone_origin}, {"Sec-Fetch-Site": "cross-site"},
                 {"Sec-Fetch-Site": "same-site"}):
        page = c.b.exchange("POST", "/logout", f"csrf={token}".encode(), {**FORM, **head})
        expect(page.status == 403, f"refused with {head}", page.status)
    expect(c.b.get("/my-data").path == "/my-data", "still logged in")
    for host in ("evil.example", "localhost.evil.example", "127.0.0.1.nip.io"):
        answer, _ = raw(w, f"GET /login HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        expect(status(answer) in (400, 421), f"Host: {host} is not ours", answer[:80])


def content_types(w):
    c = w.citizen("hanako")
    c.start("disaster_certificate", KAGA)
    page = c.b.get(c.draft + "/contact")
    token = dict(page.form(action="/contact$").values())["csrf"]
    body = f"csrf={token}&contact.phone=0120-111-222".encode()
    for kind in ("text/plain", "application/json", "text/xml", "", "application/octet-stream",
                 "multipart/form-data", "multipart/form-data; boundary=",
                 "multipart/form-data; boundary=" + "x" * 300,
                 "application/x-www-form-urlencoded; charset=utf-7"):
        page = c.b.exchange("POST", c.draft + "/contact", body,
                            {"Content-Type": kind, "Origin": w.nation.origin})
        expect(400 <= page.status < 500 or kind.endswith("utf-7"), f"«{kind}» is refused",
               page.status)


def bytes_in_fields(w):
    c = w.citizen("hanako")
    c.start("disaster_certificate", KAGA)
    page = c.b.get(c.draft + "/damage")
    token = dict(page.form(action="/damage$").values())["csrf"].encode()
    for bad in (b"%ff%fe", b"%c0%af", b"%ed%a0%80", b"%f4%90%80%80", b"%e3%81", b"%00", b"%zz",
                b"%e3%81%", b"\xff\xfe", b"a%00b"):
        page = c.b.exchange("POST", c.draft + "/damage",
                            b"csrf=" + token + b"&damage.text=" + bad,
                            {**FORM, "Origin": w.nation.origin})
        expect(page.status in (400, 422), f"{bad!r} is refused", page.status)
    for bad in (b"%ff", b"%00", b"%e3%81"):
        page = c.b.exchange("GET", "/procedures?q=" + bad.decode())
        expect(page.status in (200, 400), f"{bad!r} in a search", page.status)
    # Control characters and directions are said, not kept.
    for bad in ("a\x07b", "\x1b[31mred", "\u202eabc", "a\u0000b"):
        page = c.b.get(c.draft + "/damage")
        page = c.answer({"damage.text": bad}, status=None)
        kept = w.nation.sql(f"SELECT answers FROM draft WHERE id = '{c.draft[8:]}'")[0][0]
        expect(page.status in (400, 422) or bad not in kept, f"{bad!r} is not kept", page.status)
    alive(w)


def forged_fields(w):
    """Names that no page asks for change nothing."""
    c = w.citizen("hanako")
    c.start("disaster_certificate", KAGA)
    c.b.get(c.draft + "/applicant")
    before = w.nation.sql(f"SELECT answers, procedure, version, authority, subject FROM draft "
                          f"WHERE id = '{c.draft[8:]}'")[0]
    page = c.b.get(c.draft + "/contact")
    form = page.form(action="/contact$")
    forged = [("申請者.name", "x"), ("世帯.members", "m9"), ("applicant", "x"), ("contact", "x"),
              ("damage.photos", "f1"), ("decision.grade", "全壊"), ("__proto__", "x"),
              ("contact.phone.x", "1"), ("contact.", "1"), (".", "1"), ("property.use", "business"),
              ("case_id", "x"), ("authority", "452025"), ("procedure", "x"), ("subject", "x"),
              ("grade", "全壊"), ("contact.phone[]", "1"), ("a" * 5000, "1")]
    c.b.post(form.action, [(k, v) for k, v in form.values() if k != "contact.phone"]
             + [("contact.phone", "0761-72-0000")] + forged)
    after = w.nation.sql(f"SELECT answers, procedure, version, authority, subject FROM draft "
                         f"WHERE id = '{c.draft[8:]}'")[0]
    expect(after[1:] == before[1:], "the draft is what it was", after[1:])
    for k, v in forged:
        expect(k not in after[0] or k in before[0] or k in ("contact", "applicant", "."),
               f"{k} is not among the answers", after[0])
    many = [("x", str(i)) for i in range(2000)]
    page = c.b.post(form.action, form.values() + many, status=(400, 413))
    for page_id in ("nothing", "..", "check%2f", "applicant/99", "children/0", "damage/0"):
        p = c.b.exchange("GET", f"{c.draft}/{page_id}")
        expect(p.status in (303, 400, 404), f"no page {page_id}", p.status)
    for item in ("-1", "999999999999999999999", "0x1", "1e3", "%00"):
        p = c.b.exchange("POST", f"{c.draft}/damage/{item}/remove",
                         f"csrf={dict(form.values())['csrf']}".encode(),
                         {**FORM, "Origin": w.nation.origin})
        expect(p.status in (400, 404), f"no item {item}", p.status)


def paths(w):
    for path in ("/../../etc/passwd", "/static/../../musubi.yaml", "/static/%2e%2e/%2e%2e/etc/passwd",
                 "/static/..%2f..%2fetc%2fpasswd", "/static/....//etc", "//etc/passwd",
                 "/static/%c0%ae%c0%ae/etc", "/static/\\..\\etc", "/%00", "/static/musubi.css%00.png",
                 "/drafts/" + "a" * 7000, "/" + "a/" * 300, "/static/", "/static", "/data/node.key",
                 "/musubi.yaml", "/personas.json", "/.git/config", "/%ff", "/*", "/.", "/..;/",
                 "/counter/172065/../452025", "/letters/..%2f..%2fdata"):
        answer, _ = raw(w, f"GET {path} HTTP/1.1\r\nHost: localhost:{w.nation.port}\r\n\r\n".encode())
        expect(status(answer) in (303, 400, 404, 414, 431), f"{path[:60]} leads nowhere",
               answer[:120])
        for leak in (b"root:", b"listen:", b"BEGIN ", b"HANAKO85"):
            expect(leak not in answer, f"{path[:60]} shows nothing", answer[:200])
    answer, _ = raw(w, b"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
    expect(status(answer) in (200, 400, 421), "an absolute target", answer[:100])
    alive(w)


def too_large(w):
    c = w.citizen("hanako")
    c.start("disaster_certificate", KAGA)
    page = c.b.get(c.draft + "/contact")
    token = dict(page.form(action="/contact$").values())["csrf"]
    big = f"csrf={token}&contact.phone=".encode() + b"1" * (1 << 20)
    try:
        page = c.b.exchange("POST", c.draft + "/contact", big, {**FORM, "Origin": w.nation.origin})
        expect(page.status == 413, "a megabyte of phone number", page.status)
    except (BrokenPipeError, ConnectionResetError):
        c.b.close()
    for length in (10 << 40, (1 << 63) - 1, 1 << 64, 200 << 20):
        answer, _ = raw(w, (f"POST {c.draft}/photos/files/damage.photos HTTP/1.1\r\nHost: localhost:"
                            f"{w.nation.port}\r\nContent-Length: {length}\r\n\r\n").encode())
        expect(status(answer) in (400, 413), f"{length} bytes announced", answer[:100])
    answer, _ = raw(w, b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X-A: " + b"b" * 80000 + b"\r\n\r\n")
    expect(status(answer) == 431, "80 KB of head", answer[:100])
    c.b.get(c.draft + "/damage")
    page = c.answer({"damage.text": "あ" * 501}, status=422)
    expect("500" in page.errors(), "a long text is refused with its limit", page.errors())
    c.b.get(c.draft + "/damage")
    c.answer({"damage.text": "𠮷" * 500}, status=(200, 422))
    expect("damage.text" not in c.b.page.errors() and "500文字" not in c.b.page.errors(),
           "characters are counted, not bytes", c.b.page.errors())
    alive(w)


def files(w):
    c = w.citizen("lan")
    c.start("disaster_certificate", c.persona["city"])
    c.b.get(c.draft + "/check")
    discard = c.b.page.form(action="/discard$", required=False)
    if discard:
        c.b.submit(discard)
        c.start("disaster_certificate", c.persona["city"])
    reach_photos(w, c)
    big = pictures.png()
    big += b"\0" * ((10 << 20) + 1 - len(big))
    page = c.attach("damage.photos", ("big.png", "image/png", big))
    expect(page.status in (413, 422) and page.text, "10 MB and a byte is refused",
           f"{page.status} {page.text[:200]}")
    c.b.get(c.draft + "/photos")
    for i in range(10):
        page = c.attach("damage.photos", w.photo(b"number %d" % i))
        expect(page.status == 200, f"photograph {i + 1}", page.errors())
    expect(page.form(action="/files/damage.photos$", required=False) is None or
           not [n for n in page.root.all("input", type="file")], "no room for an eleventh")
    form = page.form(action="/files/damage.photos/remove$")
    token = dict(form.values())["csrf"]
    page = c.b.upload(c.draft + "/photos/files/damage.photos", [("csrf", token)],
                      [("file", *w.photo(b"eleven"))], status=None)
    expect(page.status == 422 and "10枚" in page.errors(), "an eleventh is refused",
           f"{page.status} {page.errors()}")
    for name in ("../../../etc/passwd", "a" * 3000 + ".png", "\u202egnp.exe", '"; rm -rf /', ""):
        c.b.get(c.draft + "/photos")
        ids = [n.get("value") for n in c.b.page.root.all("button", name="file")]
        c.b.submit(c.b.page.form(action="/remove$"), button=("file", ids[0]))
        page = c.b.upload(c.draft + "/photos/files/damage.photos", [("csrf", token)],
                          [("file", name.replace('"', "%22"), "image/png",
                            pictures.png(text=name.encode()[:60]))], status=None)
        expect(page.status in (200, 400, 422), f"a file named {name[:20]!r}", page.status)
        if page.status != 200:
            page = c.b.upload(c.draft + "/photos/files/damage.photos", [("csrf", token)],
                              [("file", *w.photo(b"instead of " + name.encode()[:9]))], status=None)


def reach_photos(w, c):
    """Answers until the page of photographs, whatever was there."""
    c.b.get(c.draft + "/applicant")
    c.answer()
    c.answer({"contact.phone": "079-559-5000"})
    c.answer({"property.same": "yes", "property.use": "owned"})
    c.answer({"damage.cause": "snow", "damage.date": date_fields(w.day()), "damage.parts": ["roof"]})
    expect(c.page_id == "photos", "the page of photographs", c.page_id)


def truncated(w):
    host = f"Host: localhost:{w.nation.port}\r\n".encode()
    for data in (b"G", b"GET / HT", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\n" + host,
                 b"POST /login HTTP/1.1\r\n" + host + b"Content-Length: 100\r\n\r\nabc",
                 b"POST /login HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"):
        s = socket.create_connection(("127.0.0.1", w.nation.port), timeout=5)
        s.sendall(data)
        s.close()
    # A hundred of the same request on one connection, all answered in order.
    s = socket.create_connection(("127.0.0.1", w.nation.port), timeout=10)
    s.sendall((b"GET /login HTTP/1.1\r\n" + host + b"\r\n") * 100)
    got = b""
    while got.count(b"HTTP/1.1 200") < 100:
        more = s.recv(1 << 20)
        if not more:
            break
        got += more
    s.close()
    expect(got.count(b"HTTP/1.1 200") == 100, "a hundred answers", got.count(b"HTTP/1.1 200"))
    alive(w)


def smuggling(w):
    """The probes of the shared facts on C libraries, §1."""
    h = f"Host: localhost:{w.nation.port}\r\n"
    post = f"POST /login HTTP/1.1\r\n{h}"
    probes = {
        "no Host": "GET / HTTP/1.1\r\n\r\n", "two Host": f"GET / HTTP/1.1\r\n{h}{h}\r\n",
        "Content-Length and Transfer-Encoding":
            post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "two Content-Length": post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "the same Content-Length twice": post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        "Content-Length +5": post + "Content-Length: +5\r\n\r\nhello",
        "Content-Length 0x5": post + "Content-Length: 0x5\r\n\r\nhello",
        "Content-Length 5, 5": post + "Content-Length: 5, 5\r\n\r\nhello",
        "Content-Length -1": post + "Content-Length: -1\r\n\r\n",
        "Transfer-Encoding xchunked": post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding gzip, chunked": post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding chunked twice":
            post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding in HTTP/1.0":
            f"POST /login HTTP/1.0\r\n{h}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "chunk size 0x5": post + "Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
        "chunk size +5": post + "Transfer-Encoding: chunked\r\n\r\n+5\r\nhello\r\n0\r\n\r\n",
        "chunk size of 17 digits":
            post + "Transfer-Encoding: chunked\r\n\r\n10000000000000005\r\nhello\r\n0\r\n\r\n",
        "chunk without its end": post + "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloXX0\r\n\r\n",
        "bare LF": f"GET / HTTP/1.1\n{h.strip()}\n\n", "bare CR": f"GET / HTTP/1.1\rHost: x\r\r",
        "space before the colon": f"GET / HTTP/1.1\r\n{h}X-A : b\r\n\r\n",
        "folded line": f"GET / HTTP/1.1\r\n{h}X-A: b\r\n c\r\n\r\n",
        "NUL in a value": f"GET / HTTP/1.1\r\n{h}X-A: b\0c\r\n\r\n",
        "bad name": f"GET / HTTP/1.1\r\n{h}X(A): b\r\n\r\n",
        "empty name": f"GET / HTTP/1.1\r\n{h}: b\r\n\r\n",
        "no method": " / HTTP/1.1\r\n" + h + "\r\n", "two spaces": f"GET  / HTTP/1.1\r\n{h}\r\n",
        "HTTP/2.0": f"GET / HTTP/2.0\r\n{h}\r\n", "HTTP/1.10": f"GET / HTTP/1.10\r\n{h}\r\n",
        "lower case": f"get / http/1.1\r\n{h}\r\n", "no version": f"GET /\r\n{h}\r\n",
        "fragment": f"GET /#x HTTP/1.1\r\n{h}\r\n", "raw UTF-8 path": f"GET /\xe3\x81 HTTP/1.1\r\n{h}\r\n",
        "TLS hello": "\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03",
    }
    for what, data in probes.items():
        answer, closed = raw(w, data.encode("latin-1"), wait=8)
        expect(status(answer) in (400, 405, 411, 413, 501, 505) or (not answer and closed),
               f"{what} is refused", answer[:100] or "no answer")
        second = answer.split(b"\r\n\r\n", 1)[1] if b"\r\n\r\n" in answer else b""
        expect(b"HTTP/1.1 200" not in second, f"{what}: nothing is answered behind it", answer[:300])
    for method, wanted in (("TRACE", (405, 501)), ("CONNECT", (400, 405, 501)), ("PUT", (405,)),
                           ("DELETE", (405,)), ("FOO", (405, 501)), ("HEAD", (200,))):
        answer, _ = raw(w, f"{method} /login HTTP/1.1\r\n{h}\r\n".encode(), wait=2)
        expect(status(answer) in wanted, f"{method}", answer[:100])
    alive(w)


def slow(w):
    """A head that drips is cut off in seconds; others are served meanwhile."""
    s = socket.create_connection(("127.0.0.1", w.nation.port), timeout=20)
    begin = time.monotonic()
    closed = False
    for c in (b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + b"a" * 60):
        try:
            s.sendall(bytes([c]))
        except OSError:
            closed = True
            break
        if time.monotonic() - begin > 12:
            break
        time.sleep(0.25)
        if int(time.monotonic() - begin) == 2:
            alive(w)
    s.settimeout(2)
    try:
        data = s.recv(1000)
        closed = closed or status(data) == 408 or data == b""
    except socket.timeout:
        pass
    except OSError:
        closed = True
    s.close()
    expect(closed, "closed within twelve seconds")
    return f"{time.monotonic() - begin:.1f} s"


def redirects(w):
    """?to= and ?back= never lead away."""
    b = Browser(w.nation.origin)
    for to in ("//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil", "javascript:x",
               "/%0d%0aSet-Cookie:x=y", "/\r\nX: y", "///evil.example", "/../../x", "", "evil"):
        for path in ("/settings/lang/en?back=", "/settings/size/l?back="):
            page = b.exchange("GET", path + quote(to))
            if page.status == 400:
                continue
            location = page.headers.get("location", "")
            expect(page.status == 303 and location.startswith("/") and not location.startswith("//")
                   and "\\" not in location and "evil" not in location.split("?")[0].split("/")[:2],
                   f"{to!r} stays here", f"{page.status} {location}")
            expect("y" not in page.headers.get("set-cookie", "").split("x=")[-1][:2] or
                   "x=y" not in page.headers.get("set-cookie", ""), "no cookie smuggled in")
    c = w.citizen("hanako")
    page = c.b.get("/login?to=//evil.example/")
    expect(page.path == "/", "nor after a login", page.url)


def together(w):
    """Script saves a page while "next" is pressed: neither may be lost or refused."""
    c = w.citizen("hanako")
    c.start("disaster_certificate", KAGA)
    bad = []
    for i in range(12):
        page = c.b.get(c.draft + "/contact")
        form = page.form(action="/contact$")
        number = f"0761-72-{1000 + i}"
        fields = [(k, v) for k, v in form.values() if k != "contact.phone"] + [
            ("contact.phone", number)]
        saver = Browser(w.nation.origin)
        saver.jar = {k: dict(v) for k, v in c.b.jar.items()}
        t = threading.Thread(target=lambda: bad.append(
            saver.post(form.action + "/save", fields, status=None).status))
        t.start()
        page = c.b.post(form.action, fields, status=None)
        bad.append(page.status)
        t.join()
        page = c.b.get(c.draft + "/contact")
        value = dict(page.form(action="/contact$").values())["contact.phone"]
        expect(value == number, "what was typed last stands", f"{value}, not {number}")
    expect(set(bad) == {200}, "both are answered", bad)


def two_devices(w):
    """She goes on at another device where she stopped; what the slower one
    saves later overwrites only its own page."""
    c = w.citizen("hanako")
    c.start("disaster_certificate", KAGA)
    c.b.get(c.draft + "/contact")
    c.answer({"contact.phone": "0761-72-3333"})
    other = Citizen(w.nation, w.nation.persona("hanako"))
    other.login()
    other.start("disaster_certificate", KAGA)
    expect(other.draft == c.draft, "the same draft", (c.draft, other.draft))
    page = other.b.get(other.draft + "/contact")
    expect("0761-72-3333" in dict(page.form(action="/contact$").values()).values(), "resumed")
    c.b.get(c.draft + "/property")
    other.b.get(c.draft + "/contact")
    other.answer({"contact.phone": "0761-72-4444"})
    c.b.get(c.draft + "/property")
    c.answer({"property.same": "yes", "property.use": "business"})
    page = c.b.get(c.draft + "/check")
    expect("0761-72-4444" in page.text and "事業所" in page.text, "both devices' answers",
           page.text[:500])


def correction(w):
    """Returned for one answer: files and other pages stay closed."""
    c, receipt = w.submitted("yoshiyuki")
    o = w.officer(c.persona["city"], "clerk")
    page = o.find(receipt)
    box = next(n for n in page.form(action=r"/act(\?|$)").names if n.endswith("contact.phone"))
    o.act("return", {box: "つながる番号を書いてください"})
    page = c.b.get(c.case)
    page = c.b.submit(page.form(action="/correct$"))
    c.draft = re.match(r"/drafts/[0-9a-f]+", page.path).group(0)
    before = w.nation.sql(f"SELECT count(*) FROM attachment WHERE owner = '{c.draft[8:]}'")[0][0]
    page = c.b.get(c.draft + "/contact")
    token = dict(page.form(action="/contact$").values())["csrf"]
    c.b.upload(c.draft + "/photos/files/damage.photos", [("csrf", token)],
               [("file", *w.photo(b"sneaked in"))], status=None)
    ids = w.nation.sql(f"SELECT id FROM attachment WHERE owner = '{c.draft[8:]}'")
    c.b.post(c.draft + "/photos/files/damage.photos/remove", {"csrf": token, "file": ids[0][0]},
             status=None)
    after = w.nation.sql(f"SELECT count(*) FROM attachment WHERE owner = '{c.draft[8:]}'")[0][0]
    expect(after == before, "files of a closed answer stay as they are", (before, after))
    c.b.post(c.draft + "/property", {"csrf": token, "property.same": "yes",
                                     "property.use": "business"}, status=None)
    c.b.get(c.draft + "/contact")
    c.answer({"contact.phone": "079-563-1111"})
    c.b.get(c.draft + "/check")
    expect("事業所" not in c.b.page.text and "079-563-1111" in c.b.page.text, "only that changed",
           c.b.page.text[:500])
    c.sign()
    c.send()
    expect(c.receipt() == receipt, "the same receipt")


def error_pages(w):
    for lang, words in (("ja", "ページ"), ("en", "page"), ("easy", "ページ")):
        b = Browser(w.nation.origin, lang)
        page = b.get("/nothing/here", status=404)
        expect(words in page.text.lower() and page.links("^/$"), f"a way on, in {lang}",
               page.text[:200])
        page = b.get("/my-data")
        expect(page.path == "/login", "a login first", page.path)
        page = b.exchange("POST", "/login", b"x=y", {**FORM, "Origin": w.nation.origin})
        expect(page.status == 403 and page.text, f"a refusal with words, in {lang}", page.status)
