"""A desk on a database of the tests: people, papers, one radio with its code, and power that can be cut."""

import hashlib
from contextlib import contextmanager
from itertools import count

from radiokey.base.bootstrap import SystemRandomness
from radiokey.base.keys.seal import SealKey
from radiokey.base.log.append import Log
from radiokey.base.log.note import NoteSigner
from radiokey.base.papers.archive import PaperArchive, Upload
from radiokey.base.papers.clean import CleanPaper
from radiokey.base.papers.kind import PaperKind
from radiokey.base.ports.store import StoredUnit
from radiokey.base.release.service import ReleaseService
from radiokey.base.requests.contact import Address, ContactKey
from radiokey.base.requests.desk import Application, Desk, DeskStores
from radiokey.base.requests.request import CHECK_LIST, TIMES
from radiokey.base.sql.principals import Principal
from radiokey.base.stolen.blacklist import Blacklist
from radiokey.base.units.ledger import Ledger
from radiokey.catalogue.load import load_model
from radiokey.code.value import Code
from radiokey.confined.content import Media
from radiokey.serial.number import parse
from radiokey.serial.vin import Vin

HONDA = load_model("honda_audio5")
VIN, OTHER_VIN = Vin.parse("VF1AAAAA123456789"), Vin.parse("VF1AAAAA123456780")
SERIAL, CODE = "22000505", "31415"
READ = parse(SERIAL, kinds=("honda-8",))
PAPERS = [Upload(PaperKind.REGISTRATION, b"a registration"), Upload(PaperKind.LABEL_PHOTO, b"a photo")]
NUMBER = READ.serial
ADDRESS = Address.parse("owner@example.org")
CONTACTS = ContactKey(b"c" * 32)


class Opened:
    """Opens what a test sealed, which is not at all: sealing has tests of its own."""

    def code_of(self, unit):
        return Code(unit.sealed.decode())


class AsSent:
    """Keeps of a paper what was sent, with another ending: cleaning has tests of its own."""

    def clean(self, data):
        kept = data + b", cleaned"
        sums = (hashlib.sha256(one).hexdigest() for one in (data, kept))
        return CleanPaper(Media.JPEG, 1, kept, *sums)


class OneKey:
    """A ring of one key in memory."""

    def __init__(self):
        self.key = SealKey(b"k" * 32)

    @contextmanager
    def sealing(self):
        yield self.key

    def opening(self, key_id):
        assert key_id == self.key.id
        return self.key


class Counted:
    """Bytes that are no two times the same, and the same in each run."""

    def __init__(self):
        self._numbers = count()

    def bytes(self, size):
        return next(self._numbers).to_bytes(size, "big")


class Crashed(BaseException):
    """The power went; nothing after it runs."""


class Cuts:
    """Counts the commits of several stores and cuts the power before or after one of them."""

    def __init__(self, at=None, *, after=False):
        self.at, self.after, self.count = at, after, 0

    def over(self, store):
        return _Cut(store, self)


class _Cut:
    def __init__(self, store, cuts):
        self._store, self._cuts = store, cuts
        self.snapshot, self.concurrent_transaction = store.snapshot, store.concurrent_transaction

    @contextmanager
    def transaction(self):
        with self._store.transaction() as transaction:
            yield transaction
            self._cuts.count += 1
            here = self._cuts.count == self._cuts.at
            if here and not self._cuts.after:
                raise Crashed
        if here:
            raise Crashed


class Place:
    """A hosted base with one unit, and desks on it, each with connections of its own."""

    def __init__(self, both, clock):
        self.both, self.clock, self.randomness = both, clock, Counted()
        self.signer = NoteSigner("radiokey.test/desk", bytes(32))
        unit = StoredUnit(NUMBER.kind, NUMBER.key, NUMBER.text, HONDA.id, "eu", VIN.text, "k", CODE.encode())
        with both.store(Principal.REGISTRAR).concurrent_transaction() as transaction:
            transaction.add_units([unit])

    def desk(self, cuts=None, limits=None, times=TIMES, cleaner=None):
        names = (Principal.DESK, Principal.CLERK, Principal.APPROVER, Principal.DOOR)
        front, clerk, approver, gate = ((cuts or Cuts()).over(self.both.store(name)) for name in names)
        door = ReleaseService(
            gate, self.clock, SystemRandomness(), self.signer, limits, Ledger(Opened(), hosted=True)
        )
        return Desk(
            DeskStores(front, clerk, approver),
            door,
            self.clock,
            self.randomness,
            contacts=CONTACTS,
            papers=PaperArchive(OneKey(), cleaner or AsSent(), self.randomness),
            models={HONDA.id: HONDA},
            times=times,
        )

    def released(self):
        """Return how many releases the log and the door know."""
        log = Log(self.both.store(Principal.PUBLISHER), self.signer).verify()
        return log.size, self.both.behind("SELECT count(*) FROM release")[0][0]

    def stolen(self):
        list_ = Blacklist(self.both.store(Principal.REGISTRAR), self.clock)
        list_.add(READ, reason="police report", by="reg")


def ask(desk, **other):
    usual = {"serial": READ, "vin": VIN, "model": HONDA, "address": ADDRESS}
    return desk.open(Application(**usual | other))


def own(desk, request_id):
    return desk.view(request_id).stored.requester


def checked(desk, **other):
    """Bring a request to its second pair of eyes, and return its id."""
    one = ask(desk, **other)
    desk.send_papers(one, 1, own(desk, one), PAPERS)
    desk.check(one, 2, "cle", CHECK_LIST)
    return one


def log_holds():
    """Nothing is wrong with the log: what the clock of a desk asks before an approval goes on."""


def mails(place):
    return [mail[0] for mail in place.both.behind("SELECT template FROM outbox ORDER BY id")]
