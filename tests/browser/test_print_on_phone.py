"""Print read on the phone: loaded with its owner's consent, without a network, and the same lines as the site reads."""

import io
import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from camera import Kind, take
from looks import WIDE, faults
from PIL import Image, ImageDraw, ImageFont

from radiokey.label import look, ocr
from radiokey.label.raster import grey_of
from radiokey.label.read import read_marks

FONTS = Path(__file__).parents[1] / "photos" / "fonts"
PRINTED = ("FORD 6000 CD", "M012345")
SLOW = 120_000
"""Milliseconds: two networks of 22 MB are unpacked and compiled, beside other tests."""


def label():
    """Return a picture of a label without a barcode, as the pixels of a PNG: both sides decode it alike."""
    picture = Image.new("RGB", (480, 360), (96, 98, 102))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((60, 90, 420, 270), fill=(232, 230, 224))
    for at, text in enumerate(PRINTED):
        pen.text(
            (96, 112 + 76 * at),
            text,
            fill=(24, 24, 28),
            font=ImageFont.truetype(FONTS / "roboto-bold.ttf", 44),
        )
    return picture


def png(picture):
    file = io.BytesIO()
    picture.save(file, "PNG")
    return {"name": "label.png", "mimeType": "image/png", "buffer": file.getvalue()}


@pytest.fixture(scope="module")
def reader():
    return ocr.Reader()


def lines_of(reader, pixels):
    """Return the lines of both passes over a picture, as the site reads them."""
    groups = look.read_groups(reader, pixels, ocr.find_print(reader, pixels, grey_of(pixels)))
    first = [line for group in groups for line in group.lines]
    return first, ocr.second_pass(reader, ocr.cut_out(pixels, groups[0]))


def kept(page):
    """Return the addresses that the phone keeps the parts of."""
    return page.evaluate(
        "async () => (await (await caches.open('radiokey-print')).keys()).map(one => new URL(one.url).pathname)"
    )


def test_print_is_read_on_the_phone_without_a_network_once_its_owner_has_loaded_what_it_takes(phones, reader):
    phone = phones()
    page = phone.page()
    page.set_default_timeout(SLOW)
    sent = []
    page.on("request", lambda one: sent.append((one.method, one.url, one.post_data_buffer or b"")))
    page.goto("/number/photo?make=ford")
    page.get_by_role("button", name="Read it on this phone").click()
    page.get_by_text("Take or choose a photo first.").wait_for()
    page.locator("#file").set_input_files(png(label()))
    page.get_by_text("No barcode with the number was found.").wait_for()
    page.get_by_role("button", name="Read it on this phone").click()
    page.get_by_text("This phone loads 26 MB for it, once.").wait_for()
    assert faults(page, "GET /number/photo") == []
    assert not [url for _, url, _ in sent if "/static/reader/" in url], "nothing is loaded unasked"
    page.get_by_role("button", name="Not now").click()
    assert page.get_by_role("button", name="Read it on this phone").evaluate(
        "one => one === document.activeElement"
    )
    page.get_by_role("button", name="Read it on this phone").click()
    page.route(
        "**/number/photo/marks",
        lambda route: (page.context.set_offline(True), route.abort("connectionreset")),
    )
    page.get_by_role("button", name="Load 26 MB").click()
    page.get_by_role("heading", name="This is printed on it").wait_for()
    first, _ = lines_of(reader, np.asarray(label()))
    assert page.locator("#found li").all_inner_texts() == [line.text for line in first]
    assert set(PRINTED) <= {line.text for line in first}
    loaded = [url.removeprefix(phone.address) for _, url, _ in sent if "/static/reader/" in url]
    assert sorted(kept(page)) == sorted(address for address in loaded if not address.endswith(".js"))
    assert page.evaluate(WIDE) == 0
    assert faults(page, "GET /number/photo") == []
    page.get_by_role("button", name="Find the number").click()
    page.get_by_text("There is still no connection.").wait_for()
    page.unroute("**/number/photo/marks")
    page.context.set_offline(False)
    page.get_by_role("button", name="Find the number").click()
    page.get_by_role("heading", name="Is it this?").wait_for()
    assert page.locator("#found .number").inner_text() == "M012345"
    assert {(method, url.rpartition("/")[2]) for method, url, _ in sent if method != "GET"} == {
        ("POST", "marks")
    }
    assert all(len(body) < 2_000 and json.loads(body) for method, _, body in sent if method == "POST")
    assert all("RESET" in one for one in phone.complaints)
    phone.complaints.clear()


def test_a_photo_that_its_owner_lets_the_site_read_leads_to_the_number_on_the_same_page(phones):
    page = phones().page()
    page.set_default_timeout(SLOW)
    posted = []
    page.on("request", lambda one: one.method == "POST" and posted.append(one.url.rpartition("/")[2]))
    page.goto("/number/photo?make=ford")
    page.locator("#file").set_input_files(png(label()))
    page.get_by_text("No barcode with the number was found.").wait_for()
    assert posted == [], "nothing is sent unasked"
    page.get_by_role("button", name="Let this site read it").click()
    page.get_by_role("heading", name="Is it this?").wait_for()
    assert posted == ["photo"]
    assert page.locator("#found .number").inner_text() == "M012345"
    assert page.locator("#found canvas").is_visible(), (
        "the place that was read, cut out of the owner's own photo"
    )


READ = """async ([width, height]) => {
  const { box: { dataset: told } } = { box: document.getElementById("photo") };
  const bytes = async (address) => (await fetch(address)).arrayBuffer();
  if (!window.reader) {
    const packed = await fetch(told.runtime);
    const runtime = await new Response(packed.body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
    window.reader = new Worker(told.printWorker, { type: "module" });
    window.ask = (asked) => new Promise((done) => {
      window.reader.onmessage = ({ data }) => done(data);
      window.reader.postMessage(asked);
    });
    await ask({ library: told.library, pixels: told.printPixels, runtime,
      detector: await bytes(told.detector), reader: await bytes(told.reader) });
  }
  const picture = await createImageBitmap(document.getElementById("file").files[0]);
  const pen = new OffscreenCanvas(width, height).getContext("2d");
  pen.drawImage(picture, 0, 0);
  const first = await ask({ step: "first", width, height, pixels: pen.getImageData(0, 0, width, height).data.buffer });
  return [first, await ask({ step: "second", around: null })];
}"""


HARD = (10_000, 10_002, 10_014)
"""Hard photos of labels without a barcode, no larger than the page reads them."""


@pytest.mark.deep
def test_hard_photos_lead_a_phone_to_the_number_that_the_site_reads(phones, reader):
    page = phones().page()
    page.set_default_timeout(SLOW)
    numbers = {}
    for seed in HARD:
        photo = take(seed, Kind.HARD)
        page.goto(f"/number/photo?make={photo.wording.make}")
        page.locator("#file").set_input_files(png(Image.fromarray(photo.pixels)))
        page.get_by_text("No barcode with the number was found.").wait_for()
        page.get_by_role("button", name="Read it on this phone").click()
        if seed == HARD[0]:
            page.get_by_role("button", name="Load 26 MB").click()
        page.get_by_role("heading", name="Is it this?").wait_for()
        numbers[seed] = page.locator("#found .number").all_inner_texts()
        rows, columns = photo.pixels.shape[:2]
        judge = partial(read_marks, make=photo.wording.make)
        read = judge(look.look(reader, photo.pixels, (columns, rows), judge))
        assert numbers[seed] == [one.serial.text for one in read.candidates], seed
    assert [numbers[seed][0] for seed in HARD] == [take(seed, Kind.HARD).truth for seed in HARD]


@pytest.mark.deep
def test_photos_of_stickers_are_read_as_the_site_reads_them(phones, reader):
    """The same characters, as sure within two hundredths, no two pixels apart: one of the map of lines is two."""
    page = phones().page()
    page.set_default_timeout(SLOW)
    page.goto("/number/photo")
    for kind in Kind:
        pixels = take(10_004, kind).pixels
        page.locator("#file").set_input_files(png(Image.fromarray(pixels)))
        page.locator("#photo-says").filter(has_text="Read").wait_for()
        answers = page.evaluate(READ, [pixels.shape[1], pixels.shape[0]])
        for theirs, ours in zip(
            (answers[0]["first"], answers[1]["second"]), lines_of(reader, pixels), strict=True
        ):
            assert ["".join(sign["text"] for sign in line["signs"]) for line in theirs] == [
                line.text for line in ours
            ]
            for line, other in zip(theirs, ours, strict=True):
                assert np.abs(np.array(line["quad"]) - np.array(other.quad)).max() < 2
                scores = [sign["score"] for sign in line["signs"]]
                assert scores == pytest.approx([sign.score for sign in other.signs], abs=0.02)
