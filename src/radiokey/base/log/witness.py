"""A witness (C2SP tlog-witness): it signs a checkpoint only if the log continues the last one it signed.

So a log that shows one history to one person and another to the next needs every witness as an accomplice.
The rules are in `decide`, a pure function; `Witness` reads, decides, and persists before it
answers. Reading the last checkpoint and replacing it is one step: else two requests could cross, and a
witness that signed N + K would remember N.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from radiokey.base.log.cosignature import Cosigner, holds
from radiokey.base.log.durable_text import DurableText
from radiokey.base.log.note import Checkpoint, SignatureLine, VerifierKey, canonical_base64, split_note
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
    text: str
    lines: tuple[SignatureLine, ...]
    checkpoint: Checkpoint


def parse_request(body: bytes) -> CheckpointRequest | None:
    """Read the body of `add-checkpoint`; `None` where it is malformed."""
    try:
        first, blank, note = body.decode().partition("\n\n")
        head, *steps = first.split("\n")
        text, lines = split_note(note)
        checkpoint = Checkpoint.beginning(text)
    except (UnicodeDecodeError, ReceiptError):
        return None
    old = _OLD.fullmatch(head)
    proof = tuple(map(canonical_base64, steps))
    if not blank or old is None or len(proof) > _PROOF_LENGTH_MAX:
        return None
    if any(len(step) != HASH_SIZE for step in proof):
        return None
    return CheckpointRequest(int(old[1]), proof, text, tuple(lines), checkpoint)


def decide(last: Checkpoint, request: CheckpointRequest) -> Answer | None:
    """Return the refusal, `None` where the checkpoint is to be signed; the log's signature holds already.

    `last` is the last checkpoint of that log that was signed here; size 0 and the empty root where none was.
    A conflict (409) means: ask again from this size. What can never be signed after `last` is unprocessable
    (422).
    """
    new = request.checkpoint
    if request.old > new.size:
        return Answer(400)
    if request.old != last.size:
        return Answer(409, f"{last.size}\n", SIZE_TYPE)
    if not is_prefix(last.size, new.size, last.root, new.root, request.proof):
        return Answer(422)
    return None


def hash_origin(origin: str) -> str:
    """Return what stands for a log in the address where its last checkpoint is served: 64 hex digits."""
    return hashlib.sha256(origin.encode()).hexdigest()


class WitnessStore(Protocol):
    """What a witness remembers: the last note it signed of each log."""

    def read(self, log: str) -> str | None:
        """Return the note of `log`, `None` where there is none; raise `StoreError`."""
        ...

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

    def read(self, log: str) -> str | None:
        """See `WitnessStore`."""
        return self._file(log).read()

    def change(self, log: str, decide: Callable[[str | None], str | None]) -> None:
        """See `WitnessStore`."""
        self._file(log).change(decide)

    def _file(self, log: str) -> DurableText:
        name = hash_origin(log)[:32]  # an origin may hold what no file's name may
        return DurableText(self._folder / f"{name}.checkpoint")


class Witness:
    """A witness of some logs, each known by the keys it signs with. It signs with each of its own keys."""

    __slots__ = ("_clock", "_cosigners", "_keys", "_origins", "_store")

    def __init__(
        self, cosigners: Sequence[Cosigner], logs: Iterable[VerifierKey], store: WitnessStore, clock: Clock
    ) -> None:
        assert cosigners
        self._cosigners = cosigners
        self._store = store
        self._clock = clock
        self._keys: dict[str, list[VerifierKey]] = {}
        for key in logs:
            self._keys.setdefault(key.name, []).append(key)
        self._origins = {hash_origin(origin): origin for origin in self._keys}

    @property
    def name(self) -> str:
        """The name in its signature lines."""
        return self._cosigners[0].verifier.name

    @property
    def keys(self) -> tuple[VerifierKey, ...]:
        """The keys that its cosignatures are checked with."""
        return tuple(cosigner.verifier for cosigner in self._cosigners)

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answer a request; raise `StoreError` or `LogError` where nothing can be remembered."""
        request = parse_request(body)
        if request is None:
            return Answer(400)
        origin = request.checkpoint.origin
        if origin not in self._keys:
            return Answer(404)
        logs = self._signed(request.text, request.lines, self._keys[origin])
        if not logs:
            return Answer(403)
        answers: list[Answer] = []

        def replaced(kept: str | None) -> str | None:
            refusal = decide(self._last(kept, origin), request)
            if refusal is not None:
                answers.append(refusal)
                return None
            at_s = self._clock.now_ms() // SECOND_MS
            own = "".join(cosigner.line(request.text, at_s) for cosigner in self._cosigners)
            answers.append(Answer(200, own))
            return f"{request.text}\n{''.join(map(str, logs))}{own}"

        self._store.change(origin, replaced)
        return answers[0]  # persisted, where it signs

    def last_checkpoint(self, origin_hash: str) -> str | None:
        """Return the note signed last of a log (`hash_origin`): the log's lines, and those given for it here.

        `None` where there is none, or one of before these were kept. Raises `StoreError`, `LogError`.
        """
        origin = self._origins.get(origin_hash)
        kept = None if origin is None else self._store.read(origin)
        if origin is None or kept is None:
            return None
        self._last(kept, origin)
        _, lines = split_note(kept)
        return kept if any(line.of(key) for line in lines for key in self.keys) else None

    def _last(self, kept: str | None, origin: str) -> Checkpoint:
        """Return the checkpoint of the note `kept`; raise `LogError` unless it is as it was written."""
        if kept is None:
            return Checkpoint(origin, 0, EMPTY_ROOT)
        checkpoint = self._whole(kept, origin)
        if checkpoint is None:
            raise LogError(
                gettext("what this witness signed last is damaged"), hint=gettext("restore it from a backup")
            )
        return checkpoint

    def _whole(self, kept: str, origin: str) -> Checkpoint | None:
        try:
            text, lines = split_note(kept)
            checkpoint = Checkpoint.beginning(text)
            logs = self._signed(text, lines, self._keys[origin])
            own = self._signed(text, lines, self.keys)
        except ReceiptError:
            return None
        if not logs or own is None or checkpoint.origin != origin:
            return None
        # Before cosignatures were kept a note was kept as it came, with the lines of strangers.
        whole = not own or (len(own) == len(self.keys) and len(lines) == len(logs) + len(own))
        return checkpoint if whole else None

    @staticmethod
    def _signed(
        text: str, lines: Sequence[SignatureLine], keys: Sequence[VerifierKey]
    ) -> list[SignatureLine] | None:
        """Return the lines of `keys`, `None` where one of them does not hold: then it is no signed note."""
        claimed = [(line, key) for line in lines for key in keys if line.of(key)]
        return [line for line, _ in claimed] if all(holds(key, line, text) for line, key in claimed) else None
