"""The description of the API for machines, made from the routes themselves: OpenAPI 3.1."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

from litestar import Request, Response, Router, get
from litestar.datastructures import State
from litestar.openapi import OpenAPIConfig, ResponseSpec
from litestar.openapi.spec import Components, Example, License, OpenAPI, RequestBody, SecurityScheme
from litestar.routes import BaseRoute
from litestar.serialization import encode_json
from litestar.types import ControllerRouterHandler

from radiokey.web.http.problems import API, PROBLEM, Problem

TOKEN: Final = "token"  # noqa: S105 - the name of the scheme
SIGNED_IN: Final = [{TOKEN: list[str]()}]
BODY: Final = "Body"
EXAMPLE_SERIAL: Final = "BP538761234567"
EXAMPLE_MODEL: Final = "nissan_blaupunkt_bp"
EXAMPLE_VIN: Final = "VSKJVWR51U0123456"
_SERIAL: Final = {"serial": EXAMPLE_SERIAL}
_RADIO: Final = {"serial": EXAMPLE_SERIAL, "vin": EXAMPLE_VIN}
_BODIES: Final[dict[str, dict[str, Any]]] = {
    "/api/releases": {**_RADIO, "owns": True, "model": EXAMPLE_MODEL},
    "/api/asked": _RADIO,
    "/api/stolen": {**_RADIO, "reason": "taken from the car park, police report 77/26"},
    "/api/stolen/clearings": {**_RADIO, "reason": "found again", "papers": "5e" * 32},
    "/api/grants": {
        **_SERIAL,
        "what": "chip-grant",
        "number": 17,
        "chip": "00" * 16,
        "reason": "three wrong codes, new chip fitted",
        "papers": "5e" * 32,
    },
    "/api/synchronisations": {**_SERIAL, "lines": "EHVP AV3P CMG6 4Y9Q EHJQ 62G"},
    "/api/tokens": {"account": "bob", "organisation": "Ann's Radios", "scopes": ["code:release"], "days": 90},
}
_SAID: Final = {
    400: ("malformed", "The request is not what the route takes."),
    401: ("token", "A token is needed and the one that came, if any, does not hold."),
    403: ("not-allowed", "Refused: not allowed, stolen, or number, car and model do not belong together."),
    404: ("not-there", "There is nothing of that name, or no code to be had here."),
    413: ("too-large", "The body is larger than any here."),
    415: ("media-type", "The body is not JSON, or is encoded."),
    422: ("serial", "Something in the request does not have the shape it should have."),
    429: ("limit-reached", "A limit was reached."),
    503: ("store", "We cannot answer; then the answer is no."),
}


def problems_of(*statuses: int) -> Mapping[int, ResponseSpec]:
    """Return the problems that a route can answer with."""
    return {
        status: ResponseSpec(
            Problem,
            description=_SAID[status][1],
            media_type=PROBLEM,
            generate_examples=False,
            examples=[_example(status)],
        )
        for status in statuses
    }


def _example(status: int) -> Example:
    slug, title = _SAID[status]
    value = {
        "type": f"{API}/problems#{slug}",
        "title": title,
        "status": status,
        "detail": "what happened, in a sentence",
        "hint": "what to do",
    }
    return Example(summary=slug, value=value)


class _Unserved(Router):
    """Litestar's own pages about an API would each be a route that nobody asked for."""

    def register(self, value: ControllerRouterHandler) -> list[BaseRoute]:
        """Register no routes."""
        del value
        return []


@get("/api/openapi.json", sync_to_thread=False, include_in_schema=False)
def description(request: Request[None, None, State]) -> Response[bytes]:
    """Return the description of the API; it is made once."""
    state = request.app.state
    if "openapi" not in state:
        state["openapi"] = encode_json(_completed(request.app.openapi_schema).to_schema())
    return Response(state["openapi"], media_type="application/json")


def _completed(schema: OpenAPI) -> OpenAPI:
    """Return the description with its additions: no other fields allowed, and an example of each body."""
    for name, body in (schema.components.schemas or {}).items():
        if name.endswith(BODY):
            body.additional_properties = False
    for path, item in (schema.paths or {}).items():
        sent = item.post.request_body if item.post else None
        if isinstance(sent, RequestBody):
            example = Example(summary="usual", value=_BODIES[path])
            for media in sent.content.values():
                media.examples = {"usual": example}
    return schema


def config() -> OpenAPIConfig:
    """Return how the description is made and where it is."""
    bearer = SecurityScheme(type="http", scheme="bearer", description="A token: docs/spec/api.md")
    return OpenAPIConfig(
        title="Radiokey",
        version=version("radiokey"),
        description="The code of a locked car radio, for its owner and only for its owner.",
        license=License(name="Apache-2.0", identifier="Apache-2.0"),
        use_handler_docstrings=True,
        openapi_router=_Unserved("/", route_handlers=[]),
        components=Components(security_schemes={TOKEN: bearer}),
    )
