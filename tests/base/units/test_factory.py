"""A unit is made: its code is one that its panel can key (B12), and chance alone chose it."""

import lzma
import math
import random
from collections import Counter
from itertools import islice, pairwise

import pytest

from radiokey.base.keys.seal import SealKey
from radiokey.base.units.factory import Factory, code_at, keyable, random_code
from radiokey.catalogue.load import load_catalogue
from radiokey.code.value import Code, CodeShape
from radiokey.errors import MissingFactError
from radiokey.headunit.panel import begin, press_all, presses_for
from radiokey.serial.number import parse
from radiokey.serial.vin import Vin
from tables import each

MODELS = load_catalogue().models
KEYED = sorted(model.id for model in MODELS.values() if model.panel is not None)
SHAPED = sorted(model.id for model in MODELS.values() if model.code.known)
HONDA = MODELS["honda_audio5"]
KEY = SealKey(bytes(32))

CHI_SQUARE_MAX = {1: 10.8, 5: 20.5, 9: 27.9, 45: 80.1}
"""By degrees of freedom: what chance exceeds once in a thousand samples."""


class Seeded:
    """The same bytes in every run."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - the same in every run

    def bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)


def serial(number: int):
    return parse(f"{22_000_000 + number}", kinds=("honda-8",)).serial


def codes_entered(model_id, every):
    """Press every so manieth code that `random_code` can return on the panel of that radio; return what it took."""
    panel, shape = MODELS[model_id].panel.settled(), keyable(MODELS[model_id])
    entered = []
    for index in range(0, shape.size(), every):
        keying = begin(panel, shape)
        for line in presses_for(panel, shape, code_at(shape, index)):
            keying = press_all(panel, shape, keying, line)
        assert isinstance(keying, Code)
        entered.append(keying.reveal())
    assert entered == [code.reveal() for code in islice(shape.all(), 0, None, every)]
    assert len(set(entered)) == len(entered)
    return entered


@pytest.mark.parametrize("model_id", KEYED)
def test_codes_that_can_be_chosen_can_be_keyed_and_each_once(model_id):
    """A slice of all: the step is prime, so that it meets each key in each place."""
    assert len(codes_entered(model_id, every=37)) > 20


@pytest.mark.deep
@pytest.mark.parametrize("model_id", KEYED)
def test_every_code_that_can_be_chosen_can_be_keyed_and_each_once(model_id):
    """B12: all that `random_code` can return, for every radio with a known panel, pressed on that panel."""
    assert len(codes_entered(model_id, every=1)) == keyable(MODELS[model_id]).size()


@each("model_id", SHAPED)
def test_codes_are_numbered_as_they_are_told(model_id):
    shape = MODELS[model_id].code.value
    first = islice(shape.all(), 20_000)
    assert all(code_at(shape, index) == code for index, code in enumerate(first))
    last = code_at(shape, shape.size() - 1).reveal()
    assert last == "".join(alphabet[-1] for alphabet in shape.places[-len(last) :])
    shape.check(Code(last))


@each("model_id", sorted(set(MODELS) - set(KEYED)))
def test_no_unit_is_made_where_nobody_knows_what_can_be_keyed(model_id):
    """Honda's own site gave a 9 to a radio with keys 1 to 6."""
    with pytest.raises(MissingFactError) as refused:
        keyable(MODELS[model_id])
    assert refused.value.facts["missing"]


@pytest.mark.parametrize("model_id", ["honda_audio5", "becker_4star", "gm_delco_loc2"])
def test_every_code_is_as_likely_as_any_other(model_id):
    shape, chance = keyable(MODELS[model_id]), Seeded(20)
    drawn = [random_code(shape, chance).reveal() for _ in range(20_000)]
    full = [code for code in drawn if len(code) == shape.length]
    for place, alphabet in enumerate(shape.places):
        counts = Counter(code[place] for code in full)
        assert set(counts) == set(alphabet)
        if len(alphabet) > 1:
            assert (
                chi_square([counts[character] for character in alphabet]) < CHI_SQUARE_MAX[len(alphabet) - 1]
            )
    if shape.shortest < shape.length:
        assert chi_square([len(full), len(drawn) - len(full)]) < CHI_SQUARE_MAX[1]


def test_the_code_tells_nothing_of_the_serial_and_the_serial_nothing_of_the_code():
    """3.4: knowing all other pairs of a run of serials gives no advantage."""
    factory = Factory(KEY, Seeded(4))
    units = [factory.make(HONDA, serial(number), "EU") for number in range(10_000)]
    codes = [KEY.open(unit).reveal() for unit in units]
    for place in range(5):
        table = Counter((unit.serial[-1], code[place]) for unit, code in zip(units, codes, strict=True))
        assert chi_square([table[digit, key] for digit in "0123456789" for key in "123456"]) < 98.3  # 59
    steps = [(int(b) - int(a)) % 7 for a, b in pairwise(codes)]
    assert len(set(steps)) == 7
    entropy_bytes = len(codes) * math.log2(6**5) / 8
    assert len(lzma.compress("".join(codes).encode())) > entropy_bytes


def test_nothing_of_the_unit_goes_into_its_code():
    """The same chance gives the same code to whatever serial, market and car."""
    vin = Vin.parse("1M8GDM9AXKP042788")
    units = [
        Factory(KEY, Seeded(7)).make(HONDA, serial(number), market, car)
        for number, market, car in ((1, "EU", None), (2, "EU", None), (1, "US", vin))
    ]
    assert len({KEY.open(unit).reveal() for unit in units}) == 1
    assert [unit.vin for unit in units] == ["", "", "1M8GDM9AXKP042788"]
    assert len({unit.sealed[12:28] for unit in units[:2]}) == 1
    assert len({unit.sealed[28:] for unit in units[:2]}) == 2, "the tag speaks of the unit"


def test_a_unit_is_named_by_the_key_of_its_number():
    """And one whose number many radios share is none."""
    unit = Factory(KEY, Seeded(1)).make(HONDA, serial(1), "EU")
    assert (unit.kind, unit.number, unit.serial, unit.model) == (
        "honda-8",
        "22000001",
        "22000001",
        "honda_audio5",
    )
    with pytest.raises(AssertionError):
        Factory(KEY, Seeded(1)).make(HONDA, parse("V212").serial, "EU")


def test_two_units_never_share_a_nonce():
    factory = Factory(KEY, Seeded(3))
    assert len({factory.make(HONDA, serial(number), "EU").sealed[:12] for number in range(1_000)}) == 1_000


def test_codes_of_three_lengths_are_numbered_too():
    """No radio of today has that; two lengths do not tell whether the longer ones are counted off."""
    shape = CodeShape(("12", "345", "67"), 1)
    numbered = [code_at(shape, index).reveal() for index in range(shape.size())]
    assert numbered == [code.reveal() for code in shape.all()]
    assert len(set(numbered)) == 12 + 6 + 2


def test_a_shape_with_one_code_has_that_code():
    assert random_code(CodeShape.of(4, "7"), Seeded(0)).reveal() == "7777"


def chi_square(counts: list[int]) -> float:
    expected = sum(counts) / len(counts)
    return sum((count - expected) ** 2 / expected for count in counts)
