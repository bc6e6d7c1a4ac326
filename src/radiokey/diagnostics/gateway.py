"""The DoIP entity (ISO 13400-2): who is connected, activated, alive. Pure: bytes in, actions out.

The caller owns the sockets and gives each a number. It does what it is returned, in order: `Send` bytes,
`Close` a connection, `Ask` the unit what a diagnostic message says and send the answer behind the
acknowledge.
"""

from dataclasses import dataclass, field
from typing import Final

from radiokey.clock import MINUTE_MS, SECOND_MS
from radiokey.diagnostics.doip import (
    CLOSING,
    FUNCTIONAL_ADDRESS,
    TESTER_ADDRESSES,
    UNIT_ADDRESS,
    VERSIONS,
    Activation,
    BadHeader,
    DiagnosticNack,
    Message,
    Occupancy,
    Payload,
    Reader,
    addresses,
    encode,
    encode_acknowledge,
    encode_diagnostic,
)

TESTERS_MAX: Final = 64
INITIAL_INACTIVITY_MS: Final = 2 * SECOND_MS
GENERAL_INACTIVITY_MS: Final = 5 * MINUTE_MS
ALIVE_CHECK_MS: Final = 500
HELD_SIZE_MAX: Final = 65_536
_TYPES: Final = frozenset({0x00, 0x01})
_RESERVED: Final = bytes(4)


@dataclass(frozen=True, slots=True)
class Send:
    """Send these bytes on that connection."""

    link: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Close:
    """Close that connection once what was sent is out; `why` is for the log."""

    link: int
    why: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Send `acknowledge`, and behind it what the unit answers to `data`."""

    link: int
    source: int
    version: int
    data: bytes
    functional: bool
    acknowledge: bytes

    def answer(self, data: bytes) -> bytes:
        """Return the unit's answer as a message to the tester that asked."""
        return encode_diagnostic(self.version, UNIT_ADDRESS, self.source, data)


Action = Send | Close | Ask


@dataclass(slots=True)
class _Link:
    """A connection; `source` is the tester's address once it is activated."""

    number: int
    heard_ms: int
    reader: Reader = field(default_factory=Reader)
    source: int | None = None
    version: int = max(VERSIONS)
    held: bytearray = field(default_factory=bytearray)


@dataclass(slots=True)
class _Contest:
    """An activation that waits for others to say whether they live; if all do the answer is `denied`."""

    newcomer: int
    source: int
    version: int
    asked: set[int]
    denied: Activation
    due_ms: int


class Gateway:
    """All connections of one unit."""

    __slots__ = ("_contests", "_links")

    def __init__(self) -> None:
        self._links: dict[int, _Link] = {}
        self._contests: list[_Contest] = []

    @property
    def occupancy(self) -> Occupancy:
        """How many testers are activated."""
        return Occupancy(TESTERS_MAX, sum(link.source is not None for link in self._links.values()))

    def open(self, link: int, now_ms: int) -> None:
        """Note a new connection."""
        self._links[link] = _Link(link, now_ms)

    def lose(self, link: int, now_ms: int) -> list[Action]:
        """Note that a connection is gone; who waited for its address gets it."""
        self._links.pop(link, None)
        self._contests = [contest for contest in self._contests if contest.newcomer != link]
        actions: list[Action] = []
        for contest in [one for one in self._contests if link in one.asked]:
            contest.asked.clear()  # its place is free: nobody else has to go
            actions += self._settle(contest, now_ms)
        return actions

    def receive(self, link: int, data: bytes, now_ms: int) -> list[Action]:
        """Return what to do about bytes that came on a connection."""
        at = self._links.get(link)
        if at is None:
            return []
        at.heard_ms = now_ms
        if any(contest.newcomer == link for contest in self._contests):
            at.held += data
            return self._drop(at, "more than is waited with") if len(at.held) > HELD_SIZE_MAX else []
        actions: list[Action] = []
        for contest in [one for one in self._contests if link in one.asked]:
            actions += self._lives(contest, link)
        for message in at.reader.feed(data):
            actions += self._take(at, message, now_ms)
            if link not in self._links or any(contest.newcomer == link for contest in self._contests):
                break
        return actions

    def tick(self, now_ms: int) -> list[Action]:
        """Return what is due: contests that nobody answered, connections that are silent."""
        actions: list[Action] = []
        for contest in [one for one in self._contests if now_ms >= one.due_ms]:
            actions += self._settle(contest, now_ms)
        for link in list(self._links.values()):
            limit_ms = INITIAL_INACTIVITY_MS if link.source is None else GENERAL_INACTIVITY_MS
            if now_ms - link.heard_ms >= limit_ms:
                actions += self._drop(link, "silent")
        return actions

    # --- messages -------------------------------------------------------------------------------------------

    def _take(self, link: _Link, message: Message | BadHeader, now_ms: int) -> list[Action]:
        if isinstance(message, BadHeader):
            refused = encode(message.version, Payload.NEGATIVE_ACKNOWLEDGE, bytes((message.nack,)))
            actions: list[Action] = [Send(link.number, refused)]
            if message.nack in CLOSING:
                actions += self._drop(link, message.nack.name.lower().replace("_", " "))
            return actions
        match message.kind:
            case Payload.DIAGNOSTIC:
                return self._diagnose(link, message)
            case Payload.ACTIVATION_REQUEST:
                return self._activate(link, message, now_ms)
            case Payload.ALIVE_REQUEST:
                alive = encode(message.version, Payload.ALIVE_RESPONSE, UNIT_ADDRESS.to_bytes(2))
                return [Send(link.number, alive)]
            case _:
                return []  # an alive response, a refusal: heard, and nothing to say

    def _diagnose(self, link: _Link, message: Message) -> list[Action]:
        source, target = addresses(message.payload)
        if source != link.source:
            refused = encode_acknowledge(message.version, target, source, DiagnosticNack.INVALID_SOURCE)
            return [Send(link.number, refused), *self._drop(link, "not activated")]
        functional = target == FUNCTIONAL_ADDRESS
        if target != UNIT_ADDRESS and not functional:
            refused = encode_acknowledge(message.version, target, source, DiagnosticNack.UNKNOWN_TARGET)
            return [Send(link.number, refused)]
        acknowledge = encode_acknowledge(message.version, target, source)
        data = message.payload[4:]
        return [Ask(link.number, source, message.version, data, functional, acknowledge)]

    def _activate(self, link: _Link, message: Message, now_ms: int) -> list[Action]:
        source, kind = int.from_bytes(message.payload[:2]), message.payload[2]
        link.version = message.version
        if source not in TESTER_ADDRESSES:
            return self._deny(link, source, Activation.UNKNOWN_SOURCE)
        if kind not in _TYPES:
            return self._deny(link, source, Activation.UNKNOWN_TYPE)
        if link.source is not None and link.source != source:
            return self._deny(link, source, Activation.OTHER_SOURCE_HERE)
        if link.source == source:
            return [Send(link.number, _activated(link, source, Activation.DONE))]
        return self._claim(link, source, now_ms)

    def _claim(self, link: _Link, source: int, now_ms: int) -> list[Action]:
        """Give a tester its place, or ask those who have it."""
        elsewhere = {one.number for one in self._links.values() if one.source == source}
        if elsewhere:
            return self._contend(link, source, elsewhere, Activation.ACTIVE_ELSEWHERE, now_ms)
        active = {one.number for one in self._links.values() if one.source is not None}
        if len(active) >= TESTERS_MAX:
            return self._contend(link, source, active, Activation.NO_SOCKET_LEFT, now_ms)
        link.source = source
        return [Send(link.number, _activated(link, source, Activation.DONE))]

    # --- contests -------------------------------------------------------------------------------------------

    def _contend(
        self, link: _Link, source: int, asked: set[int], denied: Activation, now_ms: int
    ) -> list[Action]:
        """Ask others whether they live before their place is given away."""
        due_ms = now_ms + ALIVE_CHECK_MS
        self._contests.append(_Contest(link.number, source, link.version, set(asked), denied, due_ms))
        return [
            Send(number, encode(self._links[number].version, Payload.ALIVE_REQUEST, b""))
            for number in sorted(asked)
        ]

    def _lives(self, contest: _Contest, link: int) -> list[Action]:
        contest.asked.discard(link)
        if contest.asked:
            return []
        self._contests.remove(contest)
        return self._deny(self._links[contest.newcomer], contest.source, contest.denied)

    def _settle(self, contest: _Contest, now_ms: int) -> list[Action]:
        """Close those that did not answer; the newcomer has their place, unless somebody was quicker."""
        self._contests.remove(contest)
        actions: list[Action] = []
        for number in sorted(contest.asked):
            if number in self._links:
                actions += self._drop(self._links[number], "no answer to the alive check")
        newcomer = self._links[contest.newcomer]
        actions += self._claim(newcomer, contest.source, now_ms)
        if newcomer.source is None:
            return actions
        held, newcomer.held = bytes(newcomer.held), bytearray()
        return actions + self.receive(newcomer.number, held, now_ms)

    def _deny(self, link: _Link, source: int, code: Activation) -> list[Action]:
        denied = Send(link.number, _activated(link, source, code))
        return [denied, *self._drop(link, code.name.lower().replace("_", " "))]

    def _drop(self, link: _Link, why: str) -> list[Action]:
        self._links.pop(link.number, None)
        self._contests = [contest for contest in self._contests if contest.newcomer != link.number]
        return [Close(link.number, why)]


def _activated(link: _Link, source: int, code: Activation) -> bytes:
    payload = source.to_bytes(2) + UNIT_ADDRESS.to_bytes(2) + bytes((code,)) + _RESERVED
    return encode(link.version, Payload.ACTIVATION_RESPONSE, payload)
