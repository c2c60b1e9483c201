"""What requests and jobs spent, as their log lines say, beside the budgets that their operations declare."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from chalicelib.http.endpoint import OPERATIONS
from chalicelib.logs import log


@dataclass
class Spending:
    """The log lines of a block: ``request.answered`` and ``job.ended``, oldest first."""

    lines: list[dict[str, Any]] = field(default_factory=list)

    @property
    def last(self) -> dict[str, Any]:
        """The newest line."""
        return self.lines[-1]

    def within_budget(self) -> None:
        """Every request of the block kept to the budget of its operation."""
        for line in self.lines:
            operation = next(each for each in OPERATIONS if each.name == line["operation"])
            assert operation.budget is not None, f"{operation.name} declares no budget"
            spent = {name: line[name] for name in ("calls", "rcu", "wcu")}
            budget = operation.budget
            assert line["calls"] <= budget.calls, f"{operation.name}: {spent}, not {budget}"
            assert line["rcu"] <= budget.rcu, f"{operation.name}: {spent}, not {budget}"
            assert line["wcu"] <= budget.wcu, f"{operation.name}: {spent}, not {budget}"


class _Listener(logging.Handler):
    def __init__(self, spending: Spending) -> None:
        super().__init__()
        self._spending = spending

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage() in ("request.answered", "job.ended"):
            self._spending.lines.append(record.facts)  # type: ignore[attr-defined]


@contextmanager
def spending() -> Iterator[Spending]:
    """Listen to what the block's requests and jobs spend."""
    heard = Spending()
    listener = _Listener(heard)
    log.addHandler(listener)
    try:
        yield heard
    finally:
        log.removeHandler(listener)
