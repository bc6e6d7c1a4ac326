"""The outbox: mails that are to be sent, to addresses that only the sender of mails opens.

A mail that was handed over is written down after it was; a crash in between sends it twice and never not at
all. An address that was refused for good gets no other mail (docs/spec/request.md).
"""

from radiokey.base.contact import Address, ContactKey
from radiokey.base.desk_ports import Mail
from radiokey.base.ports import Store
from radiokey.clock import Clock


class Outbox:
    """The mails of a desk. `store` is that of whoever sends them."""

    __slots__ = ("_clock", "_contacts", "_store")

    def __init__(self, store: Store, contacts: ContactKey, clock: Clock) -> None:
        self._store = store
        self._contacts = contacts
        self._clock = clock

    def waiting(self, limit: int, after: int = 0) -> list[Mail]:
        """Return up to `limit` mails to send beyond the one of id `after`, oldest first."""
        with self._store.snapshot() as seen:
            return seen.mails_to_send(limit, after)

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

    def refuses(self, request_id: str) -> bool:
        """Tell whether the address of a request was refused for good."""
        with self._store.snapshot() as seen:
            return seen.mail_refused(request_id)
