"""What was said in a form, sealed into the address of the page that follows (docs/spec/visit.md).

A form is posted, and the browser is led to a page of its own, which Back, a reload and a reopened tab ask for
again. The site keeps nothing of it: what was said travels in the address, encrypted, and only this site can
read or make one. On the owner's road that is a `Visit`, from page to page; elsewhere a `FormAnswer`, on the
page of the form itself: what was wrong, and what was typed.

A code never does. One that follows from the number is released again, as the same request; one that the
owner typed is held in memory under a random name, and asked for once more where that is gone. So is a secret
that is shown once, and what was typed where it may have a code or is too long for an address.
"""

from typing import Final, TypeVar

import msgspec

from radiokey.base.ports.store import Randomness
from radiokey.clock import HOUR_MS, MINUTE_MS, Clock
from radiokey.code.value import Code
from radiokey.errors import LinkError
from radiokey.language.speech import gettext, later
from radiokey.web.http.held import HeldTexts
from radiokey.web.http.text_seal import TextSeal

PURPOSE: Final = "visit"
LASTS_MS: Final = 2 * HOUR_MS
"""How long a page of the road is there: longer than nearly every wait of a radio."""
SHOWN_MS: Final = 10 * MINUTE_MS
"""How long a secret that is shown once is shown again when its page is reloaded."""
HELD_MAX: Final = 4096
"""So many typed codes are held at once; the oldest goes first."""
HELD_BYTES_MAX: Final = 8 * 1024 * 1024
"""So many bytes of what was typed, and was too long for an address, are held at once."""
TOKEN_LENGTH_MAX: Final = 4096
SAID: Final = "said"
"""The name in an address of what a page says of the form that led to it."""
_ROAD: Final = "road"
_GONE: Final = later("what was typed is not here any more: type it once more")


class Problem(msgspec.Struct, frozen=True, array_like=True):
    """What was wrong with the form that led here, its status, and the page of the visit that says so.

    `limit` and `retry_after_s` are those of a limit that was reached.
    """

    page: str
    sentence: str
    hint: str
    status: int
    limit: str = ""
    retry_after_s: int = 0


class PhotoNumber(msgspec.Struct, frozen=True, array_like=True):
    """A number that stands on the owner's photo: its spelling, the text to read it from again, and doubts.

    `look_again` has the place of each character to look at again, from 0, and a sentence why.
    """

    serial: str
    text: str
    look_again: tuple[tuple[int, str], ...] = ()


class Visit(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What an owner said so far; every field is text as it was typed or chosen, empty where nothing was.

    `say` is what the display shows, `word` and `shows` its row and state where the guide decided those.
    `model` is the radio that the code is released for, `keys` another one whose keys it has. `request_id`,
    `client` and `network` are those of the release, `desk` is the request of a desk it comes from; `once` and
    `email` are for opening one. `photo` is what a photo said that this site read, and nothing of the photo.
    `held` names a typed code, `problem` is what was wrong with the last form.
    """

    text: str = ""
    make: str = ""
    car: str = ""
    model: str = ""
    keys: str = ""
    say: str = ""
    word: str = ""
    shows: str = ""
    errors: str = ""
    refused: str = ""
    vin: str = ""
    owns: str = ""
    request_id: str = ""
    client: str = ""
    network: str = ""
    desk: str = ""
    once: str = ""
    email: str = ""
    photo: tuple[PhotoNumber, ...] = ()
    held: str = ""
    problem: Problem | None = None
    until_ms: int = 0


class FormAnswer(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a page says of the form that led to it: what was wrong, what was typed, but no secret and no file.

    `form` names the form where a page has several. `held` names what was typed where it may have a code or
    was too long for an address, `secret` a secret to show.
    """

    problem: Problem | None = None
    form: str = ""
    typed: dict[str, str] = {}
    held: str = ""
    secret: str = ""
    until_ms: int = 0


S = TypeVar("S", Visit, FormAnswer)


class Visits:
    """Seals visits and answers to forms and opens them again, and holds what may stand in no address.

    `key` has 32 bytes.
    """

    def __init__(self, key: bytes, clock: Clock, randomness: Randomness) -> None:
        self._seal = TextSeal(key, randomness)
        self._clock = clock
        self._codes = HeldTexts(clock, randomness, lasts_ms=LASTS_MS, most=HELD_MAX, bytes_max=HELD_BYTES_MAX)
        self._texts = HeldTexts(clock, randomness, lasts_ms=LASTS_MS, most=HELD_MAX, bytes_max=HELD_BYTES_MAX)
        self._anybodys = HeldTexts(
            clock, randomness, lasts_ms=LASTS_MS, most=HELD_MAX, bytes_max=HELD_BYTES_MAX
        )
        self._secrets = HeldTexts(
            clock, randomness, lasts_ms=SHOWN_MS, most=HELD_MAX, bytes_max=HELD_BYTES_MAX
        )

    # --- the road -----------------------------------------------------------------------------------------

    def path(self, visit: Visit) -> str:
        """Return the address of the pages of a visit, good for `LASTS_MS` from now."""
        return f"/road/{self._sealed(visit, _ROAD)}"

    def open(self, token: str) -> Visit:
        """Return the visit of an address; raise `LinkError` for one of elsewhere or whose time is over."""
        visit = self._opened(token, _ROAD, Visit)
        if visit is None:
            raise LinkError(
                gettext("this address is cut short, changed, or not from here"), hint=gettext("begin again")
            )
        if self._clock.now_ms() >= visit.until_ms:
            raise LinkError(
                gettext("this page is gone: it was there for two hours"),
                hint=gettext("begin again with the number"),
            )
        return visit

    def hold(self, visit: Visit, code: Code) -> Visit:
        """Return the visit with a typed code, which stays in this process for two hours at most."""
        return msgspec.structs.replace(visit, held=self._codes.hold(code.reveal()))

    def code_of(self, visit: Visit) -> Code | None:
        """Return the code that was typed, `None` where none was or it is gone."""
        typed = self._codes.text_of(visit.held) if visit.held else None
        return None if typed is None else Code(typed)

    # --- other pages --------------------------------------------------------------------------------------

    def address(
        self, page: str, place: str, said: FormAnswer, *, hold: bool = False, secret: str = ""
    ) -> str:
        """Return the address of a page with what it says of a form, for `place`: the page, and whose it is.

        What was typed is held in memory where it may have a code (`hold`) or is too long for an address, and
        so is a `secret` to be shown.
        """
        if secret:
            said = msgspec.structs.replace(said, secret=self._secrets.hold(secret))
        token = "" if hold and said.typed else self._sealed(said, place)
        if not token or len(token) > TOKEN_LENGTH_MAX:
            held = self._texts_of(place).hold(msgspec.json.encode(said.typed).decode())
            token = self._sealed(msgspec.structs.replace(said, typed={}, held=held), place)
        return f"{page}{'&' if '?' in page else '?'}{SAID}={token}"

    def answer_of(self, token: str, place: str) -> FormAnswer:
        """Return what the page of `place` says of a form; nothing where the token is none, or over.

        Such a page has an address of its own, and is shown without it.
        """
        said = self._opened(token, place, FormAnswer) if token else None
        if said is None or self._clock.now_ms() >= said.until_ms:
            return FormAnswer()
        if not said.held:
            return said
        typed = self._texts_of(place).text_of(said.held)
        if typed is not None:
            return msgspec.structs.replace(said, typed=msgspec.json.decode(typed, type=dict[str, str]))
        if said.problem is None:
            return FormAnswer()
        hint = f"{said.problem.hint}; {gettext(_GONE)}" if said.problem.hint else gettext(_GONE)
        return msgspec.structs.replace(said, problem=msgspec.structs.replace(said.problem, hint=hint))

    def secret_of(self, said: FormAnswer) -> str | None:
        """Return the secret that a page shows, `None` where it shows none or no more."""
        return self._secrets.text_of(said.secret) if said.secret else None

    # --- both ---------------------------------------------------------------------------------------------

    def _texts_of(self, place: str) -> HeldTexts:
        """Return what was typed by people who are known, or by anybody, who pushes out nothing of theirs."""
        return self._texts if " " in place or place.startswith("owner:") else self._anybodys

    def _sealed(self, said: Visit | FormAnswer, place: str) -> str:
        said = msgspec.structs.replace(said, until_ms=self._clock.now_ms() + LASTS_MS)
        return self._seal.seal(msgspec.json.encode(said), place)

    def _opened(self, token: str, place: str, kind: type[S]) -> S | None:
        if len(token) > TOKEN_LENGTH_MAX:
            return None
        content = self._seal.open(token, place)
        if content is None:
            return None
        try:
            return msgspec.json.decode(content, type=kind)
        except msgspec.DecodeError:  # of a version before this one
            return None
