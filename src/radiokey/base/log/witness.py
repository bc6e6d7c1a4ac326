"""A witness (C2SP tlog-witness): it signs a checkpoint only if the log continues the last one it signed.

So a log that shows one history to one person and another to the next needs every witness as an accomplice.
The rules are in `decide`, a pure function; `Witness` reads, decides, and persists before it
answers. Reading the last checkpoint and replacing it is one step: else two requests could cross, and a
witness that signed N + K would remember N.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from radiokey.base.log.cosignature import Cosigner
from radiokey.base.log.durable_text import DurableText
from radiokey.base.log.note import Checkpoint, VerifierKey, canonical_base64, open_note, split_note
from radiokey.base.log.tree import EMPTY_ROOT, HASH_SIZE, is_prefix
from radiokey.clock import SECOND_MS, Clock
from radiokey.errors import LogError, ReceiptError
from radiokey.language.speech import gettext

SIZE_TYPE: Final = "text/x.tlog.size"
_PROOF_LENGTH_MAX: Final = 63
_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,19})")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a witness answers: an HTTP status, the body and its type."""

    status: int
    body: str = ""
    type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class CheckpointRequest:
    """A request that is well formed: the size the log thinks is known here, the proof from it, the note."""

    old: int
    proof: tuple[bytes, ...]
    note: str
    text: str
    checkpoint: Checkpoint


def parse_request(body: bytes) -> CheckpointRequest | None:
    """Read the body of `add-checkpoint`; `None` where it is malformed."""
    try:
        first, blank, note = body.decode().partition("\n\n")
        head, *steps = first.split("\n")
        text, _ = split_note(note)
        checkpoint = Checkpoint.beginning(text)
    except (UnicodeDecodeError, ReceiptError):
        return None
    old = _OLD.fullmatch(head)
    proof = tuple(map(canonical_base64, steps))
    if not blank or old is None or len(proof) > _PROOF_LENGTH_MAX:
        return None
    if any(len(step) != HASH_SIZE for step in proof):
        return None
    return CheckpointRequest(int(old[1]), proof, note, text, checkpoint)


def decide(last: Checkpoint, request: CheckpointRequest) -> Answer | None:
    """Return the refusal, `None` where the checkpoint is to be signed; the log's signature holds already.

    `last` is the last checkpoint of that log that was signed here; size 0 and the empty root where none was.
    """
    new = request.checkpoint
    if request.old > new.size:
        return Answer(400)
    if request.old != last.size or (new.size == last.size and new.root != last.root):
        return Answer(409, f"{last.size}\n", SIZE_TYPE)
    if not is_prefix(last.size, new.size, last.root, new.root, request.proof):
        return Answer(422)
    return None


class WitnessStore(Protocol):
    """What a witness remembers: the last note it signed of each log."""

    def change(self, log: str, decide: Callable[[str | None], str | None]) -> None:
        """Replace the note of `log` by what `decide` makes of it, as one step, durably; `None` keeps it.

        Raises `StoreError`, and whatever `decide` raises.
        """
        ...


class WitnessFolder:
    """A file for each log in one folder. Safe to use from several threads and several processes."""

    __slots__ = ("_folder",)

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def change(self, log: str, decide: Callable[[str | None], str | None]) -> None:
        """See `WitnessStore`."""
        name = hashlib.sha256(log.encode()).hexdigest()[:32]  # an origin may hold what no file's name may
        DurableText(self._folder / f"{name}.checkpoint").change(decide)


class Witness:
    """A witness of some logs, each known by the keys it signs with."""

    __slots__ = ("_clock", "_cosigner", "_keys", "_store")

    def __init__(
        self, cosigner: Cosigner, logs: Iterable[VerifierKey], store: WitnessStore, clock: Clock
    ) -> None:
        self._cosigner = cosigner
        self._store = store
        self._clock = clock
        self._keys: dict[str, list[VerifierKey]] = {}
        for key in logs:
            self._keys.setdefault(key.name, []).append(key)

    @property
    def key(self) -> VerifierKey:
        """The key that cosignatures are checked with."""
        return self._cosigner.verifier

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answer a request; raise `StoreError` or `LogError` where nothing can be remembered."""
        request = parse_request(body)
        if request is None:
            return Answer(400)
        origin = request.checkpoint.origin
        if origin not in self._keys:
            return Answer(404)
        if self._opened(request.note, origin) is None:
            return Answer(403)
        answers: list[Answer] = []

        def replaced(kept: str | None) -> str | None:
            refusal = decide(self._last(kept, origin), request)
            if refusal is not None:
                answers.append(refusal)
                return None
            line = self._cosigner.line(request.text, self._clock.now_ms() // SECOND_MS)
            answers.append(Answer(200, line))
            return request.note

        self._store.change(origin, replaced)
        return answers[0]  # persisted, where it signs

    def _last(self, kept: str | None, origin: str) -> Checkpoint:
        if kept is None:
            return Checkpoint(origin, 0, EMPTY_ROOT)
        text = self._opened(kept, origin)
        if text is None:
            raise LogError(
                gettext("what this witness signed last is damaged"), hint=gettext("restore it from a backup")
            )
        return Checkpoint.beginning(text)

    def _opened(self, note: str, origin: str) -> str | None:
        for key in self._keys[origin]:
            try:
                return open_note(note, key)
            except ReceiptError:
                continue
        return None
