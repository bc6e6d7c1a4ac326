"""Checking a receipt on the site: what a release gave verifies, and nothing that was changed does."""

import base64
import json

import pytest


@pytest.fixture(scope="module")
def client(open_site, tmp_path_factory):
    """A site that has released one code."""
    with open_site(tmp_path_factory.mktemp("issuer") / "base.sqlite3") as client:
        yield client


@pytest.fixture(scope="module")
def receipt(client, page_of) -> str:
    told = {"text": "281155216RT V212", "owns": "yes", "request_id": "one"}
    links = page_of(client.post("/code", data=told).text).links
    link = next(link for link in links if link.startswith("data:application/json"))
    return base64.b64decode(link.partition(",")[2]).decode()


def test_the_receipt_of_a_release_verifies(client, receipt, page_of):
    answer = client.post("/verify", data={"receipt": receipt})
    page = page_of(answer.text)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "The receipt is whole" in page.words
    assert "V212 was released" in page.words
    assert "of 1 entries" in page.words
    assert "This base made it." in page.words


def test_a_receipt_of_another_base_is_whole_and_said_to_be_another_s(receipt, make_client, tmp_path):
    other = make_client(database=tmp_path / "other" / "base.sqlite3")
    assert "Another base made it" in other.post("/verify", data={"receipt": receipt}).text


@pytest.mark.parametrize(
    "field", ["serial", "kind", "nonce", "leaf", "index", "size", "proof", "checkpoint", "key", "v"]
)
def test_a_receipt_with_one_thing_changed_says_no(client, receipt, field):
    changed = json.loads(receipt)
    match changed[field]:
        case int(number):
            changed[field] = number + 1
        case str(text):
            changed[field] = ("A" if text[0] != "A" else "B") + text[1:]
        case list(steps):
            changed[field] = [*steps, base64.b64encode(bytes(32)).decode()]
    answer = client.post("/verify", data={"receipt": json.dumps(changed)})
    assert answer.status_code == 422
    assert "The receipt is whole" not in answer.text
    assert 'class="error"' in answer.text


def test_a_receipt_with_one_byte_changed_anywhere_says_no(client, receipt):
    """Every seventeenth byte, so that each part of the file is met."""
    whole = json.loads(receipt)
    for at in range(0, len(receipt), 17):
        changed = receipt[:at] + chr((ord(receipt[at]) ^ 1) & 0x7F) + receipt[at + 1 :]
        answer = client.post("/verify", data={"receipt": changed})
        same = answer.status_code == 200
        assert not same or json.loads(changed) == whole, at


@pytest.mark.parametrize(
    "text", ["", "{}", "null", "[" * 15_000, "\u0000", "ü" * 100, '{"v": 1}', "x" * 40_000]
)
def test_what_is_no_receipt_is_said_to_be_none(visitor, text):
    answer = visitor.post("/verify", data={"receipt": text})
    assert answer.status_code == 422
    assert 'class="error"' in answer.text


def test_a_page_asks_for_the_receipt(visitor, page_of):
    assert "receipt" in page_of(visitor.get("/verify").text).form("/verify").fields
