"""The second lock of a navigation unit: nothing of an answer costs an error or leaves it half open (claims 63, 64)."""

import zlib
from dataclasses import replace

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from radiokey.clock import DAY_MS, HOUR_MS
from radiokey.code.signed import Answer, Challenge, ChipGrant, ImageHead, PairingEnd, sign
from radiokey.errors import InputError
from radiokey.headunit.device import Device, RamCounter
from radiokey.headunit.display import DisplayWord, Shows
from radiokey.headunit.events import (
    CarAnswered,
    SomethingBroke,
    SomethingMended,
    SupplyLost,
    SupplyRestored,
    SyncAnswered,
    TimeWent,
)
from radiokey.headunit.explain import Ends, Verdict, Why, explain
from radiokey.headunit.flash import RamChip
from radiokey.headunit.lock import Fault, State
from radiokey.headunit.policy import REFERENCE
from radiokey.headunit.store import BANKS, CHIP_SIZE, LONG_SIZE, SECTOR_SIZE
from radiokey.headunit.sync import (
    SyncResult,
    answer_from_lines,
    answer_lines,
    challenge_from_lines,
    challenge_lines,
)
from radiokey.headunit.unit import HeadUnit

BASE, STRANGER = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (7, 8))
SERIAL = "28115BN700 0001"
NAVIGATION = replace(REFERENCE, second_lock=True)
COMMIT = BANKS * (SECTOR_SIZE + LONG_SIZE)


def of_the_base(message, signature):
    try:
        BASE.public_key().verify(signature, message)
    except InvalidSignature:
        return False
    return True


@pytest.fixture
def owner(owner_under):
    """An owner whose navigation unit asks for its code."""
    one = owner_under(NAVIGATION)
    one.design = replace(
        one.design, words=(*one.design.words, DisplayWord("SYNC", Shows.SERVER, "the base has to answer"))
    )
    one.device = Device(one.device.key, serial=SERIAL, verify=of_the_base)
    one.unit = HeadUnit.made(one.design, one.code, device=one.device)
    return one.asked()


@pytest.fixture
def pending(owner):
    owner.right()
    assert owner.state is State.SYNC
    return owner


def answered(owner, epoch=1, by=BASE, **changes):
    """What the base says to the unit's challenge."""
    return sign(replace(Answer.to(owner.unit.challenge, epoch), **changes), by)


def test_code_right_and_synchronisation_pending_is_told_apart_from_a_wrong_code(pending):
    """Claim 64: on the display, in the state, and in the count."""
    assert (pending.unit.screen.text, pending.unit.screen.sound) == ("SYNC", "silent")
    assert (pending.errors, pending.unit.status.tries_left) == (0, 3)


def test_the_answer_of_the_base_opens_it(pending):
    pending.do(SyncAnswered(answered(pending)))
    assert (pending.state, pending.unit.last_answer) == (State.DARK, SyncResult.TAKEN)
    pending.wait(2_000)
    assert pending.unit.screen.sound == "playing"
    assert pending.unit.challenge is None


BAD = {
    "signed by somebody else": (lambda one: answered(one, by=STRANGER), SyncResult.NOT_SIGNED),
    "for another unit": (lambda one: answered(one, serial="V012345"), SyncResult.ANOTHER_UNIT),
    "to another question": (lambda one: answered(one, asked=one.unit.challenge.asked + 1), SyncResult.STALE),
    "with a nonce made up": (lambda one: answered(one, nonce=bytes(8)), SyncResult.STALE),
    "of epoch 0": (lambda one: answered(one, epoch=0), SyncResult.ROLLED_BACK),
    "a byte short": (lambda one: answered(one)[:-1], SyncResult.UNREADABLE),
    "a byte long": (lambda one: answered(one) + b"\0", SyncResult.UNREADABLE),
    "nothing": (lambda _one: b"", SyncResult.UNREADABLE),
    "the challenge back": (lambda one: one.unit.challenge.encode(), SyncResult.UNREADABLE),
    "a grant": (lambda _one: sign(ChipGrant(SERIAL, bytes(16), 1, bytes(16)), BASE), SyncResult.UNREADABLE),
}


@pytest.mark.parametrize("name", BAD)
def test_an_answer_that_is_not_the_one_costs_no_error_and_opens_nothing(pending, name):
    make, told = BAD[name]
    asked = pending.unit.challenge
    for _ in range(20):
        pending.do(SyncAnswered(make(pending)))
    assert (pending.state, pending.errors, pending.unit.last_answer) == (State.SYNC, 0, told)
    assert pending.unit.challenge == asked
    pending.do(SyncAnswered(answered(pending)))
    assert pending.state is State.DARK


def test_every_single_flipped_bit_of_an_answer_is_seen(pending):
    good = answered(pending)
    for bit in range(8 * len(good)):
        flipped = bytearray(good)
        flipped[bit // 8] ^= 1 << bit % 8
        pending.do(SyncAnswered(bytes(flipped)))
        assert pending.state is State.SYNC
    pending.do(SyncAnswered(good))
    assert pending.state is State.DARK


def test_without_a_question_no_answer_is_taken(owner):
    """Not before the code is right, not while it waits, not while it plays."""
    owner.right()
    good = answered(owner)
    owner.cut()
    owner.do(SyncAnswered(good))
    assert (owner.state, owner.unit.last_answer, owner.errors) == (State.CODE, SyncResult.NOT_ASKED, 0)
    owner.wrong()
    owner.do(SyncAnswered(good))
    assert (owner.state, owner.errors) == (State.WAIT, 1)


def test_lost_repeated_reordered_stale_and_replayed_answers(owner):
    owner.right()
    first, again = answered(owner, epoch=5), answered(owner, epoch=6)
    assert owner.unit.challenge == Answer.parse(first[:-64]) or owner.unit.challenge.asked > 0
    # Lost: the unit goes on asking the same; a second answer to it is as good, in whatever order they come.
    owner.do(SyncAnswered(again), SyncAnswered(first), SyncAnswered(again))
    assert (owner.state, owner.unit.last_answer) == (State.DARK, SyncResult.NOT_ASKED)
    owner.wait(2_000)
    # Replayed after the next right code: it asks under another number.
    owner.asked()
    owner.right()
    for old in (first, again):
        owner.do(SyncAnswered(old))
        assert (owner.state, owner.unit.last_answer) == (State.SYNC, SyncResult.STALE)
    owner.do(SyncAnswered(answered(owner, epoch=7)))
    assert (owner.state, owner.errors) == (State.DARK, 0)


def test_a_base_that_was_put_back_to_an_older_state_opens_nothing(owner):
    owner.right()
    owner.do(SyncAnswered(answered(owner, epoch=900)), TimeWent(2_000))
    owner.asked()
    owner.right()
    for epoch in (1, 899, 900):
        owner.do(SyncAnswered(answered(owner, epoch=epoch)))
        assert (owner.state, owner.unit.last_answer, owner.errors) == (State.SYNC, SyncResult.ROLLED_BACK, 0)
    owner.do(SyncAnswered(answered(owner, epoch=901)))
    assert owner.state is State.DARK


def test_thirty_days_offline_and_the_answer_comes_by_hand(pending):
    """It was cut, set aside and mended meanwhile: the lines on the paper are still good, and cost nothing."""
    lines = answer_lines(answered(pending, epoch=77))
    challenge = pending.unit.challenge
    for _ in range(30):
        pending.do(
            TimeWent(DAY_MS), SomethingBroke(Fault.BUS), SupplyLost(), TimeWent(2_000), SupplyRestored()
        )
        pending.do(SomethingMended(), CarAnswered(knows=False), CarAnswered(knows=True))
        assert (pending.state, pending.unit.challenge) == (State.SYNC, challenge)
    pending.do(SyncAnswered(answer_from_lines(pending.unit.challenge, "\n".join(lines).lower())))
    assert (pending.state, pending.errors) == (State.DARK, 0)


def test_the_way_by_hand_and_back(pending):
    challenge = pending.unit.challenge
    asked = challenge_lines(challenge)
    assert [len(line) for line in asked] == [19, 8]
    assert challenge_from_lines(SERIAL, " ".join(asked)) == challenge
    good = answered(pending, epoch=4_000_000_000)
    lines = answer_lines(good)
    assert len(lines) == 8
    assert answer_from_lines(challenge, "-".join(lines)) == good
    lines = list(lines)
    lines[2] = lines[2].replace(lines[2][0], "0" if lines[2][0] != "0" else "1", 1)
    with pytest.raises(InputError, match="line 3 is not as it was given out"):
        answer_from_lines(challenge, " ".join(lines))
    with pytest.raises(InputError, match="122 letters and digits; 106 given"):
        answer_from_lines(challenge, " ".join(lines[1:]))
    with pytest.raises(InputError, match="this is no answer of a base"):
        answer_lines(challenge.encode())


def test_set_aside_it_asks_nothing_and_takes_nothing(pending):
    good = answered(pending)
    pending.do(CarAnswered(knows=False), SyncAnswered(good))
    assert (pending.state, pending.unit.last_answer) == (State.PROTECTED, SyncResult.NOT_ASKED)
    pending.do(CarAnswered(knows=True), SyncAnswered(good))
    assert pending.state is State.DARK
    pending.do(SupplyLost(), SyncAnswered(good))
    assert pending.unit.last_answer is SyncResult.TAKEN


def test_carried_off_while_it_asks_it_wants_the_code_again(pending):
    """A thief who pulls it gains nothing from the owner's half-way; the count is as it was."""
    good = answered(pending)
    pending.cut(HOUR_MS)
    assert (pending.state, pending.errors) == (State.CODE, 0)
    pending.right()
    pending.do(SyncAnswered(good))
    assert pending.unit.last_answer is SyncResult.STALE


# --- cut at every byte -----------------------------------------------------------------------------------------


def booted(owner, image, count):
    """The unit as it comes up from this chip and counter after a second without supply."""
    chip = RamChip(CHIP_SIZE, SECTOR_SIZE, image)
    device = replace(owner.device, counter=RamCounter(count))
    around = replace(owner.unit.around, supply=False, dark_for_ms=1_000)
    return HeadUnit(owner.design, chip, device, around)


def cuts(owner, image, count, act):
    """What each cut of `act`, at every byte and around the counter, leaves: images and counts."""
    for cut in range(COMMIT):
        unit = booted(owner, image, count)
        unit.handle(SupplyRestored())
        unit.chip.cut_after = cut
        act(unit)
        yield bytes(unit.chip.cells), unit.device.counter.value
    for cut in (0, 1):
        unit = booted(owner, image, count)
        unit.handle(SupplyRestored())
        unit.device.counter.cut_after = cut
        act(unit)
        yield bytes(unit.chip.cells), unit.device.counter.value


def test_a_cut_at_any_byte_of_an_answer_leaves_it_asking_or_open_and_never_half(pending):
    """Two cuts deep: the boot that mends what the first cut left is cut at every byte too."""
    challenge, good = pending.unit.challenge, answered(pending, epoch=9)
    image, count = bytes(pending.unit.chip.cells), pending.device.counter.value
    left = set(cuts(pending, image, count, lambda unit: unit.handle(SyncAnswered(good))))
    ends = set()
    for once in left:
        for at, counted in (once, *boots_cut(pending, *once)):
            unit = booted(pending, at, counted)
            unit.handle(SupplyRestored())
            epoch = unit._store.record.beside.epoch
            ends.add((unit.status.state, epoch, unit.challenge == challenge))
            unit.handle(SyncAnswered(good))
            assert unit.status.state in {State.DARK, State.PLAYING}
            assert unit.status.errors == 0
    assert ends == {(State.SYNC, 0, True), (State.PLAYING, 9, False)}


def boots_cut(owner, image, count):
    for cut in range(0, COMMIT // 2, 29):
        unit = booted(owner, image, count)
        unit.chip.cut_after = cut
        unit.handle(SupplyRestored())
        if unit.chip.written == cut:
            yield bytes(unit.chip.cells), unit.device.counter.value


def test_a_cut_at_any_byte_of_the_right_code_costs_an_owner_at_most_one_error(owner):
    image, count = bytes(owner.unit.chip.cells), owner.device.counter.value

    def act(unit):
        owner.unit = unit
        owner.right()

    states = set()
    for at, counted in set(cuts(owner, image, count, act)):
        unit = booted(owner, at, counted)
        unit.handle(SupplyRestored())
        states.add((unit.status.state, unit.status.errors))
    assert states <= {(State.CODE, 0), (State.CODE, 1), (State.SYNC, 0)}


def test_an_older_image_of_the_chip_opens_nothing(owner):
    """Answer taken, locked again, and the chip of the open time put back."""
    owner.right()
    owner.do(SyncAnswered(answered(owner)), TimeWent(2_000))
    image = bytes(owner.unit.chip.cells)
    owner.asked()
    unit = booted(owner, image, owner.device.counter.value)
    unit.handle(SupplyRestored())
    assert (unit.status.state, unit.status.fault) == (State.FAULT, Fault.TAMPERED)


# --- the forms -------------------------------------------------------------------------------------------------


TEXTS = st.text(st.characters(max_codepoint=127), max_size=32)
NUMBERS = st.integers(0, 2**32 - 1)


@settings(max_examples=100, derandomize=True, deadline=None, database=None)
@given(TEXTS, NUMBERS, st.binary(min_size=8, max_size=8), NUMBERS)
def test_every_form_reads_back_and_no_form_reads_as_another(serial, number, nonce, epoch):
    chip, image = nonce * 2, nonce * 4
    forms = [
        ChipGrant(serial, chip, number, chip),
        PairingEnd(serial, number),
        Answer(serial, number, nonce, epoch),
    ]
    for form in forms:
        assert [kind.parse(form.body()) for kind in (ChipGrant, PairingEnd, Answer)] == [
            form if isinstance(form, kind) else None for kind in (ChipGrant, PairingEnd, Answer)
        ]
        for end in range(len(form.body())):
            assert type(form).parse(form.body()[:end]) is None
        assert type(form).parse(form.body() + b"\0") is None
    challenge = Challenge(serial, number, nonce)
    assert Challenge.parse(challenge.encode()) == challenge
    assert Challenge.parse(forms[2].body()) is None
    head = ImageHead(serial, number, epoch, number, image)
    assert ImageHead.parse(head.body() + bytes(64) + b"more") == (head, len(head.body()) + 64)
    assert ImageHead.parse(head.body() + bytes(63)) is None
    domains = [form.DOMAIN for form in (ChipGrant, PairingEnd, Answer, ImageHead)]
    assert not any(a.startswith(b) for a in domains for b in domains if a is not b)


@settings(max_examples=200, derandomize=True, deadline=None, database=None)
@given(st.binary(max_size=200))
def test_whatever_bytes_come_they_are_a_form_or_none(data):
    for magic in (b"", b"RKG1", b"RKP1", b"RKS1", b"RKC1", b"RKF1"):
        for form in (ChipGrant, PairingEnd, Answer, Challenge, ImageHead):
            form.parse(magic + data)


# --- looked at from outside ------------------------------------------------------------------------------------


def test_a_stored_record_of_a_unit_that_asks_says_so_and_what_ends_it(pending):
    """With its key and without, as a chip and as one record; no digest and no epoch is shown."""
    chip = bytes(pending.unit.chip.cells)
    for data, key in ((chip, pending.device.key), (chip, None), (newest(pending), pending.device.key)):
        found = explain(data, key=key, counter=pending.device.counter.value)
        assert (found.why, found.ends, found.lock.state) == (Why.SYNCHRONISES, Ends.BASE, State.SYNC)
        assert found.verdict is (Verdict.SOUND if key else Verdict.UNCHECKED)
    flipped = bytearray(newest(pending))
    flipped[70] ^= 1
    assert explain(bytes(flipped), key=None).verdict is Verdict.DAMAGED
    for at, put in ((68, bytes(4)), (76, b"car")):  # nothing asked; a car without its number
        forged = bytearray(newest(pending)[:-4])
        forged[at : at + len(put)] = put
        forged += zlib.crc32(forged).to_bytes(4, "little")
        assert explain(bytes(forged), key=None).verdict is Verdict.FORGED


def newest(owner):
    """The one record that counts, from the chip."""
    sector = owner.device.counter.value % 2
    return bytes(owner.unit.chip.cells[sector * SECTOR_SIZE : sector * SECTOR_SIZE + LONG_SIZE])
