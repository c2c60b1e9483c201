"""Something that happens just before a DynamoDB call of ours reaches the database: races without luck."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from chalicelib.storage import client


@contextmanager
def just_before(operation: str, happens: Callable[[], object]) -> Iterator[None]:
    """Let ``happens`` happen once, before the block's first call of this DynamoDB operation is sent."""
    left = [happens]

    def intervene(**_: Any) -> None:
        if left:
            left.pop()()

    events = client.dynamodb().meta.events
    name = f"before-send.dynamodb.{operation}"
    events.register(name, intervene)
    try:
        yield
    finally:
        events.unregister(name, intervene)
    assert not left, f"no {operation} was sent"
