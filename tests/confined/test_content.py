"""A file is what its bytes say, and whatever is not taken has a reason and a way out."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from papermaking import archive, chunk, pdf, picture, png

from radiokey.confined.content import BYTES_MAX, Media, recognise
from radiokey.confined.refusal import WORDS, Refusal
from radiokey.errors import PaperError
from tables import each


def webp(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"WEBP" + b"".join(
        kind + struct.pack("<I", len(content)) + content + bytes(len(content) % 2) for kind, content in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def film(brand: bytes) -> bytes:
    return struct.pack(">I", 20) + b"ftyp" + brand + bytes(8) + b"anything"


STILL = webp((b"VP8L", b"\x2f" + bytes(4)))
JPEG = picture()
PNG = picture("PNG")

REFUSED = [
    ("nothing", b"", Refusal.EMPTY),
    ("a byte too many", JPEG.ljust(BYTES_MAX + 1, b"\0"), Refusal.TOO_LARGE),
    ("HEIC of an iPhone", film(b"heic"), Refusal.HEIC),
    ("HEIF", film(b"mif1"), Refusal.HEIC),
    ("AVIF", film(b"avif"), Refusal.OTHER_PICTURE),
    ("MP4", film(b"isom"), Refusal.FILM),
    ("AVI", b"RIFF\x04\0\0\0AVI ", Refusal.FILM),
    ("sound", b"RIFF\x04\0\0\0WAVE", Refusal.UNKNOWN),
    ("Matroska", b"\x1a\x45\xdf\xa3rest", Refusal.FILM),
    ("GIF", b"GIF89a\x01\0\x01\0", Refusal.OTHER_PICTURE),
    ("TIFF", b"II*\0\x08\0\0\0", Refusal.OTHER_PICTURE),
    ("BMP", b"BM\x00\x00", Refusal.OTHER_PICTURE),
    ("SVG", b'<svg xmlns="http://www.w3.org/2000/svg"/>', Refusal.WEB_PAGE),
    ("SVG behind a mark and a declaration", b"\xef\xbb\xbf \n<?XML version='1.0'?><svg/>", Refusal.WEB_PAGE),
    ("HTML", b"\n<!DOCTYPE html><script>1</script>", Refusal.WEB_PAGE),
    ("HTML with a PDF in it", b"<html>" + pdf(), Refusal.WEB_PAGE),
    ("ZIP", archive(), Refusal.ARCHIVE),
    ("gzip", b"\x1f\x8b\x08\0", Refusal.ARCHIVE),
    ("Word", archive("[Content_Types].xml"), Refusal.OFFICE),
    ("old Word", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", Refusal.OFFICE),
    ("RTF", b"{\\rtf1 x}", Refusal.OFFICE),
    ("a program", b"MZ\x90\0", Refusal.UNKNOWN),
    ("text", b"Registration of my car", Refusal.UNKNOWN),
    ("a PDF that begins later", b"\n" + pdf(), Refusal.UNKNOWN),
    ("a PDF that ends too early", pdf()[:-40], Refusal.DAMAGED),
    ("a PDF with an archive behind", pdf() + archive(), Refusal.TWO_IN_ONE),
    ("a JPEG with an archive behind", JPEG + archive("A.class"), Refusal.TWO_IN_ONE),
    ("a PNG with an archive behind", PNG + archive(), Refusal.TWO_IN_ONE),
    ("a WebP with an archive behind", STILL + archive(), Refusal.TWO_IN_ONE),
    ("an archive whose comment ends the file", JPEG + archive()[:-2] + b"\x03\0abc", Refusal.TWO_IN_ONE),
    ("a JPEG without a frame", b"\xff\xd8\xff\xda\0\x02\xff\xd9", Refusal.DAMAGED),
    (
        "a JPEG with two frames",
        b"\xff\xd8" + 2 * b"\xff\xc0\0\x08\x08\0\x01\0\x01\x01" + JPEG[2:],
        Refusal.DAMAGED,
    ),
    ("a JPEG cut in its segments", JPEG[:100], Refusal.DAMAGED),
    ("a JPEG of no width", b"\xff\xd8\xff\xc0\0\x08\x08\0\x01\0\0\x01\xff\xda\0\x02", Refusal.DAMAGED),
    (
        "a JPEG of 65,535 lines",
        b"\xff\xd8\xff\xc0\0\x08\x08\xff\xff\xff\xff\x01\xff\xda\0\x02",
        Refusal.TOO_MANY_PIXELS,
    ),
    ("a PNG cut", PNG[:-1], Refusal.DAMAGED),
    ("a PNG with a wrong sum", PNG[:-1] + b"\0", Refusal.DAMAGED),
    ("a PNG without a head", PNG[:8] + chunk(b"IEND", b""), Refusal.DAMAGED),
    ("a PNG with two heads", PNG[:33] + PNG[8:], Refusal.DAMAGED),
    ("a PNG of 40 megapixels and one line", png(8000, 5001, zlib.compress(b"")), Refusal.TOO_MANY_PIXELS),
    ("an animated PNG", png(1, 1, zlib.compress(b"\0\0"), chunk(b"acTL", bytes(8))), Refusal.ANIMATED),
    ("a WebP cut", STILL[:-1], Refusal.DAMAGED),
    ("a WebP without a picture", webp((b"EXIF", b"")), Refusal.DAMAGED),
    ("a WebP that says it moves", webp((b"VP8X", b"\x02" + bytes(9))), Refusal.ANIMATED),
    ("a WebP that moves", webp((b"VP8X", bytes(10)), (b"ANMF", bytes(24))), Refusal.ANIMATED),
    ("a huge canvas of a WebP", webp((b"VP8X", bytes(4) + b"\xff" * 6)), Refusal.TOO_MANY_PIXELS),
    (
        "a huge lossless WebP",
        webp((b"VP8X", bytes(10)), (b"VP8L", b"\x2f" + b"\xff" * 4)),
        Refusal.TOO_MANY_PIXELS,
    ),
    (
        "a huge lossy WebP",
        webp((b"VP8 ", bytes(3) + b"\x9d\x01\x2a" + b"\xff" * 4)),
        Refusal.TOO_MANY_PIXELS,
    ),
]


@each(("data", "why"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_is_not_taken_has_its_reason(data, why):
    with pytest.raises(PaperError) as caught:
        recognise(data)
    assert caught.value.facts == {"reason": why.value}
    assert (caught.value.sentence, caught.value.hint) == WORDS[why]


@pytest.mark.parametrize(
    ("data", "media"),
    [
        (pdf(), Media.PDF),
        (pdf() + b"<!-- a web server's last words -->", Media.PDF),
        (pdf().replace(b"%PDF-1.7", b"%PDF-2.0", 1), Media.PDF),
        (JPEG, Media.JPEG),
        (JPEG + b"a film behind the picture", Media.JPEG),
        (JPEG.ljust(BYTES_MAX, b"\0"), Media.JPEG),
        (picture(progressive=True), Media.JPEG),
        (PNG, Media.PNG),
        (PNG + b"<html>", Media.PNG),
        (png(8000, 5000, zlib.compress(b"")), Media.PNG),
        (picture("WEBP"), Media.WEBP),
        (picture("WEBP", lossless=True), Media.WEBP),
        (picture("WEBP", exif=b"II*\0" + bytes(5)), Media.WEBP),
    ],
)
def test_what_is_taken_is_known_by_its_bytes(data, media):
    assert recognise(data) is media


def test_every_reason_has_words_and_a_way_out():
    assert list(WORDS) == sorted(Refusal, key=str)
    assert all(sentence and hint for sentence, hint in WORDS.values())
    assert "JPEG" in WORDS[Refusal.HEIC][1], "most owners have an iPhone or its like"


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"\xff\xd8\xff", PNG[:8], PNG[:33], STILL[:12], STILL[:20]]),
)
def test_any_bytes_are_taken_or_refused(rest, start):
    """Nothing else is ever raised, whatever follows a right beginning."""
    try:
        outcome = recognise(start + rest)
    except PaperError as error:
        outcome = Refusal(str(error.facts["reason"]))
    assert outcome in {*Media, *WORDS}
