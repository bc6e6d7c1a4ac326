"""What is wrong with a radio and is not a wrong code (claims 10, 11, 62, 63, 69)."""

import pytest

from radiokey.catalogue.load import load_model
from radiokey.catalogue.model import Binding
from radiokey.guide.walk import answer, start, view
from radiokey.headunit.events import CarAnswered, SomethingBroke, SomethingMended
from radiokey.headunit.lock import Fault

ARTICLE = "nissan_terrano3_article"


@pytest.mark.parametrize("fault", [Fault.FIRMWARE, Fault.BUS])
def test_a_failed_update_or_a_fault_of_the_bus_is_a_state_of_its_own_and_can_be_mended(radio, fault):
    """Claims 10 and 11: no error is counted, nothing typed counts, and the wait is still there afterwards."""
    unit = radio(ARTICLE)
    unit.enter("9999")
    before = unit.unit.status
    unit.unit.handle(SomethingBroke(fault))
    assert (unit.state, unit.unit.status.fault, unit.errors) == ("fault", fault, 1)
    unit.enter("1234")
    unit.cut_supply()
    assert (unit.state, unit.errors) == ("fault", 1)
    unit.unit.handle(SomethingMended())
    assert unit.unit.status == before


def test_tampering_is_not_mended_by_anything_that_happens_to_the_unit(radio):
    """Claim 69."""
    unit = radio(ARTICLE)
    unit.unit.handle(SomethingBroke(Fault.TAMPERED))
    unit.unit.handle(SomethingMended())
    unit.cut_supply()
    assert (unit.state, unit.unit.status.fault) == ("fault", Fault.TAMPERED)


def test_a_unit_the_car_does_not_know_is_protected_and_takes_no_code(radio):
    """Claim 62: PROTECTED is not CODE; no count changes, and the car's answer ends it."""
    unit = radio(ARTICLE)
    unit.unit.handle(CarAnswered(knows=False))
    unit.enter("1234")
    unit.enter("9999")
    assert (unit.state, unit.errors) == ("protected", 0)
    unit.unit.handle(CarAnswered(knows=True))
    assert unit.state == "code"


def test_a_radio_paired_to_its_car_is_said_to_have_no_code(guide):
    """Claim 62: bound by the bus, there is nothing to key in."""
    assert load_model("vag_component_protection").binding.value is Binding.VEHICLE
    seen = start(guide, display="SAFE CP", model="vag_component_protection")
    assert seen.step == "protected"


def test_a_code_that_was_taken_while_the_navigation_asks_is_not_a_wrong_code(guide):
    """Claims 63 and 64: "code right, synchronisation open" is told apart from "code wrong"."""
    at = answer(guide, start(guide, display="CODE", model=ARTICLE).position, "battery")
    for choice in ("papers", "never", "ready", "asks-again", "navigation"):
        at = answer(guide, at, choice)
    seen = view(guide, at)
    assert (seen.step, seen.facts.refused) == ("sync", 0)
    assert "code was right" in seen.body
    assert load_model("nissan_carwings").binding.value is Binding.SERVER
