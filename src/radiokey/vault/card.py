"""The card for the drawer at home, as a PDF: tagged, its text real, its fonts in it; most are one page.

The panel is a schematic, as everywhere; what stands on a key says when it is pressed and how often. The code
stands in one piece in a box: letter spacing would take it apart for programs that read the page. The card is
in the language that is spoken when it is drawn.
"""

import io
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import Final

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from radiokey.catalogue.face import DisplayPlace, Face, Side, Slot
from radiokey.code.value import PressUntil
from radiokey.headunit.panel import Control, Panel
from radiokey.language.speech import current, gettext, later
from radiokey.qr import qr_modules
from radiokey.vault.card_content import Card
from radiokey.vault.card_text import card_text
from radiokey.vault.document import Entry

_FONTS: Final = Path(__file__).with_name("fonts")
_FAMILY: Final = "DejaVu"
_MARGIN_MM: Final = 18
_QR_MM: Final = 40
_KEY_MM: Final = (21.0, 14.0)
_GAP_MM: Final = 3.0
_HEAD_MM: Final = 13.0
"""The part of a face above its keys."""
_HEADING_MM: Final = 22.0
_PARAGRAPH_MM: Final = 12.0
_INK: Final = (27, 26, 24)
_GREY: Final = (110, 104, 96)
_AMBER: Final = (217, 130, 0)
_LINE: Final = (190, 183, 172)


def draw_card(card: Card) -> bytes:
    """Return the card as a PDF."""
    page = _Page(card.entry)
    page.heading(gettext("Radio card"), 22, "H1")
    page.paragraph(gettext("Keep it in a drawer at home, never in the car."), grey=True)
    top = page.get_y() + 2
    page.qr(card_text(card.entry, code=card.code), top)
    page.set_y(top)
    page.facts(card)
    page.set_y(max(page.get_y(), top + _QR_MM) + 3)
    if card.panel is not None:
        page.heading(gettext("Step by step") if card.steps else gettext("Its panel"), 12, "H2")
        page.panel(card.panel, _marks(card), card.face)
    for number, step in enumerate(card.steps, start=1):
        page.paragraph(f"{number}. {step.says}")
    if not card.code:
        page.paragraph(
            gettext("The code is not on this card: it is in the vault. With it Radiokey shows each press.")
        )
    page.heading(gettext("Before you key it in"), 12, "H2")
    page.paragraph(
        gettext(
            "Compare the number on the radio with the one above: cars change their radios. Enter nothing "
            "while the display shows a wait. Enter the code once; if it is refused, stop and ask."
        )
    )
    page.heading(gettext("Help for the next owner"), 12, "H2")
    for line in card.help:
        page.paragraph(line)
    page.paragraph(
        gettext("The square holds what stands here. 'radiokey vault import -' takes its text."), grey=True
    )
    return bytes(page.output())


class _Page(FPDF):
    """A page whose parts are tagged: what each is stands in the structure tree of the PDF."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(format="A4")
        self.set_lang(current().tag)
        self.set_title(gettext("Radio card {serial}", serial=_shown(entry.serial)))
        self.set_creator("Radiokey")
        self.set_creation_date(datetime.combine(entry.kept_on, time(), UTC))
        self.set_margin(_MARGIN_MM)
        self.set_auto_page_break(auto=False)
        self.add_font(_FAMILY, "", _FONTS / "DejaVuSans.ttf")
        self.add_font(_FAMILY, "B", _FONTS / "DejaVuSans-Bold.ttf")
        self.add_page()

    @contextmanager
    def _tagged(self, kind: str, alt: str | None = None) -> Iterator[None]:
        """Say of what is drawn meanwhile what it is: fpdf2 itself tags nothing but pictures."""
        mcid = self.struct_builder.next_mcid_for_page(self.page)
        self._add_marked_content(struct_type=f"/{kind}", mcid=mcid, alt_text=alt)
        self._out(f"/{kind} <</MCID {mcid}>> BDC")
        yield
        self._out("EMC")

    def heading(self, text: str, size: float, kind: str) -> None:
        """Write a heading, with some of what follows on the same page."""
        self._room(_HEADING_MM)
        self.ln(2)
        self.set_font(_FAMILY, "B", size)
        self.set_text_color(*_INK)
        with self._tagged(kind):
            self._write(text, size * 0.5)

    def paragraph(self, text: str, *, grey: bool = False) -> None:
        """Write a paragraph."""
        self._room(_PARAGRAPH_MM)
        self.set_font(_FAMILY, "", 9.5)
        self.set_text_color(*(_GREY if grey else _INK))
        with self._tagged("P"):
            self._write(text, 5)

    def _room(self, height: float) -> None:
        """Begin a page where this one has no room: nothing that is tagged may stand on two."""
        if self.get_y() + height > self.h - _MARGIN_MM:
            self.add_page()

    def _write(self, text: str, height: float, width: float = 0) -> None:
        self.multi_cell(width, height, _shown(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def facts(self, card: Card) -> None:
        """Write what is known of the radio, beside the QR code, with number and code in boxes."""
        width = self.epw - _QR_MM - 6
        for label, text in _facts(card):
            self.set_font(_FAMILY, "", 9)
            self.set_text_color(*_GREY)
            with self._tagged("P"):
                self._write(gettext(label), 4.5, width)
                boxed = label in {_NUMBER, _CODE}
                self.set_font(_FAMILY, "B" if boxed else "", 20 if label == _CODE else 13 if boxed else 10.5)
                self.set_text_color(*_INK)
                if boxed:
                    self._box(text)
                else:
                    self._write(text, 5.2, width)
            self.ln(1.2)

    def _box(self, text: str) -> None:
        shown = _shown(text)
        height = self.font_size + 3.4
        self.set_draw_color(*_INK)
        self.set_line_width(0.5)
        self.cell(
            self.get_string_width(shown) + 8,
            height,
            shown,
            border=1,
            align="C",
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )

    def qr(self, text: str, top: float) -> None:
        """Draw the QR code at the right."""
        rows = qr_modules(text)
        module = _QR_MM / len(rows)
        left = self.w - _MARGIN_MM - _QR_MM
        self.set_fill_color(0)
        with self._tagged(
            "Figure", gettext("A QR code with the radio's number and what else stands on this card")
        ):
            for down, row in enumerate(rows):
                for start, end in _runs(row):
                    self.rect(left + start * module, top + down * module, (end - start) * module, module, "F")

    def panel(self, panel: Panel, marks: dict[str, str], face: Face | None = None) -> None:
        """Draw the keys where they sit, each with the steps in which it is pressed, in their face."""
        columns = max(key.at[0] for key in panel.keys) + 1
        rows = max(key.at[1] for key in panel.keys) + 1
        scale = min(1.0, self.epw / (columns * (_KEY_MM[0] + _GAP_MM) + _GAP_MM))
        width, height, gap = _KEY_MM[0] * scale, _KEY_MM[1] * scale, _GAP_MM * scale
        top = self.get_y() + 1.5
        said = "; ".join(f"{key.label}: {marks[key.id]}" for key in panel.keys if key.id in marks)
        names = ", ".join(key.label for key in panel.keys)
        alt = gettext("The panel, keys {names}. {steps}", names=names, steps=said).strip()
        with self._tagged("Figure", alt):
            self.set_draw_color(*_LINE)
            self.set_line_width(0.4)
            head = 0.0 if face is None or face.display_in.value is DisplayPlace.CAR else _HEAD_MM
            whole = (columns * (width + gap) + gap, head + rows * (height + gap) + gap)
            self.rect(self.l_margin, top, *whole, style="D", round_corners=True, corner_radius=3)
            if face is not None and head:
                self._head(face, (self.l_margin, top, whole[0], head))
            for key in panel.keys:
                left = self.l_margin + gap + key.at[0] * (width + gap)
                above = top + head + gap + key.at[1] * (height + gap)
                self.set_draw_color(*(_AMBER if key.id in marks else _LINE))
                self.set_line_width(0.7 if key.id in marks else 0.4)
                knob = key.control is Control.KNOB
                corner = height / 2 if knob else 1.5
                self.rect(left, above, width, height, style="D", round_corners=True, corner_radius=corner)
                self._on_key(key.label, marks.get(key.id, ""), (left, above, width, height))
        self.set_xy(self.l_margin, top + whole[1] + 2)

    def _head(self, face: Face, box: tuple[float, float, float, float]) -> None:
        """Draw the display between its knobs, below the slot: what is known of them."""
        left, top, width, height = box
        radius = height / 3
        middle = top + height / 2 + 1
        inner_left, inner_width = left + _GAP_MM, width - 2 * _GAP_MM
        for side in face.knob_sides:
            x = left + radius + _GAP_MM if side is Side.LEFT else left + width - radius - _GAP_MM
            self.circle(x, middle, radius, style="D")
            inner_left += 2 * radius + _GAP_MM if side is Side.LEFT else 0
            inner_width -= 2 * radius + _GAP_MM
        if face.slot.value is not None:
            thick = 2.0 if face.slot.value is Slot.TAPE else 0.8
            self.rect(left + width / 3, top + 1.2, width / 3, thick, style="D")
        self.rect(
            inner_left,
            middle - radius,
            inner_width,
            2 * radius,
            style="D",
            round_corners=True,
            corner_radius=1,
        )

    def _on_key(self, label: str, mark: str, box: tuple[float, float, float, float]) -> None:
        left, above, width, height = box
        self.set_text_color(*_INK)
        self._fitted(label, "B", 11, width)
        self.set_xy(left, above + (0.8 if mark else 0))
        self.cell(width, height * (0.5 if mark else 1), _shown(label), align="C")
        if mark:
            self._fitted(mark, "", 8.5, width)
            self.set_xy(left, above + height * 0.5)
            self.cell(width, height * 0.42, _shown(mark), align="C")

    def _fitted(self, text: str, style: str, size: float, width: float) -> None:
        """Set the largest font up to `size` in which the text fits."""
        self.set_font(_FAMILY, style, size)
        wide = self.get_string_width(_shown(text)) + 2
        if wide > width:
            self.set_font(_FAMILY, style, size * width / wide)


_NUMBER: Final = later("Number on the radio")
_CODE: Final = later("Code")


def _facts(card: Card) -> Iterator[tuple[str, str]]:
    entry = card.entry
    yield _NUMBER, entry.serial
    if card.code and entry.code is not None:
        yield _CODE, entry.code.reveal()
    for label, text in (
        (later("Confirmed by"), entry.confirm),
        (later("Radio"), card.radio),
        (later("Car"), entry.car),
        (later("Kept on"), entry.kept_on.isoformat()),
    ):
        if text:
            yield label, text


def _marks(card: Card) -> dict[str, str]:
    """Return what stands on each key: the steps in which it is pressed, and how often or until what."""
    marks: defaultdict[str, list[str]] = defaultdict(list)
    for number, step in enumerate(card.steps, start=1):
        for one in step.presses:
            if isinstance(one, PressUntil):
                how = f": {gettext('until {shown}', shown=one.until)}"
            else:
                how = f": {one.times}\N{MULTIPLICATION SIGN}" if one.times > 1 else ""
            held = f", {gettext('hold')}" if one.hold_ms else ""
            marks[one.key].append(f"{number}{how}{held}")
    return {key: gettext("step {which}", which="; ".join(said)) for key, said in marks.items()}


def _runs(row: tuple[bool, ...]) -> Iterator[tuple[int, int]]:
    """Yield where dark modules begin and end in a row."""
    start = None
    for at, dark in enumerate((*row, False)):
        if dark and start is None:
            start = at
        if not dark and start is not None:
            yield start, at
            start = None


@cache
def _known_characters() -> frozenset[int]:
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - only where a card is drawn

    with TTFont(io.BytesIO((_FONTS / "DejaVuSans.ttf").read_bytes())) as font:
        return frozenset(font.getBestCmap())


def _shown(text: str) -> str:
    """Return a text with a question mark for each character that the font has not."""
    return "".join(one if ord(one) in _known_characters() or one == "\n" else "?" for one in text)
