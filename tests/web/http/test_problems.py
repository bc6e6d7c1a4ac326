"""What goes wrong and what a browser is told: one table of statuses; a stranger is a 500 that says nothing."""

from collections.abc import Iterator

import pytest

from radiokey import errors
from radiokey.errors import RadiokeyError, StoreError
from radiokey.web.app import HEADERS
from radiokey.web.http.problems import STATUSES, status_of

SECRET = "the code 4786 of V212"  # noqa: S105 - what must not be told


def below(kind: type[RadiokeyError]) -> Iterator[type[RadiokeyError]]:
    for child in kind.__subclasses__():
        if child.__module__.startswith("radiokey."):
            yield child
        yield from below(child)


OURS = sorted(set(below(RadiokeyError)), key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", OURS)
def test_every_error_of_ours_has_a_status_and_none_is_a_500(kind):
    status = status_of(kind("a sentence", hint="a hint"))
    assert 400 <= status < 600
    assert status != 500
    assert status in STATUSES.values()


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.SerialDoubtError, 422),
        (errors.LinkError, 404),
        (errors.OwnershipNotStatedError, 400),
        (errors.NoDerivationError, 404),
        (errors.LimitReachedError, 429),
        (errors.StolenError, 403),
        (errors.PapersNeededError, 403),
        (errors.LogError, 503),
        (errors.ReceiptError, 422),
    ],
)
def test_the_nearest_branch_decides(kind, status):
    assert status_of(kind("a sentence")) == status


@pytest.mark.parametrize(
    "stranger", [ValueError("x"), KeyError("x"), RadiokeyError("the root says nothing"), OSError()]
)
def test_a_stranger_is_a_500(stranger):
    assert status_of(stranger) == 500


class BrokenClock:
    """Fails when it is asked, as anything outside may."""

    def __init__(self, error: Exception) -> None:
        self._errors = [error]

    def now_ms(self) -> int:
        if self._errors:
            raise self._errors.pop()
        return 1_700_000_000_000


@pytest.fixture
def answer_of(make_client):
    """Return what a visitor is told when something outside fails with an error."""

    def ask(error: Exception):
        told = {"model": "ford_6000cd", "errors": "3"}
        return make_client(clock=BrokenClock(error)).post("/waiting", data=told)

    return ask


@pytest.mark.parametrize(
    "error", [ValueError(SECRET), RuntimeError(SECRET), AssertionError(SECRET), RadiokeyError(SECRET)]
)
def test_what_a_stranger_says_is_told_to_nobody(answer_of, error, caplog):
    """Not on the page, not in the log: what and where is enough."""
    answer = answer_of(error)
    assert answer.status_code == 500
    assert "something went wrong here that is not your doing" in answer.text.lower()
    assert SECRET not in answer.text
    assert "Traceback" not in answer.text
    assert type(error).__name__ not in answer.text
    assert SECRET not in caplog.text
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_a_store_that_fails_is_said_to_fail_and_the_answer_is_no(answer_of):
    answer = answer_of(StoreError("the database cannot be read", hint="free some space"))
    assert answer.status_code == 503
    assert "The database cannot be read" in answer.text
    assert "Free some space." in answer.text


def test_when_the_log_cannot_be_written_no_code_leaves(client, site):
    site.base.close()
    answer = client.post("/code", data={"text": "281155216RT V212", "owns": "yes", "request_id": "one"})
    assert answer.status_code == 503
    assert "4786" not in answer.text
    assert client.get("/ready").status_code == 503


def test_what_is_wrong_is_escaped(answer_of):
    answer = answer_of(StoreError("<b>bold</b>", hint="<script>x</script>"))
    assert "<b>" not in answer.text
    assert "<script>x" not in answer.text


def test_all_is_well(client):
    assert client.get("/health").json() == client.get("/ready").json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("method", "address", "status", "said"),
    [
        ("GET", "/nowhere", 404, "There is no such page"),
        ("GET", "/code", 405, "This page is opened, not sent to, or the other way round"),
        ("POST", "/models", 405, "This page is opened, not sent to, or the other way round"),
        ("DELETE", "/number", 405, "This page is opened, not sent to, or the other way round"),
        ("GET", "/static/nothing.js", 404, "There is no such page"),
        ("GET", "/waiting/x/y/z", 404, "There is no such page"),
    ],
)
def test_what_http_itself_refuses_is_a_page_with_a_sentence(visitor, method, address, status, said):
    answer = visitor.request(method, address)
    assert answer.status_code == status
    assert said in answer.text
    assert answer.headers["content-type"].startswith("text/html")
