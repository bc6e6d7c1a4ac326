"""The document of a vault: entries and photos, read once into types (docs/spec/vault.md).

Version 2 is written: a line of JSON, then the photos as they are, each looked at only when it is wanted.
Version 1, all of it JSON, is read, and written where a vault leaves as text.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated, Any, Final, Literal

import msgspec

from radiokey.code.value import AnyPress, Code, Press, PressUntil
from radiokey.errors import CodeShapeError, VaultChangedError, VaultError, VaultForeignError, VaultNewerError
from radiokey.headunit.panel import Control, Key
from radiokey.language.speech import gettext, later
from radiokey.language.speech import number as as_number
from radiokey.vault.head import BLOCK

VERSION: Final = 2
TEXT_VERSION: Final = 1
"""The version that is text: what an export is written in."""
ENTRIES_MAX: Final = 5_000
TEXT_MAX: Final = 200
NOTE_MAX: Final = 2_000
STEP_MAX: Final = 400
STEPS_MAX: Final = 40
PRESSES_MAX: Final = 40
KEYS_MAX: Final = 80
KEY_MAX: Final = 40
GRID_MAX: Final = 40
PHOTO_BYTES_MAX: Final = 2_000_000
RECIPIENTS_MAX: Final = 50

_VERSION_FIRST: Final = re.compile(rb'\s*\{\s*"radiokey_vault"\s*:\s*([0-9]{1,9})\s*[,}]')
_JPEG: Final = b"\xff\xd8\xff"
_PRINTED: Final = re.compile(r"[^0-9A-Za-z]")


@dataclass(frozen=True, slots=True, repr=False)
class Step:
    """One step that keys a code in: the sentence that says it, and its presses where they are known."""

    says: str
    presses: tuple[AnyPress, ...] = ()

    def __post_init__(self) -> None:
        _check_text("step", self.says, STEP_MAX)
        _check_count(later("presses of a step"), len(self.presses), PRESSES_MAX)
        for press in self.presses:
            _check_text("key", press.key, KEY_MAX)
            _check_text("key", press.until if isinstance(press, PressUntil) else "", KEY_MAX)
            if press.hold_ms < 0 or (isinstance(press, Press) and press.times < 1):
                raise VaultError(
                    gettext("a key is pressed once or more"), hint=gettext("leave the steps out")
                )

    def __repr__(self) -> str:
        return "Step(****)"


@dataclass(frozen=True, slots=True)
class Entry:
    """One radio. Raises `VaultError` for a text that is too long, or holds what is not shown.

    `serial` is canonical where `kind` is a format, else as printed; `model` an id of the catalogue; `code` is
    `None` where it is not known yet; `photo` names a photo of the vault; `receipt` is the receipt's JSON
    object; `steps` key this code in, and `keys` are those of the panel, where they sit: who opens the
    file has them without a network. Texts that are not known are empty.
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
    steps: tuple[Step, ...] = field(default=(), repr=False)
    keys: tuple[Key, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if not self.serial:
            raise VaultError(
                gettext("an entry has the number of its radio"),
                hint=gettext("it stands on the radio's label"),
            )
        for name in _TEXTS:
            _check_text(name, getattr(self, name), NOTE_MAX if name == "note" else TEXT_MAX)
        _check_count(later("steps of an entry"), len(self.steps), STEPS_MAX)
        _check_count(later("keys of a panel"), len(self.keys), KEYS_MAX)
        for key in self.keys:
            _check_text("key", key.id, KEY_MAX)
            _check_text("key", key.label, KEY_MAX)
            if not all(0 <= place <= GRID_MAX for place in key.at):
                raise VaultError(gettext("a key sits on the panel"), hint=gettext("leave the keys out"))

    @property
    def key(self) -> str:
        """What two spellings of one number have in common."""
        return number_key(self.serial)


_TEXTS: Final = ("serial", "kind", "model", "make", "car", "confirm", "found", "source", "note", "photo")


@dataclass(frozen=True, slots=True)
class Vault:
    """All that a vault holds. `recipients` is empty where a passphrase opens it.

    `photos` are JPEGs by their SHA-256, views of the document that was read: a damaged one is found when it
    is looked at.
    """

    entries: tuple[Entry, ...] = ()
    photos: Mapping[str, bytes | memoryview] = field(default_factory=dict, repr=False)
    recipients: tuple[str, ...] = ()

    def photo(self, entry: Entry) -> bytes | None:
        """Return the photo of an entry, a JPEG; `None` where it has none. Raises `VaultChangedError`."""
        if not entry.photo:
            return None
        data = bytes(self.photos[entry.photo])
        if hashlib.sha256(data).hexdigest() != entry.photo:
            raise VaultChangedError(
                gettext("a photo of the vault is damaged"), hint=gettext("its radio's number is not")
            )
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
            gettext("the vault has this number already"),
            hint=gettext("--replace writes the entry anew; 'show' says what it has"),
        )
    if len(others) >= ENTRIES_MAX:
        raise VaultError(
            gettext("a vault holds {most} radios", most=as_number(ENTRIES_MAX)),
            hint=gettext("begin another one"),
        )
    photos = dict(vault.photos)
    if photo is not None:
        name = photo_name(photo)
        photos[name] = photo
        entry = replace(entry, photo=name)
    return _without_loose_photos(replace(vault, entries=(*others, entry), photos=photos))


def without_codes(vault: Vault) -> Vault:
    """Return `vault` without any code."""
    return replace(vault, entries=tuple(replace(entry, code=None, steps=()) for entry in vault.entries))


def only(vault: Vault, entries: Iterable[Entry]) -> Vault:
    """Return a vault with these of its entries."""
    return _without_loose_photos(replace(vault, entries=tuple(entries)))


# --- as bytes ---------------------------------------------------------------------------------------------


class _Press(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A press as it is written: either `times` or `until` is there."""

    key: str
    times: int | None
    until: str | None
    hold_ms: int


class _Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step as it is written."""

    says: str
    presses: tuple[_Press, ...]


class _Key(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key as it is written."""

    id: str
    label: str
    control: Control
    at: tuple[int, int]


class _Common(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an entry of either version has: see `Entry`."""

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


class _TextEntry(_Common, frozen=True, forbid_unknown_fields=True):
    """An entry of version 1: its steps are sentences."""

    steps: tuple[str, ...]


class _Entry(_Common, frozen=True, forbid_unknown_fields=True):
    """An entry of version 2."""

    steps: tuple[_Step, ...]
    keys: tuple[_Key, ...]


class _Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A document of version 1: photos are base64 in JSON."""

    radiokey_vault: Literal[1]
    recipients: tuple[str, ...]
    entries: tuple[_TextEntry, ...]
    photos: dict[str, str]


class _Photo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which photo lies next behind the index, and how long it is."""

    name: str
    length: Annotated[int, msgspec.Meta(ge=0, le=PHOTO_BYTES_MAX)] = msgspec.field(name="bytes")


class _Index(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The index of a document of version 2."""

    radiokey_vault: Literal[2]
    recipients: tuple[str, ...]
    entries: tuple[_Entry, ...]
    photos: tuple[_Photo, ...]


def parse_vault(data: bytes | bytearray) -> Vault:
    """Read a document; its photos are views of `data`.

    Raises `VaultForeignError` for what is no vault, `VaultNewerError` for a later version,
    `VaultChangedError` for a document of this version that is not as the specification says.
    """
    version = _VERSION_FIRST.match(data)
    if version is None:
        raise VaultForeignError(
            gettext("what this file holds is no vault of Radiokey"),
            hint=gettext("it opened, and is something else: 'age -d' writes out what"),
        )
    number = int(version[1])
    if number > VERSION:
        raise VaultNewerError(
            gettext(
                "this vault is of version {version}; versions up to {newest} are known here",
                version=number,
                newest=VERSION,
            ),
            hint=gettext("a newer Radiokey reads it; nothing was changed"),
        )
    try:
        vault = _read_text(data) if number == TEXT_VERSION else _read_indexed(data)
    except (ValueError, CodeShapeError, VaultError):
        raise _malformed() from None
    keys = {entry.key for entry in vault.entries}
    if len(keys) != len(vault.entries) or len(keys) > ENTRIES_MAX or len(vault.recipients) > RECIPIENTS_MAX:
        raise _malformed()
    if not {entry.photo for entry in vault.entries if entry.photo} <= vault.photos.keys():
        raise _malformed()
    return vault


def encode_vault(vault: Vault) -> bytes:
    """Return the document of a vault, padded."""
    index = _Index(
        radiokey_vault=VERSION,
        recipients=vault.recipients,
        entries=tuple(map(_written, vault.entries)),
        photos=tuple(_Photo(name, len(photo)) for name, photo in vault.photos.items()),
    )
    parts = [msgspec.json.encode(index), b"\n", *vault.photos.values()]
    length = sum(map(len, parts)) + 1
    return b"".join((*parts, b" " * (-length % BLOCK), b"\n"))


def encode_text(vault: Vault) -> str:
    """Return a vault as text: its document in version 1."""
    written = _Text(
        radiokey_vault=TEXT_VERSION,
        recipients=vault.recipients,
        entries=tuple(
            _TextEntry(**_common(entry), steps=tuple(step.says for step in entry.steps))
            for entry in vault.entries
        ),
        photos={name: base64.b64encode(photo).decode() for name, photo in vault.photos.items()},
    )
    return msgspec.json.encode(written).decode()


def _read_text(data: bytes | bytearray) -> Vault:
    read = msgspec.json.decode(data, type=_Text)
    photos = {name: _decoded(text) for name, text in read.photos.items()}
    return Vault(tuple(map(_read_entry, read.entries)), photos, read.recipients)


def _decoded(text: str) -> bytes:
    """Return a photo of version 1; nothing for one that is none: all else is still there."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


def _read_indexed(data: bytes | bytearray) -> Vault:
    """Read a document of version 2; raise `ValueError` where it is not as its index says."""
    at = data.index(b"\n") + 1
    view = memoryview(data).toreadonly()
    read = msgspec.json.decode(view[:at], type=_Index)
    photos: dict[str, bytes | memoryview] = {}
    for photo in read.photos:
        photos[photo.name] = view[at : at + photo.length]
        at += photo.length
    padding = bytes(view[at:])
    if len(photos) != len(read.photos) or not 0 < len(padding) <= BLOCK or padding.strip(b" ") != b"\n":
        raise ValueError("what is behind the index is not what it says")
    return Vault(tuple(map(_read_entry, read.entries)), photos, read.recipients)


def encode_entry(entry: Entry) -> str:
    """Return one entry as it stands in a document."""
    return msgspec.json.encode(_written(entry)).decode()


def _read_entry(one: _TextEntry | _Entry) -> Entry:
    fields = {name: getattr(one, name) for name in (*_TEXTS, "kept_on", "receipt")}
    code = None if one.code is None else Code(one.code)
    if isinstance(one, _TextEntry):
        return Entry(**fields, code=code, steps=tuple(map(Step, one.steps)))
    steps = tuple(Step(step.says, tuple(map(_read_press, step.presses))) for step in one.steps)
    keys = tuple(Key(key.id, key.label, key.control, key.at) for key in one.keys)
    return Entry(**fields, code=code, steps=steps, keys=keys)


def _read_press(one: _Press) -> AnyPress:
    match one.times, one.until:
        case int(times), None:
            return Press(one.key, times, one.hold_ms)
        case None, str(until):
            return PressUntil(one.key, until, one.hold_ms)
    raise ValueError("a press is counted, or has an end")


def _common(entry: Entry) -> dict[str, Any]:
    fields = {name: getattr(entry, name) for name in (*_TEXTS, "kept_on")}
    receipt = None if entry.receipt is None else dict(entry.receipt)
    return {**fields, "code": entry.code.reveal() if entry.code else None, "receipt": receipt}


def _written(entry: Entry) -> _Entry:
    steps = tuple(_Step(step.says, tuple(map(_written_press, step.presses))) for step in entry.steps)
    keys = tuple(_Key(key.id, key.label, key.control, key.at) for key in entry.keys)
    return _Entry(**_common(entry), steps=steps, keys=keys)


def _written_press(press: AnyPress) -> _Press:
    match press:
        case Press():
            return _Press(press.key, press.times, None, press.hold_ms)
        case PressUntil():
            return _Press(press.key, None, press.until, press.hold_ms)


def _malformed() -> VaultChangedError:
    return VaultChangedError(
        gettext("the vault opened, and what it holds is not written as a vault is"),
        hint=gettext("another program wrote it: docs/spec/vault.md says how it is written"),
    )


def _check_count(what: str, count: int, most: int) -> None:
    if count > most:
        raise VaultError(
            gettext("there are at most {most} {what}", what=gettext(what), most=most),
            hint=gettext("leave them out"),
        )


def _check_text(name: str, text: str, longest: int) -> None:
    if len(text) > longest:
        raise VaultError(
            gettext(
                "the {name} of an entry has at most {longest} characters",
                name=name,
                longest=as_number(longest),
            ),
            hint=gettext("say it shorter"),
        )
    if not all(line.isprintable() for line in (text.split("\n") if name == "note" else (text,))):
        raise VaultError(
            gettext("the {name} of an entry holds a character that cannot be shown", name=name),
            hint=gettext("type it anew"),
        )


def photo_name(data: bytes) -> str:
    """Return the name of a photo, its SHA-256; raise `VaultError` where it is none that a vault takes."""
    if not data.startswith(_JPEG) or len(data) > PHOTO_BYTES_MAX:
        raise VaultError(
            gettext("a photo in a vault is a JPEG of at most 2 MB"), hint=gettext("make it smaller")
        )
    return hashlib.sha256(data).hexdigest()


def _without_loose_photos(vault: Vault) -> Vault:
    used = {entry.photo for entry in vault.entries}
    return replace(vault, photos={name: photo for name, photo in vault.photos.items() if name in used})
