"""What others must know of a family of codes; only the derivation itself is behind the door.

A family is a set of serial numbers whose codes follow one public derivation. Trust in it counts
*lineages*: sources that do not copy each other. Ten copies of one program are one lineage.

Here stands the meaning of a family and the table of the five that ship; the mathematics is in
`radiokey.code.families`, which only `radiokey.base.release` may import.
"""

from dataclasses import dataclass
from enum import StrEnum

from radiokey.code.value import CodeShape


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
class Family:
    """What is known about one public derivation.

    `kinds` are the serial formats it serves; `makes` the makes it holds for; `needs_model` says that other
    radios carry numbers of the same shape, so that the model must be named before a code is shown;
    `checked` says in one sentence what was compared with what; `caution` what the owner must know before
    keying the code in.
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
