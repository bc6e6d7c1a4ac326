"""The sheet is complete for every radio and make, and says nothing it should not."""

import re

import pytest

from radiokey.catalogue.fact import Confidence, Fact
from radiokey.catalogue.load import load_catalogue, load_model
from radiokey.catalogue.model import Binding, Source, SourceKind, Ways
from radiokey.guide.sheet import Case, sheet
from radiokey.headunit.display import Shows
from radiokey.language.load import known
from radiokey.language.speech import speaking
from radiokey.serial.vin import Vin
from tables import each

CATALOGUE = load_catalogue()
MAKES = sorted({make for model in CATALOGUE.models.values() for make in model.makes})


def complete(page):
    assert page.title
    assert page.why
    assert len(page.ask) >= 2
    assert all(contact.who and contact.how for contact in page.ask)
    for part in (page.in_hand, page.honest, page.red_flags, page.photograph, page.notes):
        assert len(part) >= 2
    assert "serial number" in page.letter.text.lower()
    assert page.letter.blanks
    for contact in page.ask:
        for fact in (contact.cost, contact.wait):
            assert fact.value is None or fact.sources
        assert contact.sources
        assert set(contact.sources) <= set(CATALOGUE.sources)


def test_the_letter_speaks_the_dealers_language_and_the_rest_the_owners():
    """An owner who reads Russian asks a dealer abroad, and one who does not asks a dealer in Moscow."""
    english, russian = known()["en"], known()["ru"]
    case = Case(serial="V212", shows="CODE", errors=1)
    for owner, dealer in ((english, russian), (russian, english)):
        with speaking(dealer):
            whole = sheet(make="renault", case=case)
        with speaking(owner):
            own, page = sheet(make="renault", case=case), sheet(make="renault", case=case, letter_in=dealer)
        assert page.letter == whole.letter
        assert (page.letter.language, own.letter.language) == (dealer, owner)
        assert (page.title, page.ask, page.notes) == (own.title, own.ask, own.notes)
        assert page.letter.text != own.letter.text
        assert all(said in page.letter.text for said in ("V212", "CODE", "Renault"))


@each("make", MAKES)
def test_the_sheet_of_every_make_has_all_its_parts(make):
    page = sheet(make=make, sources=CATALOGUE.sources)
    complete(page)
    assert any("dealer" in contact.who for contact in page.ask)
    assert page.make == make


@each("name", sorted(CATALOGUE.models))
def test_the_sheet_of_every_model_has_all_its_parts(name):
    model = CATALOGUE.models[name]
    page = sheet(model, sources=CATALOGUE.sources)
    if page.ask and model.ways.ask.known and not model.default:
        assert any(contact.sources == model.ways.ask.sources for contact in page.ask)
    assert page.title
    assert page.why
    assert page.ask


def test_nobody_is_sent_to_look_for_a_code_that_does_not_exist(radio):
    for binding in (Binding.VEHICLE, Binding.SERVER):
        page = sheet(radio(binding=binding))
        assert not page.code_exists
        assert "No code exists" in page.why
        assert "code of this unit" not in page.letter.text
        assert not any("website" in contact.who for contact in page.ask)


def test_an_unknown_radio_still_gets_a_sheet():
    complete(sheet(sources=CATALOGUE.sources))
    complete(sheet(CATALOGUE.default, sources=CATALOGUE.sources))
    complete(sheet(make="lada", sources=CATALOGUE.sources))


def test_what_the_owner_told_stands_in_the_letter_and_the_rest_stays_blank():
    case = Case(serial="BP234631991366", vin=Vin.parse("1M8GDM9AXKP042788"), shows="WAIT", errors=2)
    letter = sheet(load_model("nissan_connect_lcn"), "nissan", case=case).letter
    for told in ("BP234631991366", "1M8GDM9AXKP042788", "WAIT", "Wrong codes so far: 2", "Nissan"):
        assert told in letter.text
    assert set(letter.blanks) == {"model and year", "registration", "name and telephone"}
    assert set(sheet(make="nissan").letter.blanks) >= {"serial number", "VIN", "display", "wrong codes"}


def test_an_address_is_given_only_where_the_catalogue_lists_it_as_the_makers():
    url = "https://radio-navicode.honda.com/"
    own = Source("honda_site", SourceKind.SUPPORT, "The maker's site", url)
    seller = Source("seller", SourceKind.SELLER, "A seller", url)
    linked = [contact.link for contact in sheet(make="honda", sources={"honda_site": own}).ask]
    assert linked.count(url) == 1
    assert not any(contact.link for contact in sheet(make="honda", sources={"seller": seller}).ask)
    assert not any(contact.link for contact in sheet(make="honda").ask)


def test_sellers_are_named_as_a_kind_and_never_linked():
    for make in (*MAKES, None):
        page = sheet(make=make, sources=CATALOGUE.sources)
        said = repr(page)
        assert not re.search(r"https?://(?!radio-navicode\.honda)", said)
        websites = [contact for contact in page.ask if "website that sells" in contact.who]
        assert websites == [page.ask[-1]]
        assert websites[0].confidence is Confidence.DOUBTFUL


def test_a_model_with_a_public_family_says_why_this_number_has_none(radio):
    page = sheet(radio(families=("renault-precode",)), case=Case(serial="V212"))
    assert "undefined or in doubt" in page.why
    assert not page.number_first


def test_before_the_number_is_typed_a_make_with_a_public_family_is_sent_to_it():
    """Nobody is to pay for what the program gives; a typed number, or another make, changes that."""
    for make in ("renault", "ford", None):
        assert sheet(make=make).number_first
        assert "type the number before you ask or pay" in sheet(make=make).why
    assert not sheet(make="audi").number_first
    assert not sheet(make="ford", case=Case(serial="X1")).number_first


def test_an_owner_set_code_is_asked_of_owners_first(radio):
    page = sheet(radio(binding=Binding.OWNER_CODE))
    assert "owner sets the code" in page.why
    assert any("earlier owners" in note for note in page.notes)


def test_what_is_known_for_the_radio_comes_with_its_confidence(radio):
    ways = Ways(
        *(Fact(text, Confidence.SINGLE, ("seed",)) for text in ("the dealer", "papers", "10 pounds", "a day"))
    )
    page = sheet(radio(ways=ways))
    assert (page.cost.value, page.cost.confidence) == ("10 pounds", Confidence.SINGLE)
    assert page.ask[0].how == "The dealer."


def test_the_professionals_registry_is_not_an_owners_way():
    page = sheet(make="pontiac")
    assert any("for professionals" in note for note in page.notes)
    assert not any("NASTF" in contact.who for contact in page.ask)


def test_nothing_is_guaranteed():
    """Conflict C-H."""
    page = sheet(make="nissan")
    assert any("No source is sure" in note for note in page.notes)
    assert any("guarantee" in flag for flag in page.red_flags)


@pytest.mark.parametrize("state", [None, Shows.CODE, Shows.WAIT])
def test_no_radio_that_asks_for_a_code_is_told_flatly_that_it_needs_none(state):
    """Its display shows CODE, or its source is weak: the sheet says that sources differ."""
    for model in load_catalogue().models.values():
        page = sheet(model, case=Case(state=state))
        shows = {word.shows for word in model.words.value or ()}
        weak = model.binding.confidence in {Confidence.DOUBTFUL, Confidence.UNKNOWN}
        if Shows.CODE in shows or state is Shows.CODE or weak:
            assert page.code_exists, model.id
            assert "needs no code" not in page.title, model.id
        if not page.code_exists and model.binding.confidence is Confidence.SINGLE:
            assert page.title.startswith("By one source "), model.id


def test_a_sheet_after_protected_speaks_of_the_part_and_of_no_code():
    for model in (None, load_model("renault_86a")):
        page = sheet(model, "renault", case=Case(state=Shows.PROTECTED))
        assert not page.code_exists
        assert "confirm the part" in page.letter.text
        assert "code of this unit" not in page.letter.text


@pytest.mark.parametrize("state", [Shows.LOCKED, Shows.PERMANENT])
def test_a_sheet_after_the_last_lock_asks_for_no_code_in_its_letter(state):
    """It would refuse the right one too; what can be done about the lock is the question."""
    letter = sheet(load_model("ford_6000cd"), case=Case(state=state)).letter
    assert "locked after wrong codes" in letter.text
    assert "locked" in letter.subject
    assert "I ask you for the code" not in letter.text


def test_what_a_weak_source_says_of_a_radio_comes_after_its_dealer():
    """The one article on the Terrano names web generators; its reader is sent to the dealer first."""
    page = sheet(load_model("nissan_terrano3_article"))
    assert page.ask[0].who == "A Nissan dealer"
    for model in CATALOGUE.models.values():
        who = [contact.who for contact in sheet(model).ask]
        known = "What is known for this radio"
        if known in who and model.ways.ask.confidence is Confidence.DOUBTFUL:
            assert any("dealer" in one for one in who[: who.index(known)]), model.id
