"""A course's learners as a file: at once when they are few, else written piece by piece by a job."""

from __future__ import annotations

from typing import cast

from chalicelib.courses import catalogue
from chalicelib.errors import Conflict, NotFound
from chalicelib.jobs import queue, writing
from chalicelib.jobs.queue import Job, Run
from chalicelib.jobs.writing import Slice
from chalicelib.learning import enrolments
from chalicelib.learning.models import State
from chalicelib.reports import learners, spreadsheets, store
from chalicelib.reports.figures import ACTIVE, ENROLMENTS, LEFT
from chalicelib.reports.models import Export
from chalicelib.storage import spaces
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

EXPORT = "report.export"
MOST_AT_ONCE = 1_000
_SLICE = 100


class TooManyRows(Conflict):
    """More learners than an answer holds."""

    code = "too_many_rows"
    vi = "Khoá học có hơn {most} học viên. Hãy tạo tệp bằng chức năng xuất báo cáo (POST …/exports)."
    en = "The course has more than {most} learners. Have a file written: POST …/exports."


def at_once(space: Space, course_id: str, state: State | None) -> str:
    """The whole file: 4 calls or so for each hundred learners. Raises: NotFound, TooManyRows."""
    catalogue.card(space, course_id)
    text, number = [spreadsheets.head()], 0
    for slice_ in enrolments.walk(space, course_id, state):
        number += len(slice_)
        if number > MOST_AT_ONCE:
            raise TooManyRows(most=MOST_AT_ONCE)
        text.append(spreadsheets.rows(learners.named(space, slice_)))
    return "".join(text)


def start(space: Space, course_id: str, state: State | None, *, job_id: str, actor: str) -> Export:
    """Enqueue the writing of the file. Raises: NotFound."""
    title = catalogue.card(space, course_id).title
    payload = {"course": course_id, "state": state, "name": spreadsheets.file_name(title)}
    return follow(space, queue.enqueue(EXPORT, space.slug, payload, job_id=job_id, actor=actor))


def follow(space: Space, job_id: str) -> Export:
    """How far a file is, and once it is done a fresh address. 1 call. Raises: NotFound."""
    job = queue.find(space.slug, job_id)
    if job.kind != EXPORT:
        raise NotFound
    return Export(**writing.told(space, job), course=job.payload["course"])


@queue.handles(EXPORT, when_failed=writing.abandon)
def export(job: Job, run: Run) -> None:
    """Write the file, in memory that does not grow with it: 4 calls or so for each hundred learners."""
    space, course_id = spaces.find(job.tenant), str(job.payload["course"])
    state = cast(State | None, job.payload.get("state"))

    def slice_(cursor: str | None) -> Slice:
        found, more = enrolments.of_course(space, course_id, state, cursor, _SLICE)
        return Slice(spreadsheets.rows(learners.named(space, found)), len(found), more)

    expected = _expected(store.course_totals(space, course_id), state)
    writing.write(space, job, run, spreadsheets.HEADINGS, expected, slice_)


def _expected(totals: Item, state: State | None) -> int:
    """About how many rows there will be: the counters lag a little."""
    every, active, left = (int(totals.get(name, 0)) for name in (ENROLMENTS, ACTIVE, LEFT))
    if state is None:
        return every
    return {"active": active, "left": left, "completed": every - active - left}[state]
