"""When serving ends: by a signal, because nobody reads what is written, or because something failed."""

import asyncio
import contextlib
import signal

from radiokey.errors import OurFaultError, RadiokeyError
from radiokey.language.speech import gettext


class End:
    """The end of what the running loop serves. Its verbs may be called from any thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._come = asyncio.Event()
        self._failure: RadiokeyError | None = None
        for ending in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):
                self._loop.add_signal_handler(ending, self._come.set)

    def stop(self) -> None:
        """End it."""
        with contextlib.suppress(RuntimeError):  # the loop itself has ended
            self._loop.call_soon_threadsafe(self._come.set)

    def fail(self, failure: RadiokeyError) -> None:
        """End it, and say why: nobody may think that it ended well."""
        self._failure = failure
        self.stop()

    def fail_at_bus(self) -> None:
        """End it: the thread at the CAN bus ended by itself."""
        self.fail(
            OurFaultError(
                gettext("what serves the CAN bus broke"), hint=gettext("start again, and report it")
            )
        )

    async def wait(self, at_most_s: float | None = None) -> bool:
        """Wait for the end, or so long; say whether it came."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._come.wait(), at_most_s)
        return self._come.is_set()

    def raise_what_failed(self) -> None:
        """Raise what it ended by, where it did not end well."""
        if self._failure is not None:
            raise self._failure
