"""A countdown that counts only the time an owner confirms the radio was powered.

Pure: the caller passes the time. Time between two checks is *pending* until the owner says that the radio was
on all of it; only then it counts. A clock that goes backwards never makes the wait shorter: what was seen
last stays the mark, and the time up to it does not count twice. It travels as a short signed link, so it
survives closing the browser; the link holds no code and no serial number.
"""

import base64
import binascii
import hmac
import struct
from dataclasses import dataclass, replace
from typing import Final, Self

from radiokey.clock import DAY_MS, MINUTE_MS
from radiokey.digits import parse_digits
from radiokey.errors import LinkError, UsageError

NEEDED_MS_MAX: Final = 30 * DAY_MS
_TIME_MAX: Final = 2**53
_ERRORS_MAX: Final = 99
REFUSED_MAX: Final = 9
_VERSION: Final = 2
_BODY: Final = struct.Struct(">BBBBQQQQ")
_NOT_KNOWN: Final = 0xFF
_MAC_BYTES: Final = 16
_PURPOSE: Final = b"radiokey countdown 2\0"
_ID_MAX: Final = 48
_MINUTES_MAX: Final = 9999

CHECKS_AT_THE_END: Final = (
    "The display shows CODE, not a wait and not LOCKED.",
    "Nobody has touched the number keys since it began to wait.",
    "The code belongs to the number on this radio, has the right length and only characters its keys have.",
)
"""What is checked before anything is entered, when the time is over."""


@dataclass(frozen=True, slots=True)
class Tried:
    """The wrong codes of a case.

    `errors`: since the lock, as the owner counts them, `None` not known. `refused`: those of this road.
    `evidence`: something new was found since the last refusal, so that an entry may follow.
    """

    errors: int | None = None
    refused: int = 0
    evidence: bool = False


@dataclass(frozen=True, slots=True)
class Countdown:
    """A wait in progress. All times in whole milliseconds.

    `model`: id of the model, `""` where it is not known. `tried`: the wrong codes before it. `needed_ms`: how
    long it has to be powered. `confirmed_ms`: how much of that the owner has confirmed. `seen_ms`: the moment
    up to which time is settled; what came after it is pending until somebody says that the radio was on.
    """

    model: str
    tried: Tried
    needed_ms: int
    started_ms: int
    confirmed_ms: int
    seen_ms: int

    @classmethod
    def begin(cls, model: str, tried: Tried, needed_ms: int, now_ms: int) -> Self:
        """Return a countdown of `needed_ms` that starts now, with the radio on; see `begin_countdown`.

        Raises `UsageError` where there is nothing to count: no wait, or one of more than 30 days (a schedule
        that doubles without end gets there), which nobody should sit out.
        """
        countdown = cls(model, tried, needed_ms, now_ms, 0, now_ms)
        _check(countdown)
        return countdown

    def pending_ms(self, now_ms: int) -> int:
        """Return the time since the last check: it counts once the owner confirms it."""
        return max(0, now_ms - self.seen_ms)

    def remaining_ms(self) -> int:
        """Return what is left, counting confirmed time only."""
        return max(0, self.needed_ms - self.confirmed_ms)

    def left_if_on_ms(self, now_ms: int) -> int:
        """Return what is left if the radio has been on all the time since the last check."""
        return max(0, self.remaining_ms() - self.pending_ms(now_ms))

    def due_ms(self) -> int:
        """Return the moment it is over if the radio is on without a break from the last check on."""
        return self.seen_ms + self.remaining_ms()

    def asks(self, now_ms: int) -> bool:
        """Say whether it is time to ask "was it on all the time?": the wait would be over if it was."""
        return not self.over() and self.left_if_on_ms(now_ms) == 0

    def over(self) -> bool:
        """Say whether all of it is confirmed."""
        return self.remaining_ms() == 0

    def was_on(self, now_ms: int) -> "Countdown":
        """Return it after the owner said "yes, it was on all the time"."""
        return self._settled(now_ms, self.confirmed_ms + self.pending_ms(now_ms))

    def was_off(self, now_ms: int, *, off_ms: int | None = None) -> "Countdown":
        """Return it after the owner said "no".

        `off_ms`: for how long of the pending time it was off, where the owner knows; the rest counts. `None`
        (not known, or its supply was cut) starts again: nobody knows what the radio made of it.
        """
        if off_ms is None:
            return self._settled(now_ms, 0)
        return self._settled(now_ms, self.confirmed_ms + max(0, self.pending_ms(now_ms) - max(0, off_ms)))

    def to_token(self, key: bytes) -> str:
        """Return it as a short text for a link, signed with `key`."""
        body = self._body()
        return base64.urlsafe_b64encode(body + _mac(key, body)).rstrip(b"=").decode("ascii")

    @classmethod
    def from_token(cls, text: str, key: bytes) -> Self:
        """Return the countdown of a link; raise `LinkError` if a single character of it was changed."""
        if "+" in text or "/" in text:  # base64's other alphabet: Python reads both
            raise _broken()
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise _broken() from error
        # The last character of base64 carries spare bits: only one spelling of a link is ours.
        if base64.urlsafe_b64encode(raw).rstrip(b"=") != text.encode():
            raise _broken()
        body, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        if len(body) < _BODY.size or not hmac.compare_digest(mac, _mac(key, body)):
            raise _broken()
        version, errors, refused, evidence, needed, started, confirmed, seen = _BODY.unpack_from(body)
        if version != _VERSION:
            raise _broken()
        return cls(
            model=body[_BODY.size :].decode("ascii"),
            tried=Tried(None if errors == _NOT_KNOWN else errors, refused, bool(evidence)),
            needed_ms=needed,
            started_ms=started,
            confirmed_ms=confirmed,
            seen_ms=seen,
        )

    def _settled(self, now_ms: int, confirmed_ms: int) -> "Countdown":
        return replace(
            self, confirmed_ms=min(confirmed_ms, self.needed_ms), seen_ms=max(self.seen_ms, now_ms)
        )

    def _body(self) -> bytes:
        times = (self.needed_ms, self.started_ms, self.confirmed_ms, self.seen_ms)
        errors = _NOT_KNOWN if self.tried.errors is None else self.tried.errors
        said = (errors, self.tried.refused, self.tried.evidence)
        return _BODY.pack(_VERSION, *said, *times) + self.model.encode("ascii")


def read_minutes(text: str) -> int | None:
    """Return the minutes, in milliseconds, that an owner typed; `None` for nothing or "?": not known.

    Raises `UsageError`, worded for the owner, for anything that is no number of minutes.
    """
    typed = text.strip().casefold()
    typed = typed.removesuffix("minutes").removesuffix("minute").removesuffix("min").strip()
    if text.strip() in {"", "?"}:
        return None
    says = "a number of minutes is expected, such as 20"
    return parse_digits(typed, _MINUTES_MAX, says=says, hint="leave it empty if you do not know") * MINUTE_MS


def calendar(countdown: Countdown, *, now_ms: int, radio: str, link: str = "") -> bytes:
    """Return an iCalendar file (text/calendar, UTF-8) that rings when the wait can be over.

    `radio` is the name shown, `link` the signed link back to the countdown. The entry says what to check
    first; it does not say that the radio is open, because only its owner can see that.
    """
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415 - only a calendar needs dates

    from radiokey.guide.calendar_file import CalendarEntry, write_calendar  # noqa: PLC0415 - the same

    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    mark = hmac.new(_PURPOSE, countdown._body(), "sha256").hexdigest()[:32]  # noqa: SLF001 - same module
    lines = [
        "If the radio was on all the time, CODE should be back. Before you enter anything:",
        *CHECKS_AT_THE_END,
        *([link] if link else []),
    ]
    entry = CalendarEntry(
        what="waiting",
        mark=mark,
        start=epoch + timedelta(milliseconds=countdown.due_ms()),
        summary=f"{radio}: the wait can be over",
        lines=tuple(lines),
        rings=f"{radio}: look whether CODE is back",
        link=link,
    )
    return write_calendar(entry, epoch + timedelta(milliseconds=now_ms))


def _check(countdown: Countdown) -> None:
    if not 0 < countdown.needed_ms <= NEEDED_MS_MAX:
        raise UsageError(
            "there is no wait here that a countdown could count",
            hint="no time ends this, or not within 30 days: ask the make's dealer, with papers",
        )
    assert countdown.tried.errors is None or 0 <= countdown.tried.errors <= _ERRORS_MAX
    assert 0 <= countdown.tried.refused <= REFUSED_MAX
    assert 0 <= countdown.started_ms <= _TIME_MAX
    assert len(countdown.model) <= _ID_MAX
    assert countdown.model.isascii()


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.new(key, _PURPOSE + body, "sha256").digest()[:_MAC_BYTES]


def _broken() -> LinkError:
    return LinkError(
        "this link was changed or cut short, so its countdown cannot be trusted",
        hint="open the link again as a whole, or begin the wait anew",
    )
