"""A photo of the label over HTTP: barcodes that a phone found, and a photo that its owner sends."""

import hashlib
import tempfile
from pathlib import Path

import pytest

from radiokey.base.limits import Limit, Limits
from radiokey.clock import DAY_MS
from radiokey.errors import PhotoError
from radiokey.label.marks import Code, Line, Marks, Sign, Symbology
from radiokey.label.read import read_marks
from radiokey.language.load import known
from radiokey.web.app import FOREVER, HEADERS
from radiokey.web.http.phone_reader import find_phone_reader
from radiokey.web.http.render import POLICIES, StaticFiles
from radiokey.web.owner import photo
from radiokey.web.owner.photo import LINES_MAX, PHOTO_BYTES_MAX, WAITING_MAX

QUAD = ((10.0, 10.0), (200.0, 10.0), (200.0, 60.0), (10.0, 60.0))
BARS = {"symbology": "Code 128", "text": "281155216RTV212", "quad": QUAD}
SAID = {"width": 640, "height": 480, "codes": [BARS]}
JPEG = b"\xff\xd8" + bytes(range(256)) * 8000
"""No picture: what reads photos is another's test. It is so long that it is written to a file while it comes."""


def line(text):
    return Line(tuple(Sign(sign, 0.95) for sign in text), QUAD)


class Reads:
    """Reads photos as it was told; `seen` is what it was given, `spooled` which files were open meanwhile."""

    def __init__(self, marks=None, refuses=None):
        self.marks, self.refuses, self.seen, self.spooled = marks, refuses, [], []

    def read(self, data, *, make="", radio=None):
        self.seen.append(data)
        self.spooled = open_files()
        if self.refuses:
            raise self.refuses
        return read_marks(self.marks, make=make, radio=radio)


def open_files():
    """Return the files that this process holds open: those in folders, without a name, and in memory."""
    folder = Path("/proc/self/fd")
    found = []
    for entry in folder.iterdir():
        try:
            target = str(entry.readlink())
        except OSError:
            continue  # the folder itself, read and closed
        if target.startswith("/memfd:") or target.endswith("(deleted)"):
            found.append((target, (folder / entry.name).stat().st_size))
    return found


def tell(visitor, **said):
    return visitor.post("/number/photo/marks", json=SAID | said)


def send(visitor, data=JPEG, **fields):
    """Send a photo as a form without a script, and return the page that follows."""
    files = {"photo": ("label.jpg", data, "image/jpeg")}
    sent = visitor.post("/number/photo", data=fields, files=files, follow_redirects=False)
    assert sent.status_code == 303
    return visitor.get(sent.headers["location"])


@pytest.fixture
def site(visitor):
    kept = visitor.app.state.site.photos
    yield visitor.app.state.site
    visitor.app.state.site.photos = kept


# --- what a phone found -----------------------------------------------------------------------------------


def test_a_barcode_is_read_as_a_number_that_is_typed_and_says_where_it_stands(visitor):
    (one,) = tell(visitor).json()["candidates"]
    assert (one["serial"], one["text"]) == ("V212", "281155216RTV212")
    assert tuple(map(tuple, one["quad"])) == QUAD


def test_a_piece_of_a_strip_and_a_part_number_are_no_number_and_the_answer_says_what_is_there(visitor):
    piece = BARS | {"symbology": "Interleaved 2 of 5", "text": "1234567764538700"}
    assert tell(visitor, codes=[piece]).json()["candidates"] == []
    answer = tell(visitor, codes=[BARS | {"text": "281155216R"}]).json()
    assert answer["candidates"] == []
    assert answer["said"].startswith("The number was not found on it")


def test_a_look_alike_in_an_open_place_is_marked(visitor):
    (one,) = tell(visitor, codes=[BARS | {"text": "TQ1AA1501O1234"}], make="toyota").json()["candidates"]
    assert one["look_again"]
    assert all(f"character {each['at'] + 1}" in each["said"] for each in one["look_again"])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"codes": "x"},
        SAID | {"picture": "x"},
        SAID | {"width": 0},
        SAID | {"codes": [BARS] * 33},
        SAID | {"codes": [BARS | {"text": "8" * 501}]},
        SAID | {"codes": [BARS | {"symbology": "Aztec"}]},
        SAID | {"model": "nobodys"},
    ],
)
def test_what_is_no_list_of_barcodes_is_refused_in_a_sentence(visitor, body):
    answer = visitor.post("/number/photo/marks", json=body)
    assert answer.status_code in {400, 422}
    assert len(answer.json()["problem"].split()) >= 4


def test_print_that_a_phone_read_is_judged_as_the_sites_own_and_says_where_to_look_again(visitor):
    said = {"width": 640, "height": 480, "codes": [], "make": "ford"}
    one = {"signs": [{"text": sign, "score": 0.99} for sign in "M012345"], "quad": QUAD}
    answer = visitor.post("/number/photo/marks", json=said | {"first": [one]}).json()
    assert [each["serial"] for each in answer["candidates"]] == ["M012345"]
    assert (answer["sure"], answer["telling"], tuple(map(tuple, answer["around"]))) == (False, True, QUAD)
    assert visitor.post("/number/photo/marks", json=said | {"first": [one], "second": [one]}).json()["sure"]
    assert not visitor.post("/number/photo/marks", json=said).json()["telling"]
    assert (
        visitor.post("/number/photo/marks", json=said | {"first": [one] * (LINES_MAX + 1)}).status_code == 422
    )


def test_what_a_phone_loads_is_served_under_its_hash_and_never_expires(visitor):
    reader = find_phone_reader()
    assert reader is not None, "tools/phone_reader.py puts it into the wheel"
    page = visitor.get("/number/photo").text
    for part, address in reader.addresses.items():
        assert address in page
        answer = visitor.get(address)
        assert hashlib.sha256(answer.content).hexdigest().startswith(address.split(".")[1])
        assert answer.headers["cache-control"] == FOREVER
        assert answer.headers["content-type"].startswith(
            "text/javascript" if part == "library" else "application/"
        )
    assert visitor.get("/static/reader/other.000000000000.onnx").status_code == 404


@pytest.mark.parametrize(
    "missing",
    ["radiokey.web.http.phone_reader.resources.files", "radiokey.web.http.phone_reader.find_networks"],
)
def test_where_a_part_is_missing_a_phone_is_offered_none(visitor, site, monkeypatch, tmp_path, missing):
    monkeypatch.setattr(missing, (lambda _package: tmp_path) if missing.endswith("files") else lambda: None)
    monkeypatch.setattr(photo, "find_phone_reader", find_phone_reader.__wrapped__)
    site.photos = None
    page = visitor.get("/number/photo").text
    assert "Read it on this phone" not in page
    assert "This site reads no print from photos." in page


# --- what the browser may do ------------------------------------------------------------------------------


def test_the_camera_is_allowed_on_its_own_page_alone(visitor):
    assert visitor.get("/number/photo").headers["permissions-policy"].startswith("camera=(self)")
    assert visitor.get("/number").headers["permissions-policy"] == HEADERS["Permissions-Policy"]
    assert HEADERS["Permissions-Policy"].startswith("camera=()")


@pytest.mark.parametrize("worker", ["photo-worker", "print-worker"])
def test_what_sees_the_photo_may_compile_and_connect_to_nothing(visitor, worker):
    """A worker goes by the policy that it is sent with, so the page itself needs no more than others."""
    (name,) = (name for name in StaticFiles(known()).files if name.startswith(f"{worker}."))
    policy = visitor.get(f"/static/{name}").headers["content-security-policy"]
    assert policy == POLICIES[f"{worker}.js"]
    assert policy.split("; ") == ["default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'"]
    assert (
        visitor.get("/number/photo").headers["content-security-policy"] == HEADERS["Content-Security-Policy"]
    )


def test_nothing_of_the_reader_is_named_for_loading_by_a_page(visitor):
    page = visitor.get("/number/photo").text
    assert "zxing" not in visitor.get("/number").text
    assert 'src="/static/zxing' not in page
    assert 'data-wasm="/static/zxing_reader.' in page


# --- a photo that is sent ---------------------------------------------------------------------------------


def test_a_photo_that_is_sent_leads_to_the_number_and_nothing_of_it_stays(visitor, site, tmp_path):
    before = open_files()
    site.photos = Reads(Marks(640, 480, (Code(Symbology.CODE_128, "281155216RTV212", QUAD),)))
    page = send(visitor, make="dacia")
    assert site.photos.seen == [JPEG], "the whole photo was read"
    assert site.photos.spooled == before, "it lay in no file any more while it was read"
    assert open_files() == before
    assert '<p class="number">V212</p>' in page.text
    assert "is deleted" in page.text
    folders = [Path(tempfile.gettempdir()), Path.cwd(), *tmp_path.parents[:2]]
    assert not [file for folder in folders for file in folder.glob("*") if holds(file)]


def holds(file):
    """Tell whether a file is as long as the photo and begins as it does."""
    try:
        return file.is_file() and file.stat().st_size >= len(JPEG) and JPEG[:64] in file.read_bytes()[:4096]
    except OSError:
        return False


def test_a_script_is_told_the_same_with_the_place(visitor, site):
    site.photos = Reads(Marks(640, 480, (), (line("281155216RT V212"),), (line("281155216RT V212"),)))
    answer = visitor.post(
        "/number/photo", files={"photo": ("a.jpg", JPEG)}, headers={"accept": "application/json"}
    ).json()
    assert [(one["serial"], one["text"]) for one in answer["candidates"]] == [("V212", "V212")]
    assert (answer["width"], answer["height"]) == (640, 480)


def test_a_photo_without_a_number_and_one_that_is_none_lead_on(visitor, site):
    site.photos = Reads(Marks(640, 480))
    page = send(visitor, make="dacia")
    assert page.status_code == 422
    assert "No label was found on it" in page.text
    site.photos = Reads(refuses=PhotoError("this picture moves", hint="give a still one", reason="animated"))
    page = send(visitor, make="dacia")
    assert "This picture moves" in page.text
    for way in ('type="file"', "Type the number instead", "/number?make=dacia"):
        assert way in page.text
    page = send(visitor, data=b"")
    assert (page.status_code, "No photo was chosen" in page.text) == (400, True)


def test_a_site_that_reads_no_photos_says_so_and_leads_on(visitor, site, monkeypatch):
    site.photos = None
    monkeypatch.setattr(photo, "find_phone_reader", lambda: None)
    page = visitor.get("/number/photo")
    assert "This site reads no print from photos" in page.text
    assert "Let this site read it" not in page.text
    assert "Type the number instead" in page.text
    assert "This site does not read photos" in send(visitor).text


def test_more_than_a_photo_and_more_photos_than_wait_are_refused(visitor, site):
    site.photos = Reads(Marks(640, 480))
    assert send(visitor, data=b"x" * PHOTO_BYTES_MAX).status_code == 413
    site.photos_waiting = WAITING_MAX
    page = send(visitor)
    site.photos_waiting = 0
    assert (page.status_code, "Many photos are being read" in page.text) == (429, True)
    assert site.photos.seen == []


def test_a_limit_of_photos_names_the_way_without_one(make_api):
    api = make_api(limits=Limits({"photos": Limit(1, DAY_MS)}))
    api.app.state.site.photos = Reads(Marks(640, 480))
    send(api.client)
    page = send(api.client)
    assert page.status_code == 429
    assert "Type the number instead" in page.text
    assert int(page.headers["retry-after"]) > 0


def test_the_owners_own_machine_says_that_it_is(visitor, site):
    site.photos = Reads(Marks(640, 480))
    assert (site.base.organisation is None) == ("your own machine" in visitor.get("/number/photo").text)
