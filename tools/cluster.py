"""`make cluster`: a base on three machines, all of them this one, on loopback ports of its own.

    python tools/cluster.py            start it, say where it is, and end it with ctrl-C
    python tools/cluster.py FOLDER     the same, with all that it writes below FOLDER

Three nodes, each with etcd, Patroni and PostgreSQL; HAProxy before the server that leads, before those that
are read from, and before two processes `radiokey serve`. Each reads a file of docs/how-to/cluster, filled in
as an operator fills it in. PostgreSQL refuses to run as root: where root starts this, Patroni runs in a
namespace in which it is somebody else.
"""

import csv
import json
import os
import secrets
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from string import Template
from typing import Any, Final

import psutil  # type: ignore[import-untyped]
import psycopg
from debian import unpack
from processes import FOLDER, HOST, Processes, answer, free_ports, libraries, said_by, wait_until
from steps import ROOT

sys.path.append(str(ROOT / "tests" / "files"))
from certificates import self_signed

PACKAGES: Final = (
    "postgresql-15",
    "postgresql-client-15",
    "etcd-server",
    "haproxy",
    "liblua5.3-0",
    "libopentracing-c-wrapper0",
    "libopentracing1",
    "pgbackrest",
)
TEMPLATES: Final = ROOT / "docs" / "how-to" / "cluster"
NAMES: Final = ("one", "two", "three")
DATABASE, ACCOUNT, ORGANISATION = "codes", "radiokey", "codes.example.org"
SITE: Final = f"https://{ORGANISATION}"
PORTS: Final = 4
"""How many ports a node has."""
DRAIN_S: Final = 3
SOMEBODY: Final = 65534
"""The account `nobody`, which is on every machine: who root is in the namespace of PostgreSQL."""


# --- programs ----------------------------------------------------------------------------------------------


def find(name: str) -> Path | None:
    """Return the path of one of the programs, that of the system first."""
    places = [
        *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True),  # the path has few of them
        *map(Path, os.environ["PATH"].split(os.pathsep)),
        Path("/usr/sbin"),
        *(FOLDER / part for part in ("usr/bin", "usr/sbin", "usr/lib/postgresql/15/bin")),
    ]
    return next((place / name for place in places if os.access(place / name, os.X_OK)), None)


PROGRAMS: Final = ("initdb", "etcd", "haproxy", "pgbackrest")


def ensure() -> None:
    """See that all are there: Debian's, unpacked; else fail saying what to install."""
    if all(map(find, PROGRAMS)):
        return
    for package in PACKAGES:
        unpack(package, FOLDER)
    if missing := [name for name in PROGRAMS if not find(name)]:
        sys.exit(
            f"the cluster needs {', '.join(missing)}: install your system's packages of "
            "PostgreSQL, etcd, HAProxy and pgBackRest"
        )


def program(name: str) -> str:
    """Return the path of a program that is there."""
    found = find(name)
    assert found is not None, f"{name} is missing: python tools/cluster.py puts it there"
    return str(found.resolve())


def as_somebody(*command: str) -> tuple[str, ...]:
    """Return `command` for an account that PostgreSQL runs as."""
    if os.geteuid():
        return command
    return ("unshare", "--user", f"--map-user={SOMEBODY}", f"--map-group={SOMEBODY}", *command)


def filled(name: str, values: Mapping[str, object]) -> str:
    """Return a file of docs/how-to/cluster with its names filled in."""
    return Template((TEMPLATES / name).read_text("utf-8")).substitute(values)


# --- the cluster -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Node:
    """One machine of the cluster: its ports and its folder."""

    name: str
    folder: Path
    postgresql: int
    patroni: int
    etcd: int
    etcd_peer: int

    @property
    def data(self) -> Path:
        """Every byte that its PostgreSQL keeps."""
        return self.folder / "data"

    def answers(self, path: str) -> bool:
        """Tell whether Patroni says yes."""
        return answer(f"http://{HOST}:{self.patroni}{path}")[0] == HTTPStatus.OK

    def postmaster(self) -> int | None:
        """Return the id of its PostgreSQL, `None` where none runs."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n")[0])
            process = psutil.Process(pid)
            return pid if process.status() != psutil.STATUS_ZOMBIE and "postgres" in process.name() else None
        except (OSError, ValueError, psutil.NoSuchProcess):
            return None


@dataclass(frozen=True)
class Server:
    """One `radiokey serve`: its ports, and the folder of its secrets."""

    name: str
    port: int
    probes: int
    secrets: Path

    @property
    def probes_url(self) -> str:
        """Where it says whether it lives, and is ready."""
        return f"http://{HOST}:{self.probes}"


@dataclass
class Cluster:
    """Nodes, their etcd, HAProxy and the processes that serve; `start` starts all."""

    folder: Path
    nodes: int = 3
    servers: int = 2
    processes: Processes = field(init=False)

    def __post_init__(self) -> None:
        ports = iter(free_ports(PORTS * len(NAMES) + 2 * self.servers + 3))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder = self.folder.resolve()
        self.processes = Processes(self.folder)
        self.base, self.replicas, self.site = next(ports), next(ports), next(ports)
        self.members = [
            Node(name, self.folder / name, *(next(ports) for _ in range(PORTS))) for name in NAMES
        ]
        self.all = self.members[: self.nodes]
        self.serving = [
            Server(f"serve{number}", next(ports), next(ports), self.folder / f"secrets{number}")
            for number in range(1, self.servers + 1)
        ]
        self.passwords = {
            name: secrets.token_hex(16) for name in ("SUPERUSER", "REPLICATION", "REWIND", "ACCOUNT")
        }
        self.certificate = self.folder / "site.pem"

    # --- what is filled in

    def values(self, node: Node) -> dict[str, object]:
        """Return the names in the files of docs/how-to/cluster, for one machine."""
        state = node.folder
        return {
            "NAME": node.name,
            "STATE": state,
            "CONFIGURATION": state,
            "SOCKETS": self.sockets(node),
            "ETCD": f"{HOST}:{node.etcd}",
            "ETCD_PEER": f"{HOST}:{node.etcd_peer}",
            "ETCDS": ",".join(f"{HOST}:{one.etcd}" for one in self.members),
            "ETCD_PEERS": ",".join(f"{one.name}=http://{HOST}:{one.etcd_peer}" for one in self.members),
            "PATRONI": f"{HOST}:{node.patroni}",
            "POSTGRESQL": f"{HOST}:{node.postgresql}",
            "PORT": node.postgresql,
            "NETWORK": f"{HOST}/32",
            "BIN": Path(program("initdb")).parent,
            "PGBACKREST": program("pgbackrest"),
            "REPOSITORY": self.folder / "backups",
            "WATCHDOG": "off",
            "SUPERUSER_PASSWORD": self.passwords["SUPERUSER"],
            "REPLICATION_PASSWORD": self.passwords["REPLICATION"],
            "REWIND_PASSWORD": self.passwords["REWIND"],
            "BASE": f"{HOST}:{self.base}",
            "REPLICAS": f"{HOST}:{self.replicas}",
            "SITE": f"{HOST}:{self.site}",
            "CERTIFICATE": self.certificate,
            "PRIMARIES": self._lines(self.all),
            "READERS": self._lines(self.all),
            "SERVERS": "\n".join(
                f"    server {one.name} {HOST}:{one.port} check port {one.probes}" for one in self.serving
            ),
        }

    @staticmethod
    def _lines(nodes: Sequence[Node]) -> str:
        return "\n".join(
            f"    server {one.name} {HOST}:{one.postgresql} check port {one.patroni}" for one in nodes
        )

    def sockets(self, node: Node) -> Path:
        """Return the folder of its sockets; the system allows 107 bytes for the path of one."""
        return node.folder / "s"

    # --- start and end

    def start(self) -> None:
        """Start everything, and make the base."""
        (self.folder / "backups").mkdir(exist_ok=True)
        self_signed(self.certificate).chmod(0o600)
        for node in self.members:
            (node.folder / "s").mkdir(parents=True, exist_ok=True)
            for name in ("etcd.yml", "patroni.yml", "haproxy.cfg", "pgbackrest.conf"):
                path = node.folder / name
                path.write_text(filled(name, self.values(node)), "utf-8")
                path.chmod(0o600)
            self.start_etcd(node)
        for node in self.all:
            self.start_patroni(node)
        haproxy = str(self.all[0].folder / "haproxy.cfg")
        self.processes.start("haproxy", program("haproxy"), "-db", "-f", haproxy)
        wait_until("somebody leads", self.primary)
        wait_until("all standbys may take over", self.whole)
        self.pgbackrest("stanza-create")
        self.make_base()
        for server in self.serving:
            self.start_serving(server)
        wait_until("every server is ready", lambda: all(map(self.ready, self.serving)))

    def start_etcd(self, node: Node) -> None:
        """Start the etcd of a node."""
        file = str(node.folder / "etcd.yml")
        self.processes.start(f"etcd-{node.name}", program("etcd"), "--config-file", file)

    def start_patroni(self, node: Node) -> None:
        """Start Patroni on a node, and PostgreSQL with it."""
        file = str(node.folder / "patroni.yml")
        command = as_somebody(sys.executable, "-m", "patroni", file)
        self.processes.start(f"patroni-{node.name}", *command)

    def start_serving(self, server: Server, url: str = "") -> None:
        """Start a process that serves: the base of the cluster, or another one."""
        self.processes.start(
            server.name,
            *(sys.executable, "-m", "radiokey", "serve"),
            *("--port", str(server.port), "--probes", f"{HOST}:{server.probes}"),
            *("--proxy", HOST, "--site", SITE, "--database", url or self.url(), "--drain", str(DRAIN_S)),
            *("--replica", self.url(port=self.replicas)),
            *(f"--limit={name}=999999999/minute" for name in ("account", "everybody", "network", "client")),
            environment=self.environment(server),
        )

    def stop(self) -> None:
        """End everything, the clients first; a server that nobody looks after is ended by its id."""
        order = ("serve", "haproxy", "restored", "patroni", "etcd")
        for kind in order:
            for name in self.processes.names():
                if name.startswith(kind):
                    self.processes.tell(name, signal.SIGCONT)
            if kind == "patroni":
                for node in self.all:
                    self.signal_server(node, signal.SIGCONT)
            for name in self.processes.names():
                if name.startswith(kind):
                    self.processes.tell(name, signal.SIGTERM)
            for name in self.processes.names():
                if name.startswith(kind):
                    self.processes.end(name)
        for node in self.all:
            self.signal_server(node, signal.SIGKILL)

    # --- the base

    def url(self, *nodes: Node, account: str = ACCOUNT, database: str = DATABASE, port: int = 0) -> str:
        """Return the address of a database: through HAProxy, or at these nodes themselves."""
        places = ",".join(f"{HOST}:{one.postgresql}" for one in nodes) or f"{HOST}:{port or self.base}"
        return f"postgresql://{account}@{places}/{database}"

    def environment(self, server: Server) -> dict[str, str]:
        """Return what a process of the product is started with."""
        return {"PGPASSFILE": str(self.folder / "pgpass"), "RADIOKEY_SECRETS": str(server.secrets)}

    def connect(self, *nodes: Node, database: str = DATABASE) -> "psycopg.Connection[Any]":
        """Connect as the superuser; through HAProxy where no node is named."""
        password = self.passwords["SUPERUSER"]
        url = self.url(*nodes, account="postgres", database=database)
        return psycopg.connect(url, password=password, autocommit=True, connect_timeout=5)

    def radiokey(self, *arguments: str, server: int = 0) -> str:
        """Run the product's command as the operator of one of the servers; return what it says."""
        environment = self.environment(self.serving[server])
        return said_by(sys.executable, "-m", "radiokey", *arguments, environment=environment)

    def pgbackrest(self, *arguments: str) -> str:
        """Run pgBackRest on the machine that leads; return what it says."""
        leader = self.primary()
        assert leader is not None
        file = leader.folder / "pgbackrest.conf"
        command = (program("pgbackrest"), f"--config={file}", "--stanza=radiokey", *arguments)
        return said_by(*as_somebody(*command), environment=libraries())

    def make_base(self) -> None:
        """Make the account, the database, the roles and the base; each server gets the secrets."""
        password = self.passwords["ACCOUNT"]
        file = self.folder / "pgpass"
        file.write_text(f"*:*:*:{ACCOUNT}:{password}\n", "utf-8")
        file.chmod(0o600)
        with self.connect(database="postgres") as connection:
            connection.execute(f"CREATE ROLE {ACCOUNT} LOGIN PASSWORD '{password}'".encode())
            connection.execute(f"CREATE DATABASE {DATABASE} OWNER {ACCOUNT}".encode())
        with self.connect() as connection:
            for line in self.radiokey("base", "roles", "--sql", "--database", self.url()).split(";\n"):
                if line.strip():
                    connection.execute(line.encode())
        self.radiokey("base", "init", "--organisation", ORGANISATION, "--database", self.url())
        for server in self.serving[1:]:
            shutil.copytree(self.serving[0].secrets, server.secrets)

    def token(self) -> str:
        """Make a token that releases codes, and return it."""
        made = self.radiokey(
            *("base", "tokens", "add", "--account", "ann", "--organisation", "Ann's Radios"),
            *("--scope", "code:release", "--database", self.url(), "--json"),
        )
        return str(json.loads(made)["token"])

    # --- back to an earlier moment

    def restore(self, folder: Path, *target: str) -> None:
        """Restore the newest backup into `folder`, and from there to `target`, by default all there is."""
        folder.mkdir(mode=0o700)
        self.pgbackrest("restore", f"--pg1-path={folder}", *target)

    @contextmanager
    def restored(self, folder: Path) -> Iterator[str]:
        """Run the server that was restored there, apart from the cluster; lend the address of the base."""
        (port,) = free_ports(1)
        alone = {
            "unix_socket_directories": folder,
            "archive_mode": "off",
            "synchronous_standby_names": "",
        }
        settings = [word for name, value in alone.items() for word in ("-c", f"{name}={value}")]
        command = (program("postgres"), "-D", str(folder), "-h", HOST, "-p", str(port), *settings)
        self.processes.start(f"restored-{folder.name}", *as_somebody(*command))
        try:
            url = self.url(port=port)
            wait_until("it is restored", lambda: self._is_primary(port))
            yield url
        finally:
            self.processes.end(f"restored-{folder.name}", signal.SIGINT)

    def _is_primary(self, port: int) -> bool:
        try:
            password = self.passwords["SUPERUSER"]
            with psycopg.connect(self.url(account="postgres", port=port), password=password) as connection:
                return connection.execute("SELECT pg_is_in_recovery()").fetchone() == (False,)
        except psycopg.Error:
            return False

    # --- what it is like now

    def primary(self) -> Node | None:
        """Return the node that leads, as it says itself."""
        return next((node for node in self.all if node.answers("/primary")), None)

    def leads_anew(self, killed: int | None) -> bool:
        """Tell whether a server leads that is not the process `killed`; mostly another node's."""
        leader = self.primary()
        return leader is not None and leader.postmaster() not in {None, killed}

    def standbys(self, **said: str) -> list[str]:
        """Return the nodes of which Patroni says so, like `state="streaming"`."""
        leader = self.primary()
        members = answer(f"http://{HOST}:{leader.patroni}/cluster")[1]["members"] if leader else []
        return [one["name"] for one in members if said.items() <= one.items()]

    def whole(self) -> bool:
        """Tell whether somebody leads, all others follow, and each of them may take over.

        Patroni keeps in etcd who may. While it changes that, nobody may: who dies then is waited for.
        """
        others = len(self.all) - 1
        return len(self.standbys(state="streaming", role="quorum_standby")) == others

    def ready(self, server: Server) -> bool:
        """Tell whether a server says that it could release a code."""
        return answer(f"{server.probes_url}/ready", 6)[0] == HTTPStatus.OK

    def sent_to(self, proxy: str) -> set[str]:
        """Return the servers that HAProxy sends somebody to: of `base`, `replicas` or `site`."""
        with socket.socket(socket.AF_UNIX) as asked:
            asked.connect(str(self.all[0].folder / "haproxy.sock"))
            asked.sendall(b"show stat\n")
            said = asked.makefile().read().lstrip("# ")
        rows = csv.DictReader(said.splitlines())
        return {row["svname"] for row in rows if row["pxname"] == proxy and row["status"] == "UP"} - {
            "BACKEND"
        }

    # --- what goes wrong

    def signal_server(self, node: Node, number: signal.Signals, *, backends: bool = True) -> None:
        """Send a signal to the PostgreSQL of a node, with all its processes."""
        pid = node.postmaster()
        if pid is None:
            return
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            for one in [process, *(process.children() if backends else [])]:
                with suppress(psutil.NoSuchProcess):
                    one.send_signal(number)

    def kill_server(self, node: Node) -> None:
        """Kill the PostgreSQL of a node; Patroni lives."""
        self.signal_server(node, signal.SIGKILL)

    def kill_machine(self, node: Node) -> None:
        """Kill all of a node but its etcd, as a machine without power is gone at once."""
        self.processes.end(f"patroni-{node.name}", signal.SIGKILL)
        self.kill_server(node)

    def freeze(self, node: Node) -> None:
        """Stop all of a node but its etcd, as a virtual machine is paused."""
        self.processes.tell(f"patroni-{node.name}", signal.SIGSTOP)
        self.signal_server(node, signal.SIGSTOP)

    def thaw(self, node: Node, *, patroni: bool = True) -> None:
        """Let it go on; without `patroni` the server alone."""
        self.signal_server(node, signal.SIGCONT)
        if patroni:
            self.processes.tell(f"patroni-{node.name}", signal.SIGCONT)


@contextmanager
def running(folder: Path, **how: int) -> Iterator[Cluster]:
    """Start a cluster below `folder`; end it, also where we are told to end (SIGTERM)."""
    ensure()
    cluster = Cluster(folder, **how)
    was = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        signal.signal(signal.SIGTERM, was)


def main() -> None:
    """Start it, say where it is, wait for ctrl-C."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "cluster"
    shutil.rmtree(folder, ignore_errors=True)
    started = time.monotonic()
    with suppress(KeyboardInterrupt), running(folder) as cluster:
        print(f"three nodes and two servers after {time.monotonic() - started:.0f} s; ctrl-C ends them all")
        print(f"  site        https://{HOST}:{cluster.site}")
        for node in cluster.all:
            leads = "  (leads)" if node == cluster.primary() else ""
            print(
                f"  node {node.name:<6} PostgreSQL {node.postgresql}, Patroni {node.patroni}, "
                f"etcd {node.etcd}{leads}"
            )
        print(
            f"  base        RADIOKEY_SECRETS={cluster.serving[0].secrets} PGPASSFILE={cluster.folder}/pgpass"
        )
        print(f"              radiokey base log verify --database {cluster.url()}")
        print(f"  who leads   patronictl -c {cluster.all[0].folder}/patroni.yml list")
        print(f"  logs        {cluster.folder}/*.log", flush=True)
        signal.pause()


if __name__ == "__main__":
    main()
