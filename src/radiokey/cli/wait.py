"""`radiokey wait`: how long a radio waits, and what must stay on."""

from typing import Annotated

import typer

from radiokey.catalogue.fact import HOW_SURE
from radiokey.cli import say
from radiokey.cli.options import Json, load
from radiokey.guide.waiting import wait_answer


def wait(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Which radio; ids from 'radiokey models'.")],
    *,
    errors: Annotated[int | None, typer.Option("--errors", min=0, max=99, help="Wrong codes so far.")] = None,
    as_json: Json = False,
) -> None:
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
            }
        )
        return
    for sentence in answer.sentences:
        say.prose(sentence)
    say.out(f"How sure: {HOW_SURE[answer.confidence]}.")
