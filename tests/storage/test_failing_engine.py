"""A database or bucket that is throttled, broken or away: 503 with Retry-After, never a defect; all is well after."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.awsrequest import AWSRequest, AWSResponse

from chalicelib.errors import Unavailable
from chalicelib.http.permissions import Role
from chalicelib.storage import files
from chalicelib.storage.lines import LineBroken, Reply
from tests.api import Api
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.wire import Passing, says, steered

THROTTLED = (400, "ProvisionedThroughputExceededException")
OVER_LIMIT = (400, "ThrottlingException")
BROKEN = (500, "InternalServerError")
AWAY = (503, "ServiceUnavailable")


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space("hue")


class _Body:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._content


@contextmanager
def answering(aws_client: Any, respond: Callable[[AWSRequest], AWSResponse]) -> Iterator[None]:
    """What leaves this client is answered here instead of by the engine: as the network would bring it."""

    def before_send(request: AWSRequest, **_: Any) -> AWSResponse:
        return respond(request)

    aws_client.meta.events.register_first("before-send.*.*", before_send)
    try:
        yield
    finally:
        aws_client.meta.events.unregister("before-send.*.*", before_send)


READ: tuple[Role, str, str, Any] = ("learner", "GET", "/me/enrolments", None)
WRITES: tuple[tuple[Role, str, str, Any], ...] = (
    ("learner", "PUT", "/me/enrolments/1hq3v7k2m8x9d4t6w5z1cc", {}),
    ("author", "POST", "/courses", {"title": "Khoá học", "summary": "Tóm tắt", "language": "vi"}),
)


@pytest.mark.parametrize(
    ("asked", "told"),
    [(READ, THROTTLED), (READ, OVER_LIMIT), (READ, BROKEN), (READ, AWAY), *((write, THROTTLED) for write in WRITES)],
)
def test_what_passes_with_time_is_a_503(
    hue: OpenedSpace, asked: tuple[Role, str, str, Any], told: tuple[int, str]
) -> None:
    role, method, path, body = asked
    caller: Api = getattr(hue, role)
    with steered(lambda passing: says(*told)):
        reply = caller.call(method, hue.at(path), body)
    problem = reply.refused(503, "unavailable")
    assert int(reply.headers["retry-after"]) >= 1
    assert "Traceback" not in json.dumps(problem)


def test_a_database_that_is_away_is_a_503(hue: OpenedSpace) -> None:
    def hang_up(passing: Passing) -> Reply:
        raise LineBroken

    with steered(hang_up):
        reply = hue.learner.get(hue.at("/me/enrolments"))
    reply.refused(503, "unavailable")
    hue.learner.get(hue.at("/me/enrolments")).ok(200)


def test_a_bucket_that_is_away_is_unavailable(aws: Cloud) -> None:
    def refuse(passing: Passing) -> Reply:
        return Reply(503, {"content-type": "application/xml"}, b"<Error><Code>SlowDown</Code></Error>")

    with steered(refuse), pytest.raises(Unavailable):
        files.get("hue/anything")
