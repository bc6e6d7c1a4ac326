"""A hosted base whose mails go to a server of the tests, and what arrived there."""

import sqlite3
from importlib import resources

from desks import PAPERS, AsSent
from hosted import BP, BP_MODEL, CAR, HOST
from postbox import Mailbox

from radiokey.base.requests.contact import Address
from radiokey.base.requests.desk import Application
from radiokey.base.requests.outbox import ContactStatus
from radiokey.serial.number import parse
from radiokey.serial.vin import Vin
from radiokey.web.app import make_mailer
from radiokey.web.jobs.mail import Mailing, MailServer, written
from radiokey.web.jobs.scheduler import Scheduler

OWNER, DESK = "owner@example.org", f"desk@{HOST}"
TEMPLATES = resources.files("radiokey.web") / "templates" / "mail"
NAMES = sorted(file.name.removesuffix(".txt") for file in TEMPLATES.iterdir() if file.name != "frame.txt")


class Post:
    """A hosted base, its desk, and what sends its mails to a server of the tests."""

    def __init__(self, api, clock, box: Mailbox, **other) -> None:
        self.api, self.clock, self.box = api, clock, box
        self.site = api.app.state.site
        self.desk = self.site.desk
        self.desk._papers._cleaner = AsSent()  # reading papers has tests of its own
        self.server = MailServer("127.0.0.1", box.port, tls=False, sender=DESK, **other)
        self.restart()

    def restart(self) -> None:
        """Begin again as another process would: nothing is remembered."""
        self.mailer = make_mailer(self.site, self.desk, Mailing(self.server, f"https://{HOST}"))
        self.scheduler = Scheduler(self.desk, self.site.metrics, self.site.log_monitor.ready, self.mailer)

    def ask(self, address: str | None = OWNER, language: str = "en") -> str:
        """Open a request that says its papers follow."""
        to = None if address is None else Address.parse(address)
        model = self.site.model(BP_MODEL)
        one = self.desk.open(Application(parse(BP), Vin.parse(CAR), model, address=to, language=language))
        self.desk.submit(one, 1, self.by(one))
        return one

    def by(self, one: str) -> str:
        return self.desk.view(one).stored.requester

    def papers(self, one: str) -> None:
        self.desk.send_papers(one, self.desk.view(one).act, self.by(one), PAPERS)

    def arrived(self) -> list[str]:
        """Return the templates of what arrived since the last time, by their subjects."""
        names = {written(name, "x")[0]: name for name in NAMES}
        found = [names[mail["Subject"]] for mail in self.box.mails]
        self.box.raw.clear()
        return found

    @property
    def again_ms(self) -> int:
        """When the server is asked again."""
        with self.desk._stores.front.snapshot() as seen:
            return seen.mail_server()[1]

    def next_ms(self) -> int:
        """When the mail that was tried first is tried again, 0 where none waits."""
        connection = sqlite3.connect(self.site.base.location.path)
        try:
            row = connection.execute("SELECT min(next_ms) FROM outbox_waiting").fetchone()
        finally:
            connection.close()
        return row[0] or 0

    def refuses(self, one: str) -> bool:
        return self.desk.outbox.reach(one) is ContactStatus.REFUSED

    def count(self, table: str) -> int:
        connection = sqlite3.connect(self.site.base.location.path)
        try:
            return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - our own name
        finally:
            connection.close()
