"""Bodies of the API become types here: one struct per route, every field bounded, nothing lenient.

A field that is not in the struct, a field twice, a control character, a number for a text: refused, with a
sentence that repeats nothing of what was sent.
"""

import json
from typing import Annotated, Any, Final

import msgspec
from litestar import Request
from litestar.datastructures import State
from litestar.exceptions import ClientException

from radiokey.base.grants.service import GrantKind
from radiokey.base.identity.roles import Permission
from radiokey.code.signed import NUMBER_MAX
from radiokey.web.auth.callers import Caller

END: Final = r"$(?!\n)"
"""The end of a text: in Python `$` alone would let a line end stand after it."""

CLEAN: Final = r"^[^\x00-\x1f\x7f]*" + END
Text = Annotated[str, msgspec.Meta(max_length=500, pattern=CLEAN)]
Needed = Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=CLEAN)]
Short = Annotated[str, msgspec.Meta(max_length=64, pattern=CLEAN)]

JSON_TYPES: Final = ("application/json", "application/json;charset=utf-8")


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A body. It hides what stands in it."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(****)"


class ReleaseBody(Body, frozen=True, kw_only=True):
    """One radio, its number as it is read off the label, and the statement that it is the owner's."""

    serial: Needed
    owns: bool
    model: Short = ""
    make: Short = ""
    vin: Short = ""
    answer: Annotated[str, msgspec.Meta(max_length=32, pattern=CLEAN)] = ""


class AskedBody(Body, frozen=True, kw_only=True):
    """A receipt, or a number and a car."""

    serial: Text = ""
    vin: Short = ""
    make: Short = ""
    receipt: dict[str, Any] | None = None


class StolenBody(Body, frozen=True, kw_only=True):
    """A radio that was stolen."""

    serial: Needed
    reason: Needed
    vin: Short = ""
    label: Text = ""
    make: Short = ""
    model: Short = ""


class ClearingBody(StolenBody, frozen=True, kw_only=True):
    """A report that is to be cleared, and the digest of the papers that say so."""

    papers: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}" + END)]


class GrantBody(Body, frozen=True, kw_only=True):
    """Something to be signed for a unit: what it gave, why, and the digest of the papers."""

    serial: Needed
    what: GrantKind
    number: Annotated[int, msgspec.Meta(ge=0, le=NUMBER_MAX)]
    reason: Needed
    papers: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}" + END)]
    chip: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{32})?" + END)] = ""
    make: Short = ""
    model: Short = ""


class ChallengeBody(Body, frozen=True, kw_only=True):
    """What a navigation unit asks: its bytes in hex, or the lines that it shows."""

    serial: Needed
    challenge: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{2}){0,64}" + END)] = ""
    lines: Annotated[str, msgspec.Meta(max_length=100, pattern=CLEAN)] = ""
    make: Short = ""
    model: Short = ""


class TokenBody(Body, frozen=True, kw_only=True):
    """A token that is to be made."""

    account: Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9._@-]{0,63}" + END)]
    organisation: Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=CLEAN)]
    scopes: Annotated[list[Permission], msgspec.Meta(min_length=1, max_length=32)]
    days: Annotated[int, msgspec.Meta(ge=1, le=400)]


class ApiRequest(Request[Any, Caller, State]):
    """A request whose body is read strictly, as the struct that its route takes."""

    async def json(self) -> Any:  # noqa: ANN401 - whatever the route takes
        """Return the body as the route's struct; raise an HTTP error that repeats nothing of it."""
        kind = self.route_handler.parsed_fn_signature.parameters["data"].annotation
        said = "".join(self.headers.get("content-type", "").split()).lower()
        if said not in JSON_TYPES or self.headers.get("content-encoding", "identity") != "identity":
            raise ClientException(status_code=415)
        return decoded(await self.body(), kind)


def decoded(body: bytes, kind: type[Any]) -> Any:  # noqa: ANN401 - an instance of `kind`
    """Return a body as an instance of `kind`; raise `ClientException`."""
    try:
        value = json.loads(
            body.decode(), object_pairs_hook=_each_once, parse_constant=_no_constant, parse_float=_number
        )
        if b"\\u" in body:
            json.dumps(value, ensure_ascii=False).encode()  # half of a pair of UTF-16 is no character
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise ClientException(extra=[{"message": plain(str(error))}]) from None
    except (ValueError, RecursionError):
        message = "the body is not one JSON object in UTF-8, with each field once"
        raise ClientException(extra=[{"message": message}]) from None


def plain(message: str) -> str:
    """Return what is wrong with a body, without what stood in it."""
    if "unknown field" in message:
        return "it has a field that is none of its own"
    if "Invalid enum value" in message:
        message = "Invalid value" + message[message.rfind(" - ") :]
    return message.replace("`", "").replace("Object", "it")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a field that stands twice: two readers could read two bodies."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _number(text: str) -> float | int:
    """Return a number; to JSON Schema 30.0 is an integer."""
    number = float(text)
    return int(number) if number.is_integer() else number


def _no_constant(_: str) -> None:
    raise ValueError  # NaN and Infinity are no JSON
