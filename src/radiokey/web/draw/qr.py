"""A QR code of what is carried by hand: for a page as SVG, for a terminal as lines of half blocks.

The text is one of QR's alphanumeric mode (digits, capitals), which is how `radiokey.code.hand` and
hexadecimal in capitals are written: two characters in eleven bits. `radiokey.qr` makes it.
"""

from typing import Final

from markupsafe import Markup

from radiokey.qr import qr_modules

_MODE: Final = "alphanumeric"
_HALVES: Final = {(True, True): " ", (False, False): "█", (True, False): "▄", (False, True): "▀"}
"""A character for two modules, one above the other. Dark ones are left out: a terminal's ground is dark."""


def qr_svg(text: str, about: str) -> Markup:
    """Return the code of `text` as an SVG picture; `about` says what it holds to who does not see it."""
    rows = qr_modules(text, mode=_MODE)
    size = len(rows)
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return Markup(
        '<svg class="qr" viewBox="0 0 {size} {size}" role="img" aria-label="{about}">'
        '<rect width="{size}" height="{size}" fill="#fff"/><path d="{path}" fill="#000"/></svg>'
    ).format(size=size, about=about, path=path)


def qr_lines(text: str) -> tuple[str, ...]:
    """Return the code of `text` as lines for a terminal that shows light letters on a dark ground."""
    rows = qr_modules(text, mode=_MODE)
    rows += ((False,) * len(rows),) * (len(rows) % 2)
    return tuple(
        "".join(_HALVES[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    )
