#!/usr/bin/env python3
"""jose.py PEER: JWS and containers with programs that others wrote. Signed here and verified
by jwcrypto; signed by jwcrypto and read here; containers through zipinfo, unzip and
Python's zipfile, and packed by it. PEER is tests/interop/jose_peer.c. Lines
begin with "ok " or "FAIL "."""
import base64
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))


def again():
    """In the environment of the pinned peers."""
    from pypi import programs
    python = programs() / "python"
    if Path(sys.executable).resolve() != python.resolve() or sys.prefix != str(python.parent.parent):
        sys.exit(subprocess.call([str(python), "-B", *sys.argv]))


if __name__ == "__main__" and "build/python" not in sys.prefix:
    again()

from cryptography.hazmat.primitives import serialization  # noqa: E402
from jwcrypto import jwk, jws  # noqa: E402

failed = 0
HELLO = "hello 世界".encode()


def say(good, what, detail=""):
    global failed
    failed += not good
    print("ok  " if good else "FAIL", what, "" if good else str(detail)[-1500:], flush=True)


def run(*args):
    r = subprocess.run([str(a) for a in args], capture_output=True, timeout=120)
    return r.returncode, (r.stdout + r.stderr).decode(errors="replace")


def judge(peer, folder, path):
    code, said = run(peer, "judge", folder, path)
    return [line.split(" ", 1)[1] for line in said.splitlines()] if code == 0 else [said]


def public(folder, alg):
    key = serialization.load_der_public_key((folder / f"{alg}.pub").read_bytes())
    return jwk.JWK.from_pyca(key)


def private(folder, alg):
    key = serialization.load_der_private_key((folder / f"{alg}.p8").read_bytes(), None)
    return jwk.JWK.from_pyca(key)


def verified(text, key, alg):
    """jwcrypto knows nothing of JAdES: only what is not critical may be in our headers."""
    token = jws.JWS()
    token.allowed_algs = [alg]
    try:
        token.deserialize(text, key)
        return token.payload == HELLO, token.payload
    except Exception as e:  # noqa: BLE001
        return False, e


def ours(folder, alg):
    for kind in ("jws", "json"):
        text = (folder / f"{alg}.{kind}").read_text()
        say(*[verified(text, public(folder, alg), alg)[0], f"jwcrypto verifies our {alg} {kind}"],
            verified(text, public(folder, alg), alg)[1])
    parts = (folder / f"{alg}.jws").read_text().split(".")
    parts[1] = base64.urlsafe_b64encode(b"other").decode().rstrip("=")
    say(not verified(".".join(parts), public(folder, alg), alg)[0], f"jwcrypto refuses a changed {alg}")


def theirs(peer, folder, alg, names):
    x5c = [base64.b64encode((folder / f"{alg}.crt").read_bytes()).decode()]
    for name in names:
        for kind in ("compact", "flattened", "general", "unencoded"):
            header = {"alg": name, "x5c": x5c}
            if kind == "unencoded":
                header |= {"b64": False, "crit": ["b64"]}
            token = jws.JWS("hello")
            token.allowed_algs = [name]
            for _ in range(2 if kind == "general" else 1):
                token.add_signature(private(folder, alg), alg=None, protected=json.dumps(header))
            path = folder / f"theirs-{name}-{kind}"
            path.write_text(token.serialize(kind == "compact"))
            want = ["JAdES B holds intact sound 0"] * (2 if kind == "general" else 1)
            said = judge(peer, folder, path)
            say(said == want, f"{name} {kind} of jwcrypto holds here", said)
            path.write_text(path.read_text().replace("hello", "hullo").replace("aGVsbG8", "aHVsbG8"))
            say(all("broken" in s for s in judge(peer, folder, path)), f"{name} {kind} changed is broken")


def containers(peer, folder):
    for path in sorted(folder.glob("*.asic?")):
        say(run("unzip", "-qt", path)[0] == 0, f"unzip accepts {path.name}")
        code, said = run("zipinfo", "-1", path)
        say(code == 0 and said.split("\n")[0] == "mimetype", f"zipinfo: mimetype first in {path.name}", said)
        form = "XAdES" if "xades" in path.name else "CAdES"
        want = [f"{form} LTA holds intact sound 0"]
        say(judge(peer, folder, path) == want, f"{path.name} holds here", judge(peer, folder, path))
        again_path = folder / ("packed-" + path.name)
        with zipfile.ZipFile(path) as src, zipfile.ZipFile(again_path, "w") as z:
            for i in src.infolist():
                z.writestr(i.filename, src.read(i), 0 if i.filename == "mimetype" else zipfile.ZIP_DEFLATED)
        say(judge(peer, folder, again_path) == want, f"{path.name} packed by Python holds here")
        with zipfile.ZipFile(again_path, "a") as z:
            z.writestr("added.txt", "not signed")
        said = judge(peer, folder, again_path)
        say(said and (said[0].endswith(" 1") or "malformed" in said[0]), f"{path.name}: an added file is named", said)


def main(peer):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        code, said = run(peer, "make", folder)
        say(code == 0, "samples are made", said)
        for alg in ("RS256", "ES256", "ES384", "EdDSA"):
            ours(folder, alg)
        theirs(peer, folder, "RS256", ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"))
        theirs(peer, folder, "ES256", ("ES256",))
        theirs(peer, folder, "ES384", ("ES384",))
        theirs(peer, folder, "EdDSA", ("EdDSA",))
        containers(peer, folder)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
