"""A photo of the label on the number page: a camera's film and a chosen file, and what of them leaves the phone."""

import json
from contextlib import contextmanager
from pathlib import Path

import pytest
from film import TEXT, jpeg, taken
from looks import WIDE, faults
from phones import Phone
from road import RADIO

ASKED = "Is it this?"
LARGEST = 500_000
"""So many bytes may come over the wire once a photo is wanted."""


@contextmanager
def watched(phone):
    """Return the page of a phone, and what it sent: method, path and body of every request."""
    page, sent = phone.page(), []
    page.on("request", lambda one: sent.append((one.method, one.url, one.post_data_buffer or b"")))
    yield page, sent


def assert_no_picture_left(sent):
    """Only texts went out: the one question about barcodes, and the form with the number."""
    posted = [
        (url.rpartition("/")[2].partition("?")[0], body) for method, url, body in sent if method == "POST"
    ]
    assert {where for where, _ in posted} <= {"marks", "number"}
    assert all(len(body) < 1_000 for _, body in posted), [len(body) for _, body in posted]
    asked = [json.loads(body) for where, body in posted if where == "marks"]
    assert {code["text"] for one in asked for code in one["codes"]} == {TEXT}
    assert {name for one in asked for name in one} == {"make", "car", "model", "width", "height", "codes"}


def weight(page):
    """Return how many bytes the page loaded beside itself, as they came over the wire."""
    return page.evaluate(
        "() => performance.getEntriesByType('resource').reduce((sum, one) => sum + one.encodedBodySize, 0)"
    )


def say_yes(page):
    """Take the number that was read, and see that it is asked about as one that was typed."""
    assert page.locator("#found .number").inner_text() == "V212"
    page.get_by_role("button", name="Yes, this is it").click()
    page.wait_for_url("**/road/*")
    assert page.get_by_role("heading", name="Is this the number?").is_visible()
    assert page.locator(".number").inner_text() == "V212"


def test_a_label_before_the_camera_leads_to_its_number_and_no_picture_leaves_the_phone(filming, site):
    phone = Phone(filming, site.address, permissions=["camera"])
    with watched(phone) as (page, sent):
        page.goto(f"/number?model={RADIO}")
        page.get_by_role("link", name="Take a photo").click()
        page.get_by_role("button", name="Use the camera").wait_for()
        assert not [url for _, url, _ in sent if "zxing" in url or "worker" in url], "nothing is wanted yet"
        before = weight(page)
        page.get_by_role("button", name="Use the camera").click()
        page.get_by_role("heading", name=ASKED).wait_for()
        assert 0 < weight(page) - before <= LARGEST
        assert page.locator("#found canvas").bounding_box()["width"] > 150
        assert page.evaluate("() => document.getElementById('view').srcObject") is None, "the camera is off"
        assert faults(page, "GET /number/photo") == []
        page.set_viewport_size({"width": 320, "height": 700})
        assert page.evaluate(WIDE) == 0
        say_yes(page)
    assert_no_picture_left(sent)
    phone.close()


def test_a_camera_that_is_refused_leads_on(filming, site):
    phone = Phone(filming, site.address)
    page = phone.page()
    page.goto("/number/photo")
    page.get_by_role("button", name="Use the camera").click()
    page.get_by_text("The camera is not allowed here. Choose a photo instead").wait_for()
    assert page.get_by_label("Take or choose a photo").evaluate("one => one === document.activeElement")
    assert page.get_by_role("link", name="Type the number instead").is_visible()
    phone.close()


def test_a_chosen_photo_is_read_on_the_phone_with_a_keyboard_alone(phones):
    with watched(phones(color_scheme="dark")) as (page, sent):
        page.goto("/number/photo?make=dacia")
        photo = {"name": "label.jpg", "mimeType": "image/jpeg", "buffer": jpeg(taken(90))}
        page.locator("#file").set_input_files(photo)
        page.get_by_role("heading", name=ASKED).wait_for()
        assert page.get_by_role("button", name="Yes, this is it").evaluate(
            "one => one === document.activeElement"
        )
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_text("Then take another photo, closer.").wait_for()
        page.locator("#file").set_input_files(photo | {"name": "again.jpg", "buffer": jpeg(taken(217))})
        page.get_by_role("heading", name=ASKED).wait_for()
        say_yes(page)
    assert_no_picture_left(sent)


HEIC = (Path(__file__).parents[1] / "photos" / "label.heic").read_bytes()
UNOPENED = (
    "This browser cannot open this photo. Let this site read the photo, take another one, or type the number."
)


def choose_heic(page):
    """Choose a photo that this browser cannot open, after one that it can, and see what it says."""
    page.goto("/number/photo?make=ford")
    page.locator("#file").set_input_files(
        {"name": "label.jpg", "mimeType": "image/jpeg", "buffer": jpeg(taken(0, text="NO NUMBER"))}
    )
    page.locator("#photo-says").filter(has_text="or type the number.").wait_for()
    page.locator("#file").set_input_files({"name": "label.heic", "mimeType": "image/heic", "buffer": HEIC})
    page.get_by_text(UNOPENED).wait_for()


def test_a_photo_that_the_browser_cannot_open_gets_a_sentence_and_a_way_on(phones):
    """Chromium opens no HEIC: then the phone cannot read its print either, nor that of the photo before."""
    page = phones().page()
    choose_heic(page)
    page.get_by_role("button", name="Read it on this phone").click()
    page.get_by_text(UNOPENED).wait_for()
    assert not page.locator("#load-print").is_visible(), "nothing is loaded for it"
    assert page.get_by_role("link", name="Type the number instead").is_visible()


@pytest.mark.deep
def test_a_photo_that_the_browser_cannot_open_is_read_by_the_site(phones):
    page = phones().page()
    page.set_default_timeout(60_000)
    choose_heic(page)
    page.get_by_role("button", name="Let this site read it").click()
    page.get_by_role("heading", name=ASKED).wait_for()
    assert page.locator("#found .number").inner_text() == "M162416"
    assert page.locator("#found canvas").count() == 0, "no place can be shown of what cannot be opened"


TORCH = """() => {
  const [refused, asked] = [[], []];
  Object.assign(window, { refused, asked });
  MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true });
  MediaStreamTrack.prototype.applyConstraints = async (one) => {
    asked.push(one);
    if (refused.length) throw new OverconstrainedError("torch");
  };
}"""
"""A camera with a torch, as far as the page can tell; once something is `refused`, it does not go on."""


@pytest.mark.deep
def test_the_light_is_offered_where_the_camera_has_one(filming, site):
    phone = Phone(filming, site.address, permissions=["camera"])
    page = phone.page()
    page.route("**/number/photo/marks", lambda _: None)  # so that the camera stays on
    light = page.get_by_role("button", name="Light")
    page.goto("/number/photo")
    page.get_by_role("button", name="Use the camera").click()
    page.get_by_role("button", name="Stop").wait_for()
    assert not light.is_visible(), "Chromium's camera has none"
    page.get_by_role("button", name="Stop").click()
    page.evaluate(TORCH)
    page.get_by_role("button", name="Use the camera").click()
    light.click()
    page.locator("#torch[aria-pressed=true]").wait_for()
    light.click()
    page.locator("#torch[aria-pressed=false]").wait_for()
    page.evaluate("() => refused.push(true)")
    light.click()
    light.wait_for(state="hidden")
    assert [one["advanced"] for one in page.evaluate("() => asked")] == [
        [{"torch": on}] for on in (True, False, True)
    ]
    page.unroute_all(behavior="ignoreErrors")
    phone.close()


def test_without_a_script_the_site_reads_the_photo_or_says_why_not_and_leads_on(phones):
    page = phones(java_script_enabled=False).page()
    page.goto("/number/photo?make=dacia")
    assert not page.get_by_role("button", name="Use the camera").is_visible()
    film = {"name": "film.gif", "mimeType": "image/gif", "buffer": b"GIF89a" + bytes(40)}
    page.locator("#file").set_input_files(film)
    page.get_by_role("button", name="Let this site read it").click()
    assert page.get_by_role("alert").is_visible()
    led = phones().page()
    led.goto(page.url)
    assert faults(led, "GET /road/{visit}/photo") == []
    page.get_by_role("link", name="Type the number instead").click()
    assert page.get_by_role("heading", name="Type what is on the label").is_visible()


SCENES = {
    "dim": {"paper": 30, "ink": 10, "case": 20, "width": 500, "degrees": 0},
    "glare": {"paper": 255, "ink": 240, "case": 130, "width": 500, "degrees": 0},
    "nearer": {"paper": 235, "ink": 20, "case": 130, "width": 120, "degrees": 0},
    "straighter": {"paper": 235, "ink": 20, "case": 130, "width": 520, "degrees": 30},
    "still": {"paper": 235, "ink": 20, "case": 130, "width": 520, "degrees": 3},
}
"""What a camera may see of wide bars that are no barcode: how light, how large, how far turned."""
ADVISED = """async scenes => {
  const box = document.getElementById("photo");
  const wasm = await (await fetch(box.dataset.wasm)).arrayBuffer();
  const worker = new Worker(box.dataset.worker);
  worker.postMessage({ script: box.dataset.script, wasm }, [wasm]);
  const advised = {};
  for (const [id, { paper, ink, case: around, width, degrees }] of Object.entries(scenes)) {
    const canvas = new OffscreenCanvas(640, 480);
    const pen = canvas.getContext("2d");
    const grey = (light) => { pen.fillStyle = `rgb(${light} ${light} ${light})`; };
    grey(around);
    pen.fillRect(0, 0, 640, 480);
    pen.translate(320, 240);
    pen.rotate((degrees * Math.PI) / 180);
    grey(paper);
    pen.fillRect(-width / 2, -90, width, 180);
    grey(ink);
    for (let at = 0; at < 20; at += 1) pen.fillRect(-width / 2 + (at + 0.25) * width / 20, -60, width / 40, 120);
    const { data } = pen.getImageData(0, 0, 640, 480);
    worker.postMessage({ id, width: 640, height: 480, thorough: false, pixels: data.buffer }, [data.buffer]);
    advised[id] = await new Promise((done) => { worker.onmessage = (told) => done(told.data.advice); });
  }
  worker.terminate();
  return advised;
}"""


def test_the_worker_says_what_would_make_a_better_picture(phones):
    page = phones().page()
    page.goto("/number/photo")
    assert page.evaluate(ADVISED, SCENES) == {name: name for name in SCENES}
