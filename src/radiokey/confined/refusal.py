"""Why a paper is not taken, as a closed list: a key for machines, words and a way out for the owner.

Words never repeat a name or a part of the file.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from radiokey.errors import PaperError
from radiokey.language.speech import gettext, later


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


_PRINT: Final = later("print it into a new PDF, or send a photo of the page")
_PHOTO: Final = later("send a photo of the page as JPEG, or the page as PDF")
_AGAIN: Final = later("open it on your device: if it looks right there, save it anew and send that")

WORDS: Final[Mapping[Refusal, tuple[str, str]]] = {
    Refusal.ACTIVE: (later("this PDF holds a program or an interactive form"), _PRINT),
    Refusal.ANIMATED: (later("this picture moves"), later("send one still picture, as JPEG or PNG")),
    Refusal.ARCHIVE: (later("this is an archive of files"), later("unpack it and send its pages one by one")),
    Refusal.DAMAGED: (later("this file cannot be read to its end"), _AGAIN),
    Refusal.EMBEDDED: (later("this PDF has other files in it"), _PRINT),
    Refusal.EMPTY: (later("this file is empty"), later("choose the file again")),
    Refusal.ENCRYPTED: (later("this PDF is locked by a password or by restrictions"), _PRINT),
    Refusal.EXTERNAL: (later("this PDF refers to other files"), _PRINT),
    Refusal.FILM: (later("this is a film"), later("send a photo instead, as JPEG")),
    Refusal.HEIC: (
        later("this photo is in the format HEIC, which is not taken here"),
        later(
            "send it as JPEG: Settings, Camera, Formats, Most Compatible, and take it anew; "
            "or send a screenshot"
        ),
    ),
    Refusal.OFFICE: (
        later("this is a document that can still be changed"),
        later("save it as PDF and send that"),
    ),
    Refusal.OTHER_PICTURE: (
        later("this format of pictures is not taken here"),
        later("save it as JPEG or PNG"),
    ),
    Refusal.TOO_LARGE: (
        later("this file is larger than 10 MB"),
        later("send a smaller photo, or the pages one by one"),
    ),
    Refusal.TOO_MANY_PAGES: (
        later("this PDF has more than 30 pages"),
        later("send only the pages that matter"),
    ),
    Refusal.TOO_MANY_PIXELS: (
        later("this picture has more than 40 megapixels"),
        later("make it smaller and send that"),
    ),
    Refusal.TOO_MUCH_WORK: (later("this file takes more work to read than a paper should"), _PHOTO),
    Refusal.TWO_IN_ONE: (later("this file is two files in one"), _AGAIN),
    Refusal.UNKNOWN: (later("this is no PDF, JPEG, PNG or WebP"), _PHOTO),
    Refusal.WEB_PAGE: (later("this is a web page or a drawing made of text"), _PRINT),
}
"""What the owner reads: what it is, then what to do."""


def paper_error(why: Refusal) -> PaperError:
    """Return the error to raise; its fact `reason` is the key."""
    sentence, hint = WORDS[why]
    return PaperError(gettext(sentence), hint=gettext(hint), reason=why.value)
