"""A process that dies: after so many DynamoDB calls nothing it tries has any effect, as after kill -9."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from chalicelib.jobs import queue
from chalicelib.storage import client, files, mail


class Killed(BaseException):
    """The process is gone. No ``except Exception`` of ours may catch this."""


class _Dying:
    def __init__(self, real: Any, calls: int) -> None:
        self._real = real
        self.left = calls

    def _make_api_call(self, operation: str, request: dict[str, Any]) -> Any:
        if self.left == 0:
            raise Killed
        self.left -= 1
        return self._real._make_api_call(operation, request)


@contextmanager
def killed_after(calls: int) -> Iterator[None]:
    """Let the block make this many DynamoDB calls, then let it die; whether it did is not told."""
    dying = _Dying(client.dynamodb(), calls)
    with mock.patch.object(client, "dynamodb", return_value=dying):
        try:
            yield
        except Killed:
            return


class Kill:
    """A kill at one call among all those that a block makes; ``happened`` tells whether the block came that far."""

    def __init__(self, call: int) -> None:
        self._left = call
        self.happened = False

    def before(self, **_: Any) -> None:
        """What is dead calls nothing, not even to clean up."""
        if self.happened:
            raise Killed

    def after(self, **_: Any) -> None:
        """The call has had its effect, of which the process never hears."""
        self._left -= 1
        if self._left == 0:
            self.happened = True
            raise Killed


@contextmanager
def killed_at(call: int) -> Iterator[Kill]:
    """Kill the block right after its so manieth call to DynamoDB, S3, SQS or SES, when that has had its effect."""
    kill = Kill(call)
    clients = [client.dynamodb(), files.s3(), queue._sqs(), mail._ses()]
    for each in clients:
        each.meta.events.register_first("before-call", kill.before)
        each.meta.events.register_last("after-call", kill.after)
    try:
        yield kill
    except Killed:
        assert kill.happened
    finally:
        for each in clients:
            each.meta.events.unregister("before-call", kill.before)
            each.meta.events.unregister("after-call", kill.after)
