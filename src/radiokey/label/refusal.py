"""Why a file is not read as a photo of a label: the reasons of papers, in words about a photo.

The owner learns what the file is and what to do instead. Words never repeat a name or a part of the file.
"""

from collections.abc import Mapping
from typing import Final

from radiokey.confined.refusal import WORDS as PAPER_WORDS
from radiokey.confined.refusal import Refusal
from radiokey.errors import PaperError, PhotoError
from radiokey.language.speech import gettext, later

_PHOTO: Final = later("take a photo of the label, as JPEG, HEIC, PNG or WebP")
_SMALLER: Final = later(
    "take it with the camera's usual size, or send a screenshot of it; 12 megapixels are plenty"
)
_AGAIN: Final = later("open it on your device: if it looks right there, save it anew and give that")

WORDS: Final[Mapping[Refusal, tuple[str, str]]] = {
    reason: (sentence, _PHOTO) for reason, (sentence, _) in PAPER_WORDS.items()
} | {
    Refusal.ACTIVE: (later("this is a PDF, not a photo"), _PHOTO),
    Refusal.ANIMATED: (later("this picture moves"), later("give one still picture of the label")),
    Refusal.ARCHIVE: (later("this is an archive of files"), later("unpack it and give the photo in it")),
    Refusal.DAMAGED: (later("this file cannot be read to its end"), _AGAIN),
    Refusal.EMPTY: (later("this file is empty"), later("choose the file again")),
    Refusal.FILM: (
        later("this is a film"),
        later("stop it where the label is sharp, and give a screenshot of that"),
    ),
    Refusal.HEIC: (later("this HEIC cannot be read here"), later("save it as JPEG and give that")),
    Refusal.OTHER_PICTURE: (
        later("this format of pictures is not read here"),
        later("save it as JPEG or PNG"),
    ),
    Refusal.TOO_LARGE: (later("this file is larger than 10 MB"), _SMALLER),
    Refusal.TOO_MANY_PIXELS: (later("this picture has more than 40 megapixels"), _SMALLER),
    Refusal.TOO_MUCH_WORK: (later("this file takes more work to read than a photo should"), _SMALLER),
    Refusal.TWO_IN_ONE: (later("this file is two files in one"), _AGAIN),
    Refusal.UNKNOWN: (later("this is no JPEG, HEIC, PNG or WebP"), _PHOTO),
}


PDF: Final = Refusal.ACTIVE
"""Of a PDF nothing is looked at here, so one reason serves for all of them."""


def photo_error(why: Refusal) -> PhotoError:
    """Return the error to raise; its fact `reason` is the key."""
    sentence, hint = WORDS[why]
    return PhotoError(gettext(sentence), hint=gettext(hint), reason="pdf" if why is PDF else why.value)


def reworded(error: PaperError) -> PhotoError:
    """Return what a refusal by the readers of papers means for a photo."""
    return photo_error(Refusal(str(error.facts["reason"])))
