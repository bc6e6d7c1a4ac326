"""`radiokey report`: shown whole, sent by nobody."""

import json

from radiokey.guide.report import read_report


def test_the_file_is_shown_and_nothing_else_is_on_stdout(cli):
    ran = cli("report", "display", "CODE WAIT", "--model", "ford_6000cd", "--wrong", "other-meaning")
    assert ran.code == 0
    report = read_report(ran.out)
    assert (report.asked.text, report.asked.model, report.wrong) == (
        "CODE WAIT",
        "ford_6000cd",
        "other-meaning",
    )
    assert report.answered["step"] == "how-many-wrong"
    assert "nothing was sent" in ran.err


def test_what_was_typed_is_masked_before_it_is_shown(cli):
    ran = cli("report", "number", "281155216RT V212 Peter", "--wrong", "code-refused")
    assert json.loads(ran.out)["asked"]["text"] == "V999"
    assert "212" not in ran.out + ran.err
    assert "Peter" not in ran.out + ran.err


def test_a_report_on_something_else_is_refused(cli):
    cli("report", "code", "4786").refused(64)
    cli("report", "display", "CODE", "--wrong", "me").refused(64)
