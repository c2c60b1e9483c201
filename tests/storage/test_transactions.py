"""Transactions that meet another one at the same item: tried again, a few times, and then said to be worth a retry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from chalicelib.errors import Unavailable
from chalicelib.storage import client
from chalicelib.storage.lines import Reply
from chalicelib.storage.spaces import platform
from chalicelib.storage.table import TransactionFailed, transact
from tests.emulated import Cloud
from tests.wire import Passing, says, steered


def _cancelled(*reasons: str) -> Reply:
    """DynamoDB's answer to a transaction that it cancelled for these reasons."""
    return says(400, "TransactionCanceledException", CancellationReasons=[{"Code": reason} for reason in reasons])


@contextmanager
def _answering(answers: list[Reply]) -> Iterator[None]:
    """Let the first transactions be answered so, without reaching the database."""
    waiting = iter(answers)

    def answer(passing: Passing) -> Reply:
        told = next(waiting, None) if passing.operation == "TransactWriteItems" else None
        return told or passing.send()

    with steered(answer):
        yield
    assert next(waiting, None) is None


def test_a_conflict_is_tried_again(aws: Cloud) -> None:
    table = platform().table("people")
    with _answering([_cancelled("TransactionConflict", "None")] * 3):
        transact([table.creating({"pk": "a", "sk": "a"}), table.creating({"pk": "b", "sk": "b"})])
    assert table.get("a", "a")
    assert table.get("b", "b")


def test_a_conflict_that_stays_is_worth_a_retry_later(aws: Cloud) -> None:
    table = platform().table("people")
    with _answering([_cancelled("TransactionConflict")] * 5), pytest.raises(Unavailable):
        transact([table.creating({"pk": "c", "sk": "c"})])
    assert table.get("c", "c") is None


def test_a_failed_condition_is_not_tried_again(aws: Cloud) -> None:
    table = platform().table("people")
    answers = [_cancelled("ConditionalCheckFailed", "TransactionConflict")]
    with _answering(answers), pytest.raises(TransactionFailed) as failed:
        transact([table.creating({"pk": "d", "sk": "d"}), table.creating({"pk": "e", "sk": "e"})])
    assert failed.value.failed == [0]


def test_items_are_read_consistently_in_one_call(aws: Cloud) -> None:
    table = platform().table("people")
    table.put({"pk": "f", "sk": "1"})
    meter = client.Meter()
    remembered = client.METER.set(meter)
    try:
        found = table.batch_get([("f", "1"), ("f", "2")], consistent=True)
    finally:
        client.METER.reset(remembered)
    assert set(found) == {("f", "1")}
    assert (meter.calls, meter.rcu) == (1, 2.0)
