"""The document of a vault: entries and photos, read once into types (docs/spec/vault.md)."""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, Literal

import msgspec

from radiokey.code.value import Code
from radiokey.errors import CodeShapeError, VaultChangedError, VaultError, VaultForeignError, VaultNewerError
from radiokey.vault.head import BLOCK

VERSION: Final = 1
ENTRIES_MAX: Final = 5_000
TEXT_MAX: Final = 200
NOTE_MAX: Final = 2_000
STEP_MAX: Final = 400
STEPS_MAX: Final = 40
PHOTO_BYTES_MAX: Final = 2_000_000
RECIPIENTS_MAX: Final = 50

_VERSION_FIRST: Final = re.compile(rb'\s*\{\s*"radiokey_vault"\s*:\s*([0-9]{1,9})\s*[,}]')
_JPEG: Final = b"\xff\xd8\xff"
_PRINTED: Final = re.compile(r"[^0-9A-Za-z]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One radio. Raises `VaultError` for a text that is too long, or holds what is not shown.

    `serial` is canonical where `kind` is a format, else as printed; `model` an id of the catalogue; `code` is
    `None` where it is not known yet; `photo` names a photo of the vault; `receipt` is the receipt's JSON
    object; `steps` are the sentences that key this code in. Texts that are not known are empty.
    """

    serial: str
    kind: str = ""
    model: str = ""
    make: str = ""
    car: str = ""
    code: Code | None = None
    confirm: str = ""
    found: str = ""
    source: str = ""
    kept_on: date = date.min
    note: str = ""
    photo: str = ""
    receipt: Mapping[str, Any] | None = field(default=None, repr=False)
    steps: tuple[str, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if not self.serial:
            raise VaultError("an entry has the number of its radio", hint="it stands on the radio's label")
        for name in _TEXTS:
            _check_text(name, getattr(self, name), NOTE_MAX if name == "note" else TEXT_MAX)
        for step in self.steps:
            _check_text("step", step, STEP_MAX)
        if len(self.steps) > STEPS_MAX:
            raise VaultError(f"an entry has at most {STEPS_MAX} steps", hint="leave them out")

    @property
    def key(self) -> str:
        """What two spellings of one number have in common."""
        return number_key(self.serial)


_TEXTS: Final = ("serial", "kind", "model", "make", "car", "confirm", "found", "source", "note", "photo")


@dataclass(frozen=True, slots=True)
class Vault:
    """All that a vault holds. `recipients` is empty where a passphrase opens it.

    `photos` are base64 in JSON's quotes, by the SHA-256 of the picture: they are decoded when one is wanted.
    """

    entries: tuple[Entry, ...] = ()
    photos: Mapping[str, msgspec.Raw] = field(default_factory=dict, repr=False)
    recipients: tuple[str, ...] = ()

    def photo(self, entry: Entry) -> bytes | None:
        """Return the photo of an entry, a JPEG; `None` where it has none. Raises `VaultChangedError`."""
        if not entry.photo:
            return None
        try:
            data = base64.b64decode(msgspec.json.decode(self.photos[entry.photo], type=str), validate=True)
        except (KeyError, ValueError):
            data = b""
        if hashlib.sha256(data).hexdigest() != entry.photo:
            raise VaultChangedError("a photo of the vault is damaged", hint="its radio's number is not")
        return data


def number_key(text: str) -> str:
    """Return the letters and digits of a number: compare this, show the text.

    >>> number_key("bp5387 6 1234567")
    'BP538761234567'
    """
    return _PRINTED.sub("", text).upper() or text


def find_entries(vault: Vault, number: str) -> tuple[Entry, ...]:
    """Return the entries of that number; where there is none, those whose number ends with it."""
    key = number_key(number)
    exact = tuple(entry for entry in vault.entries if entry.key == key)
    return exact or tuple(entry for entry in vault.entries if key and entry.key.endswith(key))


def with_entry(vault: Vault, entry: Entry, photo: bytes | None = None, *, again: bool = False) -> Vault:
    """Return `vault` with an entry more, and its photo; `again` replaces the one of the same number.

    Raises `VaultError` where that number is there and `again` is not said, and where it is full.
    """
    others = tuple(one for one in vault.entries if one.key != entry.key)
    if len(others) < len(vault.entries) and not again:
        raise VaultError(
            "the vault has this number already",
            hint="--replace writes the entry anew; 'show' says what it has",
        )
    if len(others) >= ENTRIES_MAX:
        raise VaultError(f"a vault holds {ENTRIES_MAX:,} radios", hint="begin another one")
    photos = dict(vault.photos)
    if photo is not None:
        name, photos_more = _as_photo(photo)
        photos |= photos_more
        entry = replace(entry, photo=name)
    return _without_loose_photos(replace(vault, entries=(*others, entry), photos=photos))


def without_codes(vault: Vault) -> Vault:
    """Return `vault` without any code."""
    return replace(vault, entries=tuple(replace(entry, code=None, steps=()) for entry in vault.entries))


def only(vault: Vault, entries: Iterable[Entry]) -> Vault:
    """Return a vault with these of its entries."""
    return _without_loose_photos(replace(vault, entries=tuple(entries)))


# --- as bytes ---------------------------------------------------------------------------------------------


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry as it is written: see `Entry`."""

    serial: str
    kind: str
    model: str
    make: str
    car: str
    code: str | None
    confirm: str
    found: str
    source: str
    kept_on: date
    note: str
    photo: str
    receipt: dict[str, Any] | None
    steps: tuple[str, ...]


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The document as it is written: see `Vault`."""

    radiokey_vault: Literal[1]
    recipients: tuple[str, ...]
    entries: tuple[_Entry, ...]
    photos: dict[str, msgspec.Raw]


def parse_vault(data: bytes | bytearray) -> Vault:
    """Read a document.

    Raises `VaultForeignError` for what is no vault, `VaultNewerError` for a later version,
    `VaultChangedError` for a document of this version that is not as the specification says.
    """
    version = _VERSION_FIRST.match(data)
    if version is None:
        raise VaultForeignError(
            "what this file holds is no vault of Radiokey",
            hint="it opened, and is something else: 'age -d' writes out what",
        )
    if int(version[1]) > VERSION:
        raise VaultNewerError(
            f"this vault is of version {int(version[1])}; versions up to {VERSION} are known here",
            hint="a newer Radiokey reads it; nothing was changed",
        )
    try:
        read = msgspec.json.decode(data, type=_Document)
        entries = tuple(_read_entry(one) for one in read.entries)
    except (ValueError, CodeShapeError, VaultError):
        raise _malformed() from None
    keys = {entry.key for entry in entries}
    if len(keys) != len(entries) or len(entries) > ENTRIES_MAX or len(read.recipients) > RECIPIENTS_MAX:
        raise _malformed()
    if not {entry.photo for entry in entries if entry.photo} <= read.photos.keys():
        raise _malformed()
    return Vault(entries, read.photos, read.recipients)


def encode_vault(vault: Vault) -> bytes:
    """Return the document of a vault, padded."""
    written = _Document(
        radiokey_vault=VERSION,
        recipients=vault.recipients,
        entries=tuple(_written(entry) for entry in vault.entries),
        photos=dict(vault.photos),
    )
    document = bytearray()
    msgspec.json.Encoder().encode_into(written, document)
    document.extend(b" " * (-(len(document) + 1) % BLOCK))
    document.extend(b"\n")
    return bytes(document)


def encode_entry(entry: Entry) -> str:
    """Return one entry as it stands in a document."""
    return msgspec.json.encode(_written(entry)).decode()


def _read_entry(one: _Entry) -> Entry:
    fields = {name: getattr(one, name) for name in (*_TEXTS, "kept_on", "receipt", "steps")}
    return Entry(**fields, code=None if one.code is None else Code(one.code))


def _written(entry: Entry) -> _Entry:
    fields = {name: getattr(entry, name) for name in (*_TEXTS, "kept_on", "steps")}
    receipt = None if entry.receipt is None else dict(entry.receipt)
    return _Entry(**fields, code=entry.code.reveal() if entry.code else None, receipt=receipt)


def _malformed() -> VaultChangedError:
    return VaultChangedError(
        "the vault opened, and what it holds is not written as a vault is",
        hint="another program wrote it: docs/spec/vault.md says how it is written",
    )


def _check_text(name: str, text: str, longest: int) -> None:
    if len(text) > longest:
        raise VaultError(f"the {name} of an entry has at most {longest:,} characters", hint="say it shorter")
    if not all(line.isprintable() for line in (text.split("\n") if name == "note" else (text,))):
        raise VaultError(
            f"the {name} of an entry holds a character that cannot be shown", hint="type it anew"
        )


def _as_photo(data: bytes) -> tuple[str, dict[str, msgspec.Raw]]:
    if not data.startswith(_JPEG) or len(data) > PHOTO_BYTES_MAX:
        raise VaultError("a photo in a vault is a JPEG of at most 2 MB", hint="make it smaller")
    name = hashlib.sha256(data).hexdigest()
    return name, {name: msgspec.Raw(b'"' + base64.b64encode(data) + b'"')}


def _without_loose_photos(vault: Vault) -> Vault:
    used = {entry.photo for entry in vault.entries}
    return replace(vault, photos={name: photo for name, photo in vault.photos.items() if name in used})


# --- one radio as text --------------------------------------------------------------------------------------

CARD: Final = "radiokey_card"
_ON_CARD: Final = ("serial", "model", "make", "car", "code", "confirm", "kept_on")


def card_text(entry: Entry, *, code: bool) -> str:
    """Return an entry as the line of ASCII that a card's QR holds, with its code or without."""
    fields = {
        **{name: getattr(entry, name) for name in ("serial", "model", "make", "car", "confirm")},
        "code": entry.code.reveal() if code and entry.code else "",
        "kept_on": entry.kept_on.isoformat(),
    }
    said = {CARD: VERSION, **{name: fields[name] for name in _ON_CARD if fields[name]}}
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
            "this is no card of Radiokey", hint="give the whole text that the reader of the QR shows"
        ) from None
    if card.radiokey_card != VERSION:
        raise VaultNewerError("this card is of a later version", hint="a newer Radiokey reads it")
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
