"""What somebody can do, how it grew, and what leads further: 2 calls, since the rest is remembered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib import clock
from chalicelib.assessment.definitions import suits
from chalicelib.audiences.ready_made import READY_MADE
from chalicelib.courses import catalogue
from chalicelib.courses.views import cover_address
from chalicelib.errors import NotFound
from chalicelib.learning import enrolments
from chalicelib.learning.merging import Enrolment
from chalicelib.skills import declaring, keys, recommending, reference, store
from chalicelib.skills.declaring import Measuring
from chalicelib.skills.framework_models import FrameworkContent
from chalicelib.skills.models import (
    AreaSkill,
    FrameworkSkills,
    LevelReached,
    RecommendedCourse,
    SkillAssessment,
    SkillsPassport,
    TaughtArea,
)
from chalicelib.skills.recommending import Recommended
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space


@dataclass(frozen=True, slots=True)
class _Learner:
    """Somebody, as the passport needs to know them."""

    space: Space
    audiences: Collection[str]
    enrolments: Sequence[Enrolment]

    @property
    def completed(self) -> set[str]:
        return {each.course_id for each in self.enrolments if each.completed_at is not None}

    @property
    def enrolled(self) -> set[str]:
        return {each.course_id for each in self.enrolments if each.active}


def of(space: Space, person_id: str) -> SkillsPassport:
    """The passport of a learner: 2 calls when warm; 1 RCU for five courses, 1 for some 15 measurements."""
    audiences, enrolled = enrolments.at_home(space, person_id)
    learner = _Learner(space, list(audiences), enrolled)
    by_framework: dict[str, list[Item]] = defaultdict(list)
    for row in store.of_person(space, person_id):
        if row["sk"].startswith(keys.MEASUREMENT):
            by_framework[row["fw"]].append(row)
    open_to_them = [each for each in declaring.known(space) if suits(learner.audiences, each.audiences)]
    ids = dict.fromkeys([*by_framework, *sorted(each.framework for each in open_to_them)])
    scales = {card.id: card.levels for card in reference.every()}
    shown = [_by(learner, each, by_framework[each], open_to_them, scales) for each in ids]
    return SkillsPassport(frameworks=[each for each in shown if each])


def _by(
    learner: _Learner,
    framework_id: str,
    rows: Sequence[Item],
    open_to_them: Sequence[Measuring],
    scales: Mapping[str, int],
) -> FrameworkSkills | None:
    try:
        content = reference.find(framework_id).content
    except NotFound:
        return None
    audience = _audience(content, learner.audiences)
    targets = content.targets(audience) if audience else {}
    areas = _areas(content, rows, targets)
    levels = {each.area: each.level for each in areas if each.level is not None}
    needs = recommending.needs(content, levels, targets)
    cards = catalogue.published(learner.space)
    courses = recommending.recommended(content, needs, cards, learner.audiences, learner.completed, scales)
    return FrameworkSkills(
        framework=content.id,
        title=content.title,
        edition=content.edition,
        state=content.state,
        levels=content.scale,
        audience=audience,  # type: ignore[arg-type]  # a framework's profiles are for these alone
        measured_at=_moment(rows[-1]) if rows else None,
        areas=areas,
        courses=[_course(learner, each) for each in courses],
        assessments=[_assessment(each) for each in open_to_them if each.framework == framework_id],
    )


def _audience(content: FrameworkContent, audiences: Collection[str]) -> str | None:
    """Whose targets are one's own: of several audiences the first for which the framework aims at something."""
    aimed_at = {each.audience for each in content.profiles if each.targets}
    return next((each for each in READY_MADE if each in audiences and each in aimed_at), None)


def _areas(content: FrameworkContent, rows: Sequence[Item], targets: Mapping[str, int]) -> list[AreaSkill]:
    reached: dict[str, list[LevelReached]] = defaultdict(list)
    for row in rows:
        _, _, assessment, number = keys.of_measurement(row["sk"])
        for area, (level, low, high, questions) in row["lv"].items():
            found = LevelReached(
                level=level, low=low, high=high, questions=questions,
                assessment=assessment, number=number, at=_moment(row),
            )  # fmt: skip
            reached[area].append(found)
    shown = []
    for area in content.areas:
        history = reached[area.code]
        first, newest = (history[0], history[-1]) if history else (None, None)
        shown.append(
            AreaSkill(
                area=area.code,
                name=area.name,
                level=newest.level if newest else None,
                first=first.level if first else None,
                growth=newest.level - first.level if newest and first else None,
                low=newest.low if newest else None,
                high=newest.high if newest else None,
                measured_at=newest.at if newest else None,
                target=targets.get(area.code),
                history=history,
            )
        )
    return shown


def _course(learner: _Learner, found: Recommended) -> RecommendedCourse:
    card = found.card
    return RecommendedCourse(
        course=card.course_id,
        title=card.title,
        cover=cover_address(learner.space, card),
        minutes=card.minutes,
        teaches=[TaughtArea(area=area, level=level) for area, level in found.teaches],
        enrolled=card.course_id in learner.enrolled,
    )


def _assessment(each: Measuring) -> SkillAssessment:
    offer = each.offer
    return SkillAssessment(
        assessment=offer.id,
        title=offer.title,
        questions=offer.questions,
        time_limit_minutes=offer.time_limit_minutes,
        course=offer.course,
    )


def _moment(row: Item) -> datetime:
    return clock.from_epoch_ms(int(row["at"]) * 1000)
