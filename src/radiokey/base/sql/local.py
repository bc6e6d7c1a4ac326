"""One's own base on one's own machine: a database file, and beside it the key that signs its log.

It is honest about itself: its owner can delete it, so its log is a diary and its receipts are self-signed.
The key lies outside the database, so that a copied database cannot sign.
"""

import os
import secrets
from pathlib import Path
from typing import Self

from radiokey.base.blacklist import stand
from radiokey.base.log.append import check_whole
from radiokey.base.log.note import Checkpoint, NoteSigner
from radiokey.base.ports import Mark, MarkAct, Randomness
from radiokey.base.release import Door
from radiokey.base.sql.sqlite import SqliteStore
from radiokey.clock import Clock
from radiokey.errors import StoreError
from radiokey.serial.number import Reading
from radiokey.serial.vin import Vin

_KEY_SIZE = 32


class SystemRandomness:
    """The operating system's unpredictable bytes."""

    def bytes(self, count: int) -> bytes:
        """Return `count` of them."""
        return secrets.token_bytes(count)


class LocalBase:
    """An open base: `door`, the stolen list, the log."""

    def __init__(self, store: SqliteStore, clock: Clock, randomness: Randomness, signer: NoteSigner) -> None:
        self._store = store
        self._clock = clock
        self.signer = signer
        self.door = Door(store, clock, randomness, signer)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self._store.close()

    def report_stolen(self, reading: Reading, *, vin: Vin | None, reason: str, by: str) -> None:
        """Put a radio on the stolen list."""
        self._mark(MarkAct.REPORTED, reading, vin, reason, by)

    def clear_stolen(self, reading: Reading, *, vin: Vin | None, reason: str, by: str) -> None:
        """Clear the reports of the same car and label; the history stays."""
        self._mark(MarkAct.CLEARED, reading, vin, reason, by)

    def _mark(self, act: MarkAct, reading: Reading, vin: Vin | None, reason: str, by: str) -> None:
        mark = Mark(
            act=act,
            kind=reading.serial.kind,
            number=reading.serial.key,
            vin=vin.text if vin else "",
            label=reading.label if reading.labelled else "",
            reason=reason,
            by=by,
            at_ms=self._clock.now_ms(),
        )
        with self._store.transaction() as transaction:
            transaction.add_mark(mark)

    def stolen(self) -> list[Mark]:
        """Return the reports that stand, oldest first."""
        with self._store.transaction() as transaction:
            history = transaction.all_marks()
        numbers = dict.fromkeys((mark.kind, mark.number) for mark in history)
        return [
            report
            for number in numbers
            for report in stand([mark for mark in history if (mark.kind, mark.number) == number])
        ]

    def check_log(self) -> Checkpoint:
        """Recompute the whole log and return its checkpoint; raise `LogError` where anything differs."""
        with self._store.transaction() as transaction:
            return check_whole(transaction, self.signer)


def open_base(database: Path, clock: Clock, randomness: Randomness | None = None) -> LocalBase:
    """Open or create the base at `database`; its signing key is `<database>.key`, for its owner only."""
    randomness = randomness or SystemRandomness()
    try:
        database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreError(
            f"the folder of the base cannot be made: {error.strerror}", hint="choose another"
        ) from error
    key = secret_file(database.with_name(f"{database.name}.key"), _KEY_SIZE, randomness)
    name = f"radiokey.local/{key_name(key)}"
    return LocalBase(SqliteStore(database), clock, randomness, NoteSigner(name, key))


def key_name(private: bytes) -> str:
    """Return eight hex digits that tell one local log from another."""
    return NoteSigner("radiokey.local", private).verifier.public[:4].hex()


def secret_file(path: Path, size: int, randomness: Randomness) -> bytes:
    """Return the `size` secret bytes in `path`, made on first use; raise `StoreError` if it is not so.

    The file appears whole or not at all, also when two processes make it at once; only its owner reads it.
    """
    try:
        if not path.exists():
            fresh = path.with_name(f"{path.name}.{randomness.bytes(8).hex()}")
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(randomness.bytes(size))
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(fresh, path)
            except FileExistsError:
                pass  # another process was first: its key is the key
            finally:
                fresh.unlink()
        secret = path.read_bytes()
    except OSError as error:
        raise StoreError(
            f"the secret beside the base cannot be used: {error.strerror}", hint=str(path.parent)
        ) from error
    if len(secret) != size:
        raise StoreError("the secret beside the base is damaged", hint=f"restore {path.name} from a backup")
    return secret
