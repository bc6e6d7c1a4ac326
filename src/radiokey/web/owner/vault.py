"""The vault in the browser: the page gets what is to be kept, and makes and opens the file by itself.

The server sees no passphrase and no file. The code of a visit it has released itself; the card is drawn from
it and stored nowhere.
"""

import json
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from radiokey.base.release.request import Released
from radiokey.language.speech import gettext, later
from radiokey.vault.document import Entry, encode_entry
from radiokey.vault.head import FACTOR_WRITTEN
from radiokey.vault.secret import PASSPHRASE_LENGTH_MIN
from radiokey.web.draw.card import card_of_entry, with_entering
from radiokey.web.draw.panel import CELL, GAP, LARGEST, LETTER, LINE, PADDING
from radiokey.web.http.render import NO_STORE
from radiokey.web.http.visits import Visit
from radiokey.web.owner.code import released_for
from radiokey.web.owner.number import PRIVATE
from radiokey.web.site import Site

SAYS: Final = {
    "vault-works": later("This takes a few seconds."),
    "vault-opened": later("It is open. Compare the number on the radio first: cars change their radios."),
    "vault-kept": later("The file is made. Save it, and copy it to a second place."),
    "vault-passphrase": later("The passphrase does not open it. Look at capitals; nothing counts the tries."),
    "vault-cut": later("The file is not whole: it was cut short. Use another copy of it."),
    "vault-changed": later("The file is not as it was written. Use another copy of it."),
    "vault-photo": later("This photo is damaged. The number is not."),
    "vault-newer": later("A later version wrote this file. A newer Radiokey reads it."),
    "vault-foreign": later("This file is no vault."),
    "vault-cost": later(
        "This costs more than a browser can pay: open it on a computer, with Radiokey or age."
    ),
    "vault-keyed": later("This vault opens with a key file: on a computer, with Radiokey or with age."),
    "vault-file": later("Choose the file first."),
    "vault-short": later("A passphrase has at least {n} characters."),
    "vault-twice": later("The two passphrases are not the same."),
    "vault-other": later("This browser cannot do it. Radiokey and age open the file on a computer."),
}
"""What the page says, by what happened; most of it are the slugs of docs/errors.md."""
_FIELDS: Final = {
    "car": later("Car"),
    "confirm": later("Confirmed by"),
    "found": later("Number found"),
    "source": later("Code from"),
    "kept_on": later("Kept on"),
    "note": later("Note"),
}
"""What is shown of a radio before its code, and how it is called."""
_PANEL_WORDS: Final = {
    "step": later("Step {at} of {all}"),
    "next": later("Done, next"),
    "back": later("Back"),
    "hold": later("hold"),
    "done": later("That was the last key. If the radio refuses the code, stop and compare the number."),
    "look": later("Show the photo"),
    "photo": later("The photo that was kept with this number"),
}
"""How a page draws the panel of an opened vault, and what it says beside it."""


def opener() -> dict[str, Any]:
    """Return what a page needs that opens a vault (`owner/vault_open.html`)."""
    panel = {
        "cell": CELL,
        "gap": GAP,
        "padding": PADDING,
        "letter": LETTER,
        "largest": LARGEST,
        "line": LINE,
        "words": {name: gettext(text) for name, text in _PANEL_WORDS.items()},
    }
    return {"fields": _fields(), "says": _says(), "panel_words": json.dumps(panel)}


def _fields() -> str:
    return json.dumps({name: gettext(called) for name, called in _FIELDS.items()})


def _says() -> dict[str, str]:
    return {slug: gettext(text, n=PASSPHRASE_LENGTH_MIN) for slug, text in SAYS.items()}


@get("/vault", sync_to_thread=False)
def open_page(site: NamedDependency[Site]) -> Response[str]:
    """Open a vault in the browser; the page is the same for everybody."""
    return site.pages.show("owner/vault.html", headers=NO_STORE, radio=None, **opener())


@get("/road/{visit:str}/keep")
async def keep_page(site: NamedDependency[Site], visit: FromPath[str]) -> Response[str] | Redirect:
    """Give the browser what a vault keeps of the radio whose code was released."""
    entry = await _entry(site, visit)
    if entry is None:
        return Redirect(f"/road/{visit}", status_code=303)
    return site.pages.show(
        "owner/vault.html",
        headers=PRIVATE,
        radio=encode_entry(entry),
        factor=FACTOR_WRITTEN,
        least=PASSPHRASE_LENGTH_MIN,
        here=f"/road/{visit}",
        says=_says(),
    )


@get("/road/{visit:str}/card")
async def card(site: NamedDependency[Site], visit: FromPath[str]) -> Response[bytes] | Redirect:
    """Draw the card of the radio whose code was released, with its code."""
    entry = await _entry(site, visit)
    if entry is None:
        return Redirect(f"/road/{visit}", status_code=303)
    return Response(
        await site.in_thread(_drawn, entry),
        media_type="application/pdf",
        headers={**PRIVATE, "Content-Disposition": 'attachment; filename="radio-card.pdf"'},
    )


def _drawn(entry: Entry) -> bytes:
    from radiokey.vault.card import draw_card  # noqa: PLC0415 - fonts take long to load

    return draw_card(card_of_entry(entry, code=True))


async def _entry(site: Site, token: str) -> Entry | None:
    said = site.visits.open(token)
    released = await released_for(site, said)
    return None if released is None else _entry_of(site, said, released)


def _entry_of(site: Site, visit: Visit, released: Released) -> Entry:
    named = site.catalogue.models.get(visit.keys or visit.model)
    model = named if named is not None and not named.default else None
    entry = Entry(
        serial=released.receipt.serial,
        kind=released.receipt.kind,
        model="" if model is None else model.id,
        make=visit.make,
        code=released.code,
        confirm="" if model is None or model.panel is None else model.panel.confirm_label,
        source="Radiokey",
        kept_on=datetime.fromtimestamp(site.clock.now_ms() / 1000, UTC).date(),
        receipt=msgspec.to_builtins(released.receipt),
    )
    return with_entering(entry, model)


HANDLERS: Final = (open_page, keep_page, card)
