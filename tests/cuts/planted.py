"""Faults planted on purpose: the product's own source with one thing wrong, loaded as modules of their own."""

from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from cutunit import Code

from radiokey.headunit import store, unit

Change = tuple[str, str]


@dataclass(frozen=True)
class Fault:
    """What is wrong, as changes of the source text of `store.py` and `unit.py`."""

    store: tuple[Change, ...] = ()
    unit: tuple[Change, ...] = ()

    def planted(self) -> Code:
        """Return both modules with the fault in them."""
        broken_store = loaded(store, self.store)
        broken_unit = loaded(unit, self.unit)
        broken_unit.records = broken_store
        return Code(broken_store, broken_unit)


def loaded(module: ModuleType, changes: tuple[Change, ...]) -> ModuleType:
    """Return a second copy of `module` from its changed source; each change fits exactly once."""
    assert module.__file__
    text = Path(module.__file__).read_text("utf-8")
    for old, new in changes:
        assert text.count(old) == 1, f"not once in {module.__name__}: {old}"
        text = text.replace(old, new)
    copy = ModuleType(f"planted_{module.__name__.rpartition('.')[2]}")
    exec(compile(text, module.__file__, "exec"), copy.__dict__)  # noqa: S102 - our own source
    return copy


_WRITE_BOTH = "        for bank in range(BANKS):\n            self._write(bank, record)\n"
_COUNT = "        self._device.counter.advance()\n        self._record = record\n"
_READ_BACK = (
    "        if self._chip.read(sector * SECTOR_SIZE, len(data)) != data:\n"
    '            raise ChipError("the chip does not hold what was written")\n'
)
_CHECKED = (
    "    if _CRC.unpack(data[-_CRC.size :]) != (zlib.crc32(body + mac),) or not hmac.compare_digest(\n"
    "        mac, _mac(key, body)\n"
    "    ):\n"
    "        return None\n"
)
_CONFIRMED = "        self._decide(EntryConfirmed(digest))\n"
_COMPARED = "        right = hmac.compare_digest(digest, self._store.record.code_digest)\n"
_UNREADABLE = (
    "        except (records.NoRecordError, ChipError):\n"
    "            self._store = None\n"
    "            self._lock = Lock(State.FAULT, fault=Fault.MEMORY)\n"
)
_COMMIT = "                self._store.commit(after, again=again)\n"

ONE_BANK = Fault(((_WRITE_BOTH, "        self._write(0, record)\n"),))
NOT_READ_BACK = Fault(((_READ_BACK, ""),))
NOT_CHECKED = Fault(((_CHECKED, ""),))
CRC_NOT_CHECKED = Fault(
    (
        (
            "_CRC.unpack(data[-_CRC.size :]) != (zlib.crc32(body + mac),) or not hmac.compare_digest(",
            "not hmac.compare_digest(",
        ),
    )
)
ONE_SLOT = Fault(
    (
        ("bank * SLOTS + record.sequence % SLOTS", "bank * SLOTS"),
        ("record is not None and record.sequence % SLOTS == slot", "record is not None"),
    )
)
COUNTED_FIRST = Fault(((_WRITE_BOTH + _COUNT, _COUNT.partition("\n")[0] + "\n" + _WRITE_BOTH + "        self._record = record\n"),))  # fmt: skip
NEWEST_BY_ERRORS = Fault(
    (
        (
            "max(found, key=lambda record: record.sequence, default",
            "max(found, key=lambda record: record.lock.errors, default",
        ),
    )
)
NOT_SYNCED = Fault((("        self._chip.sync()\n", ""),))
BANK_LEFT_BEHIND = Fault((("            if record != store.record:\n", "            if record is None:\n"),))
COUNT_LEFT_BEHIND = Fault((("        if ahead:\n            device.counter.advance()\n", ""),))
OLDER_BELIEVED = Fault((("if ahead not in {0, 1}:", "if ahead not in {-1, 0, 1}:"),))

COMPARED_FIRST = Fault(unit=((_COMPARED, ""), (_CONFIRMED, _COMPARED + _CONFIRMED)))
TWO_WRITES = Fault(
    unit=(
        (
            _COMMIT,
            _COMMIT.replace("after", "replace(after, wait_left_ms=0, wait_ms=0)")
            + _COMMIT.replace("after, again=again", "after"),
        ),
    )
)
NOT_WIRED = Fault(unit=((_COMMIT, "                pass\n"),))
READ_ERROR_IS_FIRST_BOOT = Fault(
    unit=((_UNREADABLE, _UNREADABLE.replace("Lock(State.FAULT, fault=Fault.MEMORY)", "Lock(State.PLAYING)")),)
)
