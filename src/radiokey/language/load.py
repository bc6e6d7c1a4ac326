"""The languages there are: English, and one for each compiled file of texts that lies in the package."""

import re
from functools import cache
from gettext import GNUTranslations
from importlib import resources
from typing import TYPE_CHECKING, Final

from radiokey.errors import InputError
from radiokey.language.speech import ENGLISH, Language

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.resources.abc import Traversable

ENDING: Final = ".mo"
ACCEPTED_MAX: Final = 500
"""No browser's list of languages is longer; more of it is not read."""
_TAG: Final = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*", re.ASCII)


class Languages:
    """The languages of a folder with compiled texts, by their tags; English is always one of them."""

    def __init__(self, folder: "Traversable") -> None:
        found = {
            file.name.removesuffix(ENDING): file for file in folder.iterdir() if file.name.endswith(ENDING)
        }
        self._files: Mapping[str, Traversable] = dict(sorted(found.items()))
        self._loaded: dict[str, Language] = {ENGLISH.tag: ENGLISH}

    @property
    def tags(self) -> tuple[str, ...]:
        """Every tag, English first."""
        return (ENGLISH.tag, *self._files)

    def __iter__(self) -> "Iterator[Language]":
        return iter([self[tag] for tag in self.tags])

    def __getitem__(self, tag: str) -> Language:
        """Return the language of a tag as it is spelled here; raise `KeyError`."""
        if tag not in self._loaded:
            with self._files[tag].open("rb") as file:
                texts = GNUTranslations(file)
            self._loaded[tag] = Language(tag, texts.pgettext("name of this language", "English"), texts)
        return self._loaded[tag]

    def find(self, text: str) -> Language | None:
        """Return the language that a tag or a locale names, or the one it is a kind of; `None` for others.

        >>> known().find("ru_RU.UTF-8").tag, known().find("EN-gb").tag, known().find("tlh")
        ('ru', 'en', None)
        """
        tag = text.strip().partition(".")[0].partition("@")[0].replace("_", "-")
        if not _TAG.fullmatch(tag):
            return None
        spelled = {one.casefold(): one for one in self.tags}
        parts = tag.casefold().split("-")
        for end in range(len(parts), 0, -1):
            named = spelled.get("-".join(parts[:end]))
            if named is not None:
                return self[named]
        return None

    def parse(self, text: str) -> Language:
        """Return the language that `text` names; raise `InputError` where there is none."""
        found = self.find(text)
        if found is None:
            names = ", ".join(self.tags)
            raise InputError(f"there are no texts in the language {text[:16]!r}", hint=f"there are: {names}")
        return found

    def accepted(self, header: str) -> Language:
        """Return the best language of an `Accept-Language` (RFC 9110, 12.5.4); English if it names none.

        >>> known().accepted("de, ru;q=0.8, en;q=0.5").tag, known().accepted("ru;q=0, *").tag
        ('ru', 'en')
        """
        wanted: list[tuple[float, Language]] = []
        for part in header[:ACCEPTED_MAX].split(","):
            tag, _, weight = part.partition(";")
            found = self.find(tag)
            if found is not None and (quality := _quality(weight)) > 0:
                wanted.append((quality, found))
        return max(wanted, key=lambda one: one[0])[1] if wanted else ENGLISH


def _quality(text: str) -> float:
    """Return the weight of a language, 0 for one that is none."""
    given = re.fullmatch(r"\s*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*", text)
    if given is not None:
        return float(given[1])
    return 0.0 if text.strip() else 1.0


@cache
def known() -> Languages:
    """Return the languages that the product ships with."""
    return Languages(resources.files("radiokey.language") / "texts")


def parse_language(text: str) -> Language:
    """Return the language that a tag (`ru-RU`) or a locale (`ru_RU.UTF-8`) names; raise `InputError`."""
    return known().parse(text)
