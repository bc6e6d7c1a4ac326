"""Browsers as people have them: a phone, a wide screen, an authenticator in the hand."""

from urllib.parse import urlsplit

PHONE = {"width": 390, "height": 844}
LARGE = {"width": 1280, "height": 900}
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def _goes(page, request):
    """Keep where a page went last, and how: `went` is method and path."""
    if request.is_navigation_request() and request.frame == page.main_frame:
        page.went = request.method, urlsplit(request.url).path


class Phone:
    """One person's browser. `complaints` is what the console said; `asked` every address it asked for.

    It keeps nothing of the site for later, unless `service_workers` is "allow": that costs a second.
    """

    def __init__(self, browser, address, **settings):
        settings = {"service_workers": "block"} | settings
        self.context = browser.new_context(base_url=address, viewport=PHONE, has_touch=True, **settings)
        self.context.set_default_timeout(15_000)
        self.address = address
        self.complaints, self.requested = [], []
        self.context.on("request", lambda request: self.requested.append(request.url))

    def page(self):
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._said)
        page.on("request", lambda request: _goes(page, request))
        return page

    def _said(self, message):
        # Chromium reports every 4xx of a page that answers a mistake; those are answers, not faults.
        quiet = "status of 4" in message.text or "blocked by Playwright" in message.text
        if message.type in {"error", "warning"} and not quiet:
            self.complaints.append(message.text)

    def close(self):
        self.context.close()
        foreign = [url for url in self.requested if not url.startswith((self.address, "data:"))]
        assert self.complaints == []
        assert foreign == []


class Holder:
    """Somebody with a phone that is an authenticator too: Chromium's virtual one."""

    def __init__(self, phone):
        self.phone, self.page = phone, phone.page()
        self._devtools = phone.context.new_cdp_session(self.page)
        self._devtools.send("WebAuthn.enable")
        self.key = self.new_key()

    def new_key(self, **other):
        """Put another authenticator into the phone."""
        options = {"options": KEY | other}
        return self._devtools.send("WebAuthn.addVirtualAuthenticator", options)["authenticatorId"]

    def lose_key(self):
        self._devtools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.key})

    def knows_finger(self, *, known):
        """Let the authenticator verify its owner, or not."""
        told = {"authenticatorId": self.key, "isUserVerified": known}
        self._devtools.send("WebAuthn.setUserVerified", told)

    def passkeys(self):
        """Return what the authenticator holds."""
        return self._devtools.send("WebAuthn.getCredentials", {"authenticatorId": self.key})["credentials"]

    def holds(self, passkey):
        """Put a passkey into the authenticator, as one that was copied would be."""
        self._devtools.send("WebAuthn.addCredential", {"authenticatorId": self.key, "credential": passkey})
