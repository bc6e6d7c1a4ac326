"""Every command block of docs/how-to, typed as it is printed, in order, by a shell: on a file and on PostgreSQL.

One base for all pages of a database, as an operator has one. On PostgreSQL the account is an ordinary one of a
new server, with what the page has the superuser run and nothing else. What a test cannot have stands in
`mapped`; a block that cannot be run is marked on its page, with the reason.
"""

import http.client
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from certificates import self_signed
from loaded import loaded, put_command
from postbox import Mailbox, mailbox
from postgres import Server, running
from proxies import HOST, NAME, free_ports, proxy

from radiokey.base.bootstrap import open_base
from radiokey.base.release.request import ReleaseRequest
from radiokey.base.requests.contact import Address
from radiokey.base.requests.desk import Application
from radiokey.catalogue.load import load_model
from radiokey.serial.number import parse
from radiokey.serial.vin import Vin

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
ORDER = ("operate.md", "registrar.md", "backup.md", "standby.md")
"""The pages with blocks, as somebody reads them who begins."""
WALKED_ELSEWHERE = {
    "cluster.md": "tests/cluster/test_how_to.py",
    "car-and-base.md": "tests/foreign/test_signed_units.py",
    "plug.md": "tests/foreign/test_plug_doip.py",
    "keep-it.md": "tests/how_to/test_keep_it.py",
    "lab.md": "tests/how_to/test_lab.py",
}
"""Pages that no base is needed for, and the test that goes through them."""
FENCED = re.compile(
    r"(?:^ *<!-- not run: (?P<why>[^\n]+) -->\n)?^(?P<indent> *)```(?P<kind>\w+)\n(?P<text>.*?)^ *```$",
    re.MULTILINE | re.DOTALL,
)
SECRETS = ("key", "keys", "contacts", "web", "head")
SLOW = 150


@dataclass(frozen=True)
class Block:
    """Commands as they stand on a page; `why` they are not run, empty where they are."""

    page: str
    kind: str
    text: str
    why: str

    @property
    def of_a_server(self) -> bool:
        """Tell whether it is about a database server, which a file has none of."""
        return self.page == "standby.md" or "sudo -u postgres" in self.text

    @property
    def serves(self) -> bool:
        return "radiokey serve" in self.text


def blocks(page: str) -> list[Block]:
    text = (HOW_TO / page).read_text("utf-8")
    found = [
        Block(
            page,
            one["kind"],
            re.sub(rf"^{one['indent']}", "", one["text"], flags=re.MULTILINE),
            one["why"] or "",
        )
        for one in FENCED.finditer(text)
    ]
    assert len(found) * 2 == len(re.findall(r"^ *```", text, re.MULTILINE)), (
        f"{page}: a block that is not read"
    )
    return found


class Operator:
    """Somebody at a shell, in a folder of an own, on a machine whose database is a file or a server."""

    def __init__(self, folder: Path, server: Server | None, box: Mailbox, address: str) -> None:
        self.folder, self.server, self.box = folder, server, box
        self.port, self.probes = free_ports(2)
        self.standby = self.superuser_at = ""
        self.environment = {
            "PATH": f"{folder / 'bin'}{os.pathsep}{os.defpath}",
            "HOME": str(folder),
            "XDG_DATA_HOME": str(folder / "data"),
            "RADIOKEY_SECRETS": str(folder / "secrets" / "codes"),
            "SSL_CERT_FILE": str(folder / "mail.pem"),  # the mail server's certificate holds
        }
        (folder / "bin").mkdir()
        put_command(folder / "bin" / "radiokey", address, folder / "pid")
        if server is not None:  # `sudo -u postgres` is the superuser at the server
            self.superuser_at = server.url("postgres").partition("host=")[2]
            sudo = folder / "bin" / "sudo"
            sudo.write_text(
                f'#!/bin/sh\nshift 2\nPGUSER=postgres PGHOST={self.superuser_at} exec "$@"\n', "utf-8"
            )
            sudo.chmod(0o755)
            self.environment["PATH"] = (
                f"{folder / 'bin'}{os.pathsep}{server.programs()}{os.pathsep}{os.defpath}"
            )

    def address(self, database: str, host: str = "") -> str:
        """Return where a database of the server is, for the account of the pages."""
        assert self.server is not None
        return f"postgresql://radiokey@/{database}?host={host or self.superuser_at}"

    def mapped(self) -> dict[str, str]:
        """Return what stands on the pages and what a test has in its place: nothing else is changed."""
        files = {name: name for name in ("codes.sqlite3", "restored.sqlite3")}
        if self.server is None:
            places = {f"postgresql://radiokey@db/{name.partition('.')[0]}": name for name in files}
        else:
            places = {"postgresql://radiokey@standby/codes": self.address("codes", self.standby)}
            for name in files:
                database = name.partition(".")[0]
                places[name] = places[f"postgresql://radiokey@db/{database}"] = self.address(database)
        return places | {
            "radiokey serve": f"radiokey serve --port {self.port}",
            "--probes 127.0.0.1:8001": f"--probes 127.0.0.1:{self.probes}",
            "smtp://mail.example.org": f"smtp://127.0.0.1:{self.box.port}",
            "RADIOKEY_SMTP_PASSWORD=...": "RADIOKEY_SMTP_PASSWORD=right",
        }

    @property
    def place(self) -> str:
        """Where the base of the pages is."""
        return self.mapped()["postgresql://radiokey@db/codes"]

    def typed(self, block: Block) -> str:
        text = block.text
        for printed, here in self.mapped().items():
            text = text.replace(printed, here)
        return text

    def run(self, block: Block) -> str:
        """Type a block and return what it says; every line of it has to end well."""
        command, environment = ["/bin/sh", "-eu"], self.environment
        if block.kind == "sql":
            command = [f"{self.server.programs()}/psql", "--quiet", "--set", "ON_ERROR_STOP=1"]
            environment = environment | {"PGUSER": "postgres", "PGHOST": self.superuser_at}
        ran = subprocess.run(
            command,
            input=self.typed(block),
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, f"{block.text}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout

    @contextmanager
    def serving(self, block: Block) -> Iterator[list[str]]:
        """Type a block whose last command serves; lend what was said until it does, and end it."""
        assert block.text.rstrip().replace("\\\n", " ").splitlines()[-1].count("radiokey serve") == 1, (
            "it is the last"
        )
        complaints = self.folder / "stderr"
        with (
            complaints.open("wb") as written,  # a pipe that nobody reads stops who logs, once it is full
            subprocess.Popen(
                ["/bin/sh", "-eu", "-c", self.typed(block)],
                cwd=self.folder,
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=written,
                text=True,
            ) as process,
        ):
            said: list[str] = []
            while not (said and said[-1].startswith("Radiokey is on")):
                line = process.stdout.readline()
                assert line, f"{block.text}\n{said}\n{complaints.read_text('utf-8')}"
                said.append(line)
            try:
                yield said
            finally:
                os.kill(int((self.folder / "pid").read_text("utf-8")), signal.SIGTERM)
                process.wait()
        assert process.returncode == 0, complaints.read_text("utf-8")

    def becomes_ready(self) -> bool:
        return any(self.ask("/ready") == 200 for _ in range(9_999))

    def ask(self, path: str, port: int = 0) -> int:
        connection = http.client.HTTPConnection(HOST, port or self.port)
        try:
            connection.request("GET", path, headers={"Host": NAME})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with loaded() as one:
        yield one


@pytest.fixture(params=["a file", "PostgreSQL"])
def operator(request, tmp_path, address) -> Iterator[Operator]:
    (tmp_path / "secrets").mkdir()
    certificate = self_signed(tmp_path / "mail.pem")
    with ExitStack() as stack:
        box = stack.enter_context(mailbox(certificate, auth_require_tls=True))
        server = stack.enter_context(running()) if request.param == "PostgreSQL" else None
        yield Operator(tmp_path, server, box, address)


def behind_the_proxy(operator: Operator) -> None:
    """Owners get their pages through nginx while slow clients hold on to it."""
    form = {"Content_Type": "application/x-www-form-urlencoded", "Origin": f"https://{NAME}"}
    with proxy(operator.port) as front, ExitStack() as slow:
        for _ in range(SLOW):
            slow.enter_context(front.connect("127.0.0.2")).sendall(b"GET / HTTP/1.1\r\nHost: ")
        status, page, _ = front.ask("/", "127.0.0.3")
        assert (status, b"Radiokey" in page) == (200, True)
        assert front.ask("/number", "127.0.0.3", b"text=V212", **form)[0] == 303
        assert front.ask("/metrics", "127.0.0.3")[0] == 404


def with_probes(operator: Operator) -> None:
    """Health and readiness have an address of their own, and nothing else has."""
    assert [operator.ask(path, operator.probes) for path in ("/health", "/ready", "/")] == [200, 200, 404]


def with_mails(operator: Operator) -> None:
    """The mail of a request that was there before goes out as soon as the desk's clock runs, signed in and over TLS."""
    assert any(operator.box.raw for _ in range(9_999) if operator.ask("/health") == 200)
    (mail,) = operator.box.mails
    assert (mail["From"].addresses[0].addr_spec, mail["To"]) == (
        "desk@codes.example.org",
        "owner@example.org",
    )
    assert operator.box.users == [("desk", "right", True)]


CHECKS: dict[str, Callable[[Operator], None]] = {
    "--log json": behind_the_proxy,
    "--probes": with_probes,
    "--smtp": with_mails,
}
"""What is looked at while a command with that option serves, beside what is looked at always."""


def open_request(operator: Operator) -> None:
    """Have an owner ask the desk, with an address, and say that the papers follow."""
    model, number = load_model("nissan_blaupunkt_bp"), parse("BP538761234567")
    vin, address = Vin.parse("VF1AAAAA123456789"), Address.parse("owner@example.org")
    with open_base(operator.place) as base:
        desk = base.desk({model.id: model})
        one = desk.open(Application(number, vin, model, address=address))
        desk.submit(one, 1, desk.view(one).stored.requester)


def shows_an_invitation(block: Block, said: str) -> None:
    """See that an invitation is the link under which a person opens it."""
    links = re.findall(r"^https://codes\.example\.org/enrol/[\w-]{43}$", said, re.MULTILINE)
    assert len(links) == block.text.count("staff invite")


def release(operator: Operator, number: str) -> None:
    """Have a code released, which is confirmed once a standby has it, where there is one."""
    with open_base(operator.place) as base:
        base.releases.release(ReleaseRequest(number, "me", parse(number), None, None, owns=True))


def put_secrets_back(operator: Operator) -> None:
    """On a page in words: the keys, the ring and the head lie where the restored base looks for them."""
    if operator.server is None:
        for kind in SECRETS:
            shutil.copy(
                operator.folder / f"codes.sqlite3.{kind}", operator.folder / f"restored.sqlite3.{kind}"
            )


def test_every_block_runs_as_it_is_printed(operator, monkeypatch):
    monkeypatch.chdir(operator.folder)
    monkeypatch.setenv("RADIOKEY_SECRETS", operator.environment["RADIOKEY_SECRETS"])
    if operator.server is not None:
        with pytest.raises(AssertionError, match="radiokey"):  # the account is made by the page
            operator.run(Block("", "sh", f"radiokey base log verify --database {operator.place}", ""))
    with ExitStack() as stack:
        for page in ORDER:
            if operator.server is not None and page == "standby.md":
                follower = stack.enter_context(operator.server.standby())
                operator.standby = follower.url("x").partition("host=")[2]
            for block in blocks(page):
                if block.why or (operator.server is None and block.of_a_server):
                    continue
                if "--smtp" in block.text:
                    open_request(operator)
                if "base backup" in block.text:
                    release(operator, "V212")
                if "base restore" in block.text:
                    put_secrets_back(operator)
                if "pg_promote" in block.text:
                    release(operator, "V213")
                    operator.superuser_at = operator.standby
                if not block.serves:
                    shows_an_invitation(block, operator.run(block))
                    continue
                with operator.serving(block) as said:
                    shows_an_invitation(block, "".join(said))
                    assert operator.becomes_ready(), "the whole log was verified"
                    assert [operator.ask(path) for path in ("/health", "/")] == [200] * 2
                    for option, look in CHECKS.items():
                        if option in block.text:
                            look(operator)
            if page == "standby.md" and operator.server is not None:
                with open_base(operator.address("codes", operator.standby)) as base:
                    assert base.verify().size == 2, "what was confirmed is on the server that took over"


def test_every_page_with_a_block_has_its_turn():
    with_blocks = {page.name for page in HOW_TO.glob("*.md") if "```" in page.read_text("utf-8")}
    assert with_blocks == {*ORDER, *WALKED_ELSEWHERE}
    for page, test in WALKED_ELSEWHERE.items():
        assert f'"{page}"' in (HOW_TO.parents[1] / test).read_text("utf-8")


def test_what_is_not_run_is_marked_and_run_elsewhere():
    """The few that change this machine; the reason of each names the test that does what it says, as far as a test may."""
    every = [block for page in ORDER for block in blocks(page)]
    marked = [block for block in every if block.why]
    assert [
        next(word for word in ("pipx", "systemd-run", "nginx") if word in one.text) for one in marked
    ] == [
        "pipx",
        "systemd-run",
        "nginx",
    ]
    for block in marked:
        (test,) = re.findall(r"tests/\S+\.py", block.why)
        assert (HOW_TO.parents[1] / test).is_file()
    assert {block.kind for block in every} == {"sh", "sql"}


def test_every_command_that_looks_at_a_base_says_which():
    """Without it a command means this user's own base, which is another one."""
    for page in ORDER:
        for block in blocks(page):
            for line in block.text.replace("\\\n", " ").splitlines():
                if re.search(r"\bradiokey (base|serve)\b", line):
                    assert "--database" in line or "--demo" in line, f"{page}: {line}"
