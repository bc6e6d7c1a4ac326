"""A hosted base with people and requests in every state, served: `served_desk.py DATABASE CLOCK TOLD`.

TOLD becomes a JSON file: a token for each person, the id of a request in each state.
"""

import hashlib
import json
import sys
from pathlib import Path

from film import jpeg, taken
from hosted import BP, BP_MODEL, CAR, HOST, OTHER_CAR
from papermaking import picture
from served import ToldClock

from radiokey.base.bootstrap import Base, init_base
from radiokey.base.identity.roles import ROLES, Role
from radiokey.base.keys.seal import NONCE_SIZE
from radiokey.base.papers.archive import PaperArchive, Upload
from radiokey.base.papers.clean import CleanPaper
from radiokey.base.papers.kind import PaperKind
from radiokey.base.ports.store import StoredUnit
from radiokey.base.requests.desk import Application, Desk
from radiokey.base.requests.reasons import Reason
from radiokey.base.requests.request import CHECK_LIST, Fee, State
from radiokey.base.sql.principals import Principal
from radiokey.catalogue.load import load_catalogue
from radiokey.clock import DAY_MS
from radiokey.code.value import Code
from radiokey.confined.content import Media
from radiokey.serial.number import parse
from radiokey.serial.vin import Vin
from radiokey.web.serve import serve

PEOPLE = {
    "cle": Role.CLERK,
    "cora": Role.CLERK,
    "app": Role.APPROVER,
    "reg": Role.REGISTRAR,
    "rita": Role.REGISTRAR,
    "aud": Role.AUDITOR,
}
SHOP = "Ann's Radios"
BILL = b"a bill of sale"
"""The papers that a proposal to sign for a radio rests on."""
STATES = {
    "draft": State.DRAFT,
    "asked": State.PAPERS,
    "papers": State.PAPERS,
    "review": State.REVIEW,
    "busy": State.REVIEW,
    "back": State.REVIEW,
    "second": State.SECOND,
    "released": State.RELEASED,
    "refused": State.REFUSED,
    "withdrawn": State.WITHDRAWN,
    "expired": State.EXPIRED,
    "own": State.DRAFT,
}
"""The requests that pages are looked at with, and where each is."""


class Plain:
    """Keeps a picture as it was sent: cleaning has tests of its own."""

    def clean(self, data: bytes) -> CleanPaper:
        digest = hashlib.sha256(data).hexdigest()
        return CleanPaper(Media.JPEG, 1, data, digest, digest)


def seed(base: Base, clock: ToldClock) -> dict[str, dict[str, str] | str]:
    """Bring people, a unit, requests and a clearing into a base; return the tokens and the ids."""
    tokens = {
        who: base.tokens.make(who, SHOP, ROLES[role], days=30, by="local")[0].reveal()
        for who, role in PEOPLE.items()
    }
    # Who signs for a radio is of the base itself.
    tokens["sig"] = base.tokens.make("sig", HOST, ROLES[Role.APPROVER], days=30, by="local")[0].reveal()
    models = load_catalogue().models
    desk, serial = base.desk(models), parse(BP).serial
    desk._papers = PaperArchive(base.ring, Plain(), base.randomness)
    with base.ring.sealing() as key:
        nonce = base.randomness.bytes(NONCE_SIZE)
        sealed = key.seal(serial.kind, serial.key, BP_MODEL, Code("1234"), nonce)
    unit = StoredUnit(serial.kind, serial.key, serial.text, BP_MODEL, "EU", CAR, key.id, sealed)
    with base.stores.of(Principal.REGISTRAR).concurrent_transaction() as transaction:
        transaction.add_units([unit])
    return {
        "tokens": tokens,
        "requests": _requests(desk, clock, Application(parse(BP), Vin.parse(CAR), models[BP_MODEL])),
        "clearing": _clearing(base),
        "grant": base.grants.propose_pairing_end(
            parse(BP), paired=5, reason="sold with its car", papers=hashlib.sha256(BILL).hexdigest(), by="cle"
        ).id,
    }


def _clearing(base: Base) -> str:
    """Report a radio and propose to clear it; return the proposal's id."""
    stolen, car = parse("BP538769684801"), Vin.parse(OTHER_CAR)
    base.blacklist.add(stolen, vin=car, reason="taken from the car park", by="reg")
    clearings = base.clearings()
    clearings._papers = PaperArchive(base.ring, Plain(), base.randomness)
    receipt, reason = picture(size=(600, 848)), "found in another car, handed back"
    return clearings.propose(stolen, vin=car, reason=reason, receipt=receipt, by="rita").id


def _requests(desk: Desk, clock: ToldClock, asked: Application) -> dict[str, str]:
    papers = [
        Upload(PaperKind.REGISTRATION, picture(size=(640, 480))),
        Upload(PaperKind.LABEL_PHOTO, jpeg(taken(12, text=BP))),
    ]

    def reviewed() -> str:
        one = desk.open(asked)
        desk.send_papers(one, 1, desk.view(one).stored.requester, papers)
        return one

    with clock.at(-8 * DAY_MS):
        over = desk.open(asked)
    assert desk.sweep().expired == 1
    found = {"expired": over, "draft": desk.open(asked), "own": desk.open(asked, "cle"), "review": reviewed()}
    found |= {name: reviewed() for name in ("forms", "keys", "plain")}
    busy = found["busy"] = reviewed()
    desk.post_message(busy, desk.view(busy).stored.requester, "The car is at home; I can come by on Friday.")
    desk.record_vin(busy, 2, "cora", Vin.parse(OTHER_CAR))
    desk.record_fee(busy, 3, "cora", Fee(1250, "EUR"))
    desk.post_message(busy, "cora", "The VIN at the car is another one. Which car is the radio in?")
    asking = found["papers"] = reviewed()
    desk.ask_papers(asking, 2, "cle", "The second page of the registration, whole.")
    for name in ("second", "released"):
        found[name] = reviewed()
        desk.check(found[name], 2, "cle", CHECK_LIST)
    desk.approve(found["released"], 3, "app")
    no = found["refused"] = reviewed()
    desk.refuse(no, 2, "cora", Reason.PAPERS_CHANGED)
    asked_for = found["asked"] = desk.open(asked)
    desk.submit(asked_for, 1, desk.view(asked_for).stored.requester)
    sold = found["sold"] = desk.open(asked, "cle")
    desk.send_papers(sold, 1, "cle", papers)
    desk.check(sold, 2, "cora", CHECK_LIST)
    desk.approve(sold, 3, "app")
    gone = found["withdrawn"] = reviewed()
    desk.withdraw(gone, 2, desk.view(gone).stored.requester)
    again = found["back"] = reviewed()
    desk.check(again, 2, "cle", CHECK_LIST)
    desk.send_back(again, 3, "app", "The name on the second page.\nIt is another one.")
    assert {name: desk.view(found[name]).request.state for name in STATES} == STATES
    return found


if __name__ == "__main__":
    database, clock, told = Path(sys.argv[1]), ToldClock(Path(sys.argv[2])), Path(sys.argv[3])
    with init_base(database, HOST, clock) as base:
        told.write_text(json.dumps(seed(base, clock)), encoding="utf-8")
    serve("127.0.0.1", 0, database, clock=clock)
