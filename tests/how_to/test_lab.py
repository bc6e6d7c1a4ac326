"""docs/how-to/lab.md, command by command as it is printed, with the file that it has its reader write."""

import re
import shlex
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "lab.md").read_text("utf-8")
COMMANDS = re.findall(r"^radiokey (.*)$", PAGE, re.MULTILINE)


def test_every_command_runs_as_it_is_printed(cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (written,) = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    Path("mine.toml").write_text(written, "utf-8")
    said = [cli(*shlex.split(command)) for command in COMMANDS]
    assert [one.code for one in said] == [0] * len(COMMANDS)
    assert len(COMMANDS) == PAGE.count("radiokey lab ")
    assert {file.name for file in Path().iterdir()} == {"mine.toml", "mine.svg", "search.svg"}
    assert said[-1].out.count("inside") > 3
