"""A request for one code, and the code that may leave with its receipt."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from radiokey.base.limits import LimitedClient, Remaining
from radiokey.base.log.leaf import People
from radiokey.base.log.receipt import Receipt
from radiokey.base.log.releases import RequestSubject
from radiokey.base.ports.grants import GRANT_PREFIX, SYNC_PREFIX
from radiokey.code.family import Family
from radiokey.code.value import Code
from radiokey.errors import UsageError
from radiokey.language.speech import Language, current, gettext, later
from radiokey.serial.number import Identity, Reading
from radiokey.serial.vin import Vin

if TYPE_CHECKING:
    from radiokey.catalogue.index import Card
    from radiokey.catalogue.model import Model

NAME_LENGTH_MAX: Final = 200
DESK_PREFIX: Final = "desk-"
"""How the ids of the desk's releases begin: the database takes them only with an approval."""

UNIT_PREFIXES: Final = (GRANT_PREFIX, SYNC_PREFIX)
"""How the ids begin of what the base signs for units (`radiokey.base.grants`): no code has one."""

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CAUTION: Final = later("Compare the number once more with the label before you key the code in.")


class Source(StrEnum):
    """What a code is known from; the word that the log keeps."""

    DERIVATION = "derivation"
    LEDGER = "ledger"
    DEALER = "dealer"


_CHECKED: Final = {
    Source.LEDGER: later("what was said of number, car and model agrees with the ledger of this base"),
    Source.DEALER: later("a dealer's answer, as it was given to you"),
}


@dataclass(frozen=True, slots=True)
class ReleaseRequest:
    """One person's request for one code.

    `request_id` is made by the caller: the same id is the same request, however often it comes.
    `client` names who asks, for the limit (never a person's name), `network` where from, `account` whose
    token it was; the last two are empty where there is none. `serial` is the number as it was read, with the
    label around it. `model` is the catalogue's, whole or as its card, which is quicker to read. `make` is the
    car's, where it was said: it only ever narrows what is released. `owns` is the statement of ownership.
    `answer` is the code that a dealer gave the owner, to be kept with a receipt. `people` are those who acted
    on it at a desk. `language` is what a refusal is said in, by default that of the one who is served.
    """

    request_id: str
    client: str
    serial: Reading
    model: "Model | Card | None"
    vin: Vin | None
    owns: bool = False
    make: str = ""
    network: str = ""
    account: str = ""
    answer: Code | None = None
    people: People | None = None
    language: Language = field(default_factory=current, compare=False)

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.request_id):
            raise UsageError(
                gettext("a request id has 1 to 64 letters, digits, dashes and underscores"),
                hint=gettext("open the form again"),
            )
        if self.request_id.startswith(UNIT_PREFIXES):
            raise UsageError(
                gettext("no code is released under such a request id"), hint=gettext("open the form again")
            )
        of_desk = self.request_id.startswith(DESK_PREFIX)
        if of_desk is not (self.people is not None) or (self.people and self.people.approver != self.account):
            raise UsageError(
                gettext("only the desk's request ids begin like this"), hint=gettext("open the form again")
            )
        named = (self.client, self.client + self.network, self.client + self.account)
        if not self.client or max(map(len, named)) > NAME_LENGTH_MAX:
            raise UsageError(
                gettext("the name of a client has 1 to 200 characters"), hint=gettext("open the form again")
            )

    @property
    def asker(self) -> LimitedClient:
        """Whose limits it meets."""
        serial = self.serial.serial
        own = f"{serial.kind}:{serial.key}" if serial.identity is Identity.UNIT else ""
        return LimitedClient(self.client, self.account, self.network, own)

    def fingerprint(self) -> bytes:
        """Return what tells this request from another one of the same id."""
        serial = self.serial.serial
        model, vin = self.model.id if self.model else "", self.vin.text if self.vin else ""
        dealer = "" if self.answer is None else Source.DEALER.value
        return RequestSubject(self.client, serial.kind, serial.text, model, vin, dealer).fingerprint()


@dataclass(frozen=True, slots=True)
class Released:
    """A code that may leave, what it is known from, and the receipt of its log entry.

    `family` is the public derivation, where it was that; `model` is the id of the radio it is for, as it was
    named or as the ledger knows its unit, else empty; `make` is that of the car, as it was said. `left` is
    what is left of the asker's own limit.
    """

    code: Code
    source: Source
    family: Family | None
    receipt: Receipt
    repeated: bool
    model: str = ""
    make: str = ""
    left: Remaining | None = None

    @property
    def checked(self) -> str:
        """What the code was compared with."""
        return self.family.checked_for(self.receipt.serial) if self.family else gettext(_CHECKED[self.source])

    @property
    def caution(self) -> str:
        """What to know before keying it in."""
        return self.family.caution_for("" if self.model else self.make) if self.family else gettext(_CAUTION)
