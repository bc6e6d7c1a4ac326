"""A label in front of a camera: one picture of it, and a film for Chromium's fake camera."""

import io
import math

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw

TEXT = "281155216RTV212"
WIDTH, HEIGHT = 640, 480
FRAMES = 24


def sticker(text=TEXT, *, module=2, tall=80):
    """Return a white label with a Code 128, its quiet zone and a line above."""
    symbol = np.asarray(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128).to_image(scale=1))
    strip = symbol[symbol.shape[0] // 2][None, :]
    bars = Image.fromarray(strip).resize((strip.shape[1] * module, tall), Image.Resampling.NEAREST)
    sheet = Image.new("L", (bars.width + 16 * module, tall + 50), 235)
    sheet.paste(bars.point(lambda light: min(light, 235)), (8 * module, 36))
    ImageDraw.Draw(sheet).text((8 * module, 8), "RADIO CD MP3", fill=20)
    return sheet


def taken(degrees=0.0, *, at=(0, 0), scale=1.0, text=TEXT):
    """Return a picture of it as a camera has it: on grey plastic, turned and moved."""
    label = sticker(text)
    label = label.resize((round(label.width * scale), round(label.height * scale)), Image.Resampling.LANCZOS)
    turned = label.convert("LA").rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    case = Image.new("L", (WIDTH, HEIGHT), 110)
    place = (WIDTH - turned.width) // 2 + at[0], (HEIGHT - turned.height) // 2 + at[1]
    case.paste(turned.getchannel("L"), place, turned.getchannel("A"))
    return case


def jpeg(picture):
    """Return a picture as a file."""
    file = io.BytesIO()
    picture.convert("RGB").save(file, "JPEG", quality=88)
    return file.getvalue()


def write_film(path):
    """Write a film of a label that comes nearer, straight from askew and far, and sways; Chromium loops it."""
    with path.open("wb") as file:
        for frame in range(FRAMES):
            near = min(1.0, 0.4 + frame / FRAMES)
            sway = round(6 * math.sin(frame))
            file.write(jpeg(taken(30 * (1 - near), at=(sway, -sway), scale=near)))
