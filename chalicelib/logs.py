"""Structured logs: one JSON object a line, with no personal data and no secrets (who is only ever an identifier)."""

from __future__ import annotations

import json
import logging
import os
import sys

from chalicelib import clock

log = logging.getLogger("hocmo")
# What a millisecond of ours costs depends on the memory that the function was given.
MEMORY_MB = int(os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE") or 1_024)
_ENCODER = json.JSONEncoder(ensure_ascii=False, default=str, separators=(",", ":"))


class JsonLine(logging.Formatter):
    """How a line is written."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {"time": clock.timestamp(), "level": record.levelname, "event": record.getMessage()}
        line.update(getattr(record, "facts", {}))
        if record.exc_info and record.exc_info[0]:
            # The trace names code, never data: exception arguments may quote what a person sent.
            line["error"] = record.exc_info[0].__name__
            line["trace"] = _frames(record)
            cause = record.exc_info[1].__cause__
            if cause is not None:
                line["cause"] = type(cause).__name__
        return _ENCODER.encode(line)


def event(name: str, *, level: int = logging.INFO, error: BaseException | None = None, **facts: object) -> None:
    """Write one line: ``name`` says what happened (``noun.past_tense``), ``facts`` its circumstances."""
    if not log.isEnabledFor(level):
        return
    # Straight to the handlers: which line of code logs is of no interest, and finding it out costs a third of the line.
    raised = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(log.name, level, "", 0, name, None, raised)
    record.facts = facts
    log.handle(record)


def configure() -> None:
    """Send our lines to standard output, where Lambda and the local supervisor collect them. Repeating it is
    harmless."""
    if not any(isinstance(handler.formatter, JsonLine) for handler in log.handlers):
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(JsonLine())
        log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    # No line of ours tells of threads and processes, so no record need look them up.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def _frames(record: logging.LogRecord) -> list[str]:
    frames = []
    trace = record.exc_info[2] if record.exc_info else None
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return frames[-12:]
