"""The power is cut at every byte of a save: the old file or the new one is there, whole.

A disk that keeps a journal, and everything that a cut can leave of it: of the bytes that were not synchronised any
beginning, also none of a file whose length arrived before its content; of the names that were not synchronised
any beginning of the changes.
"""

import os
from collections.abc import Iterator
from itertools import product

import pytest

from radiokey.durable import PUBLIC, alone_in, replace_file, replace_steps

OLD, NEW = b"the old vault", b"a newer vault, longer"
NAME = "vault.age"


class JournalDisk:
    """What a disk holds after a power cut: the synchronised part of each file and name, and more or less of the rest."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.contents = {number: [data, data] for number, data in enumerate(files.values())}
        """Of each file by its number: what survives a cut, and what is read until then."""
        self.names = dict(zip(files, self.contents, strict=True))
        self.kept_names = dict(self.names)
        self.changes: list[tuple[str, str | int | None]] = []
        self.deaf: frozenset[str] = frozenset()
        """Steps that return and do nothing."""

    def create(self, name):
        number = len(self.contents)
        self.contents[number] = [b"", b""]
        self._change(name, number)

    def append(self, name, data):
        self.contents[self.names[name]][1] += data

    def sync(self, name):
        if "sync" not in self.deaf:
            content = self.contents[self.names[name]]
            content[0] = content[1]

    def rename(self, name, to):
        self._change(to, self.names[name])
        self._change(name, None)

    def remove(self, name):
        if name in self.names:
            self._change(name, None)

    def sync_names(self):
        if "sync_names" not in self.deaf:
            self.kept_names, self.changes = dict(self.names), []

    def _change(self, name, number):
        self.changes.append((name, number))
        self.names = applied(self.names, [(name, number)])

    def after_a_cut(self) -> Iterator[dict[str, bytes]]:
        """Yield every state that the files can be found in."""
        for count in range(len(self.changes) + 1):
            names = applied(self.kept_names, self.changes[:count])
            left = [[(name, found) for found in self._found(number)] for name, number in names.items()]
            for files in product(*left):
                yield dict(files)

    def _found(self, number: int) -> set[bytes]:
        safe, read = self.contents[number]
        beginnings = {read[:length] for length in range(len(safe), len(read) + 1)}
        return {safe, safe + bytes(len(read) - len(safe)), *beginnings}


def applied(names, changes):
    names = dict(names)
    for name, number in changes:
        names.pop(name, None)
        if number is not None:
            names[name] = number
    return names


class Cut(Exception):  # noqa: N818 - the world's, not an error of ours
    pass


class CuttingDisk(JournalDisk):
    """The power goes before the step of that number, or in the middle of the bytes of an append."""

    def __init__(self, files, after):
        super().__init__(files)
        self.after = after

    def __getattribute__(self, name):
        step = super().__getattribute__(name)
        if name not in {"create", "append", "sync", "rename", "remove", "sync_names"}:
            return step
        if self.after == 0:
            raise Cut
        self.after -= 1
        return step


def cut_states(files: dict[str, bytes], deaf: frozenset[str] = frozenset(), chunk: int = 4):
    """Yield each state after a cut at any step of a save, and after its end, with whether it had returned."""
    for after in range(1_000):
        disk = CuttingDisk(files, after)
        disk.deaf = deaf
        try:
            replace_steps(disk, NAME, NEW, chunk=chunk)
        except Cut:
            done = False
        else:
            done = True
        for state in disk.after_a_cut():
            yield state, done
        if done:
            return


@pytest.mark.parametrize("before", [{NAME: OLD}, {}, {NAME: OLD, f"{NAME}.new": b"left by an older cut"}])
def test_after_a_cut_at_any_byte_the_old_vault_or_the_new_one_is_whole(before):
    seen = set()
    for state, done in cut_states(before, chunk=1):
        assert state.get(NAME) in ({NEW} if done else {before.get(NAME), NEW})
        seen.add((state.get(NAME), done))
    assert seen == {(before.get(NAME), False), (NEW, False), (NEW, True)}


def test_from_every_state_that_a_cut_leaves_the_next_save_goes_through():
    for state, _ in cut_states({NAME: OLD}):
        disk = JournalDisk(state)
        replace_steps(disk, NAME, b"the next")
        assert [one.get(NAME) for one in disk.after_a_cut()] == [b"the next"]


@pytest.mark.parametrize("forgotten", ["sync", "sync_names"])
def test_a_save_that_does_not_wait_for_the_disk_is_found_out(forgotten):
    """The check itself: each of the two waits is needed, and these tests see it where one is missing."""
    states = list(cut_states({NAME: OLD}, frozenset({forgotten})))
    torn = [state for state, _ in states if state.get(NAME) not in {OLD, NEW}]
    lost = [state for state, done in states if done and state.get(NAME) != NEW]
    assert torn if forgotten == "sync" else lost


class FullDisk(JournalDisk):
    def append(self, _name, _data):
        raise OSError(28, "no room")


def test_on_a_full_disk_the_old_vault_stays_and_nothing_is_left_beside_it():
    disk = FullDisk({NAME: OLD})
    with pytest.raises(OSError, match="no room"):
        replace_steps(disk, NAME, NEW)
    assert disk.names.keys() == {NAME}


def test_on_this_machine_the_file_is_its_owners_and_nothing_stays_beside_it(tmp_path):
    path = tmp_path / NAME
    (tmp_path / f"{NAME}.new").symlink_to(tmp_path / "elsewhere")
    with alone_in(tmp_path):
        replace_file(path, OLD)
        replace_file(path, NEW, names=False)
    (file,) = tmp_path.iterdir()
    assert (file.name, file.read_bytes(), file.stat().st_mode & 0o777) == (NAME, NEW, 0o600)


def test_what_is_published_is_for_whoever_the_umask_lets(tmp_path):
    before = os.umask(0o022)
    try:
        replace_file(tmp_path / NAME, NEW, mode=PUBLIC)
    finally:
        os.umask(before)
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o644


def test_a_name_that_is_taken_by_a_folder_leaves_nothing_behind(tmp_path):
    (tmp_path / NAME).mkdir()
    with pytest.raises(IsADirectoryError):
        replace_file(tmp_path / NAME, NEW)
    assert [one.name for one in tmp_path.iterdir()] == [NAME]
