"""`radiokey wait`: how long a radio waits, and what must stay on."""

import click

from radiokey.catalogue.fact import how_sure
from radiokey.cli import say
from radiokey.cli.options import json_option, load, maybe_model_argument
from radiokey.guide.countdown import REFUSED_MAX
from radiokey.guide.waiting import Ends, wait_answer
from radiokey.language.speech import gettext


@click.command("wait")
@maybe_model_argument
@click.option("--errors", type=click.IntRange(0, 99), metavar="N", help="Wrong codes so far.")
@click.option(
    "--refused",
    type=click.IntRange(0, REFUSED_MAX),
    metavar="N",
    default=0,
    help="How many of them it refused just now: the pause is 15 minutes at least.",
)
@json_option
def wait(*, model: str | None, errors: int | None, refused: int, as_json: bool) -> None:
    """Say how long this radio waits after that many wrong codes, and under which condition the clock runs.

    Without MODEL, an id of 'radiokey models', the cautious reading for a radio that nobody named.
    """
    answer = wait_answer(load(model), errors, refused=refused)
    if as_json:
        say.answer(
            {
                "known": answer.known,
                "minutes": None if answer.minutes is None else list(answer.minutes),
                "wait_ms": answer.wait_ms,
                "clock_needs": answer.clock_needs.value,
                "final": answer.final,
                "confidence": answer.confidence.value,
                "look_alikes": [
                    {
                        "model": one.model.id,
                        "short": one.model.short,
                        "tell_apart": one.model.tell_apart,
                        "minutes": None if one.minutes is None else list(one.minutes),
                        "final": one.ends is Ends.NEVER,
                    }
                    for one in answer.possible
                ],
            }
        )
        return
    for sentence in answer.sentences:
        say.prose(sentence)
    say.out(gettext("How sure: {confidence}.", confidence=how_sure(answer.confidence)))
    say.reportable()
