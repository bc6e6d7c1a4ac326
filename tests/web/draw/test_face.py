"""The faces for choosing: every part that is known, none that is not; named for who cannot see them."""

import xml.etree.ElementTree as ET

import pytest

from radiokey.catalogue.face import DisplayPlace, Side, Slot, face_of, faces
from radiokey.catalogue.load import load_catalogue
from radiokey.web.draw import face_svg, shown_word

SVG = "{http://www.w3.org/2000/svg}"
MODELS = load_catalogue().models


def drawn(model_id):
    model = MODELS[model_id]
    svg = face_svg(face_of(model_id), model.panel, shown_word(model), model.display.value)
    return ET.fromstring(svg)  # noqa: S314 - our own drawing is what is tested


def classes(root):
    return [part.get("class") for part in root.iter() if part.get("class")]


@pytest.mark.parametrize("model_id", sorted(faces()))
def test_each_part_that_is_known_is_drawn_and_named(model_id):
    face, panel, root = face_of(model_id), MODELS[model_id].panel, drawn(model_id)
    said = root.find(f"{SVG}title").text
    assert root.get("role") == "img"
    assert ("slot" in classes(root)) == (face.slot.value is not None)
    assert ("cassette" in said) == (face.slot.value is Slot.TAPE)
    knobs = face.knobs.value or ()
    rounds = [part for part in root if part.tag == f"{SVG}circle"]
    assert len(rounds) == len(knobs) == said.count("a knob")
    assert ("The car's display" in said) == (face.display_in.value is DisplayPlace.CAR)
    labels = ["".join(part.itertext()) for part in root.iter(f"{SVG}text") if part.get("class") == "label"]
    assert labels == ([key.label for key in panel.keys] if panel else [])
    assert all(label in said for label in labels)
    height = int(root.get("viewBox").split()[3])
    ground = next(part for part in root if part.get("class") == "face")
    assert int(ground.get("y")) + int(ground.get("height")) <= height


def test_no_two_radios_with_another_panel_look_alike():
    """What an owner chooses by: of the radios whose keys are known no two faces are one picture."""
    pictures = {}
    for model_id in faces():
        if MODELS[model_id].panel is not None:
            pictures.setdefault(ET.tostring(drawn(model_id)), []).append(model_id)
    alike = [ids for ids in pictures.values() if len(ids) > 1]
    assert alike == [["bmw_early5", "volvo_sc_hu"]]  # CODE and six keys is all that is known of both


def test_a_knob_is_drawn_at_the_side_that_a_source_names():
    """Beside the display: an owner looks for it there."""
    for model_id, face in faces().items():
        root = drawn(model_id)
        middle = int(root.get("viewBox").split()[2]) // 2
        at = [int(part.get("cx")) < middle for part in root if part.tag == f"{SVG}circle"]
        assert at == [side is Side.LEFT for side in face.knob_sides], model_id


def test_a_word_that_nobody_quotes_is_not_made_up():
    said = drawn("renault_rlink1").find(f"{SVG}title").text
    assert "shows" not in said
    assert shown_word(MODELS["psa_radio_locked"]) == "Radio Locked"
