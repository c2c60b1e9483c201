"""Restoring a space's tables to a point in time: one run is at it, and nobody resumes or closes the space meanwhile.

The tables themselves are restored with the deployer's rights (``infra/cloud/restore.py``); here the registry says that
it happens and how far it is. A run holds the restore by a lease, so that a second one is refused while it lives and may
go on where it died. A process killed at any moment leaves ``restoring``, and the same command goes on from there.
"""

from __future__ import annotations

from typing import Literal

from chalicelib import clock
from chalicelib.errors import Conflict
from chalicelib.jobs import queue
from chalicelib.storage.items import Item
from chalicelib.tenants import registry
from chalicelib.tenants.registry import TenantRecord

# How far it is: nothing is dropped yet; tables are being replaced, and there is no way back; only leftovers are left.
Phase = Literal["waiting", "replacing", "clearing"]

LEASE_S = 300
_LISTED = 100


class SpaceRestoring(Conflict):
    """The space's tables are being replaced by those of a point in time."""

    code = "space_restoring"
    vi = "Dữ liệu của không gian này đang được khôi phục về một thời điểm trước. Hãy đợi khôi phục xong rồi thử lại."
    en = "This space's data is being restored to an earlier point in time. Wait until that has ended, then try again."


class RestoreUnderWay(Conflict):
    """Another run is at the restore, or was less than a lease ago."""

    code = "restore_under_way"
    vi = "Một lần chạy khác đang khôi phục không gian này. Nếu lần đó đã dừng đột ngột, hãy chạy lại sau năm phút."
    en = "Another run is restoring this space. If that one died, run the command again in five minutes."


class OtherRestoreUnfinished(Conflict):
    """Tables were already replaced by those of another point in time."""

    code = "other_restore_unfinished"
    vi = "Không gian này đang được khôi phục dở dang về {to}. Hãy chạy lệnh cho thời điểm đó đến khi xong."
    en = "This space is half restored to {to}. Run the command for that point in time until it has ended."


class SpaceInUse(Conflict):
    """Only a suspended space is restored: nothing may be written meanwhile."""

    code = "space_in_use"
    vi = "Không gian đang ở trạng thái {status}. Hãy tạm dừng trước, để không ai ghi thêm dữ liệu."
    en = "The space is {status}: suspend it first, so that nothing is written meanwhile."


def require_none(record: TenantRecord) -> None:
    """Raises: SpaceRestoring."""
    if record.status == "restoring":
        raise SpaceRestoring


def note_beside(slug: str, to: str) -> None:
    """Write down that tables of that point in time stand beside the live ones, before they are made: whoever closes the
    space drops them too. Raises: NotFound, TenantClosed."""

    def noted(record: TenantRecord) -> Item:
        registry.require_not_closed(record)
        beside = record.beside or {}
        return {} if to in beside else {"beside": {**beside, to: clock.timestamp()}}

    registry.settle(slug, noted)


def forget_beside(slug: str, to: str) -> None:
    """They are gone."""

    def forgotten(record: TenantRecord) -> Item:
        beside = record.beside or {}
        left = {mark: at for mark, at in beside.items() if mark != to}
        return {"beside": left or None} if to in beside else {}

    registry.settle(slug, forgotten)


def begin(slug: str, to: str, run: str) -> TenantRecord:
    """Let ``run`` restore a suspended space to ``to``, or go on with what a run began that is dead.

    Raises: NotFound, SpaceInUse, RestoreUnderWay, OtherRestoreUnfinished.
    """

    def begun(record: TenantRecord) -> Item:
        if record.status not in ("suspended", "restoring"):
            raise SpaceInUse(status=record.status)
        facts = _to_go_on_with(record, to, run) or {"to": to, "at": clock.timestamp(), "phase": "waiting"}
        return {"status": "restoring", "restoring": facts | {"run": run, "until": _until()}}

    return registry.settle(slug, begun)


def _to_go_on_with(record: TenantRecord, to: str, run: str) -> Item | None:
    """What was begun. One to another point in time that has dropped nothing may be begun anew."""
    begun = record.restoring
    if begun is None:
        return None
    if begun["run"] != run and clock.epoch_s() < begun["until"]:
        raise RestoreUnderWay
    if begun["to"] == to:
        return begun
    if begun["phase"] != "waiting":
        raise OtherRestoreUnfinished(to=begun["to"])
    return None


def hold(slug: str, run: str, phase: Phase | None = None) -> None:
    """Say that the run lives, and how far it is: before each thing that cannot be undone, and each minute of waiting.

    Raises: RestoreUnderWay when another run took over.
    """

    def held(record: TenantRecord) -> Item:
        begun = _own(record, run)
        return {"restoring": begun | {"until": _until(), "phase": phase or begun["phase"]}}

    registry.settle(slug, held)


def leave(slug: str, run: str) -> None:
    """The restore has ended: the space is suspended, as before, and what others have sent it since is brought again.

    That is asked for first: a run that dies in between is gone on with, and asks for the same job.
    Raises: RestoreUnderWay.
    """
    from chalicelib.banks import catching_up  # a command's alone: no operator's request waits for it

    begun = _own(registry.require(slug), run)
    catching_up.after_restore(slug, begun["at"])

    def left(record: TenantRecord) -> Item:
        _own(record, run)
        return {"status": "suspended", "restoring": None}

    registry.settle(slug, left)


def stop(slug: str, run: str) -> None:
    """The run gives up: where nothing was dropped the space is only suspended again, else the next run may go on at
    once. Raises: RestoreUnderWay when another run took over."""

    def stopped(record: TenantRecord) -> Item:
        begun = _own(record, run)
        if begun["phase"] == "waiting":
            return {"status": "suspended", "restoring": None}
        return {"restoring": begun | {"until": 0}}

    registry.settle(slug, stopped)


def has_open_jobs(slug: str) -> bool:
    """Whether some job may still write to the space's tables: a Query for each hundred of those kept, until one may."""
    after: str | None = None
    while True:
        page = queue.of_tenant(slug, after, _LISTED)
        if any(job.is_open for job in page.items):
            return True
        if page.after is None:
            return False
        after = page.after


def _own(record: TenantRecord, run: str) -> Item:
    begun = record.restoring
    if begun is None or begun["run"] != run:
        raise RestoreUnderWay
    return begun


def _until() -> int:
    return int(clock.epoch_s()) + LEASE_S
