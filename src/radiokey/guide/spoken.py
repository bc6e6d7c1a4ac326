"""Times of waiting, and choices, in the words of a sentence."""

from collections.abc import Sequence

from radiokey.language.speech import gettext, ngettext


def spoken_minutes(minutes: tuple[float, float] | None) -> str:
    """Say a range of minutes: `30 minutes`, `15 minutes to 30 minutes`, `10 seconds`, `10 hours 40 minutes`.

    >>> spoken_minutes((0.17, 0.17))
    '10 seconds'
    >>> spoken_minutes((640, 640))
    '10 hours 40 minutes'
    """
    if minutes is None:
        return gettext("no time that is known")
    low, high = (_spoken(value) for value in minutes)
    return high if low == high else gettext("{low} to {high}", low=low, high=high)


def either(words: Sequence[str]) -> str:
    """Say a choice between some words.

    >>> either(["1", "2", "3"])
    '1 or 2 or 3'
    """
    said, *others = words
    for other in others:
        said = gettext("{one} or {other}", one=said, other=other)
    return said


def _spoken(minutes: float) -> str:
    if minutes < 1:
        return ngettext("{n} second", "{n} seconds", round(minutes * 60))
    hours, rest = divmod(round(minutes), 60)
    parts = [ngettext("{n} hour", "{n} hours", hours)] if minutes > 90 and hours else []  # noqa: PLR2004 - up to 90 minutes is said in minutes
    left = rest if parts else round(minutes)
    if left or not parts:
        parts.append(ngettext("{n} minute", "{n} minutes", left))
    return " ".join(parts)
