"""Telling people: each once, whoever repeats it and whatever is killed; many by a job."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import ids
from chalicelib.notifications import telling
from chalicelib.storage import acting
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.factories import OpenedSpace, open_space

AT = 1_790_000_000


def tell(space: OpenedSpace, people: list[str], key: str = "r1", **other: Any) -> None:
    facts: dict[str, Any] = {"at": AT, "link": "/threads/1", "params": {"name": "Bình", "title": "Mã OTP?"}} | other
    with acting.on_behalf_of(space.slug):
        telling.tell(space.space, people, "thread.replied", key, **facts)


def told(space: OpenedSpace, person: str) -> list[dict[str, Any]]:
    with acting.on_behalf_of(space.slug):
        return space.space.table("people").query_all(f"person#{person}", begins_with="note#")


def test_killed_at_any_call_everybody_is_told_once(aws: Cloud) -> None:
    space, people = open_space(), [ids.new() for _ in range(3)]
    happened, call = True, 0
    while happened:
        call += 1
        with killed_at(call) as kill:
            tell(space, people, str(call))
        happened = kill.happened
        tell(space, people, str(call))
        assert [len(told(space, each)) for each in people] == [call] * 3
    assert call >= 4


def test_many_are_told_by_a_job_once(aws: Cloud) -> None:
    space, people = open_space(), [ids.new() for _ in range(120)]
    for _ in range(2):
        tell(space, [*people, people[0]])
        aws.drain()
    assert {len(told(space, each)) for each in people} == {1}


@pytest.mark.parametrize("link", ["https://elsewhere.example/", "//elsewhere.example"])
def test_a_link_leads_nowhere_else(aws: Cloud, link: str) -> None:
    with pytest.raises(ValueError, match="page of the space"):
        tell(open_space(), [ids.new()], link=link)


def test_what_a_text_needs_is_told_of(aws: Cloud) -> None:
    with pytest.raises(KeyError):
        tell(open_space(), [ids.new()], params={"title": "Mã OTP?"})


def test_what_is_told_late_is_in_the_order_of_what_happened(aws: Cloud) -> None:
    space, person = open_space(), ids.new()
    for place, at in enumerate((30, 10, 20)):
        tell(space, [person], str(place), at=AT + at)
    assert [each["at"] for each in told(space, person)] == [(AT + at) * 1000 for at in (10, 20, 30)]
