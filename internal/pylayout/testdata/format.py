"""Formats records with Python's logging, for the differential test.

Reads one JSON object per line, {"layout": ..., "record": {...}}, and answers
each with one line. "text" is what the % operator gives for the layout, "error"
the type of the exception it raises instead. "formatter" and "formatter_error"
are the same for logging.Formatter and stand there only if they differ.
"""

import json
import logging
import sys
import time

logging.Formatter.converter = time.gmtime


def attempt(call):
    try:
        return call(), None
    except Exception as e:  # any exception is an answer
        return None, type(e).__name__


for line in sys.stdin:
    case = json.loads(line)
    layout = case["layout"]
    record = logging.makeLogRecord(case["record"])
    # JSON does not tell 1.0 from 1.
    for name in ("created", "msecs", "relativeCreated"):
        setattr(record, name, float(getattr(record, name)))
    # What Formatter.format does before it uses the operator.
    record.msg = record.message
    record.asctime = logging.Formatter().formatTime(record)
    text, error = attempt(lambda: layout % record.__dict__)
    formatter, formatter_error = attempt(lambda: logging.Formatter(layout).format(record))
    answer = {"text": text, "error": error}
    if formatter != text:
        answer["formatter"] = formatter
    if formatter_error != error:
        answer["formatter_error"] = formatter_error
    print(json.dumps({k: v for k, v in answer.items() if v is not None}), flush=True)
