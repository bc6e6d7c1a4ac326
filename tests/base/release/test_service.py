import pytest

from radiokey.base.limits import Limits
from radiokey.base.release.request import ReleaseRequest
from radiokey.catalogue.load import load_model
from radiokey.clock import DAY_MS
from radiokey.errors import (
    LimitReachedError,
    ModelNeededError,
    NoDerivationError,
    OutsideDomainError,
    OwnershipNotStatedError,
    PapersNeededError,
    StolenError,
    UsageError,
)
from radiokey.serial.number import parse
from radiokey.serial.vin import Vin

VIN = Vin.parse("VF1AAAAA123456789")
RELEASES_PER_DAY = Limits().of["client"].most
LABEL = "281155216RT V212"


def size(base):
    return base.verify().size


def test_an_owner_gets_the_code_and_the_log_an_entry(base, ask):
    released = base.releases.release(ask(text="Z999"))
    assert released.code.reveal() == "0060"
    assert released.family.id == "renault-precode"
    assert not released.repeated
    assert size(base) == 1


def test_a_repeat_gets_the_same_answer_and_no_second_entry(base, ask, reopen):
    first, again = base.releases.release(ask()), base.releases.release(ask())
    assert again.repeated
    assert (again.code, again.receipt) == (first.code, first.receipt)
    assert reopen().releases.release(ask()).receipt == first.receipt
    assert size(base) == 1


@pytest.mark.parametrize("other", [{"text": "V213"}, {"client": "you"}, {"vin": VIN}])
def test_the_same_id_for_another_request_is_refused(base, ask, other):
    base.releases.release(ask())
    with pytest.raises(UsageError):
        base.releases.release(ask(**other))
    assert size(base) == 1


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        ({"owns": False}, OwnershipNotStatedError),
        ({"text": "A000"}, OutsideDomainError),
        ({"text": "BP538761234567"}, ModelNeededError),
        ({"text": "0123456789ABCDEF", "kinds": ("toyota-erc",)}, ModelNeededError),
    ],
)
def test_a_refusal_leaves_no_entry(base, ask, request_, error):
    with pytest.raises(error):
        base.releases.release(ask(**request_))
    assert size(base) == 0


def test_a_model_without_the_family_gets_no_code(base, ask):
    """The same shape of number on another maker's radio opens nothing."""
    with pytest.raises(NoDerivationError):
        base.releases.release(ask(model=load_model("fiat_vp")))
    assert size(base) == 0


def test_a_number_that_needs_its_model_gets_its_code_with_it(base, ask):
    model = load_model("toyota_erc_legacy")
    released = base.releases.release(ask(text="0123456789ABCDEF", kinds=("toyota-erc",), model=model))
    assert released.family.id == "toyota-erc-legacy"
    assert len(released.code.reveal()) == 8
    assert model.id in released.receipt.leaf


@pytest.mark.parametrize("request_id", ["", "x" * 65, "a b", "a\n", "é"])
def test_a_request_id_is_plain(ask, request_id):
    with pytest.raises(UsageError):
        ask(request_id)


@pytest.mark.parametrize("client", ["", "x" * 201])
def test_a_client_has_a_name(ask, client):
    with pytest.raises(UsageError):
        ask(client=client)


def test_ownership_is_not_stated_by_leaving_it_out():
    assert not ReleaseRequest("r", "me", parse("V212"), None, None).owns


def test_a_client_gets_fifty_codes_a_day(base, ask, clock):
    for number in range(RELEASES_PER_DAY):
        base.releases.release(ask(f"r{number}"))
    with pytest.raises(LimitReachedError):
        base.releases.release(ask("one-more"))
    assert base.releases.release(ask("r0")).repeated, "repeats are free"
    base.releases.release(ask("stranger", client="somebody else"))
    clock.ms += DAY_MS
    base.releases.release(ask("one-more"))


def test_refusals_and_repeats_do_not_count(base, ask):
    for number in range(RELEASES_PER_DAY + 5):
        with pytest.raises(OutsideDomainError):
            base.releases.release(ask(f"out{number}", "A000"))
        base.releases.release(ask("same"))
    for number in range(RELEASES_PER_DAY - 1):
        base.releases.release(ask(f"r{number}"))


def test_a_clock_set_back_frees_nobody(base, ask, clock):
    for number in range(RELEASES_PER_DAY):
        base.releases.release(ask(f"r{number}"))
    clock.ms -= 3 * DAY_MS
    with pytest.raises(LimitReachedError):
        base.releases.release(ask("one-more"))


def test_a_stolen_radio_with_a_number_of_its_own_is_refused_to_everybody(base, ask):
    base.blacklist.add(parse("BP538761234567"), reason="police report")
    with pytest.raises(StolenError):
        base.releases.release(ask(text="BP5387 6 1234567"))
    with pytest.raises(StolenError):
        base.releases.release(ask(text="BP538761234567", model=load_model("fiat_vp")))
    assert size(base) == 0


def test_a_stolen_mark_stops_a_repeat_too(base, ask, reopen):
    """After the mark is committed no code leaves, whatever was answered before."""
    request = ask(text=LABEL, vin=VIN)
    base.releases.release(request)
    reopen().blacklist.add(request.serial, vin=VIN, reason="stolen")
    with pytest.raises(PapersNeededError):
        base.releases.release(request)
    assert size(base) == 1


def test_strangers_with_a_shared_number_are_not_turned_away(base, ask):
    """Millions of radios share 25,900 pre-codes."""
    base.blacklist.add(parse(LABEL), vin=VIN, reason="police report")
    base.releases.release(ask("bare", "V212"))
    base.releases.release(ask("other-label", "281157777RT V212"))


@pytest.mark.parametrize(
    "request_", [{"text": LABEL}, {"text": "V212", "vin": VIN}, {"text": "281155216rt v-212"}]
)
def test_the_label_or_the_car_of_a_stolen_radio_asks_for_papers(base, ask, request_):
    base.blacklist.add(parse(LABEL), vin=VIN, reason="police report")
    with pytest.raises(PapersNeededError):
        base.releases.release(ask(**request_))
    assert size(base) == 0
