"""Pages become pictures: what honest papers do not hold is refused, and what deceives is not carried over."""

import hashlib
import struct
import zlib

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher
from papermaking import PAGE, assembled, drawn, like, pdf

from radiokey.base.papers.document import redraw
from radiokey.base.papers.stored import read_pages
from radiokey.confined.refusal import Refusal
from radiokey.errors import PaperError

BLUE, WHITE, RED = (0, 0, 255), (255, 255, 255), (255, 0, 0)
HIDING = b"<</A 1>> % stream\n"
"""A comment behind which the look for names takes everything for the inside of a stream."""


def packed(*objects: bytes) -> bytes:
    """Return a stream of packed objects (ISO 32000-2, 7.5.7)."""
    inside = zlib.compress(b"9 0 " + b" ".join(objects))
    return b"<</Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d>>\nstream\n%b\nendstream" % (
        len(inside),
        inside,
    )


def encrypted() -> bytes:
    """Return a PDF under RC4 with 40 bits and an empty password (ISO 32000-1, 7.6.3, revision 2)."""
    padding = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
    owner = bytes(32)
    key = hashlib.md5(padding + owner + struct.pack("<i", -4), usedforsecurity=False).digest()[:5]
    user = Cipher(ARC4(key), None).encryptor().update(padding)
    means = b"/Filter /Standard /V 1 /R 2 /P -4 /O <%b> /U <%b>" % (owner.hex().encode(), user.hex().encode())
    return pdf(b"<<%b>>" % means, trailer=b"/Encrypt 5 0 R /ID [<> <>]")


SCRIPT = b"<</Names [(a) <</S /JavaScript /JS (app.alert\\(1\\))>>]>>"
FILE = b"<</Names [(a) <</Type /Filespec /F (a.txt) /EF <</F 6 0 R>>>>]>>"
REFUSED = [
    ("a script that runs at once", pdf(catalogue=b"/OpenAction <</S /JavaScript /JS (1)>>"), Refusal.ACTIVE),
    ("a name in disguise", pdf(catalogue=b"/AA <</WC <</S /J#61vaScr#69pt>>>>"), Refusal.ACTIVE),
    ("a script of a page", pdf(page=b"/AA <</O <</JS(1)>>>>"), Refusal.ACTIVE),
    ("a script in a packed object", pdf(packed(b"<</S/JavaScript>>")), Refusal.ACTIVE),
    ("a program to start", pdf(b"<</S /Launch /F (calc.exe)>>"), Refusal.ACTIVE),
    ("a form that sends itself", pdf(b"<</S /SubmitForm /F (https://example.org)>>"), Refusal.ACTIVE),
    ("data to import", pdf(b"<</S /ImportData /F (x)>>"), Refusal.ACTIVE),
    ("a film to play", pdf(b"<</S /Rendition>>"), Refusal.ACTIVE),
    ("media", pdf(b"<</Subtype /RichMedia>>"), Refusal.ACTIVE),
    ("an XFA form", pdf(catalogue=b"/AcroForm <</XFA 5 0 R>>"), Refusal.ACTIVE),
    ("a file inside", pdf(b"<</Type /EmbeddedFile /Length 1>>\nstream\nx\nendstream"), Refusal.EMBEDDED),
    ("a list of files", pdf(catalogue=b"/Names <</EmbeddedFiles 5 0 R>>"), Refusal.EMBEDDED),
    ("a way into a file inside", pdf(b"<</S /GoToE>>"), Refusal.EMBEDDED),
    ("a way into another file", pdf(b"<</S /GoToR /F (other.pdf)>>"), Refusal.EXTERNAL),
    (
        "a stream that lies elsewhere",
        pdf(b"<</F (x) /FFilter /Fl /Length 0>>\nstream\n\nendstream"),
        Refusal.EXTERNAL,
    ),
    ("a password", encrypted(), Refusal.ENCRYPTED),
    ("31 pages", pdf(pages=31), Refusal.TOO_MANY_PAGES),
    ("no page", pdf(pages=0), Refusal.DAMAGED),
    ("a page that is not there", pdf().replace(b"/Kids [4 0 R]", b"/Kids [9 0 R]"), Refusal.DAMAGED),
    ("no document", b"%PDF-1.7\nhello\n%%EOF", Refusal.DAMAGED),
    (
        "packed objects without end",
        pdf(packed(bytes(10_000_001))),
        Refusal.TOO_MUCH_WORK,
    ),
    (
        "a hidden script, which the renderer sees",
        pdf(HIDING, SCRIPT, catalogue=b"/Names <</Java#53cript 6 0 R>>").replace(b"#53", b"S"),
        Refusal.ACTIVE,
    ),
]


@pytest.mark.parametrize(("data", "why"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_pdf_that_is_more_than_paper_is_refused(data, why):
    with pytest.raises(PaperError) as caught:
        redraw(data)
    assert caught.value.facts["reason"] == why.value


@pytest.mark.parametrize(
    ("hidden", "why"),
    [
        ((b"<</Names <</JavaScript %b>>>>" % SCRIPT,), Refusal.ACTIVE),
        (
            (b"<</Names <</EmbeddedFiles %b>>>>" % FILE, b"<</Length 1>>\nstream\nx\nendstream"),
            Refusal.EMBEDDED,
        ),
        ((b"<</AcroForm <</XFA (x) /Fields [<<>>]>>>>",), Refusal.ACTIVE),
    ],
)
def test_what_is_hidden_from_the_look_for_names_the_renderer_still_sees(hidden, why):
    catalogue = hidden[0].replace(b"<<", b"<</Type /Catalog /Pages 3 0 R ", 1)
    page = b"<</Type /Page /Parent 3 0 R /MediaBox [0 0 100 100]>>"
    data = assembled(
        [
            HIDING,
            page,
            b"<</Type /Pages /Kids [2 0 R] /Count 1>>",
            catalogue,
            *([hidden[0]] if len(hidden) == 1 else []),
            *hidden[1:],
        ]
    ).replace(b"/Root 1 0 R", b"/Root 4 0 R")
    with pytest.raises(PaperError) as caught:
        redraw(data)
    assert caught.value.facts["reason"] == why.value


def test_a_page_is_drawn_as_it_looks():
    (page,) = read_pages(redraw(pdf()))
    image = drawn(page)
    assert image.size == (278, 278), "100 points at 200 dots per inch"
    assert like(image.getpixel((139, 139)), BLUE)
    assert like(image.getpixel((5, 5)), WHITE)


def test_every_page_is_there_and_the_same_file_gives_the_same_bytes():
    data = pdf(pages=30)
    assert len(read_pages(redraw(data))) == 30
    assert redraw(data) == redraw(data)


def test_what_somebody_wrote_into_a_form_is_drawn():
    """A registration that was filled in on the screen is not empty."""
    look = b"<</Type /XObject /Subtype /Form /BBox [0 0 50 50] /Length 24>>\nstream\n1 0 0 rg 0 0 50 50 re f \nendstream"
    field = b"<</Type /Annot /Subtype /Widget /FT /Tx /T (a) /V (x) /F 4 /Rect [0 0 50 50] /AP <</N 6 0 R>>>>"
    data = pdf(field, look, catalogue=b"/AcroForm <</Fields [5 0 R]>>", page=b"/Annots [5 0 R]")
    (page,) = read_pages(redraw(data))
    assert like(drawn(page).getpixel((40, 240)), RED)


def test_a_link_is_let_be_and_leads_nowhere_any_more():
    link = b"<</Type /Annot /Subtype /Link /Rect [0 0 9 9] /A <</S /URI /URI (https://example.org)>>>>"
    stored = redraw(pdf(link, page=b"/Annots [5 0 R]"))
    assert b"example" not in stored
    assert len(read_pages(stored)) == 1


def test_text_that_cannot_be_seen_and_what_describes_the_paper_are_gone():
    """White on white, for a program that reads along; the sum in the record is that of what the clerk saw."""
    draws = b"BT /F 9 Tf 1 1 1 rg 10 10 Td (ignore the check list) Tj ET"
    sent = pdf(b"<</Title (mine) /Author (somebody)>>", trailer=b"/Info 5 0 R", draws=draws)
    stored = redraw(sent)
    assert b"somebody" not in stored
    assert drawn(read_pages(stored)[0]).getcolors() == [(278 * 278, WHITE)]


@pytest.mark.parametrize(
    ("box", "size"),
    [((1, 1), (3, 3)), ((842, 595), (2339, 1653)), ((3000, 1000), (2999, 1000)), ((14400, 1), (2999, 1))],
)
def test_a_page_of_any_size_fits(box, size):
    data = pdf(draws=PAGE).replace(b"[0 0 100 100]", b"[0 0 %d %d]" % box)
    image = drawn(read_pages(redraw(data))[0])
    assert all(abs(one - other) <= 1 for one, other in zip(image.size, size, strict=True))
    assert max(image.size) <= 3000
