"""A span for each request, sent by OpenTelemetry (OTLP over HTTP). Needs the extra `traces`.

A span says what a line of the log says, by the names of OpenTelemetry's conventions for HTTP: method, route,
status, how long, how it ended, and the request's random name. So nothing that a caller sends can stand in
one: no address, no query, no head, no body, no trace that somebody else began. It is made when the answer has
ended; no request waits for it, and spans that nobody takes are dropped.
"""

import time
from importlib.metadata import version
from typing import Final
from urllib.parse import urlsplit

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode

from radiokey.errors import UsageError
from radiokey.web.http.logs import METHODS, NO_ROUTE, Line

PATH: Final = "/v1/traces"
"""Where a collector takes spans, below its address (OTLP 1.0)."""
TIMEOUT_S: Final = 5.0
"""How long a batch of spans may take to be sent; a site that closes waits no longer for its last."""
_ERROR: Final = 500
_SECOND_NS: Final = 1_000_000_000


class Spans:
    """Makes spans of lines of the log of requests, and gives them to `processor`."""

    def __init__(self, processor: SpanProcessor) -> None:
        service = {"service.name": "radiokey", "service.version": version("radiokey")}
        self._provider = TracerProvider(resource=Resource.create(service), shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("radiokey")

    def add(self, line: Line, seconds: float) -> None:
        """Make the span of a request that took `seconds` and has just ended."""
        ended = time.time_ns()
        known: dict[str, str | int | tuple[str, ...]] = {
            "http.request.method": line.method if line.method in METHODS else "_OTHER",
            "http.route": line.route,
            "http.response.status_code": line.status,
            "error.type": line.slug,
            "http.response.header.request-id": (line.id,),
        }
        span = self._tracer.start_span(
            f"{known['http.request.method']} {line.route}",
            Context(),
            SpanKind.SERVER,
            {name: value for name, value in known.items() if value not in {"", NO_ROUTE, 0}},
            start_time=ended - round(seconds * _SECOND_NS),
        )
        if not line.status or line.status >= _ERROR:  # none was sent, or the fault is ours
            span.set_status(StatusCode.ERROR)
        span.end(ended)

    def close(self) -> None:
        """Send what waits, within `TIMEOUT_S`, and end."""
        self._provider.shutdown()


def open_spans(url: str) -> Spans:
    """Return what sends spans to the collector at `url`; raise `UsageError` where there can be none.

    Its credentials come from `OTEL_EXPORTER_OTLP_HEADERS`, as OpenTelemetry reads them.
    """
    try:
        parts = urlsplit(url)
        proper = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        parts, proper = urlsplit(""), False
    if not proper or parts.query or parts.fragment:
        raise UsageError("a collector of traces is at a web address", hint="like http://127.0.0.1:4318")
    if "@" in parts.netloc:
        raise UsageError(
            "a password in an argument can be read by everybody on this machine",
            hint="put it into OTEL_EXPORTER_OTLP_HEADERS",
        )
    return Spans(BatchSpanProcessor(OTLPSpanExporter(f"{url.rstrip('/')}{PATH}", timeout=TIMEOUT_S)))
