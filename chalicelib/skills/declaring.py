"""An assessment is declared to measure a framework, and what it surely asks of each area is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from chalicelib import clock, ids
from chalicelib.assessment import evidence, results
from chalicelib.assessment.definition_models import OfferedAssessment
from chalicelib.errors import Conflict, Language, NotFound, refuse_field
from chalicelib.http.caching import Remembered
from chalicelib.http.requests import Circumstances
from chalicelib.jobs import queue
from chalicelib.jobs.queue import Job, Run
from chalicelib.skills import reference, store
from chalicelib.skills.estimating import FEWEST
from chalicelib.skills.framework_models import Area, FrameworkContent
from chalicelib.skills.models import Measure, MeasuredArea, MeasureWarning
from chalicelib.storage import spaces
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import FRESH_S, Space

MEASURE = "skills.measure"
_KEPT = 5_000
_TEXTS: Final[Mapping[str, Mapping[Language, str]]] = {
    "not_published": {
        "vi": "Bài đánh giá chưa xuất bản nên chưa đo được ai. Hãy xuất bản.",
        "en": "The assessment is not published, so it measures nobody yet. Publish it.",
    },
    "framework_draft": {
        "vi": "Khung này là bản nháp, chưa phải văn bản chính thức: kết quả chỉ để tham khảo.",
        "en": "This framework is a draft and not the official text: take what it tells with care.",
    },
    "few_questions": {
        "vi": "Miền {area} ({name}) chỉ chắc chắn có {sure} câu; cần ít nhất {fewest} câu mang mã của miền để đo được.",
        "en": "Only {sure} questions of area {area} ({name}) are sure to be asked: {fewest} with its codes are needed.",
    },
}


class MeasuredOtherwise(Conflict):
    """By another framework, what has been measured would be taken away from everybody."""

    code = "measured_otherwise"
    vi = (
        "Đã có lượt làm được đo theo khung {framework}; đổi khung sẽ xoá mức độ của những người đã làm. "
        "Hãy tạo một bài đánh giá mới với cùng nội dung và chọn khung cho bài đó."
    )
    en = (
        "Sittings have been measured by the framework {framework}: by another one people would lose their levels. "
        "Create another assessment with the same content, and declare that one."
    )


@dataclass(frozen=True, slots=True)
class Measuring:
    """An assessment that takes sittings and measures a framework; ``audiences``: for whom it is (none: everyone)."""

    framework: str
    offer: OfferedAssessment
    audiences: tuple[str, ...]


_MEASURING: Remembered[str, tuple[Measuring, ...]] = Remembered(
    _KEPT, fresh_s=FRESH_S, weigh=lambda all_: len(all_) + 1
)


def declare(space: Space, assessment_id: str, framework_id: str, circumstances: Circumstances) -> Measure:
    """Let an assessment measure a framework from now on: 3 calls; some 9 more where it measured another. What was taken
    before is measured by a job, 2 calls more. Repeating it changes nothing.

    Raises: NotFound, InvalidInput when there is no such framework, MeasuredOtherwise.
    """
    version = evidence.newest(space, assessment_id)
    try:
        reference.find(framework_id)
    except NotFound:
        vi, en = "Không có khung năng lực này.", "There is no such framework."
        raise refuse_field("framework", "framework_unknown", vi, en) from None
    before, at, job = store.measure(space, assessment_id), clock.timestamp(), None
    if before is not None and before["fw"] != framework_id and _is_taken(space, assessment_id):
        raise MeasuredOtherwise(framework=before["fw"])
    if before is None or before["fw"] != framework_id or "ended" in before:
        store.keep_measure(space, assessment_id, {"fw": framework_id, "at": at, "by": circumstances.actor_id})
    else:
        at = before["at"]
    _MEASURING.forget(space.slug)
    if version is not None:
        # The same at every try: who died before the job was written down finds it missing, and writes it down.
        job = queue.enqueue(
            MEASURE,
            space.slug,
            {"assessment": assessment_id},
            job_id=ids.derived(MEASURE, assessment_id, framework_id, at),
        )
    return read(space, assessment_id, circumstances.language).model_copy(update={"job": job})


def _is_taken(space: Space, assessment_id: str) -> bool:
    """Whether anybody has submitted a sitting: 1 call for each of 8 shards, when there is none."""
    return any(sheets for sheets, _ in results.walk(space, assessment_id, None))


def read(space: Space, assessment_id: str, language: Language) -> Measure:
    """What an assessment measures: 2 calls when warm. Raises: NotFound when it measures nothing."""
    version, item = evidence.newest(space, assessment_id), store.measure(space, assessment_id)
    if item is None:
        raise NotFound
    content = reference.find(item["fw"]).content
    areas = [_area(space, assessment_id, version, each) for each in content.areas]
    return Measure(
        framework=content.id,
        title=content.title,
        version=version,
        ended_at=clock.from_epoch_ms(item["ended"] * 1000) if "ended" in item else None,
        areas=areas,
        warnings=list(_warnings(content, version, areas, language)),
        job=None,
    )


def end(space: Space, assessment_id: str) -> None:
    """Let it measure no more from now on; what it has measured stays, and follows its grades. 2 calls. Repeating it
    changes nothing. Raises: NotFound when it measures nothing."""
    item = store.measure(space, assessment_id)
    if item is None:
        raise NotFound
    if "ended" not in item:
        facts = {name: item[name] for name in ("fw", "at", "by")}
        store.keep_measure(space, assessment_id, {**facts, "ended": clock.epoch_s()})
        _MEASURING.forget(space.slug)


def known(space: Space) -> tuple[Measuring, ...]:
    """The space's assessments that measure and take sittings, at most a minute old: 0 calls when warm, else 2, and 1
    for each further hundred."""
    return _MEASURING.get(space.slug, lambda: tuple(_measuring(space)))


def _measuring(space: Space) -> Iterator[Measuring]:
    frameworks = {item["sk"]: item["fw"] for item in store.measures(space) if "ended" not in item}
    for offer, audiences in evidence.offered(space, list(frameworks)):
        yield Measuring(frameworks[offer.id], offer, audiences)


def _area(space: Space, assessment_id: str, version: int | None, area: Area) -> MeasuredArea:
    codes = [area.code, *(each.code for each in area.competences)]
    sure = 0 if version is None else evidence.surely_asked(space, assessment_id, version, codes)
    return MeasuredArea(area=area.code, name=area.name, questions=sure, enough=sure >= FEWEST)


def _warnings(
    content: FrameworkContent, version: int | None, areas: list[MeasuredArea], language: Language
) -> Iterator[MeasureWarning]:
    if content.state == "draft":
        yield _warning("framework_draft", language)
    if version is None:
        yield _warning("not_published", language)
        return
    for each in areas:
        if not each.enough:
            name = each.name.vi if language == "vi" else each.name.en
            yield _warning("few_questions", language, area=each.area, name=name, sure=each.questions, fewest=FEWEST)


def _warning(code: str, language: Language, **facts: str | int) -> MeasureWarning:
    area = facts.get("area")
    return MeasureWarning(
        code=code, area=None if area is None else str(area), message=_TEXTS[code][language].format(**facts)
    )


@queue.handles(MEASURE)
def measure_what_was_taken(job: Job, run: Run) -> None:
    """Bring up the sittings of an assessment that were graded before, so that they are measured like those to come:
    some 3 calls for each hundred, and 1 for each. Repeating it changes nothing."""
    space, assessment_id = spaces.find(job.tenant), job.payload["assessment"]
    at: Item = {"cursor": "", "looked": 0, "whole": False, **job.checkpoint}
    if at["whole"]:
        return
    for sheets, cursor in results.walk(space, assessment_id, at["cursor"] or None):
        for sheet in sheets:
            evidence.bring_up(space, sheet, job.id)
        looked = at["looked"] + len(sheets)
        at = {"cursor": cursor or "", "looked": looked, "whole": cursor is None}
        run.progress(looked, looked + (cursor is not None), at)
        run.go_on_if_late()
