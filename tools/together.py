"""Running several jobs at a time: each prints how it ended, and all of what it said only if it failed."""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from steps import ROOT

Command = Sequence[str | Path]

AT_ONCE: Final = (os.cpu_count() or 1) + 1
"""One more than there are cores: a job that waits for its server or its browser leaves its core to others."""
SLOWEST: Final = 10
_DURATION: Final = re.compile(r"^(\d+\.\d+)s (setup|call|teardown) +(tests/.+)$", re.MULTILINE)
_SUMMARY: Final = re.compile(
    r"^(?:=+ )?(\d+ (?:passed|failed|skipped|xfailed|error).* in .*?)(?: =+)?$", re.MULTILINE
)


@dataclass(frozen=True, order=True)
class Duration:
    """How long a test took, or what was done before and after it."""

    seconds: float
    phase: str
    test: str
    job: str


@dataclass
class Together:
    """Jobs that run side by side, `at_once` of them; where a `with` ends they have too, or the program has.

    A job is one or more commands, run one after the other from the checkout's root until one fails.
    """

    at_once: int
    environment: Mapping[str, str]
    durations: list[Duration] = field(default_factory=list)
    _failed: list[str] = field(default_factory=list)
    _futures: list[Future[None]] = field(default_factory=list)
    _says: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        self._lanes = ThreadPoolExecutor(self.at_once)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lanes.shutdown(cancel_futures=error is not None)
        if error is not None:
            return
        for future in self._futures:
            future.result()
        if self._failed:
            print(f"\nfailed: {', '.join(self._failed)}", flush=True)
            sys.exit(1)

    def add(self, title: str, *commands: Command) -> None:
        """Run this job as soon as there is a place for it; those that were added first come first."""
        self._futures.append(self._lanes.submit(self._run, title, commands))

    def _run(self, title: str, commands: Sequence[Command]) -> None:
        started = time.monotonic()
        said, code = "", 0
        for command in commands:
            ran = subprocess.run(
                list(map(str, command)),
                cwd=ROOT,
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                text=True,
                errors="replace",
                check=False,
            )
            said, code = said + ran.stdout, ran.returncode
            if code:
                break
        seconds = time.monotonic() - started
        with self._says:
            self.durations += durations(title, said)
            if code:
                self._failed.append(title)
                print(f"\n== {title}: failed ({code})\n{said}", flush=True)
            else:
                print(f"== {title}: {summary(said) or f'{seconds:.0f} s'}", flush=True)


def summary(said: str) -> str:
    """Return what pytest said at its end, and each test that it did not simply pass."""
    ended = _SUMMARY.findall(said)
    other = re.findall(r"^(?:SKIPPED|XFAIL|XPASS) .*$", said, re.MULTILINE)
    return "\n".join([*ended[-1:], *other])


def durations(job: str, said: str) -> list[Duration]:
    """Return the durations that pytest printed."""
    return [Duration(float(seconds), phase, test, job) for seconds, phase, test in _DURATION.findall(said)]


def slowest(found: Sequence[Duration]) -> str:
    """Return the slowest of all in words, a line each."""
    first = sorted(found, reverse=True)[:SLOWEST]
    return "\n".join(f"{one.seconds:7.2f} s {one.phase:8} {one.test}  ({one.job})" for one in first)
