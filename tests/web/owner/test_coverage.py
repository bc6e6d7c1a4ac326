"""Coverage is open to anybody, and shows no single unit."""

from radiokey.base.ports.store import ImportStep
from radiokey.base.sql.principals import Principal


def bring(api, clock, units, offset=1):
    step = ImportStep("f" * 64, 2, offset, 1, 0, clock.ms, "reg")
    with api.base.stores.of(Principal.REGISTRAR).concurrent_transaction() as transaction:
        transaction.add_coverage(step, units)


def test_anybody_sees_which_models_how_many_and_how_new(api, page_of, clock):
    """Rows 19 and 48: visible before anyone pays."""
    bring(api, clock, {"honda_audio5": 1_299, "ford_6000cd": 9})
    clock.ms += 26 * 3_600_000
    answer = api.client.get("/desk/coverage")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=300"
    words = page_of(answer.text).words
    assert "about 1,200" in words
    assert "1,299" not in words
    assert "fewer than ten" in words
    assert "1 day 2 h ago" in words
    assert "codes.example.org says here" in words
    assert "/models/honda_audio5" in page_of(answer.text).links


def test_a_base_without_units_says_so_and_names_what_is_free(client, page_of):
    words = page_of(client.get("/desk/coverage").text).words
    assert "None: nobody brought units into this base." in words
    assert "What an honest specialist shows you" in words


def test_a_model_that_the_catalogue_lost_is_named_by_its_id(api, page_of, clock):
    bring(api, clock, {"gone_model": 20})
    assert "gone_model about 20" in page_of(api.client.get("/desk/coverage").text).words
