"""A process that dies: after so many DynamoDB calls nothing it tries has any effect, as after kill -9."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from chalicelib.storage import client


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
