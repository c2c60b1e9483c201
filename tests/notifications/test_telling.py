"""Telling people: each once, whoever repeats it and whatever is killed; many by a job."""

from __future__ import annotations

import pytest

from chalicelib import ids
from chalicelib.notifications.kinds import KINDS
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.factories import open_space
from tests.notifications.telling import inbox, somebody, tell

AT = 1_790_000_000


def test_killed_at_any_call_everybody_is_told_once(aws: Cloud) -> None:
    space = open_space()
    people = [somebody(space, name) for name in ("an", "binh", "chi")]
    happened, call = True, 0
    while happened:
        call += 1
        with killed_at(call) as kill:
            tell(space, [each.id for each in people], str(call), at=AT + call)
        happened = kill.happened
        tell(space, [each.id for each in people], str(call), at=AT + call)
        assert [len(inbox(space, each)) for each in people] == [call] * 3
    assert call >= 4


def test_many_are_told_by_a_job_once(aws: Cloud) -> None:
    space = open_space()
    first, last = somebody(space, "an"), somebody(space, "binh")
    people = [first.id, *(ids.new() for _ in range(120)), last.id, first.id]
    for _ in range(2):
        tell(space, people, at=AT)
        aws.drain()
    assert [len(inbox(space, each)) for each in (first, last)] == [1, 1]


def test_of_one_event_several_crowds_are_told(aws: Cloud) -> None:
    space = open_space()
    first, last = somebody(space, "an"), somebody(space, "binh")
    for who in (first, last):
        tell(space, [who.id, *(ids.new() for _ in range(40))], at=AT)
    aws.drain()
    assert [len(inbox(space, each)) for each in (first, last)] == [1, 1]


def test_nobody_is_told_of_nothing(aws: Cloud) -> None:
    tell(open_space(), [])


@pytest.mark.parametrize("link", ["https://elsewhere.example/", "//elsewhere.example"])
def test_a_link_leads_nowhere_else(aws: Cloud, link: str) -> None:
    with pytest.raises(ValueError, match="page of the space"):
        tell(open_space(), [ids.new()], link=link)


def test_what_a_text_needs_is_told_of(aws: Cloud) -> None:
    with pytest.raises(KeyError):
        tell(open_space(), [ids.new()], params={"title": "Mã OTP?"})


def test_every_kind_speaks_both_languages() -> None:
    for kind in KINDS.values():
        assert kind.name["vi"] != kind.name["en"]
