"""The store, the second implementation and the model, side by side: the same bytes, counts and faults."""

import hashlib
import hmac
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from radiokey.headunit.device import Device
from radiokey.headunit.flash import ChipError, PowerCutError
from radiokey.headunit.grant import Grant
from radiokey.headunit.lock import Fault, Hold, Lock, State
from radiokey.headunit.store import (
    CHIP_SIZE,
    NOTHING_BESIDE,
    SECTOR_SIZE,
    Beside,
    NoRecordError,
    OldRecordError,
    Store,
    car_digest,
    decode,
    digest,
    encode,
)

from . import record as second
from .bench import NONE, Bytes, Chip, Counter, Trouble
from .model import GRANTED, MINUTE_MS, Kept, Model, Owed

KEY = bytes(range(0x40, 0x60))
CODE = digest(KEY, "1234")
CHIP_ID = bytes(range(16))
SERIAL = "V012345"
WRITTEN = 2 * (second.SECTOR + second.LONG_SIZE)

BYTES = st.integers(0, second.CHIP - 1)
TROUBLE = st.one_of(
    st.just(NONE),
    st.just(NONE),
    st.builds(Trouble, cut_after=st.integers(0, WRITTEN - 1)),
    st.builds(Trouble, cut_after=st.integers(0, WRITTEN - 1)),
    st.builds(Trouble, counter=st.sampled_from(["before", "after", "dead"])),
    st.builds(Trouble, weak=BYTES),
    st.just(Trouble(broken=True)),
)
PENDING = st.sampled_from([b"", digest(KEY, "4321"), bytes(16)])
ERRORS = st.sampled_from([0, 1, 2, 3, 10, 255, 256, 65_534, 65_535])
WAITS = st.sampled_from([1, MINUTE_MS, 60 * MINUTE_MS, 2**32, 2**53])
UNSET = [state for state in State if state not in {State.PROTECTED, State.FAULT}]
KEPT_AS = {"dark": "playing", "scrambled": "code", "entry": "code"}


def sign(message: bytes) -> bytes:
    """A signature as good as any here: whoever can make it is the maker."""
    return hashlib.sha512(b"the maker's" + message).digest()


@st.composite
def locks(draw) -> Lock:
    """A lock that a unit can be in, aside or not."""
    at = draw(st.sampled_from(UNSET))
    aside = draw(st.sampled_from([None, None, State.PROTECTED, State.FAULT]))
    wait = draw(WAITS) if at is State.WAIT else 0
    return Lock(
        aside or at,
        errors=draw(ERRORS),
        wait_left_ms=draw(st.integers(1, wait)) if wait else 0,
        wait_ms=wait,
        grace_left_ms=draw(st.sampled_from([0, 5])) if at in {State.DARK, State.SCRAMBLED} else 0,
        hold=draw(st.sampled_from([hold for hold in Hold if hold])) if at is State.LOCKED else Hold.NOTHING,
        fault=draw(st.sampled_from(list(Fault)[1:])) if aside is State.FAULT else Fault.NONE,
        pending=draw(PENDING),
        before=at if aside else State.PLAYING,
    )


BESIDE = st.fixed_dictionaries(
    {},
    optional={
        "epoch": st.integers(0, second.TOP),
        "car": st.sampled_from([car_digest(KEY, "VF1LM1B0H35000001"), bytes(16), bytes(15) + b"\1"]),
    },
)


def told(sequence: int, lock: Lock, code: bytes, beside: Beside = NOTHING_BESIDE) -> second.Record:
    """A record of the product in the words of the specification."""
    aside = str(lock.state) if lock.state in {State.PROTECTED, State.FAULT} else None
    at = str(lock.before if aside else lock.state)
    return second.Record(
        sequence=sequence,
        code=code,
        state=KEPT_AS.get(at, at),
        aside=aside,
        hold=str(lock.hold),
        fault=str(lock.fault),
        errors=lock.errors,
        wait_left=lock.wait_left_ms,
        wait=lock.wait_ms,
        pending=lock.pending,
        epoch=beside.epoch,
        asked=beside.asked,
        paired=beside.paired,
        car=beside.car,
    )


def owed(record: second.Record) -> Owed:
    return Owed(record.errors, record.wait_left, record.aside or record.state)


WRONG_GRANTS = ["counter", "serial", "no serial", "length", "chip", "magic", "signature", "short", "long"]


def grant_of(count: int, wrong: str) -> bytes:
    """The unit's grant, signed, with one thing wrong or none."""
    serial = {"serial": SERIAL + "0", "no serial": ""}.get(wrong, SERIAL).encode()
    body = (b"RKG2" if wrong == "magic" else b"RKG1") + (bytes(16) if wrong == "chip" else CHIP_ID)
    body += (count + (wrong == "counter")).to_bytes(4, "little") + digest(KEY, "5678")
    body += bytes([len(serial) + (wrong == "length")]) + serial
    body += sign(b"radiokey grant\n" + body + (b"!" if wrong == "signature" else b""))
    return body[:-1] if wrong == "short" else body + b"\0" * (wrong == "long")


class Agreement(RuleBasedStateMachine):
    """`store` and `record` are there while the unit runs: not without supply, and not in a fault."""

    @initialize()
    def leaves_the_factory(self) -> None:
        self.chip = Chip(CHIP_SIZE, SECTOR_SIZE, id=CHIP_ID)
        self.counter = Counter()
        self.device = Device(KEY, SERIAL, self.counter, lambda said, signature: sign(said) == signature)
        self.bytes = Bytes(bytearray(b"\xff" * CHIP_SIZE))
        self.model = Model()
        self.kept: list[tuple[bytes, Kept]] = []
        self.damaged = self.closed = False
        self.record: second.Record | None
        self.record, operations = second.factory(KEY, CODE)
        assert self.bytes.do(operations, NONE) == "done"
        self.store: Store | None = Store.provision(self.chip, self.device, CODE)

    def product(self, action: Callable[[], Store], trouble: Trouble) -> str:
        """Let the product do something under this trouble; without a whole end it loses its store."""
        self.chip.suffer(trouble)
        self.counter.trouble = trouble.counter
        self.store = None
        try:
            self.store = action()
        except PowerCutError:
            return "cut"
        except (NoRecordError, ChipError):
            return "memory"
        except OldRecordError:
            return "tampered"
        finally:
            self.chip.suffer(NONE)
            self.counter.trouble = ""
        return "done"

    # --- the unit runs --------------------------------------------------------------------------------

    def put(self, lock: Lock, new: Owed, trouble: Trouble, **beside: Any) -> bool:
        """Commit; return whether it is done. The model says what it must come to."""
        store, counted = self.store, self.bytes.count
        after, operations = second.commit(KEY, self.record, told(0, lock, b""), **beside)
        assert owed(after) == new

        def commit() -> Store:
            store.commit(lock, **beside)
            return store

        ended = self.bytes.do(operations, trouble)
        assert self.product(commit, trouble) == ended
        self.record = after if ended == "done" else None
        self.closed = ended == "memory"
        if self.bytes.count > counted:
            self.model.committed(new)
        elif ended != "done":
            self.model.cut(new)
        return ended == "done"

    @precondition(lambda self: self.record)
    @rule(lock=locks(), trouble=TROUBLE, beside=BESIDE)
    def any_lock_is_committed(self, lock, trouble, beside) -> None:
        """With an epoch or a car to remember beside it, or without."""
        self.put(lock, owed(told(0, lock, b"")), trouble, **beside)

    @precondition(lambda self: self.record)
    @rule(trouble=TROUBLE, again=st.booleans())
    def the_same_lock_is_committed(self, trouble, again) -> None:
        self.put(self.store.record.lock, owed(self.record), trouble, again=again)

    @precondition(lambda self: self.record)
    @rule(entry=st.sampled_from(["4321", "0000"]), first=TROUBLE, then=TROUBLE)
    def a_wrong_code_is_counted_then_punished(self, entry, first, then) -> None:
        now = owed(self.record)
        counted = now.entry_counted()
        if self.put(Lock(State.CHECKING, counted.count, pending=digest(KEY, entry)), counted, first):
            new = counted.punished()
            self.put(Lock(State(new.state), new.count, new.wait_ms, new.wait_ms), new, then)

    @precondition(lambda self: self.record and self.record.state == "wait" and not self.record.aside)
    @rule(ms=st.sampled_from([1, MINUTE_MS, 100 * MINUTE_MS]), trouble=TROUBLE)
    def time_is_waited(self, ms, trouble) -> None:
        new = owed(self.record).waited(ms)
        whole = self.record.wait if new.wait_ms else 0
        self.put(Lock(State(new.state), new.count, new.wait_ms, whole), new, trouble)

    # --- the supply goes and comes back ---------------------------------------------------------------

    @rule(trouble=TROUBLE, unreadable=st.sampled_from([None, None, None, 0, 1, 2, 3]))
    def the_unit_boots(self, trouble, unreadable) -> None:
        self.chip.unreadable = frozenset() if unreadable is None else frozenset({unreadable})
        counted, operations = self.bytes.count, []
        try:
            found, operations = second.load(KEY, bytes(self.bytes.image), counted, self.chip.unreadable)
            ended = self.bytes.do(operations, trouble)
        except second.WrongError as wrong:
            found, ended = None, wrong.fault
        assert self.product(lambda: Store.load(self.chip, self.device), trouble) == ended
        self.chip.unreadable = frozenset()
        self.record = found if ended == "done" else None
        self.closed = ended in {"memory", "tampered"}
        if unreadable is None:
            self.model.sees(found and owed(found))
        if ended == "done":
            self.model.found(owed(found))
        if self.bytes.count > counted:
            self.model.committed(owed(found))
        self.damaged = ended != "done" if operations else self.damaged and ended != "done"

    # --- hands on the chip ----------------------------------------------------------------------------

    def dark(self) -> None:
        self.store = self.record = None
        self.closed = False

    @precondition(lambda self: not self.damaged)
    @rule(at=BYTES, bit=st.integers(0, 7))
    def a_bit_flips(self, at, bit) -> None:
        self.dark()
        self.damaged = True
        self.chip.cells[at] ^= 1 << bit
        self.bytes.image[at] ^= 1 << bit

    @precondition(lambda self: not self.damaged and None not in self.model.may_be)
    @rule()
    def somebody_copies_the_chip(self) -> None:
        self.kept.append((bytes(self.chip.cells), self.model.copied()))

    @precondition(lambda self: self.kept)
    @rule(data=st.data())
    def an_image_is_put_back(self, data) -> None:
        self.dark()
        image, kept = data.draw(st.sampled_from(self.kept))
        self.chip.cells[:] = self.bytes.image[:] = image
        self.model.put_back(kept)
        self.damaged = False

    @precondition(lambda self: self.kept and not self.damaged)
    @rule(data=st.data(), bank=st.sampled_from([0, 1]))
    def one_bank_of_an_image_is_put_back(self, data, bank) -> None:
        self.dark()
        image, kept = data.draw(st.sampled_from(self.kept))
        half = slice(bank * CHIP_SIZE // 2, (bank + 1) * CHIP_SIZE // 2)
        self.chip.cells[half] = self.bytes.image[half] = image[half]
        self.model.bank_put_back(kept)
        self.damaged = True

    # --- a grant --------------------------------------------------------------------------------------

    @precondition(lambda self: self.closed or (self.record and self.record.state == "permanent"))
    @rule(trouble=TROUBLE, wrong=st.sampled_from([""] * len(WRONG_GRANTS) + WRONG_GRANTS))
    def the_maker_grants_the_chip(self, trouble, wrong) -> None:
        counted = self.bytes.count
        data = grant_of(counted, wrong)
        opened = Grant.opened(data, self.device, self.chip)
        unit = second.Unit(KEY, SERIAL.encode(), counted, CHIP_ID, self.device.verify)
        try:
            new, operations = second.granted(unit, data)
        except second.RefusedError:
            assert wrong
            assert opened is None
            return
        assert not wrong
        ended = self.bytes.do(operations, trouble)
        provision = lambda: Store.provision(self.chip, self.device, opened.code_digest, State.CODE)  # noqa: E731
        assert self.product(provision, trouble) == ended
        self.record = new if ended == "done" else None
        self.closed = ended == "memory"
        if self.bytes.count > counted:
            self.model.committed(GRANTED)
            self.damaged = False
        else:
            self.model.cut(GRANTED)

    # --- after everything -----------------------------------------------------------------------------

    @invariant()
    def the_chips_are_the_same_byte_for_byte(self) -> None:
        assert self.chip.cells == self.bytes.image
        assert self.counter.value == self.bytes.count

    @invariant()
    def the_records_are_the_same_and_the_count_is_the_one_that_is_owed(self) -> None:
        assert (self.store is None) == (self.record is None)
        if self.store:
            record = self.store.record
            assert told(record.sequence, record.lock, record.code_digest, record.beside) == self.record
            assert self.record.sequence == self.counter.value
            assert self.model.may_be == {owed(self.record)}


@st.composite
def sealed(draw) -> bytes:
    """A record with numbers of any kind in it, under a right MAC and a right CRC."""
    small = st.integers(0, 7)
    magic = draw(st.sampled_from([b"RKR1", b"RKR2"]))
    body = magic + draw(st.integers(0, second.TOP)).to_bytes(4, "little")
    body += bytes([draw(small), draw(st.integers(0, 3)), draw(st.integers(0, 4)), draw(small)])
    body += draw(ERRORS).to_bytes(2, "little")
    body += draw(st.sampled_from([0, 16, 16, 1, 15, 17, 256, 65_535])).to_bytes(2, "little")
    body += draw(st.integers(0, 2**64 - 1)).to_bytes(8, "little") * 2
    body += draw(st.sampled_from([bytes(16), CODE, bytes(15) + b"\1"])) + CODE
    if magic == b"RKR2":
        epoch, asked, paired = (draw(st.sampled_from([0, 1, second.TOP])) for _ in range(3))
        body += b"".join(number.to_bytes(4, "little") for number in (epoch, asked, paired))
        body += draw(st.sampled_from([bytes(16), CODE]))
    return sealed_as(body)


def sealed_as(body: bytes) -> bytes:
    data = body + hmac.digest(KEY, b"record\n" + body, "sha256")[:16]
    return data + zlib.crc32(data).to_bytes(4, "little")


@settings(max_examples=4 * settings().max_examples, derandomize=True, deadline=None, database=None)
@given(sealed())
def test_whoever_has_the_key_is_read_alike_and_is_not_believed_everything(data):
    found, same = decode(data, KEY), second.parse(KEY, data)
    assert (found is None) == (same is None)
    if found:
        assert told(found.sequence, found.lock, found.code_digest, found.beside) == same
        if same.is_long == data.startswith(b"RKR2") and (same.state == "sync") == (same.asked > 0):
            assert encode(found, KEY) == second.write(KEY, same) == data


def outcome(action: Callable[[], Store]) -> str:
    try:
        action()
    except (NoRecordError, ChipError):
        return "memory"
    except OldRecordError:
        return "tampered"
    return "done"


SECTORS = st.one_of(
    st.none(),
    st.builds(second.Record, sequence=st.integers(4, 8), code=st.just(CODE), errors=st.integers(0, 1)),
)


@settings(max_examples=4 * settings().max_examples, derandomize=True, deadline=None, database=None)
@given(st.tuples(SECTORS, SECTORS, SECTORS, SECTORS), st.integers(4, 8))
def test_records_in_any_sector_are_read_and_mended_alike(records, count):
    """Two of one number, and one in a sector where no commit put it, too."""
    image = b"".join((second.write(KEY, record) if record else b"").ljust(128, b"\xff") for record in records)
    chip, counter, same = Chip(CHIP_SIZE, SECTOR_SIZE, image), Counter(), Bytes(bytearray(image), count)
    counter.value = count
    try:
        ended = same.do(second.load(KEY, image, count)[1], NONE)
    except second.WrongError as wrong:
        ended = wrong.fault
    assert outcome(lambda: Store.load(chip, Device(KEY, counter=counter))) == ended
    assert (chip.cells, counter.value) == (same.image, same.count)


def agree(examples: int, steps: int, machine: type[Agreement] = Agreement) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.hypothesis
def test_the_store_and_a_second_implementation_agree_on_every_byte():
    agree(2 * settings().max_examples, 50)


DEEP_PARTS, DEEP_EXAMPLES, DEEP_STEPS = 4, 3_900, 80


@pytest.mark.deep
@pytest.mark.parametrize("part", range(DEEP_PARTS))
def test_they_agree_in_a_million_steps(part):
    """Cuts and flips among them; each part begins with a seed of its own."""

    class Part(Agreement):
        steps = 0

        @invariant()
        def one_step_more(self):
            type(self).steps += 1

    agree(DEEP_EXAMPLES, DEEP_STEPS, seed(part)(Part))
    assert Part.steps >= 1_000_000 // DEEP_PARTS
