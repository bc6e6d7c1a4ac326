"""What opens a vault: a passphrase or keys, each hiding itself."""

import hmac
import unicodedata
from dataclasses import dataclass
from typing import Final, NoReturn, Self

from radiokey.errors import VaultError
from radiokey.language.speech import gettext

PASSPHRASE_LENGTH_MIN: Final = 12
"""The fewest characters of a passphrase that somebody chooses; one that opens a file may be any."""
PASSPHRASE_LENGTH_MAX: Final = 1_000


class Passphrase:
    """A passphrase, as it was typed.

    >>> Passphrase("winter tyres in the shed")
    Passphrase(****)
    """

    __slots__ = ("_text",)
    __hash__ = None  # type: ignore[assignment]  # a hash would be an oracle

    def __init__(self, text: str) -> None:
        if not text or len(text) > PASSPHRASE_LENGTH_MAX:
            raise VaultError(
                gettext("a passphrase is 1 to 1,000 characters"),
                hint=gettext("four or five words that do not belong together are a good one"),
            )
        self._text = text

    @classmethod
    def chosen(cls, text: str) -> Self:
        """Return the passphrase of a new file; raise `VaultError` for one that is too short to hold.

        Who has the file can try for years.
        """
        if len(text) < PASSPHRASE_LENGTH_MIN:
            raise VaultError(
                gettext(
                    "a passphrase has at least {least} characters",
                    least=PASSPHRASE_LENGTH_MIN,
                ),
                hint=gettext("four or five words that do not belong together are easy to type on a phone"),
            )
        return cls(text)

    def reveal(self) -> str:
        """Return it as it is written with: in NFC, as most keyboards give it."""
        return unicodedata.normalize("NFC", self._text)

    def spellings(self) -> tuple[str, ...]:
        """Return what to try: in NFC, then as it was typed where that differs."""
        composed = self.reveal()
        return (composed,) if composed == self._text else (composed, self._text)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Passphrase):
            return NotImplemented
        return hmac.compare_digest(self.reveal().encode(), other.reveal().encode())

    def __repr__(self) -> str:
        return "Passphrase(****)"

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a passphrase is never pickled")


@dataclass(frozen=True, slots=True, repr=False)
class KeyFile:
    """The keys of an age key file: lines of `AGE-SECRET-KEY-1...`, others begin with `#`."""

    text: str

    def lines(self) -> tuple[str, ...]:
        """Return the keys, one each."""
        lines = (line.strip() for line in self.text.splitlines())
        return tuple(line for line in lines if line and not line.startswith("#"))

    def __repr__(self) -> str:
        return "KeyFile(****)"


Key = Passphrase | KeyFile
"""What opens a vault."""
