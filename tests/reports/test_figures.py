"""What an item adds to which figures, and a change therefore moves."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.reports import counters, store
from chalicelib.reports.figures import NATIONAL_AUDIENCES, Figures, contributions, course_day, deltas
from tests.reports import learners
from tests.reports.learners import DAY_S, NOON, TODAY, a_change


def enrolment(**facts: Any) -> dict[str, Any]:
    item = learners.enrolment("lan", "khoa1") | facts
    return {name: value for name, value in item.items() if value is not None}


def moved(old: dict[str, Any] | None, new: dict[str, Any] | None, **options: bool) -> dict[Any, int]:
    return dict(deltas(a_change(old, new), **options))


def test_a_registration_counts_for_the_space_and_its_day() -> None:
    assert moved(None, {"pk": "learner#lan", "sk": "learner", "at": NOON, "via": "self"}) == {
        ("space", "total", "r"): 1,
        ("space", TODAY, "r"): 1,
    }


def test_an_enrolment_counts_for_space_course_and_national_course() -> None:
    assert moved(None, enrolment(nat="qg1")) == {
        ("space", "total", "e"): 1,
        ("space", "total", "a"): 1,
        ("space", TODAY, "e"): 1,
        ("course#khoa1", "total", "e"): 1,
        ("course#khoa1", "total", "a"): 1,
        ("course#khoa1", TODAY, "e"): 1,
        ("national#qg1", "total", "e"): 1,
        ("national#qg1", "total", "a"): 1,
    }


def test_the_centres_own_learners_are_counted_for_its_national_course() -> None:
    figures = moved(None, enrolment(), central=True)
    assert figures["national#khoa1", "total", "e"] == 1
    assert not any(scope.startswith("national") for scope, _, _ in moved(None, enrolment()))


def test_an_enrolment_counts_for_the_audiences_it_was_made_in() -> None:
    figures = moved(enrolment(g="students nghe-an"), enrolment(g="students nghe-an", fin=NOON))
    of_audiences = {key: number for key, number in figures.items() if "students" in key.scope or "nghe" in key.scope}
    assert of_audiences == {
        (scope, "total", name): number
        for scope in (
            "audience#students",
            "in-course#students#khoa1",
            "everywhere#students",
            "audience#nghe-an",
            "in-course#nghe-an#khoa1",
        )
        for name, number in (("a", -1), ("f", 1))
    }
    assert moved(None, enrolment(g="students"))["everywhere#students", "total", "e"] == 1
    assert ("everywhere#nghe-an", "total", "e") not in moved(None, enrolment(g="nghe-an"))


def test_a_person_is_counted_in_the_audiences_they_are_in_now() -> None:
    grouped = {"pk": "learner#lan", "sk": "enrol#audiences", "since": {"students": NOON, "nghe-an": NOON}}
    assert moved(None, grouped) == {
        ("audience#students", "total", "m"): 1,
        ("everywhere#students", "total", "m"): 1,
        ("audience#nghe-an", "total", "m"): 1,
    }
    assert moved(grouped, grouped | {"since": {"nghe-an": NOON + 1}}) == {
        ("audience#students", "total", "m"): -1,
        ("everywhere#students", "total", "m"): -1,
    }


def test_whoever_was_measured_is_counted_at_their_newest_levels() -> None:
    before, after = learners.measured({"1": 3}), learners.measured({"1": 4, "5": 8}, "students nghe-an")
    assert moved(None, before) == {("skills#digcomp-2.2#all", "total", "1.3"): 1}
    assert moved(before, after) == {
        ("skills#digcomp-2.2#all", "total", "1.3"): -1,
        **{
            (f"skills#digcomp-2.2#{whose}", "total", name): 1
            for whose in ("all", "students", "nghe-an")
            for name in ("1.4", "5.8")
        },
    }
    shown = counters.shown("hue", contributions(after))
    assert {(*place.row, place.attribute) for place in shown} == {
        (*row, name)
        for name in ("1.4", "5.8")
        for row in (
            ("learning", "counter#skills#digcomp-2.2", "all"),
            ("learning", "counter#skills#digcomp-2.2", "students"),
            ("learning", "counter#skills#digcomp-2.2", "nghe-an"),
            ("platform", "national-figures#skills#digcomp-2.2", "all#hue"),
            ("platform", "national-figures#skills#digcomp-2.2", "students#hue"),
        )
    }


def test_whoever_changes_all_their_audiences_fits_into_one_transaction() -> None:
    def grouped(of: str) -> dict[str, Any]:
        since = {f"{of}{number}": NOON for number in range(54)} | dict.fromkeys(NATIONAL_AUDIENCES, NOON)
        return {"pk": "learner#lan", "sk": "enrol#audiences", "since": since}

    many = enrolment(nat="qg1", g=" ".join(f"cu{number}" for number in range(60)))
    other = enrolment(nat="qg2", at=NOON + DAY_S, g=" ".join(f"moi{number}" for number in range(60)))
    levels = {str(area): 3 for area in range(90)}
    skilled = [
        learners.measured(levels, " ".join([*NATIONAL_AUDIENCES, *(f"{of}{number}" for number in range(60))]))
        for of in ("cu", "moi")
    ]
    assert len(counters.rows("hue", moved(*skilled))) <= store.ROOM
    for figures in (moved(grouped("cu"), grouped("moi")), moved(many, other)):
        assert 50 < len(counters.rows("hue", figures)) <= store.ROOM


def test_who_leaves_and_returns_stays_enrolled() -> None:
    left = {
        ("space", "total", "a"): -1,
        ("space", "total", "x"): 1,
        ("course#khoa1", "total", "a"): -1,
        ("course#khoa1", "total", "x"): 1,
    }
    assert moved(enrolment(), enrolment(st="left")) == left
    assert moved(enrolment(st="left"), enrolment()) == {figure: -number for figure, number in left.items()}


def test_a_completion_counts_on_its_day_and_stays_when_the_learner_leaves() -> None:
    completed = enrolment(fin=NOON + DAY_S)
    assert moved(enrolment(), completed) == {
        ("space", "total", "a"): -1,
        ("space", "total", "f"): 1,
        ("space", "2026-11-25", "f"): 1,
        ("course#khoa1", "total", "a"): -1,
        ("course#khoa1", "total", "f"): 1,
        ("course#khoa1", "2026-11-25", "f"): 1,
    }
    assert moved(completed, completed | {"st": "left"}) == {
        ("space", "total", "x"): 1,
        ("course#khoa1", "total", "x"): 1,
    }


def test_the_day_is_vietnams() -> None:
    before, after = 1_795_539_599, 1_795_539_600  # 23:59:59 and 00:00:00 in Vietnam; 17:00 in UTC
    assert ("space", "2026-11-24", "e") in moved(None, enrolment(at=before))
    assert ("space", "2026-11-25", "e") in moved(None, enrolment(at=after))


def test_marks_of_days_count_active_learners() -> None:
    mark = {"pk": "learner#lan", "sk": "day#2026-11-24", "at": NOON}
    assert moved(None, mark) == {("space", TODAY, "d"): 1}
    assert moved(mark, mark | {"at": NOON + 1}) == {}
    assert moved(None, {"pk": "learner#lan", "sk": "day#2026-11-24#khoa1"}) == {("course#khoa1", TODAY, "d"): 1}


def test_progress_moves_nothing() -> None:
    assert moved(enrolment(), enrolment(seen=NOON * 1000 + 5, done={"1"}, p_1=5)) == {}


@pytest.mark.parametrize(
    "item",
    [
        {"pk": "counter#space", "sk": "total", "e": 5, "at": NOON},
        {"pk": "checkpoint", "sk": "shard-1", "seq": "7", "at": NOON},
        {"pk": "learner#lan", "sk": "attempt#khoa1#1#0001", "at": NOON},
        {"pk": "learner#lan", "sk": "enrolment#khoa1"},
        {"pk": "learner#lan", "sk": "enrolment#khoa1", "at": "hôm qua", "st": "active"},
        {"pk": "learner#lan", "sk": "enrolment#", "at": NOON, "st": "active"},
        {"pk": "learner#lan", "sk": "learner", "at": 10**15},
        {"pk": "learner#lan", "sk": "day#mai"},
        {"pk": "learner#lan", "sk": "day#2026-1-4"},
        {"pk": "thread#1", "sk": "learner", "at": NOON},
        {"pk": "learner#lan", "sk": "enrol#audiences", "since": "hôm qua"},
        {"pk": "learner#lan", "sk": "enrol#audiences", "since": {"": NOON}},
        {"pk": "learner#lan", "sk": "skills#", "lv": {"1": 3}},
        {"pk": "learner#lan", "sk": "skills#digcomp-2.2", "lv": "3"},
        {"pk": "learner#lan", "sk": "skills#digcomp-2.2", "lv": {"1": 0, "2": 11, "3": "x", "": 3}},
        {"pk": "learner#lan", "sk": "skill#digcomp-2.2#01795490000#kt#0001", "lv": {"1": [3, 2, 4, 5]}},
    ],
)
def test_everything_else_counts_as_nothing_and_stops_nothing(item: dict[str, Any]) -> None:
    assert moved(None, item) == {}
    assert moved(item, None) == {}


items = st.builds(
    enrolment,
    at=st.sampled_from([NOON, NOON + DAY_S, None]),
    fin=st.sampled_from([None, NOON + DAY_S, NOON + 9 * DAY_S]),
    st=st.sampled_from(["active", "left"]),
    nat=st.sampled_from([None, "qg1", "qg2"]),
    g=st.sampled_from([None, "", "students", "students nghe-an", "citizens citizens"]),
)


skilled = st.builds(
    learners.measured,
    st.dictionaries(st.sampled_from("125"), st.integers(1, 8), min_size=1),
    st.sampled_from([None, "students", "students nghe-an"]),
)


@given(st.lists(st.none() | items, min_size=1, max_size=12) | st.lists(st.none() | skilled, min_size=1), st.booleans())
def test_changes_add_up_to_what_there_is_in_the_end(states: list[dict[str, Any] | None], central: bool) -> None:
    figures = Figures()
    for old, new in zip([None, *states], states, strict=False):
        if old or new:
            figures.add(deltas(a_change(old, new), central=central))
    assert figures == contributions(states[-1], central=central)


def test_a_course_day_is_told_once_a_day() -> None:
    tomorrow = enrolment(seen=(NOON + DAY_S) * 1000)
    assert course_day(a_change(None, enrolment())) == ("learner#lan", "day#2026-11-24#khoa1")
    assert course_day(a_change(enrolment(), enrolment(seen=NOON * 1000 + 1))) is None
    assert course_day(a_change(enrolment(), tomorrow)) == ("learner#lan", "day#2026-11-25#khoa1")
    assert course_day(a_change(enrolment(), None)) is None
    assert course_day(a_change(None, enrolment(seen="?"))) is None
    assert course_day(a_change(None, {"pk": "learner#lan", "sk": "learner", "seen": NOON * 1000})) is None
