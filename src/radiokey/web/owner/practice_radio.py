"""The practice radio: a real `HeadUnit`, with supply, ignition and time under the owner's hand.

The server keeps no practice radio. Its whole state, the unit's image, travels with every request, sealed
with a key of the site: the page holds it, cannot read it, and cannot change it. A radio thrown away is gone.
The browser only sends what the fingers did and draws what it is told; which state the lock is in, and how
long it waits, is decided here.

A practice radio opens with a practice code, which the page says. Who comes from the coach practises with the
own code; it comes in the body of a form and leaves only inside the sealed image.
"""

import base64
import binascii
from typing import Annotated, Any, Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from radiokey.base.bootstrap import SystemRandomness
from radiokey.catalogue.model import Model
from radiokey.clock import HOUR_MS, MINUTE_MS
from radiokey.code.value import Code
from radiokey.errors import InputError, MissingFactError, RadiokeyError
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
from radiokey.headunit.lock import State as LockState
from radiokey.headunit.unit import Design, HeadUnit
from radiokey.web.draw import display_svg
from radiokey.web.http.forms import CoachForm, WebRequest, read
from radiokey.web.http.problems import status_of
from radiokey.web.http.render import NO_STORE
from radiokey.web.site import Site

PURPOSE: Final = "practice"
DEVICE: Final = "practice device"
NONCE_SIZE: Final = 12
SKIPS: Final = {"minute": MINUTE_MS, "ten": 10 * MINUTE_MS, "hour": HOUR_MS}
HELD_MS_MAX: Final = 60_000
WENT_MS_MAX: Final = HOUR_MS
HAPPENINGS_MAX: Final = 64


class Did(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing the owner did: `what` names it; `key` and `ms` where it has them."""

    what: Annotated[str, msgspec.Meta(max_length=16)]
    key: Annotated[str, msgspec.Meta(max_length=64)] = ""
    ms: Annotated[int, msgspec.Meta(ge=0, le=WENT_MS_MAX)] = 0


class Acts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the owner did since the last answer, and the sealed radio it was done to."""

    image: Annotated[str, msgspec.Meta(max_length=16_384)]
    did: Annotated[list[Did], msgspec.Meta(max_length=HAPPENINGS_MAX)]


def design_of(model: Model) -> Design:
    """Return what the practice unit is built from; raise `MissingFactError` where the panel is not known."""
    design = model.design()
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


def seal(site: Site, model_id: str, image: bytes) -> str:
    """Return the image as text that only this site can read or make."""
    nonce = SystemRandomness().bytes(NONCE_SIZE)
    sealed = AESGCM(site.purpose_key(PURPOSE)).encrypt(nonce, image, model_id.encode())
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def unseal(site: Site, model_id: str, text: str) -> bytes:
    """Return the image in `text`; raise `InputError` if it is not this site's, or another model's."""
    try:
        raw = base64.b64decode(text, altchars=b"-_", validate=True)
        opened = AESGCM(site.purpose_key(PURPOSE)).decrypt(
            raw[:NONCE_SIZE], raw[NONCE_SIZE:], model_id.encode()
        )
    except (binascii.Error, ValueError, InvalidTag) as error:
        raise InputError("this practice radio was not made here", hint="begin with a new one") from error
    return opened


def happening(did: Did) -> list[UnitEvent]:
    """Return what happened to the unit when the owner did this; raise `InputError` for what nobody can do."""
    match did.what:
        case "press":
            return [TimeWent(did.ms), KeyPressed(did.key, min(did.ms, HELD_MS_MAX))]
        case "time":
            return [TimeWent(did.ms)]
        case "skip" if did.key in SKIPS:
            return [TimeWent(SKIPS[did.key])]
        case "cut":
            return [SupplyLost()]
        case "supply":
            return [SupplyRestored()]
        case "ignition" if did.key in set(Ignition):
            return [IgnitionTurned(Ignition(did.key))]
        case "engine":
            return [EngineRan(did.key == "on")]
        case "radio":
            return [RadioSwitched(did.key == "on")]
        case _:
            raise InputError("that is nothing one can do with a radio", hint="use the buttons of the page")


def told(site: Site, model: Model, unit: HeadUnit) -> dict[str, Any]:
    """Return what the page is told: pictures, sentences, the sealed image. It draws nothing else."""
    screen, status = unit.screen, unit.status
    around = unit.around
    return {
        "image": seal(site, model.id, unit.image()),
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


def new_unit(site: Site, model: Model, code: Code) -> HeadUnit:
    """Return a unit that was without supply overnight and now asks for its code."""
    design = design_of(model)
    unit = HeadUnit.made(design, code, device=Device(site.purpose_key(DEVICE)))
    for happened in (SupplyLost(), TimeWent(HOUR_MS), SupplyRestored()):
        unit.happen(happened)
    return unit


@get("/practice", sync_to_thread=False)
def choose(site: NamedDependency[Site]) -> Response[str]:
    """List the radios that can be practised on."""
    models = [model for model in site.catalogue.models.values() if model.panel is not None]
    return site.pages.show("owner/practice.html", models=sorted(models, key=lambda one: one.name.casefold()))


@get("/practice/{model_id:str}", sync_to_thread=False)
def practise(site: NamedDependency[Site], model_id: FromPath[str]) -> Response[str]:
    """Show a practice radio with a practice code."""
    model = site.model(model_id)
    assert model is not None
    return _page(site, model, practice_code(design_of(model)), own=False)


@post("/practice/{model_id:str}", status_code=200)
async def practise_own(
    site: NamedDependency[Site], model_id: FromPath[str], request: WebRequest
) -> Response[str]:
    """Show a practice radio with the owner's own code, which came in the form's body."""
    form = await read(request, CoachForm)
    model = site.model(model_id)
    assert model is not None
    return _page(site, model, Code.typed(form.code), own=True)


def _page(site: Site, model: Model, code: Code, *, own: bool) -> Response[str]:
    unit = new_unit(site, model, code)
    return site.pages.show(
        "radio.html",
        headers=NO_STORE,
        model=model,
        told=told(site, model, unit),
        code="" if own else code.reveal(),
        panel_columns=max(key.at[0] for key in unit.design.panel.keys) + 1,
        keys=unit.design.panel.keys,
        assumed=model.assumed(),
        hold=getattr(unit.design.panel.confirm, "hold_ms", 0),
        confirm=getattr(unit.design.panel.confirm, "key", ""),
    )


@post("/practice/{model_id:str}/did", status_code=200)
async def did(
    site: NamedDependency[Site], model_id: FromPath[str], request: Request[None, None, State]
) -> Response[dict[str, Any]]:
    """Let what the owner did happen to the sealed radio, and tell what it shows now."""
    try:
        acts = msgspec.json.decode(await request.body(), type=Acts)
        model = site.model(model_id)
        assert model is not None
        unit = HeadUnit.from_image(
            design_of(model), unseal(site, model_id, acts.image), key=site.purpose_key(DEVICE)
        )
        for one in acts.did:
            for happened in happening(one):
                unit.happen(happened)
    except (msgspec.DecodeError, UnicodeDecodeError):
        problem: RadiokeyError = InputError("this is not what the page sends", hint="begin with a new radio")
        return _refused(problem)
    except RadiokeyError as problem:
        return _refused(problem)
    return Response(told(site, model, unit), headers=dict(NO_STORE))


def _refused(problem: RadiokeyError) -> Response[dict[str, Any]]:
    content = {"problem": problem.sentence, "hint": problem.hint}
    return Response(content, status_code=status_of(problem), headers=dict(NO_STORE))


HANDLERS: Final = (choose, practise, practise_own, did)
