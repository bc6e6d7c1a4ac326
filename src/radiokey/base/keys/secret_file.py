"""A secret in a file of its own, made on first use."""

import os
from pathlib import Path

from radiokey.base.ports.store import Randomness
from radiokey.durable import keep_folder
from radiokey.errors import StoreError
from radiokey.language.speech import gettext


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
                keep_folder(path.parent)
        secret = path.read_bytes()
    except OSError as error:
        raise StoreError(
            gettext("the secret beside the base cannot be used: {strerror}", strerror=error.strerror),
            hint=str(path.parent),
        ) from error
    if len(secret) != size:
        raise StoreError(
            gettext("the secret beside the base is damaged"),
            hint=gettext("restore {name} from a backup", name=path.name),
        )
    return secret
