"""Why a desk refuses, as a closed list: a key for machines and statistics, words for the owner.

A reason never says what the ledger holds: somebody who tries numbers and cars learns nothing from a refusal.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from radiokey.language.speech import later


class Reason(StrEnum):
    """Why a request was refused, sorted."""

    CAR_DIFFERS = "car-differs"
    NO_CODE_HERE = "no-code-here"
    NUMBER_DIFFERS = "number-differs"
    PAPERS_CHANGED = "papers-changed"
    PAPERS_UNREADABLE = "papers-unreadable"
    STOLEN = "stolen"
    UNIT_AND_CAR_DIFFER = "unit-and-car-differ"


NAMES: Final[Mapping[Reason, str]] = {
    Reason.CAR_DIFFERS: later("car differs"),
    Reason.NO_CODE_HERE: later("no code here"),
    Reason.NUMBER_DIFFERS: later("number differs"),
    Reason.PAPERS_CHANGED: later("papers changed"),
    Reason.PAPERS_UNREADABLE: later("papers unreadable"),
    Reason.STOLEN: later("stolen"),
    Reason.UNIT_AND_CAR_DIFFER: later("unit and car differ"),
}
"""What the desk's statistics call it."""
WORDS: Final[Mapping[Reason, str]] = {
    Reason.CAR_DIFFERS: later(
        "The VIN in your papers is not that of the car. Ask again with this car's papers."
    ),
    Reason.NO_CODE_HERE: later(
        "This desk has no code for this radio. The sheet for your radio says who has it."
    ),
    Reason.NUMBER_DIFFERS: later(
        "The number you gave is not the one on your photo. Copy it anew and ask again."
    ),
    Reason.PAPERS_CHANGED: later("A paper was altered. Bring the originals to the desk."),
    Reason.PAPERS_UNREADABLE: later(
        "Your papers cannot be read. Ask again with photos that are whole and sharp."
    ),
    Reason.STOLEN: later(
        "This radio is reported stolen. If it is yours again, bring the police receipt here."
    ),
    Reason.UNIT_AND_CAR_DIFFER: later(
        "Number, model and car do not belong together here. Compare all three with your papers and ask again."
    ),
}
"""What the owner reads: what it is, then what to do."""
