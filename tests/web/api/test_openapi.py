"""Schemathesis reads the description of the API and asks what fits it and what does not: nothing of it is wrong."""

from collections import Counter

import pytest
import schemathesis
from hosted import Api
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from radiokey.base.limits import Limits
from radiokey.web.api.openapi import EXAMPLE_MODEL, EXAMPLE_SERIAL, EXAMPLE_VIN

EXAMPLES = settings().max_examples // 5 if settings().max_examples <= 40 else 1_000
"""Of each operation and each kind: a few in `make test`, the same each time; in `make deep` so many that rare ones meet."""
OPERATIONS = [
    ("POST", "/api/releases"),
    ("GET", "/api/releases/{key}/receipt"),
    ("POST", "/api/asked"),
    ("GET", "/api/problems"),
    ("POST", "/api/grants"),
    ("GET", "/api/grants"),
    ("POST", "/api/grants/{proposal_id}"),
    ("POST", "/api/synchronisations"),
    ("POST", "/api/stolen"),
    ("GET", "/api/stolen/clearings"),
    ("POST", "/api/stolen/clearings"),
    ("POST", "/api/stolen/clearings/{clearing_id}"),
    ("GET", "/api/units"),
    ("GET", "/api/tokens"),
    ("POST", "/api/tokens"),
    ("DELETE", "/api/tokens/{token_id}"),
    ("GET", "/api/audit"),
    ("GET", "/api/log/checkpoint"),
]
NOTHING_TO_SAY = {"/api/problems", "/api/log/checkpoint"}
"""They take no token and no parameter: nothing can be wrong with a request."""


class Unending:
    """The application without its beginning and its end, which the fixture has: the fuzzer ends it per request."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "lifespan":
            await self._api.app(scope, receive, send)
            return
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory):
    """A hosted base without limits, its description as the fuzzer reads it, and a token for all of it."""

    class Clock:
        def now_ms(self) -> int:
            return 1_700_000_000_000

    api = Api(tmp_path_factory.mktemp("fuzzed") / "base.sqlite3", Clock(), limits=Limits({}))
    with api.client:
        schema = schemathesis.openapi.from_asgi("/api/openapi.json", Unending(api))
        yield api, schema, {"Authorization": f"Bearer {api.token()}"}


def test_every_operation_is_asked(fuzzed):
    _, schema, _ = fuzzed
    found = {(one.ok().method.upper(), one.ok().path) for one in schema.get_all_operations()}
    assert found == set(OPERATIONS)


def test_every_example_of_the_description_is_answered_as_it_says(fuzzed):
    api, schema, head = fuzzed
    api.add_unit(EXAMPLE_SERIAL, EXAMPLE_MODEL, EXAMPLE_VIN)
    answered = []
    for method, path in OPERATIONS:
        raw = schema[path][method].definition.raw
        body = raw.get("requestBody", {}).get("content", {}).get("application/json", {}).get("examples", {})
        for number, example in enumerate(body.values()):
            key = {"Idempotency-Key": f"example{number}"} if path == "/api/releases" else {}
            case = schema[path][method].Case(
                body=example["value"], headers=key, media_type="application/json"
            )
            answer = case.call(headers=head)
            assert answer.status_code < 300, answer.text
            case.validate_response(answer, headers=head)
            answered.append((method, path))
    assert answered == [(method, path) for method, path in OPERATIONS if method == "POST" and "{" not in path]


@pytest.mark.hypothesis
@pytest.mark.parametrize(
    ("method", "path", "mode"),
    [
        (method, path, mode)
        for method, path in OPERATIONS
        for mode in GenerationMode
        if path not in NOTHING_TO_SAY or mode is GenerationMode.POSITIVE
    ],
)
def test_the_fuzzer_finds_nothing(fuzzed, method, path, mode):
    """No fault of ours, no answer that the description does not know, nothing accepted that does not fit.

    A number that is nobody's fits the description too: refusing it is right, calling it malformed is not.
    """
    _, schema, head = fuzzed
    seen: Counter[int] = Counter()

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(schema[path][method].as_strategy(generation_mode=mode))
    def ask(case):
        answer = case.call(headers=head)
        seen[answer.status_code] += 1
        case.validate_response(answer, headers=head, excluded_checks=[positive_data_acceptance])
        if mode is GenerationMode.POSITIVE and answer.status_code == 400:
            assert answer.json()["type"] != "/api/problems#malformed", answer.text

    ask()
    assert sum(seen.values()) > 0
