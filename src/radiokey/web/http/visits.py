"""What an owner said on the road, sealed into the address of the pages that follow (docs/spec/visit.md).

A form is posted, and the browser is led to a page of its own, which Back, a reload and a reopened tab ask for
again. The site keeps nothing of it: what was said travels in the address, encrypted, and only this site can
read or make one. A code never does. One that follows from the number is released again, as the same request;
one that the owner typed is held in memory under a random name, and asked for once more where that is gone.
"""

import base64
import binascii
from collections import OrderedDict
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from radiokey.base.ports.store import Randomness
from radiokey.clock import HOUR_MS, Clock
from radiokey.code.value import Code
from radiokey.errors import LinkError

PURPOSE: Final = "visit"
LASTS_MS: Final = 2 * HOUR_MS
"""How long a page of the road is there: longer than nearly every wait of a radio."""
HELD_MAX: Final = 4096
"""So many typed codes are held at once; the oldest goes first."""
TOKEN_LENGTH_MAX: Final = 4096
_NONCE_SIZE: Final = 12
_NAME_SIZE: Final = 16


class Problem(msgspec.Struct, frozen=True, array_like=True):
    """What was wrong with the form that led here, its status, and the page of the visit that says so."""

    page: str
    sentence: str
    hint: str
    status: int


class Visit(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What an owner said so far; every field is text as it was typed or chosen, empty where nothing was.

    `say` is what the display shows, `word` and `shows` its row and state where the guide decided those.
    `model` is the radio that the code is released for, `keys` another one whose keys it has. `request_id`,
    `client` and `network` are those of the release, `desk` is the request of a desk it comes from. `held`
    names a typed code, `problem` is what was wrong with the last form.
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
    held: str = ""
    problem: Problem | None = None
    until_ms: int = 0


class Visits:
    """Seals visits and opens them again, and holds the codes that owners typed.

    `key` has 32 bytes. Used from the event loop alone.
    """

    def __init__(self, key: bytes, clock: Clock, randomness: Randomness) -> None:
        self._cipher = AESGCM(key)
        self._clock = clock
        self._randomness = randomness
        self._held: OrderedDict[str, tuple[int, Code]] = OrderedDict()

    def path(self, visit: Visit) -> str:
        """Return the address of the pages of a visit, good for `LASTS_MS` from now."""
        visit = msgspec.structs.replace(visit, until_ms=self._clock.now_ms() + LASTS_MS)
        nonce = self._randomness.bytes(_NONCE_SIZE)
        sealed = self._cipher.encrypt(nonce, msgspec.json.encode(visit), None)
        return f"/road/{base64.urlsafe_b64encode(nonce + sealed).rstrip(b'=').decode('ascii')}"

    def open(self, token: str) -> Visit:
        """Return the visit of an address; raise `LinkError` for one of elsewhere or whose time is over."""
        visit = self._unsealed(token)
        if self._clock.now_ms() >= visit.until_ms:
            raise LinkError(
                "this page is gone: it was there for two hours", hint="begin again with the number"
            )
        return visit

    def _unsealed(self, token: str) -> Visit:
        if len(token) > TOKEN_LENGTH_MAX or "+" in token or "/" in token:
            raise _made_elsewhere()
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            opened = self._cipher.decrypt(raw[:_NONCE_SIZE], raw[_NONCE_SIZE:], None)
            return msgspec.json.decode(opened, type=Visit)
        except (binascii.Error, ValueError, InvalidTag, msgspec.DecodeError) as error:
            raise _made_elsewhere() from error

    def hold(self, visit: Visit, code: Code) -> Visit:
        """Return the visit with a typed code, which stays in this process for two hours at most."""
        now_ms = self._clock.now_ms()
        self._drop(now_ms)
        name = self._randomness.bytes(_NAME_SIZE).hex()
        self._held[name] = (now_ms + LASTS_MS, code)
        return msgspec.structs.replace(visit, held=name)

    def code_of(self, visit: Visit) -> Code | None:
        """Return the code that was typed, `None` where none was or it is gone."""
        self._drop(self._clock.now_ms())
        _, code = self._held.get(visit.held, (0, None))
        return code

    def _drop(self, now_ms: int) -> None:
        """Forget what is over, and the oldest while there are too many."""
        while self._held:
            until_ms, _ = next(iter(self._held.values()))
            if now_ms < until_ms and len(self._held) < HELD_MAX:
                return
            self._held.popitem(last=False)


def _made_elsewhere() -> LinkError:
    return LinkError("this address is cut short, changed, or not from here", hint="begin again")
