"""The API of what the base signs for units: two accounts, a receipt, and the lines that are carried by hand."""

import pytest
from hosted import BP, BP_MODEL, problem

from radiokey.base.keys.unit_key import UnitTrust
from radiokey.base.log.receipt import parse_receipt, verify
from radiokey.code.signed import Answer, Challenge, ChipGrant, PairingEnd, split
from radiokey.headunit.sync import answer_from_lines, challenge_lines
from radiokey.serial.number import parse

PAPERS = "ab" * 32
CHIP = bytes(range(16))
NAMED = {"serial": BP, "model": BP_MODEL}
WANTED = {
    **NAMED,
    "what": "chip-grant",
    "number": 17,
    "chip": CHIP.hex(),
    "reason": "three wrong codes",
    "papers": PAPERS,
}


@pytest.fixture
def unit(api):
    api.add_unit()
    api.base.grants.keep_digest(parse(BP, kinds=("bp12",)), bytes(16), by="registrar")
    return api


def proposed(api, token, **other):
    answer = api.ask("POST", "/api/grants", token, json={**WANTED, **other})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_one_account_proposes_and_another_signs(unit):
    ann, bob = unit.token("ann"), unit.token("bob")
    proposal = proposed(unit, ann)
    assert unit.ask("GET", "/api/grants", bob).json() == {"proposals": [proposal]}
    path = f"/api/grants/{proposal['id']}"
    problem(unit.ask("POST", path, ann), 403, "refused")
    problem(unit.ask("POST", path, unit.token("ann")), 403, "refused")
    signed = unit.ask("POST", path, bob)
    body, signature = split(bytes.fromhex(signed.json()["grant"]))
    assert ChipGrant.parse(body) == ChipGrant(BP, CHIP, 17, bytes(16))
    assert UnitTrust(unit.base.grants.public).verify(ChipGrant.DOMAIN + body, signature)
    receipt = parse_receipt(unit.ask("POST", path, bob).text.split('"receipt":', 1)[1][:-1])
    assert verify(receipt, unit.base.log.key).leaf.source == "chip-grant"
    assert unit.ask("GET", "/api/grants", bob).json() == {"proposals": []}
    problem(unit.ask("POST", "/api/grants/nobody", bob), 404, "not-there")


def test_a_pairing_ends_the_same_way(unit):
    proposal = proposed(unit, unit.token("ann"), what="pairing-end", number=5, chip="")
    signed = unit.ask("POST", f"/api/grants/{proposal['id']}", unit.token("bob")).json()
    assert PairingEnd.parse(split(bytes.fromhex(signed["grant"]))[0]) == PairingEnd(BP, 5)


def test_a_stolen_unit_gets_nothing(unit):
    ann, bob = unit.token("ann"), unit.token("bob")
    proposal = proposed(unit, ann)
    unit.ask("POST", "/api/stolen", ann, json={**NAMED, "reason": "police report"})
    problem(unit.ask("POST", f"/api/grants/{proposal['id']}", bob), 403, "stolen")
    problem(unit.ask("POST", "/api/grants", ann, json=WANTED), 403, "stolen")
    asked = {**NAMED, "challenge": Challenge(BP, 3, bytes(8)).encode().hex()}
    problem(unit.ask("POST", "/api/synchronisations", json=asked), 403, "stolen")


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"number": -1}, 400),
        ({"number": 2**32}, 400),
        ({"chip": "00"}, 400),
        ({"chip": ""}, 400),
        ({"what": "code"}, 400),
        ({"papers": "x"}, 400),
        ({"reason": ""}, 400),
        ({"serial": "V212"}, 422),
    ],
)
def test_a_proposal_that_is_not_whole_is_refused(unit, wrong, status):
    assert unit.ask("POST", "/api/grants", unit.token(), json={**WANTED, **wrong}).status_code == status


def test_a_navigation_unit_is_answered_without_an_account_by_bytes_or_by_lines(unit):
    challenge = Challenge(BP, 3, b"nonce...")
    by_bytes = unit.ask(
        "POST", "/api/synchronisations", json={**NAMED, "challenge": challenge.encode().hex()}
    )
    by_lines = unit.ask(
        "POST", "/api/synchronisations", json={**NAMED, "lines": " ".join(challenge_lines(challenge))}
    )
    assert by_bytes.json() == by_lines.json(), "the same question is one entry"
    said = by_bytes.json()
    data = bytes.fromhex(said["answer"])
    assert answer_from_lines(challenge, "\n".join(said["lines"])) == data
    assert Answer.parse(split(data)[0]) == Answer.to(challenge, 1)
    assert by_bytes.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("wrong", "slug"),
    [
        ({"challenge": "00"}, "usage"),
        ({}, "usage"),
        ({"lines": "EHVP"}, "input"),
        ({"challenge": Challenge("BP538761234568", 3, bytes(8)).encode().hex()}, "not-released"),
    ],
)
def test_what_is_no_challenge_of_this_unit_is_not_answered(unit, wrong, slug):
    answer = unit.ask("POST", "/api/synchronisations", json={**NAMED, **wrong})
    assert answer.json()["type"].endswith(f"#{slug}")
