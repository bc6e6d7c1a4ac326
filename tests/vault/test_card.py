"""The card for the drawer at home: what programs of others read in it."""

import hashlib
import io
import re
from datetime import date
from pathlib import Path

import pypdf
import pypdfium2
import pytest
import zxingcpp
from pdfminer.high_level import extract_text

from radiokey.catalogue.load import load_catalogue
from radiokey.code.value import Code
from radiokey.guide.coach import Part, coach
from radiokey.language.load import known
from radiokey.language.speech import gettext, speaking
from radiokey.vault import card
from radiokey.vault.card_text import read_card
from radiokey.vault.document import Entry
from radiokey.web.draw.card import card_of_entry

BYTES_MAX = 150_000
FONTS = Path(card.__file__).with_name("fonts")
DUSTER = Entry(
    serial="V212",
    kind="renault-precode",
    model="renault_86a",
    car="Дастер 2012, bleu foncé",
    code=Code("4786"),
    confirm="6, held",
    kept_on=date(2026, 11, 30),
)


def drawn(entry=DUSTER, *, code=True):
    return card.draw_card(card_of_entry(entry, code=code))


def by_pdfium(data):
    document = pypdfium2.PdfDocument(data)
    text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return text


EXTRACTORS = {
    "pypdf": lambda data: "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages),
    "pdfminer": lambda data: extract_text(io.BytesIO(data)),
    "pdfium": by_pdfium,
}


LANGUAGES = pytest.mark.parametrize("language", list(known()), ids=lambda one: one.tag)


@LANGUAGES
@pytest.mark.parametrize("name", EXTRACTORS)
def test_three_programs_read_the_same_text_in_one_piece(name, language):
    """Letter spacing would give `4 7 8 6` in two of them."""
    with speaking(language):
        shown = card_of_entry(DUSTER, code=True)
        text = EXTRACTORS[name](card.draw_card(shown))
        sentences = [step.sentence for step in coach(load_catalogue().models["renault_86a"], DUSTER.code)]
        asked = [
            gettext("Keep it in a drawer at home, never in the car."),
            *shown.help,
            gettext("Step by step"),
        ]
    for said in ("V212", "4786", "6, held", "Дастер 2012, bleu foncé", "2026-11-30"):
        assert said in text, said
    words = " ".join(text.split())
    assert ("Press key 1 until the first place shows 4: 4 presses." in sentences) == (language.tag == "en")
    assert ("A Renault dealer" in words) == (language.tag == "en")
    for sentence in (*sentences[:-1], *asked):
        assert sentence in words
    assert "?" not in words, "the font has every letter"


@pytest.mark.parametrize("name", EXTRACTORS)
def test_without_the_code_nothing_of_it_stands_there(name):
    data = drawn(code=False)
    text = EXTRACTORS[name](data)
    assert "V212" in text
    assert "4786" not in text
    assert "Press key" not in text
    assert "it is in the vault" in " ".join(text.split())
    assert "4786" not in read(data)[0]


def read(data):
    """Return the texts of the barcodes on the first page, as a foreign reader sees a print of it."""
    document = pypdfium2.PdfDocument(data)
    picture = document[0].render(scale=2).to_pil()
    document.close()
    return [found.text for found in zxingcpp.read_barcodes(picture)]


def test_a_foreign_reader_takes_the_radio_from_the_square():
    (text,) = read(drawn())
    taken = read_card(text)
    assert (taken.serial, taken.code, taken.car) == (DUSTER.serial, DUSTER.code, DUSTER.car)
    assert (taken.confirm, taken.model, taken.kept_on) == (DUSTER.confirm, DUSTER.model, DUSTER.kept_on)
    (text,) = read(drawn(code=False))
    assert read_card(text).code is None


@LANGUAGES
def test_it_is_tagged_small_and_its_fonts_are_in_it(language):
    with speaking(language):
        data = drawn()
        step, hold = gettext("step {which}", which="2: 4\N{MULTIPLICATION SIGN}"), gettext("hold")
    assert len(data) <= BYTES_MAX
    reader = pypdf.PdfReader(io.BytesIO(data))
    catalogue = reader.trailer["/Root"]
    assert (catalogue["/Lang"], catalogue["/MarkInfo"]["/Marked"]) == (language.tag, True)
    parts = [part.get_object() for part in catalogue["/StructTreeRoot"]["/K"][0].get_object()["/K"]]
    kinds = [part["/S"] for part in parts]
    assert kinds[0] == "/H1"
    assert set(kinds) == {"/H1", "/H2", "/P", "/Figure"}
    assert kinds.count("/Figure") == 2
    assert all(part["/Alt"] for part in parts if part["/S"] == "/Figure")
    (panel,) = (part["/Alt"] for part in parts if "1: " in part.get("/Alt", ""))
    assert f"1: {step}" in panel
    assert f" 7, {hold}" in panel
    fonts = reader.pages[0]["/Resources"]["/Font"].values()
    descriptors = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        for font in fonts
    ]
    assert len(descriptors) == 2
    assert all("/FontFile2" in one for one in descriptors)


def test_the_same_entry_gives_the_same_card():
    assert drawn() == drawn()


PANELS = [model for model in load_catalogue().models.values() if model.panel]
LARGEST = {"mercedes_ok5", "rover_r960", "lexus_toyota_sec"}


@LANGUAGES
@pytest.mark.parametrize(
    "model",
    [
        pytest.param(model, id=model.id, marks=() if model.id in LARGEST else pytest.mark.deep)
        for model in PANELS
    ],
)
def test_every_panel_fits_on_the_page(model, monkeypatch, language):
    """With the longest texts that an entry can have; nothing is drawn beside the paper."""
    boxes = []

    class Watched(card._Page):
        def rect(self, x, y, w, h, *arguments, **options):
            boxes.append((x, y, x + w, y + h, self.w, self.h))
            return super().rect(x, y, w, h, *arguments, **options)

    monkeypatch.setattr(card, "_Page", Watched)
    code = Code("".join(place[-1] for place in model.code.value.places))
    entry = Entry(serial="A" * 20, model=model.id, car="c" * 200, code=code, confirm="x" * 40)
    with speaking(language):
        steps = card_of_entry(entry, code=True).steps
        data = drawn(entry)
    assert len(steps) == sum(step.part is not Part.AFTER for step in coach(model, code))
    document = pypdfium2.PdfDocument(data)
    page = document[0].get_textpage()
    frames = [page.get_charbox(at) for at in range(page.count_chars())]
    width, height = document[0].get_size()
    document.close()
    assert all(0 <= box[0] <= box[2] <= box[4] and 0 <= box[1] <= box[3] <= box[5] for box in boxes)
    assert min(box[1] for box in frames) > 0
    assert max(box[2] for box in frames) < width
    assert max(box[3] for box in frames) < height


def test_an_unknown_radio_and_a_code_of_another_shape_have_a_card_too():
    unknown = drawn(Entry(serial="AB123", code=Code("12345"), car="Жигули \N{AUTOMOBILE}"))
    text = EXTRACTORS["pypdf"](unknown)
    assert "12345" in text
    assert "Жигули ?" in text
    other = Entry(serial="12345678", model="honda_audio5", code=Code("44741"))
    assert "44741" in EXTRACTORS["pypdf"](drawn(other))


def test_the_fonts_are_those_that_their_page_names():
    said = dict(
        re.findall(
            r"^\| `(\S+\.ttf)` \| `([0-9a-f]{64})` \|$",
            (FONTS / "README.md").read_text("utf-8"),
            re.MULTILINE,
        )
    )
    found = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in FONTS.glob("*.ttf")}
    assert said == found
    assert "Bitstream" in (FONTS / "LICENSE").read_text("utf-8")
