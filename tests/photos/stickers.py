"""Stickers of radios, made up: what stands on them, and how they are laid out and printed.

The shapes are those of real labels (docs/labels.md, tests/vectors/labels.csv); every number is drawn by
chance. A sticker knows the number that has to be read off it; the rest of its lines are there to mislead.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from radiokey.serial.barcode import check_digit
from radiokey.serial.number import readings

FONTS: Final = Path(__file__).with_name("fonts")
FACES: Final = (
    "ocr-a.ttf", "ocr-b.otf", "dejavu-mono.ttf", "dejavu-mono-bold.ttf", "dejavu-condensed.ttf",
    "dejavu-condensed-bold.ttf", "dejavu-bold.ttf", "roboto.ttf", "roboto-bold.ttf",
)  # fmt: skip
_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"
_ALL_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

C128 = zxingcpp.BarcodeFormat.Code128
C39 = zxingcpp.BarcodeFormat.Code39
ITF = zxingcpp.BarcodeFormat.ITF
MATRIX = zxingcpp.BarcodeFormat.DataMatrix


@dataclass(frozen=True, slots=True)
class Bars:
    """A barcode: its symbology and what it holds."""

    form: zxingcpp.BarcodeFormat
    text: str


@dataclass(frozen=True, slots=True)
class Wording:
    """What stands on a sticker: lines that hold the number, other lines, barcodes; `number` in any spelling."""

    family: str
    number: str
    lines: tuple[str, ...]
    others: tuple[str, ...] = ()
    bars: tuple[Bars, ...] = ()
    make: str = ""
    boxed: bool = False

    @property
    def serial(self) -> str:
        """The number as it is spelled canonically."""
        return readings(self.number, make=self.make or None)[0].serial.text


def _digits(chance: random.Random, count: int) -> str:
    return "".join(chance.choice("0123456789") for _ in range(count))


def _mixed(chance: random.Random, count: int) -> str:
    return "".join(chance.choice(_LETTERS + "0123456789") for _ in range(count))


def _precode(chance: random.Random) -> str:
    return chance.choice(_ALL_LETTERS) + _digits(chance, 3)


def _renault_approval(chance: random.Random) -> Wording:
    part, code = f"28{chance.choice(['115', '185'])}{_digits(chance, 4)}", _precode(chance)
    others = ("RADIO CD MP3", f"DATE {_date(chance)}")
    return Wording(
        "renault approval", code, (f"{part}RT {code}",), others, (Bars(C128, f"{part}RT{code}"),), boxed=True
    )


def _renault_philips(chance: random.Random) -> Wording:
    part, code = f"82{_digits(chance, 8)}", _precode(chance)
    bars = [Bars(C128, f"{part}T{code}")]
    if chance.random() < 0.5:
        bars.append(Bars(MATRIX, f"RENRDW330-10_T{code}_FD{_digits(chance, 8)}"))
    others = ("PHILIPS", f"22DC{_digits(chance, 3)}/62")
    return Wording("renault philips", code, (f"{part}T", f"{code}-SECURITY"), others, tuple(bars))


def _renault_cabasse(chance: random.Random) -> Wording:
    part, code = f"7700{_digits(chance, 6)}", _precode(chance)
    bars = (Bars(C128, f"T0{code}"),)
    lines = (f"{part}T {code}",) if chance.random() < 0.5 else (f"{part}T {code}", f"T0{code}")
    return Wording("renault cabasse", code, lines, ("CABASSE AUDITORIUM",), bars)


def _renault_box(chance: random.Random) -> Wording:
    code = _precode(chance)
    others = (f"281155{_digits(chance, 3)}R", "MADE IN PORTUGAL", "12V")
    return Wording("renault box", code, (f"Security {code}",), others, boxed=True)


def _ford_m(chance: random.Random) -> Wording:
    number = f"M{_digits(chance, 6)}"
    others = (
        f"{chance.choice('3479')}S{_digits(chance, 1)}T-18C815-{chance.choice(_LETTERS)}A",
        "6000 CD RDS E-O-N",
    )
    plant = chance.choice(["PLE", "OBH"])
    return Wording("ford m", number, (number,), others, (Bars(C39, f"{plant}{number}"),))


def _ford_v(chance: random.Random) -> Wording:
    number = f"V{_digits(chance, 6)}"
    bars = (Bars(C39, number),) if chance.random() < 0.6 else ()
    return Wording("ford v", number, (number,), ("FD C200", f"LOT {_digits(chance, 4)}"), bars)


def _blaupunkt(chance: random.Random) -> tuple[str, str, str, str]:
    series, fifth, last = (
        f"764{chance.choice('0156')}{_digits(chance, 3)}{_digits(chance, 3)}",
        _digits(chance, 1),
        _digits(chance, 7),
    )
    body = f"{last}{series}"
    return f"BP{series[3:7]}", fifth, last, body + str(check_digit(body))


def _blaupunkt_nissan(chance: random.Random) -> Wording:
    head, fifth, last, code = _blaupunkt(chance)
    line = chance.choice([f"{head} {fifth} {last}", f"{head}{fifth}{last}"])
    others = ("NISSAN PART NO 28185 BH20A", f"{code[7:8]} {code[8:11]} {code[11:14]} {code[14:17]}")
    return Wording("blaupunkt nissan", line, (line,), others, (Bars(ITF, code),))


def _blaupunkt_fiat(chance: random.Random) -> Wording:
    head, fifth, last, code = _blaupunkt(chance)
    line = chance.choice([f"815 {head}{fifth}{last}", f"815{head}{fifth}{last}"])
    return Wording("blaupunkt fiat", line, (line,), ("ALFA 147 MP3", "MADE IN PORTUGAL"), (Bars(ITF, code),))


def _continental(chance: random.Random) -> Wording:
    number = f"A2C{_digits(chance, 16)}"
    others = ("VP1 FIAT", f"735{_digits(chance, 6)}", "CLASS 1 LASER PRODUCT")
    bars = (Bars(C39, number),) if chance.random() < 0.5 else ()
    return Wording("continental", number, (number,), others, bars)


def _clarion(chance: random.Random) -> Wording:
    number = chance.choice(
        [f"CL0529{_digits(chance, 8)}", f"PN3001P{_digits(chance, 4)}", f"PP3000M{_digits(chance, 4)}"]
    )
    return Wording("clarion", number, (number,), ("CLARION CO LTD", "28185-AX60A"))


def _daewoo(chance: random.Random) -> Wording:
    number = f"{chance.choice(['DS1A', 'DW1B'])}N{_digits(chance, 8)}"
    return Wording("daewoo", number, (number,), ("DAEWOO AGC-0070RF", "28185 BN300"))


def _volkswagen(chance: random.Random) -> Wording:
    maker = chance.choice(["VWZ", "SKZ", "SEZ", "AUZ"])
    number = f"{maker}{chance.choice('1234567')}Z{chance.choice('1234567')}{chance.choice(_LETTERS)}{_digits(chance, 7)}"
    others = ("1K0 035 186 AA", "RCD 300", "CLASS 1 LASER PRODUCT")
    bars = (Bars(C128, number),) if chance.random() < 0.5 else ()
    return Wording("volkswagen", number, (number,), others, bars)


def _bosch(chance: random.Random) -> Wording:
    number = f"815CM7{_digits(chance, 3)}A{_digits(chance, 8)}"
    return Wording("bosch", number, (number,), ("3C8 035 190", "RCD 510"))


def _chrysler(chance: random.Random) -> Wording:
    number = f"TQ1AA{_digits(chance, 9)}"
    return Wording("chrysler", number, (number,), ("P05064171AL", "RAQ AM/FM CD"))


def _becker(chance: random.Random) -> Wording:
    number = f"{chance.choice('12345678')}{_digits(chance, 7)}"
    return Wording(
        "becker", number, (f"S/N {number}",), ("BE2210", "BECKER"), (Bars(C39, number),), make="mercedes"
    )


def _date(chance: random.Random) -> str:
    return f"{chance.randint(1, 28):02}.{chance.randint(1, 12):02}.20{chance.randint(1, 19):02}"


FAMILIES: Final[tuple[Callable[[random.Random], Wording], ...]] = (
    _renault_approval, _renault_philips, _renault_cabasse, _renault_box, _ford_m, _ford_v, _blaupunkt_nissan,
    _blaupunkt_fiat, _continental, _clarion, _daewoo, _volkswagen, _bosch, _chrysler, _becker,
)  # fmt: skip


def _more(chance: random.Random) -> list[str]:
    """Return lines that stand on many labels and are no number."""
    lines = [
        f"e{chance.randint(1, 24)} {chance.choice('01')}{_digits(chance, 5)}",
        _date(chance),
        "CLASS 1 LASER PRODUCT",
        f"LOT {_digits(chance, 4)}",
        "MADE IN " + chance.choice(["CHINA", "HUNGARY", "GERMANY", "MALAYSIA"]),
        "12V - NEG GND",
        "FUSE 10A",
    ]
    return chance.sample(lines, chance.randint(0, 3))


def word(chance: random.Random, family: int | None = None) -> Wording:
    """Return what stands on a sticker, of a family by its place in `FAMILIES` or of any."""
    make = FAMILIES[family % len(FAMILIES)] if family is not None else chance.choice(FAMILIES)
    made = make(chance)
    others = tuple(made.others) + tuple(_more(chance))
    return Wording(made.family, made.number, made.lines, others, made.bars, made.make, made.boxed)


@dataclass(frozen=True, slots=True)
class Sticker:
    """A sticker seen straight on: grey levels from 0 (ink) to 1 (none)."""

    wording: Wording
    ink: np.ndarray = field(repr=False)


@cache
def face(name: str, size: int) -> ImageFont.FreeTypeFont:
    """Return a font."""
    return ImageFont.truetype(str(FONTS / name), size)


def lay_out(wording: Wording, chance: random.Random) -> Sticker:
    """Return the sticker as it left its printer, about 1,000 pixels wide."""
    big = chance.choice(FACES)
    small = chance.choice(FACES)
    tall = chance.randint(34, 64)
    low = max(20, int(tall * chance.uniform(0.45, 0.8)))
    others = list(wording.others)
    chance.shuffle(others)
    above, below = others[: len(others) // 2], others[len(others) // 2 :]
    rows = [_text(text, face(small, low)) for text in above]
    rows += [
        _text(text, face(big, tall), boxed=wording.boxed and chance.random() < 0.6) for text in wording.lines
    ]
    for bars in wording.bars:
        rows.insert(chance.choice([len(above), len(rows)]), _bars(bars, chance))
    rows += [_text(text, face(small, low)) for text in below]
    gap = chance.randint(8, 26)
    margin = chance.randint(18, 50)
    width = max(row.width for row in rows) + 2 * margin
    height = sum(row.height for row in rows) + gap * (len(rows) - 1) + 2 * margin
    sheet = Image.new("L", (width, height), 255)
    at = margin
    left = chance.random() < 0.6
    for row in rows:
        sheet.paste(row, (margin if left else (width - row.width) // 2, at))
        at += row.height + gap
    if chance.random() < 0.4:
        ImageDraw.Draw(sheet).rectangle((4, 4, width - 5, height - 5), outline=0, width=chance.randint(2, 4))
    ink = np.asarray(sheet, np.float32) / 255
    if chance.random() < 0.12:
        ink = _dotted(ink, chance)
    return Sticker(wording, ink)


def _text(text: str, font: ImageFont.FreeTypeFont, *, boxed: bool = False) -> Image.Image:
    """Return a line of print; one that is boxed has its parts in boxes of their own."""
    parts = text.replace("RT ", "R T ").split() if boxed else [text]
    drawn = []
    for part in parts:
        x0, y0, x1, y1 = font.getbbox(part)
        pad = 10 if boxed else 1
        image = Image.new("L", (int(x1 - x0) + 2 * pad, int(y1 - y0) + 2 * pad), 255)
        draw = ImageDraw.Draw(image)
        draw.text((pad - x0, pad - y0), part, font=font, fill=0)
        if boxed:
            draw.rectangle((0, 0, image.width - 1, image.height - 1), outline=0, width=2)
        drawn.append(image)
    line = Image.new(
        "L", (sum(one.width for one in drawn) + 4 * len(drawn), max(one.height for one in drawn)), 255
    )
    at = 0
    for one in drawn:
        line.paste(one, (at, (line.height - one.height) // 2))
        at += one.width + 4
    return line


def _bars(bars: Bars, chance: random.Random) -> Image.Image:
    """Return a barcode with its quiet zone."""
    symbol = np.asarray(zxingcpp.create_barcode(bars.text, bars.form).to_image(scale=1))
    if bars.form is MATRIX:
        return Image.fromarray(symbol).resize((symbol.shape[1] * 5,) * 2, Image.Resampling.NEAREST)
    strip = symbol[symbol.shape[0] // 2][None, :]
    module = chance.choice([3, 3, 4]) if strip.shape[1] < 260 else 3
    return Image.fromarray(np.repeat(strip, 2, 0)).resize(
        (strip.shape[1] * module, chance.randint(60, 110)), Image.Resampling.NEAREST
    )


def _dotted(ink: np.ndarray, chance: random.Random) -> np.ndarray:
    """Return the print of a worn thermal printer: lines across it are missing or pale."""
    out = ink.copy()
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(out.shape[0] - 2)
        out[at : at + 2] = 1 - (1 - out[at : at + 2]) * 0.3
    return out
