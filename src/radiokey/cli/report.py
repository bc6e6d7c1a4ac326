"""`radiokey report`: a file about an answer that was wrong, without personal details; nothing is sent."""

from importlib.metadata import version

import click

from radiokey.cli import say
from radiokey.cli.options import make_option, model_option
from radiokey.guide.report import WRONG, Query, What, Wrong, make_report
from radiokey.language.speech import gettext


@click.command("report")
@click.argument("what", type=click.Choice([one.value for one in What]), metavar="WHAT", help="|".join(What))
@click.argument("text", metavar="[TEXT]", required=False, default="", help="What you typed; it is masked.")
@model_option
@make_option
@click.option("--errors", type=click.IntRange(0, 99), default=0, metavar="N", help="Wrong codes so far.")
@click.option(
    "--wrong",
    type=click.Choice([one.value for one in Wrong]),
    default=Wrong.OTHER.value,
    metavar="KIND",
    help="|".join(Wrong),
)
def report(*, what: str, text: str, model: str | None, make: str | None, errors: int, wrong: str) -> None:
    """Make a file about an answer that was wrong, for you to look at and to send, or not.

    WHAT is what you asked about: the display, the number on the label, a search, a wait, an entry. Codes,
    numbers and names are masked; look at the file before you send it.
    """
    asked = Query(What(what), text, model or "", make or "", errors)
    made = make_report(asked, Wrong(wrong), version("radiokey"))
    say.out(made.encode().rstrip("\n"))
    say.note(gettext("about: {wrong}. This is the whole file; nothing was sent.", wrong=WRONG[made.wrong]))
    say.note(
        gettext("to keep it: add '> radiokey-report.json'; then send it to the people you have Radiokey from")
    )
