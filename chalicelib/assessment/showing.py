"""What is told of a sitting, and when: no key leaves before the terms of now let it."""

from __future__ import annotations

from typing import Any

from chalicelib import clock
from chalicelib.assessment import definitions, freezing, grades, keys, papers
from chalicelib.assessment.definition_models import Terms
from chalicelib.assessment.papers import Paper
from chalicelib.assessment.sitting_models import (
    DrawnQuestion,
    KeptAnswer,
    PaperAppeal,
    Sitting,
    SittingCard,
    SittingResult,
    StaffSitting,
)
from chalicelib.banks import contents
from chalicelib.banks.contents import Ref
from chalicelib.errors import InvalidInput, refuse_field
from chalicelib.learning.models import instant
from chalicelib.questions import marking
from chalicelib.questions.models import QuestionResult
from chalicelib.questions.responses import MAX_RESPONSE_BYTES
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space


def sitting(space: Space, sheet: Item) -> Sitting:
    """A sitting as whoever takes it sees it: 1 call when warm, 2 when it is submitted."""
    paper = grades.paper_of(space, sheet)
    is_open = sheet["st"] == "open"
    result, told = (None, False) if is_open else _result(space, sheet, paper)
    shown = is_open or told
    questions, pictures = papers.asked(space, paper) if shown else ([], {})
    now = clock.epoch_s()
    return Sitting(
        **_facts(space, sheet),
        version=sheet["v"],
        seconds_left=max(sheet["due"] - now, 0) if is_open and "due" in sheet else None,
        answers_until=instant(sheet["until"]) if "due" in sheet else None,
        server_time=clock.now(),
        questions=questions,
        pictures=pictures,
        answers=_answers(sheet) if shown else {},
        result=result,
    )


def card(space: Space, sheet: Item) -> SittingCard:
    """A sitting in one's own list: 0 calls when warm."""
    return SittingCard(**_facts(space, sheet))


def staff_card(space: Space, sheet: Item) -> StaffSitting:
    """A sitting in the list of those who look after learners: 0 calls when warm."""
    return StaffSitting(**_facts(space, sheet), person=grades.person_of(sheet))


def appeal(space: Space, sheet: Item) -> PaperAppeal:
    """A sitting with its paper, drawn again by its seed: 1 call when warm."""
    paper = grades.paper_of(space, sheet)
    frozen = freezing.read(space, paper.assessment, paper.version)
    again = papers.drawn(space, frozen, paper.person, paper.number)
    shares, corrected, given = sheet.get("mk"), sheet.get("ky"), papers.answers(sheet)
    return PaperAppeal(
        **_facts(space, sheet),
        person=grades.person_of(sheet),
        seed=paper.seed(space),
        drawn_again=again.refs == paper.refs,
        paper=[
            DrawnQuestion(
                question=place,
                bank=ref.bank,
                item=ref.item,
                version=ref.version,
                key=corrected[place - 1] if corrected else ref.key,
                response=given.get(str(place)),
                share=shares[place - 1] if shares else None,
            )
            for place, ref in enumerate(paper.refs, 1)
        ],
    )


def too_long() -> InvalidInput:
    """What is said of an answer that is too long to keep."""
    vi = f"Câu trả lời không quá {MAX_RESPONSE_BYTES} byte."
    return refuse_field("response", "response_too_large", vi, f"An answer has at most {MAX_RESPONSE_BYTES} bytes.")


def _facts(space: Space, sheet: Item) -> dict[str, Any]:
    assessment_id, number = keys.sitting_place(sheet["sk"])
    return {
        "assessment": assessment_id,
        "title": grades.terms_of(space, sheet).title,
        "number": number,
        "state": "open" if sheet["st"] == "open" else "submitted",
        "started_at": instant(sheet["at"]),
        "due_at": instant(sheet["due"]) if "due" in sheet else None,
        "submitted_at": instant(sheet["sub"]) if "sub" in sheet else None,
        "score": sheet.get("sc"),
        "passed": sheet.get("ok"),
    }


def _result(space: Space, sheet: Item, paper: Paper) -> tuple[SittingResult, bool]:
    """How it went, and whether its questions are told: by the newest version's policy, so that an author who closes a
    leak closes it for all; after closing only when no sheet of any version is open any more. 1 call."""
    terms = grades.terms_of(space, sheet)
    policy, ends = definitions.rules(space, paper.assessment)
    has_closed = policy.closes_at is not None and clock.epoch_s() > ends
    told = policy.review == "after_submission" or (policy.review == "after_closing" and has_closed)
    result = SittingResult(
        score=sheet["sc"],
        passed=sheet["ok"],
        pass_mark=terms.pass_mark,
        submitted_at=instant(sheet["sub"]),
        review=policy.review,
        questions=_told(space, sheet, paper, terms, revealed=has_closed or _is_last(sheet, policy)) if told else None,
    )
    return result, told


def _is_last(sheet: Item, policy: Terms) -> bool:
    """Whether the right answers would help no further try: it is passed, or no try is left."""
    number = keys.sitting_place(sheet["sk"])[1]
    return bool(sheet["ok"]) or number >= policy.most_sittings


def _told(space: Space, sheet: Item, paper: Paper, terms: Terms, *, revealed: bool) -> list[QuestionResult]:
    """By the very keys that it was marked by."""
    pairs = zip(paper.refs, sheet["ky"], strict=True)
    refs = [Ref(ref.bank, ref.item, ref.version, key) for ref, key in pairs]
    marks = papers.marked(contents.contents(space, refs), refs, sheet, partial=terms.partial_credit)
    return [marking.told(each, revealed=revealed) for each in marks]


def _answers(sheet: Item) -> dict[str, KeptAnswer]:
    return {
        place: KeptAnswer(response=response, sequence=sheet[f"s_{place}"])
        for place, response in papers.answers(sheet).items()
    }
