"""What a worker says on its standard output, and in which order (docs/spec/papers.md)."""

from typing import Final

READY: Final = b"ready\n"
"""First: it has confined itself and reads."""

DONE: Final = b"ok\n"
"""Then the stored form follows, to the end."""

REFUSED: Final = b"refused "
"""Or one reason and a line feed."""
