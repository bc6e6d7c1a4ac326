"""Forms become types here, at the edge: one struct per form, every field bounded, unknown fields refused.

What a person typed is kept for the page that shows the error, except a code, which is never echoed.
"""

from typing import Annotated, TypeVar

import msgspec
from litestar import Request
from litestar.datastructures import State

from radiokey.digits import parse_digits
from radiokey.errors import RequestReusedError, UsageError
from radiokey.language.speech import gettext

Text = Annotated[str, msgspec.Meta(max_length=500)]
Short = Annotated[str, msgspec.Meta(max_length=64)]
Answer = Annotated[str, msgspec.Meta(max_length=16_384)]
"""What a passkey answered, as JSON."""
FIELDS_MAX = 24

F = TypeVar("F", bound="Form")
WebRequest = Request[None, None, State]


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A form. Every field is text; a box that is not ticked is missing."""


class NumberForm(Form, frozen=True, kw_only=True):
    """The number, as a person copied it, and what is known of the radio."""

    text: Text = ""
    make: Short = ""
    car: Text = ""
    model: Short = ""
    say: Text = ""
    word: Short = ""
    shows: Short = ""
    errors: Short = ""
    refused: Short = ""


class StartForm(Form, frozen=True, kw_only=True):
    """What an owner has: what the radio shows, the number on it, the car or the radio; `at`: in the guide."""

    say: Text = ""
    text: Text = ""
    car: Text = ""
    at: Text = ""


class SearchForm(Form, frozen=True, kw_only=True):
    """A radio by its car or its name; what the display shows, or where the guide asked for the radio."""

    search: Text = ""
    say: Text = ""
    at: Text = ""


class CodeForm(NumberForm, frozen=True, kw_only=True):
    """The request for a code: the number again, the car's number, the statement of ownership."""

    request_id: Short = ""
    vin: Short = ""
    owns: Short = ""


class CoachForm(Form, frozen=True, kw_only=True):
    """The code on its way to coach or practice radio: from our own page or from the owner's papers.

    `visit` is that of the code, where it was released here.
    """

    model: Short = ""
    code: Annotated[str, msgspec.Meta(max_length=32)] = ""
    errors: Short = ""
    refused: Short = ""
    visit: Annotated[str, msgspec.Meta(max_length=4096)] = ""

    def __repr__(self) -> str:
        return f"CoachForm(model={self.model!r}, code=****)"


class ReportForm(Form, frozen=True, kw_only=True):
    """What an answer was about that was wrong, as it was typed; it is masked before it is shown."""

    what: Short = ""
    text: Text = ""
    model: Short = ""
    make: Short = ""
    errors: Short = ""
    wrong: Short = ""


class LeafletForm(Form, frozen=True, kw_only=True):
    """Which radio a leaflet is for."""

    model: Short = ""


class LabForm(Form, frozen=True, kw_only=True):
    """How many codes there are; whether the picture is a narrow one."""

    codes: Short = ""
    narrow: Short = ""


class LanguageForm(Form, frozen=True, kw_only=True):
    """Another language, and the address of the page it was chosen on."""

    language: Short = ""
    back: Annotated[str, msgspec.Meta(max_length=8_192)] = ""


class PollForm(Form, frozen=True, kw_only=True):
    """One answer to the poll, for a radio or for none."""

    model: Short = ""
    often: Short = ""


class ReminderForm(Form, frozen=True, kw_only=True):
    """A reminder: the month a battery was fitted, or how often to look for software."""

    model: Short = ""
    fitted: Short = ""
    every: Short = ""


class WaitForm(Form, frozen=True, kw_only=True):
    """How many wrong codes, on which radio."""

    model: Short = ""
    errors: Short = ""
    holds: Short = ""
    refused: Short = ""


class LookForm(Form, frozen=True, kw_only=True):
    """The answer to "was it on all the time?"."""

    minutes: Short = ""


class DealerCodeForm(CodeForm, frozen=True, kw_only=True):
    """A code that the dealer gave, the radio it is for, and what its owner said of it before."""

    code: Annotated[str, msgspec.Meta(max_length=32)] = ""

    def __repr__(self) -> str:
        return f"DealerCodeForm(model={self.model!r}, code=****)"


class RequestForm(Form, frozen=True, kw_only=True):
    """What an owner tells the desk; `once` names the form, so that sending it twice opens one request."""

    once: Annotated[str, msgspec.Meta(max_length=200)] = ""
    text: Text = ""
    make: Short = ""
    model: Short = ""
    vin: Short = ""
    email: Annotated[str, msgspec.Meta(max_length=254)] = ""


class SaidForm(Form, frozen=True, kw_only=True):
    """A message to the desk."""

    text: Annotated[str, msgspec.Meta(max_length=4_000)] = ""


class SeenForm(Form, frozen=True, kw_only=True):
    """The number of the act that was the last one when the page was made."""

    seen: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,6}$")]

    @property
    def number(self) -> int:
        """The number."""
        return int(self.seen)


class ReceiptForm(Form, frozen=True, kw_only=True):
    """A receipt to check."""

    receipt: Annotated[str, msgspec.Meta(max_length=40_000)] = ""


class ActForm(Form, frozen=True, kw_only=True):
    """What was done to a radio or asked at its plug, with the sealed radio where there is one."""

    image: Answer = ""
    did: Annotated[str, msgspec.Meta(max_length=128)] = ""
    typed: Annotated[str, msgspec.Meta(max_length=256)] = ""

    def __repr__(self) -> str:
        return f"ActForm({self.did!r})"


async def read(request: WebRequest, kind: type[F]) -> F:
    """Return the form of a POST request; raise `UsageError` where it is not this form."""
    fields = await request.form()
    return convert(
        {name: value for name, value in fields.items() if isinstance(value, str)}, kind, len(fields)
    )


def read_query(request: WebRequest, kind: type[F]) -> F:
    """Return what an address says of a form, whatever else it says; raise `UsageError` where it is none."""
    said = request.query_params
    return convert({name: said[name] for name in kind.__struct_fields__ if name in said}, kind)


def convert(fields: dict[str, str], kind: type[F], count: int | None = None) -> F:
    """Return `fields` as a form of `kind`; raise `UsageError` where they are not one."""
    if (count if count is not None else len(fields)) > FIELDS_MAX:
        raise UsageError(
            gettext("the form has more fields than any form here"), hint=gettext("open the page again")
        )
    try:
        return msgspec.convert(fields, kind)
    except msgspec.ValidationError as error:
        raise UsageError(
            gettext("the form is not as it should be: {error}", error=_plain(error)),
            hint=gettext("open the page again"),
        ) from None


def _plain(error: msgspec.ValidationError) -> str:
    """Say which field, never what stood in it."""
    return str(error).replace("`", "").replace("Object", "it")


def count(text: str, most: int = 99) -> int | None:
    """Return the number of wrong codes in `text`, `None` where it says that it is not known."""
    if text in {"", "?"}:
        return None
    says = gettext("a number of wrong codes from 0 to {most} is expected", most=most)
    return parse_digits(text, most, says=says, hint=gettext("leave it empty if you do not know"))


def opened_another() -> RequestReusedError:
    """Return what is said of a form that opened a request already and was changed since; it is fresh now."""
    return RequestReusedError(
        gettext("this form has opened a request already, with other words"),
        hint=gettext("that one stays as it is; sent once more, this opens another one"),
    )
