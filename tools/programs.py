"""The programs that tests ask beside Python's own parts, in one list."""

import age
import calendars
import chromium
import golang
import nginx
import prometheus
import spin


def ensure() -> None:
    """See that all of them are there; fail saying what to install."""
    chromium.ensure(chromium.SHELL)
    chromium.ensure(chromium.WHOLE)  # the shell has no camera
    for program in (spin, golang, nginx, age, calendars, prometheus):
        program.ensure()


if __name__ == "__main__":
    ensure()
