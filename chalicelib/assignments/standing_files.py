"""How those stand of whom a course is asked, as a CSV file that a job writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from chalicelib import cells
from chalicelib.assignments import asked, standings, undoing
from chalicelib.assignments.models import AskedPerson, AskedQuery, StandingsExport, StandingsWanted
from chalicelib.assignments.rules import Stage
from chalicelib.courses import catalogue
from chalicelib.errors import NotFound
from chalicelib.http.models import Page
from chalicelib.jobs import queue, writing
from chalicelib.jobs.queue import Job, Run
from chalicelib.jobs.writing import Slice
from chalicelib.people import units
from chalicelib.storage import spaces
from chalicelib.storage.spaces import Space

EXPORT = "standings.export"
HEADINGS = (
    "Mã học viên",
    "Họ và tên",
    "Đơn vị",
    "Tình trạng",
    "Đã ghi danh",
    "Hạn hoàn thành",
    "Quá hạn",
    "Hoạt động gần nhất",
    "Ngày hoàn thành",
)
_STAGES: dict[Stage, str] = {"not_begun": "Chưa học", "in_progress": "Đang học", "finished": "Đã hoàn thành"}
_SLICE = 100


def start_of_order(space: Space, order: str, wanted: StandingsWanted, *, job_id: str, actor: str) -> StandingsExport:
    """Enqueue the writing of an order's file: 3 calls. Raises: NotFound."""
    facts = {"order": order, "course": str(undoing.require(space, order)["course"])}
    return _start(space, facts, wanted, job_id, actor)


def start_of_audience(
    space: Space, course: str, audience: str, wanted: StandingsWanted, *, job_id: str, actor: str
) -> StandingsExport:
    """Enqueue the writing of the file of an audience: 3 calls. Raises: NotFound."""
    if asked.of(space, course, audience) is None:
        raise NotFound
    return _start(space, {"audience": audience, "course": course}, wanted, job_id, actor)


def follow(space: Space, job_id: str) -> StandingsExport:
    """How far a file is, and once it is done a fresh address: 1 call. Raises: NotFound."""
    job = queue.find(space.slug, job_id)
    if job.kind != EXPORT:
        raise NotFound
    about: dict[str, Any] = {name: job.payload.get(name) for name in ("course", "order", "audience")}
    return StandingsExport(**writing.told(space, job), **about)


@queue.handles(EXPORT, when_failed=writing.abandon)
def export(job: Job, run: Run) -> None:
    """Write the file, in memory that does not grow with it: some 4 calls for each hundred people."""
    space = spaces.find(job.tenant)
    page = _pages(space, job.payload)

    def slice_(cursor: str | None) -> Slice:
        query = AskedQuery(stage=job.payload.get("stage"), cursor=cursor, limit=_SLICE)
        found = page(query)
        return Slice(_lines(space, found.items), len(found.items), found.next)

    writing.write(space, job, run, HEADINGS, _expected(space, job.payload), slice_)


def _start(space: Space, about: dict[str, Any], wanted: StandingsWanted, job_id: str, actor: str) -> StandingsExport:
    name = cells.file_name("Tình hình học", catalogue.card(space, about["course"]).title)
    payload = {**about, "stage": wanted.stage, "name": name}
    return follow(space, queue.enqueue(EXPORT, space.slug, payload, job_id=job_id, actor=actor))


def _pages(space: Space, about: dict[str, Any]) -> Callable[[AskedQuery], Page[AskedPerson]]:
    if order := about.get("order"):
        return lambda query: standings.of_order(space, str(order), query)
    return lambda query: standings.of_audience(space, about["course"], about["audience"], query)


def _expected(space: Space, about: dict[str, Any]) -> int:
    """About how many rows there will be; of one stage alone, and of an audience, it is not known beforehand."""
    if about.get("stage") or not about.get("order"):
        return 0
    counts = undoing.require(space, str(about["order"])).get("counts", {})
    return sum(int(number) for name, number in counts.items() if name != "passed")


def _lines(space: Space, people: Sequence[AskedPerson]) -> str:
    names = units.named(space, {each.unit for each in people if each.unit})
    return cells.lines(
        [
            each.person,
            each.name,
            " / ".join(names.get(each.unit or "", ())),
            _STAGES[each.stage],
            "Có" if each.enrolled else "Chưa",
            each.due.isoformat() if each.due else "",
            "Có" if each.overdue else "",
            cells.moment(each.last_activity_at),
            cells.moment(each.completed_at),
        ]
        for each in people
    )
