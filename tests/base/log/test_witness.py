"""A witness signs what continues the last it signed, and nothing else (the MUSTs of C2SP tlog-witness)."""

import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiokey.base.log.cosignature import Cosigner, cosignatures
from radiokey.base.log.note import (
    COSIGNING,
    NOTE_SIZE_MAX,
    Algorithm,
    Checkpoint,
    NoteSigner,
    SignatureLine,
)
from radiokey.base.log.tree import EMPTY_ROOT, completed_by, consistency_proof, leaf_hash, root_at
from radiokey.base.log.witness import (
    SIZE_TYPE,
    Answer,
    Witness,
    WitnessFolder,
    decide,
    hash_origin,
    parse_request,
)
from radiokey.errors import LogError, StoreError

ORIGIN = "log.example/witnessed"
SIGNER = NoteSigner(ORIGIN, bytes(range(32)))
OTHER = NoteSigner("log.example/other", bytes(range(1, 33)))


NAME = "witness.example/w1"
OLDER, NEWER = COSIGNERS = (Cosigner(NAME, bytes(32)), Cosigner(NAME, bytes([1]) * 32, Algorithm.ML_DSA_44))


class Tree:
    """A log in memory: any checkpoint of it, any proof."""

    def __init__(self, word="leaf", size=40, shared=0):
        self.nodes = {}
        for number in range(size):
            leaf = f"{'leaf' if number < shared else word} {number}".encode()
            self.nodes.update(completed_by(number, leaf_hash(leaf), self.nodes.__getitem__))

    def checkpoint(self, size, origin=ORIGIN):
        return Checkpoint(origin, size, root_at(size, self.nodes.__getitem__))

    def note(self, size, signer=SIGNER):
        return signer.sign(self.checkpoint(size, signer.verifier.name).text())

    def proof(self, old, new):
        steps = consistency_proof(old, new, self.nodes.__getitem__) if 0 < old <= new else []
        return [base64.b64encode(step).decode() for step in steps]

    def ask(self, old, new, signer=SIGNER):
        return body(old, self.proof(old, new), self.note(new, signer))


def body(old, proof, note):
    return "".join([f"old {old}\n", *(f"{step}\n" for step in proof), "\n", note]).encode()


TREE, FORK = Tree(), Tree("fork", shared=4)
SECOND_OF_ANOTHER_TREE = (
    NoteSigner(ORIGIN, bytes(range(2, 34))).sign(FORK.checkpoint(9).text()).rpartition("\n\n")[2]
)


class Memory:
    """What a witness remembers, until the test ends."""

    def __init__(self):
        self.notes = {}

    def read(self, log):
        return self.notes.get(log)

    def change(self, log, decide):
        note = decide(self.notes.get(log))
        if note is not None:
            self.notes[log] = note


@pytest.fixture
def memory():
    return Memory()


@pytest.fixture
def witness(memory, clock):
    return Witness(COSIGNERS, [SIGNER.verifier], memory, clock)


def signed(witness, answer, note):
    """Tell whether the answer is a signature of `note` by each key of the witness, and nothing else."""
    found = cosignatures(note + answer.body, witness.keys)
    return answer.status == 200 and [one.line for one in found] == answer.body.splitlines(keepends=True)


# --- what it signs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [1, 2, 3, 7, 8])
@pytest.mark.parametrize("then", [1, 2, 5, 8, 30])
def test_a_log_that_grows_is_signed_each_time(witness, first, then):
    assert signed(witness, witness.add_checkpoint(TREE.ask(0, first)), TREE.note(first))
    assert signed(witness, witness.add_checkpoint(TREE.ask(first, first + then)), TREE.note(first + then))


def test_the_same_checkpoint_again_is_signed_again_with_its_time(witness, clock):
    witness.add_checkpoint(TREE.ask(0, 5))
    clock.ms += 60_000
    answer = witness.add_checkpoint(TREE.ask(5, 5))
    found = cosignatures(TREE.note(5) + answer.body, witness.keys)
    assert [one.at_s for one in found] == [clock.ms // 1000] * 2


def test_an_empty_log_is_signed_before_its_first_entry(witness):
    note = SIGNER.sign(Checkpoint(ORIGIN, 0, EMPTY_ROOT).text())
    assert signed(witness, witness.add_checkpoint(body(0, [], note)), note)
    assert signed(witness, witness.add_checkpoint(TREE.ask(0, 3)), TREE.note(3))


def test_it_is_remembered_before_it_is_answered(witness, memory):
    def full(_log, decide):
        decide(memory.notes.get(ORIGIN))
        raise StoreError("no room")

    memory.change = full
    with pytest.raises(StoreError):
        witness.add_checkpoint(TREE.ask(0, 3))
    assert memory.notes == {}


def test_a_log_may_extend_its_checkpoint_and_one_key_signs_all_of_it(witness):
    """C2SP tlog-checkpoint: lines below the root are the log's; of them ML-DSA-44 says nothing."""
    text = TREE.checkpoint(3).text() + "an extension\n"
    note = SIGNER.sign(text)
    answer = witness.add_checkpoint(body(0, [], note))
    assert signed(witness, answer, note)
    assert [one.key for one in cosignatures(TREE.note(3) + answer.body, witness.keys)] == [NEWER.verifier]
    assert signed(witness, witness.add_checkpoint(TREE.ask(3, 9)), TREE.note(9))


def test_signatures_of_unknown_keys_are_ignored(witness):
    stranger = OTHER.sign(TREE.checkpoint(3).text()).rpartition("\n\n")[2]
    for note in (TREE.note(3) + stranger, TREE.note(3).replace("\n\n", f"\n\n{stranger}")):
        assert signed(witness, witness.add_checkpoint(body(0, [], note)), note)
        witness._store.notes.clear()


def test_any_key_of_a_log_will_do(memory, clock):
    second = NoteSigner(ORIGIN, bytes(range(2, 34)))
    witness = Witness(COSIGNERS, [SIGNER.verifier, second.verifier], memory, clock)
    assert signed(witness, witness.add_checkpoint(TREE.ask(0, 3)), TREE.note(3))
    assert signed(witness, witness.add_checkpoint(TREE.ask(3, 5, second)), TREE.note(5, second))
    whole = TREE.note(9)
    changed = whole + SECOND_OF_ANOTHER_TREE
    assert witness.add_checkpoint(body(5, TREE.proof(5, 9), changed)) == Answer(403)
    assert signed(witness, witness.add_checkpoint(TREE.ask(5, 9)), whole)


@pytest.mark.parametrize("algorithm", COSIGNING)
def test_a_log_may_sign_as_a_witness_does(memory, clock, algorithm):
    """C2SP tlog-checkpoint recommends that logs sign with ML-DSA-44."""
    log = Cosigner(ORIGIN, bytes(range(32)), algorithm)
    witness = Witness(COSIGNERS, [log.verifier], memory, clock)
    text = TREE.checkpoint(3).text()
    assert witness.add_checkpoint(TREE.ask(0, 3)) == Answer(403)
    for at_s in (0, 1_700_000_000):  # zero says of a log's own signature only that it has no time
        note = f"{text}\n{log.line(text, at_s)}"
        assert signed(witness, witness.add_checkpoint(body(0 if at_s == 0 else 3, [], note)), note)


def test_logs_are_remembered_apart(memory, clock):
    witness = Witness(COSIGNERS, [SIGNER.verifier, OTHER.verifier], memory, clock)
    assert signed(witness, witness.add_checkpoint(TREE.ask(0, 9)), TREE.note(9))
    assert signed(witness, witness.add_checkpoint(TREE.ask(0, 3, OTHER)), TREE.note(3, OTHER))


# --- what it refuses --------------------------------------------------------------------------------------


def empty(root=EMPTY_ROOT):
    return SIGNER.sign(Checkpoint(ORIGIN, 0, root).text())


BEHIND = Answer(409, "5\n", SIZE_TYPE)
WRONG = {
    # At first, before anything was signed:
    ("a size of 0 with a root that is not the empty tree's", 0): (body(0, [], empty(bytes(32))), Answer(422)),
    ("a proof together with old size 0", 0): (body(0, TREE.proof(1, 3), TREE.note(3)), Answer(422)),
    ("such a proof and size 0", 0): (body(0, TREE.proof(1, 3), empty()), Answer(422)),
    ("an old size where nothing was signed", 0): (TREE.ask(3, 9), Answer(409, "0\n", SIZE_TYPE)),
    # After a checkpoint of size 5:
    ("a log it does not know", 5): (TREE.ask(5, 9, OTHER), Answer(404)),
    ("a note nobody signed that it knows", 5): (
        body(5, TREE.proof(5, 9), NoteSigner(ORIGIN, bytes(32)).sign(TREE.checkpoint(9).text())),
        Answer(403),
    ),
    ("a signature over another text", 5): (
        body(5, TREE.proof(5, 9), TREE.note(9).replace("\n9\n", "\n8\n")),
        Answer(403),
    ),
    ("an old size beyond the new", 5): (TREE.ask(5, 3), Answer(400)),
    ("an old size that it never signed", 5): (TREE.ask(4, 9), BEHIND),
    ("a larger old size", 5): (TREE.ask(6, 9), BEHIND),
    ("zero, to be told", 5): (TREE.ask(0, 9), BEHIND),
    ("zero, a fork of the same size", 5): (FORK.ask(0, 5), BEHIND),
    ("zero, with a proof", 5): (body(0, TREE.proof(1, 3), TREE.note(9)), BEHIND),
    ("zero, a size of 0 with another root", 5): (body(0, [], empty(bytes(32))), BEHIND),
    ("another root of the same size", 5): (body(5, [], FORK.note(5)), Answer(422)),
    ("a fork", 5): (FORK.ask(5, 9), Answer(422)),
    ("no proof", 5): (body(5, [], TREE.note(9)), Answer(422)),
    ("a proof too long", 5): (body(5, [*TREE.proof(5, 9), TREE.proof(5, 9)[0]], TREE.note(9)), Answer(422)),
    ("a proof too short", 5): (body(5, TREE.proof(5, 9)[:-1], TREE.note(9)), Answer(422)),
    ("a proof where none belongs", 5): (body(5, TREE.proof(5, 9), TREE.note(5)), Answer(422)),
}
"""C2SP tlog-witness of July 2026: what is asked and the size signed before, and the answer."""


@pytest.mark.parametrize(("asked", "last"), WRONG.keys(), ids=[" - ".join(map(str, one)) for one in WRONG])
def test_each_refusal_has_its_status_and_changes_nothing(witness, memory, asked, last):
    request_body, answer = WRONG[asked, last]
    if last:
        witness.add_checkpoint(TREE.ask(0, last))
    before = dict(memory.notes)
    assert witness.add_checkpoint(request_body) == answer
    assert memory.notes == before
    assert signed(witness, witness.add_checkpoint(TREE.ask(last, 9)), TREE.note(9))


def test_a_log_that_is_unknown_is_told_before_its_signature_is_looked_at(witness):
    assert witness.add_checkpoint(TREE.ask(0, 3, OTHER)).status == 404


STEP = TREE.proof(5, 9)[0]
MALFORMED = {
    "nothing": b"",
    "no old size": body(0, [], TREE.note(3)).replace(b"old 0", b""),
    "a leading zero": body("03", [], TREE.note(3)),
    "a sign": body("+3", [], TREE.note(3)),
    "a negative size": body(-1, [], TREE.note(3)),
    "another digit": body("\N{ARABIC-INDIC DIGIT THREE}", [], TREE.note(3)),
    "two spaces": body(" 3", [], TREE.note(3)),
    "a space at the end": body("3 ", [], TREE.note(3)),
    "a huge size": body("9" * 5_000, [], TREE.note(3)),
    "no empty line": body(0, [], TREE.note(3)).replace(b"\n\n", b"\n", 1),
    "a carriage return": body("0\r", [], TREE.note(3)),
    "a step that is no hash": body(5, ["AAAA"], TREE.note(9)),
    "a step in another spelling": body(5, [STEP.rstrip("=")], TREE.note(9)),
    "64 steps": body(5, [STEP] * 64, TREE.note(9)),
    "no note": body(0, [], ""),
    "no signature": body(0, [], TREE.checkpoint(3).text()),
    "a line that is no signature": body(0, [], TREE.note(3) + "x\n"),
    "a note without its last newline": body(0, [], TREE.note(3)[:-1]),
    "no checkpoint": body(0, [], SIGNER.sign("text\n")),
    "a checkpoint of a size with a zero before it": body(
        0, [], SIGNER.sign(TREE.checkpoint(3).text().replace("\n3\n", "\n03\n"))
    ),
    "a checkpoint of a negative size": body(
        0, [], SIGNER.sign(TREE.checkpoint(3).text().replace("\n3\n", "\n-3\n"))
    ),
    "bytes that are no text": body(0, [], TREE.note(3)).replace(b"log", b"\xff\xfe\xfd"),
    "a checkpoint of a size that no tree has": body(
        0, [], SIGNER.sign(TREE.checkpoint(3).text().replace("\n3\n", f"\n{2**64}\n"))
    ),
    "a note too long": body(0, [], SIGNER.sign(TREE.checkpoint(3).text() + "x" * NOTE_SIZE_MAX + "\n")),
}


@pytest.mark.parametrize("asked", MALFORMED.values(), ids=MALFORMED.keys())
def test_what_is_malformed_is_a_bad_request(witness, memory, asked):
    assert witness.add_checkpoint(asked) == Answer(400)
    assert memory.notes == {}


def test_sixteen_of_the_largest_signatures_are_taken(witness):
    """C2SP signed-note asks for as many, and says that one of ML-DSA can be nearly 5 kB."""
    strangers = "".join(str(SignatureLine(f"s{at}.example", bytes(4), bytes(5_000))) for at in range(15))
    note = TREE.note(3) + strangers
    assert signed(witness, witness.add_checkpoint(body(0, [], note)), note)


def test_sixty_three_steps_are_well_formed():
    assert len(parse_request(body(5, [STEP] * 63, TREE.note(9))).proof) == 63


@given(st.integers(0, 39), st.integers(0, 39), st.integers(0, 39), st.booleans())
def test_whatever_is_signed_continues_what_was_signed(last, old, new, fork):
    """Held against the trees themselves: no case of the rules is trusted to be the only one."""
    tree = FORK if fork else TREE
    known = TREE.checkpoint(last)
    asked = parse_request(tree.ask(old, new))
    agrees = old == last <= new and (not fork or last <= 4)
    assert (decide(known, asked) is None) == agrees


# --- the race, the restart --------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    return WitnessFolder(tmp_path)


def test_of_two_requests_from_the_same_old_size_one_wins(folder, clock):
    """Otherwise a witness that signed N + K would remember N (the race that the specification lists)."""
    sizes = range(6, 14)
    for old in range(1, 6):
        signer = NoteSigner(f"log.example/{old}", bytes(range(32)))
        fresh = Witness(COSIGNERS, [signer.verifier], folder, clock)
        assert fresh.add_checkpoint(TREE.ask(0, old, signer)).status == 200
        together = Barrier(len(sizes))

        def ask(size, old=old, signer=signer, fresh=fresh, together=together):
            together.wait()
            return size, fresh.add_checkpoint(TREE.ask(old, size, signer))

        with ThreadPoolExecutor(len(sizes)) as pool:
            told = dict(pool.map(ask, sizes))
        (won,) = [size for size, answer in told.items() if answer.status == 200]
        assert {answer for size, answer in told.items() if size != won} == {
            Answer(409, f"{won}\n", SIZE_TYPE)
        }
        assert fresh.add_checkpoint(TREE.ask(won, 20, signer)).status == 200


def test_a_witness_that_starts_again_remembers(folder, clock):
    for old, new in ((0, 3), (3, 9), (9, 20)):
        witness = Witness(COSIGNERS, [SIGNER.verifier], folder, clock)
        if old:
            assert witness.add_checkpoint(FORK.ask(0, 5)) == Answer(409, f"{old}\n", SIZE_TYPE)
        assert witness.add_checkpoint(TREE.ask(old, new)).status == 200


def test_a_memory_that_was_changed_signs_nothing(folder, clock, tmp_path):
    witness = Witness(COSIGNERS, [SIGNER.verifier], folder, clock)
    witness.add_checkpoint(TREE.ask(0, 9))
    (file,) = tmp_path.glob("*.checkpoint")
    whole = file.read_bytes()
    every = [*range(whole.index(b"w1 ") + 20), *range(len(whole) - 20, len(whole))]
    for at in (*every, *Random(7).sample(range(every[-21], len(whole)), 100)):  # noqa: S311 - seeded
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 7]) + whole[at + 1 :])
        with pytest.raises((LogError, StoreError)):
            witness.add_checkpoint(TREE.ask(9, 20))
        with pytest.raises((LogError, StoreError)):
            witness.last_checkpoint(hash_origin(ORIGIN))
    file.write_bytes(whole)
    assert witness.add_checkpoint(TREE.ask(9, 20)).status == 200


def test_a_witness_of_before_goes_on_from_the_note_it_kept_as_it_came(folder, clock, tmp_path):
    """It kept no cosignatures: they are served once it signs again."""
    witness = Witness(COSIGNERS, [SIGNER.verifier], folder, clock)
    stranger = OTHER.sign(TREE.checkpoint(9).text()).rpartition("\n\n")[2]
    (tmp_path / f"{hash_origin(ORIGIN)[:32]}.checkpoint").write_text(
        TREE.note(9) + stranger, encoding="utf-8"
    )
    assert witness.last_checkpoint(hash_origin(ORIGIN)) is None
    assert witness.add_checkpoint(FORK.ask(9, 20)) == Answer(422)
    assert witness.add_checkpoint(TREE.ask(9, 20)).status == 200
    assert witness.last_checkpoint(hash_origin(ORIGIN)).startswith(TREE.note(20))


def test_what_was_signed_last_is_shown_with_the_signatures_that_were_given(witness):
    """C2SP tlog-witness: the log's, and those of the answer; nothing of strangers."""
    origin_hash = hashlib.sha256(ORIGIN.encode()).hexdigest()
    assert witness.last_checkpoint(origin_hash) is None
    for old, new in ((0, 3), (3, 3), (3, 9)):
        note = TREE.note(new)
        stranger = OTHER.sign(TREE.checkpoint(new).text()).rpartition("\n\n")[2]
        answer = witness.add_checkpoint(body(old, TREE.proof(old, new), note + stranger))
        assert witness.last_checkpoint(origin_hash) == note + answer.body
    witness.add_checkpoint(FORK.ask(9, 20))
    assert witness.last_checkpoint(origin_hash) == note + answer.body
    for unknown in (origin_hash.upper(), origin_hash[:32], hash_origin(OTHER.verifier.name), ORIGIN, ""):
        assert witness.last_checkpoint(unknown) is None
