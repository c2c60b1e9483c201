"""An assessment's sittings, and what its analysis says of its items, as files that spreadsheets open."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib import cells
from chalicelib.assessment import analysis, definitions, results, showing
from chalicelib.assessment.analysis_models import AnalysedItem
from chalicelib.assessment.sitting_models import SittingsExport, SittingState, StaffSitting
from chalicelib.errors import Language, NotFound
from chalicelib.http.permissions import READ_LEARNERS
from chalicelib.jobs import queue, writing
from chalicelib.jobs.queue import Job, Run
from chalicelib.jobs.writing import Slice
from chalicelib.people import persons
from chalicelib.storage import spaces
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space

EXPORT = "assessment.export"
_SLICE = 100
_SITTINGS = (
    "Mã học viên", "Họ và tên", "Lượt", "Trạng thái", "Bắt đầu", "Hạn nộp", "Nộp bài", "Điểm (%)", "Kết quả",
)  # fmt: skip
_STATES: dict[SittingState, str] = {"open": "Đang làm", "submitted": "Đã nộp"}
_PASSED = {True: "Đạt", False: "Chưa đạt", None: ""}
_ITEMS = (
    "Ngân hàng", "Mã câu hỏi", "Phiên bản", "Câu hỏi", "Số người trả lời", "Số người bỏ qua", "Tỉ lệ điểm",
    "Độ phân biệt", "Chênh lệch nhóm trên và dưới", "Thời gian (giây)", "Phương án (số người chọn)", "Lưu ý",
)  # fmt: skip


def start(space: Space, assessment_id: str, state: SittingState, *, job_id: str, actor: str) -> SittingsExport:
    """Have the file of an assessment's sittings written: 3 calls. Raises: NotFound."""
    title = definitions.find(space, assessment_id)["draft"]["title"]
    payload = {"assessment": assessment_id, "state": state, "name": cells.file_name("Kết quả", title)}
    queue.enqueue(EXPORT, space.slug, payload, job_id=job_id, actor=actor)
    return follow(space, assessment_id, job_id)


def follow(space: Space, assessment_id: str, job_id: str) -> SittingsExport:
    """How far the file is, and once it is done a fresh address: 1 call. Raises: NotFound."""
    job = queue.find(space.slug, job_id)
    if job.kind != EXPORT or job.payload["assessment"] != assessment_id:
        raise NotFound
    return SittingsExport(**writing.told(space, job), assessment=assessment_id)


@queue.handles(EXPORT, when_failed=writing.abandon, shown_to=READ_LEARNERS)
def export(job: Job, run: Run) -> None:
    """Write the file, in memory that does not grow with it: 3 calls or so for each hundred sittings."""
    space, assessment_id = spaces.find(job.tenant), job.payload["assessment"]

    def slice_(cursor: str | None) -> Slice:
        found, more = results.sheets(space, assessment_id, job.payload["state"], cursor, _SLICE)
        return Slice(_lines(space, found), len(found), more)

    writing.write(space, job, run, _SITTINGS, 0, slice_)


def _lines(space: Space, sheets: Iterable[Item]) -> str:
    """A line for each sitting: 1 call for each hundred."""
    shown = [showing.staff_card(space, each) for each in sheets]
    people = persons.cards(space, [each.person for each in shown])
    return cells.lines(_line(each, people[each.person].name if each.person in people else "") for each in shown)


def _line(sitting: StaffSitting, name: str) -> list[str]:
    return [
        sitting.person,
        name,
        str(sitting.number),
        _STATES[sitting.state],
        cells.moment(sitting.started_at),
        cells.moment(sitting.due_at),
        cells.moment(sitting.submitted_at),
        "" if sitting.score is None else str(sitting.score),
        _PASSED[sitting.passed],
    ]


def items(space: Space, assessment_id: str, language: Language) -> tuple[str, str]:
    """What the newest analysis says of the items as a whole file, and its name: 1 call, and 2 of S3. Raises: NotFound,
    NotAnalysed."""
    title = definitions.find(space, assessment_id)["draft"]["title"]
    found = analysis.all_items(space, assessment_id, language)
    return cells.head(_ITEMS) + cells.lines(map(_item, found)), cells.file_name("Phân tích câu hỏi", title)


def _item(item: AnalysedItem) -> list[str]:
    figures = (item.facility, item.discrimination, item.upper_lower, item.median_s)
    return [
        item.bank,
        item.item,
        str(item.version),
        item.prompt,
        str(item.answered),
        str(item.skipped),
        *("" if each is None else str(each) for each in figures),
        "; ".join(f"{each.id}{' (đúng)' if each.right else ''}: {each.taken}" for each in item.choices),
        " ".join(each.detail for each in item.flags),
    ]
