"""One radio as text: what the QR of a card holds, and what is read back from it (docs/spec/vault.md)."""

import json
from datetime import date
from typing import Final

import msgspec

from radiokey.code.value import Code
from radiokey.errors import CodeShapeError, VaultError, VaultNewerError
from radiokey.language.speech import gettext
from radiokey.vault.document import Entry

CARD_VERSION: Final = 1
CARD: Final = "radiokey_card"
_ON_CARD: Final = ("serial", "model", "make", "car", "code", "confirm", "kept_on")


def card_text(entry: Entry, *, code: bool) -> str:
    """Return an entry as the line of ASCII that a card's QR holds, with its code or without."""
    fields = {
        **{name: getattr(entry, name) for name in ("serial", "model", "make", "car", "confirm")},
        "code": entry.code.reveal() if code and entry.code else "",
        "kept_on": entry.kept_on.isoformat(),
    }
    said = {CARD: CARD_VERSION, **{name: fields[name] for name in _ON_CARD if fields[name]}}
    return json.dumps(said, separators=(",", ":"))


class _Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A card's text: what is not known is left out."""

    radiokey_card: int
    serial: str
    model: str = ""
    make: str = ""
    car: str = ""
    code: str | None = None
    confirm: str = ""
    kept_on: date = date.min


def read_card(text: str) -> Entry:
    """Return the entry on a card; raise `VaultError` for a text that is none or of a later version."""
    try:
        card = msgspec.json.decode(text, type=_Card)
        code = None if card.code is None else Code(card.code)
    except (ValueError, CodeShapeError):
        raise VaultError(
            gettext("this is no card of Radiokey"),
            hint=gettext("give the whole text that the reader of the QR shows"),
        ) from None
    if card.radiokey_card != CARD_VERSION:
        raise VaultNewerError(
            gettext("this card is of a later version"), hint=gettext("a newer Radiokey reads it")
        )
    return Entry(
        serial=card.serial,
        model=card.model,
        make=card.make,
        car=card.car,
        code=code,
        confirm=card.confirm,
        source="the card",
        kept_on=card.kept_on,
    )
