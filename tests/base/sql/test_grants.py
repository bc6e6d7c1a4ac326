"""What the base signs for a unit: two people, one door, in the log first, and nothing for a stolen unit (rows 8, 12, 13)."""

from dataclasses import replace
from hashlib import sha256
from random import Random

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from desks import VIN
from plugged import Plugged

from radiokey.base.bootstrap import SystemRandomness, init_base, open_base
from radiokey.base.grants.service import WAITS_DAYS, GrantService
from radiokey.base.keys.unit_key import UnitKey, UnitTrust
from radiokey.base.limits import Limit, LimitedClient, Limits
from radiokey.base.log.leaf import Leaf, UnitLeaf, for_unit, parse_leaf
from radiokey.base.log.receipt import verify
from radiokey.base.log.releases import check_releases
from radiokey.base.ports.log import StoredEntry
from radiokey.base.release.history import ReleaseHistory
from radiokey.base.sql.postgresql import Principal
from radiokey.clock import DAY_MS, HOUR_MS
from radiokey.code.signed import Answer, Challenge, ChipGrant, ImageHead, sign, split
from radiokey.code.value import Code, CodeShape
from radiokey.diagnostics.access import access_message
from radiokey.diagnostics.ecu import Ecu
from radiokey.diagnostics.memory import Nameplate, RamNotebook
from radiokey.diagnostics.slots import SlotStore
from radiokey.errors import (
    AnotherPersonError,
    LimitReachedError,
    NotReleasedError,
    NotThereError,
    ReceiptError,
    RefusedError,
    StolenError,
    StoreError,
    UsageError,
)
from radiokey.headunit.device import Device, RamCounter
from radiokey.headunit.display import Colour, DisplayKind, Technology
from radiokey.headunit.events import (
    ChipGranted,
    KeyPressed,
    PairingEnded,
    SupplyLost,
    SupplyRestored,
    SyncAnswered,
    TimeWent,
    VinHeard,
)
from radiokey.headunit.firmware import Firmware
from radiokey.headunit.flash import RamChip
from radiokey.headunit.lock import State
from radiokey.headunit.panel import Automatic, Direct, Key, Panel
from radiokey.headunit.policy import REFERENCE
from radiokey.headunit.store import CHIP_SIZE, SECTOR_SIZE, digest
from radiokey.headunit.unit import Design, HeadUnit

PAPERS = "ab" * 32
CHIP = bytes(range(16))
DEVICE_KEY = bytes(32)
DIGEST = digest(DEVICE_KEY, "31415")
CLIENT = LimitedClient("a unit")
ON_ONE = pytest.mark.parametrize("both", ["sqlite"], indirect=True)
"""What says nothing about a database is run on one."""


class Undone(Exception):  # noqa: N818 - it went well, and is taken back
    """Take a transaction back."""


DIGITS = "0123456789"


@pytest.fixture
def key():
    return UnitKey(bytes(range(32)))


@pytest.fixture
def make(both, desk, clock, key):
    def made(**other):
        usual = {"limits": Limits({}), "randomness": SystemRandomness()}
        return GrantService(
            door=both.store(Principal.DOOR),
            desk=both.store(Principal.CLERK),
            registry=both.store(Principal.REGISTRAR),
            clock=clock,
            key=key,
            signer=desk.signer,
            **usual | other,
        )

    return made


@pytest.fixture
def grants(make, desk):
    """A base that knows unit 1, and what its factory kept of it."""
    desk.add_units([1])
    service = make()
    service.keep_digest(desk.read(1), DIGEST, by="registrar")
    return service


def propose(grants, desk, number=1, *, by="clerk", **other):
    usual = {"chip_id": CHIP, "counter": 17, "reason": "three wrong codes", "papers": PAPERS, "by": by}
    return grants.propose_chip(desk.read(number), **usual | other)


def test_one_proposes_another_signs_and_the_unit_takes_it(grants, desk, key):
    proposal = propose(grants, desk)
    assert [one.id for one in grants.proposals()] == [proposal.id]
    granted = grants.sign(proposal.id, by="approver")
    body, signature = split(granted.data)
    assert ChipGrant.parse(body) == ChipGrant("00000001", CHIP, 17, DIGEST)
    assert UnitTrust(key.public).verify(ChipGrant.DOMAIN + body, signature)
    assert grants.proposals() == ()
    assert desk.verified() == 1


@ON_ONE
def test_the_entry_names_two_people_and_hides_them(grants, desk):
    receipt = grants.sign(propose(grants, desk).id, by="approver").receipt
    leaf = verify(receipt).leaf
    assert isinstance(leaf, UnitLeaf)
    assert (leaf.v, leaf.source, leaf.model) == (4, "chip-grant", "honda_audio5")
    assert leaf.proposer != leaf.signer
    for word in ("clerk", "approver", "00000001", CHIP.hex()):
        assert word not in receipt.leaf


@ON_ONE
def test_the_proposer_does_not_sign(grants, desk):
    proposal = propose(grants, desk)
    with pytest.raises(RefusedError, match="who proposed a grant does not sign it"):
        grants.sign(proposal.id, by="clerk")
    assert desk.verified() == 0


def test_the_database_itself_refuses_a_grant_by_its_proposer_or_without_a_proposal(grants, desk, both):
    """Below every program: a row that says that one person did both never commits."""
    proposal = propose(grants, desk)
    signed = grants.sign(propose(grants, desk).id, by="approver")
    with both.store().transaction() as transaction:
        row = transaction.releases_of("honda-8", "00000001")[0]

    def put(*, undo=False, **changes):
        with both.store().transaction() as transaction:
            transaction.add_entries([StoredEntry(1, b"{}")])
            transaction.add_releases([msgspec.structs.replace(row, index=1, **changes)])
            transaction.count_releases()  # on a server statements are sent ahead
            if undo:
                raise Undone

    with pytest.raises(Undone):  # so it is that rule which refuses the others
        put(undo=True, request_id=f"grant-{proposal.id}", account="approver")
    for changes in (
        {"request_id": f"grant-{proposal.id}", "account": "clerk"},
        {"request_id": f"grant-{proposal.id}", "account": ""},
        {"request_id": f"grant-{proposal.id}", "account": "x", "number": "00000002"},
        {"request_id": "grant-nobody", "account": "approver"},
    ):
        with pytest.raises(StoreError):
            put(**changes)
    assert signed.receipt.index == 0


def test_a_grant_for_a_stolen_unit_is_refused_whoever_asks_and_whenever_it_was_marked(grants, desk):
    proposal = propose(grants, desk)
    first = grants.sign(proposal.id, by="approver")
    waiting = propose(grants, desk, chip_id=bytes(16))
    desk.stolen().add(desk.read(1), reason="police report")
    with pytest.raises(StolenError):
        grants.sign(waiting.id, by="approver")
    with pytest.raises(StolenError):
        grants.sign(proposal.id, by="approver")  # a repeat too
    with pytest.raises(StolenError):
        propose(grants, desk)
    with pytest.raises(StolenError):
        grants.answer(desk.read(1), Challenge("00000001", 1, bytes(8)), CLIENT)
    desk.stolen().propose_clearing(desk.read(1), clearing_id="c", reason="found", papers=PAPERS, by="rita")
    desk.stolen().carry_out("c", by="rolf")
    assert grants.sign(proposal.id, by="approver").data == first.data


def test_a_repeat_is_the_same_bytes_the_same_receipt_and_one_entry(grants, make, desk):
    proposal = propose(grants, desk)
    first = grants.sign(proposal.id, by="approver")
    again = make().sign(proposal.id, by="approver")
    assert (again.data, again.receipt, again.repeated) == (first.data, first.receipt, True)
    assert desk.verified() == 1
    assert make().sign(proposal.id, by="somebody else").data == first.data, "a third person asks again"


@ON_ONE
def test_what_is_not_there_or_waited_too_long_is_not_signed(grants, desk, clock):
    with pytest.raises(NotThereError):
        grants.sign("nobody", by="approver")
    proposal = propose(grants, desk)
    clock.ms += WAITS_DAYS * DAY_MS + 1
    assert grants.proposals() == ()
    with pytest.raises(NotThereError):
        grants.sign(proposal.id, by="approver")


@ON_ONE
def test_a_unit_that_the_base_does_not_know_gets_nothing(grants, desk):
    with pytest.raises(NotReleasedError):
        propose(grants, desk, 2)
    desk.add_units([3])
    proposal = propose(grants, desk, 3)  # the ledger knows it, and its factory kept nothing
    with pytest.raises(NotReleasedError):
        grants.sign(proposal.id, by="approver")
    with pytest.raises(NotReleasedError):
        grants.keep_digest(desk.read(2), DIGEST, by="registrar")
    assert desk.verified() == 0


@ON_ONE
@pytest.mark.parametrize(
    "wrong",
    [
        {"chip_id": b"short"},
        {"counter": -1},
        {"counter": 2**32},
        {"papers": "x"},
        {"papers": "G" * 64},
        {"reason": " "},
        {"reason": "x" * 501},
    ],
)
def test_a_proposal_that_is_not_whole_is_refused(grants, desk, wrong):
    with pytest.raises(UsageError):
        propose(grants, desk, **wrong)


def test_a_digest_is_kept_once(grants, desk):
    """Who could change it could choose the code of a unit."""
    with pytest.raises(UsageError, match="kept already"):
        grants.keep_digest(desk.read(1), bytes(16), by="registrar")
    with pytest.raises(UsageError):
        grants.keep_digest(desk.read(1), b"", by="registrar")


@ON_ONE
def test_no_code_leaves_under_the_name_of_a_grant(desk):
    for name in ("grant-1", "sync-1"):
        with pytest.raises(UsageError):
            desk.ask(name, 1)


# --- the second lock


def test_the_answer_to_a_unit_is_logged_first_and_its_epoch_rises(grants, make, desk, key):
    epochs = []
    for asked in (5, 9, 12):
        challenge = Challenge("00000001", asked, bytes([asked]) * 8)
        first = grants.answer(desk.read(1), challenge, CLIENT)
        body, signature = split(first.data)
        assert UnitTrust(key.public).verify(Answer.DOMAIN + body, signature)
        answer = Answer.parse(body)
        assert answer == Answer.to(challenge, first.receipt.index + 1)
        again = make().answer(desk.read(1), challenge, CLIENT)
        assert (again.data, again.repeated) == (first.data, True)
        leaf = parse_leaf(first.receipt.leaf.encode())
        assert (leaf.source, leaf.proposer, leaf.signer) == ("synchronisation", "", "")
        epochs.append(answer.epoch)
    assert epochs == [1, 2, 3]
    assert desk.verified() == 3


@ON_ONE
def test_a_challenge_of_another_unit_and_one_too_many_get_no_answer(grants, make, desk):
    with pytest.raises(NotReleasedError):
        grants.answer(desk.read(1), Challenge("00000002", 1, bytes(8)), CLIENT)
    with pytest.raises(NotReleasedError):
        grants.answer(desk.read(2), Challenge("00000002", 1, bytes(8)), CLIENT)
    strict = make(limits=Limits({"client": Limit(2, HOUR_MS)}))
    for asked in (1, 2, 2):  # a repeat is free
        strict.answer(desk.read(1), Challenge("00000001", asked, bytes(8)), CLIENT)
    with pytest.raises(LimitReachedError):
        strict.answer(desk.read(1), Challenge("00000001", 3, bytes(8)), CLIENT)


@ON_ONE
@pytest.mark.usefixtures("grants")
def test_whoever_tries_numbers_with_challenges_of_their_own_soon_learns_nothing_more(make, desk):
    """A challenge is not signed: anybody makes one for any number."""
    strict = make(limits=Limits({"client-misses": Limit(2, HOUR_MS)}))
    for number in (2, 3):
        with pytest.raises(NotReleasedError):
            strict.answer(desk.read(number), Challenge(f"0000000{number}", 1, bytes(8)), CLIENT)
    for number in (1, 4):
        with pytest.raises(LimitReachedError):
            strict.answer(desk.read(number), Challenge(f"0000000{number}", 1, bytes(8)), CLIENT)


@ON_ONE
def test_what_was_signed_for_a_unit_is_no_release_of_its_code(grants, desk, both, clock):
    """A stranger's challenge must not say to the owner that the code has left."""
    grants.answer(desk.read(1), Challenge("00000001", 1, bytes(8)), CLIENT)
    history = ReleaseHistory(both.store(Principal.DOOR), clock, desk.signer.verifier)
    assert history.of_car(desk.read(1).serial, VIN, "somebody") == ()


def test_every_row_agrees_with_its_entry_and_a_changed_one_is_found(grants, desk, both):
    desk.add_units([2])
    grants.sign(propose(grants, desk).id, by="approver")
    grants.answer(desk.read(2), Challenge("00000002", 1, bytes(8)), CLIENT)
    with both.store().snapshot() as seen:
        check_releases(seen, desk.signer.verifier, desk.signer.keyed)
    assert desk.verified() == 2


FORGED = {
    "one person": {"signer": "aa" * 32, "proposer": "aa" * 32},
    "nobody": {"signer": "", "proposer": ""},
    "half of it": {"signer": ""},
    "people for an answer": {"source": "synchronisation"},
    "no digest": {"statement": ""},
    "a family": {"family": "renault-precode"},
    "a tier": {"tier": "A"},
    "a code's source": {"source": "ledger"},
    "version 2": {"v": 2},
    "version 3": {"v": 3},
}


@pytest.mark.parametrize("change", FORGED)
def test_an_entry_that_breaks_the_rules_is_refused_no_matter_who_signed_it(change):
    leaf = UnitLeaf(4, 1, "chip-grant", "", "", "m", "ff" * 32, "00" * 32, "aa" * 32, "bb" * 32)
    assert parse_leaf(leaf.encode()) == leaf
    with pytest.raises(ReceiptError):
        parse_leaf(msgspec.structs.replace(leaf, **FORGED[change]).encode())


@pytest.mark.parametrize("source", ["chip-grant", "pairing-end", "synchronisation", "other"])
def test_no_entry_of_a_code_says_that_it_was_signed_for_a_unit(source):
    """Else a grant could stand in the log without its two people."""
    leaf = Leaf(1, 1, "dealer", "", "", "m", "ff" * 32)
    assert parse_leaf(leaf.encode()) == leaf
    with pytest.raises(ReceiptError):
        parse_leaf(msgspec.structs.replace(leaf, source=source).encode())


def test_one_person_is_refused_below_the_service_too():
    with pytest.raises(AnotherPersonError):
        for_unit(Leaf(1, 1, "chip-grant", "", "", "m", "ff" * 32), "00" * 32, "one", "one", bytes(32))


# --- the whole way, from a unit to its base and back


class Bench:
    """A unit of this base: navigation, paired, at its end."""

    def __init__(self, key, policy):
        panel = Panel(
            tuple(Key(digit, digit) for digit in DIGITS),
            Direct(tuple((digit, digit) for digit in DIGITS)),
            Automatic(),
        )
        display = DisplayKind(Technology.DOT_MATRIX, Colour.AMBER, 12)
        self.design = Design(CodeShape.of(5, DIGITS), panel, policy, (), display)
        self.device = Device(DEVICE_KEY, "00000001", verify=UnitTrust(key.public).verify)
        self.unit = HeadUnit.made(self.design, Code("31415"), device=self.device)

    def do(self, *happenings):
        for happening in happenings:
            self.unit.handle(happening)

    def cut(self):
        self.do(SupplyLost(), TimeWent(HOUR_MS), SupplyRestored())

    def enter(self, code):
        self.do(*[KeyPressed(digit) for digit in code])

    @property
    def state(self):
        return self.unit.status.state


@ON_ONE
def test_a_dead_unit_gets_a_new_chip_from_the_base_and_asks_for_the_same_code(grants, desk, key):
    bench = Bench(key, REFERENCE)
    bench.cut()
    for wrong in ("00000", "11111", "22222"):
        bench.enter(wrong)
        bench.do(TimeWent(2 * HOUR_MS))
    assert bench.state is State.PERMANENT
    bench.do(SupplyLost())
    chip = RamChip(CHIP_SIZE, SECTOR_SIZE, id=CHIP)
    bench.unit = HeadUnit(bench.design, chip, bench.device, replace(bench.unit.around, supply=False))
    bench.do(SupplyRestored())
    counter = bench.device.counter.value
    proposal = propose(grants, desk, chip_id=chip.id, counter=counter)
    bench.do(ChipGranted(grants.sign(proposal.id, by="approver").data))
    assert (bench.state, bench.unit.status.errors) == (State.CODE, 0)
    bench.enter("31415")
    assert bench.state is State.DARK


@ON_ONE
def test_a_navigation_unit_in_another_car_comes_home(grants, desk, key):
    bench = Bench(key, replace(REFERENCE, second_lock=True, pairs=True))
    own, other = (VinHeard(vin) for vin in (b"VF1LM1B0H35000001", b"VF1LM1B0H35000002"))
    bench.do(own, own)
    bench.cut()
    bench.do(other, other)
    assert bench.state is State.PROTECTED
    ended = grants.propose_pairing_end(
        desk.read(1), paired=bench.unit.paired, reason="sold", papers=PAPERS, by="clerk"
    )
    bench.do(PairingEnded(grants.sign(ended.id, by="approver").data))
    assert bench.state is State.CODE
    bench.enter("31415")
    assert bench.state is State.SYNC
    bench.do(SyncAnswered(grants.answer(desk.read(1), bench.unit.challenge, CLIENT).data))
    assert bench.state is State.DARK
    assert desk.verified() == 2


@ON_ONE
def test_a_restored_unit_is_stolen_still(grants, desk, key):
    """The mark is the base's: no image and no factory reset of the unit reaches it."""
    bench = Bench(key, replace(REFERENCE, second_lock=True))
    slots = Firmware(RamChip(2_112, 32), "honda_audio5", bench.device.verify, RamCounter())
    head = ImageHead("honda_audio5", 1, 1, 40, sha256(bytes(40)).digest())
    image = sign(head, key) + bytes(40)
    slots.install(image)
    plate = Nameplate("00000001", "honda_audio5", signer=True)
    bench.cut()
    bench.enter("31415")
    one = Plugged(Ecu(bench.unit, plate, RamNotebook(), Random(7).randbytes, firmware=SlotStore(slots)))  # noqa: S311 - the same each time
    challenge = bench.unit.challenge
    desk.stolen().add(desk.read(1), reason="police report")
    with pytest.raises(StolenError):
        grants.answer(desk.read(1), challenge, CLIENT)
    one.ask("1002")
    one.ask(b"\x27\x04" + key.sign(access_message("00000001", one.seed(3))))
    assert one.ask(b"\x34\x00\x11\x00" + bytes([len(image)])) == "74200FFF"
    assert one.ask(b"\x36\x01" + image) == "7601"
    assert one.ask("37") == "77"
    assert one.ask("1101") == "5101"
    one.ask("1003")
    one.ask(b"\x27\x04" + key.sign(access_message("00000001", one.seed(3))))
    assert one.ask("31010302") == "7101030200"
    assert (bench.state, bench.unit.challenge) == (State.SYNC, challenge)
    with pytest.raises(StolenError):
        grants.answer(desk.read(1), challenge, CLIENT)


@ON_ONE
def test_a_stranger_with_a_key_of_their_own_opens_nothing(grants, desk):
    stranger = UnitKey(Ed25519PrivateKey.generate().private_bytes_raw())
    bench = Bench(stranger, replace(REFERENCE, second_lock=True))
    bench.cut()
    bench.enter("31415")
    bench.do(SyncAnswered(grants.answer(desk.read(1), bench.unit.challenge, CLIENT).data))
    assert bench.state is State.SYNC


def test_a_local_base_signs_nothing_and_a_hosted_one_keeps_its_key(tmp_path, clock):
    with open_base(tmp_path / "own.sqlite3", clock) as base, pytest.raises(UsageError):
        base.grants  # noqa: B018 - asking is the test
    with init_base(tmp_path / "hosted.sqlite3", "codes.example.org", clock) as base:
        public = base.grants.public
    with open_base(tmp_path / "hosted.sqlite3", clock) as base:
        assert base.grants.public == public
        assert repr(UnitKey(bytes(32))) == f"UnitKey({UnitKey(bytes(32)).public.hex()[:8]})"
    assert len((tmp_path / "hosted.sqlite3.units").read_bytes()) == 32
