"""RFC 6238 one-time codes, so that the tests do not ask the program they test."""
import base64
import hashlib
import hmac
import struct
import time

STEP = 30


def code(secret, step):
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7fffffff) % 1_000_000:06d}"


class Codes:
    """Codes of one officer. The server takes each step once and allows one step
    of drift, so three logins fit into half a minute; then this waits."""

    def __init__(self, secret):
        self.secret, self.last = secret, 0

    def next(self):
        now = int(time.time()) // STEP
        step = max(self.last + 1, now - 1)
        if step > now + 1:
            time.sleep((step - 1) * STEP - time.time() + 0.05)
        self.last = step
        return code(self.secret, step)
