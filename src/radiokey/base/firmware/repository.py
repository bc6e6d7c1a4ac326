"""A TUF repository of images in a folder: metadata, and targets whose heads the base signed.

The keys are files, one a role, two for the root; both roots must sign. What stands in the folder is verified
under them before anything is added: a repository that somebody else changed is not signed again. A target
comes first, then the roles that name it, the timestamp last, each written beside and renamed: a client that
reads meanwhile finds the old repository or the new one. Specified in docs/spec/updates.md.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner
from tuf.api.exceptions import RepositoryError, StorageError
from tuf.api.metadata import (
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    T,
    TargetFile,
    Targets,
    Timestamp,
)

from radiokey.base.keys.secret_file import secret_file
from radiokey.base.log.durable_text import DurableText
from radiokey.base.ports.store import Randomness
from radiokey.clock import Clock
from radiokey.code.signed import MODEL_SIZE_MAX, NUMBER_MAX, ImageHead, Signer, sign
from radiokey.durable import PUBLIC, replace_file
from radiokey.errors import StoreError, UsageError
from radiokey.language.speech import gettext, later, number

DAYS: Final = {Root.type: 365, Targets.type: 90, Snapshot.type: 90, Timestamp.type: 7}
"""How long each role is good for."""
ROOT_KEYS: Final = ("root-1", "root-2")
IMAGE_SIZE_MAX: Final = 1 << 28

_KEY_SIZE: Final = 32
_HINT: Final = later("put back the folder as this base last wrote it, and its keys")


@dataclass(frozen=True, slots=True)
class Published:
    """An image in the repository: the path of its target, its head."""

    path: str
    head: ImageHead


class FirmwareRepository:
    """The repository in `folder`, under the keys in the folder `keys`; `unit_key` signs heads of images."""

    __slots__ = ("_clock", "_folder", "_signers", "_turn", "_unit_key")

    def __init__(
        self, folder: Path, keys: Path, unit_key: Signer, clock: Clock, randomness: Randomness
    ) -> None:
        self._folder, self._unit_key, self._clock = folder, unit_key, clock
        keys.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._turn = DurableText(keys / "repository")
        self._signers = {
            name: CryptoSigner(
                Ed25519PrivateKey.from_private_bytes(secret_file(keys / name, _KEY_SIZE, randomness))
            )
            for name in (*ROOT_KEYS, Targets.type, Snapshot.type, Timestamp.type)
        }

    def publish(self, model: str, version: int, floor: int, payload: bytes) -> Published:
        """Publish `payload` as image `version` for `model`; make the repository where there is none.

        Raises `UsageError` where it is not newer than what is there, `StoreError`.
        """
        if not 0 < version <= NUMBER_MAX or not 0 <= floor <= version:
            raise UsageError(gettext("a version is a number from 1, and a floor one from 0 to it"), hint="")
        if not model.isascii() or not 0 < len(model) <= MODEL_SIZE_MAX:
            raise UsageError(gettext("an image is for one model of the catalogue"), hint="radiokey models")
        if not 0 < len(payload) <= IMAGE_SIZE_MAX:
            raise UsageError(
                gettext("an image has 1 to {most} bytes", most=number(IMAGE_SIZE_MAX)),
                hint="",
            )
        with self._turn.alone():
            return self._publish(model, version, floor, payload)

    def _publish(self, model: str, version: int, floor: int, payload: bytes) -> Published:
        head = ImageHead(model, version, floor, len(payload), hashlib.sha256(payload).digest())
        image = sign(head, self._unit_key) + payload
        begun = (self._folder / "metadata" / "timestamp.json").exists()
        targets, snapshot, timestamp = self._opened() if begun else self._begin()
        newest = newest_image(targets.signed, model)
        if newest is not None and (version <= newest[1] or floor < newest[2]):
            raise UsageError(
                gettext(
                    "version {version} with floor {floor} is published: a new one is above it, with no lower "
                    "floor",
                    version=newest[1],
                    floor=newest[2],
                ),
                hint=gettext("publish the older image again under a new version"),
            )
        path = f"{model}/{version}.rkf"
        target = TargetFile.from_data(path, image, ["sha256"])
        target.unrecognized_fields["custom"] = {"model": model, "version": version, "floor": floor}
        name = f"{target.hashes['sha256']}.{version}.rkf"
        self._write(self._folder / "targets" / model / name, image)
        targets.signed.targets[path] = target
        self._sign_all(targets, snapshot, timestamp)
        return Published(path, head)

    def refresh(self) -> None:
        """Sign the timestamp anew, and every other role that would run out before it is refreshed again."""
        with self._turn.alone():
            targets, snapshot, timestamp = self._opened()
            root = self._root()
            if root.signed.expires < self._now() + timedelta(days=DAYS[Targets.type]):
                self._renew_root(root)
            soon = self._now() + 2 * timedelta(days=DAYS[Timestamp.type])
            if min(targets.signed.expires, snapshot.signed.expires) < soon:
                self._sign_all(targets, snapshot, timestamp)
            else:
                self._renew(timestamp)

    def root(self) -> bytes:
        """Return the newest root: what a client is made with; raise `StoreError`."""
        try:
            return self._root().to_bytes()
        except (RepositoryError, StorageError) as error:
            raise StoreError(
                gettext("this repository is not as this base signed it"), hint=gettext(_HINT)
            ) from error

    # --- making and opening

    def _begin(self) -> tuple[Metadata[Targets], Metadata[Snapshot], Metadata[Timestamp]]:
        """Write the root, and return the other roles as they are before the first of each is signed."""
        root = Root(expires=self._expiry(Root.type), consistent_snapshot=True)
        for name in ROOT_KEYS:
            root.add_key(self._signers[name].public_key, Root.type)
        root.roles[Root.type].threshold = len(ROOT_KEYS)
        for role in (Targets.type, Snapshot.type, Timestamp.type):
            root.add_key(self._signers[role].public_key, role)
        signed = Metadata(root)
        for name in ROOT_KEYS:
            signed.sign(self._signers[name], append=True)
        self._write(self._folder / "metadata" / "1.root.json", signed.to_bytes())
        targets, snapshot, timestamp = Metadata(Targets()), Metadata(Snapshot()), Metadata(Timestamp())
        for fresh in (targets.signed, snapshot.signed, timestamp.signed):
            fresh.version = 0
        return targets, snapshot, timestamp

    def _opened(self) -> tuple[Metadata[Targets], Metadata[Snapshot], Metadata[Timestamp]]:
        """Return the three roles, verified under the root; raise `StoreError`."""
        try:
            root = self._root().signed
            timestamp = self._read(Timestamp, "timestamp.json", root)
            at = timestamp.signed.snapshot_meta.version
            snapshot = self._read(Snapshot, f"{at}.snapshot.json", root)
            at = snapshot.signed.meta["targets.json"].version
            targets = self._read(Targets, f"{at}.targets.json", root)
        except (RepositoryError, StorageError, KeyError) as error:
            raise StoreError(
                gettext("this repository is not as this base signed it"), hint=gettext(_HINT)
            ) from error
        return targets, snapshot, timestamp

    def _root(self) -> Metadata[Root]:
        found: Metadata[Root] | None = None
        version = 1
        while (file := self._folder / "metadata" / f"{version}.root.json").exists():
            found = Metadata[Root].from_file(str(file))
            version += 1
        if found is None:
            raise StoreError(
                gettext("there is no repository in this folder"), hint=gettext("publish an image into it")
            )
        own = {self._signers[name].public_key.keyid for name in ROOT_KEYS}
        if set(found.signed.roles[Root.type].keyids) != own:
            raise StoreError(gettext("this repository is of another base"), hint=gettext(_HINT))
        found.signed.verify_delegate(Root.type, found.signed_bytes, found.signatures)
        return found

    def _renew_root(self, root: Metadata[Root]) -> None:
        """Write the next root, the same but for its time: clients go from one to the next."""
        root.signed.version += 1
        root.signed.expires = self._expiry(Root.type)
        root.signatures.clear()
        for name in ROOT_KEYS:
            root.sign(self._signers[name], append=True)
        self._write_role(f"{root.signed.version}.root.json", root.to_bytes())

    def _read(self, kind: type[T], name: str, root: Root) -> Metadata[T]:
        found = Metadata[T].from_file(str(self._folder / "metadata" / name))
        root.verify_delegate(kind.type, found.signed_bytes, found.signatures)
        return found

    # --- signing and writing

    def _sign_all(
        self, targets: Metadata[Targets], snapshot: Metadata[Snapshot], timestamp: Metadata[Timestamp]
    ) -> None:
        version, data = self._renewed(targets)
        self._write_role(f"{version}.targets.json", data)
        snapshot.signed.meta["targets.json"] = MetaFile.from_data(version, data, ["sha256"])
        version, data = self._renewed(snapshot)
        self._write_role(f"{version}.snapshot.json", data)
        timestamp.signed.snapshot_meta = MetaFile.from_data(version, data, ["sha256"])
        self._renew(timestamp)

    def _renew(self, timestamp: Metadata[Timestamp]) -> None:
        self._write_role("timestamp.json", self._renewed(timestamp)[1])

    def _renewed(self, role: Metadata[T]) -> tuple[int, bytes]:
        kind = role.signed.type
        role.signed.version += 1
        role.signed.expires = self._expiry(kind)
        role.sign(self._signers[kind])
        return role.signed.version, role.to_bytes()

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now_ms() // 1_000, UTC)

    def _expiry(self, role: str) -> datetime:
        return self._now() + timedelta(days=DAYS[role])

    def _write_role(self, name: str, data: bytes) -> None:
        self._write(self._folder / "metadata" / name, data)

    @staticmethod
    def _write(file: Path, data: bytes) -> None:
        """Put the file there whole, durably; raise `StoreError`."""
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            replace_file(file, data, mode=PUBLIC)
        except OSError as error:
            raise StoreError(
                gettext("the repository cannot be written: {strerror}", strerror=error.strerror),
                hint=gettext("see that its folder has room"),
            ) from error


def newest_image(targets: Targets, model: str) -> tuple[str, int, int] | None:
    """Return path, version and floor of the newest image for `model` that these targets list."""
    found = []
    for path, target in targets.targets.items():
        custom = target.custom
        if isinstance(custom, dict) and custom.get("model") == model:
            version, floor = custom.get("version"), custom.get("floor")
            if type(version) is int and type(floor) is int and path == f"{model}/{version}.rkf":
                found.append((version, floor, path))
    if not found:
        return None
    version, floor, path = max(found)
    return path, version, floor
