import pytest

from radiokey.base.ports.store import MarkAct
from radiokey.catalogue.load import load_model
from radiokey.errors import PapersNeededError, StolenError, UsageError
from radiokey.serial.number import parse
from radiokey.serial.vin import Vin

UNIT = parse("BP538761234567")
SHARED = parse("281155216RT V212")
VIN = Vin.parse("VF1AAAAA123456789")


def test_a_report_stands_until_it_is_cleared_and_the_history_stays(base):
    base.blacklist.add(UNIT, vin=VIN, reason="police report 12", by="registrar")
    (report,) = base.blacklist.list()
    assert (report.reason, report.by, report.vin) == ("police report 12", "registrar", VIN.text)
    assert base.blacklist.clear(UNIT, reason="found, papers seen") == (report,)
    assert base.blacklist.list() == ()
    assert [mark.act for mark in base.blacklist.history()] == [MarkAct.REPORTED, MarkAct.CLEARED]


def test_a_cleared_radio_gets_its_answer_again(base, ask):
    base.blacklist.add(UNIT, reason="stolen")
    base.blacklist.clear(UNIT, reason="found")
    with pytest.raises(Exception, match="several radios have such a number") as caught:
        base.releases.release(ask(text=UNIT.serial.text))
    assert not isinstance(caught.value, StolenError)


def test_a_barcode_without_its_fifth_digit_does_not_wash_a_stolen_radio_clean(base, ask):
    base.blacklist.add(UNIT, reason="stolen")
    with pytest.raises(StolenError):
        base.releases.release(ask(text="BP538791234567"))


def test_a_clearing_meets_only_the_car_it_names(base):
    other = Vin.parse("VF1BBBBB123456789")
    base.blacklist.add(SHARED, vin=VIN, reason="stolen")
    base.blacklist.add(SHARED, vin=other, reason="stolen")
    base.blacklist.clear(SHARED, vin=VIN, reason="found")
    assert [mark.vin for mark in base.blacklist.list()] == [other.text]


def test_what_is_not_on_the_list_cannot_be_cleared(base):
    with pytest.raises(UsageError):
        base.blacklist.clear(UNIT, reason="found")
    assert base.blacklist.history() == ()


@pytest.mark.parametrize("act", ["add", "clear"])
def test_a_shared_number_alone_names_no_radio(base, act):
    with pytest.raises(UsageError, match="share this number"):
        getattr(base.blacklist, act)(parse("V212"), reason="stolen")


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_an_entry_has_a_reason_of_decent_length(base, reason):
    with pytest.raises(UsageError):
        base.blacklist.add(UNIT, reason=reason)


@pytest.mark.parametrize(
    "label",
    [
        "DACIA 281155216RT V212 MADE IN FRANCE",
        "\uff12\uff18\uff11\uff11\uff15\uff15\uff12\uff11\uff16RT V212",
    ],
    ids=["whole-label", "full-width"],
)
def test_a_label_is_the_same_however_much_of_it_was_copied_and_on_whatever_keyboard(base, ask, label):
    """The report may quote the whole sticker; whoever asks copies a part of it."""
    base.blacklist.add(parse("V212"), label=label, reason="stolen")
    with pytest.raises(PapersNeededError):
        base.releases.release(ask(text="281155216RT V212"))
    assert base.releases.release(ask("stranger", "V212"))


def test_the_last_four_digits_do_not_wash_a_stolen_radio_clean(base, ask):
    """They open it as well; a stranger with the same four types the whole number."""
    fiat = load_model("fiat_vp")
    base.blacklist.add(parse("A2C9137360000022063", make="fiat"), reason="stolen")
    with pytest.raises(PapersNeededError, match="ends like this"):
        base.releases.release(ask(text="2063", kinds=fiat.kinds, model=fiat))
    assert base.releases.release(ask("other", "2064", kinds=fiat.kinds, model=fiat))
    assert base.releases.release(ask("stranger", "A2C9137360000032063", kinds=fiat.kinds, model=fiat))
    base.blacklist.clear(parse("A2C9137360000022063", make="fiat"), reason="found")
    assert base.releases.release(ask("again", "2063", kinds=fiat.kinds, model=fiat))
