"""The number off a photo of the label: read on the owner's phone or, if the owner says so, by this site.

On the phone a script finds barcodes and, if the owner loads what it takes, print; only texts come here, and
what they mean is said by the same reading that the site's own photos go through. A photo that is sent is read
in a confined process and kept nowhere: it is closed, in memory and on disk, before the answer is made.
"""

from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State, UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from radiokey.confined.content import BYTES_MAX
from radiokey.errors import InputError, RadiokeyError, SerialError, TryLaterError, UsageError
from radiokey.label.marks import Code, Line, Marks
from radiokey.label.photo import LabelReading
from radiokey.label.read import Candidate, of_one_number, read_marks, telling
from radiokey.language.speech import gettext
from radiokey.web.http.forms import NumberForm, Short, Text, WebRequest, convert, read_query
from radiokey.web.http.labels import look_again, nothing_on
from radiokey.web.http.phone_reader import find_phone_reader
from radiokey.web.http.problems import headers_of_problem, status_of
from radiokey.web.http.render import NO_STORE
from radiokey.web.http.visits import PhotoNumber, Visit
from radiokey.web.owner.number import address_with, headers_for, lead_to, make_of, visit_of, with_problem
from radiokey.web.site import Site

PHOTO_BYTES_MAX: Final = BYTES_MAX + 64 * 1024
CODES_MAX: Final = 32
CODE_LENGTH_MAX: Final = 500
LINES_MAX: Final = 128
WAITING_MAX: Final = 8
"""So many photos wait until one is read; each takes some two seconds."""
CAMERA: Final = {"Permissions-Policy": "camera=(self), microphone=(), geolocation=()"}
"""What the pages with the camera carry; every other page of the site has none."""
PAGE: Final = "photo"
_JSON: Final = "application/json"


Lines = Annotated[tuple[Line, ...], msgspec.Meta(max_length=LINES_MAX)]


class PhoneMarks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a phone found on its picture, in pixels of it, and what is known of the radio.

    Barcodes, and print as each of two passes read it.
    """

    width: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    height: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    codes: Annotated[tuple[Code, ...], msgspec.Meta(max_length=CODES_MAX)]
    first: Lines = ()
    second: Lines = ()
    make: Short = ""
    car: Text = ""
    model: Short = ""


@get("/number/photo", sync_to_thread=False)
def photo(site: NamedDependency[Site], request: WebRequest) -> Response[str]:
    """Ask for a photo of the label."""
    return _photo_page(site, visit_of(read_query(request, NumberForm)))


@get("/road/{visit:str}/photo", sync_to_thread=False)
def photo_read(site: NamedDependency[Site], visit: FromPath[str]) -> Response[str]:
    """Say what stands on a photo that this site read, or why nothing does."""
    return _photo_page(site, site.visits.open(visit))


def _photo_page(site: Site, visit: Visit) -> Response[str]:
    return site.pages.show(
        "owner/photo.html",
        status=visit.problem.status if visit.problem else 200,
        headers={**headers_for(visit), **CAMERA, **headers_of_problem(visit.problem)},
        form=visit,
        numbers=[(one, dict(one.look_again)) for one in visit.photo],
        known={name: getattr(visit, name) for name in NumberForm.__struct_fields__ if name != "text"},
        problem=visit.problem,
        reads=site.photos is not None,
        phone=find_phone_reader(),
        own=site.base.organisation is None,
        typing=address_with("/number", visit),
    )


@post("/number/photo/marks", status_code=200)
async def read_phone_marks(
    site: NamedDependency[Site], request: Request[None, None, State]
) -> Response[dict[str, Any]]:
    """Say which of the texts that a phone found is the number, and where to look again."""
    try:
        seen = msgspec.json.decode(await request.body(), type=PhoneMarks)
        if any(len(code.text) > CODE_LENGTH_MAX for code in seen.codes):
            raise InputError(
                gettext("this barcode holds more than any label's"), hint=gettext("type the number")
            )
        visit = Visit(make=seen.make, car=seen.car, model=seen.model)
        reading = read_marks(
            Marks(seen.width, seen.height, seen.codes, seen.first, seen.second),
            make=make_of(visit),
            radio=site.model(visit.model),
        )
        return _answer(site, visit, reading, seen.codes)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _refused(
            InputError(gettext("this is not what the page sends"), hint=gettext("open the page again"))
        )
    except RadiokeyError as problem:
        return _refused(problem)


@post("/number/photo", request_max_body_size=PHOTO_BYTES_MAX)
async def send_photo(site: NamedDependency[Site], request: WebRequest) -> Redirect | Response[dict[str, Any]]:
    """Read a photo that its owner sends, and lead to what stands on it; a script is answered at once."""
    scripted = request.headers.get("accept", "") == _JSON
    visit = Visit()
    fields = await request.form()
    try:
        texts = {name: value for name, value in fields.items() if isinstance(value, str)}
        visit = visit_of(convert(texts, NumberForm, len(fields)))
        file = fields.get(PAGE)
        data = await file.read(BYTES_MAX + 1) if isinstance(file, UploadFile) else b""
    except RadiokeyError as problem:
        return _refused(problem) if scripted else lead_to(site, with_problem(visit, PAGE, problem), "/photo")
    finally:
        await fields.close()
    try:
        reading = await _read(site, request, visit, data)
    except RadiokeyError as problem:
        return _refused(problem) if scripted else lead_to(site, with_problem(visit, PAGE, problem), "/photo")
    if scripted:
        return _answer(site, visit, reading)
    if not reading.candidates:
        return lead_to(site, with_problem(visit, PAGE, nothing_on(reading)), "/photo")
    numbers = tuple(_number(site, visit, one) for one in reading.candidates)
    return lead_to(site, msgspec.structs.replace(visit, photo=numbers), "/photo")


async def _read(site: Site, request: WebRequest, visit: Visit, data: bytes) -> LabelReading:
    """Return what a photo says; raise `PhotoError`, `LimitReachedError`, `TryLaterError`, `OurFaultError`."""
    photos = site.photos
    if photos is None:
        raise UsageError(gettext("this site does not read photos"), hint=gettext("type what is on the label"))
    if not data:
        raise UsageError(gettext("no photo was chosen"), hint=gettext("choose or take one, then send it"))
    if site.photos_waiting >= WAITING_MAX:
        raise TryLaterError(
            gettext("many photos are being read right now"),
            hint=gettext("type the number, or try in a minute"),
        )
    model, client, network = site.model(visit.model), site.client(request), site.network(request)

    def work(photo: bytes) -> LabelReading:
        site.base.desk_limits.take("photos", client, network)
        return photos.read(photo, make=make_of(visit), radio=model)

    site.photos_waiting += 1
    try:
        async with site.photo_turns:
            return await site.in_thread(work, data)
    finally:
        site.photos_waiting -= 1


def _answer(
    site: Site, visit: Visit, reading: LabelReading, codes: tuple[Code, ...] = ()
) -> Response[dict[str, Any]]:
    """Return what a script shows: numbers with their places in the picture, or why there is none."""
    numbers = []
    for one in reading.candidates:
        number = _number(site, visit, one, codes)
        numbers.append(
            {
                "serial": number.serial,
                "text": number.text,
                "look_again": [{"at": at, "said": said} for at, said in number.look_again],
                "quad": one.quad,
            }
        )
    said = "" if numbers else nothing_on(reading).sentence
    content = {
        "candidates": numbers,
        "said": said[:1].upper() + said[1:],
        "sure": reading.sure,
        "telling": bool(telling(reading)),
        "around": of_one_number(reading),
        "width": reading.width,
        "height": reading.height,
    }
    return Response(content, headers=dict(NO_STORE))


def _number(site: Site, visit: Visit, one: Candidate, codes: tuple[Code, ...] = ()) -> PhotoNumber:
    """Return a number with the text that is typed for it: the whole barcode, which tells more than it."""
    texts = [code.text for code in codes if code.quad == one.quad]
    text = next((text for text in texts if _says(site, visit, text, one)), one.serial.text)
    return PhotoNumber(one.serial.text, text, tuple((each.at, look_again(each)) for each in one.suspects))


def _says(site: Site, visit: Visit, text: str, one: Candidate) -> bool:
    """Tell whether a text, typed, is read as that number."""
    try:
        return site.reading(text, make_of(visit), site.model(visit.model)).serial.key == one.serial.key
    except SerialError:
        return False


def _refused(problem: RadiokeyError) -> Response[dict[str, Any]]:
    content: dict[str, Any] = {"problem": problem.sentence, "hint": problem.hint}
    return Response(content, status_code=status_of(problem), headers=dict(NO_STORE))


HANDLERS: Final = (photo, photo_read, read_phone_marks, send_photo)
