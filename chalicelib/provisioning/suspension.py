"""Suspending a space and letting it go on: its people get a notice, its admins may still look and export."""

from __future__ import annotations

from chalicelib import clock
from chalicelib.errors import Conflict
from chalicelib.provisioning import restoring
from chalicelib.storage.items import Item
from chalicelib.tenants import registry
from chalicelib.tenants.registry import TenantRecord


class SpaceNotOpen(Conflict):
    """The space is still being opened: there is nothing to suspend or to resume yet."""

    code = "space_not_open"
    vi = "Không gian đang được mở nên chưa thể tạm dừng hay mở lại. Hãy chờ mở xong."
    en = "The space is still being opened, so it can neither be suspended nor resumed yet. Wait until it is open."


def suspend(slug: str, reason: str, by: str) -> TenantRecord:
    """Suspend a space, or change the reason of its suspension. Repeating it changes nothing.

    Raises: NotFound, SpaceNotOpen, SpaceRestoring, TenantClosed.
    """

    def suspended(record: TenantRecord) -> Item:
        _require_opened(record)
        kept = record.suspension or {"at": clock.timestamp(), "by": by}
        facts = {"status": "suspended", "suspension": kept | {"reason": reason}}
        return facts if any(getattr(record, name) != value for name, value in facts.items()) else {}

    return registry.settle(slug, suspended)


def resume(slug: str) -> TenantRecord:
    """Let a suspended space go on. Repeating it changes nothing.

    Raises: NotFound, SpaceNotOpen, SpaceRestoring, TenantClosed.
    """

    def resumed(record: TenantRecord) -> Item:
        _require_opened(record)
        return {"status": "open", "suspension": None} if record.status == "suspended" else {}

    return registry.settle(slug, resumed)


def _require_opened(record: TenantRecord) -> None:
    registry.require_not_closed(record)
    restoring.require_none(record)
    if record.status == "opening":
        raise SpaceNotOpen
