"""Analysis of an assessment's items: a job reads all submitted sittings once, in constant memory, and keeps what it
finds.

What is folded so far is a file, since it outgrows an item; the job's checkpoint names it, and where to go on stands in
the file itself: so two workers at one job cannot mix one's place with the other's sums. The newest analysis takes the
place of the one before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from chalicelib import clock
from chalicelib.assessment import analysis_figures, definitions, grades, keys, papers, results, store
from chalicelib.assessment.analysis_folding import Asked, Fold, again, ten_thousandths
from chalicelib.assessment.analysis_models import AnalysedItem, Analysis, ItemFlag
from chalicelib.banks import contents
from chalicelib.banks.contents import Content, Ref
from chalicelib.errors import Language, NotFound
from chalicelib.http import paging
from chalicelib.http.models import Page, PageQuery
from chalicelib.jobs import queue
from chalicelib.jobs.queue import GoOn, Job, Run
from chalicelib.questions.choosing import ChoiceQuestion, TrueFalse
from chalicelib.questions.models import AnyQuestion
from chalicelib.questions.responses import Response, chosen
from chalicelib.storage import files, spaces
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

ANALYSE = "assessment.analyse"
_SLICES_KEPT = 20  # of a hundred sittings: what is read again after a kill
_AT_ONCE = 100
_JSON = "application/json"
_DIGITS = 3
_SHOWN_PROMPT = 100
_FLAGS = {
    "too_easy": ("Quá dễ: gần như ai cũng đúng.", "Too easy: nearly everyone is right."),
    "too_hard": ("Quá khó: rất ít người đúng.", "Too hard: hardly anyone is right."),
    "negative_discrimination": (
        "Người làm tốt các câu khác lại sai câu này. Hãy xem lại đáp án và lời hỏi.",
        "Who does well elsewhere gets this one wrong. Look at its key and its wording.",
    ),
    "distractor_better_than_key": (
        "Người chọn một phương án sai làm các câu khác tốt hơn người chọn đáp án. Hãy xem lại đáp án.",
        "Who took a wrong choice did better elsewhere than who took the key. Look at the key.",
    ),
}


class NotAnalysed(NotFound):
    """No analysis of this assessment is done yet."""

    code = "not_analysed"
    vi = "Bài đánh giá này chưa được phân tích. Hãy bắt đầu phân tích rồi đợi xong."
    en = "This assessment has not been analysed yet. Begin an analysis, and wait for it."


@dataclass(slots=True)
class _Reached:
    """How far a job is; ``file`` is the number of the last that was written, ``began`` in seconds since the epoch."""

    began: int
    file: int = 0
    cursor: str = ""
    whole: bool = False
    fold: Fold = field(default_factory=Fold)


def begin(space: Space, assessment_id: str, job_id: str, actor_id: str) -> str:
    """Have all submitted sittings analysed: 2 calls; gives the job's id. Raises: NotFound."""
    definitions.find(space, assessment_id)
    return queue.enqueue(ANALYSE, space.slug, {"assessment": assessment_id}, job_id=job_id, actor=actor_id)


def newest(space: Space, assessment_id: str) -> Analysis:
    """What the newest analysis says of the whole: 1 call, and 2 of S3. Raises: NotFound, NotAnalysed."""
    return Analysis.model_validate(_newest(space, assessment_id)["whole"])


def items(space: Space, assessment_id: str, query: PageQuery, language: Language) -> Page[AnalysedItem]:
    """A page of its items in the order of their ids: 1 call, and 2 of S3. Where another analysis is done meanwhile, the
    next page is of that one. Raises: NotFound, NotAnalysed, BadCursor."""
    after = str(paging.decode(query.cursor, str)[0]) if query.cursor else ""
    found: dict[str, Any] = _newest(space, assessment_id)["items"]
    names = sorted(each for each in found if each > after)
    shown = [_shown(found[each], language) for each in names[: query.limit]]
    more = paging.encode(names[query.limit - 1]) if len(names) > query.limit else None
    return Page[AnalysedItem](items=shown, next=more)


def all_items(space: Space, assessment_id: str, language: Language) -> list[AnalysedItem]:
    """All of them, 2,000 at most: 1 call, and 2 of S3. Raises: NotFound, NotAnalysed."""
    return [_shown(each, language) for _, each in sorted(_newest(space, assessment_id)["items"].items())]


@queue.handles(ANALYSE)
def analyse(job: Job, run: Run) -> None:
    """Fold all submitted sittings, then write down what they say: some 4 calls for each hundred."""
    space, assessment_id = spaces.find(job.tenant), job.payload["assessment"]
    reached = _reached(space, job)
    for number, (sheets, cursor) in enumerate(_rest(space, assessment_id, reached), 1):
        _fold(space, assessment_id, sheets, reached.fold)
        reached.cursor, reached.whole = cursor or "", cursor is None
        if reached.whole or number % _SLICES_KEPT == 0:
            _keep(space, job, run, reached)
        run.progress(reached.fold.sittings, reached.fold.sittings + (not reached.whole))
        _go_on_if_late(space, job, run, reached)
    said = {"whole": _whole(job, assessment_id, reached), "items": _items(space, reached.fold)}
    files.put(_name(space, assessment_id), json.dumps(said).encode(), _JSON)
    run.result = {"sittings": reached.fold.sittings, "items": len(reached.fold.items)}


def _go_on_if_late(space: Space, job: Job, run: Run, reached: _Reached) -> None:
    try:
        run.go_on_if_late()
    except GoOn:
        _keep(space, job, run, reached)
        raise


def _rest(space: Space, assessment_id: str, reached: _Reached) -> Iterator[tuple[list[Item], str | None]]:
    if not reached.whole:
        yield from results.walk(space, assessment_id, reached.cursor or None)


def _reached(space: Space, job: Job) -> _Reached:
    number = job.checkpoint.get("file")
    if number is None:
        return _Reached(clock.epoch_s())
    kept = json.loads(files.get(_part(space, job, number)))
    return _Reached(**{**kept, "fold": again(kept["fold"])})


def _keep(space: Space, job: Job, run: Run, reached: _Reached) -> None:
    reached.file += 1
    kept = {name: getattr(reached, name) for name in ("began", "file", "cursor", "whole")}
    text = json.dumps({**kept, "fold": reached.fold.kept()}, separators=(",", ":"))
    files.put(_part(space, job, reached.file), text.encode(), _JSON, temporary=True)
    done = reached.fold.sittings
    run.progress(done, done + (not reached.whole), {"file": reached.file})


def _fold(space: Space, assessment_id: str, sheets: Sequence[Item], fold: Fold) -> None:
    places = {(grades.person_of(each), keys.sitting_place(each["sk"])[1]): each for each in sheets}
    found = store.some_papers(space, assessment_id, list(places))
    marked = {place: _marked_by(item, places[place]) for place, item in found.items()}
    asked = contents.contents(space, {ref for refs in marked.values() for ref in refs})
    for place, refs in marked.items():
        fold.add(on_sheet(places[place], refs, asked), places[place]["sc"])


def _marked_by(paper: Item, sheet: Item) -> list[Ref]:
    refs = papers.of_item(paper).refs
    return [replace(ref, key=key) for ref, key in zip(refs, sheet["ky"], strict=True)]


def on_sheet(sheet: Item, refs: Sequence[Ref], found: Mapping[Ref, Content]) -> list[Asked]:
    """What a graded sheet has of each question on its paper. No I/O."""
    return [
        _asked(ref, found[ref].question, share, sheet.get(f"a_{number}"), int(sheet.get(f"t_{number}", 0)))
        for number, (ref, share) in enumerate(zip(refs, sheet["mk"], strict=True), 1)
    ]


def _asked(ref: Ref, question: AnyQuestion, share: str, response: Response | None, spent_s: int) -> Asked:
    taken = frozenset(chosen(response) or ()) & _choices(question).keys()
    return Asked(
        item=f"{ref.bank}.{ref.item}.{ref.version:06d}",
        points=question.points,
        share=ten_thousandths(share),
        answered=_given(response),
        chosen=tuple(taken),
        spent_s=spent_s,
        key=ref.key,
    )


def _given(response: Response | None) -> bool:
    return any(response.values()) if isinstance(response, dict) else bool(response)


def _choices(question: AnyQuestion) -> dict[str, bool]:
    """The choices of a question that has some, and whether each is right."""
    if not isinstance(question, ChoiceQuestion | TrueFalse):
        return {}
    rights = question.rights()
    return {each: each in rights for each in question.among()}


def _whole(job: Job, assessment_id: str, reached: _Reached) -> dict[str, Any]:
    alpha, alike = analysis_figures.reliability(reached.fold)
    return Analysis(
        assessment=assessment_id,
        analysed_at=clock.from_epoch_ms(reached.began * 1000),
        job=job.id,
        sittings=reached.fold.sittings,
        items=len(reached.fold.items),
        left_out=reached.fold.left_out,
        reliability=_round(alpha),
        reliability_sittings=alike,
    ).model_dump(mode="json")


def _items(space: Space, fold: Fold) -> dict[str, Any]:
    names, said = list(fold.items), dict[str, Any]()
    for start in range(0, len(names), _AT_ONCE):
        refs = {each: _ref(each, fold.items[each].key) for each in names[start : start + _AT_ONCE]}
        found = contents.contents(space, list(refs.values()))
        said |= {name: _item(fold, name, ref, found[ref].question) for name, ref in refs.items()}
    return said


def _ref(name: str, key: int) -> Ref:
    bank, item, version = name.split(".")
    return Ref(bank, item, int(version), key)


def _item(fold: Fold, name: str, ref: Ref, question: AnyQuestion) -> dict[str, Any]:
    choices = _choices(question)
    rights = {each for each, right in choices.items() if right}
    figures = asdict(analysis_figures.of_item(fold.items[name], choices.keys(), rights))
    rounded = {each: _round(figures[each]) for each in ("facility", "discrimination", "upper_lower")}
    shown = [{**each, "rest": _round(each["rest"])} for each in figures["choices"]]
    return {**asdict(ref), "prompt": question.prompt[:_SHOWN_PROMPT], **figures, **rounded, "choices": shown}


def _round(figure: float | None) -> float | None:
    return None if figure is None else round(figure, _DIGITS)


def _shown(item: dict[str, Any], language: Language) -> AnalysedItem:
    place = 0 if language == "vi" else 1
    flags = [ItemFlag(code=each, detail=_FLAGS[each][place]) for each in item["flags"]]
    return AnalysedItem.model_validate({"prompt": "", **item, "flags": flags})  # an older analysis tells none


def _newest(space: Space, assessment_id: str) -> dict[str, Any]:
    definitions.find(space, assessment_id)
    name = _name(space, assessment_id)
    if files.head(name) is None:
        raise NotAnalysed
    found: dict[str, Any] = json.loads(files.get(name))
    return found


def _name(space: Space, assessment_id: str) -> str:
    return files.key(space, "analyses", f"{assessment_id}.json")


def _part(space: Space, job: Job, number: int) -> str:
    return files.key(space, "analyses", job.id, f"{number}.json")
