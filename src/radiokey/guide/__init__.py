"""What the owner does now: steps, waits, presses and the sheet, as data and pure answers."""
