"""The process that reads what strangers sent: what it cannot do, what it refuses, and that it is not believed."""

import hashlib
import os
import re
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from papermaking import archive, chunk, exif, pdf, picture, png

from radiokey.base.papers.clean import WORKER, Cleaner, CleanPaper
from radiokey.base.papers.stored import check, write_pages
from radiokey.confined.content import Media
from radiokey.confined.refusal import Refusal
from radiokey.errors import OurFaultError, PaperError

JPEG = picture()


def lying(program: str) -> Cleaner:
    """Return a cleaner whose worker is this program."""
    return Cleaner(
        (sys.executable, "-I", "-c", f"import sys, os, signal\nsys.stdin.buffer.read()\n{program}")
    )


def says(answer: bytes) -> Cleaner:
    return lying(f"sys.stdout.buffer.write({answer!r})")


def paper_or_reason(data: bytes) -> CleanPaper | Refusal:
    try:
        return Cleaner().clean(data)
    except PaperError as error:
        return Refusal(str(error.facts["reason"]))


# --- what it can do -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "media", "pages"),
    [
        (picture(exif=exif()), Media.JPEG, 1),
        (picture("PNG"), Media.PNG, 1),
        (picture("WEBP"), Media.JPEG, 1),
        (picture("WEBP", lossless=True), Media.PNG, 1),
        (pdf(pages=2), Media.PDF, 2),
    ],
)
def test_a_paper_is_kept_as_a_picture_with_both_sums(data, media, pages):
    paper = Cleaner().clean(data)
    assert (paper.media, paper.pages) == (media, pages) == check(paper.content)
    assert paper.received_sha256 == hashlib.sha256(data).hexdigest()
    assert paper.stored_sha256 == hashlib.sha256(paper.content).hexdigest()
    assert "content" not in repr(paper)


def test_the_same_paper_gives_the_same_bytes_in_another_process():
    assert Cleaner().clean(pdf()) == Cleaner().clean(pdf())


# --- what it cannot do --------------------------------------------------------------------------------------


def of_libffi(descriptor: Path) -> bool:
    """Is it libffi's own file, which newer builds of it keep open to read (Debian's 3.5 does)?"""
    return re.fullmatch(r".*/libffi[\w.-]*\.so[\d.]*", str(descriptor.readlink())) is not None


def test_it_has_three_descriptors_no_environment_and_limits_it_cannot_raise():
    """ReleaseHistory of the kernel while it waits for its file, beside a descriptor that every child would inherit."""
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)  # noqa: FBT003 - the name of the argument is not kept by every version
    try:
        with subprocess.Popen(
            WORKER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/", env={}
        ) as worker:
            assert worker.stdout is not None
            assert worker.stdout.readline() == b"ready\n"
            seen = Path(f"/proc/{worker.pid}")
            open_ones = sorted(entry.name for entry in (seen / "fd").iterdir() if not of_libffi(entry))
            limits = {
                line[:26].strip(): line[26:].split()[:2]
                for line in (seen / "limits").read_text().splitlines()
            }
            environment, folder = (seen / "environ").read_bytes(), (seen / "cwd").readlink()
            worker.kill()
    finally:
        os.close(reading)
        os.close(writing)
    assert open_ones == ["0", "1", "2"]
    assert limits["Max open files"] == ["3", "3"]
    assert limits["Max cpu time"] == ["30", "30"]
    assert limits["Max address space"] == [str(1 << 30)] * 2
    assert limits["Max file size"] == limits["Max core file size"] == ["0", "0"]
    assert (environment, folder) == (b"", Path("/"))


def test_it_can_open_no_file_and_no_socket_once_it_reads():
    """What a hijacked parser would try first."""
    probe = (
        "from radiokey.base.papers import worker; import socket, sys\n"
        "worker.confine()\n"
        "tried = [lambda: open('/etc/hostname'), lambda: socket.socket(), lambda: socket.socketpair()]\n"
        "for act in tried:\n"
        "    try: act()\n"
        "    except OSError as error: print(error.errno)\n"
        "    else: print('opened')\n"
    )
    ran = subprocess.run((sys.executable, "-I", "-c", probe), capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["24", "24", "24"], "EMFILE, each time"


def test_the_command_line_loads_no_parser():
    probe = "import sys, radiokey.cli.code, radiokey.base.papers.clean; print({'PIL', 'pypdfium2'} & set(sys.modules))"
    ran = subprocess.run((sys.executable, "-I", "-c", probe), capture_output=True, text=True, check=True)
    assert ran.stdout == "set()\n"


# --- bombs --------------------------------------------------------------------------------------------------


def bomb_of_a_pdf() -> bytes:
    """Return a PDF whose one picture would take 10 GB."""
    lines = zlib.compress(bytes(5_000_000), 9)
    image = (
        b"<</Type /XObject /Subtype /Image /Width 60000 /Height 60000 /ColorSpace /DeviceRGB /BitsPerComponent 8"
        b" /Filter /FlateDecode /Length %d>>\nstream\n%b\nendstream" % (len(lines), lines)
    )
    return pdf(image, page=b"/Resources <</XObject <</X 5 0 R>>>>", draws=b"100 0 0 100 0 0 cm /X Do")


def forms_in_forms() -> bytes:
    """Return a PDF whose page draws ten forms, each of which draws ten, eight times over."""
    ten = b"/X Do " * 10
    forms = [
        b"<</Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources <</XObject <</X %d 0 R>>>> /Length 60>>\nstream\n%b\nendstream"
        % (6 + place, ten)
        for place in range(8)
    ]
    last = b"<</Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 12>>\nstream\n0 0 9 9 re f\nendstream"
    return pdf(*forms, last, page=b"/Resources <</XObject <</X 5 0 R>>>>", draws=ten)


def zeros(count: int) -> bytes:
    """Return `count` bytes of zeros as zlib packs them, of which each million is packed to the same bytes."""
    packer = zlib.compressobj(9)
    begin = packer.compress(bytes(1_000_000)) + packer.flush(zlib.Z_FULL_FLUSH)
    million = packer.compress(bytes(1_000_000)) + packer.flush(zlib.Z_FULL_FLUSH)
    adler = (count % 65_521) << 16 | 1  # RFC 1950: of zeros, the second sum is how many they are
    last = zlib.compress(b"")[2:-4] + adler.to_bytes(4, "big")
    return begin + million * (count // 1_000_000 - 1) + last


BOMBS = [
    ("a PNG that unpacks to more than it says", png(8, 8, zeros(200_000_000))),
    (
        "text of a PNG that unpacks to much",
        png(8, 8, zlib.compress(bytes(72)), chunk(b"zTXt", b"a\0\0" + zeros(200_000_000))),
    ),
    ("a picture in a PDF", bomb_of_a_pdf()),
    ("forms in forms", forms_in_forms()),
    ("a page within pages within pages", pdf().replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]")),
]


@pytest.mark.parametrize("data", [case[1] for case in BOMBS], ids=[case[0] for case in BOMBS])
def test_a_bomb_is_refused_or_harmless(data):
    """The worker's limits bound memory and time, whatever the parsers do; what is kept is a small picture."""
    outcome = paper_or_reason(data)
    if isinstance(outcome, CleanPaper):
        assert len(outcome.content) < 100_000
    else:
        assert outcome in {Refusal.TOO_MUCH_WORK, Refusal.DAMAGED}


@pytest.mark.parametrize("mode", ["RGBA", "L"])
def test_the_largest_picture_that_is_taken_fits_into_the_limits(mode):
    width, height = 8000, 5000
    colour, depth = (6, 4) if mode == "RGBA" else (0, 1)
    line = b"\0" + bytes(range(200)) * (width * depth // 200)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(line * height, 9))
    paper = Cleaner().clean(b"\x89PNG\r\n\x1a\n" + head + body + chunk(b"IEND", b""))
    assert check(paper.content)[1] == 1


@pytest.mark.parametrize(
    "data",
    [
        pdf(draws=b"% " + archive() + b"\n0 0 1 rg"),
        picture(comment=b"<html><script>alert(1)</script>"),
        picture("PNG") + b"<html><script>alert(1)</script>",
        picture("PNG") + pdf(),
        picture(comment=archive()[:-1]),
    ],
)
def test_a_file_that_is_two_leaves_only_a_picture(data):
    content = Cleaner().clean(data).content
    assert not any(mark in content for mark in (b"<script>", b"PK\x03\x04", b"payload"))


# --- what comes back is not believed ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cleaner", "why"),
    [
        (says(b"ready\nrefused animated\n"), Refusal.ANIMATED),
        (
            lying("sys.stdout.write('ready\\n'); sys.stdout.flush(); os.kill(os.getpid(), signal.SIGKILL)"),
            Refusal.TOO_MUCH_WORK,
        ),
        (lying("sys.stdout.write('ready\\n'); sys.stdout.flush(); os.abort()"), Refusal.TOO_MUCH_WORK),
        (lying("sys.stdout.write('ready\\nok\\n'); sys.exit(1)"), Refusal.DAMAGED),
        (lying(f"sys.stdout.buffer.write(b'ready\\nok\\n' + {JPEG!r}); sys.exit(1)"), Refusal.DAMAGED),
    ],
)
def test_a_worker_that_refuses_or_dies_means_no(cleaner, why):
    with pytest.raises(PaperError) as caught:
        cleaner.clean(JPEG)
    assert caught.value.facts["reason"] == why.value


@pytest.mark.parametrize(
    "cleaner",
    [
        Cleaner(("/nonexistent/python",)),
        Cleaner((sys.executable, "-I", "-m", "radiokey.base.papers.nothing")),
        says(b""),
        says(b"ok\n" + JPEG),
        says(b"ready\n"),
        says(b"ready\nrefused because\n"),
        says(b"ready\nrefused \xff\n"),
        says(b"ready\nok\n"),
        says(b"ready\nok\n<script>alert(1)</script>"),
        says(b"ready\nok\n" + JPEG + b"PK"),
        says(b"ready\nok\n" + picture(exif=exif())),
        says(b"ready\nok\n" + pdf()),
        lying("sys.stdout.write('ready\\nok\\n')\nwhile True: sys.stdout.write('x' * 65536)"),
    ],
)
def test_a_worker_that_is_missing_or_lies_is_our_fault_and_nothing_is_kept(cleaner):
    """An endless answer is cut off: its writer is killed, and that too is no paper."""
    with pytest.raises((OurFaultError, PaperError)) as caught:
        cleaner.clean(JPEG)
    assert isinstance(caught.value, OurFaultError) or caught.value.facts["reason"] == Refusal.TOO_MUCH_WORK


def test_a_worker_that_never_answers_is_ended():
    patient = (
        sys.executable,
        "-I",
        "-c",
        "import sys\nprint('ready', flush=True)\nsys.stdin.read()\nwhile True: pass",
    )
    with pytest.raises(PaperError) as caught:
        Cleaner(patient, wall_seconds=1).clean(JPEG)
    assert caught.value.facts["reason"] == Refusal.TOO_MUCH_WORK


def test_what_is_refused_by_its_first_bytes_starts_no_process():
    with pytest.raises(PaperError):
        Cleaner(("/nonexistent/python",)).clean(b"<svg/>")


# --- damage -------------------------------------------------------------------------------------------------

WHOLE = [
    picture(exif=exif()),
    picture("PNG"),
    picture("WEBP"),
    picture("WEBP", lossless=True),
    pdf(),
    write_pages([JPEG]),
]


@pytest.mark.parametrize("whole", WHOLE)
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_file_that_was_cut_on_its_way_is_refused(whole, part):
    with pytest.raises(PaperError) as caught:
        Cleaner().clean(whole[: int(len(whole) * part)])
    assert caught.value.facts["reason"] == Refusal.DAMAGED


@settings(max_examples=settings().max_examples // 4)
@given(st.sampled_from(WHOLE), st.randoms(use_true_random=False))
def test_whatever_happens_to_a_file_it_is_a_picture_or_refused(whole, chance):
    damaged = bytearray(whole)
    for _ in range(chance.randint(1, 8)):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    outcome = paper_or_reason(bytes(damaged))
    assert outcome in set(Refusal) or check(outcome.content) == (outcome.media, outcome.pages)
