"""`radiokey explain`: whatever a unit stored is said in words, and nothing secret with it."""

import json
import re
import struct
import zlib
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from radiokey.catalogue.load import load_catalogue
from radiokey.cli import explained
from radiokey.code.value import Code
from radiokey.guide.load import load_guide
from radiokey.headunit.device import Device, RamCounter
from radiokey.headunit.events import SupplyLost, SupplyRestored, TimeWent
from radiokey.headunit.explain import Ends, Unsure, Verdict, Why
from radiokey.headunit.flash import RamChip
from radiokey.headunit.lock import Fault, Hold, Lock, State
from radiokey.headunit.policy import ClockNeeds
from radiokey.headunit.store import CHIP_SIZE, SECTOR_SIZE, Record, Store, encode
from radiokey.headunit.stored import Form
from radiokey.headunit.unit import HeadUnit

KEY = bytes(range(100, 132))
CODE, PENDING = b"\xc0\xde" * 8, b"\xde\xad" * 8
STATES = (State.PLAYING, State.CODE, State.CHECKING, State.WAIT, State.LOCKED, State.PERMANENT)
ASIDES = (None, State.PROTECTED, State.FAULT)
RULES = ([], ["--policy", "reference"], ["--model", "renault_86a"], ["--model", "audi_wiesbaden_delta"])
NAMED = ((None, None), (None, "reference"), ("renault_86a", None), ("audi_wiesbaden_delta", None))
TEXTS = Path(__file__).parents[2] / "docs" / "cli.md"


def record_of(state, hold=Hold.NOTHING, fault=Fault.NONE, aside=None, *, key=KEY) -> bytes:
    waits = 7_200_000 if state is State.WAIT else 0
    lock = Lock(
        aside or state,
        errors=0 if state is State.PLAYING else 2,
        wait_left_ms=waits // 2,
        wait_ms=waits,
        hold=hold,
        fault=fault,
        pending=PENDING if state is State.CHECKING else b"",
        before=state if aside else State.PLAYING,
    )
    return encode(Record(7, lock, CODE), key)


def chip_of(record: bytes, other: bytes = b"") -> bytes:
    sectors = (other, record, b"", record)
    return b"".join(sector.ljust(SECTOR_SIZE, b"\xff") for sector in sectors)


@pytest.fixture
def say(cli, tmp_path):
    """`say(data, option, ...)`: what the command says of that data, with the device's key in a file."""
    key = tmp_path / "key"
    key.write_bytes(KEY)

    def ran(data, *options, keyed=True):
        file = tmp_path / "record"
        file.write_bytes(data)
        return cli("explain", file, *(["--key-file", key] if keyed else []), *options)

    return ran


def unwrapped(ran) -> str:
    assert (ran.code, ran.err) == (0, "")
    return " ".join(ran.out.split())


# --- every record -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("state", "aside"), list(product(STATES, ASIDES)))
def test_every_record_is_told_whole_under_all_rules(tmp_path, capsys, state, aside):
    """State x hold x fault x aside, with no rules, the reference's, and two makers'."""
    file, key = tmp_path / "record", tmp_path / "key"
    key.write_bytes(KEY)
    for hold, fault in product(Hold, Fault):
        file.write_bytes(record_of(state, hold, fault, aside))
        for model, policy in NAMED:
            explained.explain_file(file, key, 7, model, policy, as_json=True)
            document = json.loads(capsys.readouterr().out)
            explained.explain_file(file, key, 7, model, policy, as_json=False)
            text = " ".join(capsys.readouterr().out.split())
            assert [part for part in document["sentences"] if part not in text] == []
            assert [label for label in ("Why:", "Until:", "A cut now:", "Next:") if label not in text] == []
            assert (document["state"], document["verdict"]) == ((aside or state).value, "sound")
            assert "None" not in text
            assert "  " not in "".join(document["sentences"])


@pytest.mark.parametrize("rules", RULES)
def test_neither_digests_nor_keys_are_ever_shown(say, rules):
    secrets = [CODE.hex(), PENDING.hex(), KEY.hex(), "c0de", "dead", KEY.decode("ascii", "replace")]
    for state, aside in product(STATES, (None, State.FAULT)):
        data = record_of(state, fault=Fault.BUS if aside else Fault.NONE, aside=aside)
        for keyed in (True, False):
            shown = say(data, *rules, keyed=keyed).out + say(data, *rules, "--json", keyed=keyed).out
            assert not [secret for secret in secrets if secret in shown.lower()]


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.NONE])
def test_a_fault_has_its_own_words_and_its_own_next_step_and_is_never_a_wrong_code(say, fault):
    """Claims 10, 11 and 69."""
    document = say(record_of(State.CODE, fault=fault, aside=State.FAULT), "--json").document
    why, step = explained.WHY[Why(document["why"])], explained.NEXT[Why(document["why"])]
    assert (document["state"], document["fault"], document["why"]) == ("fault", fault.value, fault.value)
    assert "not a wrong code" in why
    assert "Enter no code." in step
    assert list(explained.WHY.values()).count(why) == 1
    assert document["step"] in {"supply-fault", "update-failed", "network-fault", "tampered"}


def test_every_step_that_is_named_is_one_of_the_guide_and_no_two_faults_share_one():
    steps = load_guide().steps
    assert set(explained.STEP.values()) <= set(steps)
    faults = [Why.MEMORY, Why.FIRMWARE, Why.BUS, Why.TAMPERED]
    assert len({explained.STEP[fault] for fault in faults}) == len(faults)
    told = {explained.STEP[fault]: load_guide().texts[explained.STEP[fault]] for fault in faults}
    for step in ("update-failed", "network-fault"):
        assert "not a wrong code" in told[step].body
        assert "Don't enter" in told[step].dont


def test_every_fact_has_its_words():
    for words, kinds in {
        "WHY": Why,
        "NEXT": Why,
        "STEP": Why,
        "UNTIL": Ends,
        "UNSURE": Unsure,
        "VERDICTS": Verdict,
        "FORMS": Form,
        "CLOCK": ClockNeeds,
    }.items():
        assert set(getattr(explained, words)) == set(kinds), words


# --- what a cut would do ------------------------------------------------------------------------------------


def test_of_our_own_design_it_is_told_what_a_cut_would_do(say):
    document = say(record_of(State.WAIT), "--policy", "reference", "--json").document
    assert document["cut"] == {
        "gap_ms_min": 3_000,
        "short": {"state": "wait", "before": "playing", "errors": 2, "wait_left_ms": 3_600_000},
        "long": {"state": "wait", "before": "playing", "errors": 2, "wait_left_ms": 3_600_000},
        "again_ms": [0, 59_999],
    }
    assert "up to 1 minute of it already served are waited again" in unwrapped(
        say(record_of(State.WAIT), "--policy", "reference")
    )
    assert "From 3 seconds on: it asks for its code." in unwrapped(
        say(record_of(State.PLAYING), "--policy", "reference")
    )
    assert "the same entry again costs no other" in unwrapped(
        say(record_of(State.CHECKING), "--policy", "reference")
    )


@pytest.mark.parametrize("model_id", sorted(load_catalogue().models))
def test_of_a_makers_radio_it_is_withheld_and_said_why(say, model_id):
    """STORY, "Not ours": shown to a person who has the right code, and nobody here has shown that."""
    for state, hold in ((State.WAIT, Hold.NOTHING), (State.LOCKED, Hold.POWER_CUT)):
        data = record_of(state, hold)
        text, document = (
            unwrapped(say(data, "--model", model_id)),
            say(data, "--model", model_id, "--json").document,
        )
        assert (document["cut"], document["cut_withheld"]) == (None, True)
        assert "Withheld" in text
        assert "has the right code" in text
        assert not re.search(
            r"until its supply is cut|Cut the supply once|power-cut", text + json.dumps(document)
        )
        assert document["hold"] in {None, "nothing"}


def test_of_a_radio_that_was_not_named_it_is_not_known(say):
    data = record_of(State.LOCKED, Hold.POWER_CUT)
    text, document = unwrapped(say(data)), say(data, "--json").document
    assert (document["why"], document["hold"], document["cut"]) == ("locked", None, None)
    assert "differs from radio to radio" in text


# --- whose it is --------------------------------------------------------------------------------------------


def forged() -> bytes:
    data = bytearray(record_of(State.CODE))
    data[8] = 77
    return bytes(data[:-4]) + struct.pack("<I", zlib.crc32(bytes(data[:-4])))


def test_damaged_forged_foreign_older_and_unchecked_have_each_their_own_sentence(say):
    good = record_of(State.CODE)
    said = {
        "sound": say(good, "--counter", "7", "--json"),
        "unchecked": say(good, "--json", keyed=False),
        "older": say(good, "--counter", "9", "--json"),
        "ahead": say(good, "--counter", "2", "--json"),
        "damaged": say(good[:-1] + b"\0", "--json"),
        "foreign": say(record_of(State.CODE, key=bytes(32)), "--json"),
        "forged": say(forged(), "--json"),
        "misplaced": say(chip_of(b"", good), "--json"),
    }
    assert [ran.document["verdict"] for ran in said.values()] == list(said)
    assert len({ran.document["sentences"][0] for ran in said.values()}) == len(Verdict) == len(said)
    assert said["older"].document["why"] == said["ahead"].document["why"] == "tampered"
    for name in ("damaged", "foreign", "forged", "misplaced"):
        assert said[name].document["why"] == "memory"


def test_a_chip_put_back_is_called_an_older_image(cli, tmp_path):
    """The whole of it: a unit, its chip copied, an error counted, the copy put back."""
    device, chip = Device(KEY, counter=RamCounter()), RamChip(CHIP_SIZE, SECTOR_SIZE)
    design = load_catalogue().models["renault_86a"].design()
    unit = HeadUnit.made(design, Code("1234"), device=device, chip=chip)
    copy = bytes(chip.cells)
    for happening in (SupplyLost(), TimeWent(60_000), SupplyRestored()):
        unit.handle(happening)
    file = tmp_path / "chip"
    file.write_bytes(copy)
    key = tmp_path / "key"
    key.write_text(KEY.hex() + "\n")
    ran = cli("explain", file, "--key-file", key, "--counter", str(device.counter.value))
    assert "an older image, put back" in unwrapped(ran)
    file.write_bytes(unit.image())
    assert "this device's" in unwrapped(cli("explain", file, "--key-file", key))


def test_a_chip_of_which_one_bank_lags_is_said_to_be_unfinished(say):
    device = Device(KEY, counter=RamCounter(6))
    chip = RamChip(CHIP_SIZE, SECTOR_SIZE)
    store = Store.provision(chip, device, CODE)
    store.commit(Lock(State.CODE))
    at = SECTOR_SIZE * (2 + store.record.sequence % 2)
    cells = bytes(chip.cells)
    lags = cells[:at] + b"\xff" * SECTOR_SIZE + cells[at + SECTOR_SIZE :]
    for data, unfinished in ((cells, False), (lags, True)):
        document = say(data, "--counter", str(store.record.sequence), "--json").document
        assert (document["why"], "unfinished" in document["unsure"]) == ("asks", unfinished)


# --- how it is given ----------------------------------------------------------------------------------------


def test_hexadecimal_text_and_standard_input_say_the_same(say, cli):
    data = record_of(State.WAIT)
    expected = say(data, keyed=False).out
    assert say(data.hex().encode(), keyed=False).out == expected
    assert cli("explain", "-", stdin=data.hex() + "\n").out == expected


@pytest.mark.parametrize(
    "data", [b"", b"hello", bytes(84), b"\xff" * 512, b"RKR2" + bytes(80), b"RKU2", b"abc", b"\n" * 40_000]
)
def test_what_is_no_record_is_refused(say, data):
    say(data).refused(65)


def test_what_cannot_be_read_is_refused(cli, tmp_path):
    cli("explain", tmp_path / "nothing").refused(65, "the file cannot be read")
    cli("explain", tmp_path).refused(65, "the file cannot be read")


@pytest.mark.parametrize("key", [b"", b"short", bytes(31), bytes(33), b"zz" * 32, KEY.hex().encode()[:-1]])
def test_a_key_that_is_none_is_refused_and_not_repeated(cli, tmp_path, key):
    record, file = tmp_path / "record", tmp_path / "key"
    record.write_bytes(record_of(State.CODE))
    file.write_bytes(key)
    ran = cli("explain", record, "--key-file", file)
    ran.refused(65, "a device's key has 32 bytes")
    assert not key or key.decode("latin-1") not in ran.err


@pytest.mark.parametrize(
    "options",
    [
        ["--policy", "reference", "--model", "renault_86a"],
        ["--policy", "mine"],
        ["--model", "nobody"],
        ["--counter", "-1"],
        ["--counter", str(2**32)],
    ],
)
def test_wrong_use_is_told(say, options):
    say(record_of(State.CODE), *options).refused(64)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=700) | st.text("0123456789abcdef \n", max_size=400).map(str.encode))
def test_junk_is_refused_and_never_our_fault(say, data):
    """The file is written anew for each example; nothing of the last one is left."""
    say(data).refused(65)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    flips=st.lists(
        st.tuples(st.integers(0, 83), st.integers(1, 255)), min_size=1, max_size=6, unique_by=lambda f: f[0]
    ),
    mend=st.booleans(),
    where=st.sampled_from(RULES),
)
def test_a_chip_with_flipped_bytes_is_told_or_refused_and_never_our_fault(say, flips, mend, where):
    data = bytearray(record_of(State.WAIT))
    for at, mask in flips:
        data[at] ^= mask
    if mend:
        data[-4:] = struct.pack("<I", zlib.crc32(bytes(data[:-4])))
    alone = say(chip_of(bytes(data)), *where)
    assert alone.code in {0, 65}
    beside = say(chip_of(record_of(State.PERMANENT), bytes(data)), *where, "--json").document
    assert (beside["verdict"], beside["why"]) == ("sound", "permanent")


def test_every_field_of_the_document_is_described(say):
    page = TEXTS.read_text("utf-8").partition("## radiokey explain")[2].partition("\n## ")[0]
    documented = set(re.findall(r"`([a-z_]+)`", " ".join(re.findall(r"^\| (`.+?) \|", page, re.MULTILINE))))
    document = say(chip_of(record_of(State.WAIT)), "--policy", "reference", "--json").document
    assert set(document) == documented
    for kinds in (Form, Verdict, Why, Ends, Unsure):
        for kind in kinds:
            assert f"`{kind.value}`" in page, kind
