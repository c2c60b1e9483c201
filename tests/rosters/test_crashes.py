"""Lists whose work dies anywhere, goes on in another invocation, is called off, or meets somebody quicker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib import clock
from chalicelib.jobs import queue
from chalicelib.people import persons
from chalicelib.people.identifiers import Identifier
from chalicelib.rosters import rosters, walking
from chalicelib.storage import acting
from tests import factories
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.factories import OpenedSpace
from tests.rosters.loading import changes_of, committed, problems_of, roster_of, units_of, uploaded
from tests.rosters.test_loading import a_list, counts, everyone
from tests.wire import on_call

NEW = [f"CB{number:02d};Nguyễn Văn An;;{1970 + number};Sở Y tế;an{number}@hue.example;;" for number in range(1, 7)]
KNOWN = ["K1;Trần Thị Bình;;1985;Sở Nội vụ;binh@hue.example;;", "K2;Lê Thị Lan;;1986;Sở Nội vụ;lan@hue.example;;"]
CHANGED = KNOWN[0].replace("1985", "1984")
LIST = a_list(*NEW[:3], CHANGED, "CB01;;;;;;;", KNOWN[1], *NEW[3:])


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices of four rows, so that a list of nine has three."""
    monkeypatch.setattr(walking, "SLICE", 4)


def in_the_list(space: OpenedSpace, roster: str) -> list[str]:
    """Whom a committed list is about, in its order."""
    found: list[str] = []
    after: int | None = 0
    with acting.on_behalf_of(space.slug):
        while after is not None:
            some, after = rosters.people_of(space.space, roster, after)
            found += some
    return found


def later(seconds: int) -> None:
    """From now on it is that much later."""
    at = clock.epoch_s() + seconds
    clock.set_source(lambda: at)


def job_of(space: OpenedSpace, roster: str) -> str:
    """The work on a list that was begun last."""
    return str(roster_of(space, roster)["job"])


def expect_loaded(space: OpenedSpace, roster: str) -> None:
    """Each row once, whatever happened on the way."""
    found = roster_of(space, roster)
    assert found["state"] == "committed"
    assert counts(found) == {"created": 6, "changed": 1, "unchanged": 1, "refused": 1}
    people = {each["id"]: each["identifiers"] for each in everyone(space)}
    assert len(people) == 8
    listed = in_the_list(space, roster)
    assert len(listed) == 8
    assert set(listed) == people.keys()
    codes = [each["value"] for listed in people.values() for each in listed if each["kind"] == "staff_code"]
    assert sorted(codes) == sorted(["K1", "K2", *(f"CB{number:02d}" for number in range(1, 7))])
    assert [each["row"] for each in problems_of(space, roster)] == [6]
    told = {each["row"]: each for each in changes_of(space, roster)}
    assert sorted(told) == list(range(2, 11))
    assert all(each["person"] and len(each["fields"]) == 5 for each in told.values() if each["outcome"] == "created")
    assert told[5]["fields"] == [{"field": "birth", "old": "1985", "new": "1984"}]
    assert [each["names"] for each in units_of(space, roster)] == [["Sở Y tế"]]
    assert found["counts"]["new_units"] == 1


def kills() -> Iterator[int]:
    """Calls at which to kill, ever further."""
    yield from range(1, 24, 4)
    yield from range(24, 200, 5)


def test_killed_at_any_call_each_row_is_loaded_once(aws: Cloud) -> None:
    survived = 0
    for call in kills():
        space = factories.open_space()
        committed(aws, space, a_list(*KNOWN))
        roster = uploaded(space, LIST)
        aws.drain()
        space.admin.post(space.at(f"/rosters/{roster}/commit")).ok(202)
        job = job_of(space, roster)
        with killed_at(call) as kill:
            queue.run(space.slug, job)
        if kill.happened:
            later(600)
            queue.run(space.slug, job)
        else:
            survived = call
        expect_loaded(space, roster)
        aws.drain()
        if survived:
            break
    assert survived > 25


def test_killed_at_any_call_a_dry_run_tells_the_same(aws: Cloud) -> None:
    space = factories.open_space()
    committed(aws, space, a_list(*KNOWN))
    for call in range(1, 100):
        roster = uploaded(space, LIST)
        job = job_of(space, roster)
        with killed_at(call) as kill:
            queue.run(space.slug, job)
        if not kill.happened:
            break
        later(600)
        queue.run(space.slug, job)
        found = roster_of(space, roster)
        assert found["state"] == "checked", call
        assert counts(found) == {"created": 6, "changed": 1, "unchanged": 1, "refused": 1}, call
        assert [each["row"] for each in problems_of(space, roster)] == [6], call
        assert found["has_remarks"], call
        assert [each["row"] for each in changes_of(space, roster, "created")] == [2, 3, 4, 8, 9, 10], call
        assert len(units_of(space, roster)) == found["counts"]["new_units"] == 1, call
    assert call > 15
    assert len(everyone(space)) == 2


def test_a_list_longer_than_an_invocation_goes_on(aws: Cloud) -> None:
    space = factories.open_space()
    committed(aws, space, a_list(*KNOWN))
    roster = uploaded(space, LIST)
    aws.drain()
    space.admin.post(space.at(f"/rosters/{roster}/commit")).ok(202)
    job = job_of(space, roster)
    seen = []
    for _ in range(10):
        queue.run(space.slug, job, remaining_ms=0)
        found = roster_of(space, roster)
        if found["state"] == "committed":
            break
        progress = found["progress"]
        seen.append(progress["rows"])
        assert progress["rows_expected"] >= progress["rows"]
        assert progress["rows_per_s"] > 0
        assert progress["seconds_left"] >= 0
        assert found["counts"]["created"] > 0
    assert seen == [4, 8, 9][: len(seen)]
    assert len(seen) >= 2
    expect_loaded(space, roster)


def test_called_off_half_way_what_is_in_stays_and_no_more_comes(aws: Cloud) -> None:
    space = factories.open_space()
    roster = uploaded(space, LIST)
    aws.drain()
    space.admin.post(space.at(f"/rosters/{roster}/commit")).ok(202)
    job = job_of(space, roster)
    queue.run(space.slug, job, remaining_ms=0)
    cancelled = space.admin.post(space.at(f"/rosters/{roster}/cancel")).ok()
    assert (cancelled["state"], cancelled["counts"]["created"]) == ("cancelled", 4)
    aws.drain()
    assert len(changes_of(space, roster, "created")) == 4  # who is in, is told
    assert roster_of(space, roster)["state"] == "cancelled"
    assert len(everyone(space)) == 4
    again = committed(aws, space, LIST)
    assert counts(again) == {"created": 4, "unchanged": 4, "refused": 1}


def test_whoever_registers_while_the_list_is_loaded_is_one_person(aws: Cloud) -> None:
    """Between looking and writing somebody comes to have the row's mailbox."""
    space = factories.open_space()
    roster = uploaded(space, a_list(*NEW))
    aws.drain()
    space.admin.post(space.at(f"/rosters/{roster}/commit")).ok(202)
    came: list[str] = []

    def comes(operation: str) -> None:
        if operation == "TransactWriteItems" and not came:
            came.append("an2@hue.example")
            persons.create(space.space, "Nguyễn Văn An", [Identifier("email", came[0])], ["learner"])

    with on_call("before", comes):
        aws.drain()
    assert came
    found = roster_of(space, roster)
    assert counts(found) == {"created": 5, "changed": 1}
    assert len(everyone(space)) == 6
    with acting.on_behalf_of(space.slug):
        person = persons.find(space.space, Identifier("staff_code", "CB02"))
        assert person is not None
        assert person.name_by == "self"
