"""A whole unit as bytes: its chip, and what only lives under supply. Every field of it is looked at.

It is how a practice radio is carried by its owner and not by the server (ADR 4); what is read back is never
believed where it contradicts the record on the chip, and that is the unit's own affair (`HeadUnit`).
"""

import json
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from radiokey.errors import InputError
from radiokey.headunit.events import Ignition
from radiokey.headunit.lock import Fault, Hold, Lock, State
from radiokey.headunit.panel import Keying
from radiokey.headunit.status import Surroundings
from radiokey.headunit.store import CHIP_SIZE
from radiokey.language.speech import gettext

IMAGE_VERSION: Final = b"RKU2"
IMAGE_SIZE_MAX: Final = 8_192
_COUNT_MAX: Final = 2**53
_SHOWABLE: Final = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_*")


@dataclass(frozen=True, slots=True)
class Volatile:
    """What a unit has beside its chip: the lock, a half-keyed entry, its surroundings, its counter.

    `memory` is False where the chip did not hold a record, or failed.
    """

    lock: Lock
    keying: Keying
    around: Surroundings
    saved_wait_ms: int
    memory: bool
    counter: int

    def image(self, cells: bytes) -> bytes:
        """Return the unit with the chip `cells` as bytes."""
        volatile = {
            "lock": asdict(self.lock) | {"pending": self.lock.pending.hex()},
            "keying": asdict(self.keying),
            "around": asdict(self.around),
            "saved": self.saved_wait_ms,
            "memory": self.memory,
            "counter": self.counter,
        }
        return IMAGE_VERSION + cells + json.dumps(volatile, separators=(",", ":")).encode()

    @classmethod
    def parse(cls, image: bytes) -> tuple[bytes, Self]:
        """Return chip and volatile part of an image; raise `InputError` where it is none."""
        chip_at = len(IMAGE_VERSION)
        volatile_at = chip_at + CHIP_SIZE
        if not image.startswith(IMAGE_VERSION) or len(image) > IMAGE_SIZE_MAX:
            raise InputError(
                gettext("this is not the image of a unit"), hint=gettext("start again with a new one")
            )
        try:
            volatile = cls._of(json.loads(image[volatile_at:]))
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
            raise damaged_image() from error
        return image[chip_at:volatile_at], volatile

    @classmethod
    def _of(cls, volatile: Any) -> Self:  # noqa: ANN401 - whatever JSON holds
        lock, keying, around = volatile["lock"], volatile["keying"], volatile["around"]
        shown = tuple(str(character) for character in keying["shown"])
        opened = Keying(shown, _count(keying["at"]), _count(keying["opened"]), begun=keying["begun"] is True)
        if opened.at > len(shown) or not set("".join(shown)) <= _SHOWABLE:
            raise ValueError
        return cls(
            Lock(
                State(lock["state"]),
                errors=_count(lock["errors"]),
                wait_left_ms=_count(lock["wait_left_ms"]),
                wait_ms=_count(lock["wait_ms"]),
                grace_left_ms=_count(lock["grace_left_ms"]),
                hold=Hold(lock["hold"]),
                fault=Fault(lock["fault"]),
                pending=bytes.fromhex(lock["pending"]),
                before=State(lock["before"]),
            ),
            opened,
            Surroundings(
                supply=around["supply"] is True,
                ignition=Ignition(around["ignition"]),
                engine=around["engine"] is True,
                radio_on=around["radio_on"] is True,
                dark_for_ms=_count(around["dark_for_ms"]),
            ),
            _count(volatile["saved"]),
            memory=volatile["memory"] is not False,
            counter=_count(volatile["counter"]),
        )


def damaged_image() -> InputError:
    """Return what is raised for an image that contradicts itself."""
    return InputError(
        gettext("the image of this unit is damaged"), hint=gettext("start again with a new one")
    )


def _count(value: object) -> int:
    """Return `value` if it is a count."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _COUNT_MAX:
        raise ValueError
    return value
