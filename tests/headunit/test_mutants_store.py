"""What small changes of the store would go unseen without: each step of a write, in its order (docs/mutants.md)."""

from radiokey.headunit import store as records
from radiokey.headunit.device import Device, RamCounter
from radiokey.headunit.flash import RamChip
from radiokey.headunit.lock import Lock, State


class Watched(RamChip):
    """A chip that writes down what is done to it, and the counter then."""

    __slots__ = ("counter", "log")

    def note(self, what, at=None):
        self.log.append((what, at, self.counter.value))

    def erase(self, sector):
        self.note("erase", sector)
        super().erase(sector)

    def program(self, at, data):
        self.note("program", at // records.SECTOR_SIZE)
        super().program(at, data)

    def sync(self):
        self.note("sync")
        super().sync()

    def read(self, at, count):
        self.note("read", at // records.SECTOR_SIZE)
        return super().read(at, count)


def test_a_commit_erases_programs_syncs_and_reads_back_each_bank_and_then_counts():
    """Nothing is certain before a sync; what is read back before it proves nothing."""
    device = Device(bytes(32), counter=RamCounter())
    chip = Watched(records.CHIP_SIZE, records.SECTOR_SIZE)
    chip.counter, chip.log = device.counter, []
    store = records.Store.provision(chip, device, bytes(16))
    chip.log.clear()
    store.commit(Lock(State.CODE))
    steps = ("erase", "program", "sync", "read")
    assert chip.log == [(step, None if step == "sync" else sector, 1) for sector in (0, 2) for step in steps]
    assert device.counter.value == 2
    store.commit(Lock(State.CODE))
    assert len(chip.log) == 8, "no change, no write"
    store.commit(Lock(State.CODE), again=True)
    assert [at for what, at, _ in chip.log[8:] if what == "erase"] == [1, 3]
    assert (device.counter.value, store.record.sequence) == (3, 3)
