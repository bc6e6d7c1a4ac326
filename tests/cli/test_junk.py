"""Whatever is typed: a sentence, an exit code of the table, and never a traceback or half a document."""

import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlite_base import fresh

from radiokey.catalogue.index import cards
from radiokey.cli.main import EXIT_CODES
from radiokey.errors import DatabaseRightsError, RadiokeyError

TABLE = {0, *EXIT_CODES.values()}
QUIET = settings(
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ALPHABET = "0123456789ABCDEFMTVBP abRT-_.:/?*#\u00e9\u0410\u0663\u2028\x00\x1b\n\udcff"
WORDS = st.one_of(
    st.text(max_size=40),
    st.text(ALPHABET, max_size=40),
    st.from_regex(r"(281155216R)?T? ?[A-Z0-9?]{2,14}", fullmatch=True),
    st.sampled_from(
        ["--json", "--", "-", "--make", "--model", "nissan", "renault_86a", "-h", "--vin", "A" * 5000]
    ),
)


def sound(ran):
    """Assert what holds for every command whatever it was given."""
    assert ran.code in TABLE
    assert "Traceback" not in ran.err
    assert "not your doing" not in ran.err, "a stranger's error is one that we should have met"
    if ran.code:
        if not ran.err.startswith("Usage: "):
            ran.nothing_but_a_refusal()
        assert "radiokey: error: " in ran.err or ran.err.startswith("Usage: ")
        assert "\x1b" not in ran.err


@given(st.lists(WORDS, max_size=4))
@QUIET
@example([""])
@example(["\x00"])
@example(["V212\udcff"])
@example(["V212", "--make", "\x00", "--json"])
def test_serial_check_takes_anything(cli, texts):
    ran = cli("serial", "check", *texts)
    sound(ran)
    if ran.code == 0 and "--json" in texts and "-h" not in texts and "--" not in texts:
        assert {row["serial"] for row in json.loads(ran.out)}


@given(st.lists(WORDS, min_size=1, max_size=4), st.booleans())
@QUIET
@example(texts=["V212", "--vin", "\x00"], owns=True)
@example(texts=["V212", "--model", "../renault_86a"], owns=True)
@example(texts=["V212", "--model", ""], owns=True)
def test_code_takes_anything(cli, tmp_path_factory, texts, owns):
    database = fresh(tmp_path_factory.getbasetemp() / "junk.sqlite3")
    own = ("--i-own-this-radio",) if owns else ()
    sound(cli("code", "--database", database, *own, *texts))


@given(st.sampled_from(sorted(cards())), st.text(max_size=20))
@QUIET
def test_entry_takes_any_code(cli, model, typed):
    sound(cli("entry", model, "-", stdin=typed))


@given(WORDS, st.one_of(WORDS, st.integers().map(str)))
@QUIET
def test_wait_takes_anything(cli, model, errors):
    sound(cli("wait", model, "--errors", errors))


@given(st.text(max_size=30), st.lists(st.text(max_size=10), max_size=5))
@QUIET
def test_guide_takes_any_word_and_any_answer(cli, display, answers):
    ran = cli("guide", f"--display={display}", stdin="\n".join(answers))
    assert ran.code in TABLE
    assert "not your doing" not in ran.err


@given(st.binary(max_size=300))
@QUIET
def test_log_verify_takes_any_file(cli, tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / "junk.json"
    file.write_bytes(content)
    ran = cli("base", "log", "verify", file)
    sound(ran)
    assert ran.code == 65


@given(st.lists(WORDS, max_size=3))
@QUIET
def test_words_that_are_no_command_are_wrong_use(cli, words):
    ran = cli(*words)
    sound(ran)
    assert ran.code in {0, 64}


@pytest.mark.parametrize(
    "command",
    [
        *([name] for name in ("models", "code", "entry", "wait", "guide", "serve", "serial", "base")),
        *(["serial", "check"], ["base", "blacklist"], ["base", "log"], ["base", "log", "verify"]),
        *(["base", "blacklist", name] for name in ("add", "clear", "list")),
        [],
    ],
)
def test_every_command_says_what_it_takes(cli, command):
    ran = cli(*command, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(" ".join(("Usage: radiokey", *command)))
    assert len(ran.out.splitlines()) > 4
    assert cli(*command, "-h").out == ran.out


def test_every_branch_of_the_error_tree_has_its_exit_code():
    assert {0, *EXIT_CODES.values()} == {0, 64, 65, 69, 70, 75, 77}
    assert set(EXIT_CODES) == {*RadiokeyError.__subclasses__(), DatabaseRightsError}
