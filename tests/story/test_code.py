"""Where a code comes from, and where it does not (claims 37 to 48, 65, 72, 73 and 82)."""

import pytest

from radiokey.catalogue.fact import Confidence
from radiokey.catalogue.load import load_catalogue
from radiokey.errors import NoDerivationError, OutsideDomainError, SerialError, StolenError
from radiokey.guide.sheet import sheet
from radiokey.serial.number import parse

CATALOGUE = load_catalogue()


def test_the_same_number_gives_the_same_code_whoever_asks_and_however_often(base, ask):
    """Claims 39 and 82, conflict C-M: linked to the number, so never "a new code"."""
    first = base.releases.release(ask("281155216RT V212", request_id="one"))
    again = base.releases.release(ask("V212", "renault_86a", request_id="two"))
    assert first.code == again.code
    assert first.receipt.index != again.receipt.index


def test_a_dealer_is_reported_with_days_and_papers_and_how_doubtful_that_is():
    """Claims 38, 41, 43 and 44: cost and time are reports with their confidence, never promises."""
    page = sheet(make="nissan", sources=CATALOGUE.sources)
    dealer = next(contact for contact in page.ask if "dealer" in contact.who)
    assert dealer.wait.value == "1 to 3 days"
    assert dealer.wait.confidence is Confidence.DOUBTFUL
    assert "registration" in page.in_hand[0].lower()
    assert any("serial number" in thing for thing in page.in_hand)
    assert "see the car" in page.letter.text


def test_the_dealer_comes_before_every_service_that_takes_money():
    """Claim 37, conflict C-G."""
    for make in ("nissan", "dacia", "ford"):
        who = [contact.who for contact in sheet(make=make, sources=CATALOGUE.sources).ask]
        assert "dealer" in " ".join(who[:-1]), who
        assert "dealer" not in who[-1]


def test_an_owner_knows_before_paying_whether_the_number_is_covered():
    """Claims 45 to 48: fraud, old databases, instant answers."""
    page = sheet(make="nissan", sources=CATALOGUE.sources)
    assert "covered" in page.honest[0]
    assert "before you pay" in page.honest[0]
    assert "number for every input" in page.red_flags[0]
    assert any("guarantee" in flag for flag in page.red_flags)


def test_no_sheet_promises_success():
    """Claims 40 and 44, conflict C-H."""
    for model in CATALOGUE.models.values():
        page = sheet(model, sources=CATALOGUE.sources)
        assert any("No source is sure in every case" in note for note in page.notes)


@pytest.mark.parametrize(
    ("text", "model_id", "error"),
    [
        ("GM020411113927", "opel_car300_siemens", NoDerivationError),
        ("BP026301234567", "nissan_blaupunkt_bp", NoDerivationError),
        ("A045", "renault_86a", OutsideDomainError),
        ("BP538761234567", "nissan_connect_lcn", NoDerivationError),
        ("V212", "nissan_terrano3_article", NoDerivationError),
    ],
)
def test_what_a_public_derivation_does_not_cover_is_refused_and_not_guessed(base, ask, text, model_id, error):
    """Claim 65: another series, another market's unit, a radio whose own source is doubtful."""
    with pytest.raises(error):
        base.releases.release(ask(text, model_id))
    assert base.verify().size == 0


def test_sixteen_characters_are_nobodys_number_until_the_radio_is_known():
    """Claim 26: 16 is one article's length; other makes have 4, 7, 8 or 14."""
    with pytest.raises(SerialError):
        parse("A1B2C3D4E5F60718")
    assert [len(parse(text).serial.text) for text in ("V212", "M012345")] == [4, 7]


def test_a_cleared_radio_is_served_again_and_a_stolen_one_by_nobody(base, ask):
    """Claims 72 and 73: refused to everybody, cleared with documents, and the history stays."""
    request = ask("BP538761234567", "nissan_blaupunkt_bp")
    base.blacklist.add(request.serial, reason="police report 1", by="registrar")
    with pytest.raises(StolenError):
        base.releases.release(request)
    base.blacklist.clear(request.serial, reason="insurer's letter 2", by="registrar")
    assert base.releases.release(request).code
    assert [mark.act.value for mark in base.blacklist.history()] == ["reported", "cleared"]
