"""What the sheet says of every radio: why, what to bring, how to tell an honest offer."""

from typing import Final

from radiokey.language.speech import later

WHY: Final = {
    "number-first": later(
        "For some of these radios the code follows from the number on the label, and "
        "this program gives it: type the number before you ask or pay anybody. For the "
        "others this is the way."
    ),
    "no-derivation": later(
        "Too little evidence is public of how this radio's code follows from its "
        "number: a code from it could cost you a try. The maker's records are the way "
        "to it."
    ),
    "outside": later(
        "For this kind of radio a public way from number to code exists, but not for "
        "the number or unit you have: there it is undefined or in doubt, and a wrong "
        "code would cost you a try."
    ),
    "protected": later(
        "It does not recognise its car, or its car does not recognise it. While it "
        "shows that, it takes no code; the part has to be confirmed to the car."
    ),
    "contradicts": later(
        "Some sources say that this radio is paired to its car and wants no code; but "
        "radios like it ask for one, or the sources are weak. Ask first which it is, "
        "before you look or pay for a code."
    ),
    "vehicle": later("This radio is paired to its car. No code exists that you could key in."),
    "server": later("This radio is released by the maker's server. No code exists that you could key in."),
    "owner-code": later(
        "On this radio an owner sets the code. No number on the unit leads to it, and "
        "the maker's records may hold another one."
    ),
}

FIRST_LOOK: Final = (
    later("The radio's card: Code Card, Car Pass, Radiopass, a blue card"),
    later("Handbook and service book, first and last pages"),
    later("Glovebox wall, trunk, underside of the bonnet, tag of the spare key"),
    later("Old invoices, the previous owner, the dealer who sold the car"),
)

IN_HAND: Final = (
    later("The car's registration papers"),
    later("Your identity card or passport"),
    later("The car's number (VIN)"),
    later("The radio's serial number, with a photo of its label"),
    later("If it was stolen once: the insurance claim or the police receipt"),
    later("If you bought the radio used: its bill, or what the seller wrote"),
)

HONEST: Final = (
    later("Says before you pay that numbers beginning like yours are covered"),
    later("Names one whole price, in writing"),
    later("Gives the money back when the radio refuses the code"),
    later("Asks for proof that car and radio are yours"),
    later("Wants to see a photo of the label, not only a typed number"),
    later("Tells you which keys to press and how many tries you have"),
)

RED_FLAGS: Final = (
    later("A number for every input, within a second, without asking for the make"),
    later("A guarantee of a hundred per cent"),
    later("No question about who owns the radio"),
    later("A universal code, a reset trick, or three wrong codes on purpose"),
    later("Payment before anybody says whether your number is covered"),
    later("A code of another length than yours, or with digits your keys do not have"),
)

PHOTOGRAPH: Final = (
    later("The display as it is now"),
    later("The whole label on the unit, straight and sharp, with its barcodes"),
    later("The front of the radio with all its keys"),
    later("The registration, and the car's number behind the windscreen"),
    later("The handbook's page about the radio code, if there is one"),
)

# Formulas that circulate and are known to be wrong (tests/code/families/test_deny_list.py), by make.
LAST_FOUR: Final = later(
    "One formula that circulates is made up: the last four figures of the number "
    "plus a fixed figure. It does not give the one pair of number and code that "
    "was collected."
)
FOLK: Final = {
    "ford": later(
        "One formula that circulates is made up: sums and differences of the number's "
        "digits. It gives figures below 0 and above 9, and for M123456 not the code of "
        "the known tables."
    ),
    "hyundai": LAST_FOUR,
    "kia": LAST_FOUR,
}
OLD_RADIO: Final = later(
    "The car's number leads to the radio that was fitted first. If yours was "
    "replaced, only the number on the unit counts."
)
NO_PROMISE: Final = later(
    "No source is sure in every case: units are swapped, changed by a workshop, or on a list of stolen ones."
)
OWNER_SET: Final = later("Ask earlier owners and installers first: they may have set the code themselves.")
NASTF: Final = later(
    "In the United States locksmiths and workshops use a registry of their own "
    "(NASTF). It is for professionals; they need your licence and proof of "
    "ownership for it."
)
