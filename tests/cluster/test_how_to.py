"""docs/how-to/cluster.md: its files are filled in by what the page exports, and its commands are typed as they stand."""

import re
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from string import Template

import pytest

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
PAGE = (HOW_TO / "cluster.md").read_text("utf-8")
BLOCKS = re.findall(r"^(<!-- not run: .+ -->\n)?```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
TYPED = [text for why, text in BLOCKS if not why]
FILES = sorted((HOW_TO / "cluster").iterdir())


def exported() -> dict[str, str]:
    """Return what the shell has after the first block of the page, and had not before."""
    ran = subprocess.run(
        ["/bin/sh", "-eu", "-c", f"{TYPED[0]}\nenv -0"], env={}, capture_output=True, text=True, check=True
    )
    return dict(one.split("=", 1) for one in ran.stdout.split("\0") if "=" in one)


def test_what_the_page_exports_fills_its_files_and_nothing_is_left_over():
    wanted = {name for file in FILES for name in Template(file.read_text("utf-8")).get_identifiers()}
    assert wanted == exported().keys() - {"ADDRESS", "PWD", "SHLVL", "_", "OLDPWD"}
    assert [file.name for file in FILES] == ["etcd.yml", "haproxy.cfg", "patroni.yml", "pgbackrest.conf"]
    assert all(f"cluster/{file.name}" in PAGE for file in FILES)


@pytest.mark.deep
def test_the_files_of_the_page_are_what_the_programs_take(tool, tmp_path):
    """With the page's own values; the certificate, the folders and the account are a test's."""
    tool.ensure()
    tool.self_signed(tmp_path / "site.pem")
    bin_dir = str(Path(tool.program("initdb")).parent)
    here = {"CERTIFICATE": str(tmp_path / "site.pem"), "STATE": str(tmp_path), "BIN": bin_dir}
    values = exported() | here
    for file in FILES:
        (tmp_path / file.name).write_text(tool.filled(file.name, values), "utf-8")
    environment = tool.libraries()
    tool.said_by(tool.program("haproxy"), "-c", "-f", str(tmp_path / "haproxy.cfg"), environment=environment)


@pytest.mark.deep
def test_the_commands_of_the_page_do_what_it_says(scene, tmp_path):
    cluster, tool = scene.cluster, scene.tool
    (tmp_path / "bin").mkdir()
    for name, program in (("pgbackrest", tool.program("pgbackrest")), ("patronictl", None)):
        where = program or str(Path(sys.executable).with_name("patronictl"))
        command = " ".join(tool.as_somebody(where)) if program else where
        (tmp_path / "bin" / name).write_text(f'#!/bin/sh\nexec {command} "$@"\n', "utf-8")
        (tmp_path / "bin" / name).chmod(0o755)
    one = scene.customers()
    with ExitStack() as asking:
        asking.enter_context(one.asking(20))
        for text in TYPED[1:]:
            if "restore" in text:
                asking.close()
                scene.archive()
            scene.until_whole()
            was = cluster.primary()
            environment = tool.libraries() | {
                "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin",
                "CONFIGURATION": str(was.folder),
                "STATE": str(tmp_path),
                "LC_ALL": "C.UTF-8",
            }
            said = tool.said_by("/bin/sh", "-eu", "-c", text, environment=environment)
            if " list" in text:
                assert re.findall(r"\| (Leader|Quorum Standby) ", said).count("Quorum Standby") == 2
            if "switchover" in text:
                scene.until_taken_over(was)
            if "info" in text:
                assert "status: ok" in said
    scene.books.balance([one])
    with cluster.restored(tmp_path / "restored") as url:
        assert "all of it verifies" in cluster.radiokey("base", "log", "verify", "--database", url)
