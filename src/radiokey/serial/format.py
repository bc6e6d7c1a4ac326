"""What a format of serial numbers is; `formats` lists those there are."""

from dataclasses import dataclass
from enum import Enum, StrEnum

from radiokey.serial.shapes import Shape


class Identity(StrEnum):
    """Whether a number names one radio or a whole class of them."""

    UNIT = "unit"
    SHARED = "shared"


class Needs(Enum):
    """What must be known before a number is taken for one of this format."""

    NOTHING = "nothing"
    MAKE = "make"
    MODEL = "model"
    NO_FORM = "no form"  # only where nobody knows what this radio's numbers look like


@dataclass(frozen=True, slots=True)
class SerialFormat:
    """One numbering.

    `name` is said with its article ("a Renault pre-code"), `looks` is the number's form in words, `where` a
    sentence that says where it is printed, `example` a constructed label, `number` the number in it. `makes`
    are the car makes it is found in (lower case); `asks_make` says that the makes differ in what follows, so
    that the make must be asked. Shapes stand in the order to try, the strictest first; the weak ones are
    looked for only once what the format `needs` has been said. `types` are the types of radio, in the maker's
    words, that numbers with a certain beginning are known from.
    """

    id: str
    name: str
    looks: str
    where: str
    example: str
    number: str
    makes: tuple[str, ...]
    identity: Identity
    shapes: tuple[Shape, ...]
    needs: Needs = Needs.NOTHING
    asks_make: bool = False
    types: tuple[tuple[str, str], ...] = ()

    def type_of(self, number: str) -> str:
        """Return the type of radio that a number is known from, empty where none is.

        >>> from radiokey.serial.formats import FORMATS
        >>> FORMATS["opel-gm"].type_of("GM0500T9111919")
        'CDR 500'
        """
        return next((name for begin, name in self.types if number.startswith(begin)), "")

    @property
    def pattern(self) -> str:
        """A regular expression of the number itself, not anchored, as HTML's `pattern` takes it."""
        return "|".join(dict.fromkeys(shape.regex for shape in self.shapes))

    @property
    def length(self) -> int:
        """The number of characters of the example number."""
        return len(self.number)
