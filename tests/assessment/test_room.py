"""What a sheet takes: so many writes, and so many bytes; whoever answers as people do meets neither bound."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import clock
from chalicelib.assessment import keys, room
from chalicelib.assessment.room import Given
from chalicelib.questions import responses
from tests.assessment.taking import Taker, exam, filled
from tests.factories import OpenedSpace
from tests.spending import spending


def taking(space: OpenedSpace, questions: int) -> tuple[Taker, list[dict[str, Any]]]:
    """Somebody who sits an exam of so many questions."""
    bank = filled(space, questions, 0)
    taker = exam(space, bank, parts=[{"kind": "drawn", "bank": bank.id, "count": questions}]).taker()
    return taker, taker.start().ok(201)["questions"]


def long(letter: str) -> dict[str, str]:
    """An answer of nearly as many bytes as one may have."""
    return {f"p{number}": letter * 195 for number in range(9)}


def test_a_sheet_has_room_for_so_much_and_for_the_same_over_again(hue: OpenedSpace) -> None:
    taker, questions = taking(hue, 4)
    for question in questions[:3]:
        taker.save(question, long("a")).ok()
    problem = taker.save(questions[3], long("a")).refused(409, "sheet_full")
    assert "6 KB" in problem["detail"]
    taker.save(questions[3], "ngắn thôi").ok()
    with spending() as spent:
        for sequence in range(2, 12):
            taker.save(questions[0], long("bc"[sequence % 2]), sequence).ok()
            taker.save(questions[0], long("bc"[sequence % 2]), sequence).ok()
    assert max(line["calls"] for line in spent.lines) == 2
    assert taker.read()["answers"]["1"] == {"response": long("c"), "sequence": 11}
    taker.save(questions[3], long("a"), 2).refused(409, "sheet_full")
    taker.save(questions[0], ["a"], 12).ok()
    taker.save(questions[3], long("a"), 2).ok()


def test_a_sheet_is_written_so_often(hue: OpenedSpace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "saves_for", lambda questions: 3 * questions)
    taker, questions = taking(hue, 2)
    for sequence in range(1, 7):
        for _ in range(2):  # what is sent again is no second write
            taker.save(questions[0], [f"v{sequence}"], sequence).ok()
    problem = taker.save(questions[1], ["a"]).refused(409, "too_many_saves")
    assert "6 lần" in problem["detail"]
    assert taker.save(questions[0], ["v6"], 6).ok()["sequence"] == 6
    assert taker.submit().ok()["state"] == "submitted"
    taker.save(questions[1], ["a"]).refused(409, "sitting_submitted")


def test_a_sheet_that_was_begun_before_there_were_bounds_is_answered_on(hue: OpenedSpace) -> None:
    taker, questions = taking(hue, 2)
    key = keys.sitting(taker.id, taker.exam.id, 1)
    hue.space.table("learning").update(*key, "REMOVE most, #left", names={"#left": "left"})
    for sequence in (1, 2):
        taker.save(questions[0], ["b"], sequence).ok()
    taker.save(questions[1], ["a"]).ok()
    assert taker.read()["answers"]["1"] == {"response": ["b"], "sequence": 2}


def test_time_is_told_before_room(hue: OpenedSpace) -> None:
    taker, questions = taking(hue, 4)
    for question in questions[:3]:
        taker.save(question, long("a")).ok()
    over = clock.epoch_s() + 46 * 60
    clock.set_source(lambda: float(over))
    try:
        taker.save(questions[3], long("a")).refused(409, "time_over")
    finally:
        clock.set_source(None)


@given(st.dictionaries(st.integers(1, 100).map(str), st.text(max_size=200), max_size=100), st.integers(1, 100))
def test_what_may_be_typed_always_has_room(answers: dict[str, str], question: int) -> None:
    typed = "ữ" * 200
    left = room.with_answer(answers, Given(question, typed, 1, 0, responses.size(typed)), 100)
    assert left >= 0
    others = sum(responses.size(each) for place, each in answers.items() if place != str(question))
    assert left + others + responses.size(typed) == room.bytes_for(100)
