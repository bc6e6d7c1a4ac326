"""What a served unit has around it beside its testers: the car it is in, and the base that it asks."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Self

from radiokey.cli import say
from radiokey.cli.remote import Remote, remote
from radiokey.cli.served.addresses import GATEWAY_HINT, Address
from radiokey.cli.served.design import REFERENCE
from radiokey.diagnostics.car import BusEvent, CarOnDoip
from radiokey.diagnostics.server import Plug
from radiokey.errors import RadiokeyError, UsageError
from radiokey.headunit.events import SyncAnswered
from radiokey.language.speech import gettext

ASK_AGAIN_S: Final = 60.0
"""How long a unit waits before it asks a base again that did not answer."""
_LOOK_S: Final = 0.25


def tell(plug: Plug, heard: BusEvent | SyncAnswered) -> None:
    """Tell the unit what came from its car or its base, as soon as nobody else acts."""
    with plug.lock:
        plug.ecu.handle(heard)


@dataclass(frozen=True, slots=True)
class Around:
    """Where the unit hears its car, and which base it asks; `None` where there is none.

    `model` is what the base calls this radio, empty for one that is in no catalogue.
    """

    car: Address | None = None
    base: Remote | None = None
    model: str = ""

    @classmethod
    def of(cls, car: Address | None, base: str | None, model: str) -> Self:
        """Return it from what was typed; raise `UsageError`."""
        return cls(car, remote(base, None, None) if base else None, "" if model == REFERENCE else model)

    @contextlib.asynccontextmanager
    async def listening(self, plug: Plug) -> AsyncIterator[None]:
        """Let the unit hear its car and ask its base meanwhile; raise `UsageError` where there is no way."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, "car") as one_after_the_other:
            car = CarOnDoip(
                lambda heard: _forget(loop.run_in_executor(one_after_the_other, tell, plug, heard)),
                plug.now_ms,
            )
            asking = None
            try:
                if self.car is not None:
                    try:
                        await car.start(*self.car)
                    except OSError as error:
                        raise UsageError(
                            gettext("there is no way to that car's gateway"), hint=gettext(GATEWAY_HINT)
                        ) from error
                if self.base is not None:
                    asking = loop.create_task(_ask_on(plug, self.base, self.model))
                yield
            finally:
                car.stop()
                if asking is not None:
                    asking.cancel()


NOTHING_AROUND: Final = Around()


def _forget(_done: asyncio.Future[None]) -> None:
    """Wait for nobody: the next answer comes by itself."""


async def _ask_on(plug: Plug, base: Remote, model: str) -> None:
    """Bring each challenge of the unit to its base, and the answer back, until the unit has it."""
    while True:
        await asyncio.sleep(_LOOK_S)
        challenge = plug.ecu.unit.challenge
        if challenge is None:
            continue
        try:
            answer = await asyncio.to_thread(base.synchronise, challenge, model)
        except RadiokeyError as problem:
            say.error(problem.sentence, problem.hint)
            await asyncio.sleep(ASK_AGAIN_S)
            continue
        await asyncio.to_thread(tell, plug, SyncAnswered(answer))  # it writes, and may wait for its turn
        if plug.ecu.unit.challenge == challenge:
            say.error(
                gettext(
                    "the unit did not take the base's answer: {value}", value=plug.ecu.unit.last_answer.value
                ),
                gettext("it trusts the key of --signer; 'radiokey base grant key' says that of a base"),
            )
            await asyncio.sleep(ASK_AGAIN_S)
