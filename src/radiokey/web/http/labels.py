"""What is said of the number on a photo of a label: to its owner, and to the desk."""

from radiokey.errors import SerialError
from radiokey.label.read import LabelReading, Reason, Suspect


def nothing_on(reading: LabelReading) -> SerialError:
    """Return what is said of a photo without a number: what stands there instead, and how to go on."""
    if any(one.reason is Reason.NEEDS_MAKE for one in reading.left_out):
        return SerialError("several makes have a number like the one on it", hint="say which make the car is")
    if not reading.left_out:
        return SerialError("no label was found on it", hint="fill the picture with the label, in good light")
    others = sorted({one.what for one in reading.left_out if one.reason is Reason.ANOTHER_NUMBER})
    return SerialError(
        "; ".join(["the number was not found on it", *others[:1]]),
        hint="take it again: the whole label, closer, straighter, without glare",
    )


def look_again(suspect: Suspect) -> str:
    """Say which character to look at again on the label."""
    return f"Look again at character {suspect.at + 1}: {suspect.read} and {suspect.other} look alike."
