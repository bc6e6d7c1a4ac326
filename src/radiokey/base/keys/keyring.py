"""The key ring: the file of the keys that seal codes, outside the database (docs/spec/ledger.md).

Who seals holds the ring's lock, shared, until what it sealed is committed; who changes the ring holds it
alone. So no code is ever committed under a key that was taken out in between. The file is replaced as a
whole, and read strictly: what this module would not write, it refuses.
"""

import base64
import binascii
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final, Self

import msgspec

from radiokey.base.keys.seal import KEY_SIZE, SealKey
from radiokey.base.ports.store import Randomness, StoredUnit
from radiokey.code.value import Code
from radiokey.durable import replace_file
from radiokey.errors import SealError, UsageError
from radiokey.language.speech import gettext, later

RING_SIZE_MAX: Final = 1_000_000
_VERSION: Final = 1
_ABSENT: Final = later("put the key ring back that belongs to this database")
_DAMAGED: Final = later("restore it from its backup; a new ring opens none of the codes sealed so far")


class _StoredKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    made_at_ms: int
    key: str

    def __repr__(self) -> str:
        return f"_StoredKey('{self.id}')"


class _StoredRing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    v: int
    current: str
    keys: tuple[_StoredKey, ...]


class KeyStatus(StrEnum):
    """What a key is for: an old one opens, the current one seals too, a waiting one is the next."""

    OLD = later("old")
    CURRENT = later("current")
    WAITING = later("waiting")


@dataclass(frozen=True, slots=True)
class KeyCard:
    """What may be listed of a key."""

    id: str
    made_at_ms: int
    standing: KeyStatus


@dataclass(frozen=True, slots=True)
class _Keys:
    """The keys of a ring, oldest first, each with when it was made; `at` is the place of the current one."""

    pairs: tuple[tuple[SealKey, int], ...]
    at: int

    @property
    def current(self) -> SealKey:
        return self.pairs[self.at][0]

    def of(self, key_id: str) -> SealKey | None:
        return next((key for key, _ in self.pairs if key.id == key_id), None)

    def encode(self) -> bytes:
        """Return the file's bytes."""
        stored = tuple(
            _StoredKey(key.id, made_at_ms, base64.b64encode(key.reveal()).decode())
            for key, made_at_ms in self.pairs
        )
        return msgspec.json.encode(_StoredRing(_VERSION, self.current.id, stored)) + b"\n"

    @classmethod
    def decode(cls, data: bytes, name: str) -> Self:
        """Read the file's bytes; raise `SealError` for anything that `encode` would not write."""
        try:
            stored = msgspec.json.decode(data, type=_StoredRing)
            secrets = [base64.b64decode(key.key, validate=True) for key in stored.keys]
            ids = [key.id for key in stored.keys]
            if all(len(secret) == KEY_SIZE for secret in secrets) and len(set(ids)) == len(ids):
                pairs = tuple(
                    (SealKey(secret), key.made_at_ms)
                    for secret, key in zip(secrets, stored.keys, strict=True)
                )
                keys = cls(pairs, ids.index(stored.current))
                if keys.encode() == data:
                    return keys
        except (msgspec.MsgspecError, binascii.Error, ValueError):
            pass  # whatever it was, the sentence below is all that may be said of a file of keys
        raise SealError(
            gettext("the key ring {name} is damaged or of another version", name=name), hint=gettext(_DAMAGED)
        )


class KeyRing:
    """An open key ring. Safe to use from several threads, and beside other processes of this machine."""

    __slots__ = ("_keys", "_path", "_stamp")

    def __init__(self, path: Path) -> None:
        """Read the ring at `path`; raise `SealError` if there is none or it is not as it should be."""
        self._path = path
        self._stamp, self._keys = self._read()

    @classmethod
    def make(cls, path: Path, randomness: Randomness, now_ms: int) -> Self:
        """Make a ring of one key; raise `UsageError` if there is one already."""
        with _locked(path, alone=True):
            if path.exists():
                raise UsageError(
                    gettext("there is a key ring already"),
                    hint=gettext("'radiokey base keys add' adds a key"),
                )
            _write(path, _Keys(((_fresh(randomness), now_ms),), 0).encode())
        return cls(path)

    def cards(self) -> tuple[KeyCard, ...]:
        """Return what may be listed of each key, oldest first."""
        keys = self._refreshed()
        standings = (KeyStatus.OLD, KeyStatus.CURRENT, KeyStatus.WAITING)
        return tuple(
            KeyCard(key.id, made_at_ms, standings[(place >= keys.at) + (place > keys.at)])
            for place, (key, made_at_ms) in enumerate(keys.pairs)
        )

    def code_of(self, unit: StoredUnit) -> Code:
        """Return the code of `unit`; raise `SealError` where it does not open or its key is not here."""
        key = self._key_of(unit.key)
        if key is None:
            raise SealError(
                gettext("the key that seals the code of this unit is not in the key ring"),
                hint=gettext(_ABSENT),
                key=unit.key,
            )
        return key.open(unit)

    def opening(self, key_id: str) -> SealKey:
        """Return the key of that id, whatever it sealed; raise `SealError` where it is not here."""
        key = self._key_of(key_id)
        if key is None:
            raise SealError(
                gettext("the key that seals this is not in the key ring"), hint=gettext(_ABSENT), key=key_id
            )
        return key

    def _key_of(self, key_id: str) -> SealKey | None:
        return self._keys.of(key_id) or self._refreshed().of(key_id)

    @contextmanager
    def sealing(self) -> Iterator[SealKey]:
        """Lend the current key until what it sealed is committed: commit inside."""
        with _locked(self._path, alone=False):
            yield self._refreshed().current

    def add(self, randomness: Randomness, now_ms: int) -> str:
        """Add a key that waits for the next rotation; return its id."""
        with self._changing() as keys:
            key = _fresh(randomness)
            self._replace(replace(keys, pairs=(*keys.pairs, (key, now_ms))))
            return key.id

    def advance(self, randomness: Randomness, now_ms: int) -> None:
        """Make the next key current: the first that waits, or a fresh one."""
        with self._changing() as keys:
            waits = keys.at < len(keys.pairs) - 1
            pairs = keys.pairs if waits else (*keys.pairs, (_fresh(randomness), now_ms))
            self._replace(_Keys(pairs, keys.at + 1))

    def retire(self, in_use: Callable[[], Collection[str]]) -> tuple[str, ...]:
        """Take out the old keys that seal nothing; return their ids.

        `in_use` says which keys seal codes or papers; nobody seals while it is asked.
        """
        with self._changing() as keys:
            used = set(in_use())
            kept = tuple(
                pair for place, pair in enumerate(keys.pairs) if place >= keys.at or pair[0].id in used
            )
            gone = tuple(key.id for key, _ in keys.pairs if all(key is not other for other, _ in kept))
            if gone:
                self._replace(_Keys(kept, keys.at - len(gone)))
            return gone

    @contextmanager
    def _changing(self) -> Iterator[_Keys]:
        with _locked(self._path, alone=True):
            yield self._refreshed()

    def _replace(self, keys: _Keys) -> None:
        data = keys.encode()
        _Keys.decode(data, self._path.name)  # chance that repeats itself must not cost the ring
        _write(self._path, data)
        self._refreshed()

    def _refreshed(self) -> _Keys:
        """Return the keys of the file as it is now."""
        try:
            stamp = _stamp(self._path.stat())
        except OSError as error:
            raise _unusable(error) from error
        if stamp != self._stamp:
            self._stamp, self._keys = self._read()
        return self._keys

    def _read(self) -> tuple[tuple[int, ...], _Keys]:
        try:
            with self._path.open("rb") as file:
                status = os.fstat(file.fileno())
                data = file.read(RING_SIZE_MAX + 1)
        except FileNotFoundError as error:
            raise SealError(
                gettext("there is no key ring {name}", name=self._path.name),
                hint=gettext(
                    "put back the one of this database; a new base gets one by 'radiokey base keys add'"
                ),
            ) from error
        except OSError as error:
            raise _unusable(error) from error
        if os.name == "posix" and status.st_mode & 0o077:
            raise SealError(
                gettext("others than its owner may use the key ring"), hint=f"chmod 600 {self._path.name}"
            )
        return _stamp(status), _Keys.decode(data, self._path.name)

    def __repr__(self) -> str:
        return f"KeyRing('{self._path.name}')"


def _fresh(randomness: Randomness) -> SealKey:
    return SealKey(randomness.bytes(KEY_SIZE))


def _stamp(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size


def _write(path: Path, data: bytes) -> None:
    """Replace the file as a whole, durably; at any crash it is the old one or the new one."""
    try:
        replace_file(path, data)
    except OSError as error:
        raise _unusable(error) from error


@contextmanager
def _locked(path: Path, *, alone: bool) -> Iterator[None]:
    """Hold the ring's lock; it ends with the process, whatever ends that."""
    import fcntl  # noqa: PLC0415 - POSIX has it; elsewhere a ledger is not kept, and codes are still given

    try:
        descriptor = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _unusable(error) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def _unusable(error: OSError) -> SealError:
    return SealError(
        gettext("the key ring cannot be used: {strerror}", strerror=error.strerror),
        hint=gettext("see that its folder can be written"),
    )
