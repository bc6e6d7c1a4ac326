"""The practice radio: a real `HeadUnit`, whose supply, ignition and time the owner controls.

The server keeps no practice radio. Its whole state, the unit's image, travels with every request, sealed
with a key of the site: the page holds it, cannot read it, and cannot change it. A radio thrown away is gone.
The browser only sends what the owner pressed and draws the answer; which state the lock is in, and how
long it waits, is decided here.

A practice radio opens with a practice code, which the page shows. An owner who comes from the coach practises
with their own code, which the page shows too, and go back to its keys; it is in no address.

Of some radios nobody knows what the first press shows. Their practice radio asks what the owner's own one
shows, and then behaves like that; the answer is sealed with the image.

A radio with a practice code has the car's plug beside its panel (`practice_plug`): the same unit, asked by a
tester. It works by forms too: each leads to the page of the radio as it is then, sealed in the address. A
radio with an own code has neither, since no address holds a code.
"""

import zlib
from typing import Annotated, Any, Final, Self

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from radiokey.catalogue.face import Face, face_of
from radiokey.catalogue.model import Model
from radiokey.clock import HOUR_MS, MINUTE_MS
from radiokey.code.value import Code
from radiokey.diagnostics.describe import SESSIONS
from radiokey.diagnostics.own_tester import ASKS, CODE, RAW
from radiokey.diagnostics.traffic import Wire
from radiokey.errors import InputError, MissingFactError, RadiokeyError
from radiokey.guide.assumed import spoken_assumptions
from radiokey.headunit.device import Device
from radiokey.headunit.events import Ignition, SupplyLost, SupplyRestored, TimeWent, UnitEvent
from radiokey.headunit.first_press import Opening
from radiokey.headunit.lock import State as LockState
from radiokey.headunit.panel import Cycle
from radiokey.headunit.unit import Design, HeadUnit
from radiokey.language.speech import gettext
from radiokey.vehicle.hand import events_of
from radiokey.web.draw import display_svg
from radiokey.web.http.build import build_name
from radiokey.web.http.forms import ActForm, WebRequest, read
from radiokey.web.http.problems import status_of
from radiokey.web.http.render import NO_STORE, Pages
from radiokey.web.owner.code import code_of
from radiokey.web.owner.number import PRIVATE
from radiokey.web.owner.practice_plug import PlugState, PracticePlug
from radiokey.web.site import Site

DEVICE: Final = "practice device"
SKIPS: Final = {"minute": MINUTE_MS, "ten": 10 * MINUTE_MS, "hour": HOUR_MS}
HELD_MS_MAX: Final = 60_000
WENT_MS_MAX: Final = HOUR_MS
PRESSED_MS: Final = 120
"""How long a press of a form is, which has no finger."""
EVENTS_MAX: Final = 64
TYPED_MAX: Final = 256
IMAGE_TEXT_MAX: Final = 16_384
_TIMED: Final = frozenset({"hold", "time"})


class OwnerAction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing the owner did: `what` names it; `key`, `ms` and `typed` where it has them."""

    what: Annotated[str, msgspec.Meta(max_length=16)]
    key: Annotated[str, msgspec.Meta(max_length=64)] = ""
    ms: Annotated[int, msgspec.Meta(ge=0, le=WENT_MS_MAX)] = 0
    typed: Annotated[str, msgspec.Meta(max_length=TYPED_MAX)] = ""


class OwnerActions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the owner did since the last answer, and the sealed radio it was done to."""

    image: Annotated[str, msgspec.Meta(max_length=IMAGE_TEXT_MAX)]
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
            gettext("how a code is entered on this radio is not known, so it cannot be practised"),
            hint=gettext("the car's handbook shows the keys; a photo of that page answers it"),
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


class Sealed(msgspec.Struct, frozen=True, array_like=True):
    """A practice radio as it travels: its `way`, the image of its unit, its plug where it has one."""

    way: int
    image: bytes
    plug: PlugState | None = None


class PracticeRadio:
    """One practice radio: the unit, the way its entry opens, and its plug where its code may be seen."""

    def __init__(self, site: Site, model: Model, unit: HeadUnit, way: int, plug: PlugState | None) -> None:
        self.unit = unit
        self.way = way
        self.plug = None if plug is None else PracticePlug(unit, model.id, plug, site.base.randomness)

    @classmethod
    def unsealed(cls, site: Site, model: Model, text: str) -> Self:
        """Return the radio in `text`; raise `InputError` if it is not of this site and model."""
        opened = site.practice_seal.open(text, model.id)
        if opened is None:
            raise InputError(
                gettext("this practice radio was not made here"), hint=gettext("begin with a new one")
            )
        try:
            sealed = msgspec.msgpack.decode(zlib.decompress(opened), type=Sealed)
        except (zlib.error, msgspec.DecodeError) as error:  # of a version before this one
            raise InputError(
                gettext("this practice radio is of an older version"), hint=gettext("begin with a new one")
            ) from error
        unit = HeadUnit.from_image(design_of(model, sealed.way), sealed.image, key=site.purpose_key(DEVICE))
        return cls(site, model, unit, sealed.way, sealed.plug)

    def sealed(self, site: Site, model: Model) -> str:
        """Return the radio as text that only this site can read or make."""
        plug = None if self.plug is None else self.plug.state
        content = msgspec.msgpack.encode(Sealed(self.way, self.unit.image(), plug))
        return site.practice_seal.seal(zlib.compress(content), model.id)

    def do(self, action: OwnerAction) -> None:
        """Do what the owner did; raise `InputError` for what nobody can do with a radio."""
        if action.what == "plug" and self.plug is not None:
            self.plug.own.do(action.key, action.typed)
            return
        for event in unit_events(action):
            if self.plug is None:
                self.unit.handle(event)
            else:
                self.plug.ecu.handle(event)


def unit_events(action: OwnerAction) -> list[UnitEvent]:
    """Return the events of the unit for this action; raise `InputError` for one that does not exist."""
    if action.what == "press":
        held = events_of("hold", action.key, min(action.ms, HELD_MS_MAX)) or []
        return [TimeWent(action.ms), *held]
    if action.what == "skip" and action.key in SKIPS:
        return [TimeWent(SKIPS[action.key])]
    events = events_of(action.what, action.key, action.ms if action.what in _TIMED else None)
    if events is None:
        raise InputError(
            gettext("that is nothing one can do with a radio"), hint=gettext("use the buttons of the page")
        )
    return events


def unit_state(pages: Pages, unit: HeadUnit) -> dict[str, Any]:
    """Return what a page shows of a unit: pictures, sentences, which switches are on."""
    screen, status, around = unit.screen, unit.status, unit.around
    return {
        "display": display_svg(screen.text, unit.design.display, lit=screen.lit, blinking=screen.blinking),
        "says": pages.render("radio_says.html", unit=unit, screen=screen, status=status),
        "sound": screen.sound.value,
        "again_ms": status.next_change_ms,
        "clock_ms": status.wait_left_ms if status.clock_runs else None,
        "pressed": {
            "battery": around.supply,
            "ignition": around.ignition is not Ignition.OFF,
            "engine": around.engine,
            "radio": around.radio_on,
        },
        "over": status.state in {LockState.PERMANENT, LockState.FAULT},
    }


def page_state(site: Site, model: Model, radio: PracticeRadio) -> dict[str, Any]:
    """Return what the page shows: the unit, the sealed image, and what is new at its plug."""
    shown = {"image": radio.sealed(site, model), **unit_state(site.pages, radio.unit)}
    return shown if radio.plug is None else shown | plug_state(site.pages, radio.plug)


def plug_state(pages: Pages, plug: PracticePlug) -> dict[str, Any]:
    """Return what is new at the plug, as rows; what was heard last; the session of the tester."""
    entries, _ = plug.traffic.since(plug.shown)
    heard = [one.described for one in entries if one.wire is Wire.NONE and not one.to_unit]
    return {
        "rows": pages.render("plug_rows.html", entries=entries, timed=False),
        "heard": f"{heard[-1].name}: {heard[-1].means}" if heard else "",
        "session": SESSIONS[plug.own.tester.session] if plug.own.plugged else gettext("not connected"),
    }


def new_unit(site: Site, model: Model, code: Code, way: int) -> HeadUnit:
    """Return a unit that was without supply overnight and now asks for its code."""
    return begun_unit(design_of(model, way), code, Device(site.purpose_key(DEVICE)))


def begun_unit(design: Design, code: Code, device: Device) -> HeadUnit:
    """Return a unit as each practice begins with: it was without supply overnight and asks for its code."""
    unit = HeadUnit.made(design, code, device=device)
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
    unit = new_unit(site, model, practice_code(design_of(model, way)), way)
    return _page(site, model, PracticeRadio(site, model, unit, way, PlugState()))


@get("/practice/{model_id:str}/at/{image:str}", sync_to_thread=False)
def show_practice_as_it_is(
    site: NamedDependency[Site], model_id: FromPath[str], image: FromPath[str]
) -> Response[str]:
    """Show a practice radio as a form left it."""
    model = _practised(site, model_id)
    return _page(site, model, _plugged(site, model, image), at_once=True)


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
    radio = PracticeRadio(site, model, new_unit(site, model, code, way), way, None)
    return _page(site, model, radio, code=code, back=here)


def _practised(site: Site, model_id: str) -> Model:
    """Return a model that can be practised on; raise `InputError`, `MissingFactError`."""
    model = site.model(model_id)
    assert model is not None, "an id was given"
    design_of(model, 0)
    return model


def _plugged(site: Site, model: Model, image: str) -> PracticeRadio:
    """Return the radio in an image that may stand in an address, as one with an own code may not.

    Raises `InputError`.
    """
    radio = PracticeRadio.unsealed(site, model, image)
    if radio.plug is None:
        raise InputError(
            gettext("this one practises with an own code, and needs JavaScript"),
            hint=gettext("go back to the keys"),
        )
    return radio


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


def _page(  # noqa: PLR0913 - what differs between the three ways to a radio
    site: Site,
    model: Model,
    radio: PracticeRadio,
    *,
    code: Code | None = None,
    back: str = "",
    at_once: bool = False,
) -> Response[str]:
    """Show a radio; `at_once`: with what was said at its plug before."""
    if radio.plug is not None and at_once:
        radio.plug.shown = 0
    design = radio.unit.design
    asked = {"entry_start", "entry_first"} if openings_of(model) else set()
    return site.pages.show(
        "radio.html",
        headers=PRIVATE if back else NO_STORE,
        model=model,
        shown=page_state(site, model, radio),
        way=radio.way if asked else None,
        code=(code or practice_code(design)).reveal(),
        back=back,
        forms=radio.plug is not None,
        # What was done to a radio that an address holds, nobody can replay; one with an own code stays here.
        table="" if back or at_once else f"/practice/{model.id}/table/{build_name()}?way={radio.way}",
        assumed=spoken_assumptions(name for name in model.assumed() if name not in asked),
        **radio_values(design, face_of(model.id)),
    )


def radio_values(design: Design, look: Face) -> dict[str, Any]:
    """Return what a page of a radio shows of its design; `look` is its face."""
    confirm = design.panel.confirm
    return {
        "look": look,
        "panel_columns": max(key.at[0] for key in design.panel.keys) + 1,
        "keys": design.panel.keys,
        "hold": getattr(confirm, "hold_ms", 0),
        "confirm": getattr(confirm, "key", ""),
        "pressed_ms": PRESSED_MS,
        "asks": {group: {word: said for word, (said, _) in words.items()} for group, words in ASKS.items()},
        "no_ask": () if design.policy.second_lock else ("synchronise",),
        "code_word": CODE,
        "raw_word": RAW,
    }


@post("/practice/{model_id:str}/did", status_code=200)
async def handle_actions(
    site: NamedDependency[Site], model_id: FromPath[str], request: Request[None, None, State]
) -> Response[dict[str, Any]]:
    """Apply the owner's actions to the sealed radio, and return what it shows now."""
    try:
        actions = msgspec.json.decode(await request.body(), type=OwnerActions)
        model = _practised(site, model_id)
        radio = PracticeRadio.unsealed(site, model, actions.image)
        for one in actions.did:
            radio.do(one)
    except (msgspec.DecodeError, UnicodeDecodeError):
        problem: RadiokeyError = InputError(
            gettext("this is not what the page sends"), hint=gettext("begin with a new radio")
        )
        return _refused(problem)
    except RadiokeyError as problem:
        return _refused(problem)
    return Response(page_state(site, model, radio), headers=dict(NO_STORE))


@post("/practice/{model_id:str}")
async def handle_form(site: NamedDependency[Site], model_id: FromPath[str], request: WebRequest) -> Redirect:
    """Do what a form says to the sealed radio, and lead to the page of the radio as it is then."""
    form = await read(request, ActForm)
    model = _practised(site, model_id)
    radio = _plugged(site, model, form.image)
    action = action_of(form.did, form.typed)
    radio.do(action)
    place = "plug" if action.what == "plug" else "radio"
    here = f"/practice/{model.id}/at/{radio.sealed(site, model)}#{place}"
    return Redirect(here, status_code=303, headers=NO_STORE)


def action_of(did: str, typed: str = "") -> OwnerAction:
    """Return what a button of a form says: `press 120 4`, `radio off`, `plug vin`; raise `InputError`."""
    what, _, key = did.partition(" ")
    ms = "0"
    if what == "press":
        ms, _, key = key.partition(" ")
    try:
        return msgspec.convert(
            {"what": what, "key": key, "ms": ms, "typed": typed}, OwnerAction, strict=False
        )
    except msgspec.ValidationError as error:
        raise InputError(
            gettext("that is nothing one can do with a radio"), hint=gettext("use the buttons of the page")
        ) from error


def _refused(problem: RadiokeyError) -> Response[dict[str, Any]]:
    content = {"problem": problem.sentence, "hint": problem.hint}
    return Response(content, status_code=status_of(problem), headers=dict(NO_STORE))


HANDLERS: Final = (
    list_radios,
    show_practice,
    show_practice_as_it_is,
    show_practice_with_own_code,
    handle_actions,
    handle_form,
)
