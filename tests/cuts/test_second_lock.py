"""The answer of the base and the car, cut at every point and every boot after it: never half open, never an error."""

from dataclasses import replace

from cutunit import SERIAL, Act
from everycut import explore
from lives import RIGHT, Signer, asking, keys, runner, tail

from radiokey.code.signed import Answer, sign
from radiokey.headunit.events import SyncAnswered, VinHeard
from radiokey.headunit.lock import CarKnown, Synchronised, VehicleRefused
from radiokey.headunit.policy import REFERENCE

NAVIGATION = replace(REFERENCE, second_lock=True)
PAIRS = replace(REFERENCE, pairs=True)
OWN, OTHER = VinHeard(b"VF1LM1B0H35000001"), VinHeard(b"VF1LM1B0H35000002")
SHORT_MS = 1_000


def answer(unit):
    """Hand the unit the answer to what it asks just now."""
    challenge = unit.challenge
    if challenge is not None:
        assert challenge.serial == SERIAL
        unit.handle(SyncAnswered(sign(Answer.to(challenge, 1), Signer())))


def hear(vin):
    def heard(unit):
        unit.handle(vin)
        unit.handle(vin)

    return heard


ANSWERED = Act("the base answers", answer, (Synchronised(),), opens=True)
KNOWN = Act("the car is the one", hear(OWN), (CarKnown(),), opens=True)
OTHER_CAR = Act("another car", hear(OTHER), (VehicleRefused(),))


def explored(unit, *story, cuts_max=1_000):
    """Explore to closure, or up to so many cuts."""
    report = explore(unit, unit.here(), story, cuts_max)
    assert not report.broken, report.broken[0]
    assert report.closed is (cuts_max > 1)
    assert report.faults == 0
    assert report.cuts > 400


def test_an_answer_that_is_cut_anywhere_leaves_the_unit_asking_or_open():
    explored(runner(tail(asking(), keys(RIGHT)), NAVIGATION, gap_ms=SHORT_MS, page=0), ANSWERED)


def test_so_does_the_car_that_opens_and_the_one_that_is_refused():
    own = tail(hear(OWN), asking())
    explored(runner(own, PAIRS, gap_ms=SHORT_MS, page=0), KNOWN, cuts_max=1)
    explored(runner(own, PAIRS, gap_ms=SHORT_MS, page=0), OTHER_CAR, cuts_max=1)
