"""The demonstration of `make run`: made-up radios that behave like real ones, and are never taken for them."""

import pytest
from authenticator import Authenticator

from radiokey.base.bootstrap import init_base, open_base
from radiokey.base.demo import MARKET, ORGANISATION, UNITS
from radiokey.base.identity.roles import Role
from radiokey.base.sql.principals import Principal
from radiokey.errors import UsageError
from radiokey.web.operations.demo import make


@pytest.fixture
def place(tmp_path, clock):
    return make(tmp_path / "demo.sqlite3", clock)[0]


def slug(answer):
    return answer.json()["type"].rpartition("#")[2]


def stored(place):
    with open_base(place) as base, base.stores.of(Principal.KEEPER).snapshot() as seen:
        return seen.units_not_sealed_with("", ("", ""), 100), seen.all_marks()


def test_each_radio_is_made_once_with_a_code_that_its_panel_can_key(place, clock):
    """Served again, nothing changes: whoever wrote a code down finds it again."""
    units, marks = stored(place)
    assert len(units) == len(UNITS)
    assert {unit.market for unit in units} == {MARKET}
    assert {unit.vin[:3] for unit in units} == {"ZZZ"}
    assert make(place, clock)[0] == place
    assert stored(place) == (units, marks)
    assert [mark.vin for mark in marks] == [unit.vin.text for unit in UNITS if unit.stolen]


def test_its_registrar_is_invited_until_somebody_came_in(tmp_path, clock):
    """A link that was lost costs nobody the demonstration; once it was used there is none any more."""
    place, first = make(tmp_path / "demo.sqlite3", clock)
    _, second = make(place, clock)
    assert first is not None
    assert second is not None
    origin, host = "http://localhost:8000", "localhost"
    with open_base(place, clock) as base:
        entrance, key = base.authentication(origin, bytes(32)), Authenticator(origin, host)
        entrance.enrol(second, "phone", key.make(entrance.welcome(second).ask))
        _, who = entrance.sign_in(key.answer(entrance.ask()))
        assert (who.account, who.role) == ("registrar", Role.REGISTRAR)
    assert make(place, clock) == (place, None)


def test_its_pages_say_that_it_is_one(place, make_client):
    client = make_client(place)
    assert "Demonstration" in client.get("/").text
    page = client.get("/demo").text
    for unit in UNITS:
        assert unit.vin.text in page
    assert page.count("reported stolen") == sum(unit.stolen for unit in UNITS)


def test_its_coverage_names_the_models_of_its_radios(place, make_client):
    page = make_client(place).get("/desk/coverage").text
    for model in {unit.model for unit in UNITS}:
        assert f'href="/models/{model}"' in page
    assert "nobody brought units" not in page


def test_no_other_base_is_one(client):
    assert "Demonstration" not in client.get("/").text
    assert client.get("/demo").status_code == 404


def test_a_base_that_is_there_is_never_made_one(tmp_path, clock):
    hosted = tmp_path / "hosted.sqlite3"
    init_base(hosted, "codes.example.org", clock).close()
    with pytest.raises(UsageError, match="another name"):
        make(hosted, clock)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.text)
def test_a_made_up_radio_is_released_for_its_car_and_a_stolen_one_to_nobody(place, make_api, unit):
    api = make_api(place, hosted=False)
    told = {"serial": unit.text, "model": unit.model, "vin": unit.vin.text}
    answer = api.release(api.token(), **told)
    if unit.stolen:
        assert (answer.status_code, slug(answer)) == (403, "stolen")
    else:
        assert (answer.status_code, answer.json()["source"]) == (200, "ledger")
        other = api.release(api.token(), "k2", **told | {"vin": "ZZZDEM0RAD9999999"})
        assert (other.status_code, slug(other)) == (403, "not-released")
    assert api.base.organisation == ORGANISATION
