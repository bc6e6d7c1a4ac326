"""Which radio is this: the numbers on stickers, cards and displays, read kindly and meant strictly."""
