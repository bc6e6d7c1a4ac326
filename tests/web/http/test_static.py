"""What is sent to a browser: scripts that decide nothing, no other host, nothing inline, little of it."""

import gzip
import hashlib
import re
from importlib.resources import files
from pathlib import Path

import pytest

from radiokey.catalogue.load import load_catalogue
from radiokey.headunit.lock import State
from radiokey.headunit.policy import REFERENCE, Wait
from radiokey.language.load import known
from radiokey.web.app import FOREVER, HEADERS
from radiokey.web.http.render import StaticFiles

WEB = files("radiokey.web")
VENDOR = WEB / "static" / "vendor"
SCRIPTS = sorted(file.name for file in (WEB / "static").iterdir() if file.name.endswith(".js"))
STYLES = sorted(file.name for file in (WEB / "static").iterdir() if file.name.endswith(".css"))
TEMPLATES = sorted(
    f"{folder}{file.name}"
    for folder in ("", "owner/")
    for file in (WEB / "templates" / folder).iterdir()
    if file.name.endswith(".html")
)
MINUTE_MS = 60_000
WORDS_OF_FINGERS = {"code", "wait", "dark", "fault", "entry"}
"""State names that are words of any language too: these are looked for as a value or a name, not in comments."""
FIELDS = {"presses.js": {"code"}, "worker.js": {"code"}}
"""Names of fields of the coach's form, which these read without a network: there `code` is what was typed."""


def script(name: str) -> str:
    """Return a script without its comments."""
    text = (WEB / "static" / name).read_text(encoding="utf-8")
    return re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", text, flags=re.DOTALL)


def names_and_values(text: str) -> set[str]:
    """Return every identifier and every string of one word, in lower case."""
    strings = re.findall(r"\"([^\"\n]*)\"|'([^'\n]*)'|`([^`]*)`", text)
    single = {part.strip().lower() for found in strings for part in found if part and " " not in part.strip()}
    bare = re.sub(r"\"[^\"\n]*\"|'[^'\n]*'|`[^`]*`", " ", text)
    return single | {name.lower() for name in re.findall(r"[A-Za-z_$][\w$]*", bare)}


def numbers(text: str) -> set[float]:
    """Return every number in a script, and every product of numbers written out."""
    plain = r"\d[\d_]*(?:\.\d+)?(?:e\d+)?"
    found = set()
    for product in re.findall(rf"{plain}(?:\s*\*\s*{plain})*", text):
        value = 1.0
        for factor in re.split(r"\s*\*\s*", product):
            value *= float(factor.replace("_", ""))
            found.add(float(factor.replace("_", "")))
        found.add(value)
    return found


def waits() -> set[int]:
    """Return every wait of every radio, in milliseconds."""
    policies = [REFERENCE, *(model.policy() for model in load_catalogue().models.values())]
    penalties = (policy.penalty_after(errors) for policy in policies for errors in range(1, 21))
    return {ms for penalty in penalties if isinstance(penalty, Wait) for ms in penalty.ms}


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_knows_a_state_of_the_lock(name):
    """JavaScript sends keys and draws what it is told: no value and no name in it is a state's."""
    states = {state.value for state in State} - FIELDS.get(name, set())
    assert names_and_values(script(name)) & states == set()


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_sentence_of_a_script_speaks_of_a_state_that_only_a_lock_has(name):
    rare = {state.value for state in State} - WORDS_OF_FINGERS - {"code"}
    text = script(name).lower()
    assert [state for state in sorted(rare) if re.search(rf"\b{state}\b", text)] == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_knows_how_long_a_radio_waits(name):
    """In milliseconds, or as a product of numbers; a minute itself is only how clocks are written."""
    assert numbers(script(name)) & (waits() - {MINUTE_MS}) == set()


def test_the_search_for_states_and_waits_finds_them():
    """The two tests above would see what they look for."""
    assert "wait" in names_and_values('if (told.state === "wait") {}')
    assert "permanent" in names_and_values("const permanent = told;")
    assert names_and_values("await other(awaited)") & {state.value for state in State} == set()
    for written in ("1800000", "1_800_000", "30 * 60 * 1000", "1.8e6"):
        assert 1_800_000 in numbers(f"setTimeout(open, {written})")
    assert {1_800_000, 7_200_000} <= waits()


@pytest.mark.parametrize("name", [*SCRIPTS, *STYLES, "icon.svg"])
def test_no_static_file_loads_from_another_host(name):
    text = (WEB / "static" / name).read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert re.findall(r"https?:|//[a-z0-9.-]+\.[a-z]|@import|url\(\s*['\"]?(?!data:|#)", text) == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_loads_from_another_host_or_holds_code_or_style(name):
    """The policy of the page forbids both, so they would be dead anyway."""
    text = (WEB / "templates" / name).read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert re.findall(r"https?://", text) == []
    assert re.findall(r"\sstyle\s*=", text) == []
    assert re.findall(r"\son[a-z]+\s*=", text) == []
    assert re.findall(r"<style|javascript:", text) == []
    assert [
        tag for tag in re.findall(r"<script[^>]*>[^<]?", text) if "src=" not in tag or not tag.endswith(">")
    ] == []


def test_the_policy_allows_only_what_the_site_itself_sends():
    policy = dict(part.strip().partition(" ")[::2] for part in HEADERS["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    for name, allowed in policy.items():
        assert set(allowed.split()) <= {"'none'", "'self'", "data:"}, name
    assert {name for name, allowed in policy.items() if "data:" in allowed} <= {"img-src"}
    assert "script-src" in policy
    assert {policy[name] for name in ("base-uri", "frame-ancestors")} == {"'none'"}
    assert policy["form-action"] == "'self'"


def test_a_static_file_is_named_by_its_content_and_never_expires(visitor):
    for name, (content, kind) in StaticFiles(known()).files.items():
        stem, digest, ending = name.split(".")
        assert digest == hashlib.sha256(content).hexdigest()[:12]
        answer = visitor.get(f"/static/{name}")
        assert answer.status_code == 200
        assert answer.content == content
        assert answer.headers["cache-control"] == FOREVER
        assert "immutable" in FOREVER
        assert answer.headers["content-type"].startswith(kind)
        assert any((folder / f"{stem}.{ending}").is_file() for folder in (WEB / "static", VENDOR))


def test_the_reader_of_barcodes_is_half_a_megabyte_over_the_wire_packed_once(visitor):
    (name,) = (name for name in StaticFiles(known()).files if name.endswith(".wasm"))
    assert on_the_wire(visitor, f"/static/{name}") <= 500_000
    static = visitor.app.state.static
    assert static.packed(name) is static.packed(name)
    plain = visitor.get(f"/static/{name}", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == static.files[name][0]


@pytest.mark.parametrize(
    "name", ["radiokey.css", "radiokey.000000000000.css", "..%2Fapp.py", "%2e%2e%2f%2e%2e", "%00", "x" * 500]
)
def test_no_other_name_is_served(visitor, name):
    assert visitor.get(f"/static/{name}").status_code == 404


def loaded(text: str) -> list[str]:
    """Return what a browser fetches with a page."""
    found = re.findall(r'<link[^>]*href="([^"]+)"|<script[^>]*src="([^"]+)"|<img[^>]*src="([^"]+)"', text)
    return [address for one in found for address in one if address and not address.startswith("data:")]


def on_the_wire(client, address: str) -> int:
    """Return how many bytes an answer is, heads included, as the server compresses it."""
    with client.stream("GET", address, headers={"accept-encoding": "gzip"}) as answer:
        assert answer.status_code == 200
        heads = sum(len(name) + len(value) + 4 for name, value in answer.headers.multi_items())
        return heads + sum(len(part) for part in answer.iter_raw())


def test_the_start_page_is_five_requests_and_little(visitor):
    """At most 60 KB and 5 requests on a cold cache, with the manifest and the icon of a phone's first screen."""
    page = visitor.get("/").text
    addresses = ["/", *loaded(page)]
    assert len(addresses) <= 5
    assert sum(on_the_wire(visitor, address) for address in addresses) <= 60_000
    assert len(gzip.compress(page.encode())) < len(page)


def test_a_page_of_the_vault_is_little_with_all_it_fetches(visitor):
    """At most 120 KB, its worker and the age package included; others load these two when a vault is opened."""
    page = visitor.get("/vault").text
    told = re.findall(r'data-(?:worker|library)="([^"]+)"', page)
    addresses = ["/vault", *loaded(page), *told]
    assert len(told) == 2
    assert sum(on_the_wire(visitor, address) for address in addresses) <= 120_000
    assert not any("data-worker" in visitor.get(address).text for address in ("/", "/practice"))


def test_code_of_others_is_what_its_page_names_with_its_licences():
    """A file that nobody wrote down is none of ours either."""
    said = re.findall(
        r"^\| `(\S+)` \| `([0-9a-f]{64})` \|$", (VENDOR / "README.md").read_text("utf-8"), re.MULTILINE
    )
    files = [file for file in VENDOR.iterdir() if file.suffix in {".js", ".wasm"}]
    assert dict(said) == {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    assert {file.name for file in VENDOR.iterdir()} - dict(said).keys() == {"README.md", "LICENSES.txt"}
    licences = (VENDOR / "LICENSES.txt").read_text("utf-8")
    assert licences.startswith("== age-encryption 0.3.1")
    assert {"== zxing-wasm 3.1.6", "Apache License, Version 2.0"} <= set(
        re.findall(r"== zxing-wasm 3.1.6|Apache License, Version 2.0", licences)
    )


def test_the_package_that_opens_a_vault_asks_nobody():
    text = (VENDOR / "age-encryption.js").read_text("utf-8")
    assert re.findall(r"https?:|fetch\(|XMLHttpRequest|WebSocket|eval\(", text) == []


def test_a_practice_radio_is_at_most_eight_requests(visitor):
    assert len(["/practice/renault_86a", *loaded(visitor.get("/practice/renault_86a").text)]) <= 8


@pytest.mark.parametrize("address", ["/", "/models", "/practice/renault_86a", "/waiting"])
def test_a_page_names_only_files_that_are_there(visitor, address):
    for link in loaded(visitor.get(address).text):
        assert visitor.get(link).status_code == 200


def test_the_tokens_are_those_of_their_page():
    """docs/design/looks.md says each colour by day and by night, as the style sheet has it."""
    sheet = (WEB / "static" / "radiokey.css").read_text("utf-8")
    day, night = (
        dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{3,6});", block))
        for block in re.findall(r":root \{(.*?)\}", sheet, re.DOTALL)[:2]
    )
    page = (Path(__file__).parents[3] / "docs" / "design" / "looks.md").read_text("utf-8")
    told = re.findall(r"^\| `(--[\w-]+)` \| `(#\w+)` \| `(#\w+)` \|", page, re.MULTILINE)
    assert len(told) >= 14
    assert {name: (light, dark) for name, light, dark in told} == {
        name: (day[name], night[name]) for name, _, _ in told
    }
    assert {name for name in day if name not in {"--accent-ink", "--key-ink"}} == {
        name for name, _, _ in told
    }
    assert "html { font: 106.25%/1.5 " in sheet
