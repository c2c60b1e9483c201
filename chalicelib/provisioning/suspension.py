"""Suspending a space and letting it go on: its people get a notice, its admins may still look and export."""

from __future__ import annotations

from chalicelib import clock
from chalicelib.errors import Conflict
from chalicelib.storage.items import Item
from chalicelib.tenants import registry


class SpaceNotOpen(Conflict):
    """The space is still being opened: there is nothing to suspend or to resume yet."""

    code = "space_not_open"
    vi = "Không gian đang được mở nên chưa thể tạm dừng hay mở lại. Hãy chờ mở xong."
    en = "The space is still being opened, so it can neither be suspended nor resumed yet. Wait until it is open."


def suspend(slug: str, reason: str, by: str) -> Item:
    """Suspend a space, or change the reason of its suspension. Repeating it changes nothing.

    Raises: NotFound, SpaceNotOpen, TenantClosed.
    """

    def suspended(item: Item) -> Item:
        _require_opened(item)
        kept = item.get("suspension") or {"at": clock.timestamp(), "by": by}
        facts = {"status": "suspended", "suspension": kept | {"reason": reason}}
        return facts if any(item.get(name) != value for name, value in facts.items()) else {}

    return registry.settle(slug, suspended)


def resume(slug: str) -> Item:
    """Let a suspended space go on. Repeating it changes nothing. Raises: NotFound, SpaceNotOpen, TenantClosed."""

    def resumed(item: Item) -> Item:
        _require_opened(item)
        return {"status": "open", "suspension": None} if item["status"] == "suspended" else {}

    return registry.settle(slug, resumed)


def _require_opened(item: Item) -> None:
    registry.require_not_closed(item)
    if item["status"] == "opening":
        raise SpaceNotOpen
