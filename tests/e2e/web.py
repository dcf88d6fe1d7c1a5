"""A small browser for tests: cookie jar, redirects, forms read from the page.

It holds every page to the rules of the house while it reads it: well-formed
HTML, one h1, a label for every field, no inline script or style, a strict
content security policy, cookies that no script can read, at most 50 kB. A page
that breaks one is a failed test, whatever the test was about.

Cookies are kept by host without the port, as browsers keep them: two servers of
one machine must not disturb each other.
"""
import http.client
import re
import time
import urllib.parse
import uuid
from html.parser import HTMLParser

PAGE_MAX = 50_000
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source",
        "track", "wbr"}


class Failed(Exception):
    """What was expected and what was found, for people."""


def expect(condition, message, found=None):
    if not condition:
        raise Failed(message if found is None else f"{message}; found: {found}")


class Node:
    def __init__(self, tag, attrs=None, parent=None):
        self.tag, self.attrs, self.parent, self.children = tag, attrs or {}, parent, []

    def get(self, name, default=None):
        return self.attrs.get(name, default)

    def walk(self):
        yield self
        for c in self.children:
            if isinstance(c, Node):
                yield from c.walk()

    def all(self, tag=None, **attrs):
        """Descendants by tag and attributes; `class_` looks for one class; a
        pattern (re.compile) is searched."""
        for n in self.walk():
            if tag and n.tag != tag:
                continue
            if all(n._matches(k.rstrip("_").replace("_", "-"), v) for k, v in attrs.items()):
                yield n

    def _matches(self, name, wanted):
        have = self.attrs.get(name)
        if wanted is None:
            return have is None
        if have is None:
            return False
        if wanted is True:
            return True
        if hasattr(wanted, "search"):
            return bool(wanted.search(have))
        return wanted in have.split() if name == "class" else have == wanted

    def one(self, tag=None, **attrs):
        return next(self.all(tag, **attrs), None)

    @property
    def text(self):
        parts = []

        def collect(n):
            for c in n.children:
                if isinstance(c, str):
                    parts.append(c)
                elif c.tag not in ("script", "style", "rt", "rp"):
                    collect(c)
        collect(self)
        return re.sub(r"\s+", " ", "".join(parts)).strip()


class Tree(HTMLParser):
    """Builds the tree; `faults` lists what is not well-formed."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root = self.at = Node("#root")
        self.faults = []

    def handle_starttag(self, tag, attrs):
        names = [k for k, _ in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f"<{tag}> has an attribute twice")
        n = Node(tag, {k: v if v is not None else "" for k, v in attrs}, self.at)
        self.at.children.append(n)
        if tag not in VOID:
            self.at = n

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.at = self.at.parent

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if self.at.tag != tag:
            self.faults.append(f"</{tag}> closes <{self.at.tag}> at line {self.getpos()[0]}")
            up = self.at
            while up and up.tag != tag:
                up = up.parent
            if not up:
                return
            self.at = up
        self.at = self.at.parent or self.root

    def handle_data(self, data):
        self.at.children.append(data)


class Form:
    """The controls that belong to a form, wherever they stand."""

    def __init__(self, page, node):
        self.page, self.node = page, node
        self.method = node.get("method", "get").lower()
        self.action = node.get("action", page.path)
        self.multipart = node.get("enctype") == "multipart/form-data"
        ident = node.get("id")
        owned = [n for n in page.root.walk() if n.get("form") == ident and ident]
        inside = [n for n in node.walk() if n.get("form") in (None, ident)]
        self.controls = [n for n in inside + owned
                         if n.tag in ("input", "textarea", "select", "button")]

    @property
    def names(self):
        return {n.get("name") for n in self.controls if n.get("name")}

    def values(self):
        """What a browser would send without any typing, buttons left out."""
        out = []
        for n in self.controls:
            name, kind = n.get("name"), n.get("type", "text")
            if not name or n.get("disabled") is not None or n.tag == "button" or kind == "file":
                continue
            if n.tag == "textarea":
                out.append((name, "".join(c for c in n.children if isinstance(c, str))))
            elif n.tag == "select":
                options = list(n.all("option"))
                chosen = [o for o in options if o.get("selected") is not None] or options[:1]
                out += [(name, o.get("value", o.text)) for o in chosen]
            elif kind in ("radio", "checkbox"):
                if n.get("checked") is not None:
                    out.append((name, n.get("value", "on")))
            elif kind not in ("submit", "button", "image"):
                out.append((name, n.get("value", "")))
        return out

    def options(self, name):
        return [n.get("value") for n in self.controls if n.get("name") == name
                and n.get("type") in ("radio", "checkbox")] or \
               [o.get("value") for n in self.controls if n.get("name") == name and
                n.tag == "select" for o in n.all("option")]


class Page:
    def __init__(self, browser, url, status, headers, body):
        self.browser, self.url, self.status = browser, url, status
        self.headers, self.body = headers, body
        self.path = urllib.parse.urlsplit(url).path
        self._tree = None

    @property
    def is_html(self):
        return self.headers.get("content-type", "").startswith("text/html")

    @property
    def tree(self):
        if not self._tree:
            self._tree = Tree()
            self._tree.feed(self.body.decode("utf-8"))
            self._tree.close()
        return self._tree

    @property
    def root(self):
        return self.tree.root

    @property
    def main(self):
        return self.root.one("main") or self.root

    @property
    def text(self):
        return self.main.text

    @property
    def h1(self):
        n = self.root.one("h1")
        return n.text if n else ""

    def forms(self):
        # A dialogue's own form is never sent.
        return [Form(self, n) for n in self.root.all("form") if n.get("method") != "dialog"]

    def form(self, action=None, field=None, required=True):
        """The form whose action matches, or which has that field."""
        for f in self.forms():
            if action is not None and not re.search(action, f.action):
                continue
            if field is not None and field not in f.names:
                continue
            return f
        expect(not required, f"a form {action or ''} {field or ''} on {self.path}",
               f"{self.status} «{self.h1}» with forms "
               f"{[(f.action, sorted(f.names)) for f in self.forms()]}: {self.text[:300]}")
        return None

    def links(self, pattern=""):
        return [n.get("href") for n in self.root.all("a", href=re.compile(pattern))]

    def link(self, pattern):
        found = self.links(pattern)
        expect(found, f"a link {pattern} on {self.path}", f"«{self.h1}»: {self.text[:300]}")
        return found[0]

    def rows(self):
        """dt → dd of every description list."""
        out = {}
        for dl in self.root.all("dl"):
            key = None
            for n in dl.walk():
                if n.tag == "dt":
                    key = n.text
                elif n.tag == "dd" and key is not None and key not in out:
                    out[key] = n.text
        return out

    def errors(self):
        n = self.root.one(class_="summary-errors")
        return n.text if n else ""


def page_faults(page):
    """What is wrong with a page as such."""
    root, faults = page.root, list(page.tree.faults)
    ids = [n.get("id") for n in root.walk() if n.get("id")]
    labels = {n.get("for") for n in root.all("label")}
    faults += [f"id {i} twice" for i in {i for i in ids if ids.count(i) > 1}]
    if len(list(root.all("h1"))) != 1:
        faults.append(f"{len(list(root.all('h1')))} h1")
    html = root.one("html")
    if html is None or not html.get("lang"):
        faults.append("no language")
    if not (root.one("title") and root.one("title").text):
        faults.append("no title")
    if root.one("main") is None:
        faults.append("no main")
    if len(page.body) > PAGE_MAX:
        faults.append(f"{len(page.body)} bytes of HTML (at most {PAGE_MAX})")
    for n in root.walk():
        if n.get("style") is not None or n.tag == "style":
            faults.append(f"inline style in <{n.tag}>")
        if n.tag == "script" and not n.get("src"):
            faults.append("inline script")
        if any(k.startswith("on") for k in n.attrs):
            faults.append(f"event handler in <{n.tag}>")
        if n.tag == "img" and n.get("alt") is None:
            faults.append("img without alt")
        if n.tag == "a" and n.get("href", "").startswith("#") and n.get("href") != "#" \
                and n.get("href")[1:] not in ids:
            faults.append(f"link to {n.get('href')}, which is not there")
        if n.tag in ("input", "select", "textarea") and n.get("type") not in ("hidden", "submit"):
            inside, up = False, n.parent
            while up:
                inside, up = inside or up.tag == "label", up.parent
            if not (inside or n.get("id") in labels or n.get("aria-label")):
                faults.append(f"no label for {n.get('name') or n.get('id')}")
    if re.search(r"\{\{[#^/>~_*{]?\s*[\w.]", re.sub(r"\{\{csrf\}\}", "", page.text)):
        faults.append("template braces in the text")
    policy = page.headers.get("content-security-policy", "")
    if "default-src 'none'" not in policy or "unsafe" in policy:
        faults.append(f"content security policy: {policy or 'none'}")
    if page.headers.get("x-content-type-options") != "nosniff":
        faults.append("no nosniff")
    return faults


class Browser:
    def __init__(self, origin, lang="ja", check=True):
        self.origin, self.check = origin, check
        self.jar = {}          # host -> name -> value
        self.page = None
        self.seen = []         # (status, path) of every answer
        self.pages = 0
        self.slowest = (0.0, "")
        self._conns = {}
        if lang != "ja":
            self.cookies()["__Host-lang"] = lang  # as the language link sets it here

    # ---- one exchange ----

    def cookies(self, url=None):
        return self.jar.setdefault(urllib.parse.urlsplit(url or self.origin).hostname, {})

    def cookie(self, name):
        """By its plain name, with or without the __Host- prefix."""
        c = self.cookies()
        return c.get("__Host-" + name) or c.get(name)

    def _remember(self, url, headers):
        for line in headers.get_all("Set-Cookie") or []:
            first, *attrs = [p.strip() for p in line.split(";")]
            name, value = first.split("=", 1)
            low = [a.lower() for a in attrs]
            if self.check:
                expect("httponly" in low and "path=/" in low and
                       ("samesite=lax" in low or "samesite=strict" in low),
                       f"cookie {name} is HttpOnly, SameSite, Path=/", line)
            gone = any(a == "max-age=0" for a in low)
            if gone:
                self.cookies(url).pop(name, None)
            else:
                self.cookies(url)[name] = value

    def _conn(self, parts):
        key = (parts.scheme, parts.netloc)
        if key not in self._conns:
            self._conns[key] = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        return key, self._conns[key]

    def exchange(self, method, url, body=None, headers=None):
        """One request, one answer, no redirects; the raw way in."""
        url = urllib.parse.urljoin(self.origin, url)
        parts = urllib.parse.urlsplit(url)
        target = parts.path + ("?" + parts.query if parts.query else "")
        send = {"Accept": "text/html,*/*;q=0.8"}
        if self.cookies(url):
            send["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies(url).items())
        send.update(headers or {})
        start = time.monotonic()
        for attempt in (0, 1):
            key, conn = self._conn(parts)
            fresh = conn.sock is None
            try:
                conn.request(method, target, body, send)
                r = conn.getresponse()
                data = r.read()
                break
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                conn.close()
                del self._conns[key]
                if fresh or attempt or method != "GET":
                    raise
        took = (time.monotonic() - start) * 1000
        if took > self.slowest[0]:
            self.slowest = (took, f"{method} {parts.path}")
        if r.will_close:
            conn.close()
        self._remember(url, r.headers)
        self.seen.append((r.status, parts.path))
        low = {k.lower(): v for k, v in r.headers.items()}
        return Page(self, url, r.status, low, data)

    def close(self):
        for c in self._conns.values():
            c.close()
        self._conns = {}

    # ---- as a person ----

    def _land(self, page, status):
        hops = 0
        while page.status in (301, 302, 303, 307, 308) and status != page.status:
            hops += 1
            expect(hops < 10, "at most ten redirects", page.url)
            page = self.exchange("GET", urllib.parse.urljoin(page.url, page.headers["location"]))
        wanted = status if isinstance(status, (tuple, list)) else (status,)
        if status is not None:
            expect(page.status in wanted, f"status {status} for {page.path}",
                   f"{page.status} «{page.h1 if page.is_html else page.body[:200]}»: "
                   f"{page.text[:400] if page.is_html else ''}")
        if self.check and page.is_html:
            self.pages += 1
            faults = page_faults(page)
            expect(not faults, f"{page.path} is a sound page", "; ".join(faults[:5]))
        self.page = page
        return page

    def get(self, path, status=200, headers=None):
        return self._land(self.exchange("GET", path, headers=headers), status)

    def post(self, path, fields=(), status=200, headers=None):
        """fields: pairs or a dict, sent as a form."""
        pairs = list(fields.items()) if isinstance(fields, dict) else list(fields)
        head = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.origin_of(path)}
        head.update(headers or {})
        body = urllib.parse.urlencode(pairs).encode()
        return self._land(self.exchange("POST", path, body, head), status)

    def origin_of(self, path):
        parts = urllib.parse.urlsplit(urllib.parse.urljoin(self.origin, path))
        return f"{parts.scheme}://{parts.netloc}"

    def upload(self, path, fields, files, status=200):
        """files: (field, filename, content type, bytes)."""
        mark = "----musubi" + uuid.uuid4().hex
        out = []
        for k, v in fields:
            out.append(f'--{mark}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode())
        for field, name, kind, data in files:
            head = (f'--{mark}\r\nContent-Disposition: form-data; name="{field}"; '
                    f'filename="{name}"\r\nContent-Type: {kind}\r\n\r\n').encode()
            out.append(head + data + b"\r\n")
        out.append(f"--{mark}--\r\n".encode())
        head = {"Content-Type": f"multipart/form-data; boundary={mark}",
                "Origin": self.origin_of(path)}
        return self._land(self.exchange("POST", path, b"".join(out), head), status)

    def submit(self, form, values=None, button=None, files=None, status=200, action=None):
        """Sends a form as a browser does: its own values, changed by `values`
        (name -> text, list of texts, or None to leave it out). action: the
        formaction of the button."""
        values = dict(values or {})
        unknown = set(values) - form.names
        expect(not unknown, f"fields {sorted(unknown)} in the form {form.action}",
               sorted(form.names))
        pairs = [(k, v) for k, v in form.values() if k not in values]
        for k, v in values.items():
            for x in v if isinstance(v, (list, tuple)) else [v]:
                if x is not None:
                    pairs.append((k, str(x)))
        if button:
            pairs.append(button)
        url = urllib.parse.urljoin(form.page.url, action or form.action)
        if form.multipart or files:
            return self.upload(url, pairs, files or [], status)
        if form.method == "get":
            return self.get(url + "?" + urllib.parse.urlencode(pairs), status)
        return self.post(url, pairs, status)

    def click(self, pattern, status=200):
        return self.get(urllib.parse.urljoin(self.page.url, self.page.link(pattern)), status)
