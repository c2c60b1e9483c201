"""What passes between the program and AWS by its own lines, seen and steered where it leaves the process: every call on
items, and every read of an object."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

from chalicelib.storage.lines import LineBroken, Lines, Reply

OBJECT_READ = "GetObject"


@dataclass(frozen=True)
class Passing:
    """One request on its way. ``send`` lets it through and gives the database's answer."""

    operation: str
    body: bytes
    send: Callable[[], Reply]


@contextmanager
def steered(steer: Callable[[Passing], Reply]) -> Iterator[None]:
    """Let ``steer`` answer whatever the block sends: with what the database says, or as the network might bring it."""
    real = Lines.exchange

    def exchange(lines: Lines, headers: dict[str, str], body: bytes, **how: Any) -> Reply:
        operation = headers.get("x-amz-target", OBJECT_READ).rpartition(".")[2]
        return steer(Passing(operation, body, lambda: real(lines, headers, body, **how)))

    with mock.patch.object(Lines, "exchange", exchange):
        yield


@contextmanager
def on_call(when: str, act: Callable[[str], None]) -> Iterator[None]:
    """Act at each call, ``before`` it is sent or ``after`` it took effect; ``act`` is told its name."""

    def steer(passing: Passing) -> Reply:
        if when == "before":
            act(passing.operation)
        reply = passing.send()
        if when == "after":
            act(passing.operation)
        return reply

    with steered(steer):
        yield


@contextmanager
def losing(*operations: str) -> Iterator[list[Passing]]:
    """Let requests of these operations take effect, and the first answer to each be lost on its way back; gives all
    that was sent of them."""
    sent: list[Passing] = []

    def steer(passing: Passing) -> Reply:
        reply = passing.send()
        if passing.operation in operations:
            is_first = all(earlier.body != passing.body for earlier in sent)
            sent.append(passing)
            if is_first:
                raise LineBroken
        return reply

    with steered(steer):
        yield sent


def says(status: int, code: str, **more: Any) -> Reply:
    """DynamoDB's refusal of that code."""
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "no", **more}
    return Reply(status, {"content-type": "application/x-amz-json-1.0"}, json.dumps(body).encode())
