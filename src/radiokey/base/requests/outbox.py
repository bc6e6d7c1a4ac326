"""The outbox: mails that are to be sent, to addresses that only the sender of mails opens.

A sender takes some mails first, for `HELD_MS`; no other sender takes these meanwhile. A delivery is recorded
after it was made; a crash in between sends the mail once more when that time is over. No mail is lost.
How often each was tried, and when it is again, lies in the database and survives a restart. After `TRIES_MAX`
tries a mail is given up. An address that was refused for good gets no other mail (docs/spec/request.md).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

from radiokey.base.ports.requests import Mail
from radiokey.base.ports.store import Store
from radiokey.base.requests.contact import Address, ContactKey
from radiokey.clock import HOUR_MS, MINUTE_MS, Clock

TRIES_MAX: Final = 100
"""After so many tries of its own, which take four days, a mail is given up."""

HELD_MS: Final = 15 * MINUTE_MS
"""How long a sender holds the mails it took."""

WAIT_MS_MAX: Final = HOUR_MS


class ContactStatus(StrEnum):
    """Whether the mails about a request reach its owner."""

    REACHES = "reaches"
    GIVEN_UP = "given-up"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class HeldMails:
    """Mails that a sender holds, and until when."""

    mails: tuple[Mail, ...]
    until_ms: int


@dataclass(frozen=True, slots=True)
class MailBacklog:
    """How many mails wait, how long the oldest does (ms), and how many were ever given up."""

    count: int
    oldest_ms: int
    given_up: int


class Outbox:
    """The mails of a desk. `store` is the sender's."""

    __slots__ = ("_clock", "_contacts", "_store")

    def __init__(self, store: Store, contacts: ContactKey, clock: Clock) -> None:
        self._store = store
        self._contacts = contacts
        self._clock = clock

    def take(self, limit: int) -> HeldMails:
        """Take up to `limit` mails that may be tried now, and count the try; none while the server rests."""
        now_ms = self._clock.now_ms()
        until_ms = now_ms + HELD_MS
        with self._store.transaction() as transaction:
            _, next_ms = transaction.mail_server()
            found = transaction.mails_to_send(limit, now_ms) if next_ms <= now_ms else []
            for mail in found:
                transaction.hold_mail(mail.id, mail.tries, mail.tries + 1, until_ms)
        return HeldMails(
            tuple(msgspec.structs.replace(mail, tries=mail.tries + 1) for mail in found), until_ms
        )

    def address_of(self, mail: Mail) -> Address:
        """Return where a mail goes; raise `SealError` where that does not open."""
        return self._contacts.open(mail.sealed, mail.request)

    def sent(self, mail: Mail) -> None:
        """Write down that a mail was handed over."""
        with self._store.transaction() as transaction:
            transaction.add_mail_sent(mail.id, self._clock.now_ms())

    def refused(self, mail: Mail, reply: int) -> None:
        """Write down that its address was refused for good, by a reply of 500 to 599."""
        with self._store.transaction() as transaction:
            transaction.add_mail_refused(mail.id, self._clock.now_ms(), reply)

    def wait(self, mail: Mail) -> bool:
        """Have a mail that was not taken wait, or give it up; tell whether it waits."""
        now_ms = self._clock.now_ms()
        with self._store.transaction() as transaction:
            if mail.tries >= TRIES_MAX:
                transaction.add_mail_given_up(mail.id, now_ms, mail.tries)
                return False
            transaction.hold_mail(mail.id, mail.tries, mail.tries, now_ms + retry_delay_ms(mail.tries))
        return True

    def put_back(self, mails: tuple[Mail, ...]) -> None:
        """Put mails back that were taken and not tried."""
        if not mails:
            return
        with self._store.transaction() as transaction:
            for mail in mails:
                transaction.hold_mail(mail.id, mail.tries, mail.tries - 1, 0)

    def server_failed(self) -> None:
        """Write down that the server failed: it rests, a minute first and an hour at most."""
        with self._store.transaction() as transaction:
            failures = transaction.mail_server()[0] + 1
            transaction.set_mail_server(failures, self._clock.now_ms() + retry_delay_ms(failures))

    def server_works(self) -> None:
        """Write down that the server works, where it did not."""
        with self._store.snapshot() as seen:
            failures, _ = seen.mail_server()
        if failures:
            with self._store.transaction() as transaction:
                transaction.set_mail_server(0, 0)

    def reach(self, request_id: str) -> ContactStatus:
        """Tell whether the mails about a request reach its owner."""
        with self._store.snapshot() as seen:
            if seen.mail_refused(request_id):
                return ContactStatus.REFUSED
            return ContactStatus.GIVEN_UP if seen.mail_given_up(request_id) else ContactStatus.REACHES

    def waiting(self) -> MailBacklog:
        """Count the mails that wait and those that were given up."""
        with self._store.snapshot() as seen:
            count, since_ms = seen.mails_waiting()
            given_up = seen.mails_given_up()
        return MailBacklog(count, max(0, self._clock.now_ms() - since_ms) if count else 0, given_up)


def retry_delay_ms(failures: int) -> int:
    """Return how long to wait after that many failures in a row: a minute, doubled, an hour at most.

    >>> [retry_delay_ms(failures) // 60_000 for failures in (1, 2, 3, 7, 99)]
    [1, 2, 4, 60, 60]
    """
    return min(MINUTE_MS << min(failures - 1, 6), WAIT_MS_MAX)
