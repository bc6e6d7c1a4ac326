"""The registrar's import: a file of modest size is checked first, and can then be imported.

Nothing of the file is kept between the two: the registrar sends it again, and only the very file that was
looked at enters. It is never written to disk here, for its codes are in clear.
"""

import hashlib
from typing import Final

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from radiokey.base.identity.roles import Permission
from radiokey.base.units.csv_reader import COLUMNS, Reason, Refusal, UnitFile, reason_text
from radiokey.base.units.importer import Preview, UnitImporter, preview
from radiokey.errors import ChangedMeanwhileError, InputError, RadiokeyError, UsageError
from radiokey.language.speech import gettext, later, number
from radiokey.web.http.forms import FIELDS_MAX, Short, Text, convert
from radiokey.web.http.render import NO_STORE
from radiokey.web.http.uploads import is_too_long
from radiokey.web.site import Site
from radiokey.web.staff.page import (
    StaffForm,
    StaffRequest,
    lead_back,
    requires,
    run_in_thread,
    said_of,
    show_page,
)

PAGE: Final = "/registrar/import"
CHOOSE_AGAIN: Final = later("nothing of the file was kept, so choose it again")
FILE_BYTES_MAX: Final = 1_000_000
"""About 20,000 units. A larger upload would be put on disk on its way here."""
BODY_BYTES_MAX: Final = FILE_BYTES_MAX + 20_000
REFUSED_SHOWN: Final = 200


class ImportForm(StaffForm, frozen=True, kw_only=True):
    """What is to be done with the file: `sha256` is the file that was looked at, empty to look first."""

    sha256: Text = ""


class DoneForm(StaffForm, frozen=True, kw_only=True):
    """Which file's import to show."""

    done: Short = ""


class LookedAt(msgspec.Struct, frozen=True):
    """What an import would do, as its page shows it: nothing of the file but counts, lines and columns."""

    sha256: str
    units: list[tuple[str, str, int]]
    refused: int
    shown: list[tuple[str, int, str]]
    resumed_at: int


@get(PAGE, sync_to_thread=True, opt=requires(Permission.UNIT_IMPORT))
def show_import(
    site: NamedDependency[Site], request: StaffRequest, done: FromQuery[str] = ""
) -> Response[str]:
    """Ask for a file; show what the import of one would do, or how far it came."""
    form, said, step = convert({"done": done}, DoneForm), said_of(site, request), None
    if form.done:
        with site.base.unit_store().snapshot() as seen:
            step = seen.import_step(form.done)
    looked = msgspec.json.decode(said.typed["looked"], type=LookedAt) if "looked" in said.typed else None
    return show_page(
        site,
        request,
        "registrar/import.html",
        step=step,
        found=looked,
        refused=[(reason_text(Reason(reason)), line, column) for reason, line, column in looked.shown]
        if looked
        else [],
        columns=COLUMNS,
        kilobytes=FILE_BYTES_MAX // 1000,
        models=site.catalogue.models,
    )


@post(PAGE, request_max_body_size=BODY_BYTES_MAX, opt=requires(Permission.UNIT_IMPORT))
async def import_units(site: NamedDependency[Site], request: StaffRequest) -> Redirect:
    """Look at a file, or import the one that was looked at."""
    if is_too_long(request, BODY_BYTES_MAX):
        return lead_back(site, request, PAGE, _too_large(), hint=gettext(CHOOSE_AGAIN))
    sent = await request.form()
    file = sent.get("file")
    data = await file.read() if isinstance(file, UploadFile) else b""
    texts = {name: value for name, value in sent.items() if isinstance(value, str)}
    form = convert(texts, ImportForm, min(len(sent), FIELDS_MAX + 1))
    return await run_in_thread(site, lambda: _import(site, request, form, data))


def _import(site: Site, request: StaffRequest, form: ImportForm, data: bytes) -> Redirect:
    digest = hashlib.sha256(data).hexdigest()
    refused: list[Refusal] = []
    try:
        if not data:
            raise InputError(gettext("no file was chosen"), hint=gettext("choose the CSV file"))
        if len(data) > FILE_BYTES_MAX:
            raise _too_large()
        if form.sha256 and form.sha256 != digest:
            raise ChangedMeanwhileError(
                gettext("this is not the file that was looked at"), hint=gettext("look at it first")
            )
        with UnitFile(data) as units:
            if not form.sha256:
                found = preview(site.base.unit_store(), units, refuse=refused.extend)
                looked = msgspec.json.encode(_looked_at(found, refused, digest)).decode()
                return lead_back(site, request, PAGE, typed={"looked": looked})
            ring = site.base.key_ring()
            UnitImporter(site.base.unit_store(), ring, site.clock, site.base.randomness, request.auth.by).run(
                units
            )
    except RadiokeyError as problem:
        return lead_back(site, request, PAGE, problem, hint=gettext(CHOOSE_AGAIN))
    return Redirect(f"{PAGE}?done={digest}", status_code=303, headers=NO_STORE)


def _looked_at(found: Preview, refused: list[Refusal], sha256: str) -> LookedAt:
    return LookedAt(
        sha256=sha256,
        units=[(model, market, count) for (model, market), count in sorted(found.units.items())],
        refused=found.refused,
        shown=[(one.reason.value, one.line, one.column) for one in refused[:REFUSED_SHOWN]],
        resumed_at=found.resumed_at,
    )


def _too_large() -> UsageError:
    return UsageError(
        gettext("a page takes files of up to {size} kB", size=number(FILE_BYTES_MAX // 1000)),
        hint=gettext(
            "on the machine of the base: radiokey base import FILE --preview, then without --preview"
        ),
    )


HANDLERS: Final = (show_import, import_units)
