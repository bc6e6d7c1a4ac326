"""What a served unit writes: in order, without secrets, and never so much that it holds up the plug."""

import io
import json
import sys

import pytest
from plugged import make_ecu

from radiokey.cli.served import reporter as reporters
from radiokey.cli.served.reporter import Reporter
from radiokey.errors import OurFaultError


class Ends:
    """Notes how it was ended."""

    def __init__(self) -> None:
        self.how = []

    def stop(self):
        self.how.append(None)

    def fail(self, failure):
        self.how.append(failure)


@pytest.fixture
def reporter():
    return Reporter(make_ecu(), Ends(), as_json=True)


def written(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_flood_is_kept_in_bounds_and_counted(reporter, capsys, monkeypatch):
    """A CAN thread that is asked and asked filled the memory while nobody read."""
    monkeypatch.setattr(reporters, "NOTED_MAX", 20)
    for _ in range(70):
        reporter.watch("<7A0", b"\x22\xf1\x90")
    reporter.log("can", "the bus is off")
    reporter._write_noted()
    lines = written(capsys)
    assert lines[0] == {"from": "7A0", "message": "22F190"}
    assert next(line for line in lines if "message" not in line) == {"missed": 51}
    reporter._write_noted()
    assert written(capsys) == []


def test_seeds_and_mere_presence_are_not_written(reporter, capsys):
    for data in (b"\x3e\x80", b"\x7e\x00", b"\x67\x01" + bytes(16)):
        reporter.watch(">0E00", data)
    reporter.log("doip 3", "closed: silent")
    reporter._write_noted()
    assert written(capsys)[:2] == [
        {"to": "0E00", "message": "6701****"},
        {"about": "doip 3", "what": "closed: silent"},
    ]


class Closed(io.StringIO):
    """A stdout that nobody reads any more, or that has no room."""

    def __init__(self, error) -> None:
        super().__init__()
        self.error = error

    def write(self, _text):
        raise self.error


@pytest.mark.parametrize(
    ("error", "how"), [(BrokenPipeError(), type(None)), (OSError(28, "No space left"), OurFaultError)]
)
def test_what_cannot_be_written_ends_the_unit_and_says_so(reporter, monkeypatch, error, how):
    monkeypatch.setattr(sys, "stdout", Closed(error))
    reporter._run()
    assert [type(one) for one in reporter._end.how] == [how]
