"""A camera of our own: stickers on a case, photographed well or badly, by a seed.

`upright`: held about straight, in fair light. `tilted`: any way up, at any angle, from the side. `hard`: as
tilted, and dark, blurred, small, with a thumb, dirt, glare on foil, a bent sticker, or other stickers beside.
The same seed and kind give the same pixels.
"""

import io
import math
import random
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import cv2
import numpy as np
from PIL import Image
from stickers import FAMILIES, Sticker, Wording, lay_out, word


class Kind(StrEnum):
    """How hard a photo is to read."""

    UPRIGHT = "upright"
    TILTED = "tilted"
    HARD = "hard"


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo: upright pixels (rows, columns, RGB) as they are seen, and what is on it."""

    seed: int
    kind: Kind
    wording: Wording
    angle: float
    pixels: np.ndarray = field(repr=False)

    @property
    def truth(self) -> str:
        """The number that is to be read."""
        return self.wording.serial

    def jpeg(self, orientation: int = 1, quality: int = 88) -> bytes:
        """Return a JPEG as a phone writes it, held as `orientation` (Exif) says."""
        image = Image.fromarray(self.pixels)
        back = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
        exif = Image.Exif()
        if orientation in back:
            image = image.transpose(back[orientation])
            exif[0x0112] = orientation
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality, exif=exif)
        return out.getvalue()


@dataclass(frozen=True, slots=True)
class Pose:
    """How a sticker lies in a scene: degrees, how much from the side, how large, how bent, on what, where."""

    angle: float
    slant: float
    share: float
    bend: float
    stock: str
    middle: tuple[float, float] | None = None


_STOCK: Final = {
    "paper": ((232, 230, 224), (24, 24, 28)),
    "yellow": ((222, 205, 120), (30, 26, 24)),
    "foil": ((186, 190, 196), (28, 28, 32)),
    "black": ((34, 34, 36), (224, 224, 220)),
    "blue": ((226, 228, 232), (30, 44, 110)),
}


def take(seed: int, kind: Kind, family: int | None = None) -> Photo:
    """Return the photo of a seed."""
    chance = random.Random(  # noqa: S311 - a seed, and no secret
        f"{seed} {kind.value} sticker"
    )
    rng = np.random.default_rng(chance.getrandbits(63))
    wording = word(chance, seed if family is None else family)
    sticker = lay_out(wording, chance)
    hard = kind is Kind.HARD
    long_side = (
        chance.choice([1280, 1600, 1600, 2000]) if not hard else chance.choice([1100, 1280, 1600, 2400])
    )
    size = (long_side, long_side * 3 // 4) if chance.random() < 0.6 else (long_side * 3 // 4, long_side)
    angle = {
        Kind.UPRIGHT: chance.uniform(-6, 6),
        Kind.TILTED: chance.uniform(0, 360),
        Kind.HARD: chance.choice([0, 0, 90, 180, 270]) + chance.uniform(-45, 45),
    }[kind]
    slant = {Kind.UPRIGHT: 0.04, Kind.TILTED: 0.2, Kind.HARD: 0.28}[kind]
    share = chance.uniform(0.5, 0.92) if not hard else chance.uniform(0.35, 0.9)
    scene = _case(size, rng, chance)
    if (hard and chance.random() < 0.4) or chance.random() < 0.15:
        scene = _beside(scene, chance, rng)
    bend = chance.uniform(0, 0.25) if hard or chance.random() < 0.2 else 0.0
    stock = chance.choice(["paper", "paper", "foil", "yellow", "blue", "black"])
    scene = _paste(scene, sticker, Pose(angle, slant, share, bend, stock), chance, rng)
    scene = _light(scene, kind, stock, chance, rng)
    return Photo(seed, kind, wording, angle % 360, scene)


def _case(size: tuple[int, int], rng: np.random.Generator, chance: random.Random) -> np.ndarray:
    """Return the metal or plastic around a sticker (float RGB, 0 to 255), with brushing, seams and screws."""
    width, height = size
    base = np.array(
        chance.choice([(120, 122, 126), (150, 150, 148), (60, 60, 64), (40, 40, 42), (170, 168, 160)])
    )
    grain = rng.normal(0, 1, (height, max(2, width // chance.choice([2, 8, 40])))).astype(np.float32)
    grain = cv2.resize(grain, (width, height), interpolation=cv2.INTER_LINEAR) * chance.uniform(2, 9)
    scene = np.repeat((base[None, None, :] + grain[..., None]).astype(np.float32), 1, 2)
    for _ in range(chance.randint(0, 4)):
        at, shade = chance.randrange(height), chance.uniform(-50, 50)
        cv2.line(
            scene, (0, at), (width, at + chance.randint(-60, 60)), tuple(float(v + shade) for v in base), 4
        )
    for _ in range(chance.randint(0, 5)):
        middle = (chance.randrange(width), chance.randrange(height))
        cv2.circle(
            scene, middle, chance.randint(12, 40), tuple(float(v * 0.45) for v in base), -1, cv2.LINE_AA
        )
    return scene


def _placed(sticker: Sticker, size: tuple[int, int], pose: Pose, chance: random.Random) -> np.ndarray:
    """Return the homography that puts a sticker into a scene."""
    width, height = size
    h, w = sticker.ink.shape
    turn, slant = math.radians(pose.angle), pose.slant
    wide = abs(w * math.cos(turn)) + abs(h * math.sin(turn))
    tall = abs(w * math.sin(turn)) + abs(h * math.cos(turn))
    scale = pose.share * min(width / wide, height / tall)
    cx, cy = pose.middle or (
        width / 2 + chance.uniform(-0.5, 0.5) * (width - wide * scale) * 0.7,
        height / 2 + chance.uniform(-0.5, 0.5) * (height - tall * scale) * 0.7,
    )
    corners = []
    for x, y in ((-w / 2, -h / 2), (w / 2, -h / 2), (w / 2, h / 2), (-w / 2, h / 2)):
        jx, jy = chance.uniform(-slant, slant) * h * 0.5, chance.uniform(-slant, slant) * h * 0.5
        px, py = (x + jx) * scale, (y + jy) * scale
        corners.append(
            (cx + px * math.cos(turn) - py * math.sin(turn), cy + px * math.sin(turn) + py * math.cos(turn))
        )
    flat = np.float32([(0, 0), (w, 0), (w, h), (0, h)])
    return cv2.getPerspectiveTransform(flat, np.float32(corners))


def _paste(
    scene: np.ndarray, sticker: Sticker, pose: Pose, chance: random.Random, rng: np.random.Generator
) -> np.ndarray:
    """Return the scene with a sticker on it."""
    paper, ink = (np.array(colour, np.float32) for colour in _STOCK[pose.stock])
    shades = sticker.ink[..., None]
    sheet = paper * shades + ink * (1 - shades)
    if pose.stock == "foil":
        wave = np.sin(np.linspace(0, chance.uniform(3, 9), sheet.shape[1]) + chance.uniform(0, 6)) * 22
        sheet += wave[None, :, None] * shades
    sheet += rng.normal(0, chance.uniform(1, 4), (*sheet.shape[:2], 1))
    if pose.bend:
        sheet = _bent(sheet, pose.bend)
    height, width = scene.shape[:2]
    matrix = _placed(sticker, (width, height), pose, chance)
    # Area averaging, as a lens does: the sheet is drawn larger and shrunk.
    put = cv2.warpPerspective(sheet.astype(np.float32), matrix, (width, height), flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(
        np.ones(sheet.shape[:2], np.float32), matrix, (width, height), flags=cv2.INTER_LINEAR
    )
    return scene * (1 - mask[..., None]) + put * mask[..., None]


def _bent(sheet: np.ndarray, bend: float) -> np.ndarray:
    """Return a sheet that is bent around a cylinder: narrower towards its ends, and bowed."""
    h, w = sheet.shape[:2]
    x, y = np.meshgrid(np.linspace(-1, 1, w), np.arange(h))
    reach = bend * 1.2
    source = np.arcsin(np.clip(x * math.sin(reach), -1, 1)) / reach
    bow = (np.cos(source * reach) - math.cos(reach)) * h * 0.25
    return cv2.remap(
        sheet.astype(np.float32),
        ((source + 1) / 2 * (w - 1)).astype(np.float32),
        (y - bow + bow.mean()).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )


def _beside(scene: np.ndarray, chance: random.Random, rng: np.random.Generator) -> np.ndarray:
    """Return the scene with another sticker without a number of a radio: part of it lies under the first."""
    lines = (
        "WARNING",
        f"P/N {chance.randint(1000000, 9999999)}",
        "DO NOT OPEN",
        f"LOT {chance.randint(1000, 9999)}",
    )
    other = lay_out(Wording("other", "A123", lines[: chance.randint(2, 4)]), chance)
    height, width = scene.shape[:2]
    middle = (chance.choice([0.15, 0.85]) * width, chance.choice([0.12, 0.88]) * height)
    return _paste(scene, other, Pose(chance.uniform(-180, 180), 0.1, 0.35, 0.0, "paper", middle), chance, rng)


def _light(
    scene: np.ndarray, kind: Kind, stock: str, chance: random.Random, rng: np.random.Generator
) -> np.ndarray:
    """Return what a sensor makes of the scene: shade, glare, a thumb, dirt, blur, noise (RGB, 8 bits)."""
    height, width = scene.shape[:2]
    hard = kind is Kind.HARD
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = x / width - 0.5, y / height - 0.5
    turn = chance.uniform(0, 2 * math.pi)
    shade = 1 + (x * math.cos(turn) + y * math.sin(turn)) * chance.uniform(0, 1.1 if hard else 0.5)
    scene = scene * shade[..., None]
    if hard or chance.random() < 0.15:
        if chance.random() < 0.4:
            scene = _dirty(scene, chance)
        if chance.random() < 0.35:
            scene = _thumb(scene, chance)
    if stock == "foil" or chance.random() < (0.4 if hard else 0.1):
        spot = ((x - chance.uniform(-0.5, 0.5)) / chance.uniform(0.05, 0.2)) ** 2 + (
            (y - chance.uniform(-0.5, 0.5)) / chance.uniform(0.03, 0.12)
        ) ** 2
        scene += (np.exp(-spot) * chance.uniform(40, 190 if hard else 110))[..., None]
    if hard:
        scene = scene * chance.uniform(0.18, 0.9)
        scene = _blurred(scene, chance)
    else:
        scene = scene * chance.uniform(0.75, 1.1)
        scene = cv2.GaussianBlur(scene, (0, 0), chance.uniform(0.4, 1.0))
    noise = chance.uniform(2, 13) if hard else chance.uniform(1, 4)
    scene += rng.normal(0, noise, scene.shape).astype(np.float32)
    tint = np.array([chance.uniform(0.9, 1.08), 1.0, chance.uniform(0.85, 1.1)], np.float32)
    return _packed(np.clip(scene * tint, 0, 255).astype(np.uint8), chance.randint(45, 92))


def _packed(pixels: np.ndarray, quality: int) -> np.ndarray:
    """Return what is left of pixels after a JPEG of this quality, as sent on by a messenger."""
    _, packed = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(packed, cv2.IMREAD_COLOR)


def _blurred(scene: np.ndarray, chance: random.Random) -> np.ndarray:
    if chance.random() < 0.5:
        length = chance.randint(3, max(4, scene.shape[1] // 220))
        kernel = np.zeros((length, length), np.float32)
        turn = chance.uniform(0, math.pi)
        middle = (length - 1) / 2
        for step in np.linspace(-middle, middle, 4 * length):
            kernel[round(middle + step * math.sin(turn)), round(middle + step * math.cos(turn))] = 1
        return cv2.filter2D(scene, -1, kernel / kernel.sum())
    return cv2.GaussianBlur(scene, (0, 0), chance.uniform(0.8, 2.6) * scene.shape[1] / 1600)


def _dirty(scene: np.ndarray, chance: random.Random) -> np.ndarray:
    height, width = scene.shape[:2]
    veil = np.zeros((height, width), np.float32)
    for _ in range(chance.randint(5, 40)):
        middle = (chance.randrange(width), chance.randrange(height))
        cv2.circle(veil, middle, chance.randint(2, 14), chance.uniform(0.2, 0.8), -1, cv2.LINE_AA)
    for _ in range(chance.randint(0, 5)):
        ends = [(chance.randrange(width), chance.randrange(height)) for _ in range(2)]
        cv2.line(veil, ends[0], ends[1], chance.uniform(0.2, 0.6), chance.randint(1, 2), cv2.LINE_AA)
    veil = cv2.GaussianBlur(veil, (0, 0), 1.2)[..., None]
    return scene * (1 - veil) + np.array([70, 60, 48], np.float32) * veil


def _thumb(scene: np.ndarray, chance: random.Random) -> np.ndarray:
    """Return the scene with a thumb that comes in from a corner."""
    height, width = scene.shape[:2]
    mask = np.zeros((height, width), np.float32)
    corner = (chance.choice([0, width]), chance.choice([0, height]))
    reach = int(min(width, height) * chance.uniform(0.12, 0.26))
    cv2.ellipse(mask, corner, (int(reach * 1.4), reach), chance.uniform(0, 180), 0, 360, 1.0, -1, cv2.LINE_AA)
    mask = cv2.GaussianBlur(mask, (0, 0), 6)[..., None]
    return scene * (1 - mask) + np.array([196, 148, 122], np.float32) * mask


KINDS: Final = tuple(Kind)
COUNT: Final = len(FAMILIES)
