"""People of the staff in front of a browser: cookies, forms as their pages give them, a passkey."""

import html
import re

from authenticator import Authenticator
from hosted import Client
from led import shown_after

ORIGIN, SITE = "https://codes.example.org", "codes.example.org"
COOKIE = "__Host-radiokey"


class Visitor:
    """Somebody in front of a browser of their own."""

    def __init__(self, api, origin=ORIGIN):
        self.api, self.origin = api, origin
        url = (
            origin if origin.startswith("https") else "http://testserver.local"
        )  # the client knows no localhost
        self.client = Client(api.app, base_url=url, raise_server_exceptions=False)
        self.key = Authenticator(origin, origin.split("://")[1].split(":")[0])

    def get(self, path):
        return self.client.get(path, follow_redirects=False)

    def post(self, path, headers=None, **fields):
        """Post a form; where it does not hold or has a secret to show, return the page that does."""
        return shown_after(
            self.client.post(path, data=fields, headers=headers, follow_redirects=False), self.get
        )

    def asked(self, path, which=0):
        """Return what a page asks the browser for."""
        found = re.findall(r'data-passkey="([^"]+)"', self.get(path).text)
        return html.unescape(found[which])

    def csrf(self, path="/me"):
        return re.search(r'name="csrf" value="(\w+)"', self.get(path).text)[1]

    def enrol(self, link):
        path = f"/enrol/{link}"
        return self.post(path, passkey=self.key.make(self.asked(path)), label="phone")

    def sign_in(self, to=""):
        asked = self.asked("/sign-in")
        return self.post("/sign-in", passkey=self.key.answer(asked), to=to)

    def signs(self, path, **other):
        """Send the form of a page that a passkey answers."""
        fields = {"csrf": self.csrf(path), "passkey": self.key.answer(self.asked(path))}
        return self.post(path, **fields | other)

    def hands_in(self, path, page, files, **fields):
        """Send files with the form of a page."""
        fields["csrf"] = self.csrf(page)
        return shown_after(self.client.post(path, data=fields, files=files, follow_redirects=False), self.get)

    @property
    def cookie(self):
        return self.client.cookies.get(COOKIE)
