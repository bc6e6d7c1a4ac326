"""What a served unit writes: a line for each thing that happens, in a thread of its own.

A reader who stops, a terminal that is held or a full pipe, holds up nobody at the plug: what cannot be
written waits, up to a number, and is counted from there on.
"""

import sys
import threading
from collections import deque
from typing import Any, Final

from radiokey.cli import say
from radiokey.cli.served.end import End
from radiokey.clock import SECOND_MS
from radiokey.diagnostics.describe import without_secret
from radiokey.diagnostics.ecu import Ecu
from radiokey.diagnostics.names import POSITIVE, Sid
from radiokey.errors import OurFaultError
from radiokey.headunit.sync import challenge_lines
from radiokey.language.speech import gettext, ngettext

NOTED_MAX: Final = 10_000
"""How many lines wait to be written."""
_LOOK_S: Final = 0.05
_LAST_WORDS_S: Final = 1.0
"""How long the end waits for somebody to read the rest."""
_PRESENCE: Final = frozenset({Sid.TESTER_PRESENT, Sid.TESTER_PRESENT | POSITIVE})

Line = tuple[dict[str, Any], str]
"""A line: its fields for `--json`, its words for a person."""


class Reporter:
    """Writes what happens. `watch` and `log` are called by any thread, and keep none waiting."""

    def __init__(self, ecu: Ecu, end: End, *, as_json: bool) -> None:
        self._ecu = ecu
        self._end = end
        self._as_json = as_json
        self._last: dict[str, Any] = {}
        self._noted: deque[Line] = deque()
        self._missed = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reporter", daemon=True)

    def start(self, where: dict[str, str]) -> None:
        """Write where the unit is, and from then on what happens."""
        plate = self._ecu.plate
        fields = {"serial": plate.serial, "vin": self._ecu.notes.vin, "model": plate.system, **where}
        self._write(fields, ", ".join(f"{name} {value}" for name, value in fields.items()))
        self._thread.start()

    def stop(self) -> None:
        """Write what is left, as long as somebody reads it."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(_LAST_WORDS_S)

    def watch(self, where: str, data: bytes) -> None:
        """Note a message, but for mere presence; seeds and keys stay out, since they make a code."""
        if data[0] in _PRESENCE:
            return
        shown = without_secret(data)
        text = shown.hex().upper() + ("****" if len(shown) < len(data) else "")
        asked = where.startswith("<")
        fields = {"from" if asked else "to": where[1:], "message": text}
        self._note(fields, f"{where[1:]} {'->' if asked else '<-'} {text}")

    def log(self, about: str, what: str) -> None:
        """Note something that is no message."""
        self._note({"about": about, "what": what}, f"{about}: {what}")

    def _note(self, fields: dict[str, Any], text: str) -> None:
        if len(self._noted) < NOTED_MAX:
            self._noted.append((fields, text))
        else:
            self._missed += 1

    # --- the thread -----------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._stopped.wait(_LOOK_S):
                self._write_noted()
            self._write_noted()
        except BrokenPipeError:
            self._end.stop()
        except OurFaultError as error:
            self._end.fail(error)

    def _write_noted(self) -> None:
        """Write the lines since last time, and the state of the unit if it is another one."""
        while self._noted:
            self._write(*self._noted.popleft())
        missed, self._missed = self._missed, 0
        if missed:
            self._write(
                {"missed": missed},
                ngettext(
                    "{n} line more is not shown: nobody read it in time",
                    "{n} lines more are not shown: nobody read them in time",
                    missed,
                ),
            )
        self._write_state()

    def _write_state(self) -> None:
        unit = self._ecu.unit
        status, screen, pairs = unit.status, unit.screen, unit.design.policy.pairs
        fields: dict[str, Any] = {
            "state": status.state.value,
            "display": screen.text,
            "errors": status.errors,
            "tries_left": status.tries_left,
            "wait_left_ms": status.wait_left_ms,
            "supply": self._ecu.has_supply(),
        }
        if pairs:
            fields |= {"bus": unit.bus.value, "car": unit.vin, "paired": bool(unit.paired)}
        challenge = unit.challenge
        if challenge is not None:
            fields["challenge"] = list(challenge_lines(challenge))
        shown = {name: value for name, value in fields.items() if name not in {"wait_left_ms", "display"}}
        if shown == self._last:
            return
        asks = challenge is not None and fields["challenge"] != self._last.get("challenge")
        self._last = shown
        parts = [
            status.state.value if self._ecu.has_supply() else gettext("no supply"),
            ngettext("{n} error", "{n} errors", status.errors),
            ""
            if status.tries_left is None
            else ngettext("{n} try left", "{n} tries left", status.tries_left),
            gettext("{seconds} s to wait", seconds=status.wait_left_ms // SECOND_MS)
            if status.wait_left_ms
            else "",
            gettext("bus {state}", state=unit.bus.value) if pairs else "",
            gettext("paired") if unit.paired else "",
        ]
        self._write(fields, f"[{screen.text}] {', '.join(filter(None, parts))}")
        if asks and not self._as_json:
            say.out(gettext("It asks its base. By hand:"))
            for line in fields["challenge"]:
                say.out(line)
            sys.stdout.flush()

    def _write(self, fields: dict[str, Any], text: str) -> None:
        if self._as_json:
            say.document(fields)
        else:
            say.out(text)
        sys.stdout.flush()
