"""Answers that are lost after the request took effect: what is sent again, and what that does."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import ClientError

from chalicelib import clock
from chalicelib.http import quotas
from chalicelib.identity import store as tries
from chalicelib.metering import store as metering
from chalicelib.storage.lines import LineBroken, Lines, NotSent, Reply
from chalicelib.storage.spaces import platform, registry_key
from chalicelib.storage.table import ConditionFailed, Table
from chalicelib.storage.transport import ATTEMPTS, Transport
from tests.api import Api
from tests.courses.writing import CONTENTS, announce, put
from tests.emulated import Cloud
from tests.factories import OpenedSpace, forget_space, open_space
from tests.identity.people import sign_in, somebody
from tests.scripted import Server, answer, serving
from tests.wire import Passing, losing, steered

ANYONE = ReadOnlyCredentials("key", "secret", None)
LOST: dict[str, bytes | None] = {
    "no answer": None,
    "half an answer": answer(b"12345")[:-1] + Server.HANG_UP,
    "a failure": answer(b"{}", 500),
    "another answer": answer(b"{}", x_amz_crc32=str(zlib.crc32(b"{}") + 1)),
    "no answer of DynamoDB": answer(b"<html>"),
}
THROTTLED = answer(b'{"__type": "x#ThrottlingException", "message": "slower"}', 400)


@pytest.fixture(scope="module")
def hue(aws: Cloud) -> OpenedSpace:
    return open_space()


@pytest.fixture
def table(aws: Cloud) -> Table:
    return platform().table("people")


def called(there: Transport, **how: Any) -> dict[str, Any]:
    return there.call("UpdateItem", {}, lambda: ANYONE, **how)


@pytest.mark.parametrize("how", LOST)
def test_what_may_have_had_its_effect_is_sent_again_only_if_it_may(how: str) -> None:
    with serving(lambda number, body: LOST[how] if number == 1 else answer()) as server:
        with pytest.raises((LineBroken, ClientError)):
            called(Transport(server.url, "r"), resend=False)
        assert server.asked == 1
    with serving(lambda number, body: LOST[how] if number == 1 else answer()) as server:
        assert called(Transport(server.url, "r")) == {}
        assert server.asked == 2


def test_neither_is_it_on_a_line_that_was_used_before() -> None:
    with serving(lambda number, body: None if number == 2 else answer()) as server:
        there = Transport(server.url, "r")
        called(there, resend=False)
        with pytest.raises(LineBroken):
            called(there, resend=False)
        assert server.asked == 2


def test_what_had_no_effect_is_always_sent_again() -> None:
    with serving(lambda number, body: THROTTLED if number < ATTEMPTS else answer()) as server:
        assert called(Transport(server.url, "r"), resend=False) == {}
    with serving(lambda number, body: answer(), turned_away=1) as server:
        # More than the network holds for who does not read: it breaks off in the midst of it.
        big = {"Item": {"text": {"S": "x" * 30_000_000}}}
        assert Transport(server.url, "r").call("PutItem", big, lambda: ANYONE, resend=False) == {}
        assert (server.opened, server.asked) == (2, 1)
    with pytest.raises(NotSent):
        Lines(server.url).exchange({"host": "x"}, b"x")  # nobody listens any more


def test_a_write_that_meets_itself_is_done(table: Table) -> None:
    item = {"pk": "itself", "sk": "a", "v": 1, "rate": 0.5, "tags": {"b", "a"}, "bytes": b"\0", "open": True}
    with losing("PutItem", "UpdateItem", "DeleteItem") as sent:
        table.create(item)
        table.put({**item, "v": 2}, condition="v = :v", values={":v": 1})
        changed = table.update(
            "itself", "a", "SET #r = :r REMOVE tags ADD v :one", {":r": 0.75, ":one": 1, ":seen": 2},
            names={"#r": "rate"}, condition="v = :seen",
        )  # fmt: skip
        assert changed == {"pk": "itself", "sk": "a", "v": 3, "rate": 0.75, "bytes": b"\0", "open": True}
        assert table.get("itself", "a") == changed
        table.delete("itself", "a", condition="v = :v", values={":v": 3})
    assert len(sent) == 8
    assert table.get("itself", "a") is None


def test_a_write_that_meets_another_is_not(table: Table) -> None:
    other = {"pk": "another", "sk": "a", "v": 7, "by": "other"}
    table.create(other)
    with losing("PutItem", "UpdateItem", "DeleteItem") as sent:
        writes: list[Callable[[], object]] = [
            lambda: table.create({**other, "by": "me"}),
            lambda: table.update("another", "a", "SET x = :x", {":x": "me", ":v": 1}, condition="v = :v"),
            lambda: table.update("another", "a", "REMOVE gone", {":v": 1}, condition="v = :v"),
            lambda: table.delete("another", "a", condition="v = :v", values={":v": 1}),
        ]
        for write in writes:
            with pytest.raises(ConditionFailed) as failed:
                write()
            assert failed.value.item == other
    assert len(sent) == 8


def test_who_was_quicker_between_two_tries_is_not_taken_for_oneself(table: Table) -> None:
    table.create({"pk": "between", "sk": "a", "v": 1})
    tried: list[Passing] = []

    def steer(passing: Passing) -> Reply:
        if passing.operation == "PutItem" and b'"first"' in passing.body:
            tried.append(passing)
            if len(tried) == 1:
                table.update("between", "a", "SET v = :v, #b = :b", {":v": 2, ":b": "second"}, names={"#b": "by"})
                raise LineBroken
        return passing.send()

    with steered(steer), pytest.raises(ConditionFailed) as failed:
        table.put({"pk": "between", "sk": "a", "v": 2, "by": "first"}, condition="v = :v", values={":v": 1})
    assert failed.value.item == {"pk": "between", "sk": "a", "v": 2, "by": "second"}


def test_what_is_added_once_is_added_once(table: Table) -> None:
    with losing("TransactWriteItems") as sent:
        table.update_once("once", "a", "ADD n :n", {":n": 5})
    assert len(sent) == 2
    assert table.get("once", "a") == {"pk": "once", "sk": "a", "n": 5}
    with pytest.raises(ConditionFailed) as failed:
        table.update_once("once", "a", "ADD n :n", {":n": 5}, condition="n < :n")
    assert failed.value.item == {"pk": "once", "sk": "a", "n": 5}


def test_tries_and_bytes_are_counted_once(hue: OpenedSpace) -> None:
    until = clock.epoch_s() + 600
    with losing("TransactWriteItems") as sent:
        tries.count(hue.space, ("tries#x", "0"), 9, until)
        metering.confirmed(hue.slug, 1_000)
    assert len(sent) == 4
    counted = hue.space.table("people").get("tries#x", "0")
    stored = metering.stored(hue.slug)
    assert counted
    assert stored
    assert (counted["n"], stored["added_bytes"], stored["added_files"]) == (1, 1_000, 1)


def test_a_lease_of_requests_is_not_taken_again(hue: OpenedSpace) -> None:
    stormy, leases = open_space(), []
    platform().table("people").update(
        *registry_key(stormy.slug), "SET quotas = :q", {":q": {"requests_per_second": 20}}
    )
    forget_space(stormy.slug)

    def steer(passing: Passing) -> Reply:
        reply = passing.send()
        if passing.operation == "UpdateItem" and f"quota#{stormy.slug}".encode() in passing.body:
            leases.append(json.loads(passing.body)["ExpressionAttributeValues"][":taken"]["N"])
            raise LineBroken
        return reply

    quotas.forget()
    clock.set_source(lambda: 1_800_000_001)
    try:
        with steered(steer):
            while not leases:
                stormy.learner.get(stormy.at("/me/enrolments")).ok()
    finally:
        clock.set_source(None)
    counted = platform().table("people").query(f"quota#{stormy.slug}").items
    assert [str(each["used"]) for each in counted] == leases
    assert len(leases) == 1


def test_a_course_whose_answers_are_lost_is_made_and_edited(hue: OpenedSpace) -> None:
    """The claim of the key, the trail, the course and its edit each meet themselves."""
    body = {"title": "Bài đầu", "summary": "Một", "language": "vi"}
    with losing("PutItem", "UpdateItem"):
        reply = hue.author.post(hue.at("/courses"), body, headers={"idempotency-key": "lost"})
        made = reply.ok(201)
        place = hue.at(f"/courses/{made['id']}")
        edited = hue.author.patch(place, {"title": "Bài hai"}, headers={"if-match": reply.headers["etag"]})
        assert edited.ok()["title"] == "Bài hai"
    hue.author.patch(place, {"title": "Bài ba"}, headers={"if-match": edited.headers["etag"]}).ok()
    stale = {"if-match": edited.headers["etag"]}
    with losing("PutItem", "UpdateItem"):
        hue.author.patch(place, {"title": "Bài tư"}, headers=stale).refused(412, "stale")


def test_a_file_whose_answers_are_lost_is_complete_and_counted_once(aws: Cloud) -> None:
    hue = open_space()
    content = CONTENTS["text/vtt"]
    file_id = announce(hue, "text/vtt", content)
    put(hue, file_id, content)
    with losing("PutItem", "UpdateItem", "TransactWriteItems"):
        assert hue.author.post(hue.at(f"/files/{file_id}/completion")).ok()["state"] == "ready"
    stored = metering.stored(hue.slug)
    assert stored
    assert (stored["added_bytes"], stored["added_files"]) == (len(content), 1)


def test_a_session_that_was_ended_is_not_missing(hue: OpenedSpace) -> None:
    somebody(hue)
    signed_in = sign_in(hue)
    learner, session = Api(signed_in["access_token"]), signed_in["refresh_token"].split(".")[1]
    with losing("DeleteItem") as sent:
        learner.delete(hue.at(f"/me/sessions/{session}")).ok(204)
    assert len(sent) == 2
    learner.delete(hue.at(f"/me/sessions/{session}")).refused(404)
