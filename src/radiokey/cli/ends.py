"""`radiokey ends`: what is left where the road ends. `used` and `questions`: before that."""

import click

from radiokey.cli import say
from radiokey.cli.leaflet import write
from radiokey.cli.options import json_option, load, maybe_model_argument
from radiokey.guide.ends import End, end_of_road, end_title, used_unit
from radiokey.language.speech import current


@click.command("ends")
@click.argument("end", type=click.Choice([one.value for one in End]), metavar="[END]", required=False)
@maybe_model_argument
@json_option
def ends(*, end: str | None, model: str | None, as_json: bool) -> None:
    """Say what is still possible at an end of the road, who does it, what it costs, and what never works.

    Without END the ends are listed.
    """
    if end is not None:
        write(end_of_road(End(end), load(model)), as_json=as_json)
    elif as_json:
        say.document([{"end": one.value, "title": end_title(one)} for one in End])
    else:
        say.columns((one.value, end_title(one)) for one in End)


@click.command("used")
@maybe_model_argument
@json_option
def used(*, model: str | None, as_json: bool) -> None:
    """Say whether a used unit of this kind is worth buying, and what to ask its seller."""
    write(used_unit(load(model)), as_json=as_json)


@click.command("questions")
@maybe_model_argument
@json_option
def questions(*, model: str | None, as_json: bool) -> None:
    """Answer what owners ask, for a radio as far as it is known."""
    from radiokey.guide.load import guide_in  # noqa: PLC0415 - only the questions need the whole guide
    from radiokey.guide.questions import questions as answered  # noqa: PLC0415 - the same

    write(answered(guide_in(current().tag), load(model)), as_json=as_json)
