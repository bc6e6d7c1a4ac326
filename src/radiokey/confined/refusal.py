"""Why a paper is not taken, as a closed list: a key for machines, words and a way out for the owner.

Words never repeat a name or a part of the file.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from radiokey.errors import PaperError


class Refusal(StrEnum):
    """Why a paper was not taken, sorted."""

    ACTIVE = "active"
    ANIMATED = "animated"
    ARCHIVE = "archive"
    DAMAGED = "damaged"
    EMBEDDED = "embedded"
    EMPTY = "empty"
    ENCRYPTED = "encrypted"
    EXTERNAL = "external"
    FILM = "film"
    HEIC = "heic"
    OFFICE = "office"
    OTHER_PICTURE = "other-picture"
    TOO_LARGE = "too-large"
    TOO_MANY_PAGES = "too-many-pages"
    TOO_MANY_PIXELS = "too-many-pixels"
    TOO_MUCH_WORK = "too-much-work"
    TWO_IN_ONE = "two-in-one"
    UNKNOWN = "unknown"
    WEB_PAGE = "web-page"


_PRINT: Final = "print it into a new PDF, or send a photo of the page"
_PHOTO: Final = "send a photo of the page as JPEG, or the page as PDF"
_AGAIN: Final = "open it on your device: if it looks right there, save it anew and send that"

WORDS: Final[Mapping[Refusal, tuple[str, str]]] = {
    Refusal.ACTIVE: ("this PDF holds a program or an interactive form", _PRINT),
    Refusal.ANIMATED: ("this picture moves", "send one still picture, as JPEG or PNG"),
    Refusal.ARCHIVE: ("this is an archive of files", "unpack it and send its pages one by one"),
    Refusal.DAMAGED: ("this file cannot be read to its end", _AGAIN),
    Refusal.EMBEDDED: ("this PDF has other files in it", _PRINT),
    Refusal.EMPTY: ("this file is empty", "choose the file again"),
    Refusal.ENCRYPTED: ("this PDF is locked by a password or by restrictions", _PRINT),
    Refusal.EXTERNAL: ("this PDF refers to other files", _PRINT),
    Refusal.FILM: ("this is a film", "send a photo instead, as JPEG"),
    Refusal.HEIC: (
        "this photo is in the format HEIC, which is not taken here",
        "send it as JPEG: Settings, Camera, Formats, Most Compatible, and take it anew; or send a screenshot",
    ),
    Refusal.OFFICE: ("this is a document that can still be changed", "save it as PDF and send that"),
    Refusal.OTHER_PICTURE: ("this format of pictures is not taken here", "save it as JPEG or PNG"),
    Refusal.TOO_LARGE: ("this file is larger than 10 MB", "send a smaller photo, or the pages one by one"),
    Refusal.TOO_MANY_PAGES: ("this PDF has more than 30 pages", "send only the pages that matter"),
    Refusal.TOO_MANY_PIXELS: ("this picture has more than 40 megapixels", "make it smaller and send that"),
    Refusal.TOO_MUCH_WORK: ("this file takes more work to read than a paper should", _PHOTO),
    Refusal.TWO_IN_ONE: ("this file is two files in one", _AGAIN),
    Refusal.UNKNOWN: ("this is no PDF, JPEG, PNG or WebP", _PHOTO),
    Refusal.WEB_PAGE: ("this is a web page or a drawing made of text", _PRINT),
}
"""What the owner reads: what it is, then what to do."""


def paper_error(why: Refusal) -> PaperError:
    """Return the error to raise; its fact `reason` is the key."""
    sentence, hint = WORDS[why]
    return PaperError(sentence, hint=hint, reason=why.value)
