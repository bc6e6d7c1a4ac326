"""Every session, level, pending seed and lock state, before and after everything that ends a session: each answer.

What is foreseen is worked out here from docs/spec/diagnostics.md alone, not from the code.
"""

from dataclasses import replace
from itertools import product

import pytest
from plugged import CODE, KEY, PLATE, SIGNER, VIN, WRONG, Plugged, make_ecu, trusts

from radiokey.diagnostics.access import access_message, key_of
from radiokey.diagnostics.ecu import Ecu
from radiokey.diagnostics.memory import Notes, RamNotebook
from radiokey.diagnostics.names import Level, Session
from radiokey.diagnostics.tester import Pending
from radiokey.headunit.device import Device
from radiokey.headunit.events import CarAnswered, KeyPressed, SomethingBroke, TimeWent
from radiokey.headunit.lock import Fault, State
from radiokey.headunit.policy import REFERENCE, Blocked, Rung
from radiokey.headunit.unit import HeadUnit
from radiokey.vehicle.reference import REFERENCE_DESIGN
from tables import each

ZEROS = "00" * 16
SEED = bytes(range(16, 32))
S3_MS = 5_000
LOCKED = replace(REFERENCE, schedule=(Rung(1, Blocked(1)),))
POLICIES = {"locked": LOCKED, "sync": replace(REFERENCE, second_lock=True)}
STATES = ("asking", "wait", "locked", "permanent", "playing", "sync", "protected", "fault")
ENDINGS = ("nothing", "1003", "reset", "S3", "cut", "link lost")
HELD = [
    (session, level, pending)
    for session, level, pending in product((1, 2, 3), (0, 3), (0, 1, 3))
    if not (
        (session == 1 and (level or pending))
        or (session == 2 and pending == 1)
        or (level == 3 and pending == 3)  # an open level gives no seed
    )
]
"""Session, open level, level of the pending seed: what a tester can have."""
PROBES = (
    "27 01",
    "27 03",
    "27 02 right",
    "27 02 wrong",
    "27 02 junk",
    "27 04 right",
    "27 04 wrong",
    "22",
    "2E",
    "34",
)


def bring(one: Plugged, state: str) -> None:
    """Bring a unit that asks into a state, by what happens to units."""
    digits = {"playing": CODE, "sync": CODE, "wait": WRONG, "locked": WRONG}.get(state)
    if digits:
        for digit in digits.reveal():
            one.ecu.handle(KeyPressed(digit))
    match state:
        case "permanent":
            for wrong, wait_ms in (("1111", 1_800_000), ("2222", 7_200_000), ("3333", 0)):
                for digit in wrong:
                    one.ecu.handle(KeyPressed(digit))
                one.ecu.handle(TimeWent(wait_ms))
        case "protected":
            one.ecu.handle(CarAnswered(knows=False))
        case "fault":
            one.ecu.handle(SomethingBroke(Fault.BUS))


def image_of(state: str) -> bytes:
    one = Plugged(make_ecu(POLICIES.get(state, REFERENCE)))
    one.cut()
    bring(one, state)
    return one.ecu.unit.image()


IMAGES = {state: image_of(state) for state in STATES}


def start(state: str) -> Plugged:
    """Return a unit in that state."""
    design = replace(REFERENCE_DESIGN, policy=POLICIES.get(state, REFERENCE))
    unit = HeadUnit.from_image(design, IMAGES[state], key=KEY)
    unit.device = Device(KEY, PLATE.serial, unit.device.counter, trusts)
    count = iter(range(10**6))
    return Plugged(Ecu(unit, PLATE, RamNotebook(Notes(vin=VIN)), lambda size: next(count).to_bytes(size)))


def hold(one: Plugged, session: int, level: int, pending: int) -> bytes:
    """Let the tester have this session, level and seed, whatever the unit is in by now; return the seed."""
    one.tester.session, one.tester.level = Session(session), Level(level)
    one.tester.pending = Pending(Level(pending), SEED) if pending else None
    return SEED


def end(one: Plugged, ending: str) -> None:
    match ending:
        case "1003":
            one.ask("1003")
        case "reset":
            one.ask("1101")
        case "S3":
            one.now_ms += S3_MS
            one.tester.tick(one.now_ms)
        case "cut":
            one.cut(60_000)
        case "link lost":
            one.tester.hang_up()


def probe(one: Plugged, what: str, seed: bytes) -> str | None:
    match what.split():
        case ["27", "02", "right"]:
            return one.ask(b"\x27\x02" + key_of(CODE, seed))
        case ["27", "02", "wrong"]:
            return one.ask(b"\x27\x02" + key_of(WRONG, seed))
        case ["27", "02", "junk"]:
            return one.ask(b"\x27\x02" + seed)
        case ["27", "04", "right"]:
            return one.ask(b"\x27\x04" + SIGNER.sign(access_message(PLATE.serial, seed)))
        case ["27", "04", "wrong"]:
            return one.ask(b"\x27\x04" + bytes(64))
        case ["22"]:
            return one.ask("22FD01")
        case ["2E"]:
            return one.ask(b"\x2e\xf1\x98Garage")
        case ["34"]:
            return one.ask(b"\x34\x00\x11\x00\x09")
        case _:
            return one.ask(what)


# --- what the page says ---------------------------------------------------------------------------------------


def after(ending: str, held: tuple[int, int, int], state: str) -> tuple[tuple[int, int, int], str]:
    """The table "what ends": session, level, seed and lock afterwards."""
    if ending == "nothing":
        return held, state
    if ending == "cut" and state == "playing":
        state = "asking"  # it was dark for longer than its gap
    return ((3 if ending == "1003" else 1), 0, 0), state


def foreseen(what: str, held: tuple[int, int, int], state: str) -> tuple[str, int]:
    """Return the beginning of the answer, and how many errors it costs."""
    session, level, pending = held
    if what.startswith("27"):
        return _foreseen_access(what, session, level, pending, state)
    if what == "22":
        return "62FD01", 0
    home = {"2E": 3, "34": 2}[what]
    if session != home:
        return f"7F{what}7F", 0
    if not level:
        return f"7F{what}33", 0
    return {"2E": "6EF198", "34": "7F3470"}[what], 0


def _foreseen_access(what, session, level, pending, state):
    sub, right = int(what[3:5]), what.endswith("right")
    costs = 0
    if session == 1:
        answer = "7F277F"
    elif session == 2 and sub in {1, 2}:
        answer = "7F277E"
    elif sub == 1:
        answer = {"playing": f"6701{ZEROS}", "sync": f"6701{ZEROS}", "wait": "7F2737", "asking": "6701"}.get(
            state, "7F2722"
        )
    elif sub == 3:
        answer = f"6703{ZEROS}" if level else "6703"
    elif not pending:
        answer = "7F2724"
    elif sub == 4:
        answer = "6704" if pending == 3 and right else "7F2735"
    elif state != "asking":
        answer = "7F2737" if state == "wait" else "7F2722"
    elif what.endswith("junk"):
        answer = "7F2735"
    elif pending == 1 and right:
        answer = "6702"
    else:
        answer, costs = "7F2736", 1
    return answer, costs


@each("ending", ENDINGS)
@each("state", STATES)
def test_every_cell(state, ending):
    """Errors never go down but by the right code, a wait is never shorter, and a seed is zeros only where it may be."""
    for held, what in product(HELD, PROBES):
        one = start(state)
        seed = hold(one, *held)
        before = one.ecu.unit.status
        end(one, ending)
        now, at = after(ending, held, state)
        cell = (state, held, ending, what)
        wanted, errors = foreseen(what, now, at)
        answer = probe(one, what, seed)
        assert answer.startswith(wanted), (cell, answer, wanted)
        if wanted in {"6701", "6703"}:
            assert not answer.endswith(ZEROS), cell
        status = one.ecu.unit.status
        if wanted == "6702":
            assert status.state is State.DARK
            assert status.errors == 0
        else:
            assert status.errors == before.errors + errors, cell
            assert status.wait_left_ms >= before.wait_left_ms, cell


def test_the_cells_are_all_that_there_can_be():
    assert len(HELD) == 9
    assert len(STATES) * len(ENDINGS) * len(HELD) * len(PROBES) == 4_320


@pytest.mark.parametrize("held", HELD)
def test_every_cell_can_be_come_into_by_asking(plugged, held):
    session, level, pending = held
    one = plugged()
    one.cut()
    one.ask(f"10{session:02X}")
    if level:
        one.unlock_workshop()
    if pending:
        one.seed(pending)
    has = one.tester.pending
    assert (one.tester.session, one.tester.level, has.level if has else 0) == held
