"""One thread beside the site: it runs a function at once, then every so often, until it is stopped."""

import logging
import threading
from collections.abc import Callable
from typing import Final

LOG: Final = logging.getLogger(__name__)
JOIN_S: Final = 5
"""How long `stop` waits for a run that is under way; after that it is left behind."""


class BackgroundLoop:
    """Calls `run` in a daemon thread. A run that fails is logged by `name`, and the next one comes."""

    def __init__(self, name: str, run: Callable[[], object]) -> None:
        self._name = name
        self._run = run
        self._runs = 0
        self._run_ended = threading.Condition()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def started(self) -> bool:
        """Whether it was ever started."""
        return self._thread is not None

    def start(self, every_s: float | None) -> None:
        """Run now and `every_s` seconds after the end of each run; only once for `None`.

        A loop that runs already is stopped first.
        """
        self.stop()
        self._runs = 0
        self._stopped = threading.Event()  # a run that was left behind keeps its own
        self._thread = threading.Thread(target=self._loop, args=(every_s, self._stopped), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Start no other run, and wait up to `JOIN_S` seconds for the one that is under way."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(JOIN_S)

    def wait_for_runs(self, count: int) -> None:
        """Wait until `count` runs have ended since the start, well or not."""
        with self._run_ended:
            self._run_ended.wait_for(lambda: self._runs >= count)

    def _loop(self, every_s: float | None, stopped: threading.Event) -> None:
        while not stopped.is_set():
            try:
                self._run()
            except Exception as problem:  # noqa: BLE001 - the entry point of its thread: nothing may end the loop
                LOG.warning("%s failed (%s); the next run tries again", self._name, type(problem).__name__)
            with self._run_ended:
                self._runs += 1
                self._run_ended.notify_all()
            if every_s is None:
                return
            stopped.wait(every_s)
