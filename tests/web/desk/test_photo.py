"""The photo of the label at the desk: what a machine reads on it, beside what was typed."""

import re

import pytest

from radiokey.base.papers.archive import Upload
from radiokey.base.papers.kind import PaperKind
from radiokey.errors import PhotoError
from radiokey.label.marks import Code, Marks, Symbology
from radiokey.label.read import read_marks

BP = "BP538761234567"
ANOTHER = "BP538769999999"
UPWARDS = ((100.0, 300.0), (100.0, 100.0), (140.0, 100.0), (140.0, 300.0))
"""A strip that is read from below to above."""


class Reads:
    def __init__(self, *texts, refuses=None):
        self.texts, self.refuses = texts, refuses

    def read(self, _, *, make="", radio=None):
        if self.refuses:
            raise self.refuses
        codes = tuple(Code(Symbology.CODE_128, text, UPWARDS) for text in self.texts)
        return read_marks(Marks(640, 480, codes), make=make, radio=radio)


@pytest.fixture
def photographed(counter):
    """Return a request with a photo of the label, and where that is read."""
    one = counter.ask()
    counter.desk.send_papers(
        one, 1, counter.view(one).stored.requester, [Upload(PaperKind.LABEL_PHOTO, b"\xff\xd8\xff a photo")]
    )
    (paper,) = counter.desk.papers(one)
    return f"/desk/requests/{one}", f"/desk/requests/{one}/papers/{paper.id}/number"


def read(counter, photographed, reader, who="cle"):
    counter.api.app.state.site.photos = reader
    return counter.get(photographed[1], who)


def test_the_number_that_was_asked_for_and_another_one_are_told_apart_each_with_its_crop(
    counter, photographed
):
    page = read(counter, photographed, Reads(BP, ANOTHER)).text
    assert re.findall(r'verdict is-(yes|no)">([^<]+)<', page) == [
        ("yes", "The same"),
        ("no", "Another number"),
    ]
    boxes = re.findall(r'<svg class="crop" viewBox="([^"]+)"', page)
    assert boxes == ["-20 140 280 120"] * 2
    assert 'transform="rotate(90.0 120 200)"' in page


def test_the_request_leads_there_where_photos_are_read_and_nowhere_else(counter, photographed):
    request, address = photographed
    counter.api.app.state.site.photos = Reads(BP)
    assert f'href="{address}"' in counter.get(request, "cle").text
    counter.api.app.state.site.photos = None
    assert f'href="{address}"' not in counter.get(request, "cle").text
    assert read(counter, photographed, None).status_code == 400


def test_a_photo_without_a_number_says_so_and_leads_to_the_whole_of_it(counter, photographed):
    for reader, said in (
        (Reads(), "No label was found on it"),
        (Reads(refuses=PhotoError("this picture moves", hint="x", reason="animated")), "This picture moves"),
    ):
        page = read(counter, photographed, reader)
        assert page.status_code == 422
        assert said in page.text
        assert "The whole photo" in page.text


def test_reading_it_is_looking_at_it_and_stands_in_the_audit(counter, photographed):
    read(counter, photographed, Reads(BP), "cora")
    assert "request:open-paper" in counter.get("/registrar/audit", "aud").text
    assert read(counter, photographed, Reads(BP), "reg").status_code == 403
