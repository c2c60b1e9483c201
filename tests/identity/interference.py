"""Something that happens just before a DynamoDB call of ours reaches the database: races without luck."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.wire import on_call


@contextmanager
def just_before(operation: str, happens: Callable[[], object]) -> Iterator[None]:
    """Let ``happens`` happen once, before the block's first call of this DynamoDB operation is sent."""
    left = [happens]

    def intervene(called: str) -> None:
        if called == operation and left:
            left.pop()()

    with on_call("before", intervene):
        yield
    assert not left, f"no {operation} was sent"
