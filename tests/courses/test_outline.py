"""A learner's way through an outline: percent, what is next, what is required."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.courses import outline, views
from chalicelib.courses.outline import (
    FileFacts,
    LessonEntry,
    Outline,
    QuizTerms,
    SectionEntry,
    Structure,
    UnknownLesson,
)


def course(lessons: str) -> Outline:
    """An outline of lessons by their ids, each optional that ends with ``?``; ``|`` begins a new section."""
    sections = tuple(
        SectionEntry(str(at), f"Chương {at}", tuple(_entry(word) for word in part.split()))
        for at, part in enumerate(lessons.split("|"))
    )
    return Outline("course", 1, "Khoá học", None, "hue", "hue/pack", Structure(sections))


def _entry(word: str) -> LessonEntry:
    return LessonEntry(word.rstrip("?"), "text", f"Bài {word}", 5, not word.endswith("?"), None, (), 0, 1)


@pytest.mark.parametrize(
    ("lessons", "done", "expected"),
    [
        ("1 2 | 3", "", "1"),
        ("1 2 | 3", "1", "2"),
        ("1 2 | 3", "1 2", "3"),
        ("1 2 | 3", "1 2 3", None),
        ("1 2? 3", "1", "2"),  # an optional lesson comes in its turn
        ("1 2? 3 4", "1 3", "4"),  # and is not brought up again once passed by
        ("1 2 3", "3", "1"),  # a required one is
        ("1 2?", "1", "2"),  # what is left at the end is offered
        ("1? 2", "2", None),
        ("1 2", "1 2 gone", None),  # what an older version had
    ],
)
def test_what_comes_next(lessons: str, done: str, expected: str | None) -> None:
    assert course(lessons).next_after(set(done.split())) == expected


@pytest.mark.parametrize(
    ("lessons", "done", "expected"),
    [
        ("1 2 3", "", 0),
        ("1 2 3", "1", 33),
        ("1 2 3", "1 2 3", 100),
        ("1 2?", "2", 0),
        ("1 2?", "1", 100),
        ("1 2", "1 gone", 50),
    ],
)
def test_how_much_is_done(lessons: str, done: str, expected: int) -> None:
    assert course(lessons).percent(done.split()) == expected


def test_what_is_left_is_what_is_required_and_not_done() -> None:
    whole = course("1 2? 3")
    every = sum(whole.lesson(each).minutes for each in "13")
    assert whole.minutes_left(frozenset()) == every
    assert whole.minutes_left(frozenset({"1", "2", "gone"})) == whole.lesson("3").minutes


def test_199_of_200_is_not_all() -> None:
    lessons = [str(number) for number in range(200)]
    assert course(" ".join(lessons)).percent(lessons[1:]) == 99


def test_a_lesson_is_found_or_refused() -> None:
    made = course("1 2?")
    assert made.lesson("2").title == "Bài 2?"
    assert made.order == ("1", "2")
    assert made.required == {"1"}
    with pytest.raises(UnknownLesson):
        made.require("3")


words = st.lists(
    st.tuples(st.text("0123456789abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=4), st.booleans()),
    min_size=1,
    max_size=30,
    unique_by=lambda pair: pair[0],
)


@given(words, st.data())
def test_following_what_is_next_completes_the_course(lessons: list[tuple[str, bool]], data: st.DataObject) -> None:
    made = course(" ".join(name if required else f"{name}?" for name, required in lessons))
    done = set(data.draw(st.lists(st.sampled_from([name for name, _ in lessons]))))
    before = made.percent(done)
    for _ in range(len(lessons) + 1):
        following = made.next_after(done)
        if following is None:
            break
        assert following not in done
        done.add(following)
        assert made.percent(done) >= before
        before = made.percent(done)
    assert made.is_complete(done)
    assert made.percent(done) == 100
    assert (made.percent(done) == 100) == (made.required <= done)


def test_an_index_comes_back_as_it_went() -> None:
    entries = (
        LessonEntry("1", "quiz", "Ôn tập", 5, True, QuizTerms(60, None, 5), (), 10, 20),
        LessonEntry("2", "video", "Xem phim", 3, False, None, ("f1", "f2"), 30, 5),
    )
    files = {"f1": FileFacts("phim.mp4", "video/mp4", 9_000), "f2": FileFacts("chữ.vtt", "text/vtt", 90)}
    structure = Structure((SectionEntry("a", "Chương", entries),), files, frozenset({"9", "zz"}))
    read = outline.from_json(outline.to_json(structure), 0)
    assert read == structure
    assert (read.minutes, read.order) == (8, ("1", "2"))


def test_of_a_films_renditions_the_largest_alone_is_told() -> None:
    files = {
        "whole": FileFacts("whole.mp4", "video/mp4", 9_000),
        "light": FileFacts("light.mp4", "video/mp4", 900),
        "sound": FileFacts("sound.m4a", "audio/mp4", 90),
        "vi": FileFacts("vi.vtt", "text/vtt", 7),
        "en": FileFacts("en.vtt", "text/vtt", 6),
    }
    entry = LessonEntry("1", "video", "Xem phim", 3, True, None, tuple(files), 0, 5)
    structure = Structure((SectionEntry("a", "Chương", (entry,)),), files)
    shown = views.outline(Outline("course", 1, "Khoá học", None, "hue", "hue/pack", structure), "vi")
    assert shown.sections[0].lessons[0].bytes == 5 + 9_000 + 7 + 6
