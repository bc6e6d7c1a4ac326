"""What is counted of a base, for Prometheus: never a number of a radio, a car, a code or a person."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from radiokey.errors import RadiokeyError

if TYPE_CHECKING:
    from radiokey.base.release.request import Released
    from radiokey.base.requests.outbox import MailBacklog

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_BATCH_SIZES: Final = (1, 2, 4, 8, 16, 32, 64)


class Metrics:
    """The metrics of one site, in a registry of its own. Described in docs/how-to/operate.md."""

    def __init__(self) -> None:
        own = self._registry = CollectorRegistry()
        self._releases = Counter(
            "radiokey_releases", "Codes released, by what they are known from.", ["source"], registry=own
        )
        self._repeats = Counter("radiokey_repeats", "Releases that were asked for again.", registry=own)
        self._refusals = Counter(
            "radiokey_refusals", "Releases refused, by the problem's slug.", ["slug"], registry=own
        )
        self._limited = Counter(
            "radiokey_limited", "Releases that a limit refused, by its name.", ["limit"], registry=own
        )
        self._unanswered = Counter(
            "radiokey_unanswered", "Releases that were logged and could not be answered.", registry=own
        )
        self._batch_size = Histogram(
            "radiokey_together", "Requests that shared a commit.", buckets=_BATCH_SIZES, registry=own
        )
        self._seconds = Histogram(
            "radiokey_request_seconds",
            "Time from a request's head to the end of its answer.",
            ["method", "route", "status"],
            buckets=_SECONDS,
            registry=own,
        )
        self._size = Gauge("radiokey_log_entries", "Entries of the signed log.", registry=own)
        self._verified_at = Gauge(
            "radiokey_log_verified_timestamp_seconds", "When the whole log was recomputed last.", registry=own
        )
        self._verified = Gauge(
            "radiokey_log_verified", "1 if it verified then, 0 if not or not yet.", registry=own
        )
        self._ready = Gauge("radiokey_ready", "1 if the base answers and may release.", registry=own)

        self._stuck = Gauge(
            "radiokey_requests_stuck",
            "Requests that the last sweep of the desk could not carry on: a damaged history, say.",
            registry=own,
        )
        self._mails = Gauge("radiokey_mails_waiting", "Mails that wait in the outbox.", registry=own)
        self._oldest = Gauge(
            "radiokey_mails_oldest_seconds", "How long the oldest of them has waited.", registry=own
        )
        self._given_up = Gauge(
            "radiokey_mails_given_up", "Mails that were given up since this base was made.", registry=own
        )

    def stuck(self, count: int) -> None:
        """Say how many requests the last sweep of the desk could not carry on."""
        self._stuck.set(count)

    def released(self, released: "Released") -> None:
        """Count a release."""
        if released.repeated:
            self._repeats.inc()
        else:
            self._releases.labels(released.source.value).inc()

    def refused(self, refusal: RadiokeyError) -> None:
        """Count a refusal."""
        self._refusals.labels(refusal.slug).inc()
        if "limit" in refusal.facts:
            self._limited.labels(refusal.facts["limit"]).inc()

    def count_batch(self, size: int) -> None:
        """Count a commit that `size` requests shared."""
        self._batch_size.observe(size)

    def count_unanswered(self, count: int) -> None:
        """Count releases that were logged and whose codes did not leave."""
        self._unanswered.inc(count)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer; `route` is the route's template, never an address."""
        self._seconds.labels(method, route, str(status)).observe(seconds)

    def text(self, status: "BaseStatus") -> bytes:
        """Return all of them as they are now, in the text format of Prometheus."""
        self._ready.set(status.ready)
        if status.log_size is not None:
            self._size.set(status.log_size)
        if status.verified_at_ms is not None:
            self._verified_at.set(status.verified_at_ms / 1000)
            self._verified.set(status.verified)
        if status.outbox is not None:
            self._mails.set(status.outbox.count)
            self._oldest.set(status.outbox.oldest_ms / 1000)
            self._given_up.set(status.outbox.given_up)
        return generate_latest(self._registry)


@dataclass(frozen=True, slots=True)
class BaseStatus:
    """What is looked at when the metrics are read; `None` where there is nothing, or no answer.

    `log_size` counts the entries of the signed log; `verified_at_ms` is when the whole log was last
    recomputed (ms since 1970), `verified` whether it was right then.
    """

    ready: bool
    log_size: int | None = None
    verified_at_ms: int | None = None
    verified: bool = False
    outbox: "MailBacklog | None" = None
