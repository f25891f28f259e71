"""A shop in Python that has its orders paid by the service in main.go.

    ZIPKIN_ENDPOINT=http://localhost:9411/api/v2/spans python caller.py LOGFILE PAYMENT

PAYMENT is the host and port of the other service. The shop prints its address,
and serves until its standard input ends or a SIGTERM comes. Without
ZIPKIN_ENDPOINT, its spans are sent nowhere.
"""

import http.client
import logging
import os
import signal
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from opentelemetry import propagate, trace
from opentelemetry.exporter.zipkin.json import ZipkinExporter
from opentelemetry.instrumentation.logging import LoggingInstrumentor
from opentelemetry.instrumentation.logging.constants import DEFAULT_LOGGING_FORMAT
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode

log = logging.getLogger("shop")
tracer = trace.get_tracer("shop")


class PaymentError(Exception):
    """The payment service did not charge the card."""


class Shop(BaseHTTPRequestHandler):
    """Takes orders: GET /order?id=17&amount=12.50."""

    payment = ""  # the host and port of the payment service
    timeout = 10  # seconds that a client may be silent for

    def do_GET(self):
        url = urlsplit(self.path)
        if url.path != "/order":
            self.answer(404, "no such page")
            return
        # The caller's trace goes on if its headers have one; else one begins.
        caller = propagate.extract(self.headers)
        with tracer.start_as_current_span("GET /order", context=caller, kind=SpanKind.SERVER) as span:
            status, text = self.order(parse_qs(url.query))
            if status >= 400:
                span.set_status(StatusCode.ERROR, text)
            self.answer(status, text)

    def order(self, query):
        """Places an order, and returns the status and the text of the answer."""
        try:
            # Numbers, so that no line break of the query gets into the log:
            # Python's logging would write it as it is.
            order, amount = int(query["id"][0]), float(query["amount"][0])
        except (KeyError, ValueError):
            return 400, "want id and amount, and both as numbers"
        log.info("order %d received", order)
        try:
            pay(self.payment, order, amount)
        except (PaymentError, OSError, http.client.HTTPException) as error:
            log.error("order %d not placed: %s", order, error)
            return 402, f"order {order} not placed: {error}"
        log.info("order %d placed", order)
        return 200, f"order {order} placed"

    def answer(self, status, text):
        """Answers with a text, and with the trace for whoever has a question."""
        span = trace.get_current_span().get_span_context()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        if span.is_valid:
            self.send_header("Trace-Id", trace.format_trace_id(span.trace_id))
        self.end_headers()
        self.wfile.write(f"{text}\n".encode())

    def log_message(self, format, *args):
        """Keeps http.server's own lines off stderr."""


def pay(payment, order, amount):
    """Has the payment service charge the card."""
    # An exception that leaves the block marks the span as failed.
    with tracer.start_as_current_span("POST /charge", kind=SpanKind.CLIENT):
        headers = {}
        propagate.inject(headers)  # traceparent: the trace and this span
        connection = http.client.HTTPConnection(payment, timeout=10)
        try:
            connection.request("POST", "/charge?" + urlencode({"order": order, "amount": amount}), headers=headers)
            response = connection.getresponse()
            text = response.read().decode().strip()
        finally:
            connection.close()
        if response.status >= 300:
            raise PaymentError(f"payment: {response.status} {text}")


def set_up(log_file):
    """Starts tracing and logging, and returns the provider to shut down."""
    provider = TracerProvider(resource=Resource.create({"service.name": "shop"}))
    if endpoint := os.environ.get("ZIPKIN_ENDPOINT"):
        provider.add_span_processor(BatchSpanProcessor(ZipkinExporter(endpoint=endpoint)))
    trace.set_tracer_provider(provider)
    logging.basicConfig(filename=log_file, encoding="utf-8", level=logging.INFO, format=DEFAULT_LOGGING_FORMAT)
    # The fields of that format; records go to the file, and not to OpenTelemetry.
    LoggingInstrumentor().instrument(inject_trace_context=True, enable_log_auto_instrumentation=False)
    return provider


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: caller.py LOGFILE PAYMENT")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    Shop.payment = sys.argv[2]
    provider = set_up(sys.argv[1])
    try:
        with HTTPServer(("127.0.0.1", 0), Shop) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            try:
                log.info("ready to take orders")  # no span: trace_id=0
                print("{}:{}".format(*server.server_address), flush=True)
                sys.stdin.read()
            finally:
                server.shutdown()  # once the request under way is answered
    finally:
        provider.shutdown()  # sends the last spans


if __name__ == "__main__":
    main()
