"""Go's checksum-database packages read our notes, proofs and tiles: the formats are public, not only ours.

The program is tests/foreign/go/check.go on golang.org/x/mod/sumdb (tools/golang.py installs it on Debian).
"""

import base64
import json
import os
import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from radiokey.base.log.append import StoredHashes, append_many
from radiokey.base.log.cosignature import Cosigner
from radiokey.base.log.export import write_export
from radiokey.base.log.note import NoteSigner, split_note
from radiokey.base.log.tiles import tiles_of
from radiokey.base.log.tree import consistency_proof
from radiokey.base.sql.sqlite import SqliteStore

SOURCE = Path(__file__).with_name("go") / "check.go"
GOPATH = "/usr/share/gocode"
SIGNER = NoteSigner("log.example/foreign", bytes(range(32)))
SIZES = (1, 2, 7, 8, 255, 256, 300, 700)


@pytest.fixture(scope="session")
def go(tmp_path_factory):
    """Build the program, offline, and return what asks it."""
    compiler = shutil.which("go")
    assert compiler, "these tests need Go: install it (python tools/golang.py does, as root on Debian)"
    folder = tmp_path_factory.mktemp("go")
    offline = {"GO111MODULE": "off", "GOPATH": GOPATH, "GOPROXY": "off", "GOCACHE": str(folder / "cache")}
    program = folder / "check"
    subprocess.run((compiler, "build", "-o", program, SOURCE), env=os.environ | offline, check=True)

    def ask(**question):
        question = {"Key": str(SIGNER.verifier), **question}
        ran = subprocess.run(
            (program,), input=json.dumps(question), capture_output=True, text=True, check=True
        )
        return json.loads(ran.stdout)

    return ask


def encoded(proof):
    return [base64.b64encode(step).decode() for step in proof]


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """A log that grew in batches: every entry with its proof, every pair of checkpoints with theirs."""
    folder = tmp_path_factory.mktemp("log")
    inclusion, notes, at = [], {}, 0
    with closing(SqliteStore(folder / "log.sqlite3")) as store:
        for size in SIZES:
            leaves = [f"leaf {number}" for number in range(at, size)]
            with store.transaction() as transaction:
                appended = append_many(transaction, [leaf.encode() for leaf in leaves], SIGNER)
            notes[size] = appended.note
            inclusion += [
                {"Leaf": leaf, "Index": at + place, "Proof": encoded(proof), "Note": appended.note}
                for place, (leaf, proof) in enumerate(zip(leaves, appended.proofs, strict=True))
            ]
            at = size
        with store.snapshot() as transaction:
            write_export(transaction, folder / "out", SIGNER.verifier)
            fetch = StoredHashes(transaction)
            consistency = [
                {"Proof": encoded(consistency_proof(old, new, fetch)), "Old": notes[old], "New": notes[new]}
                for new in SIZES
                for old in SIZES
                if old <= new
            ]
    return folder / "out", inclusion, consistency


def test_go_finds_every_entry_where_its_proof_says(go, log):
    _, inclusion, _ = log
    assert len(inclusion) == SIZES[-1]
    assert set(go(Inclusion=inclusion)["inclusion"]) == {""}


def test_go_sees_that_each_checkpoint_continues_the_ones_before(go, log):
    _, _, consistency = log
    assert len(consistency) == len(SIZES) * (len(SIZES) + 1) // 2
    assert set(go(Consistency=consistency)["consistency"]) == {""}


def test_go_proves_every_entry_through_the_exported_tiles(go, log):
    """Its reader authenticates each tile from the signed root before it takes a hash from it."""
    folder, _, _ = log
    told = go(Folder=str(folder))
    assert (told["export"], told["entries"]) == ("", SIZES[-1])
    assert sorted(told["tiles"]) == sorted(str(path) for path in tiles_of(SIZES[-1]))


def test_go_opens_a_checkpoint_that_two_witnesses_signed(go, log):
    """Its note package asks for all three signatures; the cosignatures are checked by Go's own Ed25519."""
    _, inclusion, _ = log
    witnesses = [Cosigner(f"witness.example/w{number}", bytes([number]) * 32) for number in (1, 2)]
    keys = [str(witness.verifier) for witness in witnesses]
    entry = inclusion[5]
    text = split_note(entry["Note"])[0]
    signed = entry["Note"] + "".join(one.line(text, 1_700_000_000 + at) for at, one in enumerate(witnesses))
    assert go(Inclusion=[entry | {"Note": signed}], Witnesses=keys)["inclusion"] == [""]
    assert go(Inclusion=[entry], Witnesses=keys)["inclusion"] != [""]
    assert go(Inclusion=[entry | {"Note": signed}], Witnesses=keys[:1])["inclusion"] != [""]
    forged = Cosigner("witness.example/w2", bytes(32)).verifier
    assert go(Inclusion=[entry | {"Note": signed}], Witnesses=[keys[0], str(forged)])["inclusion"] != [""]


def test_go_refuses_what_was_changed(go, log, tmp_path):
    """Otherwise the tests above could not fail."""
    folder, inclusion, consistency = log
    moved = inclusion[5] | {"Index": 6}
    forged = inclusion[5] | {"Leaf": "another"}
    unsigned = inclusion[5] | {"Note": inclusion[5]["Note"].replace("\n7\n", "\n8\n")}
    assert all(go(Inclusion=[moved, forged, unsigned])["inclusion"])
    swapped = [
        one | {"Old": one["New"], "New": one["Old"]} for one in consistency if one["Old"] != one["New"]
    ]
    assert all(go(Consistency=swapped)["consistency"])
    copy = shutil.copytree(folder, tmp_path / "out")
    for path in tiles_of(SIZES[-1]):
        file = copy / str(path)
        data = file.read_bytes()
        file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        assert go(Folder=str(copy))["export"], path
        file.write_bytes(data)
    assert not go(Folder=str(copy))["export"]
