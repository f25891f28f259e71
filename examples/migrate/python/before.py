"""What a service in Python logs: to the console from WARNING up, and to a file that is rotated."""

import logging
from logging.handlers import RotatingFileHandler

from opentelemetry import trace
from opentelemetry.instrumentation.logging import LoggingInstrumentor
from opentelemetry.sdk.trace import TracerProvider

trace.set_tracer_provider(TracerProvider())
tracer = trace.get_tracer("shop")


def set_up():
    LoggingInstrumentor().instrument(inject_trace_context=True, enable_log_auto_instrumentation=False)
    console = logging.StreamHandler()
    console.setLevel(logging.WARNING)
    file = RotatingFileHandler("app.log", maxBytes=100 * 2**20, backupCount=3)
    layout = "%(asctime)s %(levelname)s [%(name)s] [trace_id=%(otelTraceID)s span_id=%(otelSpanID)s] - %(message)s"
    logging.basicConfig(level=logging.DEBUG, handlers=[console, file], format=layout)


def work():
    log = logging.getLogger("shop")
    log.info("ready")
    with tracer.start_as_current_span("place order"):
        log.debug("stock checked")
        log.warning("order %d put on hold: %s", 17, "card declined")


if __name__ == "__main__":
    set_up()
    work()
