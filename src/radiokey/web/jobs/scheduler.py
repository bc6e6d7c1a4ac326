"""The scheduler of the desk: reminders, expiries, interrupted approvals, deletions, and mails.

A run does all that is due and can be repeated at any time. What fails in one run is logged and tried again in
the next. An approval that was cut off goes on only while the log holds: it releases a code.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Final

from radiokey.base.requests.desk import Desk
from radiokey.errors import RadiokeyError
from radiokey.web.http.metrics import Metrics
from radiokey.web.jobs.background import BackgroundLoop
from radiokey.web.jobs.mail import Mailer

LOG: Final = logging.getLogger(__name__)
EVERY_S: Final = 20.0


class Scheduler:
    """Does what is due at one desk. Without `start` it works only when `run_due` is called.

    `require_log` raises `LogError` or `StoreError` where no code may leave (`LogMonitor.ready`).
    """

    def __init__(
        self, desk: Desk, metrics: Metrics, require_log: Callable[[], None], mailer: Mailer | None = None
    ) -> None:
        self._desk = desk
        self._require_log = require_log
        self._metrics = metrics
        self._named: Mapping[str, str] = {}
        self._mailer = mailer
        self.loop = BackgroundLoop("a run of the scheduler", self.run_due)

    def run_due(self) -> None:
        """Do what is due. Mails go out even where a sweep fails."""
        try:
            self._report_stuck(self._desk.sweep(self._require_log).stuck)
        except RadiokeyError as problem:
            LOG.warning("a sweep of the desk failed (%s); the next run tries again", problem.slug)
        if self._mailer is not None:
            try:
                self._mailer.send()
            except RadiokeyError as problem:
                LOG.warning("mails could not be sent (%s); the next run tries again", problem.slug)

    def _report_stuck(self, stuck: Mapping[str, str]) -> None:
        """Count the requests that could not be carried on, and name each once for as long as it is one."""
        for request_id, slug in stuck.items():
            if self._named.get(request_id) != slug:
                LOG.warning(
                    "request %s cannot be carried on (%s); everything else goes on",
                    request_id,
                    slug,
                    extra={"facts": {"request": request_id, "slug": slug}},
                )
        self._named = stuck
        self._metrics.stuck(len(stuck))

    def start(self, every_s: float) -> None:
        """Do what is due now and every `every_s` seconds, in the background."""
        self.loop.start(every_s)

    def stop(self) -> None:
        """Stop; wait a while for a run that is under way, then leave it."""
        self.loop.stop()
