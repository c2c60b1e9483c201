"""Killed after any call to DynamoDB, S3, SQS or SES, opening a space ends right: one admin, one good invitation."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import clock
from chalicelib.jobs import queue
from chalicelib.jobs.queue import LEASE_S, STUCK_AFTER_S
from chalicelib.provisioning import opening
from chalicelib.storage import files
from chalicelib.storage.spaces import Space
from chalicelib.tenants import registry
from tests import pictures
from tests.api import Api
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.factories import operator
from tests.identity import mailbox
from tests.provisioning.tenants import new_tenant, protected_tables

PASSWORD = "chim-sáo-qua-sông-Hương"
MOST_CALLS = 200  # no way is this long: a test that comes here never ends


@pytest.fixture
def caller(aws: Cloud) -> Api:
    return operator()


def _wanted() -> dict[str, Any]:
    wanted = new_tenant()
    wanted["brand"]["logo"] = pictures.encoded(pictures.png(8, 8))
    return wanted


def _work(slug: str) -> None:
    """What a worker does for this tenant until nothing is left to do."""
    while todo := [item for item in queue.of_tenant(slug, None, 100).items if item.state == "queued"]:
        for item in todo:
            queue.run(slug, item.id)


def _later(seconds: float) -> None:
    now = clock.epoch_s()
    clock.set_source(lambda: now + seconds)


def _a_minute_later(aws: Cloud) -> None:
    """The dead worker's lease is over and the schedule hints at what got stuck."""
    _later(LEASE_S + STUCK_AFTER_S)
    queue.sweep()
    while aws.run_jobs():
        pass


def _is_right(aws: Cloud, slug: str) -> None:
    assert registry.require(slug).status == "open"
    assert all(protected_tables(aws, slug).values())
    assert f"{slug}/{opening.MARKER}" in files.names(f"{slug}/")
    jobs = queue.of_tenant(slug, None, 100).items
    assert {item.state for item in jobs} == {"done"}
    assert [item.kind for item in jobs].count(opening.KIND) == 1
    _one_admin_gets_in(slug)


def _one_admin_gets_in(slug: str) -> None:
    """Two mails may have left, but the link that is used first makes the others worthless."""
    letters = mailbox.to(f"admin@{slug}.example")
    assert 1 <= len(letters) <= 2
    address = f"/spaces/{slug}/invitations"
    used, *others = [mailbox.token(letter) for letter in letters[::-1]]
    admin = Api(Api().post(f"{address}/{used}", {"password": PASSWORD}).ok()["access_token"])
    for token in others:
        Api().post(f"{address}/{token}", {"password": PASSWORD}).refused(410, "link_spent")
    people = admin.get(f"/spaces/{slug}/people").ok()["items"]
    assert [(person["roles"], person["status"]) for person in people] == [(["admin"], "active")]


def test_a_worker_killed_at_any_call(aws: Cloud, caller: Api) -> None:
    for call in range(1, MOST_CALLS):
        wanted = _wanted()
        caller.post("/tenants", wanted).ok(202)
        with killed_at(call) as kill:
            _work(wanted["slug"])
        _a_minute_later(aws)
        _is_right(aws, wanted["slug"])
        clock.set_source(None)
        if not kill.happened:
            break
    assert call > 40  # four tables alone are twenty calls


def test_a_request_killed_at_any_call(aws: Cloud, caller: Api) -> None:
    """With its Idempotency-Key the request is sent again; nothing is there twice."""
    for call in range(1, MOST_CALLS):
        wanted = _wanted()
        key = {"idempotency-key": wanted["slug"]}
        with killed_at(call) as kill:
            caller.post("/tenants", wanted, headers=key)
        _later(31)  # the first try's claim on the key is over
        reply = caller.post("/tenants", wanted, headers=key)
        assert reply.ok(202)["slug"] == wanted["slug"]
        _work(wanted["slug"])
        _is_right(aws, wanted["slug"])
        clock.set_source(None)
        if not kill.happened:
            break
    assert call > 5


def test_a_request_killed_and_never_sent_again(aws: Cloud, caller: Api) -> None:
    """Either nothing is registered, and the slug is free, or the space is opened all the same."""
    registered = set()
    for call in range(1, MOST_CALLS):
        wanted = _wanted()
        with killed_at(call) as kill:
            caller.post("/tenants", wanted)
        _a_minute_later(aws)
        there = registry.find(wanted["slug"]) is not None
        registered.add(there)
        if there:
            _is_right(aws, wanted["slug"])
        else:
            caller.post("/tenants", wanted).ok(202)
            _work(wanted["slug"])
        clock.set_source(None)
        if not kill.happened:
            break
    assert registered == {True, False}


def test_two_workers_at_once(aws: Cloud, caller: Api) -> None:
    """The first is away for longer than its lease in the middle of a step; both go on."""
    wanted = _wanted()
    caller.post("/tenants", wanted).ok(202)
    slug = wanted["slug"]
    job = registry.require(slug).opening["job"]
    real = opening.STEPS["protection"]
    turns: list[int] = []

    def away(work: queue.Job) -> None:
        turns.append(work.turn)
        if work.turn == 1:
            now = clock.epoch_s()
            clock.set_source(lambda: now + LEASE_S + 1)
            queue.run(slug, job)
        real(work)

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(opening.STEPS, "protection", away)
        _work(slug)
    assert turns == [1, 2]
    _is_right(aws, slug)
    assert Space(slug).table_name("people") in aws.tables()
