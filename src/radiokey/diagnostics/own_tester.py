"""A tester of our own, for who has none: named requests, and a code as a key, to a unit in the same process.

It speaks DoIP to a `Gateway` and UDS to the `Plug` behind it, as every other tester does; only the socket is
left out. It is seen in the `Traffic` like the others.
"""

from collections.abc import Mapping
from typing import Final

from radiokey.code.value import Code
from radiokey.diagnostics.access import NO_SEED, key_of
from radiokey.diagnostics.doip import UNIT_ADDRESS, Payload, encode, encode_diagnostic
from radiokey.diagnostics.gateway import Ask, Gateway, Send
from radiokey.diagnostics.names import POSITIVE, SEED_SIZE, Did, Sid, read_request
from radiokey.diagnostics.server import Plug
from radiokey.diagnostics.traffic import Traffic
from radiokey.errors import InputError
from radiokey.language.speech import gettext, later

ADDRESS: Final = 0x0EFF
REQUEST_BYTES_MAX: Final = 64
CODE: Final = "code"
"""The word for: ask for a seed, and send the typed code as the key."""
RAW: Final = "raw"
"""The word for: send the typed bytes."""
UNPLUG: Final = "unplug"

ASKS: Final[Mapping[str, Mapping[str, tuple[str, bytes]]]] = {
    later("Read"): {
        "vin": ("VIN", read_request(Did.VIN)),
        "serial": (later("Serial number"), read_request(Did.SERIAL)),
        "state": (later("State"), read_request(Did.STATE, Did.REASON)),
        "tries": (later("Tries left"), read_request(Did.ERRORS, Did.TRIES_LEFT)),
        "wait": (later("Wait left"), read_request(Did.WAIT_LEFT)),
        "clock": (later("Clock condition"), read_request(Did.CLOCK)),
        "supply": (later("Supply"), read_request(Did.SUPPLY)),
        "troubles": (later("Trouble codes"), b"\x19\x02\x29"),
    },
    later("Session"): {
        "default": (later("Default"), b"\x10\x01"),
        "programming": (later("Programming"), b"\x10\x02"),
        "extended": (later("Extended"), b"\x10\x03"),
    },
    later("Routine"): {
        "self-test": (later("Self test"), b"\x31\x01\x03\x01"),
        "synchronise": (later("Synchronise"), b"\x31\x01\x03\x03"),
    },
    later("Reset"): {
        "hard-reset": (later("Hard reset"), b"\x11\x01"),
        "soft-reset": (later("Soft reset"), b"\x11\x03"),
    },
}
"""Each request by its word: what its button says, and its bytes; in the groups of the page."""
_REQUESTS: Final = {word: request for group in ASKS.values() for word, (_, request) in group.items()}
_LINK: Final = 1
_VERSION: Final = 0x02
_ACTIVATION: Final = encode(_VERSION, Payload.ACTIVATION_REQUEST, ADDRESS.to_bytes(2) + bytes(5))


class OwnTester:
    """One tester at a plug. `plugged`: its connection is activated; it is as soon as it asks."""

    def __init__(self, plug: Plug, traffic: Traffic, *, plugged: bool = False) -> None:
        self._plug = plug
        self._traffic = traffic
        self._gateway = Gateway()
        self.tester = plug.join()
        self.plugged = False
        if plugged:
            self._plug_in()

    def do(self, word: str, typed: str = "") -> None:
        """Do what a word says; raise `InputError` for none of its words, or for what cannot be sent."""
        if word == UNPLUG:
            self.hang_up()
        elif word == CODE:
            self._send_code(typed)
        elif word == RAW:
            self.ask(_bytes_of(typed))
        elif word in _REQUESTS:
            self.ask(_REQUESTS[word])
        else:
            raise InputError(
                gettext("that is nothing this tester asks"), hint=gettext("use the buttons of the page")
            )

    def ask(self, request: bytes) -> bytes:
        """Send a request; return the answer, empty where there is none."""
        if not self.plugged:
            self._show(_ACTIVATION, to_unit=True)
            self._show(self._plug_in(), to_unit=False)
        frame = encode_diagnostic(_VERSION, ADDRESS, UNIT_ADDRESS, request)
        self._show(frame, to_unit=True)
        answer = b""
        for action in self._gateway.receive(_LINK, frame, self._plug.now_ms()):
            assert isinstance(action, Ask), "it is activated, and asks in whole messages"
            self._traffic.message(f"<{ADDRESS:04X}", request)
            said = self._plug.work(self.tester, request, functional=action.functional)
            self._show(action.acknowledge, to_unit=False)
            if not said.quiet:
                answer = said.data
                self._show(action.answer(answer), to_unit=False)
                self._traffic.message(f">{ADDRESS:04X}", answer)
        return answer

    def stay(self) -> None:
        """Say that it is there, which nobody has to see; a session lasts as long as it does."""
        if self.plugged:
            self._plug.work(self.tester, bytes((Sid.TESTER_PRESENT, 0x80)), functional=False)

    def hang_up(self) -> None:
        """Take the tester off: its session is over."""
        if self.plugged:
            self._gateway.lose(_LINK, self._plug.now_ms())
            self._traffic.hung_up(0)
            self.plugged = False
        with self._plug.lock:
            self.tester.hang_up()

    def _plug_in(self) -> bytes:
        """Activate the connection; return what the unit's side said to it."""
        now_ms = self._plug.now_ms()
        self._gateway.open(_LINK, now_ms)
        (activated,) = self._gateway.receive(_LINK, _ACTIVATION, now_ms)
        assert isinstance(activated, Send), "nobody else has this address here"
        self.plugged = True
        return activated.data

    def _send_code(self, typed: str) -> None:
        typed = Code.typed(typed).reveal().upper()
        if not (typed.isascii() and typed.isalnum() and len(typed) <= SEED_SIZE):
            raise InputError(gettext("a key is made of a code"), hint=gettext("type the digits of the code"))
        answer = self.ask(bytes((Sid.SECURITY_ACCESS, 0x01)))
        seed = answer[2:]
        if answer[:1] == bytes((Sid.SECURITY_ACCESS | POSITIVE,)) and seed != NO_SEED:
            self.ask(bytes((Sid.SECURITY_ACCESS, 0x02)) + key_of(Code(typed), seed))

    def _show(self, frame: bytes, *, to_unit: bool) -> None:
        self._traffic.doip(0, frame, to_unit=to_unit)


def _bytes_of(typed: str) -> bytes:
    try:
        request = bytes.fromhex(typed)
    except ValueError as error:
        raise InputError(
            gettext("a request is typed as hexadecimal digits"), hint=gettext("like 22 F1 90")
        ) from error
    if not 0 < len(request) <= REQUEST_BYTES_MAX:
        raise InputError(
            gettext("a request has 1 to {most} bytes here", most=REQUEST_BYTES_MAX),
            hint=gettext("like 22 F1 90"),
        )
    return request
