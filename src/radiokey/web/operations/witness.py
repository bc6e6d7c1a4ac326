"""A witness as a server: what C2SP tlog-witness has for logs and for monitors, and nothing else.

A log asks for signatures: `POST /add-checkpoint`. Anybody sees what was signed last of a log:
`GET /<SHA-256 of its origin>/checkpoint`. It needs no base: what it signed last lies in a folder of its own,
with its keys. It keeps no log of requests.
"""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import State

from radiokey.base.bootstrap import SystemClock, SystemRandomness
from radiokey.base.keys.secret_file import secret_file
from radiokey.base.log.cosignature import Cosigner
from radiokey.base.log.note import NOTE_SIZE_MAX, Algorithm, VerifierKey, is_name
from radiokey.base.log.witness import Answer, Witness, WitnessFolder
from radiokey.clock import Clock
from radiokey.errors import RadiokeyError, StoreError, UsageError

BODY_BYTES_MAX: Final = NOTE_SIZE_MAX + 4_096
"""A note, 63 hashes, and the size."""
_KEY_SIZE: Final = 32
_KEY_FILES: Final = {
    Algorithm.COSIGNATURE_V1: "witness.key",
    Algorithm.ML_DSA_44: "witness.ml-dsa-44.key",
}


def open_witness(name: str, logs: Iterable[VerifierKey], folder: Path, clock: Clock | None = None) -> Witness:
    """Return the witness whose keys and memory lie in `folder`, made on first use.

    Raises `UsageError` for what is no name of a key, `StoreError`.
    """
    if not is_name(name):
        raise UsageError("this cannot be a witness's name", hint="it has no space, like witness.example/w1")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreError(
            f"the folder of the witness cannot be made: {error.strerror}", hint="choose another"
        ) from error
    cosigners = [
        Cosigner(name, secret_file(folder / file, _KEY_SIZE, SystemRandomness()), algorithm)
        for algorithm, file in _KEY_FILES.items()
    ]
    return Witness(cosigners, logs, WitnessFolder(folder), clock or SystemClock())


@post("/add-checkpoint", status_code=200)
async def add_checkpoint(request: Request[None, None, State]) -> Response[bytes]:
    """Answer as the protocol says; what the witness cannot remember it does not sign."""
    witness: Witness = request.app.state.witness
    return _respond(await asyncio.to_thread(witness.add_checkpoint, await request.body()))


@get("/{origin_hash:str}/checkpoint")
async def last_checkpoint(request: Request[None, None, State], origin_hash: str) -> Response[bytes]:
    """Answer with what was signed last of a log and the signatures given for it, else 404."""
    witness: Witness = request.app.state.witness
    note = await asyncio.to_thread(witness.last_checkpoint, origin_hash)
    return _respond(Answer(404) if note is None else Answer(200, note))


def _respond(answer: Answer) -> Response[bytes]:
    # As a head: a media type that begins with text/ would get a charset, or a second one.
    return Response(answer.body.encode(), status_code=answer.status, headers={"Content-Type": answer.type})


def _no_answer(_request: Request[None, None, State], _error: RadiokeyError) -> Response[bytes]:
    return _respond(Answer(503))


def create_witness(witness: Witness) -> Litestar:
    """Return the server of `witness`."""
    return Litestar(
        route_handlers=[add_checkpoint, last_checkpoint],
        state=State({"witness": witness}),
        exception_handlers={RadiokeyError: _no_answer},
        request_max_body_size=BODY_BYTES_MAX,
        openapi_config=None,
        debug=False,
    )
