"""Traces: a span of each request at a real receiver of OTLP, with nothing in it that a caller said."""

import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from radiokey.web.http.logs import Line
from radiokey.web.http.traces import Spans, open_spans


@contextmanager
def collecting():
    """Listen as a collector does; yield its address and what it got: path, head, request."""
    got = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append(
                (
                    self.path,
                    {name.lower(): value for name, value in self.headers.items()},
                    ExportTraceServiceRequest.FromString(body),
                )
            )
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_said):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", got
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(autouse=True)
def _on_this_machine(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def line(**other):
    usual = {
        "at": "2026-11-30T00:00:00Z",
        "id": "0123456789abcdef",
        "method": "POST",
        "route": "/api/releases",
        "status": 200,
        "ms": 12.5,
        "slug": "",
    }
    return Line(**usual | other)


def value_of(attribute):
    value = attribute.value
    return [one.string_value for one in value.array_value.values] or value.int_value or value.string_value


def test_a_collector_gets_a_span_of_each_request(monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20abc")
    with collecting() as (url, got):
        spans = open_spans(f"{url}/")
        spans.add(line(), 0.0125)
        spans.add(line(status=503, slug="store", route="/ready", method="GET"), 1)
        spans.add(line(status=404, slug="not-there", route="-", method="-"), 0)
        spans.add(line(status=0), 0)
        spans.close()
    ((path, head, request),) = got
    assert (path, head["authorization"], head["content-type"]) == (
        "/v1/traces",
        "Bearer abc",
        "application/x-protobuf",
    )
    (of_resource,) = request.resource_spans
    resource = {one.key: value_of(one) for one in of_resource.resource.attributes}
    assert resource["service.name"] == "radiokey"
    (scope,) = of_resource.scope_spans
    told = [
        (one.name, {each.key: value_of(each) for each in one.attributes}, one.status.code)
        for one in scope.spans
    ]
    name = {"http.response.header.request-id": ["0123456789abcdef"]}
    post = {"http.request.method": "POST", "http.route": "/api/releases"}
    assert told == [
        ("POST /api/releases", name | post | {"http.response.status_code": 200}, 0),
        (
            "GET /ready",
            name
            | {
                "http.request.method": "GET",
                "http.route": "/ready",
                "http.response.status_code": 503,
                "error.type": "store",
            },
            2,
        ),
        (
            "_OTHER -",
            name
            | {"http.request.method": "_OTHER", "http.response.status_code": 404, "error.type": "not-there"},
            0,
        ),
        ("POST /api/releases", name | post, 2),
    ]
    assert [one.end_time_unix_nano - one.start_time_unix_nano for one in scope.spans] == [
        12_500_000,
        10**9,
        0,
        0,
    ]
    assert {one.kind for one in scope.spans} == {2}
    assert len({one.trace_id for one in scope.spans}) == 4
    assert {(one.parent_span_id, len(one.events), len(one.links)) for one in scope.spans} == {(b"", 0, 0)}


def test_a_trace_that_a_caller_began_is_not_gone_on_with(make_api):
    """Its number would be whatever a stranger wants to have written down."""
    begun = "00-" + "ab" * 16 + "-" + "cd" * 8 + "-01"
    kept = InMemorySpanExporter()
    api = make_api(traces=Spans(SimpleSpanProcessor(kept)))
    api.ask(
        "GET",
        "/health?number=BP538761234567",
        headers={"traceparent": begun, "baggage": "number=BP538761234567"},
    )
    (span,) = kept.get_finished_spans()
    assert span.parent is None
    assert span.context.trace_id != int("ab" * 16, 16)
    assert "BP5387" not in span.to_json()


@pytest.mark.parametrize(
    "url",
    ["", "127.0.0.1:4318", "ftp" + "://127.0.0.1", "http://", "http://a:b", "http://127.0.0.1:4318/?x=1"],
)
def test_a_collector_is_at_a_web_address(cli, url):
    cli("serve", "--traces", url).refused(64, "a collector of traces is at a web address")


def test_a_password_in_an_argument_is_refused_and_not_repeated(cli):
    ran = cli("serve", "--traces", "http://me:QZXJKVWY@127.0.0.1:4318")
    ran.refused(64, "OTEL_EXPORTER_OTLP_HEADERS")
    assert "QZXJKVWY" not in ran.err


def test_without_the_extra_it_is_said_what_to_install(cli, monkeypatch):
    monkeypatch.delitem(sys.modules, "radiokey.web.http.traces")
    monkeypatch.setitem(sys.modules, "opentelemetry.context", None)
    cli("serve", "--traces", "http://127.0.0.1:4318").refused(64, "radiokey[traces]")


def test_without_traces_nothing_of_opentelemetry_is_loaded():
    program = (
        "import sys, radiokey.web.serve; print([name for name in sys.modules if 'opentelemetry' in name])"
    )
    ran = subprocess.run((sys.executable, "-c", program), capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
