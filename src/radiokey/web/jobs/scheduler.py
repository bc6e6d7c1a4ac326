"""The desk's clock: reminders, expiries, approvals that were cut off, deletions, and mails, beside the site.

A round does all that is due and can be repeated at any time. What fails in one is said in the log and looked
at again in the next.
"""

import logging
from collections.abc import Mapping
from typing import Final

from radiokey.base.requests.desk import Desk
from radiokey.errors import RadiokeyError
from radiokey.web.http.metrics import Metrics
from radiokey.web.jobs.background import BackgroundLoop
from radiokey.web.jobs.mail import Mailer

LOG: Final = logging.getLogger(__name__)
EVERY_S: Final = 20.0


class Scheduler:
    """The rounds over one desk. Without `start` there is one only when `round` is called."""

    def __init__(self, desk: Desk, metrics: Metrics, mailer: Mailer | None = None) -> None:
        self._desk = desk
        self._metrics = metrics
        self._named: Mapping[str, str] = {}
        self._mailer = mailer
        self.loop = BackgroundLoop("a round", self.round)

    def round(self) -> None:
        """Do what is due. A sweep that fails keeps no mail from going out."""
        try:
            self._tell(self._desk.sweep().stuck)
        except RadiokeyError as problem:
            LOG.warning("a round of the desk failed (%s); the next one looks again", problem.slug)
        if self._mailer is not None:
            try:
                self._mailer.send()
            except RadiokeyError as problem:
                LOG.warning("mails could not be sent (%s); the next round looks again", problem.slug)

    def _tell(self, stuck: Mapping[str, str]) -> None:
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
        """Do a round now and every `every_s` seconds, beside everything else."""
        self.loop.start(every_s)

    def stop(self) -> None:
        """Stop; a round that is under way is waited for a while, then left behind."""
        self.loop.stop()
