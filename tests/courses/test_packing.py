"""The pack: whatever was written comes back, as a whole and lesson by lesson; ids are given once and stay."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from chalicelib.courses import packing
from chalicelib.courses.lessons import Content, Lesson, Section
from tests.factories import quiz_lesson, text_lesson

_lesson: TypeAdapter[Any] = TypeAdapter(Lesson)
ids = st.text("0123456789abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=4)
titles = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(str.strip)


def content(sections: list[dict[str, Any]]) -> list[Section]:
    return Content.model_validate({"sections": sections}).sections


lessons = st.lists(
    st.builds(lambda make, title: make(title=title), st.sampled_from([text_lesson, quiz_lesson]), titles), max_size=5
)
drafts = st.lists(st.fixed_dictionaries({"title": titles, "lessons": lessons}), max_size=4)


@given(drafts)
def test_a_draft_comes_back_as_it_went(draft: list[dict[str, Any]]) -> None:
    sections = packing.with_ids(content(draft), set())
    packed = packing.pack(sections)
    whole = packing.unpack(packed.pack)
    assert Content.model_validate_json(whole).sections == sections
    assert whole == packed.json


@given(drafts)
def test_each_lesson_is_one_range(draft: list[dict[str, Any]]) -> None:
    sections = packing.with_ids(content(draft), set())
    packed = packing.pack(sections)
    written = [lesson for section in sections for lesson in section.lessons]
    entries = packed.structure.lessons.values()
    assert len(entries) == len(written)
    for entry, lesson in zip(entries, written, strict=True):
        part = packing.unpack(packed.pack[entry.offset : entry.offset + entry.length])
        assert _lesson.validate_json(part) == lesson


@given(drafts, drafts)
def test_the_name_is_the_contents(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> None:
    first, second = (packing.with_ids(content(each), set()) for each in (one, other))
    assert (packing.pack(first).name == packing.pack(second).name) == (first == second)


@given(st.lists(st.none() | ids, max_size=40, unique_by=lambda each: each or object()), st.sets(ids, max_size=10))
def test_ids_are_given_once(given_ids: list[str | None], spent: set[str]) -> None:
    made = packing.with_ids(content([{"title": "Chương", "lessons": [text_lesson(each) for each in given_ids]}]), spent)
    found = [lesson.id for lesson in made[0].lessons]
    assert len(set(found)) == len(found)
    for sent, kept in zip(given_ids, found, strict=True):
        assert kept == sent if sent else kept not in spent
    assert packing.with_ids(made, spent) == made


def test_ids_are_short_and_count_up() -> None:
    made = packing.with_ids(content([{"title": "Chương", "lessons": [text_lesson() for _ in range(2_000)]}]), set())
    found = [lesson.id for lesson in made[0].lessons]
    assert (made[0].id, found[0], found[9], found[35]) == ("a", "1", "a", "10")
    assert max(len(str(each)) for each in found) == 3


def test_questions_and_choices_get_ids_too() -> None:
    quiz = quiz_lesson()
    for question in quiz["quiz"]["questions"]:
        del question["id"]
        for choice in question["choices"]:
            del choice["id"]
    (section,) = packing.with_ids(content([{"title": "Chương", "lessons": [quiz]}]), set())
    questions = json.loads(section.lessons[0].model_dump_json())["quiz"]["questions"]
    assert [question["id"] for question in questions] == ["q1", "q2"]
    assert [choice["id"] for choice in questions[1]["choices"]] == ["a", "b", "c"]
