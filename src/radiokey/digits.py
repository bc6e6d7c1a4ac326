"""Whole numbers that people and machines write in digits: 0 to 9 alone, and not more than can be meant.

`int` takes digits of every script, blanks, signs and underscores, and raises for a text of some thousand
digits. What comes from outside is read here instead.
"""

from radiokey.errors import UsageError


def read_digits(text: str, most: int, *, least: int = 0) -> int | None:
    """Return the whole number from `least` to `most` that `text` is, `None` where it is none.

    >>> read_digits("0042", 9999), read_digits("43", 42), read_digits("-1", 42), read_digits("\u0663", 42)
    (42, None, None, None)
    """
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most))):
        return None
    number = int(text)
    return number if least <= number <= most else None


def parse_digits(text: str, most: int, *, least: int = 0, says: str = "", hint: str = "") -> int:
    """Return the whole number from `least` to `most` that `text` is; raise `UsageError`.

    `says` is the error's sentence where another one is clearer.
    """
    number = read_digits(text, most, least=least)
    if number is None:
        raise UsageError(says or f"a whole number from {least} to {most} is expected", hint=hint)
    return number
