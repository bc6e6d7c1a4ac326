"""Official images alone: our repository through our client and python-tuf's, and each attack refused by its name (claim 80)."""

import http.server
import json
import re
import shutil
import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Key, Metadata, Root, Snapshot, Targets, Timestamp
from tuf.ngclient import Updater

from radiokey.base.bootstrap import SystemClock, SystemRandomness
from radiokey.base.firmware.repository import DAYS, FirmwareRepository
from radiokey.base.keys.unit_key import UnitKey, UnitTrust
from radiokey.clock import DAY_MS
from radiokey.diagnostics.updates import Attack, FolderFetcher, Offer, UpdateClient
from radiokey.errors import StoreError, UpdateError, UsageError
from radiokey.headunit.device import RamCounter
from radiokey.headunit.firmware import Firmware
from radiokey.headunit.flash import RamChip

MODEL, OTHER = "renault_86a", "ford_6000cd"
UNIT_KEY = UnitKey(bytes(range(32)))


class Clock:
    def __init__(self) -> None:
        self.ms = SystemClock().now_ms()

    def now_ms(self) -> int:
        return self.ms


class House:
    """A repository, the folder that a client sees of it, and what an attacker can do to that."""

    def __init__(self, place: Path) -> None:
        self.place, self.clock = place, Clock()
        self.folder = place / "repository"
        self.repository = FirmwareRepository(
            self.folder, place / "keys", UNIT_KEY, self.clock, SystemRandomness()
        )
        self.published = self.publish(1)
        self.root = self.repository.root()

    def publish(self, version, floor=0, model=MODEL, payload=None):
        return self.repository.publish(model, version, floor, payload or bytes([version]) * 500)

    def client(self, name="unit", source=None):
        return UpdateClient(source or self.folder, self.place / name, self.root)

    def signer(self, name):
        return CryptoSigner(Ed25519PrivateKey.from_private_bytes((self.place / "keys" / name).read_bytes()))

    @property
    def metadata(self):
        return self.folder / "metadata"

    def copy(self, name="copy"):
        return shutil.copytree(self.folder, self.place / name)

    def put_back(self, copy):
        shutil.rmtree(self.folder)
        shutil.copytree(copy, self.folder)

    def role(self, kind):
        """The newest metadata of a role, and the file it stands in."""
        files = sorted(
            self.metadata.glob(f"*{kind.type}.json"),
            key=lambda file: int("0" + file.name.split(".")[0]) if file.name[0].isdigit() else 0,
        )
        return files[-1], Metadata[kind].from_file(str(files[-1]))

    def change(self, kind, how, by=None):
        """Change a role and sign it anew, as whoever has that role's key can."""
        file, role = self.role(kind)
        how(role.signed)
        role.sign(self.signer(by or kind.type))
        role.to_file(str(file))


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


def refused(client, attack, model=MODEL):
    with pytest.raises(UpdateError) as said:
        client.find(model)
    assert said.value.facts["attack"] == attack.value
    return said.value


def test_the_newest_image_of_a_radio_is_found_fetched_and_started(house):
    house.publish(2, floor=1)
    house.publish(7, model=OTHER)
    client = house.client()
    offer = client.find(MODEL)
    assert (offer.path, offer.version, offer.floor) == (f"{MODEL}/2.rkf", 2, 1)
    image = client.fetch(offer)
    unit = Firmware(RamChip(64 * 40, 64), MODEL, UnitTrust(UNIT_KEY.public).verify, RamCounter())
    unit.install(image)
    assert (unit.running.version, unit._floor.value) == (2, 1)
    assert client.find("bmw_early5") is None


def test_python_tufs_own_client_reads_our_repository(house, tmp_path):
    house.publish(2)
    for folder in ("other", "images"):
        (tmp_path / folder).mkdir()
    updater = Updater(
        str(tmp_path / "other"),
        "folder://here/metadata/",
        str(tmp_path / "images"),
        "folder://here/targets/",
        fetcher=FolderFetcher(house.folder),
        bootstrap=house.root,
    )
    updater.refresh()
    info = updater.get_targetinfo(f"{MODEL}/2.rkf")
    assert Path(updater.download_target(info)).read_bytes() == house.client().fetch(
        house.client().find(MODEL)
    )


# --- each attack by its name


def test_rollback_of_the_whole_repository(house):
    client, old = house.client(), house.copy()
    house.publish(2)
    assert client.find(MODEL).version == 2
    house.put_back(old)
    error = refused(client, Attack.ROLLBACK)
    assert error.sentence.startswith("rollback")
    house.publish(2)
    house.publish(3)
    assert client.find(MODEL).version == 3


def test_rollback_of_a_role_inside(house):
    """Whoever has the online keys, and not those of the images, shows old images under a new timestamp."""
    client, old = house.client(), house.role(Snapshot)[1].signed.meta["targets.json"]
    house.publish(2)
    client.find(MODEL)
    house.change(Snapshot, lambda signed: signed.meta.update({"targets.json": old}))
    file, snapshot = house.role(Snapshot)
    snapshot.signed.version += 1
    snapshot.sign(house.signer("snapshot"))
    data = snapshot.to_bytes()
    (house.metadata / f"{snapshot.signed.version}.snapshot.json").write_bytes(data)

    def names(signed):
        signed.version += 1
        signed.snapshot_meta = type(signed.snapshot_meta).from_data(snapshot.signed.version, data, ["sha256"])

    house.change(Timestamp, names)
    refused(client, Attack.ROLLBACK)
    assert file.exists()


@pytest.mark.parametrize("role", list(DAYS))
def test_freeze_every_role_runs_out(house, role):
    kind = {one.type: one for one in (Root, Targets, Snapshot, Timestamp)}[role]

    def past(signed):
        signed.expires = datetime.now(UTC) - timedelta(days=1)

    if kind is Root:
        file, root = house.role(Root)
        past(root.signed)
        root.signatures.clear()
        for name in ("root-1", "root-2"):
            root.sign(house.signer(name), append=True)
        root.to_file(str(file))
        house.root = root.to_bytes()
    else:
        file, targets = house.role(kind)
        past(targets.signed)
        targets.sign(house.signer(role))
        targets.to_file(str(file))
        if kind is not Timestamp:
            renamed(house, kind)
    refused(house.client(), Attack.FREEZE)


def renamed(house, kind):
    """Sign the roles above a changed one, so that its hash is theirs."""
    file, _ = house.role(kind)
    if kind is Targets:
        house.change(
            Snapshot,
            lambda signed: signed.meta.update(
                {
                    "targets.json": type(signed.meta["targets.json"]).from_data(
                        signed.meta["targets.json"].version, file.read_bytes(), ["sha256"]
                    )
                }
            ),
        )
        file, _ = house.role(Snapshot)

    def names(signed):
        signed.snapshot_meta = type(signed.snapshot_meta).from_data(
            signed.snapshot_meta.version, file.read_bytes(), ["sha256"]
        )

    house.change(Timestamp, names)


def test_a_repository_that_nobody_refreshes_freezes(house):
    house.clock.ms -= 8 * DAY_MS
    house.repository.refresh()
    refused(house.client(), Attack.FREEZE)
    house.clock.ms += 8 * DAY_MS
    house.repository.refresh()
    assert house.client().find(MODEL).version == 1


def test_a_root_is_renewed_before_it_runs_out_and_old_clients_follow(house):
    """Else every unit would freeze a year after the first image, whatever is refreshed."""
    house.repository.refresh()
    assert house.repository.root() == house.root
    house.clock.ms += 280 * DAY_MS
    house.repository.refresh()
    _, renewed = house.role(Root)
    assert (renewed.signed.version, len(renewed.signatures)) == (2, 2)
    assert house.repository.root() != house.root
    assert house.client().find(MODEL).version == 1, "made with the first root"
    house.repository.refresh()
    assert house.role(Root)[1].signed.version == 2


@pytest.mark.parametrize("kind", [Snapshot, Targets])
def test_mix_and_match_of_metadata(house, kind):
    """A role with the right signature that is not the one that the role above lists."""

    def other(signed):
        signed.expires += timedelta(days=1)

    house.change(kind, other)
    refused(house.client(), Attack.MIX_AND_MATCH)


def test_mix_and_match_of_an_image(house):
    house.publish(2)
    client = house.client()
    offer = client.find(MODEL)
    (first,) = (house.folder / "targets" / MODEL).glob("*.1.rkf")
    (second,) = (house.folder / "targets" / MODEL).glob("*.2.rkf")
    second.write_bytes(first.read_bytes())
    with pytest.raises(UpdateError) as said:
        client.fetch(offer)
    assert said.value.facts["attack"] == "mix-and-match"
    with pytest.raises(UpdateError) as said:
        client.fetch(Offer(offer.path, 2, 0, offer.size + 1))
    assert said.value.facts["attack"] == "mix-and-match"


def test_a_role_that_the_snapshot_lost(house):
    house.change(Snapshot, lambda signed: signed.meta.clear())
    renamed(house, Snapshot)
    refused(house.client(), Attack.MIX_AND_MATCH)


@pytest.mark.parametrize("kind", [Timestamp, Snapshot, Targets])
def test_wrong_keys_of_any_role(house, kind):
    """A stranger's key, and a key of another role."""
    file, role = house.role(kind)
    other = {"timestamp": "snapshot", "snapshot": "targets", "targets": "timestamp"}[kind.type]
    for name, signer in enumerate((CryptoSigner.generate_ed25519(), house.signer(other))):
        role.signatures.clear()
        role.sign(signer)
        role.to_file(str(file))
        if kind is not Timestamp:
            renamed(house, kind)
        refused(house.client(f"unit {name}"), Attack.WRONG_KEYS)


def test_one_of_two_roots_makes_no_root(house):
    """Two people keep the root's keys, and one of them alone changes nothing."""
    _, root = house.role(Root)
    stranger = CryptoSigner.generate_ed25519()
    root.signed.version = 2
    root.signed.add_key(Key.from_dict(stranger.public_key.keyid, stranger.public_key.to_dict()), "timestamp")
    root.signatures.clear()
    root.sign(house.signer("root-1"), append=True)
    root.to_file(str(house.metadata / "2.root.json"))
    refused(house.client(), Attack.WRONG_KEYS)
    root.sign(house.signer("root-2"), append=True)
    root.to_file(str(house.metadata / "2.root.json"))
    assert house.client().find(MODEL).version == 1


def test_endless_data_of_every_part(house):
    client = house.client()
    offer = client.find(MODEL)
    (image,) = (house.folder / "targets" / MODEL).glob("*.1.rkf")
    image.write_bytes(image.read_bytes() + bytes(1 << 20))
    with pytest.raises(UpdateError) as said:
        client.fetch(offer)
    assert said.value.facts["attack"] == "endless-data"
    for name in ("timestamp.json", "1.snapshot.json", "1.targets.json"):
        file = house.metadata / name
        was = file.read_bytes()
        file.write_bytes(was + b" " * 6_000_000)
        refused(house.client(f"unit {name}"), Attack.ENDLESS_DATA)
        file.write_bytes(was)
    assert house.client().find(MODEL).version == 1


@pytest.mark.parametrize("name", ["timestamp.json", "1.snapshot.json", "1.targets.json"])
def test_what_cannot_be_read_and_what_is_not_there(house, name):
    file = house.metadata / name
    was = file.read_bytes()
    file.unlink()
    assert refused(house.client("a"), Attack.UNREACHABLE).hint.startswith("try again later")
    file.write_bytes(b"{" if name == "timestamp.json" else was[:-2])
    refused(house.client("b"), Attack.DAMAGED if name == "timestamp.json" else Attack.MIX_AND_MATCH)


def test_another_kind_of_metadata_in_its_place(house):
    shutil.copy(house.metadata / "1.snapshot.json", house.metadata / "timestamp.json")
    refused(house.client(), Attack.MIX_AND_MATCH)


def test_a_root_that_is_none_and_one_that_was_changed(house):
    for root in (b"", b"{}", house.root.replace(b"ed25519", b"ed25518", 1)):
        house.root = root
        with pytest.raises(UpdateError) as said:
            house.client(f"unit {len(root)}").find(MODEL)
        assert said.value.facts["attack"] in {"damaged", "wrong-keys"}


def test_a_kept_store_that_was_spoilt_is_fetched_again_or_refused(house):
    client = house.client()
    client.find(MODEL)
    for name in ("timestamp.json", "snapshot.json", "targets.json"):
        (house.place / "unit" / name).write_bytes(b"spoilt")
        assert client.find(MODEL).version == 1


# --- whose repository, and where


def test_an_older_image_or_a_lower_floor_is_not_published(house):
    house.publish(5, floor=3)
    for version, floor in ((5, 3), (4, 3), (6, 2)):
        with pytest.raises(UsageError):
            house.publish(version, floor)
    for version, floor, model, payload in (
        (0, 0, MODEL, b"x"),
        (6, 7, MODEL, b"x"),
        (2**32, 0, MODEL, b"x"),
        (6, 3, "", b"x"),
        (6, 3, "\u00e9", b"x"),
        (6, 3, "x" * 65, b"x"),
        (6, 3, MODEL, b""),
    ):
        with pytest.raises(UsageError):
            house.repository.publish(model, version, floor, payload)
    house.publish(1, model=OTHER)
    assert house.client().find(MODEL).version == 5


def test_a_repository_that_somebody_changed_is_not_signed_again(house):
    for kind in (Timestamp, Snapshot, Targets, Root):
        file, role = house.role(kind)
        was = file.read_bytes()
        changed = json.loads(was)
        changed["signed"]["expires"] = "2099-01-01T00:00:00Z"
        file.write_bytes(json.dumps(changed).encode())
        with pytest.raises((StoreError, UpdateError)):
            house.publish(2)
        file.write_bytes(was)
        assert role.signed.version == 1
    stranger = FirmwareRepository(
        house.folder, house.place / "others", UNIT_KEY, house.clock, SystemRandomness()
    )
    with pytest.raises(StoreError, match="of another base"):
        stranger.publish(MODEL, 9, 0, b"x")
    empty = FirmwareRepository(
        house.place / "empty", house.place / "keys", UNIT_KEY, house.clock, SystemRandomness()
    )
    with pytest.raises(StoreError, match="no repository"):
        empty.refresh()


def test_a_refresh_signs_what_would_run_out(house):
    house.clock.ms -= 80 * DAY_MS
    house.publish(2)
    was = house.role(Targets)[1].signed.version
    house.clock.ms += 80 * DAY_MS
    house.repository.refresh()
    assert house.role(Targets)[1].signed.version == was + 1
    house.repository.refresh()
    assert house.role(Targets)[1].signed.version == was + 1
    assert house.client().find(MODEL).version == 2


def test_a_folder_gives_nothing_from_outside(house):
    (house.place / "secret").write_text("secret")
    (house.metadata / "2.root.json").symlink_to(house.place / "secret")
    assert house.client().find(MODEL).version == 1


def test_it_is_read_over_the_net_too_and_only_over_tls(house):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=house.folder))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        client = house.client("net", f"http://127.0.0.1:{server.server_port}/")
        assert client.fetch(client.find(MODEL))[-500:] == b"\1" * 500
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    with pytest.raises(UsageError):
        house.client("net", "http://updates.example.org")


def test_nothing_there_is_unreachable(house):
    refused(UpdateClient(str(house.place / "nowhere"), house.place / "x", house.root), Attack.UNREACHABLE)


# --- the conformance suite ------------------------------------------------------------------------------------


def test_every_behaviour_of_the_suite_has_its_line():
    """56 functions, once each: shown here, behaviour of the library that we cannot change, or why not."""
    page = (Path(__file__).parents[2] / "docs" / "spec" / "updates.md").read_text("utf-8")
    rows = re.findall(r"^\| (`test_\w+`(?:, `test_\w+`)*) \| (.+) \|$", page, re.MULTILINE)
    functions = [name for names, _ in rows for name in re.findall(r"test_\w+", names)]
    assert len(functions) == len(set(functions)) == 56
    for names, shown in rows:
        assert re.match(r"own( for the (next )?root.*)?[:;]?|python-tuf|not applicable: ", shown), names
