"""The virtual phone, as a person uses it."""
import re

from web import Browser, expect


class Phone:
    def __init__(self, nation, persona):
        self.nation, self.persona = nation, persona
        self.b = Browser(nation.phone_origin)

    def link_of(self, page):
        """What the QR code of a waiting page says."""
        return page.link(re.escape(self.nation.phone_origin) + "/t/")

    def approve(self, page, secret, status=200):
        raise NotImplementedError
