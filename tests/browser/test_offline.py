"""What works without a network after one visit: the worker, what it keeps, and what it never keeps."""

import json
import re

import pytest
from looks import faults
from phones import Phone
from road import CODE, LABEL, RADIO, display, get_code, shown_code

from conftest import serving
from radiokey.catalogue.load import load_catalogue
from radiokey.code.value import Code
from radiokey.guide.coach import coach
from radiokey.headunit.panel import presses_for
from radiokey.language.load import known
from radiokey.language.speech import speaking
from radiokey.web.owner.practice_radio import design_of, practice_code

KEPT = """async () => {
  const kept = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const one of await cache.keys()) kept.push([one.url, await (await cache.match(one)).text()]);
  }
  return kept;
}"""
READY = """async ([language, build]) => {
  const controlled = new Promise((done) => {
    if (navigator.serviceWorker.controller) done();
    else navigator.serviceWorker.addEventListener("controllerchange", done);
  });
  await controlled;
  for (;;) {
    const kept = await caches.match("/offline/archive").then((one) => one?.json());
    if (kept && (!language || kept.language === language) && kept.build !== build) return kept.build;
    await new Promise((done) => setTimeout(done, 50));
  }
}"""
LOADS = """() => [...document.querySelectorAll("link[rel=stylesheet], script[src]")]
  .map((one) => new URL(one.href ?? one.src).pathname)"""
KEPT_BYTES_MAX = 400_000
FIRST_BYTES_MAX = 60_000
FIRST_REQUESTS_MAX = 5


class Quiet(list):
    """Complaints without those on the network that was taken away."""

    def append(self, said):
        if "ERR_INTERNET_DISCONNECTED" not in said and "status of 503" not in said:
            super().append(said)


def visit(phone, address="/", language=None):
    """Open a page and wait until the phone keeps the site."""
    phone.context.set_default_timeout(90_000)
    phone.complaints = Quiet()
    page = phone.page()
    page.goto(address)
    page.evaluate(READY, [language, None])
    return page


@pytest.fixture
def keeping(phones):
    """Return what opens a phone that keeps the site."""
    return lambda **settings: phones(service_workers="allow", **settings)


def key_in(page, id_, code):
    """Key a code in as a finger does, without asking whether anybody answers."""
    design = design_of(load_catalogue().models[id_], 0)
    for line in presses_for(design.panel, design.shape, code):
        button = page.locator(f"#keys [data-key='{line.key}']")
        for _ in range(line.times):
            button.dispatch_event("pointerdown", {"pointerId": 1})
            page.clock.run_for(line.hold_ms + 200)
            button.dispatch_event("pointerup", {"pointerId": 1})


def test_from_code_to_a_radio_that_plays_in_russian_without_a_network(keeping):
    """The network is cut after the first page (issue 16)."""
    phone = keeping(locale="ru-RU")
    page = visit(phone, language="ru")
    phone.context.set_offline(True)
    page.get_by_label("На дисплее").fill("code")
    page.get_by_role("button", name="Дальше").click()
    for step in ("hold-the-code", "ever-changed", "before-entry", "practice"):
        page.locator(".kept").filter(has_text="Нет связи").wait_for()
        page.locator(f"a.choice[href^='/guide/{step}.']").first.click()
    page.get_by_role("main").get_by_role("link", name="Потренироваться").first.click()
    page.clock.install()
    page.locator(f"a.choice[href='/practice/{RADIO}']").click()
    assert page.locator("html").get_attribute("lang") == "ru"
    assert display(page) == "На дисплее CODE"
    key_in(page, RADIO, practice_code(design_of(load_catalogue().models[RADIO], 0)))
    page.locator("#display title", has_text="Дисплей тёмный").wait_for(state="attached")
    page.locator("#hand").get_by_role("button", name="Прошла минута").click()
    page.locator("#says", has_text="Она играет").wait_for()
    phone.context.set_offline(False)
    with page.expect_response("**/did") as answer:  # what was done meanwhile is sent
        page.clock.run_for(5_000)
    assert "Она играет" in answer.value.json()["says"]
    page.locator("#says", has_text="Она играет").wait_for()


def test_what_wants_a_base_says_so_and_goes_on_by_itself(keeping):
    phone = keeping()
    page = visit(phone)
    phone.context.set_offline(True)
    page.goto("/number")
    page.get_by_label("Text of the label").fill(LABEL)
    page.get_by_role("button", name="Read it").click()
    assert page.get_by_role("heading", name="That was not sent").is_visible()
    page.goto("/verify")
    assert page.get_by_role("heading", name="This page needs a connection").is_visible()
    for address, heading in (
        ("/vault", "Open your vault"),
        (f"/models/{RADIO}", "Renault"),
        ("/waiting", "It waits"),
    ):
        page.goto(address)
        assert page.locator("h1").first.inner_text().startswith(heading)
    page.goto("/verify")
    with page.expect_navigation():
        phone.context.set_offline(False)
    page.get_by_role("heading", name="receipt").first.wait_for()


def test_a_countdown_runs_on_without_a_network(keeping):
    phone = keeping()
    page = visit(phone, f"/waiting?model={RADIO}&errors=1")
    page.get_by_role("button", name="Start the countdown now").click()
    page.locator("#left").wait_for()
    here = page.url
    page.wait_for_function("async (here) => Boolean(await caches.match(here))", arg=here)
    phone.context.set_offline(True)
    page.reload()
    assert 0 < int(page.locator("#left").get_attribute("data-left")) <= 60_000
    page.clock.install()
    page.reload()
    page.clock.run_for(61_000)
    assert page.locator("#left").inner_text() == "0:00"
    assert "The time is over" in page.locator("#until").inner_text()
    assert page.url == here


def test_the_keys_for_a_typed_code_are_shown_without_a_network_and_the_code_stays_there(keeping):
    """Typed, refused, typed right, keyed step by step, looked at again; then the network is back."""
    phone = keeping(locale="ru-RU")
    page = visit(phone, language="ru")
    phone.context.set_offline(True)
    page.goto("/coach")
    page.locator("#model").select_option(RADIO)
    page.locator("#code").fill("98")
    page.get_by_role("button", name="Показать кнопки").click()
    page.get_by_role("alert").filter(has_text="В коде этой магнитолы").wait_for()
    assert page.locator("#model").input_value() == RADIO
    page.locator("#code").fill("9 0 7 5")
    page.get_by_role("button", name="Показать кнопки").click()
    with speaking(known()["ru"]):
        steps = coach(load_catalogue().models[RADIO], Code("9075"))
    for step in steps:
        page.get_by_role("heading", name=step.sentence, exact=True).wait_for()
        if step is not steps[-1]:
            page.locator("section.step:visible").get_by_role("link", name="Готово, дальше").click()
    page.reload()
    page.get_by_role("heading", name=steps[-1].sentence, exact=True).wait_for()
    assert "9075" not in page.url
    assert "9075" not in json.dumps(page.evaluate(KEPT))
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    sent = []
    page.on("request", lambda request: sent.append(request.post_data))
    phone.context.set_offline(False)
    page.reload()
    page.get_by_role("alert").wait_for()  # nobody has it any more
    assert faults(page, "GET /coach/keys") == []
    assert [one for one in sent if one] == []


def test_a_countdown_can_begin_without_a_network_and_goes_on_with_one(keeping):
    phone = keeping()
    page = visit(phone)
    phone.context.set_offline(True)
    page.goto(f"/waiting?model={RADIO}")
    page.get_by_role("button", name="Start the countdown now").click()
    page.locator("#left").wait_for()
    left = int(page.locator("#left").get_attribute("data-left"))
    assert faults(page, "GET /waiting/begun") == []
    page.reload()
    assert left - 60_000 < int(page.locator("#left").get_attribute("data-left")) <= left
    phone.context.set_offline(False)
    page.reload()
    page.get_by_role("button", name="It has been on until now").wait_for()
    assert re.fullmatch(r".*/waiting/[\w-]{60,}", page.url)


def test_nothing_of_one_person_is_kept(keeping, site):
    """Not the number, not the code, no address of a visit; what is kept is everybody's, and small."""
    phone = keeping()
    page = visit(phone)
    get_code(page)
    assert shown_code(page) == CODE
    page.get_by_role("link", name="Show me the keys").click()
    page.goto(f"/practice/{RADIO}")
    kept = page.evaluate(KEPT)
    assert [url for url, _ in kept] == [f"{site.address}/offline/archive"]
    archive = json.loads(kept[0][1])
    secret = ("/road/", "/requests/", "/desk", "/registrar", "/sign-in", "/enrol", "/report")
    assert [one for one in archive["files"] if one.startswith(secret)] == []
    assert {one.partition("=")[0] for one in archive["files"] if one.startswith("/waiting/")} == {
        "/waiting/begun?model"
    }
    everything = json.dumps(archive["files"])
    assert "V212" not in everything.replace("281155216RT V212", "")  # the example beside the field
    assert "/road/" not in everything


def test_a_first_visit_is_small(phones):
    phone = phones()
    page = phone.page()
    sizes = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()))
    page.goto("/", wait_until="networkidle")
    assert len(sizes) <= FIRST_REQUESTS_MAX
    assert sum(one["responseBodySize"] + one["responseHeadersSize"] for one in sizes) <= FIRST_BYTES_MAX
    shift = """() => new Promise((done) => new PerformanceObserver((list) => done(list.getEntries().length))
      .observe({ type: "layout-shift", buffered: true }) || setTimeout(() => done(0), 100))"""
    assert page.evaluate(shift) == 0
    page.goto("/number/photo", wait_until="networkidle")
    assert page.evaluate(shift) == 0  # what a script adds had its place before
    for language in ("en", "ru"):
        build = re.search(r'BUILD = "(\w+)"', page.request.get("/worker.js").text())[1]
        told = page.request.get(
            f"/offline/{build}", headers={"accept-language": language, "accept-encoding": "gzip"}
        )
        assert int(told.headers["content-length"]) <= KEPT_BYTES_MAX


def test_another_language_is_kept_once_it_is_chosen(keeping):
    phone = keeping()
    page = visit(phone, language="en")
    page.get_by_role("button", name="Русский").click()
    page.evaluate(READY, ["ru", None])
    phone.context.set_offline(True)
    page.goto("/practice")
    assert page.locator("html").get_attribute("lang") == "ru"


def test_an_update_is_kept_whole_or_not_at_all(chromium, tmp_path):
    """Between two visits the site becomes another build; what cannot be fetched whole leaves what was there."""
    with serving(tmp_path, "served_builds.py", tmp_path / "build") as served:
        phone = Phone(chromium, served.address, service_workers="allow")
        (tmp_path / "build").write_text("one")
        page = visit(phone)
        page.close()

        (tmp_path / "build").write_text("broken")
        page = visit(phone)
        page.wait_for_function("async () => !(await navigator.serviceWorker.getRegistration()).installing")
        assert {json.loads(text)["build"] for _, text in page.evaluate(KEPT)} == {"one"}
        page.close()

        (tmp_path / "build").write_text("two")
        page = phone.page()
        page.goto("/")
        assert page.evaluate(READY, [None, "one"]) == "two"
        phone.context.set_offline(True)
        page.goto(f"/practice/{RADIO}")
        assert "/table/two" in page.locator("#radio").get_attribute("data-table")
        files = json.loads(page.evaluate(KEPT)[0][1])["files"]
        assert set(page.evaluate(LOADS)) <= set(files)
        phone.close()
