"""What requests spend, as their own log lines say: exact, and the same on every machine."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench.caller import Asked, answer, expect_success
from bench.operations import Measured
from chalicelib.http import quotas
from chalicelib.logs import log

FIGURES = ("calls", "rcu", "wcu", "s3_calls")


class _Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.facts: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        facts: dict[str, Any] = getattr(record, "facts", {})
        self.facts.append({"event": record.getMessage(), **facts})


@contextmanager
def lines() -> Iterator[list[dict[str, Any]]]:
    """The facts of the log lines that the block writes."""
    heard = _Lines()
    log.addHandler(heard)
    try:
        yield heard.facts
    finally:
        log.removeHandler(heard)


def by(asked: Asked) -> dict[str, Any]:
    """Calls, capacity units and bytes of the answer of one request."""
    quotas.forget()
    with lines() as heard:
        expect_success(asked, answer(asked.event()))
    facts = next(each for each in heard if each["event"] == "request.answered")
    return {**{name: facts.get(name, 0) for name in FIGURES}, "bytes": facts["bytes_out"]}


def warm(operation: Measured) -> dict[str, Any]:
    """What an operation spends once what it remembers is warm."""
    for _ in range(2):
        expect_success(operation, answer(operation.ask().event()))
    return by(operation.ask())
