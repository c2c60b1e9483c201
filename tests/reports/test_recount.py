"""Counting anew agrees to the unit with what the stream added up, finds what is wrong, and mends it in full flow."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from chalicelib.errors import NotFound
from chalicelib.reports import recount, store
from chalicelib.storage import spaces
from chalicelib.storage.spaces import Space
from tests.crashes import killed_at
from tests.emulated import Cloud
from tests.reports import learners
from tests.reports.learners import DAY_S, NOON, TODAY, Feed, space_of_learners, stored
from tests.wire import on_call

SPOILT = 11  # counters


def a_class(space: Space) -> None:
    """Twenty learners in different states."""
    for number in range(20):
        person = f"hoc-vien-{number}"
        learners.register(space, person)
        learners.enrol(space, person, "khoa1", national="qg1", audiences="students")
        learners.group(space, person, ["students", "to-1"] if number % 2 else ["to-2"])
        if number % 3 == 0:
            learners.enrol(space, person, "khoa2", NOON + DAY_S)
            space.table("learning").put(learners.measured({"1": 1 + number % 8, "4": 5}, "students to-2", person))
        if number % 4 == 0:
            learners.complete(space, person, "khoa1", NOON + 40 * DAY_S)
        if number % 5 == 0:
            learners.leave(space, person, "khoa1")


def spoil(space: Space) -> None:
    """Make counters wrong in every kind of item that holds some."""
    learning, platform = space.table("learning"), spaces.platform().table("people")
    learning.update("counter#space", "total", "ADD e :n", {":n": 7})
    learning.update("counter#course#khoa1", TODAY, "ADD e :n", {":n": -1})
    learning.update("counter#courses", "khoa-da-xoa", "ADD e :n", {":n": 3})
    platform.update("national-figures", space.slug, "ADD r :n", {":n": 1})
    platform.update("national-figures#2026-11", space.slug, "ADD e24 :n", {":n": 2})
    platform.update("national-figures#courses", f"qg-la#{space.slug}", "ADD f :n", {":n": 4})
    learning.update("counter#audiences", "to-1", "ADD m :n", {":n": 1})
    learning.update("counter#audience#to-da-xoa", "khoa1", "ADD a :n", {":n": 2})
    platform.update("national-figures#audiences", f"students#{space.slug}", "ADD e :n", {":n": 5})
    level = {"#level": "4.5"}
    learning.update("counter#skills#digcomp-2.2", "to-2", "ADD #level :n", {":n": -3}, names=level)
    platform.update("national-figures#skills#digcomp-2.2", f"all#{space.slug}", "ADD #level :n", {":n": 8}, names=level)


def test_after_the_stream_is_drained_all_agree(aws: Cloud) -> None:
    space = space_of_learners()
    a_class(space)
    aws.drain()
    found = recount.recount(space.slug)
    assert found.wrong == []
    assert str(found).endswith("counters compared: all agree.")
    assert found.counters > 20


def test_changes_that_still_wait_in_the_stream_are_no_differences(aws: Cloud) -> None:
    space = space_of_learners()
    a_class(space)
    assert recount.recount(space.slug).wrong == []
    feed = Feed(aws, space)
    feed.read()
    assert feed.deliver("shard-0", 0, 11)
    assert recount.recount(space.slug, log=feed.log).wrong == []
    feed.deliver_all()
    assert recount.recount(space.slug, log=feed.log).wrong == []
    assert stored(space)["learning counter#courses khoa1"]["e"] == 20


def test_wrong_counters_are_named_and_mended(aws: Cloud) -> None:
    space = space_of_learners()
    a_class(space)
    aws.drain()
    right = stored(space)
    spoil(space)
    found = recount.recount(space.slug)
    assert [str(each) for each in found.wrong] == [
        "learning: counter#audience#to-da-xoa khoa1, active enrolments: 2 stored, 0 counted",
        "learning: counter#audiences to-1, people: 11 stored, 10 counted",
        f"learning: counter#course#khoa1 {TODAY}, enrolments: 19 stored, 20 counted",
        "learning: counter#courses khoa-da-xoa, enrolments: 3 stored, 0 counted",
        "learning: counter#skills#digcomp-2.2 to-2, people at level 5 of area 4: 1 stored, 4 counted",
        "learning: counter#space total, enrolments: 34 stored, 27 counted",
        f"platform: national-figures {space.slug}, registrations: 21 stored, 20 counted",
        f"platform: national-figures#2026-11 {space.slug}, enrolments on day 24: 22 stored, 20 counted",
        f"platform: national-figures#audiences students#{space.slug}, enrolments: 18 stored, 13 counted",
        f"platform: national-figures#courses qg-la#{space.slug}, completions: 4 stored, 0 counted",
        f"platform: national-figures#skills#digcomp-2.2 all#{space.slug}, "
        "people at level 5 of area 4: 15 stored, 7 counted",
    ]
    assert "11 of them wrong, and mended:\n  learning: counter#audience#to-da-xoa" in str(found)
    assert stored(space) == right
    assert recount.recount(space.slug).wrong == []


def test_lost_counters_are_made_again(aws: Cloud) -> None:
    space = space_of_learners()
    a_class(space)
    aws.drain()
    right = stored(space)
    for key in right:
        table, pk, sk = key.split(" ")
        (spaces.platform().table("people") if table == "platform" else space.table("learning")).delete(pk, sk)
    assert stored(space) == {}
    assert len(recount.recount(space.slug).wrong) == sum(len(numbers) for numbers in right.values())
    assert stored(space) == right


def test_more_differences_than_a_transaction_holds_are_mended(aws: Cloud) -> None:
    space = space_of_learners()
    table = space.table("learning")
    for number in range(250):
        table.put({"pk": "counter#course#khoa1", "sk": f"2026-{number:03d}", "e": 1})
    assert len(recount.recount(space.slug).wrong) == 250
    assert stored(space) == {}


def meanwhile(when: str, operation: str, act: Callable[[], object], times: int = 1) -> AbstractContextManager[None]:
    """Act before or after the first calls of that name."""
    left = [times]

    def at_call(name: str) -> None:
        if name == operation and left[0]:
            left[0] -= 1
            act()

    return on_call(when, at_call)


@pytest.mark.parametrize("operation", ["Scan", "Query", "GetItem", "TransactWriteItems"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_batches_counted_meanwhile_stay_counted(aws: Cloud, when: str, operation: str) -> None:
    space = space_of_learners()
    a_class(space)
    aws.drain()
    spoil(space)
    learners.enrol(space, "den-sau", "khoa1", national="qg1")
    events = aws.changes_of(space.table_name("learning"))

    def count() -> None:
        import app

        for event in events:
            app.apply_changes(event, None)

    with meanwhile(when, operation, count):
        assert len(recount.recount(space.slug).wrong) == SPOILT
    count()
    assert stored(space)["learning counter#space total"]["e"] == 28
    assert recount.recount(space.slug).wrong == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_enrolments_that_fall_into_the_reading_are_not_counted_twice(aws: Cloud, when: str) -> None:
    space = space_of_learners()
    a_class(space)
    aws.drain()
    spoil(space)
    late = iter(range(100))

    def enrol() -> None:
        learners.enrol(space, f"den-sau-{next(late)}", "khoa1", national="qg1")

    with meanwhile(when, "Scan", enrol, times=2):
        assert len(recount.recount(space.slug).wrong) == SPOILT
    aws.drain()
    assert recount.recount(space.slug).wrong == []
    assert store.course_totals(space, "khoa1")["e"] == 22


def test_a_space_that_never_rests_is_left_alone(aws: Cloud) -> None:
    space = space_of_learners()
    a_class(space)
    aws.drain()
    spoil(space)
    before = stored(space)
    late = iter(range(100))

    def enrol() -> None:
        learners.enrol(space, f"den-sau-{next(late)}", "khoa1")

    with meanwhile("after", "Scan", enrol, times=100), pytest.raises(recount.TooBusy):
        recount.recount(space.slug)
    assert stored(space) == before
    aws.drain()
    assert len(recount.recount(space.slug).wrong) == SPOILT


def test_two_who_count_anew_at_once_mend_once(aws: Cloud) -> None:
    space = space_of_learners()
    a_class(space)
    aws.drain()
    right = stored(space)
    spoil(space)
    with meanwhile("before", "TransactWriteItems", lambda: recount.recount(space.slug)):
        assert recount.recount(space.slug).wrong == []
    assert stored(space) == right


def test_killed_while_mending_the_next_count_finishes(aws: Cloud) -> None:
    space = space_of_learners()
    table = space.table("learning")
    learners.enrol(space, "an", "khoa1")
    aws.drain()
    right = stored(space)
    for number in range(100):
        table.put({"pk": "counter#course#khoa1", "sk": f"2026-{number:03d}", "e": 1})
    for calls in range(1, 60):
        with killed_at(calls):
            assert recount.recount(space.slug).items
            break
    else:
        pytest.fail("counting anew never came through")
    assert calls > 10
    assert stored(space) == right


def test_the_centres_own_learners_are_counted_alike(aws: Cloud) -> None:
    space = space_of_learners("trung-uong", kind="ministry")
    learners.enrol(space, "an", "qg1")
    aws.drain()
    assert stored(space)["platform national-figures#courses qg1#trung-uong"] == {"e": 1, "a": 1}
    assert recount.recount(space.slug).wrong == []


def test_another_spaces_figures_are_not_touched(aws: Cloud) -> None:
    """One space's name begins with the other's."""
    space, longer = space_of_learners("da-nang"), space_of_learners("da-nang-2")
    for each in (space, longer):
        learners.enrol(each, "an", "khoa1", national="qg1")
    aws.drain()
    right = stored(longer)
    assert recount.recount("da-nang").wrong == []
    assert stored(longer) == right


def test_an_unknown_space_is_not_found(aws: Cloud) -> None:
    with pytest.raises(NotFound):
        recount.recount("khong-co")
