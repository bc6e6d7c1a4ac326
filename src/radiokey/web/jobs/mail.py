"""Mails: the outbox of the desk goes out by SMTP. They say that something happened, and where to look.

A mail holds the signed link to its request and nothing else of it: no code, no number of a radio, no name, no
VIN. Each is text from a file of `templates/mail`, into which only the link enters, in the language that its
request was opened in. The server is spoken to over TLS, except for one on this machine; the credentials come
from the environment alone.

A server that fails costs nothing: everything waits, a minute first and an hour at most. A mail that it takes
later (a reply of 400 to 499) waits by itself. An address that it refuses for good gets no other mail. What
waits for what lies in the outbox, so that a restart changes nothing (`radiokey.base.requests.outbox`).
"""

import hmac
import logging
import os
import smtplib
import ssl
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address as Header
from email.message import EmailMessage
from email.policy import SMTP
from ipaddress import ip_address
from textwrap import fill
from typing import Final, Self
from urllib.parse import urlsplit

from radiokey.base.ports.requests import Mail
from radiokey.base.requests.contact import Address
from radiokey.base.requests.outbox import Outbox
from radiokey.clock import MINUTE_MS, SECOND_MS, Clock
from radiokey.errors import RadiokeyError, UsageError
from radiokey.language.load import known
from radiokey.language.speech import ENGLISH, gettext, later, speaking
from radiokey.web.http.render import Pages

LOG: Final = logging.getLogger(__name__)
AT_ONCE: Final = 50
TIMEOUT_S: Final = 30.0
WIDTH: Final = 70
"""How long a line of a mail is: short enough to be quoted."""
MARGIN_MS: Final = 5 * MINUTE_MS
"""What is left of the time that mails are held for is longer than one takes: ten times the timeout."""
PORTS: Final = {"smtp": 587, "smtps": 465}
USER, PASSWORD = "RADIOKEY_SMTP_USER", "RADIOKEY_SMTP_PASSWORD"

_FOR_GOOD: Final = 500
_CLOSING: Final = 421
_HINT: Final = later("like smtp://mail.example.org:587 or smtps://mail.example.org")


@dataclass(frozen=True, slots=True)
class MailServer:
    """A server that takes mails, and who they are from. `tls` from the first byte on (smtps)."""

    host: str
    port: int
    tls: bool
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, url: str, sender: str) -> Self:
        """Return the server at `url`, with the credentials of the environment; raise `UsageError`."""
        try:
            parts = urlsplit(url)
            port = parts.port or PORTS[parts.scheme]
        except (ValueError, KeyError):
            raise UsageError(gettext("a mail server is written as an address"), hint=gettext(_HINT)) from None
        if parts.username is not None or parts.password is not None:
            raise UsageError(
                gettext("a password in an address can be read by everybody on this machine"),
                hint=gettext("set {user} and {password} in the environment", user=USER, password=PASSWORD),
            )
        if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
            raise UsageError(gettext("a mail server is written as an address"), hint=gettext(_HINT))
        from_ = Address.parse(sender).reveal()  # an address of the desk hides from nobody
        user, password = os.environ.get(USER, ""), os.environ.get(PASSWORD, "")
        return cls(parts.hostname, port, parts.scheme == "smtps", from_, user, password)

    @property
    def here(self) -> bool:
        """Whether it runs on this machine."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @contextmanager
    def session(self) -> Iterator[smtplib.SMTP]:
        """Open a session over TLS, signed in where there are credentials.

        Raises what `smtplib` raises: `SMTPException` and `OSError`.
        """
        name = self.sender.partition("@")[
            2
        ]  # without one smtplib asks the network what this machine is called
        if self.tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, name, timeout=TIMEOUT_S, context=self._context()
            )
        else:
            server = smtplib.SMTP(self.host, self.port, name, timeout=TIMEOUT_S)
        with server:
            server.ehlo_or_helo_if_needed()
            if not self.tls:
                if server.has_extn("starttls"):
                    server.starttls(context=self._context())
                elif not self.here:
                    raise smtplib.SMTPNotSupportedError("the server offers no TLS")
            if self.user:
                server.login(self.user, self.password)
            yield server

    def _context(self) -> ssl.SSLContext:
        """Return how TLS is spoken with it. To make it takes a read of all certificates of the system."""
        context = ssl.create_default_context()
        if self.here:  # nobody stands between, and such servers sign for themselves
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context


@dataclass(frozen=True, slots=True)
class Mailing:
    """How mails go out: by which server, and how the links in them begin (`web.http.links.origin`)."""

    server: MailServer
    origin: str


class Mailer:
    """Sends the mails of an outbox. `link_of` makes the whole address of a request's page."""

    def __init__(
        self, outbox: Outbox, server: MailServer, link_of: Callable[[str], str], key: bytes, clock: Clock
    ) -> None:
        self._outbox = outbox
        self._server = server
        self._link_of = link_of
        self._key = key
        self._clock = clock

    def send(self) -> int:
        """Send what is due, and return how many mails were handed over; raise `StoreError`."""
        held = self._outbox.take(AT_ONCE)
        left, sent = deque(held.mails), 0
        if not left:
            return 0
        try:
            with self._server.session() as session:
                while left:
                    while left and self._clock.now_ms() < held.until_ms - MARGIN_MS:
                        sent += self._handed_over(session, left.popleft())
                    self._outbox.put_back(tuple(left))
                    held = self._outbox.take(AT_ONCE)
                    left = deque(held.mails)
        except (smtplib.SMTPException, OSError) as error:
            self._outbox.put_back(tuple(left))
            self._outbox.server_failed()
            LOG.warning("the mail server failed (%s); mails wait", type(error).__name__)
        else:
            self._outbox.server_works()
        return sent

    def _handed_over(self, session: smtplib.SMTP, mail: Mail) -> bool:
        """Hand one mail over and write it down; `False` where it was not taken. Raises as `smtplib` does."""
        try:
            to = self._outbox.address_of(mail).reveal()
            session.send_message(self.message(mail, to), self._server.sender, [to])
        except smtplib.SMTPRecipientsRefused as refusal:
            reply = next(iter(refusal.recipients.values()))[0]
            if reply >= _FOR_GOOD:
                self._outbox.refused(mail, reply)
            else:
                self._wait(mail)
            if reply == _CLOSING:
                raise
        except smtplib.SMTPDataError as refusal:
            self._wait(mail)  # of what it thinks of this one mail
            if refusal.smtp_code == _CLOSING:
                raise
        except (smtplib.SMTPException, OSError):
            self._wait(mail)  # the server failed over it: it must not stand before all others the next time
            raise
        except RadiokeyError as problem:
            LOG.warning("a mail cannot be sent (%s); it waits", problem.slug)
            self._wait(mail)
        else:
            self._outbox.sent(mail)
            return True
        return False

    def _wait(self, mail: Mail) -> None:
        if not self._outbox.wait(mail):
            LOG.warning(
                "a mail about request %s is given up",
                mail.request,
                extra={"facts": {"request": mail.request}},
            )

    def message(self, mail: Mail, to: str) -> EmailMessage:
        """Return a mail as it is sent; its `Message-ID` is the same each time, so that a copy is known."""
        language = known().find(mail.language) or ENGLISH
        with speaking(language):
            subject, text = written(mail.template, self._link_of(mail.request))
            sender = Header(gettext("Radiokey desk"), addr_spec=self._server.sender)
        message = EmailMessage(policy=SMTP)
        message["From"] = sender
        message["To"] = to
        message["Subject"] = subject
        message["Date"] = datetime.fromtimestamp(self._clock.now_ms() / SECOND_MS, UTC)
        message["Message-ID"] = self._name_of(mail)
        message["Auto-Submitted"] = "auto-generated"
        # Not every server takes eight bits, and none has to be asked.
        message.set_content(text, cte="7bit" if text.isascii() else "base64")
        message["Content-Language"] = language.tag  # only now: setting the content takes such fields out
        return message

    def _name_of(self, mail: Mail) -> str:
        """Return the name of a mail; its digest tells it from one of that number in a base restored."""
        digest = hmac.digest(self._key, f"{mail.id} {mail.request} {mail.number}".encode(), "sha256")
        return f"<outbox.{mail.id}.{digest.hex()[:16]}@{self._server.sender.partition('@')[2]}>"


def written(name: str, link: str) -> tuple[str, str]:
    """Return the subject and the text of a mail, in the language that is spoken; only the link is long."""
    subject, *paragraphs = Pages().render(f"mail/{name}.txt", link=link).strip().split("\n\n")
    lines = (fill(one, WIDTH, break_long_words=False, break_on_hyphens=False) for one in paragraphs)
    return " ".join(subject.split()), "\n\n".join(line for line in lines if line) + "\n"
