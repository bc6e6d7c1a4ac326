"""The unlock code, the shape it has, and the press, which is the unit of keying it in.

In this project *code* always means the unlock code of a radio. A `Code` hides itself: no repr, log line,
error, pickle or comparison shows it. `reveal()` is the one verb that does; each call of it is a question for
a review.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import NoReturn, Self

from radiokey.errors import CodeShapeError
from radiokey.language.speech import gettext

CODE_LENGTH_MAX = 16


class Code:
    """An unlock code: digits, or hexadecimal letters for ERC.

    >>> Code("0060")
    Code(****)
    >>> Code("0060") == Code("0060")
    True
    >>> Code("0060").reveal()
    '0060'
    """

    __slots__ = ("_text",)
    __hash__ = None  # type: ignore[assignment]  # a hash would be an oracle

    def __init__(self, text: str) -> None:
        if not (text.isascii() and text.isalnum() and len(text) <= CODE_LENGTH_MAX):
            raise CodeShapeError(
                gettext("a code is 1 to 16 digits or letters"), hint=gettext("type it without spaces")
            )
        self._text = text.upper()

    @classmethod
    def typed(cls, text: str) -> Self:
        """Return the code a person typed, kind about spaces, dashes and dots between its characters."""
        return cls("".join(text.split()).replace("-", "").replace(".", ""))

    def reveal(self) -> str:
        """Return the code in clear."""
        return self._text

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Code):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def __repr__(self) -> str:
        return "Code(****)"

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a code is never pickled")


@dataclass(frozen=True, slots=True)
class Press:
    """One line of keying: press `key` `times` times; hold each press at least `hold_ms` if that is not 0.

    `key` is the id of a key of the model's `Panel`. For a knob, `times` counts clicks.
    """

    key: str
    times: int = 1
    hold_ms: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class PressUntil:
    """One line of keying that nobody can count: press `key` until its place shows `until`.

    A place that shows it already wants no press. `until` is part of a code, so the repr hides it.
    """

    key: str
    until: str
    hold_ms: int = 0

    def __repr__(self) -> str:
        return f"PressUntil(key={self.key!r}, until=****)"


AnyPress = Press | PressUntil
"""A line of keying: counted, or decided by the display."""


@dataclass(frozen=True, slots=True)
class CodeShape:
    """The codes a radio can have: each place has its own alphabet.

    `places` holds one string per place, the characters it can take, in the order a cycling key shows them.
    `shortest` allows leading places to be left out (Delco's "3 1/2 digits": `places=("1", DIGITS, ...)`,
    `shortest=3`).
    """

    places: tuple[str, ...]
    shortest: int

    @classmethod
    def of(cls, length: int, alphabet: str) -> Self:
        """Return the usual shape: `length` places of one `alphabet`."""
        return cls((alphabet,) * length, length)

    @property
    def length(self) -> int:
        """The number of places."""
        return len(self.places)

    def size(self) -> int:
        """Return how many codes there are."""
        total = 0
        for start in range(self.length - self.shortest + 1):
            count = 1
            for alphabet in self.places[start:]:
                count *= len(alphabet)
            total += count
        return total

    def all(self) -> Iterator[Code]:
        """Yield every code of this shape, in the order of its places."""
        for start in range(self.length - self.shortest + 1):
            for characters in product(*self.places[start:]):
                yield Code("".join(characters))

    def check(self, code: Code) -> None:
        """Raise `CodeShapeError` if `code` cannot be a code of this shape; name the place, never the code."""
        text = code.reveal()
        if not self.shortest <= len(text) <= self.length:
            need = (
                str(self.length)
                if self.shortest == self.length
                else gettext("{low} to {high}", low=self.shortest, high=self.length)
            )
            raise CodeShapeError(
                gettext(
                    "a code of this radio has {need} characters; {text} given", need=need, text=len(text)
                ),
                hint=gettext("a code of another length belongs to another radio: compare the serial numbers"),
                length=len(text),
            )
        for number, (character, alphabet) in enumerate(
            zip(text, self.places[self.length - len(text) :], strict=True), start=1
        ):
            if character not in alphabet:
                raise CodeShapeError(
                    gettext("character {number} of this code cannot be keyed on this radio", number=number),
                    hint=gettext(
                        "it takes only {alphabet} there: this code belongs to another radio",
                        alphabet=_spoken(alphabet),
                    ),
                    place=number,
                )


def _spoken(alphabet: str) -> str:
    """Say an alphabet: `0 to 9`, `1 to 6`, or its characters."""
    codes = sorted(ord(character) for character in alphabet)
    if len(codes) > 1 and codes == list(range(codes[0], codes[-1] + 1)):
        return gettext("{low} to {high}", low=chr(codes[0]), high=chr(codes[-1]))
    return ", ".join(sorted(alphabet))
