"""A step of the road as a terminal can draw it; `road.py` says the same in plain words where it is piped."""

from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.markdown import Markdown
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from radiokey.catalogue.fact import how_sure
from radiokey.guide.model import LEVEL_NAMES, STAGE_NAMES, Level
from radiokey.language.speech import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable

    from radiokey.guide.walk import Offer, View

WIDTH_MAX: Final = 78
_COLOURS: Final = {Level.AMBER: "yellow", Level.RED: "red"}


def draw_step(
    console: Console, here: "View", radio: str, answers: "Iterable[tuple[str, Offer]]", command: str = ""
) -> None:
    """Draw a step: the stage, what happens, what to do and what not, what is known, the answers."""
    console.print()
    console.print(Rule(Text(gettext(STAGE_NAMES[here.stage]), style="dim"), style="dim", align="left"))
    console.print(Text(here.title, style="bold"))
    console.print(Markdown(here.body))
    if here.do:
        console.print(Panel(Text(here.do), title=gettext("Now"), title_align="left", border_style="green"))
    if here.dont:
        console.print(
            Panel(Text(here.dont), title=gettext("Careful"), title_align="left", border_style="red")
        )
    if here.known:
        console.print(Text(radio, style="bold"))
        for one in here.known:
            sure = f"  {how_sure(one.confidence)}" if one.confidence else ""
            console.print(_grid((("-", Text.assemble(one.text, (sure, "dim"))),)))
    for warning in here.warnings:
        label = Text(gettext(LEVEL_NAMES[warning.level]), style=f"bold {_COLOURS[warning.level]}")
        console.print(_grid(((label, Text(warning.text)),)))
    if here.more:
        console.print(Markdown(here.more))
    if command:
        console.print(
            _grid(((Text(gettext("In another window"), style="bold"), Text(command, style="cyan")),))
        )
    console.print()
    console.print(_grid((Text(label, style="bold yellow"), Text(offer.text)) for label, offer in answers))
    for offer in here.choices:
        if offer.shut:
            console.print(_grid((("-", Text(f"{offer.text}: {offer.shut}", style="dim")),)))


def _grid(rows: "Iterable[tuple[Text | str, Text]]") -> Table:
    """Return rows with their labels in a column of their own."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column()
    for label, text in rows:
        grid.add_row(label, text)
    return grid
