"""Reports that owners sent, as they came: each is asked again, and its expected answer is today's."""

from pathlib import Path

import pytest

from radiokey.guide.report import Report, answer_to, read_report

FILES = sorted((Path(__file__).parent / "reports").glob("*.json"))


def expected_of(report: Report) -> dict[str, object]:
    """Return of today's answer the fields that a maintainer filled in."""
    today = answer_to(report.asked)
    return {name: today.get(name) for name in report.expected}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_report_is_answered_today_as_it_should_have_been(file):
    """A file comes in as it was sent; only `expected` is filled in by somebody who knows the right answer."""
    report = read_report(file.read_text("utf-8"))
    assert report.expected, "fill in what would have been right (CONTRIBUTING.md)"
    assert expected_of(report) == report.expected


def test_there_are_reports():
    assert len(FILES) >= 3


def test_a_report_with_another_expectation_is_red():
    report = read_report(FILES[0].read_text("utf-8"))
    report.expected["kind"] = "renault-precode"
    assert expected_of(report) != report.expected
