"""A witness signs what continues the last it signed, and nothing else (the MUSTs of C2SP tlog-witness)."""

import base64
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiokey.base.log.append import append_many
from radiokey.base.log.cosignature import Cosigner, cosignatures
from radiokey.base.log.note import Algorithm, Checkpoint, NoteSigner, SignatureLine, VerifierKey
from radiokey.base.log.tree import EMPTY_ROOT, completed_by, consistency_proof, leaf_hash, root_at
from radiokey.base.log.witness import SIZE_TYPE, Answer, Witness, WitnessFolder, decide, parse_request
from radiokey.base.log.witness_client import ask_witness, request_body
from radiokey.base.sql.sqlite import SqliteStore
from radiokey.errors import LogError, ReceiptError, StoreError, UsageError

ORIGIN = "log.example/witnessed"
SIGNER = NoteSigner(ORIGIN, bytes(range(32)))
OTHER = NoteSigner("log.example/other", bytes(range(1, 33)))


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


class Memory:
    """What a witness remembers, until the test ends."""

    def __init__(self):
        self.notes = {}

    def change(self, log, decide):
        note = decide(self.notes.get(log))
        if note is not None:
            self.notes[log] = note


@pytest.fixture
def memory():
    return Memory()


@pytest.fixture
def witness(memory, clock):
    return Witness(Cosigner("witness.example/w1", bytes(32)), [SIGNER.verifier], memory, clock)


def signed(witness, answer, note):
    """Tell whether the answer is a signature of `note` by the witness."""
    return answer.status == 200 and len(cosignatures(note + answer.body, [witness.key])) == 1


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
    (found,) = cosignatures(TREE.note(5) + answer.body, [witness.key])
    assert found.at_s == clock.ms // 1000


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


def test_a_log_may_extend_its_checkpoint_and_all_of_it_is_signed(witness):
    """C2SP tlog-checkpoint: lines below the root are the log's."""
    text = TREE.checkpoint(3).text() + "an extension\n"
    note = SIGNER.sign(text)
    answer = witness.add_checkpoint(body(0, [], note))
    assert signed(witness, answer, note)
    assert not cosignatures(TREE.note(3) + answer.body, [witness.key])
    assert signed(witness, witness.add_checkpoint(TREE.ask(3, 9)), TREE.note(9))


def test_signatures_of_unknown_keys_are_ignored(witness):
    stranger = OTHER.sign(TREE.checkpoint(3).text()).rpartition("\n\n")[2]
    for note in (TREE.note(3) + stranger, TREE.note(3).replace("\n\n", f"\n\n{stranger}")):
        assert signed(witness, witness.add_checkpoint(body(0, [], note)), note)
        witness._store.notes.clear()


def test_any_key_of_a_log_will_do(memory, clock):
    second = NoteSigner(ORIGIN, bytes(range(2, 34)))
    witness = Witness(
        Cosigner("witness.example/w1", bytes(32)), [SIGNER.verifier, second.verifier], memory, clock
    )
    assert signed(witness, witness.add_checkpoint(TREE.ask(0, 3)), TREE.note(3))
    assert signed(witness, witness.add_checkpoint(TREE.ask(3, 5, second)), TREE.note(5, second))


def test_logs_are_remembered_apart(memory, clock):
    witness = Witness(
        Cosigner("witness.example/w1", bytes(32)), [SIGNER.verifier, OTHER.verifier], memory, clock
    )
    assert signed(witness, witness.add_checkpoint(TREE.ask(0, 9)), TREE.note(9))
    assert signed(witness, witness.add_checkpoint(TREE.ask(0, 3, OTHER)), TREE.note(3, OTHER))


# --- what it refuses --------------------------------------------------------------------------------------


REFUSED = {
    "a log it does not know": (TREE.ask(5, 9, OTHER), Answer(404)),
    "a note nobody signed that it knows": (
        body(5, TREE.proof(5, 9), NoteSigner(ORIGIN, bytes(32)).sign(TREE.checkpoint(9).text())),
        Answer(403),
    ),
    "a signature over another text": (
        body(5, TREE.proof(5, 9), TREE.note(9).replace("\n9\n", "\n8\n")),
        Answer(403),
    ),
    "an old size beyond the new": (TREE.ask(5, 3), Answer(400)),
    "an old size that it never signed": (TREE.ask(4, 9), Answer(409, "5\n", SIZE_TYPE)),
    "a larger old size": (TREE.ask(6, 9), Answer(409, "5\n", SIZE_TYPE)),
    "zero, to be told": (TREE.ask(0, 9), Answer(409, "5\n", SIZE_TYPE)),
    "another root of the same size": (body(5, [], FORK.note(5)), Answer(409, "5\n", SIZE_TYPE)),
    "a fork": (FORK.ask(5, 9), Answer(422)),
    "no proof": (body(5, [], TREE.note(9)), Answer(422)),
    "a proof too long": (body(5, [*TREE.proof(5, 9), TREE.proof(5, 9)[0]], TREE.note(9)), Answer(422)),
    "a proof too short": (body(5, TREE.proof(5, 9)[:-1], TREE.note(9)), Answer(422)),
    "a proof where none belongs": (body(5, TREE.proof(5, 9), TREE.note(5)), Answer(422)),
}


@pytest.mark.parametrize(("request_body", "answer"), REFUSED.values(), ids=REFUSED.keys())
def test_each_refusal_has_its_status_and_changes_nothing(witness, memory, request_body, answer):
    witness.add_checkpoint(TREE.ask(0, 5))
    before = dict(memory.notes)
    assert witness.add_checkpoint(request_body) == answer
    assert memory.notes == before
    assert signed(witness, witness.add_checkpoint(TREE.ask(5, 9)), TREE.note(9))


def test_a_first_request_with_a_proof_is_refused(witness):
    """The proof MUST be empty if the old size is zero."""
    assert witness.add_checkpoint(body(0, TREE.proof(1, 3), TREE.note(3))) == Answer(422)


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
    "a note too long": body(0, [], SIGNER.sign(TREE.checkpoint(3).text() + "x" * 20_000 + "\n")),
}


@pytest.mark.parametrize("asked", MALFORMED.values(), ids=MALFORMED.keys())
def test_what_is_malformed_is_a_bad_request(witness, memory, asked):
    assert witness.add_checkpoint(asked) == Answer(400)
    assert memory.notes == {}


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
    cosigner = Cosigner("witness.example/w1", bytes(32))
    sizes = range(6, 14)
    for old in range(1, 6):
        fresh = Witness(
            cosigner, [NoteSigner(f"log.example/{old}", bytes(range(32))).verifier], folder, clock
        )
        signer = NoteSigner(f"log.example/{old}", bytes(range(32)))
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
        witness = Witness(Cosigner("witness.example/w1", bytes(32)), [SIGNER.verifier], folder, clock)
        if old:
            assert witness.add_checkpoint(FORK.ask(0, 5)) == Answer(409, f"{old}\n", SIZE_TYPE)
        assert witness.add_checkpoint(TREE.ask(old, new)).status == 200


def test_a_memory_that_was_changed_signs_nothing(folder, clock, tmp_path):
    witness = Witness(Cosigner("witness.example/w1", bytes(32)), [SIGNER.verifier], folder, clock)
    witness.add_checkpoint(TREE.ask(0, 9))
    (file,) = tmp_path.glob("*.checkpoint")
    whole = file.read_bytes()
    for at in range(len(whole)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 7]) + whole[at + 1 :])
        with pytest.raises((LogError, StoreError)):
            witness.add_checkpoint(TREE.ask(9, 20))
    file.write_bytes(whole)
    assert witness.add_checkpoint(TREE.ask(9, 20)).status == 200


# --- cosignatures -----------------------------------------------------------------------------------------


def test_a_key_of_a_witness_reads_as_it_was_written_and_is_none_of_a_log():
    key = Cosigner("witness.example/w1", bytes(32)).verifier
    assert VerifierKey.parse(str(key), Algorithm.COSIGNATURE_V1) == key
    with pytest.raises(ReceiptError, match="of a log's"):
        VerifierKey.parse(str(key))
    with pytest.raises(ReceiptError, match="of a witness's"):
        VerifierKey.parse(str(SIGNER.verifier), Algorithm.COSIGNATURE_V1)


def test_a_cosignature_is_no_signature_of_the_log_and_none_of_another_time():
    """What is signed begins with a line of its own, so that neither can be passed off as the other."""
    cosigner = Cosigner("witness.example/w1", bytes(32))
    text, note = TREE.checkpoint(5).text(), TREE.note(5)
    line = cosigner.line(text, 1679315147)
    (found,) = cosignatures(note + line, [cosigner.verifier])
    assert (found.at_s, found.line, found.key) == (1679315147, line, cosigner.verifier)
    parsed = SignatureLine.parse(line.rstrip("\n"))
    assert parsed.signature[:8] == (1679315147).to_bytes(8, "big")
    assert len(parsed.signature) == 72
    later = SignatureLine(parsed.name, parsed.key_id, b"\1" + parsed.signature[1:])
    assert not cosignatures(note + str(later), [cosigner.verifier])
    never = SignatureLine(parsed.name, parsed.key_id, b"\xff" + parsed.signature[1:])
    assert not cosignatures(note + str(never), [cosigner.verifier])
    assert not cosignatures(TREE.note(6) + line, [cosigner.verifier])
    assert repr(cosigner) == "Cosigner('witness.example/w1')"


def test_two_names_of_one_key_are_one_witness():
    """Otherwise a quorum of two would be one person."""
    one, two = Cosigner("witness.example/w1", bytes(32)), Cosigner("witness.example/w2", bytes(32))
    text, note = TREE.checkpoint(5).text(), TREE.note(5)
    both = note + one.line(text, 1) + two.line(text, 1)
    assert len(cosignatures(both, [one.verifier, two.verifier])) == 1


# --- the log's side ---------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path):
    with closing(SqliteStore(tmp_path / "log.sqlite3")) as one:
        yield one


def grow(store, count, word="leaf"):
    with store.transaction() as transaction:
        last = transaction.last_checkpoint()
        first = last.size if last else 0
        append_many(transaction, [f"{word} {first + n}".encode() for n in range(count)], SIGNER)


def posting(witness, seen=None):
    def post(body):
        answer = witness.add_checkpoint(body)
        if seen is not None:
            seen.append((int(body.split()[1]), answer.status))
        return answer.status, answer.type, answer.body

    return post


def test_a_log_finds_out_what_the_witness_knows_and_proves_from_there(store, witness):
    grow(store, 5)
    ask_witness(store, SIGNER.verifier, witness.key, posting(witness))
    grow(store, 9)
    seen = []
    line = ask_witness(store, SIGNER.verifier, witness.key, posting(witness, seen))
    assert seen == [(0, 409), (5, 200)]
    grow(store, 9)
    seen.clear()
    ask_witness(store, SIGNER.verifier, witness.key, posting(witness, seen), old=14)
    assert seen == [(14, 200)], "who remembers needs one request"
    with store.snapshot() as transaction:
        assert transaction.cosignatures(14) == [line]
        note = transaction.last_checkpoint().note + "".join(transaction.cosignatures(23))
    assert len(cosignatures(note, [witness.key])) == 1


def test_asking_twice_for_one_checkpoint_keeps_the_first_line(store, witness, clock):
    grow(store, 5)
    first = ask_witness(store, SIGNER.verifier, witness.key, posting(witness))
    clock.ms += 60_000
    assert ask_witness(store, SIGNER.verifier, witness.key, posting(witness)) == first


def test_a_database_that_went_back_or_took_another_way_is_told_by_its_witness(store, witness, tmp_path):
    """A witness is the memory that the owner of the database cannot delete."""
    grow(store, 9)
    ask_witness(store, SIGNER.verifier, witness.key, posting(witness))
    for size, error in ((5, "rolled back"), (9, "another history"), (14, "another history")):
        with closing(SqliteStore(tmp_path / f"fork{size}.sqlite3")) as fork:
            grow(fork, size, "fork")
            with pytest.raises(LogError, match=error):
                ask_witness(fork, SIGNER.verifier, witness.key, posting(witness))
            with fork.snapshot() as transaction:
                assert transaction.cosignatures(size) == []


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((404, "", ""), "refused \\(404\\)"),
        ((403, "", ""), "refused \\(403\\)"),
        ((500, "", ""), "refused \\(500\\)"),
        ((409, "text/plain", "5\n"), "refused \\(409\\)"),
        ((409, SIZE_TYPE, "five\n"), "no size"),
        ((409, SIZE_TYPE, "9" * 4_000), "no size"),
        ((200, "", ""), "no signature of"),
        ((200, "", "\N{EM DASH} witness.example/w1 AAAAAAAAAAAA\n"), "no signature of"),
        ((200, "", "not a line\n"), "not a signature"),
    ],
)
def test_what_is_no_signature_of_the_witness_is_not_kept(store, witness, answer, sentence):
    grow(store, 5)
    with pytest.raises(ReceiptError, match=sentence):
        ask_witness(store, SIGNER.verifier, witness.key, lambda _body: answer)
    with store.snapshot() as transaction:
        assert transaction.cosignatures(5) == []


def test_a_witness_that_changes_its_mind_is_not_asked_for_ever(store, witness):
    grow(store, 5)
    sizes = iter(range(1, 5))
    with pytest.raises(LogError, match="another history"):
        ask_witness(store, SIGNER.verifier, witness.key, lambda _: (409, SIZE_TYPE, f"{next(sizes)}\n"))
    assert next(sizes) == 4, "three requests were made"


def test_an_empty_log_has_nothing_to_witness(store, witness):
    with pytest.raises(UsageError, match="empty"):
        ask_witness(store, SIGNER.verifier, witness.key, posting(witness))


def test_a_request_is_written_as_the_specification_writes_it(store):
    grow(store, 9)
    with store.snapshot() as transaction:
        asked = request_body(transaction, SIGNER.verifier, 5).decode()
        note = transaction.last_checkpoint().note
    assert asked == body(5, TREE.proof(5, 9), note).decode()
