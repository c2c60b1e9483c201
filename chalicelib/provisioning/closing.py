"""Closing a space for good: nobody enters any more, its last figures are counted, its tables and files are dropped.

Status and job are written in one transaction, and from then on nothing leads back: the slug stays taken, and what the
space's people learned stays in the nation's figures. Each step may be repeated, so a kill anywhere is finished by the
next try.
"""

from __future__ import annotations

from chalicelib import clock, config, ids
from chalicelib.errors import Conflict, refuse_field
from chalicelib.http.requests import Circumstances
from chalicelib.jobs import queue
from chalicelib.jobs.queue import GoOn, Job, Run
from chalicelib.metering import quotas
from chalicelib.provisioning import restoring, steps
from chalicelib.provisioning.models import NewClosing
from chalicelib.provisioning.steps import Step
from chalicelib.reports import counting
from chalicelib.storage import files, mappings, spaces, tables
from chalicelib.storage.items import Item
from chalicelib.storage.spaces import Space
from chalicelib.storage.table import TransactionFailed, transact
from chalicelib.tenants import registry
from chalicelib.tenants.models import CLOSING_STEPS
from chalicelib.tenants.registry import TenantRecord

KIND = "space.close"
# Every process has forgotten by then that the space could be entered, and what it had begun has ended (29 s).
QUIET_S = spaces.FRESH_S + 30
COUNTED_WITHIN_S = 15 * 60
_LOOK_AGAIN_S = 5
_SLICES = 10  # of a thousand files, in one go


class SpaceNotSuspended(Conflict):
    """Only a space that is suspended can be closed: its people have had notice, and its admins time to export."""

    code = "space_not_suspended"
    vi = "Chỉ đóng được không gian đang tạm dừng. Hãy tạm dừng trước, để đơn vị kịp xuất dữ liệu."
    en = "Only a suspended space can be closed. Suspend it first, so that the organisation has time to export its data."


class OpeningUnderWay(Conflict):
    """A job is at the space's opening; it would make again what closing drops."""

    code = "opening_under_way"
    vi = "Một công việc mở không gian này đang chạy. Hãy đợi xong rồi đóng."
    en = "A job is still opening this space. Wait until it has ended, then close the space."


class CentralSpaceStays(Conflict):
    """The central space's courses are read by all others."""

    code = "central_space_stays"
    vi = "Không thể đóng không gian trung ương: các không gian khác đang đọc khoá học quốc gia từ đây."
    en = "The central space cannot be closed: all others read the national courses from it."


class ChangesUncounted(Conflict):
    """What the space's people did last is not counted, although it should have been long since."""

    code = "changes_uncounted"
    vi = "Số liệu cuối cùng chưa được đếm xong. Hãy xem hàng đợi lỗi hoặc chạy đếm lại, rồi đóng lần nữa."
    en = "The last figures are not counted yet. See the dead-letter queue or count anew, then close the space again."


def close(slug: str, wanted: NewClosing, circumstances: Circumstances) -> TenantRecord:
    """Have a suspended space closed; again: goes on with what was begun, and tries anew what failed.

    Raises: NotFound, InvalidInput, TenantClosed, CentralSpaceStays, SpaceRestoring, SpaceNotSuspended,
    OpeningUnderWay.
    """
    if wanted.confirm != slug:
        raise refuse_field(
            "confirm",
            "not_confirmed",
            "Hãy nhập lại đúng tên định danh của đơn vị để xác nhận.",
            "Repeat the organisation's slug to confirm.",
        )
    record = registry.require(slug)
    _require_closable(record)
    job_id = record.closing["job"] if record.closing else ""
    job = queue.peek(slug, job_id) if job_id else None
    if job is None or not job.is_open:
        job_id = ids.derived(slug, f"closing#{record.v}")  # two operators at once ask for one job
        by = circumstances.actor_id
        facts = {"job": job_id, "at": clock.timestamp(), "by": by, "reason": wanted.reason}
        changing = registry.changing(record, {"status": "closing", "closing": facts})
        try:
            transact([changing, queue.enqueuing(KIND, slug, {}, job_id=job_id, actor=by)])
        except TransactionFailed:
            return close(slug, wanted, circumstances)
    queue.hint(KIND, slug, job_id)
    registry.forget(slug)
    return registry.require(slug)


def _require_closable(record: TenantRecord) -> None:
    if record.status == "closed":
        raise registry.TenantClosed
    if record.slug == config.current().central:
        raise CentralSpaceStays
    restoring.require_none(record)
    if record.status not in ("suspended", "closing"):
        raise SpaceNotSuspended
    opening = queue.peek(record.slug, record.opening["job"])
    if opening and opening.is_open:
        raise OpeningUnderWay


@queue.handles(KIND, provisions=True)
def close_space(job: Job, run: Run) -> None:
    """The job: every step that is not done yet, in order."""
    steps.take(CLOSING_STEPS, STEPS, job, run)


def _wait_for_figures(job: Job) -> None:
    """Nothing is dropped before the last change is counted. Raises: GoOn, ChangesUncounted."""
    closing = registry.require(job.tenant).closing or {}
    for_s = (clock.now() - clock.from_timestamp(closing["at"])).total_seconds()
    if for_s < QUIET_S:
        raise GoOn(in_s=int(QUIET_S - for_s) + 1)
    if not counting.all_counted(Space(job.tenant)):
        if for_s > COUNTED_WITHIN_S:
            raise ChangesUncounted
        raise GoOn(in_s=_LOOK_AGAIN_S)


def _detach(job: Job) -> None:
    mappings.detach(Space(job.tenant))


def _drop_tables(job: Job) -> None:
    """The live ones, and what a restore that was never finished has left beside them."""
    beside = registry.require(job.tenant).beside or {}
    if not tables.drop(Space(job.tenant), beside):
        raise GoOn(in_s=_LOOK_AGAIN_S)


def _delete_files(job: Job) -> None:
    for _ in range(_SLICES):
        if not files.delete_some(Space(job.tenant)):
            return
    raise GoOn


def _close(job: Job) -> None:
    """What is left of the tenant: its name, so that nobody else takes it, and its figures. Who was its first admin is
    no longer needed, and the logo is gone."""

    def closed(record: TenantRecord) -> Item:
        if record.status == "closed":
            return {}
        brand = {name: value for name, value in record.brand.items() if name != "logo"}
        nobody = {"name": "", "email": ""}
        return {
            "status": "closed",
            "closed_at": clock.timestamp(),
            "brand": brand,
            "first_admin": nobody,
            "beside": None,
        }

    registry.settle(job.tenant, closed)
    quotas.nothing_stored(job.tenant)


STEPS: dict[str, Step] = {
    "figures": _wait_for_figures,
    "streams": _detach,
    "tables": _drop_tables,
    "files": _delete_files,
    "closed": _close,
}
