"""Codes of single units through the door, on both databases: what has to agree, and what nobody learns."""

import pytest

from radiokey.base.bootstrap import SystemRandomness
from radiokey.base.limits import Limit, Limits
from radiokey.base.log import verify_receipt_file
from radiokey.base.log.append import Log
from radiokey.base.log.note import NoteSigner
from radiokey.base.log.releases import verify_base
from radiokey.base.ports.store import StoredUnit
from radiokey.base.release.request import ReleaseRequest
from radiokey.base.release.service import ReleaseService
from radiokey.base.sql.postgresql import Principal
from radiokey.base.stolen.blacklist import Blacklist
from radiokey.base.units.ledger import Ledger
from radiokey.catalogue.load import load_model
from radiokey.clock import DAY_MS
from radiokey.code.value import Code
from radiokey.errors import (
    CodeShapeError,
    DeskNeededError,
    LimitReachedError,
    LogError,
    NoDerivationError,
    NotReleasedError,
    RadiokeyError,
    StolenError,
)
from radiokey.serial.number import parse
from radiokey.serial.vin import Vin

NONE = Limits({})
HONDA, VW, NISSAN = "honda_audio5", "vag_rcd_rns", "nissan_blaupunkt_bp"
VIN, OTHER_VIN = Vin.parse("VF1AAAAA123456789"), Vin.parse("VF1AAAAA123456780")
SERIAL, CODE = "22000505", "31415"


class Opened:
    """Opens what a test sealed, which is not at all: sealing has tests of its own."""

    def code_of(self, unit):
        return Code(unit.sealed.decode())


def read(serial):
    return parse(serial, kinds=("honda-8",) if serial.isdigit() else None)


def unit(serial=SERIAL, vin=VIN, model=HONDA, code=CODE):
    number = read(serial).serial
    car = vin.text if vin else ""
    return StoredUnit(number.kind, number.key, number.text, model, "eu", car, "k", code.encode())


def ask(serial=SERIAL, model=HONDA, vin=VIN, request_id="r1", **other):
    known = load_model(model) if model else None
    usual = {"client": "me", "owns": True}
    return ReleaseRequest(request_id, serial=read(serial), model=known, vin=vin, **usual | other)


def state(both, ledger):
    """State as the owner of the database how codes of the ledger leave."""
    both.behind(f"INSERT INTO setting (name, value, at_ms, by) VALUES ('ledger', '{ledger}', 1, 'local')")  # noqa: S608 - one of two words


@pytest.fixture
def base(both, clock):
    """Make a door on a ledger with these units, and the log that it writes; one that states `direct`."""
    store, signer = both.store(), NoteSigner("radiokey.test/ledger", bytes(32))

    def make(*units, hosted=True, limits=NONE, ledger="direct"):
        if ledger:
            state(both, ledger)
        with both.store(Principal.REGISTRAR).concurrent_transaction() as transaction:
            transaction.add_units(units)
        door = ReleaseService(
            store, clock, SystemRandomness(), signer, limits, Ledger(Opened(), hosted=hosted)
        )
        return door, Log(store, signer)

    return make


def test_number_car_and_model_together_open_the_code(base):
    door, log = base(unit())
    released = door.release(ask())
    assert (released.code, released.source, released.family) == (Code(CODE), "ledger", None)
    assert '"source":"ledger"' in released.receipt.leaf
    assert CODE not in released.receipt.encode().decode()
    assert door.release(ask()).repeated
    assert log.verify().size == 1


@pytest.mark.parametrize(
    "wrong",
    [{"vin": OTHER_VIN}, {"vin": None}, {"model": VW}, {"model": None}, {"serial": "22000506"}],
    ids=["another car", "no car", "another model", "no model", "another number"],
)
def test_whatever_does_not_agree_gets_one_answer(base, wrong):
    """It says nothing of what is there: not whether the number is, and not which of the three is wrong."""
    door, log = base(unit())
    with pytest.raises(NotReleasedError) as caught:
        door.release(ask(**wrong))
    with pytest.raises(NotReleasedError) as unknown:
        door.release(ask(serial="99999999"))
    assert (caught.value.sentence, caught.value.hint, caught.value.facts) == (
        unknown.value.sentence,
        unknown.value.hint,
        unknown.value.facts,
    )
    assert log.verify().size == 0


def test_every_number_one_typing_error_away_releases_nothing(base):
    """Each of them is another unit's, of another car: the car of the right one opens none."""
    wrong = {SERIAL[:at] + digit + SERIAL[at + 1 :] for at in range(8) for digit in "0123456789"}
    swapped = {SERIAL[:at] + SERIAL[at + 1] + SERIAL[at] + SERIAL[at + 2 :] for at in range(7)}
    near = sorted((wrong | swapped) - {SERIAL})
    assert len(near) == 72 + 4
    others = [unit(number, OTHER_VIN, code="66666") for number in near]
    door, log = base(unit(), *others)
    for place, number in enumerate(near):
        with pytest.raises(NotReleasedError):
            door.release(ask(number, request_id=f"near{place}"))
    assert log.verify().size == 0
    assert door.release(ask()).code == Code(CODE)


def test_a_unit_without_a_car_needs_somebody_who_checked_the_papers(base):
    door, _ = base(unit(vin=None))
    with pytest.raises(NotReleasedError):
        door.release(ask(vin=None))
    with pytest.raises(NotReleasedError):
        door.release(ask(request_id="r2"))
    released = door.release(ask(vin=None, client="acme", account="acme", request_id="r3"))
    assert released.code == Code(CODE)


def test_who_checked_the_papers_need_not_name_the_model_of_a_unit_in_its_car(base):
    """The ledger knows the model; number and car agree. Another model that is named still contradicts."""
    door, _ = base(unit())
    checked = {"client": "acme", "account": "acme"}
    with pytest.raises(NotReleasedError):
        door.release(ask(model=VW, request_id="r1", **checked))
    with pytest.raises(NotReleasedError):
        door.release(ask(model=None, vin=OTHER_VIN, request_id="r2", **checked))
    released = door.release(ask(model=None, request_id="r3", **checked))
    assert (released.code, released.model) == (Code(CODE), HONDA)


def test_a_number_with_a_public_derivation_follows_the_ledger_where_it_is_there(base):
    """The ledger holds what the unit really has; a derived code might cost its owner a try."""
    door, _ = base(unit("BP538769684801", model=NISSAN, code="1111"))
    released = door.release(ask("BP538769684801", NISSAN))
    assert (released.code, released.source) == (Code("1111"), "ledger")
    with pytest.raises(NotReleasedError):
        door.release(ask("BP538769684801", NISSAN, OTHER_VIN, "r2"))
    derived = door.release(ask("BP538769684802", NISSAN, OTHER_VIN, "r3"))
    assert derived.source == "derivation"


# --- the desk alone, which is what a base states that states nothing


def outcome(door, request):
    with pytest.raises(DeskNeededError) as caught:
        door.release(request)
    return caught.value.sentence, caught.value.hint, *caught.value.facts.items()


@pytest.mark.parametrize("stated", ["", "desk"], ids=["nothing stated", "the desk stated"])
def test_number_car_and_model_alone_open_nothing_on_a_base_that_is_run_for_others(base, stated):
    """All three can be read at a parked car. The answer is one, whatever of it is right or there at all."""
    door, log = base(unit(), ledger=stated)
    said = {
        outcome(door, ask(request_id=f"r{at}", **other))
        for at, other in enumerate(
            (
                {},
                {"vin": OTHER_VIN},
                {"vin": None},
                {"model": VW},
                {"model": None},
                {"serial": "22000506"},
                {"serial": "99999999", "vin": None},
            )
        )
    }
    assert len(said) == 1
    assert log.verify().size == 0


def test_who_is_sent_to_the_desk_used_up_no_try(base):
    """Nothing was compared, so that nothing was tried; and the owner behind one address may ask again."""
    limits = Limits({"client-misses": Limit(1, DAY_MS), "number-misses": Limit(1, DAY_MS)})
    door, _ = base(unit(), ledger="", limits=limits)
    for at in range(3):
        outcome(door, ask(vin=OTHER_VIN, request_id=f"r{at}"))
    assert door.release(ask(client="acme", account="acme", request_id="r9")).code == Code(CODE)


def test_an_account_gets_the_code_that_agrees_and_no_other(base):
    door, _ = base(unit(), ledger="")
    known = {"client": "acme", "account": "acme"}
    with pytest.raises(NotReleasedError):
        door.release(ask(vin=OTHER_VIN, request_id="r1", **known))
    with pytest.raises(NotReleasedError):
        door.release(ask(serial="99999999", request_id="r2", **known))
    assert door.release(ask(request_id="r3", **known)).code == Code(CODE)


def test_a_number_with_a_public_derivation_needs_no_desk_unless_the_ledger_holds_it(base):
    door, log = base(unit("BP538769684801", model=NISSAN, code="1111"), ledger="")
    outcome(door, ask("BP538769684801", NISSAN))
    assert door.release(ask("BP538769684802", NISSAN, OTHER_VIN, "r3")).source == "derivation"
    assert '"v":1,' in log_line(log, 0)


def test_the_log_says_which_way_a_code_of_the_ledger_left(base):
    """Whoever reads the log counts the codes that left without a look at papers."""
    door, log = base(unit(), unit("22000506"))
    receipts = [
        door.release(ask(request_id="r1")).receipt,
        door.release(ask("22000506", client="acme", account="acme", request_id="r2")).receipt,
    ]
    leaves = [verify_receipt_file(one.encode(), str(log.key)).leaf for one in receipts]
    assert [(leaf.v, leaf.source, leaf.way) for leaf in leaves] == [
        (3, "ledger", "direct"),
        (3, "ledger", "token"),
    ]


class NoHead:
    """A head that remembers nothing."""

    def checkpoint(self):
        return None


def test_a_way_that_is_not_the_accounts_is_found(base, both):
    """A code that left to anybody is not given an account afterwards."""
    door, log = base(unit())
    door.release(ask())
    if both.kind == "sqlite":
        both.behind("DROP TRIGGER release_stays")
    both.behind(
        "UPDATE release SET account = 'acme', "
        """evidence = replace(evidence, '"checked_by":""', '"checked_by":"acme"')"""
    )
    with pytest.raises(LogError, match="what it rests on is not what the entry says"):
        verify_base(both.store(), log._signer, NoHead())


def test_a_rule_that_became_stricter_takes_nothing_back(base, both):
    """The same request gets its answer again; a new one goes to the desk, and so on for whatever comes next."""
    door, log = base(unit(), unit("22000506"))
    first = door.release(ask())
    state(both, "desk")
    again = door.release(ask())
    assert (again.code, again.receipt, again.repeated) == (first.code, first.receipt, True)
    outcome(door, ask(request_id="r2"))
    if both.kind == "sqlite":
        both.behind("DROP TRIGGER release_keeps")
    both.behind("DELETE FROM release")
    assert door.release(ask()).repeated  # found by its entry
    state(both, "direct")
    assert door.release(ask("22000506", request_id="r3")).source == "ledger"
    assert log.verify().size == 2


def log_line(log, index):
    with log.snapshot() as seen:
        return seen.entry(index).leaf.decode()


def test_ones_own_base_says_that_it_knows_no_way(base):
    """On one's own machine there is nothing to hide, and a sheet to print."""
    door, _ = base(hosted=False)
    with pytest.raises(NoDerivationError):
        door.release(ask())


def test_a_stolen_unit_is_refused_whoever_asks(base, both, clock):
    door, log = base(unit())
    Blacklist(both.store(Principal.REGISTRAR), clock).add(read(SERIAL), reason="police report")
    for request in (ask(), ask(account="acme", request_id="r2"), ask(answer=Code(CODE), request_id="r3")):
        with pytest.raises(StolenError):
            door.release(request)
    assert log.verify().size == 0


def test_misses_are_few_by_number_and_by_who_asks(base, clock):
    """Trying cars one by one ends soon, whether the number is there or not; the owner waits at most hours."""
    limits = Limits({"client-misses": Limit(5, DAY_MS), "number-misses": Limit(3, DAY_MS)})
    door, _ = base(unit(), limits=limits)
    for number in (SERIAL, "99999999"):
        for tried in range(3):
            request = ask(number, vin=OTHER_VIN, request_id=f"{number}-{tried}", client=f"{number}-{tried}")
            with pytest.raises(NotReleasedError):
                door.release(request)
        with pytest.raises(LimitReachedError):
            door.release(ask(number, request_id=f"{number}-9", client="fresh"))
    clock.ms += DAY_MS // 3
    assert door.release(ask(request_id="later", client="fresh")).code == Code(CODE)


def test_a_dealers_answer_passes_the_same_door(base):
    door, log = base(hosted=False)
    request = ask(answer=Code("23456"))
    released = door.release(request)
    assert (released.code, released.source) == (Code("23456"), "dealer")
    assert "23456" not in released.receipt.encode().decode()
    assert door.release(request).repeated
    with pytest.raises(CodeShapeError):
        door.release(ask(answer=Code("99999"), request_id="r2"))
    assert log.verify().size == 1


def test_requests_of_one_commit_are_decided_alone(base, both):
    """One that is refused costs the others nothing; all share a signature."""
    units = [unit(f"2200{number:04}") for number in range(12)]
    door, log = base(*units)
    requests = [ask(one.serial, request_id=f"r{at}") for at, one in enumerate(units)]
    requests[5] = ask(units[5].serial, vin=OTHER_VIN, request_id="r5")
    answers = door._serve(requests)
    refused = [at for at, answer in enumerate(answers) if isinstance(answer, RadiokeyError)]
    assert refused == [5]
    assert {answer.receipt.size for at, answer in enumerate(answers) if at != 5} == {11}
    assert log.verify().size == 11
    assert both.behind("SELECT count(*) FROM log_checkpoint") == [(1,)]
    for at, answer in enumerate(answers):
        if at != 5:
            assert answer.receipt.serial == units[at].serial
            verify_receipt_file(answer.receipt.encode(), str(log.key))
            assert door.release(requests[at]).receipt == answer.receipt
