"""The faces: only what a source names, or what owns up to be background; the stored file is what the files say."""

from pathlib import Path

import pytest

from radiokey.catalogue import face as faces_module
from radiokey.catalogue.face import (
    FILE,
    PARTS,
    Dial,
    DisplayPlace,
    KeysOn,
    Side,
    Slot,
    draw,
    face_of,
    faces,
    load_faces,
)
from radiokey.catalogue.fact import Confidence
from radiokey.catalogue.load import load_catalogue
from radiokey.errors import CatalogueError

CATALOGUE = load_catalogue()
GOOD = """unknown = ["display_in", "slot"]
background = []
keys_on = "panel"
knobs = [{ does = "volume", side = "left" }]

[[evidence]]
of = ["keys_on", "knobs"]
confidence = "single"
sources = ["src"]
"""


def read(tmp_path, monkeypatch, text):
    folder = tmp_path / faces_module.FOLDER
    folder.mkdir()
    (folder / "one.toml").write_text(text, "utf-8")
    monkeypatch.setattr(faces_module, "__file__", str(tmp_path / "face.py"))
    return load_faces(["one"], ["src"])["one"]


def test_the_stored_faces_are_those_of_the_files():
    """Stale: python -m radiokey.catalogue.face > src/radiokey/catalogue/faces.json."""
    read_again = load_faces(CATALOGUE.models, CATALOGUE.sources)
    assert Path(faces_module.__file__).with_name(FILE).read_text("utf-8") == draw(read_again)
    assert dict(faces()) == read_again


def test_twenty_families_and_more_have_a_face_and_every_panel_that_is_known():
    """The most asked-for: those that inputs of real owners name, where what they look like is known at all."""
    panels = {model.id for model in CATALOGUE.models.values() if model.panel is not None}
    assert len(faces()) >= 20
    assert panels <= faces().keys()


def test_each_part_is_as_sure_as_its_sources():
    for face in faces().values():
        for part in face.parts:
            assert part.known == (part.confidence is not Confidence.UNKNOWN)
            assert bool(part.sources) == (
                part.confidence not in {Confidence.UNKNOWN, Confidence.DOUBTFUL}
            ) or (part.sources and part.confidence is Confidence.DOUBTFUL)
            assert set(part.sources) <= CATALOGUE.sources.keys()


def test_a_radio_whose_words_stand_in_the_cars_display_is_drawn_so():
    opel = face_of("opel_car300_siemens")
    assert opel.display_in.value is DisplayPlace.CAR
    assert opel.slot.value is Slot.TAPE
    assert opel.knob_sides == (Side.LEFT, Side.RIGHT)
    assert opel.slot.confidence is Confidence.OFFICIAL


def test_a_face_that_nobody_described_has_nothing_on_it():
    plain = face_of("kia_audio")
    assert not any(part.known for part in plain.parts)
    assert plain.knob_sides == ()


def test_a_file_is_read_part_by_part(tmp_path, monkeypatch):
    face = read(tmp_path, monkeypatch, GOOD)
    assert face.keys_on.value is KeysOn.PANEL
    assert face.knobs.value == (Dial("volume", Side.LEFT),)
    assert face.knobs.sources == ("src",)
    assert face.knobs.confidence is Confidence.SINGLE


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('unknown = ["display_in", "slot"]', 'unknown = ["slot"]', "display_in: fill it in or name it"),
        (
            'unknown = ["display_in", "slot"]',
            f"unknown = {list(PARTS)}".replace("'", '"'),
            "keys_on: fill it in",
        ),
        ('of = ["keys_on", "knobs"]', 'of = ["keys_on"]', "knobs: give it evidence"),
        ("background = []", 'background = ["knobs"]', "knobs: give it evidence"),
        ('sources = ["src"]', 'sources = ["made-up"]', "in sources.toml"),
        ('side = "left"', 'side = "top"', "side: expected one of left, right"),
        ('confidence = "single"', 'confidence = "unknown"', "how sure the row is"),
        (
            '{ does = "volume", side = "left" }',
            '{ does = "a" }, { does = "b" }, { does = "c" }',
            "one or two knobs",
        ),
        ('keys_on = "panel"', 'keys_on = "panel"\ncolour = "black"', "no such key here"),
    ],
)
def test_a_file_that_says_something_wrong_is_refused(tmp_path, monkeypatch, was, becomes, said):
    assert was in GOOD
    with pytest.raises(CatalogueError) as refused:
        read(tmp_path, monkeypatch, GOOD.replace(was, becomes))
    assert said in str(refused.value)


def test_a_face_of_no_model_is_refused(tmp_path, monkeypatch):
    read(tmp_path, monkeypatch, GOOD)
    with pytest.raises(CatalogueError, match="is no model"):
        load_faces([], ["src"])
