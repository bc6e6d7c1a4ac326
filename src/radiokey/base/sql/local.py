"""One's own base on one's own machine: a database file, and beside it the key that signs its log.

It is honest about itself: its owner can delete it, so its log is a diary and its receipts are self-signed.
The key lies outside the database, so that a copied database cannot sign.
"""

import os
import time
from pathlib import Path
from typing import Self

from radiokey.base.blacklist import Blacklist
from radiokey.base.log.append import Log
from radiokey.base.log.note import Checkpoint, NoteSigner
from radiokey.base.ports import Randomness
from radiokey.base.release import Door
from radiokey.base.sql.sqlite import SqliteStore
from radiokey.clock import Clock
from radiokey.errors import StoreError

_KEY_SIZE = 32


class SystemClock:
    """The machine's clock. It stands here, in the wiring, and nowhere deeper."""

    def now_ms(self) -> int:
        """Return milliseconds since 1970-01-01 00:00 UTC."""
        return time.time_ns() // 1_000_000


class SystemRandomness:
    """The operating system's unpredictable bytes."""

    def bytes(self, count: int) -> bytes:
        """Return `count` of them."""
        return os.urandom(count)


class LocalBase:
    """An open base: the `door`, the stolen list `blacklist`, the `log`. Close it, or use it in a `with`."""

    def __init__(self, store: SqliteStore, clock: Clock, randomness: Randomness, signer: NoteSigner) -> None:
        self._store = store
        self.door = Door(store, clock, randomness, signer)
        self.blacklist = Blacklist(store, clock)
        self.log = Log(store, signer)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self._store.close()

    def verify(self) -> Checkpoint:
        """Recompute the whole log and return its checkpoint; raise `LogError` where anything differs."""
        return self.log.verify()


def open_base(database: Path, clock: Clock | None = None, randomness: Randomness | None = None) -> LocalBase:
    """Open or create the base at `database`; its signing key is `<database>.key`, for its owner only."""
    clock = clock or SystemClock()
    randomness = randomness or SystemRandomness()
    if database.is_dir():
        raise StoreError("the base is to be a file; this is a folder", hint="name a file in it")
    try:
        database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreError(
            f"the folder of the base cannot be made: {error.strerror}", hint="choose another"
        ) from error
    store = SqliteStore(database)  # first: beside a file that is no base no key is made
    try:
        key = secret_file(database.with_name(f"{database.name}.key"), _KEY_SIZE, randomness)
    except StoreError:
        store.close()
        raise
    name = f"radiokey.local/{key_name(key)}"
    return LocalBase(store, clock, randomness, NoteSigner(name, key))


def default_database() -> Path:
    """Return where this user's own base is, the same for the command line and the site."""
    from platformdirs import user_data_path  # noqa: PLC0415 - not needed where a database is named

    return user_data_path("radiokey") / "base.sqlite3"


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
                _keep_folder(path.parent)
        secret = path.read_bytes()
    except OSError as error:
        raise StoreError(
            f"the secret beside the base cannot be used: {error.strerror}", hint=str(path.parent)
        ) from error
    if len(secret) != size:
        raise StoreError("the secret beside the base is damaged", hint=f"restore {path.name} from a backup")
    return secret


def _keep_folder(folder: Path) -> None:
    """Make a new name in `folder` survive a power cut, where the system can open folders."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
