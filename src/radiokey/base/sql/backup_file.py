"""The file of a backup (docs/spec/backup.md): a header, the database, and a digest over both.

Nothing of a file is used before all of it was read once and its digest held. It appears under its name whole
or not at all, and never in place of another.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, Literal

import msgspec

from radiokey.durable import keep_folder
from radiokey.errors import InputError, StoreError, UsageError
from radiokey.language.speech import gettext

_FIRST: Final = b"radiokey backup\n"
_HEADER_MAX: Final = 1_000
_DIGEST: Final = 32
_CHUNK: Final = 1 << 20


class BackupHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a backup says of itself; `size` counts the entries of its log."""

    v: Literal[1]
    database: Literal["sqlite", "postgresql"]
    schema: int
    origin: str
    size: int
    made_at_ms: int

    def encode(self) -> bytes:
        """Return the line of the header."""
        return msgspec.json.encode(self) + b"\n"


def write(file: Path, header: BackupHeader, payload: Iterable[bytes]) -> tuple[int, str]:
    """Write a backup; return how many bytes it has and its digest in hex.

    Raises `UsageError` where `file` exists, `StoreError` where it cannot be written, and what `payload` does.
    """
    if file.exists():
        raise UsageError(
            gettext("a file of that name is there already"),
            hint=gettext("a backup replaces nothing: choose a new name"),
        )
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    with _named_errors():
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            digest, size = hashlib.sha256(), 0
            for chunk in _all_of(header, payload):
                digest.update(chunk)
                size += len(chunk)
                with _named_errors():
                    opened.write(chunk)
            with _named_errors():
                opened.write(digest.digest())
                opened.flush()
                os.fsync(opened.fileno())
        with _named_errors():
            os.link(part, file)
    finally:
        part.unlink(missing_ok=True)
    with _named_errors():
        keep_folder(file.parent)
    return size + _DIGEST, digest.hexdigest()


def read_header(file: Path) -> BackupHeader:
    """Read the whole file, hold its digest against it, and return its header; raise `InputError`."""
    with _reading(file) as opened:
        header, _ = _header(opened)
        opened.seek(0)
        digest = hashlib.sha256()
        for chunk in _before_the_digest(opened, 0, opened.seek(0, os.SEEK_END)):
            digest.update(chunk)
        if opened.read(_DIGEST) != digest.digest():
            raise _damaged()
    return header


def payload_to(file: Path, target: Path) -> None:
    """Write the database of a backup to `target`, which must not exist, for its owner only.

    The digest is held against it once more. Raises `InputError`, `StoreError`.
    """
    with _reading(file) as opened:
        _, line = _header(opened)
        digest = hashlib.sha256(line)
        with _named_errors():
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as written:
            for chunk in _before_the_digest(opened, len(line), opened.seek(0, os.SEEK_END)):
                digest.update(chunk)
                with _named_errors():
                    written.write(chunk)
            with _named_errors():
                written.flush()
                os.fsync(written.fileno())
        if opened.read(_DIGEST) != digest.digest():
            raise _damaged()


def _all_of(header: BackupHeader, payload: Iterable[bytes]) -> Iterator[bytes]:
    yield _FIRST + header.encode()
    yield from payload


def _header(opened: BinaryIO) -> tuple[BackupHeader, bytes]:
    """Return the header, and the bytes up to its end."""
    if opened.read(len(_FIRST)) != _FIRST:
        raise InputError(
            gettext("this is no backup of a base"),
            hint=gettext("give a file that 'radiokey base backup' wrote"),
        )
    line = opened.readline(_HEADER_MAX)
    try:
        header = msgspec.json.decode(line, type=BackupHeader)
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeError):
        raise _damaged() from None
    if header.encode() != line or min(header.schema, header.size, header.made_at_ms) < 0:
        raise _damaged()
    return header, _FIRST + line


def _before_the_digest(opened: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    """Yield the bytes from `start` to the digest, and leave the file standing before it."""
    left = end - _DIGEST - start
    if left < 0:
        raise _damaged()
    opened.seek(start)
    while left:
        chunk = opened.read(min(left, _CHUNK))
        if not chunk:
            raise _damaged()
        left -= len(chunk)
        yield chunk


@contextmanager
def _reading(file: Path) -> Iterator[BinaryIO]:
    try:
        with file.open("rb") as opened:
            yield opened
    except OSError as error:
        raise InputError(
            gettext("the backup cannot be read: {strerror}", strerror=error.strerror),
            hint=gettext("give a file that 'radiokey base backup' wrote"),
        ) from error


@contextmanager
def _named_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            gettext("the file cannot be written: {strerror}", strerror=error.strerror),
            hint=gettext("see that its folder can be written and has room"),
        ) from error


def _damaged() -> InputError:
    return InputError(
        gettext("the backup is damaged: it was cut off or changed"),
        hint=gettext("nothing was restored; use another backup"),
    )
