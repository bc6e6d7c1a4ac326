"""The practice radio over HTTP: keyed like the real one, waiting like it, and kept by nobody but its page."""

import base64
import re

import pytest
from practising import ASKED, MODELS, Radio, own_practice, presses, wrong_code

from radiokey.clock import HOUR_MS
from radiokey.headunit.policy import Dead, Wait
from radiokey.web.owner.practice_radio import openings_of, practice_code

KEYED = sorted(model.id for model in MODELS.values() if model.design() is not None)
PANELLESS = sorted(set(MODELS) - set(KEYED))


def raw_of(image: str) -> bytes:
    return base64.urlsafe_b64decode(image + "=" * (-len(image) % 4))


def text_of(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def test_each_radio_with_a_known_panel_can_be_practised_on(visitor, page_of):
    links = page_of(visitor.get("/practice").text).links
    assert sorted(link.rpartition("/")[2] for link in links if link.startswith("/practice/")) == KEYED
    assert len(KEYED) == 22


@pytest.mark.parametrize("id_", KEYED)
def test_the_code_that_its_page_names_makes_it_play(visitor, id_):
    radio = Radio(visitor, id_)
    code = practice_code(MODELS[id_].design()).reveal()
    assert f'<strong class="wide">{code}</strong>' in radio.page.text
    assert "It asks for its code" in radio.page.text
    radio.did(*presses(id_, code))
    told = radio.did({"what": "time", "ms": 60_000})
    assert "It plays." in told["says"]
    assert told["sound"] == "playing"


@pytest.mark.parametrize("id_", KEYED)
def test_a_wrong_code_brings_what_the_policy_says(visitor, id_):
    """The wait is the model's own; keying the right code meanwhile counts for nothing."""
    radio = Radio(visitor, id_)
    policy = MODELS[id_].design().policy
    errors = 1
    while errors < 20 and policy.penalty_after(errors) is None:
        radio.did(*presses(id_, wrong_code(id_)))
        errors += 1
    told = radio.did(*presses(id_, wrong_code(id_)))
    penalty = policy.penalty_after(errors)
    if not isinstance(penalty, Wait):
        assert ("It takes no code any more" if isinstance(penalty, Dead) else "It is locked") in told["says"]
        return
    seconds = penalty.ms[1] // 1000
    assert f"It waits: {seconds // 60}:{seconds % 60:02}." in told["says"]
    quickly = [act | {"ms": 0} for act in presses(id_, practice_code(MODELS[id_].design()).reveal())]
    assert radio.did(*quickly)["says"] == told["says"]


def test_a_wait_ends_when_its_hours_were_skipped_with_the_radio_on(visitor):
    radio = Radio(visitor, "ford_6000cd")
    radio.did(*presses("ford_6000cd", wrong_code("ford_6000cd")) * 3)
    assert "It waits: 30:00." in radio.told["says"]
    assert "The clock runs" in radio.told["says"]
    radio.did({"what": "skip", "key": "ten"}, {"what": "skip", "key": "minute"})
    assert "It waits: 19:00." in radio.told["says"]
    radio.did({"what": "skip", "key": "hour"})
    assert "It asks for its code. Wrong codes so far: 3." in radio.told["says"]
    radio.did(*presses("ford_6000cd", "1234"), {"what": "time", "ms": 60_000})
    assert "It plays." in radio.told["says"]


def test_switched_off_its_clock_stands(visitor):
    radio = Radio(visitor, "ford_6000cd")
    radio.did(*presses("ford_6000cd", wrong_code("ford_6000cd")) * 3)
    radio.did(
        {"what": "radio", "key": "off"}, {"what": "skip", "key": "hour"}, {"what": "radio", "key": "on"}
    )
    assert "It waits: 30:00." in radio.told["says"]


@pytest.mark.parametrize("id_", ["ford_6000cd", "renault_86a", "nissan_terrano3_article"])
def test_pulling_the_battery_does_not_shorten_a_wait(visitor, id_):
    """Claim 85; a thief with a spanner gains nothing. These three say so, or are read cautiously."""
    radio = Radio(visitor, id_)
    while "It waits" not in radio.did(*presses(id_, wrong_code(id_)))["says"]:
        assert "Wrong codes" in radio.told["says"]
    before = radio.told["says"]
    radio.did({"what": "battery", "key": "off"})
    assert "The battery is off" in radio.told["says"]
    assert radio.told["pressed"]["battery"] is False
    radio.did({"what": "skip", "key": "hour"}, {"what": "battery", "key": "on"})
    minutes = [int(re.search(r"It waits: (\d+):", says)[1]) for says in (before, radio.told["says"])]
    assert minutes[1] >= minutes[0]


def test_a_playing_radio_that_loses_its_supply_asks_again(visitor):
    radio = Radio(visitor, "renault_86a")
    radio.did(*presses("renault_86a", "1234"), {"what": "time", "ms": 60_000})
    assert "It plays" in radio.told["says"]
    radio.did(
        {"what": "battery", "key": "off"}, {"what": "skip", "key": "hour"}, {"what": "battery", "key": "on"}
    )
    assert "It asks for its code" in radio.told["says"]


def test_a_quick_press_on_a_key_that_wants_holding_is_no_press(visitor):
    """Claim 60."""
    radio = Radio(visitor, "renault_86a")
    *digits, confirm = presses("renault_86a", "1234")
    radio.did(*digits, confirm | {"ms": 80})
    assert "Nothing counts before it is confirmed" in radio.told["says"]
    radio.did(confirm)
    assert "The screen is dark" in radio.told["says"]


def test_the_buttons_of_the_page_show_how_things_stand(visitor):
    radio = Radio(visitor, "renault_86a")
    radio.did({"what": "engine", "key": "on"})
    assert radio.told["pressed"] == {"battery": True, "ignition": True, "engine": True, "radio": True}
    radio.did({"what": "ignition", "key": "off"}, {"what": "radio", "key": "off"})
    assert radio.told["pressed"] == {"battery": True, "ignition": False, "engine": False, "radio": False}


# --- the first press, where nobody knows what it shows ------------------------------------------------------


def test_three_radios_have_to_be_asked_about():
    assert [id_ for id_ in KEYED if openings_of(MODELS[id_])] == ASKED


@pytest.mark.parametrize("id_", ASKED)
def test_its_practice_radio_asks_what_the_display_shows_after_one_press(visitor, id_):
    page = visitor.get(f"/practice/{id_}")
    assert page.status_code == 200
    assert "What does your display show after one press?" in page.text
    assert "data-image" not in page.text
    main = page.text.partition("<main")[2]
    assert re.findall(r'name="first" value="(\d)"', main) == [
        str(way) for way in range(len(MODELS[id_].entry.value.openings))
    ]
    assert "0--" in main
    assert "1--" in main


@pytest.mark.parametrize("id_", ASKED)
@pytest.mark.parametrize("way", [0, 1, 2])
def test_it_then_behaves_as_the_owners_own_radio_does(visitor, id_, way):
    """The same fingers on the other radio key another code."""
    openings = MODELS[id_].entry.value.openings
    if way >= len(openings):
        assert visitor.get(f"/practice/{id_}", params={"first": str(way)}).text.count('name="first"') == 2
        return
    radio = Radio(visitor, id_, way=way)
    assert "Its first press shows what yours does." in radio.page.text
    assert "<li>entry_first</li>" not in radio.page.text
    assert f'href="/practice/{id_}?first={way}"' in radio.page.text
    code = practice_code(MODELS[id_].design()).reveal()
    radio.did(*presses(id_, code, way))
    assert "It plays." in radio.did({"what": "time", "ms": 60_000})["says"]
    other = Radio(visitor, id_, way=way)
    other.did(*presses(id_, code, 0 if way else 1))
    assert "It plays." not in other.did({"what": "time", "ms": 60_000})["says"]


@pytest.mark.parametrize("id_", ASKED)
def test_an_own_code_is_not_lost_where_the_first_press_is_asked_for(visitor, page_of, id_):
    own = wrong_code(id_)
    address = own_practice(visitor, id_, own)
    asked = visitor.get(address)
    assert asked.status_code == 200
    assert asked.headers["cache-control"] == "no-store"
    assert page_of(asked.text).form(address).method == "get"
    assert own not in asked.text.partition("<main")[2]
    assert f"{own}</strong>" in visitor.get(address, params={"first": "0"}).text


@pytest.mark.parametrize("first", ["3", "-1", "x", "", "00"])
def test_an_answer_that_is_none_is_asked_again(visitor, first):
    page = visitor.get("/practice/mitsubishi_off", params={"first": first})
    assert page.status_code == 200
    assert "What does your display show after one press?" in page.text


# --- the own code -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("id_", KEYED)
def test_the_own_code_is_on_the_page_with_a_way_back_and_sealed_in_the_image(visitor, page_of, id_):
    """Who practises does not lose the code; no address and no answer of the radio has it."""
    own = wrong_code(id_)
    radio = Radio(visitor, id_, own)
    assert radio.page.headers["cache-control"] == "no-store"
    assert f'It opens with your own code, <strong class="wide">{own}</strong>' in radio.page.text
    (back,) = {link for link in page_of(radio.page.text).links if link.endswith("/keys")}
    assert visitor.get(back).status_code == 200
    assert own not in back
    sealed = raw_of(radio.image)
    assert own.encode() not in sealed
    radio.did(*presses(id_, own))
    told = radio.did({"what": "time", "ms": 60_000})
    assert "It plays." in told["says"]
    assert own not in told["says"]
    assert "set-cookie" not in radio.page.headers


@pytest.mark.parametrize("code", ["", "12", "ABCD", "123456789012", "x" * 33])
def test_an_own_code_the_keys_cannot_key_is_refused_and_not_echoed(visitor, code):
    answer = visitor.post("/coach", data={"model": "renault_86a", "code": code})
    assert answer.status_code in {400, 422}
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    assert not code or f">{code}<" not in main.replace(" ", "")
    assert "data-image" not in answer.text


@pytest.mark.parametrize("id_", PANELLESS)
def test_a_radio_whose_panel_nobody_described_cannot_be_practised(visitor, id_):
    answer = visitor.get(f"/practice/{id_}")
    assert answer.status_code == 404
    assert "How a code is entered on this radio is not known" in answer.text
    did = visitor.post(f"/practice/{id_}/did", json={"image": "", "did": []})
    assert (did.status_code, did.headers["content-type"]) == (404, "application/json")


# --- the sealed image -------------------------------------------------------------------------------------


def refused(visitor, image: str, did: object = (), id_: str = "renault_86a") -> str:
    answer = visitor.post(f"/practice/{id_}/did", json={"image": image, "did": did or []})
    assert answer.status_code == 422
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json().keys() == {"problem", "hint"}
    return answer.json()["problem"]


@pytest.fixture(scope="module")
def image(visitor) -> str:
    return Radio(visitor, "renault_86a").image


@pytest.mark.parametrize("at", [0, 11, 12, 40, 200, -1])
def test_an_image_with_one_byte_changed_is_refused(visitor, image, at):
    raw = bytearray(raw_of(image))
    raw[at] ^= 1
    assert "was not made here" in refused(visitor, text_of(raw))


@pytest.mark.parametrize("size", [0, 1, 11, 12, 13, 27, 28, 200])
def test_an_image_cut_short_is_refused(visitor, image, size):
    raw = raw_of(image)[:size]
    assert "was not made here" in refused(visitor, text_of(raw))


@pytest.mark.parametrize("text", ["?", "ü", "A" * 5, "AAAA" * 100, "<script>"])
def test_what_is_no_image_is_refused(visitor, text):
    assert "was not made here" in refused(visitor, text)


def test_an_image_in_the_other_alphabet_of_base64_is_refused(visitor, image):
    spelled = image.translate(str.maketrans("-_", "+/"))
    assert spelled != image
    assert "was not made here" in refused(visitor, spelled)


def test_the_image_of_another_model_is_refused(visitor, image):
    assert "was not made here" in refused(visitor, image, id_="ford_6000cd")


def test_the_image_of_another_site_is_refused(visitor, make_client):
    other = make_client(secret=b"y" * 32)
    assert "was not made here" in refused(visitor, Radio(other, "renault_86a").image)


def test_a_seal_is_never_the_same_twice(visitor):
    """Two images of the same radio do not tell that they are of the same radio."""
    assert len({Radio(visitor, "renault_86a").image for _ in range(3)}) == 3


def test_a_refusal_leaves_the_radio_as_it_was(visitor):
    """The page's own image still holds; half of a list never happens."""
    radio = Radio(visitor, "renault_86a")
    half = [{"what": "press", "key": "1", "ms": 100}, {"what": "hammer"}]
    assert "nothing one can do with a radio" in refused(visitor, radio.image, half)
    radio.did({"what": "time", "ms": 1})
    assert "It asks for its code" in radio.told["says"]


@pytest.mark.parametrize(
    "did",
    [
        [{"what": "time", "ms": 1}] * 65,
        [{"what": "time", "ms": -1}],
        [{"what": "time", "ms": HOUR_MS + 1}],
        [{"what": "time", "ms": 10**30}],
        [{"what": "time", "ms": 1.5}],
        [{"what": "time", "ms": "1"}],
        [{"what": "time", "more": 1}],
        [{"what": "x" * 17}],
        [{"what": "press", "key": "k" * 65}],
        [{"what": "skip", "key": "year"}],
        [{"what": "ignition", "key": "sideways"}],
        [{}],
        [None],
        {},
        "time",
    ],
)
def test_what_no_page_sends_is_refused(visitor, image, did):
    answer = visitor.post("/practice/renault_86a/did", json={"image": image, "did": did})
    assert answer.status_code == 422
    assert answer.json().keys() == {"problem", "hint"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"[" * 50_000,
        b'{"image":"\xff","did":[]}',
        b"\x00",
        b'{"image":1,"did":[]}',
        b'{"did":[]}',
    ],
)
def test_what_is_no_json_of_ours_is_refused(visitor, body):
    answer = visitor.post("/practice/renault_86a/did", content=body)
    assert answer.status_code == 422
    assert answer.json()["problem"] == "this is not what the page sends"


def test_an_image_longer_than_any_is_refused(visitor):
    answer = visitor.post("/practice/renault_86a/did", json={"image": "A" * 16_385, "did": []})
    assert answer.status_code == 422


def test_an_unknown_key_is_no_press(visitor):
    radio = Radio(visitor, "renault_86a")
    before = radio.did({"what": "time", "ms": 1})["says"]
    assert radio.did({"what": "press", "key": "WINDSCREEN", "ms": 500})["says"] == before
