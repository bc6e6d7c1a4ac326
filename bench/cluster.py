"""Fail-over of a base on three nodes of this machine, while codes are asked for a hundred times a second.

The server that leads is killed again and again, then its whole machine; what counts is the longest time in
which nobody got a code. At the end every request was answered, by one entry of the log and no other.
"""

import importlib
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "cluster"))
sys.path.insert(0, str(ROOT / "tools"))  # before this folder, which has a file of the same name
tool = importlib.import_module("cluster")
Books = importlib.import_module("books").Books
Customers = importlib.import_module("customers").Customers

PER_SECOND = 100
KILLS, MACHINES = 20, 3
FAIL_OVER_S_MAX = 20


def served(customers: Any) -> bool:
    """Tell whether somebody got a code in the last second."""
    return bool(customers.answered) and time.monotonic() - customers.answered[-1].done < 1


def gap(cluster: Any, customers: Any, *, machine: bool) -> float:
    """Kill what leads; return the most seconds without a code until another one leads and all is whole."""
    tool.wait_until("whole", lambda: cluster.whole() and served(customers))
    was = cluster.primary()
    pid, killed = was.postmaster(), time.monotonic()
    cluster.kill_machine(was) if machine else cluster.kill_server(was)
    tool.wait_until("a server leads", lambda: cluster.leads_anew(pid))
    tool.wait_until("served", lambda: served(customers))
    longest = customers.longest_gap(killed)
    print(f"  {'machine' if machine else 'server'} {was.name}: {longest:.1f} s", file=sys.stderr, flush=True)
    if machine:
        cluster.start_patroni(was)
    return longest


def main() -> None:
    """Measure both."""
    with tempfile.TemporaryDirectory() as folder, tool.running(Path(folder)) as cluster:
        books = Books(cluster)
        customers = Customers(cluster.site, str(cluster.certificate), cluster.token(), "bench")
        with customers.asking(PER_SECOND):
            servers = [gap(cluster, customers, machine=False) for _ in range(KILLS)]
            machines = [gap(cluster, customers, machine=True) for _ in range(MACHINES)]
        lost = books.lost([customers])
    asked = f"{customers.asked} asked, {len(customers.answered)} answered, {lost} lost or twice"
    print(
        f"server killed, {KILLS} times: {median(servers):.1f} s in the middle, {max(servers):.1f} s at most"
    )
    print(
        f"machine gone, {MACHINES} times: {median(machines):.1f} s in the middle, "
        f"{max(machines):.1f} s at most"
    )
    print(f"{asked}   (limits: {FAIL_OVER_S_MAX} s for a server, 0 lost)")


if __name__ == "__main__":
    main()
