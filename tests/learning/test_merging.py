"""Merging reports: whatever devices send, in whatever order, nothing done is lost and the newest position wins."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.learning.merging import Enrolment, Report, is_late, merge

START_MS = 1_790_000_000_000
NEW = Enrolment("p", "c", version=1, active=True, enrolled_at=START_MS // 1000, seen_ms=START_MS)


def at(second: int, lesson: str = "1", *, done: bool = False, position_s: int | None = None) -> Report:
    return Report(lesson, done, position_s, START_MS + second * 1000)


def merged(*reports: Report) -> Enrolment:
    enrolment = NEW
    for report in reports:
        enrolment = merge(enrolment, report)
    return enrolment


def test_a_report_in_time_moves_the_pointer_and_the_position() -> None:
    after = merged(at(10, "2", position_s=95))
    assert (after.last, after.position_s("2"), after.seen_ms) == ("2", 95, START_MS + 10_000)


def test_a_learner_may_go_back_in_a_video() -> None:
    assert merged(at(10, position_s=95), at(20, position_s=5)).position_s("1") == 5


def test_a_late_position_does_not_undo_a_newer_one() -> None:
    after = merged(at(20, position_s=95), at(10, position_s=40))
    assert (after.position_s("1"), after.seen_ms) == (95, START_MS + 20_000)


def test_a_late_report_of_another_lesson_keeps_its_position_but_not_the_pointer() -> None:
    after = merged(at(20, "1", position_s=95), at(10, "2", position_s=40))
    assert (after.position_s("2"), after.last) == (40, "1")


def test_a_late_done_counts() -> None:
    assert merged(at(20, "2"), at(10, "1", done=True)).done == {"1"}


def test_finishing_forgets_the_position() -> None:
    assert merged(at(10, position_s=95), at(20, done=True)).places == {}


def test_a_late_position_does_not_come_back_into_a_finished_lesson() -> None:
    after = merged(at(20, done=True), at(10, position_s=95))
    assert not after.places
    assert after.done == {"1"}


def test_watching_a_finished_video_again_has_a_position_and_stays_done() -> None:
    after = merged(at(10, done=True), at(20, position_s=30))
    assert after.position_s("1") == 30
    assert after.done == {"1"}


def test_a_late_done_keeps_the_position_of_watching_again() -> None:
    assert merged(at(20, position_s=30), at(10, done=True)).position_s("1") == 30


def test_starting_again_never_undoes_done() -> None:
    assert merged(at(10, done=True), at(20)).done == {"1"}


def test_a_report_from_before_the_enrolment_moves_no_pointer() -> None:
    after = merged(at(-3600, "3", done=True))
    assert after.done == {"3"}
    assert (after.last, after.seen_ms) == (None, START_MS)


@pytest.mark.parametrize("position_s", [0, 1, 86_400])
def test_positions_come_back_as_they_went(position_s: int) -> None:
    assert merged(at(1, position_s=position_s)).position_s("1") == position_s


def reports(most: int) -> st.SearchStrategy[list[Report]]:
    """Reports of several devices, no two within one second."""
    one = st.builds(
        at,
        st.integers(-50, 500),
        st.sampled_from(["1", "2", "3"]),
        done=st.booleans(),
        position_s=st.none() | st.integers(0, 86_400),
    )
    return st.lists(one, max_size=most, unique_by=lambda report: report.at_ms // 1000)


def essence(enrolment: Enrolment) -> tuple[object, ...]:
    """What must not depend on the order of arrival: not the position in a finished lesson that is watched again."""
    open_places = {lesson: place for lesson, place in enrolment.places.items() if lesson not in enrolment.done}
    return enrolment.done, open_places, enrolment.seen_ms, enrolment.last


@given(reports(5))
def test_any_order_of_arrival_leads_to_the_same(sent: list[Report]) -> None:
    expected = essence(merged(*sent))
    assert all(essence(merged(*order)) == expected for order in itertools.permutations(sent))


@given(reports(8), st.data())
def test_repeating_any_report_changes_nothing_more(sent: list[Report], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(sent), max_size=5)) if sent else []
    assert essence(merged(*sent, *again)) == essence(merged(*sent))


@given(reports(8))
def test_done_only_grows_and_time_only_moves_on(sent: list[Report]) -> None:
    before = NEW
    for report in sent:
        after = merge(before, report)
        assert after.done >= before.done
        assert after.seen_ms >= before.seen_ms
        assert is_late(before, report) == (after.seen_ms == before.seen_ms and report.at_ms != before.seen_ms)
        before = after


@given(reports(8))
def test_no_place_is_newer_than_the_newest_report(sent: list[Report]) -> None:
    """What lets the newest report write its place without comparing it with the one that is there."""
    after = merged(*sent)
    assert all(place // 100_000 <= after.seen_ms // 1000 for place in after.places.values())


def test_nothing_else_is_touched() -> None:
    full = replace(NEW, attempts={"4": 2}, scores={"4": 50}, national="n", last_key="k", completed_at=5)
    after = merge(full, at(5, "1", done=True))
    assert replace(after, done=frozenset(), seen_ms=START_MS, last=None) == full
