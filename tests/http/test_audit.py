"""The audit trail: who of the staff did what, when, from where, written before it happens."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib import clock, ids
from chalicelib.http import audit
from chalicelib.storage.items import Item
from tests.crashes import killed_after
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space
from tests.http.probe import Probe, probe


@pytest.fixture
def hue(aws: Cloud) -> OpenedSpace:
    return open_space(f"hue-{ids.new()[-8:]}")


@pytest.fixture
def author(hue: OpenedSpace) -> Probe:
    author = replace(probe(hue.author), address="203.0.113.7")
    author.get(hue.at("/things")).ok()  # the space is looked up and the token verified: from here on, calls are known
    return author


def _trail(hue: OpenedSpace) -> list[Item]:
    return audit.page(hue.space, clock.timestamp()[:7], None, 100).items


def _make(caller: Probe, hue: OpenedSpace, **more: object) -> int:
    return caller.post(hue.at("/things"), {"title": "Điện thoại", **more}).status


def test_an_action_is_recorded_with_who_what_when_and_from_where(hue: OpenedSpace, author: Probe) -> None:
    assert _make(author, hue, weight=2) == 201
    (record,) = _trail(hue)
    assert record["actor"] == hue.people["author"]
    assert record["roles"] == ["author"]
    assert record["operation"] == "make_thing"
    assert record["address"] == "203.0.113.7"
    assert record["fields"] == ["title", "weight"]
    assert record["given"] == {"title": "Điện thoại"}
    assert record["request"]
    assert record["at"].endswith("Z")
    assert "outcome" not in record


@pytest.mark.parametrize(
    ("trouble", "status", "outcome"), [("taken", 409, "taken"), ("busy", 503, "unavailable"), ("defect", 500, "failed")]
)
def test_an_action_that_fails_leaves_its_outcome(
    hue: OpenedSpace, author: Probe, trouble: str, status: int, outcome: str
) -> None:
    assert _make(author, hue, trouble=trouble) == status
    (record,) = _trail(hue)
    assert record["outcome"] == outcome


def test_a_process_killed_in_the_action_leaves_its_record(hue: OpenedSpace, author: Probe) -> None:
    with killed_after(2):  # the actor's standing, the record
        _make(author, hue)
    assert len(_trail(hue)) == 1


def test_nothing_happens_unrecorded(hue: OpenedSpace, author: Probe, aws: Cloud) -> None:
    with killed_after(1):
        _make(author, hue)
    assert not aws.dynamodb.scan(TableName=hue.space.table_name("people"))["Items"]


def test_what_nobody_may_do_is_not_an_action(hue: OpenedSpace) -> None:
    assert _make(probe(hue.learner), hue) == 403
    assert _make(probe(hue.author), hue, title="") == 422
    assert not _trail(hue)


def test_reads_and_visitors_leave_no_record(hue: OpenedSpace, author: Probe) -> None:
    author.get(hue.at("/things")).ok()
    probe().post(hue.at("/visitors"), {"title": "x"}).ok(201)
    assert not _trail(hue)
