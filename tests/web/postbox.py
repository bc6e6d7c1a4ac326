"""A real SMTP server on loopback that keeps what it takes, and refuses what it is told to."""

import asyncio
import logging
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

WHERE = "127.0.0.1"
# What a server says of each line is not what a test is about.
logging.getLogger("mail").setLevel(logging.CRITICAL)


class Mailbox:
    """What arrived, in order. `at_rcpt` and `at_data` say what is answered; `None`: it is taken."""

    def __init__(self) -> None:
        self.port = 0
        self.raw: list[bytes] = []
        self.envelopes: list[tuple[str, list[str], bool]] = []
        self.sessions = 0
        self.names: list[str] = []
        self.users: list[tuple[str, str, bool]] = []
        self.at_rcpt: Callable[[str], str | None] = lambda _: None
        self.at_data: Callable[[], str | None] = lambda: None

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=default) for raw in self.raw]

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd wants it
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.at_rcpt(address)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_EHLO(  # noqa: N802 - as above
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.names.append(hostname)
        self.sessions += 1
        return responses

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        answer = self.at_data()
        if answer is None:
            assert isinstance(envelope.content, bytes)
            self.raw.append(envelope.content)
            self.envelopes.append((envelope.mail_from or "", envelope.rcpt_tos, session.ssl is not None))
        return answer or "250 OK"

    def authenticate(self, _server, session, _envelope, _mechanism, data) -> AuthResult:
        self.users.append((data.login.decode(), data.password.decode(), session.ssl is not None))
        return AuthResult(success=data.password == b"right", handled=False)


@contextmanager
def mailbox(certificate: Path | None = None, **options) -> Iterator[Mailbox]:
    """Run a server on a free port; with `certificate` (key and certificate in PEM) it offers STARTTLS."""
    box, loop, started = Mailbox(), asyncio.new_event_loop(), threading.Event()
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)

    def serve() -> None:
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(
            loop.create_server(
                lambda: SMTP(box, loop=loop, tls_context=context, authenticator=box.authenticate, **options),
                WHERE,
                0,
            )
        )
        box.port = server.sockets[0].getsockname()[1]
        started.set()
        loop.run_forever()
        server.close()
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.run_until_complete(server.wait_closed())
        loop.close()

    thread = threading.Thread(target=serve)
    thread.start()
    started.wait()
    try:
        yield box
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
