"""Photos of made-up labels, read by us and by the bare engines: `python bench/photos.py [COUNT]`.

COUNT photos (10) of each kind, of seeds that nothing was chosen on, each a JPEG as a phone writes it.
The bare engines are zxing-cpp and rapidocr as they come, with the same reading of numbers behind them; they
are sure where a barcode says it, or a line of print with a score of 0.95. The time is that of the processor,
from the file on, the networks loaded.

`python bench/photos.py COUNT --write` also reads as many photos that the threshold of sureness is chosen
on, and writes what `tools/draw_photos.py` draws.

`python bench/photos.py --real FOLDER` reads real photos instead: those that FOLDER/answers.csv names, a row
each, with the columns photo (a file beside it), number (as it is printed) and make (may be empty). Nothing of
them is kept; it prints how many were right, and which were not.
"""

import csv
import io
import json
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import zxingcpp
from PIL import Image, ImageOps
from rapidocr import RapidOCR

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests" / "photos"))

from camera import Kind, take  # noqa: E402 - the tests' camera
from machine import machine  # noqa: E402

from radiokey.label import ocr, picture  # noqa: E402
from radiokey.label.look import look  # noqa: E402
from radiokey.label.read import SCORE_SURE, read_marks  # noqa: E402
from radiokey.serial.number import readings  # noqa: E402

WRITTEN = ROOT / "tests" / "photos" / "measured.json"
CHOSEN_ON, REPORTED = 0, 10_000
THRESHOLDS = (0.5, 0.7, 0.8, 0.9, SCORE_SURE, 0.99)
SURE = 0.95
PIECE = 0.6


@dataclass(frozen=True, slots=True)
class Shot:
    """A photo as a file, the number on its label, and the make that its owner would name."""

    name: str
    data: bytes = field(repr=False)
    truth: str
    make: str
    angle: float = 0.0


def made_up(first: int, count: int, kind: Kind) -> Iterator[Shot]:
    """Yield the photos of so many seeds."""
    for seed in range(first, first + count):
        photo = take(seed, kind)
        yield Shot(f"{kind.value} {seed}", photo.jpeg(), photo.truth, photo.wording.make, photo.angle)


def real(folder: Path) -> Iterator[Shot]:
    """Yield the photos that the answers of a folder name; the numbers as our formats write them."""
    with (folder / "answers.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found = readings(row["number"], make=row["make"] or None)
            truth = found[0].serial.text if found else row["number"]
            yield Shot(row["photo"], (folder / row["photo"]).read_bytes(), truth, row["make"])


class Tally:
    """What became of some photos."""

    def __init__(self):
        self.found = Counter()
        self.seconds = []

    def add(self, right, sure, seconds):
        self.found["photos"] += 1
        self.found["right"] += right
        self.found["right and sure"] += right and sure
        self.found["wrong and sure"] += sure and not right
        self.seconds.append(seconds)

    def row(self):
        seconds = sorted(self.seconds)
        mean, worst = sum(seconds) / len(seconds), seconds[-1]
        return {**self.found, "seconds": round(mean, 2), "seconds at most": round(worst, 2)}


class Bare:
    """The engines as they come."""

    def __init__(self):
        self._ocr = RapidOCR(
            params={"Global.log_level": "error", "EngineConfig.onnxruntime.intra_op_num_threads": 1}
        )

    def read(self, shot):
        """Return the number, if any, and whether they are sure of it."""
        with Image.open(io.BytesIO(shot.data)) as opened:
            pixels = np.asarray(ImageOps.exif_transpose(opened).convert("RGB"))
        said = [(code.text, 1.0) for code in zxingcpp.read_barcodes(pixels)]
        out = self._ocr(pixels[:, :, ::-1], use_det=True, use_cls=True, use_rec=True)
        said += list(zip(out.txts or (), out.scores or (), strict=True))
        for text, score in said:
            if found := readings(text, make=shot.make or None):
                return found[0].serial.text, score >= SURE
        return "", False


class Ours:
    """Our reading, as the confined process does it."""

    def __init__(self):
        picture.prepare()
        self._reader = ocr.Reader()

    def marks(self, shot):
        seen = picture.decode(shot.data)
        judge = partial(read_marks, make=shot.make)
        return look(self._reader, seen.pixels, (seen.width, seen.height), judge)

    @staticmethod
    def judge(shot, marks, score_sure=SCORE_SURE):
        """Return whether the first candidate is right, and whether it is sure."""
        reading = read_marks(marks, make=shot.make, score_sure=score_sure)
        right = bool(reading.candidates) and reading.candidates[0].serial.text == shot.truth
        return right, reading.sure

    @staticmethod
    def stated(shot, marks):
        """Return the confidence of the first candidate; 0 where there is none."""
        candidates = read_marks(marks, make=shot.make).candidates
        return candidates[0].confidence if candidates else 0.0


def timed(act, *arguments):
    began = time.process_time()
    out = act(*arguments)
    return out, time.process_time() - began


def confused(shot, marks):
    """Yield what was printed and what was read, for each character of the number in each line that has it."""
    truth = shot.truth
    for line in (*marks.first, *marks.second):
        text = "".join(sign.text for sign in line.signs if sign.text.isalnum()).upper()
        windows = [text[at : at + len(truth)] for at in range(len(text) - len(truth) + 1)]
        alike = [sum(a == b for a, b in zip(window, truth, strict=True)) for window in windows]
        if alike and max(alike) >= PIECE * len(truth):
            yield from zip(truth, windows[alike.index(max(alike))], strict=True)


def print_rows(rows):
    for name, row in rows.items():
        print(f"  {name}: " + ", ".join(f"{key} {value}" for key, value in row.items()), flush=True)


def measure_real(folder):
    """Read the photos of a folder; print what was found, and which were not read right."""
    ours, bare = Ours(), Bare()
    rows = {"ours": Tally(), "bare engines": Tally()}
    for shot in real(folder):
        marks, seconds = timed(ours.marks, shot)
        right, is_sure = ours.judge(shot, marks)
        rows["ours"].add(right, is_sure, seconds)
        if not right:
            print(f"{shot.name}: not right{', although sure' if is_sure else ''}", flush=True)
        (number, is_sure), seconds = timed(bare.read, shot)
        rows["bare engines"].add(number == shot.truth, is_sure, seconds)
    print_rows({name: tally.row() for name, tally in rows.items() if tally.seconds})


def measure(ours, bare, first, count):
    """Read the photos of a half of the seeds; return what was found."""
    kinds, angles, pairs = {}, defaultdict(Tally), Counter()
    sure, stated = {threshold: Tally() for threshold in THRESHOLDS}, defaultdict(Tally)
    for kind in Kind:
        one, other = Tally(), Tally()
        for shot in made_up(first, count, kind):
            marks, seconds = timed(ours.marks, shot)
            one.add(*ours.judge(shot, marks), seconds)
            angles[int(shot.angle + 22.5) // 45 % 8 * 45].add(*ours.judge(shot, marks), seconds)
            stated[ours.stated(shot, marks)].add(*ours.judge(shot, marks), seconds)
            for threshold, tally in sure.items():
                tally.add(*ours.judge(shot, marks, threshold), seconds)
            pairs.update(f"{a}{b}" for a, b in confused(shot, marks))
            if bare is not None:
                (number, is_sure), seconds = timed(bare.read, shot)
                other.add(number == shot.truth, is_sure, seconds)
        kinds[kind.value] = {"ours": one.row()} | ({"bare engines": other.row()} if bare else {})
        print(f"{kind.value}:", flush=True)
        print_rows(kinds[kind.value])
    return {
        "kinds": kinds,
        "angles": {str(angle): angles[angle].row() for angle in sorted(angles)},
        "sure": {str(threshold): tally.row() for threshold, tally in sure.items()},
        "stated": {str(one): stated[one].row() for one in sorted(stated, reverse=True)},
        "pairs": {pair: pairs[pair] for pair in sorted(pairs)},
    }


HALVES = {"reported": REPORTED, "chosen-on": CHOSEN_ON}


def main():
    if "--real" in sys.argv:
        measure_real(Path(sys.argv[sys.argv.index("--real") + 1]))
        return
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    count = numbers[0] if numbers else 10
    write = "--write" in sys.argv
    halves = [half for half in HALVES if half in sys.argv] or (list(HALVES) if write else ["reported"])
    for half in halves:
        print({"reported": "unseen photos", "chosen-on": "photos that the threshold is chosen on"}[half])
        found = measure(Ours(), Bare() if half == "reported" else None, HALVES[half], count)
        if write:
            known = json.loads(WRITTEN.read_text("utf-8")) if WRITTEN.exists() else {}
            known |= {"machine": machine(), half: found | {"load": round(os.getloadavg()[2])}}
            WRITTEN.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main()
