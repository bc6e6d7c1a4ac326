"""The head: the last checkpoint that anything left under, remembered outside the database.

A database that was rolled back or forked is whole in itself; only somebody who remembers can tell. The rules,
from docs/spec/log.md: the head moves after each commit and before any code leaves, only forward; at start and
before each signature the database must continue it. A crash between the commit and the head leaves a database
that is ahead of it, which is no fault.

The head is read *before* the state of the database it is held against: it only ever names what was committed,
so a database read later continues it.
"""

from pathlib import Path
from typing import Final, Protocol

from radiokey.base.log.durable_text import DurableText
from radiokey.base.log.note import Checkpoint, VerifierKey, open_note
from radiokey.base.log.tree import Fetch, consistency_proof, is_prefix
from radiokey.errors import LogError, ReceiptError
from radiokey.language.speech import gettext, later

_HINT: Final = later("put back the newest database; an older one must never sign again")


class Head(Protocol):
    """What a base signed last."""

    def checkpoint(self) -> Checkpoint | None:
        """Return it, `None` where nothing is remembered; raise `LogError` if it does not verify."""
        ...

    def advance(self, note: str) -> None:
        """Remember the checkpoint `note`, durably, unless a larger one is remembered already.

        Raises `LogError` for another tree of the same size, `StoreError` where it cannot be kept.
        """
        ...

    def check_room(self) -> None:
        """Raise `StoreError` unless another checkpoint could be remembered now."""
        ...


class HeadFile:
    """The head in a file, as the signed note. Safe to use from several threads and several processes."""

    __slots__ = ("_kept", "_key")

    def __init__(self, path: Path, key: VerifierKey) -> None:
        self._kept = DurableText(path)
        self._key = key

    def checkpoint(self) -> Checkpoint | None:
        """See `Head`."""
        return self._read(self._kept.read())

    def advance(self, note: str) -> None:
        """See `Head`."""
        fresh = self._read(note)
        assert fresh is not None

        def decide(kept: str | None) -> str | None:
            old = self._read(kept)
            if old is not None and old.size == fresh.size and old.root != fresh.root:
                raise LogError(gettext("the log was signed twice at one size"), hint=gettext(_HINT))
            return note if old is None or old.size < fresh.size else None

        self._kept.change(decide)

    def check_room(self) -> None:
        """See `Head`."""
        self._kept.check_room()

    def _read(self, note: str | None) -> Checkpoint | None:
        if note is None:
            return None
        try:
            return Checkpoint.parse(open_note(note, self._key))
        except ReceiptError as error:
            raise LogError(
                gettext("what the log signed last is damaged: {sentence}", sentence=error.sentence),
                hint=gettext("restore {name} from a backup", name=self._kept.path.name),
            ) from error


def check_continues(head: Checkpoint, checkpoint: Checkpoint, fetch: Fetch) -> None:
    """Raise `LogError` unless the log of `checkpoint`, with the hashes of `fetch`, continues `head`."""
    if checkpoint.size < head.size:
        raise LogError(
            gettext(
                "the database was rolled back: it has {size} of {signed} signed entries",
                size=checkpoint.size,
                signed=head.size,
            ),
            hint=gettext(_HINT),
        )
    proof = consistency_proof(head.size, checkpoint.size, fetch) if head.size else []
    if not is_prefix(head.size, checkpoint.size, head.root, checkpoint.root, proof):
        raise LogError(
            gettext("the database was forked: it holds another log than the signed one"), hint=gettext(_HINT)
        )
