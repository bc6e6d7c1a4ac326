"""The public facts of a family of codes; the derivation itself is reached only by the ReleaseService.

A family is a set of serial numbers whose codes follow one public derivation. Trust in it counts
*lineages*: sources that do not copy each other. Ten copies of one program are one lineage.

Here stands the meaning of a family and the table of the seven that ship; the mathematics is in
`radiokey.code.families`, which only `radiokey.base.release.service` may import.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from radiokey.code.value import CodeShape
from radiokey.language.speech import gettext, later
from radiokey.serial.makes import among, spoken

if TYPE_CHECKING:
    from radiokey.serial.number import SerialNumber


class Tier(StrEnum):
    """How well a derivation is confirmed.

    A: equal to a complete table stored independently of it, over its whole domain. B: at least two lineages
    agree, or owners' pairs do; no complete independent table. Nothing weaker ships.
    """

    A = "A"
    B = "B"


@dataclass(frozen=True, slots=True)
class Lineage:
    """One independent line of sources, named so that a reader can find it."""

    name: str
    what: str


@dataclass(frozen=True, slots=True)
class Gate:
    """The numbers of a format that a family serves: how they begin, in whose radios, how sure that is.

    `makes` are the makes that a number with one of the beginnings `begins` may come from; `checked` says in
    one sentence what stands behind just these.
    """

    begins: tuple[str, ...]
    makes: tuple[str, ...]
    checked: str


@dataclass(frozen=True, slots=True)
class Family:
    """What is known about one public derivation.

    `kinds` are the serial formats it serves; `makes` the makes it holds for; `needs_model` says that other
    radios carry numbers of the same shape, so that the model must be named before a code is shown;
    `checked` says in one sentence what was compared with what; `caution` what the owner must know before
    keying the code in. A family with `gates` serves no other numbers than theirs, and each only in radios of
    its gate's makes.
    """

    id: str
    name: str
    kinds: tuple[str, ...]
    makes: tuple[str, ...]
    shape: CodeShape
    tier: Tier
    lineages: tuple[Lineage, ...]
    needs_model: bool
    checked: str
    caution: str
    gates: tuple[Gate, ...] = ()

    def gate_of(self, number: str) -> Gate | None:
        """Return the gate that a number comes in by, `None` where it has none."""
        return next((gate for gate in self.gates if number.startswith(gate.begins)), None)

    def makes_of(self, serial: "SerialNumber") -> tuple[str, ...]:
        """Return the makes whose radios of this number the derivation holds for; none is an empty tuple."""
        if serial.kind not in self.kinds:
            return ()
        if not self.gates:
            return self.makes
        gate = self.gate_of(serial.text)
        return () if gate is None else gate.makes

    def caution_for(self, make: str) -> str:
        """Return the caution; a car of another make than the family's comes first in it."""
        if not make or among(make, self.makes):
            return gettext(self.caution)
        makes = " or ".join(spoken(one) for one in self.makes)
        return gettext(
            "Such a number is of a {makes} radio, and your car is of another make. {caution}",
            makes=makes,
            caution=gettext(self.caution),
        )

    def checked_for(self, number: str) -> str:
        """Return what was compared for this number: its gate's sentence, or the family's."""
        gate = self.gate_of(number)
        return gettext(self.checked if gate is None else gate.checked)


DIGITS = "0123456789"

_ALL = (
    Family(
        id="renault-precode",
        name=later("Renault and Dacia pre-code"),
        kinds=("renault-precode",),
        makes=("renault", "dacia", "nissan"),
        shape=CodeShape.of(4, DIGITS),
        tier=Tier.A,
        lineages=(
            Lineage(
                later("disassembly, 2013"), later("a C program of 2013 and two programs of the same shape")
            ),
            Lineage(
                later("telephone app, 2019"),
                later("a write-up of a decompiled app, and nine programs copied from it"),
            ),
            Lineage(
                later("table, 2014"), later("a printed table without a formula, older than the write-up")
            ),
            Lineage("PELock", later("the published example of a commercial calculator")),
        ),
        needs_model=False,
        checked=later(
            "the formula equals three published tables, of up to 25,900 numbers, without one difference"
        ),
        caution=(
            later(
                "It holds for radios whose label shows the letter T and a pre-code. R-Link "
                "sets have none; for MediaNav sets the sources disagree. If the radio refuses "
                "the code, stop: it may have been changed or re-coded."
            )
        ),
    ),
    Family(
        id="ford-m",
        name=later("Ford, serial number beginning with M"),
        kinds=("ford-m",),
        makes=("ford",),
        shape=CodeShape.of(4, DIGITS),
        tier=Tier.A,
        lineages=(
            Lineage(
                later("forum, 2010"),
                later("the formula with its table, posted in 2010 and printed again elsewhere"),
            ),
            Lineage(
                later("table and program, 2019"), later("a table of 1,000,000 rows with a program of its own")
            ),
            Lineage(later("table, 2025"), later("a second table of 1,000,000 rows, stored separately")),
            Lineage("PELock", later("the published example of a commercial calculator")),
        ),
        needs_model=False,
        checked=later(
            "the formula equals two separately stored tables of 1,000,000 rows, without one difference"
        ),
        caution=(
            later(
                "Six owners report a radio that refused the code of its number, one until "
                "LOCKED 13: dealers re-code sets, or sets are swapped. Ten wrong codes lock "
                "it, thirteen end it. If it refuses once, stop."
            )
        ),
    ),
    Family(
        id="ford-v",
        name=later("Ford, serial number beginning with V"),
        kinds=("ford-v",),
        makes=("ford",),
        shape=CodeShape.of(4, DIGITS),
        tier=Tier.B,
        lineages=(
            Lineage(
                later("table, 2025"),
                later("a table of 1,000,000 rows without a formula, from which it was solved"),
            ),
            Lineage("PELock", later("the published example of a commercial calculator, two years older")),
        ),
        needs_model=True,
        checked=later("the formula equals the one published table of 1,000,000 rows, and an older example"),
        caution=(
            later(
                "Probable, not proven: no owner has confirmed it. As with M numbers, dealers "
                "re-code sets, or sets are swapped. Ten wrong codes lock it, thirteen end it. "
                "If it refuses once, stop."
            )
        ),
    ),
    Family(
        id="blaupunkt-bp",
        name=later("Blaupunkt, BP and 12 characters"),
        kinds=("bp12",),
        makes=("nissan", "mg", "rover", "bmw", "blaupunkt"),
        shape=CodeShape.of(4, DIGITS),
        tier=Tier.B,
        lineages=(
            Lineage(later("program, 2022"), later("one published program without a name or an explanation")),
            Lineage(
                later("owners' pairs"), later("seven pairs of number and code that were published elsewhere")
            ),
        ),
        needs_model=True,
        checked=later(
            "the derivation gives all seven codes that were published elsewhere; there is no table"
        ),
        caution=(
            later(
                "Probable, not proven. It holds for six Blaupunkt models only, each in one "
                "make; radios of other makes carry numbers of the same shape and other codes. "
                "If the radio refuses it once, stop."
            )
        ),
        gates=(
            Gate(
                ("BP2346", "BP5365", "BP5387"),
                ("nissan",),
                later(
                    "the derivation gives all four codes that owners of Nissans published; there is no table"
                ),
            ),
            Gate(
                ("BP0263",),
                ("mg", "rover"),
                later("one pair is known for this model, and its owner says that the code works"),
            ),
            Gate(
                ("BP0273",),
                ("bmw",),
                later("one pair is known for this model; nobody says that the code worked"),
            ),
            Gate(
                ("BP5511",),
                ("blaupunkt",),
                later("one pair is known for this model; nobody says that the code worked"),
            ),
        ),
    ),
    Family(
        id="opel-gm0203",
        name=later("Opel and Vauxhall CAR 2003, GM0203 and eight digits"),
        kinds=("opel-gm",),
        makes=("opel",),
        shape=CodeShape.of(4, DIGITS),
        tier=Tier.B,
        lineages=(
            Lineage(later("program, 2022"), later("the published program of the Blaupunkt function")),
            Lineage(
                later("collected pairs"),
                later("three pairs of one collection; two more rows of it were set aside"),
            ),
        ),
        needs_model=True,
        checked=later(
            "the derivation gives three published codes with one constant of a thousand; "
            "two rows beside them, taken for years, do not fit"
        ),
        caution=(
            later(
                "Probable, not proven: no owner has confirmed it, and the maker of the radio "
                "is inferred. Radios whose number begins with GM and other digits have other "
                "codes. If it refuses once, stop."
            )
        ),
        gates=(
            Gate(
                ("GM0203",),
                ("opel",),
                later(
                    "the derivation gives three published codes with one constant of a thousand; "
                    "two rows beside them, taken for years, do not fit"
                ),
            ),
        ),
    ),
    Family(
        id="toyota-erc-legacy",
        name=later("Toyota ERC, older Japanese navigation units"),
        kinds=("toyota-erc",),
        makes=("toyota",),
        shape=CodeShape.of(8, "0123456789ABCDEF"),
        tier=Tier.B,
        lineages=(
            Lineage(
                later("author, 2015"),
                later("the program whose history shows the formula being found, and eight ports"),
            ),
            Lineage("PELock", later("the published example of a commercial calculator")),
            Lineage(later("owner, 2015"), later("an owner's pair from a RAV4, confirmed on the unit")),
        ),
        needs_model=True,
        checked=later(
            "the formula gives all four known codes; two units are known to have refused its answer"
        ),
        caution=(
            later(
                "Probable, not proven. Units whose model plate names a 68 series (W68, Y68, "
                "Z68, X68) use another scheme and refuse this code. Some units take fewer "
                "characters: key in what it asks for."
            )
        ),
    ),
    Family(
        id="fiat-vp",
        name=later("Fiat and Alfa Romeo, Continental VP1 and VP2"),
        kinds=("continental-a2c", "fiat-last4"),
        makes=("fiat", "alfa romeo"),
        shape=CodeShape.of(4, "123456"),
        tier=Tier.B,
        lineages=(
            Lineage(
                later("toolkit, 2022"),
                later("a published toolkit with a photo of the label, and two programs like it"),
            ),
            Lineage("PELock", later("the published example of a commercial calculator")),
        ),
        needs_model=True,
        checked=later(
            "the derivation gives the one code published outside its own line of programs, and after it"
        ),
        caution=(
            later(
                "Probable, not proven: one example from outside confirms it. Peugeots and "
                "Citroens carry the same label and other codes. If the radio refuses it once, "
                "stop."
            )
        ),
    ),
)

FAMILIES: Final[Mapping[str, Family]] = MappingProxyType({family.id: family for family in _ALL})
"""The families that ship, by id; surest first."""


def families_of(serial: "SerialNumber", make: str = "") -> tuple[Family, ...]:
    """Return the families that serve a serial number, surest first; none for most.

    Where `make` is said, a family that needs the radio named is left out if it holds for other makes only:
    their radios carry numbers of the same shape and other codes. For the rest the number is enough, whatever
    the car.
    """
    return tuple(
        family
        for family in _ALL
        if (makes := family.makes_of(serial)) and (not make or not family.needs_model or among(make, makes))
    )
