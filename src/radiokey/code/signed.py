"""What a base signs for one unit, byte by byte: a chip, a pairing that ends, a synchronisation, an image.

Every byte is in docs/spec/grants.md, docs/spec/synchronisation.md and docs/spec/updates.md. Each form has a
magic and a domain of its own, so that a signature of one is never one of another. Nothing is signed or
checked here: the base has the key, the unit has its trust.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Protocol, Self

CHIP_ID_SIZE: Final = 16
DIGEST_SIZE: Final = 16
NONCE_SIZE: Final = 8
SERIAL_SIZE_MAX: Final = 32
MODEL_SIZE_MAX: Final = 64
SIGNATURE_SIZE: Final = 64
HASH_SIZE: Final = 32
NUMBER_MAX: Final = 2**32 - 1

Verify = Callable[[bytes, bytes], bool]
"""`verify(message, signature)`: whether the base that this unit trusts signed that."""


class Signer(Protocol):
    """Who signs for units: the central base, in a simulation the maker. Its key stays with it."""

    def sign(self, message: bytes) -> bytes:
        """Return the signature of `message`, `SIGNATURE_SIZE` bytes."""
        ...


class Form(Protocol):
    """A form that is signed: `DOMAIN` goes before its bytes into the signature."""

    DOMAIN: ClassVar[bytes]

    def body(self) -> bytes:
        """Return its bytes without the signature."""
        ...


def message_of(form: Form) -> bytes:
    """Return what is signed."""
    return form.DOMAIN + form.body()


def sign(form: Form, signer: Signer) -> bytes:
    """Return the form as it is handed over: its bytes and the signature."""
    signature = signer.sign(message_of(form))
    assert len(signature) == SIGNATURE_SIZE
    return form.body() + signature


def split(data: bytes) -> tuple[bytes, bytes]:
    """Return bytes and signature of a signed form."""
    return data[:-SIGNATURE_SIZE], data[-SIGNATURE_SIZE:]


def _text(text: str, longest: int) -> bytes:
    encoded = text.encode("ascii")
    assert len(encoded) <= longest
    return bytes([len(encoded)]) + encoded


def _read_text(data: bytes, longest: int) -> str | None:
    """Return the text that is all of `data`, after its length; `None` where it is anything else."""
    if not data or data[0] > longest or len(data) != 1 + data[0] or not data.isascii():
        return None
    return data[1:].decode("ascii")


def _read_form(data: bytes, magic: bytes, head: struct.Struct) -> tuple[Any, ...] | None:
    """Return the serial number that ends a form and what stands before it, in order; `None`: no such form."""
    serial = _read_text(data[head.size :], SERIAL_SIZE_MAX) if data.startswith(magic) else None
    return None if serial is None else (serial, *head.unpack(data[: head.size])[1:])


@dataclass(frozen=True, slots=True)
class ChipGrant:
    """Chip `chip_id` may become the memory of unit `serial` while that unit's counter reads `counter`."""

    DOMAIN: ClassVar[bytes] = b"radiokey grant\n"
    HEAD: ClassVar[struct.Struct] = struct.Struct("<4s16sI16s")

    serial: str
    chip_id: bytes
    counter: int
    code_digest: bytes

    def body(self) -> bytes:
        """Return its bytes without the signature."""
        head = self.HEAD.pack(b"RKG1", self.chip_id, self.counter, self.code_digest)
        return head + _text(self.serial, SERIAL_SIZE_MAX)

    @classmethod
    def parse(cls, body: bytes) -> Self | None:
        """Return the grant in `body`, `None` where it is none."""
        found = _read_form(body, b"RKG1", cls.HEAD)
        return None if found is None else cls(*found)


@dataclass(frozen=True, slots=True)
class PairingEnd:
    """The pairing that unit `serial` made under the number `paired` is over."""

    DOMAIN: ClassVar[bytes] = b"radiokey pairing\n"
    HEAD: ClassVar[struct.Struct] = struct.Struct("<4sI")

    serial: str
    paired: int

    def body(self) -> bytes:
        """Return its bytes without the signature."""
        return self.HEAD.pack(b"RKP1", self.paired) + _text(self.serial, SERIAL_SIZE_MAX)

    @classmethod
    def parse(cls, body: bytes) -> Self | None:
        """Return the form in `body`, `None` where it is none."""
        found = _read_form(body, b"RKP1", cls.HEAD)
        return None if found is None else cls(*found)


@dataclass(frozen=True, slots=True)
class Challenge:
    """What unit `serial` asks the base: `asked` rises with each right code, `nonce` only the unit can make.

    It is not signed: what it leads to is worth something to that unit alone, and once.
    """

    HEAD: ClassVar[struct.Struct] = struct.Struct("<4sI8s")

    serial: str
    asked: int
    nonce: bytes

    def encode(self) -> bytes:
        """Return its bytes."""
        return self.HEAD.pack(b"RKC1", self.asked, self.nonce) + _text(self.serial, SERIAL_SIZE_MAX)

    @classmethod
    def parse(cls, data: bytes) -> Self | None:
        """Return the challenge in `data`, `None` where it is none."""
        found = _read_form(data, b"RKC1", cls.HEAD)
        return None if found is None else cls(*found)


@dataclass(frozen=True, slots=True)
class Answer:
    """The base's answer to a challenge; `epoch` rises with each answer that a base ever gave."""

    DOMAIN: ClassVar[bytes] = b"radiokey synchronisation\n"
    HEAD: ClassVar[struct.Struct] = struct.Struct("<4sI8sI")

    serial: str
    asked: int
    nonce: bytes
    epoch: int

    @classmethod
    def to(cls, challenge: Challenge, epoch: int) -> Self:
        """Return the answer to `challenge`."""
        return cls(challenge.serial, challenge.asked, challenge.nonce, epoch)

    def body(self) -> bytes:
        """Return its bytes without the signature."""
        head = self.HEAD.pack(b"RKS1", self.asked, self.nonce, self.epoch)
        return head + _text(self.serial, SERIAL_SIZE_MAX)

    @classmethod
    def parse(cls, body: bytes) -> Self | None:
        """Return the answer in `body`, `None` where it is none."""
        found = _read_form(body, b"RKS1", cls.HEAD)
        return None if found is None else cls(*found)


@dataclass(frozen=True, slots=True)
class ImageHead:
    """What stands before the bytes of an image, signed: which radio it is for, what it is, their hash.

    `version` tells one image from another; `floor` is what the unit never goes below again once this image
    proved itself. `size` and `sha256` are those of the bytes after the head and its signature.
    """

    DOMAIN: ClassVar[bytes] = b"radiokey image\n"
    HEAD: ClassVar[struct.Struct] = struct.Struct("<4sIII32s")
    SIZE_MAX: ClassVar[int] = 48 + 1 + MODEL_SIZE_MAX + SIGNATURE_SIZE

    model: str
    version: int
    floor: int
    size: int
    sha256: bytes

    def body(self) -> bytes:
        """Return its bytes without the signature."""
        head = self.HEAD.pack(b"RKF1", self.version, self.floor, self.size, self.sha256)
        return head + _text(self.model, MODEL_SIZE_MAX)

    @classmethod
    def parse(cls, data: bytes) -> tuple[Self, int] | None:
        """Return the head that `data` begins with and the bytes it takes, signature included."""
        size = cls.HEAD.size
        if len(data) <= size or not data.startswith(b"RKF1"):
            return None
        end = size + 1 + data[size]
        model = _read_text(data[size:end], MODEL_SIZE_MAX)
        if model is None or len(data) < end + SIGNATURE_SIZE:
            return None
        _, version, floor, length, sha256 = cls.HEAD.unpack(data[:size])
        return cls(model, version, floor, length, sha256), end + SIGNATURE_SIZE
