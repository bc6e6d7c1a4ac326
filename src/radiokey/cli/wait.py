"""`radiokey wait`: how long a radio waits, and what must stay on."""

import click

from radiokey.catalogue.fact import HOW_SURE
from radiokey.cli import say
from radiokey.cli.options import json_option, load, model_argument
from radiokey.guide.waiting import Ends, wait_answer


@click.command("wait")
@model_argument
@click.option("--errors", type=click.IntRange(0, 99), metavar="N", help="Wrong codes so far.")
@json_option
def wait(*, model: str, errors: int | None, as_json: bool) -> None:
    """Say how long this radio waits after that many wrong codes, and under which condition the clock runs."""
    answer = wait_answer(load(model), errors)
    if as_json:
        say.document(
            {
                "known": answer.known,
                "minutes": None if answer.minutes is None else list(answer.minutes),
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
    say.out(f"How sure: {HOW_SURE[answer.confidence]}.")
