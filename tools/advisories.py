"""Whether anything is known against our locked parts: asked with pip-audit, where somebody answers.

    python tools/advisories.py            # as `make check` does it
    python tools/advisories.py --write    # look, and write docs/security-advisories.md: `make advisories`

pip-audit ends well and says "No known vulnerabilities found" also where its source knew none of the parts it
asked for. So what it skipped is counted here, and a look in which nobody answered is none.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from steps import ROOT

PAGE: Final = ROOT / "docs" / "security-advisories.md"
LOCKS: Final = ("run", "build", "dev", "deep", "bench", "cluster", "docs", "webassembly")
"""What people run comes first."""
_PART: Final = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^ ;\\]+)", re.MULTILINE)
_SUM: Final = re.compile(r"^\| `(\w+)\.lock` \|.*\| `([0-9a-f]{16})` \|$", re.MULTILINE)
_LOOKED: Final = re.compile(r"^Looked at on (\d{4}-\d{2}-\d{2})", re.MULTILINE)
PROBE_S: Final = 60
AUDIT_S: Final = 600


_PAGE: Final = """\
# What is known against the parts we use

Looked at on {day} with `make advisories`, which is run after every `make lock`: a test compares the sums
below with the lock files of today. `make check` asks again each time, where somebody answers.

## Advisories

`pip-audit` was asked about every part of every lock file, by name and version. *Answered* counts the parts
that its source knew: it calls a part that nobody knows "skipped", and a run that skipped all a success.

| lock file | parts | answered | known against them | SHA-256, first 16 digits |
|---|---|---|---|---|
{rows}

Where nobody answered, this page says nothing of advisories: look again where the index of the registry can
be asked about a single version. What holds meanwhile: each part is locked to one version and its hashes, the
product has the parts of `run.lock` alone, and those are raised to the newest with every `make lock`.

## Outdated

{outdated}

When something becomes known: a part that people run is raised within a week, where the advisory is about what
we use within two days; any other with the next `make lock`. If no version without it exists, what it does is
turned off or the part goes.
"""


@dataclass(frozen=True, slots=True)
class AuditResult:
    """What an audit answered: who knew which parts, and what is known against them (`part version: ids`)."""

    answered: frozenset[str]
    unanswered: frozenset[str]
    known: tuple[str, ...]

    @property
    def nobody(self) -> bool:
        """Whether no part was known to whoever was asked, or nobody was there."""
        return not self.answered


def lock_path(name: str) -> Path:
    """Return the lock file of that name."""
    return ROOT / "requirements" / f"{name}.lock"


def digest(name: str) -> str:
    """Return what tells a lock file from an older one: the first 16 digits of its SHA-256."""
    return hashlib.sha256(lock_path(name).read_bytes()).hexdigest()[:16]


def parts_of(text: str) -> dict[str, str]:
    """Return the parts of a lock file with their versions."""
    return dict(_PART.findall(text))


def read_audit(text: str) -> AuditResult:
    """Read what pip-audit says as JSON; raise `ValueError` for anything else."""
    told = json.loads(text)["dependencies"]
    known = [
        f"{one['name']} {one['version']}: {', '.join(sorted(found['id'] for found in one['vulns']))}"
        for one in told
        if one.get("vulns")
    ]
    skipped = frozenset(one["name"] for one in told if "skip_reason" in one)
    return AuditResult(frozenset(one["name"] for one in told) - skipped, skipped, tuple(sorted(known)))


def audit(lines: Iterable[str], seconds: int) -> AuditResult:
    """Ask pip-audit about `name==version` lines; nobody answers where it does not end well in time."""
    lines = list(lines)
    nobody = AuditResult(frozenset(), frozenset(line.partition("==")[0] for line in lines), ())
    with tempfile.TemporaryDirectory(prefix="radiokey-audit-") as folder:
        asked = Path(folder) / "asked.txt"
        asked.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        command = [
            *(sys.executable, "-m", "pip_audit", "--requirement", str(asked), "--no-deps", "--disable-pip")
        ]
        command += ["--vulnerability-service", "pypi", "--progress-spinner", "off", "--format", "json"]
        quiet = {**os.environ, "XDG_CACHE_HOME": folder}
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=seconds, env=quiet
            )
            return read_audit(done.stdout)
        except (subprocess.TimeoutExpired, ValueError, KeyError):
            return nobody


def looked_at(page: str) -> tuple[str, dict[str, str]]:
    """Return when the page was made, and the digests of the locks that it is about."""
    found = _LOOKED.search(page)
    return found[1] if found else "never", dict(_SUM.findall(page))


def check() -> int:
    """Say what is known; return 1 where anything is. Where nobody answers, say since when."""
    first = next(iter(parts_of(lock_path("run").read_text("utf-8")).items()))
    if audit(["==".join(first)], PROBE_S).nobody:
        when, _ = looked_at(PAGE.read_text("utf-8"))
        print(f"nobody answers about advisories here; docs/security-advisories.md is of {when}")
        return 0
    known = [line for name in LOCKS for line in _audited(name).known]
    print("\n".join(known) if known else "nothing is known against our parts")
    return 1 if known else 0


def _audited(name: str) -> AuditResult:
    parts = parts_of(lock_path(name).read_text("utf-8"))
    return audit((f"{part}=={version}" for part, version in parts.items()), AUDIT_S)


def newest() -> dict[str, str]:
    """Return the newer version that the registry has of each installed part, where there is one."""
    command = ["uv", "pip", "list", "--outdated", "--format", "json", "--python", sys.executable]
    command[0] = str(Path(sys.executable).with_name("uv"))
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {one["name"]: one["latest_version"] for one in json.loads(done.stdout)}


def draw(looks: dict[str, AuditResult], newer: dict[str, str], day: str) -> str:
    """Return the page of a look: what was asked, who answered, what is known, what is outdated."""
    rows = []
    for name, look in looks.items():
        count = len(look.answered) + len(look.unanswered)
        said = ", ".join(look.known) or ("nothing" if look.answered else "not asked: nobody answered")
        rows.append(f"| `{name}.lock` | {count} | {len(look.answered)} | {said} | `{digest(name)}` |")
    runtime = parts_of(lock_path("run").read_text("utf-8"))
    old = [f"| `{part}` | {version} | {newer[part]} |" for part, version in runtime.items() if part in newer]
    outdated = (
        ["| part | locked | newest |", "|---|---|---|", *old]
        if old
        else [f"None: each of the {len(runtime)} parts of `run.lock` is the newest that the registry had."]
    )
    return _PAGE.format(day=day, rows="\n".join(rows), outdated="\n".join(outdated))


def main() -> int:
    """AuditResult, and say or write what there is."""
    if sys.argv[1:] != ["--write"]:
        return check()
    looks = {name: _audited(name) for name in LOCKS}
    PAGE.write_text(draw(looks, newest(), datetime.now(UTC).date().isoformat()), encoding="utf-8")
    return 1 if any(look.known for look in looks.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
