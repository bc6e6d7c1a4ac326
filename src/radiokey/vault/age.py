"""Sealing and opening age files (https://c2sp.org/age), with the primitives of `cryptography` (ADR 37).

A file's key is drawn anew for each sealing. A passphrase or the keys of the recipients wrap it in the head;
it authenticates the head and encrypts what follows, in parts, so that a large file never stands in memory
twice. What a passphrase costs is checked before it is paid (`radiokey.vault.head`).
"""

import base64
import hmac
import io
import os
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from radiokey.errors import TryLaterError, VaultCutError, VaultError, VaultPassphraseError
from radiokey.language.speech import gettext
from radiokey.language.speech import number as as_number
from radiokey.vault import bech32
from radiokey.vault.head import (
    FACTOR_WRITTEN,
    HEAD_BYTES_MAX,
    NONCE,
    PART,
    TAG,
    Head,
    Shared,
    Stretched,
    changed,
    damage,
    is_armored,
    plain_length,
    read_head,
    without_armor,
)
from radiokey.vault.secret import Key, KeyFile, Passphrase

_FIRST: Final = b"age-encryption.org/v1\n"
_SCRYPT_LABEL: Final = b"age-encryption.org/v1/scrypt"
_X25519_LABEL: Final = b"age-encryption.org/v1/X25519"
_FILE_KEY: Final = 16
_SALT: Final = 16
_KEY: Final = 32
_LINE: Final = 64
_ONCE: Final = bytes(12)
"""The nonce of a key that encrypts one thing only."""
_IDENTITY: Final = "age-secret-key-"
_RECIPIENT: Final = "age"


def seal(document: bytes, passphrase: Passphrase, *, factor: int = FACTOR_WRITTEN) -> bytes:
    """Return `document` sealed with a passphrase, as a binary age file."""
    file_key, salt = os.urandom(_FILE_KEY), os.urandom(_SALT)
    wrapped = _aead(_stretch(passphrase.reveal(), salt, factor)).encrypt(_ONCE, file_key, None)
    return _sealed(document, file_key, [_stanza(b"scrypt %s %d" % (_unpadded(salt), factor), wrapped)])


def seal_to(document: bytes, recipients: Iterable[str]) -> bytes:
    """Return `document` sealed to age recipients (`age1...`); raise `VaultError` for one that is none."""
    file_key, stanzas = os.urandom(_FILE_KEY), []
    for recipient in map(_read_recipient, recipients):
        own = X25519PrivateKey.generate()
        share = own.public_key().public_bytes_raw()
        try:
            agreed = own.exchange(X25519PublicKey.from_public_bytes(recipient))
        except ValueError:  # a point that gives every sender the same
            raise _no_recipient() from None
        wrapped = _aead(_shared_key(agreed, share, recipient)).encrypt(_ONCE, file_key, None)
        stanzas.append(_stanza(b"X25519 " + _unpadded(share), wrapped))
    return _sealed(document, file_key, stanzas)


def unseal(file: bytes, key: Key) -> bytearray:
    """Return what an age file holds: see `unseal_file`."""
    return unseal_file(io.BytesIO(file), key)


def unseal_file(file: BinaryIO, key: Key) -> bytearray:
    """Return what an age file holds, in binary or in armor; what it costs is checked first.

    The file is read in parts: only what it holds stands in memory. Raises `VaultError` by what is wrong
    (docs/spec/vault.md), `TryLaterError` where there is no memory for the stretch.
    """
    first = file.read(HEAD_BYTES_MAX)
    if is_armored(first):
        file = io.BytesIO(without_armor(first + file.read()))
        first = file.read(HEAD_BYTES_MAX)
    length = file.seek(0, os.SEEK_END)
    try:
        head = read_head(first)
    except VaultCutError:
        if length > len(first):
            raise changed() from None
        raise
    file_key = _file_key(head, key)
    if not hmac.compare_digest(_mac(file_key, head.signed), head.mac):
        raise changed()
    file.seek(head.length)
    return _opened(file, length, head, file_key)


# --- who opens it -------------------------------------------------------------------------------------------


def _file_key(head: Head, key: Key) -> bytes:
    match key:
        case Passphrase():
            return _by_passphrase(head, key)
        case KeyFile():
            return _by_keys(head, key)


def _by_passphrase(head: Head, passphrase: Passphrase) -> bytes:
    for stanza in head.stanzas:
        if isinstance(stanza, Stretched):
            for spelling in passphrase.spellings():
                found = _unwrapped(_stretch(spelling, stanza.salt, stanza.factor), stanza.wrapped)
                if found is not None:
                    return found
            raise VaultPassphraseError(
                gettext("the passphrase does not open this vault"),
                hint=gettext(
                    "look at capitals and at the language of the keyboard; nothing counts the tries"
                ),
            )
    raise VaultPassphraseError(
        gettext("this vault opens with a key, not with a passphrase"),
        hint=gettext("give the key's file: --identity FILE"),
    )


def _by_keys(head: Head, key: KeyFile) -> bytes:
    identities = _read_identities(key)
    if head.factor is not None:
        raise VaultPassphraseError(
            gettext("this vault opens with a passphrase, not with a key"),
            hint=gettext("leave --identity out"),
        )
    shared = [one for one in head.stanzas if isinstance(one, Shared)]
    for identity in identities:
        recipient = identity.public_key().public_bytes_raw()
        for stanza in shared:
            try:
                agreed = identity.exchange(X25519PublicKey.from_public_bytes(stanza.share))
            except ValueError:  # a share that would agree with every key
                raise changed() from None
            found = _unwrapped(_shared_key(agreed, stanza.share, recipient), stanza.wrapped)
            if found is not None:
                return found
    raise VaultPassphraseError(
        gettext("none of these keys opens this vault"), hint=gettext("give the key file that belongs to it")
    )


def _stretch(passphrase: str, salt: bytes, factor: int) -> bytes:
    """Return the key that a passphrase is stretched to; it takes 2^factor KiB, and lets other threads run."""
    try:
        scrypt = Scrypt(salt=_SCRYPT_LABEL + salt, length=_KEY, n=1 << factor, r=8, p=1)
        return scrypt.derive(passphrase.encode())
    except MemoryError:
        raise TryLaterError(
            gettext(
                "this machine has not the {mebibytes} MiB that opening this vault takes",
                mebibytes=as_number(1 << factor >> 10),
            ),
            hint=gettext("try again when less runs on it, or on another machine"),
        ) from None


def _shared_key(agreed: bytes, share: bytes, recipient: bytes) -> bytes:
    return _derived(agreed, share + recipient, _X25519_LABEL)


def _unwrapped(key: bytes, wrapped: bytes) -> bytes | None:
    """Return the file's key, `None` where it was wrapped with another."""
    try:
        return _aead(key).decrypt(_ONCE, wrapped, None)
    except InvalidTag:
        return None


def _read_recipient(text: str) -> bytes:
    try:
        prefix, data = bech32.decode(text)
    except ValueError:
        raise _no_recipient() from None
    if prefix != _RECIPIENT or len(data) != _KEY or text != text.lower():
        raise _no_recipient()
    return data


def _no_recipient() -> VaultError:
    return VaultError(
        gettext("this is no age recipient"),
        hint=gettext("one begins with age1; 'age-keygen' prints it beside its key"),
    )


def _read_identities(key: KeyFile) -> list[X25519PrivateKey]:
    found: list[X25519PrivateKey] = []
    for line in key.lines():
        try:
            prefix, data = bech32.decode(line)
        except ValueError:
            prefix, data = "", b""
        if prefix != _IDENTITY or len(data) != _KEY or line != line.upper():
            found = []
            break
        found.append(X25519PrivateKey.from_private_bytes(data))
    if not found:
        raise VaultError(
            gettext("this file holds no age key"),
            hint=gettext("'age-keygen -o FILE' makes one: AGE-SECRET-KEY-1..."),
        )
    return found


# --- head and parts -----------------------------------------------------------------------------------------


def _stanza(arguments: bytes, body: bytes) -> bytes:
    text = _unpadded(body)
    lines = [text[at : at + _LINE] for at in range(0, len(text) + 1, _LINE)]
    return b"\n".join((b"-> " + arguments, *lines, b""))


def _sealed(document: bytes, file_key: bytes, stanzas: list[bytes]) -> bytes:
    signed = b"".join((_FIRST, *stanzas, b"---"))
    nonce = os.urandom(NONCE)
    head = b"".join((signed, b" ", _unpadded(_mac(file_key, signed)), b"\n", nonce))
    aead, plain = _aead(_derived(file_key, nonce, b"payload")), memoryview(document)
    parts = max(1, -(-len(plain) // PART))
    file = bytearray(len(head) + len(plain) + parts * TAG)
    file[: len(head)] = head
    room = memoryview(file)[len(head) :]
    for at, number in _numbers(parts):
        part = plain[at * PART : (at + 1) * PART]
        begins = at * (PART + TAG)
        aead.encrypt_into(number, part, None, room[begins : begins + len(part) + TAG])
    room.release()
    return bytes(file)


def _opened(file: BinaryIO, length: int, head: Head, file_key: bytes) -> bytearray:
    """Return what the parts hold; the file stands where its nonce begins."""
    nonce = file.read(NONCE)
    behind = length - head.length - NONCE
    if behind < TAG:
        raise damage(length, head)
    aead = _aead(_derived(file_key, nonce, b"payload"))
    document, part = bytearray(plain_length(length, head)), bytearray(PART + TAG)
    plain, read, filled = memoryview(document), memoryview(part), 0
    for at, number in _numbers(-(-behind // (PART + TAG))):
        got = file.readinto(part)  # type: ignore[attr-defined]  # every file that is open for bytes has it
        if got < TAG or (got == TAG and at > 0):
            raise damage(length, head)
        try:
            aead.decrypt_into(number, read[:got], None, plain[filled : filled + got - TAG])
        except (InvalidTag, ValueError):  # the second where the file grew meanwhile
            raise damage(length, head) from None
        filled += got - TAG
    return document


def _numbers(parts: int) -> Iterator[tuple[int, bytes]]:
    """Yield each part's place and its nonce: the place, and whether it is the last."""
    for at in range(parts):
        yield at, at.to_bytes(11, "big") + bytes([at == parts - 1])


def _mac(file_key: bytes, signed: bytes) -> bytes:
    return hmac.digest(_derived(file_key, None, b"header"), signed, "sha256")


def _derived(secret: bytes, salt: bytes | None, purpose: bytes) -> bytes:
    return HKDF(SHA256(), _KEY, salt, purpose).derive(secret)


def _aead(key: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(key)


def _unpadded(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")
