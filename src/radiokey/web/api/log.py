"""The public log: its newest checkpoint, and all of it as files (C2SP tlog-tiles, docs/spec/log.md).

The files never change, for anybody's monitor. They are cut from the stored rows of the tree that was signed
last, whose edge is checked each time.
"""

from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from radiokey.base.log.append import StoredHashes, signed_tree
from radiokey.base.log.tiles import WIDTH, TilePath, tile
from radiokey.errors import NotThereError
from radiokey.web.api.openapi import problems_of
from radiokey.web.site import Site

FOREVER: Final = "public, max-age=31536000, immutable"
A_WHILE: Final = "public, max-age=3600"
"""What is in a partial tile does not change either, but soon nobody asks for it."""


@get("/log/{path:path}", sync_to_thread=True, include_in_schema=False)
def log_file(site: NamedDependency[Site], path: FromPath[str]) -> Response[bytes]:
    """Return the checkpoint, or a tile of the tree that it signs."""
    name = path.removeprefix("/")
    if name == "checkpoint":
        note = site.base.log.note()
        if note is not None:
            return Response(note.encode(), media_type="text/plain", headers={"Cache-Control": "no-cache"})
    elif (wanted := TilePath.parse(name)) is not None:
        with site.base.log.snapshot() as seen:
            fetch = StoredHashes(seen)
            found = tile(seen, wanted, signed_tree(seen, site.base.log.key, fetch).size, fetch)
        if found is not None:
            kept = FOREVER if wanted.width == WIDTH else A_WHILE
            return Response(found, media_type="application/octet-stream", headers={"Cache-Control": kept})
    raise NotThereError(
        "this log has no such file", hint="it has those of C2SP tlog-tiles, up to its checkpoint"
    )


@get(
    "/api/log/checkpoint",
    sync_to_thread=True,
    responses=problems_of(404, 503),
    media_type="text/plain",
    tags=["log"],
)
def checkpoint(site: NamedDependency[Site]) -> Response[str]:
    """Return the log's newest signed checkpoint."""
    note = site.base.log.note()
    if note is None:
        raise NotThereError("the log is empty", hint="it begins with the first code that is released")
    return Response(note, headers={"Cache-Control": "no-cache"})


HANDLERS: Final = (log_file, checkpoint)
