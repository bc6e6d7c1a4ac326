"""What a phone keeps of the site, so that it works without a network (ADR 41).

One archive per language holds it all: pages, scripts, the tables of the practice radios. A phone keeps the
whole archive or the one before it, so that no page is ever half of one build and half of another. It is made
of the very pages that are served, of those alone that are everybody's: what a person typed or asked for is in
none of them.

A position of the guide has facts in it that its page does not depend on. `kept_position` leaves these out,
and the worker does the same with what it is asked for.
"""

import asyncio
import gzip
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from litestar import Litestar, MediaType, Request, Response, get
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK
from litestar.types import ASGIApp, Message

from radiokey.durable import replace_file
from radiokey.guide.ends import End
from radiokey.guide.model import Asks, Facts, Guide
from radiokey.guide.waiting import wait_answer
from radiokey.guide.walk import UNKNOWN, answer, answer_display, position, start, step_asking, view, where
from radiokey.guide.words import entry_shut
from radiokey.headunit.display import Shows
from radiokey.language.speech import current
from radiokey.web.http.build import build_name
from radiokey.web.owner.coach_table import code_lengths, keyed_models
from radiokey.web.owner.practice_radio import openings_of
from radiokey.web.site import Site

if TYPE_CHECKING:
    from radiokey.web.http.render import StaticFiles

NOTES: Final = ("/offline", "/offline/sent")
"""What is shown for a page that is not kept, and for a form that was not sent."""
PAGES: Final = (
    *NOTES,
    "/",
    "/coach",
    "/hand-over",
    "/models",
    "/number",
    "/practice",
    "/prevention",
    "/questions",
    "/sheet",
    "/used",
    "/vault",
    "/waiting",
)
SCRIPTS: Final = (
    "radiokey.css",
    "offline.js",
    "page.js",
    "countdown.js",
    "radio.js",
    "replay.js",
    "vault.js",
    "vault-worker.js",
    "age-encryption.js",
)
_WORKER: Final = "worker.js"
_SCRIPT_KINDS: Final = {"css": "text/css", "js": "text/javascript"}
_PAGE: Final = re.compile(r'(.*<title>)(.*?)(</title>.*<main id="main">)(.*)(</main>.*)', re.DOTALL)
PIECE_LENGTH_MIN: Final = 40
"""A shorter line is no shorter as a number, once all is packed."""
_PRACTICE: Final = re.compile(r"/practice/[^/]*$")
_HERE: Final = "{here}"
"""Stands in a frame for the address of its page."""


def kept_facts(facts: Facts) -> Facts:
    """Return the facts without what no page of the guide depends on where no radio is named.

    Of what the display shows it matters whether it forbids an entry; of refusals, whether there was one.
    """
    shows = facts.shows
    if shows is not None:
        shows = Shows.WAIT if entry_shut(shows) else Shows.CODE
    return Facts(model="", shows=shows, refused=min(facts.refused, 1), evidence=facts.evidence)


def kept_position(guide: Guide, text: str) -> str:
    """Return the position whose page a phone keeps for the one at `text`; raise `InputError` for none."""
    _, facts = where(guide, text)
    return position(text.partition(".")[0], kept_facts(facts))


def kept_positions(guide: Guide) -> tuple[str, ...]:
    """Return every kept position, those of a step together."""
    which = step_asking(guide, Asks.MODEL)
    said = [Facts(model="", shows=shows) for shows in (None, Shows.CODE, Shows.WAIT)]
    refused = [replace(one, refused=1, evidence=evidence) for one in said for evidence in (False, True)]
    asked = [position(which, facts) for facts in (*said, *refused)]
    ahead = [kept_position(guide, start(guide).position), *asked]
    found = dict.fromkeys(ahead)
    while ahead:
        here = view(guide, ahead.pop())
        for offer in here.choices:
            if offer.shut or (here.asks is Asks.MODEL and offer.id != UNKNOWN):
                continue
            to = kept_position(guide, answer(guide, here.position, offer.id))
            if to not in found:
                found[to] = None
                ahead.append(to)
    return tuple(sorted(found))


def kept_words(guide: Guide) -> dict[str, str]:
    """Return where each spelling of the guide leads that stands for itself, typed on the first page."""
    at = kept_position(guide, start(guide).position)
    return {
        say: answer_display(guide, at, say)
        for row in guide.words
        for say in row.says
        if "#" not in say and "(" not in say
    }


class Packing:
    """Pages without what others have as well: their frames, and lines that stand on several."""

    def __init__(self) -> None:
        self._frames: dict[tuple[str, str, str], int] = {}
        self._files: dict[str, list[Any]] = {}

    def add(self, address: str, kind: str, text: str) -> None:
        """Take a page or a file."""
        parts = _PAGE.fullmatch(text) if kind.startswith(MediaType.HTML) else None
        if parts is None:
            self._files[address] = [kind, text]
            return
        before, title, between, main, after = parts.groups()
        frame = (before, between, after.replace(f'value="{escape(address)}"', f'value="{_HERE}"'))
        self._files[address] = [kind, main, title, self._frames.setdefault(frame, len(self._frames))]

    def packed(self) -> dict[str, Any]:
        """Return `frames`, `pieces`, and `files` by address: kind, main part, and title and frame of a page.

        A main part is a list of texts and of numbers of pieces.
        """
        lines = {address: file[1].splitlines(keepends=True) for address, file in self._files.items()}
        seen = Counter(line for text in lines.values() for line in set(text))
        pieces: dict[str, int] = {}
        files = {}
        for address, (kind, _, *framed) in self._files.items():
            main: list[str | int] = []
            for line in lines[address]:
                if seen[line] > 1 and len(line) >= PIECE_LENGTH_MIN:
                    main.append(pieces.setdefault(line, len(pieces)))
                elif main and isinstance(main[-1], str):
                    main[-1] += line
                else:
                    main.append(line)
            files[address] = [kind, main, *framed]
        return {"frames": list(self._frames), "pieces": list(pieces), "files": files}


def _kind(address: str) -> str:
    """Return which page an address is of, without what it is about."""
    path, _, query = address.partition("?")
    return f"{path.split('/')[1]} {'table' in path} {query.partition('=')[0]}"


class Shelf:
    """Archives beside the data, one for each language, so that a process that begins has not to make them.

    A file is the archive's name, the sum of what follows, and the archive. What is not whole, or of another
    name, is none; what cannot be written is made again by the next process.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, language: str, named: str) -> bytes | None:
        """Return the archive of that name, as gzip."""
        try:
            head, _, packed = self._file(language).read_bytes().partition(b"\n")
        except OSError:
            return None
        whole = head.decode("ascii", "replace") == f"{named} {hashlib.sha256(packed).hexdigest()}"
        return packed if whole else None

    def put(self, language: str, named: str, packed: bytes) -> None:
        """Keep an archive in the place of the one before it."""
        head = f"{named} {hashlib.sha256(packed).hexdigest()}\n"
        with suppress(OSError):
            replace_file(self._file(language), head.encode() + packed)

    def _file(self, language: str) -> Path:
        return self._path.with_name(f"{self._path.name}.{language}")


class Archives:
    """The archives of one site, each made when it is first asked for. `pages` answers as the site does."""

    def __init__(self, app: Litestar, pages: ASGIApp, site: Site) -> None:
        self._app, self._pages, self._site = app, pages, site
        self._shelf = Shelf(site.base.location.beside("offline"))
        self._made: dict[str, bytes] = {}
        self._making = asyncio.Lock()

    @property
    def build(self) -> str:
        """The name of the build, which is in every address that belongs to it."""
        return build_name()

    async def archive(self, language: str, host: bytes, scheme: str) -> bytes:
        """Return the archive in a language, as gzip."""
        async with self._making:
            if language not in self._made:
                named = await self._name(language, host, scheme)
                packed = await asyncio.to_thread(self._shelf.get, language, named)
                if packed is None:
                    content = await self._make(language, host, scheme)
                    packed = await asyncio.to_thread(gzip.compress, content, 9, mtime=0)
                    await asyncio.to_thread(self._shelf.put, language, named, packed)
                self._made[language] = packed
        return self._made[language]

    async def _name(self, language: str, host: bytes, scheme: str) -> str:
        """Return what changes with the archive: the build, and what one page of each kind says here.

        What a site is (its desk, whether it is a demonstration) says itself on every page of a kind. A
        practice radio is left out: each is another one.
        """
        kinds = {
            _kind(one): one for one in self._addresses() if one not in PAGES and not _PRACTICE.match(one)
        }
        digest = hashlib.sha256(f"{self.build} {language} {scheme}".encode())
        for address in (*PAGES, *kinds.values()):
            digest.update("\n".join(await self._page(address, language, host, scheme)).encode())
        return digest.hexdigest()

    async def _make(self, language: str, host: bytes, scheme: str) -> bytes:
        packing = Packing()
        for address in self._addresses():
            packing.add(address, *await self._page(address, language, host, scheme))
        static: StaticFiles = self._app.state.static
        for name in SCRIPTS:
            kind = _SCRIPT_KINDS[name.rpartition(".")[2]]
            packing.add(static.address(name), kind, static.content(name).decode())
        archive = {
            "build": self.build,
            "language": language,
            "alike": {one.value: str(kept_facts(Facts(shows=one)).shows) for one in Shows},
            "words": kept_words(self._site.guide),
            **packing.packed(),
        }
        return json.dumps(archive, ensure_ascii=False, separators=(",", ":")).encode()

    def _addresses(self) -> Iterator[str]:
        """Yield the addresses of all pages, those that are alike beside each other, which packs better."""
        yield from PAGES
        yield from (f"/ends/{end.value}" for end in End)
        yield from (f"/guide/{one}" for one in kept_positions(self._site.guide))
        models = [model for model in self._site.catalogue.models.values() if not model.default]
        yield from (f"/models/{model.id}" for model in models)
        yield from (f"/waiting?model={model.id}" for model in models)
        counted = [model for model in (None, *models) if wait_answer(model, None).wait_ms]
        yield from (f"/waiting/begun?model={'' if model is None else model.id}" for model in counted)
        keyed = keyed_models(self._site)
        yield f"/coach/table/{self.build}"
        for model in keyed:
            lengths = code_lengths(model)
            yield from (f"/coach/frame/{self.build}?model={model.id}&length={length}" for length in lengths)
        for model in keyed:
            yield f"/practice/{model.id}"
            yield from (f"/practice/{model.id}?first={way}" for way in range(len(openings_of(model))))
        for model in keyed:
            ways = max(1, len(openings_of(model)))
            yield from (f"/practice/{model.id}/table/{self.build}?way={way}" for way in range(ways))

    async def _page(self, address: str, language: str, host: bytes, scheme: str) -> list[str]:
        """Return the kind and the text of a page as the site answers somebody of whom it knows nothing."""
        path, _, query = address.partition("?")
        scope: Any = {
            "type": "http",
            "litestar_app": self._app,
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": scheme,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(b"host", host), (b"accept-language", language.encode())],
            "client": ("127.0.0.1", 0),
            "server": None,
            "state": {},
        }
        messages: list[Message] = []

        async def receive() -> Any:  # noqa: ANN401 - of ASGI
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            messages.append(message)

        await self._pages(scope, receive, send)
        await asyncio.sleep(0)  # other requests are answered meanwhile
        head: Any = messages[0]
        assert head["status"] == HTTP_200_OK, f"{address}: {head['status']}"
        kind = dict(head["headers"])[b"content-type"].decode()
        body = b"".join(
            message.get("body", b"") for message in messages[1:] if message["type"] == "http.response.body"
        )
        return [kind, body.decode()]


@get("/worker.js", sync_to_thread=False)
def worker(request: Request[None, None, State]) -> Response[bytes]:
    """Return the service worker, which is another one with each build."""
    static: StaticFiles = request.app.state.static
    archives: Archives = request.app.state.archives
    content = f'const BUILD = "{archives.build}";\n'.encode() + static.content(_WORKER)
    return Response(content, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


@get("/offline/{build:str}")
async def archive(build: FromPath[str], request: Request[None, None, State]) -> Response[bytes]:
    """Return all that is kept, in the language that is spoken; of another build there is nothing here."""
    archives: Archives = request.app.state.archives
    if build != archives.build:
        raise NotFoundException
    host = dict(request.scope["headers"]).get(b"host", b"")
    content = await archives.archive(current().tag, host, request.scope["scheme"])
    headers = {"Cache-Control": "no-store"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        content = await asyncio.to_thread(gzip.decompress, content)
    return Response(content, media_type="application/json", headers=headers)


@get("/offline", sync_to_thread=False)
def not_kept(request: Request[None, None, State]) -> Response[str]:
    """Say that a page wants a network, and what goes on without one."""
    return _note(request, sent=False)


@get("/offline/sent", sync_to_thread=False)
def not_sent(request: Request[None, None, State]) -> Response[str]:
    """Say that a form was not sent."""
    return _note(request, sent=True)


def _note(request: Request[None, None, State], *, sent: bool) -> Response[str]:
    site: Site = request.app.state.site
    return site.pages.show("owner/offline.html", sent=sent, shows=f"/guide/{start(site.guide).position}")


HANDLERS: Final = (worker, not_kept, not_sent, archive)
