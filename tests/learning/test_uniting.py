"""Two enrolments of one person become one: nothing done is lost, nothing counts twice."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.learning import items
from chalicelib.learning.uniting import united, version_of, without
from chalicelib.storage.items import Item

LESSONS = ["1", "2", "3", "4"]


def enrolment(person: str = "b", **facts: Any) -> Item:
    pk, sk = items.key(person, "course")
    whole = {"pk": pk, "sk": sk, "v": 1, "st": "active", "at": 100, "seen": 100_000, "c": "", "cs": "", **facts}
    return {name: value for name, value in whole.items() if value is not None}


@st.composite
def enrolments(draw: st.DrawFn, person: str) -> Item:
    done = draw(st.sets(st.sampled_from(LESSONS)))
    at_lessons: Item = {}
    for lesson in draw(st.sets(st.sampled_from(LESSONS))):
        number = draw(st.integers(1, 5))
        at_lessons |= {f"n_{lesson}": number, f"b_{lesson}": draw(st.sets(st.integers(0, 100), min_size=1))}
    for lesson in set(LESSONS) - done:
        if draw(st.booleans()):
            at_lessons[f"p_{lesson}"] = draw(st.integers(1, 10**12))
    return enrolment(
        person,
        v=draw(st.integers(1, 3)),
        st=draw(st.sampled_from(["active", "left"])),
        at=draw(st.integers(1, 10**6)),
        seen=draw(st.integers(1, 10**9)),
        fin=draw(st.none() | st.integers(1, 10**6)),
        due=draw(st.none() | st.sampled_from(["2026-12-01", "2027-01-01"])),
        done=done or None,
        **at_lessons,
    )


@given(enrolments("a"), enrolments("b"))
def test_nothing_done_is_lost(kept: Item, other: Item) -> None:
    one = items.of_item(united("a", kept, other, version_of(kept, other)))
    first, second = items.of_item(kept), items.of_item(other)
    assert one.person_id == "a"
    assert one.done == first.done | second.done
    assert one.active == (first.active or second.active)
    assert one.seen_ms == max(first.seen_ms, second.seen_ms)
    assert one.enrolled_at == min(first.enrolled_at, second.enrolled_at)
    for lesson in LESSONS:
        assert one.attempts.get(lesson, 0) == first.attempts.get(lesson, 0) + second.attempts.get(lesson, 0)
        best = max(first.scores.get(lesson, -1), second.scores.get(lesson, -1))
        assert one.scores.get(lesson, -1) == best
        if lesson not in one.done:
            place = max(first.places.get(lesson, -1), second.places.get(lesson, -1))
            assert one.places.get(lesson, -1) == place
    completed = [each for each in (first.completed_at, second.completed_at) if each is not None]
    assert one.completed_at == min(completed, default=None)
    assert not set(one.places) & one.done


@given(enrolments("b"))
def test_an_enrolment_that_the_other_had_alone_is_the_kept_persons_as_it_was(other: Item) -> None:
    one = united("a", None, other, other["v"])
    keys = {"pk", "sk", "c", "cs"}
    assert {name: one[name] for name in one if name not in keys} == {
        name: other[name] for name in other if name not in keys
    }
    assert items.of_item(one).person_id == "a"
    state = "left" if one["st"] == "left" else "completed" if "fin" in one else "active"
    assert one["cs"] == items.index_key("a", state)


def test_the_newer_version_goes_on_unless_one_is_completed() -> None:
    assert version_of(enrolment(v=1), enrolment(v=3)) == 3
    assert version_of(enrolment(v=1, fin=5), enrolment(v=3)) == 1
    assert version_of(enrolment(v=1, fin=5), enrolment(v=3, fin=9)) == 3


def test_what_the_version_does_not_carry_is_dropped() -> None:
    left = without(enrolment(done={"1", "2"}, p_3=5, n_4=1, b_4={50}), frozenset({"1", "3", "4"}))
    assert left["done"] == {"2"}
    assert not {"p_3", "n_4", "b_4"} & set(left)
    assert "done" not in without(enrolment(done={"1"}), frozenset({"1"}))


def test_the_earlier_deadline_stays_with_who_set_it() -> None:
    one = united("a", enrolment("a", due="2027-01-01", by="x"), enrolment(due="2026-12-01", by="y"), 1)
    assert (one["due"], one["by"]) == ("2026-12-01", "y")
