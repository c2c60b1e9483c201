"""The demo's bank, assessments, questions and library are what the API takes, and what is told as right is right."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import Any

import pytest

from chalicelib import ids
from chalicelib.banks.filing import is_of
from chalicelib.banks.models import ItemContent
from chalicelib.library.models import NewLibraryDocument
from chalicelib.questions.models import KINDS
from chalicelib.threads.models import NewThread
from infra.local.demo import questions, shelf
from infra.local.demo.content import courses

ITEMS = questions.bank()["items"]
PROMPTS = [each["question"]["prompt"] for each in ITEMS]
COURSES = {each.slug: each for each in courses()}


def taken(item: dict[str, Any]) -> ItemContent:
    """The item as the API takes it, its picture uploaded."""
    question = dict(item["question"])
    if "picture" in question:
        assert questions.picture(question["picture"]["file"]).is_file()
        question["picture"] = {**question["picture"], "file": ids.new()}
    return ItemContent.model_validate({**item, "question": question})


@pytest.mark.parametrize("item", ITEMS, ids=PROMPTS)
def test_each_question_can_be_asked_and_its_right_answer_earns_all(item: dict[str, Any]) -> None:
    content = taken(item)
    question = content.question.named(hidden=True)
    assert [*question.missing()] == []
    answer = questions.right(item["question"]["prompt"])
    assert [*question.faults(answer)] == []
    assert question.share(answer) == 1
    assert question.share(None) == 0
    assert content.difficulty is not None
    assert content.competences


def test_the_bank_has_every_kind_every_difficulty_and_no_question_twice() -> None:
    assert len(set(PROMPTS)) == len(ITEMS) >= 40
    assert {each["question"]["kind"] for each in ITEMS} == set(KINDS)
    assert {each["difficulty"] for each in ITEMS} == {1, 2, 3, 4, 5}
    assert all(unicodedata.is_normalized("NFC", each) for each in PROMPTS)


def test_assessments_draw_what_the_bank_surely_has() -> None:
    codes = Counter(code for each in ITEMS for code in each["competences"])
    for source in questions.read("assessments"):
        for part in source["parts"]:
            assert sum(number for code, number in codes.items() if is_of(code, part["competence"])) >= part["count"]
        assert source.get("course") in (None, *COURSES)


def test_threads_are_asked_where_they_say_and_one_is_overdue() -> None:
    sources = questions.read("threads")
    for source in sources:
        NewThread(title=source["title"], body=source["body"])
        if "lesson" in source:
            assert source["lesson"] in {each["id"] for each in COURSES[source["course"]].lessons()}
    assert sum("days_ago" in each for each in sources) == 1


def test_the_library_has_a_small_pdf_a_picture_and_an_address() -> None:
    documents = [each for part in questions.read("library") for each in part["documents"]]
    for source in documents:
        told = {name: source[name] for name in ("title", "description", "url") if name in source}
        NewLibraryDocument.model_validate(told if "url" in told else {**told, "file": ids.new()})
        if "file" in source:
            assert questions.picture(source["file"]).is_file()
    (handbook,) = [each for each in documents if "pages" in each]
    content = shelf.printed(handbook["title"], handbook["pages"])
    assert content.startswith(b"%PDF")
    assert len(content) < 60_000
