"""QR codes of what is carried by hand, read by a reader that is not ours: zxing-cpp."""

import re

import pytest
import zxingcpp
from PIL import Image

from radiokey.code.hand import to_lines
from radiokey.qr import QUIET
from radiokey.web.draw.qr import qr_lines, qr_svg

ANSWER = "".join(to_lines(bytes(range(68)))).replace(" ", "")
END = bytes(range(87)).hex().upper()
SCALE = 4


def read(dark, size):
    """Return what zxing reads in a picture of these dark modules."""
    picture = Image.new("L", (size, size), 255)
    for x, y in dark:
        picture.putpixel((x, y), 0)
    found = zxingcpp.read_barcodes(picture.resize((size * SCALE, size * SCALE), Image.Resampling.NEAREST))
    return [one.text for one in found]


def on_a_page(text):
    drawn = str(qr_svg(text, "an <answer>"))
    assert 'aria-label="an &lt;answer&gt;"' in drawn
    size = int(re.search(r'viewBox="0 0 (\d+) ', drawn)[1])
    return {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", drawn)}, size


def in_a_terminal(text):
    lines = qr_lines(text)
    assert {len(line) for line in lines} == {len(lines[0])}
    light = {" ": (False, False), "█": (True, True), "▄": (False, True), "▀": (True, False)}
    dark = {
        (x, 2 * row + half)
        for row, line in enumerate(lines)
        for x, character in enumerate(line)
        for half, lit in enumerate(light[character])
        if not lit
    }
    return dark, 2 * len(lines)


@pytest.mark.parametrize("drawn", [on_a_page, in_a_terminal])
@pytest.mark.parametrize("text", [ANSWER, END, "A"])
def test_another_reader_reads_what_was_drawn(text, drawn):
    dark, size = drawn(text)
    assert read(dark, size) == [text]
    assert min(min(x, y) for x, y in dark) == QUIET


def test_what_is_no_text_of_that_mode_is_not_drawn():
    with pytest.raises(ValueError, match="alphanumeric"):
        qr_lines("a lower case letter")
