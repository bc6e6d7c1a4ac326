"""A witness as a server: `POST /add-checkpoint` of C2SP tlog-witness, and nothing else.

It needs no base: what it signed last lies in a folder of its own, with its key. It keeps no log of requests.
"""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from litestar import Litestar, Request, Response, post
from litestar.datastructures import State

from radiokey.base.bootstrap import SystemClock, SystemRandomness
from radiokey.base.keys.secret_file import secret_file
from radiokey.base.log.cosignature import Cosigner
from radiokey.base.log.note import VerifierKey
from radiokey.base.log.witness import Witness, WitnessFolder
from radiokey.clock import Clock
from radiokey.errors import RadiokeyError, StoreError

BODY_BYTES_MAX: Final = 32_768
"""63 hashes, a note of 16 KiB, and the size."""
_KEY_SIZE: Final = 32


def open_witness(name: str, logs: Iterable[VerifierKey], folder: Path, clock: Clock | None = None) -> Witness:
    """Return the witness whose key and memory lie in `folder`, made on first use; raise `StoreError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreError(
            f"the folder of the witness cannot be made: {error.strerror}", hint="choose another"
        ) from error
    key = secret_file(folder / "witness.key", _KEY_SIZE, SystemRandomness())
    return Witness(Cosigner(name, key), logs, WitnessFolder(folder), clock or SystemClock())


@post("/add-checkpoint", status_code=200)
async def add_checkpoint(request: Request[None, None, State]) -> Response[bytes]:
    """Answer as the protocol says; what the witness cannot remember it does not sign."""
    witness: Witness = request.app.state.witness
    answer = await asyncio.to_thread(witness.add_checkpoint, await request.body())
    # As a head: a media type that begins with text/ would get a charset, which the protocol does not have.
    return Response(answer.body.encode(), status_code=answer.status, headers={"Content-Type": answer.type})


def _no_answer(_request: Request[None, None, State], _error: RadiokeyError) -> Response[bytes]:
    return Response(b"", status_code=503, media_type="text/plain; charset=utf-8")


def create_witness(witness: Witness) -> Litestar:
    """Return the server of `witness`."""
    return Litestar(
        route_handlers=[add_checkpoint],
        state=State({"witness": witness}),
        exception_handlers={RadiokeyError: _no_answer},
        request_max_body_size=BODY_BYTES_MAX,
        openapi_config=None,
        debug=False,
    )
