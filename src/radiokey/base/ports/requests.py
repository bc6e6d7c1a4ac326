"""What the desk needs from its database: requests, their acts, messages, the outbox (docs/spec/request.md).

Rows are only ever added, except for an owner's address and papers, which are deleted when they are not needed
any more.
"""

from collections.abc import Collection
from typing import Final, Protocol

import msgspec


class StoredRequest(msgspec.Struct, frozen=True):
    """What a request is about: the radio, the car, who asked. It never changes.

    `kind`, `number` (the number's key) and `serial` (as it is printed) name the radio, `label` is the text
    around the number; `model`, `make` and `vin` are empty where nobody said. `organisation` is whose desk it
    is.
    """

    id: str
    organisation: str
    requester: str
    kind: str
    number: str
    serial: str
    label: str
    model: str
    make: str
    vin: str
    language: str
    at_ms: int


class RequestAct(msgspec.Struct, frozen=True):
    """One act on a request: `number` counts from 1, `state` and `due_ms` are those after it.

    `detail` is a JSON object with what `by` and `at_ms` do not say.
    """

    request: str
    number: int
    act: str
    by: str
    at_ms: int
    state: str
    due_ms: int
    detail: str


Due = tuple[int, str]
"""A place in the queue: until when somebody has time, ms since 1970, and the request."""

FIRST: Final[Due] = (-(1 << 62), "")
"""Before every place."""


class RequestLine(msgspec.Struct, frozen=True):
    """A line of the queue: a request and its last act."""

    id: str
    organisation: str
    kind: str
    serial: str
    model: str
    opened_ms: int
    number: int
    state: str
    at_ms: int
    due_ms: int


class StoredMessage(msgspec.Struct, frozen=True):
    """A message between owner and desk; `side` is `owner` or `desk`."""

    request: str
    side: str
    by: str
    at_ms: int
    text: str


class Mail(msgspec.Struct, frozen=True):
    """A mail to send: which template about which act, to the sealed address of its request.

    `tries` is how often it was tried, the try that is under way included.
    """

    id: int
    request: str
    number: int
    template: str
    language: str
    sealed: bytes
    tries: int


class StoredPaper(msgspec.Struct, frozen=True):
    """A paper of a request, its stored form sealed with the key named `key` (docs/spec/papers.md).

    `kind` is what its sender says it is, `media` the type of the stored form; the sums are SHA-256 in hex, of
    the file as it was received and of the stored form.
    """

    id: str
    request: str
    kind: str
    at_ms: int
    media: str
    received_sha256: str
    stored_sha256: str
    key: str
    sealed: bytes

    def __repr__(self) -> str:
        return f"StoredPaper({self.id!r}, {self.kind!r})"


class DeskTransaction(Protocol):
    """The desk's part of a transaction."""

    def add_request(self, request: StoredRequest) -> None:
        """Record what a request is about."""
        ...

    def request(self, request_id: str) -> StoredRequest | None:
        """Return what a request is about."""
        ...

    def add_request_act(self, act: RequestAct) -> None:
        """Record an act; the database refuses one that does not have the next number or breaks a rule."""
        ...

    def request_acts(self, request_id: str) -> list[RequestAct]:
        """Return the acts on a request, oldest first."""
        ...

    def queue(self, state: str, after: Due, limit: int, organisation: str | None = None) -> list[RequestLine]:
        """Return up to `limit` requests that are in that open state, those first whose time is over first.

        They come after `after`; with an organisation only its own, `""` for those that owners opened.
        """
        ...

    def queue_length(self, state: str, most: int, organisation: str | None = None) -> int:
        """Return how many `queue` would list in all; `most` where there are as many, or more."""
        ...

    def to_remind(self, state: str, reminders: int, until_ms: int, after: Due, limit: int) -> list[Due]:
        """Return up to `limit` requests in that state whose owner got so many reminders in this turn.

        Only those whose time is over by `until_ms`, in the order of `queue`, after `after`.
        """
        ...

    def requests_about(self, kinds: Collection[str], numbers: Collection[str]) -> list[RequestLine]:
        """Return the requests for the radios with one of these numbers and kinds, the newest first."""
        ...

    def median_answer(self, since_ms: int, most: int) -> int | None:
        """Return the median time, ms, that the `most` newest answers since then took; `None`: none came.

        Of an even number the longer of the two in the middle counts.
        """
        ...

    def refusals(self, since_ms: int, most: int) -> dict[str, int]:
        """Return how many of these answers were a no, by the detail of the act that said it."""
        ...

    def registrars_of(self, kind: str, number: str) -> frozenset[str]:
        """Return who keeps ledger and tokens, or had that radio on the stolen list."""
        ...

    def add_message(self, message: StoredMessage) -> None:
        """Record a message."""
        ...

    def messages(self, request_id: str) -> list[StoredMessage]:
        """Return the messages of a request, oldest first."""
        ...

    def add_mail(self, request_id: str, number: int, template: str, language: str, at_ms: int) -> None:
        """Put a mail about an act into the outbox; it waits where its request has an address."""
        ...

    def mails_to_send(self, limit: int, until_ms: int) -> list[Mail]:
        """Return up to `limit` of the mails that wait and may be tried by then, the first tried first."""
        ...

    def hold_mail(self, mail_id: int, was: int, tries: int, next_ms: int) -> None:
        """Say how often a mail was tried and when it is again, if it was tried `was` times so far."""
        ...

    def mails_waiting(self) -> tuple[int, int]:
        """Return how many mails wait, and since when the oldest does, ms since 1970; 0 where none waits."""
        ...

    def add_mail_given_up(self, mail_id: int, at_ms: int, tries: int) -> None:
        """Record that a mail is given up after so many tries."""
        ...

    def mails_given_up(self) -> int:
        """Return how many mails were given up, ever."""
        ...

    def mail_given_up(self, request_id: str) -> bool:
        """Tell whether a mail about that request was given up."""
        ...

    def mail_server(self) -> tuple[int, int]:
        """Return how often in a row the mail server failed, and when at the earliest it is asked again."""
        ...

    def set_mail_server(self, failures: int, next_ms: int) -> None:
        """Record what `mail_server` returns."""
        ...

    def add_mail_sent(self, mail_id: int, at_ms: int) -> None:
        """Record that a mail was handed over."""
        ...

    def add_mail_refused(self, mail_id: int, at_ms: int, reply: int) -> None:
        """Record that a mail is refused for good, with the reply of SMTP (500 to 599)."""
        ...

    def mail_refused(self, request_id: str) -> bool:
        """Tell whether a mail about that request was refused for good."""
        ...

    def add_paper(self, paper: StoredPaper) -> None:
        """Keep a paper."""
        ...

    def paper(self, request_id: str, paper_id: str) -> StoredPaper | None:
        """Return a paper of that request that was not deleted."""
        ...

    def papers_kept(self, request_id: str) -> dict[str, str]:
        """Return the papers of a request that were not deleted: the media type of each by its id."""
        ...

    def papers_due(self, kind: str, since_ms: int | None, until_ms: int) -> list[str]:
        """Return the papers of that kind that are kept of requests which ended in that time, by their ids.

        Without `since_ms` the papers are gone through, with it the requests that ended since.
        """
        ...

    def drop_paper(self, paper_id: str) -> str | None:
        """Delete a paper and return its request; `None` where it is gone."""
        ...

    def papers_sealed_with(self) -> dict[str, int]:
        """Return how many papers each key seals."""
        ...

    def add_contact(self, request_id: str, sealed: bytes) -> None:
        """Keep the sealed address of the requester."""
        ...

    def contacts_due(self, since_ms: int | None, before_ms: int) -> list[str]:
        """Return the requests that ended in that time, `before_ms` not included, and have an address.

        Without `since_ms` the addresses are gone through, with it the requests that ended since.
        """
        ...

    def drop_contact(self, request_id: str) -> None:
        """Delete the address of a request."""
        ...
