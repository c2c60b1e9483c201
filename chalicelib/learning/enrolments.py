"""Enrolling, leaving, coming back; a learner's own courses, and a course's learners for those who report on them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from chalicelib import clock
from chalicelib.courses import catalogue
from chalicelib.courses.outline import Outline
from chalicelib.errors import Conflict, NotFound
from chalicelib.http import paging
from chalicelib.learning import completion, items, store, versions, views
from chalicelib.learning.merging import Enrolment
from chalicelib.learning.models import State
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import ConditionFailed

_SLICE = 100
_NO_KEY = "-"


class CourseArchived(Conflict):
    """Enrolling in a course that is no longer offered."""

    code = "course_archived"
    vi = "Khoá học này đã ngừng nhận học viên mới. Hãy chọn khoá học khác trong danh mục."
    en = "This course no longer takes new learners. Choose another one in the catalogue."


class CourseNotPublished(Conflict):
    """Enrolling in a course that has no published version yet."""

    code = "course_not_published"
    vi = "Khoá học này chưa được xuất bản. Hãy quay lại khi khoá học có trong danh mục."
    en = "This course is not published yet. Come back when the catalogue has it."


class EnrolmentRequired(Conflict):
    """Leaving a course that has been required with a deadline."""

    code = "enrolment_required"
    vi = "Khoá học này được giao với hạn {due} nên không thể rời. Nếu giao nhầm, hãy báo quản trị của đơn vị."
    en = "This course is required of you until {due} and cannot be left. If that is a mistake, tell your admin."


def enrol(space: Space, person_id: str, course_id: str, audiences: Collection[str] = ()) -> tuple[Enrolment, bool]:
    """Enrol in the newest version, or come back with all progress; gives the enrolment and whether it is new.

    ``audiences`` are those that the learner is in at this moment, as far as their token knows (``grouping.py``).
    1 call, 2 WCU; repeating it is 1 call and changes nothing; coming back is 2 calls.
    Raises: CourseArchived, CourseNotPublished, NotFound.
    """
    enrolment = fresh(offered(space, course_id), person_id, audiences)
    try:
        store.create(space, enrolment)
    except ConditionFailed as failed:
        return _back(space, items.found(failed) or enrolment, enrolment.seen_ms), False
    return enrolment, True


def fresh(outline: Outline, person_id: str, audiences: Collection[str]) -> Enrolment:
    """The enrolment of somebody who begins now. No I/O."""
    now_ms = clock.epoch_ms()
    return Enrolment(
        person_id=person_id,
        course_id=outline.course_id,
        version=outline.version,
        active=True,
        enrolled_at=now_ms // 1000,
        seen_ms=now_ms,
        national=outline.national,
        audiences=kept(audiences),
    )


def kept(audiences: Collection[str]) -> tuple[str, ...]:
    """Of a learner's audiences those that an enrolment keeps, the nation's four first: they alone have short ids."""
    return tuple(sorted(audiences, key=lambda audience: (len(audience), audience))[: items.MOST_AUDIENCES])


def leave(space: Space, person_id: str, course_id: str) -> None:
    """Leave a course; what was done in it is kept. Repeating it changes nothing. 1 call, 3 WCU.

    Raises: NotFound, EnrolmentRequired.
    """
    try:
        store.leave(space, person_id, course_id)
    except ConditionFailed as failed:
        found = items.found(failed)
        if found is None:
            raise NotFound from None
        if found.active and found.due is not None:
            raise EnrolmentRequired(due=clock.shown_day(found.due)) from None


def get(space: Space, person_id: str, course_id: str) -> Enrolment | None:
    """One enrolment, as of now: 1 call, 1 RCU."""
    return store.get(space, person_id, course_id, consistent=True)


def at_home(space: Space, person_id: str) -> tuple[dict[str, int], list[Enrolment]]:
    """A learner's audiences with the time since when (epoch seconds), and their enrolments: one Query."""
    return store.at_home(space, person_id)


def among(space: Space, course_id: str, person_ids: Sequence[str]) -> dict[str, Enrolment]:
    """Those of these people who are, or were, enrolled in a course: 1 BatchGetItem a hundred, 0.5 RCU apiece."""
    return {each.person_id: each for each in store.batch(space, course_id, person_ids)}


def of_person(
    space: Space, person_id: str, state: State | None, cursor: str | None, limit: int
) -> tuple[list[Enrolment], str | None]:
    """A page of a learner's enrolments, the latest activity first, and the cursor of the next: one Query.

    ``state`` ``None`` is all but those that were left. A page is filtered after it was read, so it may be short.
    """
    after = paging.decode(cursor, str)[0] if cursor else None
    found, more = store.enrolments_of(space, person_id, after, limit)
    wanted = [each for each in found if views.state_of(each) == state or (state is None and each.active)]
    wanted.sort(key=lambda each: each.seen_ms, reverse=True)
    return wanted, paging.encode(more) if more else None


def of_course(
    space: Space, course_id: str, state: State | None, cursor: str | None, limit: int
) -> tuple[list[Enrolment], str | None]:
    """A page of a course's enrolments, in one state or all, and the cursor of the next.

    Reads the index ``by-course`` shard by shard until the page is full: 1 Query for each shard it touches (at most 16,
    when the course has few learners), then 1 BatchGetItem for each hundred items. 0.5 RCU for each Query and each item.
    The index lags a little: whoever changed state meanwhile is left out.
    """
    shard, position = _place(state, cursor)
    people: list[str] = []
    while len(people) < limit and shard < items.SHARDS:
        found, position = store.learners_of(space, course_id, shard, state, position, limit - len(people))
        people += found
        if position is None:
            shard += 1
    enrolments = store.batch(space, course_id, people)
    more = paging.encode(shard, position or _NO_KEY) if shard < items.SHARDS else None
    return [each for each in enrolments if state is None or views.state_of(each) == state], more


def walk(space: Space, course_id: str, state: State | None = None) -> Iterator[list[Enrolment]]:
    """All of a course's enrolments, a hundred at a time, in constant memory: for exports and recounts."""
    cursor: str | None = None
    while True:
        page, cursor = of_course(space, course_id, state, cursor, _SLICE)
        if page:
            yield page
        if cursor is None:
            return


def _place(state: State | None, cursor: str | None) -> tuple[int, str | None]:
    """Shard and index key after which a page begins. Raises: BadCursor."""
    if cursor is None:
        return 0, None
    shard, after = paging.decode(cursor, int, str)
    if after == _NO_KEY:
        return shard, None
    if not items.is_index_key(after, state):
        raise paging.BadCursor
    return shard, after


def offered(space: Space, course_id: str) -> Outline:
    """The version that whoever enrols now gets. 0 calls warm. Raises: CourseArchived, CourseNotPublished, NotFound."""
    try:
        return catalogue.outline(space, course_id)
    except NotFound:
        card = catalogue.card(space, course_id)
        raise CourseNotPublished if card.version is None else CourseArchived from None


def _back(space: Space, enrolment: Enrolment, now_ms: int) -> Enrolment:
    """An enrolment that was there already: as it is, or active again when it was left."""
    if enrolment.active:
        return enrolment
    try:
        enrolment = store.come_back(space, enrolment, now_ms)
    except ConditionFailed as failed:
        # Another request of the same learner was quicker.
        return items.found(failed) or enrolment
    return completion.settle(space, enrolment, versions.pinned(space, enrolment.course_id, enrolment.version))
