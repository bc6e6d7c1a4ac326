"""What an entry gets beside what somebody says of it: the day, the keys and the steps of its radio."""

from datetime import UTC, date, datetime

from radiokey.base.bootstrap import SystemClock
from radiokey.catalogue.index import cards
from radiokey.cli.options import load
from radiokey.vault.document import Entry


def today() -> date:
    """Return the day of an entry that is made now."""
    return datetime.fromtimestamp(SystemClock().now_ms() / 1000, UTC).date()


def confirm_key(model: str | None) -> str:
    """Return what stands on the key that confirms; empty where it is not known or none does."""
    from radiokey.catalogue.panels import panel_of  # noqa: PLC0415 - only where a model is named

    found = None if model is None else panel_of(model)
    return "" if found is None else found[0].confirm_label


def with_entering(entry: Entry) -> Entry:
    """Return an entry with all that keys its code in, where the radio is known."""
    from radiokey.web.draw.card import with_entering as filled  # noqa: PLC0415 - the coach is long

    return filled(entry, load(entry.model) if entry.model in cards() else None)
