#!/bin/sh
# One number, the usual makers of labels, one reader: three different texts come back.
#
# Surprise: in Code 39 and Interleaved 2 of 5 the check character is optional. python-barcode and ReportLab add it
#   by themselves, fpdf2 and zxing-cpp do not, and python-barcode does it for Code 39 alone; a reader cannot know
#   and returns it as part of the text. ReportLab's check digit makes an even count odd, so a zero comes in front
#   as well: ten digits are read where eight were printed.
# Matters: a serial number printed again by another tool and scanned is one character longer. Where the family's
#   numbers have several lengths that is another radio, or a code for the wrong one.
# Expected from: the same input to the same symbology; each library's own documentation names its default, none
#   names the others'.
# Versions: python-barcode 0.16.1, reportlab 5.1.0, fpdf2 2.8.9, zxing-cpp 3.1.1, pypdfium2 5.15.2 to draw the PDFs.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/python -m pip install -qq --disable-pip-version-check python-barcode==0.16.1 reportlab==5.1.0 \
    fpdf2==2.8.9 zxing-cpp==3.1.1 pypdfium2==5.15.2 pillow==13.0.0 numpy==2.4.6
cat > finding.py <<'PY'
import io
import sys
from importlib.metadata import version

import barcode
import numpy
import pypdfium2
import zxingcpp
from barcode.writer import ImageWriter
from fpdf import FPDF
from PIL import Image
from reportlab.graphics.barcode.code39 import Standard39
from reportlab.graphics.barcode.common import I2of5
from reportlab.pdfgen.canvas import Canvas


def read(picture):
    return zxingcpp.read_barcodes(picture.convert("L"))[0].text


def drawn(pdf):
    return pypdfium2.PdfDocument(pdf)[0].render(scale=4).to_pil()


def by_python_barcode(kind, number):
    name = {"Code 39": "code39", "Interleaved 2 of 5": "itf"}[kind]
    return barcode.get(name, number, writer=ImageWriter()).render({"write_text": False})


def by_reportlab(kind, number):
    maker = {"Code 39": Standard39, "Interleaved 2 of 5": I2of5}[kind]
    pdf = io.BytesIO()
    canvas = Canvas(pdf)
    maker(number, barWidth=1.2, barHeight=50).drawOn(canvas, 50, 500)
    canvas.save()
    return drawn(pdf.getvalue())


def by_fpdf2(kind, number):
    pdf = FPDF()
    pdf.add_page()
    if kind == "Code 39":
        pdf.code39(f"*{number}*", x=30, y=50, w=0.8, h=20)
    else:
        pdf.interleaved2of5(number, x=30, y=50, w=0.6, h=20)
    return drawn(bytes(pdf.output()))


def by_zxing_cpp(kind, number):
    kinds = {"Code 39": zxingcpp.BarcodeFormat.Code39, "Interleaved 2 of 5": zxingcpp.BarcodeFormat.ITF}
    return Image.fromarray(numpy.array(zxingcpp.create_barcode(number, kinds[kind]).to_image(scale=4)))


NUMBERS = (("Code 39", "M012345"), ("Interleaved 2 of 5", "28115521"), ("Interleaved 2 of 5", "281155216"))
MAKERS = {
    "python-barcode": by_python_barcode,
    "reportlab": by_reportlab,
    "fpdf2": by_fpdf2,
    "zxing-cpp": by_zxing_cpp,
}
print(*(f"{name} {version(name)}" for name in MAKERS))
seen = {}
for kind, number in NUMBERS:
    seen[number] = {name: read(make(kind, number)) for name, make in MAKERS.items()}
    print(f"expected: {number} in {kind} is read as {number} (a zero in front where the count is odd)")
    print(f"seen:     {seen[number]}")
known = {
    "M012345": dict(zip(MAKERS, ("M012345.", "M012345.", "M012345", "M012345"), strict=True)),
    "28115521": dict(zip(MAKERS, ("28115521", "0281155215", "28115521", "28115521"), strict=True)),
    "281155216": dict(zip(MAKERS, ("0281155216", "2811552167", "0281155216", "0281155216"), strict=True)),
}
sys.exit(0 if seen == known else "CHANGED")
PY
venv/bin/python finding.py
