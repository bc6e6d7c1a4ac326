"""A photo of the radio's label, read: barcodes, print, and the number that both agree on (docs/photos.md).

`marks` says what stands on a picture, `read` what it means; `barcode` and `ocr` look, in a confined process
(`worker`) that `photo` asks. Needs the extra `photo`; without it `photo` says how to get it.
"""
