"""Sealing and opening age files, by the implementation of age in Rust (`pyrage`, the extra `vault`; ADR 31).

It holds the interpreter's lock while it stretches a passphrase: never in a process that serves.
"""

import io
from typing import Any, Final

from radiokey.errors import TryLaterError, UsageError, VaultError, VaultPassphraseError
from radiokey.vault.head import FACTORS_WRITTEN, Head, damage, plain_length, read_head, without_armor
from radiokey.vault.secret import Key, KeyFile, Passphrase

TRIES: Final = 3
"""So often a document is sealed with a passphrase until the factor is one of `FACTORS_WRITTEN`."""
_ASKED_AGAIN: Final = 5
_FITS_NOT: Final = frozenset({"Decryption failed", "No matching keys found"})
"""What pyrage says of a key that opens no stanza; where it says something else, what opened is not whole."""
_TOO_COSTLY: Final = "Excessive work parameter"
"""What it says where it thinks that this machine, as busy as it is now, would take more than 16 seconds."""


def seal(document: bytes, passphrase: Passphrase, *, tries: int = TRIES) -> bytes:
    """Return `document` sealed with a passphrase, its work factor as near `FACTORS_WRITTEN` as it comes."""
    age = _age()
    best: tuple[int, bytes] | None = None
    for _ in range(tries):
        sealed = age.passphrase.encrypt(document, passphrase.reveal())
        off = _off(read_factor(sealed))
        if best is None or off < best[0]:
            best = (off, sealed)
        if off == 0:
            break
    assert best is not None, "it is tried at least once"
    return best[1]


def seal_to(document: bytes, recipients: tuple[str, ...]) -> bytes:
    """Return `document` sealed to age recipients (`age1...`); raise `VaultError` for one that is none."""
    age = _age()
    try:
        keys = [age.x25519.Recipient.from_str(one) for one in recipients]
    except age.RecipientError:
        raise VaultError(
            "this is no age recipient", hint="one begins with age1; 'age-keygen' prints it beside its key"
        ) from None
    sealed: bytes = age.encrypt(document, keys)
    return sealed


def unseal(file: bytes, key: Key) -> bytes | bytearray:
    """Return what an age file holds, in binary or in armor; what it costs is checked first.

    Raises `VaultError` by what is wrong (docs/spec/vault.md), `TryLaterError` where the machine is too busy.
    """
    sealed = without_armor(file)
    head = read_head(sealed)
    match key:
        case Passphrase():
            return _unseal_stretched(sealed, head, key)
        case KeyFile():
            return _unseal_keyed(sealed, head, key)


def read_factor(sealed: bytes) -> int:
    """Return the work factor of a file that was sealed here with a passphrase."""
    line = sealed[: sealed.index(b"\n", sealed.index(b"\n") + 1)]
    return int(line.rpartition(b" ")[2])


def recipient_of(key: KeyFile) -> tuple[str, ...]:
    """Return the recipients of the keys in a key file; raise `VaultError` where it holds none."""
    age = _age()
    return tuple(str(one.to_public()) for one in _identities(age, key))


def _unseal_stretched(sealed: bytes, head: Head, key: Passphrase) -> bytes:
    if head.factor is None:
        raise VaultPassphraseError(
            "this vault opens with a key, not with a passphrase", hint="give the key's file: --identity FILE"
        )
    age = _age()
    for spelling in key.spellings():
        opened = _stretched(age, sealed, head, spelling)
        if opened is not None:
            return opened
    raise VaultPassphraseError(
        "the passphrase does not open this vault",
        hint="look at capitals and at the language of the keyboard; nothing counts the tries",
    )


def _stretched(age: Any, sealed: bytes, head: Head, passphrase: str) -> bytes | None:  # noqa: ANN401 - a module
    """Return what the file holds, `None` where the passphrase does not fit."""
    for _ in range(_ASKED_AGAIN):
        try:
            opened: bytes = age.passphrase.decrypt(sealed, passphrase)
        except age.DecryptError as error:
            said = str(error)
            if said in _FITS_NOT:
                return None
            if not said.startswith(_TOO_COSTLY):
                raise damage(len(sealed), head) from None
        else:
            return opened
    raise TryLaterError(
        "this machine is too busy to open the vault now", hint="try again when less runs on it"
    )


def _unseal_keyed(sealed: bytes, head: Head, key: KeyFile) -> bytearray:
    age = _age()
    identities = _identities(age, key)
    if head.factor is not None:
        raise VaultPassphraseError(
            "this vault opens with a passphrase, not with a key", hint="leave --identity out"
        )
    opened = _Room(plain_length(len(sealed), head))
    try:
        age.decrypt_io(io.BytesIO(sealed), opened, identities)
    except (age.DecryptError, OSError) as error:  # the second for what is behind the head
        if str(error) in _FITS_NOT:
            raise VaultPassphraseError(
                "none of these keys opens this vault", hint="give the key file that belongs to it"
            ) from None
        raise damage(len(sealed), head) from None
    return opened.filled()


class _Room:
    """Room for a document whose length is known: it stands in memory once, and is not moved as it grows."""

    def __init__(self, length: int) -> None:
        self._data = bytearray(length)
        self._at = 0

    def write(self, part: bytes) -> int:
        """Take the next part."""
        end = self._at + len(part)
        self._data[self._at : end] = part
        self._at = end
        return len(part)

    def flush(self) -> None:
        """Do nothing: all of it is here."""

    def filled(self) -> bytearray:
        """Return what was written."""
        del self._data[self._at :]
        return self._data


def _identities(age: Any, key: KeyFile) -> list[Any]:  # noqa: ANN401 - a module without types
    try:
        found = [age.x25519.Identity.from_str(line) for line in key.lines()]
    except age.IdentityError:
        found = []
    if not found:
        raise VaultError(
            "this file holds no age key", hint="'age-keygen -o FILE' makes one: AGE-SECRET-KEY-1..."
        )
    return found


def _off(factor: int) -> int:
    """Return how far a factor lies from those that a vault is written with."""
    return max(FACTORS_WRITTEN[0] - factor, factor - FACTORS_WRITTEN[-1], 0)


def _age() -> Any:  # noqa: ANN401 - a module without types
    try:
        import pyrage  # noqa: PLC0415 - an extra of its own
    except ImportError:
        raise UsageError(
            "a vault needs one more package", hint="install radiokey with its extra: radiokey[vault]"
        ) from None
    return pyrage
