"""The practice radio: a real `HeadUnit`, whose supply, ignition and time the owner controls.

The server keeps no practice radio. Its whole state, the unit's image, travels with every request, sealed
with a key of the site: the page holds it, cannot read it, and cannot change it. A radio thrown away is gone.
The browser only sends what the owner pressed and draws the answer; which state the lock is in, and how
long it waits, is decided here.

A practice radio opens with a practice code, which the page shows. An owner who comes from the coach practises
with their own code, which the page shows too, and go back to its keys; it is in no address.

Of some radios nobody knows what the first press shows. Their practice radio asks what the owner's own one
shows, and then behaves like that; the answer is sealed with the image.
"""

from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from radiokey.catalogue.model import Model
from radiokey.clock import HOUR_MS, MINUTE_MS
from radiokey.code.value import Code
from radiokey.errors import InputError, MissingFactError, RadiokeyError
from radiokey.guide.assumed import spoken_assumptions
from radiokey.headunit.device import Device
from radiokey.headunit.events import (
    EngineRan,
    Ignition,
    IgnitionTurned,
    KeyPressed,
    RadioSwitched,
    SupplyLost,
    SupplyRestored,
    TimeWent,
    UnitEvent,
)
from radiokey.headunit.first_press import Opening
from radiokey.headunit.lock import State as LockState
from radiokey.headunit.panel import Cycle
from radiokey.headunit.unit import Design, HeadUnit
from radiokey.web.draw import display_svg
from radiokey.web.http.problems import status_of
from radiokey.web.http.render import NO_STORE
from radiokey.web.owner.code import code_of
from radiokey.web.owner.number import PRIVATE
from radiokey.web.site import Site

DEVICE: Final = "practice device"
SKIPS: Final = {"minute": MINUTE_MS, "ten": 10 * MINUTE_MS, "hour": HOUR_MS}
HELD_MS_MAX: Final = 60_000
WENT_MS_MAX: Final = HOUR_MS
EVENTS_MAX: Final = 64


class OwnerAction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing the owner did: `what` names it; `key` and `ms` where it has them."""

    what: Annotated[str, msgspec.Meta(max_length=16)]
    key: Annotated[str, msgspec.Meta(max_length=64)] = ""
    ms: Annotated[int, msgspec.Meta(ge=0, le=WENT_MS_MAX)] = 0


class OwnerActions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the owner did since the last answer, and the sealed radio it was done to."""

    image: Annotated[str, msgspec.Meta(max_length=16_384)]
    did: Annotated[list[OwnerAction], msgspec.Meta(max_length=EVENTS_MAX)]


def openings_of(model: Model) -> tuple[Opening, ...]:
    """Return the ways in which the entry may open, for the owner to name one; none where it is known."""
    panel = model.panel
    if panel is None or not isinstance(panel.entry, Cycle) or panel.counted:
        return ()
    return panel.entry.openings


def chosen(model: Model, first: str) -> int | None:
    """Return which of `openings_of` the owner named, 0 if there is nothing to name, `None` if it is open."""
    openings = openings_of(model)
    if not openings:
        return 0
    numbers = [str(number) for number in range(len(openings))]
    return numbers.index(first) if first in numbers else None


def design_of(model: Model, way: int) -> Design:
    """Return what the practice unit is built from; raise `MissingFactError` where the panel is not known.

    `way` is a place in `openings_of`, 0 where that is empty.
    """
    openings = openings_of(model)
    design = model.design(openings[way] if openings else None)
    if design is None:
        raise MissingFactError(
            "how a code is entered on this radio is not known, so it cannot be practised",
            hint="the car's handbook shows the keys; a photo of that page answers it",
            missing=",".join(model.missing_for_entry()),
        )
    return design


def practice_code(design: Design) -> Code:
    """Return an easy code that every panel of this shape can key: 1234 where there are such digits."""
    characters = []
    for at, alphabet in enumerate(design.shape.places[design.shape.length - design.shape.shortest :]):
        wanted = "123456789"[at % 9]
        characters.append(wanted if wanted in alphabet else alphabet[at % len(alphabet)])
    return Code("".join(characters))


def seal(site: Site, model_id: str, way: int, image: bytes) -> str:
    """Return the image, and the way its entry opens, as text that only this site can read or make."""
    return site.practice_seal.seal(bytes([way]) + image, model_id)


def unseal(site: Site, model_id: str, text: str) -> tuple[int, bytes]:
    """Return the way and the image in `text`; raise `InputError` if it is not of this site and model."""
    opened = site.practice_seal.open(text, model_id)
    if opened is None:
        raise InputError("this practice radio was not made here", hint="begin with a new one")
    return opened[0], opened[1:]


def unit_events(action: OwnerAction) -> list[UnitEvent]:
    """Return the events of the unit for this action; raise `InputError` for one that does not exist."""
    match action.what:
        case "press":
            return [TimeWent(action.ms), KeyPressed(action.key, min(action.ms, HELD_MS_MAX))]
        case "time":
            return [TimeWent(action.ms)]
        case "skip" if action.key in SKIPS:
            return [TimeWent(SKIPS[action.key])]
        case "cut":
            return [SupplyLost()]
        case "supply":
            return [SupplyRestored()]
        case "ignition" if action.key in set(Ignition):
            return [IgnitionTurned(Ignition(action.key))]
        case "engine":
            return [EngineRan(action.key == "on")]
        case "radio":
            return [RadioSwitched(action.key == "on")]
        case _:
            raise InputError("that is nothing one can do with a radio", hint="use the buttons of the page")


def page_state(site: Site, model: Model, unit: HeadUnit, way: int) -> dict[str, Any]:
    """Return what the page shows: pictures, sentences, the sealed image. It draws nothing else."""
    screen, status = unit.screen, unit.status
    around = unit.around
    return {
        "image": seal(site, model.id, way, unit.image()),
        "display": display_svg(screen.text, unit.design.display, lit=screen.lit, blinking=screen.blinking),
        "says": site.pages.render("radio_says.html", unit=unit, screen=screen, status=status, model=model),
        "sound": screen.sound.value,
        "again_ms": status.next_change_ms,
        "clock_ms": status.wait_left_ms if status.clock_runs else None,
        "pressed": {
            "supply": around.supply,
            "ignition": around.ignition is not Ignition.OFF,
            "engine": around.engine,
            "radio": around.radio_on,
        },
        "over": status.state in {LockState.PERMANENT, LockState.FAULT},
    }


def new_unit(site: Site, model: Model, code: Code, way: int) -> HeadUnit:
    """Return a unit that was without supply overnight and now asks for its code."""
    design = design_of(model, way)
    unit = HeadUnit.made(design, code, device=Device(site.purpose_key(DEVICE)))
    for event in (SupplyLost(), TimeWent(HOUR_MS), SupplyRestored()):
        unit.handle(event)
    return unit


@get("/practice", sync_to_thread=False)
def list_radios(site: NamedDependency[Site]) -> Response[str]:
    """List the radios that can be practised on."""
    models = [model for model in site.catalogue.models.values() if model.panel is not None]
    return site.pages.show("owner/practice.html", models=sorted(models, key=lambda one: one.name.casefold()))


@get("/practice/{model_id:str}", sync_to_thread=False)
def show_practice(
    site: NamedDependency[Site], model_id: FromPath[str], first: FromQuery[str] = ""
) -> Response[str]:
    """Show a practice radio with a practice code, or ask what the owner's own radio shows first."""
    model = site.model(model_id)
    assert model is not None
    way = chosen(model, first)
    if way is None:
        return _ask(site, model)
    return _page(site, model, practice_code(design_of(model, way)), way)


@get("/road/{visit:str}/practice")
async def show_practice_with_own_code(
    site: NamedDependency[Site], visit: FromPath[str], first: FromQuery[str] = ""
) -> Response[str] | Redirect:
    """Show a practice radio with the owner's own code, which no address holds."""
    said = site.visits.open(visit)
    model, code = site.model(said.keys or said.model), await code_of(site, said)
    here = f"/road/{visit}"
    if model is None or code is None:
        return Redirect(f"{here}/keys", status_code=303)
    way = chosen(model, first)
    if way is None:
        design_of(model, 0).shape.check(code)
        return _ask(site, model, here)
    return _page(site, model, code, way, back=here)


def _ask(site: Site, model: Model, back: str = "") -> Response[str]:
    """Ask what the owner's radio shows after one press; `back` is the visit of an own code."""
    shape, panel = model.shape, model.panel
    assert shape is not None, "a panel that cycles has a shape"
    assert panel is not None, "openings are those of a panel"
    assert isinstance(panel.entry, Cycle), "openings are those of a cycling entry"
    looks = [(one.start, one.after_one_press(shape)[:1] + one.start[1:]) for one in openings_of(model)]
    return site.pages.show(
        "owner/practice_ask.html",
        headers=PRIVATE if back else NO_STORE,
        model=model,
        looks=looks,
        key=panel.entry.keys[0],
        back=back,
    )


def _page(site: Site, model: Model, code: Code, way: int, back: str = "") -> Response[str]:
    unit = new_unit(site, model, code, way)
    asked = {"entry_start", "entry_first"} if openings_of(model) else set()
    return site.pages.show(
        "radio.html",
        headers=PRIVATE if back else NO_STORE,
        model=model,
        shown=page_state(site, model, unit, way),
        way=way if asked else None,
        code=code.reveal(),
        back=back,
        panel_columns=max(key.at[0] for key in unit.design.panel.keys) + 1,
        keys=unit.design.panel.keys,
        assumed=spoken_assumptions(name for name in model.assumed() if name not in asked),
        hold=getattr(unit.design.panel.confirm, "hold_ms", 0),
        confirm=getattr(unit.design.panel.confirm, "key", ""),
    )


@post("/practice/{model_id:str}/did", status_code=200)
async def handle_actions(
    site: NamedDependency[Site], model_id: FromPath[str], request: Request[None, None, State]
) -> Response[dict[str, Any]]:
    """Apply the owner's actions to the sealed radio, and return what it shows now."""
    try:
        actions = msgspec.json.decode(await request.body(), type=OwnerActions)
        model = site.model(model_id)
        assert model is not None
        design_of(model, 0)  # what cannot be practised is refused before what was sent
        way, image = unseal(site, model_id, actions.image)
        unit = HeadUnit.from_image(design_of(model, way), image, key=site.purpose_key(DEVICE))
        for one in actions.did:
            for event in unit_events(one):
                unit.handle(event)
    except (msgspec.DecodeError, UnicodeDecodeError):
        problem: RadiokeyError = InputError("this is not what the page sends", hint="begin with a new radio")
        return _refused(problem)
    except RadiokeyError as problem:
        return _refused(problem)
    return Response(page_state(site, model, unit, way), headers=dict(NO_STORE))


def _refused(problem: RadiokeyError) -> Response[dict[str, Any]]:
    content = {"problem": problem.sentence, "hint": problem.hint}
    return Response(content, status_code=status_of(problem), headers=dict(NO_STORE))


HANDLERS: Final = (list_radios, show_practice, show_practice_with_own_code, handle_actions)
