"""A text is said in the language of whoever is served, at the moment it is said."""

import threading
from contextvars import copy_context

import pytest
from markupsafe import escape

from radiokey.errors import InputError
from radiokey.language.load import known, parse_language
from radiokey.language.speech import ENGLISH, Language, current, gettext, later, ngettext, pgettext, speaking


class Shouted:
    """A language of the tests: everything in capitals, and a third form for five and more."""

    @staticmethod
    def gettext(message):
        return message.upper()

    @staticmethod
    def ngettext(msgid1, msgid2, n):
        return f"{msgid2} MANY" if n >= 5 else (msgid1 if n == 1 else msgid2)

    @staticmethod
    def pgettext(context, message):
        return f"{context}: {message}"

    @staticmethod
    def npgettext(context, msgid1, msgid2, n):
        return f"{context}: {Shouted.ngettext(msgid1, msgid2, n)}"


SHOUTED = Language("en-x-loud", "LOUD", Shouted())


def test_english_is_spoken_where_nobody_chose():
    assert current() is ENGLISH
    assert gettext("Stop") == "Stop"


def test_a_text_is_said_in_the_language_of_its_moment():
    with speaking(SHOUTED):
        assert gettext("Stop") == "STOP"
        assert ngettext("{n} try", "{n} tries", 5) == "5 tries MANY"
        assert pgettext("a key", "hold") == "a key: hold"
    assert gettext("Stop") == "Stop"


def test_a_constant_looks_itself_up_each_time_it_is_shown():
    """A module is loaded once, for everybody."""
    name = later("Stop & go")
    assert str(name) == "Stop & go"
    with speaking(SHOUTED):
        assert (str(name), escape(name)) == ("STOP & GO", "STOP &amp; GO")


def test_a_thread_of_a_request_speaks_the_language_of_the_request():
    heard = []
    with speaking(SHOUTED):
        inside = copy_context()
    for context in (inside, copy_context()):
        worker = threading.Thread(target=context.run, args=(lambda: heard.append(gettext("Stop")),))
        worker.start()
        worker.join()
    assert heard == ["STOP", "Stop"]


@pytest.mark.parametrize(
    ("text", "tag"),
    [("ru", "ru"), ("RU", "ru"), ("ru-RU", "ru"), ("ru_RU.UTF-8", "ru"), ("en_GB", "en"), ("ru_RU@x", "ru")],
)
def test_a_tag_and_a_locale_name_a_language(text, tag):
    assert parse_language(text).tag == tag


@pytest.mark.parametrize(
    "text",
    ["", "tlh", "../ru", "C", "r", "ru/../en", "\N{CYRILLIC SMALL LETTER ER}\N{CYRILLIC SMALL LETTER U}"],
)
def test_what_is_no_language_here_is_said_so(text):
    with pytest.raises(InputError) as refused:
        parse_language(text)
    assert "en" in refused.value.hint


@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("", "en"),
        ("ru", "ru"),
        ("ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", "ru"),
        ("en,ru;q=0.9", "en"),
        ("de,ru;q=0.2", "ru"),
        ("ru;q=0", "en"),
        ("ru;q=0.1, en;q=0.9", "en"),
        ("ru;q=x", "en"),
        ("*", "en"),
        ("," * 1000, "en"),
    ],
)
def test_the_best_language_of_a_browser_is_taken(header, tag):
    assert known().accepted(header).tag == tag
