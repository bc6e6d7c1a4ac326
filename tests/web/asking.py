"""An owner who asks a desk: a hosted base with one radio, and the page of a request as its owner has it."""

import re

from desks import AsSent
from hosted import BP, BP_MODEL, CAR
from led import shown_after
from papermaking import picture

from radiokey.base.requests.request import CHECK_LIST

PHOTO = picture()
ASKED = {"text": BP, "vin": CAR, "make": "nissan", "model": BP_MODEL, "email": "owner@example.org"}


class Asking:
    """The owner's browser, without JavaScript, and the desk behind the site."""

    def __init__(self, api, page_of, *, quick: bool = True) -> None:
        self.api, self.page_of = api, page_of
        self.site = api.app.state.site
        self.desk = self.site.desk
        if quick:  # reading papers has tests of its own
            self.desk._papers._cleaner = AsSent()
        self.client = api.client
        self.link = ""

    def get(self, path: str, **other):
        return self.client.get(path, **other)

    def post(self, path: str, data=None, **other):
        """Post a form; where it does not hold, return the page that says why."""
        headers = other.get("headers")
        answer = self.client.post(path, data=data or {}, follow_redirects=False, **other)
        return shown_after(answer, lambda to: self.client.get(to, headers=headers))

    def follow(self, path: str, data=None):
        """Post a form, and open the page that it leads to."""
        return self.client.post(path, data=data or {})

    def form(self, **told) -> dict[str, str]:
        """Return the form of a new request as it stands on its page, filled in."""
        page = self.page_of(self.get("/requests/new").text)
        return page.form("/requests").fields | ASKED | told

    def open(self, **told) -> str:
        """Open a request; return its id. `link` is then where its page is."""
        answer = self.post("/requests", self.form(**told))
        assert answer.status_code == 303, answer.text
        self.link = answer.headers["location"]
        return self.id

    @property
    def id(self) -> str:
        return self.site.request_of(self.link.rpartition("/")[2])

    @property
    def page(self):
        return self.page_of(self.get(self.link).text)

    @property
    def words(self) -> str:
        return self.page.words

    def seen(self) -> str:
        return str(self.desk.view(self.id).act)

    def send(self, *files, seen: str | None = None, **other):
        """Send papers, each a pair of its field and its bytes."""
        parts = [(name, (f"{name}.jpg", data, "image/jpeg")) for name, data in files]
        return self.post(f"{self.link}/papers", {"seen": seen or self.seen()}, files=parts, **other)

    def released(self) -> str:
        """Bring a request to its code by its people."""
        one = self.open()
        assert self.send(("registration", PHOTO)).status_code == 303
        self.desk.check(one, 3, "cle", CHECK_LIST)
        self.desk.approve(one, 4, "app")
        return one

    def link_of(self, request_id: str) -> str:
        return self.site.link_to(request_id)


def codes_shown(text: str) -> list[str]:
    return [
        found.replace(" ", "") for found in re.findall(r'<div class="code[^>]*aria-label="([^"]+)"', text)
    ]
