"""Logs records with Python's logging, for the test of Pattern.

Reads one JSON object per line and answers each with the line that a handler
with that layout writes, as a JSON string.
"""

import io
import json
import logging
import sys
import time

logging.Formatter.converter = time.gmtime
logging.addLevelName(5, "TRACE")


def write(layout, case):
    # The time that a LogRecord takes, in Python before 3.13 and since.
    time.time = lambda: case["ns"] / 1e9
    time.time_ns = lambda: case["ns"]
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logging.Formatter(layout))
    record = logging.getLogger(case["name"]).makeRecord(
        case["name"], case["level"], case["file"], case["line"], case["message"], None, None, case["func"], case["otel"]
    )
    record.process = case["pid"]
    handler.handle(record)
    return out.getvalue()


for line in sys.stdin:
    case = json.loads(line)
    print(json.dumps(write(case["layout"], case)), flush=True)
