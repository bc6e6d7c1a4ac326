"""A vault with two radios, and keys that open it without a stretch: most tests are not about passphrases."""

from datetime import date
from types import SimpleNamespace

import pyrage
import pytest

from radiokey.code.value import Code, Press, PressUntil
from radiokey.headunit.panel import Control, Key
from radiokey.vault.document import Entry, Step, Vault, with_entry
from radiokey.vault.secret import KeyFile

JPEG = b"\xff\xd8\xff\xe0 a photo \xff\xd9"


@pytest.fixture
def vault():
    first = Entry(
        serial="V212",
        kind="renault-precode",
        model="renault_86a",
        car="Duster, blue",
        code=Code("4786"),
        confirm="6, held",
        kept_on=date(2026, 11, 30),
        receipt={"v": 1},
        steps=(
            Step("Press key 1 four times.", (Press("1", 4),)),
            Step("Hold key 6.", (PressUntil("2", "7"), Press("6", hold_ms=2_000))),
        ),
        keys=(Key("1", "1"), Key("6", "6", Control.KNOB, (3, 1))),
    )
    second = Entry(serial="M123456", kind="ford-m", car="Фокус", kept_on=date(2026, 12, 1))
    return with_entry(with_entry(Vault(), first, JPEG), second)


@pytest.fixture
def keys():
    """What age-keygen gives: a key file, and the recipient that belongs to it."""
    identity = pyrage.x25519.Identity.generate()
    return SimpleNamespace(
        file=KeyFile(f"# made for a test\n{identity}\n"), recipients=(str(identity.to_public()),)
    )
