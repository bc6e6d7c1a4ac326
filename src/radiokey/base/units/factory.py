"""The factory: a unit is made, with a code that only chance knows.

The code is one of exactly those that the radio's panel can key, all equally likely, and nothing of the unit
goes into it: the codes of all other units say nothing about this one's. Where the panel or the shape
of the codes is not known, no unit is made: a code that cannot be keyed in must not exist (B12).
"""

from typing import Final

from radiokey.base.keys.seal import NONCE_SIZE, SealKey
from radiokey.base.ports.store import Randomness, StoredUnit
from radiokey.catalogue.model import Model
from radiokey.code.value import Code, CodeShape
from radiokey.errors import MissingFactError
from radiokey.serial.number import Identity, SerialNumber
from radiokey.serial.vin import Vin

_CHOICE_SIZE: Final = 32
"""Bytes a choice is made of: so many that the remainder favours no code by more than 2^-190."""


class Factory:
    """Makes units, their codes sealed with `key`; see `KeyRing.sealing` for how long that may be used."""

    __slots__ = ("_key", "_randomness")

    def __init__(self, key: SealKey, randomness: Randomness) -> None:
        self._key = key
        self._randomness = randomness

    def make(self, model: Model, serial: SerialNumber, market: str, vin: Vin | None = None) -> StoredUnit:
        """Return a new unit with a random code; raise `MissingFactError` where none can be chosen.

        `serial` is the unit's own number, of a format that radios of this model have; `vin` the car it is
        paired to.
        """
        assert serial.identity is Identity.UNIT
        assert serial.kind in model.kinds
        code = random_code(keyable(model), self._randomness)
        nonce = self._randomness.bytes(NONCE_SIZE)
        return StoredUnit(
            kind=serial.kind,
            number=serial.key,
            serial=serial.text,
            model=model.id,
            market=market,
            vin=vin.text if vin else "",
            key=self._key.id,
            sealed=self._key.seal(serial.kind, serial.key, model.id, code, nonce),
        )


def keyable(model: Model) -> CodeShape:
    """Return the shape of exactly the codes that the model's panel can key."""
    shape = model.code.value
    if shape is None or model.panel is None:
        missing = ", ".join(model.missing_for_entry())
        raise MissingFactError(
            f"no code can be chosen for this radio: not known of it is {missing}",
            hint="its manual says which keys it has and what they enter; the catalogue needs that first",
            missing=missing,
        )
    return shape


def random_code(shape: CodeShape, randomness: Randomness) -> Code:
    """Return one of the codes of `shape`, each as likely as any other."""
    return code_at(shape, int.from_bytes(randomness.bytes(_CHOICE_SIZE)) % shape.size())


def code_at(shape: CodeShape, index: int) -> Code:
    """Return code number `index` of `shape.all()`, without going through those before it."""
    assert 0 <= index < shape.size()
    places = shape.places
    for start in range(shape.length - shape.shortest + 1):
        places = shape.places[start:]
        count = CodeShape(places, len(places)).size()
        if index < count:
            break
        index -= count
    characters: list[str] = []
    for alphabet in reversed(places):
        index, at = divmod(index, len(alphabet))
        characters.append(alphabet[at])
    return Code("".join(reversed(characters)))
