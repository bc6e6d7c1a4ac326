"""The file of an import: what a line must be, and what is said of one that is not."""

import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiokey.base.units.csv_reader import LINE_SIZE_MAX, Reason, UnitFile
from radiokey.catalogue.load import load_catalogue
from radiokey.errors import InputError
from radiokey.serial.formats import FORMATS, Identity

HEADER = "serial,model,market,vin,code\n"
GOOD = "22000055,honda_audio5,EU,,12345"
CANARY = "9F3E7A1B"


@pytest.fixture
def read(tmp_path):
    """Write a file and read all of it: the units, the refusals as (line, column, reason)."""

    def reads(text, *, size: int = 100):
        path = tmp_path / "units.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        units, refused = [], []
        with UnitFile(path) as file:
            for batch in file.batches(2, file.start, size):
                more, out = file.check(batch)
                units += more
                refused += [(one.line, one.column, one.reason) for one in out]
        return units, refused

    return reads


def test_a_line_is_a_unit(read):
    (unit,), refused = read(HEADER + "22000055,honda_audio5,EU-1,1M8GDM9AXKP042788,12345\n")
    assert refused == []
    assert unit[:-1] == (2, "honda-8", "22000055", "22000055", "honda_audio5", "EU-1", "1M8GDM9AXKP042788")
    assert unit.code.reveal() == "12345"


@pytest.mark.parametrize(
    "text",
    [
        HEADER + GOOD,
        HEADER + GOOD + "\n\n\r\n",
        (HEADER + GOOD + "\n").replace("\n", "\r\n"),
        "\ufeff" + HEADER + GOOD,
        "code,vin,market,model,serial\n12345,,EU,honda_audio5,22000055",
        '"serial","model","market","vin","code"\n"22000055","honda_audio5","EU","","12345"',
        HEADER + '22000055,honda_audio5,"EU",,12345\n',
    ],
)
def test_the_spellings_of_a_csv_file_are_one(read, text):
    units, refused = read(text)
    assert ([unit.serial for unit in units], refused) == (["22000055"], [])


@pytest.mark.parametrize(
    "head",
    [
        "",
        "\n" + HEADER,
        GOOD,
        "serial,model,market,code",
        "serial,model,market,vin,code,colour",
        "serial,model,market,vin,code,code",
        "serial,model,market,vin,vin",
        "Serial,model,market,vin,code",
        "serial;model;market;vin;code",
        '"serial,model,market,vin,code',
        HEADER.encode("utf-16"),
        b"\xff" + HEADER.encode(),
        " " * 10_000_000,
    ],
    ids=range(13),
)
def test_another_header_is_refused_and_not_repeated(read, head):
    with pytest.raises(InputError, match="the first line names the columns serial, model") as refused:
        read(head if isinstance(head, bytes) else head + "\n" + GOOD)
    assert "22000055" not in str(refused.value) + refused.value.hint


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (b"\xff2000055,honda_audio5,EU,,12345", "", Reason.NOT_UTF8),
        (b"22000055,honda_audio5,EU,,12345".ljust(LINE_SIZE_MAX + 1, b"5"), "", Reason.TOO_LONG),
        (b"22000055,honda_audio5,EU,,1234" + b"5" * 1_000_000, "", Reason.TOO_LONG),
        (b'22000055,honda_audio5,"EU,,12345', "", Reason.QUOTE),
        (b'22000055,honda_audio5,"E"U,,12345', "", Reason.QUOTE),
        (b"22000055,honda_audio5,EU,12345", "", Reason.FIELDS),
        (b"22000055,honda_audio5,EU,,12345,", "", Reason.FIELDS),
        (b"22000055;honda_audio5;EU;;12345", "", Reason.FIELDS),
        (b",,,,", "model", Reason.NO_MODEL),
        (b"22000055,honda_audio6,EU,,12345", "model", Reason.NO_MODEL),
        (b"22000055,../honda_audio5,EU,,12345", "model", Reason.NO_MODEL),
        (b"22000055,=honda_audio5,EU,,12345", "model", Reason.NO_MODEL),
        (b"22000055,bmw_cd43,EU,,12345", "model", Reason.NO_SHAPE),
        (b"V212,renault_86a,EU,,4786", "model", Reason.SHARED),
        (b"22000055,bmw_early5,EU,,12345", "model", Reason.SHARED),
        (b"2200005,honda_audio5,EU,,12345", "serial", Reason.SERIAL),
        (b"=22000055,honda_audio5,EU,,12345", "serial", Reason.SERIAL),
        (b"22000055 ,honda_audio5,EU,,12345", "serial", Reason.SERIAL),
        (b"2200\x000055,honda_audio5,EU,,12345", "serial", Reason.SERIAL),
        (b"U2200L0055,honda_audio5,EU,,12345", "serial", Reason.SERIAL),
        (b"12345,honda_audio5,EU,,22000055", "serial", Reason.SERIAL),
        (b"22000055,honda_audio5,,,12345", "market", Reason.MARKET),
        (b"22000055,honda_audio5,eu,,12345", "market", Reason.MARKET),
        (b"22000055,honda_audio5,+EU,,12345", "market", Reason.MARKET),
        (b"22000055,honda_audio5,\xd0\x95\xd0\xa1,,12345", "market", Reason.MARKET),
        (b'22000055,honda_audio5,"E""U",,12345', "market", Reason.MARKET),
        (b"22000055,honda_audio5,EU,1M8GDM9AXKP04278,12345", "vin", Reason.VIN),
        (b"22000055,honda_audio5,EU,1M8GDM9AXKP04278O,12345", "vin", Reason.VIN),
        (b"22000055,honda_audio5,EU,1M8GDM9AXKP042789,12345", "vin", Reason.VIN_DIGIT),
        (b"22000055,honda_audio5,EU,,1234", "code", Reason.CODE),
        (b"22000055,honda_audio5,EU,,123456", "code", Reason.CODE),
        (b"22000055,honda_audio5,EU,,12349", "code", Reason.CODE),
        (b"22000055,honda_audio5,EU,,12345\r", "code", Reason.CODE),
        (b"22000055,honda_audio5,EU,,", "code", Reason.CODE),
        (b"22000055,honda_audio5,EU,,\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5", "code", Reason.CODE),
        (b"0123456789ABCDEF,toyota_erc_legacy,JP,,9f3e7a1b", "code", Reason.CODE),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_line_that_is_not_as_it_should_be_is_refused_and_the_others_are_not(read, line, column, reason):
    around = b"22000001,honda_audio5,EU,,11111\n"
    ending = b"\n" if not line.endswith(b"\r") else b"\r\n"
    units, refused = read(HEADER.encode() + around + line + ending + around.replace(b"01,", b"02,"))
    assert refused == [(3, column, reason)]
    assert [(unit.line, unit.serial) for unit in units] == [(2, "22000001"), (4, "22000002")]


def test_a_line_break_in_quotes_ends_the_line_all_the_same(read):
    """What another reader would take for one field cannot carry a unit past the eye."""
    _, refused = read(HEADER + '22000055,honda_audio5,"EU\n",,12345\n')
    assert refused == [(2, "", Reason.QUOTE), (3, "", Reason.QUOTE)]


def test_a_number_twice_in_a_batch_is_refused_the_second_time(read):
    other = "0123456789ABCDEF,toyota_erc_legacy,JP,,00000000"
    units, refused = read(HEADER + "\n".join([GOOD, other, GOOD.replace("EU", "US"), other]))
    assert [unit.line for unit in units] == [2, 3]
    assert refused == [(4, "serial", Reason.REPEATED), (5, "serial", Reason.REPEATED)]


def test_two_spellings_of_one_number_are_one_unit(read):
    lines = [f"BP5387{fifth}1234567,nissan_blaupunkt_bp,EU,,4786" for fifth in "6?7"]
    units, refused = read(HEADER + "\n".join(lines))
    assert [(unit.number, unit.serial) for unit in units] == [("BP5387?1234567", "BP538761234567")]
    assert [line for line, _, _ in refused] == [3, 4]


MODELS = load_catalogue().models
HELD = sorted(
    model.id
    for model in MODELS.values()
    if model.code.known and any(FORMATS[kind].identity is Identity.UNIT for kind in model.kinds)
)


@pytest.mark.parametrize("model_id", HELD)
def test_every_model_of_single_radios_can_be_in_the_ledger_with_exactly_its_codes(read, model_id):
    model = MODELS[model_id]
    kind = next(kind for kind in model.kinds if FORMATS[kind].identity is Identity.UNIT)
    shape = model.code.value
    first = "".join(alphabet[0] for alphabet in shape.places)
    lines = [f"{FORMATS[kind].number},{model_id},EU,,{first}"]
    for place in range(shape.length):
        strange = next(c for c in "9ZG-" if c not in shape.places[place])
        lines.append(f"{FORMATS[kind].number},{model_id},EU,,{first[:place]}{strange}{first[place + 1 :]}")
    units, refused = read(HEADER + "\n".join(lines))
    assert [unit.kind for unit in units] == [kind]
    assert {reason for _, _, reason in refused} == {Reason.CODE}
    assert len(refused) == shape.length


def test_batches_stand_where_they_say(tmp_path):
    """An import goes on at the byte that its last step names."""
    path = tmp_path / "units.csv"
    long = "9" * 3_000
    path.write_bytes((HEADER + f"a\r\n{long}\n\nbb\nno end").encode())
    data = path.read_bytes()
    with UnitFile(path) as file:
        whole = [line for batch in file.batches(2, file.start, 100) for line in batch.lines]
        assert whole == [b"a\r\n", None, b"\n", b"bb\n", b"no end"]
        for size in (1, 2, 3):
            batches = list(file.batches(2, file.start, size))
            assert [line for batch in batches for line in batch.lines] == whole
            assert batches[-1].offset == file.size == len(data)
            assert batches[-1].last == 6
            for before, batch in pairwise(batches):
                (again, *_) = file.batches(batch.first, before.offset, size)
                assert again == batch


@given(st.binary(max_size=300))
def test_no_bytes_whatever_do_harm(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("any") / "units.csv"
    path.write_bytes(HEADER.encode() + data)
    with UnitFile(path) as file:
        for batch in file.batches(2, file.start, 10):
            units, refused = file.check(batch)
            blank = sum(line is not None and not line.strip(b"\r\n") for line in batch.lines)
            assert len(units) + len(refused) + blank >= len(batch.lines)


def test_a_gigantic_line_is_not_held(tmp_path):
    path = tmp_path / "units.csv"
    with path.open("wb") as file:
        file.write(HEADER.encode())
        for _ in range(40):
            file.write(b"1" * 1_000_000)
        file.write(b"\n" + GOOD.encode())
    tracemalloc.start()
    with UnitFile(path) as opened:
        (batch,) = opened.batches(2, opened.start, 10)
        units, refused = opened.check(batch)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert ([unit.line for unit in units], [one.line for one in refused]) == ([3], [2])
    assert peak < 10_000_000


def test_no_reason_repeats_what_stands_in_the_line(read):
    _, refused = read(
        HEADER + "\n".join(",".join(CANARY if at == place else "x" for at in range(5)) for place in range(5))
    )
    assert len(refused) == 5
    assert CANARY not in repr(refused)


def test_a_file_that_is_none_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(InputError, match="cannot be read"):
            UnitFile(path)
