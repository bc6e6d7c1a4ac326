"""The modules of a QR code, made in one place; a page, a terminal and the card's PDF draw them."""

from typing import Final

import segno

QUIET: Final = 4
"""Light modules around a code (ISO/IEC 18004)."""


def qr_modules(text: str, *, mode: str | None = None) -> tuple[tuple[bool, ...], ...]:
    """Return the rows of the code of `text`, `True` where it is dark, the quiet zone around it.

    With correction level M; never a Micro QR, which many readers do not know. `mode` is segno's.

    >>> len(qr_modules("4786"))
    29
    """
    code = segno.make_qr(text, error="m", mode=mode)
    return tuple(tuple(bool(module) for module in row) for row in code.matrix_iter(border=QUIET))
