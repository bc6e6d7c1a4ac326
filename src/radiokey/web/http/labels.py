"""What is said of the number on a photo of a label: to its owner, and to the desk."""

from radiokey.errors import SerialError
from radiokey.label.read import LabelReading, Reason, Suspect
from radiokey.language.speech import gettext


def nothing_on(reading: LabelReading) -> SerialError:
    """Return what is said of a photo without a number: what stands there instead, and how to go on."""
    if any(one.reason is Reason.NEEDS_MAKE for one in reading.left_out):
        return SerialError(
            gettext("several makes have a number like the one on it"),
            hint=gettext("say which make the car is"),
        )
    if not reading.left_out:
        return SerialError(
            gettext("no label was found on it"),
            hint=gettext("fill the picture with the label, in good light"),
        )
    others = sorted({gettext(one.what) for one in reading.left_out if one.reason is Reason.ANOTHER_NUMBER})
    return SerialError(
        "; ".join([gettext("the number was not found on it"), *others[:1]]),
        hint=gettext("take it again: the whole label, closer, straighter, without glare"),
    )


def look_again(suspect: Suspect) -> str:
    """Say which character to look at again on the label."""
    return gettext(
        "Look again at character {value}: {read} and {other} look alike.",
        value=suspect.at + 1,
        read=suspect.read,
        other=suspect.other,
    )
