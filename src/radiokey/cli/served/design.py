"""What a served unit is built from: a model of the catalogue or our own, and the locks of a training unit."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from radiokey.cli.options import load
from radiokey.diagnostics.unit_files import Locks
from radiokey.errors import MissingFactError
from radiokey.headunit.display import DisplayWord, Shows
from radiokey.headunit.unit import Design
from radiokey.language.speech import gettext
from radiokey.vehicle.reference import REFERENCE_DESIGN

REFERENCE: Final = "reference"
"""The name of our own design of a radio, which is in no catalogue."""
NO_LOCKS: Final = Locks()
"""A unit with its code alone."""


def design_of(model_id: str, locks: Locks = NO_LOCKS) -> Design:
    """Return what a unit of this model is built from; raise `MissingFactError` where that is not known.

    `locks` are those that a training unit has beside its model's own; where the model has no word for what
    they make it show, ours stands.
    """
    design = _design_of(model_id)
    shown = {word.shows for word in design.words}
    return replace(
        design,
        policy=replace(design.policy, pairs=locks.pairs, second_lock=locks.second_lock),
        words=design.words + tuple(word for word in _words_for(locks) if word.shows not in shown),
    )


def _words_for(locks: Locks) -> Iterator[DisplayWord]:
    if locks.pairs:
        yield DisplayWord("PROTECT", Shows.PROTECTED, gettext("The car does not know it."))
    if locks.second_lock:
        yield DisplayWord("SYNC", Shows.SERVER, gettext("The code was right; it waits for its base."))


def _design_of(model_id: str) -> Design:
    if model_id == REFERENCE:
        return REFERENCE_DESIGN
    model = load(model_id)
    assert model is not None, "a model was named"
    design = model.design()
    if design is None:
        raise MissingFactError(
            gettext("how a code is entered on this radio is not known, so no unit of it can be built"),
            hint=gettext("take another model, or 'reference', our own design"),
            missing=",".join(model.missing_for_entry()),
        )
    return design
