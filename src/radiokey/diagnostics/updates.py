"""The unit's side of the repository: is there a newer official image, and its bytes (a TUF client).

Everything is verified by python-tuf before it is believed; this module chooses the image, reads from a site
or from a folder, and gives each refusal its attack's name. An updater is made anew for every check: an old
one goes on using metadata that ran out meanwhile. What comes out of here still has to pass the unit's own
wall (`radiokey.headunit.firmware`), which needs no net and no date. Specified in docs/spec/updates.md.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from tuf.api.exceptions import (
    BadVersionNumberError,
    DownloadError,
    DownloadHTTPError,
    DownloadLengthMismatchError,
    ExpiredMetadataError,
    LengthOrHashMismatchError,
    RepositoryError,
    StorageError,
    UnsignedMetadataError,
)
from tuf.api.metadata import Metadata, Targets
from tuf.api.serialization import DeserializationError
from tuf.ngclient import FetcherInterface, Updater

from radiokey.errors import UpdateError, UsageError
from radiokey.language.speech import gettext

_CHUNK: Final = 1 << 16
_FOLDER: Final = "folder://here"
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_NOT_FOUND: Final = 404


class Attack(StrEnum):
    """What a refusal is called; `UNREACHABLE` is none by itself."""

    ROLLBACK = "rollback"
    FREEZE = "freeze"
    MIX_AND_MATCH = "mix-and-match"
    WRONG_KEYS = "wrong-keys"
    ENDLESS_DATA = "endless-data"
    DAMAGED = "damaged"
    UNREACHABLE = "unreachable"


_NAMES: Final[tuple[tuple[type[Exception], Attack], ...]] = (
    (DownloadLengthMismatchError, Attack.ENDLESS_DATA),
    (DownloadError, Attack.UNREACHABLE),
    (ExpiredMetadataError, Attack.FREEZE),
    (BadVersionNumberError, Attack.ROLLBACK),
    (UnsignedMetadataError, Attack.WRONG_KEYS),
    (DeserializationError, Attack.DAMAGED),
    (LengthOrHashMismatchError, Attack.MIX_AND_MATCH),
    (RepositoryError, Attack.MIX_AND_MATCH),
    (StorageError, Attack.DAMAGED),
)
"""The first that fits, so the narrower ones stand first."""

_SENTENCES: Final = {
    Attack.ROLLBACK: "rollback: the repository shows an older version than the one that is trusted",
    Attack.FREEZE: "freeze: what the repository shows ran out, and nothing newer is there",
    Attack.MIX_AND_MATCH: "mix and match: parts of the repository do not belong together",
    Attack.WRONG_KEYS: "wrong keys: a part of the repository is not signed by those who may",
    Attack.ENDLESS_DATA: "endless data: more came than was announced",
    Attack.DAMAGED: "a part of the repository cannot be read",
    Attack.UNREACHABLE: "the repository cannot be reached",
}
_HINTS: Final = {
    Attack.FREEZE: "look at this machine's date; else ask the maker's service where the newest is",
    Attack.UNREACHABLE: "try again later; nothing was changed",
}
_HINT: Final = "nothing was changed: use the maker's own repository, and tell its service"


@dataclass(frozen=True, slots=True)
class Offer:
    """An image that the repository lists: the path of its target, its version and floor, bytes in all."""

    path: str
    version: int
    floor: int
    size: int


class UpdateClient:
    """Reads one repository, from `https://...` or a folder, and keeps in `kept` what it trusts.

    `root` is the root that it was made with; a newer one is found through it.
    """

    __slots__ = ("_kept", "_root", "_source")

    def __init__(self, source: str | Path, kept: Path, root: bytes) -> None:
        self._source = _source(source)
        self._kept = kept
        self._root = root

    def find(self, model: str) -> Offer | None:
        """Return the newest image for `model`, `None` where none is listed; raise `UpdateError`."""
        with tempfile.TemporaryDirectory() as folder:
            return self._find(model, self._updater(folder))

    def fetch(self, offer: Offer) -> bytes:
        """Return the bytes of an image, as it was listed; raise `UpdateError`."""
        with tempfile.TemporaryDirectory() as folder:
            updater = self._updater(folder)
            try:
                updater.refresh()
                info = updater.get_targetinfo(offer.path)
                if info is None or info.length != offer.size:
                    raise _refused(Attack.MIX_AND_MATCH)
                return Path(updater.download_target(info, str(Path(folder, "image")))).read_bytes()
            except (DownloadError, RepositoryError, StorageError) as error:
                raise named(error) from error

    def _find(self, model: str, updater: Updater) -> Offer | None:
        try:
            updater.refresh()
            # Verified and kept a moment ago by `refresh`; the updater itself lists nothing.
            targets = Metadata[Targets].from_file(str(self._kept / "targets.json")).signed
        except (DownloadError, RepositoryError, StorageError) as error:
            raise named(error) from error
        found = None
        for path, target in targets.targets.items():
            custom = target.custom if isinstance(target.custom, dict) else {}
            version, floor = custom.get("version"), custom.get("floor")
            if (
                custom.get("model") == model
                and type(version) is int
                and type(floor) is int
                and path == f"{model}/{version}.rkf"
                and (found is None or version > found.version)
            ):
                found = Offer(path, version, floor, target.length)
        return found

    def _updater(self, folder: str) -> Updater:
        self._kept.mkdir(parents=True, exist_ok=True)
        base = self._source if isinstance(self._source, str) else _FOLDER
        try:
            return Updater(
                str(self._kept),
                f"{base}/metadata/",
                folder,
                f"{base}/targets/",
                fetcher=None if isinstance(self._source, str) else FolderFetcher(self._source),
                bootstrap=self._root,
            )
        except (RepositoryError, StorageError) as error:
            raise named(error) from error


class FolderFetcher(FetcherInterface):
    """Reads a repository that was carried in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def _fetch(self, url: str) -> Iterator[bytes]:
        file = (self._folder / unquote(urlsplit(url).path).lstrip("/")).resolve()
        if not file.is_relative_to(self._folder) or not file.is_file():
            raise DownloadHTTPError(gettext("not in this folder"), _NOT_FOUND)
        return _chunks(file)


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            yield chunk


def named(error: Exception) -> UpdateError:
    """Return what python-tuf found under its attack's name."""
    return _refused(next(attack for kind, attack in _NAMES if isinstance(error, kind)))


def _refused(attack: Attack) -> UpdateError:
    return UpdateError(_SENTENCES[attack], hint=_HINTS.get(attack, _HINT), attack=attack.value)


def _source(given: str | Path) -> str | Path:
    """Return a site without its last slash, or a folder; raise `UsageError` for what others can read."""
    if isinstance(given, Path) or "://" not in given:
        return Path(given)
    parts = urlsplit(given)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise UsageError(
            gettext("a repository is read over https, or from a folder"),
            hint=gettext("https://... or a path"),
        )
    return given.rstrip("/")
