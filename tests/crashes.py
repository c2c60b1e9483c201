"""A process that dies: after so many DynamoDB calls nothing it tries has any effect, as after kill -9."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from chalicelib.jobs import queue
from chalicelib.storage import client, files, mail, sms
from chalicelib.storage.lines import Reply
from tests.wire import OBJECT_READ, Passing, steered


class Killed(BaseException):
    """The process is gone. No ``except Exception`` of ours may catch this."""


@contextmanager
def killed_after(calls: int) -> Iterator[None]:
    """Let the block make this many DynamoDB calls, then let it die; whether it did is not told."""
    left = [calls]

    def steer(passing: Passing) -> Reply:
        # A container reads its keys again each minute, whatever it is asked: those are not of the block's calls.
        if passing.operation == OBJECT_READ or b'"keyring"' in passing.body:
            return passing.send()
        if not left[0]:
            raise Killed
        left[0] -= 1
        return passing.send()

    with steered(steer):
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

    def at(self, passing: Passing) -> Reply:
        """Around one call on items."""
        self.before()
        reply = passing.send()
        self.after()
        return reply


@contextmanager
def killed_at(call: int, *others: Any) -> Iterator[Kill]:
    """Kill the block right after its so manieth call to DynamoDB, S3, SQS, SES or SNS (or of ``others``, clients of
    its own), when that has had its effect."""
    kill = Kill(call)
    with ExitStack() as watched:
        watched.enter_context(steered(kill.at))
        for each in (client.dynamodb(), files.s3(), queue._sqs(), mail._ses(), sms._sns(), *others):
            events = each.meta.events
            events.register_first("before-call", kill.before)
            events.register_last("after-call", kill.after)
            watched.callback(events.unregister, "before-call", kill.before)
            watched.callback(events.unregister, "after-call", kill.after)
        try:
            yield kill
        except Killed:
            assert kill.happened
