"""The formats serial numbers have: one entry per numbering, with every way it is printed.

A format is a numbering, not a radio: the same label can stand on radios of several makes, and then the make
is asked (`asks_make`). A number that says nothing by itself - four digits, sixteen characters - is looked for
only where somebody has said which make or model the radio is (`needs`).

The shapes are those of labels read off real units and of the catalogue; every example is constructed.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from radiokey.language.speech import later
from radiokey.serial.format import Identity, Needs, SerialFormat
from radiokey.serial.shapes import Shape, Strength

__all__ = ["AS_PRINTED", "FORMATS", "Identity", "Needs", "SerialFormat"]

AS_PRINTED: Final = "as-printed"
"""The format of a number whose form nobody knows."""

WEAK, BARE, TELLING, LABELLED = Strength
_VW_GROUP: Final = ("audi", "seat", "skoda", "volkswagen")
_LABEL: Final = later("On the label of the radio.")
_UNPRINTED: Final = later("We do not know where it is printed; look on the label first.")

_ALL: Final = (
    SerialFormat(
        id="renault-precode",
        name=later("a Renault pre-code"),
        looks=later("one letter, three digits"),
        where=later(
            "On the label of the radio, after the letter T that follows the part number; "
            "on some labels alone in a box that says Security. Some radios show it when 1 "
            "and 6 are held for two seconds."
        ),
        example="281155216RT A123",
        number="A123",
        makes=("renault", "dacia", "nissan"),
        identity=Identity.SHARED,
        shapes=(
            Shape("#########RT[@###]", LABELLED),
            Shape("#########RT0[@###]", LABELLED),
            Shape("##########T[@###]", LABELLED),
            Shape("##########T0[@###]", LABELLED),
            Shape("RT[@###]", LABELLED),
            Shape("T0[@###]", LABELLED),
            Shape("T[@###]", LABELLED),
            Shape("[@###]SECURITY", LABELLED),
            Shape("SECURITY[@###]", LABELLED),
            Shape("SECURITYT[@###]", LABELLED),
            Shape("[@###]", BARE),
        ),
    ),
    SerialFormat(
        id="ford-m",
        name=later("a Ford M serial number"),
        looks=later("the letter M, six digits"),
        where=later(
            "On the label of the radio, or on its display when 1 and 6 (on some sets 2 and "
            "6) are held. In the barcode three letters stand before it."
        ),
        example="M012345",
        number="M012345",
        makes=("ford",),
        identity=Identity.SHARED,
        shapes=(
            Shape("[M######]", TELLING),
            Shape("[M]0[######]", TELLING),
            Shape("PLE[M######]", LABELLED),
            Shape("OBH[M######]", LABELLED),
            Shape("@@@[M######]", TELLING),
        ),
    ),
    SerialFormat(
        id="ford-v",
        name=later("a Ford V serial number"),
        looks=later("the letter V, six digits"),
        where=later(
            "On the label of the radio, or on its display when 1 and 6 (on some sets 2 and 6) are held."
        ),
        example="V012345",
        number="V012345",
        makes=("ford",),
        identity=Identity.SHARED,
        shapes=(Shape("[V######]", TELLING), Shape("[V]0[######]", TELLING)),
    ),
    SerialFormat(
        id="ford-travelpilot",
        name=later("a Ford TravelPilot serial number"),
        looks=later("seven digits, or C7E3F, five more characters and seven digits"),
        where=later("On the label of the navigation unit."),
        example="C7E3F0AB121234567",
        number="C7E3F0AB121234567",
        makes=("ford",),
        identity=Identity.UNIT,
        shapes=(Shape("[C7E3F*****#######]", TELLING), Shape("[#######]", WEAK)),
        needs=Needs.MAKE,
    ),
    SerialFormat(
        id="bp12",
        name=later("a Blaupunkt number"),
        looks=later("BP, twelve digits"),
        where=later(
            "On the strip on the case of the radio, often with spaces; on some with 815 "
            "before it. Also on the Radiopass card. The barcode leaves its fifth digit "
            "out, which then reads as a question mark; on some radios a letter stands "
            "there."
        ),
        example="BP5387 6 1234567",
        number="BP538761234567",
        makes=("nissan", "alfa romeo", "blaupunkt", "bmw", "fiat", "lancia", "mg", "peugeot", "rover"),
        identity=Identity.UNIT,
        shapes=(
            Shape("815[BP####^#######]", LABELLED),
            Shape("[BP####^#######]", TELLING),
        ),
        asks_make=True,
    ),
    SerialFormat(
        id="continental-a2c",
        name=later("a Continental number"),
        looks=later("A2C, sixteen digits"),
        where=_LABEL,
        example="A2C 0012 3400 5678 1234",
        number="A2C0012340056781234",
        makes=("fiat", "alfa romeo", "peugeot", "citroen"),
        identity=Identity.UNIT,
        shapes=(Shape("[A2C################]", TELLING),),
        asks_make=True,
    ),
    SerialFormat(
        id="fiat-last4",
        name=later("the last four digits of a Continental number"),
        looks=later("four digits"),
        where=later("The end of the number that begins with A2C on the label of the radio."),
        example="1234",
        number="1234",
        makes=("fiat", "alfa romeo"),
        identity=Identity.SHARED,
        shapes=(Shape("[####]", WEAK),),
        needs=Needs.MODEL,
    ),
    SerialFormat(
        id="toyota-erc",
        name=later("a Toyota ERC number"),
        looks=later("sixteen characters, 0 to 9 and A to F"),
        where=later("On the screen of the navigation unit."),
        example="0123 4567 89AB CDEF",
        number="0123456789ABCDEF",
        makes=("toyota",),
        identity=Identity.UNIT,
        shapes=(Shape("[%%%%%%%%%%%%%%%%]", WEAK),),
        needs=Needs.MODEL,
    ),
    SerialFormat(
        id="honda-8",
        name=later("a Honda or Acura serial number"),
        looks=later("eight digits, shown in two halves after U and L"),
        where=later(
            "On the display: switch the radio on with 1 and 6 held while it asks for the "
            "code; also on the anti-theft card and a sticker in the glove box."
        ),
        example="U2200 / L0055",
        number="22000055",
        makes=("honda", "acura"),
        identity=Identity.UNIT,
        shapes=(
            Shape("U[####]L[####]", LABELLED),
            Shape("L[####]U[####]", LABELLED, turned=True),
            Shape("[########]", WEAK),
        ),
        needs=Needs.MAKE,
    ),
    SerialFormat(
        id="honda-letters",
        name=later("an older Honda or Acura number with letters"),
        looks=later("two letters, five digits, a letter"),
        where=later("On the case of the radio, on its bottom or its back."),
        example="FA01234C",
        number="FA01234C",
        makes=("honda", "acura"),
        identity=Identity.UNIT,
        shapes=(Shape("[@@#####@]", WEAK),),
        needs=Needs.MAKE,
    ),
    SerialFormat(
        id="becker-8",
        name=later("an eight-digit serial number"),
        looks=later("eight digits"),
        where=later("On the label of the radio, as a barcode and in print."),
        example="12345678",
        number="12345678",
        makes=("chrysler", "mercedes", "porsche", *_VW_GROUP),
        identity=Identity.UNIT,
        shapes=(Shape("[########]", WEAK),),
        needs=Needs.MAKE,
    ),
    SerialFormat(
        id="becker-letter7",
        name=later("a Becker serial number"),
        looks=later("one letter, seven digits"),
        where=later(
            "On the label of the radio; on the display after TP is held for ten seconds "
            "and the right knob turned to SER."
        ),
        example="X0123456",
        number="X0123456",
        makes=("porsche",),
        identity=Identity.UNIT,
        shapes=(Shape("[@#######]", WEAK),),
        needs=Needs.MAKE,
    ),
    SerialFormat(
        id="becker-be",
        name=later("a Becker number"),
        looks=later("BE, the four-digit model, four to eight more characters"),
        where=later("On the label of the radio and on its card."),
        example="BE1234A5678901",
        number="BE1234A5678901",
        makes=("mercedes",),
        identity=Identity.UNIT,
        shapes=(Shape("[BE####~]", TELLING, tail=(4, 8)),),
    ),
    SerialFormat(
        id="bosch-cm7",
        name=later("a Bosch number"),
        looks=later("CM7 and more letters and digits"),
        where=later("On the label of the radio, after the plant's 815."),
        example="815CM7123A12345678",
        number="CM7123A12345678",
        makes=_VW_GROUP,
        identity=Identity.UNIT,
        shapes=(Shape("815[CM7~]", LABELLED, tail=(4, 14)),),
    ),
    SerialFormat(
        id="nissan-card-a7",
        name=later("a Nissan radio card number"),
        looks=later("the letter A, seven digits"),
        where=later(
            "On the Radiopass card, as the serial number; the Safety-Nr. beside it is something else."
        ),
        example="A0123456",
        number="A0123456",
        makes=("nissan",),
        identity=Identity.UNIT,
        shapes=(Shape("[A#######]", WEAK),),
        needs=Needs.MAKE,
    ),
    SerialFormat(
        id="nissan-clarion-cl12",
        name=later("a Clarion number"),
        looks=later("CL, twelve digits"),
        where=later("On the label on the case of the radio."),
        example="CL0529 1234 5678",
        number="CL052912345678",
        makes=("nissan",),
        identity=Identity.UNIT,
        shapes=(Shape("[CL############]", TELLING),),
    ),
    SerialFormat(
        id="nissan-clarion-pn",
        name=later("a Clarion number"),
        looks=later("PN, PP, CN or CM, four digits, a letter and more letters and digits"),
        where=later("On the label on the case of the radio."),
        example="PN3001P1234",
        number="PN3001P1234",
        makes=("nissan",),
        identity=Identity.UNIT,
        shapes=tuple(Shape(f"[{two}####@~]", TELLING, tail=(1, 10)) for two in ("PN", "PP", "CN", "CM")),
    ),
    SerialFormat(
        id="nissan-daewoo",
        name=later("a Daewoo number"),
        looks=later("DS or DW, a digit, a letter, N and more letters and digits"),
        where=later("On the label on the case of the radio."),
        example="DS1AN12345678",
        number="DS1AN12345678",
        makes=("nissan",),
        identity=Identity.UNIT,
        shapes=(
            Shape("[DS#@N~]", TELLING, tail=(1, 14)),
            Shape("[DW#@N~]", TELLING, tail=(1, 14)),
        ),
    ),
    SerialFormat(
        id="nissan-16",
        name=later("a sixteen-character serial number"),
        looks=later("sixteen letters and digits"),
        where=later(
            "In the menu under Settings, System, Device information, while the radio is "
            "unlocked; on the sticker and in the car's papers."
        ),
        example="AB12CD34EF567890",
        number="AB12CD34EF567890",
        makes=("nissan",),
        identity=Identity.UNIT,
        shapes=(Shape("[****************]", WEAK),),
        needs=Needs.MODEL,
    ),
    *(
        SerialFormat(
            id=f"{make}-{prefix.lower()}",
            name=name,
            looks=f"{prefix}, eleven more characters",
            where=where,
            example=f"{prefix}1Z2 K 1234567",
            number=f"{prefix}1Z2K1234567",
            makes=(make,),
            identity=Identity.UNIT,
            shapes=(
                Shape(f"[{prefix}#Z#@#######]", TELLING),
                Shape(f"[{prefix}***********]", TELLING),
            ),
        )
        for make, prefix, name, where in (
            ("volkswagen", "VWZ", "a Volkswagen number", _LABEL),
            ("skoda", "SKZ", "a Skoda number", _LABEL),
            ("seat", "SEZ", "a Seat number", _LABEL),
            (
                "audi",
                "AUZ",
                "an Audi number",
                "On the label of the radio and a sticker delivered with the car.",
            ),
        )
    ),
    SerialFormat(
        id="opel-gm",
        name=later("an Opel or Vauxhall number"),
        looks=later("GM, ten to fourteen more characters"),
        where=_LABEL,
        example="GM0123456789AB",
        number="GM0123456789AB",
        makes=("opel",),
        identity=Identity.UNIT,
        shapes=(Shape("[GM~]", TELLING, tail=(10, 14)),),
        types=(
            ("GM0203", "CAR 2003"),
            ("GM030M", "CAR 300"),
            ("GM1300", "CAR 300"),
            ("GM0500", "CDR 500"),
        ),
    ),
    SerialFormat(
        id="chrysler-tq",
        name=later("a Chrysler number"),
        looks=later("TQ1AA and more letters and digits"),
        where=_LABEL,
        example="TQ1AA123456789",
        number="TQ1AA123456789",
        makes=("chrysler",),
        identity=Identity.UNIT,
        shapes=(Shape("[TQ1AA~]", TELLING, tail=(1, 9)),),
    ),
    SerialFormat(
        id="chrysler-last4",
        name=later("the last four digits of a Chrysler number"),
        looks=later("four digits"),
        where=later("The end of the number on the label of the radio; some sets show it on the screen."),
        example="1234",
        number="1234",
        makes=("chrysler",),
        identity=Identity.SHARED,
        shapes=(Shape("[####]", WEAK),),
        needs=Needs.MODEL,
    ),
    SerialFormat(
        id="jeep-14",
        name=later("a Jeep number"),
        looks=later("ten letters and digits, four digits"),
        where=later("On the label of the radio; some sets show it on the screen."),
        example="AB12CD34EF1234",
        number="AB12CD34EF1234",
        makes=("jeep", "chrysler"),
        identity=Identity.UNIT,
        shapes=(Shape("[**********####]", WEAK),),
        needs=Needs.MAKE,
    ),
    SerialFormat(
        id="alpine-12",
        name=later("an Alpine number"),
        looks=later("AL, TC, TD, TH, TQ or JA, twelve more characters"),
        where=_UNPRINTED,
        example="AL1234 5678 9012",
        number="AL123456789012",
        makes=("jaguar",),
        identity=Identity.UNIT,
        shapes=(
            *(Shape(f"[{two}############]", TELLING) for two in ("AL", "TC", "TD", "TH", "TQ", "JA")),
            *(Shape(f"[{two}************]", TELLING) for two in ("AL", "TC", "TD", "TH", "TQ", "JA")),
        ),
    ),
    SerialFormat(
        id="psa-14",
        name=later("a Peugeot or Citroen number"),
        looks=later("two letters, twelve digits"),
        where=_UNPRINTED,
        example="XY123456789012",
        number="XY123456789012",
        makes=("citroen", "peugeot"),
        identity=Identity.UNIT,
        shapes=(Shape("[@@############]", WEAK),),
        needs=Needs.MAKE,
    ),
    SerialFormat(
        id="fiat-visteon-6",
        name=later("a Fiat Visteon number"),
        looks=later("six digits"),
        where=_UNPRINTED,
        example="123456",
        number="123456",
        makes=("fiat",),
        identity=Identity.SHARED,
        shapes=(Shape("[######]", WEAK),),
        needs=Needs.MAKE,
    ),
    SerialFormat(
        id="delco-6",
        name=later("a Delco identification number"),
        looks=later("six digits in two groups of three"),
        where=later("On the display, in two halves, by a combination of keys."),
        example="123 456",
        number="123456",
        makes=("buick", "chevrolet", "gmc", "oldsmobile", "pontiac"),
        identity=Identity.SHARED,
        shapes=(Shape("[######]", WEAK),),
        needs=Needs.MAKE,
    ),
    SerialFormat(
        id="saturn-4",
        name=later("a Saturn number"),
        looks=later("four digits"),
        where=later(
            "On the display: ignition on, radio off, 1 and 2 held for five seconds. It is not the code."
        ),
        example="1234",
        number="1234",
        makes=("saturn",),
        identity=Identity.SHARED,
        shapes=(Shape("[####]", WEAK),),
        needs=Needs.MAKE,
    ),
    SerialFormat(
        id=AS_PRINTED,
        name=later("a number as it is printed"),
        looks=later("five to twenty letters and digits; nobody knows more of these numbers"),
        where=later("On the label of the radio, often behind S/N or Serial."),
        example="S/N 1234567",
        number="1234567",
        makes=(),
        identity=Identity.SHARED,
        shapes=(Shape("[~]", WEAK, tail=(5, 20)),),
        needs=Needs.NO_FORM,
    ),
)

FORMATS: Final[Mapping[str, SerialFormat]] = MappingProxyType({entry.id: entry for entry in _ALL})
"""All formats by id."""
