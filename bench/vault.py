"""A vault of 1,000 radios with photos, opened by us and by the age program, each in a process of its own.

With a key nothing is stretched: what is seen is reading and memory. With a passphrase both stretch at the
same factor, which costs more than all else, memory too: there ours stands beside that of age in the same run.
Times are of the processor.
"""

import io
import json
import os
import pty
import random
import re
import select
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import pyrage
from PIL import Image

from radiokey.code.value import Code
from radiokey.vault.age import seal, seal_to
from radiokey.vault.document import Entry, Vault, encode_vault, find_entries, photo_name
from radiokey.vault.head import FACTOR_WRITTEN
from radiokey.vault.keep import open_vault
from radiokey.vault.secret import KeyFile, Passphrase

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))
import age

ENTRIES = 1_000
RUNS = 3
TIMES_MAX = 1.3
MEMORY_MAX = 2.0
"""Times the file; with a passphrase, times what age takes."""
FOUND_MS_MAX = 50
WORDS = "winter tyres in the shed"
MB = 1_000_000


def photo(chance: random.Random) -> bytes:
    """Return a JPEG of about 100 KB that does not compress."""
    noise = Image.frombytes("RGB", (400, 400), chance.randbytes(400 * 400 * 3))
    written = io.BytesIO()
    noise.save(written, "JPEG", quality=75)
    return written.getvalue()


def big_vault(recipients: tuple[str, ...]) -> Vault:
    chance, entries, photos = random.Random(1), [], {}  # noqa: S311 - noise for pictures
    for number in range(ENTRIES):
        data = photo(chance)
        name = photo_name(data)
        photos[name] = data
        entries.append(
            Entry(
                serial=f"M{number:06}",
                kind="ford-m",
                car=f"car {number}",
                code=Code("1234"),
                kept_on=date(2026, 11, 30),
                photo=name,
            )
        )
    return Vault(tuple(entries), photos, recipients)


def ours(file: Path, key: str) -> dict[str, float]:
    """Open the vault in a process of its own; return seconds, bytes above those before, and the search."""
    command = [sys.executable, __file__, "open", file, key]
    ran = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


def open_once(file: Path, key: str) -> None:
    """Be that process."""
    opener = KeyFile(Path(key).read_text("utf-8")) if key != "-" else Passphrase(WORDS)
    before, began = peak(), time.process_time()
    opened = open_vault(file, opener)
    took = time.process_time() - began
    began = time.process_time()
    (found,) = find_entries(opened.vault, "m 000999")
    picture = opened.vault.photo(found)
    print(
        json.dumps(
            {
                "seconds": took,
                "bytes": peak() - before,
                "found_ms": (time.process_time() - began) * 1_000,
                "photo": len(picture or b""),
            }
        )
    )


def peak(process: int | str = "self") -> int:
    """Return the largest resident size of a process since it began its program, in bytes (Linux)."""
    found = re.findall(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text("utf-8"))
    return int(found[0]) * 1024 if found else 0  # a process that has ended has none


def theirs(file: Path, key: str) -> dict[str, float]:
    """Let the age program open it, on a terminal of its own; return seconds, and bytes as they are seen."""
    program = age.find()
    assert program
    way = ("-i", key) if key != "-" else ()
    child, terminal = pty.fork()
    if child == 0:
        os.execv(program, ["age", "-d", *way, "-o", str(file.with_suffix(".out")), str(file)])  # noqa: S606
    asked, most, process = False, 0, 0
    while process == 0:
        if select.select([terminal], [], [], 0.005)[0]:
            asked = answered(terminal, asked=asked)
        if is_age(child):  # before that it is still this program
            most = max(most, peak(child))
        process, status, used = os.wait4(child, os.WNOHANG)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 0
    return {"seconds": used.ru_utime + used.ru_stime, "bytes": most}


def is_age(process: int) -> bool:
    return Path(f"/proc/{process}/comm").read_text("utf-8").startswith("age")


def answered(terminal: int, *, asked: bool) -> bool:
    """Give age its passphrase where it asks for one; return whether it has asked."""
    try:
        part = os.read(terminal, 1024)
    except OSError:  # it is done
        return asked
    if not asked and part.endswith(b": "):
        os.write(terminal, WORDS.encode() + b"\n")
        return True
    return asked


def best(measure, file: Path, key: str) -> dict[str, float]:
    return min((measure(file, key) for _ in range(RUNS)), key=lambda one: one["seconds"])


def main() -> None:
    age.ensure()
    identity = pyrage.x25519.Identity.generate()
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        key = Path(folder) / "key.txt"
        key.write_text(f"{identity}\n", "utf-8")
        document = encode_vault(big_vault(()))
        for title, data, opener in (
            ("with a key", seal_to(document, (str(identity.to_public()),)), str(key)),
            (f"with a passphrase, factor {FACTOR_WRITTEN}", seal(document, Passphrase(WORDS)), "-"),
        ):
            file = Path(folder) / "vault.age"
            file.write_bytes(data)
            mine, other = best(ours, file, opener), best(theirs, file, opener)
            times, memory = mine["seconds"] / other["seconds"], mine["bytes"] / len(data)
            print(
                f"{ENTRIES:,} radios with photos, {len(data) / MB:.0f} MB, {title}: {mine['seconds']:.2f} s, "
                f"{times:.2f} times age ({other['seconds']:.2f} s, which writes it out); "
                f"{mine['bytes'] / MB:.0f} MB more than before, {memory:.2f} times the file "
                f"(age {other['bytes'] / MB:.0f} MB in all); "
                f"one found with its photo in {mine['found_ms']:.1f} ms",
                flush=True,
            )
            missed.append(times > TIMES_MAX)
            missed.append(round(memory, 1) > MEMORY_MAX)
            missed.append(mine["found_ms"] > FOUND_MS_MAX)
    if any(missed):
        sys.exit("slower or larger than it may be")


if __name__ == "__main__":
    if sys.argv[1:2] == ["open"]:
        open_once(Path(sys.argv[2]), sys.argv[3])
    else:
        main()
