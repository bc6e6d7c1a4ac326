"""What `radiokey code` and `radiokey entry` take from a vault: no base is asked, and nothing is logged."""

from radiokey.catalogue.index import cards
from radiokey.cli.vault.access import entry_of, open_kept
from radiokey.cli.vault.options import Access
from radiokey.code.value import Code
from radiokey.errors import NotThereError, UsageError
from radiokey.language.speech import gettext
from radiokey.vault.document import Entry


def kept_code(access: Access, serial: str) -> tuple[Entry, Code]:
    """Return the entry of a number and its code; raise `NotThereError` where the vault has none."""
    opened, _ = open_kept(access)
    entry = entry_of(opened.vault, serial)
    return entry, _code(entry)


def kept_entry(access: Access, serial: str | None, model: str | None, *, reveal: bool) -> tuple[str, Code]:
    """Return radio and code of an entry whose presses are to be shown; `model` may say another radio."""
    if not reveal:
        raise UsageError(gettext("the presses show the code"), hint=gettext("if nobody looks on: --reveal"))
    opened, _ = open_kept(access)
    entry = entry_of(opened.vault, serial)
    if model is None and entry.model not in cards():
        raise UsageError(
            gettext("the vault does not say which radio it is"),
            hint=gettext("name it: radiokey entry MODEL --vault FILE"),
        )
    return model or entry.model, _code(entry)


def _code(entry: Entry) -> Code:
    if entry.code is None:
        raise NotThereError(
            gettext("the vault has this number, and no code of it"),
            hint=gettext("'radiokey vault add --replace --code -' adds one"),
        )
    return entry.code
